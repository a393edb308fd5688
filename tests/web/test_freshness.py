"""How soon visitors see what an editor publishes or withdraws."""
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from client import wait_until
from local_site import BUILD, CAREER, Site
from observe import age

TOP = Path(__file__).resolve().parents[2]
SLUG = "backend-developer"


@pytest.fixture(scope="module")
def edited():
    """A copy whose content changes."""
    copy = Site(https=False)
    try:
        yield copy.start()
    finally:
        copy.remove()


def content(site, *arguments, **env):
    done = subprocess.run(
        [BUILD / "autopsy-ctl", "content", *arguments], cwd=TOP,
        env={**site.env, **env}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_changed_sentence_is_seen_within_seconds(edited, tmp_path):
    shutil.copytree(TOP / "migrations", tmp_path / "migrations")
    guide = tmp_path / "migrations/content/careers" / f"{SLUG}.json"
    old = json.loads(guide.read_text())["tagline"]
    new = "This tagline was changed a moment ago, to see how soon it shows."
    before = edited.get(CAREER + "/us")
    assert old in before.text
    guide.write_text(guide.read_text().replace(old, new))
    assert "revision 2 (tagline)" in content(
        edited, "publish", MIGRATIONS_DIR=str(tmp_path / "migrations"))
    wait_until(lambda: new in edited.get(CAREER + "/us").text, 8, 0.2)
    after = edited.get(CAREER + "/us")
    assert after.headers["ETag"] != before.headers["ETag"]
    reply = edited.get(CAREER + "/us", {
        "If-None-Match": before.headers["ETag"]})
    assert reply.status == 200
    assert new in edited.get(f"/api/v1/careers/{SLUG}").text


def test_a_withdrawn_guide_is_gone_until_it_is_published_again(edited):
    paths = (CAREER, CAREER + "/sg", f"/careers/{SLUG}",
             f"/api/v1/careers/{SLUG}")

    def statuses():
        # As if the few seconds had passed for which pages are fresh.
        for path in paths:
            age(edited, path, 10)
        return {edited.get(path).status for path in paths}

    known = {path: edited.get(path).status for path in paths}
    assert set(known.values()) == {200, 301}
    content(edited, "withdraw", SLUG)
    wait_until(lambda: statuses() == {410}, 5)
    assert "No guide is published yet" in edited.get("/careers").text
    content(edited, "publish")
    wait_until(lambda: statuses() == {200, 301}, 5)
