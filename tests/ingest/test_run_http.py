"""How autopsy-ingest run asks: patiently, and nobody that it must not ask."""

import pytest

from support.sources import NAMES, closed_env
from support.sources.rates import EURO, OURS
from support.sources.wire import Reply

PATH = "/stats/eurofxref/eurofxref-daily.xml"


def gaps(requests):
    return [after.at - before.at
            for before, after in zip(requests, requests[1:])]


def is_one_line_on(source, words):
    return words.startswith(f"autopsy-ingest: {source}: ") \
        and words.count("\n") == 1


@pytest.mark.parametrize("status", ["408", "413", "425", "429", "500",
                                    "502", "503", "504"])
def test_what_may_pass_is_asked_again(desk, sources, status):
    sources.then("ecb", Reply(int(status), headers={"Retry-After": "0"}))
    desk.fetch("ecb")
    assert len(sources.asked("ecb")) == 2
    assert desk.rates("ecb")


def test_tries_are_four_and_further_and_further_apart(desk, sources):
    state = desk.believed()
    sources.case("ecb", "503")
    desk.fetch("ecb", code=75)
    waits = gaps(sources.asked("ecb"))
    assert [wait >= least for wait, least in zip(waits, [0.5, 1, 2])] == \
        [True] * 3
    assert len(waits) == 3
    assert is_one_line_on("ecb", desk.words)
    assert "503" in desk.words
    assert desk.believed() == state
    assert desk.last("ecb")["outcome"] == "later"


def test_a_source_says_how_long_to_wait(desk, sources):
    sources.then("ecb", Reply(503, headers={"Retry-After": "2"}))
    desk.fetch("ecb")
    assert gaps(sources.asked("ecb"))[0] >= 2


@pytest.mark.parametrize("wait", ["61", "86400", "9" * 30, "-1", "soon",
                                  "Fri, 31 Dec 2027 23:59:59 GMT"])
def test_who_says_to_wait_for_long_is_left_for_later(desk, sources, wait):
    """Also who says it in words: a minute is the most that is waited."""
    sources.case("ecb", lambda request: Reply(
        429, headers={"Retry-After": wait}))
    desk.fetch("ecb", code=75)
    assert len(sources.asked("ecb")) == 1


@pytest.mark.parametrize("source, case", [
    ("bls", "threshold"), ("bls", "invalid key"), ("worldbank", "refused"),
    ("datagovsg", "refused"), ("cbs", "error in a 200"), ("ecb", "403"),
    ("ecb", "404"), ("eurostat", "bad code")])
def test_a_refusal_is_not_asked_again(desk, sources, source, case):
    sources.case(source, case)
    desk.fetch(source, code=75 if case == "threshold" else 1)
    assert len(sources.asked(source)) == 1
    assert is_one_line_on(source, desk.words)


def test_a_connection_that_breaks_is_made_again(desk, sources):
    sources.then("ecb", "drop")
    desk.fetch("ecb")
    assert len(sources.asked("ecb")) == 2


def test_a_body_that_drips_is_given_up(desk, sources):
    """A byte a second, for as long as somebody listens."""
    state = desk.believed()
    sources.case("ecb", "drip")
    desk.fetch("ecb", code=75)
    assert is_one_line_on("ecb", desk.words)
    # What takes so long is not tried once more.
    assert len(sources.asked("ecb")) == 1
    assert desk.believed() == state


def test_half_a_body_is_not_a_copy_at_hand(desk, sources):
    """What came of it is neither read again nor asked about."""
    sources.mark("ecb")
    state = desk.believed()
    sources.case("ecb", "drop")
    desk.fetch("ecb", code=75)
    assert len(sources.asked("ecb")) == 4
    assert desk.believed() == state
    run = desk.last("ecb")["run_id"]
    sources.case("ecb", None)
    desk.fetch("ecb", "--from-raw", str(run), code=1)
    assert desk.rates("ecb") == []
    desk.fetch("ecb")
    assert desk.rates("ecb")


def test_nobody_there_is_for_later(desk):
    state = desk.believed()
    desk.fetch("ecb", code=75, **closed_env("ecb"))
    assert is_one_line_on("ecb", desk.words)
    assert desk.believed() == state


def test_all_sources_down_is_for_later(desk, sources):
    state = desk.believed()
    for name in NAMES:
        sources.case(name, "503, at once")
    desk.fetch(code=75)
    assert len(desk.words.splitlines()) == len(NAMES)
    assert {name: desk.last(name)["outcome"] for name in NAMES} == \
        dict.fromkeys(NAMES, "later")
    assert desk.believed() == state


def test_one_bad_source_does_not_stop_the_others(desk, sources):
    sources.case("cbs", "html")
    sources.case("ecb", "503, at once")
    desk.fetch(code=1)
    outcomes = {name: desk.last(name)["outcome"] for name in NAMES}
    assert outcomes == {**dict.fromkeys(NAMES, "published"),
                        "cbs": "failed", "ecb": "later"}


@pytest.mark.parametrize("to", [PATH, "http://{host}/ecb" + PATH])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_within_the_host_is_followed(desk, sources, status, to):
    host = "127.0.0.1:%d" % sources.server.server_address[1]
    to = to.format(host=host) if "{" in to else "/ecb" + to
    sources.then("ecb", Reply(status, headers={"Location": to}))
    desk.fetch("ecb")
    assert len(sources.asked("ecb")) == 2
    assert desk.rates("ecb")


