"""/feed.xml: what RFC 4287 demands, and names that never change."""
import json
import uuid
from datetime import datetime
from xml.etree import ElementTree

import pytest

from client import wait_until
from local_site import CAREER
from sql_database import GUIDE, Database
from support.atom import ATOM, faults
from support.cluster import shared
from support.schema import make_site
from support.worker import Worker

SITE = "https://Jobs.Example:8443"
HARD = 'You & <b>"they"</b> are paid ]]> for \'it\' – naïvely, \U0001f680.'


class Newsroom:
    """A database with guides, and a worker that shows them."""

    def __init__(self, site=SITE):
        self.name = f"feed_{uuid.uuid4().hex[:8]}"
        make_site(self.name)
        link = shared().connect(self.name)
        link.autocommit = False
        self.database = Database(link)
        self.database.publish()
        self.database.query("career_withdraw", GUIDE["slug"])
        self.worker = Worker(
            DATABASE_URL=shared().url(self.name, "autopsy_web"),
            SITE_URL=site, WEB_WORKERS="1", WEB_CACHE_KB="0").launch()
        self.commit()
        wait_until(lambda: self.worker.noticed("READY=1"), 10)

    def remove(self):
        self.worker.remove()
        self.database.close()
        shared().dropdb(self.name)

    def commit(self):
        self.database.link.commit()
        self.database.rows("SET ROLE autopsy_owner")

    def publish(self, slug, days_ago=0, **changes):
        """As if the guide's first or next revision came out then."""
        guide = {**GUIDE, "slug": slug, "start": {
            **GUIDE["start"], "resources": []}, **changes}
        answer = self.database.query("publish_revision", json.dumps(guide),
                                     "note")[0][0]
        # No revision is changed ever, but for tests.
        self.database.rows(
            "RESET ROLE; SET LOCAL session_replication_role = replica")
        self.database.rows(
            "UPDATE catalog.revision SET published_at = now()"
            " - make_interval(days => %s) WHERE career_id = %s"
            " AND number = %s", days_ago, answer["career_id"],
            answer["number"])
        self.database.rows(
            "UPDATE catalog.career SET published_at = now()"
            " - make_interval(days => %s), updated_at = now()"
            " - make_interval(days => %s) WHERE id = %s",
            days_ago, days_ago, answer["career_id"])
        self.commit()

    def reply(self, **headers):
        return self.worker.get("/feed.xml", **headers)

    def feed(self):
        """The feed's element, which has no fault."""
        reply = self.reply()
        assert reply.status == 200
        assert faults(reply.body) == []
        return ElementTree.fromstring(reply.body)

    def entries(self, child="title"):
        return [e.findtext(ATOM + child) for e in
                self.feed().findall(f"{ATOM}entry")]


@pytest.fixture
def newsroom():
    made = Newsroom()
    yield made
    made.remove()


def test_the_feed_of_the_site_is_atom_and_kept_like_other_pages(site):
    reply = site.get("/feed.xml")
    assert reply.status == 200
    assert reply.headers["Content-Type"] == \
        "application/atom+xml; charset=utf-8"
    assert faults(reply.body) == []
    feed = ElementTree.fromstring(reply.body)
    links = {link.get("rel"): link.get("href")
             for link in feed.findall(f"{ATOM}link")}
    assert links == {"self": f"{site.url}/feed.xml",
                     "alternate": f"{site.url}/careers"}
    entry = feed.find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Backend Developer"
    assert entry.find(f"{ATOM}link").get("href") == site.url + CAREER
    assert site.get(CAREER).status == 200
    assert site.get("/feed.xml").headers["X-Cache"] in ("HIT", "STALE")
    changed = datetime.strptime(reply.headers["Last-Modified"],
                                "%a, %d %b %Y %H:%M:%S GMT")
    assert feed.findtext(f"{ATOM}updated") == changed.isoformat() + "Z"
    known = site.get("/feed.xml", {"If-None-Match": reply.headers["ETag"]})
    assert (known.status, known.body) == (304, b"")


def test_every_page_leads_to_the_feed(site):
    assert ('<link rel="alternate" type="application/atom+xml"'
            ' title="New career guides" href="/feed.xml">') \
        in site.get("/").text


def test_a_site_without_a_career_has_a_feed_without_an_entry(newsroom):
    feed = newsroom.feed()
    assert feed.findall(f"{ATOM}entry") == []
    assert feed.findtext(f"{ATOM}updated") == newsroom.database.one(
        "SELECT to_char(changed_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
        " FROM catalog.content_version")


def test_thirty_are_told_newest_first(newsroom):
    for n in range(32):
        newsroom.publish(f"job-{n:02d}", n, name=f"Job {n}")
    assert newsroom.entries() == [f"Job {n}" for n in range(30)]
    dates = newsroom.entries("published")
    assert dates == sorted(dates, reverse=True)
    assert newsroom.feed().findtext(f"{ATOM}updated") == \
        max(newsroom.entries("updated"))


