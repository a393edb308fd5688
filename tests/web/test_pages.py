"""The pages as visitors get them: through nginx, from the real database."""
import html
import json
import re
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

import pytest

CAREER = "/careers/information-technology/backend-developer"
COUNTRIES = ("MY SG PH TH ID VN IN AU NZ GB DE NL US CA AE").split()
LEVELS = ("junior", "mid", "senior", "manager")


def words(text):
    """Text of a piece of HTML with its blanks folded."""
    text = re.sub(r"<(script|style).*?</\1>", " ", text, flags=re.S)
    text = html.unescape(re.sub(r"<[^>]+>", " ", text))
    return re.sub(r"\s+", " ", text)


def exact(money):
    """A money object as the page writes it out; None for no data."""
    if money is None:
        return None
    low, high = money["low"], money["high"]
    if low is None and high is None:
        kind = "mean" if "mean" in money["limited_reasons"] else "median"
        return f"{money['currency']} {money['median']:,} a year, {kind} only"
    if low is None or high is None:
        side = "up to" if low is None else "from"
        return f"{side} {money['currency']} {low or high:,} a year"
    return f"{money['currency']} {low:,}–{high:,} a year"


@pytest.fixture(scope="module")
def salaries(site):
    reply = site.get("/api/v1/careers/backend-developer/salaries")
    assert reply.status == 200
    return {(row["country"], row["level"]): row["salary"]
            for row in json.loads(reply.body)["data"]}


@pytest.fixture(scope="module")
def us_page(site):
    reply = site.get(CAREER + "/us")
    assert reply.status == 200
    return reply


def data_values(text):
    return [html.unescape(v) for v in re.findall(r'<data value="([^"]*)"', text)]


def test_salaries_are_15_countries_by_4_levels(salaries):
    assert list(salaries) == [(c, l) for c in COUNTRIES for l in LEVELS]


def test_us_ranges_are_those_of_the_original_page(salaries):
    got = [(salaries["US", l]["low"], salaries["US", l]["high"]) for l in LEVELS]
    assert got == [(55000, 85000), (85000, 130000), (130000, 200000), (200000, 350000)]
    assert salaries["US", "mid"] == {
        "low": 85000, "median": None, "high": 130000, "currency": "USD",
        "period": "year", "pay_basis": "base", "grade": "B", "confidence": 60,
        "limited": False, "limited_reasons": [], "observed_on": "2026-04-01",
        "source_ids": ["editors-2026"]}


@pytest.mark.parametrize("country", COUNTRIES)
def test_hero_table_json_ld_and_api_agree(site, salaries, country):
    reply = site.get(f"{CAREER}/{country.lower()}")
    assert reply.status == 200
    page = reply.text
    mid = salaries[country, "mid"]

    hero = re.search(r'<dd id="hero-salary">(.*?)</dd>', page, re.S).group(1)
    assert data_values(hero) == ([exact(mid)] if mid else [])
    if not mid:
        assert "no data" in hero

    row = re.search(r'<tr class="current">(.*?)</tr>', page, re.S).group(1)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)
    for level, cell in zip(LEVELS, cells, strict=True):
        money = salaries[country, level]
        assert data_values(cell) == ([exact(money)] if money else [])
        limited = bool(money and money["limited"])
        assert ("*" in cell) == limited and ("limited" in words(cell)) == limited
        assert (cell == "no data") == (money is None)

    ld = json.loads(re.search(
        r'<script type="application/ld\+json">(.*?)</script>', page, re.S).group(1))
    occupation = next(x for x in ld["@graph"] if x["@type"] == "Occupation")
    salary = occupation.get("estimatedSalary")
    assert (salary is None) == (mid is None)
    if mid and salary["@type"] == "MonetaryAmount":
        assert salary["currency"] == mid["currency"]
        assert salary["value"].get("minValue") == mid["low"]
        assert salary["value"].get("maxValue") == mid["high"]
    elif mid:
        assert salary["currency"] == mid["currency"]
        assert [salary.get(k) for k in ("percentile25", "median", "percentile75")] == [
            mid["low"], mid["median"], mid["high"]]

    guide = json.loads(site.get(
        f"/api/v1/careers/backend-developer?country={country}").body)
    assert guide["salary"] == [{"country": country, "level": "mid", "salary": mid}]
    used = [e for e in guide["evidence"] if e["used"]]
    assert bool(used) == any(salaries[country, l] for l in LEVELS)


