"""Sign-ups by the form: what is stored, and what nobody can learn by it."""
import html
import time
import uuid
from pathlib import Path

import pytest

from client import wait_until
from people import FORM, new_email, new_network, what_is_told
from support.links import token
from test_pages import words


def test_a_sign_up_stores_a_request_and_queues_one_mail(people):
    email = new_email()
    reply = people.subscribe(
        email.replace("reader", "Reader"),
        "&topic=all&website=&from=/careers/information-technology",
        {"User-Agent": "Agent \x01" + "x" * 300}, client="127.200.3.9")
    assert reply.status == 200
    assert "A mail that asks you to confirm is on its way" in words(reply.text)
    assert "@" not in reply.text
    assert people.rows(
        "SELECT topics, text_version, page, host(ip), user_agent, "
        "expires_at - requested_at = '72 hours' FROM mail.signup "
        "WHERE email = %s", email) == [
        (["all"], "2026-11-24", "/careers/information-technology",
         "127.200.3.9", "Agent ?" + "x" * 193, True)]
    assert people.events(email) == ["requested"] and people.mails(email) == 1
    assert people.one("SELECT email_hash FROM mail.signup WHERE email = %s",
                      email).tobytes() == people.hash(email)
    assert people.reader(email) is None


def test_pages_that_are_not_ours_are_not_quoted_to_anybody(people):
    for page in ("/careers/none", "//evil.example", "Buy+now!"):
        email = new_email()
        people.subscribe(email, f"&from={page}")
        assert people.one("SELECT page FROM mail.signup WHERE email = %s",
                          email) == "/subscribe"


def test_several_topics_may_be_chosen(people):
    email = new_email()
    people.subscribe(email, "&topic=category:finance&topic=category:education")
    assert people.request(email)[2] == ["category:education",
                                        "category:finance"]
    email = new_email()
    people.subscribe(email, "")
    assert people.request(email)[2] == ["all"]


def test_a_topic_that_is_not_there_is_passed_over(people):
    email = new_email()
    assert people.subscribe(email, "&topic=category:none").status == 200
    assert people.request(email) is None
    assert people.subscribe(email, "&topic=none:none").status == 400


def test_the_form_keeps_what_was_ticked_and_typed(people):
    reply = people.subscribe("ada@", "&topic=category:finance&topic=career:x"
                             "&from=/privacy")
    assert reply.status == 422
    assert 'value="category:finance" checked>' in reply.text
    assert 'value="category:education">' in reply.text
    assert '<input type="hidden" name="topic" value="career:x">' in reply.text
    assert 'name="from" value="/privacy"' in reply.text


def test_every_form_says_what_is_agreed_to(people):
    body = people.one("SELECT body FROM mail.consent_text ORDER BY version "
                      "DESC LIMIT 1")
    for path in ("/", "/careers", "/careers/finance", "/subscribe",
                 "/privacy", "/methodology", "/disclosure",
                 "/careers/information-technology/backend-developer/us"):
        page = people.site.get(path).text
        assert f"<p>{body}" in " ".join(page.split()), path
        assert page.count('action="/subscribe"') == 1
        assert f'name="from" value="{path}"' in page


@pytest.mark.parametrize("email", [
    "", "ada", "ada@", "@b.org", "a b@c.org", "a@b", "a@b..org",
    "<script>@x.org", "a@b.org,c@d.org", "j\u00f6rg@b.org",
    "a@x.org\r\nBcc: b@y.org", f"{'a' * 65}@b.org", f"a@{'b' * 64}.org",
    f"a@{'.'.join(['b' * 60] * 4)}.{'c' * 20}"])
def test_a_wrong_address_is_kept_and_explained(people, email):
    reply = people.subscribe(email)
    assert reply.status == 422
    assert "<title>Error: " in reply.text
    assert 'href="#email"' in reply.text
    assert 'aria-invalid="true"' in reply.text
    assert f'value="{html.escape(email)}"' in reply.text
    assert "<script>@" not in reply.text


@pytest.mark.parametrize("body, headers, status", [
    (b"email=a%00b@x.org", FORM, 400), (b"email=%ff@x.org", FORM, 400),
    (b"email=a@x.org&email=b@x.org", FORM, 400), (b"email=%4", FORM, 400),
    (b"email=" + b"a" * 401, FORM, 400), (b"email=" + b"a" * 10000, FORM, 413),
    (b"&".join([b"email=a@x.org"] + [b"topic=all"] * 30), FORM, 400),
    (b'{"email":"a@x.org"}', {"Content-Type": "application/json"}, 415),
    (b"email=a@x.org", {"Content-Type": "text/plain"}, 415),
    (b"email=a@x.org", {}, 415), (b"", FORM, 422), (b"=&&=", FORM, 422)])
def test_a_form_that_is_none_is_refused(people, body, headers, status):
    before = people.dump()
    reply = people.post("/subscribe", body, headers)
    assert reply.status == status and "<h1>" in reply.text
    assert people.dump() == before


