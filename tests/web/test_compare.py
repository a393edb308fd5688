"""/compare and GET /api/v1/compare: careers side by side."""
import html
import json
import re

import pytest

from evidence import owner
from local_site import Site
from observe import heard
from support import several
from test_pages import exact, words

ALL = ",".join(several.SLUGS)
TWO = "backend-developer,data-scientist"
LEVELS = ["junior", "mid", "senior", "manager"]


@pytest.fixture(scope="module")
def site():
    """A copy with four careers, one that was renamed and one that is gone."""
    copy = Site()
    try:
        copy.start()
        with owner(copy) as db:
            several.add(db)
            db.rows("INSERT INTO catalog.former_slug (slug, career_id) "
                    "SELECT 'data-wizard', id FROM catalog.career "
                    "WHERE slug = 'data-scientist'")
            several.withdraw(db, "telegraphist")
        yield copy
    finally:
        copy.remove()


def api(site, careers, more="", status=200):
    reply = site.get(f"/api/v1/compare?careers={careers}{more}")
    assert reply.status == status, reply
    return json.loads(reply.body)


def page(site, query, status=200):
    reply = site.get(f"/compare?{query}" if query else "/compare")
    assert reply.status == status, reply
    return reply.text


def follow(site, path):
    """Where redirects end, and how many there were."""
    for count in range(5):
        reply = site.get(path)
        if reply.status == 200:
            return path, count
        assert reply.status in (301, 302), reply
        path = reply.headers["Location"].replace(site.url, "")
    raise AssertionError(f"round and round: {path}")


def rows(text):
    """The table: by title of the row, the cells."""
    table = re.search(r'<table class="compare">(.*?)</table>', text, re.S)[1]
    found = {}
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.S):
        head = re.match(r'<th scope="row">(.*?)</th>', row, re.S)
        if head:
            title = re.split(r"\s*<span", head[1])[0]
            found[html.unescape(title)] = [
                (head[1], cell) for cell in
                re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)]
    return found


def values(cell):
    return [html.unescape(v) for v in re.findall(r'value="([^"]*)"', cell)]


def converted(money, original):
    if money is None or money["rate_on"] is None:
        return []
    return [exact(money | {
        "limited_reasons": original["limited_reasons"]})]


# The API.

def test_data_are_in_the_order_asked_for(site):
    found = api(site, "civil-engineer,backend-developer")
    assert [c["slug"] for c in found["data"]] == [
        "civil-engineer", "backend-developer"]
    assert (found["total"], found["next"], found["level"]) == (2, None, "mid")
    assert found["currency"] is None
    assert found["country"] == {"code": "US", "name": "United States",
                                "currency": "USD"}


def test_pay_is_that_of_the_salaries_of_each_career(site):
    found = api(site, ALL, "&country=SG&level=senior")
    for career in found["data"]:
        reply = site.get(f"/api/v1/careers/{career['slug']}/salaries"
                         "?country=SG")
        want = json.loads(reply.body)["data"]
        assert [(s["level"], s["salary"]) for s in career["salaries"]] == [
            (row["level"], row["salary"]) for row in want]
        assert career["salary"] == want[2]["salary"]


def test_facts_are_those_of_the_guide(site):
    for career in api(site, ALL)["data"]:
        reply = site.get(f"/api/v1/careers/{career['slug']}")
        guide = json.loads(reply.body)
        for fact in ("work_life_balance", "hours_per_week", "entry_barrier",
                     "growth_ceiling", "remote", "degree", "certification"):
            assert career[fact] == guide["facts"][fact], fact
        assert career["ai"]["score"] == guide["ai"]["score"]
        assert career["tagline"] == guide["tagline"]


