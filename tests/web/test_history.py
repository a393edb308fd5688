"""GET /api/v1/careers/{slug}/salaries/{country}/history."""
import datetime
import json

import pytest

from client import wait_until
from evidence import BLS, owner, run
from local_site import Site
from observe import cached_keys, heard

SALARIES = "/api/v1/careers/backend-developer/salaries"
US = SALARIES + "/us/history"
LEVELS = ["junior", "mid", "senior", "manager"]


@pytest.fixture(scope="module")
def dated():
    """A copy whose mid pay in the United States was another in January, and
    whose sources were fetched today."""
    copy = Site()
    try:
        copy.start()
        with owner(copy) as db:
            career = db.one("SELECT id FROM catalog.career")
            for when, change, low in (
                    ("2026-01-10 23:59:59.999+00", "new", 70000),
                    ("2026-01-20 12:00+00", "changed", 71000),
                    ("2026-02-01 00:00+00", "removed", None)):
                db.rows(
                    "INSERT INTO salary.figure_history (career_id, country, "
                    "level, valid_from, change, cause, reason, figure) "
                    "SELECT f.career_id, 'US', 'mid', %s, %s, 'correction', "
                    "'test', CASE WHEN %s::bigint IS NOT NULL THEN "
                    "to_jsonb(f) || jsonb_build_object('low', %s::bigint) END "
                    "FROM salary.figure AS f WHERE f.country = 'US' "
                    "AND f.level = 'mid'", when, change, low, low)
            run(db, "bls", BLS)
            db.query("document_refresh", career)
        yield copy
    finally:
        copy.remove()


def get(site, path):
    reply = site.get(path)
    assert reply.status == 200, reply
    assert reply.headers["Content-Type"] == "application/json"
    return json.loads(reply.body)


def problem(site, path, status):
    reply = site.get(path)
    assert reply.status == status, reply
    assert reply.headers["Content-Type"] == "application/problem+json"
    return json.loads(reply.body)


def test_every_version_newest_first(dated):
    data = get(dated, US)["data"]
    assert list(data[0]) == ["level", "valid_from", "change", "cause",
                             "reason", "salary"]
    times = [row["valid_from"] for row in data]
    assert times == sorted(times, reverse=True)
    mid = [row for row in data if row["level"] == "mid"]
    assert [(row["change"], row["salary"] and row["salary"]["low"])
            for row in mid] == [
        ("changed", 85000), ("new", 105210), ("removed", None),
        ("changed", 71000), ("new", 70000)]
    assert mid[0]["reason"] == "import of editors-2026"
    assert mid[3]["cause"] == "correction" and mid[3]["reason"] == "test"
    assert mid[2]["valid_from"] == "2026-02-01T00:00:00Z"
    # Of one moment, in the order of the levels.
    assert [row["level"] for row in data
            if row["reason"] == mid[0]["reason"]] == LEVELS


def test_level_filters(dated):
    data = get(dated, US + "?level=senior")["data"]
    assert {row["level"] for row in data} == {"senior"}


@pytest.mark.parametrize("day, low", [
    ("2025-12-31", None), ("2026-01-09", None), ("2026-01-10", 70000),
    ("2026-01-19", 70000), ("2026-01-20", 71000), ("2026-01-31", 71000),
    ("2026-02-01", None)])
def test_as_of_is_what_was_shown_at_the_end_of_that_day(dated, day, low):
    found = get(dated, f"{US}?as_of={day}")
    assert found["as_of"] == day
    assert [(row["country"], row["level"]) for row in found["data"]] == [
        ("US", level) for level in LEVELS]
    assert [row["salary"] and row["salary"]["low"]
            for row in found["data"]] == [None, low, None, None]


def test_as_of_today_is_what_is_shown(dated):
    today = datetime.datetime.now(datetime.timezone.utc).date()
    found = get(dated, f"{US}?as_of={today}&level=mid")
    assert found["data"] == get(
        dated, SALARIES + "?country=us&level=mid")["data"]


def test_country_of_the_path_has_no_case(dated):
    assert get(dated, SALARIES + "/US/history") == get(dated, US)
    assert get(dated, SALARIES + "/uS/history?level=mid") == get(
        dated, US + "?level=mid")


@pytest.mark.parametrize("country, code", [
    ("uk", "gb"), ("UK", "gb"), ("uae", "ae"), ("UAE", "ae")])
def test_other_name_of_a_country_leads_to_its_code(dated, country, code):
    reply = dated.get(f"{SALARIES}/{country}/history?as_of=2026-01-10"
                      "&level=mid")
    assert reply.status == 301
    assert reply.headers["Location"].endswith(
        f"{SALARIES}/{code}/history?level=mid&as_of=2026-01-10")
    reply = dated.get(f"{SALARIES}/{country}/history")
    assert reply.headers["Location"].endswith(f"/{code}/history")


def test_country_without_figures_has_an_empty_history(dated):
    assert get(dated, SALARIES + "/ae/history") == {
        "data": [], "total": 0, "next": None}
    assert {row["salary"] for row in get(
        dated, SALARIES + "/ae/history?as_of=2026-01-10")["data"]} == {None}


@pytest.mark.parametrize("query, parameter", [
    ("as_of=2026-02-30", "as_of"), ("as_of=2026-1-1", "as_of"),
    ("as_of=", "as_of"), ("as_of=20260101", "as_of"),
    ("as_of=2026-01-01T00:00:00Z", "as_of"), ("as_of=0000-01-01", "as_of"),
    ("as_of=2126-01-01", "as_of"), ("level=boss", "level"),
    ("as_of=2026-01-01&as_of=2026-01-02", "as_of"), ("country=us", "country"),
    ("asof=2026-01-01", "asof")])
def test_bad_value_is_told(dated, query, parameter):
    found = problem(dated, f"{US}?{query}", 400)
    assert [e["parameter"] for e in found["errors"]] == [parameter]


@pytest.mark.parametrize("path", [
    "/api/v1/careers/nope/salaries/us/history", SALARIES + "/fr/history",
    SALARIES + "/usa/history", SALARIES + "/us/histories",
    SALARIES + "/history", SALARIES + "/u%73x/history"])
def test_what_is_not_there_is_a_problem(dated, path):
    problem(dated, path, 404)


def test_slash_at_the_end_leads_on(dated):
    assert dated.get(US + "/").status == 301


def test_other_methods_are_refused(dated):
    reply = dated.request("POST", US, {}, b"")
    assert reply.status == 405 and reply.headers["Allow"] == (
        "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("query", ["", "?level=mid", "?as_of=2026-01-15"])
def test_it_is_kept_and_asked_again_like_the_rest(dated, query):
    path = SALARIES + "/nz/history" + query
    first, model = dated.get(path), dated.get(SALARIES)
    for name in ("Cache-Control", "Access-Control-Allow-Origin", "Vary"):
        assert first.headers[name] == model.headers[name], name
    assert first.headers["Last-Modified"] and first.headers["ETag"]
    again = dated.get(path, {"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    head = dated.request("HEAD", path)
    assert (head.status, head.headers["ETag"]) == (200, first.headers["ETag"])


def test_level_is_in_the_key_and_days_are_not_kept(dated):
    path = SALARIES + "/sg/history"
    dated.get(path + "?level=mid")
    wait_until(lambda: f"{path}|&level=mid|:|identity"
               in cached_keys(dated, path))
    reply = dated.get(path + "?as_of=2026-01-15&level=mid")
    assert reply.headers["X-Cache"] == "BYPASS"
    assert heard(dated, reply)["query"] == "as_of=2026-01-15&level=mid"
    assert len(cached_keys(dated, path)) == 1
