"""Sign-up, consent and what follows: proven, easy to leave, of no use to
those who would bother others."""

import hashlib
import itertools

import psycopg2
import pytest

from sql_database import Database, connect

_number = itertools.count(1)


@pytest.fixture
def db():
    made = Database()
    yield made
    made.close()


@pytest.fixture
def career(db):
    return db.publish()["career_id"]


def digest(text):
    return hashlib.sha256(text.encode()).digest()


def sign_up(db, email="reader@example.org", topics=("all",), ip="192.0.2.1",
            mailbox=None, domain=None):
    db.rows("SELECT mail.sign_up(%s, %s, %s, %s, %s, '2026-11', %s,"
            " 'Browser', '/careers')", email, digest(email),
            digest(mailbox or email), domain, list(topics), ip)


def request(db, email="reader@example.org"):
    found = db.rows("SELECT id, generation, topics, confirmed_at FROM"
                    " mail.signup WHERE email = %s", email)
    return found[-1] if found else None


def confirm(db, email="reader@example.org"):
    return db.one("SELECT mail.confirm_signup(%s, %s, '192.0.2.1', 'B')",
                  *request(db, email)[:2])


def reader(db, email="reader@example.org", topics=("all",)):
    """Somebody who said yes."""
    sign_up(db, email, topics, ip=f"2001:db8:{next(_number):x}::1")
    assert confirm(db, email) == "confirmed"
    return db.one("SELECT id FROM mail.reader WHERE email = %s", email)


def mails(db, kind="confirm"):
    return [state for state, in db.rows(
        "SELECT state FROM mail.message WHERE kind = %s ORDER BY id", kind)]


def events(db, email="reader@example.org"):
    return [kind for kind, in db.rows(
        "SELECT kind FROM mail.consent_event WHERE email_hash = %s"
        " ORDER BY id", digest(email))]


def keep(db, who, topics=(), kind="unsubscribed"):
    return db.one("SELECT mail.set_topics(%s, %s, %s, NULL, NULL)", who,
                  list(topics), kind)


def announce(db, career, wait="1 hour"):
    return db.one("SELECT mail.announce(%s, %s::interval)", career, wait)


def test_request_is_a_question_and_no_more(db):
    sign_up(db)
    assert request(db)[2:] == (["all"], None)
    assert mails(db) == ["ready"] and events(db) == ["requested"]
    assert db.rows("SELECT * FROM mail.reader") == []


def test_yes_makes_a_reader_and_says_what_was_agreed_to(db):
    sign_up(db)
    assert confirm(db) == "confirmed"
    assert db.rows("SELECT email, state FROM mail.reader") == [
        ("reader@example.org", "active")]
    assert db.rows("SELECT topic FROM mail.subscription") == [("all",)]
    assert db.rows("SELECT kind, topics, text_version, host(ip), user_agent"
                   " FROM mail.consent_event ORDER BY id") == [
        ("requested", ["all"], "2026-11", "192.0.2.1", "Browser"),
        ("confirmed", ["all"], "2026-11", "192.0.2.1", "B")]
    # The question is not asked any more.
    assert mails(db) == ["cancelled"]


def test_yes_said_twice_is_one_yes(db):
    sign_up(db)
    assert confirm(db) == confirm(db) == "confirmed"
    assert events(db) == ["requested", "confirmed"]


@pytest.mark.parametrize("change", [
    "UPDATE mail.signup SET requested_at = '2026-01-01',"
    " expires_at = '2026-01-02'",
    "UPDATE mail.signup SET generation = 2",
    "INSERT INTO mail.suppression (email_hash, reason)"
    " SELECT email_hash, 'blocked' FROM mail.signup",
    "DELETE FROM mail.signup"])
def test_link_that_is_over_makes_no_reader(db, change):
    sign_up(db)
    link = request(db)[:2]
    db.rows(change)
    assert db.one("SELECT mail.confirm_signup(%s, 1, NULL, NULL)",
                  link[0]) == "expired"
    assert db.rows("SELECT * FROM mail.reader") == []


def test_link_of_an_expired_request_stays_void_when_it_is_renewed(db):
    sign_up(db)
    db.rows("UPDATE mail.signup SET requested_at = '2026-01-01',"
            " expires_at = '2026-01-02'")
    db.rows("UPDATE mail.signup_count SET began_at = '2026-01-01'")
    old = request(db)
    sign_up(db)
    assert request(db)[:2] == (old[0], old[1] + 1)
    assert db.one("SELECT mail.confirm_signup(%s, %s, NULL, NULL)",
                  *old[:2]) == "expired"
    assert confirm(db) == "confirmed"


