"""Rules over the whole configuration of nginx."""
import re
from pathlib import Path

import pytest

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
    "HTTP_SEC_FETCH_SITE"}
NOT_STEERED_BY = {
    "X-Accel-Redirect", "X-Accel-Expires", "X-Accel-Limit-Rate",
    "X-Accel-Buffering", "X-Accel-Charset", "Expires", "Vary"}
NOT_PASSED_ON = {"Cache-Control", "X-Browser-Cache", "Vary", "X-Request-Id"}


def expanded(dump):
    """What `nginx -T` prints, each part in the place of its include."""
    found = re.split(r"^# configuration file (\S+):$", dump, flags=re.M)
    files = {Path(name).name: without_comments(text)
             for name, text in zip(found[1::2], found[2::2])}

    def expand(text):
        return re.sub(r"^\s*include (\S+);", lambda m: expand(
            files[Path(m[1]).name]), text, flags=re.M)

    return expand(files["nginx.conf"])


def without_comments(text):
    """And with no brace or semicolon that does not end something."""
    text = re.sub(r"^\s*#.*$", "", text, flags=re.M)
    return re.sub(r'"(?:[^"\\]|\\.)*"', lambda m: re.sub(
        r"[{};]", "_", m[0]), text)


@pytest.fixture(scope="module")
def text(site):
    return expanded(configuration(site))


def blocks(text, kind):
    """Names and bodies of blocks of a kind that hold no other block."""
    text = re.sub(r"\s(?:types|if \([^)]*\)) \{[^}]*\}", "", text)
    return re.findall(rf"\b{kind} ([^{{}};]*?) ?\{{([^{{}}]*)\}}", text)


def values(body, directive, count=None):
    """The words after a directive: all of them, or the first so many."""
    found = re.findall(rf"^\s*{directive}\s+([^;]*);", body, flags=re.M)
    return {word for words in found for word in words.split()[:count]}


def test_nothing_shows_more_than_it_should(text):
    assert not re.search(r"@[A-Z_]+@", text)
    assert values(text, "server_tokens") == {"off"}
    for word in ("stub_status", "autoindex", "proxy_pass ", "$http_host"):
        assert word not in text
    # A decoded path in a redirect could begin a header of its own.
    assert not re.search(r"(return|rewrite)[^;]*\$(document_)?uri", text)
    for body in re.findall(r"\sif \([^)]*\) \{([^}]*)\}", text):
        assert re.fullmatch(r"\s*return \d+;\s*", body)


def test_every_address_has_a_server_for_hosts_that_are_not_ours(text):
    listens = re.findall(r"^\s*listen (\S+?)( [^;]*)?;", text, flags=re.M)
    by_default = [address for address, options in listens
                  if "default_server" in options]
    assert sorted(by_default) == sorted({address for address, _ in listens})
    assert len(by_default) >= 2


def test_locations_are_exact_and_none_leads_out_of_its_directory(text):
    found = blocks(text, "location")
    assert len(found) > 15
    for name, body in found:
        if name.startswith("~"):
            assert re.fullmatch(r'~ "\^.*\$"', name), name
        for alias in values(body, "alias"):
            assert re.fullmatch('"[^"]*/"', alias), name


def test_what_adds_a_header_adds_all_security_headers(text):
    found = [(name, values(body, "add_header", 1))
             for name, body in blocks(text, "location")]
    found = [(name, added) for name, added in found if added]
    assert len(found) > 12
    for name, added in found:
        assert SECURITY <= added, name


def test_what_the_worker_is_told_and_what_is_left_of_its_reply(text):
    found = [(name, body) for name, body in blocks(text, "location")
             if "fastcgi_pass " in body]
    assert len(found) > 10
    for name, body in found:
        is_kept = values(body, "fastcgi_cache") == {"pages"}
        assert values(body, "fastcgi_pass_request_headers") == {"off"}, name
        assert values(body, "fastcgi_param", 1) == TOLD, name
        assert values(body, "fastcgi_ignore_headers") == NOT_STEERED_BY, name
        assert values(body, "fastcgi_hide_header") == NOT_PASSED_ON | (
            {"Set-Cookie"} if is_kept else set()), name
        assert values(body, "fastcgi_next_upstream") == {"error", "timeout"}
        assert values(body, "set", 1) == {"$query", "$place",
                                          "$sent_method"}, name
