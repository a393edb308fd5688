"""deploy/local/site: a copy's keys, its mailer, and the mails it writes."""
import email
import email.policy
import os
import re
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from client import free_port, wait_until
from local_site import Site, clean_environment
from support.smtp_sink import Sink
from test_local_site import (
    BARE, answers, belongs_to, me, processes, run_user)

SECRETS = ("link.keys", "email.pepper")


@pytest.fixture(scope="module")
def _mailing():
    copy = Site(options=BARE, https=False)
    yield copy
    copy.remove()


@pytest.fixture
def mailing(_mailing):
    """One copy for all tests, started again when the last one stopped it."""
    if _mailing.process is None or _mailing.process.poll() is not None:
        _mailing.start()
    return _mailing


def ask(site, sql):
    """Of the database, as a program beside the copy may."""
    done = subprocess.run(
        ["psql", "-XAtqc", sql, site.env["DATABASE_URL"]], text=True,
        capture_output=True, check=True, env=clean_environment())
    return done.stdout.strip()


def sign_up(site, who):
    ask(site, f"""
        SET ROLE autopsy_web;
        SELECT mail.sign_up('{who}', sha256('{who}'), sha256('{who}'), NULL,
            '{{all}}', '2026-11-24', NULL, 'Browser', '/')""")


def folder(site):
    return site.state / "mail/new"


def kept(site):
    """The mails, the oldest first."""
    files = sorted(folder(site).glob("*"), key=lambda f: f.stat().st_mtime_ns)
    return [email.message_from_bytes(f.read_bytes(),
                                     policy=email.policy.default)
            for f in files]


def write(site, *people):
    """Has a mail written to each, one after another."""
    for who in people:
        count = len(kept(site))
        sign_up(site, who)
        wait_until(lambda: len(kept(site)) > count, 30)


def printed(site):
    done = site.run("mails")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_keys_are_made_once_and_closed_to_others(mailing):
    def secrets():
        return [(mailing.state / "secrets" / name).read_text()
                for name in SECRETS]

    before = secrets()
    assert re.fullmatch("1 [0-9a-f]{64}\n", before[0])
    assert re.fullmatch("[0-9a-f]{64}\n", before[1])
    assert before[0][2:] != before[1]
    mailing.stop()
    mailing.start()
    assert secrets() == before
    # Nor does a copy that begins anew change them.
    mailing.stop()
    mailing.options.append("--fresh")
    mailing.start()
    mailing.options.remove("--fresh")
    assert secrets() == before
    directory = mailing.state / "secrets"
    assert stat.S_IMODE(directory.stat().st_mode) == 0o750
    assert sorted(f.name for f in directory.iterdir()) == sorted(SECRETS)
    for file in directory.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o640
        assert belongs_to(file) == belongs_to(directory) == me()
        if os.geteuid() == 0:
            assert file.group() == run_user()


def test_the_programs_have_the_keys_and_know_where_mail_goes(mailing):
    expected = {
        "LINK_KEYS_FILE": str(mailing.state / "secrets/link.keys"),
        "EMAIL_PEPPER_FILE": str(mailing.state / "secrets/email.pepper"),
        "MAIL_URL": f"file:{mailing.state}/mail", "MAIL_GATHER_S": "5"}
    for name in ("web", "mailer"):
        lines = Path(f"/proc/{mailing.pid(name)}/environ").read_text()
        given = dict(line.split("=", 1) for line in lines.split("\0") if line)
        assert {key: given.get(key) for key in expected} == expected, name
    assert {key: mailing.env.get(key) for key in expected} == expected
    assert belongs_to(mailing.state / "mail") == run_user()
    assert belongs_to(Path(f"/proc/{mailing.pid('mailer')}")) == run_user()
    assert ask(mailing, "SELECT DISTINCT usename FROM pg_stat_activity WHERE"
               " application_name LIKE 'autopsy-mailer%'") == "autopsy_mailer"


def test_status_names_the_mailer(mailing):
    lines = mailing.run("status").stdout.splitlines()
    assert f"mailer      {mailing.pid('mailer')}" in lines


def test_the_start_says_where_mails_are(mailing):
    assert (f"mails are in {mailing.state}/mail/new; deploy/local/site"
            f" --port {mailing.port} --state '{mailing.state}' mails prints"
            " them\n") in mailing.words()


def test_no_mail_is_told(fresh_site):
    site = fresh_site(options=BARE, https=False)
    done = site.run("mails")
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no copy" in done.stderr
    site.start()
    done = site.run("mails")
    assert (done.returncode, done.stdout) == (0, "")
    assert "there is no mail in" in done.stderr