@pytest.mark.parametrize("country", COUNTRIES)
def test_whole_table_is_the_same_on_every_countrys_page(site, salaries, country):
    page = site.get(f"{CAREER}/{country.lower()}").text
    table = re.search(r'<table class="pay">(.*?)</table>', page, re.S).group(1)
    want = [exact(salaries[c, l]) for c in COUNTRIES for l in LEVELS if salaries[c, l]]
    assert data_values(table) == want


FACTS = """
Work-life balance 6/10|Hours a week 45–55|Entry barrier Medium|Growth ceiling High
AI risk Low–Medium|Computer Science|AWS|Hybrid / Remote|$85k–$130k
Information Technology|The Job Autopsy verdict|visual feedback
API development|Database design|Business logic|Performance & reliability
Infrastructure collaboration|On-call and incidents|Legacy and migration work|CRUD
API design|Database modelling|System design|Authentication|Performance tuning
Testing (unit / integration)|Node.js|Java|Python|Go|PostgreSQL|MySQL|Redis|Docker|GitHub Actions
Debugging discipline|Structured thinking|Reading vague requirements
Clear handoff writing|Calm under incidents|Patient|Systems-minded|Detail-heavy
Comfortable with abstraction|Low-ego problem solver
Junior Backend Developer|Mid-level Backend Developer|Senior Backend Developer
Southeast Asia|South Asia & Oceania|Europe|Americas & Middle East
$55k–$85k|$130k–$200k|$200k–$350k|Limited market data|April 2026
74 out of 100: Relatively safe|High risk|Moderate|Safe|74 of 100
0 to under 2 years|2 to under 5 years|5 to under 8 years|8 to under 12 years|12 years and more
Software Architect|Engineering Manager|Staff|Principal|Last updated
r/ExperiencedDevs|r/cscareerquestions|r/webdev|LinkedIn|Glassdoor|Payscale|Robert Half
Jobstreet|SEEK|Talent.com|Levels.fyi|BLS
Entry path|Affiliate disclosure|Meta Back-End Developer Professional Certificate
Node.js, Express, MongoDB & More: The Complete Bootcamp
Microservices Architecture: The Complete Guide (Memi Lavi)|beginner|intermediate|advanced
Get told when new careers are published
"""


@pytest.mark.parametrize("fact", FACTS.replace("\n", "|").strip("|").split("|"))
def test_page_shows_each_fact(us_page, fact):
    assert fact in words(us_page.text)


def test_no_other_career_on_the_page(us_page):
    assert "Credit Analyst" not in us_page.text


def test_day_of_each_level_is_composed_of_this_career(us_page):
    headings = re.findall(r'<details class="level".*?<h3>(.*?)</h3>', us_page.text, re.S)
    assert headings == ["Junior Backend Developer", "Mid-level Backend Developer",
                        "Senior Backend Developer", "Engineering Manager"]


@pytest.mark.parametrize("level", LEVELS)
def test_level_in_the_address_opens_its_day(site, level):
    page = site.get(f"{CAREER}/us?level={level}").text
    assert re.findall(r'<details class="level" id="day-(\w+)" open>', page) == [level]


@pytest.mark.parametrize("path, status, place", [
    ("/careers/backend-developer", 301, CAREER),
    (CAREER + "/uk", 301, CAREER + "/gb"),
    (CAREER + "/uae", 301, CAREER + "/ae"),
    (CAREER + "/SG", 301, CAREER + "/sg"),
    (CAREER + "/UAE", 301, CAREER + "/ae"),
    (CAREER + "/", 301, CAREER),
    ("/careers/", 301, "/careers"),
    ("/careers/finance/backend-developer", 301, CAREER),
    ("/careers/finance/backend-developer/sg", 301, CAREER + "/sg"),
    ("/go/meta-back-end-developer", 302, "https://www.coursera.org/"),
])
def test_redirects(site, path, status, place):
    reply = site.get(path)
    assert reply.status == status
    assert reply.headers["Location"].replace(site.url, "").startswith(place)


