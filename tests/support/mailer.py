"""A queue of mails, autopsy-mailer at it, and what it says.

    desk.url = sink.url
    number = desk.confirm("rcpt-450")       # rcpt-450+1@example.org
    desk.once()
    desk.mail(number)["state"]

What becomes of a mail is said by whom it is to: see support/smtp_sink.py.
"""
import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess

from support.desk import BUILD, ROOT, Desk
from support.worker import wait_until

KEY = "1 " + "5a" * 32 + "\n"
PEPPER = "c3" * 32 + "\n"


class Running:
    """autopsy-mailer run, its log, and a systemd that listens to it."""

    def __init__(self, desk, number, **settings):
        self.home = desk.home / f"worker-{number}"
        self.home.mkdir()
        self.log = self.home / "log"
        self.notices = []
        self.systemd = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.systemd.bind(str(self.home / "notify"))
        self.systemd.setblocking(False)
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [BUILD / "autopsy-mailer", "run"], stderr=log, cwd=ROOT,
                env={**desk.settings, **settings,
                     "NOTIFY_SOCKET": str(self.home / "notify")})
        self.pid = self.process.pid

    def noticed(self, what):
        """How often systemd has heard it."""
        while True:
            try:
                self.notices.append(self.systemd.recv(256).decode())
            except BlockingIOError:
                return self.notices.count(what)

    def send(self, number):
        self.process.send_signal(number)

    def wait(self, code=0):
        """The end, which somebody has asked for."""
        assert self.process.wait(60) == code, self.log.read_text()

    def stop(self, code=0):
        self.send(signal.SIGTERM)
        self.wait(code)

    def remove(self):
        if self.process.poll() is None:
            self.send(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
        self.systemd.close()

    @property
    def lines(self):
        text = self.log.read_text()
        return [json.loads(line) for line in
                text[:text.rfind("\n") + 1].splitlines()]

    def events(self, name):
        return [line for line in self.lines if line["event"] == name]

    def has_logged(self, name, seconds=20):
        return wait_until(lambda: self.events(name), seconds,
                          f"no {name}: {self.log.read_text()}")


class Mailer(Desk):
    """A database with guides, settings of a mailer, and no mail yet."""

    def __init__(self, cluster, name, home=None, environment=None):
        super().__init__(cluster, name, home, environment)
        self.user = "autopsy_mailer"
        self.url = ""
        self.people, self.workers = itertools.count(1), []
        for file, text in (("keys", KEY), ("pepper", PEPPER)):
            (home / file).write_text(text, "ascii")
            (home / file).chmod(0o600)

    @property
    def settings(self):
        return {**os.environ, **self.environment, "MAIL_URL": self.url,
                "DATABASE_URL": self.cluster.url(self.name, self.user),
                "SITE_URL": "https://www.example.org", "MAIL_RATE": "0",
                "MAIL_FROM": "news@example.org",
                "MAIL_DOMAIN": "example.org",
                "LINK_KEYS_FILE": str(self.home / "keys"),
                "EMAIL_PEPPER_FILE": str(self.home / "pepper")}

    def once(self, *arguments, code=0, **settings):
        return self.run("autopsy-mailer", "once", *arguments, code=code,
                        **{**self.settings, **settings})

    @contextlib.contextmanager
    def running(self, **settings):
        worker = Running(self, len(self.workers), **settings)
        self.workers.append(worker)
        try:
            wait_until(lambda: worker.noticed("READY=1"), 20,
                       worker.log.read_text())
            yield worker
        finally:
            worker.remove()

    def address(self, name):
        return f"{name}+{next(self.people)}@example.org"

    def put(self, kind, column, about, priority=5, **changes):
        row = {"dedupe_key": f"'{kind}:{about}'", "kind": f"'{kind}'",
               column: f"'{about}'", "priority": priority, "max_unknown": 1,
               "give_up_at": "'2999-01-01'", **changes}
        return int(self.ask(
            f"INSERT INTO mail.message ({', '.join(row)})"
            f" VALUES ({', '.join(map(str, row.values()))}) RETURNING id"))

    def confirm(self, name="ok", **changes):
        """The number of a mail that asks somebody whether they asked."""
        address = self.address(name)
        signup = self.ask(
            "INSERT INTO mail.signup (email, email_hash, topics,"
            " text_version, expires_at, page)"
            f" VALUES ('{address}', sha256('{address}'), '{{all}}', '1',"
            " '2999-01-01', '/') RETURNING id")
        return self.put("confirm", "signup_id", signup, **changes)

    def reader(self, name="ok"):
        address = self.address(name)
        return self.ask(
            "WITH r AS (INSERT INTO mail.reader (email, email_hash, state)"
            f" VALUES ('{address}', sha256('{address}'), 'active')"
            " RETURNING id), s AS (INSERT INTO mail.subscription"
            " (reader_id, topic) SELECT r.id, 'all' FROM r)"
            " SELECT r.id FROM r")

    def notice(self, name="ok", reader=None, **changes):
        """The number of a mail that tells of the first guide."""
        reader = reader or self.reader(name)
        number = self.put("notice", "reader_id", reader, **changes)
        self.ask("INSERT INTO mail.announcement"
                 " (reader_id, career_id, message_id)"
                 f" SELECT '{reader}', min(c.id), {number}"
                 " FROM catalog.career AS c")
        return number

    def mail(self, number):
        return self.rows(
            "SELECT m.*, extract(epoch FROM m.run_at - now()) AS due"
            f" FROM mail.message AS m WHERE m.id = {number}")[0]

    def state(self, number):
        return self.mail(number)["state"]

    def hurry(self):
        """As if all that waits for a later try had waited."""
        self.ask("UPDATE mail.message SET run_at = now()"
                 " WHERE state = 'ready'")

    def told(self):
        """What a sign-up says when it is done."""
        self.ask("NOTIFY mail")

    def becomes(self, number, state, seconds=20):
        return wait_until(
            lambda: self.state(number) == state, seconds,
            f"mail {number} is {self.mail(number)}, not {state}")

    def attempts(self, number):
        return self.rows(
            "SELECT a.outcome, a.code, a.reply FROM mail.attempt AS a"
            f" WHERE a.message_id = {number} ORDER BY a.id")
