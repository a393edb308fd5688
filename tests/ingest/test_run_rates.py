"""Rates of exchange, each for its own day or year."""

import pytest

from support.sources.rates import DAY, EURO, OURS


def spot(desk, source):
    return {(row["observed_on"], row["quote"]): row["rate"]
            for row in desk.rates(source)
            if row["kind"] == "spot" and row["base"] == "EUR"}


EUROS = {(DAY, name): float(EURO[name]) for name in OURS}


class TestEcb:
    def test_our_currencies_are_taken(self, desk, sources):
        desk.fetch("ecb")
        assert spot(desk, "ecb") == EUROS
        assert len(desk.rates("ecb")) == len(OURS)

    def test_days_are_kept_apart(self, desk, sources):
        sources.case("ecb", "90 days")
        desk.fetch("ecb")
        found = spot(desk, "ecb")
        assert EUROS.items() <= found.items()
        assert {day for day, _ in found} == {
            "2026-09-11", "2026-09-10", "2026-09-09"}

    def test_a_weekend_has_the_rates_of_friday(self, desk, sources):
        """Nothing is made up for the days between."""
        desk.fetch("ecb")
        sources.case("ecb", "weekend")
        desk.fetch("ecb")
        assert {day for day, _ in spot(desk, "ecb")} == {"2026-09-18"}
        days = desk.ask("SELECT string_agg(DISTINCT observed_on::text, ' ')"
                        " FROM salary.live_rate WHERE kind = 'spot'")
        assert days == "2026-09-11 2026-09-18"

    def test_a_missing_currency_is_missing(self, desk, sources):
        sources.case("ecb", "missing currency")
        desk.fetch("ecb")
        assert spot(desk, "ecb") == {
            key: rate for key, rate in EUROS.items() if key[1] != "MYR"}


DIRHAM = {(DAY, "AED"): 4.25716, (DAY, "VND"): 30512.4}


class TestFrankfurter:
    def test_what_the_bank_lacks_is_taken(self, desk, sources):
        desk.fetch("frankfurter")
        assert spot(desk, "frankfurter") == DIRHAM
        request = sources.asked("frankfurter")[0]
        assert request.first("base").upper() == "EUR"
        assert set(request.first("quotes").upper().split(",")) == {
            "AED", "VND"}

    @pytest.mark.parametrize("case", ["version 1", "reordered"])
    def test_other_layouts_say_the_same(self, desk, sources, case):
        sources.case("frankfurter", case)
        desk.fetch("frankfurter")
        assert spot(desk, "frankfurter") == DIRHAM

    def test_a_missing_currency_is_missing(self, desk, sources):
        sources.case("frankfurter", "one currency")
        desk.fetch("frankfurter")
        assert spot(desk, "frankfurter") == {(DAY, "AED"): 4.25716}


def yearly(desk, kind="year_average"):
    return {(row["country"], row["observed_on"][:4]): row["rate"]
            for row in desk.rates("worldbank") if row["kind"] == kind}


class TestWorldBank:
    def test_each_year_has_its_own_rate(self, desk, sources):
        desk.fetch("worldbank")
        found = yearly(desk)
        assert found["AE", "2025"] == 3.6725
        assert found["SG", "2025"] == 1.30745
        assert found["SG", "2024"] == pytest.approx(1.33623333333333)
        assert found["IN", "2025"] == pytest.approx(87.1584483507393)
        for row in desk.rates("worldbank"):
            assert row["observed_on"].endswith("-12-31")
            assert row["country"] and row["base"] == "USD"

    def test_purchasing_power_is_that_of_households(self, desk, sources):
        desk.fetch("worldbank")
        paths = {one.path.rsplit("/", 1)[1]
                 for one in sources.asked("worldbank")}
        assert paths == {"PA.NUS.FCRF", "PA.NUS.PRVT.PP"}
        assert yearly(desk, "ppp")["SG", "2025"] == pytest.approx(1.04596)

    def test_pages_are_followed(self, desk, sources):
        desk.fetch("worldbank")
        plain = desk.rates("worldbank")
        sources.case("worldbank", "two pages")
        desk.fetch("worldbank", "--dry-run")
        assert "worldbank unchanged" in desk.out
        assert len(plain) > 40

    def test_a_gap_is_a_gap(self, desk, sources):
        """No other year's rate takes its place."""
        sources.case("worldbank", "null values")
        desk.fetch("worldbank")
        assert ("SG", "2025") not in yearly(desk)
        assert ("SG", "2024") in yearly(desk)


def test_without_rates_pay_stays_in_its_own_currency(desk, sources):
    for name in ("ecb", "frankfurter", "worldbank"):
        sources.case(name, "html")
    desk.fetch(code=1)
    assert desk.ask("SELECT count(*) FROM salary.rate") == "0"
    found = desk.ask("SELECT DISTINCT country, currency FROM salary.figure"
                     " ORDER BY country")
    assert found == "CA|CAD\nDE|EUR\nMY|MYR\nNL|EUR\n" \
        "SG|SGD\nUS|USD"
