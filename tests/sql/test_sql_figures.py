"""How figures follow from evidence. Each test names the rule it holds."""

import json
import re

import psycopg2
import pytest

from sql_database import GUIDE, ROOT, TODAY, Database

BLEND = {"tier": "curated", "statistics": "range", "code_scheme": None,
         "level_basis": "editorial", "cites": ["one", "two"]}
LONE = {**BLEND, "cites": []}


@pytest.fixture
def db():
    made = Database()
    yield made
    made.close()


@pytest.fixture
def career(db):
    return db.publish()["career_id"]


def confidence(db, tier="official", match="exact", statistics="percentiles",
               low=1, high=2, precision_pct=None, observed_on="2026-01-01",
               sample_n=None):
    return db.one("SELECT salary.confidence(%s, %s, %s, %s, %s, %s, %s, %s, "
                  "'2026-11-24')", tier, match, statistics, low, high,
                  precision_pct, observed_on, sample_n)


@pytest.mark.parametrize("given, expected", [
    ({}, 80),
    ({"tier": "curated"}, 60),
    ({"match": "close"}, 65),
    ({"match": "broader"}, 55),
    ({"match": "group"}, 55),
    ({"statistics": "quartiles"}, 73),
    ({"statistics": "quartiles", "low": None}, 73),
    ({"statistics": "range"}, 80),
    ({"statistics": "range", "high": None}, 65),
    ({"statistics": "point", "low": None, "high": None}, 65),
    ({"low": None, "high": None}, 65),
    ({"observed_on": "2024-11-24"}, 80),
    ({"observed_on": "2023-11-25"}, 80),
    ({"observed_on": "2023-11-24"}, 75),
    ({"observed_on": "2021-11-24"}, 65),
    ({"precision_pct": 0}, 90),
    ({"precision_pct": 5}, 90),
    ({"precision_pct": 5.1}, 85),
    ({"precision_pct": 10}, 85),
    ({"precision_pct": 10.1}, 70),
    ({"sample_n": 1000}, 85),
    ({"sample_n": 999}, 80),
    ({"sample_n": 100}, 80),
    ({"sample_n": 99}, 70),
    ({"tier": "curated", "match": "group", "statistics": "point",
      "low": None, "high": None, "observed_on": "2000-01-01"}, 0),
])
def test_confidence(db, given, expected):
    assert confidence(db, **given) == expected


@pytest.mark.parametrize("points, grade", [
    (100, "A"), (80, "A"), (79, "B"), (60, "B"), (59, "C"), (45, "C"),
    (44, "D"), (0, "D")])
def test_grade(db, points, grade):
    assert db.one("SELECT salary.grade(%s)", points) == grade


def limited(db, career, source, low, median, high, **changes):
    db.source("s", **source)
    db.observe(career, "s", low, median, high, **changes)
    db.derive(career)
    money = db.money(career)
    assert money["limited"] == bool(money["limited_reasons"])
    return money["limited_reasons"]


def test_not_limited_when_evidence_is_good(db, career):
    assert limited(db, career, {}, 1, 2, 3) == []


def test_limited_low_confidence(db, career):
    assert limited(db, career, {}, 1, 2, 3, match="broader") == [
        "low_confidence"]


def test_limited_point_estimate(db, career):
    assert limited(db, career, {}, None, 2, None) == ["point_estimate"]


def test_limited_point_estimate_when_both_ends_are_equal(db, career):
    assert limited(db, career, {}, 2, 2, 2) == ["point_estimate"]


def test_limited_group_level(db, career):
    assert "group_level" in limited(db, career, {}, 1, 2, 3, match="group")


def test_limited_old_after_36_months(db, career):
    assert limited(db, career, {}, 1, 2, 3, observed_on="2023-11-23") == [
        "old"]


def test_not_old_at_36_months(db, career):
    assert limited(db, career, {}, 1, 2, 3, observed_on="2023-11-24") == []


def test_limited_small_sample_below_100(db, career):
    assert limited(db, career, {}, 1, 2, 3, sample_n=99) == ["small_sample"]


def test_not_small_when_sample_is_unknown(db, career):
    assert limited(db, career, {}, 1, 2, 3, sample_n=None) == []


def test_limited_imprecise_above_a_relative_error_of_10(db, career):
    assert limited(db, career, {}, 1, 2, 3, precision_pct=10.1) == [
        "imprecise"]


def test_not_imprecise_at_a_relative_error_of_10(db, career):
    assert limited(db, career, {}, 1, 2, 3, precision_pct=10) == []


