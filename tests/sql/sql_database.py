"""A database with our schema for tests of roles, rules and named queries.

Each test gets a transaction that is rolled back; tests of roles log in as
the role itself.
"""

import csv
import functools
import json
import pathlib
import re

from psycopg2.extensions import TRANSACTION_STATUS_INTRANS as INTRANS

from support.cluster import SUPERUSER
from support.schema import make_site

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCHMARKS = ROOT / "migrations" / "content" / "benchmarks"
NAME = "sql"
TODAY = "2026-11-24"


@functools.lru_cache(maxsize=None)
def cluster():
    """The cluster of this test run, with our schema in a database of it."""
    return make_site(NAME)


def connect(role=SUPERUSER):
    """A session with a transaction that lasts until it is ended."""
    link = cluster().connect(NAME, role)
    link.autocommit = False
    return link


@functools.lru_cache(maxsize=None)
def named_queries():
    """Those that are prepared at connect; the runner's own are not."""
    found = {}
    for path in (ROOT / "src").glob("*/*.sql"):
        if path.parent.name == "db":
            continue
        parts = re.split(r"^-- name: (\w+)\n", path.read_text(), flags=re.M)
        found.update(zip(parts[1::2], parts[2::2]))
    return found


GUIDE = {
    "slug": "backend-developer",
    "category": "information-technology",
    "name": "Backend Developer",
    "synonyms": ["Back-End Developer"],
    "reviewed_on": TODAY,
    "tagline": "The half of the product that nobody sees.",
    "facts": {
        "work_life_balance": 6,
        "hours_per_week": {"low": 45, "high": 55},
        "entry_barrier": "medium",
        "growth_ceiling": "high",
        "degree": None,
        "certification": None,
        "remote": ["hybrid", "remote"],
    },
    "verdict": {}, "work": {}, "skills": {}, "days": {},
    "ai": {
        "factors": [
            {"title": "a", "text": "b", "weight": 40, "exposure": 10},
            {"title": "c", "text": "d", "weight": 35, "exposure": 10},
            {"title": "e", "text": "f", "weight": 15, "exposure": 70},
            {"title": "g", "text": "h", "weight": 10, "exposure": 80},
        ],
        "note": "n", "sources": [],
    },
    "progression": {},
    "start": {"entry_path": "p", "resources": [
        {"id": "first-course", "stage": "beginner", "title": "First",
         "provider": "Somebody", "url": "https://example.org/first",
         "affiliate": False, "teaches": []},
    ]},
    "sources": [],
    "codes": [
        {"scheme": scheme, "code": "1", "title": "t", "match": "close",
         "role": role}
        for scheme in ("US-SOC-2018", "NOC-2021", "UK-SOC-2020", "BRC-2014",
                       "KLDB-2010", "ANZSCO-2024", "SSOC-2020")
        for role in ("occupation", "manager")
    ],
    "related": [],
}


def statistic(**values):
    """What the United States' office states of software developers."""
    return {"country": "US", "code": "15-1252", "title": "Software Developers",
            "observed_on": "2024-05-31", "variant": "", "currency": "USD",
            "period": "year", "notes": "", **values}