def test_topics_of_several_requests_are_asked_together(db, career):
    sign_up(db, topics=["career:backend-developer"])
    db.rows("UPDATE mail.signup_count SET began_at = '2026-01-01'")
    sign_up(db, topics=["category:information-technology"])
    assert request(db)[2] == ["career:backend-developer",
                              "category:information-technology"]


@pytest.mark.parametrize("topics", [
    ["career:nobody"], ["category:none"], ["everything"], []])
def test_topic_that_is_not_there_is_not_asked_for(db, career, topics):
    sign_up(db, topics=topics)
    assert request(db) is None and mails(db) == []


# Limits. Whoever is over one sees the same page; nothing is stored.

@pytest.mark.parametrize("scope, most, change", [
    ("mailbox", 1, lambda n: {"mailbox": "one", "ip": f"198.51.100.{n}"}),
    ("address", 5, lambda n: {"ip": "192.0.2.7"}),
    ("address", 5, lambda n: {"ip": f"2001:db8::{n:x}"}),
    ("domain", 30, lambda n: {"domain": "example.org",
                              "ip": f"2001:db8:{n:x}::1"}),
    ("network", 50, lambda n: {"ip": f"198.51.100.{n}"})])
def test_limits(db, scope, most, change):
    for number in range(most + 2):
        sign_up(db, f"a{number}@example.org", **change(number + 1))
    assert len(mails(db)) == most
    assert db.one("SELECT count(*) FROM mail.signup") == most


def test_site_over_its_limit_lets_mails_wait(db):
    db.rows("UPDATE mail.signup_limit SET most = 1 WHERE scope = 'site'")
    for number in range(2):
        sign_up(db, f"a{number}@example.org", ip=f"2001:db8:{number}::1")
    assert db.rows("SELECT run_at > now() FROM mail.message ORDER BY id") == [
        (False,), (True,)]


def test_limit_is_over_when_its_time_is(db):
    sign_up(db)
    db.rows("UPDATE mail.signup_count SET began_at = began_at"
            " - interval '25 hours'")
    sign_up(db)
    assert mails(db) == ["ready", "ready"]


# Who is known already.

def test_reader_is_not_asked_for_what_they_have(db, career):
    reader(db)
    db.rows("DELETE FROM mail.signup_count")
    sign_up(db, topics=["career:backend-developer"])
    assert mails(db) == ["cancelled"]


def test_reader_is_asked_for_more_than_they_have(db, career):
    who = reader(db, topics=["career:backend-developer"])
    db.rows("DELETE FROM mail.signup_count")
    sign_up(db, topics=["all"])
    assert mails(db) == ["cancelled", "ready"]
    assert confirm_latest(db) == "confirmed"
    assert db.one("SELECT count(*) FROM mail.subscription"
                  " WHERE reader_id = %s", who) == 2


def confirm_latest(db):
    return db.one("SELECT mail.confirm_signup(id, generation, NULL, NULL)"
                  " FROM mail.signup WHERE confirmed_at IS NULL")


@pytest.mark.parametrize("reason", ["blocked", "complaint", "manual"])
def test_who_must_not_be_written_to_is_not_asked(db, reason):
    db.rows("INSERT INTO mail.suppression (email_hash, reason)"
            " VALUES (%s, %s)", digest("reader@example.org"), reason)
    sign_up(db)
    assert mails(db) == [] and request(db) is None


@pytest.mark.parametrize("reason", ["hard", "soft", "erased"])
def test_new_yes_lifts_what_may_be_lifted(db, reason):
    db.rows("INSERT INTO mail.suppression (email_hash, reason)"
            " VALUES (%s, %s)", digest("reader@example.org"), reason)
    reader(db)
    assert db.rows("SELECT * FROM mail.suppression") == []


# "This wasn't me".

def test_block_is_for_good_and_said_once(db):
    sign_up(db)
    link = request(db)[0]
    for _ in range(2):
        assert db.one("SELECT mail.block_signup(%s, NULL, NULL)", link)
    assert mails(db) == ["cancelled"]
    assert events(db) == ["requested", "blocked"]
    assert db.one("SELECT mail.confirm_signup(%s, 1, NULL, NULL)",
                  link) == "expired"
    db.rows("DELETE FROM mail.signup_count")
    sign_up(db)
    assert mails(db) == ["cancelled"]


def test_block_of_what_is_not_there_says_so(db):
    assert not db.one("SELECT mail.block_signup(gen_random_uuid(), NULL,"
                      " NULL)")


# Leaving.

def test_leaving_stops_what_is_queued(db, career):
    who = reader(db)
    assert announce(db, career) == 1
    assert keep(db, who)
    assert mails(db, "notice") == ["cancelled"]
    assert db.rows("SELECT state FROM mail.reader") == [("unsubscribed",)]
    assert events(db)[-1] == "unsubscribed"


