"""What a mail server hands over, and what follows for whom it is about."""
import base64
import hashlib
import hmac
import pathlib
import subprocess

import pytest

from support.desk import BUILD
from support.mailer import KEY

CORPUS = pathlib.Path(__file__).resolve().parents[1] / "fuzz/corpus/dsn"
LIMIT = 256 * 1024
OTHER_KEY = "2 " + "77" * 32 + "\n"


def report_of(name):
    """A report as one of the well-known servers writes it."""
    return (CORPUS / name).read_bytes()


def address_of(number, key=KEY, domain="example.org"):
    """Reckoned anew: 64 bits of number, 60 of the MAC, in 25 letters."""
    row = number.to_bytes(8, "big")
    mac = hmac.new(bytes.fromhex(key.split()[1]), b"bounce\0" + row,
                   hashlib.sha256).digest()
    word = base64.b32encode(row + mac[:7] + bytes([mac[7] & 0xf0]))
    return f"b+{word[:25].decode().lower()}@{domain}"


class Server:
    """A mail server that has something for the mailer."""

    def __init__(self, desk):
        self.desk = desk

    def hand_over(self, mail, to=None, code=0, **settings):
        """The one line that is said of it, which names nobody."""
        done = subprocess.run(
            [BUILD / "autopsy-mailer", "bounce",
             *(["--to", to] if to else [])],
            input=mail, capture_output=True, check=False, timeout=60,
            env={**self.desk.settings, **settings})
        words = done.stderr.decode()
        assert (done.returncode, done.stdout) == (code, b""), words
        assert words.startswith("autopsy-mailer: ")
        assert words.count("\n") == 1 and "@" not in words, words
        return words.removeprefix("autopsy-mailer: ").strip()

    def bounces(self):
        return self.desk.rows(
            "SELECT b.message_id, b.bounce, b.code, b.status"
            " FROM mail.bounce AS b ORDER BY b.id")

    def suppressions(self):
        return self.desk.rows(
            "SELECT x.reason, x.expires_at::date - current_date AS days"
            " FROM mail.suppression AS x")

    def reader_of(self, number):
        return self.desk.ask(
            "SELECT r.state FROM mail.reader AS r"
            " JOIN mail.message AS m ON m.reader_id = r.id"
            f" WHERE m.id = {number}")


@pytest.fixture
def server(desk):
    return Server(desk)


@pytest.fixture
def sent(desk):
    """The number of a notice that has left."""
    number = desk.notice()
    desk.ask("UPDATE mail.message SET state = 'sent', sent_at = now()"
             f" WHERE id = {number}")
    return number


def test_a_mailbox_that_is_gone_is_written_to_no_more(server, sent):
    reader = server.desk.mail(sent)["reader_id"]
    queued = server.desk.put("notice", "reader_id", reader,
                             dedupe_key="'another'")
    said = server.hand_over(report_of("postfix-gone"), address_of(sent))
    assert said == f"mail {sent}: hard 5.1.1: recorded"
    assert server.bounces() == [{"message_id": sent, "bounce": "hard",
                                 "code": 550, "status": "5.1.1"}]
    assert server.suppressions() == [{"reason": "hard", "days": None}]
    assert server.reader_of(sent) == "bounced"
    assert server.desk.state(queued) == "cancelled"
    assert server.desk.state(sent) == "sent"


def test_the_address_is_that_of_the_mail_itself(server, sink):
    """From the relay's point of view: it answers where the mail came from."""
    number = server.desk.notice()
    server.desk.once()
    assert sink.kept[0].sender == address_of(number)
    server.hand_over(report_of("postfix-gone"), sink.kept[0].sender)
    assert server.reader_of(number) == "bounced"


@pytest.mark.parametrize("way", [
    str.upper, str.lower, str.title, lambda a: f"<{a}>",
    str.swapcase])
def test_servers_may_change_the_case_of_an_address(server, sent, way):
    said = server.hand_over(report_of("exchange-gone"), way(address_of(sent)))
    assert said.endswith("recorded")


NOT_OURS = {
    "key": lambda n: address_of(n, OTHER_KEY),
    "number": lambda n: address_of(n + 1)[:15] + address_of(n)[15:],
    "domain": lambda n: address_of(n, domain="example.com"),
    "longer domain": lambda n: address_of(n) + ".evil.example",
    "cut": lambda n: address_of(n)[:-1],
    "sign": lambda n: address_of(n).replace("b+", "b-"),
    "no MAC": lambda n: f"b+{n}@example.org",
    "zeroes": lambda n: "b+" + "a" * 25 + "@example.org",
    "sender": lambda n: "news@example.org",
    "blank": lambda n: " ",
    "brackets": lambda n: "<" * 5000,
    "long": lambda n: "x" * 100000,
}