@pytest.mark.parametrize("headers, status", [
    ({"Sec-Fetch-Site": "same-origin"}, 200), ({"Sec-Fetch-Site": "none"}, 200),
    ({"Sec-Fetch-Site": "cross-site"}, 403), ({"Origin": "null"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Origin": "https://evil.example"}, 403)])
def test_other_sites_sign_nobody_up(people, headers, status):
    email = new_email()
    assert people.subscribe(email, headers=headers).status == status
    assert people.mails(email) == (status == 200)


@pytest.mark.parametrize("typed, stored", [
    ("Grace.H+x@Example.org", "grace.h+x@example.org"),
    ("grace@M\u00fcller.example", "grace@xn--mller-kva.example")])
def test_an_address_is_stored_as_a_mail_server_knows_it(people, typed, stored):
    assert people.subscribe(typed).status == 200
    assert people.mails(stored) == 1


def test_a_slip_of_a_domain_is_asked_about_once(people):
    asked = people.subscribe("ada@gmial.com", "&sure=")
    assert asked.status == 422 and people.mails("ada@gmial.com") == 0
    assert "Did you mean ada@gmail.com?" in words(asked.text)
    assert 'name="sure" value="gmial.com"' in asked.text
    assert people.subscribe("ada@gmai.com", "&sure=gmial.com").status == 422
    assert people.subscribe("ada@gmial.com", "&sure=gmial.com").status == 200
    assert people.mails("ada@gmial.com") == 1


# What the answer tells.

def suppress(people, email, reason):
    people.rows("INSERT INTO mail.suppression (email_hash, reason) "
                "VALUES (%s, %s)", people.hash(email), reason)


def known(people, email):
    people.new_reader(email=email)
    people.forget_counts()


def left(people, email):
    known(people, email)
    people.post(people.reader_link(email))


def erased(people, email):
    known(people, email)
    people.post(people.manage_link(email) + "/erase", "sure=yes")


# What is known of an address, and how many mails it gets for asking.
KINDS = {
    "new": (lambda *_: None, 1),
    "pending": (lambda p, e: (p.subscribe(e), p.forget_counts()), 2),
    "limited": (lambda p, e: p.subscribe(e), 1),
    "known": (known, 1),
    "left": (left, 2),
    "erased": (erased, 1),
    "bounced": (lambda p, e: suppress(p, e, "hard"), 1),
    "blocked": (lambda p, e: suppress(p, e, "blocked"), 0),
    "complained": (lambda p, e: suppress(p, e, "complaint"), 0),
}


def test_the_answer_is_the_same_whatever_is_known(people):
    told = {}
    for kind, (prepare, mails) in KINDS.items():
        email = new_email()
        prepare(people, email)
        told[kind] = what_is_told(people.subscribe(email))
        assert people.mails(email) == mails, kind
    email = new_email()
    told["robot"] = what_is_told(
        people.subscribe(email, "&topic=all&website=http://spam"))
    assert people.mails(email) == 0
    told["role"] = what_is_told(people.subscribe("Abuse@d1.example"))
    assert people.mails("abuse@d1.example") == 0
    told["no topic"] = what_is_told(
        people.subscribe(new_email(), "&topic=category:none"))
    expected = told["new"]
    assert expected[0] == 200
    for kind, one in told.items():
        assert one == expected, kind


def test_each_is_counted_alike(people):
    """The same work: what is not wanted goes as far as what is."""
    def counted():
        return people.rows("SELECT scope, sum(count) FROM mail.signup_count "
                           "GROUP BY scope ORDER BY scope")

    domain = new_email().split("@")[1]
    people.subscribe(f"new@{domain}")
    seen = counted()
    for email, more in (("robot", "&website=x"), ("abuse", "&topic=all")):
        people.forget_counts()
        people.subscribe(f"{email}@{domain}", more)
        assert counted() == seen


# Limits.

@pytest.mark.parametrize("first, second", [
    ("a{}@{}", "A{}@{}"), ("b{}@{}", "b{}+tag@{}"),
    ("c.d{}@gmail.com", "cd{}@googlemail.com")])
def test_a_mailbox_gets_one_mail_a_day(people, first, second):
    n, domain = new_email().split("-")[1].split("@")
    one, other = first.format(n, domain), second.format(n, domain)
    people.subscribe(one)
    people.subscribe(other)
    mails = {one.lower(), other.lower()}
    assert sum(people.mails(email) for email in mails) == 1


def test_an_address_signs_up_five_in_an_hour(people):
    client = new_network()
    emails = [new_email() for _ in range(7)]
    replies = [what_is_told(people.subscribe(e, client=client))
               for e in emails]
    assert [people.mails(e) for e in emails] == [1] * 5 + [0] * 2
    assert all(reply == replies[0] for reply in replies)


def test_a_network_signs_up_fifty_in_an_hour(people):
    network = new_network().removesuffix("1")
    emails = [new_email() for _ in range(52)]
    for n, email in enumerate(emails):
        people.subscribe(email, client=f"{network}{n + 1}")
    assert [people.mails(e) for e in emails] == [1] * 50 + [0] * 2


def test_a_domain_is_written_to_thirty_times_in_an_hour(people):
    domain = new_email().split("@")[1]
    emails = [new_email(domain) for _ in range(32)]
    for email in emails:
        people.subscribe(email)
    assert [people.mails(e) for e in emails] == [1] * 30 + [0] * 2


def test_a_domain_that_many_share_has_no_limit(people):
    emails = [new_email("gmail.com") for _ in range(32)]
    for email in emails:
        people.subscribe(email)
    assert [people.mails(e) for e in emails] == [1] * 32


def test_over_what_the_site_sends_in_an_hour_mails_wait(people):
    people.subscribe(new_email())
    people.rows("UPDATE mail.signup_count SET count = 300 "
                "WHERE scope = 'site'")
    email = new_email()
    people.subscribe(email)
    assert people.rows(
        "SELECT m.state, m.run_at > now() + interval '55 minutes' "
        "FROM mail.message AS m JOIN mail.signup AS s ON s.id = m.signup_id "
        "WHERE s.email = %s", email) == [("ready", True)]


# When hardly anybody confirms.

def proof(people, email, age=5, purpose="form", key=None):
    made = int(time.time()) - age
    return token(people.site.env, purpose,
                 made.to_bytes(8, "little") + bytes(8), topic=key or email)


def test_careful_sign_ups_take_one_more_button(people):
    email = new_email()
    with people.careful():
        page = people.subscribe(email, "&topic=category:finance&from=/privacy")
        assert page.status == 200 and people.mails(email) == 0
        assert "One more step" in page.text
        sent = dict(field.split('" value="') for field in
                    page.text.replace('<input type="hidden" name="', "\n")
                    .split("\n") if '" value="' in field)
        sent = {name: value.removesuffix('">') for name, value in sent.items()}
        assert sent["email"] == email and sent["from"] == "/privacy"
        more = f"&topic={sent['topic']}&token={sent['token']}"
        again = people.subscribe(email, more)
        assert "faster than a person" in again.text
        assert sent["token"] in again.text and people.mails(email) == 0
        wait_until(lambda: people.subscribe(email, more) and
                   people.mails(email), 5, 0.5)
    assert people.request(email)[2] == ["category:finance"]


def test_careful_sign_ups_believe_no_other_proof(people):
    email = new_email()
    with people.careful():
        for wrong in ("", "x", proof(people, email, age=3601),
                      proof(people, email, key="other@x.org"),
                      proof(people, email, purpose="confirm"),
                      proof(people, email)[::-1],
                      token(people.site.env, "confirm", uuid.uuid4())):
            reply = people.subscribe(email, f"&token={wrong}")
            assert "One more step" in reply.text
        assert people.mails(email) == 0
        assert people.subscribe(email, "&token=" + proof(people, email)
                                ).status == 200
    assert people.mails(email) == 1


def test_careful_answers_are_the_same_whatever_is_known(people):
    emails = [new_email() for _ in range(3)]
    people.new_reader(email=emails[1])
    suppress(people, emails[2], "blocked")
    people.forget_counts()
    with people.careful():
        replies = [what_is_told(people.subscribe(
            e, f"&token={proof(people, e)}")) for e in emails]
        assert replies[0] == replies[1] == replies[2]
        told = [people.subscribe(e) for e in emails]
    assert {reply.status for reply in told} == {200}
    assert all("One more step" in reply.text for reply in told)


def test_without_keys_there_are_no_sign_ups(make):
    web = make(LINK_KEYS_FILE="", EMAIL_PEPPER_FILE="").start()
    reply = web.subscribe("a%40x.org")
    assert reply.status == 503 and b"not set up" in reply.body
    assert reply.headers["retry-after"]
    assert web.get("/unsubscribe/" + "A" * 67).status == 503
    assert web.get("/subscribe").status == 200


@pytest.mark.parametrize("name", ["LINK_KEYS_FILE", "EMAIL_PEPPER_FILE"])
@pytest.mark.parametrize("text, mode, complaint", [
    ("1 abc\n", 0o640, "is no "),
    ("1 " + "0" * 64 + "\n", 0o644, "open to everybody"),
    (None, 0, "can't be opened")])
def test_keys_that_can_t_be_used_end_it_at_once(make, name, text, mode,
                                                complaint):
    web = make()
    file = Path(web.settings[name])
    if text is None:
        file.unlink()
    else:
        file.write_text(text)
        file.chmod(mode)
    web.launch()
    assert web.process.wait(10) == 2
    words = web.log.read_text()
    assert words.startswith(f"autopsy-web: {file}:") and complaint in words
    assert "LINK_KEYS_FILE and EMAIL_PEPPER_FILE must name files" in words
    assert words.count("\n") == 1 and "000" not in words
