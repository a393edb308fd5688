"""autopsy-ingest run as a job: again, dry, from what is stored, at once."""

import hashlib
import json
import re

import pytest

from support.desk import SOURCES, kill
from support.sources import NAMES

def summary(desk):
    """What the last line says became of each source."""
    words = desk.out.splitlines()[-1]
    return dict(part.split(" ", 1) for part in re.sub(
        "^run [0-9]+: |; [0-9]+ figures? changed$", "", words).split("; "))


def test_every_source_is_taken_in(desk):
    version = int(desk.ask("SELECT version FROM catalog.content_version"))
    desk.fetch()
    assert desk.words == ""
    assert desk.out.count("\n") == 1
    assert summary(desk)["datagovsg"].startswith("published 57 rows (")
    assert set(summary(desk)) == set(NAMES)
    assert desk.ask("SELECT outcome FROM ops.job_run") == "done"
    for name in NAMES:
        run = desk.last(name)
        assert run["outcome"] == "published", run
        assert run["parts"] >= 1 and run["size"] > 0 and run["rows"] > 0
    assert int(desk.ask("SELECT version FROM catalog.content_version")) \
        > version
    assert desk.ask("SELECT count(*) FROM salary.figure") == "16"
    assert desk.out.endswith("; 16 figures changed\n")


def test_pages_and_api_say_what_was_taken_in(desk):
    desk.fetch("bls")
    page = json.loads(desk.ask(
        "SELECT body FROM catalog.document WHERE kind = 'career'"
        " AND country = 'US'"))
    pay = {row["level"]: row["salary"] for row in page["salary"]}
    assert pay["mid"]["median"] == 135980
    assert pay["mid"]["source_ids"] == ["bls"]
    assert [one["id"] for one in page["salary_sources"]] == ["bls"]
    table = desk.ask("SELECT string_agg(body, '') FROM catalog.document"
                     " WHERE kind = 'salaries'")
    assert '"high" : 216220' in table or '"high":216220' in table


def switch_off(desk, *names):
    register = json.loads(SOURCES.read_text("utf-8"))
    for source in register:
        if source["code"] in names:
            source["enabled"] = False
    path = desk.home / "sources.json"
    path.write_text(json.dumps(register), "utf-8")
    desk.ingest("sources", str(path))


def test_a_source_that_is_switched_off_is_left_alone(fed_desk, sources):
    desk = fed_desk
    sources.reset()
    switch_off(desk, "jobbank")
    assert desk.ask("SELECT count(*) FROM salary.figure"
                    " WHERE country = 'CA'") == "0"
    desk.fetch()
    assert desk.words == ""
    assert sources.asked("jobbank") == []
    assert len(sources.asked("ecb")) == 1
    desk.age("3000 days", "jobbank")
    desk.ingest("status")
    # Who asks for it by name is told.
    desk.fetch("jobbank", code=1)
    assert "switched off" in desk.words
    assert sources.asked("jobbank") == []
    desk.ingest("sources", str(SOURCES))
    assert desk.ask("SELECT count(*) FROM salary.figure"
                    " WHERE country = 'CA'") == "3"


def test_a_source_that_is_not_registered_is_not_asked(desk, sources):
    desk.ask("DELETE FROM salary.source WHERE code = 'ecb'")
    desk.fetch("ecb", code=1)
    assert "autopsy-ingest sources FILE" in desk.words
    assert sources.asked() == []
    desk.ingest("status", code=1)
    assert re.search("^ecb +unregistered ", desk.out, re.M)


def test_running_again_changes_nothing(fed_desk, sources):
    desk = fed_desk
    state, version = desk.believed(), desk.version()
    bodies = desk.ask("SELECT count(*) FROM salary.body")
    desk.fetch()
    assert desk.words == ""
    assert summary(desk) == dict.fromkeys(NAMES, "unchanged")
    assert {desk.last(name)["outcome"] for name in NAMES} == {"unchanged"}
    assert desk.believed() == state
    # Readers are told when each source last came.
    assert desk.version() == version + len(NAMES)
    assert desk.ask("SELECT count(*) FROM salary.body") == bodies


def test_only_those_that_are_named_are_asked(desk, sources):
    desk.fetch("ecb", "cbs")
    assert {one.source for one in sources.asked()} == {"ecb", "cbs"}
    assert set(summary(desk)) == {"ecb", "cbs"}


def test_those_that_are_due_are_asked(fed_desk, sources):
    desk = fed_desk
    desk.fetch("--due")
    assert sources.asked() == []
    # Exchange rates of two days ago are old, yearly wages are not.
    desk.age("2 days")
    desk.fetch("--due")
    asked = {one.source for one in sources.asked()}
    assert "ecb" in asked and "bls" not in asked
    sources.reset()
    desk.age("400 days")
    desk.fetch("--due")
    assert {one.source for one in sources.asked()} == set(NAMES)