def test_limited_mean(db, career):
    assert limited(db, career, {}, None, 2, None, is_mean=True) == [
        "point_estimate", "mean"]


def test_limited_old_after_12_months_when_curated(db, career):
    assert limited(db, career, BLEND, 1, None, 3,
                   observed_on="2025-11-23") == ["old"]


def test_not_old_at_12_months_when_curated(db, career):
    assert limited(db, career, BLEND, 1, None, 3,
                   observed_on="2025-11-24") == []


def test_limited_single_curated_source(db, career):
    assert limited(db, career, {**BLEND, "cites": ["one"]}, 1, 2, 3) == [
        "single_curated_source"]


def test_not_single_when_a_blend_cites_two(db, career):
    assert limited(db, career, BLEND, 1, None, 3) == []


def test_limited_open_range_below(db, career):
    assert limited(db, career, {}, None, 2, 3) == ["open_range"]


def test_limited_open_range_above(db, career):
    assert limited(db, career, {}, 1, 2, None) == ["open_range"]


def test_limited_open_range_when_high_is_a_floor(db, career):
    assert limited(db, career, {}, 1, 2, 3, high_is_lower_bound=True) == [
        "open_range"]
    assert db.money(career)["high"] is None


def test_reasons_keep_one_order(db, career):
    assert limited(db, career, LONE, None, 2, None, match="group",
                   observed_on="2020-01-01", sample_n=5, precision_pct=30,
                   is_mean=True) == [
        "low_confidence", "point_estimate", "mean", "group_level", "old",
        "imprecise", "small_sample", "single_curated_source"]


def test_every_reason_is_in_the_check_the_table_and_the_words(db):
    """One list, in three places: what is added to one is added to all."""
    table = [code for code, in db.rows(
        "SELECT code FROM salary.limit_reason ORDER BY position")]
    check = db.one("SELECT pg_get_constraintdef(oid) FROM pg_constraint "
                   "WHERE conname = 'figure_limited_reasons_check'")
    rule = db.one("SELECT pg_get_functiondef('salary.derived_figures(bigint, "
                  "date)'::regprocedure)")
    words = (ROOT / "src/career/career_view_salary.c").read_text()
    words = words.split("reason_words", 1)[1].split("};", 1)[0]
    assert re.findall(r"'(\w+)'::text", check) == table
    assert re.findall(r"THEN '(\w+)'::text", rule)[-len(table):] == table
    assert re.findall(r'{ "(\w+)"', words) == table


def live_sources(db):
    """Whose evidence counts now."""
    return [code for code, in db.rows(
        "SELECT DISTINCT source_code FROM salary.live_observation ORDER BY 1")]


RANKS = [
    ("official exact", {}, {"match": "exact"}),
    ("curated blend", BLEND, {"match": "exact"}),
    ("official close", {}, {"match": "close"}),
    ("other curated", LONE, {"match": "exact"}),
    ("group", {}, {"match": "group"}),
]


@pytest.mark.parametrize("better, worse", zip(RANKS, RANKS[1:]),
                         ids=[a[0] + " before " + b[0]
                              for a, b in zip(RANKS, RANKS[1:])])
def test_precedence(db, career, better, worse):
    db.source("better", **better[1])
    db.source("worse", **worse[1])
    db.observe(career, "better", 10, 20, 30, observed_on="2026-01-01",
               **better[2])
    db.observe(career, "worse", 11, 21, 31, observed_on="2026-10-01",
               **worse[2])
    db.derive(career)
    assert db.money(career)["source_ids"] == ["better"]


def test_precedence_blend_that_is_not_exact_is_other_curated(db, career):
    db.source("blend", **BLEND)
    db.source("office")
    db.observe(career, "blend", 10, 20, 30, match="close")
    db.observe(career, "office", 11, 21, 31, match="broader")
    db.derive(career)
    assert db.money(career)["source_ids"] == ["office"]


def test_precedence_tie_goes_to_the_newest(db, career):
    db.source("a-office")
    db.source("b-office")
    db.observe(career, "a-office", 10, 20, 30, observed_on="2025-01-01")
    db.observe(career, "b-office", 11, 21, 31, observed_on="2026-01-01")
    db.derive(career)
    assert db.money(career)["source_ids"] == ["b-office"]


def test_other_curated_are_blended_by_medians(db, career):
    for code, figures in {"a": (10, 20, 30), "b": (12, 22, 50),
                          "c": (20, 24, 40)}.items():
        db.source(code, **LONE)
        db.observe(career, code, *figures)
    db.derive(career)
    money = db.money(career)
    assert (money["low"], money["median"], money["high"]) == (12, 22, 40)
    assert money["source_ids"] == ["a", "b", "c"]
    assert "single_curated_source" not in money["limited_reasons"]


