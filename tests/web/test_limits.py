"""Sizes and rates."""
import socket
import time
from collections import Counter

import pytest

from client import new_address
from local_site import CAREER
from observe import heard, heard_of, own_error

API = "/api/v1/careers/backend-developer"


def statuses(count, call):
    return Counter(call().status for _ in range(count))


def test_pages_are_limited_by_address(site):
    greedy, other = new_address(), new_address()
    seen = statuses(120, lambda: site.get("/methodology", client=greedy))
    assert seen[200] >= 60 and seen[429] >= 20
    assert site.get("/methodology", client=other).status == 200
    reply = site.get("/methodology", client=greedy)
    assert (reply.status, reply.text) == (429, own_error(site, 429))
    assert reply.headers["Retry-After"] == "10"
    assert site.get(API, client=greedy).text == own_error(site, 429, "json")


def test_searches_are_limited_below_pages(site):
    greedy = new_address()
    seen = statuses(30, lambda: site.get("/careers?q=back", client=greedy))
    assert seen[200] >= 20 and seen[429] >= 5
    assert site.get("/careers", client=greedy).status == 200


def test_a_forwarded_address_does_not_change_who_is_limited(site):
    greedy = new_address()
    addresses = iter(range(200))
    seen = statuses(120, lambda: site.get(
        "/methodology", {"X-Forwarded-For": f"9.9.9.{next(addresses)}"},
        client=greedy))
    assert seen[429] >= 20


def test_exempt_addresses_have_no_page_limit(proxied_site):
    def visit(address):
        return proxied_site.get("/methodology", {"X-Forwarded-For": address},
                                client="127.0.0.1")

    assert statuses(120, lambda: visit("203.0.113.9")) == {200: 120}
    assert statuses(120, lambda: visit("203.0.114.9"))[429] >= 20


@pytest.mark.parametrize("address", ["203.0.113.9", "203.0.114.9"])
def test_sign_up_is_limited_for_everyone(proxied_site, address):
    def sign_up(method="POST"):
        return proxied_site.request(
            method, "/subscribe", {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Forwarded-For": address}, body=b"email=",
            client="127.0.0.1")

    assert statuses(15, sign_up) == {422: 11, 429: 4}
    assert sign_up("GET").status == 200


def test_a_forged_sign_up_is_limited_whatever_it_claims(site):
    client, addresses = new_address(), iter(range(200))
    seen = statuses(14, lambda: site.request(
        "POST", "/subscribe", {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": f"9.9.9.{next(addresses)}"},
        b"email=", client=client))
    assert seen == {422: 11, 429: 3}


@pytest.mark.parametrize("path, limit", [
    ("/subscribe", 4096), ("/country", 4096), (CAREER, 16384), (API, 16384),
    ("/api/v1/subscriptions", 4096), ("/unsubscribe/x", 4096),
    ("/subscribe/confirm/x", 4096), ("/nothing", 16384)])
def test_a_body_has_a_limit(site, path, limit):
    reply = site.request("POST", path, body=b"x" * limit)
    assert reply.status in (404, 405, 415) and heard(site, reply)
    reply = site.request("POST", path, body=b"x" * (limit + 1))
    kind = "json" if path.startswith("/api") else "html"
    assert (reply.status, reply.text) == (413, own_error(site, 413, kind))
    assert not heard(site, reply)


def test_a_chunked_body_has_the_same_limit(site, nothing):
    chunk = b"1000\r\n" + b"x" * 4096 + b"\r\n"
    head = (f"POST {nothing} HTTP/1.1\r\nHost: localhost\r\n"
            "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n").encode()
    assert b" 404 " in site.raw(head + chunk * 4 + b"0\r\n\r\n")
    assert len(heard_of(site, nothing)) == 1
    assert b" 413 " in site.raw(head + chunk * 5 + b"0\r\n\r\n")
    assert len(heard_of(site, nothing)) == 1


def test_headers_have_a_limit(site, nothing):
    for headers in ({"X-Large": "a" * 9000},
                    {f"X-{i}": "a" * 4000 for i in range(12)}):
        reply = site.get(nothing, headers)
        assert (reply.status, reply.text) == (400, own_error(site, 400))
    assert site.get("/" + "a" * 9000).status == 400
    assert heard_of(site, nothing) == []


def test_a_slow_client_holds_up_nobody(site, nothing):
    with socket.create_connection(("127.0.0.1", site.port)) as slow:
        slow.sendall(f"POST {nothing} HTTP/1.1\r\nHost: localhost\r\n"
                     "Content-Length: 10\r\n\r\nx".encode())
        began = time.monotonic()
        for _ in range(8):
            assert site.get("/healthz").status == 200
        assert time.monotonic() - began < 1
        assert heard_of(site, nothing) == []
        slow.sendall(b"y" * 9)
        assert b" 404 " in slow.recv(1000)
    assert len(heard_of(site, nothing)) == 1