def test_what_is_written_arrives_letter_by_letter(newsroom):
    newsroom.publish("pay-clerk", tagline=HARD, name="R&D <Clerk> \"9'\"")
    assert newsroom.entries("summary") == [HARD]
    assert newsroom.entries("title") == ["R&D <Clerk> \"9'\""]


def test_an_edit_is_an_update_of_the_same_entry(newsroom):
    newsroom.publish("pay-clerk", 9)
    before = newsroom.entries("id"), newsroom.entries("published")
    old = newsroom.reply()
    newsroom.publish("pay-clerk", 2, name="Pay Clerk")
    assert (newsroom.entries("id"), newsroom.entries("published")) == before
    assert newsroom.entries("updated") > before[1]
    assert newsroom.entries() == ["Pay Clerk"]
    new = newsroom.reply()
    for name in ("last-modified", "etag"):
        assert new.headers[name] != old.headers[name]


def test_names_outlive_withdrawal_renaming_and_another_category(newsroom):
    newsroom.publish("pay-clerk", 9)
    newsroom.publish("nurse", 4)
    before = newsroom.entries("id")
    day = newsroom.database.one("SELECT (now() - interval '9 days')::date")
    assert before[1] == f"tag:jobs.example,{day}:pay-clerk"
    newsroom.database.query("career_withdraw", "pay-clerk")
    newsroom.commit()
    assert newsroom.entries("id") == before[:1]
    newsroom.publish("pay-clerk", 1, category="finance")
    newsroom.database.rows("UPDATE catalog.career SET slug = 'payroll-clerk'"
                           " WHERE slug = 'pay-clerk'")
    newsroom.commit()
    assert newsroom.entries("id") == before
    assert newsroom.feed().findall(f"{ATOM}entry/{ATOM}link")[1].get("href") \
        == f"{SITE}/careers/finance/payroll-clerk"


@pytest.mark.parametrize("site, host", [
    ("http://localhost:8080", "localhost"), ("http://[::1]:8080", "1"),
    ("https://WWW.example.org", "www.example.org"),
    ("https://me:secret@example.org/jobs", "example.org")])
def test_the_host_of_a_name_is_a_host_alone(site, host):
    newsroom = Newsroom(site)
    try:
        assert newsroom.feed().findtext(f"{ATOM}id") == f"tag:{host},2026:feed"
    finally:
        newsroom.remove()


def test_what_is_no_argument_of_the_feed_makes_no_copy_of_it(site):
    assert site.get("/feed.xml?page=2").status == 200
    assert site.request("POST", "/feed.xml", body=b"").status == 405


GOOD = """<feed xmlns="http://www.w3.org/2005/Atom"><id>tag:a.b,2026:f</id>
<title>T</title><updated>2026-11-24T09:00:00Z</updated>
<author><name>N</name></author><link rel="self" href="https://a.b/f"/>
<entry><id>tag:a.b,2026-11-24:x</id><title>X</title>
<updated>2026-11-24T09:00:00Z</updated><link href="https://a.b/x"/></entry>
</feed>"""


@pytest.mark.parametrize("old, new, fault", [
    ("<title>T</title>", "", "0 title in feed"),
    ("<title>X</title>", "<title>X</title><title>Y</title>",
     "2 title in entry"),
    ("<author><name>N</name></author>", "", "0 author in feed"),
    ("<name>N</name>", "<uri>http://a.b/</uri>", "0 name in author"),
    ("24T09", "24t09", "no date: '2026-11-24t09:00:00Z'"),
    ("11-24T09", "11-31T09", "no date: '2026-11-31T09:00:00Z'"),
    ('<link href="https://a.b/x"/>', "", "entry without an alternate"),
    ('<link href="https://a.b/x"/>', '<link href="https://a.b/x"/>' * 2,
     "alternates alike in entry"),
    ('href="https://a.b/x"', 'href="/x"', "no absolute address: '/x'"),
    ('href="https://a.b/x"', 'rel="alternate"', "link without href"),
    ('rel="self"', 'rel="alternate"', "feed without a link to itself"),
    ("2026-11-24:x", "2026:f", "id tag:a.b,2026:f twice"),
    ("2026-11-24:x", "2026-11-24:x y", "no tag URI: tag:a.b,2026-11-24:x y"),
    ("<title>X</title>", "<title>X<b/></title>", "b in title"),
    ("<title>X</title>", "<title>X</title>more", "text in entry"),
    ("<title>X</title>", '<title lang="x">X</title>',
     "attribute lang of title"),
])
def test_the_rules_find_what_is_wrong(old, new, fault):
    assert faults(GOOD) == []
    assert old in GOOD
    assert fault in faults(GOOD.replace(old, new, 1))
