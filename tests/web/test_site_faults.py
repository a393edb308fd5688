"""Outages: pages that are known go on, the rest says when to come back."""
import os
import signal
import threading
import time

from client import wait_until

CAREER = "/careers/information-technology/backend-developer"


def is_ready(site):
    return site.get("/readyz", client="127.0.0.1").status == 200


def test_known_pages_outlive_the_database(fresh_site):
    site = fresh_site(https=False).start()
    before = site.get(CAREER + "/sg")
    assert before.status == 200
    assert site.run("database stop").returncode == 0
    time.sleep(12)
    for _ in range(5):
        reply = site.get(CAREER + "/sg")
        assert (reply.status, reply.body) == (200, before.body)
    assert site.get("/healthz").status == 200
    assert not is_ready(site)
    began = time.monotonic()
    cold = site.get("/careers/finance")
    assert time.monotonic() - began < 2.5
    assert cold.status == 503 and cold.headers["Retry-After"]
    sign_up = site.request(
        "POST", "/subscribe", {
            "Content-Type": "application/x-www-form-urlencoded"},
        b"email=reader@example.org&topic=all")
    assert sign_up.status == 503 and sign_up.headers["Retry-After"]
    site.run("database start")
    wait_until(lambda: is_ready(site), 10)
    assert site.get("/careers/finance").status == 200


def test_a_hung_database_does_not_hang_known_pages(fresh_site):
    site = fresh_site(https=False).start()
    assert site.get(CAREER + "/sg").status == 200
    os.kill(site.pid("postgresql"), signal.SIGSTOP)
    try:
        for _ in range(4):
            began = time.monotonic()
            assert site.get(CAREER + "/sg").status == 200
            assert time.monotonic() - began < 2.5
            time.sleep(4)
    finally:
        os.kill(site.pid("postgresql"), signal.SIGCONT)
    wait_until(lambda: is_ready(site), 15)


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(word) for word in file.read().split()]


def test_killed_workers_cost_no_visitor_anything(fresh_site):
    site = fresh_site(https=False).start()
    statuses, done = [], threading.Event()

    def visit():
        n = 0
        while not done.is_set():
            n += 1
            statuses.append(site.get(f"/nothing-{n}").status)
            statuses.append(site.get(CAREER + "/my").status)

    visitors = [threading.Thread(target=visit) for _ in range(3)]
    for visitor in visitors:
        visitor.start()
    for _ in range(10):
        time.sleep(0.2)
        for worker in children(site.pid("web"))[:1]:
            os.kill(worker, signal.SIGKILL)
    done.set()
    for visitor in visitors:
        visitor.join()
    assert set(statuses) == {200, 404}
    assert len(statuses) > 100
