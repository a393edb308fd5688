"""What is not published unseen, and what a person decides of it."""

import pytest

from sql_database import GUIDE, Database, statistic

BLEND = {"tier": "curated", "statistics": "range", "code_scheme": None,
         "level_basis": "editorial", "cites": ["one", "two"]}


@pytest.fixture
def db():
    made = Database()
    yield made
    made.close()


@pytest.fixture
def career(db):
    found = db.publish(codes=[{**GUIDE["codes"][0], "code": "15-1252"}])
    db.source("office", collection_mode="api")
    return found["career_id"]


def pay(**medians):
    """Rows of the United States: a median a code."""
    return [statistic(code=code, median=median)
            for code, median in medians.items()]


def five(**changes):
    return pay(**{"a": 100, "b": 100, "c": 100, "d": 100, "e": 100, **changes})


def states(db, source="office"):
    return [s for s, in db.rows(
        "SELECT state FROM salary.vintage WHERE source_code = %s ORDER BY id",
        source)]


def reviews(db):
    return db.rows("SELECT kind, state FROM salary.review ORDER BY id")


def decide(db, review, is_accepted):
    return db.one("SELECT salary.decide_review(%s, %s, 'someone', 'seen')",
                  review, is_accepted)


def test_first_vintage_is_published(db, career):
    assert db.judge("office", *five()) == {"verdict": "published", "rows": 5}
    assert states(db) == ["live"]


def test_same_again_is_unchanged_in_whatever_order(db, career):
    db.judge("office", *five())
    assert db.judge("office", *reversed(five())) == {
        "verdict": "unchanged", "rows": 5}


def test_small_change_is_published_and_the_old_one_past(db, career):
    db.judge("office", *five())
    assert db.judge("office", *five(a=140))["verdict"] == "published"
    assert states(db) == ["past", "live"]


@pytest.mark.parametrize("a", [140.1, 59.9])
def test_median_that_moved_by_more_than_40_percent_is_held(db, career, a):
    db.judge("office", *five())
    verdict = db.judge("office", *five(a=a))
    assert verdict["verdict"] == "held"
    assert verdict["subject"] == \
        f"1 moved by more than 40 %, US a from 100 to {a}"
    assert states(db) == ["live", "held"]
    assert reviews(db) == [("vintage", "open")]


def test_median_that_moved_by_40_percent_is_published(db, career):
    db.judge("office", *five())
    assert db.judge("office", *five(a=140, b=60))["verdict"] == "published"


def test_a_fifth_of_the_rows_may_go(db, career):
    db.judge("office", *five())
    assert db.judge("office", *five()[1:])["verdict"] == "published"


def test_more_than_a_fifth_of_the_rows_gone_is_held(db, career):
    db.judge("office", *five())
    verdict = db.judge("office", *five()[2:])
    assert verdict["verdict"] == "held"
    assert verdict["subject"] == "2 of 5 rows are gone"


def test_new_rows_are_no_reason_to_hold(db, career):
    db.judge("office", *five())
    assert db.judge("office", *five(), *pay(f=900))["verdict"] == "published"


def test_vintage_older_than_what_is_published_is_held(db, career):
    db.judge("office", *[{**row, "observed_on": "2025-05-31"}
                         for row in five()])
    verdict = db.judge("office", *[{**row, "observed_on": "2024-05-31"}
                                   for row in five(a=101)])
    assert verdict["verdict"] == "held"
    assert "5 of 5 rows are older than what is published" in \
        verdict["subject"]


def test_rates_pass_the_same_gate(db, career):
    db.source("ecb", collection_mode="api", statistics="rate",
              level_basis="none", population="none", code_scheme=None)

    def rate(value, on="2026-11-23"):
        return {"kind": "spot", "base": "EUR", "quote": "USD", "country": "",
                "observed_on": on, "rate": value}

    assert db.judge("ecb", rates=[rate(1.1)])["verdict"] == "published"
    assert db.judge("ecb", rates=[rate(1.2, "2026-11-24")])[
        "verdict"] == "published"
    verdict = db.judge("ecb", rates=[rate(2.4, "2026-11-25")])
    assert verdict["verdict"] == "held"
    assert "spot EUR USD from 1.2 to 2.4" in verdict["subject"]
    # Each day keeps its own rate; what is held has none.
    assert [(str(day), float(value)) for day, value in db.rows(
        "SELECT observed_on, rate FROM salary.live_rate ORDER BY 1")] == [
            ("2026-11-23", 1.1), ("2026-11-24", 1.2)]


def test_what_is_held_changes_no_figure(db, career):
    db.take_in("office", statistic(median=100000))
    db.judge("office", statistic(median=200000))
    assert db.follow("office") == {}
    assert db.money(career)["median"] == 100000


def test_what_waits_is_known_and_not_asked_about_again(db, career):
    db.judge("office", *five())
    first = db.judge("office", *five(a=200))
    again = db.judge("office", *five(a=200))
    assert (again["verdict"], again["state"], again["review"]) == (
        "known", "open", first["review"])
    assert len(reviews(db)) == 1


def test_accepted_vintage_is_published(db, career):
    db.take_in("office", statistic(median=100000))
    review = db.judge("office", statistic(median=200000))["review"]
    assert decide(db, review, True)["state"] == "open"
    assert states(db) == ["past", "live"]
    db.follow("office")
    assert db.money(career)["median"] == 200000
    assert db.rows("SELECT state, decided_by, why FROM salary.review") == [
        ("accepted", "someone", "seen")]


