"""What operators can say and do when somebody asks what we store of them."""
import hashlib
import hmac
import json

import pytest

from support.mailer import PEPPER

EMAIL = "reader+guides@example.org"
AGENT = "Mozilla/5.0 \x1b[31mred"


def hash_of(email):
    """Reckoned anew, as the database writes it."""
    mac = hmac.new(bytes.fromhex(PEPPER.strip()), email.encode(),
                   hashlib.sha256)
    return f"'\\x{mac.hexdigest()}'"


class Office:
    """Somebody who has asked, and an operator."""

    def __init__(self, desk):
        self.desk = desk
        desk.user = "autopsy_ops"

    def ctl(self, *arguments, code=0, **settings):
        words = self.desk.run("autopsy-ctl", "subscriber", *arguments,
                              code=code, **{**self.desk.settings, **settings})
        assert "@" not in self.desk.out, "the address is printed again"
        return words

    def sign_up(self, email=EMAIL, topics="{all}"):
        """Asks, as a form does; returns the request."""
        hash_ = hash_of(email)
        self.desk.ask(
            f"SELECT mail.sign_up('{email}', {hash_}, sha256('{email}'),"
            f" NULL, '{topics}', '2026-11-24', '192.0.2.7', '{AGENT}', '/')")
        return self.desk.ask("SELECT s.id FROM mail.signup AS s"
                             f" WHERE s.email_hash = {hash_}"
                             " AND s.confirmed_at IS NULL")

    def confirm(self, request):
        assert self.desk.ask(
            f"SELECT mail.confirm_signup('{request}', 1, '192.0.2.8', 'Lynx')"
        ) == "confirmed"

    def dump(self):
        """Every row, without the key that pg_dump makes anew each time."""
        return [line for line in self.desk.dump().splitlines()
                if not line.startswith((b"\\restrict", b"\\unrestrict"))]

    def count(self, sql):
        return int(self.desk.ask(f"SELECT count(*) FROM {sql}"))


@pytest.fixture
def office(desk):
    return Office(desk)


@pytest.fixture
def reader(office):
    """The office, with somebody who confirmed and asked for more."""
    office.confirm(office.sign_up(topics="{category:information-technology}"))
    office.desk.ask("UPDATE mail.signup_limit SET most = 100")
    assert office.sign_up()
    return office


def test_all_that_is_stored_is_shown(reader):
    words = reader.ctl("show", EMAIL)
    lines = words.splitlines()
    assert lines[0].startswith("reader      active, confirmed 20")
    assert lines[1] == "topics      category:information-technology"
    assert lines[2].startswith("request     not confirmed; asked 20")
    assert " for all; lapses 20" in lines[2]
    events = [line[34:] for line in lines if line.startswith("event")]
    agent = AGENT.replace("\x1b", "?")
    assert events == [
        "requested: category:information-technology; words of 2026-11-24; "
        f"from 192.0.2.7, {agent}",
        "confirmed: category:information-technology; words of 2026-11-24; "
        "from 192.0.2.8, Lynx",
        f"requested: all; words of 2026-11-24; from 192.0.2.7, {agent}"]
    mails = [line[34:].split(", number")[0] for line in lines
             if line.startswith("mail")]
    assert mails == ["confirm, ready", "confirm, cancelled"]


def test_a_program_gets_the_same(reader):
    shown = json.loads(reader.ctl("show", "--json", EMAIL))
    assert shown["state"] == "active"
    assert shown["topics"] == ["category:information-technology"]
    assert [event["kind"] for event in shown["events"]] == [
        "requested", "confirmed", "requested"]
    assert shown["signup"]["topics"] == ["all"]
    assert shown["events"][0]["user_agent"] == AGENT


@pytest.mark.parametrize("typed", [
    EMAIL.upper(), "Reader+Guides@example.org", EMAIL.replace("org", "ORG")])
def test_an_address_is_found_however_it_is_typed(reader, typed):
    assert reader.ctl("show", typed).startswith("reader      active")


def test_an_address_in_other_letters_is_found(office):
    office.confirm(office.sign_up("a@xn--bcher-kva.example"))
    assert office.ctl("show", "a@Bücher.example").startswith("reader")