@pytest.mark.parametrize("name", NOT_OURS)
def test_an_address_that_we_did_not_make_stops_nobody(server, sent, name):
    said = server.hand_over(report_of("postfix-gone"), NOT_OURS[name](sent))
    assert said == "dropped: it was not sent to an address of ours"
    assert server.bounces() == server.suppressions() == []
    assert server.reader_of(sent) == "active"


def test_an_older_key_still_counts(server, sent):
    (server.desk.home / "keys").write_text(OTHER_KEY + KEY, "ascii")
    said = server.hand_over(report_of("postfix-gone"), address_of(sent))
    assert said.endswith("recorded")


def test_a_mail_that_is_not_there_is_nobodys(server, sent):
    said = server.hand_over(report_of("postfix-gone"), address_of(sent + 999))
    assert said == f"mail {sent + 999}: hard 5.1.1: stranger"
    assert server.bounces() == server.suppressions() == []


def test_the_same_report_counts_once(server, sent):
    mail = report_of("postfix-gone")
    assert server.hand_over(mail, address_of(sent)).endswith("recorded")
    rest = (server.bounces(), server.suppressions(), server.desk.dump())
    assert server.hand_over(mail, address_of(sent)).endswith("known")
    assert (server.bounces(), server.suppressions()) == rest[:2]
    events = "SELECT count(*) FROM mail.consent_event"
    assert server.desk.ask(events) == "1"


def soft(n):
    """A mailbox that is full, told by the n-th report."""
    return (report_of("exchange-full")
            .replace(b"Subject:", b"X-Number: %d\r\nSubject:" % n, 1))


def test_three_mails_to_a_full_mailbox_are_enough(server, sent):
    """And not three reports of one mail."""
    desk = server.desk
    reader = desk.mail(sent)["reader_id"]
    others = [desk.put("notice", "reader_id", reader, dedupe_key=f"'n{n}'")
              for n in range(3)]
    for n in range(4):
        said = server.hand_over(soft(n), address_of(sent))
        assert said == f"mail {sent}: soft 5.2.2: recorded"
    server.hand_over(soft(4), address_of(others[0]))
    assert server.suppressions() == []
    desk.ask("UPDATE mail.bounce SET received_at = now() - interval '31 days'"
             f" WHERE message_id = {sent}")
    server.hand_over(soft(5), address_of(others[1]))
    assert server.suppressions() == []  # the first was too long ago
    server.hand_over(soft(6), address_of(others[2]))
    assert server.suppressions() == [{"reason": "soft", "days": 90}]
    assert server.reader_of(sent) == "active"
    assert {desk.state(n) for n in others} == {"cancelled"}


@pytest.mark.parametrize("name, bounce, suppressed", [
    ("postfix-delayed", "ignore", []), ("postfix-delivered", "ignore", []),
    ("policy", "failed", []), ("exchange-relay", "failed", []),
    ("exim-bare-550", "hard-180", [{"reason": "hard", "days": 180}]),
    ("gmail-gone", "hard", [{"reason": "hard", "days": None}]),
    ("complaint", "complaint", [{"reason": "complaint", "days": None}]),
    ("two-recipients", None, []), ("8-bit", None, None),
    ("quoted-printable", None, None), ("base64", None, None),
    ("nested", None, None)])
def test_each_report_does_what_it_says_and_no_more(server, sent, name, bounce,
                                                   suppressed):
    said = server.hand_over(report_of(name), address_of(sent))
    assert said.startswith(f"mail {sent}: ") and said.endswith(": recorded")
    if bounce:
        assert server.bounces()[0]["bounce"] == bounce
    if suppressed is not None:
        assert server.suppressions() == suppressed


def test_of_several_recipients_the_mildest_is_recorded(server, sent):
    """An address may lead to two mailboxes, one of which is gone."""
    one = report_of("postfix-gone")
    group = one[one.index(b"Final-Recipient"):one.index(b"\n\n--4F2", 900)]
    full = (group.replace(b"5.1.1", b"5.2.2").replace(b"550", b"552"))
    mail = one.replace(group, group + b"\n\n" + full)
    assert mail.count(b"Action: failed") == 2
    assert server.hand_over(mail, address_of(sent)) == (
        f"mail {sent}: soft 5.2.2: recorded")
    assert server.bounces()[0]["code"] == 552


def test_who_complains_has_left(server, sent):
    server.hand_over(report_of("complaint"), address_of(sent))
    assert server.reader_of(sent) == "complained"


