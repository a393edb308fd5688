"""Security headers, the log, and rules over the whole configuration."""
import json
import os
import re
import subprocess

import pytest

from client import wait_until
from edge_stub import TOP

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.mark.parametrize("method, path, status", [
    ("GET", "/", 200), ("GET", "/nothing", 200), ("GET", "/a//b", 404),
    ("GET", "/%00", 400), ("GET", "/static/style.0123abcd.css", 200),
    ("GET", "/static/none.0123abcd.css", 404), ("POST", "/static/style.0123abcd.css", 405),
    ("POST", "/country", 200), ("GET", "/healthz", 200),
    ("GET", "/go/x", 200), ("GET", "/methodology", 200),
    ("TRACE", "/", 405)])
def test_security_headers_are_everywhere(edge, method, path, status):
    reply = edge.request(method, path, body=b"" if method == "POST" else None)
    assert reply.status == status
    for name, value in SECURITY.items():
        assert reply.headers.get_all(name) == [value], name
    policy = reply.headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "object-src 'none'", "base-uri 'none'",
                 "frame-ancestors 'none'", "form-action 'self'"):
        assert rule in policy
    assert "unsafe" not in policy and "*" not in policy
    assert "geolocation=()" in reply.headers["Permissions-Policy"]
    assert len(reply.headers["X-Request-Id"]) == 32
    assert len(reply.headers.get_all("Cache-Control")) == 1
    assert reply.headers["Server"] == "nginx"


def test_the_api_may_be_read_from_other_sites(edge):
    for path in ("/api/v1/careers/x", "/api/v1//x"):
        headers = edge.get(path).headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    reply = edge.request("POST", "/api/v1/subscriptions", body=b"{}")
    assert "Access-Control-Allow-Origin" not in reply.headers
    assert "Access-Control-Allow-Origin" not in edge.get("/").headers


def test_the_request_id_is_one_in_worker_reply_and_log(edge, career):
    reply = edge.get(career)
    number = reply.headers["X-Request-Id"]
    assert edge.worker.of(career)[0]["REQUEST_ID"] == number
    line = wait_until(lambda: logged(edge, number))
    assert (line["path"], line["status"], line["cache"]) == \
        (career, 200, "MISS")


def test_a_trace_is_taken_over_only_when_well_formed(edge):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    for sent, expected in ((f"00-{trace}-00f067aa0ba902b7-01", trace),
                           (f"00-{trace}-00f067aa0ba902b7", None),
                           (f"01-{trace}-00f067aa0ba902b7-01", None),
                           ("x" * 3000, None)):
        edge.worker.reset()
        reply = edge.get("/nothing", {"traceparent": sent})
        expected = expected or reply.headers["X-Request-Id"]
        assert edge.worker.seen[0]["TRACE_ID"] == expected


def logged(edge, number):
    for line in (edge.state / "access.log").read_bytes().splitlines():
        fields = json.loads(line)
        if fields["req"] == number:
            return fields
    return None


@pytest.mark.parametrize("path, written", [
    ("/unsubscribe/sEcReT", "/unsubscribe/-"),
    ("/subscribe/confirm/sEcReT?a=b", "/subscribe/confirm/-"),
    ("/nothing?email=a@b.example", "/nothing"),
    ("/a//b?x", "/a//b"), ("/%22%0a", "/%22%0a")])
def test_the_log_holds_no_token_and_no_query(edge, path, written):
    reply = edge.get(path)
    line = wait_until(lambda: logged(edge, reply.headers["X-Request-Id"]))
    assert line["path"] == written


def test_each_line_of_the_log_is_json_whatever_is_sent(edge):
    edge.get("/nothing", {"User-Agent": 'a"b\\c\td', "Referer": "\xff"})
    edge.raw(b"GET /\xff\xfe?\xff HTTP/1.1\r\nHost: localhost\r\n"
             b"User-Agent: \xc3\x28\r\nConnection: close\r\n\r\n")
    reply = edge.get("/nothing", {"User-Agent": "last"})
    wait_until(lambda: logged(edge, reply.headers["X-Request-Id"]))


def locations(text):
    """Yields (header, directives) for each innermost block."""
    for match in re.finditer(r"(\w[^{};]*)\{([^{}]*)\}", text):
        yield match[1].strip(), match[2]


