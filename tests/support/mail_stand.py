"""Readers, workers and a PostgreSQL that syncs, all of it to be broken.

    with Stand(directory) as stand:
        stand.readers(["ok", "flaky-1"])    # local parts, see smtp_sink.py
        stand.announce()
        worker = stand.worker(relay.url)    # autopsy-mailer run
        worker.kill()
"""
import json
import signal
import subprocess

from support.cluster import Cluster
from support.desk import BUILD, ROOT
from support.mailer import Mailer
from support.schema import make_site
from support.worker import wait_until

LEASE_S = 3
NAME = "mailer"


class Worker:
    """A process of autopsy-mailer run, which may be started again."""

    def __init__(self, environment, log):
        self.environment, self.log = environment, log
        self.process, self.is_paused = None, False

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [BUILD / "autopsy-mailer", "run"], env=self.environment,
                cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.is_paused = False

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)
        self.is_paused = True

    def resume(self):
        self.process.send_signal(signal.SIGCONT)
        self.is_paused = False

    def stop(self):
        """Asks it to end; its exit status."""
        self.process.terminate()
        return self.process.wait(60)


class Stand:
    ANNOUNCE = """
        SELECT mail.announce(c.id, interval '0')
        FROM catalog.career AS c
        WHERE c.slug = 'backend-developer'"""

    def __init__(self, home):
        self.home = home
        self.cluster = Cluster({"fsync": "on", "synchronous_commit": "on",
                                "full_page_writes": "on"}, "/tmp")
        self.workers, self.link, self.web = [], None, None

    def __enter__(self):
        self.cluster.start()
        try:
            make_site(NAME, self.cluster)
            self.desk = Mailer(self.cluster, NAME, self.home)
            self.desk.publish()
            self.desk.user = "autopsy_mailer"
            self.connect()
        except BaseException:
            self.cluster.stop("immediate")
            raise
        return self

    def __exit__(self, *_):
        self.kill_workers()
        self.disconnect()
        self.cluster.stop("immediate")

    def connect(self):
        self.link = self.cluster.connect(NAME)
        self.web = self.cluster.connect(NAME, "autopsy_web")
        self.web.set_session(readonly=False)

    def disconnect(self):
        self.link.close()
        self.web.close()

    def rows(self, sql, *values):
        with self.link.cursor() as cursor:
            cursor.execute(sql, values or None)
            return cursor.fetchall() if cursor.description else []

    def one(self, sql, *values):
        return self.rows(sql, *values)[0][0]

    def clear(self):
        self.rows("TRUNCATE mail.message, mail.announcement, mail.attempt, "
                  "mail.reader, mail.signup, mail.suppression, "
                  "mail.signup_count RESTART IDENTITY CASCADE")

    def readers(self, names, before=0):
        """A reader of all new careers for each name, numbered from before;
        addresses by id."""
        found = self.rows("""
            WITH made AS (
                INSERT INTO mail.reader (email, email_hash, state)
                SELECT format('%%s+%%s@readers.example', n.name, n.number),
                    sha256(convert_to(n.number::text, 'UTF8')), 'active'
                FROM (
                    SELECT u.name, %s + u.number AS number
                    FROM unnest(%s) WITH ORDINALITY AS u (name, number)
                ) AS n
                RETURNING id, email
            ), told AS (
                INSERT INTO mail.subscription (reader_id, topic)
                SELECT m.id, 'all' FROM made AS m
            )
            SELECT m.id, m.email FROM made AS m""",
                          before, list(names))
        return dict(found)

    def announce(self):
        """Queues the one guide's notice, due at once; how many were told."""
        return self.one(self.ANNOUNCE)

    def sign_up(self, address, ip="192.0.2.1"):
        """Somebody asks for mail; what they get asks them to confirm."""
        with self.web.cursor() as cursor:
            cursor.execute(
                "SELECT mail.sign_up(%s, sha256(%s), sha256(%s), NULL, "
                "'{all}', '2026-11-24', %s, '', '/')",
                (address, address.encode(), address.encode(), ip))

    def unsubscribe(self, reader):
        """Keeps none of the topics, as the link in a mail does."""
        with self.web.cursor() as cursor:
            cursor.execute("SELECT mail.set_topics(%s, '{}', 'unsubscribed', "
                           "NULL, NULL)", (reader,))

    def erase(self, reader):
        """Forgets the reader, as an operator does by the address."""
        self.rows("SELECT mail.erase_reader(r.email_hash, NULL, NULL) "
                  "FROM mail.reader AS r WHERE r.id = %s", reader)

    def worker(self, url, **settings):
        """A worker at work, which is killed at the end of the test."""
        log = self.home / f"worker-{len(self.workers) + 1}.log"
        self.workers.append(Worker(
            {**self.desk.settings, "MAIL_URL": url,
             "MAIL_LEASE_S": str(LEASE_S), **settings}, log))
        return self.workers[-1].start()

    def at_work(self):
        """How many workers hold a number."""
        return self.one("SELECT count(*) FROM pg_locks AS k "
                        "WHERE k.locktype = 'advisory' AND k.classid = 7001")

    def kill_workers(self):
        for worker in self.workers:
            if worker.process.poll() is None:
                worker.kill()
        self.workers.clear()
        self.one("SELECT count(pg_terminate_backend(a.pid, 5000)) "
                 "FROM pg_stat_activity AS a "
                 "WHERE a.usename = 'autopsy_mailer'")

    def hurry(self):
        """As if time went by: mails that wait to be tried again are due."""
        self.rows("UPDATE mail.message AS m SET run_at = now() "
                  "WHERE m.state = 'ready' AND m.run_at > now()")
        self.rows("NOTIFY mail")

    def left(self):
        """Mails that are on their way."""
        return self.one("SELECT count(*) FROM mail.message AS m "
                        "WHERE m.state IN ('ready', 'sending')")

    def end_sessions(self):
        return self.one("SELECT count(pg_terminate_backend(a.pid)) "
                        "FROM pg_stat_activity AS a "
                        "WHERE a.usename = 'autopsy_mailer'")

    def crash_database(self, meanwhile=None):
        self.disconnect()
        self.cluster.down("immediate")
        if meanwhile:
            meanwhile()
        self.cluster.up()
        self.connect()

    def status(self):
        """What operators are told."""
        return json.loads(self.desk.run(
            "autopsy-mailer", "status", "--json", **self.desk.settings))

    def words(self):
        """For who looks for what failed: the last that the workers said, and
        mails that are still on their way."""
        return "\n".join(
            [line for log in sorted(self.home.glob("*.log"))
             for line in log.read_text().splitlines()[-15:]]
            + [row[0] for row in self.rows(
                "SELECT to_json(m)::text FROM mail.message AS m "
                "WHERE m.state IN ('ready', 'sending') LIMIT 5")])
