"""The mail queue: nothing lost, hardly anything twice, nothing unwanted."""

import itertools

import psycopg2
import pytest

from sql_database import Database, connect

HOUR = "1 hour"
_number = itertools.count(1)


@pytest.fixture
def db():
    made = Database()
    yield made
    made.close()


class Queue:
    """What a worker does, and what is left of it."""

    def __init__(self, db, worker=1):
        self.db, self.worker = db, worker

    def put(self, kind="confirm", **changes):
        number = next(_number)
        about = self.signup(number) if kind == "confirm" else \
            self.reader(number)
        row = {"dedupe_key": f"{kind}:{number}", "kind": kind, "priority": 5,
               "give_up_at": "2999-01-01", "max_unknown": 1,
               "signup_id" if kind == "confirm" else "reader_id": about,
               **changes}
        names = ", ".join(row)
        return self.db.one(
            f"INSERT INTO mail.message ({names}) VALUES "
            f"({', '.join(['%s'] * len(row))}) RETURNING id", *row.values())

    def signup(self, number, expires="2999-01-01"):
        return self.db.one(
            "INSERT INTO mail.signup (email, email_hash, topics, text_version,"
            " expires_at) VALUES (%s, sha256(%s), '{all}', '1', %s)"
            " RETURNING id", f"a{number}@example.org",
            f"s{number}".encode(), expires)

    def reader(self, number):
        return self.db.one(
            "INSERT INTO mail.reader (email, email_hash, state)"
            " VALUES (%s, sha256(%s), 'active') RETURNING id",
            f"r{number}@example.org", f"r{number}".encode())

    def claim(self, count=10, lease=HOUR):
        return {row[0]: row[1] for row in self.db.rows(
            "SELECT id, claim FROM mail.claim_messages(%s, %s, %s)",
            self.worker, lease, count)}

    def data(self, message, claim):
        return self.db.one("SELECT mail.begin_data(%s, %s, %s)", message,
                           claim, HOUR)

    def finish(self, message, claim, outcome, delay="5 minutes", code=250):
        return self.db.one(
            "SELECT mail.finish_message(%s, %s, %s, %s, 'reply', %s)",
            message, claim, outcome, code, delay)

    def is_(self, message):
        return self.db.rows(
            "SELECT state, attempts, unknowns FROM mail.message"
            " WHERE id = %s", message)[0]

    def rescue(self):
        return self.db.one("SELECT mail.rescue_messages()")

    def outlive_lease(self, message):
        self.db.rows("UPDATE mail.message SET lease_until = '2000-01-01'"
                     " WHERE id = %s", message)


@pytest.fixture
def queue(db):
    return Queue(db)


def test_mail_that_the_relay_took_is_sent_once(queue):
    mail = queue.put()
    [(_, claim)] = queue.claim().items()
    assert queue.data(mail, claim) == "go"
    assert queue.finish(mail, claim, "sent") == "sent"
    assert queue.is_(mail) == ("sent", 1, 0)
    assert queue.claim() == {}
    assert queue.rescue() == 0


def test_urgent_mails_come_first_then_those_that_waited_longest(queue):
    late = queue.put(run_at="2026-01-02")
    early = queue.put(run_at="2026-01-01")
    urgent = queue.put(priority=1)
    assert [*queue.claim(1), *queue.claim(1), *queue.claim(1)] == [
        urgent, early, late]


def test_mail_whose_time_has_not_come_waits(queue):
    queue.put(run_at="2999-01-01")
    assert queue.claim() == {}


def test_no_more_are_claimed_than_asked_for(queue):
    for _ in range(5):
        queue.put()
    assert len(queue.claim(3)) == 3
    assert len(queue.claim(3)) == 2


def test_two_workers_never_get_the_same_mail():
    with connect() as one, connect() as other:
        db = Database()
        queue = Queue(db)
        for _ in range(4):
            queue.put()
        db.link.commit()
        try:
            found = []
            for number, link in enumerate((one, other)):
                with link.cursor() as cursor:
                    cursor.execute("SELECT id FROM mail.claim_messages("
                                   "%s, '1 hour', 3)", (number,))
                    found.append({row[0] for row in cursor.fetchall()})
            assert len(found[0]) == 3 and len(found[1]) == 1
            assert not found[0] & found[1]
        finally:
            one.rollback()
            other.rollback()
            db.rows("DELETE FROM mail.message")
            db.rows("DELETE FROM mail.signup")
            db.link.commit()
            db.close()


