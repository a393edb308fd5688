"""What visitors see while the database is away, and how soon a change shows."""
import json
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from client import wait_until

TOP = Path(__file__).resolve().parents[2]
CAREER = "/careers/information-technology/backend-developer"


@pytest.fixture(scope="module")
def copy():
    from local_site import Site

    site = Site(https=False)
    try:
        yield site.start()
    finally:
        site.remove()


def ctl(site, *arguments, **env):
    return subprocess.run(
        [TOP / "build/autopsy-ctl", *arguments], env={**site.env, **env}, cwd=TOP,
        capture_output=True, text=True, timeout=60)


@pytest.fixture
def content(tmp_path):
    """A copy of the content to edit."""
    shutil.copytree(TOP / "migrations", tmp_path / "migrations")
    return tmp_path / "migrations"


def test_changed_sentence_is_seen_within_seconds(copy, content):
    guide = content / "content/careers/backend-developer.json"
    new = "This tagline was changed a moment ago, to see how soon it shows."
    data = json.loads(guide.read_text())
    assert data["tagline"] in copy.get(CAREER + "/us").text
    guide.write_text(guide.read_text().replace(data["tagline"], new))
    done = ctl(copy, "content", "publish", MIGRATIONS_DIR=str(content))
    assert done.returncode == 0, done.stderr
    assert "revision 2 (tagline)" in done.stdout
    wait_until(lambda: new in copy.get(CAREER + "/us").text, 15, 0.5)
    assert new in copy.get("/api/v1/careers/backend-developer").text


def test_broken_guide_changes_nothing(copy, content):
    guide = content / "content/careers/backend-developer.json"
    guide.write_text(guide.read_text().replace('"medium"', '"middling"'))
    done = ctl(copy, "content", "publish", MIGRATIONS_DIR=str(content))
    assert done.returncode == 1
    assert "backend-developer.json:" in done.stderr and "middling" in done.stderr
    assert "nothing is published" in done.stderr


def test_withdrawn_guide_is_410_until_it_is_published_again(copy):
    slug = "backend-developer"
    assert ctl(copy, "content", "withdraw", slug).returncode == 0
    for path in (CAREER, CAREER + "/sg", "/careers/" + slug, "/api/v1/careers/" + slug):
        wait_until(lambda p=path: copy.get(p).status == 410, 15, 0.5)
    assert "0 guides are published" in copy.get("/careers").text
    assert ctl(copy, "content", "publish").returncode == 0
    wait_until(lambda: copy.get(CAREER + "/sg").status == 200, 15, 0.5)


def test_database_away(copy):
    warm, cold = CAREER + "/us", CAREER + "/de?level=senior"
    wait_until(lambda: copy.get(warm).headers["X-Cache"] == "HIT")
    assert copy.run("database stop").returncode == 0
    try:
        # Ten seconds is how long nginx takes it for fresh.
        end = time.monotonic() + 13
        seen = set()
        while time.monotonic() < end:
            reply = copy.get(warm)
            assert reply.status == 200
            seen.add(reply.headers["X-Cache"])
            time.sleep(0.25)
        assert seen - {"HIT"}, seen
        start = time.monotonic()
        reply = copy.get(cold)
        assert time.monotonic() - start < 2.5
        assert reply.status == 503 and reply.headers["Retry-After"] == "5"
        assert "try again in a few seconds" in reply.text
        assert copy.get("/api/v1/careers/backend-developer/salaries?level=mid").status == 503
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        reply = copy.request("POST", "/subscribe", form, b"email=a%40b.org")
        assert reply.status == 503 and "Try again" in reply.text
        assert copy.get("/healthz").status == 200
        assert copy.get("/readyz", client="127.0.0.1").status == 503
    finally:
        assert copy.run("database start").returncode == 0
    wait_until(lambda: copy.get(cold).status == 200, 4, 0.1)
    wait_until(lambda: copy.get("/readyz", client="127.0.0.1").status == 200, 4, 0.1)
