"""The process model of autopsy-web, spoken to as nginx speaks to it."""
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time

import pytest

from support import fcgi
from support.worker import BUILD, Load, Worker, is_alive, wait_until

CAREER = "/careers/information-technology/backend-developer"
READ = {"x86_64": "0", "aarch64": "63"}[os.uname().machine]
API = "/api/v1/careers/backend-developer"


def sign_ups(cluster):
    """Those that were taken in and went over no narrower limit."""
    return int(cluster.psql(
        "worker", "SELECT coalesce(sum(count), 0) FROM mail.signup_count "
        "WHERE scope = 'site'"))


# The socket.

def test_socket_is_for_owner_and_group_and_goes_with_the_master(web):
    mode = os.stat(web.socket).st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o660
    status, _ = web.stop()
    assert status == 0 and not web.socket.exists()


def test_socket_comes_as_standard_input(make):
    web = make(WEB_SOCKET="/nowhere/web.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(web.socket))
        listener.listen(16)
        web.start(stdin=listener)
        assert web.get("/healthz").status == 200
        web.reload()
        assert web.get("/healthz").status == 200
        web.stop()
        assert web.socket.exists()


def activate(web):
    """Starts it with the socket as descriptor 3, as systemd does."""
    web.settings["WEB_SOCKET"] = "/nowhere/web.sock"
    tool = shutil.which("systemd-socket-activate")
    if tool:
        names = [part for name in web.settings for part in ("-E", name)]
        return web.launch([tool, "-l", web.socket, *names, web.program])
    script = ("import os,socket,sys\n"
              "s = socket.socket(socket.AF_UNIX)\n"
              "s.bind(sys.argv[1])\n"
              "s.listen(16)\n"
              "s.fileno() == 3 or os.dup2(s.fileno(), 3)\n"
              "os.set_inheritable(3, True)\n"
              "os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()))"
              "\nos.execv(sys.argv[2], sys.argv[2:])\n")
    return web.launch([sys.executable, "-c", script, web.socket,
                       web.program])


def test_socket_comes_from_systemd(make):
    web = activate(make())
    wait_until(web.socket.exists)
    assert web.get("/healthz").status == 200
    wait_until(lambda: web.noticed("READY=1"))
    old = set(web.pids)
    web.reload()
    assert web.get("/healthz").status == 200
    assert not old & set(web.pids)


def test_served_socket_is_refused(web):
    done = subprocess.run([web.program], env=web.env, capture_output=True,
                          text=True, stdin=subprocess.DEVNULL, timeout=10)
    assert done.returncode == 1 and "another autopsy-web" in done.stderr
    assert web.get("/healthz").status == 200


def test_workers_end_with_a_killed_master_and_its_socket_is_replaced(web):
    pids = web.pids
    web.process.kill()
    web.process.wait()
    wait_until(lambda: not any(is_alive(pid) for pid in pids), 2)
    assert web.socket.exists()
    web.forget_notices()
    web.start()
    assert web.get("/healthz").status == 200


# Replacing and stopping.

def test_reload_under_load_loses_nothing(web, cluster):
    def ask(n, count):
        if n % 4:
            return web.get((CAREER, "/", API)[count % 3])
        return web.subscribe(f"load-{n}-{count}@example.org")

    cluster.psql("worker", "UPDATE mail.signup_limit SET most = 1000000")
    before, old = sign_ups(cluster), set(web.pids)
    with Load(ask, 8) as load:
        for _ in range(3):
            load.wait(50)
            web.reload()
            # The last old one may still finish what it has in hand.
            wait_until(lambda gone=old: not gone & set(web.pids), 5)
            old = set(web.pids)
        load.wait(50)
    assert load.errors == []
    assert {reply.status for reply in load.replies} == {200}
    sent = sum(b"look for our mail" in reply.body
               for reply in load.replies)
    assert sent > 0 and sign_ups(cluster) - before == sent
    assert web.events("worker.died") == web.events("worker.drain") == []


def test_worker_stops_when_told_though_requests_wait(one):
    """A queue that is never empty must not keep an old worker."""
    old = one.pids[0]
    os.kill(old, signal.SIGSTOP)
    peers = [fcgi.connect(one.socket) for _ in range(200)]
    for peer in peers:
        peer.sendall(fcgi.head("/healthz") + fcgi.record(fcgi.STDIN, b""))
    os.kill(old, signal.SIGTERM)
    os.kill(old, signal.SIGCONT)
    for peer in peers:
        with peer:
            assert fcgi.read(peer).status == 200
    served = [line["pid"] for line in one.events("request")]
    assert served.count(old) < 10 and len(served) == 200


def test_stop_finishes_the_request_in_hand(one):
    with fcgi.connect(one.socket) as peer:
        body = b"email=drained%40example.org"
        peer.sendall(fcgi.head("/subscribe", method="POST", size=len(body),
                               CONTENT_TYPE=fcgi.FORM) + fcgi.stdin(body))
        wait_until(lambda: busy(one))
        one.process.send_signal(signal.SIGTERM)
        wait_until(lambda: one.noticed("STOPPING=1"))
        peer.sendall(fcgi.record(fcgi.STDIN, b""))
        assert fcgi.read(peer).status == 200
        assert one.process.wait(5) == 0


def busy(web):
    """Whether its only worker waits for more of a request."""
    with open(f"/proc/{web.pids[0]}/syscall", encoding="ascii") as file:
        return file.read().split()[0] == READ


def test_idle_stop_is_quick(web):
    assert web.get("/healthz").status == 200
    status, seconds = web.stop()
    assert status == 0 and seconds < 0.5
    assert web.noticed("STOPPING=1")


def test_reload_to_a_program_that_can_not_start_keeps_the_old_workers(make):
    web = make()
    good = web.home / "autopsy-web"
    shutil.copy(web.program, good)
    web.program = good
    web.start()
    old = set(web.pids)
    good.rename(web.home / "aside")
    good.write_text("#!/bin/sh\nexit 1\n")
    good.chmod(0o755)
    web.reload()
    wait_until(lambda: set(web.pids) == old)
    assert any("the old ones go on" in line["text"]
               for line in web.events("master"))
    assert web.get(CAREER).status == 200
    (web.home / "aside").rename(good)
    web.reload()
    assert not old & set(web.pids)
    assert web.get(CAREER).status == 200


def test_worker_that_served_its_share_is_replaced_at_once(make):
    web = make(WEB_WORKERS="1", WEB_MAX_REQUESTS="10").start()
    start = time.monotonic()
    for _ in range(200):
        assert web.get("/healthz").status == 200
    assert time.monotonic() - start < 4
    assert web.metrics["worker_respawns_total"] >= 19
    assert web.events("worker.died") == []


# Death.

def test_killed_worker_is_replaced_and_counters_stay(web):
    for _ in range(20):
        assert web.get(CAREER).status == 200
    before = web.metrics
    for _ in range(3):
        victims = web.pids
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: len(set(web.pids) - set(victims)) == 2)
        assert web.get(CAREER).status == 200
        after = web.metrics
        for name, value in before.items():
            if name.endswith("_total") or "_total{" in name:
                assert after[name] >= value, name
        before = after
    assert after["worker_crashes_total"] == 6
    assert after["database_connects_total"] >= 3