def test_conversion_tells_its_rate_and_its_day(site):
    found = api(site, TWO, "&country=SG&currency=usd")
    assert found["currency"] == "USD"
    for career in found["data"]:
        one, of = career["converted"], career["salary"]
        assert one["currency"] == "USD" and one["rate_on"] == "2026-11-23"
        assert one["rate_source_ids"] == ["ecb"]
        assert one["rate"] == pytest.approx(1.1592 / 1.5057, abs=1e-7)
        for end in ("low", "high"):
            assert one[end] == pytest.approx(of[end] * one["rate"], abs=1)
    assert api(site, TWO, "&country=SG&currency=VND")["data"][0][
        "converted"] is None


def test_skills_say_whose_they_are_and_which_all_share(site):
    found = {(s["group"], s["name"]): s for s in api(site, ALL)["skills"]}
    assert found["tools", "Python"]["careers"] == [
        "backend-developer", "data-scientist", "civil-engineer"]
    assert [s["name"] for s in found.values() if s["shared"]] == [
        "Structured thinking", "Patient"]
    assert found["hard", "Statics"]["careers"] == ["civil-engineer"]


@pytest.mark.parametrize("query, parameter, said", [
    ("", "careers", "is missing"),
    ("careers=backend-developer", "careers", "2 to 4"),
    (f"careers={ALL},x", "careers", "2 to 4"),
    ("careers=data-scientist,data-scientist", "careers", "2 to 4"),
    ("careers=data-scientist,Backend", "careers", "2 to 4"),
    ("careers=data-scientist,", "careers", "2 to 4"),
    (f"careers={TWO}&careers={TWO}", "careers", "more than once"),
    ("careers=data-scientist,nope", "careers", "no guide “nope”"),
    ("careers=data-scientist,telegraphist", "careers", "was withdrawn"),
    (f"careers={TWO}&country=ZZ", "country", "/api/v1/countries"),
    (f"careers={TWO}&currency=ZZZ", "currency", "/api/v1/countries"),
    (f"careers={TWO}&level=boss", "level", "junior"),
    (f"careers={TWO}&a=b", "a", "is not known")])
def test_api_says_what_is_wrong(site, query, parameter, said):
    reply = site.get(f"/api/v1/compare?{query}")
    assert reply.status == 400
    assert reply.headers["Content-Type"] == "application/problem+json"
    error = json.loads(reply.body)["errors"][0]
    assert error["parameter"] == parameter and said in error["detail"]


def test_api_leads_from_a_former_name_to_the_present_one(site):
    reply = site.get("/api/v1/compare?careers=civil-engineer,data-wizard"
                     "&country=sg&currency=USD")
    assert reply.status == 301
    assert reply.headers["Location"].endswith(
        "/api/v1/compare?careers=civil-engineer,data-scientist&country=sg"
        "&currency=USD")


# The page says what the API says.

@pytest.mark.parametrize("country, level, currency", [
    ("us", "mid", ""), ("us", "senior", "SGD"), ("sg", "mid", "USD"),
    ("gb", "mid", "GBP"), ("my", "junior", "USD")])
def test_pay_of_the_page_is_that_of_the_api(site, country, level, currency):
    more = f"&country={country}&level={level}" + (
        f"&currency={currency}" if currency else "")
    found = rows(page(site, f"careers={ALL}{more}"))
    data = api(site, ALL, more)["data"]
    titles = dict(zip(LEVELS, ("Junior pay", "Mid-level pay", "Senior pay",
                               "Manager pay"), strict=True))
    assert list(found)[0] == titles[level]
    for number, career in enumerate(data):
        for row in career["salaries"]:
            money = row["salary"]
            _, cell = found[titles[row["level"]]][number]
            want = [exact(money)] if money else []
            assert values(cell) == want + converted(row["converted"], money)
            assert ("no data" in words(cell)) == (money is None)
            limited = bool(money and money["limited"])
            assert ("data-limited" in cell) == limited
            assert ("* limited data" in words(cell)) == limited
            assert words(cell).strip().startswith(career["name"])
        if career["salary"]:
            assert f"Grade {career['salary']['grade']}, confidence " \
                f"{career['salary']['confidence']} of 100" in words(
                    found[titles[level]][number][1])


