"""Arguments: what a page knows is in the key, the rest is dropped."""
import json

import pytest

from local_site import CAREER
from observe import cached_keys, heard, heard_of, kept

API = "/api/v1/careers/backend-developer"


def test_unknown_arguments_share_one_entry(site):
    path = CAREER + "/ca"
    before = len(heard_of(site, path))
    replies = [site.get(path + query) for query in (
        "", "?", "?utm_source=<script>", "?utm_source=b", "?x", "?level-x=1",
        "?LEVEL=mid", "?leve%6c=mid", "?=&&;", "?ref=evil")]
    assert {r.status for r in replies} == {200}
    assert len({r.body for r in replies}) == 1
    assert f"{path}||:|identity" in cached_keys(site, path)
    assert {r["query"] for r in heard_of(site, path)[before:]} <= {""}
    assert not any("utm" in key or "evil" in key for key in cached_keys(site))


@pytest.mark.parametrize("level", ["junior", "mid", "senior", "manager"])
def test_each_level_has_its_entry(site, level):
    path, cookie = CAREER, {"Cookie": "country=nz"}
    first = site.get(f"{path}?level={level}", cookie)
    again = site.get(f"{path}?utm=1&level={level}&utm=2", cookie)
    assert (first.headers["X-Cache"], again.headers["X-Cache"]) == \
        ("MISS", "HIT")
    assert heard(site, first)["query"] == f"level={level}"
    assert f"{path}|&level={level}|NZ:choice|identity" in \
        cached_keys(site, path)


def stays_out(site, address, status=400):
    """The worker hears the query as it came; its answer is not kept."""
    path, query = address.split("?", 1)
    before = cached_keys(site, path)
    for _ in range(2):
        reply = site.get(address)
        assert reply.status == status, reply
        assert reply.headers["X-Cache"] == "BYPASS"
        assert heard(site, reply)["query"] == query
    assert cached_keys(site, path) == before
    return reply


@pytest.mark.parametrize("query", [
    "level=boss", "level=Mid", "level=mid&level=mid",
    "level=mid&level=senior", "level=mid&x=1&level=mid", "level=mid%00",
    "level=mid;x=1", "level=mid%26x", "x=1&level=midst"])
def test_a_bad_known_argument_is_refused_and_not_kept(site, query):
    for path in (CAREER, CAREER + "/sg"):
        reply = stays_out(site, f"{path}?{query}")
        assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address, to", [
    (CAREER + "?level=", CAREER), (CAREER + "/sg?x=1&level", CAREER +
                                   "/sg?x=1"),
    ("/careers?q=&category=finance&sort=&page=", "/careers?category=finance"),
    ("/careers/finance?remote=&entry_barrier=low&q",
     "/careers/finance?entry_barrier=low"),
    ("/careers?q=%22%3E&min_salary=", "/careers?q=%22%3E")])
def test_empty_fields_of_a_form_are_left_out_of_the_address(site, address, to):
    reply = stays_out(site, address, 302)
    assert reply.headers["Location"] == to
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["level=mid", "page=1"])
def test_an_argument_twice_is_seen_however_far_apart(site, name):
    """An expression that runs out of its stack finds nothing."""
    path = CAREER if name.startswith("level") else "/careers"
    reply = site.get(f"{path}?{name}{'&' * 6000}{name}")
    assert reply.status == 400
    assert reply.headers["X-Cache"] == "BYPASS"
    assert "pcre" not in (site.state / "nginx/error.log").read_text()


@pytest.mark.parametrize("query, sent", [
    ("page=1", "page=1"), ("utm=2&page=1&utm=1", "page=1"),
    ("level=mid", ""), ("sort_of=x", "")])
def test_the_list_knows_its_page(site, query, sent):
    visitor = {"Cookie": "country=nz"}
    first = heard(site, site.get("/careers?" + query, visitor))
    assert first is None or first["query"] == sent
    kept(site, "/careers?" + query, visitor)
    key = f"/careers|{'&' + sent if sent else ''}|NZ:choice|identity"
    assert key in cached_keys(site, "/careers")


@pytest.mark.parametrize("query, sent", [
    ("page=2", "page=2"), ("utm=1&page=9999", "page=9999")])
def test_a_page_that_the_list_does_not_have_is_not_kept(site, query, sent):
    for _ in range(2):
        reply = site.get("/careers?" + query)
        assert reply.status == 404
        assert heard(site, reply)["query"] == sent


@pytest.mark.parametrize("query", ["page=0", "page=01", "page=10000",
                                   "page=-1", "page=1&page=2"])