def test_rules_over_the_whole_configuration(edge):
    text = re.sub(r"^\s*#.*$", "", edge.dump(), flags=re.M)
    text = re.sub(r'"(?:[^"\\]|\\.)*"', lambda m: re.sub(
        r"[{};]", "_", m[0]), text)
    text = re.sub(r"types \{[^}]*\}", "", text)
    assert not re.search(r"@[A-Z_]+@", text)
    assert "server_tokens off;" in text
    assert "stub_status" not in text and "autoindex" not in text
    assert "proxy_pass " not in text and "$http_host" not in text
    assert not re.search(r"(return|rewrite)[^;]*\$(document_)?uri", text)
    assert len(re.findall(r"listen [^;]*default_server", text)) == 2
    for pattern in re.findall(r"location ~\*? (\S+)", text):
        assert pattern.startswith('"^') and pattern.endswith('$"'), pattern
    for name, body in locations(text):
        if "add_header" in body:
            assert "include headers.conf;" in body, name
        if "fastcgi_pass " in body:
            assert "fastcgi_pass_request_headers off;" in body, name
        if "alias " in body:
            assert re.search(r'alias "[^"]*/";', body), name
        assert not ("if (" in name and "return" not in body), name


def test_no_part_adds_headers_without_the_security_headers():
    parts = list((TOP / "nginx").glob("*.conf*"))
    assert len(parts) > 10
    for part in parts:
        text = part.read_text()
        if "add_header" in text and part.name != "headers.conf":
            assert "include headers.conf;" in text or \
                "include fastcgi.conf;" in text, part


GOOD = {"SITE_HOST": "www.example.org", "WEB_SOCKET": "/run/web.sock",
        "NGINX_STATE": "/var/lib/x", "STATIC_ROOT": "/usr/share/x",
        "ERROR_PAGES": "/usr/share/x/e"}


def render(directory, **settings):
    return subprocess.run(
        [TOP / "nginx/render", directory], capture_output=True, text=True,
        env={"PATH": os.environ["PATH"], **GOOD, **settings})


@pytest.mark.parametrize("settings", [
    {"SITE_HOST": ""}, {"SITE_HOST": "a;b"}, {"SITE_HOST": "a b"},
    {"SITE_HOSTS": "a; return 200"}, {"WEB_SOCKET": "relative"},
    {"WEB_SOCKET": '/a"; evil "'}, {"STATIC_ROOT": "/a$host"},
    {"ERROR_PAGES": "/a\nb"}, {"HTTP_LISTEN": "80; evil"},
    {"NGINX_USER": "a b"}, {"NGINX_PROCESSES": "0"},
    {"TRUSTED_PROXIES": "evil;"}, {"LIMIT_EXEMPT": "1.2.3.4;"},
    {"METRICS_ALLOW": "all"}, {"COUNTRY_HEADER": "CF-IPCountry"},
    {"TRUSTED_PROXIES": "10.0.0.1", "COUNTRY_HEADER": "a;b"},
    {"TRUSTED_PROXIES": "10.0.0.1", "REAL_IP_HEADER": "a b"},
    {"HTTPS_LISTEN": "443"}, {"GEOIP_DB": "x.mmdb"}])
def test_bad_settings_are_refused(tmp_path, settings):
    done = render(tmp_path, **settings)
    assert done.returncode == 2
    assert "nginx/render: " in done.stderr
    name = list(settings)[-1]
    assert name in done.stderr or "TLS_CERTIFICATE" in done.stderr \
        or "SITE_HOST" in done.stderr


def test_the_default_is_production(tmp_path):
    done = render(tmp_path, HTTPS_LISTEN="443 [::]:443", NGINX_USER="www-data",
                  TLS_CERTIFICATE="/etc/x.pem", TLS_CERTIFICATE_KEY="/etc/x.key")
    assert (done.returncode, done.stderr) == (0, "")
    main = (tmp_path / "nginx.conf").read_text()
    assert "user www-data;" in main
    assert "listen [::]:80 default_server" in main
    assert "include redirect.conf;" in main
    addresses = (tmp_path / "addresses.conf").read_text()
    assert "set_real_ip_from" not in addresses
    assert "real_ip_header" not in addresses
