"""What all addresses of the API do alike: conditions, types, errors, limits."""
import email.utils
import gzip
import json
import re

import pytest

from client import new_address, wait_until
from local_site import CAREER
from observe import cached_keys, configuration, heard, kept
from nginx_config import read_dump

V1 = "/api/v1"
GUIDE = f"{V1}/careers/backend-developer"
CSV = f"{V1}/export/salaries.csv"
NDJSON = f"{V1}/export/careers.ndjson"
JSON = [f"{V1}/careers", f"{V1}/careers?sort=newest", GUIDE,
        GUIDE + "/salaries", GUIDE + "/salaries/sg/history",
        f"{V1}/categories", f"{V1}/countries", f"{V1}/sources",
        f"{V1}/about", f"{V1}/changes", f"{V1}/openapi.json"]
ASKED = [f"{V1}/careers?q=back", f"{V1}/careers?min_salary=1",
         f"{V1}/changes?since=0", GUIDE + "/salaries/sg/history?limit=5"]
EXPORTS = [CSV, NDJSON]
ALL = JSON + ASKED + EXPORTS
PAGES = ["/", "/careers", "/careers?q=back", "/careers/information-technology",
         CAREER, CAREER + "/sg", "/compare", "/api", "/methodology", "/disclosure", "/privacy",
         "/sitemap.xml", "/feed.xml", "/robots.txt",
         "/.well-known/security.txt"]
LATER = "Fri, 31 Dec 2049 23:59:59 GMT"
EARLIER = "Sun, 22 Nov 2015 10:00:00 GMT"


def problem(reply, status):
    """The document of an error, which is as RFC 9457 wants it."""
    assert reply.status == status, reply
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.headers.get_all("Cache-Control") == ["no-store"]
    assert "ETag" not in reply.headers
    document = json.loads(reply.text)
    assert document["status"] == status
    assert document["type"] == "about:blank"
    assert document["title"] and document["detail"]
    return document


@pytest.mark.parametrize("path", ALL)
def test_what_is_good_has_all_headers_once(site, path):
    reply = site.get(path)
    assert reply.status == 200, reply
    headers = reply.headers
    assert headers.get_all("Vary") == ["Accept, Accept-Encoding"]
    assert headers.get_all("Access-Control-Allow-Origin") == ["*"]
    exposed = headers["Access-Control-Expose-Headers"].split(", ")
    assert {"ETag", "Last-Modified", "Link", "RateLimit", "RateLimit-Policy",
            "Retry-After", "X-Request-Id"} == set(exposed)
    assert headers["Cache-Control"] == "public, max-age=0, s-maxage=5"
    assert "RateLimit" not in headers and "RateLimit-Policy" in headers
    names = [name.lower() for name in headers]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", ALL + PAGES)
@pytest.mark.parametrize("encoding", ["identity", "gzip", "br"])
def test_each_reply_can_be_asked_for_on_conditions(site, path, encoding):
    accept = {"Accept-Encoding": encoding}
    first = site.get(path, accept)
    assert first.status == 200, first
    etag, date = first.headers["ETag"], first.headers["Last-Modified"]
    bare = etag.removeprefix("W/")
    assert bare.startswith('"') and email.utils.parsedate(date)
    for condition in (
            {"If-None-Match": etag}, {"If-None-Match": f"W/{bare}"},
            {"If-None-Match": bare}, {"If-None-Match": "*"},
            {"If-None-Match": f'"a,", W/"b" ,{etag}'},
            {"If-None-Match": etag, "If-Modified-Since": date},
            {"If-Modified-Since": date}, {"If-Modified-Since": LATER}):
        for method in ("GET", "HEAD"):
            reply = site.request(method, path, {**accept, **condition})
            assert (reply.status, reply.body) == (304, b""), condition
            assert reply.headers["ETag"] == etag
            assert reply.headers["Vary"] == first.headers["Vary"]
            assert reply.headers["Cache-Control"] == \
                first.headers["Cache-Control"]
    for condition in ({"If-None-Match": '"x"'}, {"If-None-Match": bare[:-2]},
                      {"If-None-Match": '"x"', "If-Modified-Since": LATER},
                      {"If-Modified-Since": EARLIER},
                      {"If-Modified-Since": "soon"}):
        reply = site.get(path, {**accept, **condition})
        assert (reply.status, reply.body) == (200, first.body), condition


