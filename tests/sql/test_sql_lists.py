"""Finding careers: words, filters, order, pages, and what changed."""

import pytest
from psycopg2.errors import LockNotAvailable

from sql_database import Database
from support.schema import empty_site

CAREERS = (
    ("backend-developer", "Backend Developer", ["Back-End Engineer"],
     ["API design"], "information-technology", ["remote"], "medium", 6),
    ("frontend-developer", "Frontend Developer", ["Web Developer"],
     ["C++", "Layout"], "information-technology", ["hybrid"], "low", 7),
    ("developer-advocate", "Developer Advocate", ["Backend Evangelist"],
     ["Backend demos"], "information-technology", ["remote", "hybrid"],
     "high", 8),
    ("data-engineer", "Data Engineer", [], ["Backend pipelines"],
     "information-technology", ["onsite"], "high", 5),
    ("accountant", "Accountant", ["Chartered Accountant"], ["Résumé audits"],
     "finance", ["onsite", "hybrid"], "medium", 7),
    ("nurse", "Nurse", [], ["Triage"], "finance", ["onsite"], "high", 3),
)


@pytest.fixture
def db():
    base = Database()
    for slug, name, synonyms, skills, category, remote, barrier, rest in CAREERS:
        text = "Backend teams wait for it." if slug == "nurse" else "Text."
        base.publish(
            slug=slug, name=name, synonyms=synonyms, category=category,
            tagline=text, skills={"hard": skills, "tools": []},
            facts={"work_life_balance": rest, "entry_barrier": barrier,
                   "hours_per_week": {"low": 40, "high": 45},
                   "growth_ceiling": "high", "remote": remote},
            start={"entry_path": "p", "resources": []})
    yield base
    base.close()


def slugs(db, **asked):
    return [card["slug"] for card in db.careers(**asked)[0]["data"]]


def pay(db, slug, amount, country="US"):
    career = db.one("SELECT id FROM catalog.career WHERE slug = %s", slug)
    db.source("editors", level_basis="editorial", code_scheme=None)
    db.observe(career, "editors", None, amount, None, country=country,
               currency={"US": "USD", "SG": "SGD"}[country])
    db.derive(career)
    return career


def test_rank_is_title_synonym_skill_text(db):
    found = db.careers(q="backend")[0]
    assert [(c["slug"], c["match"]) for c in found["data"]] == [
        ("backend-developer", {"on": "title", "text": None}),
        ("developer-advocate", {"on": "synonym",
                                "text": "Backend Evangelist"}),
        ("data-engineer", {"on": "skill", "text": "Backend pipelines"}),
        ("nurse", {"on": "text", "text": None})]


@pytest.mark.parametrize("typed, first", [
    ("back", "backend-developer"), ("bakend develper", "backend-developer"),
    ("BACKEND", "backend-developer"), ("back-end", "backend-developer"),
    ("back end engineer", "backend-developer"),
    ("developers", "backend-developer"),
    ("développeur", "developer-advocate"), ("acountant", "accountant"),
    ("c++", "frontend-developer"),
    ("resume", "accountant"), ("résumé", "accountant"), ("nusre", "nurse"),
    ("developer advocate", "developer-advocate"), ("finance", "accountant"),
    ("accountant of the", "accountant"), ("data e", "data-engineer"), ("dentist", None), ("???", None),
    ("q", None), ("'", None), ("backend' | 'x", None), 
    ("back:*", "backend-developer"),
])
def test_search_finds(db, typed, first):
    found = slugs(db, q=typed)
    assert (found[:1] or [None])[0] == first, found


def test_letters_that_changed_places_are_seen_first(db):
    db.publish(slug="builder", name="Building Billing Manager", synonyms=[],
               start={"entry_path": "p", "resources": []})
    assert db.careers(q="buidling manager")[0]["corrected"] == (
        "building manager")


def test_exact_title_comes_before_longer_ones(db):
    db.publish(slug="developer", name="Developer", synonyms=[],
               start={"entry_path": "p", "resources": []})
    assert slugs(db, q="developer")[0] == "developer"


def test_correction_is_told_and_nothing_found_suggests(db):
    assert db.careers(q="bakend develper")[0]["corrected"] == (
        "backend developer")
    assert db.careers(q="backend")[0]["corrected"] is None
    found = db.careers(q="backend zzzzzz")[0]
    assert found["total"] == 0
    assert found["suggestions"][0].keys() == {"slug", "name", "url"}
    assert "backend" in {s["slug"].split("-")[0] for s in found["suggestions"]}


