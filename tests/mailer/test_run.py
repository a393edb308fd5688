"""autopsy-mailer run: told of mails, sharing them, and ending well."""
import os
import signal

import pytest

from support.smtp_sink import Sink
from support.worker import wait_until


def seconds_to_send(desk, number):
    desk.becomes(number, "sent")
    return float(desk.ask("SELECT extract(epoch FROM sent_at - created_at)"
                          f" FROM mail.message WHERE id = {number}"))


def idle_since(desk):
    """When a worker that has nothing to do looked last."""
    return wait_until(lambda: desk.ask(
        "SELECT a.query_start FROM pg_stat_activity AS a"
        f" WHERE a.datname = '{desk.name}' AND a.state = 'idle'"
        " AND a.application_name = 'autopsy-mailer'"
        " AND a.query LIKE '%RECURSIVE first AS%'"))


def test_a_worker_is_told_of_a_mail(desk, sink):
    with desk.running() as worker:
        for _ in range(3):
            idle_since(desk)
            number = desk.confirm()
            desk.told()
            # By itself it looks every 15 seconds.
            assert seconds_to_send(desk, number) < 5
        worker.stop()
        assert worker.noticed("STOPPING=1") == 1
    assert [line["text"] for line in worker.events("mailer.stop")] == [
        "3 mails were sent"]


def test_a_worker_with_nothing_to_do_leaves_the_database_alone(desk, sink):
    desk.notice(run_at="now() + interval '1 hour'")
    with desk.running():
        since = idle_since(desk)
        for _ in range(10):
            assert idle_since(desk) == since


def test_a_mail_that_nobody_told_of_is_found(desk, sink):
    with desk.running():
        idle_since(desk)
        number = desk.confirm()
        desk.becomes(number, "sent", 25)


def test_a_mail_for_later_is_sent_when_it_is_due(desk, sink):
    later = [desk.notice(run_at=f"now() + interval '{n} seconds'")
             for n in (3600, 4, 2)]
    with desk.running():
        desk.becomes(later[1], "sent")
        for number in later[1:]:
            late = desk.ask("SELECT extract(epoch FROM sent_at - run_at)"
                            f" FROM mail.message WHERE id = {number}")
            assert 0 < float(late) < 5  # it looks every 15 seconds
    assert desk.state(later[0]) == "ready"


def test_watchdog_is_fed_while_nothing_is_to_do(desk, sink):
    with desk.running(WATCHDOG_USEC="3000000") as worker:
        wait_until(lambda: worker.noticed("WATCHDOG=1") >= 4, 30)


@pytest.mark.parametrize("name", ["waitrcpt", "waitdata"])
def test_watchdog_is_fed_while_a_relay_is_slow(desk, sink, name):
    number = desk.confirm(name)
    with desk.running(WATCHDOG_USEC="3000000") as worker:
        wait_until(lambda: sink.waiting)
        told = worker.noticed("WATCHDOG=1")
        wait_until(lambda: worker.noticed("WATCHDOG=1") >= told + 3, 30)
        sink.open_gate()
        desk.becomes(number, "sent")


def test_watchdog_is_fed_while_a_relay_is_away_and_not_unasked(desk):
    with Sink() as sink:
        desk.url = sink.url
    desk.confirm()
    with desk.running(WATCHDOG_USEC="3000000") as worker:
        worker.has_logged("relay.away")
        told = worker.noticed("WATCHDOG=1")
        wait_until(lambda: worker.noticed("WATCHDOG=1") >= told + 3, 30)
    with desk.running() as worker:
        worker.has_logged("relay.away")
        worker.stop()
        assert worker.noticed("WATCHDOG=1") == 0


def test_relay_away_and_back(desk):
    with Sink() as sink:
        desk.url = sink.url
    numbers = [desk.confirm() for _ in range(30)]
    with desk.running() as worker:
        worker.has_logged("relay.away")
        with Sink(port=sink.port) as sink:
            for number in numbers:
                desk.becomes(number, "sent", 30)
            assert len(sink.kept) == 30
        worker.stop()
    # Said once when it went and once when it came, whatever was tried.
    assert len(worker.events("relay.away")) == 1
    assert len(worker.events("relay.back")) == 1
    assert {desk.mail(n)["attempts"] for n in numbers} == {1}


def test_an_idle_connection_that_died_costs_nothing(desk, sink):
    with desk.running() as worker:
        for _ in range(3):
            number = desk.confirm()
            desk.told()
            desk.becomes(number, "sent")
            sink.drop_all()
        worker.stop()
    assert sink.connections == 3
    assert not worker.events("mail.connection")


