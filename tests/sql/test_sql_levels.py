"""From what a source states of occupations to levels of a career."""

import pytest

from sql_database import GUIDE, Database, statistic

DEVELOPERS = {"p10": 79850, "p25": 103050, "median": 133080, "p75": 169000,
              "p90": 211450, "mean": 144570}
MANAGERS = {"code": "11-3021", "p10": 104450, "p25": 134350,
            "median": 171200, "p75": 216220, "mean": 187990,
            "title": "Computer and Information Systems Managers"}


def code(scheme, value, role="occupation", match="close"):
    return {**GUIDE["codes"][0], "scheme": scheme, "code": value,
            "match": match, "role": role, "title": "Somebody"}


US_CODES = [code("US-SOC-2018", "15-1252"),
            code("US-SOC-2018", "11-3021", "manager")]


@pytest.fixture
def db():
    made = Database()
    yield made
    made.close()


@pytest.fixture
def career(db):
    found = db.publish(codes=US_CODES)["career_id"]
    db.source("office", collection_mode="api")
    return found


def levels(db, career, country="US"):
    """{level: (low, median, high)} of the figures."""
    return {level: (low, median, high) for level, low, median, high in db.rows(
        "SELECT level, low, median, high FROM salary.figure "
        "WHERE career_id = %s AND country = %s", career, country)}


def evidence(db, level="mid"):
    rows = db.rows("SELECT to_jsonb(o) FROM salary.live_observation AS o "
                   "WHERE o.level = %s", level)
    return rows[0][0] if rows else None


def test_levels_are_bands_of_percentiles(db, career):
    """US 15-1252 and 11-3021, May 2024, to the dollar."""
    db.take_in("office", statistic(**DEVELOPERS), statistic(**MANAGERS))
    assert levels(db, career) == {
        "junior": (79850, 91450, 103050),
        "mid": (103050, 133080, 169000),
        "senior": (169000, 190225, 211450),
        "manager": (134350, 171200, 216220)}
    assert "interpolated" in evidence(db, "junior")["notes"]
    assert "interpolated" in evidence(db, "senior")["notes"]
    assert "interpolated" not in evidence(db, "mid")["notes"]
    assert db.money(career)["limited_reasons"] == []


def test_half_a_dollar_between_two_percentiles_is_rounded_up(db, career):
    db.take_in("office", statistic(**{**DEVELOPERS, "p10": 79851}))
    assert levels(db, career)["junior"] == (79851, 91451, 103050)
    assert evidence(db, "junior")["published"]["median"] == 91450.5


def test_quartiles_leave_junior_and_senior_open(db, career):
    db.source("office", collection_mode="api", statistics="quartiles")
    db.take_in("office", statistic(p25=103050, median=133080, p75=169000))
    assert levels(db, career) == {
        "junior": (None, None, 103050),
        "mid": (103050, 133080, 169000),
        "senior": (169000, None, None)}
    for level in ("junior", "senior"):
        assert "open_range" in db.money(career, level=level)[
            "limited_reasons"]


def test_median_alone_is_a_point_at_mid(db, career):
    db.take_in("office", statistic(median=133080, mean=144570))
    assert levels(db, career) == {"mid": (None, 133080, None)}
    assert evidence(db)["is_mean"] is False
    assert "point_estimate" in db.money(career)["limited_reasons"]
    assert "mean" not in db.money(career)["limited_reasons"]


def test_mean_alone_is_a_point_at_mid_and_called_a_mean(db, career):
    db.take_in("office", statistic(mean=144570))
    assert levels(db, career) == {"mid": (None, 144570, None)}
    assert evidence(db)["is_mean"] is True
    assert evidence(db)["notes"].startswith("The mean of everyone")
    reasons = db.money(career)["limited_reasons"]
    assert {"point_estimate", "mean"} <= set(reasons)


def test_no_range_is_made_of_a_mean_of_managers(db, career):
    db.take_in("office", statistic(**{**dict.fromkeys(MANAGERS), "code":
                                      "11-3021", "title": "M",
                                      "mean": 187990}))
    assert levels(db, career) == {}


def test_top_coded_p90_makes_senior_open(db, career):
    db.take_in("office", statistic(**{**DEVELOPERS, "p90": None,
                                      "top_code": 239200}))
    row = evidence(db, "senior")
    assert (row["low"], row["median"], row["high"],
            row["high_is_lower_bound"]) == (169000, None, 239200, True)
    money = db.money(career, level="senior")
    assert (money["high"], money["limited_reasons"]) == (None, ["open_range"])
    assert levels(db, career)["mid"] == (103050, 133080, 169000)


def test_top_coded_p75_makes_mid_open_and_senior_a_floor(db, career):
    db.take_in("office", statistic(**{**DEVELOPERS, "p75": None, "p90": None,
                                      "top_code": 239200}))
    row = evidence(db)
    assert (row["low"], row["median"], row["high"],
            row["high_is_lower_bound"]) == (103050, 133080, 239200, True)
    row = evidence(db, "senior")
    assert (row["low"], row["median"], row["high"],
            row["high_is_lower_bound"]) == (239200, None, None, False)


