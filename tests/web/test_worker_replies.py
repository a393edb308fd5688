"""What autopsy-web answers by itself, with its database and without."""
import gzip
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from support import fcgi
from support.worker import ROOT, Load, wait_until

CAREER = "/careers/information-technology/backend-developer"
API = "/api/v1/careers/backend-developer"


@pytest.fixture
def away(cluster):
    """Stops the database; it is back when the test has ended."""
    is_down = []

    def down(mode="fast"):
        cluster.down(mode)
        is_down.append(True)

    def up():
        if is_down:
            cluster.up()
            is_down.clear()

    down.over = up
    yield down
    up()


def timed(ask):
    start = time.monotonic()
    return ask(), time.monotonic() - start


def bump_version(cluster):
    cluster.psql("worker", "UPDATE catalog.content_version "
                 "SET version = version + 1")


def end_sessions(cluster):
    return int(cluster.psql(
        "postgres", "SELECT count(pg_terminate_backend(pid)) "
        "FROM pg_stat_activity WHERE usename = 'autopsy_web'"))


def sessions(cluster):
    return int(cluster.psql(
        "postgres", "SELECT count(*) FROM pg_stat_activity "
        "WHERE usename = 'autopsy_web'"))


# Replies.

def test_head_has_the_headers_of_get_and_no_body(one):
    for uri in (CAREER, API, "/none", "/healthz"):
        get = one.get(uri)
        head = one.request(uri, method="HEAD")
        assert head.body == b"" and head.headers == get.headers
        assert int(head.headers["content-length"]) == len(get.body) > 0


def test_known_etag_is_answered_304_without_a_body(one):
    etag = one.get(CAREER).headers["etag"]
    for sent in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        reply = one.get(CAREER, HTTP_IF_NONE_MATCH=sent)
        assert reply.status == 304 and reply.body == b""
        assert reply.headers["etag"] == etag
        assert "content-length" not in reply.headers
        assert "content-type" not in reply.headers
    assert one.get(CAREER, HTTP_IF_NONE_MATCH='"x"').status == 200
    assert one.get(CAREER, HTTP_IF_NONE_MATCH=etag[:-2]).status == 200


def test_form_is_never_answered_304(one):
    reply = one.subscribe("match%40example.org", HTTP_IF_NONE_MATCH="*")
    assert reply.status == 200 and b"look for our mail" in reply.body


def decode(reply):
    coding = reply.headers.get("content-encoding")
    if coding == "br":
        return subprocess.run(["brotli", "-d"], input=reply.body, check=True,
                              capture_output=True).stdout
    return gzip.decompress(reply.body) if coding == "gzip" else reply.body


@pytest.mark.parametrize("uri", ["/", CAREER, API, "/methodology", "/none"])
def test_encodings_hold_the_same_text_under_their_own_etag(one, uri):
    replies = {coding: one.get(uri, ENCODING=coding)
               for coding in ("identity", "gzip", "br")}
    for coding, reply in replies.items():
        assert reply.headers.get("content-encoding", "identity") == coding
        assert decode(reply) == replies["identity"].body
    etags = [reply.headers.get("etag") for reply in replies.values()]
    assert len(set(etags)) == (1 if uri == "/none" else 3)
    assert (None in etags) == (uri == "/none")


def test_country_without_a_page_is_404_and_no_loop(one):
    reply = one.get(f"{CAREER}/fr")
    assert reply.status == 404 and b"no page for that country" in reply.body


@pytest.mark.parametrize("uri, to", [
    (f"{CAREER}/GB", f"{CAREER}/gb"), (f"{CAREER}/uk", f"{CAREER}/gb"),
    (f"{CAREER}/uae", f"{CAREER}/ae"),
    ("/careers/backend-developer", CAREER),
    ("/careers/finance/backend-developer", CAREER),
    ("/careers/finance/backend-developer/sg", f"{CAREER}/sg"),
])
def test_other_names_of_a_page_lead_to_it(one, uri, to):
    reply = one.get(uri)
    assert (reply.status, reply.headers["location"]) == (301, to)
    assert one.get(to).status == 200


@pytest.fixture
def former(cluster):
    """A name the career had before, of which its own is the beginning."""
    slug = "backend-developer-and-more"
    cluster.psql("worker", "INSERT INTO catalog.former_slug (slug, career_id) "
                 f"SELECT '{slug}', c.id FROM catalog.career AS c "
                 "WHERE c.slug = 'backend-developer'")
    yield slug
    cluster.psql("worker", "DELETE FROM catalog.former_slug "
                 f"WHERE slug = '{slug}'")


def test_former_name_that_begins_like_the_present_one_leads_to_it(
        one, former):
    for country in ("", "/sg"):
        reply = one.get(
            f"/careers/information-technology/{former}{country}")
        assert reply.status == 301
        assert reply.headers["location"] == CAREER + country


