"""Somebody who feeds a database with pay, from files or from sources.

Databases are copies of a template: migrating, publishing the guides and
registering the sources is done once a run of the tests.
"""
import contextlib
import functools
import json
import os
import signal
import subprocess
import uuid
from pathlib import Path

from support.cluster import shared
from support.schema import make_site

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("B", "build")
SOURCES = ROOT / "migrations" / "content" / "benchmarks" / "sources.json"


class Desk:
    """A database, the programs, and what they said last."""

    def __init__(self, cluster, name, home=None, environment=None):
        self.cluster, self.name = cluster, name
        self.home = home
        self.environment = environment or {}
        self.user = "autopsy_ingest"
        self.out = self.words = ""

    def start(self, program, *arguments, **environment):
        """The process, its outputs as pipes."""
        return subprocess.Popen(
            [BUILD / program, *arguments], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, cwd=ROOT,
            env={**os.environ, "MIGRATIONS_DIR": str(ROOT / "migrations"),
                 "DATABASE_URL": self.cluster.url(self.name, self.user),
                 **self.environment, **environment})

    def finish(self, process, code=0):
        self.out, self.words = process.communicate(timeout=170)
        assert process.returncode == code, (self.out, self.words)
        return self.words if code else self.out

    def run(self, program, *arguments, code=0, **environment):
        return self.finish(self.start(program, *arguments, **environment),
                           code)

    def ingest(self, *arguments, code=0, **environment):
        return self.run("autopsy-ingest", *arguments, code=code,
                        **environment)

    def fetch(self, *arguments, code=0, **environment):
        return self.ingest("run", *arguments, code=code, **environment)

    def publish(self):
        """The guides and the register."""
        self.user = "autopsy_ops"
        self.run("autopsy-ctl", "content", "publish")
        self.user = "autopsy_ingest"
        self.ingest("sources", str(SOURCES))

    def ask(self, sql):
        return self.cluster.psql(self.name, sql)

    def rows(self, sql):
        """A list of dictionaries."""
        return json.loads(self.ask(
            f"SELECT coalesce(json_agg(r), '[]') FROM ({sql}) AS r"))

    def state(self):
        """All that an import could change."""
        return self.ask("""
            SELECT (SELECT json_agg(o) FROM salary.observation AS o),
                (SELECT json_agg(f) FROM salary.figure AS f),
                (SELECT json_agg(h) FROM salary.figure_history AS h),
                (SELECT json_agg(d ORDER BY kind, country)
                FROM catalog.document AS d)""")

    def version(self):
        """Of the content, by which workers know that something is new."""
        return int(self.ask("SELECT version FROM catalog.content_version"))

    def believed(self):
        """All that a run could change, but for its own record."""
        return self.state() + self.ask("""
            SELECT (SELECT json_agg(v ORDER BY id) FROM salary.vintage AS v),
                (SELECT count(*) FROM salary.statistic),
                (SELECT count(*) FROM salary.rate),
                (SELECT json_agg(r ORDER BY id) FROM salary.review AS r)""")

    def live(self, source):
        """What a source says now: statistics, newest first in a code."""
        return self.rows(f"""
            SELECT country, code, observed_on, currency, period, p10, p25,
                median, p75, p90, mean, top_code, sample_n, precision_pct
            FROM salary.statistic AS t
            JOIN salary.vintage AS v ON v.id = t.vintage_id
            WHERE v.source_code = '{source}' AND v.state = 'live'
            ORDER BY country, code, observed_on DESC, variant""")

    def rates(self, source):
        return self.rows(f"""
            SELECT kind, base, quote, country, observed_on, rate
            FROM salary.rate AS r
            JOIN salary.vintage AS v ON v.id = r.vintage_id
            WHERE v.source_code = '{source}' AND v.state = 'live'
            ORDER BY kind, quote, country, observed_on DESC""")

    def last(self, source):
        """The last run's word on a source."""
        found = self.rows(f"""
            SELECT run_id, outcome, parts, size, rows, figures, message
            FROM salary.source_run
            WHERE source_code = '{source}'
            ORDER BY run_id DESC
            LIMIT 1""")
        return found[0] if found else None

    def evidence(self):
        """What is believed of pay, without numbers of rows."""
        return self.rows("""
            SELECT source_code, country, level, low, median, high,
                high_is_lower_bound, currency, source_title, source_url,
                match, observed_on, recorded_on, recorded_by, sample_n,
                notes, published, chain
            FROM salary.observation
            ORDER BY source_code, country, level, observed_on, low, high""")

    def forget(self):
        """All that was made of stored bodies, which stay."""
        self.ask("""
            SET session_replication_role = replica;
            DELETE FROM salary.figure_history;
            DELETE FROM salary.figure;
            DELETE FROM salary.observation;
            DELETE FROM salary.statistic;
            DELETE FROM salary.rate;
            DELETE FROM salary.vintage""")

    def age(self, interval, source=None):
        """As if runs had been so long ago, of one source or of all."""
        self.ask(f"""
            UPDATE salary.source_run
            SET started_at = started_at - interval '{interval}',
                finished_at = finished_at - interval '{interval}'
            WHERE {f"source_code = '{source}'" if source else 'true'}""")

    def dump(self):
        """Every row of every table, to look for what must not be there."""
        done = subprocess.run(
            [self.cluster.bin / "pg_dump", "--data-only", "--inserts", "-d",
             self.cluster.url(self.name, "postgres")],
            capture_output=True, timeout=60, check=True)
        return done.stdout

    def body(self, sha256):
        return bytes.fromhex(self.ask(f"""
            SELECT string_agg(encode(data, 'hex'), '' ORDER BY n)
            FROM salary.body
            WHERE sha256 = '\\x{sha256}'"""))


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.communicate()


@functools.lru_cache(maxsize=None)
def published():
    """A template: guides and register, no pay."""
    name = f"published_{uuid.uuid4().hex[:8]}"
    Desk(make_site(name), name).publish()
    return name


def clone(template):
    cluster, name = shared(), f"desk_{uuid.uuid4().hex[:8]}"
    cluster.psql("postgres", f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    cluster.psql("postgres", file=ROOT / "deploy/roles.sql",
                 variables={"database": name})
    return name


@contextlib.contextmanager
def copy_of(template, home=None, environment=None, kind=Desk):
    """A desk at a copy of a template; dropped at the end."""
    desk = kind(shared(), clone(template), home, environment)
    yield desk
    desk.cluster.dropdb(desk.name)