@pytest.mark.parametrize("other", [
    "reader@example.org", "reader+guides@example.com", "x" + EMAIL])
def test_nobody_else_is_shown_or_erased(reader, other):
    before = reader.dump()
    for command in ("show", "erase"):
        assert reader.ctl(command, other, code=1) == (
            "autopsy-ctl: nothing is stored of that address\n")
    assert reader.dump() == before


def test_showing_changes_nothing(reader):
    before = reader.dump()
    reader.ctl("show", EMAIL)
    assert reader.dump() == before


def test_an_erased_address_is_nowhere(reader):
    reader.desk.put("notice", "reader_id", reader.desk.ask(
        f"SELECT id FROM mail.reader WHERE email = '{EMAIL}'"))
    assert EMAIL.encode() in reader.desk.dump()
    assert reader.ctl("erase", EMAIL).splitlines() == [
        "erased: the address of a reader (active) with 1 topic, and a request "
        "that was not confirmed",
        "kept: the keyed hash, and 4 events of consent without the machine"]
    # How often a machine has asked is of no address, and gone in a day.
    dump = [line for line in reader.dump() if b"signup_count" not in line]
    for left in (EMAIL.encode(), b"192.0.2.", b"Mozilla", b"Lynx"):
        assert not [line for line in dump if left in line], left
    assert reader.count("mail.message WHERE state = 'ready'") == 0
    shown = reader.ctl("show", EMAIL)
    assert shown.startswith("reader      erased")
    assert "no mail     erased, since 20" in shown


def test_a_request_alone_is_erased(office):
    office.sign_up()
    assert office.ctl("erase", EMAIL).splitlines() == [
        "erased: a request that was not confirmed",
        "kept: the keyed hash, and 2 events of consent without the machine"]
    assert office.count("mail.signup") == office.count("mail.message") == 0


def test_what_is_erased_once_is_erased(reader):
    reader.ctl("erase", EMAIL)
    before = reader.dump()
    assert reader.ctl("erase", EMAIL, code=1) == (
        "autopsy-ctl: nothing is stored that could be erased\n")
    assert reader.dump() == before


def test_a_reader_without_topics_is_shown_so(reader):
    reader.desk.ask("SELECT mail.set_topics(r.id, '{}', 'unsubscribed', NULL,"
                    " NULL) FROM mail.reader AS r")
    lines = reader.ctl("show", EMAIL).splitlines()
    assert lines[0].startswith("reader      unsubscribed")
    assert lines[1] == "topics      none"


@pytest.mark.parametrize("expires, words", [
    ("NULL", ""), ("'2999-01-02'", " until 2999-01-02")])
def test_who_gets_no_mail_is_told_why(office, expires, words):
    office.desk.ask(
        "INSERT INTO mail.suppression (email_hash, reason, created_at,"
        f" expires_at) VALUES ({hash_of(EMAIL)}, 'hard', '2026-01-02',"
        f" {expires})")
    assert office.ctl("show", EMAIL) == (
        f"no mail     hard, since 2026-01-02{words}\n")


@pytest.mark.parametrize("settings, code, words", [
    ({"EMAIL_PEPPER_FILE": ""}, 2, "EMAIL_PEPPER_FILE is not set"),
    ({"EMAIL_PEPPER_FILE": "/nowhere"}, 2, "/nowhere: "),
    ({"DATABASE_URL": "postgresql:///x?host=/nowhere"}, 75,
     "the database can't be reached: ")])
@pytest.mark.parametrize("command", ["show", "erase"])
def test_what_is_missing_is_said(office, command, settings, code, words):
    said = office.ctl(command, EMAIL, code=code, **settings)
    assert said.startswith(f"autopsy-ctl: {words}")


@pytest.mark.parametrize("typed", ["reader", "a b@example.org", "",
                                   "x@y.org\nBcc: z@y.org", "a" * 10000])
def test_what_is_no_address_is_refused(office, typed):
    assert "subscriber show" in office.ctl("show", typed, code=2)


def test_another_key_finds_nobody(reader, tmp_path):
    other = tmp_path / "other"
    other.write_text("11" * 32 + "\n")
    other.chmod(0o600)
    reader.ctl("show", EMAIL, code=1, EMAIL_PEPPER_FILE=str(other))
