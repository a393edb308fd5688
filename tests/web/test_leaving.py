"""The links of mails: to confirm, to block, to leave, to see and to erase."""
import json
import string
import uuid

import pytest

from observe import heard, logged
from faults import dead_workers
from people import FORM, PATHS, at_once, new_email, what_is_told
from support.links import token
from test_pages import words

ONE_CLICK = b"List-Unsubscribe=One-Click"
MULTIPART = (b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"'
             b"\r\n\r\nOne-Click\r\n--x--\r\n")
ELSEWHERE = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}


@pytest.fixture
def links(people):
    """One link of each kind, all of the same person."""
    email = people.new_reader("&topic=category:finance&topic=category:business")
    request = people.request(email)
    return {**{purpose: people.link(purpose, *request[:2])
               for purpose in ("confirm", "block")},
            "unsubscribe": people.reader_link(email),
            "manage": people.manage_link(email)}


def page(people, path, status=200):
    reply = people.site.get(path)
    assert reply.status == status
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert '<meta name="robots" content="noindex">' in reply.text
    return words(reply.text)


# Confirming.

def test_the_link_shows_a_button_and_the_button_confirms(people):
    email = new_email()
    people.subscribe(email, "&topic=category:finance")
    link = people.confirm_link(email)
    shown = page(people, link)
    masked = f"r***@{email.split('@')[1]}"
    assert f"Shall we write to {masked} about new guides in Finance?" in shown
    assert email not in shown
    assert people.reader(email) is None
    reply = people.post(link, headers={"User-Agent": "Yes"},
                        client="127.200.5.5")
    assert reply.status == 200 and "You are signed up" in reply.text
    assert people.topics(email) == ["category:finance"]
    assert people.rows(
        "SELECT kind, topics, text_version, host(ip), user_agent "
        "FROM mail.consent_event WHERE email_hash = %s ORDER BY id DESC "
        "LIMIT 1", people.hash(email)) == [
        ("confirmed", ["category:finance"], "2026-11-24", "127.200.5.5",
         "Yes")]


def test_a_link_that_is_used_twice_says_yes_once(people):
    email = new_email()
    people.subscribe(email)
    link = people.confirm_link(email)
    replies = at_once(8, lambda: people.post(link))
    replies += [people.post(link), people.site.get(link)]
    told = [what_is_told(reply) for reply in replies]
    assert told[0][0] == 200 and "You are signed up" in replies[0].text
    assert all(one[0] == 200 and one[2] == told[0][2] for one in told)
    assert people.events(email) == ["requested", "confirmed"]


@pytest.mark.parametrize("end", [
    "UPDATE mail.signup SET requested_at = now() - interval '4 days', "
    "expires_at = now() - interval '1 day' WHERE email = %s",
    "UPDATE mail.signup SET generation = 2 WHERE email = %s",
    "DELETE FROM mail.signup WHERE email = %s"])
def test_a_link_that_is_over_is_gone_and_offers_the_form(people, end):
    email = new_email()
    people.subscribe(email)
    link = people.confirm_link(email)
    people.rows(end, email)
    before = people.dump()
    for reply in (people.site.get(link), people.post(link)):
        assert reply.status == 410
        assert reply.headers["Cache-Control"] == "no-store"
        assert "works no more" in reply.text
        assert '<form action="/subscribe" method="post">' in reply.text
        assert link not in reply.text
    assert people.dump() == before and people.reader(email) is None


@pytest.mark.parametrize("headers, status", [
    ({"Sec-Fetch-Site": "cross-site"}, 403), ({"Origin": "https://x.y"}, 403),
    ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 403),
    # Pages without a referrer have no origin, in browsers that say no more.
    ({"Origin": "null"}, 200),
    ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 200)])
def test_other_sites_confirm_nothing(people, headers, status):
    email = new_email()
    people.subscribe(email)
    reply = people.post(people.confirm_link(email), headers={**FORM, **headers})
    assert reply.status == status
    assert people.state(email) == ("active" if status == 200 else None)