@pytest.mark.parametrize("outcome, state", [
    ("sent", "sent"), ("rejected", "failed"), ("cancelled", "cancelled"),
    ("retry", "ready"), ("unknown", "ready"), ("connection", "ready")])
def test_each_outcome_has_its_state(queue, outcome, state):
    mail = queue.put()
    [(_, claim)] = queue.claim().items()
    assert queue.finish(mail, claim, outcome) == state
    assert queue.is_(mail)[0] == state
    assert queue.db.one("SELECT outcome FROM mail.attempt") == outcome


def test_another_outcome_is_refused(queue):
    mail = queue.put()
    [(_, claim)] = queue.claim().items()
    with pytest.raises(psycopg2.errors.RaiseException):
        queue.finish(mail, claim, "perhaps")


def test_who_was_told_to_try_later_waits_that_long(queue):
    mail = queue.put()
    [(_, claim)] = queue.claim().items()
    queue.finish(mail, claim, "retry", delay="5 minutes", code=451)
    assert queue.claim() == {}
    assert queue.db.one(
        "SELECT run_at > now() + interval '4 minutes' AND run_at < now()"
        " + interval '6 minutes' FROM mail.message")


def test_mail_is_given_up_when_its_time_is_over(queue):
    mail = queue.put(give_up_at="2026-01-01")
    [(_, claim)] = queue.claim().items()
    assert queue.finish(mail, claim, "retry") == "failed"


def test_fault_of_the_connection_counts_no_attempt(queue):
    mail = queue.put()
    [(_, claim)] = queue.claim().items()
    queue.finish(mail, claim, "connection")
    assert queue.is_(mail) == ("ready", 0, 0)


def test_mail_that_may_have_been_sent_is_sent_again_so_often_only(queue):
    mail = queue.put(max_unknown=1)
    for expected in ("ready", "unknown"):
        [(_, claim)] = queue.claim().items()
        assert queue.data(mail, claim) == "go"
        assert queue.finish(mail, claim, "unknown", delay="0") == expected
    assert queue.is_(mail) == ("unknown", 2, 2)
    assert queue.claim() == {}


def test_worker_that_lost_its_claim_changes_nothing(queue):
    mail = queue.put()
    [(_, old)] = queue.claim().items()
    queue.outlive_lease(mail)
    queue.rescue()
    [(_, new)] = queue.claim().items()
    assert queue.data(mail, old) == "lost"
    assert queue.finish(mail, old, "sent") == "lost"
    assert queue.is_(mail)[0] == "sending"
    assert queue.finish(mail, new, "sent") == "sent"
    assert queue.db.rows("SELECT outcome FROM mail.attempt ORDER BY id") == [
        ("lost",), ("lost",), ("sent",)]


def test_mail_lost_before_its_text_is_rescued_at_once_if_the_worker_died(
        queue):
    mail = queue.put()
    queue.claim()
    assert queue.rescue() == 1
    assert queue.is_(mail) == ("ready", 1, 0)


def test_mail_of_a_worker_that_lives_is_left_to_it(queue):
    mail = queue.put()
    queue.db.rows("SELECT pg_advisory_lock(7001, 1)")
    try:
        queue.claim()
        assert queue.rescue() == 0
        assert queue.is_(mail)[0] == "sending"
        # But not for ever.
        queue.outlive_lease(mail)
        assert queue.rescue() == 1
    finally:
        queue.db.rows("SELECT pg_advisory_unlock(7001, 1)")


def test_mail_lost_after_its_text_waits_for_the_lease_and_counts(queue):
    mail = queue.put(max_unknown=1)
    for expected in (("ready", 1, 1), ("unknown", 2, 2)):
        [(_, claim)] = queue.claim().items()
        queue.data(mail, claim)
        assert queue.rescue() == 0  # the worker may yet come back
        queue.outlive_lease(mail)
        assert queue.rescue() == 1
        assert queue.is_(mail) == expected


def test_mail_lost_after_its_time_is_told_as_what_it_is(queue):
    begun, waiting = (queue.put(give_up_at="2026-01-01") for _ in range(2))
    claims = queue.claim()
    queue.data(begun, claims[begun])
    for mail in claims:
        queue.outlive_lease(mail)
    queue.rescue()
    assert queue.is_(begun)[0] == "unknown"
    assert queue.is_(waiting)[0] == "failed"


