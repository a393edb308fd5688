"""The same evidence gives the same figures, always and anywhere."""

import json
import random

import pytest

from sql_database import NAME, Database, cluster
from support.cluster import SUPERUSER
from support.schema import empty_site

FIGURES = ("SELECT to_jsonb(f) - 'career_id' - 'derived_at' "
           "FROM salary.figure AS f ORDER BY country, level")


def sources(chance):
    """Sources of every kind, some of them snapshots of others."""
    for n in range(8):
        tier = chance.choice(["official", "curated"])
        basis = chance.choice(["percentile_band", "editorial", "group_mean"])
        yield f"s{n}", {
            "tier": tier, "level_basis": basis,
            "statistics": chance.choice(
                ["percentiles", "quartiles", "point", "range"]),
            "code_scheme": None if basis == "editorial" else "US-SOC-2018",
            "cites": chance.choice([[], ["one"], ["one", "two"]])}


def observations(chance):
    for _ in range(120):
        ends = sorted(chance.randint(30, 60) * 1000 for _ in range(3))
        shape = chance.choice(["whole", "ends", "low", "high", "point",
                               "mean", "floor"])
        low, median, high = (
            (None, ends[1], None) if shape in ("point", "mean")
            else (ends[0] if shape != "high" else None,
                  ends[1] if shape == "whole" else None,
                  ends[2] if shape != "low" else None))
        yield (f"s{chance.randrange(8)}", low, median, high, {
            "country": chance.choice(["US", "GB", "SG"]),
            "level": chance.choice(["junior", "mid", "senior"]),
            "currency": "USD",
            "pay_basis": chance.choice(["base", "base", "total"]),
            "match": chance.choice(["exact", "close", "broader", "group"]),
            "observed_on": f"202{chance.randint(2, 6)}-"
                           f"{chance.randint(1, 11):02}-15",
            "sample_n": chance.choice([None, 50, 500, 5000]),
            "precision_pct": chance.choice([None, 2, 8, 20]),
            "is_mean": shape == "mean",
            "high_is_lower_bound": shape == "floor"})


def fill(db, seed):
    chance = random.Random(seed)
    career = db.publish()["career_id"]
    for code, source in sources(chance):
        db.source(code, **source)
    db.rows("UPDATE salary.source SET snapshot_of = 's1' WHERE code = 's0'")
    db.rows("UPDATE salary.source SET enabled = false WHERE code = 's2'")
    ids = [db.observe(career, *o[:4], **o[4]) for o in observations(chance)]
    for observation in chance.sample(ids, 6):
        db.rows("INSERT INTO salary.withdrawal (observation_id, reason) "
                "VALUES (%s, 'test')", observation)
    return career


def copy(db, other, career, seed):
    """The same sources, observations and withdrawals, in another order."""
    for table in ("source", "observation", "withdrawal"):
        rows = [row for row, in db.rows(
            f"SELECT to_jsonb(t) FROM salary.{table} AS t")]
        random.Random(seed).shuffle(rows)
        rows.sort(key=lambda row: row.get("snapshot_of") is not None)
        for row in rows:
            if "career_id" in row:
                row["career_id"] = career
            other.rows(
                f"INSERT INTO salary.{table} OVERRIDING SYSTEM VALUE "
                f"SELECT (jsonb_populate_record(NULL::salary.{table}, "
                "%s::jsonb)).*", json.dumps(row))


@pytest.fixture(scope="module")
def elsewhere():
    with empty_site() as (made, name):
        yield lambda: Database(connect_to(made, name))


def connect_to(made, name):
    link = made.connect(name, SUPERUSER)
    link.autocommit = False
    return link


@pytest.mark.parametrize("seed", range(12))
def test_same_observations_give_the_same_figures(elsewhere, seed):
    db, other = Database(connect_to(cluster(), NAME)), elsewhere()
    try:
        career = fill(db, seed)
        assert db.derive(career) > 0
        figures = db.rows(FIGURES)
        assert db.derive(career) == 0
        assert db.rows(FIGURES) == figures
        there = other.publish()["career_id"]
        copy(db, other, there, seed)
        other.derive(there)
        assert other.rows(FIGURES) == figures
    finally:
        db.close()
        other.close()


@pytest.mark.parametrize("seed", range(12))
def test_way_to_the_evidence_does_not_matter(seed):
    """Derived after each step, or once for all of them."""
    db = Database()
    try:
        career = fill(db, seed)
        db.derive(career)
        at_once = db.rows(FIGURES)
        for row in db.rows("SELECT id FROM salary.observation "
                           "ORDER BY id DESC LIMIT 60"):
            db.rows("INSERT INTO salary.withdrawal (observation_id, reason) "
                    "VALUES (%s, 'test') ON CONFLICT DO NOTHING", *row)
            db.derive(career)
        step_by_step = db.rows(FIGURES)
        assert step_by_step != at_once
        db.cursor.execute("SELECT set_config('autopsy.deriving', 'on', true)")
        db.rows("DELETE FROM salary.figure")
        db.derive(career)
        assert db.rows(FIGURES) == step_by_step
    finally:
        db.close()
