"""What operators are told of the queue, and when it is an alarm."""
import contextlib
import json

import pytest

from support.mailer import Mailer


class Office:
    """A queue, who sends, and what status says of it."""

    def __init__(self, desk: Mailer):
        self.desk = desk

    def status(self, code=0):
        """As a program reads it."""
        self.desk.run("autopsy-mailer", "status", "--json", code=code,
                      **self.desk.settings)
        return json.loads(self.desk.out)

    def table(self, code=0):
        """As a person reads it: lines by their first word."""
        self.desk.run("autopsy-mailer", "status", code=code,
                      **self.desk.settings)
        return {line[:14].strip(): line[14:]
                for line in self.desk.out.splitlines()}

    @contextlib.contextmanager
    def worker(self, number=1, database=None):
        """Somebody who holds the lock of a worker and does nothing."""
        session = self.desk.cluster.connect(database or self.desk.name,
                                            "autopsy_mailer")
        session.cursor().execute("SELECT mail.take_worker(%s)", (number,))
        yield
        session.close()

    def age(self, number, interval):
        """As if the mail had waited for so long."""
        self.desk.ask(f"UPDATE mail.message SET run_at = now() -"
                      f" interval '{interval}' WHERE id = {number}")

    def tried(self, number, outcome, interval, reply="reply", count=1):
        """As if a try had ended so long ago."""
        self.desk.ask(
            "INSERT INTO mail.attempt (message_id, number, worker, outcome,"
            f" reply, ended_at) SELECT {number}, 1, 1, '{outcome}',"
            f" '{reply}', now() - interval '{interval}'"
            f" FROM generate_series(1, {count})")

    def ended(self, state, count=1):
        """Numbers of mails that ended so."""
        sent = "now()" if state == "sent" else "NULL"
        made = [self.desk.notice() for _ in range(count)]
        self.desk.ask(f"UPDATE mail.message SET state = '{state}', sent_at ="
                      f" {sent} WHERE id = ANY ('{{{str(made)[1:-1]}}}')")
        return made


@pytest.fixture
def office(desk):
    return Office(desk)


def test_an_empty_queue_is_well(office):
    status = office.status()
    assert status["is_well"] and status["problems"] == []
    assert set(status["mails"].values()) == {0}
    assert status["oldest_due_s"] is None
    assert status["oldest_confirmation_s"] is None
    assert status["relay_trouble"] is None
    assert (status["workers"], status["suppressions"]) == ([], {})
    assert status["signup_mode"] == "open"
    table = office.table()
    assert "PROBLEM" not in table
    assert table["workers"] == "0 alive"
    assert table["due for"] == "-"
    assert table["readers"] == "none"


def test_what_waits_is_counted_by_what_it_waits_for(office):
    office.age(office.desk.confirm(), "90 seconds")
    office.age(office.desk.notice(), "3 minutes")
    office.desk.notice(run_at="now() + interval '1 hour'")  # gathers
    office.desk.notice(run_at="now() + interval '1 hour'", attempts=1)
    office.desk.confirm(run_at="now() + interval '1 hour'", attempts=1)
    office.desk.confirm(run_at="now() + interval '1 hour'")  # over the limit
    with office.worker(3), office.worker(8):
        status = office.status()
        assert status["mails"]["ready"] == 6
        assert (status["due"], status["held"]) == (2, 1)
        assert 90 <= status["oldest_confirmation_s"] < 120
        assert 180 <= status["oldest_due_s"] < 240
        assert status["workers"] == [3, 8]
        table = office.table()
    assert table["workers"] == "2 alive: 3, 8"
    assert table["queue"] == ("2 due, 0 being sent, 3 later, 1 held back by "
                              "the site's limit")
    assert table["due for"].startswith("3 min (the oldest confirmation for 9")


@pytest.mark.parametrize("kind, waited, code", [
    ("confirm", "4 minutes 30 seconds", 0), ("confirm", "6 minutes", 1),
    ("notice", "2 hours", 0)])