def test_each_filter_and_all_together(db):
    pay(db, "developer-advocate", 90000)
    pay(db, "backend-developer", 80000)
    assert slugs(db, category="finance") == ["accountant", "nurse"]
    assert slugs(db, remote="remote") == ["backend-developer",
                                          "developer-advocate"]
    assert slugs(db, entry_barrier="low") == ["frontend-developer"]
    assert slugs(db, min_balance=8) == ["developer-advocate"]
    assert len(slugs(db, min_ai_score=74)) == len(CAREERS)
    assert slugs(db, min_ai_score=75) == []
    assert slugs(db, min_salary=80001) == ["developer-advocate"]
    assert slugs(db, min_salary=1, country="SG") == []
    assert slugs(db, q="backend", category="information-technology",
                 remote="remote", entry_barrier="high", min_balance=5,
                 min_ai_score=1, min_salary=90000) == ["developer-advocate"]


def test_facets_count_without_their_own_filter(db):
    facets = db.careers(category="finance", remote="onsite")[0]["facets"]

    def counts(name):
        return {f["value"]: f["count"] for f in facets[name]}

    assert counts("category") == {"information-technology": 1, "finance": 2}
    assert counts("remote") == {"remote": 0, "hybrid": 1, "onsite": 2}
    assert counts("entry_barrier") == {"low": 0, "medium": 1, "high": 1}


@pytest.mark.parametrize("sort, first", [
    ("name", "accountant"), ("balance", "developer-advocate"),
    ("salary", "nurse"), ("newest", "data-engineer"),
    ("ai_score", "frontend-developer")])
def test_order(db, sort, first):
    pay(db, "nurse", 70000)
    pay(db, "accountant", 60000)
    db.rows("UPDATE catalog.career SET published_at = now() + '1 day' "
            "WHERE slug = 'data-engineer'")
    db.publish(slug="frontend-developer", name="Frontend Developer",
               ai={"factors": [{"weight": 100, "exposure": 1}], "note": "n",
                   "sources": []}, start={"entry_path": "p", "resources": []})
    found = slugs(db, sort=sort)
    assert found[0] == first
    assert len(found) == len(CAREERS)


@pytest.mark.parametrize("sort", ["name", "balance", "salary", "newest",
                                  "ai_score", "relevance"])
def test_pages_stay_right_while_careers_come(db, sort):
    """No career is shown twice or passed over when others are added."""
    pay(db, "nurse", 70000)
    asked = {"sort": sort, "limit": 2,
             "q": "developer backend" if sort == "relevance" else None}
    if sort == "relevance":
        asked["q"] = "backend"
    before = slugs(db, **{**asked, "limit": 100})
    seen, place = [], (None, None, None)
    for page in range(len(CAREERS)):
        found, cursor, _ = db.careers(**asked, place=place)
        seen += [card["slug"] for card in found["data"]]
        if not cursor:
            break
        assert cursor.split("\t")[0] == sort
        place = cursor.split("\t")[1:]
        db.publish(slug=f"aa-new-{page}", name=f"Aa Backend {page}",
                   start={"entry_path": "p", "resources": []})
    assert [slug for slug in seen if slug in before] == before


def test_page_by_number_and_total_beyond_the_end(db):
    assert slugs(db, limit=2, offset=2) == slugs(db)[2:4]
    found, cursor, _ = db.careers(limit=2, offset=2)
    assert cursor
    found, cursor, _ = db.careers(limit=2, offset=100)
    assert (found["total"], found["data"], cursor) == (6, [], None)


def test_unknown_country_and_category_are_named(db):
    assert db.careers("ZZ") == (None, None, "country")
    assert db.careers(category="nowhere") == (None, None, "category")


def test_marks_only_for_pages(db):
    card = db.careers(q="back", kind="page")[0]["data"][0]
    assert card["marked"]["name"] == "\ue000Backend\ue001 Developer"
    assert card["marked"]["match"] is None
    assert "marked" not in db.careers(q="back")[0]["data"][0]
    plain = db.careers(kind="page")[0]["data"][0]["marked"]
    assert plain["name"] == "Accountant"


def test_list_follows_the_guide(db):
    """Revised, withdrawn, moved to another category, and come back."""
    db.publish(slug="nurse", name="Nurse Practitioner", category="finance",
               start={"entry_path": "p", "resources": []})
    assert slugs(db, q="practitioner") == ["nurse"]
    db.query("career_withdraw", "nurse")
    assert "nurse" not in slugs(db)
    assert slugs(db, q="practitoner") == []  # the word is known, not in use
    db.publish(slug="nurse", name="Nurse", category="information-technology",
               start={"entry_path": "p", "resources": []})
    assert "nurse" in slugs(db, category="information-technology")
    assert slugs(db, q="practitioner") == []


def test_list_follows_the_title_of_a_category(db):
    db.rows("UPDATE catalog.category SET title = 'Ledgers' "
            "WHERE slug = 'finance'")
    assert slugs(db, q="ledgers") == ["accountant", "nurse"]


def changes(db, since=None, day=None, limit=20, place=(None, None)):
    return db.query("changes", since, day, limit, *place)[0]


def kinds(document):
    return [(c["kind"], c["slug"]) for c in document["data"]]


