"""Paths: what is plain reaches the worker, what is odd never does."""
import pytest

from client import wait_until

ODD = [
    "/careers/testing%2fodd", "/careers/testing/odd%41",
    "/careers/testing/odd;x.css", "/careers/testing/odd,a",
    "/careers//testing/odd", "/careers/testing//odd", "//careers",
    "/careers/./testing", "/careers/testing/../testing/odd",
    "/careers/testing/.odd", "/.git/config", "/.env",
    "/.well-known/other", "/.well-known/security.txt/x",
    "/static/../nginx.conf", "/static/%2e%2e/nginx.conf",
    "/careers/testing/odd%0d%0aX-Injected:1", "/careers/%C0%AFetc",
    "/careers/testing/odd#top", "/careers/testing/odd*",
    "/careers/" + "a" * 504,
]


@pytest.mark.parametrize("path", ODD)
def test_an_odd_path_is_404_and_leaves_no_trace(edge, path):
    before = edge.cached_keys()
    reply = edge.get(path)
    assert reply.status == 404
    assert reply.text == "static 404\n"
    assert "X-Injected" not in reply.headers
    assert edge.worker.seen == []
    assert edge.cached_keys() == before


@pytest.mark.parametrize("path", ["/%00", "/careers/x%00.css", "/%zz", "/%4"])
def test_a_malformed_path_is_400(edge, path):
    reply = edge.get(path)
    assert (reply.status, reply.text) == (400, "static 400\n")
    assert edge.worker.seen == []


def test_the_longest_plain_path_is_512_characters(edge):
    longest = "/" + "a" * 511
    edge.get(longest)
    assert len(edge.worker.of(longest)) == 1
    assert edge.get(longest + "a").status == 404
    assert edge.worker.of(longest + "a") == []


@pytest.mark.parametrize("path", [
    "/", "/careers", "/careers/testing", "/methodology", "/disclosure",
    "/privacy", "/sitemap.xml", "/robots.txt", "/feed.xml",
    "/.well-known/security.txt", "/api/v1/careers/odd",
    "/api/v1/careers/odd/salaries", "/careers/testing/odd/sg"])
def test_a_page_is_cached(edge, path):
    edge.get(path)
    wait_until(lambda: edge.get(path).headers["X-Cache"] == "HIT")


@pytest.mark.parametrize("path", [
    "/careers/", "/careers/Testing", "/careers/testing/odd/SG",
    "/careers/testing/odd/sgpx", "/careers/testing/odd.css",
    "/careers/testing/odd/x.css", "/careers/testing/odd/sg/x",
    "/api/v1/careers", "/api/v1/careers/odd/salaries/x", "/go/some-id",
    "/healthz", "/nothing", "/careers/" + "a" * 81])
def test_anything_else_reaches_the_worker_uncached(edge, path):
    before = edge.cached_keys()
    for _ in range(2):
        reply = edge.get(path)
        assert reply.status == 200 and "X-Cache" not in reply.headers
    assert len(edge.worker.of(path)) == 2
    assert edge.cached_keys() == before


def test_errors_below_api_are_problem_documents(edge):
    reply = edge.get("/api/v1//careers")
    assert reply.status == 404
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.text == '{"status":404}\n'
    assert edge.get("/apiary//x").text == "static 404\n"


def test_an_error_page_can_not_be_asked_for(edge):
    assert edge.get("/_errors/500.html").text == "static 404\n"


def test_a_post_to_an_odd_path_is_404_too(edge):
    assert edge.request("POST", "/a//b", body=b"x=1").status == 404


def test_static_files_are_immutable_and_precompressed(edge):
    path = "/static/style.0123abcd.css"
    for accepted, body in (("", b"plain"), ("gzip", b"gzip"),
                           ("gzip, br", b"br")):
        reply = edge.get(path, {"Accept-Encoding": accepted})
        assert reply.body == body
        assert reply.headers["Vary"] == "Accept-Encoding"
        assert "immutable" in reply.headers["Cache-Control"]
        assert reply.headers["Content-Type"] == "text/css; charset=utf-8"
    etag = reply.headers["ETag"]
    reply = edge.get(path, {"Accept-Encoding": "br", "If-None-Match": etag})
    assert reply.status == 304


def test_the_favicon_is_a_file(edge):
    reply = edge.get("/favicon.svg")
    assert (reply.status, reply.text) == (200, "<svg/>")
    assert reply.headers["Content-Type"] == "image/svg+xml"
    assert reply.headers["Cache-Control"] == "public, max-age=86400"
    assert edge.worker.seen == []


@pytest.mark.parametrize("path", [
    "/static/", "/static", "/static/no.css", "/static/none.0123abcd.css",
    "/static/plain.css", "/static/style.0123abcd.css.br"])
def test_static_serves_fingerprinted_names_only(edge, path):
    edge.worker.answer = lambda params, body: (404, {}, b"worker")
    reply = edge.get(path)
    assert reply.status == 404
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
def test_operators_pages_answer_loopback_only(edge, path):
    assert edge.get(path, client="127.0.0.1").status == 200
    assert edge.get(path, client="127.0.0.2").status == 404
    forwarded = {"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1"}
    assert edge.get(path, forwarded, client="127.0.0.2").status == 404


def test_a_forwarded_address_does_not_open_operators_pages(proxied_edge):
    def status(address, peer):
        return proxied_edge.get("/metrics", {"X-Forwarded-For": address},
                                client=peer).status

    assert status("198.51.100.7", "127.0.0.1") == 200
    assert status("198.51.100.8", "127.0.0.1") == 404
    assert status("127.0.0.1, 198.51.100.8", "127.0.0.1") == 404
    assert status("198.51.100.7", "127.0.0.9") == 404
