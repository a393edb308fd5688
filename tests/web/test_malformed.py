"""What is no HTTP/1.1 never reaches a worker, and leaves nothing behind."""
from collections import Counter

import pytest

from client import new_address
from local_site import CAREER
from observe import cached_keys, forget, heard_of, kept, nginx_alerts

LINE = b" HTTP/1.1\r\n"
HOST = LINE + b"Host: localhost\r\nConnection: close\r\n"
CHUNKED = HOST + b"Transfer-Encoding: chunked\r\n\r\n"
END = b"\r\n0\r\n\r\n"

REFUSED = [
    # The request line.
    b"GET PATH HTTP/9.9\r\nHost: localhost\r\n\r\n",
    b"GET PATH HTTP/1.1x\r\nHost: localhost\r\n\r\n",
    b"GET PATH http/1.1\r\nHost: localhost\r\n\r\n",
    b"GET PATH b" + HOST + b"\r\n",
    b"GET\tPATH" + HOST + b"\r\n",
    b" GET PATH" + HOST + b"\r\n",
    b"\xef\xbb\xbfGET PATH" + HOST + b"\r\n",
    b"get PATH" + HOST + b"\r\n",
    b"G\x00T PATH" + HOST + b"\r\n",
    b"G" * 9000 + b" PATH" + HOST + b"\r\n",
    b"TRACE PATH" + HOST + b"\r\n",
    b"CONNECT localhost:80" + HOST + b"\r\n",
    b"OPTIONS *" + HOST + b"\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET PATH" + HOST + b"\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"\x80\x80\x80\r\n\r\n",
    # The path, and an address in its place.
    b"GET nothing" + HOST + b"\r\n",
    b"GET \\PATH" + HOST + b"\r\n",
    b"GET PATH\x01" + HOST + b"\r\n",
    b"GET PATH\x7f" + HOST + b"\r\n",
    b"GET PATH\x00" + HOST + b"\r\n",
    b"GET PATH%00" + HOST + b"\r\n",
    b"GET PATH\xc0\xaf" + HOST + b"\r\n",
    b"GET /%C0%AE%C0%AEPATH" + HOST + b"\r\n",
    b"GET /..%c0%af..PATH" + HOST + b"\r\n",
    b"GET /%e0%80%afPATH" + HOST + b"\r\n",
    b"GET http://localhost@evil.examplePATH" + HOST + b"\r\n",
    b"GET http:///PATH" + HOST + b"\r\n",
    b"GET file:///PATH" + HOST + b"\r\n",
    b"GET //evil.examplePATH" + HOST + b"\r\n",
    # The host.
    b"GET PATH HTTP/1.1\r\n\r\n",
    b"GET PATH" + HOST + b"Host: localhost\r\n\r\n",
    b"GET PATH" + HOST + b"Host: evil.example\r\n\r\n",
    b"GET PATH" + LINE + b"Host: localhost, evil.example\r\n\r\n",
    b"GET PATH" + LINE + b"Host: localhost\x00.evil\r\n\r\n",
    b"GET PATH" + LINE + b"Host : localhost\r\n\r\n",
    b"GET PATH" + LINE + b"Host:\r\n\r\n",
    # Headers.
    b"GET PATH" + HOST + b"X: a\x00b\r\n\r\n",
    b"GET PATH" + HOST + b"X: a\rb\r\n\r\n",
    b"GET PATH" + HOST + b"X: a\r\n b\r\n\r\n",
    b"GET PATH" + HOST + b"X : a\r\n\r\n",
    b"GET PATH" + HOST + b"X\x00: a\r\n\r\n",
    b"GET PATH" + HOST + b": a\r\n\r\n",
    b"GET PATH" + HOST + b"X: " + b"a" * 9000 + b"\r\n\r\n",
    b"GET PATH" + HOST + b"X: a\r\n" * 6000 + b"\r\n",
    # Where the body ends, for who comes behind us another way.
    b"POST PATH" + HOST + b"Content-Length: 3\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET PATH" + HOST + b"Content-Length: 20\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET PATH HTTP/1.1\r\n",
    b"POST PATH" + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n"
    b"abcd",
    b"POST PATH" + HOST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\n"
    b"abc",
    b"POST PATH" + HOST + b"Content-Length: 3, 3\r\n\r\nabc",
    b"POST PATH" + HOST + b"Content-Length: -1\r\n\r\n",
    b"POST PATH" + HOST + b"Content-Length: +3\r\n\r\nabc",
    b"POST PATH" + HOST + b"Content-Length: 0x3\r\n\r\nabc",
    b"POST PATH" + HOST + b"Content-Length: 1e3\r\n\r\n",
    b"POST PATH" + HOST + b"Content-Length:\r\n\r\n",
    b"POST PATH" + HOST + b"Content-Length: 99999999999999999999\r\n\r\n",
    b"POST PATH" + HOST + b"Content-Length: 17000\r\n\r\n",
    b"POST PATH" + HOST + b"Transfer-Encoding: x\r\n\r\n",
    b"POST PATH" + HOST + b"Transfer-Encoding: identity\r\n\r\n",
    b"POST PATH" + HOST + b"Transfer-Encoding: chunked, identity" + END,
    b"POST PATH" + HOST + b"Transfer-Encoding : chunked" + END,
    b"POST PATH" + HOST + b"Transfer-Encoding:\x0bchunked" + END,
    b"POST PATH" + HOST + b"Transfer-Encoding: chunked\r\n"
    b"Transfer-Encoding: chunked" + END,
    b"POST PATH HTTP/1.0\r\nHost: localhost\r\n"
    b"Transfer-Encoding: chunked" + END,
    b"POST PATH" + CHUNKED + b"zz\r\n\r\n",
    b"POST PATH" + CHUNKED + b"-1\r\n\r\n",
    b"POST PATH" + CHUNKED + b" 1\r\nx" + END,
    b"POST PATH" + CHUNKED + b"0x1\r\nx" + END,
    b"POST PATH" + CHUNKED + b"1\r\nxx" + END,
    b"POST PATH" + CHUNKED + b"FFFFFFFFFFFFFFFFF\r\nx\r\n",
    b"POST PATH" + CHUNKED + b"7fffffffffffffff\r\nx\r\n",
]
# Not even a page that says what is wrong: there is no host of ours.
UNANSWERED = [
    b"GET PATH\r\n",
    b"GET PATH HTTP/1.0\r\n\r\n",
    b"GET PATH HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    b"GET PATH HTTP/1.1\r\nHost: localhost@evil.example\r\n\r\n",
    b"GET http://evil.examplePATH" + HOST + b"\r\n",
]
# What nginx reads kindly. It is one request for it, and for the worker.
READ = [
    b"GET PATH HTTP/1.1\nHost: localhost\nConnection: close\n\n",
    b"\r\n\nGET PATH" + HOST + b"\r\n",
    b"GET PATH" + HOST + b"no-colon\r\n\r\n",
    b"GET PATH" + HOST + b"Expect: 200-ok\r\n\r\n",
    b"POST PATH" + CHUNKED + b"1\nx\n0\n\n",
    b"POST PATH" + CHUNKED + b"1;" + b"a" * 20000 + b"\r\nx" + END,
    b"POST PATH" + HOST + b"Content-Length: 0\r\n\r\nGET PATH" + HOST +
    b"\r\n",
    b"GET PATH" + HOST + b"Content-Length: 80\r\n\r\n" +
    (b"GET PATH HTTP/1.1\r\nHost: localhost\r\n\r\n").ljust(80),
    b"GET PATH" + HOST + b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
    b"BREW PATH" + HOST + b"\r\n",
]
CLAIMS = {
    "X-Forwarded-For": "9.9.9.9", "X-Real-IP": "9.9.9.9",
    "Forwarded": "for=9.9.9.9;host=evil.example;proto=http",
    "True-Client-IP": "9.9.9.9", "CF-Connecting-IP": "9.9.9.9",
    "X-Client-IP": "9.9.9.9", "X-Forwarded-Host": "evil.example",
    "X-Host": "evil.example", "X-Forwarded-Server": "evil.example",
    "X-Forwarded-Proto": "http", "X-Forwarded-Scheme": "http",
    "X-Forwarded-Port": "81", "X-Forwarded-Prefix": "/evil",
    "X-Original-URL": "/evil", "X-Rewrite-URL": "/evil",
    "X-HTTP-Method-Override": "POST", "X-Accel-Redirect": "/_errors/500.html",
    "X-Accel-Expires": "1000", "X-Request-Id": "0123456789abcdef" * 2,
    "Proxy": "http://evil.example", "REMOTE_ADDR": "9.9.9.9"}