def test_a_failure_is_due_again(fed_desk, sources):
    desk = fed_desk
    desk.age("400 days")
    sources.case("bls", "html")
    desk.fetch("bls", code=1)
    sources.reset()
    desk.fetch("--due", "bls")
    assert len(sources.asked("bls")) == 1


def test_a_dry_run_writes_nothing_and_says_the_difference(desk, sources):
    state = desk.believed()
    tables = ("ops.job_run", "salary.source_run", "salary.fetch",
              "salary.body")
    dry = desk.fetch("bls", "jobbank", "--dry-run")
    assert desk.believed() == state
    assert [desk.ask(f"SELECT count(*) FROM {name}")
            for name in tables] == ["0"] * len(tables)
    assert dry.endswith("\ndry run: nothing is written\n")
    assert "figure new backend-developer US mid: none -> " \
        "105210 / 135980 / 171980 USD base, grade " in dry
    *figures, words, _ = dry.splitlines()
    assert len(figures) == 7
    assert desk.fetch("bls", "jobbank").endswith(
        f": {words}; 7 figures changed\n")


def test_a_dry_run_shows_old_and_new(fed_desk, sources):
    desk = fed_desk
    state = desk.believed()
    sources.case("cbs", "higher")
    desk.fetch("cbs", "--dry-run")
    assert "figure changed backend-developer NL mid: 54896 / 70755 / 88241" \
        " EUR base, grade " in desk.out
    assert "-> 54896 / 71162 / 88241 EUR base, grade B, of 2024-12-31 by" \
        " cbs\n" in desk.out
    assert desk.believed() == state


def test_what_is_stored_can_be_read_again(fed_desk, sources):
    desk = fed_desk
    run = desk.last("bls")["run_id"]
    before = {name: (desk.live(name), desk.rates(name)) for name in NAMES}
    state = desk.state()
    desk.fetch("--from-raw", str(run))
    assert sources.asked() == []
    assert {name: (desk.live(name), desk.rates(name))
            for name in NAMES} == before
    assert desk.state() == state


def test_what_is_stored_makes_the_same_rows_elsewhere(fed_desk, sources):
    """As if the first reading had been a mistake."""
    desk = fed_desk
    run = desk.last("bls")["run_id"]
    before = {name: (desk.live(name), desk.rates(name)) for name in NAMES}
    observations = desk.evidence()
    desk.forget()
    assert desk.live("bls") == [] and desk.evidence() == []
    desk.fetch("--from-raw", str(run))
    assert sources.asked() == []
    assert {name: (desk.live(name), desk.rates(name))
            for name in NAMES} == before
    assert desk.evidence() == observations


def test_what_is_stored_of_some_sources_is_read(desk, sources):
    desk.fetch("ecb", "cbs")
    state = desk.state()
    desk.forget()
    desk.fetch("--from-raw", "1")
    assert set(summary(desk)) == {"ecb", "cbs"}
    assert desk.rates("ecb") and desk.live("cbs")
    assert state != desk.state()


@pytest.mark.parametrize("number, code", [
    ("1", 1), ("0", 2), ("-1", 2), ("x", 2), ("9" * 20, 2)])
def test_a_run_that_is_not_stored_is_a_mistake(desk, sources, number, code):
    state = desk.state()
    desk.fetch("ecb", "--from-raw", number, code=code)
    assert sources.asked() == []
    assert ("nothing is stored to be read; 0 figures changed\n"
            in desk.out) == (code == 1)
    assert desk.state() == state


def test_bodies_are_stored_as_they_came(desk, sources):
    sources.mark("jobbank")
    desk.fetch()
    stored = desk.rows("""
        SELECT source_code, part, url, status, headers, size,
            encode(sha256, 'hex') AS sha256
        FROM salary.fetch ORDER BY source_code, part""")
    assert len(stored) == len(sources.asked())
    for name in NAMES:
        parts = [row for row in stored if row["source_code"] == name]
        asked = sources.asked(name)
        assert len(parts) == len(asked)
        for part, (row, request) in enumerate(zip(parts, asked), 1):
            sent = sources.of[name].good(request).body
            assert row["part"] == part and row["status"] == 200
            assert row["size"] == len(sent)
            assert row["sha256"] == hashlib.sha256(sent).hexdigest()
            assert desk.body(row["sha256"]) == sent
            assert row["url"].startswith(desk.environment[
                f"{name.upper()}_URL"])
            assert row["headers"]["content-length"] == str(len(sent))
    marks = next(row["headers"] for row in stored
                 if row["source_code"] == "jobbank")
    assert marks["etag"].startswith('"')
    assert marks["last-modified"] == "Mon, 02 Nov 2026 08:30:00 GMT"


@pytest.mark.parametrize("case", ["html", "truncated", "bad utf-8", "empty",
                                  "403"])