def test_a_more_urgent_mail_overtakes(desk, sink):
    for _ in range(200):
        desk.notice(reader=desk.reader())
    with desk.running(MAIL_RATE="20"):
        wait_until(lambda: len(sink.kept) > 5)
        before = len(sink.kept)
        question = desk.confirm(priority=1)
        desk.becomes(question, "sent")
        overtaken = int(desk.ask(
            "SELECT count(*) FROM mail.message AS m, mail.message AS q"
            f" WHERE q.id = {question} AND m.sent_at > q.created_at"
            " AND m.sent_at < q.sent_at"))
    assert before < 170
    # No more than what was claimed already: a second's worth.
    assert overtaken <= 20


def test_a_worker_reads_no_table_from_end_to_end_when_they_grow(desk, sink):
    with desk.running() as worker:
        for _ in range(10):
            desk.notice()
        desk.told()
        wait_until(lambda: len(sink.kept) == 10, 20)
        desk.ask("WITH r AS (INSERT INTO mail.reader (email, email_hash,"
                 " state) SELECT 'r' || n || '@example.org',"
                 " sha256(('r' || n)::bytea), 'active'"
                 " FROM generate_series(1, 3000) AS n RETURNING id)"
                 " INSERT INTO mail.subscription (reader_id, topic)"
                 " SELECT r.id, 'all' FROM r")
        desk.ask("SELECT mail.announce(min(c.id), interval '1 day')"
                 " FROM catalog.career AS c")
        for _ in range(10):
            desk.notice()
        desk.ask("SELECT pg_stat_reset()")
        desk.told()
        wait_until(lambda: len(sink.kept) == 20, 20)
        worker.stop()
    assert desk.rows(
        "SELECT t.relname, t.seq_scan FROM pg_stat_user_tables AS t"
        " WHERE t.schemaname = 'mail' AND t.seq_scan > 0 AND t.relname IN"
        " ('message', 'attempt', 'announcement', 'reader', 'subscription',"
        " 'suppression')") == []


UNSUBSCRIBE = "SELECT mail.set_topics('{}', '{{}}', 'unsubscribed', NULL, '')"
SUPPRESS = ("INSERT INTO mail.suppression (email_hash, reason) SELECT"
            " r.email_hash, 'manual' FROM mail.reader AS r WHERE r.id = '{}'")
ERASE = ("SELECT mail.erase_reader(r.email_hash, NULL, '')"
         " FROM mail.reader AS r WHERE r.id = '{}'")
WITHDRAW = "DELETE FROM mail.announcement WHERE reader_id = '{}'"


@pytest.mark.parametrize("leave", [UNSUBSCRIBE, SUPPRESS, ERASE, WITHDRAW])
def test_who_leaves_at_the_last_moment_gets_nothing(desk, sink, leave):
    reader = desk.reader("waitrcpt")
    number, after = desk.notice(reader=reader), desk.notice(priority=9)
    with desk.running():
        wait_until(lambda: sink.waiting)
        desk.ask(leave.format(reader))
        sink.open_gate()
        desk.becomes(number, "cancelled")
        desk.becomes(after, "sent")
    assert len(sink.kept) == 1
    assert [a["outcome"] for a in desk.attempts(number)] == ["cancelled"]


@pytest.mark.parametrize("leave", [
    "SELECT mail.block_signup(id, NULL, '') FROM mail.signup",
    "SELECT mail.erase_reader(email_hash, NULL, '') FROM mail.signup",
    "UPDATE mail.signup SET confirmed_at = now()",
    "UPDATE mail.signup SET requested_at = '2000-01-01',"
    " expires_at = '2000-01-04'"])
def test_a_question_that_is_void_by_now_is_not_asked(desk, sink, leave):
    number = desk.confirm("waitrcpt")
    with desk.running() as worker:
        wait_until(lambda: sink.waiting)
        desk.ask(leave)
        after = desk.notice()
        sink.open_gate()
        desk.becomes(after, "sent")
        worker.stop()
    assert len(sink.kept) == 1
    assert desk.rows("SELECT state FROM mail.message"
                     f" WHERE id = {number} AND state <> 'cancelled'") == []


def backends(desk):
    """Of workers that have begun."""
    return desk.rows(
        "SELECT a.pid FROM pg_stat_activity AS a JOIN pg_locks AS l"
        " ON l.pid = a.pid AND l.locktype = 'advisory' AND l.classid = 7001"
        f" WHERE a.datname = '{desk.name}'"
        " AND a.application_name = 'autopsy-mailer'")


def terminate(desk):
    before = wait_until(lambda: backends(desk))
    desk.ask("SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity AS a"
             f" WHERE a.datname = '{desk.name}'"
             " AND a.application_name = 'autopsy-mailer'")
    return before


