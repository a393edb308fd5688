"""autopsy-ingest import of exchange rates that people write down."""
import csv
import json

import pytest

from support.desk import SOURCES, Desk, copy_of, published

FILE = SOURCES.parent / "worldbank-fx.csv"
HEADER = "kind,base,quote,country,observed_on,rate".split(",")
GOOD = {"kind": "year_average", "base": "USD", "quote": "SGD",
        "country": "SG", "observed_on": "2025-12-31", "rate": "1.30745"}
EURO = {**GOOD, "quote": "EUR", "country": "DE", "rate": "0.885"}
DOLLAR = {**GOOD, "quote": "USD", "country": "US", "rate": "1"}


class RateDesk(Desk):
    def write(self, *rows, header=None):
        path = self.home / "rates.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header or HEADER)
            writer.writerows([{**GOOD, **row}[n] for n in HEADER]
                             for row in rows)
        return str(path)

    def load(self, *rows, code=0, more=(), source="worldbank-fx", **layout):
        return self.ingest("import", self.write(*rows, **layout),
                           "--source", source, *more, code=code)

    def kept(self):
        """All that the import of rates could change."""
        return self.believed() + self.ask("""
            SELECT (SELECT count(*) FROM ops.job_run),
                (SELECT count(*) FROM salary.source_run)""")

    def rate(self, source, target):
        return self.ask("SELECT rate::float, kind, rate_on FROM "
                        f"salary.exchange_to('{target}') "
                        f"WHERE currency = '{source}'")


@pytest.fixture
def desk(tmp_path):
    with copy_of(published(), tmp_path, kind=RateDesk) as made:
        yield made


def bundled():
    return list(csv.DictReader(FILE.open(encoding="utf-8")))


def test_the_bundled_rates_are_imported_whole_and_twice(desk):
    load = ["import", str(FILE), "--source", "worldbank-fx"]
    before = desk.kept()
    version = int(desk.ask("SELECT version FROM catalog.content_version"))
    dry = desk.ingest(*load, "--dry-run")
    assert desk.kept() == before
    out = desk.ingest(*load)
    assert dry == out + "dry run: nothing is written\n"
    assert out.startswith("new USD AED AE 2019-12-31: 3.6725\n")
    assert out.endswith("63 new, 0 changed, 0 unchanged, 0 gone\n")
    assert desk.words == ""
    assert [(row["country"], row["observed_on"], row["rate"])
            for row in desk.rates("worldbank-fx")] == sorted(
        ((row["country"], row["observed_on"], float(row["rate"]))
         for row in bundled()),
        key=lambda row: (next(r["quote"] for r in bundled()
                              if r["country"] == row[0]), row[0],
                         -int(row[1][:4])))
    assert desk.last("worldbank-fx")["outcome"] == "published"
    assert int(desk.ask("SELECT version FROM catalog.content_version")) \
        == version + 1
    state = desk.kept()
    assert desk.ingest(*load) == \
        "0 new, 0 changed, 63 unchanged, 0 gone\n"
    assert desk.kept() == state


def test_a_newer_file_corrects_adds_and_takes_away(desk):
    desk.load({}, DOLLAR, EURO, {**EURO, "country": "NL"},
              {"observed_on": "2024-12-31", "rate": "1.4"})
    assert desk.rate("USD", "SGD") == "1.30745|year_average|2025-12-31"
    rows = ({"rate": "1.25"}, DOLLAR, EURO, {**EURO, "country": "NL"},
            {**DOLLAR, "observed_on": "2023-12-31"})
    dry = desk.load(*rows, more=["--dry-run"])
    assert desk.rate("USD", "SGD").startswith("1.30745")
    out = desk.load(*rows)
    assert dry == out + "dry run: nothing is written\n"
    assert out == ("gone USD SGD SG 2024-12-31: 1.4\n"
                   "changed USD SGD SG 2025-12-31: 1.30745 -> 1.25\n"
                   "new USD USD US 2023-12-31: 1\n"
                   "1 new, 1 changed, 3 unchanged, 1 gone\n")
    assert desk.rate("USD", "SGD") == "1.25|year_average|2025-12-31"
    assert desk.ask("SELECT count(*) FROM salary.live_rate "
                    "WHERE country = 'SG'") == "1"