def test_who_did_not_ask_blocks_for_good(people):
    email = new_email()
    people.subscribe(email)
    link = people.confirm_link(email, "block")
    assert "Never get mail from us" in page(people, link)
    assert people.events(email) == ["requested"]
    # A mail program may press the button as well.
    for body, headers in ((b"", {}), (ONE_CLICK, FORM), (b"", ELSEWHERE)):
        reply = people.post(link, body, headers)
        assert reply.status == 200 and "will not write again" in reply.text
    assert people.events(email) == ["requested", "blocked"]
    assert people.post(people.confirm_link(email)).status == 410
    people.forget_counts()
    people.subscribe(email)
    assert people.mails(email) == 1
    people.rows("DELETE FROM mail.signup WHERE email = %s", email)
    assert "nothing left here to block" in page(people, link, 410)
    assert people.post(link).status == 200


# Leaving.

@pytest.mark.parametrize("body, headers", [
    (ONE_CLICK, FORM),
    (MULTIPART, {"Content-Type": "multipart/form-data; boundary=x"}),
    (b"", {}), (b"", FORM), (ONE_CLICK, {**FORM, **ELSEWHERE}),
    (b"\x00\xff", {"Content-Type": "application/octet-stream"})])
def test_one_click_leaves(people, body, headers):
    email = people.new_reader("&topic=category:finance&topic=all")
    link = people.reader_link(email)
    for _ in range(2):
        reply = people.post(link, body, headers)
        assert reply.status == 200
        assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert reply.text.startswith("You are unsubscribed.")
        assert reply.headers["Cache-Control"] == "no-store"
        assert "Location" not in reply.headers
        assert "Set-Cookie" not in reply.headers
    assert people.topics(email) == [] and people.state(email) == "unsubscribed"
    assert people.events(email) == ["requested", "confirmed", "unsubscribed"]
    assert "You are unsubscribed" in page(people, link)


def test_a_link_may_be_spelt_with_percent_signs(people):
    email = people.new_reader()
    block = people.confirm_link(email, "block")
    for path in (people.reader_link(email), block):
        start, _, text = path.rpartition("/")
        text = text.replace("-", "%2D").replace("_", "%5f")
        assert people.post(f"{start}/{text}", ONE_CLICK).status == 200
    assert people.state(email) == "unsubscribed"


def test_one_click_has_no_limit_and_pages_have(people):
    link = people.reader_link(people.new_reader())
    block = people.confirm_link(people.new_reader(), "block")
    for path in (link, block):
        seen = [people.post(path, ONE_CLICK, client="127.200.6.6").status
                for _ in range(90)]
        assert set(seen) == {200}
    seen = [people.site.get(link, client="127.200.6.7").status
            for _ in range(90)]
    assert set(seen) == {200, 429}


def test_leaving_counts_for_mails_that_wait(people):
    email = people.new_reader()
    reader = people.reader(email)
    people.rows("INSERT INTO mail.message (dedupe_key, kind, reader_id, "
                "priority, max_unknown, run_at, give_up_at) VALUES "
                "(%s, 'notice', %s, 5, 1, now() + interval '1 hour', "
                "now() + interval '1 day')", f"t:{reader}", reader)
    people.post(people.reader_link(email), ONE_CLICK)
    assert people.one("SELECT state FROM mail.message WHERE reader_id = %s",
                      reader) == "cancelled"


def test_topics_are_kept_and_dropped_one_by_one(people):
    email = people.new_reader("&topic=category:finance&topic=category:business"
                              "&topic=category:education")
    link = people.reader_link(email)
    text = people.site.get(link).text
    for topic in ("finance", "business", "education"):
        assert (f'<input type="checkbox" name="keep" '
                f'value="category:{topic}" checked>') in text
    reply = people.post(f"{link}/topics", "keep=category:finance"
                        "&keep=category:business&keep=all&stop=rest")
    assert reply.status == 200 and "Done" in reply.text
    # What they did not have before they can't take this way.
    assert people.topics(email) == ["category:business", "category:finance"]
    assert people.events(email)[-1] == "changed"
    people.post(f"{link}/topics", "keep=category:finance"
                "&keep=category:business&stop=rest")
    assert people.events(email).count("changed") == 1
    reply = people.post(f"{link}/topics", "keep=category:finance&stop=all")
    assert "You are unsubscribed" in words(reply.text)
    assert people.topics(email) == []
    assert people.events(email)[-1] == "unsubscribed"


