"""The edge and the real worker together: what a visitor can do to the site."""
import json
import os
import socket
import stat
import subprocess

import pytest

from client import new_address, wait_until
from edge_stub import record

CAREER = "/careers/information-technology/backend-developer"
API = "/api/v1/careers/backend-developer"
PAGES = ["/", "/careers", "/careers/information-technology", CAREER,
         CAREER + "/sg", "/methodology", "/disclosure", "/privacy",
         "/sitemap.xml", "/robots.txt", "/.well-known/security.txt",
         API, API + "/salaries"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("encoding", ["identity", "gzip", "br"])
def test_a_page_is_revalidated_by_its_own_etag(site, path, encoding):
    accept = {"Accept-Encoding": encoding}
    first = site.get(path, accept)
    assert first.status == 200
    etag = first.headers["ETag"]
    again = wait_until(lambda: site.get(path, accept))
    assert again.headers["ETag"] == etag
    reply = site.get(path, {"If-None-Match": etag, **accept})
    assert (reply.status, reply.body) == (304, b"")
    assert reply.headers["ETag"] == etag
    head = site.request("HEAD", path, accept)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["ETag"] == etag
    assert head.headers["Content-Length"] == str(len(first.body))


def test_encodings_differ_in_etag_and_size(site):
    replies = [site.get(CAREER, {"Accept-Encoding": name})
               for name in ("identity", "gzip", "br")]
    assert len({r.headers["ETag"] for r in replies}) == 3
    assert [r.headers["Content-Encoding"] for r in replies] == \
        [None, "gzip", "br"]
    sizes = [len(r.body) for r in replies]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_sets_a_cookie(site, path):
    assert "Set-Cookie" not in site.get(path).headers


@pytest.mark.parametrize("path, status", [
    (CAREER + "?level=boss", 400), (CAREER + "?level=mid&level=mid", 400),
    (CAREER + "?level=", 400), (CAREER + "/sg?level=%00", 400),
    (CAREER + "?utm_source=mail&fbclid=1", 200),
    (CAREER + "?level=senior&utm_source=mail", 200),
    ("/careers?page=0", 400), ("/careers?page=1&page=2", 400),
    ("/careers?page=1", 200), ("/careers?sort_of=x", 200),
    (API + "?x=1", 400), (API + "?country=zzz", 400),
    (API + "?country=sg&country=my", 400), (API + "/salaries?level=mid", 200),
    (API + "/salaries?country=SG&level=mid", 200),
    (API + "/salaries?utm_source=x", 400)])
def test_arguments(site, path, status):
    for _ in range(2):
        reply = site.get(path)
        assert reply.status == status, reply
        if status == 400:
            assert reply.headers["X-Cache"] in ("BYPASS", "MISS")
            assert reply.headers["Cache-Control"] == "no-store"
            if path.startswith("/api"):
                assert reply.headers["Content-Type"] == \
                    "application/problem+json"
                assert json.loads(reply.text)["errors"]


def test_unknown_arguments_do_not_show_in_the_page(site):
    plain = site.get(CAREER + "/sg").body
    assert site.get(CAREER + "/sg?utm_source=<script>").body == plain
    assert site.get(CAREER + "/sg?ref=evil").body == plain


@pytest.mark.parametrize("code, name", [("uk", "gb"), ("uae", "ae")])
def test_the_names_people_use_lead_to_the_codes(site, code, name):
    reply = site.get(f"{CAREER}/{code}")
    assert reply.status == 301
    assert reply.headers["Location"].endswith(f"{CAREER}/{name}")


@pytest.mark.parametrize("path", [
    CAREER + "/zz", CAREER + "/sg/", CAREER + "/sg.css", CAREER + "%2fsg",
    CAREER + ";x", "/careers/none/none", "/careers/none",
    "/careers//information-technology", "/go/none", "/go/../admin",
    "/go/https://evil.example", "/go/https:%2f%2fevil.example", "/admin",
    "/.git/HEAD", "/static/../etc/passwd", "/subscribe/confirm"])
def test_wrong_paths_are_404(site, path):
    reply = site.get(path)
    assert reply.status == 404, reply
    assert "X-Request-Id" in reply.headers
    assert "Location" not in reply.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH",
                                    "OPTIONS"])
