"""Tables of pay: what each of them says, in whichever way it says it."""

import pytest

from support.sources.wire import as_json

CA = {"country": "CA", "currency": "CAD"}
DEVELOPERS = {
    **CA, "code": "21232", "observed_on": "2024-12-31", "period": "hour",
    "p10": 30, "p25": 38.46, "median": 48.08, "p75": 60.67, "p90": 76.92,
    "mean": 51.72, "top_code": None, "sample_n": None,
    "precision_pct": None}
LEGISLATORS = {
    **DEVELOPERS, "code": "00010", "observed_on": "2021-12-31",
    "period": "year", "p10": 32867, "p25": 54400, "median": 84000,
    "p75": 132000, "p90": 184000, "mean": 97600}


def newest(desk, source):
    """The first row of each code in each country."""
    found = {}
    for row in desk.live(source):
        found.setdefault((row["country"], row["code"]), row)
    return found


def figures(desk, source):
    return {row["level"]: [row["low"], row["median"], row["high"]]
            for row in desk.rows(f"""
                SELECT level, low, median, high FROM salary.figure
                WHERE source_ids = '{{{source}}}'""")}


class TestJobBank:
    def test_national_rows_are_taken_as_they_stand(self, desk, sources):
        desk.fetch("jobbank")
        assert newest(desk, "jobbank") == {
            ("CA", "21232"): DEVELOPERS, ("CA", "00010"): LEGISLATORS}
        assert figures(desk, "jobbank") == {
            "junior": [61932, 70664, 79397], "mid": [79397, 99256, 125247],
            "senior": [125247, 142020, 158794]}
        assert sources.asked("jobbank")[0].path.endswith(".csv")

    @pytest.mark.parametrize("case", ["bom", "reordered columns", "gzip",
                                      "chunked", "18 MB"])
    def test_other_layouts_say_the_same(self, desk, sources, case):
        sources.case("jobbank", case)
        desk.fetch("jobbank")
        assert newest(desk, "jobbank") == {
            ("CA", "21232"): DEVELOPERS, ("CA", "00010"): LEGISLATORS}

    def test_what_is_suppressed_is_no_figure(self, desk, sources):
        sources.case("jobbank", lambda request: sources.of[
            "jobbank"].with_cell("Quartile1_Wage_Salaire_Quartile1", ""))
        desk.fetch("jobbank")
        assert newest(desk, "jobbank")["CA", "21232"] == {
            **DEVELOPERS, "p25": None}

    def test_the_name_of_the_file_is_a_setting(self, desk, sources):
        url = sources.env("jobbank")["JOBBANK_URL"] + "/other/wages.csv"
        desk.fetch("jobbank", JOBBANK_URL=url)
        assert sources.asked("jobbank")[0].path == "/other/wages.csv"


NL = {"country": "NL", "code": "A000275", "observed_on": "2024-12-31",
      "currency": "EUR", "period": "hour", "p10": None, "p25": 27.0,
      "median": 34.8, "p75": 43.4, "p90": None, "mean": None,
      "top_code": None, "sample_n": 316000, "precision_pct": None}


class TestCbs:
    def test_the_newest_year_counts(self, desk, sources):
        desk.fetch("cbs")
        assert newest(desk, "cbs")["NL", "A000275"] == NL
        assert figures(desk, "cbs") == {
            "junior": [None, None, 54896], "mid": [54896, 70755, 88241],
            "senior": [88241, None, None]}
        request = sources.asked("cbs")[0]
        assert request.first("$format") == "json"
        assert "JJ00" in request.first("$filter")

    @pytest.mark.parametrize("case", ["padded code", "next link"])
    def test_other_layouts_say_the_same(self, desk, sources, case):
        sources.case("cbs", case)
        desk.fetch("cbs")
        assert newest(desk, "cbs")["NL", "A000275"] == NL

    def test_pages_are_followed(self, desk, sources):
        sources.case("cbs", "next link")
        desk.fetch("cbs")
        assert len(sources.asked("cbs")) == 2
        assert len(desk.live("cbs")) >= 1

    @pytest.mark.parametrize("case, column", [("null percentile", "p25"),
                                              ("null median", "median")])
    def test_what_is_not_published_is_no_figure(self, desk, sources, case,
                                                column):
        sources.case("cbs", case)
        desk.fetch("cbs")
        assert newest(desk, "cbs")["NL", "A000275"] == {**NL, column: None}


