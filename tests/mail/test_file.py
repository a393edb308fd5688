"""The file: transport: a Maildir that programs for mail can read."""
import json
import mailbox
import resource
import subprocess

import pytest

from support.transport import BUILD, SENDER, a_mail


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "mail"


@pytest.fixture
def files(opened, folder):
    return opened(f"file:{folder}")


def names(folder, part="new"):
    return sorted(path.name for path in (folder / part).iterdir())


def test_a_maildir_is_made_for_one_user_only(files, folder):
    assert files.outcome() == ("sent", "", 0)
    for part in (folder, folder / "tmp", folder / "new", folder / "cur"):
        assert part.stat().st_mode & 0o777 == 0o700


def test_bytes_and_envelope_are_kept(files, folder):
    mail = a_mail()
    files.send(**mail)
    assert names(folder) == [mail["id"]] and names(folder, "tmp") == []
    text = (folder / "new" / mail["id"]).read_bytes().decode()
    assert text == (f"Return-Path: <{SENDER}>\r\n"
                    f"Delivered-To: {mail['to']}\r\n" + mail["bytes"])
    (read,) = mailbox.Maildir(folder)
    assert read["Message-ID"] == f"<{mail['id']}>"


def test_the_same_id_is_kept_once(files, folder):
    mail = a_mail()
    assert files.outcome(**mail)[0] == "sent"
    mail["bytes"] += "more\r\n"
    assert files.outcome(**mail)[0] == "sent"
    assert names(folder) == [mail["id"]] and names(folder, "tmp") == []
    assert "more" not in (folder / "new" / mail["id"]).read_text()


@pytest.mark.parametrize("flags", ["", ":2,", ":2,RS"])
def test_an_id_that_has_been_read_does_not_come_again(files, folder, flags):
    mail = a_mail()
    files.send(**mail)
    (folder / "new" / mail["id"]).rename(
        folder / "cur" / (mail["id"] + flags))
    assert files.outcome(**mail)[0] == "sent"
    assert names(folder) == []
    other = mail["id"][:-1]
    files.send(**a_mail(id=other))
    assert names(folder) == [other]


def test_a_no_at_the_last_moment_leaves_nothing(files, folder):
    assert files.outcome(refuse=True)[0] == "aborted"
    assert names(folder) == [] and names(folder, "tmp") == []


def test_a_folder_that_is_gone(files, folder):
    files.send()
    mail = a_mail()
    (folder / "new").rename(folder / "old")
    reply = files.send(**mail)
    assert reply["outcome"] == "connection"
    assert "No such file" in reply["text"]
    assert names(folder, "tmp") == []
    (folder / "old").rename(folder / "new")
    assert files.outcome(**mail)[0] == "sent"


def test_a_disk_that_is_full_keeps_no_half(folder):
    """By a limit of the size of files, which cuts the mail in its middle."""
    mail = a_mail(bytes="Subject: x\r\n\r\n" + "word\r\n" * 2000)
    done = subprocess.run(
        [BUILD / "mail" / "send", f"file:{folder}"], text=True,
        input=json.dumps(mail) + "\n", capture_output=True, timeout=30,
        check=True, preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (4096, 4096)))
    reply = json.loads(done.stdout)
    assert reply["outcome"] == "connection"
    assert "too large" in reply["text"]
    assert names(folder) == [] and names(folder, "tmp") == []


@pytest.mark.parametrize("name", [
    "../x@example.org", "a/b@example.org", ".x@example.org"])
def test_an_id_can_not_leave_the_folder(files, folder, name):
    assert files.outcome(id=name)[0] == "ours"
    assert names(folder) == names(folder, "tmp") == []
    assert not list(folder.parent.glob("*example*"))


def test_a_folder_that_can_not_be(tmp_path):
    (tmp_path / "file").touch()
    for url in (f"file:{tmp_path}/file", f"file:{tmp_path}/no/where"):
        done = subprocess.run([BUILD / "mail" / "send", url],
                              capture_output=True, text=True, timeout=30,
                              stdin=subprocess.DEVNULL, check=False)
        assert done.returncode == 2 and "can't make" in done.stderr
