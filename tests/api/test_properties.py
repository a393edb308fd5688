"""Thousands of bad requests, made from openapi.json: never a 5xx, always a
problem document, nothing kept by nginx, and no long work for the database.

SEED=7 pytest … makes others; a failure prints the request.
"""
import http.client
import json
import os
import re
import subprocess
from urllib.parse import quote, quote_from_bytes

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from client import wait_until
from furnished import EXEMPT
from document import GETS, OPERATIONS, examples, faults, resolve
from observe import cached_keys, nginx_alerts
from support.fcgi import request as fcgi

SEED = int(os.environ.get("SEED", "1"))
SLOW_MS = 50
PROBLEM = {"$ref": "#/components/schemas/Problem"}
ADDRESSES, BODIES = 2000, 500

ODD = st.sampled_from([
    "", " ", "%", "%2", "%zz", "%00", "%0a", "%0d%0aX:1", "%ff", "%c0%af",
    "%ed%a0%80", "%f4%90%80%80", "%2e%2e%2f", "..", ".", "*", "'", "''--",
    "%27%3b+DROP+TABLE+x", "%25", "\\", "%5c", "$1", "{slug}", "null", "NaN",
    "-1", "0", "00", "1e9", "0x10", "9" * 30, "-" * 40, "a" * 81, "a" * 130,
    "%e2%80%8b", "%F0%9F%98%80" * 9, "A", "a--b", "-a", "true", "[]", "1.5",
    "2026-02-30", "2026-11-24T25:00:00Z", "0000-00-00", "9999-12-31",
    "a,b,c,d,e", "a,,b", ",", "w " * 9, "%26", "a%00b", "%7f", "+", "%2B"])
TEXT = st.one_of(
    ODD, st.binary(max_size=12).map(quote_from_bytes),
    st.text(max_size=20).map(lambda t: quote(t, errors="replace")),
    st.from_regex(r"[a-z0-9%_.~-]{1,30}", fullmatch=True))


def good(parameter):
    return st.sampled_from([",".join(v) if isinstance(v, list) else str(v)
                            for v in examples(parameter).values()])


def near(parameter):
    """Hardly wrong: over a limit, in another case, cut, or doubled."""
    schema = resolve(parameter["schema"])
    found = [str(schema[k] + by) for k, by in (("minimum", -1), ("maximum", 1))
             if k in schema]
    for value in [*schema.get("enum", []), *examples(parameter).values()]:
        value = quote(value if isinstance(value, str) else str(value))
        found += [value.swapcase() + "x", value + "%20", value[:-1] + "_",
                  value + "," + value, "%09" + value]
    if "maxLength" in schema:
        found.append("a" * (schema["maxLength"] + 1))
    return st.sampled_from(found)


@st.composite
def addresses(draw):
    operation = draw(st.sampled_from(GETS))
    path, pairs = operation.pattern, []
    for p in operation.parameters:
        value = draw(st.one_of(good(p), near(p), TEXT))
        if p["in"] == "path":
            # A good one more often: what comes after it is to be seen too.
            value = draw(st.sampled_from([value, *map(
                str, examples(p).values())]))
            path = path.replace("{%s}" % p["name"], value)
        elif draw(st.integers(0, 2)) == 0 or p.get("required"):
            pairs.append(f"{p['name']}={quote(value, safe='%,+*_-.~')}")
    pairs += draw(st.lists(st.one_of(
        TEXT, st.tuples(TEXT, TEXT).map("=".join),
        st.sampled_from(pairs or ["country=US"])), max_size=2))
    path = draw(st.sampled_from([path] * 6 + [
        path + "/", path + "%00", path.upper(), path.replace("/", "//"),
        path + "/" + draw(TEXT), "/api/v1/" + draw(TEXT), "/api/" +
        draw(TEXT), path.replace("v1", "v2"), path[:-1]]))
    query = draw(st.sampled_from(["&", "&", "&", ";", "&&"])).join(
        draw(st.permutations(pairs)))
    return (re.sub(r"[^\x21-\x7e]|[\"<>#?^`{|}]", escaped, path),
            re.sub(r"[^\x21-\x7e]|#", escaped, query))


def escaped(match):
    return quote(match[0])


METHODS = st.sampled_from(["GET"] * 8 + ["HEAD", "POST", "PUT", "DELETE",
                                         "PATCH", "PROPFIND", "G"])
HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=255,
                               blacklist_characters="\x7f"), max_size=60)
HEADERS = st.dictionaries(st.sampled_from([
    "Accept", "Accept-Encoding", "Accept-Language", "If-None-Match",
    "If-Modified-Since", "Range", "Origin", "Cookie", "X-Forwarded-For",
    "Content-Type", "User-Agent", "Traceparent", "Sec-Fetch-Site", "Referer",
    "If-Range", "Cache-Control", "Forwarded"]),
    st.one_of(HEADER, TEXT, st.sampled_from([
        "application/json", "*/*;q=0", "text/html", ",,,", "a/b;q=2", "*",
        '"', 'W/"x", "y"', "Tue, 24 Nov 2026 10:00:00 GMT", "bytes=0-1",
        "bytes=9-1", "Thu, 99 Foo 0000 99:99:99 GMT", "x" * 900])),
    max_size=3)


