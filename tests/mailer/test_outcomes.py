"""What becomes of a mail, by what the relay says of it. The names of those
it is for are in support/smtp_sink.py."""
import pytest

from support.smtp_sink import Sink

MINUTE = (48, 72)  # and a fifth more or less
# State, outcome and code of the attempt, attempts counted, delay, kept.
GONE = {
    "ok": ("sent", "sent", 250, 1, None, 1),
    "data-251": ("sent", "sent", 251, 1, None, 1),
    "rcpt-450": ("ready", "retry", 450, 1, MINUTE, 0),
    "rcpt-452": ("ready", "retry", 452, 1, MINUTE, 0),
    "data-451": ("ready", "retry", 451, 1, MINUTE, 0),
    "data-421": ("ready", "retry", 421, 1, MINUTE, 0),
    "rcpt-550": ("failed", "rejected", 550, 1, None, 0),
    "long-550": ("failed", "rejected", 550, 1, None, 0),
    "data-554": ("failed", "rejected", 554, 1, None, 0),
    "cutrcpt": ("ready", "retry", None, 1, MINUTE, 0),
    "cuthead": ("ready", "retry", None, 1, MINUTE, 0),
    "cutdata": ("ready", "unknown", None, 1, (50, 60), 0),
    "keepcut": ("ready", "unknown", None, 1, (50, 60), 1),
    "rcpt-421": ("ready", "connection", 421, 0, (50, 60), 0),
}


@pytest.mark.parametrize("name", GONE)
def test_each_reply_has_its_outcome(desk, sink, name):
    before, number, after = (desk.confirm("ok", priority=1),
                             desk.confirm(name, priority=2),
                             desk.confirm("ok", priority=3))
    desk.once()
    state, outcome, code, attempts, delay, kept = GONE[name]
    mail = desk.mail(number)
    (attempt,) = desk.attempts(number)
    assert (mail["state"], attempt["outcome"], attempt["code"],
            mail["attempts"], mail["unknowns"]) == (
                state, outcome, code, attempts, outcome == "unknown")
    if delay:
        assert delay[0] - 20 <= mail["due"] <= delay[1]
    # Whatever it was, others are none the worse for it.
    assert desk.state(before) == desk.state(after) == "sent"
    assert len(sink.kept) == kept + 2


def test_greylisting_passes(desk, sink):
    number = desk.confirm("flaky-2")
    for _ in range(3):
        desk.once()
        desk.hurry()
    mail = desk.mail(number)
    assert (mail["state"], mail["attempts"]) == ("sent", 3)
    assert [a["outcome"] for a in desk.attempts(number)] == [
        "retry", "retry", "sent"]
    assert len(sink.kept) == 1


def test_delays_grow(desk, sink):
    number, delays = desk.confirm("rcpt-450"), []
    for _ in range(4):
        desk.once()
        delays.append(desk.mail(number)["due"] / 60)
        desk.hurry()
    for found, wanted in zip(delays, (1, 5, 15, 30)):
        assert 0.79 * wanted - 0.5 < found <= 1.2 * wanted


def test_what_may_have_been_sent_is_sent_again_so_often_and_no_more(
        desk, sink):
    number = desk.notice("keepcut")
    for _ in range(3):
        desk.once()
        desk.hurry()
    mail = desk.mail(number)
    assert (mail["state"], mail["unknowns"]) == ("unknown", 2)
    # The same mail, not one like it.
    first, second = (kept.content for kept in sink.kept)
    assert first == second
    assert f"Message-ID: <{mail['message_id']}@example.org>" in first.decode()


def suppressed(desk):
    return desk.rows("SELECT reason, expires_at FROM mail.suppression")


@pytest.mark.parametrize("name, bounce, reasons", [
    ("rcpt-550", "hard", ["hard"]),
    ("data-554", "failed", []),
    ("policy", "failed", []),
])
def test_a_refusal_has_consequences_for_the_address(desk, sink, name, bounce,
                                                    reasons):
    reader = desk.reader(name)
    number = desk.notice(reader=reader)
    desk.once()
    assert desk.state(number) == "failed"
    assert desk.ask("SELECT bounce FROM mail.bounce"
                    f" WHERE message_id = {number}") == bounce
    assert [row["reason"] for row in suppressed(desk)] == reasons
    assert desk.ask("SELECT state FROM mail.reader") == (
        "bounced" if reasons else "active")


