"""TLS, passwords and settings: what is wrong there is ours, and costs no
mail."""
import os
import subprocess

import pytest

from support.smtp_sink import Sink
from support.transport import BUILD

# Of the sink, which must also ask for a login without TLS.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while")
LOGIN = ("autopsy", "secret: or not")


@pytest.fixture
def password(tmp_path):
    path = tmp_path / "auth"
    path.write_text("\n".join(LOGIN) + "\n", encoding="utf-8")
    path.chmod(0o640)
    return path


def refused(url, *options):
    """The sentence that it does not start with."""
    done = subprocess.run([BUILD / "mail" / "send", url, *options],
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=30, check=False)
    assert done.returncode == 2 and done.stdout == ""
    return done.stderr


@pytest.mark.parametrize("is_tls_first", [False, True])
def test_tls_and_login(opened, tls, certificate, password, is_tls_first):
    with Sink("127.0.0.2", tls=tls, is_tls_first=is_tls_first,
              login=LOGIN) as sink:
        relay = opened(sink.url, "--ca", certificate, "--auth", password)
        assert [relay.outcome()[0] for _ in range(3)] == ["sent"] * 3
        assert len(sink.kept) == 3 and sink.connections == 1
        assert sink.attempts == [LOGIN]


@pytest.mark.parametrize("is_tls_first", [False, True])
def test_a_certificate_of_nobody_known(opened, tls, is_tls_first):
    with Sink("127.0.0.2", tls=tls, is_tls_first=is_tls_first) as sink:
        reply = opened(sink.url).send()
        assert reply["outcome"] == "ours" and "certificate" in reply["text"]
        assert sink.kept == []


def test_a_certificate_for_another_host(opened, tls, certificate):
    with Sink("127.0.0.3", tls=tls) as sink:
        assert opened(sink.url, "--ca", certificate).outcome()[0] == "ours"
        assert sink.kept == []


def test_no_tls_to_another_machine(opened):
    with Sink("127.0.0.2") as sink:
        assert opened(sink.url).outcome() == ("ours", "EHLO", 250)
        assert sink.kept == []


def test_no_password_without_tls_to_another_machine(opened, password):
    with Sink("127.0.0.2", login=LOGIN) as sink:
        relay = opened(sink.url, "--auth", password)
        assert relay.outcome()[0] == "ours"
        assert sink.attempts == [] and sink.kept == []


def test_login_to_this_machine(opened, password):
    with Sink(login=LOGIN) as sink:
        assert opened(sink.url, "--auth", password).outcome()[0] == "sent"


def test_a_wrong_password(opened, password):
    with Sink(login=("autopsy", "another")) as sink:
        relay = opened(sink.url, "--auth", password)
        reply = relay.send()
        assert (reply["outcome"], reply["verb"], reply["code"]) == (
            "ours", "AUTH", 535)
        assert LOGIN[1] not in reply["text"]
        assert sink.kept == []


def test_a_login_that_fails_for_now(opened, password):
    with Sink(login="454 4.7.0 not now") as sink:
        relay = opened(sink.url, "--auth", password)
        assert relay.outcome() == ("connection", "AUTH", 454)


def test_no_login_where_one_is_asked_for(opened):
    with Sink(login=LOGIN) as sink:
        assert opened(sink.url).outcome() == ("ours", "MAIL", 530)


def test_a_relay_that_wants_no_login_is_given_none(opened, password):
    with Sink() as sink:
        assert opened(sink.url, "--auth", password).outcome()[0] == "sent"
        assert sink.attempts == []


@pytest.mark.parametrize("url", [
    "", "smtp:", "smtp://", "http://127.0.0.1", "127.0.0.1:25",
    "smtp://u:secret@127.0.0.1", "smtp://127.0.0.1/x", "smtp://127.0.0.1/?x",
    "smtp://127.0.0.1/#x", "smtp://127.0.0.1:99999"])
def test_what_is_no_relay_is_refused_at_once(url):
    words = refused(url)
    assert "smtp://HOST" in words and "secret" not in words


@pytest.mark.parametrize("text", ["", "u\n", "u\np\nq\n", "\n\n"])
def test_a_file_of_a_login_has_two_lines(tmp_path, text):
    path = tmp_path / "auth"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    assert "two lines" in refused("smtp://127.0.0.1", "--auth", path)


def test_a_password_that_anybody_may_read_is_refused(password):
    password.chmod(0o644)
    assert "chmod" in refused("smtp://127.0.0.1", "--auth", password)
    os.unlink(password)
    assert "can't read" in refused("smtp://127.0.0.1", "--auth", password)
