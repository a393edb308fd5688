"""Paths: what is plain reaches the worker, what is odd never does."""
import gzip
import re

import pytest

from local_site import CAREER
from observe import asset, cached_keys, heard, own_error

ODD = [
    "/careers/testing%2fodd", "/careers/testing/odd%41", CAREER + "%2fsg",
    CAREER + ";x", "/careers/testing/odd;x.css", "/careers/testing/odd,a",
    "/careers//testing/odd", "/careers/testing//odd", "//careers",
    "/careers/./testing", "/careers/testing/../testing/odd",
    "/careers/testing/.odd", "/.git/config", "/.env",
    "/.well-known/other", "/.well-known/security.txt/x",
    "/static/../nginx.conf", "/static/%2e%2e/nginx.conf",
    "/careers/testing/odd%0d%0aX-Injected:1", "/careers/%C0%AFetc",
    "/careers/testing/odd#top", "/careers/testing/odd*",
    pytest.param("/careers/" + "a" * 504, id="long"), "/go/../admin", "/go/https://evil.example",
    "/go/https:%2f%2fevil.example",
]


@pytest.mark.parametrize("path", ODD)
def test_an_odd_path_is_404_and_leaves_no_trace(site, path):
    before = cached_keys(site)
    for method, body in (("GET", None), ("POST", b"x=1")):
        reply = site.request(method, path, body=body)
        assert (reply.status, reply.text) == (404, own_error(site, 404))
        assert not {"X-Injected", "Location"} & set(reply.headers)
        assert not heard(site, reply)
    assert cached_keys(site) == before


@pytest.mark.parametrize("path", ["/%00", "/careers/x%00.css", "/%zz", "/%4"])
def test_a_malformed_path_is_400(site, path):
    reply = site.get(path)
    assert (reply.status, reply.text) == (400, own_error(site, 400))
    assert not heard(site, reply)


def test_the_longest_plain_path_is_512_characters(site):
    longest = "/" + "a" * 511
    assert heard(site, site.get(longest))["path"] == longest
    reply = site.get(longest + "a")
    assert reply.status == 404 and not heard(site, reply)


@pytest.mark.parametrize("path", [
    "/careers/", "/careers/Testing", CAREER + "/SG", CAREER + "/sgpx",
    CAREER + ".css", CAREER + "/x.css", CAREER + "/sg.css", CAREER + "/sg/",
    CAREER + "/sg/x", "/api/v1/career",
    "/api/v1/careers/backend-developer/salaries/x", "/go/none", "/healthz",
    "/nothing", "/admin", "/subscribe/confirm",
    pytest.param("/careers/" + "a" * 81, id="long")])
def test_anything_else_reaches_the_worker_uncached(site, path):
    before = cached_keys(site, path)
    for _ in range(2):
        reply = site.get(path)
        assert heard(site, reply)["path"] == path
        assert "X-Cache" not in reply.headers
    assert cached_keys(site, path) == before == set()


def test_errors_below_api_are_problem_documents(site):
    reply = site.get("/api/v1//careers")
    assert (reply.status, reply.text) == (404, own_error(site, 404, "json"))
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert site.get("/apiary//x").text == own_error(site, 404)


@pytest.mark.parametrize("path", ["/_errors/500.html", "/_errors/none"])
def test_an_error_page_can_not_be_asked_for(site, path):
    assert site.get(path).text == own_error(site, 404)


def test_static_files_are_immutable_and_precompressed(site):
    path = asset(site, "app.css")
    plain = (site.state / "www" / path[1:]).read_bytes()
    replies = {accepted: site.get(path, {"Accept-Encoding": accepted})
               for accepted in ("", "gzip", "gzip, br")}
    for reply in replies.values():
        assert reply.status == 200
        assert reply.headers["Vary"] == "Accept-Encoding"
        assert reply.headers["Cache-Control"] == \
            "public, max-age=31536000, immutable"
        assert reply.headers["Content-Type"] == "text/css; charset=utf-8"
        assert not heard(site, reply)
    assert replies[""].body == plain
    assert gzip.decompress(replies["gzip"].body) == plain
    assert replies["gzip, br"].headers["Content-Encoding"] == "br"
    assert len(replies["gzip, br"].body) < len(replies["gzip"].body)
    etag = replies["gzip"].headers["ETag"]
    reply = site.get(path, {"Accept-Encoding": "gzip", "If-None-Match": etag})
    assert reply.status == 304


def test_the_favicon_is_a_file(site):
    reply = site.get("/favicon.svg")
    assert reply.body == (site.state / "www/favicon.svg").read_bytes()
    assert reply.headers["Content-Type"] == "image/svg+xml"
    assert reply.headers["Cache-Control"] == "public, max-age=86400"
    assert not heard(site, reply)


@pytest.mark.parametrize("path", [
    "/static/", "/static", "/static/no.css", "/static/none.0123abcd.css",
    "/static/manifest", "/static/{app.css}.br"])
def test_static_serves_fingerprinted_names_only(site, path):
    path = re.sub(r"/static/\{(.*)\}", lambda m: asset(site, m[1]), path)
    reply = site.get(path)
    assert reply.status == 404
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
def test_operators_pages_answer_loopback_only(site, path):
    assert site.get(path, client="127.0.0.1").status == 200
    forwarded = {"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1"}
    for headers in ({}, forwarded):
        reply = site.get(path, headers, client="127.0.0.2")
        assert reply.status == 404 and not heard(site, reply)


def test_a_forwarded_address_does_not_open_operators_pages(proxied_site):
    def status(address, peer):
        return proxied_site.get("/metrics", {"X-Forwarded-For": address},
                                client=peer).status

    assert status("198.51.100.7", "127.0.0.1") == 200
    assert status("198.51.100.8", "127.0.0.1") == 404
    assert status("127.0.0.1, 198.51.100.8", "127.0.0.1") == 404
    assert status("198.51.100.7", "127.0.0.9") == 404
