"""The signature that Postfix has OpenDKIM put under our mails.

OpenDKIM itself reads the configuration that is shipped and signs a mail that
the mailer has sent; python3-dkim, which shares no code with it, verifies.
"""
import functools
import os
import pathlib
import re
import subprocess

import dkim
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "deploy/opendkim/opendkim.conf"
SIGNED = ["Date", "From", "To", "Subject", "Message-ID", "List-Id",
          "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted",
          "Feedback-ID", "MIME-Version", "Content-Type"]
# Of where things are on a mail server, not of how a mail is signed.
PLACES = ("UserID", "UMask", "Socket", "PidFile", "Syslog", "LogWhy")


@functools.lru_cache(maxsize=None)
def opendkim():
    """OpenDKIM's directory; it is not installed, for it would be started."""
    done = subprocess.run([ROOT / "tests/support/unpack", "opendkim"],
                          stdout=subprocess.PIPE, text=True, check=True,
                          timeout=300)
    return pathlib.Path(done.stdout.strip())


def run(*arguments):
    home = opendkim()
    return subprocess.run(
        [home / "usr/sbin/opendkim", *arguments], capture_output=True,
        text=True, check=False, timeout=60,
        env={**os.environ, "LD_LIBRARY_PATH": str(home / "libraries")})


class Signer:
    """The keys of a mail server, and its configuration as it is shipped."""

    def __init__(self, home):
        self.home = home
        key = home / "2026.private"
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"],
                       capture_output=True, check=True, timeout=60)
        key.chmod(0o600)
        public = subprocess.run(
            ["openssl", "rsa", "-in", key, "-pubout"], capture_output=True,
            check=True, text=True, timeout=60).stdout
        self.public = "".join(public.splitlines()[1:-1])
        conf = SHIPPED.read_text()
        # The tables are those that its comments show.
        for name in ("key.table", "signing.table"):
            line = re.search(rf"(?s)dkimkeys/{name}:.*?\n#\t(.*?)\n", conf)[1]
            (home / name).write_text(self.here(line) + "\n")
        self.conf = home / "opendkim.conf"
        self.conf.write_text(self.here(conf))

    def here(self, text):
        return (text.replace("/etc/dkimkeys", str(self.home))
                .replace("jobautopsy.example", "example.org"))

    def sign(self, mail, without=(), **changes):
        """The mail with what the milter puts before it."""
        lines = [line for line in self.conf.read_text().splitlines()
                 if line.split(" ")[0] not in (*PLACES, *without)]
        # A directory of tests is open to others, who are not there.
        lines += ["RequireSafeKeys no",
                  *(f"{name} {value}" for name, value in changes.items())]
        conf = self.home / "test.conf"
        conf.write_text("\n".join(lines) + "\n")
        file = self.home / "mail.eml"
        file.write_bytes(mail)
        done = run("-x", conf, "-t", file)
        _, name, value = done.stdout.rstrip().partition("DKIM-Signature:")
        assert name, done
        return f"{name}{value}\n".replace("\n", "\r\n").encode() + mail

    def look_up(self, name, timeout=5):
        assert name == b"2026._domainkey.example.org."
        return f"v=DKIM1; k=rsa; p={self.public}".encode()

    def is_good(self, mail):
        return dkim.verify(mail, dnsfunc=self.look_up)


@pytest.fixture(scope="module")
def signer(tmp_path_factory):
    return Signer(tmp_path_factory.mktemp("dkim"))


@pytest.fixture(params=["notice", "confirm"])
def mail(request, desk, sink):
    """A mail as the relay got it."""
    getattr(desk, request.param)()
    desk.once()
    raw = sink.kept[0].content
    assert b"\r\nFrom: Job Autopsy <news@example.org>\r\n" in raw
    return raw


def fields(signed):
    """What the signature says it covers."""
    header = signed.split(b"\r\n\r\n")[0].decode()
    return re.sub(r"\s", "", re.search(r"\sh=([^;]*);", header)[1]).split(":")


def test_what_unsubscribes_is_signed(signer, mail):
    signed = signer.sign(mail)
    header = mail.split(b"\r\n\r\n")[0].decode()
    there = [name for name in SIGNED if f"\n{name}:" in f"\n{header}"]
    assert {"List-Unsubscribe", "List-Unsubscribe-Post"} < set(there)
    # From once more than it is there: none can be added.
    assert sorted(fields(signed)) == sorted([*there, "From"])
    assert signer.is_good(signed)


def test_signature_is_of_the_domain_that_readers_see(signer, mail):
    header = signer.sign(mail).split(b"\r\n\r\n")[0].decode()
    assert re.search(r"\bd=example\.org;", header)
    assert "a=rsa-sha256; c=relaxed/relaxed;" in header


@pytest.mark.parametrize("field", [
    b"List-Unsubscribe-Post", b"List-Unsubscribe", b"Subject", b"To", b"Date",
    b"From", b"Auto-Submitted", b"Message-ID", b"Content-Type"])
def test_what_was_changed_on_the_way_is_noticed(signer, mail, field):
    signed = signer.sign(mail)
    start = signed.index(b"\r\n" + field + b":") + len(field) + 3
    # In the middle of a word, where blanks do not matter.
    changed = signed[:start + 4] + b"x" + signed[start + 4:]
    assert signer.is_good(signed) and not signer.is_good(changed)
    end = signed.index(b"\r\n", start)
    gone = signed[:start - len(field) - 1] + signed[end + 2:]
    assert not signer.is_good(gone)


def test_neither_body_nor_sender_can_be_exchanged(signer, mail):
    signed = signer.sign(mail)
    assert not signer.is_good(signed.replace(b"Job Autopsy,", b"Job Autopsy;"))
    assert not signer.is_good(b"From: Else <x@evil.example>\r\n" + signed)


def test_blanks_that_servers_change_do_no_harm(signer, mail):
    signed = signer.sign(mail)
    changed = signed.replace(b"\r\nSubject: ", b"\r\nSubject:  ")
    assert changed != signed and signer.is_good(changed)


def test_the_list_of_fields_is_needed(signer, mail):
    """OpenDKIM's own would leave out what one press unsubscribes by."""
    assert "List-Unsubscribe-Post" not in fields(
        signer.sign(mail, without=["SignHeaders"]))


def test_mail_of_another_domain_is_not_signed(signer, mail, tmp_path):
    file = tmp_path / "mail.eml"
    file.write_bytes(mail.replace(b"<news@example.org>",
                                  b"<news@example.com>"))
    signer.sign(mail)
    done = run("-x", signer.home / "test.conf", "-t", file)
    assert "DKIM-Signature" not in done.stdout


def test_shipped_configuration_is_read_whole(signer):
    """Nothing in it is unknown, deprecated or in doubt."""
    conf = signer.home / "whole.conf"
    conf.write_text(re.sub("(?m)^UserID.*\n", "", signer.conf.read_text()))
    done = run("-n", "-x", conf)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    conf.write_text(conf.read_text() + "SignHeader x\n")
    assert run("-n", "-x", conf).returncode != 0
