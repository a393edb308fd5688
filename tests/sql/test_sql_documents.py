"""The named queries: publishing, importing, documents and lists."""

import hashlib
import io
import json
import re

import pytest

from sql_database import GUIDE, Database, connect, named_queries

EMPTY_BINARY = b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"\xff\xff"
COUNTRIES = "MY SG PH TH ID VN IN AU NZ GB DE NL US CA AE".split()
LEVELS = "junior mid senior manager".split()


@pytest.fixture
def db():
    made = Database()
    yield made
    made.close()


@pytest.fixture
def career(db):
    """The published story with the bundled snapshot imported."""
    found = db.publish()["career_id"]
    states = db.import_snapshot(found)
    assert set(states) == {"new"}
    db.query("document_refresh", found)
    return found


def page(db, country="US"):
    return json.loads(db.query("career_page", "backend-developer",
                               country)[0][0])


def test_every_query_prepares():
    link = connect()
    with link.cursor() as cursor:
        for name, text in named_queries().items():
            statement = re.sub(r"^--.*\n", "", text, flags=re.M)
            if not statement.startswith("COPY"):
                cursor.execute(f"PREPARE {name} AS {text}")
                continue
            # SQL prepares no COPY: it takes nothing instead.
            cursor.copy_expert(statement, io.BytesIO(
                EMPTY_BINARY if "binary" in statement else b""))
    link.close()


def test_ingest_role_can_do_the_whole_import(db):
    found = db.publish()["career_id"]
    db.rows("SET ROLE autopsy_ingest")
    db.import_snapshot(found)
    assert len(db.query("figure_changes", found)[0][0]) == 20
    assert db.query("document_refresh", found)[0][0] == 17


def test_web_role_can_run_every_query_of_a_page(db, career):
    db.rows("SET ROLE autopsy_web")
    slug, country = "backend-developer", "US"
    for name, values in {
            "career_page": (slug, country),
            "career_document": (slug, ""),
            "salaries_document": (slug,),
            "career_location": (slug,),
            "category_page": ("information-technology", country),
            "career_list": (country, "back", *6 * [None], "relevance", 20,
                            0, None, None, None, "page"),
            "categories": (),
            "countries": (),
            "sources": (),
            "about": ("http://localhost", "1"),
            "changes": (None, None, 20, None, None),
            "export_version": (),
            "export_careers": ("", "http://localhost"),
            "export_salaries": ("",),
            "currency_is_known": ("USD",),
            "home": (country,),
            "sitemap": (),
            "feed": (),
            "methodology": (),
            "salaries_filtered": (slug, country, None, "EUR"),
            "salary_history": (slug, country, None, 20, None),
            "salaries_as_of": (slug, country, None, "2026-01-01"),
            "content_version": (),
            "resource": ("first-course",),
            "count_click": ("first-course",)}.items():
        assert len(db.query(name, *values)) == 1, name


def test_us_mid_is_what_the_editors_say(db, career):
    assert db.money(career) == {
        "low": 85000, "median": None, "high": 130000, "currency": "USD",
        "period": "year", "pay_basis": "base", "grade": "B",
        "confidence": 60, "limited": False, "limited_reasons": [],
        "observed_on": "2026-04-01", "source_ids": ["editors-2026"]}


@pytest.mark.parametrize("country, level, expected", [
    ("US", "junior", (55000, None, 85000, [])),
    ("US", "senior", (130000, None, 200000, [])),
    ("US", "manager", (200000, None, 350000, [])),
    ("CA", "junior", (61932, 70664, 79397, [])),
    ("CA", "mid", (79397, 99256, 125247, [])),
    ("CA", "senior", (125247, 142020, 158794, [])),
    ("GB", "junior", (30752, 35947, 41141, [])),
    ("GB", "mid", (41141, 55587, 75077, [])),
    ("GB", "senior", (75077, 88125, 101172, [])),
    ("GB", "manager", (66223, 90081, 116436, [])),
    ("SG", "junior", (None, None, 79188,
                      ["low_confidence", "open_range"])),
    ("SG", "mid", (79188, 105000, 150888, ["low_confidence"])),
    ("SG", "senior", (150888, None, None,
                      ["low_confidence", "open_range"])),
    ("SG", "manager", (90000, 128748, 187992, ["low_confidence"])),
    ("NL", "junior", (None, None, 54896, ["open_range"])),
    ("NL", "mid", (54896, 70755, 88241, [])),
    ("NL", "senior", (88241, None, None, ["open_range"])),
    ("DE", "mid", (None, 70212, None,
                   ["low_confidence", "point_estimate"])),
    ("AU", "mid", (None, 132758, None,
                   ["low_confidence", "point_estimate"])),
])
def test_snapshot_figure(db, career, country, level, expected):
    money = db.money(career, country, level)
    assert (money["low"], money["median"], money["high"],
            money["limited_reasons"]) == expected


def test_snapshot_has_no_figure_without_evidence(db, career):
    assert db.one("SELECT count(*) FROM salary.figure") == 20
    for level in LEVELS:
        assert db.money(career, "AE", level) is None