def test_top_coded_median_leaves_a_floor_and_no_mean(db, career):
    db.take_in("office", statistic(p10=79850, p25=103050, mean=300000,
                                   top_code=239200))
    row = evidence(db)
    assert (row["low"], row["median"], row["high"],
            row["high_is_lower_bound"], row["is_mean"]) == (
                103050, None, 239200, True, False)
    assert evidence(db, "junior")["high"] == 103050


def test_top_coded_managers_are_open_too(db, career):
    db.take_in("office", statistic(**{**MANAGERS, "p75": None,
                                      "top_code": 239200}))
    money = db.money(career, level="manager")
    assert (money["low"], money["median"], money["high"]) == (
        134350, 171200, None)


@pytest.mark.parametrize("country, scheme, period, published, chain, a_year", [
    ("US", "US-SOC-2018", "year", "63978.5", [], 63979),
    ("SG", "SSOC-2020", "month", "8750", [12], 105000),
    ("NZ", "ANZSCO-2024", "week", "1234.5", [52], 64194),
    ("NL", "BRC-2014", "hour", "34.8", [39.1, 52], 70755),
    ("CA", "NOC-2021", "hour", "48.08", [39.7, 52], 99256),
])
def test_each_step_to_a_year_is_kept(db, country, scheme, period, published,
                                     chain, a_year):
    career = db.publish(codes=[code(scheme, "1")])["career_id"]
    db.source("office", collection_mode="api", code_scheme=scheme)
    currency = db.one("SELECT currency FROM catalog.country WHERE code = %s",
                      country)
    db.take_in("office", statistic(country=country, code="1", period=period,
                                   currency=currency, median=published))
    assert levels(db, career, country) == {"mid": (None, a_year, None)}
    row = evidence(db)
    assert row["published"]["median"] == float(published)
    assert [step["factor"] for step in row["chain"]] == chain


def test_hours_of_a_country_that_are_not_known_give_no_evidence(db):
    db.publish(codes=[code("KLDB-2010", "1")])
    db.source("office", collection_mode="api", code_scheme="KLDB-2010")
    db.take_in("office", statistic(country="DE", code="1", period="hour",
                                   currency="EUR", median=30))
    assert evidence(db) is None


def test_mean_of_a_whole_group_is_context_only(db):
    career = db.publish(codes=[code("ISCO-08", "2512", match="exact"),
                               code("ISCO-08", "1330", "manager")]
                        )["career_id"]
    db.source("groups", collection_mode="api", code_scheme="ISCO-08",
              level_basis="group_mean", statistics="point")
    db.take_in("groups", statistic(country="MY", code="2", currency="MYR",
                                   period="month", mean=7000),
               statistic(country="MY", code="1", currency="MYR",
                         period="month", mean=9000))
    assert levels(db, career, "MY") == {"mid": (None, 84000, None)}
    row = evidence(db)
    assert (row["match"], row["is_mean"]) == ("group", True)
    reasons = db.money(career, "MY")["limited_reasons"]
    assert {"mean", "group_level", "point_estimate"} <= set(reasons)


def test_mean_of_a_group_stands_behind_any_other_evidence(db):
    career = db.publish(codes=[code("ISCO-08", "2512"),
                               code("US-SOC-2018", "15-1252", match="broader")
                               ])["career_id"]
    db.source("groups", collection_mode="api", code_scheme="ISCO-08",
              level_basis="group_mean", statistics="point")
    db.source("office", collection_mode="api")
    db.take_in("groups", statistic(code="2", mean=60000,
                                   observed_on="2026-01-01"))
    db.take_in("office", statistic(median=133080))
    assert db.money(career)["source_ids"] == ["office"]
    # Far from it by nature, so nobody is asked to look.
    assert db.one("SELECT count(*) FROM salary.review") == 0


def test_best_of_several_codes_counts(db):
    career = db.publish(codes=[
        code("US-SOC-2018", "15-1251", match="broader"),
        code("US-SOC-2018", "15-1252"),
        code("US-SOC-2018", "15-1254")])["career_id"]
    db.source("office", collection_mode="api")
    db.take_in("office", statistic(code="15-1251", median=1),
               statistic(median=2), statistic(code="15-1254", median=3))
    assert levels(db, career) == {"mid": (None, 2, None)}
    assert evidence(db)["match"] == "close"


def test_of_several_years_the_newest_counts(db, career):
    db.take_in("office", statistic(median=1, observed_on="2023-05-31"),
               statistic(median=2))
    assert levels(db, career)["mid"] == (None, 2, None)


def test_of_several_surveys_the_first_counts(db, career):
    db.take_in("office", statistic(median=1, variant="BB: household"),
               statistic(median=2, variant="AA: establishment"))
    assert levels(db, career)["mid"] == (None, 2, None)
    assert "AA: establishment" in evidence(db)["notes"]


def test_what_is_older_than_five_years_says_nothing_of_today(db, career):
    db.take_in("office", statistic(median=1, observed_on="2019-05-31"))
    assert levels(db, career) == {}