def test_parameter_that_is_not_text_is_400_and_the_document_json(one):
    for query in ("%ff=1", "a=%ed%a0%80", "\xe9=1"):
        reply = one.get(API, query)
        assert reply.status == 400
        reply.body.decode("utf-8")


def test_address_beyond_ascii_is_asked_for_again(one):
    # U+180E: a blank to PostgreSQL or not, which must not get to see it.
    for address in ("a%C3%A9%40example.org", "a%E1%A0%8E%40example.org",
                    "a%C2%A0%40example.org", "a%ff%40example.org"):
        assert one.subscribe(address).status in (400, 422)


def test_views_dir_takes_the_place_of_what_is_built_in(make):
    web = make(WEB_WORKERS="1")
    views = web.home / "views"
    shutil.copytree(ROOT / "src/views", views)
    web.settings["VIEWS_DIR"] = str(views)
    web.start()
    plain = web.get("/privacy").body
    page = views / "privacy.html"
    page.write_text(page.read_text().replace("<h1>", "<h1>New "))
    assert web.get("/privacy").body == plain
    web.reload()
    assert web.get("/privacy").body == plain.replace(b"<h1>", b"<h1>New ")
    page.unlink()
    web.reload()
    assert any("privacy.html: can't be opened" in line["text"]
               for line in web.events("start"))
    assert web.get("/privacy").status == 200


# Without a database.

def test_pages_are_sent_from_memory_while_the_database_is_away(one, away):
    seen = one.get(CAREER)
    away()
    for _ in range(3):
        reply = one.get(CAREER)
        assert reply.status == 200 and reply.body == seen.body
    # First it finds out, then it knows.
    assert one.get("/careers/finance").status == 503
    for uri in ("/careers/finance", API, f"{API}/salaries"):
        reply, seconds = timed(lambda: one.get(uri))
        assert reply.status == 503 and seconds < 0.3
        assert int(reply.headers["retry-after"]) > 0
        assert reply.headers["cache-control"] == "no-store"
    assert one.subscribe("away%40example.org").status == 503
    assert one.get("/healthz").status == 200
    assert one.get("/readyz").status == 503
    assert one.get("/privacy").status == 200
    away.over()
    for uri in ("/careers/finance", "/readyz", API):
        wait_until(lambda: one.get(uri).status == 200, 3)
    assert one.subscribe("back%40example.org").status == 200


def test_memory_never_sends_what_was_corrected_since(one, away, cluster):
    """A newer version was seen: the copy may hold what is wrong by now."""
    seen = one.get(CAREER)
    assert seen.status == 200
    bump_version(cluster)
    wait_until(lambda: one.get("/privacy") and
               one.metrics["content_version"] == version(cluster), 3)
    away("immediate")
    assert one.get(CAREER).status == 503


def test_lock_that_lasts_is_busy_and_not_an_error(one, cluster):
    one.get(CAREER)
    link = cluster.connect("worker")
    link.autocommit = False
    try:
        link.cursor().execute(
            "LOCK TABLE mail.signup_count, catalog.revision")
        for ask in (lambda: one.subscribe("locked%40example.org"),
                    lambda: one.get("/careers", "q=back")):
            reply, seconds = timed(ask)
            assert reply.status == 503 and seconds < 2
            assert int(reply.headers["retry-after"]) > 0
    finally:
        link.close()
    assert one.get("/careers", "q=back").status == 200


def server_processes(cluster):
    master = int(Path(cluster.data, "postmaster.pid").read_text().split()[0])
    children = subprocess.run(["pgrep", "-P", str(master)],
                              capture_output=True, text=True, check=True)
    return [master, *map(int, children.stdout.split())]


def test_server_that_hangs_costs_no_worker_its_life(one, cluster):
    one.get(CAREER)
    kills = one.metrics["worker_deadline_kills_total"]
    pids = server_processes(cluster)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        reply, seconds = timed(lambda: one.get("/careers/finance"))
        assert reply.status == 503 and seconds < 2
        assert one.get(CAREER).status == 200
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    wait_until(lambda: one.get("/careers/finance").status == 200, 6)
    assert one.metrics["worker_deadline_kills_total"] == kills


def test_crashed_database_is_no_error_once_it_is_back(one, away):
    one.get(CAREER)
    one.subscribe("crash-1%40example.org")
    away("immediate")
    away.over()
    assert one.get("/careers/finance").status == 200
    assert one.subscribe("crash-2%40example.org").status == 200
    assert one.events("db.query") == []


def version(cluster):
    return int(cluster.psql("worker", "SELECT version FROM "
                            "catalog.content_version"))