@pytest.mark.parametrize("body, headers, status", [
    (b"keep=x&stop=rest", FORM, 400), (b"stop=now", FORM, 400),
    (b"stop=all&stop=all", FORM, 400), (b"stop=all", {}, 415),
    (b"stop=all", {**FORM, **ELSEWHERE}, 403),
    (b"stop=all" * 600, FORM, 413)])
def test_a_form_to_leave_that_is_none_changes_nothing(people, links, body,
                                                      headers, status):
    before = people.dump()
    for link in (links["unsubscribe"], links["manage"]):
        reply = people.post(f"{link}/topics", body, headers)
        assert reply.status == status
        assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert people.dump() == before


# Seeing and erasing.

def test_the_link_to_ones_data_goes_to_the_address_once_a_day(people):
    email = people.new_reader()
    link = people.reader_link(email)
    told = {people.post(f"{link}/data").body for _ in range(3)}
    assert len(told) == 1
    assert people.rows("SELECT kind FROM mail.message WHERE reader_id = %s",
                       people.reader(email)) == [("manage",)]
    assert people.post(f"{link}/data", headers={**FORM, **ELSEWHERE}
                       ).status == 403


def test_all_that_is_stored_is_shown(people):
    email = new_email()
    people.subscribe(email, "&topic=category:finance",
                     {"User-Agent": "Netscape"}, client="127.200.7.7")
    people.post(people.confirm_link(email))
    shown = page(people, people.manage_link(email))
    for part in (email, "Finance", "active", "127.200.7.7",
                 "Netscape", "wording 2026-11-24", "sign-up",
                 "confirmed by the link"):
        assert part in shown
    data = people.one("SELECT mail.managed_data(message_id)::text FROM "
                      "mail.message WHERE reader_id = %s",
                      people.reader(email))
    assert len(json.loads(data)["events"]) == 2


def test_topics_are_dropped_on_the_page_of_ones_data_too(people):
    email = people.new_reader("&topic=category:finance&topic=all")
    link = people.manage_link(email)
    reply = people.post(f"{link}/topics", "keep=all&stop=rest")
    assert reply.status == 200 and people.topics(email) == ["all"]
    reply = people.post(f"{link}/topics", "stop=rest")
    assert people.state(email) == "unsubscribed"
    assert "nothing is sent to you" in words(reply.text)


def test_erasing_takes_a_tick_and_leaves_the_hash(people):
    email = people.new_reader()
    link, leave = people.manage_link(email), people.reader_link(email)
    before = people.dump()
    reply = people.post(f"{link}/erase")
    assert reply.status == 422 and "Tick the box" in words(reply.text)
    assert people.dump() == before
    for _ in range(2):
        reply = people.post(f"{link}/erase", "sure=yes")
        assert reply.status == 200 and "Your data is erased" in reply.text
        assert email not in reply.text
    assert "Your data is erased" in page(people, link)
    assert "Everything we stored about you is erased" in page(people, leave)
    assert people.post(leave, ONE_CLICK).status == 200
    assert people.post(f"{link}/topics", "stop=all").status == 200
    assert not any(email in line for line in people.dump())
    assert people.state(email) == "erased"
    assert people.events(email)[-1] == "erased"
    assert people.events(email).count("erased") == 1


def test_the_link_to_ones_data_ends_after_three_days(people):
    email = people.new_reader()
    link = people.manage_link(email)
    people.rows("UPDATE mail.message SET created_at = now() - "
                "interval '73 hours' WHERE reader_id = %s",
                people.reader(email))
    before = people.dump()
    assert "That link works no more" in page(people, link, 410)
    for path, body in (("/topics", "stop=all"), ("/erase", "sure=yes")):
        assert people.post(link + path, body).status == 410
    assert people.dump() == before


# Any link.