def test_blend_has_no_median_unless_all_have_one(db, career):
    for code, figures in {"a": (10, 20, 30), "b": (21, None, 40)}.items():
        db.source(code, **LONE)
        db.observe(career, code, *figures)
    db.derive(career)
    money = db.money(career)
    assert (money["low"], money["median"], money["high"]) == (16, None, 35)


def test_blend_never_mixes_base_and_total(db, career):
    db.source("a", **LONE)
    db.source("b", **LONE)
    db.observe(career, "a", 10, 20, 30)
    db.observe(career, "b", 11, 21, 31, pay_basis="total",
               observed_on="2026-10-01")
    db.derive(career)
    assert db.money(career)["source_ids"] == ["b"]


def test_blend_never_mixes_fresh_with_old(db, career):
    db.source("a", **LONE)
    db.source("b", **LONE)
    db.observe(career, "a", 10, 20, 30, observed_on="2025-11-23")
    db.observe(career, "b", 11, 21, 31)
    db.derive(career)
    assert db.money(career)["source_ids"] == ["b"]


def test_curated_counts_for_12_months_and_then_below_official(db, career):
    db.source("blend", **BLEND)
    db.source("office")
    db.observe(career, "blend", 10, 20, 30, observed_on="2025-11-24")
    db.observe(career, "office", 11, 21, 31, match="close",
               observed_on="2024-05-31")
    db.derive(career, today="2026-11-24")
    assert db.money(career)["source_ids"] == ["blend"]
    db.derive(career, today="2026-11-25")
    assert db.money(career)["source_ids"] == ["office"]


def test_snapshot_steps_back_for_its_live_source(db, career):
    db.source("snapshot", tier="curated")
    db.source("live")
    db.rows("UPDATE salary.source SET snapshot_of = 'live' "
            "WHERE code = 'snapshot'")
    db.observe(career, "snapshot", 10, 20, 30)
    db.derive(career)
    assert db.money(career)["source_ids"] == ["snapshot"]
    live = db.observe(career, "live", 11, 21, 31)
    db.derive(career)
    assert db.money(career)["source_ids"] == ["live"]
    assert live_sources(db) == ["live"]
    # Where the live source has nothing any more, the snapshot is back.
    db.rows("INSERT INTO salary.withdrawal (observation_id, reason) "
            "VALUES (%s, 'source_withdrawn')", live)
    db.derive(career)
    assert db.money(career)["source_ids"] == ["snapshot"]


def test_snapshot_that_is_newer_than_its_live_source_stays(db, career):
    db.source("snapshot")
    db.source("live")
    db.rows("UPDATE salary.source SET snapshot_of = 'live' "
            "WHERE code = 'snapshot'")
    db.observe(career, "snapshot", 10, 20, 30, observed_on="2026-05-01")
    db.observe(career, "live", 11, 21, 31, observed_on="2026-04-01")
    assert live_sources(db) == ["live", "snapshot"]


def test_snapshot_stays_where_its_live_source_says_nothing(db, career):
    db.source("snapshot")
    db.source("live")
    db.rows("UPDATE salary.source SET snapshot_of = 'live' "
            "WHERE code = 'snapshot'")
    db.observe(career, "snapshot", 10, 20, 30)
    db.observe(career, "live", 11, 21, 31, level="senior")
    assert live_sources(db) == ["live", "snapshot"]


def test_disabled_source_no_longer_counts(db, career):
    db.source("office")
    db.source("other", tier="curated")
    db.observe(career, "office", 10, 20, 30)
    db.observe(career, "other", 11, 21, 31)
    db.derive(career)
    assert db.money(career)["source_ids"] == ["office"]
    db.rows("UPDATE salary.source SET enabled = false WHERE code = 'office'")
    assert db.derive(career, "office is off") == 1
    assert db.money(career)["source_ids"] == ["other"]


def test_disabled_live_source_gives_way_to_its_snapshot(db, career):
    db.source("snapshot")
    db.source("live")
    db.rows("UPDATE salary.source SET snapshot_of = 'live' "
            "WHERE code = 'snapshot'")
    db.observe(career, "snapshot", 10, 20, 30)
    db.observe(career, "live", 11, 21, 31)
    db.rows("UPDATE salary.source SET enabled = false WHERE code = 'live'")
    assert live_sources(db) == ["snapshot"]


