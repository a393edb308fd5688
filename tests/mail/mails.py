"""What the tests of mails are about, and the program that makes them."""
import email
import email.policy
import json
import os
import pathlib
import re
import subprocess

TESTS = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = TESTS.parent / os.environ.get("B", "build") / "mail/write_mail"
STRICT = email.policy.SMTP.clone(raise_on_defect=True)
UUID = "0b8f3c52-6d1e-4a77-9c35-2f1f6f0f9a11"
# As long as tokens are, and never to be broken.
TOKEN = "AQFzZWNyZXQtdG9rZW4tb2YtNjctY2hhcmFjdGVycy1mb3ItdGVzdHMtb25seS1h_-x"

MESSAGE = {
    "kind": "message", "date": 1795526962,
    "message_id": f"{UUID}@mail.example.org",
    "from_name": "Job Autopsy", "from": "news@example.org",
    "to": "reader@example.com", "subject": "New career guide",
    "list_name": "New career guides", "list_id": "new-careers.example.org",
    "unsubscribe_url": f"https://www.example.org/notify/u/{TOKEN}",
    "feedback_id": "c17:notice:jobautopsy",
    "text": "Words.\n", "html": "<p>Words.</p>\n",
}
LETTER = {
    "site_url": "https://www.example.org", "address": "news@example.org",
    "list_id": "new-careers.example.org",
    "postal": "1 Example Street, 12345 Exampletown, Exampleland",
    "to": "reader@example.com", "message_id": f"{UUID}@mail.example.org",
    "date": 1795526962, "topic": "new career guides",
}
CONFIRM = {
    **LETTER, "kind": "confirm", "feedback_id": "signup:confirm:jobautopsy",
    "page_url": "https://www.example.org/careers/backend-developer",
    "asked": 1795526962, "expires": 1795786162,
    "confirm_url": f"https://www.example.org/notify/confirm/{TOKEN}",
    "block_url": f"https://www.example.org/notify/u/{TOKEN}",
}
BACKEND = {
    "name": "Backend Developer",
    "tagline": "You own the half of the product that nobody sees: its APIs, "
               "data, logins, background jobs and rules.",
    "url": "https://www.example.org/careers/backend-developer",
}
NOTICE = {
    **LETTER, "kind": "notice", "feedback_id": "c17:notice:jobautopsy",
    "careers": [BACKEND], "confirmed": 1772530000,
    "unsubscribe_url": f"https://www.example.org/notify/u/{TOKEN}",
}
SEVERAL = {**NOTICE, "topic": "new career guides in Health", "careers": [
    BACKEND,
    {"name": "Käsemeister & Affineur",
     "tagline": "Half of it is washing. “The rest,” they say, is waiting – "
                "for milk, for moulds and for the moment when a wheel sounds "
                "right under the hammer.",
     "url": "https://www.example.org/careers/kasemeister"},
    {"name": "看護師 (Nurse)", "tagline": "Nights, and what they do to you.",
     "url": "https://www.example.org/careers/nurse"}]}

MANAGE = {
    **LETTER, "kind": "manage", "feedback_id": "2026-11-24:manage:jobautopsy",
    "asked": 1795526962, "expires": 1795786162,
    "manage_url": f"https://www.example.org/notify/manage/{TOKEN}",
    "unsubscribe_url": f"https://www.example.org/notify/u/{TOKEN}",
}
del MANAGE["topic"]


def make(mail):
    """What the program says of it: exit status, bytes, complaint."""
    done = subprocess.run([PROGRAM], input=json.dumps(mail).encode(),
                          capture_output=True, timeout=60)
    return done.returncode, done.stdout, done.stderr.decode()


def refused(mail):
    status, out, complaint = make(mail)
    assert (status, out) == (1, b""), complaint
    return complaint.strip()


def parse(raw):
    """Read by another's parser, which takes nothing that is amiss."""
    mail = email.message_from_bytes(raw, policy=STRICT)
    for part in mail.walk():
        assert not part.defects
        for _, value in part.items():
            assert not getattr(value, "defects", ())
    return mail


def made(mail):
    """The mail as bytes, after what must be true of any."""
    status, raw, complaint = make(mail)
    assert status == 0, complaint
    head, body = raw.split(b"\r\n\r\n", 1)
    for line in raw.split(b"\r\n"):
        assert b"\r" not in line and b"\n" not in line
        assert all(c == 9 or 32 <= c < 127 for c in line), line
        assert not line.startswith((b".", b"From "))
    assert body.endswith(b"--\r\n")
    assert max(map(len, body.split(b"\r\n"))) <= 76
    names = []
    for line in head.decode().split("\r\n"):
        can_break = not re.fullmatch("([A-Za-z-]+:)? <[^ ]+>", line)
        assert len(line) <= (76 if can_break else 998), line
        assert re.match(r"[A-Za-z-]+: \S| \S", line), line
        names += re.findall("^([A-Za-z-]+):", line.lower())
    assert len(names) == len(set(names)), names
    return raw


def bodies(raw):
    text, html = parse(raw).iter_parts()
    assert text.get_content_type() == "text/plain"
    assert html.get_content_type() == "text/html"
    return tuple(part.get_payload(decode=True).decode("utf-8")
                 .replace("\r\n", "\n") for part in (text, html))