@pytest.mark.parametrize("path", ALL + PAGES)
def test_head_has_the_headers_of_get(site, path):
    own = ("x-request-id", "date", "x-cache", "connection",
           "transfer-encoding")
    got, head = (
        {name.lower(): value for name, value in reply.headers.items()
         if name.lower() not in own}
        for reply in (site.get(path), site.request("HEAD", path)))
    assert head == got


@pytest.mark.parametrize("accept", [
    "*/*", "application/json", "application/*;q=0.1", "Application/JSON",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "",
    "application/json; charset=utf-8", "text/csv,application/json;q=0.05"])
def test_who_accepts_json_is_served_from_the_cache(site, accept):
    for path in (GUIDE, f"{V1}/careers", f"{V1}/sources"):
        reply = kept(site, path, {"Accept": accept})
        assert reply.status == 200


@pytest.mark.parametrize("accept", [
    "text/html", "application/json;q=0", "application/problem+json",
    "application/json; q=0.000, */*", "*/*;q=0", "text/*, image/png",
    'text/html;x="*/*"', "application/jsonp", "text/html" + ",x/y" * 400])
@pytest.mark.parametrize("path", JSON[:5] + ASKED[:2])
def test_what_is_not_accepted_is_406_that_names_what_there_is(
        site, path, accept):
    before = cached_keys(site, path.split("?")[0])
    reply = site.get(path, {"Accept": accept})
    assert "application/json" in problem(reply, 406)["detail"]
    assert reply.headers["Vary"] == "Accept, Accept-Encoding"
    assert cached_keys(site, path.split("?")[0]) == before
    head = site.request("HEAD", path, {"Accept": accept})
    assert (head.status, head.body) == (406, b"")


@pytest.mark.parametrize("accept", ["json", "*", ";;;", "text/html;q=7", "/",
                                    ", ,", "a" * 3000, '"', "text/html;q"])
def test_what_says_nothing_accepts_all(site, accept):
    for path in (GUIDE, CSV):
        assert site.get(path, {"Accept": accept}).status == 200


def test_exports_are_of_their_types_only(site):
    for path, mine, other in ((CSV, "text/csv", "application/json"),
                              (NDJSON, "application/x-ndjson", "text/csv")):
        assert site.get(path, {"Accept": mine}).status == 200
        assert site.get(path, {"Accept": mine + ", text/x"}).status == 200
        reply = site.get(path, {"Accept": other})
        assert mine in problem(reply, 406)["detail"]


def test_pages_are_sent_whatever_is_accepted(site):
    for accept in ("application/json", "*/*;q=0", "x"):
        reply = kept(site, "/careers", {"Accept": accept})
        assert reply.status == 200
        assert reply.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("address, parameter, words", [
    (f"{V1}/careers?colour=1", "colour", "known: "),
    (f"{V1}/careers?q=a&q=b", "q", "more than once"),
    (f"{V1}/careers?q=", "q", "is empty; it must be"),
    (f"{V1}/careers?limit=101", "limit", "1 to 100"),
    (f"{V1}/careers?remote=moon", "remote", "onsite, hybrid or remote"),
    (f"{V1}/careers?cursor=%21", "cursor", "next"),
    (f"{V1}/categories?limit=5", "limit", "known: none"),
    (f"{V1}/changes?since=yesterday", "since", "a version, a day or a time"),
    (GUIDE + "?country=", "country", "is empty; it must be a country"),
    (GUIDE + "/salaries?level=boss", "level", "junior, mid, senior"),
    (CSV + "?limit=5", "limit", "known: none"),
    (f"{V1}/careers?%zz", "query", "not well-formed")])
def test_a_bad_parameter_is_named_with_what_is_allowed(
        site, address, parameter, words):
    document = problem(site.get(address), 400)
    [error] = document["errors"]
    assert error["parameter"] == parameter and words in error["detail"]
    assert document["request_id"]


def test_all_bad_parameters_are_named_at_once(site):
    document = problem(site.get(f"{V1}/careers?a=1&limit=0&q=&sort=x"), 400)
    assert [e["parameter"] for e in document["errors"]] == \
        ["a", "limit", "q", "sort"]