def test_changes_are_told_newest_first_and_page_by_page(db):
    assert len(changes(db)[0]["data"]) == len(CAREERS)
    version = changes(db)[0]["version"]
    assert changes(db, since=version)[0]["data"] == []
    db.end_transaction()
    pay(db, "nurse", 50000)
    db.query("career_withdraw", "accountant")
    found, cursor, _ = changes(db, since=version, limit=1)
    assert kinds(found) == [("withdrawn", "accountant")]
    assert found["data"][0]["page"] is None
    assert found["total"] == 2
    rest, end, _ = changes(db, since=version, limit=1,
                           place=cursor.split("\t"))
    assert kinds(rest) == [("salaries", "nurse")]
    assert rest["data"][0]["countries"] == ["US"]
    assert end is None
    db.end_transaction()
    db.rows("UPDATE catalog.career SET slug = 'nurse-2' WHERE slug = 'nurse'")
    renamed = changes(db)[0]["data"][0]
    assert (renamed["kind"], renamed["former_slug"], renamed["slug"]) == (
        "renamed", "nurse", "nurse-2")
    assert changes(db, day="2999-01-01T00:00:00Z")[0]["data"] == []
    assert len(changes(db, day="2020-01-01T00:00:00Z")[0]["data"]) == 9


def test_documents_that_differ_are_told_of_once(db):
    """A new title of a category is in documents, and no guide's revision."""
    nurse = db.one("SELECT id FROM catalog.career WHERE slug = 'nurse'")
    db.query("document_refresh", nurse)
    db.end_transaction()
    version = changes(db)[0]["version"]
    db.query("document_refresh", nurse)
    assert changes(db, since=version)[0]["data"] == []
    db.rows("UPDATE catalog.category SET title = 'Ledgers' "
            "WHERE slug = 'finance'")
    db.query("document_refresh", nurse)
    assert kinds(changes(db, since=version)[0]) == [("revised", "nurse")]


def test_dates_of_versions_never_go_back():
    """Who began first may be done last."""
    with empty_site() as (cluster, name):
        links = [cluster.connect(name, "postgres") for _ in range(2)]
        slow, quick = (link.cursor() for link in links)
        bump = "SELECT catalog.bump_content_version()"
        when = "SELECT changed_at FROM catalog.content_version"
        slow.execute("BEGIN; SELECT 1")
        quick.execute(bump)
        quick.execute(when)
        before = quick.fetchone()[0]
        slow.execute(f"{bump}; COMMIT; {when}")
        assert slow.fetchone()[0] > before
        for link in links:
            link.close()


def test_versions_follow_the_order_of_commits():
    """Who changes something waits for who did so before and has not
    committed: a reader who saw the later version has seen all before it."""
    with empty_site() as (cluster, name):
        links = [cluster.connect(name, "postgres") for _ in range(2)]
        first, second = (link.cursor() for link in links)
        first.execute("BEGIN; SELECT catalog.bump_content_version()")
        second.execute("SET lock_timeout = '50ms'")
        with pytest.raises(LockNotAvailable):
            second.execute("SELECT catalog.bump_content_version()")
        first.execute("COMMIT; SELECT version FROM catalog.content_version")
        second.execute("SELECT catalog.bump_content_version()")
        assert second.fetchone()[0] == first.fetchone()[0] + 1
        for link in links:
            link.close()


def test_version_grows_once_a_transaction(db):
    now = db.one("SELECT catalog.bump_content_version()")
    assert db.one("SELECT catalog.bump_content_version()") == now


def test_exports_go_on_behind_the_last_career(db):
    pay(db, "nurse", 60000)
    for row in db.rows("SELECT id FROM catalog.career"):
        db.query("document_refresh", row[0])
    seen, last = "", ""
    while found := db.query("export_careers", last, "http://x"):
        seen, last = seen + found[0][0], found[0][1]
    assert len(seen.splitlines()) == len(CAREERS)
    lines, last = db.query("export_salaries", "")[0]
    assert last == "nurse"
    assert lines.startswith('nurse,"Nurse",US,mid,,60000,,USD,year,base,')
    assert lines.endswith('"l","a"\r\n')
    assert db.query("export_salaries", last) == []


def test_history_pages(db):
    career = pay(db, "nurse", 60000)
    for amount in (61000, 62000):
        db.observe(career, "editors", None, amount, None)
        db.derive(career)

    def ask(place):
        return db.query("salary_history", "nurse", "US", "mid", 2, place)[0]

    found, cursor, _, _ = ask(None)
    assert (len(found["data"]), found["total"]) == (2, 3)
    rest, end, _, _ = ask(cursor)
    assert [v["salary"]["median"] for v in found["data"] + rest["data"]] == [
        62000, 61000, 60000]
    assert end is None
    assert db.query("salary_history", "nurse", "US", "mid", 2,
                    999999999)[0][3] == "cursor"
