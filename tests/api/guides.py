"""Editors who publish, change and withdraw guides on a running copy."""
import json
import os
import shutil
import subprocess
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
CTL = TOP / os.environ.get("B", "build") / "autopsy-ctl"
BUNDLED = TOP / "migrations/content/careers/backend-developer.json"


class Guides:
    """A directory of content that holds one guide at a time, since a sentence
    may stand in one only: the bundled one, under other names."""

    def __init__(self, site, home):
        self.site = site
        self.home = Path(home)
        shutil.copytree(TOP / "migrations/content", self.home / "content")
        self.careers = self.home / "content/careers"

    def content(self, *arguments):
        done = subprocess.run(
            [CTL, "content", *arguments], capture_output=True, text=True,
            env={**self.site.env, "MIGRATIONS_DIR": str(self.home)})
        assert done.returncode == 0, done.stderr
        return done.stdout

    def publish(self, slug, **changes):
        guide = json.loads(BUNDLED.read_text("utf-8"))
        guide.update(slug=slug, name=slug.replace("-", " ").title())
        guide.update(changes)
        for resource in guide["start"]["resources"]:
            resource["id"] = f"{slug}-{resource['stage']}"
        for file in self.careers.iterdir():
            file.unlink()
        (self.careers / f"{slug}.json").write_text(
            json.dumps(guide, indent=2, ensure_ascii=False), "utf-8")
        return self.content("publish")

    def withdraw(self, slug):
        return self.content("withdraw", slug)
