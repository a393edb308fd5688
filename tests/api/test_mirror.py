"""The mirror of ten lines stays in step with the site."""
import datetime
import json
import os
import re
import signal
import subprocess
import time

import pytest

from furnished import EXEMPT, HERE
from evidence import owner
from guides import Guides
from local_site import Site
from observe import age
from support import catalogue

SCRIPT = HERE / "mirror"
BACKEND = "backend-developer"


class Mirror:
    """A directory that is kept by the script, beside editors at work."""

    def __init__(self, site, home):
        self.site = site
        self.guides = Guides(site, home / "desk")
        self.directory = home / "mirror"
        (home / ".curlrc").write_text(f"interface = {EXEMPT}\n")
        self.env = {"PATH": "/usr/bin:/bin", "CURL_HOME": str(home)}

    def run(self, code=0, url=None):
        done = subprocess.run(
            [SCRIPT, url or self.site.url, self.directory], timeout=60,
            capture_output=True, text=True, env=self.env)
        assert done.returncode == code, done.stderr

    def look(self):
        """As it is run once a minute: what nginx had is old by then."""
        self.settle()
        self.run()

    def settle(self):
        """Workers look for a new version once a second, and replies that
        nginx has are sent for ten seconds."""
        time.sleep(1.1)
        for slug in self.slugs():
            try:
                age(self.site, f"/api/v1/careers/{slug}", 60)
            except AssertionError:
                continue

    def edge_log(self):
        os.kill(self.site.pid("nginx"), signal.SIGUSR1)
        time.sleep(0.2)
        text = (self.site.state / "nginx/access.log").read_text()
        return list(map(json.loads, text.splitlines()))

    def asked_for(self, slug):
        """What nginx answered the script about a guide."""
        return [line["status"] for line in self.edge_log()
                if line["path"] == f"/api/v1/careers/{slug}"]

    def slugs(self):
        with owner(self.site) as db:
            return [s for s, in db.rows("SELECT slug FROM catalog.career")]

    def has(self):
        return {file.stem: json.loads(file.read_text("utf-8"))
                for file in self.directory.glob("*.json")}

    def site_has(self):
        lines = self.site.get("/api/v1/export/careers.ndjson",
                              client=EXEMPT).text.splitlines()
        found = {}
        for guide in map(json.loads, lines):
            del guide["licence"], guide["attribution"]
            found[guide["slug"]] = guide
        return found

    def pay(self, low):
        with owner(self.site) as db:
            career = db.one("SELECT id FROM catalog.career WHERE slug = %s",
                            BACKEND)
            db.observe(career, "editors-2026", low, None, low + 50000,
                       observed_on=datetime.date(2026, 9, 1),
                       recorded_on=datetime.date(2026, 11, 24))
            db.derive(career, "a new look")
            db.query("document_refresh", career)


@pytest.fixture(scope="module")
def mirror(tmp_path_factory):
    copy = Site({"LIMIT_EXEMPT": EXEMPT}, https=False)
    try:
        yield Mirror(copy.start(), tmp_path_factory.mktemp("mirror"))
    finally:
        copy.remove()


def test_it_has_ten_lines():
    lines = SCRIPT.read_text().splitlines()
    assert len([line for line in lines if not line.startswith("#")]) == 10


def test_it_stays_in_step(mirror):
    """Whatever editors do between two looks."""
    mirror.look()
    assert mirror.has() == mirror.site_has()
    assert set(mirror.has()) == {BACKEND}

    mirror.guides.publish("data-engineer")
    mirror.look()
    assert set(mirror.has()) == {BACKEND, "data-engineer"}
    assert mirror.has() == mirror.site_has()

    mirror.guides.publish("data-engineer", synonyms=["Pipeline Plumber"])
    mirror.pay(120000)
    mirror.look()
    assert mirror.has()["data-engineer"]["synonyms"] == ["Pipeline Plumber"]
    assert mirror.has()[BACKEND]["salary"] != []
    assert mirror.has() == mirror.site_has()
    assert "120000" in json.dumps(mirror.has()[BACKEND]["salary"])

    mirror.guides.withdraw("data-engineer")
    mirror.look()
    assert set(mirror.has()) == {BACKEND}
    assert mirror.has() == mirror.site_has()

    mirror.guides.publish("data-engineer")
    mirror.look()
    assert mirror.has() == mirror.site_has()
    assert set(mirror.has()) == {BACKEND, "data-engineer"}


def test_an_old_reply_of_the_edge_is_mended_by_the_next_look(mirror):
    path = f"/api/v1/careers/{BACKEND}"
    mirror.look()
    mirror.site.get(path)  # nginx has it now, fresh for five seconds
    mirror.pay(140000)
    time.sleep(1.1)  # so that /changes tells of it
    mirror.run()
    # Or this would tell nothing.
    assert mirror.has() != mirror.site_has()
    mirror.look()
    assert "140000" in json.dumps(mirror.has()[BACKEND]["salary"])
    assert mirror.has() == mirror.site_has()


def test_what_it_has_is_not_sent_again(mirror):
    mirror.look()
    mirror.pay(160000)
    mirror.look()
    file = mirror.directory / f"{BACKEND}.json"
    before = file.stat().st_mtime_ns
    assert mirror.asked_for(BACKEND)
    mirror.look()
    assert file.stat().st_mtime_ns == before
    assert mirror.asked_for(BACKEND)[-1] == 304


def test_a_site_that_is_away_costs_nothing(mirror):
    mirror.look()
    before = mirror.has(), (mirror.directory / "now").read_text()
    mirror.run(code=7, url="http://localhost:1")
    mirror.run(code=22, url=mirror.site.url + "/nothing")
    assert before == (mirror.has(), (mirror.directory / "now").read_text())
    assert re.fullmatch(r"\d+\n", before[1])


def test_limits_make_it_wait_and_no_worse(tmp_path):
    """Who is not exempt is told to come back, and does."""
    copy = Site({"LIMIT_EXEMPT": ""}, https=False)
    try:
        catalogue.fill(copy.start(), None, 120)
        mirror = Mirror(copy, tmp_path)
        mirror.run()
        assert len(list(mirror.directory.glob("*.json"))) == 121
        assert 429 in [line["status"] for line in mirror.edge_log()]
    finally:
        copy.remove()
