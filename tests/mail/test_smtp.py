"""What becomes of a mail, by what the relay does. The names of recipients
that make it do so are in support/smtp_sink.py."""
import pytest

from support.smtp_sink import Sink
from support.transport import SENDER, a_mail

OUTCOMES = {
    "ok": ("sent", "BODY", 250),
    "data-250": ("sent", "BODY", 250),
    "data-251": ("sent", "BODY", 251),
    "rcpt-450": ("retry", "RCPT", 450),
    "rcpt-452": ("retry", "RCPT", 452),
    "rcpt-550": ("rejected", "RCPT", 550),
    "long-550": ("rejected", "RCPT", 550),
    "rcpt-421": ("connection", "RCPT", 421),
    "rcpt-530": ("ours", "RCPT", 530),
    "data-451": ("retry", "BODY", 451),
    "data-421": ("retry", "BODY", 421),
    "data-554": ("rejected", "BODY", 554),
    "cutrcpt": ("connection", "RCPT", 0),
    "cuthead": ("connection", "DATA", 0),
    "cutdata": ("unknown", "BODY", 0),
    "keepcut": ("unknown", "BODY", 0),
}
SILENT = {
    "hangrcpt": ("connection", "RCPT", 0),
    "hang": ("unknown", "BODY", 0),
    "keephang": ("unknown", "BODY", 0),
    "garbage": ("unknown", "BODY", 0),
    "half": ("unknown", "BODY", 0),
}
KEPT = {"ok", "data-250", "data-251", "keepcut", "keephang"}


@pytest.mark.parametrize("name", OUTCOMES)
def test_each_reply_has_its_outcome(sink, opened, name):
    relay = opened(sink.url)
    assert relay.outcome(name) == OUTCOMES[name]
    assert len(sink.kept) == (name in KEPT)
    # Whatever it was, the next mail is none the worse for it.
    assert relay.outcome() == OUTCOMES["ok"]


@pytest.mark.parametrize("name", SILENT)
def test_silence_ends_with_the_time_limit(sink, opened, name):
    relay = opened(sink.url, "--timeout", 1)
    assert relay.outcome(name) == SILENT[name]
    assert len(sink.kept) == (name in KEPT)
    assert relay.outcome() == OUTCOMES["ok"]


@pytest.mark.parametrize("name", ["hangrcpt", "hang"])
def test_who_sends_is_alive_while_a_relay_is_silent(sink, opened, name):
    relay = opened(sink.url, "--timeout", 3)
    assert relay.send(name)["ticks"] >= 3


@pytest.mark.parametrize("sender, outcome", [
    ("mail-421", "connection"), ("mail-451", "connection"),
    ("mail-530", "ours"), ("mail-550", "ours")])
def test_a_reply_to_mail_is_not_about_the_recipient(sink, opened, sender,
                                                    outcome):
    relay = opened(sink.url)
    found = relay.outcome(**{"from": f"{sender}@example.org"})
    assert found == (outcome, "MAIL", int(sender[5:]))
    assert sink.kept == []


def test_bytes_and_envelope_arrive_as_they_were(sink, opened):
    mail = a_mail()
    opened(sink.url).send(**mail)
    (kept,) = sink.kept
    assert kept.content.decode() == mail["bytes"]
    assert kept.sender == SENDER and kept.to == [mail["to"]]
    assert f"SIZE={len(mail['bytes'])}" in kept.options


def test_a_no_at_the_last_moment_leaves_nothing(sink, opened):
    relay = opened(sink.url)
    reply = relay.send(refuse=True)
    assert reply["outcome"] == "aborted" and reply["calls"] == 1
    assert relay.send("rcpt-550", refuse=True)["calls"] == 0
    relay.send()
    assert len(sink.kept) == 1


def test_before_data_is_asked_after_the_recipient_is_taken(sink, opened):
    relay = opened(sink.url)
    for name, calls in (("rcpt-550", 0), ("cutrcpt", 0), ("cuthead", 0),
                        ("data-554", 1), ("ok", 1)):
        assert relay.send(name)["calls"] == calls