def test_a_confirmation_that_came_back_is_asked_no_more(server):
    number = server.desk.confirm()
    again = server.desk.put("confirm", "signup_id",
                            server.desk.mail(number)["signup_id"],
                            dedupe_key="'again'")
    server.desk.ask("UPDATE mail.message SET state = 'sent', sent_at = now()"
                    f" WHERE id = {number}")
    server.hand_over(report_of("postfix-gone"), address_of(number))
    assert server.suppressions() == [{"reason": "hard", "days": None}]
    assert server.desk.state(again) == "cancelled"


NO_REPORT = {
    "nothing": (b"", "it is no report"),
    "words": (b"Subject: x\r\n\r\n550 5.1.1 user unknown\r\n",
              "it is no report"),
    "holiday": (report_of("holiday"), "it is no report"),
    "read": (report_of("read-receipt"),
             "it is a report, but of another type"),
    "half": (report_of("no-status-part"),
             "it is a report without its second part"),
    "praise": (report_of("complaint-not-spam"),
               "it is feedback, but no complaint"),
    "cut": (report_of("truncated-in-words"),
            "it is a report without its second part"),
    "deep": (report_of("nested-5"), "it is no report"),
    "large": (b"x" * (5 << 20), "it is larger than 256 KiB"),
    "NUL": (b"\0" * 1000, "it is no report"),
}


@pytest.mark.parametrize("name", NO_REPORT)
def test_what_is_no_report_is_dropped(server, sent, name):
    mail, why = NO_REPORT[name]
    said = server.hand_over(mail, address_of(sent))
    assert said == f"dropped: {why}"
    assert server.bounces() == []


def test_the_limit_is_256_kib(server, sent):
    mail = report_of("postfix-gone")
    whole = mail + b"x" * (LIMIT - len(mail))
    assert server.hand_over(whole + b"x", address_of(sent)) == (
        "dropped: it is larger than 256 KiB")
    assert server.hand_over(whole, address_of(sent)).endswith("recorded")


def test_nul_bytes_in_a_report_do_no_harm(server, sent):
    mail = report_of("postfix-gone")
    cut = mail.replace(b"Diagnostic-Code: smtp; 550",
                       b"Diagnostic-Code: smtp; \x00550\x00")
    assert cut != mail
    said = server.hand_over(b"X-Odd: \0\xff\r\n" + cut, address_of(sent))
    assert said == f"mail {sent}: hard 5.1.1: recorded"


def test_a_report_that_was_cut_off_says_less(server, sent):
    """Never more: the status was cut off in the middle."""
    said = server.hand_over(report_of("truncated-in-status"),
                            address_of(sent))
    assert server.suppressions() == []
    assert "hard" not in said


@pytest.mark.parametrize("field", ["Delivered-To: {}", "X-Original-To: {}",
                                   "To: {}", "To: \"b, c\" <{}>, x@y.example",
                                   "To: somebody@example.org,\r\n {}"])
def test_without_an_argument_the_mail_says_where_it_went(server, sent, field):
    """As other mail servers call it, which put it into a field."""
    mail = report_of("postfix-gone").replace(b"To: b+7@bounce.example.org",
                                             b"X-To: nobody", 1)
    assert server.hand_over(mail) == (
        "dropped: it was not sent to an address of ours")
    line = field.format(address_of(sent).upper()).encode() + b"\r\n"
    assert server.hand_over(line + mail).endswith("recorded")


def test_the_argument_counts_before_the_mail(server, sent):
    """A mail may name an address that it was not sent to."""
    mail = f"Delivered-To: {address_of(sent)}\r\n".encode()
    mail += report_of("postfix-gone")
    assert server.hand_over(mail, "news@example.org") == (
        "dropped: it was not sent to an address of ours")


@pytest.mark.parametrize("settings, words", [
    ({"DATABASE_URL": "postgresql:///x?host=/nowhere"},
     "the database can't be reached: "),
    ({"LINK_KEYS_FILE": "/nowhere"}, "/nowhere: "),
    ({"LINK_KEYS_FILE": ""}, "LINK_KEYS_FILE is not set")])
def test_our_own_trouble_keeps_it_with_the_server(server, sent, settings,
                                                  words):
    said = server.hand_over(report_of("postfix-gone"), address_of(sent),
                            code=75, **settings)
    assert said.startswith(words)
    assert server.hand_over(report_of("postfix-gone"),
                            address_of(sent)).endswith("recorded")


def test_a_schema_that_is_behind_keeps_it_with_the_server(server):
    cluster = server.desk.cluster
    name = cluster.createdb(f"{server.desk.name}_bare")
    said = server.hand_over(
        report_of("postfix-gone"), address_of(1), code=75,
        DATABASE_URL=cluster.url(name, "autopsy_mailer"))
    cluster.dropdb(name)
    assert "run 'autopsy-ctl migrate up'" in said
