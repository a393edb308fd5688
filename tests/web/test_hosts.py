"""Hosts, TLS and HTTP/2."""
import http.client
import ssl
import subprocess

import pytest

import client
from local_site import CAREER
from observe import heard_of, own_error


def curl(site, path="/", *options):
    """Runs curl on the TLS port; returns (exit code, what it printed)."""
    done = subprocess.run(
        ["curl", "-sk", "-o", "/dev/null", "-w",
         "%{http_code} %{http_version}", *options, site.https_url + path],
        capture_output=True, text=True, timeout=20)
    return done.returncode, done.stdout


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "localhost:99",
                                  "localhost.", "127.0.0.1", "[::1]"])
def test_our_hosts_are_served(site, host):
    assert site.get("/", host=host).status == 200


@pytest.mark.parametrize("host", ["evil.example", "[::1", "localhost.evil",
                                  "xlocalhost", "10.0.0.1", "_"])
def test_other_hosts_get_no_answer(site, nothing, host):
    with pytest.raises((http.client.RemoteDisconnected,
                        ConnectionResetError)):
        site.get(nothing, host=host)
    assert heard_of(site, nothing) == []


@pytest.mark.parametrize("host", ["a/b", "a b", "", "local\thost"])
def test_a_malformed_host_is_400(site, host):
    reply = site.get("/", host=host)
    assert (reply.status, reply.text) == (400, own_error(site, 400))
    assert reply.headers["X-Request-Id"]


def test_an_absolute_address_of_another_host_gets_no_answer(site):
    assert site.raw(b"GET http://evil.example/ HTTP/1.1\r\n"
                    b"Host: localhost\r\n\r\n") == b""
    assert b" 200 " in site.raw(b"GET http://localhost/ HTTP/1.1\r\n"
                                b"Host: localhost\r\nConnection: close\r\n\r\n")


def test_tls_serves_pages_by_http2(site):
    assert curl(site, CAREER + "/sg", "--http2") == (0, "200 2")
    secure = client.get(site.https_port, CAREER + "/sg", tls=True)
    assert secure.body == site.get(CAREER + "/sg").body


def test_another_name_fails_in_the_handshake(site):
    with pytest.raises(ssl.SSLError):
        client.get(site.https_port, "/", tls=True, host="evil.example")


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_another_host_behind_our_name_is_misdirected(site, nothing, version):
    code, told = curl(site, nothing, version, "-H", "Host: evil.example")
    assert (code, told.split()[0]) == (0, "421")
    assert heard_of(site, nothing) == []


def test_headers_have_a_limit_on_http2_too(site, nothing):
    assert curl(site, nothing, "-H", "X-Large: " + "a" * 20000)[1][:3] in (
        "000", "400")
    assert heard_of(site, nothing) == []


def test_old_tls_is_refused(site):
    assert curl(site, "/", "--tls-max", "1.1")[0] == 35


def test_strict_transport_is_for_tls_only(site):
    secure = client.get(site.https_port, "/", tls=True).headers
    plain = site.get("/").headers
    assert secure["Strict-Transport-Security"] == \
        "max-age=31536000; includeSubDomains"
    assert "upgrade-insecure" in secure["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in plain
    assert "upgrade-insecure" not in plain["Content-Security-Policy"]


def test_plain_http_moves_pages_to_tls_and_refuses_the_api(fresh_site):
    site = fresh_site({"HTTP_REDIRECT": "yes"},
                      options=["--no-publish"]).start()
    reply = site.get("/nothing?page=2")
    assert reply.status == 301
    assert reply.headers["Location"] == "https://localhost/nothing?page=2"
    reply = site.get("/api/v1/careers/none")
    assert reply.status == 426
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert curl(site, "/nothing") == (0, "404 2")
    assert len(heard_of(site, "/nothing")) == 1