class Database:
    """A transaction as the owner, with the verbs that tests need."""

    def __init__(self, link=None):
        self.link = link or connect()
        self.cursor = self.link.cursor()
        self.cursor.execute("SET ROLE autopsy_owner")

    def close(self):
        self.link.rollback()
        self.link.close()

    def rows(self, sql, *values):
        self.cursor.execute(sql, values or None)
        return self.cursor.fetchall() if self.cursor.description else []

    def one(self, sql, *values):
        rows = self.rows(sql, *values)
        return rows[0][0] if rows else None

    def query(self, name, *values):
        """Run a named query as the programs do: prepared, $1 and all."""
        self.cursor.execute(f"PREPARE q AS {named_queries()[name]}")
        try:
            given = ", ".join(["%s"] * len(values))
            self.cursor.execute(
                f"EXECUTE q{f'({given})' if values else ''}",
                [None if v is None else str(v) for v in values])
            return self.cursor.fetchall() if self.cursor.description \
                else []
        finally:
            # After an error nothing but the rollback is left to do.
            if self.link.get_transaction_status() == INTRANS:
                self.cursor.execute("DEALLOCATE q")

    def publish(self, **changes):
        """Publish the story's guide; returns what the publisher is told."""
        self.query("categories_load", json.dumps([
            {"slug": "information-technology", "title": "IT",
             "summary": "s", "position": 1},
            {"slug": "finance", "title": "Finance", "summary": "s",
             "position": 2}]))
        guide = json.dumps({**GUIDE, **changes})
        return self.query("publish_revision", guide, "note")[0][0]

    def careers(self, country="US", q=None, sort=None, limit=20, offset=0,
                place=(None, None, None), kind="api", **filters):
        """What a list finds: the document, cursor, unknown parameter."""
        names = ("category", "remote", "entry_barrier", "min_balance",
                 "min_ai_score", "min_salary")
        document, cursor, _, unknown = self.query(
            "career_list", country, q, *[filters.pop(n, None) for n in names],
            sort or ("relevance" if q else "name"), limit, offset, *place,
            kind)[0]
        assert not filters, filters
        return json.loads(document) if document else None, cursor, unknown

    def end_transaction(self):
        """What follows counts as another one's: the version grows once in
        each. A row is of who wrote it, and here that is a savepoint."""
        self.rows("SAVEPOINT other")
        self.rows("UPDATE catalog.content_version SET version = version")
        self.rows("RELEASE other")

    def source(self, code, **changes):
        row = {"code": code, "name": code, "publisher": "p",
               "collection_mode": "curated", "tier": "official",
               "statistics": "percentiles", "pay_basis": None,
               "population": "all", "code_scheme": "US-SOC-2018",
               "level_basis": "percentile_band", "cites": [],
               "licence": "l", "attribution": "a",
               "terms_url": "https://example.org/terms",
               "home_url": "https://example.org/",
               "terms_reviewed_on": TODAY, "country": None, **changes}
        return self.query("source_upsert", json.dumps([row]))[0][0]

    def observe(self, career_id, source, low, median, high, **changes):
        """Insert an observation of US mid pay; returns its id."""
        row = {"career_id": career_id, "country": "US", "level": "mid",
               "low": low, "median": median, "high": high,
               "currency": "USD", "pay_basis": "base",
               "source_code": source, "source_title": "t",
               "source_url": "https://example.org/row", "match": "exact",
               "observed_on": "2026-04-01", "recorded_on": TODAY,
               "recorded_by": "test", "sample_n": None,
               "published": json.dumps({"low": low, "median": median,
                                        "high": high, "period": "year"}),
               "chain": "[]", **changes}
        return self.one(
            f"INSERT INTO salary.observation ({', '.join(row)}) VALUES "
            f"({', '.join(['%s'] * len(row))}) RETURNING id",
            *row.values())

    def derive(self, career_id, reason="test", today=TODAY, cause="import"):
        return self.one("SELECT salary.derive_figures(%s, %s, %s, %s)",
                        career_id, reason, today, cause)

    def read(self, source, *statistics, rates=()):
        """What a run reads from a source, not judged yet; its vintage."""
        run = self.one("INSERT INTO ops.job_run (job) VALUES ('ingest') "
                       "RETURNING id")
        self.rows("INSERT INTO salary.source_run (run_id, source_code) "
                  "VALUES (%s, %s)", run, source)
        vintage = self.one("INSERT INTO salary.vintage (source_code, run_id) "
                           "VALUES (%s, %s) RETURNING id", source, run)
        for table, rows in (("statistic", statistics), ("rate", rates)):
            for row in rows:
                self.rows(f"INSERT INTO salary.{table} (vintage_id, "
                          f"{', '.join(row)}) VALUES (%s, "
                          f"{', '.join(['%s'] * len(row))})",
                          vintage, *row.values())
        return vintage

    def judge(self, source, *statistics, rates=()):
        """Read it and judge it; the verdict."""
        return self.one("SELECT salary.judge_vintage(%s)",
                        self.read(source, *statistics, rates=rates))

    def take_in(self, source, *statistics, today=TODAY):
        """A run of a source whose data are published; the causes."""
        verdict = self.judge(source, *statistics)["verdict"]
        assert verdict == "published", verdict
        return self.follow(source, today)

    def follow(self, source, today=TODAY):
        """Evidence and figures follow from the live vintage."""
        changed = self.rows("SELECT * FROM salary.observe(%s, 'test')",
                            source)
        for career_id, _, cause in changed:
            self.derive(career_id, f"{source}: {cause}", today, cause)
        return {slug: cause for _, slug, cause in changed}

    def money(self, career_id, country="US", level="mid"):
        return self.one(
            "SELECT salary.money(f) FROM salary.figure AS f WHERE "
            "f.career_id = %s AND f.country = %s AND f.level = %s",
            career_id, country, level)

    def import_snapshot(self, career_id):
        """Import every bundled benchmark; returns the states of the rows."""
        self.query("source_upsert", (BENCHMARKS / "sources.json").read_text())
        states = []
        for path in sorted(BENCHMARKS.glob("*.csv")):
            with open(path, newline="", encoding="utf-8") as file:
                rows = list(csv.DictReader(file))
                if "rate" in rows[0]:
                    states += self.record_rates(path.stem, rows)
                else:
                    states += [self.record(r) for r in rows]
        self.derive(career_id, "imported")
        return states

    def record_rates(self, source, rows):
        """As the import does; the states of the rows."""
        rows = json.dumps(rows)
        found = self.query("rates_compare", source, rows)[0][0]
        states = [row["state"] for row in found]
        if set(states) != {"unchanged"}:
            vintage, run = self.query("rates_record", source, rows,
                                      "00" * 32)[0]
            verdict = self.query("vintage_judge", vintage)[0][0]["verdict"]
            self.query("source_run_end", run, source, verdict, 1, 0,
                       len(states), 0, "")
        return states

    def record(self, r):
        found = self.query(
            "observation_record", r["career_slug"], r["country"], r["level"],
            r["low"], r["median"], r["high"], r["currency"], r["period"],
            r["pay_basis"], r["source_code"], r["source_title"],
            r["source_url"], r["observed_on"], r["recorded_on"],
            r["recorded_by"], r["sample_n"], r["notes"], "00" * 32)
        return found[0][0]["state"]
