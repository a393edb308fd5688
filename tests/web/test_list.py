"""/careers and the pages of categories, of a small catalogue."""
import html
import itertools
import json
import re
import shutil
import subprocess

import pytest

from client import wait_until
from evidence import owner
from local_site import BUILD, Site, TOP
from support import catalogue
from test_pages import words

CAREERS = 60
GUIDE = TOP / "migrations/content/careers/backend-developer.json"
FACETS = ("category", "remote", "entry_barrier")
SORTS = {
    "name": lambda c: (),
    "salary": lambda c: (-c["middle"] if c["middle"] else 1,),
    "balance": lambda c: (-c["work_life_balance"],),
    "ai_score": lambda c: (-c["ai_score"],),
}


@pytest.fixture(scope="module")
def shop():
    """A copy with careers to choose from."""
    copy = Site(https=False)
    try:
        copy.start()
        catalogue.fill(copy, None, CAREERS)
        yield copy
    finally:
        copy.remove()


@pytest.fixture(scope="module")
def careers(shop):
    """All of them, from what they were made of and not from a list."""
    with owner(shop) as db:
        scores = dict(db.rows("SELECT slug, ai_score "
                              "FROM catalog.career_summary"))
    made = [(json.loads(c["text"]), c["pay"].get("US"))
            for c in catalogue.careers(CAREERS)]
    made.append((json.loads(GUIDE.read_text()), (85000, None, 130000)))
    return [{**guide, **guide["facts"], "ai_score": scores[guide["slug"]],
             "middle": pay and (pay[1] or (pay[0] + pay[2]) / 2)}
            for guide, pay in made]


def fits(career, query):
    bounds = {"min_balance": "work_life_balance", "min_ai_score": "ai_score",
              "min_salary": "middle"}
    return all(
        value in career[name] if name == "remote"
        else (career[bounds[name]] or -1) >= int(value) if name in bounds
        else career[name] == value
        for name, value in query.items() if name not in ("sort", "country"))


def address(query, **more):
    asked = {"country": "US", **query, **more}
    return "/careers?" + "&".join(f"{k}={v}" for k, v in asked.items())


def shown(text):
    """The careers of a page, by slug."""
    return re.findall(r'<h3><a href="/careers/[a-z-]+/([a-z0-9-]+)[/">]', text)


def listed(site, query):
    """Those of all pages, and the heading."""
    found, path = [], address(query)
    while path:
        reply = site.get(path)
        assert reply.status == 200, (path, reply)
        found += shown(reply.text)
        following = re.search(r'<a rel="next" href="([^"]+)"', reply.text)
        path = following and html.unescape(following[1])
    return found, heading(reply.text)


def heading(text):
    return words(re.search(r'<h2 id="results">(.*?)</h2>', text)[1])


ALONE = [
    ({}, ""),
    ({"category": "finance"}, " in Finance"),
    ({"remote": "remote"}, ", remote"),
    ({"remote": "onsite"}, ", on site"),
    ({"entry_barrier": "low"}, ", low entry barrier"),
    ({"min_balance": "7"}, ", work-life balance at least 7"),
    ({"min_ai_score": "60"}, ", AI safety score at least 60"),
    ({"min_salary": "60000"}, ", at least $60k in the United States"),
]
TOGETHER = [
    {"category": "information-technology", "remote": "hybrid"},
    {"remote": "remote", "entry_barrier": "medium", "min_balance": "4"},
    {"min_ai_score": "50", "min_salary": "50000", "min_balance": "5"},
    {"category": "healthcare", "entry_barrier": "high", "remote": "onsite",
     "min_ai_score": "40"},
]


@pytest.mark.parametrize("query, said", ALONE)
def test_each_filter_shows_what_fits_and_says_so(shop, careers, query, said):
    wanted = {c["slug"] for c in careers if fits(c, query)}
    found, title = listed(shop, query)
    assert len(found) == len(set(found))
    assert set(found) == wanted
    assert 0 < len(wanted) < CAREERS or not query
    some = "1 career" if len(wanted) == 1 else f"{len(wanted)} careers"
    assert title == some + said