def names(cases):
    """Short ones for the list of tests."""
    return [repr(data)[2:60] for data in cases]


@pytest.fixture(autouse=True)
def site_is_as_before(site):
    """No request without a path, no page kept, no crash, an answer."""
    def state():
        return heard_of(site, ""), nginx_alerts(site)

    before, keys = state(), cached_keys(site)
    yield
    assert state() == before
    assert {key for key in cached_keys(site) - keys
            if not key.startswith(("/careers/", "/api/"))} == set()
    assert site.get("/healthz").status == 200


@pytest.mark.parametrize("data", REFUSED, ids=names(REFUSED))
def test_malformed_http_never_reaches_a_worker(site, nothing, data):
    answer = site.raw(data.replace(b"PATH", nothing.encode()))
    status = int(answer.split(b" ")[1])
    assert 400 <= status < 506, answer
    assert answer.count(b"HTTP/1.1 ") == 1
    assert heard_of(site, nothing) == []


@pytest.mark.parametrize("data", UNANSWERED, ids=names(UNANSWERED))
def test_what_names_no_host_of_ours_gets_no_answer(site, nothing, data):
    assert site.raw(data.replace(b"PATH", nothing.encode())) == b""
    assert heard_of(site, nothing) == []


@pytest.mark.parametrize("data", READ, ids=names(READ))
def test_what_is_read_kindly_is_one_request(site, nothing, data):
    answer = site.raw(data.replace(b"PATH", nothing.encode()))
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert len(heard_of(site, nothing)) == 1


@pytest.mark.parametrize("path", [CAREER + "/sg", CAREER + "/none",
                                  "/api/v1/careers/backend-developer"])
def test_what_a_client_claims_changes_no_page(site, path):
    forget(site, path)
    spoofed = site.get(path, CLAIMS)
    keys = cached_keys(site, path)
    plain = site.get(path)
    number = spoofed.headers["X-Request-Id"]
    assert number != CLAIMS["X-Request-Id"]
    assert spoofed.status == plain.status
    assert spoofed.text.replace(number, plain.headers["X-Request-Id"]) == \
        plain.text
    assert cached_keys(site, path) == keys and len(keys) <= 1
    if plain.status == 200:
        assert kept(site, path).body == plain.body


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-IP", "Forwarded",
                                  "True-Client-IP", "X-Client-IP"])
def test_no_header_changes_who_is_limited(site, name):
    greedy = new_address()
    seen = Counter(site.get("/healthz", {name: f"9.9.9.{n}"},
                            client=greedy).status for n in range(120))
    assert seen[429] >= 20 and seen[200] + seen[429] == 120