def test_group_comes_last_even_when_it_is_the_only_fresh_one(db, career):
    db.source("lone", **LONE)
    db.source("group", level_basis="group_mean", statistics="point")
    db.observe(career, "lone", 10, 20, 30, observed_on="2022-01-01")
    db.observe(career, "group", None, 99, None, match="group", is_mean=True)
    db.derive(career)
    assert db.money(career)["source_ids"] == ["lone"]


def test_blend_leaves_points_out(db, career):
    db.source("a", **LONE)
    db.source("b", **LONE)
    db.observe(career, "a", 10, 20, 30)
    db.observe(career, "b", None, 90, None, observed_on="2026-10-01")
    db.derive(career)
    assert db.money(career)["source_ids"] == ["a"]


def test_blend_is_as_sure_and_as_new_as_its_weakest_part(db, career):
    db.source("a", **LONE)
    db.source("b", **LONE)
    db.observe(career, "a", 10, 20, 30, observed_on="2025-12-01",
               sample_n=50)
    db.observe(career, "b", 11, 21, 31)
    db.derive(career)
    money = db.money(career)
    assert (money["confidence"], money["observed_on"]) == (50, "2025-12-01")


def test_last_recorded_of_a_period_wins(db, career):
    db.source("office")
    db.observe(career, "office", 10, 20, 30)
    db.observe(career, "office", 11, 21, 31)
    db.derive(career)
    assert db.money(career)["low"] == 11
    assert db.one("SELECT count(*) FROM salary.observation") == 2


def test_older_period_recorded_later_does_not_win(db, career):
    db.source("office")
    db.observe(career, "office", 10, 20, 30)
    db.observe(career, "office", 9, 19, 29, observed_on="2025-04-01")
    db.derive(career)
    assert db.money(career)["low"] == 10


def test_no_evidence_gives_no_figure(db, career):
    assert db.derive(career) == 0
    assert db.money(career) is None


def test_derivation_is_repeatable(db, career):
    db.source("office")
    db.observe(career, "office", 10, 20, 30)
    assert [db.derive(career), db.derive(career)] == [1, 0]


def test_history_appends_each_change_with_its_reason(db, career):
    db.source("office")
    db.observe(career, "office", 10, 20, 30)
    db.derive(career, "first")
    db.observe(career, "office", 10, 20, 31)
    db.derive(career, "corrected")
    db.derive(career, "a year later", "2029-12-01")
    assert db.rows("SELECT change, reason, figure ->> 'high', "
                   "figure ->> 'confidence' FROM salary.figure_history "
                   "ORDER BY id") == [
        ("new", "first", "30", "80"),
        ("changed", "corrected", "31", "80"),
        ("changed", "a year later", "31", "75")]


def test_history_needs_a_reason(db, career):
    db.source("office")
    db.observe(career, "office", 10, 20, 30)
    with pytest.raises(psycopg2.errors.CheckViolation):
        db.derive(career, "")


def test_figure_is_removed_with_its_career_level(db, career):
    db.source("office")
    db.observe(career, "office", 10, 20, 30)
    db.derive(career)
    # Evidence can't be deleted, so hide it the way a later rule might.
    db.rows("CREATE OR REPLACE VIEW salary.live_observation AS "
            + db.one("SELECT pg_get_viewdef('salary.live_observation')")
            .replace("salary.observation o", "(SELECT * FROM "
                     "salary.observation WHERE false) o"))
    assert db.derive(career, "withdrawn") == 1
    assert db.money(career) is None
    assert db.rows("SELECT change, figure FROM salary.figure_history "
                   "ORDER BY id DESC LIMIT 1") == [("removed", None)]


def test_content_version_grows_only_when_a_figure_changes(db, career):
    def version():
        found = db.query("content_version")[0][0]
        db.end_transaction()
        return found
    before = version()
    db.derive(career)
    assert version() == before
    db.source("office")
    db.observe(career, "office", 10, 20, 30)
    db.derive(career)
    after = version()
    assert after > before
    db.derive(career)
    assert version() == after


def test_history_tells_the_cause(db, career):
    db.source("office")
    db.observe(career, "office", 10, 20, 30)
    db.derive(career)
    db.derive(career, "a year later", "2029-12-01", "ageing")
    assert db.rows("SELECT cause FROM salary.figure_history ORDER BY id") == [
        ("import",), ("ageing",)]
    with pytest.raises(psycopg2.errors.CheckViolation):
        db.derive(career, "and on", "2031-12-01", "whim")


