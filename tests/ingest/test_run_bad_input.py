"""What can't be used changes nothing, and one line says what it is."""

import re

import pytest

from support.sources import NAMES

JSON = ("bls", "cbs", "datagovsg", "eurostat", "frankfurter", "worldbank")
OF_ALL = ("truncated", "empty", "blank", "html", "bad utf-8", "deep",
          "deeper still", "broken gzip", "403", "404")
OF_JSON = ("nulls", "wrong types")

# Case of a source: what its line says; row and field where there is one.
OF_ONE = {
    ("bls", "a series twice"):
        "row 15, field seriesID: 'OEUN000000000000011302111' is there twice",
    ("bls", "too many"): "the number of series is greater",
    ("bls", "results missing"): "Results",
    ("bls", "no series"): "part 1: there is no row in it",
    ("bls", "series is a number"): "series",
    ("bls", "values are words"): "row 1, field value: 'many'",
    ("bls", "values are negative"): "row 1, field value: '-12'",
    ("bls", "no value"): "row 1, field value",
    ("bls", "another period"): "there is no row in it",
    ("bls", "year is a word"): "row 1, field year",
    ("bls", "invalid key"): "BLS_API_KEY",
    ("jobbank", "missing column"): "Median_Wage_Salaire_Median",
    ("jobbank", "renamed column"): "prov",
    ("jobbank", "a row twice"): "part 1: has two rows of the same",
    ("jobbank", "header only"): "row",
    ("jobbank", "short row"): "row 29",
    ("jobbank", "open quote"): "row 29",
    ("jobbank", "wage is a word"): "row 12, field median: 'many'",
    ("jobbank", "wage is negative"): "row 12, field median: '-1'",
    ("jobbank", "flag is a word"):
        "row 12, field Annual_Wage_Flag_Salaire_annuel: 'yes'",
    ("cbs", "9 MB"): "is larger than 4 MB",
    ("cbs", "text for numbers"): "row 1, field k_50ePercentielMediaan_3",
    ("cbs", "out of order"): "row 1",
    ("cbs", "missing column"): "row 1, field k_50ePercentielMediaan_3",
    ("cbs", "a row twice"): "part 1: has two rows of the same",
    ("cbs", "no rows"): "no wage in any year",
    ("cbs", "value is an object"): "value",
    ("cbs", "next link leads elsewhere"): "odata.nextLink",
    ("cbs", "next link to itself"): "odata.nextLink",
    ("cbs", "error in a 200"): "No table 85517NED.",
    ("datagovsg", "missing column"):
        "row 1, field mthly_basic_wage_50_pctile",
    ("datagovsg", "a word"):
        "row 1, field mthly_basic_wage_50_pctile: is 'many'",
    ("datagovsg", "a row twice"): "part 1: has two rows of the same",
    ("datagovsg", "refused"): "Not found: Resource",
    ("datagovsg", "no records"): "records",
    ("datagovsg", "records is a number"): "records",
    ("datagovsg", "never full"): "records",
    ("eurostat", "no values"): "value",
    ("eurostat", "values in an array"): "value",
    ("eurostat", "sizes do not fit"): "numbered from 0 to 8",
    ("eurostat", "no dimension"): "dimension",
    ("eurostat", "a value is a word"): "field value: is 'many'",
    ("eurostat", "a cell beyond"): "999",
    ("eurostat", "bad code"): "400",
    ("ilostat", "a row twice"): "part 1: has two rows of the same",
    ("ilostat", "labels"): "ref_area",
    ("ilostat", "header only"): "row",
    ("ilostat", "missing column"): "obs_value",
    ("ilostat", "a value is a word"): "row 2, field mean: 'many'",
    ("ecb", "entity bomb"): "document type",
    ("ecb", "a document type"): "document type",
    ("ecb", "another file's entity"): "document type",
    ("ecb", "a rate twice"): "part 1: has two rows of the same",
    ("ecb", "9 MB"): "is larger than 8 MB",
    ("ecb", "no cubes"): "none of our currencies",
    ("ecb", "no time"): "time",
    ("ecb", "time is a word"): "time",
    ("ecb", "a day to come"): "2099-09-11",
    ("ecb", "no such day"): "2026-02-30",
    ("ecb", "rate is a word"): "rate",
    ("ecb", "rate is nought"): "rate",
    ("ecb", "rate is negative"): "rate",
    ("ecb", "no rate"): "rate",
    ("ecb", "not closed"): "",
    ("frankfurter", "not found"): "404",
    ("frankfurter", "a row twice"): "part 1: has two rows of the same",
    ("frankfurter", "no rows"): "no rate of AED or VND",
    ("frankfurter", "another base"): "row 1, field base",
    ("frankfurter", "no rate"): "row 1, field rate",
    ("frankfurter", "rate is a word"): "row 1, field rate",
    ("frankfurter", "rate is negative"): "row 1, field rate",
    ("frankfurter", "date is a word"): "row 1, field date",
    ("worldbank", "a row twice"): "part 2: has two rows of the same",
    ("worldbank", "refused"): "The provided parameter value is not valid",
    ("worldbank", "null instead of rows"): "no rate of PA.NUS.FCRF",
    ("worldbank", "all values are null"): "no rate of PA.NUS.FCRF",
    ("worldbank", "second page refused"): "part 2",
    ("worldbank", "a value is a word"): "row 1, field value",
    ("worldbank", "a value is negative"): "row 1, field value",
    ("worldbank", "no date"): "row 1, field date",
    ("worldbank", "an object"): "",
    ("worldbank", "a million pages"): "page",
}
CASES = [(name, case, "") for name in NAMES for case in OF_ALL] \
    + [(name, case, "") for name in JSON for case in OF_JSON] \
    + [(*key, words) for key, words in OF_ONE.items()]


@pytest.mark.parametrize("source, case, words", CASES)
def test_bad_input_changes_nothing(steady_desk, sources, source, case, words):
    desk = steady_desk
    state = desk.believed()
    sources.case(source, case)
    desk.fetch(source, code=1)
    run = desk.last(source)
    assert run["outcome"] == "failed"
    assert desk.words.count("\n") == 1, desk.words
    start = f"autopsy-ingest: {source}: run {run['run_id']}: "
    assert desk.words.startswith(start), desk.words
    fault = desk.words[len(start):]
    assert words in fault
    assert re.fullmatch(r"[\x20-\x7e…]{20,400}\n", fault), fault
    assert desk.out == \
        f"run {run['run_id']}: {source} failed; 0 figures changed\n"
    assert desk.believed() == state


@pytest.mark.parametrize("source", NAMES)
def test_what_failed_can_be_asked_for_again(steady_desk, sources, source):
    desk = steady_desk
    state = desk.believed()
    sources.case(source, "html")
    desk.fetch(source, code=1)
    sources.reset()
    desk.fetch(source)
    assert desk.last(source)["outcome"] == "unchanged"
    assert desk.believed() == state


@pytest.mark.parametrize("source", JSON)
def test_the_order_of_members_is_no_matter(steady_desk, sources, source):
    sources.case(source, "reordered members")
    steady_desk.fetch(source)
    assert steady_desk.last(source)["outcome"] == "unchanged"


def test_bad_input_to_an_empty_database_publishes_nothing(desk, sources):
    state = desk.state()
    for name in NAMES:
        sources.case(name, "html")
    desk.fetch(code=1)
    assert len(desk.words.splitlines()) == len(NAMES)
    assert desk.state() == state
    assert desk.ask("SELECT count(*) FROM salary.vintage") == "0"
