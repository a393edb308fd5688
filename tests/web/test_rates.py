"""Pay in another currency on a copy that nobody has fed with rates."""
import csv
import json
from fractions import Fraction

from local_site import TOP

SALARIES = "/api/v1/careers/backend-developer/salaries"


def averages(year):
    path = TOP / "migrations/content/benchmarks/worldbank-fx.csv"
    with path.open(encoding="utf-8") as file:
        return {row["country"]: Fraction(row["rate"])
                for row in csv.DictReader(file)
                if row["observed_on"] == f"{year}-12-31"}


def ask(site, query):
    reply = site.get(f"{SALARIES}?{query}")
    assert reply.status == 200, reply.text
    return json.loads(reply.text)["data"]


def test_a_fresh_site_converts_by_the_average_of_a_year(site):
    [row] = ask(site, "country=SG&level=mid&currency=USD")
    pay, converted = row["salary"], row["converted"]
    rate = averages(2025)["US"] / averages(2025)["SG"]
    assert converted["rate"] == round(float(rate), 8)
    assert pay["currency"] == "SGD" and pay["median"] > 50000
    for name in ("low", "median", "high"):
        exact = pay[name] * Fraction(str(converted["rate"]))
        assert converted[name] == int(exact + Fraction(1, 2))
        assert abs(converted[name] - pay[name] * rate) <= 1
    assert {name: converted[name] for name in (
        "currency", "rate_kind", "rate_on", "rate_source_ids")} == {
        "currency": "USD", "rate_kind": "year_average",
        "rate_on": "2025-12-31", "rate_source_ids": ["worldbank-fx"]}


def test_every_pay_of_a_country_with_an_average_is_converted(site):
    rows = ask(site, "currency=eur")
    known = averages(2025)
    paid = [row for row in rows if row["salary"]]
    assert len(paid) > 10
    for row in paid:
        assert (row["converted"] is not None) == (row["country"] in known), row
        if row["country"] in ("DE", "NL"):
            assert row["converted"]["rate_kind"] is None
            assert row["converted"]["rate"] == 1
    assert all(row["converted"] is None for row in rows if not row["salary"])
    # Nobody has told us of the ringgit.
    assert not any(row["converted"] for row in ask(site, "currency=MYR"))


def test_sources_tell_of_the_snapshot(site):
    found = json.loads(site.get("/api/v1/sources").text)["data"]
    [bank] = [one for one in found if one["id"] == "worldbank-fx"]
    assert bank["last_success_at"] and bank["observed_on"] == "2025-12-31"
    assert (bank["statistics"], bank["collection_mode"], bank["licence"]) == (
        "rate", "curated", "CC BY 4.0")
    # What has not been fetched has no day.
    [empty] = [one for one in found if one["id"] == "worldbank"]
    assert (empty["last_success_at"], empty["observed_on"]) == (None, None)
