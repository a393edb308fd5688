"""Headers that every reply has, and what tells requests apart."""
import pytest

from local_site import CAREER
from observe import asset, heard, logged

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
API = "/api/v1/careers/backend-developer"


@pytest.mark.parametrize("method, path, status", [
    ("GET", "/", 200), ("GET", CAREER, 200), ("GET", "/methodology", 200),
    ("GET", "/nothing", 404), ("GET", "/a//b", 404), ("GET", "/%00", 400),
    ("GET", "app.css", 200), ("POST", "app.css", 405),
    ("GET", "/static/none.0123abcd.css", 404), ("GET", "/favicon.svg", 200),
    ("POST", "/country", 415), ("GET", "/healthz", 200),
    ("GET", "/go/none", 404), ("GET", "/go/meta-back-end-developer", 302),
    ("POST", CAREER, 405), ("GET", API, 200), ("GET", API + "?x=1", 400),
    ("TRACE", "/", 405)])
def test_security_headers_are_everywhere_once(site, method, path, status):
    if path == "app.css":
        path = asset(site, path)
    reply = site.request(method, path, body=b"" if method == "POST" else None)
    assert reply.status == status
    for name, value in SECURITY.items():
        assert reply.headers.get_all(name) == [value], name
    assert reply.headers.get_all("Cross-Origin-Resource-Policy") == \
        ["cross-origin" if path.startswith("/api") else "same-origin"]
    policy = reply.headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "object-src 'none'", "base-uri 'none'",
                 "frame-ancestors 'none'", "form-action 'self'"):
        assert rule in policy
    assert "unsafe" not in policy and "*" not in policy
    assert "geolocation=()" in reply.headers["Permissions-Policy"]
    assert len(reply.headers["X-Request-Id"]) == 32
    assert reply.headers["Server"] == "nginx"
    # A header that came twice would be two values in one for a browser.
    names = [name.lower() for name in reply.headers]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", [API, API + "/salaries", API + "?x=1",
                                  "/api/v1/careers/none", "/api/v1//x",
                                  "/api/v1/none"])
def test_the_api_may_be_read_from_other_sites(site, path):
    for method in ("GET", "HEAD"):
        reply = site.request(method, path, {"Origin": "https://a.example"})
        assert reply.headers.get_all("Access-Control-Allow-Origin") == ["*"]


def test_nothing_else_may_be_read_from_other_sites(site):
    origin = {"Origin": "https://a.example"}
    for method, path in (("GET", "/"), ("GET", "/nothing"), ("POST", API),
                         ("POST", "/api/v1/subscriptions"),
                         ("GET", "/apiary"), ("GET", "/healthz")):
        reply = site.request(method, path, origin, b"{}")
        assert "Access-Control-Allow-Origin" not in reply.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_wrong_method_is_told_the_right_ones(site, method):
    for path in (CAREER, API):
        reply = site.request(method, path, body=b"")
        assert reply.status == 405
        assert reply.headers["Allow"] == "GET, HEAD, OPTIONS"
    reply = site.request(method, asset(site, "app.css"), body=b"")
    assert (reply.status, reply.headers["Allow"]) == \
        (405, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("path, allow", [
    ("/", "GET, HEAD, OPTIONS"), (CAREER, "GET, HEAD, OPTIONS"),
    (API, "GET, HEAD, OPTIONS"), ("/subscribe", "GET, HEAD, POST, OPTIONS"),
    ("/country", "POST, OPTIONS"), ("/favicon.svg", "GET, HEAD, OPTIONS"),
    ("app.css", "GET, HEAD, OPTIONS"), ("/go/x", "GET, HEAD, OPTIONS"),
    ("/api/v1/subscriptions", "POST, OPTIONS"),
    ("/api/v1/careers?no=1", "GET, HEAD, OPTIONS")])
def test_options_tells_the_methods_and_has_no_body(site, path, allow):
    if path == "app.css":
        path = asset(site, path)
    reply = site.request("OPTIONS", path)
    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers["Allow"] == allow
    assert "Content-Type" not in reply.headers
    assert site.request("OPTIONS", "/nothing").status == 404


def test_browsers_may_ask_the_api_from_other_sites_and_send_nothing(site):
    ask = {"Origin": "https://a.example",
           "Access-Control-Request-Method": "GET",
           "Access-Control-Request-Headers": "if-none-match"}
    reply = site.request("OPTIONS", API, ask)
    assert reply.headers.get_all("Access-Control-Allow-Origin") == ["*"]
    assert reply.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
    assert "If-None-Match" in reply.headers["Access-Control-Allow-Headers"]
    assert int(reply.headers["Access-Control-Max-Age"]) > 0
    for path in ("/", "/subscribe", "/api/v1/subscriptions"):
        reply = site.request("OPTIONS", path, ask)
        assert reply.status == 204
        assert not [name for name in reply.headers
                    if name.lower().startswith("access-control-")]


def test_the_request_id_is_one_in_worker_reply_and_log(site, unseen):
    reply = site.get(unseen)
    path = unseen.split("?")[0]
    assert heard(site, reply)["path"] == path
    line = logged(site, reply)
    assert (line["path"], line["status"], line["cache"]) == \
        (path, 200, "MISS")


def test_a_trace_is_taken_over_only_when_well_formed(site):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    for sent, expected in ((f"00-{trace}-00f067aa0ba902b7-01", trace),
                           (f"00-{trace}-00f067aa0ba902b7", None),
                           (f"01-{trace}-00f067aa0ba902b7-01", None),
                           ("x" * 3000, None)):
        reply = site.get("/nothing", {"traceparent": sent})
        expected = expected or reply.headers["X-Request-Id"]
        assert logged(site, reply)["trace"] == expected


@pytest.mark.parametrize("path, written", [
    ("/unsubscribe/sEcReT", "/unsubscribe/-"),
    ("/subscribe/confirm/sEcReT?a=b", "/subscribe/confirm/-"),
    ("/SubScribe/block/sEcReT/x", "/SubScribe/block/-"),
    ("//subscribe/settings/sEcReT", "//subscribe/settings/-"),
    (f"/x/AQ{'z' * 65}", "/x/-"), (f"/x/AQ{'z' * 64}", f"/x/AQ{'z' * 64}"),
    ("/nothing?email=a@b.example", "/nothing"),
    ("/a//b?x", "/a//b"), ("/%22%0a", "/%22%0a")])
def test_the_log_holds_no_token_and_no_query(site, path, written):
    assert logged(site, site.get(path))["path"] == written


def test_each_line_of_the_log_is_json_whatever_is_sent(site):
    reply = site.get("/nothing", {"User-Agent": 'a"b\\c', "Referer": "\xff"})
    assert logged(site, reply)["agent"] == 'a"b\\c'
    site.raw(b"GET /\xff\xfe?\xff HTTP/1.1\r\nHost: localhost\r\n"
             b"User-Agent: \xc3\x28\r\nConnection: close\r\n\r\n")
    reply = site.get("/nothing", {"User-Agent": "a\tb"})
    assert logged(site, reply)["agent"] == "(unprintable or too long)"
