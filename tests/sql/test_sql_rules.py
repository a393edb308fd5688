"""What the schema refuses, and the columns it computes."""

import json
import subprocess

import psycopg2
import pytest

from sql_database import GUIDE, NAME, Database, cluster
from support.cluster import SUPERUSER
from support.schema import migrations

REFUSED = psycopg2.errors.ObjectNotInPrerequisiteState


@pytest.fixture
def db():
    made = Database()
    yield made
    made.close()


@pytest.fixture
def career(db):
    return db.publish()["career_id"]


@pytest.mark.parametrize("statement", [
    "UPDATE catalog.revision SET note = 'x'",
    "DELETE FROM catalog.revision",
    "TRUNCATE catalog.revision CASCADE",
    "UPDATE salary.observation SET low = 1",
    "DELETE FROM salary.observation",
    "TRUNCATE salary.observation CASCADE",
    "UPDATE salary.withdrawal SET reason = 'x'",
    "DELETE FROM salary.withdrawal",
    "UPDATE salary.statistic SET median = 1",
    "DELETE FROM salary.statistic",
    "UPDATE salary.rate SET rate = 1",
    "DELETE FROM salary.rate",
    "UPDATE salary.figure_history SET reason = 'x'",
    "DELETE FROM salary.figure_history",
    "TRUNCATE salary.figure_history",
])
def test_owner_cannot_alter_what_was_recorded(db, career, statement):
    with pytest.raises(REFUSED, match="never altered"):
        db.rows(statement)


@pytest.mark.parametrize("statement", [
    "INSERT INTO salary.figure (low) VALUES (1)",
    "UPDATE salary.figure SET confidence = 100",
    "DELETE FROM salary.figure",
    "TRUNCATE salary.figure",
])
def test_owner_cannot_edit_a_figure(db, career, statement):
    db.source("office")
    db.observe(career, "office", 1, 2, 3)
    db.derive(career)
    with pytest.raises(REFUSED, match="figures follow from observations"):
        db.rows(statement)


def test_ai_score_is_computed_from_the_factors(db):
    assert db.one("SELECT catalog.ai_score(%s::jsonb)",
                  json.dumps(GUIDE["ai"]["factors"])) == 74


@pytest.mark.parametrize("exposure, score", [
    (0, 100), (100, 0), (25.4, None), (25, 75)])
def test_ai_score_is_in_whole_numbers(db, exposure, score):
    factors = json.dumps([{"weight": 100, "exposure": exposure}])
    if score is None:
        with pytest.raises(psycopg2.errors.InvalidTextRepresentation):
            db.one("SELECT catalog.ai_score(%s::jsonb)", factors)
    else:
        assert db.one("SELECT catalog.ai_score(%s::jsonb)",
                      factors) == score


def test_ai_score_rounds_half_up(db):
    factors = json.dumps([{"weight": 50, "exposure": 25},
                          {"weight": 50, "exposure": 26}])
    assert db.one("SELECT catalog.ai_score(%s::jsonb)", factors) == 74


@pytest.mark.parametrize("score, risk", [
    (100, "Low"), (80, "Low"), (79, "Low–Medium"), (65, "Low–Medium"),
    (64, "Medium"), (50, "Medium"), (49, "Medium–High"),
    (35, "Medium–High"), (34, "High"), (0, "High")])
def test_ai_band_of_a_score(db, score, risk):
    assert db.one("SELECT risk FROM catalog.ai_band WHERE min_score <= %s "
                  "ORDER BY min_score DESC LIMIT 1", score) == risk


def test_list_columns_come_from_the_guide(db, career):
    assert db.rows(
        "SELECT name, work_life_balance, hours_low, hours_high, "
        "entry_barrier, growth_ceiling, remote, ai_score, "
        "length(sha256) FROM catalog.revision") == [
            ("Backend Developer", 6, 45, 55, "medium", "high",
             ["hybrid", "remote"], 74, 32)]


def test_countries_are_in_four_groups(db):
    found = db.rows("SELECT region, string_agg(code, ' ' ORDER BY position) "
                    "FROM catalog.country GROUP BY region "
                    "ORDER BY min(position)")
    assert found == [
        ("southeast-asia", "MY SG PH TH ID VN"),
        ("south-asia-oceania", "IN AU NZ"),
        ("europe", "GB DE NL"),
        ("americas-middle-east", "US CA AE")]