def test_facts_of_the_page_are_those_of_the_api(site):
    found = rows(page(site, f"careers={ALL}&country=us"))
    for number, career in enumerate(api(site, ALL)["data"]):
        def cell(title):
            return words(found[title][number][1])

        hours = career["hours_per_week"]
        degree, certification = career["degree"], career["certification"]
        assert career["tagline"] in cell("In short")
        assert f"{career['work_life_balance']}/10" in \
            cell("Work-life balance")
        assert f"{hours['low']}–{hours['high']}" in cell("Hours a week")
        assert career["entry_barrier"] in cell("Entry barrier").lower()
        assert career["growth_ceiling"] in cell("Growth ceiling").lower()
        assert degree["subject"] in cell("Degree")
        assert (certification["name"] if certification
                else "none that employers ask for") in \
            cell("Best certification")
        assert f"{career['ai']['risk']} safety score " \
            f"{career['ai']['score']} of 100: {career['ai']['label']}" in \
            cell("AI risk")
        assert cell("Remote type").replace("On site", "onsite").lower() \
            .endswith(" / ".join(career["remote"]) + " ")
        assert f'href="{career["url"]}/us"' in found["Whole guide"][number][1]


def test_skills_of_the_page_are_those_of_the_api(site):
    found = rows(page(site, f"careers={ALL}"))
    titles = {"hard": "Hard skills", "tools": "Software & tools",
              "soft": "Soft skills", "personality": "Personality fit"}
    answer = api(site, ALL)
    for skill in answer["skills"]:
        if skill["shared"]:
            assert skill["name"] in words(found["All share"][0][1])
            continue
        for number, slug in enumerate(several.SLUGS):
            cell = found[titles[skill["group"]]][number][1]
            own, _, missing = cell.partition("<details>")
            listed = re.compile(
                f"<li>{re.escape(html.escape(skill['name']))}(?: <|</li>)")
            assert bool(listed.search(own)) == (slug in skill["careers"])
            assert bool(listed.search(missing)) == (
                slug not in skill["careers"])


def signs(found, title):
    return [re.findall(r'class="sign"><[^>]*>(.)</span> ([^<]*)<', cell)
            for _, cell in found[title]]


def test_differences_are_said_by_a_sign_and_a_word(site):
    found = rows(page(site, f"careers={ALL}&country=us"))
    assert signs(found, "Work-life balance") == [
        [], [("▲", "highest")], [("▼", "lowest")], []]
    assert signs(found, "Hours a week") == [
        [("▲", "longest")], [], [("▼", "shortest")], []]
    assert signs(found, "AI risk") == [
        [], [("▼", "most exposed")], [("▲", "safest")], []]
    # Pay: the engineer's range reaches from the lowest to near the top.
    assert signs(found, "Mid-level pay") == [[], [("▲", "highest")], [], []]
    assert signs(found, "Junior pay") == [
        [("▼", "lower of those known")], [("▲", "higher of those known")],
        [], []]
    found = rows(page(site, f"careers={TWO}&country=us"))
    assert signs(found, "Work-life balance") == [
        [("▼", "lower")], [("▲", "higher")]]
    assert "= the same for both" in words(found["Growth ceiling"][0][0])
    assert "= the same for both" in words(found["Remote type"][0][0])
    assert "same" not in found["Degree"][0][0]


def test_what_is_not_alike_is_not_ranked(site):
    found = rows(page(site, f"careers={ALL}&country=us"))
    head, _ = found["Senior pay"][0]
    assert "not ranked: the figures are not of one kind" in words(head)
    assert signs(found, "Senior pay") == [[], [], [], []]
    two = "data-scientist,civil-engineer"
    overlap = rows(page(site, f"careers={two}&country=us"))
    assert signs(overlap, "Mid-level pay") == [[("▲", "higher")],
                                               [("▼", "lower")]]
    two = "registered-nurse,civil-engineer"
    overlap = rows(page(site, f"careers={two}&country=us"))
    assert "the ranges overlap" in words(overlap["Mid-level pay"][0][0])


