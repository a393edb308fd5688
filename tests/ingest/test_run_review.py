"""What is too far from what was: a person decides."""

import json
import os
import pwd

import pytest

from support.desk import SOURCES
from support.sources.wire import as_csv, as_json


def reviews(desk):
    return json.loads(desk.ingest("review", "list", "--json"))


def short_of(replies, count):
    """Singapore's table without its last rows."""
    def reply(request):
        source = replies.of["datagovsg"]
        return source.reply(source.rows[:-count],
                            len(source.rows) - count, request)
    return reply


@pytest.fixture
def held(fed_desk, sources):
    """A desk where a quarter of Singapore waits for a person."""
    fed_desk.before = fed_desk.state()
    sources.case("datagovsg", short_of(sources, 15))
    fed_desk.fetch("datagovsg")
    return fed_desk


def test_a_quarter_of_the_rows_lost_is_held(held):
    desk = held
    assert "waits for a person" in desk.words
    assert "15 of 57 rows are gone" in desk.words
    assert desk.last("datagovsg")["outcome"] == "held"
    assert desk.state() == desk.before
    assert len(desk.live("datagovsg")) == 57
    listed = reviews(desk)
    assert len(listed) == 1
    assert listed[0]["source"] == "datagovsg"
    desk.ingest("review", "list")
    assert str(listed[0]["id"]) in desk.out


def test_what_is_held_stays_one_matter(held):
    desk = held
    desk.fetch("datagovsg")
    assert desk.state() == desk.before
    assert len(reviews(desk)) == 1


def test_what_is_accepted_is_published(held):
    desk = held
    number = reviews(desk)[0]["id"]
    desk.ingest("review", "accept", str(number), "--why",
                "occupations were merged", "--by", "mia")
    assert len(desk.live("datagovsg")) == 42
    assert reviews(desk) == []
    row = desk.rows("SELECT state, decided_by, why FROM salary.review")
    assert row == [{"state": "accepted", "decided_by": "mia",
                    "why": "occupations were merged"}]
    desk.fetch("datagovsg")
    assert desk.last("datagovsg")["outcome"] == "unchanged"


def test_what_is_rejected_is_not_and_is_not_asked_again(held):
    desk = held
    number = reviews(desk)[0]["id"]
    desk.ingest("review", "reject", str(number), "--why", "a bad upload",
                "--by", "noor")
    assert desk.state() == desk.before
    assert desk.rows("SELECT state, decided_by, why FROM salary.review") \
        == [{"state": "rejected", "decided_by": "noor",
             "why": "a bad upload"}]
    desk.fetch("datagovsg")
    assert f"was rejected before, in review {number}: 15 of" in desk.words
    assert "review list" not in desk.words  # where it no longer is
    assert reviews(desk) == []
    assert desk.state() == desk.before


def test_a_matter_is_decided_once(held):
    desk = held
    number = str(reviews(desk)[0]["id"])
    desk.ingest("review", "reject", number, "--by", "noor", "--why", "x")
    state = desk.believed()
    desk.ingest("review", "accept", number, "--by", "mia", "--why", "x",
                code=1)
    desk.ingest("review", "reject", number, "--by", "mia", "--why", "x",
                code=1)
    desk.ingest("review", "accept", "999999", "--by", "mia", "--why", "x",
                code=1)
    assert desk.believed() == state


@pytest.mark.parametrize("reason, why", [
    ((), "no reason given"), (("--why", "a new survey"), "a new survey")])
def test_a_decision_has_somebody_and_a_reason(held, reason, why):
    desk = held
    number = str(reviews(desk)[0]["id"])
    nobody = dict.fromkeys(("SUDO_USER", "LOGNAME", "USER"), "")
    desk.ingest("review", "accept", number, "--why", "", code=2)
    assert "--why" in desk.words
    assert len(reviews(desk)) == 1
    desk.ingest("review", "accept", number, *reason, **nobody)
    [done] = desk.rows("SELECT decided_by, why FROM salary.review"
                       f" WHERE id = {number}")
    assert done == {"decided_by": pwd.getpwuid(os.getuid()).pw_name,
                    "why": why}


def test_what_is_held_is_due_when_status_says(held):
    desk = held
    desk.age("2 days")
    desk.fetch("datagovsg")
    [row] = [one for one in json.loads(desk.ingest("status", "--json"))
             if one["source"] == "datagovsg"]
    assert row["last_outcome"] == "held"
    assert row["next_due"] > desk.ask(
        "SELECT to_char(now() + interval '6 days', 'YYYY-MM-DD')")


def test_nothing_is_decided_while_a_run_is_at_it(held, sources):
    desk = held
    number = str(reviews(desk)[0]["id"])
    gate = sources.hold("ecb")
    run = desk.start("autopsy-ingest", "run", "ecb")
    assert gate.reached.wait(20)
    desk.ingest("review", "accept", number, "--by", "mia", "--why", "x",
                code=75)
    gate.opened.set()
    desk.finish(run)
    assert desk.state() == desk.before
    desk.ingest("review", "accept", number, "--by", "mia", "--why", "x")