def test_who_gave_up_on_a_mail_counts_it_as_soft(desk, sink):
    number = desk.notice("rcpt-452", give_up_at="now() + interval '30 s'")
    desk.once()
    assert desk.state(number) == "failed"
    assert desk.ask("SELECT bounce FROM mail.bounce") == "soft"
    assert suppressed(desk) == []


def test_replies_are_kept_without_addresses(desk, sink):
    for name in ("rcpt-450", "rcpt-550", "policy", "ok"):
        desk.notice(name)
    desk.once()
    replies = [row["reply"] for row in desk.rows(
        "SELECT a.reply FROM mail.attempt AS a")]
    assert len(replies) == 4
    assert sum("<address>" in reply for reply in replies) == 3
    last = desk.ask("SELECT string_agg(last_reply, ' ') FROM mail.message")
    for text in (*replies, last):
        assert "@" not in text, text


@pytest.mark.parametrize("greeting", ["554 5.3.2 go away", "421 4.3.2 busy"])
def test_a_bad_greeting_costs_no_attempt(desk, greeting):
    with Sink(greeting=greeting) as sink:
        desk.url = sink.url
        numbers = [desk.confirm() for _ in range(3)]
        words = desk.once(code=75)
        assert "relay.away" in words
    for number in numbers:
        mail = desk.mail(number)
        assert (mail["state"], mail["attempts"]) == ("ready", 0)
        assert mail["due"] <= 0
    # Twice, since one connection may be bad luck.
    assert len(desk.rows("SELECT FROM mail.attempt")) == 2


def test_no_relay_at_all(desk):
    with Sink() as sink:
        desk.url = sink.url
    number = desk.confirm()
    assert desk.once(code=75).count("relay.away") == 1
    assert desk.mail(number)["attempts"] == 0
    with Sink(port=sink.port) as sink:
        desk.once()
        assert desk.state(number) == "sent"


def test_a_connection_that_served_enough_is_no_relay_that_is_away(desk):
    with Sink(most=2) as sink:
        desk.url = sink.url
        numbers = [desk.confirm() for _ in range(7)]
        desk.once()
        assert len(sink.kept) == 7 and sink.connections == 4
    assert {desk.mail(n)["attempts"] for n in numbers} == {1}


def auth_file(desk, text):
    path = desk.home / "relay"
    path.write_text(text, "ascii")
    path.chmod(0o600)
    return str(path)


def test_a_bad_password_is_called_at_once_and_costs_no_mail(desk):
    with Sink(login=("mailer", "right")) as sink:
        desk.url = sink.url
        number = desk.confirm()
        words = desk.once(code=1, MAIL_AUTH_FILE=auth_file(
            desk, "mailer\nwrong-one\n"))
        assert "relay.refuses" in words and "535" in words
        assert "wrong-one" not in words
        mail = desk.mail(number)
        assert (mail["state"], mail["attempts"]) == ("ready", 0)
        desk.once(MAIL_AUTH_FILE=auth_file(desk, "mailer\nright\n"))
        assert desk.state(number) == "sent"


def test_a_relay_that_wants_a_login_is_called_at_once(desk, sink):
    number, other = desk.confirm("rcpt-530"), desk.confirm()
    assert "relay.refuses" in desk.once(code=1)
    assert desk.state(number) == desk.state(other) == "ready"


def test_a_relay_that_dislikes_us_gets_no_more_for_a_while(desk, sink):
    for _ in range(30):
        desk.notice("policy")
    words = desk.once(code=1)
    assert words.count("relay.refuses") == 1 and "5.7.x" in words
    states = desk.rows("SELECT state, count(*) FROM mail.message"
                       " GROUP BY state ORDER BY state")
    assert states == [{"state": "failed", "count": 21},
                      {"state": "ready", "count": 9}]
    assert {row["attempts"] for row in desk.rows(
        "SELECT attempts FROM mail.message WHERE state = 'ready'")} == {0}
    assert suppressed(desk) == []
