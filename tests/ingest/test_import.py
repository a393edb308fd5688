"""autopsy-ingest sources and import, on a private PostgreSQL."""

import csv
import hashlib
import io
import json
import os
import subprocess

import pytest

from support.desk import BUILD, SOURCES, Desk, copy_of, published

BENCHMARKS = SOURCES.parent
REGISTER = json.loads(SOURCES.read_text("utf-8"))
CODES = [source["code"] for source in REGISTER
         if source["collection_mode"] == "curated"
         and source["statistics"] != "rate"]
HEADER = ("career_slug,country,level,low,median,high,currency,period,"
          "pay_basis,source_code,source_title,source_url,observed_on,"
          "recorded_on,recorded_by,sample_n,notes").split(",")
GOOD = {
    "career_slug": "backend-developer", "country": "NL", "level": "mid",
    "low": "27.0", "median": "34.8", "high": "43.4", "currency": "EUR",
    "period": "hour", "pay_basis": "base", "source_code": "cbs-nl",
    "source_title": "Hourly wages 2024",
    "source_url": "https://opendata.cbs.nl/", "observed_on": "2024-12-31",
    "recorded_on": "2026-01-15", "recorded_by": "editors",
    "sample_n": "316000", "notes": "",
}


class FileDesk(Desk):
    """Somebody with files of pay and a database with one career in it."""

    def write(self, *rows, header=None, end="\n", start=""):
        text = io.StringIO()
        writer = csv.writer(text, lineterminator=end)
        writer.writerow(header or HEADER)
        for row in rows:
            writer.writerow([{**GOOD, **row}[name] for name in HEADER])
        path = self.home / "pay.csv"
        path.write_bytes((start + text.getvalue()).encode("utf-8"))
        return str(path)

    def load(self, *rows, source="cbs-nl", code=0, more=(), **layout):
        return self.ingest("import", self.write(*rows, **layout),
                           "--source", source, *more, code=code)


@pytest.fixture
def desk(tmp_path):
    with copy_of(published(), tmp_path, kind=FileDesk) as made:
        yield made


def test_the_bundled_snapshot_is_imported_whole_and_twice(desk):
    for code in CODES:
        out = desk.ingest("import", str(BENCHMARKS / f"{code}.csv"),
                          "--source", code)
        assert " new, 0 changed, 0 unchanged;" in out
        assert desk.words == ""
    state = desk.state()
    rows = int(desk.ask("SELECT count(*) FROM salary.observation"))
    assert rows == sum(
        len(list(csv.reader((BENCHMARKS / f"{code}.csv").open()))) - 1
        for code in CODES)
    for code in CODES:
        out = desk.ingest("import", str(BENCHMARKS / f"{code}.csv"),
                          "--source", code)
        assert out.startswith("0 new, 0 changed, ")
        assert out.endswith("0 figures changed\n")
    assert desk.state() == state


# What is published, and what that is a year: worked out by hand.
CONVERSIONS = {
    "hours of the Netherlands, 39.1 x 52": (
        {}, "54896 / 70755 / 88241 EUR",
        [{"step": "hours_per_week", "factor": 39.1},
         {"step": "weeks_per_year", "factor": 52}]),
    "hours of the United States, 2,080": (
        {"country": "US", "currency": "USD", "low": "25.00",
         "median": "", "high": "25.01", "source_code": "bls-oews"},
        "52000 / - / 52021 USD",
        [{"step": "hours_per_week", "factor": 40},
         {"step": "weeks_per_year", "factor": 52}]),
    "hours of Canada, 39.7 x 52": (
        {"country": "CA", "currency": "CAD", "low": "30", "median": "34.23",
         "high": "68.795", "source_code": "jobbank-ca"},
        "61932 / 70664 / 142020 CAD",
        [{"step": "hours_per_week", "factor": 39.7},
         {"step": "weeks_per_year", "factor": 52}]),
    "52 weeks": (
        {"country": "GB", "currency": "GBP", "period": "week", "low": "500",
         "median": "", "high": "1000.50", "pay_basis": "total",
         "source_code": "ons-ashe"},
        "26000 / - / 52026 GBP", [{"step": "weeks_per_year", "factor": 52}]),
    "twelve months": (
        {"country": "SG", "currency": "SGD", "period": "month", "low": "1",
         "median": "6599.99", "high": "999999999.99",
         "source_code": "mom-sg"},
        "12 / 79200 / 12000000000 SGD",
        [{"step": "months_per_year", "factor": 12}]),
    "a half is rounded up": (
        {"country": "GB", "currency": "GBP", "period": "year",
         "low": "30752.5", "median": "35946.49", "high": "41141.51",
         "pay_basis": "total", "source_code": "ons-ashe"},
        "30753 / 35946 / 41142 GBP", []),
}


