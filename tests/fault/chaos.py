"""A queue that is sent while everything about it breaks, and what is left.

Faults come in an order and at moments that follow from the seed, but for
what the machine adds; between two of them some mails get through.
"""
import collections
import os
import random
import time

from support.mail_stand import LEASE_S, wait_until

MAILS = int(os.environ.get("FAULT_MAILS", "5000"))
KILLS = int(os.environ.get("FAULT_KILLS", "100"))
SEED = int(os.environ.get("FAULT_SEED", "0")) or \
    random.SystemRandom().randrange(1, 1 << 30)
# Of so many readers these are in trouble, whatever else is. More who are
# always cut off would make workers wait for a better relay.
MANY = 500
TROUBLE = (["rcpt-550", "data-554", "flaky-1", "flaky-2"] * 5
           + ["keepcut", "cutdata"] * 2)
REFUSED = {"rcpt-550", "data-554"}
FEW = 100
LEAVERS = 0.15  # of the readers unsubscribe during the run


class Mail:
    """A mail when all is over: its row, its attempts, its copies."""

    def __init__(self, row, copies, left_at):
        (self.id, self.state, self.message_id, self.address, self.max_unknown,
         self.outcomes) = row
        self.name = self.address.split("+")[0]
        self.copies, self.left_at = copies, left_at

    def __repr__(self):
        return (f"mail {self.id} to {self.address}: {self.state} after "
                f"{self.outcomes}, {len(self.copies)} copies, "
                f"left at {self.left_at}: {self.copies}")

    def count(self, *outcomes):
        return sum(self.outcomes.count(o) for o in outcomes)


class Chaos:
    def __init__(self, stand, relay):
        self.stand, self.relay = stand, relay
        self.chance = random.Random(SEED)
        self.done = collections.Counter()
        self.deaths = collections.Counter()
        self.left_at = {}
        self.readers, self.stayers, self.queued = {}, [], 0
        self.feed(MAILS)
        self.workers = []
        self.paused, self.paused_until = None, 0
        self.exits, self.mails = [], []
        self.began, self.seconds = time.monotonic(), 0

    def run(self):
        plan = ([self.pause] * (KILLS // 10)
                + [self.kill] * (KILLS - KILLS // 10)
                + [self.renew_relay] * (KILLS // 12)
                + [self.end_sessions] * (KILLS // 8))
        self.chance.shuffle(plan)
        for at in (1, 2):  # not one after the other
            plan.insert(at * len(plan) // 3, self.crash_database)
        self.workers = [self.stand.worker(self.relay.url) for _ in range(2)]
        for fault in plan:
            self.leave(MAILS * LEAVERS / len(plan))
            self.stand.hurry()
            self.progress(1.5 * MAILS / len(plan))
            if self.stand.left() < FEW:
                self.feed(5 * FEW)
            fault()
            self.done[fault.__name__] += 1
            self.tend()
        self.resume()
        self.drain()
        return self

    def feed(self, many):
        """More readers are told, so that no fault finds the queue empty."""
        names = [(TROUBLE[n % MANY:] or ["ok"])[0] for n in range(many)]
        found = self.stand.readers(names, len(self.readers))
        self.queued += self.stand.announce()
        self.readers.update(found)
        self.stayers += found
        self.chance.shuffle(self.stayers)

    def progress(self, most):
        """Lets some mails through. With a relay that has just died workers
        wait; that is no reason to wait for them."""
        goal = self.relay.count() + self.chance.uniform(0, most)
        end = time.monotonic() + 1.5
        while self.relay.count() < goal and time.monotonic() < end:
            time.sleep(0.005)

    def tend(self):
        """What systemd would do, and the end of a pause."""
        if self.paused and time.monotonic() > self.paused_until:
            self.resume()
        for worker in self.workers:
            if worker.process.poll() is not None:
                self.deaths[worker.process.returncode] += 1
                worker.start()

    def resume(self):
        if self.paused:
            wait_until(lambda: time.monotonic() > self.paused_until, 60)
            self.paused.resume()
            self.paused = None

    def leave(self, many):
        """So many readers go, on average; the moment after is noted."""
        for _ in range(int(many + self.chance.random())):
            reader = self.stayers.pop()
            if self.chance.random() < 0.2:
                self.stand.erase(reader)
            else:
                self.stand.unsubscribe(reader)
            self.left_at[reader] = time.time()

    def other(self):
        return self.chance.choice(
            [w for w in self.workers if not w.is_paused])

    def kill(self):
        worker = self.other()
        worker.kill()
        worker.start()

    def pause(self):
        """Past its lease; what is left of the wait is filled with faults."""
        self.resume()
        self.paused = self.other()
        self.paused.pause()
        self.paused_until = time.monotonic() + LEASE_S + \
            self.chance.uniform(0.5, 1.5)

    def renew_relay(self):
        self.relay.kill()
        time.sleep(self.chance.uniform(0, 0.2))
        self.relay.start()

    def end_sessions(self):
        self.stand.end_sessions()

    def crash_database(self):
        self.stand.crash_database()

    def drain(self):
        """Nothing breaks any more; all that is left gets its answer."""
        end = time.monotonic() + 120
        while self.stand.left():
            assert time.monotonic() < end, self.stand.words()
            self.stand.hurry()
            time.sleep(0.2)
            self.tend()
        self.exits = [worker.stop() for worker in self.workers]
        self.mails = self.read_mails()
        self.seconds = time.monotonic() - self.began

    @property
    def duplicates(self):
        return sum(len(m.copies) - 1 for m in self.mails if m.copies)

    def report(self):
        states = collections.Counter(m.state for m in self.mails)
        outcomes = collections.Counter(
            o for m in self.mails for o in m.outcomes)
        forced = sum(len(m.copies) - 1 for m in self.mails
                     if m.copies and m.name == "keepcut")
        return "\n".join(
            f"  {name:<10} " + ", ".join(
                f"{n} {what.replace('_', ' ')}" for what, n in found)
            for name, found in (
                ("faults", self.done.most_common()),
                ("mails", states.most_common()),
                ("attempts", outcomes.most_common()),
                ("copies", [
                    ("twice", self.duplicates),
                    ("of them to who is always cut off", forced),
                    ("mails lost", sum(m.state == "sent" and not m.copies
                                       for m in self.mails))]),
                ("readers", [("left meanwhile", len(self.left_at))]))
        ) + f"\n  {self.seconds:.0f} seconds"

    def read_mails(self):
        copies = collections.defaultdict(list)
        for kept in self.relay.kept():
            copies[kept["id"]].append(kept)
        rows = self.stand.rows("""
            SELECT m.id, m.state, m.message_id::text, m.reader_id,
                m.max_unknown, coalesce(a.outcomes, '{}')
            FROM mail.message AS m
            LEFT JOIN (
                SELECT t.message_id,
                    array_agg(t.outcome ORDER BY t.id) AS outcomes
                FROM mail.attempt AS t
                GROUP BY t.message_id
            ) AS a ON a.message_id = m.id""")
        found = [Mail((*row[:3], self.readers[row[3]], *row[4:]),
                      copies.pop(row[2], []), self.left_at.get(row[3]))
                 for row in rows]
        assert not copies, "kept, and nobody's"
        return found