@pytest.mark.parametrize("query", TOGETHER)
def test_filters_narrow_each_other(shop, careers, query):
    found, title = listed(shop, query)
    assert set(found) == {c["slug"] for c in careers if fits(c, query)}
    assert len(found) == int(title.split()[0].replace("No", "0"))


@pytest.mark.parametrize("sort", SORTS)
def test_order_is_the_one_asked_for_and_then_by_name(shop, careers, sort):
    def key(career):
        return (*SORTS[sort](career), career["name"].lower())

    found, _ = listed(shop, {"sort": sort, "category": "engineering-construction"})
    wanted = [c for c in careers if c["category"] == "engineering-construction"]
    assert found == [c["slug"] for c in sorted(wanted, key=key)]


@pytest.mark.parametrize("query", [{}, *TOGETHER])
def test_choices_count_what_they_would_show(shop, careers, query):
    """Beside each choice: how many, with all filters but this one's own."""
    page = shop.get(address(query)).text
    for facet in FACETS:
        box = re.search(rf'<select id="{facet}".*?</select>', page, re.S)[0]
        said = {value: int(n) for value, n in re.findall(
            r'<option value="([a-z-]+)"[^>]*>[^<]* \((\d+)\)', box)}
        assert len(said) == (8 if facet == "category" else 3)
        assert said == {value: sum(
            fits(c, {**query, facet: value}) for c in careers)
            for value in said}
        chosen = re.findall(r'<option value="([a-z-]+)" selected', box)
        assert chosen == ([query[facet]] if facet in query else [])


def test_a_filter_is_taken_off_by_its_link(shop):
    query = {"remote": "remote", "entry_barrier": "low", "sort": "balance"}
    page = shop.get(address(query, page=1)).text
    links = re.search(r'<ul class="choice active".*?</ul>', page, re.S)[0]
    assert [html.unescape(link) for link in
            re.findall('href="([^"]+)"', links)] == [
        "/careers?country=US&entry_barrier=low&sort=balance",
        "/careers?country=US&remote=remote&sort=balance"]
    assert "Remove: remote" in words(links)


@pytest.mark.parametrize("query, ends", [
    ("", ""), ("?country=SG", "/sg"), ("?q=engineer&country=SG", "/sg")])
def test_a_card_leads_to_the_country_that_was_asked_for(shop, query, ends):
    links = re.findall(r'<h3><a href="([^"]+)"',
                       shop.get("/careers" + query).text)
    assert links
    for link in links:
        assert re.fullmatch(f"/careers/[a-z-]+/[a-z0-9-]+{ends}", link)
    assert shop.get(links[0]).status == 200


def test_a_card_says_it_as_its_guide_does(shop):
    """Entry barrier and remote type, in the same words."""
    cards = shop.get("/careers/information-technology?country=US").text
    card = re.search(r'<li class="card">(?:(?!<li class="card">).)*?'
                     r'/backend-developer/us">.*?</li>', cards, re.S)[0]
    guide = words(shop.get("/careers/information-technology/"
                           "backend-developer/us").text)
    for title, fact in (("Entry barrier", "Medium"),
                        ("Where", "Hybrid / Remote")):
        assert f"<dt>{title}</dt><dd>{fact}</dd>" in card
        assert fact in guide


def test_home_shows_the_newest_three(shop):
    # Of a country whose page no cache has from before they were there.
    assert len(shown(shop.get("/", {"Cookie": "country=nz"}).text)) == 3


def test_a_category_has_the_same_filters(shop, careers):
    query = {"category": "finance", "entry_barrier": "medium"}
    reply = shop.get("/careers/finance?entry_barrier=medium")
    assert sorted(shown(reply.text)) == sorted(
        c["slug"] for c in careers if fits(c, query))
    assert "<h1>Finance</h1>" in reply.text
    assert heading(reply.text).endswith(" careers, medium entry barrier")
    assert 'href="/careers?entry_barrier=medium"' in reply.text
    assert '<select id="category"' not in reply.text