def test_import_again_changes_nothing(db, career):
    before = db.query("content_version")
    assert set(db.import_snapshot(career)) == {"unchanged"}
    assert db.query("document_refresh", career)[0][0] == 0
    assert db.query("content_version") == before


ROW = {"career_slug": "backend-developer", "country": "US", "level": "mid",
       "low": "85000", "median": "", "high": "131000", "currency": "USD",
       "period": "year", "pay_basis": "base", "source_code": "editors-2026",
       "source_title": "t", "source_url": "https://example.org/",
       "observed_on": "2026-04-01", "recorded_on": "2026-11-24",
       "recorded_by": "test", "sample_n": "", "notes": ""}


def test_correction_supersedes_and_keeps_both(db, career):
    assert db.record(ROW) == "changed"
    assert db.record(ROW) == "unchanged"
    db.derive(career, "corrected")
    assert db.money(career)["high"] == 131000
    assert db.one("SELECT count(*) FROM salary.observation WHERE country = "
                  "'US' AND level = 'mid' AND source_code = "
                  "'editors-2026'") == 2
    changes = [c for c in db.query("figure_changes", career)[0][0]
               if c["change"] == "changed"]
    assert [(c["country"], c["level"], c["before"]["high"],
             c["after"]["high"]) for c in changes] == [
                 ("US", "mid", 130000, 131000)]


def test_back_to_the_first_values_is_a_change_again(db, career):
    assert db.record(ROW) == "changed"
    assert db.record({**ROW, "high": "132000"}) == "changed"
    assert db.record(ROW) == "changed"


def test_sources_tell_what_changed(db):
    def told(change, enabled=True):
        return [{"code": "s", "change": change, "enabled": enabled}]

    assert db.source("s") == told("new")
    assert db.source("s") == told("unchanged")
    assert db.source("s", licence="x") == told("changed")
    assert db.source("s", enabled=False) == told("changed", enabled=False)


def test_publish_same_text_makes_no_revision(db):
    first, second = db.publish(), db.publish()
    assert (first["changed"], first["number"]) == (True, 1)
    assert (second["changed"], second["number"]) == (False, 1)


def test_publish_new_text_makes_the_next_revision(db):
    first = db.publish()
    second = db.publish(tagline="Another.")
    assert (second["changed"], second["number"]) == (True, 2)
    assert second["career_id"] == first["career_id"]
    assert db.one("SELECT tagline FROM catalog.career_summary") == "Another."


def test_publish_into_an_unknown_category_gives_no_row(db):
    db.publish()
    guide = json.dumps({**GUIDE, "slug": "x", "category": "nowhere"})
    assert db.query("publish_revision", guide, "") == []


def test_publish_replaces_resources(db):
    db.publish()
    assert db.query("resource", "first-course") == [
        ("https://example.org/first",)]
    db.publish(start={"entry_path": "p", "resources": [
        {**GUIDE["start"]["resources"][0], "id": "second-course"}]})
    assert db.query("resource", "first-course") == []
    assert len(db.query("resource", "second-course")) == 1


def test_publish_tells_of_a_resource_of_another_career(db):
    db.publish()
    assert db.publish(slug="other")["taken_resources"] == ["first-course"]


def test_click_is_counted_for_known_resources_only(db):
    db.publish()
    for name in ("first-course", "first-course", "nothing"):
        db.query("count_click", name)
    assert db.rows("SELECT resource_id, clicks "
                   "FROM catalog.resource_click") == [("first-course", 2)]


def test_salaries_document_has_every_country_and_level(db, career):
    body, etag, when = db.query("salaries_document", "backend-developer")[0]
    cells = json.loads(body)["data"]
    assert [(c["country"], c["level"]) for c in cells] == [
        (c, level) for c in COUNTRIES for level in LEVELS]
    assert sum(c["salary"] is not None for c in cells) == 20
    assert etag == hashlib.sha256(body.encode()).hexdigest()[:32]
    assert when > 0


def test_hero_and_table_are_one_fact(db, career):
    for country in COUNTRIES:
        both = page(db, country)
        hero = both["career"]["salary"]
        table = [c for c in both["salaries"]["data"]
                 if (c["country"], c["level"]) == (country, "mid")]
        assert hero == table


def test_career_document_of_all_countries(db, career):
    body = json.loads(
        db.query("career_document", "backend-developer", "")[0][0])
    assert [c["country"] for c in body["salary"]] == COUNTRIES
    assert (body["ai"]["score"], body["ai"]["risk"]) == (74, "Low–Medium")
    assert body["ai"]["label"] == "Relatively safe"
    assert body["url"] == "/careers/information-technology/backend-developer"
    assert {s["id"] for s in body["salary_sources"]} == {
        "editors-2026", "bls-oews", "jobbank-ca", "ons-ashe", "mom-sg",
        "cbs-nl", "destatis", "ato-au"}
    assert len(body["evidence"]) == 24


