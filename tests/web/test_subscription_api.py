"""Sign-ups by programs: POST /api/v1/subscriptions."""
import json

import pytest

from people import JSON, new_email, what_is_told

PATH = "/api/v1/subscriptions"


def problem(reply, status):
    assert reply.status == status
    assert reply.headers["Content-Type"] == "application/problem+json"
    found = json.loads(reply.text)
    assert found["status"] == status
    return [(e["parameter"], e["detail"]) for e in found.get("errors", [])]


def test_a_sign_up_is_pending_until_it_is_confirmed(people):
    email = new_email()
    reply = people.api({"email": f" {email.upper()}\n",
                        "topics": ["category:finance", "all"]},
                       {"Content-Type": "Application/JSON; charset=utf-8"})
    assert (reply.status, reply.text) == (202, '{"status":"pending"}')
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["Cache-Control"] == "no-store"
    assert people.request(email)[2] == ["all", "category:finance"]
    assert people.mails(email) == 1
    email = new_email()
    assert people.api({"email": email}).status == 202
    assert people.request(email)[2] == ["all"]


def test_the_answer_is_the_same_whatever_is_known(people):
    emails = [new_email() for _ in range(3)] + ["postmaster@d1.example"]
    people.subscribe(emails[1])
    people.new_reader(email=emails[2])
    told = [what_is_told(people.api({"email": e})) for e in emails]
    assert told[0][0] == 202
    assert all(one == told[0] for one in told)


@pytest.mark.parametrize("body, parameter", [
    (b"", "body"), (b"{", "body"), (b"[]", "body"), (b'"a@x.org"', "body"),
    (b'{"email":"a@x.org"} x', "body"), (b'{"email":"a\xff@x.org"}', "body"),
    (b'{"email":"a@x.org\\u0000"}', "body"),
    (b'{"email":"a@x.org"}\x00{}', "body"), (b'{"email":"a\x01@x.org"}', "body"),
    (b'{"email":1}', "email"), (b'{"email":["a@x.org"]}', "email"),
    (b'{"email":"a@x.org","topics":["all\x7f"]}', "topics"),
    (b'{"email":"a\\u0001@x.org"}', "email"),
    (b'{"email":null}', "email"), (b'{"email":{"a":1}}', "email"),
    (b'{"email":"a@x.org","email":"b@x.org"}', "email"),
    (b'{"email":"' + b"a" * 401 + b'"}', "email"),
    (b'{"email":"a@x.org","topics":"all"}', "topics"),
    (b'{"email":"a@x.org","topics":[]}', "topics"),
    (b'{"email":"a@x.org","topics":[1]}', "topics"),
    (b'{"email":"a@x.org","topics":["all",["all"]]}', "topics"),
    (b'{"email":"a@x.org","topics":["all"],"topics":["all"]}', "topics"),
    (json.dumps({"email": "a@x.org", "topics": ["all"] * 30}).encode(),
     "topics"),
    (b'{"email":"a@x.org","name":"Ada"}', "name"),
    (b'{"Email":"a@x.org"}', "Email"),
    (b"[" * 4000, "body"), (b'{"a":' * 600 + b"1" + b"}" * 600, "a")])
def test_a_document_that_is_none_is_400_and_says_why(people, body, parameter):
    before = people.dump()
    errors = problem(people.api(body), 400)
    assert parameter in [name for name, _ in errors]
    assert people.dump() == before


@pytest.mark.parametrize("document, parameters", [
    ({}, ["email"]), ({"email": ""}, ["email"]), ({"email": "ada"}, ["email"]),
    ({"email": "a@x.org\r\nBcc: b@y.org"}, ["email"]),
    ({"email": "j\u00f6rg@x.org"}, ["email"]),
    ({"email": f"a@{'b' * 64}.org"}, ["email"]),
    ({"email": "a@x.org", "topics": ["new"]}, ["topics"]),
    ({"email": "a", "topics": ["career:A"]}, ["email", "topics"])])
def test_a_value_that_is_none_is_422_and_says_why(people, document,
                                                 parameters):
    before = people.dump()
    errors = problem(people.api(document), 422)
    assert [name for name, _ in errors] == parameters
    assert all(len(detail) > 10 for _, detail in errors)
    assert people.dump() == before


def test_a_wrong_kind_of_body_is_415_and_a_large_one_413(people):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "", "x"):
        problem(people.api({"email": new_email()}, {"Content-Type": kind}),
                415)
    problem(people.api({"email": "a" * 10000}), 413)


def test_other_methods_are_told_the_right_one(people):
    for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
        reply = people.site.request(method, PATH, JSON)
        assert (reply.status, reply.headers["Allow"]) == (
            405, "POST, OPTIONS")


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_pages_of_other_sites_sign_nobody_up(people, headers):
    email = new_email()
    problem(people.api({"email": email}, headers), 403)
    assert people.mails(email) == 0


def test_careful_sign_ups_are_sent_to_the_form(people):
    email = new_email()
    with people.careful():
        reply = people.api({"email": email})
        assert problem(reply, 503) == []
        assert reply.headers["Retry-After"] == "3600"
        assert f"{people.site.url}/subscribe" in reply.text
    assert people.mails(email) == 0


def test_the_api_is_limited_as_the_form_is(people):
    seen = [people.api({"email": "a"}, client="127.200.4.4").status
            for _ in range(14)]
    assert seen == [422] * 11 + [429] * 3
    assert people.post("/subscribe", "email=",
                       client="127.200.4.4").status == 429