def test_a_page_beyond_the_last_is_missing_and_leads_back(shop):
    reply = shop.get("/careers?page=9")
    assert reply.status == 404
    assert "There is no page 9: the pages end with 4." in words(reply.text)
    assert '<a href="/careers?page=4">' in reply.text
    assert "noindex" in reply.text
    assert shop.get("/careers?page=4").status == 200
    assert shop.get("/careers?page=0").status == 400


def test_what_asks_nothing_is_not_in_the_address(shop):
    reply = shop.get("/careers?q=&category=&remote=remote&entry_barrier="
                     "&min_balance=&min_ai_score=&min_salary=&country=&sort=")
    assert reply.status == 302
    assert reply.headers["Location"].endswith("/careers?remote=remote")


@pytest.mark.parametrize("query", [
    "remote=moon", "entry_barrier=none", "min_balance=11", "min_balance=x",
    "min_ai_score=101", "min_salary=-1", "min_salary=90k", "country=XX",
    "country=france", "category=nothing", "sort=luck", "page=x",
    "remote=remote&remote=hybrid", "q=" + "x" * 101])
def test_a_wrong_value_is_named(shop, query):
    reply = shop.get("/careers?" + query)
    assert reply.status == 400
    assert "noindex" in reply.text
    assert re.search(rf"\b{query.split('=')[0]}\b", words(reply.text))


def test_what_others_hang_on_an_address_changes_nothing(shop):
    reply = shop.get("/careers?utm_source=mail&remote=remote")
    assert heading(reply.text).endswith("careers, remote")
    assert canonical(reply.text) == f"{shop.url}/careers?remote=remote"


def canonical(text):
    link = re.search('<link rel="canonical" href="([^"]+)">', text)
    return link and html.unescape(link[1])


def test_a_mistyped_word_is_read_as_the_one_that_was_meant(shop):
    page = words(shop.get("/careers?q=bakend+develper").text)
    assert "Showing results for backend developer , not bakend develper ." in page
    assert "careers for “backend developer”" in page


def test_hits_are_marked_and_say_where_they_are(shop):
    page = shop.get("/careers?q=backend+engineer").text
    assert shown(page)[0] == "backend-developer"
    assert "Also called <mark>Backend</mark> <mark>Engineer</mark>" in page
    assert "\ue000" not in page and "\ue001" not in page
    page = shop.get("/careers?q=backend").text
    assert "<mark>Backend</mark> Developer</a>" in page
    assert 'value="backend"' in page


@pytest.mark.parametrize("typed", [
    "<b>dentist", "\"><script>alert(1)</script>", "{{title}}", "%", "\\",
    "'; --", "\ue000", "&amp;"])
def test_what_was_typed_is_text(shop, typed):
    reply = shop.request("GET", "/careers?q=" + "".join(
        f"%{byte:02x}" for byte in typed.encode()))
    assert reply.status == 200
    title = re.search('<h2 id="results">(.*?)</h2>', reply.text)[1]
    assert f"for “{typed}”" in html.unescape(title) and "<" not in title
    assert "<script>alert" not in reply.text
    assert canonical(reply.text) is None and "noindex" in reply.text


def test_an_empty_result_says_how_to_go_on(shop):
    page = shop.get("/careers?q=zzzz&entry_barrier=low").text
    assert heading(page) == "No careers for “zzzz”, low entry barrier"
    assert 'href="/careers?entry_barrier=low">without “zzzz”</a>' in page
    assert 'href="/careers?q=zzzz">without low entry barrier</a>' in page
    assert '<a href="/careers/finance">Finance</a>' in page
    # What can be counted is.
    page = shop.get("/careers?category=finance&min_balance=10"
                    "&min_ai_score=100").text
    assert heading(page).startswith("No careers in Finance,")
    assert "noindex" in page


