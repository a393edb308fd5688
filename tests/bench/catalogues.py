"""The API on catalogues of several sizes, in the site's own PostgreSQL: what
a search and an export cost when there are more careers.

All sizes are asked the same, since a smaller catalogue is the beginning of a
larger one. Few ask at once: what is measured is how long a reply takes, and
not how long it waits.
"""
import contextlib
import json
import os
import statistics
import subprocess
import threading
import time
import urllib.parse

from load import measure, pss_kb, tree
from stand import BENCH, client

from support import catalogue
from support.cluster import Cluster
from support.schema import make_site
from support.worker import Worker

EXPORTS = ("salaries.csv", "careers.ndjson")
SEARCHES = 60
AT_ONCE = 2


class Catalogue:
    """So many careers, workers that serve them, and what they were asked."""

    def __init__(self, stand, size):
        self.size = size
        self.database = f"careers_{size}"
        self.port = stand.ports[size]
        self.url = f"http://127.0.0.1:{self.port}"
        self.cluster = Cluster()
        self.cluster.home = (stand.site.state / "sockets").resolve()
        self.rounds = []

    def fill(self):
        began = time.monotonic()
        make_site(self.database, self.cluster)
        catalogue.fill(self.cluster, self.database, self.size)
        return time.monotonic() - began

    @contextlib.contextmanager
    def served(self, stand):
        url = stand.database.replace("/autopsy?", f"/{self.database}?")
        with Worker(DATABASE_URL=url, SITE_URL=stand.site.url,
                    WEB_WORKERS="4", WEB_CACHE_KB="0", LOG_LEVEL="warn",
                    WEB_SOCKET=str(stand.socket(self.size))) as self.workers:
            yield self

    @property
    def worker_pids(self):
        return tree(self.workers.process.pid)[1:]

    def measure(self, stand, seconds):
        parts = stand.parts(stand.edge.pid, self.workers.process.pid)
        self.rounds.append(measure(
            self.url, seconds, parts, connections=AT_ONCE,
            script=BENCH / "paths.lua"))

    def middle(self, value):
        return statistics.median(value(r) for r in self.rounds)


def searches():
    """Addresses with three filters and a search: whole names, the two last
    words, the last one, a beginning, a name with a letter missing, a tool.
    Each finds a career that every catalogue has."""
    for n, career in enumerate(catalogue.careers(SEARCHES)):
        guide = json.loads(career["text"])
        words = guide["name"].split()
        longest = max(words, key=len)
        q = [guide["name"], " ".join(words[-2:]), words[-1],
             " ".join(words)[:len(words[0]) + 4],
             guide["name"].replace(longest, longest[:2] + longest[3:]),
             guide["skills"]["tools"][0]][n % 6]
        yield "/api/v1/careers?" + urllib.parse.urlencode({
            "q": q.lower(), "category": guide["category"],
            "remote": guide["facts"]["remote"][0],
            "entry_barrier": guide["facts"]["entry_barrier"]})


def write_searches(stand):
    """Into the file that paths.lua reads."""
    file = stand.directory / "paths"
    file.write_text("".join(f"{path}\n" for path in searches()))
    os.environ["PATHS"] = str(file)


def check(catalogues):
    """Each search finds something everywhere."""
    for path in searches():
        found = [json.loads(client.get(c.port, path).body)["total"]
                 for c in catalogues]
        if not all(found):
            raise SystemExit(f"bench: {path} finds {found}")


class Export:
    """One file, read as fast as it comes, and psql's of the same rows."""

    def __init__(self, held, name):
        self.name, self.held = name, held
        self.size = 0
        self.rates, self.others, self.growth = [], [], []

    @property
    def ratio(self):
        return statistics.median(
            ours / other for ours, other in zip(self.rates, self.others))

    def round(self):
        pids = self.held.worker_pids
        seen, done = [pss_kb(pids)], threading.Event()

        def watch():
            while not done.wait(0.05):
                seen.append(pss_kb(pids))

        watcher = threading.Thread(target=watch)
        watcher.start()
        out, took = timed([
            "curl", "-sS", "--fail", "-o", "/dev/null", "-w",
            "%{size_download}", f"{self.held.url}/api/v1/export/{self.name}"])
        done.set()
        watcher.join()
        seen.append(pss_kb(pids))
        self.size = int(out)
        self.growth.append(max(
            max(sizes) - sizes[0] for sizes in zip(*seen)) / 1024)
        self.rates.append(self.size / 1e6 / took)
        _, took = timed([self.held.cluster.bin / "psql", "-Xqd",
                         self.held.cluster.url(self.held.database,
                                               "autopsy_web"), "-c",
                         "SET statement_timeout = 0", "-c", self.copy()])
        self.others.append(self.size / 1e6 / took)

    def copy(self):
        query = catalogue.named(BENCH / "export.sql")[
            self.name.split(".")[0]]
        return f"\\copy ({' '.join(query.split()).rstrip(';')}) TO /dev/null"


def timed(command):
    began = time.monotonic()
    out = subprocess.run(command, check=True, capture_output=True,
                         text=True).stdout
    return out, time.monotonic() - began


def print_searches(catalogues):
    print(f"\n{'three filters and a search, uncached':38}"
          f"{'CPU time a request, us':^37}{'':8}{'ms':^16}\n"
          f"{'careers':>12}{'nginx':>34}{'worker':>9}{'Postgre':>9}"
          f"{'req/s':>18}{'p50':>8}{'p99':>8}{'':7}{'other':>7}")
    for c in catalogues:
        cpu = "".join(f"{c.middle(lambda r: r['cpu'][p]):>9.1f}"
                      for p in ("nginx", "worker", "PostgreSQL"))
        print(f"{c.size:>12}{'':25}{cpu}{'':9}"
              f"{c.middle(lambda r: r['rate']):>9.0f}"
              f"{c.middle(lambda r: r['p50']):>8.2f}"
              f"{c.middle(lambda r: r['p99']):>8.2f}{'':7}"
              f"{c.middle(lambda r: r['other']):>7.2f}")


def print_exports(exports):
    print(f"\n{'export':28}{'bytes':>12}{'MB/s':>10}{'psql':>10}{'ratio':>9}")
    for e in exports:
        print(f"{e.name:28}{e.size:>12}{statistics.median(e.rates):>10.1f}"
              f"{statistics.median(e.others):>10.1f}{e.ratio:>9.2f}")


def add_goals(goals, catalogues, exports):
    small, large = catalogues[0], catalogues[-1]
    for what in ("p50", "p99"):
        goals.add(f"search: {what} with {large.size} to {small.size} careers",
                  statistics.median(m[what] / n[what] for m, n in zip(
                      large.rounds, small.rounds)), most=3)
    for e in exports:
        goals.add(f"export of {e.name}: MiB more while it goes",
                  max(e.growth), most=2)
        goals.add(f"export of {e.name}: MB/s to psql's", e.ratio, least=0.25)