def test_evidence_carries_its_passport(db, career):
    evidence = page(db, "CA")["career"]["evidence"]
    row = next(e for e in evidence if e["level"] == "mid")
    assert row["source"]["publisher"].startswith("Employment and Social")
    assert row["source"]["url"].startswith("https://www.jobbank.gc.ca/")
    assert row["published"] == {"low": 38.46, "median": 48.08,
                                "high": 60.67, "period": "hour"}
    assert [s["factor"] for s in row["chain"]] == [39.7, 52]
    assert (row["low"], row["median"], row["high"]) == (79397, 99256, 125247)
    assert (row["match"], row["population"], row["used"]) == (
        "close", "all", True)
    assert (row["observed_on"], row["sample_n"]) == ("2024-12-31", None)


def test_cross_check_is_shown_and_says_that_it_disagrees(db, career):
    evidence = [e for e in page(db)["career"]["evidence"]
                if e["level"] == "mid"]
    assert [(e["source"]["id"], e["used"], e["disagrees"])
            for e in evidence] == [
                ("editors-2026", True, False), ("bls-oews", False, True)]


def test_country_without_evidence_has_empty_lists(db, career):
    found = page(db, "AE")["career"]
    assert found["salary"] == [
        {"country": "AE", "level": "mid", "salary": None}]
    assert (found["salary_sources"], found["evidence"]) == ([], [])


def test_document_refresh_writes_only_what_changed(db, career):
    assert db.one("SELECT count(*) FROM catalog.document") == 17
    db.record(ROW)
    db.derive(career, "corrected")
    assert db.query("document_refresh", career)[0][0] == 3


def test_career_location(db, career):
    here = db.query("career_location", "backend-developer")[0][0]
    assert here == "/careers/information-technology/backend-developer"
    db.rows("INSERT INTO catalog.former_slug (slug, career_id) "
            "VALUES ('back-end', %s)", career)
    assert db.query("career_location", "back-end")[0][0] == here
    assert db.query("career_location", "nobody") == []


def test_category_page_lists_its_careers(db, career):
    found = db.query("category_page", "information-technology", "US")[0][0]
    card = found["careers"][0]
    assert card["salary"]["low"] == 85000
    assert card["ai"] == {"score": 74, "risk": "Low–Medium",
                          "label": "Relatively safe"}
    assert card["hours_per_week"] == {"low": 45, "high": 55}
    assert db.query("category_page", "nowhere", "US") == []


def test_empty_category_is_there_with_nothing_in_it(db, career):
    assert db.query("category_page", "finance", "US")[0][0]["careers"] == []
    counts = {c["slug"]: c["careers"]
              for c in db.query("home", "US")[0][0]["categories"]}
    assert counts == {"information-technology": 1, "finance": 0}
    assert [c["careers"] for c in
            db.careers(kind="page")[0]["categories"]] == [1, 0]


def test_lists_show_null_salary_where_there_is_none(db, career):
    found = db.careers("AE")[0]
    assert (found["total"], found["data"][0]["salary"]) == (1, None)
    assert db.careers("AE", offset=1)[0]["data"] == []
    assert db.query("home", "US")[0][0]["newest"][0]["salary"]["high"] == (
        130000)


def test_search_wants_every_word_somewhere(db, career):
    def found(words):
        return db.careers(q=words)[0]["total"]

    assert found("back") == 1
    assert found("DEVELOPER backend") == 1
    assert found("backend dentist") == 0
    assert found("%") == 0


def test_sitemap_has_each_country_and_a_date_where_there_is_content(db, career):
    found = db.query("sitemap")[0][0]
    assert [p["url"].rsplit("/", 1)[1].upper() for p in found["pages"]] == COUNTRIES
    assert [c["updated_on"] is None for c in found["categories"]] == [
        False, True]


def test_withdrawn_career_is_known_to_be_gone_and_can_come_back(db, career):
    text = db.rows("SELECT source_text FROM catalog.revision")[0][0]
    version = db.query("content_version")[0][0]
    db.end_transaction()
    assert len(db.query("career_withdraw", "backend-developer")) == 1
    assert db.query("career_withdraw", "backend-developer") == []
    assert db.query("content_version")[0][0] > version
    assert db.query("career_location", "backend-developer") == [(None,)]
    assert db.query("career_page", "backend-developer", "US") == []
    assert db.query("home", "US")[0][0]["newest"] == []
    again = db.query("publish_revision", text, "back")[0][0]
    assert (again["number"], again["changed"]) == (2, True)


def test_empty_site_answers(db):
    assert db.query("home", "US")[0][0]["newest"] == []
    found = db.careers(kind="page")[0]
    assert (found["data"], found["total"], found["categories"]) == ([], 0, [])
    assert found["country"] == {"code": "US", "name": "United States",
                                "currency": "USD"}
    assert db.careers(q="backend")[0]["suggestions"] == []
    assert db.query("sitemap")[0][0]["pages"] == []
    assert db.query("career_page", "backend-developer", "US") == []