def test_a_new_session_listens_and_holds_its_number(desk, sink):
    with desk.running() as worker:
        before = terminate(desk)
        after = wait_until(lambda: backends(desk) not in ([], before)
                           and backends(desk))
        assert before != after and len(after) == 1
        idle_since(desk)
        number = desk.confirm()
        desk.told()
        assert seconds_to_send(desk, number) < 5
        worker.stop()


def test_a_session_that_ends_before_the_text_costs_no_copy(desk, sink):
    number, other = desk.confirm("waitrcpt"), desk.notice()
    with desk.running() as worker:
        wait_until(lambda: sink.waiting)
        terminate(desk)
        sink.open_gate()
        desk.becomes(number, "sent")
        desk.becomes(other, "sent")
        worker.stop()
    assert len(sink.kept) == 2
    assert desk.mail(number)["unknowns"] == 0


def test_a_session_that_ends_after_the_text_costs_no_copy(desk, sink):
    number, other = desk.confirm("waitdata"), desk.notice()
    with desk.running() as worker:
        wait_until(lambda: sink.waiting)
        terminate(desk)
        sink.open_gate()
        desk.becomes(number, "sent")
        desk.becomes(other, "sent")
        worker.stop()
    assert len(sink.kept) == 2
    assert desk.mail(number)["unknowns"] == 0


def test_a_session_that_ends_between_mails_loses_none(desk, sink):
    numbers = [desk.notice() for _ in range(6)]
    # Two at once, with half a second between them.
    with desk.running(MAIL_RATE="2") as worker:
        for count in (1, 3):
            wait_until(lambda: int(desk.ask(
                "SELECT count(*) FROM mail.message"
                " WHERE state = 'sent'")) >= count, 20)
            terminate(desk)
        for number in numbers:
            desk.becomes(number, "sent")
        worker.stop()
    assert len(sink.kept) == 6


def close_database(desk, is_closed):
    desk.cluster.psql("postgres", f'ALTER DATABASE "{desk.name}"'
                      f" ALLOW_CONNECTIONS {'false' if is_closed else 'true'}")
    if is_closed:
        desk.cluster.psql(
            "postgres", "SELECT pg_terminate_backend(a.pid)"
            f" FROM pg_stat_activity AS a WHERE a.datname = '{desk.name}'")


def test_what_a_relay_said_waits_for_the_database(desk, sink):
    number = desk.confirm("waitdata")
    with desk.running() as worker:
        wait_until(lambda: sink.waiting)
        close_database(desk, True)
        sink.open_gate()
        worker.has_logged("db.away")
        close_database(desk, False)
        desk.becomes(number, "sent")
        worker.has_logged("db.back")
        worker.stop()
    assert len(sink.kept) == 1 and len(worker.events("db.away")) == 1


def test_what_can_not_be_noted_in_time_is_said(desk, sink):
    number = desk.notice("waitdata")
    with desk.running(MAIL_LEASE_S="2") as worker:
        wait_until(lambda: sink.waiting)
        close_database(desk, True)
        sink.open_gate()
        worker.wait(1)
        close_database(desk, False)
    (line,) = worker.events("mail.unfinished")
    assert f"mail {number} was sent" in line["text"]
    # The next one can't know, and tries again under the same Message-ID.
    desk.once(MAIL_LEASE_S="2")
    assert desk.mail(number)["unknowns"] == 1
    desk.once()
    assert desk.state(number) == "sent"
    assert len({kept.content for kept in sink.kept}) == 1


def test_the_database_is_away_at_the_start(desk, sink):
    number = desk.confirm()
    close_database(desk, True)
    with desk.running() as worker:
        worker.has_logged("db.away")
        close_database(desk, False)
        desk.becomes(number, "sent")
        worker.stop()
    assert len(worker.events("db.away")) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_mail_in_hand_is_finished_and_the_rest_given_back(desk, sink,
                                                              number):
    hand = desk.confirm("waitdata", priority=1)
    rest = [desk.notice() for _ in range(10)]
    with desk.running() as worker:
        wait_until(lambda: sink.waiting)
        assert {desk.state(n) for n in rest} == {"sending"}
        worker.send(number)
        sink.open_gate()
        worker.wait(0)
    assert desk.state(hand) == "sent" and len(sink.kept) == 1
    for mail in map(desk.mail, rest):
        assert (mail["state"], mail["attempts"]) == ("ready", 0)
    assert all(desk.attempts(n) == [] for n in rest)


