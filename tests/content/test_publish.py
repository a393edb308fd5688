"""autopsy-ctl content publish and export, on a private PostgreSQL."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CTL = ROOT / os.environ.get("B", "build") / "autopsy-ctl"
SLUG = "backend-developer"
BUNDLED = ROOT / "migrations" / "content" / "careers" / f"{SLUG}.json"


class Editor:
    """Somebody with a copy of the content and a database of their own."""

    def __init__(self, database, home):
        self.cluster, self.name = database
        self.home = home
        self.url = self.cluster.url(self.name)
        shutil.copytree(ROOT / "migrations" / "content", home / "content")
        self.file = home / "content" / "careers" / f"{SLUG}.json"
        for other in self.file.parent.iterdir():
            if other != self.file:
                other.unlink()

    def run(self, *arguments, code=0):
        done = subprocess.run(
            [CTL, "content", *arguments], capture_output=True, check=False,
            env={**os.environ, "DATABASE_URL": self.url,
                 "MIGRATIONS_DIR": str(self.home)})
        out, err = done.stdout.decode(), done.stderr.decode()
        assert done.returncode == code, (out, err)
        return err if code else out

    def edit(self, change):
        guide = json.loads(self.file.read_text("utf-8"))
        change(guide)
        self.file.write_text(json.dumps(guide, indent=2,
                                        ensure_ascii=False), "utf-8")

    def ask(self, sql):
        return self.cluster.psql(self.name, sql)

    def version(self):
        return int(self.ask("SELECT version FROM catalog.content_version"))


@pytest.fixture
def editor(database, tmp_path):
    return Editor(database, tmp_path)


def retitle(guide):
    guide["tagline"] = "You own what nobody sees, and answer for it at night."
    guide["days"]["levels"][0]["entries"][3]["text"] = (
        "Two containers want one port. You spend the morning on finding out"
        " which of them may keep it.")


def test_first_publication_makes_revision_1_and_all_documents(editor):
    out = editor.run("publish", "--note", "first")
    assert out == ("loaded categories: 8 new or changed\n"
                   f"published {SLUG}: revision 1 (new);"
                   " 0 readers will be told\n")
    assert editor.ask("SELECT number, note FROM catalog.revision") == \
        "1|first"
    assert editor.ask("SELECT count(*) FROM catalog.document") == "17"
    assert editor.ask("SELECT count(*) FROM catalog.resource") == "3"
    assert editor.version() > 1


def test_a_second_time_nothing_changes(editor):
    editor.run("publish")
    version = editor.version()
    assert editor.run("publish") == f"unchanged {SLUG}: revision 1\n"
    assert editor.version() == version
    assert editor.ask("SELECT count(*) FROM catalog.revision") == "1"


def test_an_edit_is_a_new_revision_and_says_what_changed(editor):
    editor.run("publish")
    version = editor.version()
    editor.edit(retitle)
    dry = editor.run("publish", "--dry-run")
    assert editor.ask("SELECT max(number) FROM catalog.revision") == "1"
    assert editor.version() == version
    out = editor.run("publish")
    assert out == (f"published {SLUG}: revision 2 (tagline,"
                   " days.levels[0].entries[3].text)\n")
    assert dry == out + "dry run: nothing is changed\n"
    assert editor.version() > version
    body = editor.ask("SELECT body FROM catalog.document"
                      " WHERE kind = 'career' AND country = 'SG'")
    assert json.loads(body)["tagline"].startswith("You own what nobody")


def test_layout_alone_is_a_revision_too_since_export_is_exact(editor):
    editor.run("publish")
    editor.edit(lambda guide: None)
    text = editor.file.read_bytes() + b"\n\n"
    editor.file.write_bytes(text)
    assert editor.run("publish") == \
        f"published {SLUG}: revision 2 (layout)\n"


def test_export_is_the_file_byte_for_byte(editor):
    editor.run("publish")
    done = subprocess.run([CTL, "content", "export", SLUG],
                          capture_output=True, check=True,
                          env={**os.environ, "DATABASE_URL": editor.url})
    assert done.stdout == BUNDLED.read_bytes()


def test_export_of_an_unknown_career_suggests(editor):
    editor.run("publish")
    err = editor.run("export", "backend-develper", code=1)
    assert f"did you mean '{SLUG}'?" in err
    assert f"published are:\n  {SLUG}\n" in err


def test_nothing_is_published_when_anything_is_wrong(editor):
    editor.edit(lambda guide: guide["ai"]["factors"][0].update(weight=41))
    err = editor.run("publish", code=1)
    assert "ai.factors: the weights sum to 101; must be 100" in err
    assert "nothing is published" in err
    assert editor.ask("SELECT count(*) FROM catalog.category") == "0"


def test_a_resource_of_another_career_stops_all(editor):
    editor.run("publish")
    editor.cluster.psql(editor.name, """
        BEGIN;
        SET ROLE autopsy_owner;
        INSERT INTO catalog.career (slug, category_id)
        SELECT 'other', min(id) FROM catalog.category;
        UPDATE catalog.resource SET career_id =
            (SELECT id FROM catalog.career WHERE slug = 'other');
        COMMIT""")
    editor.edit(retitle)
    err = editor.run("publish", code=1)
    assert "'meta-back-end-developer' belongs to another" in err
    assert editor.ask("SELECT max(number) FROM catalog.revision") == "1"


@pytest.mark.parametrize("command", [["publish"], ["export", SLUG]])
def test_a_database_that_is_down_is_for_later(editor, command):
    editor.url = "postgresql:///autopsy?host=/nowhere"
    err = editor.run(*command, code=75)
    assert "the database can't be reached" in err