def test_one_figure_is_neither_ranked_nor_not_ranked(site):
    """Of several kinds are figures only where there are two."""
    found = rows(page(site, f"careers={TWO}&country=sg"))
    for title in ("Junior pay", "Senior pay"):
        (head, one), (_, other) = found[title]
        assert values(one) and "no data" in words(other)
        assert "ranked" not in words(head)


def test_without_any_figure_there_is_no_scale(site):
    text = page(site, f"careers={TWO}&country=vn")
    caption = re.search(r"<figcaption>(.*?)</figcaption>", text, re.S)[1]
    assert words(caption).strip() == "Gross, VND a year."


def test_ranges_are_drawn_on_one_scale(site):
    text = page(site, f"careers={ALL}&country=us")
    figure = re.search(r"<figure>(.*?)</figure>", text, re.S)[1]
    assert "viewBox" not in figure
    drawn = [tuple(map(float, m)) for m in re.findall(
        r'<rect class="range [^"]*" x="([0-9.]+)%" y="12" '
        r'width="([0-9.]+)%"', figure)]
    # The axis ends at $200k.
    assert drawn == [(42.5, 22.5), (47.5, 27.5), (35, 14.5), (30, 40)]
    assert ">$200k</text>" in figure and ">$100k</text>" in figure


def test_rate_day_and_source_stand_beside_the_pay(site):
    text = page(site, f"careers={TWO}&country=sg&level=mid&currency=USD")
    caption = words(re.search(r"<figcaption>(.*?)</figcaption>", text,
                              re.S)[1])
    table = text.partition('<h2 id="facts">')[2]
    rate = api(site, TWO, "&country=SG&currency=USD")["data"][0][
        "converted"]["rate"]
    assert f"1 SGD = {rate} USD, the rate of 23 November 2026" in words(table)
    assert "European Central Bank" in words(table)
    # The drawing has nothing that is converted.
    assert "SGD" in caption and "USD" not in caption
    for query, said in (("country=us&currency=USD", "in USD already"),
                        ("country=sg&currency=VND", "Nothing is converted")):
        assert said in words(page(site, f"careers={TWO}&{query}"))


def test_small_rate_has_all_its_places(site):
    with owner(site) as db:
        career = db.one("SELECT id FROM catalog.career "
                        "WHERE slug = 'civil-engineer'")
        db.observe(career, "survey", 90000000, None, 150000000, country="ID",
                   currency="IDR")
        db.derive(career)
        db.query("document_refresh", career)
    text = words(page(site, "careers=civil-engineer,data-scientist"
                            "&country=id&currency=USD"))
    assert "1 IDR = 0.00005983 USD" in text


# Addresses.

def test_form_offers_all_careers(site):
    text = page(site, "")
    for name in "abcd":
        field = re.search(rf'<select id="career-{name}".*?</select>', text,
                          re.S)[0]
        assert set(re.findall(r'<option value="([a-z-]+)"', field)) == \
            set(several.SLUGS)
    assert f'href="{site.url}/compare"' in text
    text = page(site, "careers=registered-nurse")
    assert 'value="registered-nurse" selected' in text
    assert "Choose at least one more" in text


@pytest.mark.parametrize("sent", [
    "a=backend-developer&b=data-scientist&c=&d=&country=sg&level=mid"
    "&currency=",
    "careers=backend-developer%2Cdata-scientist&country=SG&level=mid",
    "careers=backend-developer,+Data+Scientist&country=sg&level=mid",
    "b=Data+Scientist&a=Backend+Developer&country=sg&level=mid&d=",
    f"careers={TWO}&country=sg&level=mid&currency="])
def test_what_forms_send_leads_to_one_address(site, sent):
    best = f"/compare?careers={TWO}&country=sg&level=mid"
    assert follow(site, f"/compare?{sent}") == (best, 1)
    assert follow(site, best) == (best, 0)