def test_a_confirmation_that_waits_too_long_is_an_alarm(office, kind, waited,
                                                        code):
    office.age(getattr(office.desk, kind)(), waited)
    with office.worker():
        status = office.status(code)
        table = office.table(code)
    assert status["is_well"] == (code == 0)
    assert ("PROBLEM" in table) == (code == 1)
    if code:
        assert status["problems"] == ["a confirmation has been due for 6 min"]
        assert table["PROBLEM"] == status["problems"][0]


def test_a_confirmation_in_the_hands_of_a_worker_that_hangs_is_late(office):
    with office.worker(5):
        number = office.desk.confirm()
        office.desk.ask(
            "SELECT FROM mail.claim_messages(5, '1 hour', 10)")
        office.age(number, "6 minutes")
        status = office.status(1)
    assert (status["mails"]["sending"], status["due"]) == (1, 0)
    assert status["problems"] == ["a confirmation has been due for 6 min"]


def test_a_relay_that_is_away_does_not_make_mails_young(office):
    """Each try that finds no relay makes the mail due anew."""
    number = office.desk.confirm()
    for minutes in (40, 20, 1):
        office.tried(number, "connection", f"{minutes} minutes")
    with office.worker():
        status = office.status(1)
        assert 2400 <= status["oldest_confirmation_s"] < 2460
        # It is the mail's own waiting that counts once the relay spoke.
        office.tried(number, "retry", "30 seconds")
        assert office.status()["oldest_confirmation_s"] < 60
        office.tried(number, "lost", "7 minutes")
        assert 420 <= office.status(1)["oldest_confirmation_s"] < 480


def test_mails_without_a_worker_are_an_alarm(office):
    later = office.desk.notice(run_at="now() + interval '1 minute'")
    assert office.status()["is_well"]
    office.age(later, "1 second")
    assert office.status(1)["problems"] == [
        "1 mail waits and no worker is alive"]
    office.desk.notice()
    assert office.status(1)["problems"] == [
        "2 mails wait and no worker is alive"]
    with office.worker():
        assert office.status()["is_well"]
    assert not office.status(1)["is_well"]


def test_a_mail_whose_worker_is_gone_is_an_alarm(office):
    office.desk.notice()
    office.desk.ask("SELECT FROM mail.claim_messages(7, '1 hour', 10)")
    assert office.status(1)["problems"] == [
        "1 mail waits and no worker is alive"]
    with office.worker(7):
        assert office.table()["queue"].startswith("0 due, 1 being sent, 0")


def test_a_worker_of_another_database_is_none_of_ours(office):
    office.desk.notice()
    name = office.desk.cluster.createdb(f"{office.desk.name}_too")
    try:
        other = office.desk.cluster.connect(name)
        other.cursor().execute("SELECT pg_advisory_lock(7001, 1)")
        assert office.status(1)["workers"] == []
        other.close()
    finally:
        office.desk.cluster.dropdb(name)


def test_real_mails_are_counted_as_sent(office, sink):
    desk = office.desk
    desk.confirm()
    desk.notice()
    refused = desk.notice("rcpt-550")
    desk.once()
    assert len(sink.kept) == 2
    status = office.status()
    assert status["mails"]["sent"] == 2 and status["mails"]["failed"] == 1
    assert status["sent_last_hour"] == status["sent_last_day"] == 2
    assert status["failed_ids"] == [refused]
    assert office.table()["sent"] == "2; 2 in the last hour, 2 in the last day"


def test_rates_are_of_the_last_hour_and_day(office):
    number, = office.ended("sent")
    for interval, count in (("30 minutes", 3), ("5 hours", 4), ("25 hours", 8)):
        office.tried(number, "sent", interval, count=count)
    office.tried(number, "retry", "1 minute", count=16)
    status = office.status()
    assert (status["sent_last_hour"], status["sent_last_day"]) == (3, 7)


