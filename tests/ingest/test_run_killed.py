"""A run that is killed, whenever that is, has happened or has not."""

import pathlib
import random
import re
import time

import pytest

from support.desk import kill

SOURCES = ("bls", "jobbank", "cbs")


def evidence(desk, source):
    """What a source says and what follows from it, as one thing."""
    return desk.ask(f"""
        SELECT (SELECT json_agg(t.median ORDER BY t.code, t.observed_on)
            FROM salary.statistic AS t
            JOIN salary.vintage AS v ON v.id = t.vintage_id
            WHERE v.source_code = '{source}' AND v.state = 'live'),
            (SELECT json_agg(json_build_array(f.level, f.low, f.median,
                f.high) ORDER BY f.level)
            FROM salary.figure AS f
            WHERE f.source_ids = '{{{source}}}')""")


def turn(sources, is_new):
    """All three say something else, or what they said before."""
    sources.reset()
    if is_new:
        for name in SOURCES:
            sources.case(name, "higher")


def test_kill_at_any_moment_leaves_old_or_new(fed_desk, sources):
    desk = fed_desk
    desk.environment["BLS_API_KEY"] = "many"  # requests a day
    old = {name: evidence(desk, name) for name in SOURCES}
    turn(sources, True)
    start = time.monotonic()
    desk.fetch(*SOURCES)
    length = time.monotonic() - start
    new = {name: evidence(desk, name) for name in SOURCES}
    assert all(old[name] != new[name] for name in SOURCES)
    chance = random.Random(7)
    ends = []
    for number in range(20):
        turn(sources, number % 2 == 1)
        run = desk.start("autopsy-ingest", "run", *SOURCES)
        time.sleep(chance.uniform(0, length))
        kill(run)
        ends.append(run.returncode)
        for name in SOURCES:
            assert evidence(desk, name) in (old[name], new[name])
        desk.fetch(*SOURCES)
        assert {name: evidence(desk, name) for name in SOURCES} == \
            (new if number % 2 else old)
    # Else the kills came too late to try anything.
    assert -9 in ends
    assert desk.ask("SELECT count(*) FROM ops.job_run"
                    " WHERE outcome IS NULL") == "0"
    assert desk.ask("SELECT count(*) FROM salary.vintage"
                    " WHERE state = 'read'") == "0"


@pytest.mark.as_shipped
def test_a_large_file_takes_little_memory(desk, sources):
    """The most it ever had, while another source keeps it waiting."""
    sources.case("jobbank", "18 MB")
    gate = sources.hold("ecb")
    run = desk.start("autopsy-ingest", "run", "jobbank", "ecb")
    assert gate.reached.wait(60)
    memory = re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(
        f"/proc/{run.pid}/status").read_text("ascii"))
    gate.opened.set()
    desk.finish(run)
    assert desk.last("jobbank")["size"] > 18_000_000
    assert {row["code"] for row in desk.live("jobbank")} == {
        "00010", "21232"}
    assert int(memory[1]) < 32 * 1024