def test_new_version_shows_within_two_seconds(one, cluster):
    one.get(CAREER)
    misses = one.metrics["page_cache_misses_total"]
    one.get(CAREER)
    assert one.metrics["page_cache_misses_total"] == misses
    bump_version(cluster)
    wait_until(lambda: one.get(CAREER) and
               one.metrics["page_cache_misses_total"] > misses, 2)


def test_a_worker_without_memory_makes_each_reply_anew(make):
    one = make(WEB_WORKERS="1", WEB_CACHE_KB="0").start()
    replies = [one.get(CAREER) for _ in range(3)]
    assert len({reply.body for reply in replies}) == 1
    assert one.metrics["page_cache_misses_total"] == 3
    assert one.metrics["page_cache_hits_total"] == 0


def test_ended_sessions_are_no_error_to_readers(web, cluster):
    # An address of its own each time, so that memory is no help.
    with Load(lambda n, count: web.get(CAREER, f"x={n}.{count}"), 4) as load:
        for _ in range(10):
            # Both workers are well connected again, not on their way.
            load.wait(100)
            wait_until(lambda: sessions(cluster) == 2)
            load.wait(100)
            assert end_sessions(cluster) == 2
        load.wait(100)
    assert load.errors == []
    assert {reply.status for reply in load.replies} == {200}
    assert web.metrics["database_connects_total"] >= 20


def test_ended_session_is_no_error_to_a_sign_up(one, cluster):
    for n in range(3):
        assert one.subscribe(f"ended-{n}%40example.org").status == 200
        assert end_sessions(cluster) >= 1


# The log.

def test_log_is_json_with_the_request_id_and_no_address(one, cluster):
    # As many ways as there are to get an address into it.
    one.subscribe("secret-1%40example.org", REQUEST_ID="5ec0")
    one.subscribe("secret-2%40example.org%00")
    one.subscribe("secret-3%40example")
    one.subscribe("secret-4%40example.org&topic=all")
    one.subscribe("secret-5%C2%A0%40example.org")
    one.get("/subscribe", "email=secret-6%40example.org")
    one.request("/subscribe", method="PUT", body=b"email=secret-7@x.org")
    one.get("/none\"\n\x01\xff{}", REQUEST_ID="0bad")
    end_sessions(cluster)
    one.subscribe("secret-8%40example.org")
    text = one.log.read_text()
    assert "secret" not in text and "@" not in text
    lines = one.lines
    for line in lines:
        assert list(line)[:4] == ["ts", "level", "prog", "pid"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
                            line["ts"])
    by_id = {line.get("req"): line for line in lines
             if line["event"] == "request"}
    assert by_id["5ec0"]["route"] == "subscribe"
    assert by_id["5ec0"]["status"] == 200
    assert by_id["0bad"]["status"] == 404


def test_log_that_nobody_reads_stops_nothing(make):
    web = make()
    read, write = os.pipe()
    web.launch(stderr=write)
    os.close(write)
    wait_until(lambda: web.noticed("READY=1"))
    os.close(read)
    for _ in range(5):
        assert web.get("/healthz").status == 200
    os.kill(web.pids[0], signal.SIGKILL)
    wait_until(lambda: web.metrics["worker_crashes_total"] == 1)
    web.reload()
    assert web.get("/healthz").status == 200
    assert web.stop()[0] == 0


# Over time.

def resident(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return int(re.search(r"VmRSS:\s+(\d+) kB", file.read())[1])


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def mixed(web, count):
    countries = ("US", "SG", "DE", "IN")
    codings = ("br", "gzip", "identity")
    for n in range(count):
        kind = n % 20
        if kind == 0:
            web.subscribe(f"soak-{n % 100}%40example.org")
        elif kind == 1:
            web.get(CAREER, f"x={n}", ENCODING="gzip")
        elif kind == 2:
            web.get(f"/none/{n}")
        elif kind == 3:
            web.get(API, f"x{n}=1")
        elif kind == 4:
            web.request("/country", method="POST", body=b"country=sg",
                        CONTENT_TYPE=fcgi.FORM)
        elif kind == 5:
            web.get("/metrics")
        elif kind < 12:
            web.get(CAREER, COUNTRY=countries[n % 4],
                    ENCODING=codings[n % 3])
        else:
            web.get(("/", API, "/careers", "/methodology")[n % 4],
                    ENCODING=codings[n % 3])


@pytest.mark.as_shipped
def test_memory_and_files_stay_flat(make):
    web = make(WEB_WORKERS="1", LOG_LEVEL="error").start()
    pid = web.pids[0]
    mixed(web, 4000)
    memory, files = resident(pid), open_files(pid)
    mixed(web, 16000)
    assert resident(pid) - memory < 2048
    assert open_files(pid) == files
    assert web.pids == [pid]
