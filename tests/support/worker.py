"""autopsy-web by itself: no nginx, a socket and settings of its own.

    with Worker(DATABASE_URL=url, WEB_WORKERS="2") as web:
        web.get("/healthz").status
"""
import collections
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from sql_database import Database
from support import fcgi
from support.links import write_keys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("B", "build")


def wait_until(claim, seconds=5, what=""):
    """The first true value of claim(); asserts that there is one in time."""
    end = time.monotonic() + seconds
    while True:
        found = claim()
        if found:
            return found
        assert time.monotonic() < end, what or "it did not happen in time"
        time.sleep(0.01)


def is_alive(pid):
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


class Worker:
    def __init__(self, **settings):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="ja-web-",
                                                  dir="/tmp"))
        self.socket = self.home / "web.sock"
        self.log = self.home / "log"
        self.log.touch()
        self.program = BUILD / "autopsy-web"
        self.settings = {"WEB_SOCKET": str(self.socket), "WEB_WORKERS": "2",
                         "STATIC_DIR": str(BUILD / "static"),
                         "NOTIFY_SOCKET": str(self.home / "notify"),
                         **write_keys(self.home / "web"), **settings}
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(self.settings["NOTIFY_SOCKET"])
        self.notify.setblocking(False)
        self.notices = []
        self.process = None

    @property
    def env(self):
        passed = ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS")
        return {**{name: os.environ[name] for name in passed
                   if name in os.environ}, **self.settings}

    def launch(self, command=None, **more):
        """Starts it, without waiting for anything."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command or [self.program], env=self.env,
                **{"stdin": subprocess.DEVNULL, "stderr": log, **more})
        return self

    def start(self, **more):
        self.launch(**more)
        wait_until(lambda: self.noticed("READY=1"), 10,
                   f"not ready: {self.log.read_text()}")
        return self

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.remove()

    def remove(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.notify.close()
        shutil.rmtree(self.home)

    def stop(self):
        """The exit status, and how long it took."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(15)
        return status, time.monotonic() - start

    def reload(self, seconds=10):
        self.forget_notices()
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.noticed("RELOADING=1"), seconds)
        wait_until(lambda: self.noticed("READY=1"), seconds)

    def noticed(self, what):
        while True:
            try:
                self.notices.append(self.notify.recv(256).decode())
            except BlockingIOError:
                return what in self.notices

    def forget_notices(self):
        self.noticed("")
        self.notices.clear()

    def request(self, *what, **how):
        return fcgi.request(self.socket, *what, **how)

    def get(self, uri, query="", **more):
        return self.request(uri, query, **more)

    def subscribe(self, email, **more):
        return self.request("/subscribe", method="POST",
                            body=f"email={email}&topic=all".encode(),
                            CONTENT_TYPE=fcgi.FORM, **more)

    @property
    def pids(self):
        master = self.process.pid
        text = pathlib.Path(
            f"/proc/{master}/task/{master}/children").read_text()
        return [int(pid) for pid in text.split()]

    @property
    def lines(self):
        return [json.loads(line)
                for line in self.log.read_text().splitlines()]

    def events(self, name):
        return [line for line in self.lines if line["event"] == name]

    @property
    def metrics(self):
        found = collections.OrderedDict()
        text = self.get("/metrics").body.decode()
        for line in text.splitlines():
            if not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                found[name.removeprefix("autopsy_")] = float(value)
        return found


class Load:
    """Threads that go on asking until they are told to stop."""

    def __init__(self, ask, threads):
        self.replies, self.errors = [], []
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(ask, n))
                        for n in range(threads)]

    def run(self, ask, n):
        count = 0
        while not self.stopped.is_set():
            count += 1
            try:
                self.replies.append(ask(n, count))
            except (OSError, fcgi.Broken) as error:
                self.errors.append(error)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def wait(self, more):
        """Until so many more have been answered."""
        goal = len(self.replies) + more
        wait_until(lambda: len(self.replies) >= goal or self.errors, 20)


def seed(cluster, name):
    """The schema, the guides of the tree and their pay."""
    cluster.createdb(name)
    env = {**os.environ, "DATABASE_URL": cluster.url(name),
           "MIGRATIONS_DIR": str(ROOT / "migrations")}
    for command in (["migrate", "up"], ["content", "publish"]):
        subprocess.run([BUILD / "autopsy-ctl", *command], env=env, check=True,
                       capture_output=True)
    link = cluster.connect(name)
    link.autocommit = False
    database = Database(link)
    database.import_snapshot(database.one(
        "SELECT c.id FROM catalog.career AS c WHERE c.slug = %s",
        "backend-developer"))
    database.link.commit()
    database.link.close()
