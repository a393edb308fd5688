"""Which rates hold, and pay in another currency."""
import pytest

from sql_database import Database

RATES = {"statistics": "rate", "level_basis": "none", "code_scheme": None,
         "population": "none"}


@pytest.fixture
def db():
    made = Database()
    made.source("bank", collection_mode="api", **RATES)
    made.source("averages", collection_mode="api", **RATES)
    made.source("snapshot", snapshot_of="averages", **RATES)
    made.source("editors", level_basis="editorial", code_scheme=None)
    yield made
    made.close()


def spot(currency, day, rate):
    return {"kind": "spot", "base": "EUR", "quote": currency, "country": "",
            "observed_on": day, "rate": rate}


def average(country, year, rate):
    currency = {"DE": "EUR", "NL": "EUR", "SG": "SGD", "US": "USD",
                "AE": "AED"}[country]
    return {"kind": "year_average", "base": "USD", "quote": currency,
            "country": country, "observed_on": f"{year}-12-31", "rate": rate}


def state(db, source, *rates):
    assert db.judge(source, rates=rates)["verdict"] == "published"


def exchange(db, source, target):
    """Rate, kind, day and sources; None when there is none."""
    rows = db.rows("SELECT rate::float, kind, rate_on::text, source_codes "
                   "FROM salary.exchange_to(%s) WHERE currency = %s",
                   target, source)
    assert len(rows) < 2
    return rows[0] if rows else None


def test_conversion_goes_through_the_euro(db):
    career = db.publish()["career_id"]
    state(db, "bank", spot("USD", "2026-11-20", 1.25),
          spot("USD", "2026-11-19", 2), spot("SGD", "2026-11-18", 1.5))
    db.observe(career, "editors", None, 60000, None, country="SG",
               currency="SGD")
    db.derive(career)

    def converted(currency):
        return db.query("salaries_filtered", "backend-developer", "SG", "mid",
                        currency)[0][0]["data"][0]["converted"]

    assert converted("USD") == {
        "low": None, "median": 50000, "high": None, "currency": "USD",
        "rate": 0.83333333, "rate_kind": "spot", "rate_on": "2026-11-18",
        "rate_source_ids": ["bank"]}
    assert converted("EUR")["median"] == 40000
    assert converted("SGD") == {
        "low": None, "median": 60000, "high": None, "currency": "SGD",
        "rate": 1, "rate_kind": None, "rate_on": None, "rate_source_ids": []}
    assert converted("VND") is None


def test_a_small_rate_has_as_many_digits(db):
    state(db, "bank", spot("VND", "2026-11-20", 30000),
          spot("USD", "2026-11-20", 1.2345))
    assert exchange(db, "VND", "USD")[0] == 0.00004115
    assert exchange(db, "EUR", "USD")[0] == 1.2345
    assert exchange(db, "USD", "VND")[0] == 24301.337


def test_without_rates_of_a_day_the_newest_year_of_both_counts(db):
    state(db, "averages", average("US", 2025, 1), average("SG", 2025, 1.25),
          average("US", 2024, 1), average("SG", 2024, 2),
          average("DE", 2024, 0.8), average("NL", 2024, 0.8))
    assert exchange(db, "SGD", "USD") == (
        0.8, "year_average", "2025-12-31", ["averages"])
    assert exchange(db, "SGD", "EUR") == (
        0.4, "year_average", "2024-12-31", ["averages"])
    assert exchange(db, "USD", "USD") == (1, None, None, [])
    assert exchange(db, "AED", "USD") is None
    assert exchange(db, "USD", "AED") is None
    # A day's rate for one of the two is of no use, for both it is.
    state(db, "bank", spot("USD", "2026-11-20", 1.2))
    assert exchange(db, "SGD", "USD")[1] == "year_average"
    assert exchange(db, "USD", "EUR")[1] == "spot"
    state(db, "bank", spot("USD", "2026-11-23", 1.2),
          spot("SGD", "2026-11-23", 1.5))
    assert exchange(db, "SGD", "USD") == (
        0.8, "spot", "2026-11-23", ["bank"])


@pytest.mark.parametrize("dutch, rate", [
    (0.8, 0.8), (0.8000000001, 0.8), (0.81, 0.9)])
def test_countries_of_one_currency_agree_or_their_year_is_left_out(
        db, dutch, rate):
    state(db, "averages", average("US", 2025, 1), average("US", 2024, 1),
          average("DE", 2025, 0.8), average("NL", 2025, dutch),
          average("DE", 2024, 0.9))
    assert exchange(db, "USD", "EUR")[0] == rate


def test_an_average_is_of_a_country_of_the_currency(db):
    state(db, "averages", average("US", 2025, 1),
          {**average("SG", 2025, 3), "country": "MY"})
    assert exchange(db, "USD", "SGD") is None


def test_a_snapshot_steps_back_for_what_was_fetched(db):
    state(db, "averages", average("SG", 2025, 1.5), average("US", 2025, 1))
    state(db, "snapshot", average("SG", 2025, 1.25), average("US", 2025, 1),
          average("AE", 2025, 4))
    assert exchange(db, "USD", "SGD") == (
        1.5, "year_average", "2025-12-31", ["averages"])
    assert exchange(db, "USD", "AED")[3] == ["averages", "snapshot"]
    db.source("averages", collection_mode="api", enabled=False, **RATES)
    assert exchange(db, "USD", "SGD") == (
        1.25, "year_average", "2025-12-31", ["snapshot"])


def test_a_file_counts_as_a_whole_and_what_is_fetched_adds_up(db):
    for source, left in (("averages", 0.5), ("snapshot", None)):
        db.source("averages", collection_mode="api",
                  enabled=source == "averages", **RATES)
        state(db, source, *[average(c, 2025, 2) for c in ("SG", "AE")],
              average("US", 2025, 1), average("DE", 2025, 2))
        rows = [average(c, 2025, 1 if c == "US" else 2)
                for c in ("DE", "AE", "US", "NL")]
        assert db.judge(source, rates=rows)["verdict"] in ("published",
                                                           "held")
        db.rows("SELECT salary.publish_vintage(v.id, v.digest, v.rows) "
                "FROM salary.vintage AS v WHERE v.state = 'held'")
        found = exchange(db, "SGD", "USD")
        assert (found and found[0]) == left


def test_a_rate_is_told_to_caches(db):
    before = db.one("SELECT version FROM catalog.content_version")
    db.end_transaction()
    state(db, "bank", spot("USD", "2026-11-20", 1.25))
    assert db.one("SELECT version FROM catalog.content_version") == before + 1


def test_the_web_role_converts(db):
    state(db, "averages", average("SG", 2025, 1.25), average("US", 2025, 1))
    db.rows("SET ROLE autopsy_web")
    assert exchange(db, "SGD", "USD")[0] == 0.8