@pytest.mark.parametrize("name", CONVERSIONS)
def test_pay_becomes_a_year_and_keeps_its_steps(desk, name):
    row, pay, chain = CONVERSIONS[name]
    source = row.get("source_code", "cbs-nl")
    out = desk.load(row, source=source)
    assert f": {pay} a year\n" in out
    kept = json.loads(desk.ask(
        "SELECT json_build_object('chain', chain, 'published', published)"
        " FROM salary.observation"))
    assert kept["chain"] == chain
    assert kept["published"]["period"] == row.get("period", "hour")
    assert float(kept["published"]["low"]) == float(row.get("low", "27.0"))


def test_the_match_comes_from_the_guide_s_codes(desk):
    desk.load({"country": "US", "currency": "USD", "period": "year",
               "low": "200000", "median": "", "high": "300000",
               "level": "manager", "source_code": "bls-oews"},
              source="bls-oews")
    desk.load({"country": "US", "currency": "USD", "period": "year",
               "low": "200000", "median": "", "high": "350000",
               "level": "manager", "source_code": "editors-2026"},
              source="editors-2026")
    assert desk.ask("SELECT source_code, match FROM salary.observation"
                    " ORDER BY 1") == "bls-oews|close\neditors-2026|exact"
    # The guide lists no managers of the Dutch scheme.
    err = desk.load({"level": "manager"}, code=1)
    assert "the guide has no BRC-2014 code for its manager" in err


def test_figures_documents_and_version_follow(desk):
    version = desk.ask("SELECT version FROM catalog.content_version")
    out = desk.load({})
    assert ("figure new backend-developer NL mid: none -> "
            "54896 / 70755 / 88241 EUR base, grade B,"
            " of 2024-12-31 by cbs-nl\n") in out
    assert "1 new, 0 changed, 0 unchanged; 1 figure changed\n" in out
    body = json.loads(desk.ask(
        "SELECT body FROM catalog.document WHERE kind = 'career'"
        " AND country = 'NL'"))
    assert body["salary"][0]["salary"]["median"] == 70755
    assert body["salary_sources"][0]["id"] == "cbs-nl"
    assert int(desk.ask("SELECT version FROM catalog.content_version")) \
        > int(version)
    assert desk.ask("SELECT reason FROM salary.figure_history") == \
        "import of cbs-nl"
    assert desk.ask("SELECT encode(file_sha256, 'hex')"
                    " FROM salary.observation") == \
        hashlib.sha256((desk.home / "pay.csv").read_bytes()).hexdigest()


PAY = {"country": "SG", "currency": "SGD", "source_code": "mom-sg",
       "period": "month", "median": "", "notes": ""}
LADDER = [{**PAY, "level": "junior", "low": "4000", "high": "6000"},
          {**PAY, "level": "mid", "low": "6000", "high": "10000"},
          {**PAY, "level": "senior", "low": "10000", "high": "14000"}]
# Level, pay until now, pay of the new row, doubt.
DOUBTS = {
    "ten times": ("mid", "60000", "100000",
                  ["10 times the figure until now", "more than a senior"]),
    "a month as a year": ("senior", "833", "1167",
                          ["1/12 of the figure until now",
                           "less than a junior"]),
    "three and a half": ("senior", "35000", "49000",
                         ["3.5 times the figure until now"]),
    "double": ("senior", "20000", "28000", []),
    "a junior above a senior": ("junior", "12000", "13000",
                                ["more than a mid"]),
    "a little above the next": ("mid", "12000", "14000", []),
}


