"""What the mailer and the pages behind its links ask: what a mail says, what
comes back, what is forgotten."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from sql_database import NAME, Database, cluster, connect
from test_sql_consent import (
    announce, confirm, digest, events, keep, mails, reader, request, sign_up)


@pytest.fixture
def db():
    made = Database()
    yield made
    made.close()


@pytest.fixture
def career(db):
    return db.publish()["career_id"]


def mail(db, kind="confirm"):
    return db.one("SELECT max(id) FROM mail.message WHERE kind = %s", kind)


def compose(db, kind="confirm"):
    return db.one("SELECT mail.compose(%s)", mail(db, kind))


def bounce(db, what, number=None, sha256=None, code=550, status="5.1.1"):
    return db.one("SELECT mail.note_bounce(%s, %s, %s, %s, %s)",
                  number or mail(db, "notice"), sha256, what, code, status)


def suppressed(db):
    return db.rows("SELECT reason, expires_at > now() FROM mail.suppression")


# What a mail says.

def test_question_says_what_was_asked_where_and_how_long(db, career):
    sign_up(db, topics=["category:information-technology",
                        "career:backend-developer"])
    said = compose(db)
    assert said["kind"] == "confirm" and said["to"] == "reader@example.org"
    assert said["topic"] == "the guide Backend Developer and new guides in IT"
    assert said["page"] == "/careers" and said["generation"] == 1
    assert said["expires"] - said["asked"] == 72 * 3600
    assert said["signup"] == request(db)[0]


def test_notice_says_what_is_new_and_to_whom(db, career):
    reader(db, topics=["all", "category:information-technology"])
    announce(db, career)
    said = compose(db, "notice")
    assert said["to"] == "reader@example.org"
    assert said["topic"] == "new career guides"
    assert said["careers"] == [{
        "name": "Backend Developer",
        "tagline": "The half of the product that nobody sees.",
        "url": "/careers/information-technology/backend-developer"}]


@pytest.mark.parametrize("change", [
    "UPDATE mail.reader SET state = 'unsubscribed'",
    "INSERT INTO mail.suppression (email_hash, reason)"
    " SELECT email_hash, 'soft' FROM mail.reader",
    "UPDATE catalog.career SET revision_id = NULL, published_at = NULL",
    "DELETE FROM mail.announcement"])
def test_nobody_is_told_of_what_is_gone_or_who_is(db, career, change):
    reader(db)
    announce(db, career)
    db.rows(change)
    assert compose(db, "notice") is None


def test_question_is_not_asked_when_it_is_over(db):
    sign_up(db)
    db.rows("UPDATE mail.signup SET requested_at = '2026-01-01',"
            " expires_at = '2026-01-02'")
    assert compose(db) is None


# A visitor can't make a mail name a page that is not there.

@pytest.mark.parametrize("given, kept", [
    ("/", "/"), ("/careers", "/careers"),
    ("/careers/information-technology", "/careers/information-technology"),
    ("/careers/information-technology/backend-developer/sg",
     "/careers/information-technology/backend-developer/sg"),
    ("/careers/buy-pills-now", "/subscribe"),
    ("https://evil.example/", "/subscribe"), ("", "/subscribe"),
    ("/careers?q=buy", "/subscribe")])
def test_mail_names_only_pages_that_are_there(db, career, given, kept):
    db.rows("SELECT mail.sign_up('a@example.org', %s, %s, NULL, '{all}',"
            " '2026-11-24', '192.0.2.1', 'B', %s)", digest("a"), digest("a"),
            given)
    assert db.one("SELECT page FROM mail.signup") == kept


# What comes back.

@pytest.mark.parametrize("what, reason, state", [
    ("hard", ("hard", None), "bounced"),
    ("hard-180", ("hard", True), "bounced"),
    ("complaint", ("complaint", None), "complained")])
def test_refused_for_good_is_not_written_to_again(db, career, what, reason,
                                                  state):
    who = reader(db)
    announce(db, career)
    assert bounce(db, what) == "recorded"
    assert suppressed(db) == [reason]
    assert db.one("SELECT state FROM mail.reader WHERE id = %s", who) == state
    assert mails(db, "notice") == ["cancelled"]
    assert events(db)[-1] == state


@pytest.mark.parametrize("what", ["ignore", "failed", "soft"])
def test_one_failure_says_nothing_of_the_address(db, career, what):
    reader(db)
    announce(db, career)
    assert bounce(db, what) == "recorded"
    assert suppressed(db) == [] and mails(db, "notice") == ["ready"]


def notices(db, who, count):
    return [db.one("INSERT INTO mail.message (dedupe_key, kind, reader_id,"
                   " priority, max_unknown, give_up_at) VALUES (%s, 'notice',"
                   " %s, 5, 1, now() + interval '1 day') RETURNING id",
                   f"n{number}", who) for number in range(count)]


def test_three_full_boxes_in_a_month_are_a_pause(db):
    who = reader(db)
    one, two, three = notices(db, who, 3)
    for number in (one, one, one, two):
        bounce(db, "soft", number)
    assert suppressed(db) == []
    db.rows("UPDATE mail.bounce SET received_at = now() - interval '31 days'"
            " WHERE message_id = %s", one)
    bounce(db, "soft", three)
    assert suppressed(db) == []
    bounce(db, "soft", one)
    assert suppressed(db) == [("soft", True)]
    # They are still a reader when the pause is over.
    assert db.rows("SELECT state FROM mail.reader") == [("active",)]


def test_report_counts_once(db, career):
    reader(db)
    announce(db, career)
    assert bounce(db, "soft", sha256=digest("r")) == "recorded"
    assert bounce(db, "hard", sha256=digest("r")) == "known"
    assert suppressed(db) == []


def test_report_on_no_mail_of_ours_does_nothing(db):
    assert bounce(db, "hard", 4711) == "stranger"
    assert suppressed(db) == []


@pytest.mark.parametrize("first, then, left", [
    ("soft", "hard", "hard"), ("hard", "soft", "hard"),
    ("hard", "complaint", "complaint"), ("erased", "complaint", "complaint"),
    ("erased", "hard", "erased"), ("blocked", "hard", "blocked"),
    ("manual", "complaint", "manual")])
def test_what_weighs_more_stays(db, first, then, left):
    db.rows("SELECT mail.suppress(%s, %s, CASE %s WHEN 'soft' THEN now()"
            " + interval '1 day' END)", digest("a"), first, first)
    db.rows("SELECT mail.suppress(%s, %s, now() + interval '9 days')",
            digest("a"), then)
    assert [reason for reason, _ in suppressed(db)] == [left]


# The link to see and erase goes to the address, and is good for three days.

def manage(db, who):
    assert db.one("SELECT mail.request_manage(%s)", who)
    return db.one("SELECT message_id FROM mail.message"
                  " WHERE kind = 'manage' ORDER BY id DESC LIMIT 1")


def test_reader_sees_all_that_is_stored(db, career):
    link = manage(db, reader(db))
    said = db.one("SELECT mail.managed_data(%s)", link)
    assert said["email"] == "reader@example.org"
    assert said["topics"] == [{"topic": "all", "words": "new career guides"}]
    assert [(e["kind"], e["text_version"], e["ip"])
            for e in said["events"]] == [
        ("requested", "2026-11", said["events"][0]["ip"]),
        ("confirmed", "2026-11", "192.0.2.1")]
    assert compose(db, "manage")["expires"] > compose(db, "manage")["asked"]


def test_link_is_mailed_once_a_day_also_to_who_left(db):
    who = reader(db)
    keep(db, who)
    manage(db, who)
    manage(db, who)
    assert mails(db, "manage") == ["ready"]
    assert compose(db, "manage")["to"] == "reader@example.org"


def test_link_of_another_time_or_mail_is_none(db, career):
    link = manage(db, reader(db))
    db.rows("UPDATE mail.message SET created_at = now() - interval '73 hours'"
            " WHERE kind = 'manage'")
    assert db.one("SELECT mail.managed_reader(%s)", link) is None
    announce(db, career)
    notice = db.one("SELECT message_id FROM mail.message"
                    " WHERE kind = 'notice'")
    assert db.one("SELECT mail.managed_data(%s)", notice) is None
    assert not db.one("SELECT mail.erase_managed(%s)", notice)


def test_erasing_by_link_is_erasing(db):
    link = manage(db, reader(db))
    for _ in range(2):
        assert db.one("SELECT mail.erase_managed(%s)", link)
    assert db.rows("SELECT email, state FROM mail.reader") == [
        (None, "erased")]
    assert events(db).count("erased") == 1
    assert compose(db, "manage") is None


def test_erasing_takes_along_what_servers_said(db, career):
    reader(db)
    announce(db, career)
    db.rows("UPDATE mail.message SET last_reply = 'no reader@example.org'")
    db.rows("INSERT INTO mail.attempt (message_id, number, worker, outcome,"
            " reply) VALUES (%s, 1, 1, 'retry', 'no reader@example.org')",
            mail(db, "notice"))
    db.one("SELECT mail.erase_reader(%s, NULL, NULL)",
           digest("reader@example.org"))
    assert db.rows("SELECT DISTINCT last_reply FROM mail.message"
                   " UNION SELECT reply FROM mail.attempt") == [("",)]


# The page of the question.

def test_page_shows_what_becomes_of_a_request(db, career):
    def state():
        return db.one("SELECT mail.show_signup(%s, %s)",
                      *request(db)[:2])["state"]
    sign_up(db)
    assert db.one("SELECT mail.show_signup(%s, 1)", request(db)[0]) == {
        "address": "r***@example.org", "state": "pending",
        "topics": ["all"], "words": "new career guides"}
    assert db.one("SELECT mail.show_signup(%s, 2)",
                  request(db)[0])["state"] == "expired"
    confirm(db)
    assert state() == "confirmed"


# Requests from before there was a mailer.

def test_old_request_is_answered_once(db, career):
    for topic in ("all", "career:backend-developer"):
        db.rows("SELECT mail.request_subscription('old@example.org', %s,"
                " '2026-11')", topic)
    for number, in db.rows("SELECT id FROM mail.subscriber"):
        db.rows("SELECT mail.adopt_subscriber(%s, 'old@example.org', %s)",
                number, digest("old@example.org"))
    assert db.rows("SELECT * FROM mail.subscriber") == []
    assert mails(db) == ["ready"]
    assert request(db, "old@example.org")[2] == [
        "all", "career:backend-developer"]


# What is forgotten, and when.

def test_request_that_nobody_confirmed_is_forgotten(db):
    sign_up(db)
    db.rows("UPDATE mail.signup SET requested_at = now() - interval '11 days',"
            " expires_at = now() - interval '8 days'")
    assert db.one("SELECT mail.prune()")["signups"] == 1
    assert request(db) is None and mails(db) == []
    assert db.rows("SELECT ip, user_agent FROM mail.consent_event") == [
        (None, None)]


def test_what_is_young_is_kept(db, career):
    reader(db)
    announce(db, career)
    sign_up(db, "other@example.org")
    assert set(db.one("SELECT mail.prune()").values()) == {0}
    assert db.one("SELECT count(ip) FROM mail.consent_event") == 3
    # Of a request that became a consent the machine is known there.
    assert db.rows("SELECT ip IS NULL FROM mail.signup ORDER BY requested_at,"
                   " confirmed_at") == [(True,), (False,)]


def test_machines_are_forgotten_after_a_year_and_consent_is_not(db):
    db.rows("INSERT INTO mail.consent_event (email_hash, kind, ip,"
            " happened_at) VALUES (%s, 'confirmed', '192.0.2.1',"
            " now() - interval '13 months')", digest("a"))
    assert db.one("SELECT mail.prune()")["events"] == 1
    assert db.rows("SELECT kind, ip FROM mail.consent_event") == [
        ("confirmed", None)]


# When hardly anybody confirms.

@pytest.mark.parametrize("asked, yes, mode", [
    (200, 19, "careful"), (200, 20, "open"), (199, 0, "open")])
def test_form_is_careful_when_hardly_anybody_confirms(db, asked, yes, mode):
    db.rows("INSERT INTO mail.signup (email, email_hash, topics,"
            " text_version, requested_at, expires_at, confirmed_at)"
            " SELECT 'a@example.org', sha256(n::text::bytea), '{all}', 'v',"
            " now() - interval '1 hour', now(), CASE WHEN n <= %s"
            " THEN now() END FROM generate_series(1, %s) AS n", yes, asked)
    assert db.one("SELECT mail.signup_mode()") == mode


# Who left or was erased while a mail was on its way.

def begin(db):
    """A worker has it: its number and claim."""
    db.rows("UPDATE mail.message SET run_at = now()")
    return db.rows("SELECT id, claim FROM mail.claim_messages(1, '1 hour',"
                   " 10)")[0]


def asked_for_text(db, mail):
    return db.one("SELECT mail.begin_data(%s, %s, '1 hour')", *mail)


def put_off(db, mail):
    db.one("SELECT mail.finish_message(%s, %s, 'retry', 451, '', '0')", *mail)


def test_topic_that_was_dropped_is_not_told_of_by_a_mail_on_its_way(db,
                                                                    career):
    db.rows("INSERT INTO catalog.category (slug, title, summary, position)"
            " VALUES ('health', 'Health', 's', 99) ON CONFLICT DO NOTHING")
    who = reader(db, topics=["career:backend-developer", "category:health"])
    announce(db, career)
    mail_in_hand = begin(db)
    keep(db, who, ["category:health"], "changed")
    assert db.rows("SELECT state FROM mail.reader") == [("active",)]
    assert asked_for_text(db, mail_in_hand) == "unwanted"


def test_old_notice_does_not_come_with_a_new_yes(db, career):
    reader(db)
    announce(db, career)
    mail_in_hand = begin(db)
    db.one("SELECT mail.erase_reader(%s, NULL, NULL)",
           digest("reader@example.org"))
    put_off(db, mail_in_hand)
    db.rows("DELETE FROM mail.signup_count")
    reader(db, topics=["category:information-technology"])
    assert mails(db, "notice") == ["cancelled"]


def test_erasing_waits_for_a_yes_that_is_being_said():
    with connect() as yes, connect() as no:
        db = Database()
        sign_up(db)
        link = request(db)[:2]
        db.link.commit()
        try:
            with yes.cursor() as cursor:
                cursor.execute("SELECT mail.confirm_signup(%s, %s, NULL,"
                               " NULL)", link)
            with no.cursor() as cursor, ThreadPoolExecutor() as pool:
                erasing = pool.submit(
                    cursor.execute, "SELECT mail.erase_reader(%s, NULL, NULL)",
                    [digest("reader@example.org")])
                while db.one("SELECT count(*) FROM pg_locks"
                             " WHERE NOT granted") == 0:
                    assert not erasing.done()
                yes.commit()
                erasing.result(30)
            no.commit()
            assert db.rows("SELECT email, state FROM mail.reader") == [
                (None, "erased")]
        finally:
            yes.rollback()
            no.rollback()
            db.close()
            cluster().psql(NAME, """
                SET session_replication_role = replica;
                TRUNCATE mail.message, mail.signup, mail.subscription,
                    mail.reader, mail.suppression, mail.signup_count,
                    mail.consent_event CASCADE""")


def test_erased_stays_erased_when_a_pause_was_there_before(db):
    reader(db)
    db.rows("SELECT mail.suppress(%s, 'soft', now() + interval '1 second')",
            digest("reader@example.org"))
    db.one("SELECT mail.erase_reader(%s, NULL, NULL)",
           digest("reader@example.org"))
    assert db.rows("SELECT reason, expires_at FROM mail.suppression") == [
        ("erased", None)]


def test_links_of_a_confirmed_request_work_for_good(db):
    reader(db)
    db.rows("UPDATE mail.signup SET requested_at = '2020-01-01',"
            " expires_at = '2020-01-04', confirmed_at = '2020-01-02'")
    db.one("SELECT mail.prune()")
    assert db.one("SELECT mail.block_signup(%s, NULL, NULL)", request(db)[0])
    assert db.rows("SELECT state FROM mail.reader") == [("unsubscribed",)]


# A crowd behind one address takes nothing from others.

def test_refused_requests_do_not_count_against_others(db):
    for number in range(40):
        sign_up(db, f"a{number}@example.org", ip="203.0.113.9",
                domain="example.org")
    assert len(mails(db)) == 5
    sign_up(db, "honest@example.org", ip="198.51.100.1", domain="example.org")
    assert len(mails(db)) == 6
    assert db.rows("SELECT scope, max(count) FROM mail.signup_count"
                   " WHERE scope IN ('domain', 'site') GROUP BY scope"
                   " ORDER BY scope") == [("domain", 6), ("site", 6)]


def test_large_providers_have_no_limit_of_their_own(db):
    for number in range(40):
        sign_up(db, f"a{number}@mail.example", ip=f"2001:db8:{number:x}::1")
    assert len(mails(db)) == 40


# Wordings of the consent.

def test_consent_text_is_kept_by_version(db):
    assert db.rows("SELECT version FROM mail.consent_text"
                   " ORDER BY version") == [("2026-11",), ("2026-11-24",)]