def test_leaving_twice_is_leaving_once(db):
    who = reader(db)
    assert keep(db, who) and keep(db, who)
    assert events(db) == ["requested", "confirmed", "unsubscribed"]


def test_leaving_a_topic_keeps_the_others(db, career):
    who = reader(db, topics=["career:backend-developer",
                             "category:information-technology"])
    announce(db, career)
    keep(db, who, ["category:information-technology"], "changed")
    assert mails(db, "notice") == ["ready"]
    assert db.rows("SELECT state FROM mail.reader") == [("active",)]
    keep(db, who)
    assert mails(db, "notice") == ["cancelled"]


def test_nobody_can_be_signed_up_by_the_page_for_leaving(db):
    who = reader(db, topics=["all"])
    keep(db, who, ["all", "category:information-technology"])
    assert db.rows("SELECT topic FROM mail.subscription") == [("all",)]


def test_leaving_of_who_is_not_there_says_so(db):
    assert not db.one("SELECT mail.set_topics(gen_random_uuid(), '{}',"
                      " 'unsubscribed', NULL, NULL)")


def test_page_of_a_link_shows_no_whole_address(db):
    assert db.one("SELECT mail.reader_topics(%s)", reader(db)) == {
        "address": "r***@example.org", "state": "active", "topics": [
            {"topic": "all", "words": "new career guides"}]}


# Erasure.

def test_erased_reader_leaves_a_hash_and_nothing_else(db, career):
    reader(db)
    announce(db, career)
    assert db.one("SELECT mail.erase_reader(%s, NULL, NULL)",
                  digest("reader@example.org"))
    for table in ("signup", "reader", "message", "consent_event",
                  "suppression", "subscription"):
        for row in db.rows(f"SELECT t::text FROM mail.{table} AS t"):
            assert "reader@" not in row[0] and "192.0.2" not in row[0]
            assert "Browser" not in row[0]
    assert mails(db, "notice") == ["cancelled"]
    assert events(db)[-1] == "erased"
    assert not db.one("SELECT mail.erase_reader(%s, NULL, NULL)",
                      digest("reader@example.org"))


def test_erasing_a_request_takes_its_question_along(db):
    sign_up(db)
    assert db.one("SELECT mail.erase_reader(%s, NULL, NULL)",
                  digest("reader@example.org"))
    assert mails(db) == [] and request(db) is None


def test_erasing_who_is_not_known_leaves_no_trace(db):
    assert not db.one("SELECT mail.erase_reader(%s, NULL, NULL)",
                      digest("nobody@example.org"))
    assert db.rows("SELECT * FROM mail.suppression") == []


# Announcing.

def test_reader_is_told_of_a_career_once(db, career):
    reader(db, topics=["all", "career:backend-developer",
                       "category:information-technology"])
    assert announce(db, career) == 1
    assert announce(db, career) == 0
    assert mails(db, "notice") == ["ready"]


@pytest.mark.parametrize("topic, count", [
    ("all", 1), ("career:backend-developer", 1),
    ("category:information-technology", 1), ("category:health", 0)])
def test_topic_decides_who_is_told(db, career, topic, count):
    db.rows("INSERT INTO catalog.category (slug, title, summary, position)"
            " VALUES ('health', 'Health', 's', 99)"
            " ON CONFLICT DO NOTHING")
    reader(db, topics=[topic])
    assert announce(db, career) == count


def test_careers_of_an_hour_share_a_mail(db, career):
    reader(db)
    other = db.publish(slug="nurse", name="Nurse", start={
        "entry_path": "p", "resources": []})["career_id"]
    announce(db, career)
    announce(db, other)
    assert mails(db, "notice") == ["ready"]
    assert db.one("SELECT count(*) FROM mail.announcement") == 2
    # One that is due, or was tried, is closed.
    third = db.publish(slug="cook", name="Cook", start={
        "entry_path": "p", "resources": []})["career_id"]
    db.rows("UPDATE mail.message SET run_at = now() WHERE kind = 'notice'")
    announce(db, third)
    assert mails(db, "notice") == ["ready", "ready"]


def test_nobody_is_told_who_left_or_must_not_be_written_to(db, career):
    keep(db, reader(db, "left@example.org"))
    reader(db, "gone@example.org")
    db.rows("INSERT INTO mail.suppression (email_hash, reason)"
            " VALUES (%s, 'hard')", digest("gone@example.org"))
    assert announce(db, career) == 0


# Who may do what.

@pytest.mark.parametrize("table", [
    "signup", "reader", "subscription", "consent_event", "suppression",
    "message", "announcement", "attempt", "signup_count"])
def test_web_role_sees_no_table_of_readers(table):
    with connect("autopsy_web") as link, link.cursor() as cursor:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(f"SELECT FROM mail.{table}")