def test_pay_is_of_the_country_asked_for(shop):
    page = words(shop.get("/careers?q=backend+developer&country=sg").text)
    assert "You see pay for Singapore (as the address of this page says)" in page
    assert "S$79k–S$151k" in page
    page = words(shop.get("/careers?q=backend+developer",
                          {"Accept-Language": "en-US"}).text)
    assert "You see pay for the United States" in page


def test_an_address_with_filters_is_never_answered_with_another(shop):
    """Though pages are kept by what they ask."""
    ways = ["/careers", "/careers?remote=remote", "/careers?entry_barrier=low",
            "/careers?country=SG", "/careers?sort=newest", "/careers/finance",
            "/careers/finance?remote=remote", "/careers?category=finance"]
    first = {way: shop.get(way).text for way in ways}
    assert len(set(first.values())) == len(ways)
    for way in ways:
        assert heading(shop.get(way).text) == heading(first[way])


def test_head_tells_machines_what_the_list_is(shop):
    page = shop.get("/careers?remote=remote&page=1").text
    data = json.loads(re.search(
        r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    items, crumbs = data["@graph"]
    assert items["@type"] == "ItemList"
    assert items["name"] == heading(page)
    assert items["numberOfItems"] == int(items["name"].split()[0])
    assert [i["item"].split("/")[-1] for i in items["itemListElement"]] \
        == shown(page)
    assert [i["position"] for i in items["itemListElement"]] \
        == list(range(1, len(shown(page)) + 1))
    assert crumbs["@type"] == "BreadcrumbList"
    assert "Occupation" not in page.split("</head>")[0]
    graph = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)"', page))
    assert set(graph) == {"title", "description", "url", "type", "site_name",
                          "locale"}
    assert graph["url"] == canonical(page)
    page = shop.get("/careers?page=2").text
    assert '<link rel="prev" href="/careers">' in page
    assert '<link rel="next" href="/careers?page=3">' in page


def test_the_first_of_a_list_can_be_compared(shop):
    page = shop.get("/careers?country=SG&category=finance").text
    link = html.unescape(re.search(r'href="(/compare\?[^"]*)"', page)[1])
    assert link == f"/compare?careers={','.join(shown(page)[:4])}&country=SG"
    assert "Compare the first 4 side by side" in page
    assert "/compare?careers" not in shop.get("/careers?q=zzzz").text


def test_nothing_is_passed_over_while_a_career_is_added(shop, tmp_path):
    """The new one comes first by name, so all others move down."""
    query = "min_balance=1"  # what is never kept
    first = shown(shop.get(f"/careers?{query}").text)
    known = set(listed(shop, {})[0])
    publish(shop, tmp_path, "aardvark-keeper", "Aardvark Keeper")
    # Workers look once a second whether something is new.
    wait_until(lambda: "aardvark-keeper" in shop.get(f"/careers?{query}").text)
    page = shop.get(f"/careers?{query}").text
    assert shown(page)[:2] == ["aardvark-keeper", first[0]]
    assert heading(page).startswith(f"{len(known) + 1} careers")
    rest = []
    for number in itertools.count(2):
        reply = shop.get(f"/careers?{query}&page={number}")
        if reply.status != 200:
            break
        rest += shown(reply.text)
    assert set(first) | set(rest) == known


def publish(site, place, slug, name):
    """A guide like the bundled one."""
    shutil.copytree(TOP / "migrations/content", place / "content")
    old = place / "content/careers/backend-developer.json"
    guide = json.loads(old.read_text())
    guide.update(slug=slug, name=name)
    for resource in guide["start"]["resources"]:
        resource["id"] = f"{slug}-{resource['id']}"
    old.unlink()
    (old.parent / f"{slug}.json").write_text(json.dumps(guide))
    subprocess.run([BUILD / "autopsy-ctl", "content", "publish"], check=True,
                   env={**site.env, "MIGRATIONS_DIR": str(place)}, cwd=TOP,
                   capture_output=True, timeout=60)
