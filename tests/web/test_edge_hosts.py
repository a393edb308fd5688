"""Hosts, TLS and HTTP/2."""
import http.client
import ssl
import subprocess

import pytest

import client
from edge_stub import Edge


def curl(edge, path="/", *options):
    """Runs curl on the TLS port; returns (exit code, what it printed)."""
    done = subprocess.run(
        ["curl", "-sk", "--http2", "-o", "/dev/null", "-w",
         "%{http_code} %{http_version}", *options,
         f"https://localhost:{edge.https_port}{path}"],
        capture_output=True, text=True, timeout=20)
    return done.returncode, done.stdout


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "localhost:99",
                                  "localhost.", "127.0.0.1", "[::1]"])
def test_our_hosts_are_served(edge, host):
    assert edge.get("/", host=host).status == 200


@pytest.mark.parametrize("host", ["evil.example", "[::1", "localhost.evil",
                                  "xlocalhost", "10.0.0.1", "_"])
def test_other_hosts_get_no_answer(edge, host):
    with pytest.raises((http.client.RemoteDisconnected,
                        ConnectionResetError)):
        edge.get("/", host=host)
    assert edge.worker.seen == []


@pytest.mark.parametrize("host", ["a/b", "a b", "", "local\thost"])
def test_a_malformed_host_is_400(edge, host):
    reply = edge.get("/", host=host)
    assert (reply.status, reply.text) == (400, "static 400\n")
    assert reply.headers["X-Request-Id"]


def test_an_absolute_address_of_another_host_gets_no_answer(edge):
    assert edge.raw(b"GET http://evil.example/ HTTP/1.1\r\n"
                    b"Host: localhost\r\n\r\n") == b""
    assert b" 200 " in edge.raw(b"GET http://localhost/ HTTP/1.1\r\n"
                                b"Host: localhost\r\nConnection: close\r\n\r\n")


def test_http2_is_spoken(edge):
    assert curl(edge) == (0, "200 2")


def test_another_name_fails_in_the_handshake(edge):
    with pytest.raises(ssl.SSLError):
        client.get(edge.https_port, "/", tls=True, host="evil.example")


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_another_host_behind_our_name_is_misdirected(edge, version):
    code, told = curl(edge, "/", version, "-H", "Host: evil.example")
    assert (code, told.split()[0]) == (0, "421")
    assert edge.worker.seen == []


def test_headers_have_a_limit_on_http2_too(edge):
    assert curl(edge, "/", "-H", "X-Large: " + "a" * 20000)[1][:3] in (
        "000", "400")
    assert edge.worker.seen == []


def test_old_tls_is_refused(edge):
    assert curl(edge, "/", "--tls-max", "1.1")[0] == 35


def test_strict_transport_is_for_tls_only(edge):
    secure = client.get(edge.https_port, "/", tls=True).headers
    plain = edge.get("/").headers
    assert secure["Strict-Transport-Security"] == \
        "max-age=31536000; includeSubDomains"
    assert "upgrade-insecure" in secure["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in plain
    assert "upgrade-insecure" not in plain["Content-Security-Policy"]


def test_plain_http_moves_pages_to_tls_and_refuses_the_api():
    edge = Edge(HTTP_REDIRECT="yes")
    try:
        reply = edge.get("/careers?page=2")
        assert reply.status == 301
        assert reply.headers["Location"] == "https://localhost/careers?page=2"
        reply = edge.get("/api/v1/careers/x")
        assert reply.status == 426
        assert reply.headers["Content-Type"] == "application/problem+json"
        assert curl(edge) == (0, "200 2")
        assert len(edge.worker.seen) == 1
    finally:
        edge.stop()