def test_a_rate_far_off_waits_for_a_person(desk):
    desk.load({}, DOLLAR)
    assert desk.load({"rate": "130.745"}, DOLLAR).endswith(
        "0 new, 1 changed, 1 unchanged, 0 gone\n")
    held = ("rates.csv: waits in autopsy-ingest review list: 1 moved by more "
            "than 40 %, year_average USD SGD SG from 1.30745 to 130.745\n")
    assert desk.words.endswith(held)
    assert desk.rate("USD", "SGD").startswith("1.30745")
    state = desk.kept()
    desk.load({"rate": "130.745"}, DOLLAR)
    assert desk.words.endswith(held)
    assert desk.kept() == state
    # Taken back, nothing waits.
    desk.load({}, DOLLAR)
    assert desk.ingest("review", "list") == "nothing waits\n"
    desk.load({"rate": "2"}, DOLLAR)
    [review] = json.loads(desk.ingest("review", "list", "--json"))
    version = int(desk.ask("SELECT version FROM catalog.content_version"))
    desk.ingest("review", "accept", str(review["id"]), "--why", "devalued")
    assert desk.rate("USD", "SGD").startswith("2|")
    # Caches of converted pay hear of it.
    assert int(desk.ask("SELECT version FROM catalog.content_version")) \
        > version


FAULTS = {
    "a kind that is fetched": (
        {"kind": "spot"}, 'kind: "spot" is not written down; year_average'),
    "another base": ({"base": "EUR"}, 'base: "EUR" is not what averages are'
                     ' for one of; write USD'),
    "an unknown country": (
        {"country": "UK"}, 'country: "UK" is not known; an ISO code'),
    "another country's currency": (
        {"quote": "MYR"},
        'quote: "MYR" is not the currency of SG; write SGD'),
    "no day": ({"observed_on": "2025"},
               'observed_on: "2025" is not the last day of a year;'
               " YYYY-12-31"),
    "a day of the year": ({"observed_on": "2025-06-30"},
                          'observed_on: "2025-06-30" is not the last day'),
    "a year that is not over": (
        {"observed_on": "2999-12-31"},
        'observed_on: "2999-12-31" is in the future; a year has'),
    "no number": ({"rate": "1,3"}, 'rate: "1,3" is not a rate; digits'),
    "nothing": ({"rate": "0.0"}, 'rate: "0.0" is not a rate'),
    "less than nothing": ({"rate": "-1"}, 'rate: "-1" is not a rate'),
    "no rate": ({"rate": ""}, 'rate: "" is not a rate'),
    "a dollar that is none": (
        {**DOLLAR, "rate": "1.1"},
        'rate: "1.1" is not what a currency is of itself; write 1'),
    "a country twice": (
        {**EURO, "rate": "0.886"},
        "country: is on line 2 already, with this year; keep one"),
    "countries that disagree": (
        {**EURO, "country": "NL", "rate": "0.886"},
        "rate: 0.886 here, 0.885 on line 2 for the same currency and year"),
}


def test_every_fault_is_said_and_nothing_written(desk):
    state = desk.kept()
    err = desk.load(EURO, *(row for row, _ in FAULTS.values()), code=1)
    for line, name in enumerate(FAULTS, 3):
        assert f"{desk.home}/rates.csv:{line}: {FAULTS[name][1]}" in err, \
            (name, err)
    assert err.endswith("faults; nothing is written\n")
    assert desk.kept() == state


def test_a_row_of_another_length_is_refused(desk):
    path = desk.home / "rates.csv"
    path.write_text(",".join(HEADER) + "\nyear_average,USD,SGD,SG\n")
    err = desk.ingest("import", str(path), "--source", "worldbank-fx", code=1)
    assert "rates.csv:2: has 4 fields; 6, as the header says" in err


def test_a_file_without_rows_is_refused(desk):
    assert "has no row" in desk.load(code=1)


@pytest.mark.parametrize("header", [
    HEADER[:-1] + ["rates"], HEADER + ["notes"]])
def test_another_header_is_refused(desk, header):
    err = desk.load({}, header=header, code=1)
    assert "rates.csv:1: header: is not the one of a file of rates; must be" \
        f" exactly {','.join(HEADER)}\n" in err


@pytest.mark.parametrize("source, says", [
    ("cbs-nl", '"cbs-nl" states pay, the header is of rates'),
    ("worldbank", '"worldbank" is not collected by hand; its'),
    ("worldbank-f", '"worldbank-f" is not registered; did you mean')])
def test_the_source_is_one_of_rates(desk, source, says):
    assert f"--source: {says}" in desk.load({}, code=1, source=source)


def test_pay_is_not_recorded_for_a_source_of_rates(desk):
    err = desk.ingest("import", str(SOURCES.parent / "cbs-nl.csv"),
                      "--source", "worldbank-fx", code=1)
    assert '--source: "worldbank-fx" states rates, the header is of pay' \
        in err