def test_a_wrong_method_is_told_the_right_ones(site, method):
    for path in (CAREER, API):
        reply = site.request(method, path, body=b"")
        assert reply.status == 405
        assert "GET" in reply.headers["Allow"]


def test_a_choice_of_country_shows_on_the_page(site):
    detected = site.get(CAREER, {"Accept-Language": "de-DE"})
    chosen = site.get(CAREER, {"Cookie": "country=sg",
                               "Accept-Language": "de-DE"})
    assert detected.body != chosen.body
    for junk in ("country=zz", "country=SG", "country='--", "country=%0a"):
        reply = site.get(CAREER, {"Cookie": junk, "Accept-Language": "de-DE"})
        assert reply.body == detected.body
    assert "private" in chosen.headers["Cache-Control"]
    assert "public" in site.get(CAREER + "/sg").headers["Cache-Control"]


def test_spoofed_headers_change_nothing(site):
    plain = site.get(CAREER).body
    for spoof in ({"X-Forwarded-For": "165.21.83.88"}, {"CF-IPCountry": "SG"},
                  {"X-Real-IP": "165.21.83.88"}, {"Country": "SG"},
                  {"X-Forwarded-Host": "evil.example"},
                  {"Forwarded": "for=165.21.83.88;host=evil.example"}):
        reply = site.get(CAREER, spoof)
        assert reply.body == plain, spoof
    lines = (site.state / "nginx/access.log").read_text()
    assert "165.21.83.88" not in lines


def test_a_forged_sign_up_is_limited_whatever_it_claims(site):
    client, seen = new_address(), []
    for n in range(14):
        seen.append(site.request(
            "POST", "/subscribe", {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Forwarded-For": f"9.9.9.{n}"},
            b"email=", client=client).status)
    assert seen[-1] == 429 and 429 not in seen[:11]


FAULTS = {
    "garbage": b"\xff" * 64,
    "half a header": b"\x01\x01\x00",
    "no parameters": record(1, b"\x00\x01\x00\x00\x00\x00\x00\x00"),
    "another role": record(1, b"\x00\x09\x00\x00\x00\x00\x00\x00"),
    "a huge length": record(1, b"\x00\x01\x00\x00\x00\x00\x00\x00") +
    record(4, b"\xff\xff\xff\xff\xff\xff\xff\xffx"),
    "a second beginning": record(1, b"\x00\x01\x00\x00\x00\x00\x00\x00") * 2,
    "values asked for": record(9, b"\x0f\x00FCGI_MAX_CONNS_"),
    "an unknown kind": record(99, b"x" * 100),
    "another version": b"\x09" + record(1, b"\x00\x01" + bytes(6))[1:],
    "a request of nothing": record(1, b"\x00\x01" + bytes(6)) +
    record(4, b"") + record(5, b""),
    "a length beyond the body": record(1, b"\x00\x01" + bytes(6)) +
    record(4, b"\x0e\x09CONTENT_LENGTH999999999") + record(4, b"") +
    record(5, b"x") + record(5, b""),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_malformed_fastcgi_costs_at_most_a_worker(site, fault):
    path = site.env["WEB_SOCKET"]
    for _ in range(3):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(3)
            s.connect(path)
            try:
                s.sendall(FAULTS[fault])
                s.shutdown(socket.SHUT_WR)
                s.recv(65536)
            except (OSError, TimeoutError):
                pass
    assert site.get("/nothing").status == 404
    assert site.get("/healthz").status == 200


def test_the_worker_socket_is_closed_to_others(site):
    mode = os.stat(site.env["WEB_SOCKET"]).st_mode
    assert stat.S_IMODE(mode) in (0o600, 0o660)


def test_tls_serves_the_same_page(site):
    done = subprocess.run(
        ["curl", "-sk", "-w", "%{http_code} %{http_version}", "-o",
         "/dev/null", f"{site.https_url}{CAREER}/sg"],
        capture_output=True, text=True, timeout=20)
    assert done.stdout == "200 2"