def test_one_connection_serves_many(sink, opened):
    relay = opened(sink.url)
    for name in ["ok", "data-554", "data-451", "data-251"] * 25:
        relay.send(name)
    assert sink.connections == 1 and len(sink.kept) == 50


def test_a_connection_that_died_is_made_anew(sink, opened):
    relay = opened(sink.url)
    for connection in (1, 2, 3):
        assert relay.outcome() == OUTCOMES["ok"]
        assert sink.connections == connection
        sink.drop_all()


def test_a_full_connection_costs_no_attempt(opened):
    with Sink(most=2) as sink:
        relay = opened(sink.url)
        found = [relay.outcome()[0] for _ in range(6)]
        assert found == ["sent", "sent", "connection"] * 2
        assert len(sink.kept) == 4


def test_greylisting_passes(sink, opened):
    relay = opened(sink.url)
    mail = a_mail("flaky-2")
    found = [relay.outcome(**mail)[0] for _ in range(3)]
    assert found == ["retry", "retry", "sent"]


def test_status_and_every_line_of_a_reply_are_kept(sink, opened):
    reply = opened(sink.url).send("long-550")
    assert reply["status"] == "5.1.1"
    assert reply["text"] == "550-5.1.1 There 550-5.1.1 is no 550 5.1.1 such"
    reply = opened(sink.url).send()
    assert reply["status"] == "2.0.0"
    assert reply["text"] == "250 2.0.0 queued as 1"


@pytest.mark.parametrize("greeting", ["554 go away", "421 too busy", "hang",
                                      "what?"])
def test_a_bad_greeting_is_no_fault_of_the_mail(opened, greeting):
    with Sink(greeting=greeting) as sink:
        relay = opened(sink.url, "--timeout", 1)
        assert relay.outcome()[0] == "connection"


def test_no_relay_at_all(opened):
    with Sink() as sink:
        url, port = sink.url, sink.port
        relay = opened(url)
        assert relay.outcome()[0] == "sent"
    assert relay.outcome() == ("connection", "", 0)
    assert "connect" in relay.send()["text"]
    with Sink(port=port) as sink:
        assert relay.outcome()[0] == "sent"
        assert len(sink.kept) == 1


@pytest.mark.parametrize("to", [
    "a@b.org>\r\nRCPT TO:<evil@example.org", "a@b.org\r\nDATA", "a@b.org\n",
    "a@b.org>", "<a@b.org", "a b@b.org", "a@b@c.org", "@b.org", "a@", "",
    "a@b.org,c@d.org", "é@b.org", "a@é.org", "a\u0001@b.org",
    '"a"@b.org', "a@[127.0.0.1]", "a" * 250 + "@b.org"])
def test_no_address_can_say_more_than_an_address(sink, opened, to):
    relay = opened(sink.url)
    assert relay.outcome(to=to) == ("rejected", "", 0)
    assert relay.outcome(**{"from": to})[0] == "ours"
    assert relay.outcome(id=to)[0] == "ours"
    assert sink.kept == [] and sink.connections == 0


@pytest.mark.parametrize("end", [
    "x\n", "x\r", "x", "x\r\n\n.\r\n", "x\n.\n", "\r\r\n", "y" * 999 + "\r\n"])
def test_a_line_that_relays_read_differently_is_not_sent(sink, opened, end):
    relay = opened(sink.url)
    assert relay.outcome(bytes="Subject: x\r\n\r\n" + end) == (
        "rejected", "", 0)
    assert relay.outcome(bytes="Subject: x\r\n\r\n" + "y" * 998 + "\r\n")[0] \
        == "sent"
    assert len(sink.kept) == 1


def test_a_proxy_of_the_environment_is_not_used(sink, opened):
    proxy = "http://127.0.0.1:9"
    relay = opened(sink.url, ALL_PROXY=proxy, all_proxy=proxy,
                   smtp_proxy=proxy)
    assert relay.outcome()[0] == "sent"