def test_a_worker_ends_at_once_when_nothing_is_in_hand(desk):
    with Sink() as sink:
        desk.url = sink.url
    desk.confirm()
    with desk.running() as worker:
        worker.has_logged("relay.away")
        worker.stop()
    assert desk.rows("SELECT state, attempts FROM mail.message") == [
        {"state": "ready", "attempts": 0}]


def test_two_workers_share(desk, sink):
    numbers = [desk.notice() for _ in range(60)]
    with desk.running(MAIL_RATE="20") as one, \
            desk.running(MAIL_RATE="20") as other:
        for number in numbers:
            desk.becomes(number, "sent")
        one.stop()
        other.stop()
    assert len(sink.kept) == 60
    assert len({kept.to[0] for kept in sink.kept}) == 60
    shares = desk.rows("SELECT worker, count(*) FROM mail.attempt"
                       " GROUP BY worker ORDER BY worker")
    assert [row["worker"] for row in shares] == [1, 2]
    assert min(row["count"] for row in shares) > 5


def test_a_worker_that_died_before_the_text_is_made_good_at_once(desk, sink):
    number, other = desk.confirm("waitrcpt"), desk.notice()
    with desk.running() as worker:
        wait_until(lambda: sink.waiting)
        worker.send(signal.SIGKILL)
        worker.wait(-signal.SIGKILL)
        sink.open_gate()
        wait_until(lambda: not backends(desk))
        with desk.running() as second:
            desk.becomes(number, "sent")
            desk.becomes(other, "sent")
            second.stop()
    assert len(sink.kept) == 2
    assert desk.mail(number)["unknowns"] == 0


def test_a_worker_that_died_in_the_text_leaves_it_unknown(desk, sink):
    number = desk.notice("waitdata")
    with desk.running(MAIL_LEASE_S="2") as worker:
        wait_until(lambda: sink.waiting)
        worker.send(signal.SIGKILL)
        worker.wait(-signal.SIGKILL)
    sink.open_gate()
    with desk.running(MAIL_LEASE_S="2") as second:
        desk.becomes(number, "sent")
        second.stop()
    assert desk.mail(number)["unknowns"] == 1
    assert len(second.events("mailer.rescued")) == 1
    assert len({kept.content for kept in sink.kept}) == 1


def test_a_worker_that_slept_too_long_sends_nothing_twice(desk, sink):
    number = desk.confirm("waitrcpt")
    rest = [desk.notice() for _ in range(5)]
    with desk.running(MAIL_LEASE_S="2") as sleeper:
        wait_until(lambda: sink.waiting)
        sleeper.send(signal.SIGSTOP)
        sink.open_gate()
        with desk.running(MAIL_LEASE_S="2") as other:
            for n in (number, *rest):
                desk.becomes(n, "sent")
            sleeper.send(signal.SIGCONT)
            # Whatever it had in hand when it woke up is another's.
            sleeper.has_logged("mail.connection")
            sleeper.stop()
            other.stop()
    assert len(sink.kept) == 6
    assert len({kept.to[0] for kept in sink.kept}) == 6


def test_nothing_in_the_log_tells_who_reads_us(desk, sink):
    names = ("ok", "rcpt-450", "rcpt-550", "policy", "cutrcpt", "keepcut",
             "rcpt-530", "data-554")
    numbers = [desk.notice(name) for name in names]
    with desk.running(LOG_LEVEL="debug") as worker:
        wait_until(lambda: all(desk.attempts(n) for n in numbers), 40)
        worker.stop()
    text = worker.log.read_text()
    assert "rcpt-550+" not in text and "@" not in text
    assert "relay.refuses" in text
    tokens = [word for kept in sink.kept
              for word in kept.content.decode().replace("=\r\n", "").split("/")
              if len(word) >= 67]
    assert tokens
    for token in tokens:
        assert token[:20] not in text
    for line in worker.events("mail.sent"):
        assert set(line) == {"ts", "level", "prog", "pid", "event", "id",
                             "kind", "state", "attempts", "ms", "code",
                             "status"}


def test_a_schema_that_does_not_fit_ends_it(desk, sink):
    desk.ask("DROP FUNCTION mail.prune")
    with desk.running() as worker:
        worker.wait(1)
    assert "migrate up" in worker.events("db.query")[0]["text"]


def test_no_descriptor_is_lost(desk, sink):
    with desk.running() as worker:
        desk.confirm()
        desk.told()
        wait_until(lambda: sink.kept)
        folder = f"/proc/{worker.pid}/fd"
        before = len(os.listdir(folder))
        for name in ["ok", "rcpt-550", "cutrcpt", "data-554"] * 5:
            desk.notice(name)
        number = desk.notice(priority=9)
        desk.told()
        desk.becomes(number, "sent", 60)
        assert len(os.listdir(folder)) <= before
        worker.stop()
