"""Every example of openapi.json is a request, and every answer as it says."""
import json
import os

import pytest

from client import new_address, wait_until
from furnished import EXEMPT
from document import DOCUMENT, GETS, OPERATIONS, examples, faults

HERE = "https://www.example.org"
JSON = {"Content-Type": "application/json"}
# Differ from copy to copy.
FLEETING = {"changed_at", "published_at", "published_on", "updated_on",
            "valid_from", "data_changed_at", "last_success_at", "recorded_on",
            "retrieved_on", "version", "data_version", "software_version",
            "total", "next", "count", "careers"}


def by_parameter():
    for operation in GETS:
        yield pytest.param(operation, {}, id=repr(operation))
        for parameter in operation.parameters:
            for value in examples(parameter).values():
                yield pytest.param(operation, {parameter["name"]: value},
                                   id=f"{operation}-{parameter['name']}"
                                      f"-{value}")


@pytest.mark.parametrize("operation, values", by_parameter())
def test_each_example_of_a_parameter_is_a_request(site, operation, values):
    reply = site.get(operation.address(**{**operation.values(), **values}))
    operation.check(reply)


def is_part(example, live, place=""):
    """What of an example is not so; lists of it may be shorter."""
    if isinstance(example, dict):
        if set(example) != set(live):
            return f"{place}: other members"
        return "".join(is_part(value, live[name], f"{place}.{name}")
                       for name, value in example.items()
                       if name not in FLEETING)
    if isinstance(example, list):
        return "".join(
            f"{place}: {json.dumps(item)[:200]} is not there\n"
            for item in example
            if not any(is_part(item, other) == "" for other in live))
    return "" if example == live else f"{place}: {live!r}\n"


def given_responses():
    for operation in GETS:
        content, = operation.responses[200]["content"].values()
        for name, example in content["examples"].items():
            yield pytest.param(operation, example, id=f"{operation}-{name}")


@pytest.mark.parametrize("operation, example", given_responses())
def test_each_example_of_a_reply_is_what_comes(site, operation, example):
    method, address = example["summary"].split(" ")
    reply = site.request(method, address)
    live, told = operation.check(reply), example["value"]
    if isinstance(told, str):
        assert live.startswith(told), live[:1000]
    elif operation.id == "getOpenapi":
        assert live == DOCUMENT
        assert told["openapi"] == live["openapi"]
    else:
        live = json.loads(json.dumps(live).replace(site.url, HERE))
        assert not (wrong := is_part(told, live)), wrong


@pytest.mark.parametrize("name", examples(next(
    o for o in OPERATIONS if o.body).body))
def test_each_example_of_a_body_is_a_request(site, name):
    operation = next(o for o in OPERATIONS if o.body)
    value = examples(operation.body)[name]
    operation.check(site.request("POST", operation.pattern, JSON,
                                 json.dumps(value).encode()))


def test_each_line_of_the_export_is_as_described(site):
    operation = next(o for o in GETS if o.id == "exportCareers")
    content, = operation.responses[200]["content"].values()
    lines = site.get(operation.pattern).text.splitlines()
    assert len(lines) == 2
    for line in lines:
        assert not (wrong := faults(content["schema"], json.loads(line))), \
            wrong


# How each status is brought about: what is asked otherwise.

NAMES = {301: "server-developer", 404: "no-such-career", 410: "night-guard"}
WRONG = {
    400: {"query": "nothing=1"},
    405: {"method": "DELETE"},
    406: {"headers": {"Accept": "image/png"}},
}
WRONG_POST = {
    **WRONG,
    403: {"headers": {**JSON, "Sec-Fetch-Site": "cross-site"}},
    413: {"body": b'{"email":"' + b"a" * 20000 + b'"}'},
    415: {"headers": {"Content-Type": "text/plain"}},
    422: {"body": b'{"email":"ada"}'},
}
BODY = b'{"email":"reader@example.org"}'


def ask(site, operation, headers=None, query="", method=None, body=None,
        client=None, **values):
    address = operation.address(**{**operation.values(), **values})
    if query:
        address += ("&" if "?" in address else "?") + query
    if operation.method == "POST":
        body = BODY if body is None else body
        headers = {**JSON, **(headers or {})}
    return site.request(method or operation.method, address, headers, body,
                        client=client)


def not_modified(site, operation):
    reply = ask(site, operation)
    for condition in ({"If-None-Match": reply.headers["ETag"]},
                      {"If-Modified-Since": reply.headers["Last-Modified"]}):
        operation.check(ask(site, operation, condition), 304)


def too_many(site, operation):
    client = new_address()
    about = next(o for o in GETS if o.id == "getAbout")
    wait_until(lambda: ask(site, about, client=client).status == 429,
               pause=0)
    operation.check(wait_until(lambda: refused(
        site, operation, client), pause=0), 429)


def refused(site, operation, client):
    reply = ask(site, operation, client=client)
    return reply if reply.status == 429 else None


def unavailable(site, operation):
    # Nobody else asks for this encoding, so that nginx has no old reply.
    other = {"Accept-Encoding": "br"}
    socket = (site.state / "sockets").resolve() / "web.sock"
    away = socket.with_name("away.sock")
    os.rename(socket, away)
    try:
        operation.check(ask(site, operation, other, client=EXEMPT), 503)
    finally:
        os.rename(away, socket)


SPECIAL = {304: not_modified, 429: too_many, 503: unavailable}


@pytest.mark.parametrize("operation, status", [
    pytest.param(o, status, id=f"{o}-{status}")
    for o in OPERATIONS for status in o.responses if status != o.good])
def test_each_status_comes_as_described(site, operation, status):
    if status in SPECIAL:
        SPECIAL[status](site, operation)
    elif status in NAMES:
        operation.check(ask(site, operation, slug=NAMES[status]), status)
    else:
        ways = WRONG_POST if operation.method == "POST" else WRONG
        operation.check(ask(site, operation, **ways[status]), status)


def test_a_country_is_found_by_its_other_name(site):
    operation = next(o for o in GETS if o.id == "listSalaryHistory")
    for name, code in ("uk", "gb"), ("uae", "ae"):
        reply = ask(site, operation, country=name)
        operation.check(reply, 301)
        assert reply.headers["Location"].endswith(f"/{code}/history")


PAGED = [o for o in GETS if "limit" in [p["name"] for p in o.parameters]]


@pytest.mark.parametrize("operation", PAGED, ids=repr)
def test_pages_follow_one_another_to_the_end(site, operation):
    """Each is as described, and together they are the whole list."""
    whole = operation.check(ask(site, operation, limit="100"))
    address = operation.address(**operation.values(), limit="1")
    seen = []
    while address:
        page = operation.check(site.get(address))
        assert page["total"] == whole["total"]
        seen += page["data"]
        address = (page["next"] or "").removeprefix(site.url)
    assert seen == whole["data"]
    assert len(seen) == whole["total"]
