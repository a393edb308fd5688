"""A worker and the commands under valgrind's memcheck, by `make valgrind`.

It sees reads of what was never written, which ASan and UBSan do not. The
programs are those of build-bare: hardening sets variables to zero, and a
fault would not show. Memory that is still reachable at the end is no fault:
libfcgi and OpenSSL keep some. Nothing had to be suppressed.
"""
import os
import re
import subprocess

import pytest

from support import fcgi
from support.links import token
from support.sources import NAMES, Sources
from support.worker import BUILD, ROOT, wait_until

CAREER = "/careers/information-technology/backend-developer"
API = "/api/v1/careers/backend-developer"
# A form for each that is posted to.
POSTED = {"/subscribe": b"email=a%40example.org&topic=all",
          "/country": b"country=SG&back=%2Fcareers"}
PATHS = [
    "/", "/careers", "/careers/information-technology", CAREER,
    CAREER + "/sg", "/methodology", "/disclosure", "/privacy",
    "/go/meta-back-end-developer", "/sitemap.xml", "/feed.xml",
    "/robots.txt", "/.well-known/security.txt", "/subscribe", "/compare",
    "/api", API, API + "/salaries",
    API + "/salaries/sg/history", "/api/v1/careers", "/api/v1/categories",
    "/api/v1/countries", "/api/v1/sources", "/api/v1/about",
    "/api/v1/changes", "/api/v1/compare", "/api/v1/openapi.json",
    "/api/v1/export/salaries.csv", "/api/v1/export/careers.ndjson",
    "/healthz", "/readyz", "/metrics",
    # And what is wrong in one way or another.
    "/none", "/go/none", CAREER + "/xx", "/api/v1/careers/none",
    "/careers/" + "a" * 81]
LINKS = {"/subscribe/confirm/": "confirm", "/subscribe/block/": "block",
         "/subscribe/settings/": "manage", "/unsubscribe/": "unsubscribe"}
QUERIES = ["", "level=mid", "q=backend&page=2", "q=%C3%A9%27%22%3C&page=1",
           "country=SG", "currency=eur&level=mid", "q=bakend&sort=relevance",
           "sort=salary&min_salary=1&remote=&limit=1", "since=0&limit=1",
           "cursor=MQkyCTM", "careers=backend-developer,none&level=",
           "level=nobody", "%zz=%&&=&level=mid&level=mid"]
ACCEPTS = ["", "text/csv;a=\"b\\\"c\", */*;q=0.5", "text/html;q=0,\""]
TAGS = ["", 'W/"a,b", "c', "*", '"' + "x" * 100 + '"']
DATES = ["", "Sun, 06 Nov 1994 08:49:37 GMT", "Sun Nov  6"]


def valgrind(logs, *command):
    return ["valgrind", "-q", "--leak-check=full", "--error-exitcode=99",
            "--trace-children=yes", f"--log-file={logs}/%p", *command]


def faults(logs):
    """What it said of each process, which has a file of its own."""
    said = [file.read_text() for file in logs.iterdir()]
    assert said
    return "\n".join(said).strip()


