"""Arguments: what a page knows is in the key, the rest is dropped."""
import pytest


def queries(edge, path):
    return [p["QUERY_STRING"] for p in edge.worker.of(path)]


def test_unknown_arguments_share_one_entry(edge, career):
    for query in ("", "?", "?utm_source=a", "?utm_source=b", "?x", "?level-x=1",
                  "?LEVEL=mid", "?leve%6c=mid", "?=&&;"):
        assert edge.get(career + query).status == 200
    assert queries(edge, career) == [""]


@pytest.mark.parametrize("level", ["junior", "mid", "senior", "manager"])
def test_each_level_has_its_entry(edge, career, level):
    first = edge.get(f"{career}?level={level}")
    again = edge.get(f"{career}?utm=1&level={level}&utm=2")
    assert (first.headers["X-Cache"], again.headers["X-Cache"]) == \
        ("MISS", "HIT")
    assert queries(edge, career) == [f"level={level}"]


@pytest.mark.parametrize("query", [
    "level=boss", "level=Mid", "level=", "level", "level=mid&level=mid",
    "level=mid&level=senior", "level=mid&x=1&level", "level=mid%00",
    "level=mid;x=1", "level=mid%26x", "x=1&level=midst"])
def test_a_bad_known_argument_reaches_the_worker_as_it_came(
        edge, career, query):
    before = edge.cached_keys()
    for _ in range(2):
        assert edge.get(f"{career}?{query}").headers["X-Cache"] == "BYPASS"
    assert queries(edge, career) == [query, query]
    assert edge.cached_keys() == before


def test_the_refusal_of_a_bad_argument_is_not_stored(edge, career):
    edge.worker.answer = lambda params, body: (
        400, {"Cache-Control": "max-age=60"}, b"no")
    assert edge.get(career + "?level=boss").status == 400
    edge.worker.reset()
    assert edge.get(career).status == 200


@pytest.mark.parametrize("query, sent, is_cached", [
    ("page=2", "page=2", True), ("page=9999&utm=1", "page=9999", True),
    ("level=mid", "", True), ("page=0", "page=0", False),
    ("page=01", "page=01", False), ("page=10000", "page=10000", False),
    ("page=-1", "page=-1", False), ("page=1&page=2", "page=1&page=2", False)])
def test_the_list_knows_its_page(edge, query, sent, is_cached):
    cookie = {"Cookie": "country=nz"}
    edge.get("/careers?" + query, cookie)
    seen = queries(edge, "/careers")
    assert seen in ([sent], [] if is_cached else [sent])
    reply = edge.get("/careers?" + query, cookie)
    assert reply.headers["X-Cache"] == ("HIT" if is_cached else "BYPASS")


@pytest.mark.parametrize("query", [
    "country=SG", "level=mid&country=sg", "currency=USD",
    "country=sg&country=my"])
def test_api_arguments_are_in_the_key(edge, career, query):
    path = "/api/v1" + career.replace("/testing", "") + "/salaries"
    assert edge.get(f"{path}?{query}").headers["X-Cache"] == "MISS"
    assert edge.get(f"{path}?{query}").headers["X-Cache"] == "HIT"
    assert queries(edge, path) == [query]


@pytest.mark.parametrize("query", [
    "utm_source=x", "country=", "country=s", "country=sg&x=1", "country=s%67",
    "Country=sg", "country=sg&", "&country=sg", "country=sglongest9",
    "&".join(["country=sg"] * 7)])
def test_other_api_arguments_are_passed_on_uncached(edge, career, query):
    path = "/api/v1" + career.replace("/testing", "")
    for _ in range(2):
        assert edge.get(f"{path}?{query}").headers["X-Cache"] == "BYPASS"
    assert queries(edge, path) == [query, query]


def test_pages_without_arguments_drop_them_all(edge):
    edge.get("/methodology?level=mid&page=x")
    edge.get("/methodology?level=")
    assert set(queries(edge, "/methodology")) <= {""}


def test_uncached_paths_keep_their_query(edge):
    edge.get("/go/some-id?a=1&a=2")
    assert queries(edge, "/go/some-id") == ["a=1&a=2"]
