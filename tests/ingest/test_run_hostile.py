"""A source that means harm: it stops nobody else, and takes no memory."""

import contextlib
import json
import pathlib
import re
import subprocess
import time

import pytest

from support.desk import kill
from support.sources.wire import Reply, as_json

MEGABYTE = 1 << 20


def most_memory(process):
    """The most it ever had, in kB."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(
        f"/proc/{process.pid}/status").read_text("ascii"))[1])


def filled(start, piece, end, size=4 * MEGABYTE - 1000):
    return start + piece * ((size - len(start) - len(end)) // len(piece)) + end


WORST = {
    "numbers": filled(b'{"value":[0', b",0", b"]}"),
    "arrays": filled(b'{"value":[[]', b",[]", b"]}"),
    "members": filled(b'{"":0', b',"":0', b"}"),
    "texts": filled(b'{"value":[""', b',""', b"]}"),
    "long names and texts": filled(
        b'{"a":0', b',"%s":"%s"' % (b"n" * 37, b"t" * 42), b"}"),
    "one text": filled(b'{"value":"', b"x", b'"}'),
    "one escaped text": filled(b'{"value":"', b"\\u00e9", b'"}'),
}


@pytest.mark.as_shipped
@pytest.mark.parametrize("body", WORST.values(), ids=WORST)
def test_json_of_the_worst_kind_takes_little_memory(desk, sources, body):
    sources.case("cbs", lambda request: Reply(body=body))
    gate = sources.hold("ecb")
    run = desk.start("autopsy-ingest", "run", "cbs", "ecb")
    assert gate.reached.wait(60)
    memory = most_memory(run)
    gate.opened.set()
    desk.finish(run, code=1)
    assert desk.last("ecb")["outcome"] == "published"
    assert memory < 32 * 1024, memory


@pytest.mark.as_shipped
@pytest.mark.parametrize("rows", [
    b"NAT,ER00,NOC_%05d,t,1,0,2024,1,1,1,1,1,s\n",
    b"NAT,ER00,NOC_%05d,t,1,0,2024,,,1,,,\n"], ids=["full", "short"])
def test_csv_of_the_worst_kind_takes_little_memory(desk, sources, rows):
    head = (b"prov,ER_Code_Code_RE,NOC_CNP,NOC_Title_eng,"
            b"Average_Wage_Salaire_Moyen,Annual_Wage_Flag_Salaire_annuel,"
            b"Reference_Period,Low_Wage_Salaire_Minium,"
            b"Quartile1_Wage_Salaire_Quartile1,Median_Wage_Salaire_Median,"
            b"Quartile3_Wage_Salaire_Quartile3,High_Wage_Salaire_Maximal,"
            b"Data_Source_E\n")
    body = head + b"".join(rows % n for n in range(50000))
    sources.case("jobbank", lambda request: Reply(body=body, type="text/csv"))
    gate = sources.hold("ecb")
    run = desk.start("autopsy-ingest", "run", "jobbank", "ecb")
    assert gate.reached.wait(60)
    memory = most_memory(run)
    gate.opened.set()
    desk.finish(run)
    assert desk.last("jobbank")["rows"] == 50000
    assert memory < 32 * 1024, memory


def test_parts_without_end_are_given_up(desk, sources):
    """A part is as large as it may be, and there is always one more."""
    def reply(request):
        document = sources.of["datagovsg"].good(request).document()
        document["result"]["total"] = 999999
        document["result"]["records"] = document["result"]["records"][:1]
        return Reply(body=json.dumps(document).encode() + b" " * 4_000_000)
    sources.case("datagovsg", reply)
    desk.fetch("datagovsg", code=1)
    assert "larger than 64 MB" in desk.words
    assert len(sources.asked()) < 20


@pytest.mark.parametrize("reply", [
    Reply(999, b"<html>"),
    Reply(404, b"<html>", headers={"ETag": '"\xff"'}),
    Reply(404, b"<html>", headers={"Last-Modified": "\xfe\xff"}),
], ids=["status", "etag", "last-modified"])
def test_an_odd_reply_is_the_fault_of_one_source(desk, sources, reply):
    sources.case("cbs", lambda request: reply)
    desk.fetch("cbs", "ecb", code=1)
    assert desk.last("cbs")["outcome"] == "failed"
    assert desk.last("ecb")["outcome"] == "published"
    assert desk.words.count("\n") == 1
    assert re.search("^autopsy-ingest: cbs: run 1: part 1: ", desk.words)


@pytest.mark.parametrize("wage", ["9" * 30, "9" * 15, "0.00001"])
def test_pay_that_is_none_is_the_fault_of_one_source(desk, sources, wage):
    sources.case("cbs", lambda request: with_wage(sources, request, wage))
    desk.fetch("cbs", "ecb", code=1)
    assert desk.last("cbs")["outcome"] == "failed"
    assert desk.last("cbs")["message"]
    assert desk.live("cbs") == []
    assert desk.last("ecb")["outcome"] == "published"


def with_wage(sources, request, wage):
    document = sources.of["cbs"].good(request).document()
    for row in document["value"]:
        row["k_25ePercentiel_2"] = wage
        row["k_50ePercentielMediaan_3"] = wage
        row["k_75ePercentiel_4"] = wage
    return Reply(body=json.dumps(document).encode())


@pytest.mark.parametrize("source, case", [
    ("cbs", "next link"), ("worldbank", "two pages")])
def test_half_of_what_is_stored_is_not_read(desk, sources, source, case):
    """A run that had the first part and not the second."""
    sources.case(source, case)
    good = []

    def second(request):
        good.append(request)
        return Reply(404)
    sources.then(source, case, second)
    desk.fetch(source, code=1)
    assert len(good) == 1
    state = desk.believed()
    desk.fetch("--from-raw", "1", code=1)
    assert "part 2" in desk.words
    assert desk.believed() == state


@pytest.mark.as_shipped
def test_parts_of_the_worst_kind_take_little_memory(desk, sources):
    """Rows of the parts before, and a part as large as may be."""
    def reply(request):
        number = len(sources.asked())
        text = "o" * (150 if number < 3 else 290)
        return as_json({"success": True, "result": {
            "total": 100_000, "records": [{
                "year": "2024", "occ_desc": f"{number} {row} {text}"[:299],
                "mthly_basic_wage_25_pctile": "1",
                "mthly_basic_wage_50_pctile": "2",
                "mthly_basic_wage_75_pctile": "3",
                "more": "x" * (0 if number < 3 else 100)}
                for row in range(7000)]}})
    sources.case("datagovsg", reply)
    gate = sources.hold("ecb")
    run = desk.start("autopsy-ingest", "run", "datagovsg", "ecb")
    assert gate.reached.wait(60)
    memory = most_memory(run)
    gate.opened.set()
    desk.finish(run, code=1)
    assert "part 3, row " in desk.words
    assert "the rows do not fit into 4 MB" in desk.words
    assert memory < 32 * 1024, memory


@contextlib.contextmanager
def session(desk):
    """Somebody else's, which SQL is written to."""
    other = subprocess.Popen(
        ["psql", "-qAtd", desk.cluster.url(desk.name, "postgres")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def say(sql):
        other.stdin.write(sql + ";\n\\echo done\n")
        other.stdin.flush()
        while other.stdout.readline() != "done\n":
            pass
    yield say
    other.stdin.close()
    other.wait(30)


def wait_for_lock(desk):
    while desk.ask("SELECT count(*) FROM pg_stat_activity WHERE datname ="
                   " current_database() AND usename = 'autopsy_ingest'"
                   " AND wait_event_type = 'Lock'") == "0":
        time.sleep(0.05)


def test_careers_that_are_locked_for_long_are_for_later(desk, sources):
    with session(desk) as say:
        say("BEGIN; SELECT FROM catalog.career FOR NO KEY UPDATE")
        desk.fetch("ecb", code=75)
    assert desk.rates("ecb")


def test_figures_that_were_taken_back_are_not_counted(desk, sources):
    """They are derived, and then the page can't be written."""
    state = desk.believed()
    with session(desk) as say:
        say("BEGIN; SELECT FROM catalog.document FOR UPDATE")
        desk.fetch("bls", code=75)
    assert desk.believed() == state
    assert desk.last("bls")["figures"] == 0
    assert desk.out.endswith("; 0 figures changed\n")


def test_a_deadlock_is_for_later(desk, sources):
    state = desk.believed()
    with session(desk) as say:
        say("SET deadlock_timeout = '60s'; BEGIN;"
            " UPDATE catalog.content_version SET version = version")
        run = desk.start("autopsy-ingest", "run", "bls")
        wait_for_lock(desk)
        say("SELECT FROM catalog.career FOR NO KEY UPDATE; ROLLBACK")
        desk.finish(run, code=75)
    assert "deadlock" in desk.words
    assert desk.believed() == state
    assert desk.last("bls")["outcome"] == "later"
    assert "database" in desk.last("bls")["message"]


def test_an_address_of_any_length_is_told_in_a_line(desk, sources):
    sources.case("ecb", lambda request: Reply(302, headers={
        "Location": "http://localhost:1/" + "\x1b[2J\xc3\xa9" * 700}))
    desk.fetch("ecb", code=1)
    assert "leads to another host" in desk.words
    assert desk.words[:-1].isprintable()
    assert len(desk.words) < 1100


def test_the_same_source_twice_is_asked_once(desk, sources):
    desk.fetch("ecb", "ecb")
    assert desk.words == ""
    assert len(sources.asked("ecb")) == 1


def test_status_does_not_take_the_dead_for_running(fed_desk, sources):
    desk = fed_desk
    gate = sources.hold("ecb")
    run = desk.start("autopsy-ingest", "run", "ecb")
    assert gate.reached.wait(20)
    listed = {row["source"]: row["state"] for row in json.loads(
        desk.ingest("status", "--json"))}
    assert listed["ecb"] == "running"
    kill(run)
    gate.opened.set()
    desk.age("30 days")
    desk.ingest("status", code=1)
    assert re.search("^ecb +stale ", desk.out, re.M)