@pytest.mark.parametrize("name", DOUBTS)
def test_pay_that_is_far_off_is_doubted_and_recorded(desk, name):
    level, low, high, doubts = DOUBTS[name]
    desk.load(*LADDER, source="mom-sg")
    assert desk.words == ""
    row = next(row for row in LADDER if row["level"] == level)
    for more in (["--dry-run"], []):
        out = desk.load({**row, "low": low, "high": high}, source="mom-sg",
                        more=more)
        assert "0 new, 1 changed, 0 unchanged" in out
        lines = desk.words.splitlines()
        assert len(lines) == len(doubts), lines
        for line, doubt in zip(lines, doubts):
            assert line.startswith(f"{desk.home}/pay.csv:2: {level}: {doubt}")
            assert line.endswith("; check the period column")
    desk.load({**row, "low": low, "high": high}, source="mom-sg")
    assert desk.words == ""


def test_a_first_file_is_doubted_by_the_order_of_its_levels(desk):
    desk.load(LADDER[0], {**LADDER[1], "low": "60000", "high": "100000"},
              LADDER[2], source="mom-sg")
    assert desk.words == (
        f"{desk.home}/pay.csv:3: mid: more than a senior gets;"
        " check the period column\n")


def test_a_correction_is_shown_old_and_new(desk):
    desk.load({})
    out = desk.load({"high": "50"})
    assert ("changed backend-developer NL mid 2024-12-31: "
            "54896 / 70755 / 88241 -> 54896 / 70755 / 101660 EUR a year\n"
            ) in out
    assert "figure changed backend-developer NL mid: " \
        "54896 / 70755 / 88241 EUR base, grade B, of 2024-12-31 by cbs-nl" \
        " -> 54896 / 70755 / 101660 EUR base, grade B, of 2024-12-31 by" \
        " cbs-nl\n" in out
    assert "0 new, 1 changed, 0 unchanged; 1 figure changed\n" in out
    assert desk.ask("SELECT count(*) FROM salary.observation") == "2"


def test_a_dry_run_says_the_same_and_writes_nothing(desk):
    desk.load({})
    state = desk.state()
    rows = {"high": "50"}, {"level": "junior"}
    dry = desk.load(*rows, more=["--dry-run"])
    assert desk.state() == state
    assert dry == desk.load(*rows) + "dry run: nothing is written\n"
    assert "1 new, 1 changed, 0 unchanged; 2 figures changed" in dry


def test_a_spreadsheet_s_layout_is_read(desk):
    out = desk.load({"notes": 'He said "so",\nand left.'}, end="\r\n",
                    start="\ufeff")
    assert "1 new" in out
    assert desk.ask("SELECT notes FROM salary.observation") == \
        'He said "so",\nand left.'


def test_every_fault_is_said_and_nothing_written(desk):
    state = desk.state()
    err = desk.load(
        {},
        {"career_slug": "backend-develper", "country": "UK"},
        {"level": "boss", "low": "99", "currency": "USD"},
        {"observed_on": "2030-01-01", "source_url": "http://a.example/",
         "recorded_by": "", "sample_n": "many"},
        {"level": "senior", "pay_basis": "total", "low": "", "median": "",
         "high": ""},
        {"source_code": "mom-sg"},
        code=1)
    path = f"{desk.home}/pay.csv"
    for line, words in [
            (3, 'career_slug: "backend-develper" is not known; did you mean'
                ' "backend-developer"?'),
            (3, "country: the source covers NL"),
            (4, 'level: "boss" is not known'),
            (4, "median: 34.8 is below low"),
            (4, "currency: USD is not the currency of NL; write EUR"),
            (5, "observed_on: 2030-01-01 is in the future"),
            (5, "source_url: \"http://a.example/\" is not an https"),
            (5, "recorded_by: is blank"),
            (5, 'sample_n: "many" is not a number'),
            (6, "pay_basis: the source is registered for base pay"),
            (6, "pay_basis: total here, base on line 2"),
            (6, "low: low, median and high are all empty"),
            (7, 'source_code: "mom-sg" is not the source imported'),
            (7, "career_slug: is on line 2 already")]:
        assert f"{path}:{line}: {words}" in err, err
    assert "nothing is written" in err
    assert desk.state() == state


