"""Exports of many careers: what they cost, and how they end."""
import contextlib
import csv
import http.client
import io
import json
import os
import re
import signal
import socket
import time

import psycopg2
import pytest

from client import at_once, new_address, wait_until
from faults import workers
from local_site import Site
from observe import logged
from support import catalogue

CSV = "/api/v1/export/salaries.csv"
NDJSON = "/api/v1/export/careers.ndjson"
MANY = 1500


class Database:
    """What catalogue.fill() wants, of a copy of the site."""

    def __init__(self, site):
        self.url = site.env["DATABASE_URL"]

    def connect(self, _):
        link = psycopg2.connect(self.url)
        link.autocommit = True
        return link


@pytest.fixture(scope="module")
def big():
    copy = Site(https=False)
    try:
        copy.start()
        catalogue.fill(Database(copy), None, MANY)
        yield copy
    finally:
        copy.remove()


def has_ended(site, reply):
    """What the worker wrote down of an export at its end, or None."""
    number = reply.headers["X-Request-Id"]
    for text in (site.state / "log/web.log").read_text().splitlines():
        if number in text and '"request.pieces"' in text:
            return json.loads(text)
    return None


def pieces(site, reply):
    return wait_until(lambda: has_ended(site, reply))


@contextlib.contextmanager
def asked(site, path, client=None, room=None):
    """The reply of an export of which nobody has read the body."""
    raw = socket.socket()
    if room:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    raw.bind((client or new_address(), 0))
    raw.settimeout(30)
    raw.connect(("127.0.0.1", site.port))
    try:
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
                    "Connection: close\r\n\r\n".encode())
        reply = http.client.HTTPResponse(raw)
        reply.begin()
        yield reply
    finally:
        raw.close()


def test_exports_hold_every_career_once(big):
    rows = list(csv.DictReader(io.StringIO(big.get(CSV).text, newline="")))
    slugs = [json.loads(line)["slug"]
             for line in big.get(NDJSON).text.splitlines()]
    with contextlib.closing(Database(big).connect(None)) as link:
        cursor = link.cursor()
        cursor.execute("SELECT slug FROM catalog.listing ORDER BY slug")
        assert slugs == [slug for slug, in cursor]
        cursor.execute("SELECT count(*) FROM salary.figure")
        assert [len(rows)] == list(cursor.fetchone())
    assert len(slugs) > MANY
    assert len({(r["career"], r["country"], r["level"]) for r in rows}) == \
        len(rows)
    assert all(r["licence"] and r["attribution"] for r in rows)
    assert list(dict.fromkeys(r["career"] for r in rows)) == sorted(
        {r["career"] for r in rows})


def memory(site):
    """The most that a worker has had, in kB."""
    def peak(pid):
        with open(f"/proc/{pid}/status") as file:
            return int(re.search(r"VmHWM:\s+(\d+)", file.read())[1])

    return {pid: peak(pid) for pid in workers(site)}


@pytest.mark.as_shipped
def test_exports_take_no_more_memory_the_more_there_is(big):
    for number in range(8):
        big.get(f"/api/v1/careers?q=back&limit={number + 1}")
    before = memory(big)
    size = 0
    for _ in range(6):
        size = max(size, len(big.get(NDJSON).body))
    after = memory(big)
    assert before.keys() == after.keys()
    # A piece is half a megabyte, which the database's reply holds as well.
    grown = max(after[pid] - before[pid] for pid in after)
    assert grown * 1024 < size / 2


def test_slow_readers_hold_no_worker(big):
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(asked(big, NDJSON, room=4096))
                for _ in range(6)]
        for reply in slow:
            assert reply.status == 200
            assert pieces(big, reply)["end"] == "whole"
        start = time.monotonic()
        for _ in range(20):
            assert big.get("/readyz", client="127.0.0.1").status == 200
        assert time.monotonic() - start < 5
        lengths = {len(reply.read()) for reply in slow}
    assert lengths == {len(big.get(NDJSON).body)}


def stopped_midway(site, stack, path):
    """The reply of an export whose worker is held still before its end."""
    for _ in range(20):
        reply = stack.enter_context(asked(site, path))
        pids = workers(site)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        if not has_ended(site, reply):
            return reply, pids
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    raise AssertionError("each export was at its end already")


def test_a_reader_sees_that_its_worker_was_killed(big):
    with contextlib.ExitStack() as stack:
        reply, pids = stopped_midway(big, stack, NDJSON)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            reply.read()
    wait_until(lambda: len(set(workers(big)) - set(pids)) == len(pids))
    assert big.get(CSV).status == 200


LOCKS = """SELECT count(*) FROM pg_locks
    WHERE relation = 'catalog.listing'::regclass
    AND mode = 'AccessExclusiveLock'"""


def test_a_reader_sees_that_the_database_has_failed(big):
    with contextlib.ExitStack() as stack:
        locker, other = (stack.enter_context(contextlib.closing(
            Database(big).connect(None))).cursor() for _ in range(2))
        reply, pids = stopped_midway(big, stack, NDJSON)
        # The piece in hand is finished first; the next one waits in vain.
        end = at_once(1, lambda: locker.execute(
            "BEGIN; SET ROLE autopsy_owner; SET lock_timeout = '30s'; "
            "LOCK catalog.listing"))
        wait_until(lambda: other.execute(LOCKS) or other.fetchone()[0])
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            reply.read()
        assert pieces(big, reply)["end"] == "failed"
        end()
    assert big.get(CSV).status == 200


def test_few_exports_are_sent_at_once(big):
    client = new_address()
    with contextlib.ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(asked(big, NDJSON, client, 4096))
        reply = big.get(CSV, client=client)
        assert reply.status == 429
        assert json.loads(reply.text)["status"] == 429
        assert int(reply.headers["Retry-After"]) > 0
        assert big.get("/careers", client=client).status == 200
        assert big.get(CSV).status == 200
        for _ in range(14):
            stack.enter_context(asked(big, NDJSON, None, 4096))
        assert big.get(CSV).status == 429
    wait_until(lambda: big.get(CSV, client=client).status == 200)
    assert logged(big, reply)["upstream_status"] == ""


def test_who_knows_an_export_is_sent_nothing_of_it(big):
    head = big.request("HEAD", NDJSON)
    etag = head.headers["ETag"]
    assert (head.status, head.body) == (200, b"") and etag.startswith("W/")
    known = big.get(NDJSON, {"If-None-Match": etag})
    assert known.status == 304
    for reply in (head, known):
        assert not has_ended(big, reply)
    with contextlib.closing(Database(big).connect(None)) as link:
        link.cursor().execute("SET ROLE autopsy_owner; "
                              "SELECT catalog.bump_content_version()")
    changed = big.get(NDJSON, {"If-None-Match": etag})
    assert changed.status == 200 and changed.headers["ETag"] != etag