@pytest.mark.parametrize("changes, constraint", [
    ({"low": 5, "high": 4}, "observation_order_check"),
    ({"median": 9}, "observation_order_check"),
    ({"low": 0}, "observation_order_check"),
    ({"low": None, "median": None, "high": None},
     "observation_some_figure_check"),
    ({"source_url": "http://example.org/"}, "observation_source_url_check"),
    ({"source_url": "javascript:alert(1)"}, "observation_source_url_check"),
    ({"observed_on": "2026-11-25"}, "observation_recorded_on_check"),
    ({"currency": "XXX"}, "observation_currency_fkey"),
    ({"country": "FR"}, "observation_country_fkey"),
    ({"level": "lead"}, "observation_level_fkey"),
    ({"match": "near"}, "observation_match_check"),
    ({"pay_basis": "net"}, "observation_pay_basis_check"),
    ({"sample_n": 0}, "observation_sample_n_check"),
    ({"published": '{"low": 1, "median": 2, "high": 4, "period": "year"}'},
     "observation_conversion_check"),
    ({"published": '{"low": 1, "median": 2, "high": 3, "period": "day"}',
      "chain": '[{"step": "none", "factor": 1}]'},
     "observation_published_check"),
    ({"precision_pct": -1}, "observation_precision_pct_check"),
    ({"is_mean": True}, "observation_is_mean_check"),
    ({"chain": '[{"step": "months_per_year", "factor": 12}]'},
     "observation_chain_check"),
])
def test_observation_is_refused(db, career, changes, constraint):
    db.source("office")
    figures = {"low": 1, "median": 2, "high": 3,
               **{k: changes[k] for k in ("low", "median", "high")
                  if k in changes}}
    changes = {k: v for k, v in changes.items() if k not in figures}
    with pytest.raises(psycopg2.errors.IntegrityError) as caught:
        db.observe(career, "office", *figures.values(), **changes)
    assert caught.value.diag.constraint_name == constraint


def test_career_shows_only_its_own_revision(db, career):
    other = db.publish(slug="frontend-developer", start={
        "entry_path": "p", "resources": []})["career_id"]
    with pytest.raises(psycopg2.errors.ForeignKeyViolation):
        db.rows("UPDATE catalog.career SET revision_id = (SELECT revision_id "
                "FROM catalog.career WHERE id = %s) WHERE id = %s",
                other, career)


@pytest.mark.parametrize("email, topic", [
    ("nobody", "all"), ("a b@example.org", "all"), ("a@b@c", "all"),
    ("a@example.org\nBcc: x@example.org", "all")])
def test_subscription_is_refused(db, email, topic):
    with pytest.raises(psycopg2.errors.CheckViolation):
        db.rows("SELECT mail.request_subscription(%s, %s, '1')", email, topic)


@pytest.mark.parametrize("topic", [
    "everything", "career:No Slug", "career:nobody", "category:nothing"])
def test_topic_that_is_not_there_stores_nothing(db, topic):
    db.rows("SELECT mail.request_subscription('a@example.org', %s, '1')", topic)
    assert db.rows("SELECT FROM mail.subscriber") == []


def test_subscription_answers_alike_when_known(db):
    first = db.rows("SELECT mail.request_subscription(%s, 'all', '1')",
                    "A@Example.org")
    again = db.rows("SELECT mail.request_subscription(%s, 'all', '2')",
                    "a@example.org")
    assert first == again
    assert db.rows("SELECT email, state, consent_text_version "
                   "FROM mail.subscriber") == [
                       ("a@example.org", "pending", "1")]


def test_every_table_has_a_comment_and_a_key(db):
    assert db.rows("""
        SELECT c.oid::regclass::text
        FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('ops', 'catalog', 'salary', 'mail')
            AND c.relkind IN ('r', 'v')
            AND (obj_description(c.oid, 'pg_class') IS NULL
                OR (c.relkind = 'r' AND NOT EXISTS (
                    SELECT
                    FROM pg_index AS i
                    WHERE i.indrelid = c.oid AND i.indisunique)))""") == []


def test_every_foreign_key_of_careers_has_an_index(db):
    assert db.rows("""
        SELECT k.conname
        FROM pg_constraint AS k
        WHERE k.contype = 'f'
            AND k.confrelid = 'catalog.career'::regclass
            AND NOT EXISTS (
                SELECT
                FROM pg_index AS i
                WHERE i.indrelid = k.conrelid
                    AND i.indkey[0] = k.conkey[1])""") == []


def test_migrations_keep_the_runner_in_charge():
    for path in migrations():
        text = path.read_text()
        for word in ("BEGIN;", "COMMIT", "ROLLBACK"):
            assert word not in text, path.name
        assert text.startswith("-- migrate: no-transaction ") \
            == ("CONCURRENTLY" in text), path.name
        assert text.isascii() or path.name == "0002_catalog.sql"


def without_parentheses(lines):
    """PostgreSQL sets them anew when it reads an expression."""
    return [line.replace("(", "").replace(")", "") for line in lines]


def test_dump_restores(tmp_path):
    made, file = cluster(), tmp_path / "dump.sql"
    subprocess.run(["pg_dump", "-f", file, "-d", made.url(NAME, SUPERUSER)],
                   check=True)
    made.createdb("copy", roles=False)
    try:
        made.psql("copy", file=file)
        assert without_parentheses(made.schema("copy")) == \
            without_parentheses(made.schema(NAME))
    finally:
        made.dropdb("copy")