SG = {"country": "SG", "observed_on": "2024-06-30", "currency": "SGD",
      "period": "month", "p10": None, "p25": 6599, "median": 8750,
      "p75": 12574, "p90": None, "mean": None, "top_code": None,
      "sample_n": None, "precision_pct": None}


def developer(desk):
    """The basic wage of software developers, without what it is called."""
    rows = desk.rows("""
        SELECT t.country, t.observed_on, t.currency, t.period, t.p10, t.p25,
            t.median, t.p75, t.p90, t.mean, t.top_code, t.sample_n,
            t.precision_pct
        FROM salary.stated AS t
        JOIN salary.vintage AS v ON v.id = t.vintage_id
        WHERE v.source_code = 'datagovsg' AND v.state = 'live'
            AND t.code = 'Software developer'""")
    assert len(rows) == 1
    return rows[0]


class TestDataGovSg:
    def test_every_occupation_is_taken(self, desk, sources):
        desk.fetch("datagovsg")
        assert len(newest(desk, "datagovsg")) == 57
        assert developer(desk) == SG
        found = figures(desk, "datagovsg")
        assert found["mid"] == [79188, 105000, 150888]
        assert found["junior"] == [None, None, 79188]
        assert found["senior"] == [150888, None, None]
        assert set(found) == {"junior", "mid", "senior", "manager"}

    @pytest.mark.parametrize("case", ["numbers", "three pages"])
    def test_other_layouts_say_the_same(self, desk, sources, case):
        sources.case("datagovsg", case)
        desk.fetch("datagovsg")
        assert len(newest(desk, "datagovsg")) == 57
        assert developer(desk) == SG
        assert len(sources.asked("datagovsg")) == (
            3 if case == "three pages" else 1)

    @pytest.mark.parametrize("case", ["dashes", "suppressed"])
    def test_what_is_suppressed_is_no_figure(self, desk, sources, case):
        sources.case("datagovsg", case)
        desk.fetch("datagovsg")
        assert developer(desk) == {**SG, "p25": None}

    def test_too_many_requests_in_a_200_are_for_later(self, desk, sources):
        state = desk.believed()
        sources.case("datagovsg", "code and error")
        desk.fetch("datagovsg", code=75)
        assert desk.believed() == state


def group(country, code, mean):
    """A major group of ISCO-08."""
    return {"country": country, "code": code, "observed_on": "2022-10-31",
            "currency": "EUR", "period": "month", "p10": None, "p25": None,
            "median": None, "p75": None, "p90": None, "mean": mean,
            "top_code": None, "sample_n": None, "precision_pct": None}


def limited(desk):
    """Figures that follow from a group's mean: a point, and that said."""
    found = {}
    for row in desk.rows("""
            SELECT country, level, low, median, high, limited_reasons
            FROM salary.figure
            WHERE 'group_level' = ANY (limited_reasons)
            ORDER BY country, level"""):
        assert (row["level"], row["low"], row["high"]) == ("mid", None, None)
        found.setdefault(row["country"], []).append(row["median"])
    return found


def means(desk, source):
    return {(row["country"], row["mean"]) for row in desk.live(source)}