def test_mails_are_printed_oldest_first_and_links_whole(mailing):
    people = ("zoe@example.org", "ada@example.org", "mia@example.org")
    write(mailing, *people)
    text = printed(mailing)
    assert re.findall("^To: (.*)$", text, re.M) == [
        f"<{who}>" for who in people]
    mails = kept(mailing)
    assert re.findall("^Subject: (.*)$", text, re.M) == [
        mail["Subject"] for mail in mails]
    for mail in mails:
        plain = mail.get_body(("plain",)).get_content().replace(
            "\r\n", "\n")
        assert plain.strip() in text
        link, = re.findall(r"^(http.*/subscribe/confirm/[\w-]{67})$", plain,
                           re.M)
        assert f"\n{link}\n" in text
        # It was not whole in the mail itself, which is why it is decoded.
        assert link not in mail.as_string()
    assert "<html" not in text and "=3D" not in text


def test_mails_of_a_copy_that_is_stopped_can_be_read(mailing):
    if not kept(mailing):
        write(mailing, "eve@example.org")
    before = printed(mailing)
    mailing.stop()
    assert printed(mailing) == before != ""


def test_what_a_mail_reader_has_moved_is_printed_too(mailing):
    write(mailing, "bob@example.org")
    file = max(folder(mailing).iterdir(), key=lambda f: f.stat().st_mtime_ns)
    moved = mailing.state / "mail/cur" / f"{file.name}:2,S"
    file.rename(moved)
    assert "To: <bob@example.org>" in printed(mailing)
    moved.unlink()


def test_no_mail_commands_the_terminal_or_shows_what_root_may_read(mailing):
    secret = Path(f"{mailing.state}.secret")
    secret.write_text("precious\n")
    secret.chmod(0o600)
    folder(mailing).joinpath("link").symlink_to(secret)
    hostile = folder(mailing) / "1 = 2\nx"
    hostile.write_bytes(b"Subject: \x1b[31m=?utf-8?Q?=1B=C3=A9?=\n\n\x07\x1b")
    text = printed(mailing)
    assert "precious" not in text
    assert "Subject: ?[31m?é" in text
    assert not re.search(r"[^\n\t -~\x80-\U0010ffff]", text)
    for name in ("link", hostile.name):
        (folder(mailing) / name).unlink()


def test_another_relay_is_used_when_named(fresh_site):
    with Sink() as sink:
        site = fresh_site({"MAIL_URL": sink.url}, options=BARE,
                          https=False).start()
        assert "mails go where MAIL_URL says" in site.words()
        sign_up(site, "ada@example.org")
        wait_until(lambda: sink.kept, 30)
        assert sink.kept[0].to == ["ada@example.org"]
        assert list((site.state / "mail").rglob("*")) == []
        done = site.run("mails")
        assert (done.returncode, done.stdout) == (1, "")
        assert "go elsewhere, as MAIL_URL says" in done.stderr


def test_a_relay_that_is_away_ends_nothing(fresh_site):
    url = f"smtp://127.0.0.1:{free_port()}"
    site = fresh_site({"MAIL_URL": url}, options=BARE, https=False).start()
    mailer = site.pid("mailer")
    sign_up(site, "ada@example.org")
    wait_until(lambda: "relay.away" in
               (site.state / "log/mailer.log").read_text(), 30)
    assert answers(site) and site.pid("mailer") == mailer


def test_a_mailer_that_can_not_run_is_told(fresh_site):
    site = fresh_site({"MAIL_URL": "pigeon:north"}, options=BARE, https=False)
    done = site.run("run", *BARE)
    assert done.returncode == 1
    assert "mailer ends again and again;" in done.stderr
    assert "autopsy-mailer: MAIL_URL" in done.stderr


def test_a_mail_goes_on_when_the_mailer_was_killed(mailing):
    before = mailing.pid("mailer")
    os.kill(before, signal.SIGKILL)
    sign_up(mailing, "kim@example.org")
    wait_until(lambda: mailing.pid("mailer") != before, 20)
    wait_until(lambda: "To: <kim@example.org>" in printed(mailing), 30)
    assert "mailer ended (code 137) and is started again" in mailing.words()


def test_the_mailer_is_stopped_before_the_database(mailing):
    said = len(mailing.words())
    mailing.stop()
    assert '"event":"mailer.stop"' in \
        (mailing.state / "log/mailer.log").read_text()
    assert mailing.words()[said:] == "  stopping\n"
    # Nobody was at work there any more.
    assert "terminating connection" not in \
        (mailing.state / "log/postgresql.log").read_text()
    assert processes(mailing) == []


def test_two_copies_have_keys_and_mails_of_their_own(mailing, fresh_site):
    other = fresh_site(options=BARE, https=False).start()
    for name in SECRETS:
        assert (mailing.state / "secrets" / name).read_text() != \
            (other.state / "secrets" / name).read_text()
    before = len(kept(mailing))
    write(other, "ada@example.org")
    assert len(kept(mailing)) == before


def test_keys_and_folder_of_a_copy_at_another_server(mailing, fresh_site):
    site = fresh_site({"DATABASE_URL": mailing.env["DATABASE_URL"]},
                      options=BARE, https=False).start()
    assert site.env["LINK_KEYS_FILE"] == f"{site.state}/secrets/link.keys"
    wait_until(lambda: '"event":"mailer.start"' in
               (site.state / "log/mailer.log").read_text(), 20)
    assert answers(site)