def test_a_source_that_is_not_registered_is_refused(desk):
    err = desk.load({"source_code": "cbs-n"}, source="cbs-n", code=1)
    assert '--source: "cbs-n" is not registered; did you mean "cbs-nl"?' \
        in err


def test_another_header_is_refused(desk):
    err = desk.load({}, header=[*HEADER[:-1], "note"], code=1)
    assert "pay.csv:1: header: is not the one of a pay file" in err


def test_the_register_is_brought_up_to_date(desk):
    assert desk.ingest("sources", str(SOURCES)) == "".join(
        f"unchanged {source['code']}\n" for source in REGISTER)
    desk.load({})
    register = json.loads(SOURCES.read_text("utf-8"))
    for source in register:
        if source["code"] == "cbs-nl":
            source["name"] = "Wages by occupation"
            source["statistics"] = "point"
    path = desk.home / "sources.json"
    path.write_text(json.dumps(register), "utf-8")
    state = desk.state()
    dry = desk.ingest("sources", str(path), "--dry-run")
    assert desk.state() == state
    out = desk.ingest("sources", str(path))
    assert dry == out + "dry run: nothing is written\n"
    assert "changed cbs-nl\n" in out
    # Less of a distribution is less to rely on.
    assert "figure changed backend-developer NL mid: " in out
    body = desk.ask("SELECT body FROM catalog.document WHERE kind = 'career'"
                    " AND country = 'NL'")
    assert "Wages by occupation" in body


def test_a_register_with_faults_is_refused(desk):
    path = desk.home / "sources.json"
    path.write_text('[\n {"code": "New One", "licens": "x"}\n]', "utf-8")
    err = desk.ingest("sources", str(path), code=1)
    assert f"{path}:2: [0].code: is not right" in err
    assert '[0].licens: is not a name that is known here; did you mean' \
        ' "licence"?' in err
    assert "[0].attribution: is missing" in err


@pytest.mark.parametrize("arguments", [
    ["sources", str(SOURCES)],
    ["import", str(BENCHMARKS / "cbs-nl.csv"), "--source", "cbs-nl"]])
def test_a_database_that_is_down_is_for_later(arguments):
    done = subprocess.run(
        [BUILD / "autopsy-ingest", *arguments], capture_output=True,
        text=True, check=False,
        env={**os.environ, "DATABASE_URL": "postgresql:///a?host=/none"})
    assert done.returncode == 75
    assert "the database can't be reached" in done.stderr


@pytest.mark.parametrize("arguments, code", [
    (["--help"], 0), (["import", "--help"], 0), (["sources", "--help"], 0),
    (["--version"], 0), ([], 2), (["imprt"], 2), (["import"], 2),
    (["import", "a.csv"], 2), (["import", "a.csv", "--source"], 2),
    (["import", "a", "b", "--source", "c"], 2), (["sources", "--x"], 2),
])
def test_usage(arguments, code):
    done = subprocess.run([BUILD / "autopsy-ingest", *arguments],
                          capture_output=True, text=True, check=False)
    assert done.returncode == code
    shown = done.stderr if code else done.stdout
    assert "autopsy-ingest" in shown
    if arguments[1:] == ["--help"]:
        assert "Example:" in shown


def test_history_says_what_kind_of_change_it_was(desk):
    desk.load({})
    desk.load({"high": "44.0"})
    register = [{**source, "enabled": source["code"] != "cbs-nl"}
                for source in REGISTER]
    path = desk.home / "sources.json"
    path.write_text(json.dumps(register), "utf-8")
    out = desk.ingest("sources", str(path))
    assert "changed cbs-nl\n" in out
    assert "figure removed backend-developer NL mid" in out
    assert desk.ask("SELECT change, cause FROM salary.figure_history"
                    " ORDER BY id") == (
        "new|import\nchanged|correction\nremoved|source_withdrawn")
    # Switched on again, its evidence counts as before.
    assert "figure new backend-developer NL mid" in desk.ingest(
        "sources", str(SOURCES))