@pytest.mark.parametrize("to", [
    "http://localhost:{port}/ecb" + PATH, "http://127.0.0.1:1/ecb" + PATH,
    "https://127.0.0.1:{port}/ecb" + PATH, "//localhost:{port}/ecb" + PATH,
    "http://127.0.0.1:{port}@192.0.2.1/x", "http://192.0.2.1/",
    "file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x"])
def test_a_redirect_elsewhere_is_refused(desk, sources, to):
    state = desk.believed()
    to = to.format(port=sources.server.server_address[1])
    sources.case("ecb", lambda request: Reply(302, headers={"Location": to}))
    desk.fetch("ecb", code=1)
    assert len(sources.asked()) == 1
    assert is_one_line_on("ecb", desk.words)
    assert desk.believed() == state


def test_redirects_without_an_end_are_refused(desk, sources):
    sources.case("ecb", lambda request: Reply(302, headers={
        "Location": f"/ecb{PATH}?{len(sources.asked())}"}))
    desk.fetch("ecb", code=1)
    assert len(sources.asked("ecb")) < 20


def test_plain_http_needs_leave(desk, sources):
    state = desk.believed()
    for leave in ("", "0"):
        desk.fetch("ecb", code=1, INGEST_ALLOW_HTTP=leave)
        assert "only https:// is" in desk.words
    assert sources.asked() == []
    assert desk.believed() == state


@pytest.mark.parametrize("url", [
    "http://192.0.2.1/ecb", "http://127.0.0.1@192.0.2.1/ecb",
    "http://localhost.example/ecb", "http://127.0.0.1.example/ecb"])
def test_plain_http_goes_to_this_machine_only(desk, url):
    desk.fetch("ecb", code=1, ECB_URL=url)
    assert "only https:// is" in desk.words
    assert desk.rates("ecb") == []


@pytest.mark.parametrize("url", [
    "ftp://127.0.0.1/ecb", "file:///etc/passwd", "127.0.0.1",
    "http://127.0.0.1/ecb?x=1"])
def test_an_address_that_is_none_is_a_mistake(desk, url):
    desk.fetch("ecb", code=2, ECB_URL=url)
    assert desk.words.startswith(f"ECB_URL={url}: ") \
        or f"ECB_URL={url}: " in desk.words


def test_a_certificate_that_nobody_vouches_for_is_refused(desk, sources):
    state = desk.believed()
    desk.fetch("ecb", code=1, **sources.env("ecb", scheme="https"))
    assert "certificate" in desk.words
    assert is_one_line_on("ecb", desk.words)
    assert sources.asked() == []
    assert desk.believed() == state


def test_what_has_not_changed_is_not_sent_again(desk, sources):
    sources.mark()
    desk.fetch("ecb", "jobbank")
    assert "if-none-match" not in sources.asked("ecb")[0].headers
    state = desk.believed()
    bodies = desk.ask("SELECT count(*) FROM salary.body")
    out = desk.fetch("ecb", "jobbank")
    assert ": ecb unchanged; jobbank unchanged; 0 figures" in out
    for name in ("ecb", "jobbank"):
        first, second = sources.asked(name)
        assert second.headers["if-none-match"].startswith('"')
        assert second.headers["if-modified-since"].endswith(" GMT")
        statuses = desk.rows(
            "SELECT status, size, sha256 FROM salary.fetch"
            f" WHERE source_code = '{name}' ORDER BY id")
        assert [row["status"] for row in statuses] == [200, 304]
        assert statuses[0]["sha256"] == statuses[1]["sha256"]
    assert desk.believed() == state
    assert desk.ask("SELECT count(*) FROM salary.body") == bodies


def test_another_address_is_asked_without_the_old_one_s_mark(desk, sources):
    sources.mark()
    desk.fetch("jobbank")
    other = sources.env("jobbank")["JOBBANK_URL"] + "/2026.csv"
    desk.fetch("jobbank", JOBBANK_URL=other)
    assert [one.path for one in sources.asked("jobbank")][1] == "/2026.csv"
    assert "if-none-match" not in sources.asked("jobbank")[1].headers


def test_a_304_that_nobody_asked_for_is_no_reply(desk, sources):
    state = desk.believed()
    sources.case("ecb", lambda request: Reply(304))
    desk.fetch("ecb", code=1)
    assert desk.believed() == state


@pytest.mark.parametrize("case", ["gzip", "chunked"])
def test_a_body_may_come_packed_or_in_chunks(desk, sources, case):
    sources.case("ecb", case)
    desk.fetch("ecb")
    assert {row["quote"]: str(row["rate"]) for row in desk.rates("ecb")} == \
        {name: EURO[name].rstrip("0") for name in OURS}
    assert "gzip" in sources.asked("ecb")[-1].headers["accept-encoding"]


@pytest.mark.parametrize("case", ["huge", "huge in chunks",
                                  "huge without a length", "bomb"])
def test_a_body_without_end_is_not_taken(steady_desk, sources, case):
    state = steady_desk.believed()
    sources.case("ecb", case)
    steady_desk.fetch("ecb", code=1)
    assert is_one_line_on("ecb", steady_desk.words)
    assert "32 MB" in steady_desk.words
    assert len(sources.asked("ecb")) == 1
    assert steady_desk.believed() == state


def test_each_source_is_told_who_asks(desk, sources):
    desk.fetch()
    for name in NAMES:
        for one in sources.asked(name):
            assert "jobautopsy" in one.headers["user-agent"].lower() \
                .replace("-", "").replace(" ", "")
            assert "@" in one.headers["user-agent"] \
                or "://" in one.headers["user-agent"]


def test_unknown_sources_are_a_mistake(desk, sources):
    desk.fetch("blss", code=2)
    assert "did you mean 'bls'?" in desk.words
    assert sources.asked() == []