def test_stalled_peer_is_freed_at_the_deadline(make):
    web = make(WEB_WORKERS="1", WEB_DEADLINE_MS="500").start()
    before = web.metrics["worker_deadline_kills_total"]
    with fcgi.connect(web.socket) as peer:
        peer.sendall(fcgi.begin()[:6])
        start = time.monotonic()
        assert peer.recv(1) == b""
        assert 0.3 < time.monotonic() - start < 1.5
    assert web.get("/healthz").status == 200
    assert web.metrics["worker_deadline_kills_total"] == before + 1


def test_worker_stopped_within_a_request_is_replaced(make):
    web = make(WEB_WORKERS="1", WEB_DEADLINE_MS="500").start()
    old = web.pids
    with fcgi.connect(web.socket) as peer:
        peer.sendall(fcgi.head("/healthz"))
        wait_until(lambda: busy(web))
        os.kill(old[0], signal.SIGSTOP)
        assert web.get("/healthz").status == 200
    assert web.pids != old


def test_stopped_workers_lose_nothing_that_waits(web):
    for pid in web.pids:
        os.kill(pid, signal.SIGSTOP)
    peers = [fcgi.connect(web.socket) for _ in range(64)]
    for peer in peers:
        peer.sendall(fcgi.head("/healthz") + fcgi.record(fcgi.STDIN, b""))
    for pid in web.pids:
        os.kill(pid, signal.SIGCONT)
    for peer in peers:
        with peer:
            assert fcgi.read(peer).status == 200


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def stamps(web):
    return [float(line["ts"][17:23]) for line in web.events("worker.died")]


def test_worker_that_can_not_start_is_tried_at_growing_intervals(make):
    web = make(WEB_WORKERS="1")
    static = web.home / "static"
    web.settings["STATIC_DIR"] = str(static)
    static.symlink_to(BUILD / "static")
    web.start()
    static.unlink()
    os.kill(web.pids[0], signal.SIGKILL)
    wait_until(lambda: len(stamps(web)) >= 5, 5)
    gaps = [(b - a) % 60 for a, b in zip(stamps(web), stamps(web)[1:])]
    # A start takes time besides: there is no upper bound to a gap.
    assert all(gap > 0.09 * 2 ** n for n, gap in enumerate(gaps)), gaps
    assert web.process.poll() is None and cpu_seconds(web.process.pid) < 0.3
    static.symlink_to(BUILD / "static")
    assert web.get("/healthz").status == 200