def test_what_can_t_be_read_is_stored_first(desk, sources, case):
    sources.case("cbs", case)
    desk.fetch("cbs", code=1)
    request = sources.asked("cbs")[0]
    reply = sources.answer(request, (case,))
    sha256 = hashlib.sha256(reply.body).hexdigest()
    assert desk.ask("SELECT status, size, encode(sha256, 'hex')"
                    " FROM salary.fetch") == \
        f"{reply.status}|{len(reply.body)}|{sha256}"
    assert desk.body(sha256) == reply.body
    # A later release may know how to read it; until then it is as bad.
    run = desk.last("cbs")["run_id"]
    desk.fetch("cbs", "--from-raw", str(run), code=1)
    assert len(sources.asked()) == 1


def test_of_two_runs_at_once_one_works(desk, sources):
    gate = sources.hold("jobbank")
    first = desk.start("autopsy-ingest", "run", "jobbank")
    assert gate.reached.wait(20)
    try:
        out = desk.fetch("jobbank", "ecb")
        assert "another run" in out
        assert sources.asked("ecb") == []
    finally:
        gate.opened.set()
    desk.finish(first)
    assert desk.out.startswith("run 1: jobbank published") \
        and desk.words == ""
    assert desk.live("jobbank")
    assert desk.ask("SELECT count(*) FROM ops.job_run"
                    " WHERE outcome = 'done'") == "1"


def test_a_run_that_was_killed_is_found_by_the_next(desk, sources):
    gate = sources.hold("jobbank")
    first = desk.start("autopsy-ingest", "run", "ecb", "jobbank")
    assert gate.reached.wait(20)
    kill(first)
    gate.opened.set()
    assert desk.ask("SELECT outcome IS NULL FROM ops.job_run") == "t"
    desk.fetch("jobbank")
    assert desk.ask("SELECT outcome FROM ops.job_run ORDER BY id") == \
        "killed\ndone"
    assert desk.ask(
        "SELECT source_code, outcome FROM salary.source_run"
        " ORDER BY run_id, source_code COLLATE \"C\"") == (
            "ecb|published\njobbank|killed\njobbank|published")


def end_sessions(desk):
    desk.ask("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
             f" WHERE datname = '{desk.name}' AND usename = 'autopsy_ingest'")


def test_a_session_that_ends_is_made_anew(desk, sources):
    gate = sources.hold("jobbank")
    first = desk.start("autopsy-ingest", "run", "jobbank")
    assert gate.reached.wait(20)
    end_sessions(desk)
    gate.opened.set()
    desk.finish(first)
    assert desk.live("jobbank")


def test_who_lost_the_lock_leaves_the_work_to_who_has_it(desk, sources):
    gates = sources.hold("jobbank"), sources.hold("jobbank")
    first = desk.start("autopsy-ingest", "run", "jobbank")
    assert gates[0].reached.wait(20)
    end_sessions(desk)
    second = desk.start("autopsy-ingest", "run", "jobbank")
    assert gates[1].reached.wait(20)
    gates[0].opened.set()
    desk.finish(first, code=75)
    assert "another run has begun meanwhile" in desk.words
    assert desk.live("jobbank") == []
    gates[1].opened.set()
    desk.finish(second)
    assert desk.live("jobbank")
    assert desk.last("jobbank")["outcome"] == "published"


def test_status_tells_of_every_source(fed_desk):
    desk = fed_desk
    desk.ingest("status")
    assert {line.split()[0] for line in desk.out.splitlines()[1:]} == \
        set(NAMES)
    listed = {row["source"]: row
              for row in json.loads(desk.ingest("status", "--json"))}
    assert set(listed) == set(NAMES)
    for name, row in listed.items():
        assert row["state"] == "ok"
        assert row["rows"] == desk.last(name)["rows"]
        assert row["last_success"] and row["next_due"]


def test_status_fails_when_a_source_is_stale(fed_desk, sources):
    desk = fed_desk
    desk.age("3000 days", "ecb")
    desk.ingest("status", code=1)
    desk.ingest("status", "--json", code=1)
    stale = {row["source"]: row["state"] for row in json.loads(desk.out)}
    assert stale == {**dict.fromkeys(NAMES, "ok"), "ecb": "stale"}
    desk.fetch("ecb")
    desk.ingest("status")


def test_status_of_a_source_that_never_worked_is_stale(desk, sources):
    desk.ingest("status", code=1)
    sources.case("ecb", "html")
    desk.fetch("ecb", code=1)
    desk.ingest("status", "--json", code=1)
    row = next(row for row in json.loads(desk.out)
               if row["source"] == "ecb")
    assert row["last_success"] is None


@pytest.mark.parametrize("arguments, code", [
    (["run", "--help"], 0), (["status", "--help"], 0),
    (["review", "--help"], 0), (["run", "--x"], 2), (["run", "--from-raw"], 2),
    (["run", "--due", "--from-raw", "1"], 2),
    (["status", "x"], 2), (["review"], 2), (["review", "list", "1"], 2),
    (["review", "accept"], 2), (["review", "accept", "x"], 2),
    (["review", "accept", "1", "--by", ""], 2)])
def test_usage(desk, arguments, code):
    desk.ingest(*arguments, code=code)
    words = desk.words if code else desk.out
    assert f"autopsy-ingest {arguments[0]}" in words