def test_worker_that_serves_each_route_uses_memory_well(make, tmp_path):
    web = make(WEB_WORKERS="1", WEB_DEADLINE_MS="60000")
    web.launch(valgrind(tmp_path, web.program))
    wait_until(lambda: web.noticed("READY=1"), 60, web.log.read_text())
    for path in PATHS:
        for number, query in enumerate(QUERIES):
            encoding = ("identity", "gzip", "br")[number % 3]
            web.get(path, query, ENCODING=encoding, timeout=60,
                    HTTP_ACCEPT=ACCEPTS[number % 3],
                    HTTP_IF_NONE_MATCH=TAGS[number % 4],
                    HTTP_IF_MODIFIED_SINCE=DATES[number % 3])
        web.request(path, method="OPTIONS", timeout=60)
    links = [prefix + token(web.settings, purpose, "0" * 32)
             for prefix, purpose in LINKS.items()]
    for link in links:
        web.get(link, timeout=60)
        web.get(link[:-1], timeout=60)
    forms = {**POSTED, **{link + more: b"keep=all&stop=rest&sure=yes"
                          for link in links for more in (
                              "", "/topics", "/data", "/erase")}}
    for path, body in forms.items():
        for sent in (body, b"", b"%zz=%&=&" + body, body * 100):
            web.request(path, method="POST", body=sent, timeout=60,
                        CONTENT_TYPE=fcgi.FORM)
    for sent in (b'{"email":"a@example.org"}', b'{"email":1}', b"{", b"",
                 b'{"email":"a\\u0001@b.org","topics":["all",2],"x":0}'):
        web.request("/api/v1/subscriptions", method="POST", body=sent,
                    timeout=60, CONTENT_TYPE="application/json")
    with fcgi.connect(web.socket) as peer:
        peer.sendall(fcgi.head("/healthz", size=10) + fcgi.stdin(b"abc"))
    text = web.get("/metrics", timeout=60).body.decode()
    counts = re.findall(r'requests_total\{route="(\w+)",.*\} (\d+)', text)
    routes = (ROOT / "src/routes.c").read_text()
    table = set(re.findall(r'(?:PAGE\(|POST\(|\{ )"(\w+)", ?\n?\s*(?:"|METHOD)',
                           routes))
    table |= {"api_" + name for name in re.findall(
        r'\tAPI(?:_OF)?\((?:\w+, )?"(\w+)"', routes)}
    assert len(table) >= 40
    assert table <= {name for name, count in counts if int(count)}
    assert web.stop()[0] == 0
    assert faults(tmp_path) == ""
    # The master, the worker, and a guard for each export.
    assert len(list(tmp_path.iterdir())) > 2


@pytest.mark.parametrize("command, status", [
    ("autopsy-ctl migrate status", 0), ("autopsy-ctl migrate up", 0),
    ("autopsy-ctl check", 0), ("autopsy-ctl content check", 0),
    ("autopsy-ctl content check tests/package.json", 1),
    ("autopsy-ctl content publish", 0),
    ("autopsy-ctl content export backend-developer", 0),
    ("autopsy-ctl error-pages TMP", 0),
    ("autopsy-ingest sources migrations/content/benchmarks/sources.json "
     "--dry-run", 0),
    ("autopsy-ingest import migrations/content/benchmarks/editors-2026.csv "
     "--source editors-2026 --dry-run", 0),
    ("autopsy-ingest import README.md --source editors-2026", 1)])
def test_command_uses_memory_well(cluster, tmp_path, command, status):
    (tmp_path / "logs").mkdir()
    program, *arguments = command.replace("TMP", str(tmp_path)).split()
    role = "autopsy_ingest" if program == "autopsy-ingest" else "autopsy_ops"
    done = subprocess.run(
        valgrind(tmp_path / "logs", BUILD / program, *arguments), cwd=ROOT,
        env={**os.environ, "DATABASE_URL": cluster.url("worker", role)},
        capture_output=True, text=True, timeout=120)
    assert faults(tmp_path / "logs") == ""
    assert done.returncode == status, done.stderr


@pytest.mark.parametrize("case, command, status", [
    (None, "run", 0), (None, "run --from-raw RUN", 0), (None, "run --due", 0),
    ("truncated", "run", 1), ("html", "run --dry-run", 1), (None, "status", 0),
    (None, "review list", 0)])
def test_fetching_uses_memory_well(cluster, tmp_path, case, command, status):
    sources = Sources()
    for name in NAMES:
        sources.case(name, case)
    # Files of rates are recorded as runs too.
    run = cluster.psql("worker", "SELECT max(run_id) FROM salary.fetch").strip()
    command = command.replace("RUN", run)
    done = subprocess.run(
        valgrind(tmp_path, BUILD / "autopsy-ingest", *command.split()),
        cwd=ROOT, env={**os.environ, **sources.env(), "DATABASE_URL":
                       cluster.url("worker", "autopsy_ingest")},
        capture_output=True, text=True, timeout=180)
    sources.stop()
    assert faults(tmp_path) == ""
    assert done.returncode == status, done.stderr