def test_rejected_vintage_stays_out_and_is_known(db, career):
    db.judge("office", *five())
    review = db.judge("office", *five(a=200))["review"]
    decide(db, review, False)
    assert states(db) == ["live", "rejected"]
    again = db.judge("office", *five(a=200))
    assert (again["verdict"], again["state"]) == ("known", "rejected")
    assert len(reviews(db)) == 1


def test_decided_review_is_not_decided_again(db, career):
    db.judge("office", *five())
    review = db.judge("office", *five(a=200))["review"]
    decide(db, review, False)
    assert decide(db, review, True) == {
        "state": "rejected", "decided_by": "someone", "why": "seen"}
    assert states(db) == ["live", "rejected"]


def test_review_that_is_not_there_has_no_state(db):
    assert decide(db, -1, True)["state"] is None


def test_source_that_goes_back_to_what_is_published_ends_the_wait(db, career):
    db.judge("office", *five())
    db.judge("office", *five(a=200))
    assert db.judge("office", *five())["verdict"] == "unchanged"
    db.rows("SELECT salary.void_reviews('office')")
    assert reviews(db) == [("vintage", "void")]
    assert "held" not in states(db)


def test_later_vintage_that_is_published_ends_the_wait(db, career):
    db.judge("office", *five())
    db.judge("office", *five(a=200))
    assert db.judge("office", *five(a=110))["verdict"] == "published"
    assert reviews(db) == [("vintage", "void")]
    assert states(db) == ["past", "rejected", "live"]


def disagreement(db, career, low=200000, high=260000):
    """Editors' figure that is shown, and an office far from it."""
    db.source("blend", **BLEND)
    db.observe(career, "blend", low, None, high)
    db.derive(career)
    db.take_in("office", statistic(p25=90000, median=100000, p75=120000))


def test_figure_and_observation_over_a_quarter_apart_are_reviewed(db, career):
    disagreement(db, career)
    assert db.rows("SELECT kind, source_code, subject, state, detail #>> "
                   "'{figure,low}', detail #>> '{states,median}' "
                   "FROM salary.review") == [
        ("disagreement", "office", "backend-developer US mid", "open",
         "200000", "100000")]
    db.derive(career)
    assert len(reviews(db)) == 1


def test_disagreement_that_was_accepted_is_asked_about_once(db, career):
    """Until the figure or the statement is another."""
    disagreement(db, career)
    [(review,)] = db.rows("SELECT id FROM salary.review")
    decide(db, review, True)
    same = {"p25": 90000, "median": 100000, "p75": 120000}
    db.take_in("office", statistic(**same, sample_n=100))
    assert reviews(db) == [("disagreement", "accepted")]
    db.take_in("office", statistic(**{**same, "p25": 90001}))
    assert reviews(db) == [("disagreement", "accepted"),
                           ("disagreement", "open")]


def test_open_disagreement_follows_the_statement(db, career):
    disagreement(db, career)
    [(review, before)] = db.rows("SELECT id, observation_id"
                                 " FROM salary.review")
    db.take_in("office", statistic(p25=90000, median=100000, p75=120000,
                                   sample_n=100))
    [(same, after)] = db.rows("SELECT id, observation_id FROM salary.review")
    assert same == review and after > before
    decide(db, review, False)
    assert db.rows("SELECT source_code FROM salary.live_observation"
                   " WHERE level = 'mid'") == [("blend",)]


def test_disagreement_that_ends_is_void(db, career):
    disagreement(db, career)
    db.observe(career, "blend", 90000, None, 120000)
    db.derive(career)
    assert reviews(db) == [("disagreement", "void")]


def test_accepted_disagreement_leaves_the_observation(db, career):
    disagreement(db, career)
    review = db.one("SELECT id FROM salary.review")
    answer = decide(db, review, True)
    assert (answer["career_id"], answer["slug"]) == (
        career, "backend-developer")
    db.derive(career, "review", cause="review")
    assert db.one("SELECT count(*) FROM salary.live_observation "
                  "WHERE source_code = 'office' AND level = 'mid'") == 1
    assert reviews(db) == [("disagreement", "accepted")]


def test_rejected_disagreement_withdraws_the_observation_for_good(db, career):
    disagreement(db, career)
    decide(db, db.one("SELECT id FROM salary.review"), False)
    db.derive(career, "review", cause="review")

    def count(where):
        return db.one("SELECT count(*) FROM salary.live_observation WHERE "
                      f"source_code = 'office' AND {where}")

    assert count("level = 'mid'") == 0
    assert db.one("SELECT is_refusal FROM salary.withdrawal") is True
    # The same statement again, in a vintage that changed elsewhere.
    db.take_in("office", statistic(p25=90000, median=100000, p75=120000),
               statistic(code="29-1141", median=1))
    assert count("level = 'mid'") == 0
    # Another statement is another matter.
    db.take_in("office", statistic(p25=90000, median=101000, p75=120000),
               statistic(code="29-1141", median=1))
    assert count("level = 'mid'") == 1


def test_disagreement_of_another_figure_takes_the_place_of_the_open_one(
        db, career):
    disagreement(db, career)
    db.observe(career, "blend", 300000, None, 360000)
    db.derive(career)
    assert reviews(db) == [("disagreement", "void"), ("disagreement", "open")]