def test_who_stops_gives_back_what_was_not_begun(queue):
    begun, waiting = queue.put(), queue.put()
    claims = queue.claim()
    queue.data(begun, claims[begun])
    assert queue.db.one("SELECT mail.release_messages(1)") == 1
    assert queue.is_(waiting) == ("ready", 0, 0)
    assert queue.is_(begun) == ("sending", 1, 0)


UNWANTED = {
    "confirmed meanwhile": "UPDATE mail.signup SET confirmed_at = now()",
    "expired": "UPDATE mail.signup SET requested_at = '2026-01-01',"
               " expires_at = '2026-01-02'",
    "blocked": "INSERT INTO mail.suppression (email_hash, reason)"
               " SELECT email_hash, 'blocked' FROM mail.signup",
    "complained": "INSERT INTO mail.suppression (email_hash, reason)"
                  " SELECT email_hash, 'complaint' FROM mail.signup"}


@pytest.mark.parametrize("why", UNWANTED)
def test_question_that_nobody_wants_is_stopped_at_the_last_moment(queue, why):
    mail = queue.put()
    [(_, claim)] = queue.claim().items()
    queue.db.rows(UNWANTED[why])
    assert queue.data(mail, claim) == "unwanted"
    assert queue.finish(mail, claim, "cancelled") == "cancelled"


@pytest.mark.parametrize("reason", ["hard", "soft", "erased"])
def test_who_asks_again_is_asked_whether_they_mean_it(queue, reason):
    mail = queue.put()
    queue.db.rows("INSERT INTO mail.suppression (email_hash, reason)"
                  " SELECT email_hash, %s FROM mail.signup", reason)
    [(_, claim)] = queue.claim().items()
    assert queue.data(mail, claim) == "go"


def notice(queue):
    career = queue.db.publish()["career_id"]
    mail = queue.put("notice")
    queue.db.rows("INSERT INTO mail.announcement SELECT reader_id, %s, id"
                  " FROM mail.message WHERE id = %s", career, mail)
    [(_, claim)] = queue.claim().items()
    return mail, claim


def test_notice_that_a_reader_wants_goes(queue):
    assert queue.data(*notice(queue)) == "go"


@pytest.mark.parametrize("change", [
    "UPDATE mail.reader SET state = 'unsubscribed'",
    "UPDATE mail.reader SET state = 'erased', email = NULL",
    "INSERT INTO mail.suppression (email_hash, reason)"
    " SELECT email_hash, 'hard' FROM mail.reader",
    "DELETE FROM mail.announcement"])
def test_notice_that_nobody_wants_is_stopped_at_the_last_moment(queue,
                                                                change):
    mail = notice(queue)
    queue.db.rows(change)
    assert queue.data(*mail) == "unwanted"


def test_suppression_that_is_over_stops_nothing(queue):
    mail = notice(queue)
    queue.db.rows("INSERT INTO mail.suppression (email_hash, reason,"
                  " expires_at) SELECT email_hash, 'soft', '2026-01-01'"
                  " FROM mail.reader")
    assert queue.data(*mail) == "go"


def test_same_mail_is_queued_once(queue):
    queue.put(dedupe_key="one")
    with pytest.raises(psycopg2.errors.UniqueViolation):
        queue.put(dedupe_key="one")


def test_event_of_consent_forgets_machines_and_nothing_else(db):
    db.rows("INSERT INTO mail.consent_event (email_hash, kind, ip,"
            " user_agent) VALUES (sha256('a'), 'confirmed', '192.0.2.1',"
            " 'Browser')")
    db.rows("UPDATE mail.consent_event SET ip = NULL, user_agent = NULL")
    with pytest.raises(psycopg2.errors.ObjectNotInPrerequisiteState):
        db.rows("UPDATE mail.consent_event SET kind = 'requested'")


@pytest.mark.parametrize("statement", [
    "DELETE FROM mail.consent_event", "TRUNCATE mail.consent_event"])
def test_event_of_consent_stays(db, statement):
    db.rows("INSERT INTO mail.consent_event (email_hash, kind)"
            " VALUES (sha256('a'), 'confirmed')")
    with pytest.raises(psycopg2.errors.ObjectNotInPrerequisiteState):
        db.rows(statement)