class TestEurostat:
    def test_means_of_groups_are_context_of_limited_worth(self, desk):
        desk.fetch("eurostat")
        assert desk.live("eurostat") == [
            group("DE", "1", 7943), group("DE", "2", 5561),
            group("DE", "3", 4268), group("NL", "1", 6377),
            group("NL", "2", 4822), group("NL", "3", 3911)]
        assert limited(desk) == {"DE": [66732], "NL": [57864]}

    def test_an_occupation_s_own_pay_is_better(self, desk):
        desk.fetch("eurostat", "cbs")
        assert figures(desk, "cbs")["mid"] == [54896, 70755, 88241]
        assert limited(desk) == {"DE": [66732]}

    def test_dimensions_may_stand_in_another_order(self, desk, sources):
        sources.case("eurostat", "geo last")
        desk.fetch("eurostat")
        assert {("DE", 5561), ("NL", 4822)} <= means(desk, "eurostat")

    @pytest.mark.parametrize("case, is_taken", [
        ("one value less", False), ("unreliable", False),
        ("confidential", False), ("a break", True)])
    def test_a_cell_that_is_not_to_be_relied_on_is_none(self, desk, sources,
                                                        case, is_taken):
        sources.case("eurostat", case)
        desk.fetch("eurostat")
        assert (("DE", 5561) in means(desk, "eurostat")) == is_taken
        assert len(desk.live("eurostat")) == 5 + is_taken

    def test_too_big_then_good_is_good(self, desk, sources):
        sources.then("eurostat", "too big")
        desk.fetch("eurostat")
        assert len(sources.asked("eurostat")) == 2
        assert {("DE", 5561), ("NL", 4822)} <= means(desk, "eurostat")


def professionals(desk, country):
    return [(row["observed_on"], row["mean"]) for row in desk.live("ilostat")
            if row["country"] == country]


class TestIlostat:
    def test_means_of_groups_are_context_of_limited_worth(self, desk):
        desk.fetch("ilostat")
        assert ("2025-12-31", 8638.146) in professionals(desk, "US")
        assert {row["currency"] for row in desk.live("ilostat")} <= {
            "USD", "MYR"}
        assert {row["period"] for row in desk.live("ilostat")} == {"month"}
        assert limited(desk) == {"MY": [67458], "US": [103658]}

    def test_columns_may_stand_in_another_order(self, desk, sources):
        sources.case("ilostat", "reordered columns")
        desk.fetch("ilostat")
        assert ("2025-12-31", 8638.146) in professionals(desk, "US")

    def test_of_two_surveys_one_is_taken_and_none_averaged(self, desk,
                                                           sources):
        sources.case("ilostat", "two sources")
        desk.fetch("ilostat")
        stated = desk.ask("""
            SELECT t.mean FROM salary.stated AS t
            JOIN salary.vintage AS v ON v.id = t.vintage_id
            WHERE v.source_code = 'ilostat' AND v.state = 'live'
                AND t.country = 'US' AND t.observed_on = '2025-12-31'
                AND t.code = (SELECT code FROM salary.statistic
                    WHERE mean = 8638.146 LIMIT 1)""")
        assert stated == "8638.146"

    def test_the_groups_of_1988_are_left_out(self, desk, sources):
        sources.case("ilostat", "isco 88")
        desk.fetch("ilostat")
        assert 1.5 not in [row["mean"] for row in desk.live("ilostat")]

    def test_a_break_is_good_and_unreliable_is_not(self, desk, sources):
        sources.case("ilostat", "a break")
        desk.fetch("ilostat")
        assert ("2025-12-31", 8638.146) in professionals(desk, "US")
        sources.case("ilostat", "unreliable")
        desk.ingest("run", "ilostat", "--dry-run", code=1)


def test_two_years_of_one_occupation_are_one_figure(desk, sources):
    """Only the newest is believed, whatever the order."""
    cbs = sources.of["cbs"]
    for rows in (cbs.rows, cbs.rows[::-1]):
        sources.case("cbs", lambda request, rows=rows: cbs.reply(rows))
        desk.fetch("cbs")
        assert newest(desk, "cbs")["NL", "A000275"] == NL
        assert figures(desk, "cbs")["mid"] == [54896, 70755, 88241]


@pytest.mark.parametrize("source, change", [
    ("cbs", lambda d: d.update({"x.new": [1, {"y": None}]})),
    ("bls", lambda d: d.update(responseTime="soon", more={})),
    ("datagovsg", lambda d: d["result"].update(more=1)),
    ("eurostat", lambda d: d.update(link={"self": []}))])
def test_members_that_nobody_needs_are_passed_over(desk, sources, source,
                                                   change):
    def more(request):
        document = sources.of[source].good(request).document()
        change(document)
        return as_json(document)
    sources.case(source, more)
    desk.fetch(source)
    assert desk.live(source)