def test_a_bad_page_of_the_list_is_not_kept(site, query):
    stays_out(site, "/careers?" + query)


def test_what_people_search_for_is_not_kept(site):
    for path in ("/careers", "/careers/information-technology"):
        for query in ("q=backend", "page=1&q=backend&utm=1", "min_balance=1",
                      "min_ai_score=1&remote=hybrid", "min_salary=1000"):
            stays_out(site, f"{path}?{query}", 200)


@pytest.mark.parametrize("path, query, sent", [
    ("/careers", "category=finance", "category=finance"),
    ("/careers", "sort=newest&x=1&remote=hybrid&entry_barrier=low&country=Sg",
     "remote=hybrid&entry_barrier=low&country=Sg&sort=newest"),
    ("/careers/finance", "utm=1&entry_barrier=high", "entry_barrier=high"),
    ("/careers/finance", "category=x", "")])
def test_filters_are_in_the_key_in_one_order(site, path, query, sent):
    visitor = {"Cookie": "country=au"}
    reply = site.get(f"{path}?{query}", visitor)
    assert reply.status == 200, reply
    kept(site, f"{path}?{query}", visitor)
    assert f"{path}|{'&' + sent if sent else ''}|AU:choice|identity" in \
        cached_keys(site, path)


@pytest.mark.parametrize("query", [
    "remote=Remote", "entry_barrier=none", "sort=random", "country=sgp",
    "category=it&category=it", "category=A", "remote=hybrid&remote=hybrid"])
def test_a_bad_filter_is_refused_and_not_kept(site, query):
    stays_out(site, "/careers?" + query)


@pytest.mark.parametrize("query", [
    "", "country=Sg", "country=mY&level=mid", "level=senior&country=iN",
    "currency=usd"])
def test_api_arguments_are_in_the_key(site, query):
    path = API + "/salaries"
    address = f"{path}?{query}" if query else path
    kept(site, address)
    assert query in {r["query"] for r in heard_of(site, path)}
    key = f"{path}|{'&' + query if query else ''}|:|identity"
    assert key in cached_keys(site, path)


@pytest.mark.parametrize("query", [
    "utm_source=x", "country=", "country=s", "country=sg&x=1", "Country=sg",
    "country=sglongest9", "&".join(["country=sg"] * 7)])
def test_other_api_arguments_are_told_to_be_wrong(site, query):
    reply = stays_out(site, f"{API}?{query}")
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert json.loads(reply.text)["errors"]


@pytest.mark.parametrize("query", [
    "category=information-technology", "limit=7&sort=salary&country=sg",
    "remote=hybrid&entry_barrier=low"])
def test_plain_filters_of_the_api_are_in_the_key(site, query):
    path = "/api/v1/careers"
    kept(site, f"{path}?{query}")
    assert f"{path}|&{query}|:|identity" in cached_keys(site, path)


@pytest.mark.parametrize("path, query, status", [
    ("/api/v1/careers", "q=back", 200), ("/api/v1/careers", "q=", 400),
    ("/api/v1/careers", "min_salary=1", 200),
    ("/api/v1/careers", "cursor=QQ", 400), ("/api/v1/careers", "page=1", 400),
    ("/api/v1/careers", "limit=5&limit=5", 400),
    ("/api/v1/changes", "since=0", 200), ("/api/v1/categories", "x=1", 400),
    ("/api/v1/about", "limit=1", 400)])
def test_searches_of_the_api_and_bad_filters_are_not_kept(
        site, path, query, status):
    if query == "limit=5&limit=5":  # plain enough to be asked as cacheable
        reply = site.get(f"{path}?{query}")
        assert reply.status == status
        assert not any("limit=5&limit=5" in key
                       for key in cached_keys(site, path))
    else:
        stays_out(site, f"{path}?{query}", status)


@pytest.mark.parametrize("query", ["country=s%67", "country=sg&",
                                   "&country=sg"])
def test_odd_spellings_of_api_arguments_are_not_kept(site, query):
    stays_out(site, f"{API}?{query}", 200)


def test_pages_without_arguments_drop_them_all(site):
    for query in ("?level=mid&page=x", "?level="):
        reply = site.get("/methodology" + query)
        assert reply.status == 200
    assert {key.split("|")[1] for key in cached_keys(site, "/methodology")} \
        == {""}
    assert {r["query"] for r in heard_of(site, "/methodology")} == {""}


def test_uncached_paths_keep_their_query(site):
    reply = site.get("/go/some-id?a=1&a=2")
    assert heard(site, reply)["query"] == "a=1&a=2"
