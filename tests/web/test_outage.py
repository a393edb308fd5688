"""Outages: pages that are known go on, the rest says when to come back."""
import contextlib
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from client import wait_until
from faults import (database_away, dead_workers, failing_queries,
                    hung_database, hung_workers, kill_workers, workers)
from local_site import CAREER, Site
from observe import age, heard_of, logged, own_error

SALARIES = "/api/v1/careers/backend-developer/salaries?country=SG"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SIGN_UP = b"email=reader%40example.org&topic=all&website="
# Longer than a page is stale: only an error of the worker excuses it then.
LONG = 70


@pytest.fixture(scope="module")
def troubled():
    """A copy for all outages, each of which ends well."""
    copy = Site(https=False)
    try:
        yield copy.start()
    finally:
        copy.remove()


@contextlib.contextmanager
def without(site, outage):
    """An outage, and workers that do not know a page by heart."""
    with outage(site):
        if outage is not dead_workers:
            kill_workers(site)
        yield


@pytest.mark.parametrize("outage, status", [
    (dead_workers, "502"), (database_away, "503"), (failing_queries, "500")])
def test_a_known_page_outlives_an_outage(troubled, outage, status):
    path = CAREER + "/sg"
    good = troubled.get(path)
    assert good.status == 200
    with without(troubled, outage):
        age(troubled, path, LONG)
        for _ in range(3):
            reply = troubled.get(path)
            assert (reply.status, reply.body) == (200, good.body)
            assert reply.headers["X-Cache"] == "STALE"
        assert status in logged(troubled, reply)["upstream_status"]
    reply = wait_until(lambda: back(troubled, path))
    assert (reply.status, reply.body) == (200, good.body)


def back(site, path):
    reply = site.get(path)
    return reply if reply.headers["X-Cache"] in ("EXPIRED", "HIT") else None


# A worker may give up on the database before nginx gives up on the worker.
@pytest.mark.parametrize("outage, least", [
    (hung_workers, 1.8), (hung_database, 0)])
def test_what_hangs_costs_two_seconds_at_most(troubled, outage, least):
    path = CAREER + "/sg"
    good = troubled.get(path)
    # A page in their memory needs no database: let them look for its version.
    kill_workers(troubled)
    wait_until(lambda: troubled.get("/healthz").status == 200)
    with outage(troubled):
        for seconds, at_least, below in ((7, 0, 0.5), (LONG, least, 3)):
            age(troubled, path, seconds)
            began = time.monotonic()
            reply = troubled.get(path)
            assert at_least <= time.monotonic() - began < below
            assert (reply.status, reply.body) == (200, good.body)
            assert reply.headers["X-Cache"] == "STALE"
        began = time.monotonic()
        cold = troubled.get(CAREER + "/sg?level=senior")
        assert least <= time.monotonic() - began < 3
        assert cold.status == 503 and cold.headers["Retry-After"] == "5"
        assert (cold.text == own_error(troubled, 503)) or not least
    wait_until(lambda: troubled.get(path).headers["X-Cache"] == "HIT")


def test_dead_workers_say_come_back(troubled):
    with dead_workers(troubled):
        reply = troubled.get("/careers/finance")
        assert (reply.status, reply.text) == (503, own_error(troubled, 503))
        assert reply.headers["Retry-After"] == "5"
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["X-Request-Id"]
        reply = troubled.get(SALARIES + "&level=junior")
        assert reply.text == own_error(troubled, 503, "json")
    wait_until(lambda: troubled.get("/careers/finance").status == 200, 4)


def test_what_needs_the_database_says_come_back(troubled):
    cold = CAREER + "/de?level=senior"
    with database_away(troubled):
        began = time.monotonic()
        reply = troubled.get(cold)
        assert time.monotonic() - began < 2.5
        assert reply.status == 503 and reply.headers["Retry-After"] == "5"
        assert "try again in a few seconds" in reply.text
        assert troubled.get(SALARIES + "&level=mid").status == 503
        reply = troubled.request("POST", "/subscribe", FORM, SIGN_UP)
        assert reply.status == 503 and reply.headers["Retry-After"] == "5"
        assert "Try again" in reply.text
        assert troubled.get("/healthz").status == 200
        assert troubled.get("/readyz", client="127.0.0.1").status == 503
    wait_until(lambda: troubled.get(cold).status == 200, 4)


def connections_of(pid):
    open_files = Path(f"/proc/{pid}/fd").iterdir()
    return sum("socket:" in str(f.readlink()) for f in open_files)


def kill_who_answers(site, *request):
    """Ends the worker that has taken a request: (its sender, replies)."""
    replies = []
    sender = threading.Thread(
        target=lambda: replies.append(site.request(*request)))
    before = {pid: connections_of(pid) for pid in workers(site)}
    sender.start()
    busy = wait_until(lambda: [pid for pid in before
                               if connections_of(pid) > before[pid]])
    os.kill(busy[0], signal.SIGKILL)
    return sender, replies


def test_a_get_is_asked_again_when_its_worker_dies(troubled):
    path = "/go/meta-back-end-developer"
    with hung_database(troubled):
        sender, replies = kill_who_answers(troubled, "GET", path)
    sender.join()
    assert replies[0].status == 302
    assert len(heard_of(troubled, path)) == 1


def test_a_post_is_not_repeated_when_its_worker_dies(troubled):
    with hung_database(troubled):
        sender, replies = kill_who_answers(troubled, "POST", "/subscribe",
                                           FORM, SIGN_UP)
        sender.join()
        assert replies[0].text == own_error(troubled, 503)


def test_workers_killed_at_any_time_cost_no_visitor_anything(troubled):
    statuses, done = [], threading.Event()

    def visit():
        n = 0
        while not done.is_set():
            n += 1
            statuses.append(troubled.get(f"/nothing-{n}").status)
            statuses.append(troubled.get(CAREER + "/my").status)

    visitors = [threading.Thread(target=visit) for _ in range(3)]
    for visitor in visitors:
        visitor.start()
    for _ in range(10):
        os.kill(wait_until(lambda: workers(troubled))[0], signal.SIGKILL)
        time.sleep(0.15)
    done.set()
    for visitor in visitors:
        visitor.join()
    assert set(statuses) == {200, 404}
    assert len(statuses) > 100
