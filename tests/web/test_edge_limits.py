"""Sizes, times and rates."""
import socket
import time
from collections import Counter

import pytest

from client import new_address


def statuses(count, call):
    return Counter(call().status for _ in range(count))


def test_pages_are_limited_by_address(edge, career):
    greedy, other = new_address(), new_address()
    seen = statuses(120, lambda: edge.get(career, client=greedy))
    assert seen[200] >= 60 and seen[429] >= 20
    assert edge.get(career, client=other).status == 200
    reply = edge.get(career, client=greedy)
    assert (reply.status, reply.text) == (429, "static 429\n")
    assert reply.headers["Retry-After"] == "10"
    assert edge.get("/api/v1/careers/x", client=greedy).text == \
        '{"status":429}\n'


def test_a_forwarded_address_does_not_change_who_is_limited(edge, career):
    greedy = new_address()
    addresses = iter(range(200))
    seen = statuses(120, lambda: edge.get(
        career, {"X-Forwarded-For": f"9.9.9.{next(addresses)}"},
        client=greedy))
    assert seen[429] >= 20


def test_exempt_addresses_have_no_page_limit(proxied_edge, career):
    def visit(path="GET", address="203.0.113.9"):
        return proxied_edge.request(path, career, client="127.0.0.1", headers={
            "X-Forwarded-For": address})

    assert statuses(120, visit) == {200: 120}
    assert statuses(120, lambda: visit(address="203.0.114.9"))[429] >= 20


@pytest.mark.parametrize("address", ["203.0.113.9", "203.0.114.9"])
def test_sign_up_is_limited_for_everyone(proxied_edge, address):
    def sign_up(method="POST"):
        return proxied_edge.request(
            method, "/subscribe", {"X-Forwarded-For": address}, body=b"a=b",
            client="127.0.0.1")

    assert statuses(15, sign_up) == {200: 11, 429: 4}
    assert sign_up("GET").status == 200


@pytest.mark.parametrize("path, limit", [
    ("/subscribe", 4096), ("/country", 4096), ("/careers/testing", 16384),
    ("/api/v1/subscriptions", 16384), ("/nothing", 16384)])
def test_a_body_has_a_limit(edge, path, limit):
    assert edge.request("POST", path, body=b"x" * limit).status == 200
    reply = edge.request("POST", path, body=b"x" * (limit + 1))
    assert reply.status == 413
    assert reply.text in ("static 413\n", '{"status":413}\n')
    assert ("json" in reply.text or "{" in reply.text) == ("/api/" in path)
    assert len(edge.worker.of(path)) == 1


def test_a_chunked_body_has_the_same_limit(edge):
    chunk = b"1000\r\n" + b"x" * 4096 + b"\r\n"
    head = (b"POST /nothing HTTP/1.1\r\nHost: localhost\r\n"
            b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n")
    assert b" 200 " in edge.raw(head + chunk * 4 + b"0\r\n\r\n")
    assert edge.worker.of("/nothing")[0]["CONTENT_LENGTH"] == "16384"
    assert b" 413 " in edge.raw(head + chunk * 5 + b"0\r\n\r\n")
    assert len(edge.worker.of("/nothing")) == 1


def test_headers_have_a_limit(edge):
    for headers in ({"X-Large": "a" * 9000},
                    {f"X-{i}": "a" * 4000 for i in range(12)}):
        reply = edge.get("/", headers)
        assert (reply.status, reply.text) == (400, "static 400\n")
    assert edge.get("/" + "a" * 9000).status == 400
    assert edge.worker.seen == []


def test_a_slow_client_holds_up_nobody(edge, career):
    with socket.create_connection(("127.0.0.1", edge.port)) as slow:
        slow.sendall(b"POST /nothing HTTP/1.1\r\nHost: localhost\r\n"
                     b"Content-Length: 10\r\n\r\nx")
        began = time.monotonic()
        assert edge.get(career).status == 200
        assert time.monotonic() - began < 1
        assert edge.worker.of("/nothing") == []


HOST = b"Host: localhost\r\nConnection: close\r\n"


@pytest.mark.parametrize("data", [
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"Host: localhost\r\n\r\n",
    b"POST /nothing HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /nothing HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n"
    b"Content-Length: 4\r\n\r\nabcd",
    b"POST /nothing HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n",
    b"POST /nothing HTTP/1.1\r\n" + HOST + b"Content-Length: 1e3\r\n\r\n",
    b"POST /nothing HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: x\r\n\r\n",
    b"POST /nothing HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n"
    b"\r\nzz\r\n\r\n",
    b"GET / HTTP/9.9\r\n" + HOST + b"\r\n",
    b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n",
    b"G\x00T / HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /\x01 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"X: a\x00b\r\n\r\n",
    b"GET nothing HTTP/1.1\r\n" + HOST + b"\r\n",
    b"TRACE / HTTP/1.1\r\n" + HOST + b"\r\n",
    b"CONNECT localhost:80 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: 20\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n",
])
def test_malformed_http_never_reaches_the_worker(edge, data):
    answer = edge.raw(data)
    status = int(answer.split(b" ")[1])
    assert 400 <= status < 506, answer
    assert answer.count(b"HTTP/1.1 ") == 1
    assert edge.worker.seen == []
