"""A worker that is killed at each point of a mail's way: how often is the
mail kept, and what is told of it?

    W1  claimed; the recipient is not accepted yet
    W2  the text may be sent (begin_data is committed); nothing of it was
    W3  the relay has kept it; its reply was not read
    W4  the reply was read; that it was is not committed
    W5  that it was sent is committed

The points are held open by the relay's gate and by a lock on the mail's row,
so that nothing depends on time.
"""
import pytest

from support.mail_stand import wait_until
from support.smtp_sink import Sink

# Copies, and attempts whose end is unknown.
EXPECTED = {"W1": (1, 0), "W2": (1, 1), "W3": (2, 1), "W4": (2, 1),
            "W5": (1, 0)}


@pytest.fixture
def sink():
    with Sink() as made:
        yield made
        made.open_gate()


class Window:
    """One mail, a worker that is to die, and the lock on the mail's row."""

    def __init__(self, stand, sink):
        self.stand, self.sink = stand, sink
        self.lock = stand.cluster.connect("mailer")
        self.lock.autocommit = False
        # Held as long as the test needs; production's is two seconds.
        stand.rows("ALTER ROLE autopsy_mailer SET lock_timeout = '60s'")
        self.worker = None

    def close(self):
        self.lock.close()
        self.stand.rows("ALTER ROLE autopsy_mailer SET lock_timeout = '2s'")

    def start(self, **settings):
        self.worker = self.stand.worker(self.sink.url, **settings)

    def is_at_gate(self):
        return self.sink.waiting

    def take_lock(self):
        with self.lock.cursor() as cursor:
            cursor.execute("SELECT m.id FROM mail.message AS m FOR UPDATE")

    def wait_for_lock(self):
        """Until the worker waits for it; its session."""
        return wait_until(lambda: self.stand.rows(
            "SELECT a.pid FROM pg_stat_activity AS a "
            "WHERE a.usename = 'autopsy_mailer' "
            "AND a.wait_event_type = 'Lock'"), 20)[0][0]

    def state(self):
        return self.stand.one("SELECT m.state FROM mail.message AS m")

    def kill_at_w1(self):
        self.start()
        wait_until(self.is_at_gate, 20)
        self.worker.kill()

    def kill_at_w2(self):
        self.start()
        wait_until(self.is_at_gate, 20)
        self.take_lock()
        self.sink.open_gate()
        self.wait_for_lock()
        # Its session commits, and it is not there to hear of it.
        self.worker.pause()
        self.lock.rollback()
        wait_until(lambda: self.stand.one(
            "SELECT m.data_at IS NOT NULL FROM mail.message AS m"), 20)
        self.worker.kill()

    def kill_at_w3(self):
        before = len(self.sink.kept)
        self.start()
        wait_until(lambda: len(self.sink.kept) > before, 20)
        self.worker.kill()

    def kill_at_w4(self):
        self.start()
        wait_until(lambda: self.sink.kept, 20)
        self.take_lock()
        self.sink.open_gate()
        pid = self.wait_for_lock()
        self.worker.kill()
        # Else the session would commit what the worker asked it to.
        self.stand.rows("SELECT pg_terminate_backend(%s, 20000)", pid)
        self.lock.rollback()

    def kill_at_w5(self):
        self.sink.open_gate()
        self.start()
        wait_until(lambda: self.state() == "sent", 20)
        self.worker.kill()

    def end(self):
        """Another worker comes; the state when all is over."""
        self.sink.open_gate()
        self.worker = self.stand.worker(self.sink.url)
        wait_until(self.stand.at_work, 20)
        wait_until(self.is_over, 60, self.stand.words())
        assert self.worker.stop() == 0
        return self.state()

    def is_over(self):
        self.stand.hurry()
        return not self.stand.left()

    def outcomes(self):
        return [row[0] for row in self.stand.rows(
            "SELECT a.outcome FROM mail.attempt AS a ORDER BY a.id")]


@pytest.fixture
def window(stand, sink):
    made = Window(stand, sink)
    yield made
    stand.kill_workers()
    made.close()


@pytest.mark.parametrize("name", EXPECTED)
def test_worker_that_dies_at(window, name):
    stays = "waitrcpt" if name in ("W1", "W2") else "waitkept"
    window.stand.readers([stays])
    window.stand.announce()
    getattr(window, f"kill_at_{name.lower()}")()
    assert window.end() == "sent"
    copies = window.sink.kept
    assert (len(copies), window.outcomes().count("unknown")) == EXPECTED[name]
    assert len({copy.content for copy in copies}) == 1
    assert window.outcomes().count("sent") == 1


@pytest.mark.parametrize("kind, most", [("notice", 2), ("confirm", 3)])
def test_mail_that_stays_unknown_is_given_up_and_told(window, kind, most):
    """Each worker dies before it hears that its copy was kept."""
    if kind == "notice":
        window.stand.readers(["waitkept"])
        window.stand.announce()
    else:
        window.stand.sign_up("waitkept+1@readers.example")
    for number in range(most):
        window.kill_at_w3()
        assert window.state() == "sending"
        assert len(window.sink.kept) == number + 1
        window.stand.hurry()
    assert window.end() == "unknown"
    assert len(window.sink.kept) == most
    assert len({copy.content for copy in window.sink.kept}) == 1
    assert window.outcomes() == ["unknown"] * most
    assert window.stand.status()["unknown_ids"] == [
        window.stand.one("SELECT m.id FROM mail.message AS m")]


def test_worker_that_wakes_after_its_lease_leaves_the_mail_alone(window):
    """Claimed and accepted by the relay, then asleep; meanwhile another
    worker has sent it."""
    window.stand.readers(["waitrcpt"])
    window.stand.announce()
    window.start()
    wait_until(window.is_at_gate, 20)
    window.worker.pause()
    sleeper = window.worker
    assert window.end() == "sent"
    sleeper.resume()
    wait_until(lambda: len(window.outcomes()) == 3, 20)
    assert window.outcomes() == ["lost", "sent", "lost"]
    assert sleeper.stop() == 0
    assert len(window.sink.kept) == 1
    assert window.state() == "sent"


def test_unsubscribing_counts_until_the_text_is_asked_for(window):
    reader, = window.stand.readers(["waitrcpt"])
    window.stand.announce()
    window.start()
    wait_until(window.is_at_gate, 20)
    window.stand.unsubscribe(reader)
    window.sink.open_gate()
    wait_until(lambda: window.state() == "cancelled", 20)
    assert window.sink.kept == []
    assert window.outcomes() == ["cancelled"]


def test_an_answer_outlives_the_database(window):
    """The relay kept it while PostgreSQL went away: it is noted after."""
    window.stand.readers(["waitkept"])
    window.stand.announce()
    window.start(MAIL_LEASE_S="60")
    wait_until(lambda: window.sink.kept, 20)
    window.lock.close()
    window.stand.crash_database(window.sink.open_gate)
    wait_until(lambda: window.state() == "sent", 20)
    assert len(window.sink.kept) == 1
    assert window.outcomes() == ["sent"]
    assert window.worker.stop() == 0