def test_country_has_other_names_and_currencies_any_case(site):
    got, _ = follow(site, f"/compare?careers={TWO}&country=uk&currency=usd")
    assert got == f"/compare?careers={TWO}&country=gb&currency=USD"
    got, _ = follow(site, f"/compare?careers={TWO}&country=UAE")
    assert got == f"/compare?careers={TWO}&country=ae"


@pytest.mark.parametrize("careers, said, status, field", [
    (f"{TWO},nope", "There is no guide “nope”.", 400, "c"),
    (f"{TWO},telegraphist", "The guide “telegraphist” was withdrawn.", 410,
     "c"),
    (f"nope,{TWO}", "There is no guide “nope”.", 400, "c"),
    (f"{TWO},{TWO}", "The same career is chosen twice.", 400, "c"),
    (f"{ALL},one-more", "At most 4 careers", 400, "a")])
def test_page_says_what_is_wrong_and_keeps_the_rest(site, careers, said,
                                                    status, field):
    text = page(site, f"careers={careers}&country=sg", status)
    summary = re.search(r'<div class="error-summary".*?</div>', text,
                        re.S)[0]
    assert said in words(summary)
    assert f'href="#career-{field}"' in summary
    assert re.findall(r'id="career-(.)"[^>]* aria-invalid="true"', text) == (
        [field] if field != "a" else [])
    assert "Choose two to four." in text
    assert "<title>Error: " in text and 'content="noindex"' in text
    for slug in TWO.split(","):
        assert f'value="{slug}" selected' in text
    assert 'value="sg" selected' in text


def test_page_leads_from_a_former_name_to_the_present_one(site):
    reply = site.get("/compare?careers=data-wizard,civil-engineer"
                     "&country=sg&level=mid")
    assert reply.status == 301
    assert reply.headers["Location"].endswith(
        "/compare?careers=data-scientist,civil-engineer&country=sg&level=mid")


def test_names_are_escaped_wherever_they_come_from(site):
    reply = site.get("/compare?a=%3Cscript%3Ealert(1)&b=data-scientist")
    assert reply.status == 302
    text = page(site, "careers=script-alert-1,data-scientist", 400)
    assert "<script>alert" not in text


def test_pages_of_any_order_and_country_are_one_to_cite(site):
    want = f'{site.url}/compare?careers={TWO}'
    for query in (f"careers={TWO}", f"careers={TWO}&country=sg&level=senior",
                  "careers=data-scientist,backend-developer&currency=USD"):
        text = page(site, query)
        assert f'<link rel="canonical" href="{want}">' in text
    ld = json.loads(re.search(r'ld\+json">(.*?)</script>', text, re.S)[1])
    assert [x["@type"] for x in ld["@graph"]] == ["BreadcrumbList"]


def test_country_of_the_visitor_is_shown_until_one_is_chosen(site):
    cookie = {"Cookie": "country=gb"}
    reply = site.get(f"/compare?careers={TWO}", cookie)
    assert "Pay is shown for United Kingdom : your choice" in \
        words(reply.text)
    assert reply.headers["Cache-Control"].startswith("private")
    reply = site.get(f"/compare?careers={TWO}&country=sg", cookie)
    assert "Singapore , as the address of this page says" in words(reply.text)
    assert reply.headers["Cache-Control"].startswith("public")


def test_country_that_there_is_none_of_is_refused(site):
    reply = site.get(f"/compare?careers={TWO}&country=zz")
    assert reply.status == 400 and "country" in words(reply.text)


def test_pages_are_kept_and_say_when_they_changed(site):
    path = f"/compare?careers={TWO}&country=us&level=mid&currency=SGD"
    first = site.get(path)
    assert first.headers["Last-Modified"] and first.headers["ETag"]
    again = site.get(path)
    assert again.headers["X-Cache"] == "HIT" and heard(site, again) is None
    reply = site.get(path, {"If-None-Match": first.headers["ETag"]})
    assert reply.status == 304


def test_career_page_leads_here(site):
    text = site.get("/careers/healthcare/registered-nurse/us").text
    assert 'href="/compare?careers=registered-nurse"' in text
