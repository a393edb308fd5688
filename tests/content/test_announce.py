"""autopsy-ctl content publish tells readers of a guide that is new, once."""

import itertools
import json
import os
import subprocess

import psycopg2
import pytest

from test_publish import CTL, SLUG, Editor

IT = "category:information-technology"
WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE application_name = 'autopsy-ctl content'
        AND wait_event_type = 'Lock'"""
_number = itertools.count(1)


class Newsroom(Editor):
    """An editor whose readers have said yes."""

    gather = "3600"

    def run(self, *arguments, code=0):
        os.environ["MAIL_GATHER_S"] = self.gather
        try:
            return super().run(*arguments, code=code)
        finally:
            del os.environ["MAIL_GATHER_S"]

    def start(self, *arguments):
        return subprocess.Popen(
            [CTL, "content", *arguments], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
            env={**os.environ, "DATABASE_URL": self.url,
                 "MIGRATIONS_DIR": str(self.home)})

    def reader(self, name, *topics):
        email, n = f"{name}@example.org", next(_number)
        self.ask(f"""
            SELECT mail.sign_up('{email}', sha256('{email}'),
                sha256('{email}'), NULL,
                '{{{",".join(topics or ["all"])}}}', '2026-11-24',
                '2001:db8:{n:x}::1', 'Browser', '/')""")
        assert self.ask(f"""
            SELECT mail.confirm_signup(id, generation, NULL, '')
            FROM mail.signup WHERE email = '{email}'""") == "confirmed"

    def guide(self, slug):
        """Puts the bundled guide there under another name, alone, since a
        sentence may stand in one guide only."""
        guide = json.loads(self.file.read_text("utf-8"))
        guide.update(slug=slug, name=slug.replace("-", " ").title())
        for resource in guide["start"]["resources"]:
            resource["id"] = f"{slug}-{resource['stage']}"
        self.file.unlink()
        self.file = self.file.with_name(f"{slug}.json")
        self.file.write_text(json.dumps(guide, indent=2,
                                        ensure_ascii=False), "utf-8")

    def notices(self):
        """What the mails that wait will say: whom, and of which careers."""
        return [(said["to"].partition("@")[0],
                 [career["name"] for career in said["careers"]])
                for said in map(json.loads, self.ask(
                    "SELECT mail.compose(id) FROM mail.message"
                    " WHERE kind = 'notice' ORDER BY id").splitlines())]

    def waits(self):
        """Seconds from being queued to being due, a mail."""
        return [int(s) for s in self.ask(
            "SELECT round(extract(epoch FROM run_at - created_at))"
            " FROM mail.message WHERE kind = 'notice' ORDER BY id").split()]

    def queued(self):
        return self.ask("SELECT count(*) FROM mail.message"
                        " WHERE kind = 'notice'"), \
            self.ask("SELECT count(*) FROM mail.announcement")


@pytest.fixture
def newsroom(database, tmp_path):
    return Newsroom(database, tmp_path)


def test_readers_are_told_by_topic(newsroom):
    newsroom.run("publish")
    # Known by its name before its guide is there, so that it can be chosen.
    newsroom.ask("""
        INSERT INTO catalog.career (slug, category_id)
        SELECT 'data-engineer', category_id FROM catalog.career""")
    newsroom.reader("ada")
    newsroom.reader("bob", IT)
    newsroom.reader("cleo", "career:data-engineer")
    newsroom.reader("dan", "category:finance", f"career:{SLUG}")
    # Whoever asked for it in three ways is told once.
    newsroom.reader("eve", "all", IT, "career:data-engineer")
    newsroom.guide("data-engineer")
    assert newsroom.run("publish") == \
        "published data-engineer: revision 1 (new); 4 readers will be told\n"
    assert sorted(newsroom.notices()) == [
        (who, ["Data Engineer"]) for who in ("ada", "bob", "cleo", "eve")]
    assert newsroom.waits() == [3600] * 4


@pytest.mark.parametrize("readers, words", [
    (0, "0 readers"), (1, "1 reader"), (2, "2 readers")])
def test_how_many_will_be_told_is_said(newsroom, readers, words):
    for n in range(readers):
        newsroom.reader(f"r{n}")
    assert newsroom.run("publish").endswith(
        f": revision 1 (new); {words} will be told\n")
    assert newsroom.queued() == (str(readers), str(readers))


def test_guides_of_one_hour_share_a_mail_and_later_ones_do_not(newsroom):
    newsroom.reader("ada")
    newsroom.run("publish")
    newsroom.guide("data-engineer")
    assert "; 1 reader will be told\n" in newsroom.run("publish")
    assert newsroom.notices() == [
        ("ada", ["Backend Developer", "Data Engineer"])]
    # It falls due, and is not sent yet.
    newsroom.ask("UPDATE mail.message SET run_at = now()")
    newsroom.guide("web-developer")
    newsroom.run("publish")
    assert newsroom.notices() == [
        ("ada", ["Backend Developer", "Data Engineer"]),
        ("ada", ["Web Developer"])]


def test_a_mail_that_is_being_sent_takes_no_more_in(newsroom):
    newsroom.reader("ada")
    newsroom.run("publish")
    newsroom.ask("""
        UPDATE mail.message
        SET state = 'sending', claim = gen_random_uuid(), worker = 1,
            lease_until = now() + interval '1 hour'
        WHERE kind = 'notice'""")
    newsroom.guide("data-engineer")
    newsroom.run("publish")
    assert [names for _, names in newsroom.notices()] == [
        ["Backend Developer"], ["Data Engineer"]]


def test_how_long_they_are_gathered_is_a_setting(newsroom):
    newsroom.reader("ada")
    newsroom.gather = "0"
    newsroom.run("publish")
    newsroom.guide("data-engineer")
    newsroom.gather = "90"
    newsroom.run("publish")
    assert newsroom.waits() == [0, 90]


def test_a_later_revision_tells_nobody(newsroom):
    newsroom.run("publish")
    newsroom.reader("ada")
    newsroom.edit(lambda guide: guide.update(reviewed_on="2026-11-23"))
    assert newsroom.run("publish") == \
        f"published {SLUG}: revision 2 (reviewed_on)\n"
    assert newsroom.queued() == ("0", "0")


def test_a_guide_that_comes_back_tells_nobody(newsroom):
    newsroom.run("publish")
    newsroom.reader("ada")
    newsroom.run("withdraw", SLUG)
    assert newsroom.run("publish") == \
        f"published {SLUG}: revision 2 (back)\n"
    assert newsroom.queued() == ("0", "0")


def test_quiet_tells_nobody_now_or_later(newsroom):
    newsroom.reader("ada")
    out = newsroom.run("publish", "--quiet")
    assert out.endswith(f"published {SLUG}: revision 1 (new)\n")
    newsroom.run("publish")
    newsroom.run("withdraw", SLUG)
    newsroom.run("publish")
    assert newsroom.queued() == ("0", "0")


def test_a_dry_run_says_who_would_be_told_and_queues_nothing(newsroom):
    newsroom.reader("ada")
    dry = newsroom.run("publish", "--dry-run")
    assert newsroom.queued() == ("0", "0")
    assert dry == newsroom.run("publish") + "dry run: nothing is changed\n"
    assert "; 1 reader will be told\n" in dry


def test_the_same_twice_is_told_once(newsroom):
    newsroom.reader("ada")
    newsroom.run("publish")
    assert newsroom.run("publish") == f"unchanged {SLUG}: revision 1\n"
    assert newsroom.queued() == ("1", "1")


@pytest.mark.parametrize("change", [
    "UPDATE mail.reader SET state = 'unsubscribed'",
    "UPDATE mail.reader SET state = 'bounced'",
    "UPDATE mail.reader SET state = 'complained'",
    "SELECT mail.erase_reader(email_hash, NULL, NULL) FROM mail.reader",
    "SELECT mail.set_topics(id, '{}', 'unsubscribed', NULL, NULL)"
    " FROM mail.reader WHERE email = 'ada@example.org'",
    *(f"""INSERT INTO mail.suppression (email_hash, reason)
        SELECT email_hash, '{reason}' FROM mail.reader"""
      for reason in ("hard", "soft", "complaint", "blocked", "manual"))])
def test_who_left_or_is_suppressed_is_not_told(newsroom, change):
    newsroom.reader("ada")
    newsroom.ask(change)
    assert newsroom.run("publish").endswith("; 0 readers will be told\n")
    assert newsroom.queued() == ("0", "0")


def test_who_has_not_said_yes_is_not_told(newsroom):
    newsroom.ask("""
        SELECT mail.sign_up('a@example.org', sha256('a'), sha256('a'), NULL,
            '{all}', '2026-11-24', NULL, '', '/')""")
    assert newsroom.run("publish").endswith("; 0 readers will be told\n")


def test_a_publication_that_fails_half_way_queues_nothing(newsroom):
    """The second file is refused when the first has queued its notices."""
    newsroom.reader("ada")
    newsroom.run("publish")
    newsroom.ask("DELETE FROM mail.announcement; DELETE FROM mail.message")
    newsroom.guide("data-engineer")
    newsroom.ask("""
        CREATE FUNCTION catalog.refuse() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$;
        CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON mail.announcement
        DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION catalog.refuse()""")
    err = newsroom.run("publish", code=1)
    assert "can't commit" in err and "no room" in err
    assert newsroom.queued() == ("0", "0")
    assert newsroom.ask("SELECT count(*) FROM catalog.career") == "1"
    newsroom.ask("DROP TRIGGER refuse ON mail.announcement")
    newsroom.run("publish")
    assert newsroom.queued() == ("1", "1")


def test_a_killed_publication_queues_nothing(newsroom):
    newsroom.reader("ada")
    held = psycopg2.connect(newsroom.cluster.url(newsroom.name, "postgres"))
    held.cursor().execute("LOCK mail.announcement")
    process = newsroom.start("publish")
    while newsroom.ask(WAITING) == "0":
        assert process.poll() is None, process.communicate()
    process.kill()
    process.communicate()
    held.close()
    newsroom.run("publish")
    assert newsroom.notices() == [("ada", ["Backend Developer"])]


def both(newsroom, *commands):
    """Starts them while what all of them need is locked, and lets go when
    all wait for it; what they said, sorted."""
    held = psycopg2.connect(newsroom.cluster.url(newsroom.name, "postgres"))
    held.cursor().execute("SELECT FROM catalog.content_version FOR UPDATE")
    processes = [command() for command in commands]
    while newsroom.ask(WAITING) != str(len(processes)):
        assert all(p.poll() is None for p in processes)
    held.close()
    said = [p.communicate(timeout=60) for p in processes]
    assert [p.returncode for p in processes] == [0] * len(said), said
    return sorted(out for out, _ in said)


def test_two_publications_of_one_guide_at_once_tell_once(newsroom):
    # What loads the categories would wait for the other one anyway.
    newsroom.run("publish")
    newsroom.guide("data-engineer")
    newsroom.reader("ada")
    one = lambda: newsroom.start("publish")  # noqa: E731
    first, second = both(newsroom, one, one)
    assert first == ("published data-engineer: revision 1 (new);"
                     " 1 reader will be told\n")
    assert second == "unchanged data-engineer: revision 1\n"
    assert newsroom.notices() == [("ada", ["Data Engineer"])]


def test_two_guides_published_at_once_share_a_mail(newsroom, tmp_path):
    newsroom.run("publish")
    newsroom.guide("data-engineer")
    newsroom.reader("ada")
    (tmp_path / "other").mkdir()
    other = Newsroom((newsroom.cluster, newsroom.name), tmp_path / "other")
    other.guide("web-developer")
    both(newsroom, lambda: newsroom.start("publish"),
         lambda: other.start("publish"))
    (who, names), = newsroom.notices()
    assert who == "ada"
    assert sorted(names) == ["Data Engineer", "Web Developer"]
