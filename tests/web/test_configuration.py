"""What this site's configuration of nginx promises; test_nginx_rules.py has
the rules that hold for any."""
import re

import pytest

from nginx_config import read_dump
from observe import configuration

SECURITY = {
    "Strict-Transport-Security", "Content-Security-Policy",
    "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy",
    "Permissions-Policy", "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy", "Access-Control-Allow-Origin",
    "X-Request-Id"}
TOLD = {
    "REQUEST_METHOD", "DOCUMENT_URI", "QUERY_STRING", "CONTENT_TYPE",
    "CONTENT_LENGTH", "REMOTE_ADDR", "COUNTRY", "COUNTRY_REASON", "ENCODING",
    "REQUEST_ID", "TRACE_ID", "REQUEST_START", "HTTP_ORIGIN",
    "HTTP_SEC_FETCH_SITE", "HTTP_USER_AGENT", "HTTP_ACCEPT",
    "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"}
NOT_STEERED_BY = {
    "X-Accel-Redirect", "X-Accel-Expires", "X-Accel-Limit-Rate",
    "X-Accel-Buffering", "X-Accel-Charset", "Expires", "Vary"}
NOT_PASSED_ON = {"Cache-Control", "X-Browser-Cache", "Vary", "X-Request-Id"}


@pytest.fixture(scope="module")
def locations(site):
    dump = configuration(site)
    assert not re.search(r"@[A-Z_]+@", dump)
    found = list(read_dump(dump).find("location"))
    assert len(found) > 15
    return found


def values(location, directive, count=None):
    """The words after a directive: all of them, or the first so many."""
    return {word for line in location.own(directive)
            for word in line.args[:count]}


def test_nothing_is_asked_of_another_server(site):
    whole = read_dump(configuration(site))
    assert not list(whole.find("proxy_pass"))
    for block in whole.find("if"):
        assert [line.name for line in block.children] == ["return"]


def test_what_adds_a_header_adds_all_security_headers(locations):
    found = [(place, values(place, "add_header", 1)) for place in locations]
    found = [(place, added) for place, added in found if added]
    assert len(found) > 12
    for place, added in found:
        assert SECURITY <= added, place


def test_what_the_worker_is_told_and_what_is_left_of_its_reply(locations):
    found = [place for place in locations if place.own("fastcgi_pass")]
    assert len(found) > 10
    for place in found:
        is_kept = values(place, "fastcgi_cache") == {"pages"}
        assert values(place, "fastcgi_pass_request_headers") == {"off"}, place
        assert values(place, "fastcgi_param", 1) == TOLD, place
        assert values(place, "fastcgi_ignore_headers") == NOT_STEERED_BY
        assert values(place, "fastcgi_hide_header") == NOT_PASSED_ON | (
            {"Set-Cookie"} if is_kept else set()), place
        assert values(place, "fastcgi_next_upstream") == {"error", "timeout"}
        assert values(place, "set", 1) == {"$query", "$place",
                                           "$sent_method"}, place
        # A HEAD is asked as a GET where the reply is kept, and only there.
        lines = {line.text for line in place.children}
        assert "fastcgi_param REQUEST_METHOD $sent_method" in lines, place
        sent = "$worker_method" if is_kept else "$request_method"
        assert f"set $sent_method {sent}" in lines, place