def test_what_is_good_again_takes_the_place_of_what_is_held(held, sources):
    desk = held
    sources.reset()
    desk.fetch("datagovsg")
    assert desk.state() == desk.before
    assert reviews(desk) == []


@pytest.mark.parametrize("count, is_held", [(11, False), (12, True)])
def test_a_fifth_of_the_rows_is_the_limit(fed_desk, sources, count, is_held):
    sources.case("datagovsg", short_of(sources, count))
    fed_desk.fetch("datagovsg")
    assert (fed_desk.last("datagovsg")["outcome"] == "held") == is_held
    assert len(fed_desk.live("datagovsg")) == (57 if is_held else 57 - count)


@pytest.mark.parametrize("factor, is_held", [
    (1.25, False), (0.81, False), (1.45, True)])
def test_a_median_that_leaps_is_held(fed_desk, sources, factor, is_held):
    desk = fed_desk
    state = desk.state()
    # Its neighbours leap along, so that their order holds.
    sources.case("jobbank", lambda request: as_csv([
        [cell if not (column in range(7, 13) and row[0] == "NOC_21232"
                      and cell) else f"{float(cell) * factor:.2f}"
         for column, cell in enumerate(row)]
        for row in sources.of["jobbank"].rows]))
    desk.fetch("jobbank")
    assert (desk.last("jobbank")["outcome"] == "held") == is_held
    assert (desk.state() == state) == is_held


def test_who_decided_is_not_told_to_the_public(fed_desk, sources):
    """The API tells the reasons of figures to everybody."""
    desk = fed_desk
    sources.case("cbs", lambda request: leaping(sources, request))
    desk.fetch("cbs")
    number = str(reviews(desk)[0]["id"])
    desk.ingest("review", "accept", number, "--by", "mia")
    reasons = desk.ask("SELECT DISTINCT reason FROM salary.figure_history"
                       " WHERE cause = 'review' OR reason ~ 'review'")
    assert reasons == f"review {number}, accepted"


def leaping(sources, request):
    """Half as much again, everywhere."""
    document = sources.of["cbs"].good(request).document()
    for row in document["value"]:
        for name in row:
            if name.startswith("k_"):
                row[name] = round(row[name] * 1.5, 2)
    return as_json(document)


def test_a_percentile_that_leaps_is_held(fed_desk, sources):
    desk = fed_desk
    state = desk.state()
    header, *rows = sources.of["jobbank"].rows
    place = header.index("High_Wage_Salaire_Maximal")
    sources.case("jobbank", lambda request: as_csv([header, *(
        [*row[:place], row[place] and f"{float(row[place]) * 100:.2f}",
         *row[place + 1:]] for row in rows)]))
    desk.fetch("jobbank")
    assert desk.last("jobbank")["outcome"] == "held"
    assert "CA 00010 P90 from 184000 to 18400000" in desk.words
    assert desk.state() == state


def test_a_rate_that_leaps_is_held(fed_desk, sources):
    desk = fed_desk
    sources.case("ecb", "half a rate")
    desk.fetch("ecb")
    assert desk.last("ecb")["outcome"] == "held"
    assert "USD" in desk.words
    assert [row["rate"] for row in desk.rates("ecb")
            if row["quote"] == "USD"] == [1.1592]


def disputed(desk):
    """The first matter between two sources, and the figure it is about."""
    desk.ingest("import", str(SOURCES.parent / "editors-2026.csv"),
                "--source", "editors-2026")
    matter = reviews(desk)[0]
    assert matter["kind"] == "disagreement"
    assert matter["subject"].startswith("backend-developer US ")
    level = matter["subject"].split()[-1]
    shown = desk.ask("SELECT source_ids FROM salary.figure WHERE"
                     f" country = 'US' AND level = '{level}'")
    assert {shown, "{%s}" % matter["source"]} == {"{bls}", "{editors-2026}"}
    return matter


def test_two_sources_that_disagree_are_a_matter(fed_desk):
    """The editors' range is far below what the bureau states."""
    desk = fed_desk
    matter = disputed(desk)
    state = desk.state()
    desk.ingest("review", "accept", str(matter["id"]), "--by", "mia",
                "--why", "both are true")
    assert desk.state() == state
    desk.fetch()
    assert matter["subject"] not in [one["subject"] for one in reviews(desk)]


def test_what_is_refused_of_a_source_does_not_come_back(fed_desk):
    desk = fed_desk
    matter = disputed(desk)
    desk.ingest("review", "reject", str(matter["id"]), "--by", "mia",
                "--why", "counts the whole trade")
    refused = desk.ask("SELECT count(*) FROM salary.withdrawal"
                       " WHERE is_refusal")
    evidence = desk.evidence()
    desk.fetch()
    assert desk.evidence() == evidence
    assert refused == desk.ask("SELECT count(*) FROM salary.withdrawal") \
        == "1"
    assert matter["subject"] not in [one["subject"] for one in reviews(desk)]


def test_reviews_of_a_dry_run_are_not_kept(fed_desk, sources):
    desk = fed_desk
    sources.case("datagovsg", short_of(sources, 15))
    desk.fetch("datagovsg", "--dry-run")
    assert "waits for a person" in desk.words
    assert reviews(desk) == []
