"""Mails, and the program that hands them to a transport."""
import json
import os
import pathlib
import subprocess
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("B", "build")
SENDER = "b+7@bounce.example.org"


def a_mail(name="ok", **changes):
    """A mail to somebody of that name, as tests/mail/send takes it."""
    number = str(uuid.uuid4())
    mail = {"from": SENDER, "to": f"{name}@example.org",
            "id": f"{number}@mail.example.org",
            "bytes": f"Message-ID: <{number}@mail.example.org>\r\n"
                     "Subject: hello\r\n\r\n.\r\n..dots\r\n"}
    mail.update(changes)
    return mail


class Transport:
    """tests/mail/send at work, which keeps its connection between mails."""

    def __init__(self, url, *options, environment=None):
        program = BUILD / "mail" / "send"
        assert program.exists(), f"make B={BUILD.name} unit"
        self.process = subprocess.Popen(
            [program, url, *map(str, options)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, **(environment or {})})

    def send(self, name="ok", **changes):
        mail = a_mail(name, **changes)
        self.process.stdin.write(json.dumps(mail) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        reply = json.loads(line)
        # Asked never twice, and never of what was not about to be sent.
        assert reply["calls"] <= 1
        if reply["outcome"] in ("sent", "unknown", "aborted"):
            assert reply["calls"] == 1
        return reply

    def outcome(self, name="ok", **changes):
        reply = self.send(name, **changes)
        return reply["outcome"], reply["verb"], reply["code"]

    def close(self):
        _, words = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, words
        assert words == ""
