#!/usr/bin/python3
"""A relay in a process of its own, which can be killed and started again.

    with Relay(directory) as relay:     # on 127.0.0.1 and a port it keeps
        relay.kill()
        relay.start()
        relay.kept()[0]["to"]

A mail is in its ledger before the reply to it is given, and stays there
whatever becomes of the process; think_s is Sink's. What goes wrong is said by the recipient, as
smtp_sink.py tells.
"""
import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.smtp_sink import Sink  # noqa: E402

MESSAGE_ID = re.compile(rb"^Message-ID: <(.*?)@.*>\r$", re.M)


class Ledger:
    """A file with a line a mail; takes the place of a sink's list."""

    def __init__(self, path):
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.count = 0

    def append(self, mail):
        line = json.dumps({
            "to": mail.to[0], "asked": mail.asked, "at": time.time(),
            "id": MESSAGE_ID.search(mail.content)[1].decode("ascii"),
            "sha256": hashlib.sha256(mail.content).hexdigest()})
        # One write, or a kill could leave half a line.
        os.write(self.file, line.encode("ascii") + b"\n")
        self.count += 1

    def __len__(self):
        return self.count


class Relay:
    def __init__(self, directory, think_s=0):
        self.think_s = think_s
        self.ledger = pathlib.Path(directory) / "kept"
        self.ledger.touch()
        self.port, self.process = 0, None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, __file__, str(self.port), self.ledger,
             str(self.think_s)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        # The first time it says which port was free.
        self.port = int(self.process.stdout.readline())
        return self

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def kept(self):
        """All that it ever took: to, id, sha256, asked and at."""
        return [json.loads(line) for line in
                self.ledger.read_text("ascii").splitlines()]

    def count(self):
        return self.ledger.read_bytes().count(b"\n")


def main():
    sink = Sink(port=int(sys.argv[1]), think_s=float(sys.argv[3]))
    sink.kept = Ledger(sys.argv[2])
    with sink:
        print(sink.port, flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