# What nginx would never send.

@pytest.mark.parametrize("sent", [
    b"", b"\0" * 64, b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 8192,
    fcgi.begin()[:6],
    fcgi.begin(),
    fcgi.begin(role=9) + fcgi.record(fcgi.PARAMS, b""),
    fcgi.record(9, b"\x0e\0FCGI_MAX_CONNS"),
    fcgi.head("/healthz"),
    fcgi.begin() + fcgi.record(fcgi.PARAMS, b"\xff\xff\xff\xff\x01ab"),
    fcgi.begin() + fcgi.record(fcgi.PARAMS, b"\x80\0\0\x05\x80\0\0\0ab"),
    fcgi.begin() + fcgi.begin() + fcgi.record(fcgi.PARAMS, b""),
    fcgi.head("/healthz") + fcgi.begin(request=2),
    fcgi.head("/healthz") + fcgi.record(fcgi.STDIN, b"", request=7),
    fcgi.record(fcgi.STDIN, b"early"),
    fcgi.record(99, b"x" * 100),
    b"\x09" + fcgi.begin()[1:],
    fcgi.head("/country", method="POST", size=999999999) +
    fcgi.stdin(b"x") + fcgi.record(fcgi.STDIN, b""),
])
def test_garbage_ends_one_worker_at_most(garbage_web, sent):
    with fcgi.connect(garbage_web.socket) as peer:
        peer.sendall(sent)
        peer.shutdown(socket.SHUT_WR)
        try:
            while peer.recv(65536):
                pass
        except ConnectionResetError:
            pass
    assert garbage_web.get("/healthz", timeout=5).status == 200


@pytest.fixture(scope="module")
def garbage_web(cluster):
    with Worker(DATABASE_URL=cluster.url("worker", "autopsy_web"),
                WEB_DEADLINE_MS="500", WEB_WORKERS="2") as web:
        yield web
        assert web.process.poll() is None


def test_body_of_the_limit_is_read_and_one_more_is_413(one):
    reply = one.request("/subscribe", method="POST", body=b"x" * 16384,
                        CONTENT_TYPE=fcgi.FORM)
    assert reply.status == 422
    for size in (16385, 300000):
        reply = one.request("/subscribe", method="POST", body=b"x" * size,
                            CONTENT_TYPE=fcgi.FORM)
        assert reply.status == 413


def test_form_that_breaks_off_is_not_taken(one, cluster):
    """The address would be another one than was typed."""
    before = sign_ups(cluster)
    with fcgi.connect(one.socket) as peer:
        peer.sendall(fcgi.head("/subscribe", method="POST", size=40,
                               CONTENT_TYPE=fcgi.FORM) +
                     fcgi.stdin(b"email=cut%40example.co"))
        peer.shutdown(socket.SHUT_WR)
        assert peer.recv(65536) == b""
    assert one.get("/healthz").status == 200
    assert sign_ups(cluster) == before


def test_request_id_is_a_short_hexadecimal_number_or_none(one):
    for sent in ("zz", "ab\r\nX-Evil: 1", "a" * 65, "f" * 70000):
        reply = one.get("/healthz", REQUEST_ID=sent)
        assert reply.status == 200 and reply.headers["x-request-id"] == ""
    assert one.get("/healthz",
                   REQUEST_ID="a" * 64).headers["x-request-id"] == "a" * 64


def test_request_that_waited_too_long_is_refused_and_counted(one):
    before = one.metrics['requests_total{route="none",status="5xx"}']
    start = f"{time.time() - 20:.3f}"
    reply = one.get("/", REQUEST_START=start, REQUEST_ID="01d")
    assert reply.status == 503 and reply.headers["retry-after"]
    assert reply.headers["cache-control"] == "no-store"
    assert one.metrics[
        'requests_total{route="none",status="5xx"}'] == before + 1
    assert [line["status"] for line in one.events("request")
            if line.get("req") == "01d"] == [503]


# What systemd hears.

def test_systemd_hears_of_each_step(web):
    assert web.noticed("READY=1")
    wait_until(lambda: web.noticed("WATCHDOG=1"), 3)
    web.reload()
    assert web.notices.index("RELOADING=1") < web.notices.index("READY=1")
    web.stop()
    assert web.noticed("STOPPING=1")