def test_what_ended_badly_is_named_the_newest_first(office):
    failed, unknown = office.ended("failed", 22), office.ended("unknown", 2)
    office.ended("cancelled", 3)
    status = office.status()
    assert status["failed_ids"] == failed[:1:-1]
    assert status["unknown_ids"] == unknown[::-1]
    table = office.table()
    assert table["failed"] == f"22: {str(failed[:1:-1])[1:-1]}, …"
    assert table["unknown"] == f"2: {unknown[1]}, {unknown[0]}"
    assert table["cancelled"] == "3"


def test_the_last_trouble_of_the_relay_is_told(office):
    number = office.desk.notice()
    office.tried(number, "connection", "3 minutes", "first")
    office.tried(number, "connection", "2 minutes", "421 too many")
    with office.worker():
        trouble = office.status()["relay_trouble"]
        assert trouble["words"] == "421 too many" and not trouble["is_over"]
        assert office.table()["relay"].endswith(" UTC: 421 too many")
        office.tried(number, "sent", "1 minute")
        assert office.status()["relay_trouble"]["is_over"]
        assert office.table()["relay"].endswith(" UTC, over: 421 too many")


def test_no_address_is_shown(office):
    number = office.desk.notice("secret")
    office.tried(number, "connection", "2 minutes",
                 "421 <Secret+1@example.org> and s@x.org, mind you")
    with office.worker():
        office.status()
        assert "@" not in office.desk.out
        office.table()
    assert "@" not in office.desk.out
    assert "421 <…> and … mind you" in office.desk.out


def test_people_are_counted(office):
    ask = office.desk.ask
    ask("INSERT INTO mail.suppression (email_hash, reason, expires_at)"
        " SELECT sha256(n::text::bytea), reason, until::timestamptz"
        " FROM (VALUES (1, 'hard', NULL), (2, 'hard', '2999-01-01'),"
        " (3, 'soft', '2020-01-01'), (4, 'blocked', NULL))"
        " AS v (n, reason, until)")
    readers = [office.desk.reader() for _ in range(3)]
    ask("UPDATE mail.reader SET state = 'unsubscribed'"
        f" WHERE id = '{readers[0]}'")
    first, second = office.desk.confirm(), office.desk.confirm()
    ask("UPDATE mail.signup SET requested_at = '2020-01-01', expires_at ="
        f" '2020-01-04' FROM mail.message AS m WHERE m.id = {first}"
        " AND signup.id = m.signup_id")
    ask("UPDATE mail.message SET state = 'cancelled'")
    status = office.status()
    assert status["suppressions"] == {"blocked": 1, "hard": 2}
    assert status["readers"] == {"active": 2, "unsubscribed": 1}
    assert status["pending_signups"] == 1 and second
    table = office.table()
    assert table["suppressed"] == "1 blocked, 2 hard"
    assert table["readers"] == "2 active, 1 unsubscribed"
    assert table["sign-ups"] == "1 not confirmed yet; the form is open"


def test_a_form_that_is_abused_is_told(office):
    office.desk.ask(
        "INSERT INTO mail.signup (email, email_hash, topics, text_version,"
        " requested_at, expires_at) SELECT n || '@example.org',"
        " sha256(n::text::bytea), '{all}', '1', now() - interval '1 hour',"
        " now() + interval '1 day' FROM generate_series(1, 200) AS n")
    assert office.status()["signup_mode"] == "careful"
    assert office.table()["sign-ups"] == (
        "200 not confirmed yet; the form is careful")


def test_a_database_that_is_away_is_another_exit(desk):
    words = desk.run("autopsy-mailer", "status", code=75, **{
        **desk.settings, "DATABASE_URL": "postgresql:///x?host=/nowhere"})
    assert "the database can't be reached: " in words and not desk.out


def test_status_needs_no_keys_and_no_relay(desk):
    desk.run("autopsy-mailer", "status", **{
        **desk.settings, "LINK_KEYS_FILE": "", "EMAIL_PEPPER_FILE": "",
        "MAIL_URL": ""})
    assert desk.out.startswith("workers")