def test_looking_changes_nothing(people, links):
    before = people.dump()
    for path in links.values():
        for method in ("GET", "HEAD"):
            for headers in ({}, {"Purpose": "prefetch"}, ELSEWHERE):
                reply = people.site.request(method, path, headers)
                assert reply.status == 200
                assert reply.headers["Cache-Control"] == "no-store"
    for path in ("/subscribe", "/subscribe?email=a@x.org&topic=all"):
        assert people.site.get(path).status == 200
    assert people.dump() == before


def other(character):
    letters = string.ascii_letters + string.digits + "-_"
    return letters[(letters.index(character) + 17) % 64]


def test_a_forged_link_is_no_link(people, links):
    before = people.dump()
    for purpose, path in links.items():
        start = PATHS[purpose]
        text = path.removeprefix(start)
        forged = [text[:n] + other(c) + text[n + 1:]
                  for n, c in enumerate(text)]
        forged += [text[:-1], text + "A", text[:30], "x", text.lower(),
                   text * 2, text + "="]
        # Made for something else, or by somebody else.
        forged += [links[p].removeprefix(PATHS[p])
                   for p in links if p != purpose]
        forged.append(token(people.site.env, purpose, uuid.uuid4(), 1, "all"))
        for one in forged:
            assert people.site.get(start + one).status == 404, one
            reply = people.post(start + one, ONE_CLICK)
            assert reply.status in (404, 405 * (purpose == "manage")), one
        reply = people.site.get(start + forged[0])
        assert reply.status == 404 and "not whole" in reply.text
        assert reply.headers["Referrer-Policy"] == "no-referrer"
    for path in ("topics", "data"):
        assert people.post(f"/unsubscribe/{forged[0]}/{path}",
                           "stop=all").status == 404
    assert people.post(f"/subscribe/settings/{forged[0]}/erase",
                       "sure=yes").status == 404
    assert people.dump() == before


def test_a_link_of_nobody_is_gone(people):
    for purpose in PATHS:
        path = people.link(purpose, uuid.uuid4())
        assert people.site.get(path).status == 410
        assert people.post(path).status in (200, 405, 410)


def test_other_methods_are_told_the_right_ones(people, links):
    for purpose, path in links.items():
        allow = "GET, HEAD" + ", POST" * (purpose != "manage") + ", OPTIONS"
        for method in ("PUT", "DELETE"):
            reply = people.site.request(method, path, body=b"")
            assert (reply.status, reply.headers["Allow"]) == (405, allow)


def test_a_slash_too_many_leads_to_the_link(people, links):
    for path in links.values():
        reply = people.site.get(path + "/")
        assert reply.status == 301 and reply.headers["Location"] == path
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["Referrer-Policy"] == "no-referrer"


def test_no_log_has_a_token_or_an_address(people, links):
    email = people.new_reader()
    secret = {path.rpartition("/")[2] for path in links.values()}
    replies = []
    for path in links.values():
        whole = [path, path + "/", path + "?x=1", path[:-1], path + "/topics",
                 path.upper()[:20] + path[20:], "/" + path, path + "%41",
                 path.replace("/", "/./", 1), "/x" + path,
                 "/%75" + path[2:]]
        for one in whole:
            for method in ("GET", "HEAD", "POST", "PUT"):
                replies.append(people.site.request(
                    method, one, {**FORM, "Referer": people.site.url + path},
                    b"a=1" if method in ("POST", "PUT") else None))
        replies.append(people.post(path, b"x" * 5000))
        replies.append(people.post(path.replace("s", "S", 1), b"x" * 5000))
    for one in people.site.get(f"/subscribe?token={max(secret)}"), *replies:
        logged(people.site, one)
    for reply in replies[:3]:
        assert heard(people.site, reply)["path"].endswith("/-")
    with dead_workers(people.site):
        assert people.site.get(links["manage"]).status == 503
    for file in [*(people.site.state / "log").glob("*.log"),
                 *(people.site.state / "nginx").glob("*.log")]:
        text = file.read_text(errors="replace")
        for one in secret:
            # The last of it may be missing.
            assert one[:-1] not in text, file
        assert email not in text and "@d" not in text, file