class Client:
    """One connection for all, and what was answered to each address."""

    def __init__(self, site):
        self.site, self.connection = site, None
        self.log = site.state / "log/postgresql.log"
        self.answered = {}

    def send(self, method, address, headers):
        for again in (True, False):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(
                    "127.0.0.1", self.site.port, 15, (EXEMPT, 0))
            c = self.connection
            try:
                c.putrequest(method, address, skip_host=True,
                             skip_accept_encoding=True)
                c.putheader("Host", "localhost")
                for name, value in headers.items():
                    c.putheader(name, value.encode("latin-1", "replace"))
                c.endheaders()
                reply = c.getresponse()
                body = reply.read()
                if reply.will_close:
                    c.close()
                    self.connection = None
                return reply.status, reply.headers, body
            except (ConnectionError, http.client.BadStatusLine):
                # nginx ends a connection after so many requests.
                c.close()
                self.connection = None
                if not again:
                    raise

    def slow(self, since):
        """Statements in the server's log that took too long."""
        with open(self.log, "rb") as log:
            log.seek(since)
            return re.findall(r".*duration: [\d.]+ ms.*",
                              log.read().decode("utf-8", "replace"))

    def ask(self, method, address, headers):
        """Thrice, if the database took long: the machine may be busy."""
        for _ in range(3):
            since = self.log.stat().st_size
            reply = self.send(method, address, headers)
            slow = (self.slow(since)
                    if self.log.stat().st_size > since else [])
            if not slow:
                break
        assert not slow, slow
        return reply


def check_problem(status, content_type, body, is_head=False):
    assert content_type.split(";")[0] == "application/problem+json", \
        (status, content_type, body[:200])
    if not is_head:
        problem = json.loads(body)
        assert not (wrong := faults(PROBLEM, problem)), wrong
        assert problem["status"] == status


def log_statements(site, change):
    """Of the workers, which connect anew: what the server was started with
    gives way to a role's own setting only."""
    subprocess.run(
        ["psql", "-Xqo", "/dev/null", "-v", "ON_ERROR_STOP=1",
         site.env["DATABASE_URL"].replace("autopsy_ops@", "postgres@"),
         "-c", f"ALTER ROLE autopsy_web {change}",
         "-c", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
               "WHERE usename = 'autopsy_web'"], check=True)
    wait_until(lambda: site.get("/readyz", client=EXEMPT).status == 200)


@pytest.fixture(scope="module")
def client(site):
    log_statements(site, f"SET log_min_duration_statement = {SLOW_MS}")
    yield Client(site)
    log_statements(site, "RESET log_min_duration_statement")


def thorough(count):
    def decorate(test):
        return seed(SEED)(settings(
            max_examples=count, deadline=None, database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck))(test))

    return decorate


@thorough(ADDRESSES)
@given(method=METHODS, address=addresses(), headers=HEADERS)
def bad_addresses(client, method, address, headers):
    path, query = address
    whole = path + ("?" + query if query else "")
    status, had, body = client.ask(method, whole, headers)
    client.answered.setdefault(whole, set()).add(status)
    assert status < 500, (status, body[:300])
    if status >= 400 and path.startswith("/api/"):
        check_problem(status, had["Content-Type"], body, method == "HEAD")


def test_bad_addresses_are_told_so_and_cost_nothing(client):
    before, alerts = cached_keys(client.site), nginx_alerts(client.site)
    bad_addresses(client)
    statuses = {s for found in client.answered.values() for s in found}
    assert {200, 400, 404, 405, 406} <= statuses
    assert len(client.answered) > ADDRESSES / 3
    good = {a.replace("?", "|&", 1) if "?" in a else a + "|"
            for a, found in client.answered.items()
            if found & {200, 301, 304}}
    for key in cached_keys(client.site) - before:
        assert "|".join(key.split("|")[:2]) in good, key
    assert nginx_alerts(client.site) == alerts


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(),
              st.text(max_size=30), st.just("a" * 500), st.just("all"),
              st.just("ada@example.org"), st.just("a\x01@example.org")),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(
        st.sampled_from(["email", "topics", "Email", "", "a", "email\x00"]),
        inner, max_size=3)), max_leaves=8)
WANTED = st.fixed_dictionaries({"email": JSON}, optional={"topics": JSON})
BODY = st.one_of(
    st.one_of(JSON, WANTED).map(lambda v: json.dumps(v).encode()),
    st.one_of(JSON, WANTED).map(lambda v: json.dumps(v).encode() + b"}"),
    st.binary(max_size=200),
    st.sampled_from([b"[" * 5000, b'{"a":' * 900, b'{"email":"\xff"}', b"",
                     b'{"email":"a@b.org","email":"c@d.org"}',
                     b'{"email":"\\ud800@b.org"}', b"\xef\xbb\xbf{}"]))
TYPES = st.sampled_from(["application/json"] * 5 + [
    "", "text/plain", "application/json; charset=utf-16", "APPLICATION/JSON",
    "application/jsonx", "application/x-www-form-urlencoded"])


@thorough(BODIES)
@given(body=BODY, kind=TYPES)
def bad_bodies(site, seen, body, kind):
    socket = (site.state / "sockets").resolve() / "web.sock"
    reply = fcgi(socket, OPERATIONS[-1].pattern, method="POST", body=body,
                 CONTENT_TYPE=kind, REMOTE_ADDR=EXEMPT)
    seen.add(reply.status)
    if reply.status != 202:
        assert 400 <= reply.status < 500, reply
        check_problem(reply.status, reply.headers["content-type"], reply.body)


def test_bad_bodies_are_told_so(site):
    """Past nginx, which takes five sign-ups a minute of an address."""
    assert OPERATIONS[-1].method == "POST"
    seen = set()
    bad_bodies(site, seen)
    assert {400, 415, 422} <= seen