@pytest.mark.parametrize("path", [
    "/nope", "/careers/nope", "/careers/information-technology/nope", CAREER + "/zz",
    CAREER + "/sg/more", "/go/nope", "/go/https://evil.example", "/careers/Backend",
    CAREER + "/fr"])
def test_unknown_addresses_lead_on(site, path):
    reply = site.get(path)
    assert reply.status == 404
    assert 'href="/careers"' in reply.text
    assert "noindex" in reply.text


def test_categories_are_honest(site):
    page = words(site.get("/careers").text)
    assert "1 career " in page
    assert "Information Technology (1)" in page
    # As a choice of the form, and as a way on.
    assert page.count("Finance (0)") == 2
    page = words(site.get("/careers/finance").text)
    assert "No guide in this category is published yet" in page


def test_search_finds_by_words_and_says_when_it_does_not(site):
    page = words(site.get("/careers?q=back+END").text)
    assert "1 career for “back END”" in page and "Backend Developer" in page
    reply = site.get("/careers?q=%3Cb%3Edentist")
    assert "No careers for “<b>dentist”" in words(reply.text)
    assert "<b>dentist" not in reply.text
    assert site.get("/careers?q=" + "x" * 101).status == 400


def test_sitemap_names_pages_that_exist(site):
    reply = site.get("/sitemap.xml")
    assert reply.headers["Content-Type"].startswith("application/xml")
    root = ElementTree.fromstring(reply.body)
    places = [e.text for e in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(places) == 7 + 8 + 15
    for place in places:
        reply = site.get(place.replace(site.url, ""))
        assert reply.status == 200
        canonical = re.search(r'rel="canonical" href="([^"]+)"', reply.text).group(1)
        assert canonical == place


def test_sitemap_dates_are_days_that_something_changed(site):
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    root = ElementTree.fromstring(site.get("/sitemap.xml").body)
    released = parsedate_to_datetime(
        site.get("/privacy").headers["Last-Modified"]).date().isoformat()
    guide = json.loads(site.get("/api/v1/careers/backend-developer").body)
    dates = {}
    assert root.tag == space + "urlset"
    for url in root:
        parts = {e.tag.replace(space, ""): e.text for e in url}
        assert list(parts) in (["loc"], ["loc", "lastmod"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", parts.get("lastmod", released))
        dates[parts["loc"].replace(site.url, "")] = parts.get("lastmod")
    changed = guide["updated_on"]
    for path in ("/", "/careers", "/careers/information-technology",
                 "/compare", CAREER + "/sg"):
        assert dates[path] == changed
    assert dates["/careers/finance"] is None
    for path in ("/privacy", "/disclosure", "/api"):
        assert dates[path] == released
    assert dates["/methodology"] == max(released, changed)


def test_robots_favicon_and_security_txt(site):
    assert f"Sitemap: {site.url}/sitemap.xml" in site.get("/robots.txt").text
    assert "<svg" in site.get("/favicon.svg").text
    text = site.get("/.well-known/security.txt").text
    assert "Contact: " in text and "Expires: " in text


def test_page_says_which_country_and_why(site):
    page = words(site.get(CAREER + "/sg").text)
    assert "Shown for Singapore , as the address of this page says" in page
    page = words(site.get(CAREER, {"Accept-Language": "de-DE"}, client="127.0.0.9").text)
    assert "Shown for Germany : from the language your browser asks for" in page
    page = words(site.get(CAREER, {"Cookie": "country=nl"}).text)
    assert "Shown for Netherlands : your choice" in page


def test_remembering_a_country_sets_one_cookie_and_forgetting_removes_it(site):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = site.request("POST", "/country", form, f"country=SG&back={CAREER}".encode())
    assert reply.status == 303 and reply.headers["Location"].endswith(CAREER)
    cookie = reply.headers["Set-Cookie"]
    assert cookie.startswith("country=sg; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly")
    reply = site.request("POST", "/country", form, b"country=auto")
    assert "Max-Age=0" in reply.headers["Set-Cookie"]


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil", "/%2f",
                                  "/a%0d%0aX: y", "javascript:alert(1)"])
def test_country_form_is_no_open_redirect(site, back):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = site.request("POST", "/country", form, f"country=sg&back={back}".encode())
    assert reply.status == 400
    assert "Location" not in reply.headers


@pytest.mark.parametrize("headers, status", [
    ({"Sec-Fetch-Site": "same-origin"}, 303), ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Origin": "https://evil.example"}, 403), ({}, 303)])
def test_forms_of_other_sites_are_refused(site, headers, status):
    form = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    assert site.request("POST", "/country", form, b"country=sg").status == status


def test_no_cookie_and_nothing_from_elsewhere_at_load(us_page):
    assert "Set-Cookie" not in us_page.headers
    assert re.findall(r'(?:src|srcset)="https?://', us_page.text) == []
    assert re.findall(r'<link rel="(?:stylesheet|icon)" href="https?://', us_page.text) == []


def test_api_problems_name_the_parameter(site):
    reply = site.get("/api/v1/careers/backend-developer/salaries?contry=SG&level=boss")
    assert reply.status == 400
    assert reply.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(reply.body)
    assert problem["status"] == 400 and problem["request_id"] == reply.headers["X-Request-Id"]
    assert [e["parameter"] for e in problem["errors"]] == ["contry", "level"]
    assert "country, level" in problem["errors"][0]["detail"]


@pytest.mark.parametrize("path, status", [
    ("/api/v1/careers/nope", 404), ("/api/v1/careers/nope/salaries", 404),
    ("/api/v1/careers/backend-developer?country=XX", 400),
    ("/api/v1/careers/backend-developer/salaries?country=XX", 400),
    ("/api/v1/careers/backend-developer?country=SG&country=US", 400),
    ("/api/v1/nope", 404)])
def test_api_errors_are_problems(site, path, status):
    reply = site.get(path)
    assert reply.status == status
    assert json.loads(reply.body)["status"] == status


def test_api_filters(site, salaries):
    reply = site.get("/api/v1/careers/backend-developer/salaries?country=sg&level=mid")
    assert json.loads(reply.body)["data"] == [
        {"country": "SG", "level": "mid", "salary": salaries["SG", "mid"]}]
    reply = site.get("/api/v1/careers/backend-developer/salaries?level=senior")
    assert len(json.loads(reply.body)["data"]) == 15


def test_drawing_names_only_whose_figures_it_shows(site):
    page = site.get(f"{CAREER}/us").text
    figure = re.search(r"<figure class=\"wide\">(.*?)</figure>", page, re.S).group(1)
    cited = words(figure.rsplit("Source:", 1)[1])
    assert "Editors' benchmark" in cited and "Labor Statistics" not in cited
    assert 'href="/methodology#salary"' in figure


def test_official_figure_that_differs_stands_beside_ours(site):
    page = words(site.get(f"{CAREER}/us").text)
    assert "U.S. Bureau of Labor Statistics says $82k–$105k" in page
    assert "This pay is our editors' estimate" in page
    assert "our editors' estimate" not in words(site.get(f"{CAREER}/sg").text)


def test_one_figure_alone_makes_no_drawing(site):
    assert '<figure class="wide">' not in site.get(f"{CAREER}/de").text
    assert '<figure class="wide">' in site.get(f"{CAREER}/gb").text


def test_link_to_the_evidence_leads_inside_what_opens(site):
    """Browsers open a closed <details> for a target that lies within it."""
    page = site.get(f"{CAREER}/gb").text
    assert re.search(r'<details class="evidence wide">\s*<summary>[^<]*</summary>\s*'
                     r'<ul id="evidence">', page)
    assert 'id="evidence"' not in site.get(f"{CAREER}/my").text