@pytest.mark.parametrize("method, path, headers, body, status", [
    ("GET", V1 + "/none", {}, None, 404), ("GET", V1 + "//x", {}, None, 404),
    ("GET", V1 + "/%2e%2e/x", {}, None, 404),
    ("GET", "/api/v2/careers", {}, None, 404),
    ("TRACE", GUIDE, {}, None, 405),
    ("DELETE", GUIDE, {}, None, 405), ("GET", V1 + "/subscriptions", {},
                                       None, 405),
    ("POST", V1 + "/subscriptions", {}, b"x" * 4097, 413),
    ("POST", V1 + "/subscriptions", {"Content-Type": "text/plain"}, b"x",
     415),
    ("GET", GUIDE, {"X-Large": "a" * 9000}, None, 400),
    ("GET", GUIDE, {"Content-Length": "x"}, None, 400)])
def test_each_error_is_a_problem_document(site, method, path, headers, body,
                                          status):
    reply = site.request(method, path, headers, body)
    problem(reply, status)
    assert (status == 405) == ("Allow" in reply.headers)


def test_the_guide_to_the_api_is_a_page(site):
    """Errors at its address are pages too."""
    assert kept(site, "/api").status == 200
    for path in ("/api", "/api?x=1"):
        reply = site.request("POST", path, body=b"")
        assert reply.headers["Content-Type"].startswith("text/html")
        assert "Access-Control-Allow-Origin" not in reply.headers


def zones(site):
    """{zone: (burst, rate a second)} of those that hold for a reader."""
    block = read_dump(configuration(site))
    rates = {}
    for line in block.find("limit_req_zone"):
        words = dict(re.findall(r"(zone|rate)=([^: ]+)", line.text))
        n, unit = re.fullmatch(r"(\d+)r/([sm])", words["rate"]).groups()
        rates[words["zone"]] = int(n) / (1 if unit == "s" else 60)
    bursts = {}
    for line in block.find("limit_req"):
        words = dict(re.findall(r"(zone|burst)=(\w+)", line.text))
        bursts.setdefault(words["zone"], set()).add(int(words["burst"]))
    return {zone: (bursts[zone], rate) for zone, rate in rates.items()}


def test_the_told_limits_are_those_of_nginx(site):
    real = zones(site)
    real["address"] = ({60}, real["page"][1])  # assets have a larger burst
    assert 60 in zones(site)["page"][0]
    told = {}
    for path in (GUIDE, V1 + "/subscriptions"):
        told |= {name: (int(q), int(w)) for name, q, w in re.findall(
            r'"(\w+)";q=(\d+);w=(\d+)',
            site.get(path).headers["RateLimit-Policy"])}
    assert set(told) == {"address", "search", "signup"}
    for name, (q, w) in told.items():
        assert ({q}, q / w) == (real[name][0], pytest.approx(real[name][1]))
    assert "RateLimit-Policy" not in site.get("/careers").headers


@pytest.mark.parametrize("path, name", [
    (GUIDE, "address"), (f"{V1}/careers?q=back", "search"),
    (f"{V1}/categories?x=1", "search")])
def test_who_asks_too_often_is_told_how_long_to_wait(site, path, name):
    greedy = new_address()
    reply = wait_until(lambda: next(
        (r for r in [site.get(path, client=greedy)] if r.status == 429),
        None), pause=0)
    problem(reply, 429)
    wait = reply.headers["Retry-After"]
    assert reply.headers["RateLimit"] == f'"{name}";r=0;t={wait}'
    assert f'"{name}";q=' in reply.headers["RateLimit-Policy"]
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert not heard(site, reply)


def test_exports_are_whole_in_either_encoding(site):
    for path, kind in ((CSV, "text/csv; charset=utf-8; header=present"),
                       (NDJSON, "application/x-ndjson")):
        plain = site.get(path)
        packed = site.get(path, {"Accept-Encoding": "br, gzip"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.body) == plain.body
        assert plain.headers["Content-Type"].startswith(kind)
        assert plain.headers["ETag"] == packed.headers["ETag"]
        assert "Content-Length" not in plain.headers
        assert "X-Cache" not in plain.headers and \
            not cached_keys(site, path)
    rows = plain.text.splitlines()
    assert [json.loads(row)["slug"] for row in rows] == ["backend-developer"]
    assert json.loads(rows[0])["licence"]
