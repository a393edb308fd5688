"""People who sign up at a copy of the site, and what is stored of them."""
import contextlib
import itertools
import json
import subprocess
from urllib.parse import quote_plus

import client
from evidence import owner
from support.links import email_hash, token

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
PATHS = {"confirm": "/subscribe/confirm/", "block": "/subscribe/block/",
         "unsubscribe": "/unsubscribe/", "manage": "/subscribe/settings/"}
ROW = "id, generation, topics, confirmed_at"

_number = itertools.count(1)


def new_email(domain=None):
    """Nobody's yet, at a domain of its own."""
    n = next(_number)
    return f"reader-{n}@{domain or f'd{n}.example'}"


def new_network():
    """An address in a /24 where no other test is."""
    n = next(_number)
    return f"127.{201 + n // 250}.{n % 250}.1"


class People:
    def __init__(self, site):
        self.site = site

    def rows(self, sql, *values):
        with owner(self.site) as db:
            return db.rows(sql, *values)

    def one(self, sql, *values):
        found = self.rows(sql, *values)
        return found[0][0] if found else None

    def post(self, path, body=b"", headers=FORM, **how):
        how.setdefault("client", new_network())
        body = body.encode() if isinstance(body, str) else body
        return self.site.request("POST", path, headers, body, **how)

    def subscribe(self, email, more="&topic=all", headers=None, **how):
        return self.post("/subscribe", f"email={quote_plus(email)}{more}",
                         {**FORM, **(headers or {})}, **how)

    def api(self, document, headers=None, **how):
        if not isinstance(document, (str, bytes)):
            document = json.dumps(document)
        return self.post("/api/v1/subscriptions", document,
                         {**JSON, **(headers or {})}, **how)

    def forget_counts(self):
        self.rows("TRUNCATE mail.signup_count")

    def hash(self, email):
        return email_hash(self.site.env, email)

    def request(self, email):
        """The sign-up that is stored: (id, generation, topics, …)."""
        found = self.rows(f"SELECT {ROW} FROM mail.signup WHERE email = %s "
                          "ORDER BY requested_at DESC", email)
        return found[0] if found else None

    def reader(self, email):
        return self.one("SELECT id FROM mail.reader WHERE email = %s", email)

    def state(self, email):
        return self.one("SELECT state FROM mail.reader WHERE email_hash = %s",
                        self.hash(email))

    def topics(self, email):
        return [topic for topic, in self.rows(
            "SELECT topic FROM mail.subscription WHERE reader_id = %s "
            "ORDER BY topic", self.reader(email))]

    def events(self, email):
        return [kind for kind, in self.rows(
            "SELECT kind FROM mail.consent_event WHERE email_hash = %s "
            "ORDER BY id", self.hash(email))]

    def mails(self, email):
        """How many confirmations an address was or will be sent."""
        return self.one(
            "SELECT count(*) FROM mail.message AS m JOIN mail.signup AS s "
            "ON s.id = m.signup_id WHERE s.email = %s", email)

    def link(self, purpose, number, generation=1):
        return PATHS[purpose] + token(self.site.env, purpose, number,
                                      generation)

    def confirm_link(self, email, purpose="confirm"):
        return self.link(purpose, *self.request(email)[:2])

    def reader_link(self, email):
        return self.link("unsubscribe", self.reader(email))

    def manage_link(self, email):
        """As it is mailed to a reader who asks for it."""
        self.post(self.reader_link(email) + "/data")
        return self.link("manage", self.one(
            "SELECT message_id FROM mail.message WHERE reader_id = %s "
            "AND kind = 'manage'", self.reader(email)))

    def new_reader(self, topics="&topic=all", email=None):
        """Somebody who signed up and said yes: the address."""
        email = email or new_email()
        assert self.subscribe(email, topics).status == 200
        assert self.post(self.confirm_link(email)).status == 200
        return email

    def wait_for_mailer(self):
        """Until it has nothing to do, so that it changes nothing."""
        client.wait_until(lambda: not self.one(
            "SELECT EXISTS (SELECT FROM mail.message WHERE state = 'sending' "
            "OR (state = 'ready' AND run_at <= now()))"), 30)

    def dump(self):
        """All that is stored of mail, as text."""
        self.wait_for_mailer()
        done = subprocess.run(
            ["pg_dump", "--data-only", "--schema=mail",
             "--role=autopsy_owner",
             self.site.env["DATABASE_URL"]],
            capture_output=True, text=True, check=True)
        # A word that each dump makes up anew.
        return [line for line in done.stdout.splitlines()
                if not line.startswith(("\\restrict", "\\unrestrict"))]

    @contextlib.contextmanager
    def careful(self):
        """While hardly anybody of the last 200 has confirmed."""
        self.rows(
            "INSERT INTO mail.signup (email, email_hash, topics, "
            "text_version, requested_at, expires_at) "
            "SELECT 'x' || n || '@crowd.example', "
            "sha256(n::text::bytea), '{all}', '2026-11-24', "
            "now() - interval '1 hour', now() + interval '1 day' "
            "FROM generate_series(1, 200) AS n")
        try:
            yield
        finally:
            self.rows("DELETE FROM mail.signup WHERE email LIKE "
                      "'%%@crowd.example'")


def what_is_told(reply):
    """All of a reply but what differs between any two."""
    headers = {name.lower(): value for name, value in reply.headers.items()}
    for name in ("date", "x-request-id"):
        del headers[name]
    return reply.status, headers, reply.body


def at_once(count, call):
    return client.at_once(count, call)()