def test_what_has_passed_five_years_is_withdrawn_for_its_age(db, career):
    db.take_in("office", statistic(median=1, observed_on="2019-05-31"))
    # It was taken in while it was younger.
    db.observe(career, "office", None, 1, None, observed_on="2019-05-31",
               statistic_id=db.one("SELECT id FROM salary.statistic"))
    db.derive(career)
    assert db.follow("office") == {"backend-developer": "ageing"}
    assert levels(db, career) == {}


def test_sample_and_relative_error_reach_the_figure(db, career):
    db.take_in("office", statistic(**DEVELOPERS, sample_n=80,
                                   precision_pct=12.5))
    row = evidence(db)
    assert (row["sample_n"], row["precision_pct"]) == (80, 12.5)
    assert db.money(career)["limited_reasons"] == [
        "low_confidence", "imprecise", "small_sample"]


def test_running_again_changes_nothing(db, career):
    db.take_in("office", statistic(**DEVELOPERS))
    count = db.one("SELECT count(*) FROM salary.observation")
    assert db.judge("office", statistic(**DEVELOPERS))["verdict"] == \
        "unchanged"
    assert db.follow("office") == {}
    assert db.one("SELECT count(*) FROM salary.observation") == count


def test_new_vintage_takes_the_place_of_the_old(db, career):
    assert db.take_in("office", statistic(**DEVELOPERS)) == {
        "backend-developer": "new_vintage"}
    assert db.take_in("office", statistic(
        **{**DEVELOPERS, "median": 135980}, observed_on="2025-05-31")) == {
            "backend-developer": "new_vintage"}
    money = db.money(career)
    assert (money["median"], money["observed_on"]) == (135980, "2025-05-31")


def test_correction_of_the_same_period_is_told_as_one(db, career):
    db.take_in("office", statistic(**DEVELOPERS))
    assert db.take_in("office", statistic(
        **{**DEVELOPERS, "median": 133090})) == {
            "backend-developer": "correction"}
    assert db.money(career)["median"] == 133090


def test_what_a_source_no_longer_states_is_withdrawn(db, career):
    others = [statistic(code=str(n), median=1) for n in range(10)]
    db.take_in("office", statistic(**DEVELOPERS), *others)
    assert db.take_in("office", *others) == {
        "backend-developer": "source_withdrawn"}
    assert levels(db, career) == {}
    assert db.rows("SELECT DISTINCT change, cause FROM salary.figure_history "
                   "WHERE change = 'removed'") == [
                       ("removed", "source_withdrawn")]


def test_mapping_that_changed_withdraws_what_it_no_longer_backs(db, career):
    db.take_in("office", statistic(**DEVELOPERS), statistic(**MANAGERS))
    db.publish(codes=[code("US-SOC-2018", "15-1254")])
    assert db.follow("office") == {"backend-developer": "mapping_changed"}
    assert levels(db, career) == {}
    assert db.one("SELECT count(*) FROM salary.withdrawal WHERE reason = "
                  "'mapping_changed' AND NOT is_refusal") == 4


def test_mapping_that_comes_back_brings_its_evidence_back(db, career):
    db.take_in("office", statistic(**DEVELOPERS))
    before = levels(db, career)
    db.publish(codes=[code("US-SOC-2018", "15-1254")])
    db.follow("office")
    db.publish(codes=US_CODES)
    db.follow("office")
    assert levels(db, career) == before


def test_mapping_that_fits_better_is_told_as_that(db, career):
    db.take_in("office", statistic(**DEVELOPERS))
    db.publish(codes=[code("US-SOC-2018", "15-1252", match="exact")])
    assert db.follow("office") == {"backend-developer": "mapping_changed"}
    assert db.money(career)["confidence"] == 80


def test_source_that_is_disabled_counts_again_when_it_is_enabled(db, career):
    db.take_in("office", statistic(**DEVELOPERS))
    before = levels(db, career)
    db.rows("UPDATE salary.source SET enabled = false")
    db.derive(career)
    assert levels(db, career) == {}
    # Nothing is withdrawn meanwhile, so that nothing is lost.
    assert db.follow("office") == {}
    db.rows("UPDATE salary.source SET enabled = true")
    db.derive(career)
    assert levels(db, career) == before


def test_name_that_a_source_has_for_a_code_is_followed(db):
    career = db.publish(codes=[code("BRC-2014", "0811")])["career_id"]
    db.source("cbs", collection_mode="api", code_scheme="BRC-2014")
    db.take_in("cbs", statistic(country="NL", code="A000275", period="hour",
                                currency="EUR", title="Developers",
                                median=34.8))
    assert levels(db, career, "NL") == {"mid": (None, 70755, None)}


def test_source_without_codes_is_matched_by_the_guides_title(db):
    career = db.publish(codes=[{**code("SSOC-2020", "2512"),
                                "title": "Software Developer"}])["career_id"]
    db.source("words", collection_mode="api", code_scheme="SSOC-2020")
    db.take_in("words", statistic(country="SG", code="software developer",
                                  title="", currency="SGD", period="month",
                                  median=8750))
    assert levels(db, career, "SG") == {"mid": (None, 105000, None)}