def test_figures_as_of_a_time_are_those_that_were_shown(db, career):
    """Each change is at a time of its own, as it is in life."""
    db.source("office")
    db.observe(career, "office", 10, 20, 30)
    db.observe(career, "office", 40, 50, 60, level="senior")
    rows = db.rows("SELECT to_jsonb(d) FROM salary.derived_figures(%s, %s) "
                   "AS d ORDER BY d.level", career, TODAY)
    shown = {d["level"]: {**d, "career_id": career} for d, in rows}
    for when, level, change, figure in (
            ("2026-01-01", "mid", "new", {**shown["mid"], "low": 9}),
            ("2026-02-01", "senior", "new", shown["senior"]),
            ("2026-03-01", "mid", "changed", shown["mid"]),
            ("2026-04-01", "senior", "removed", None)):
        db.rows("INSERT INTO salary.figure_history (career_id, country, "
                "level, valid_from, change, figure, reason) VALUES "
                "(%s, 'US', %s, %s, %s, %s, 'test')", career, level, when,
                change, json.dumps(figure) if figure else None)

    def at(when):
        return db.rows("SELECT level, low FROM salary.figures_as_of(%s, %s) "
                       "ORDER BY level", career, when)

    assert at("2025-12-31") == []
    assert at("2026-01-01") == [("mid", 9)]
    assert at("2026-02-28") == [("mid", 9), ("senior", 40)]
    assert at("2026-03-01") == [("mid", 10), ("senior", 40)]
    assert at("2026-05-01") == [("mid", 10)]


def test_figures_as_of_now_are_the_figures(db, career):
    db.source("office")
    db.observe(career, "office", 10, 20, 30)
    db.observe(career, "office", 40, 50, 60, level="senior")
    db.derive(career)
    assert db.rows("SELECT to_jsonb(f) FROM salary.figures_as_of(%s, now()) "
                   "AS f ORDER BY f.level", career) == db.rows(
                       "SELECT to_jsonb(f) FROM salary.figure AS f "
                       "ORDER BY f.level")


def test_unknown_career_is_an_error(db):
    with pytest.raises(psycopg2.errors.ForeignKeyViolation):
        db.derive(-1)


@pytest.mark.parametrize("figures, expected", [
    ((84, 134, 180), False),
    ((76, 124, 180), False),
    ((85, 136, 180), True),
    ((60, 80, 99), True),
    ((85, None, 190), True),
    ((85, None, None), False),
])
def test_sources_disagree_beyond_a_quarter(db, career, figures, expected):
    db.source("blend", **BLEND)
    db.observe(career, "blend", 85, None, 130)
    db.derive(career)
    assert db.one(
        "SELECT salary.disagrees(f, 'USD', 'base', %s, %s, %s) "
        "FROM salary.figure AS f", *figures) is expected


def test_total_pay_does_not_disagree_with_base(db, career):
    db.source("blend", **BLEND)
    db.observe(career, "blend", 85, None, 130)
    db.derive(career)
    assert db.one("SELECT salary.disagrees(f, 'USD', 'total', 1, 2, 3) "
                  "FROM salary.figure AS f") is False


@pytest.mark.parametrize("codes, level, expected", [
    (["close"], "mid", "close"),
    (["exact", "broader"], "mid", "broader"),
    ([], "mid", None),
    (["exact"], "manager", None),
])
def test_match_comes_from_the_guide(db, codes, level, expected):
    career = db.publish(codes=[
        {**GUIDE["codes"][0], "scheme": "US-SOC-2018", "match": m,
         "code": str(n), "role": "occupation"}
        for n, m in enumerate(codes)])["career_id"]
    db.source("office")
    assert db.one("SELECT salary.match(%s, 'office', %s)", career,
                  level) == expected


def test_match_of_editors_is_exact(db, career):
    db.source("blend", **BLEND)
    assert db.one("SELECT salary.match(%s, 'blend', 'mid')",
                  career) == "exact"


@pytest.mark.parametrize("country, period, amount, expected", [
    ("US", "year", "85000", 85000),
    ("US", "hour", "63.98", 133078),
    ("NZ", "week", "1234.5", 64194),
    ("CA", "hour", "48.08", 99256),
    ("NL", "hour", "34.8", 70755),
    ("SG", "month", "8750", 105000),
    ("GB", "year", "35946.5", 35947),
    ("GB", "hour", "30", None),
])
def test_conversion_to_a_year(db, country, period, amount, expected):
    assert db.one("SELECT salary.convert(%s, salary.chain(%s, %s))", amount,
                  country, period) == expected
