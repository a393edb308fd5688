"""The Bureau of Labor Statistics: series by number, refusals in a 200."""

import pytest

from support.sources import bls

KEY = "0123456789abcdef0123456789abcdef"
DEVELOPERS = {
    "country": "US", "code": "15-1252", "observed_on": "2025-05-31",
    "currency": "USD", "period": "year", "p10": 82460, "p25": 105210,
    "median": 135980, "p75": 171980, "p90": 214670, "mean": None,
    "top_code": None, "sample_n": 1687890, "precision_pct": 0.4}
MANAGERS = {
    **DEVELOPERS, "code": "11-3021", "p10": 104450, "p25": 134350,
    "median": 171200, "p75": 216220, "p90": None, "mean": None,
    "top_code": 239200, "sample_n": 645970, "precision_pct": 0.3}


def figures(desk):
    return desk.rows("""
        SELECT level, low, median, high FROM salary.figure
        WHERE source_ids = '{bls}' ORDER BY level""")


def test_percentiles_become_levels(desk):
    desk.fetch("bls")
    assert desk.live("bls") == [MANAGERS, DEVELOPERS]
    found = {row["level"]: (row["low"], row["median"], row["high"])
             for row in figures(desk)}
    assert found == {
        "junior": (82460, 93835, 105210), "mid": (105210, 135980, 171980),
        "senior": (171980, 193325, 214670),
        "manager": (134350, 171200, 216220)}


def test_series_are_asked_for_as_the_bureau_numbers_them(desk, sources):
    desk.fetch("bls")
    requests = sources.asked("bls")
    for one in requests:
        assert one.method == "POST" and one.path == bls.PATH
        assert one.headers["content-type"].startswith("application/json")
        assert "registrationkey" not in one.document
        assert len(one.document["seriesid"]) <= 25
        assert ("startyear" in one.document) == ("endyear" in one.document)
    asked = [name for one in requests for name in one.document["seriesid"]]
    assert len(asked) == len(set(asked))
    for occupation in ("151252", "113021"):
        for datatype in ("01", "05", "11", "12", "13", "14", "15"):
            assert bls.series_id(occupation, datatype) in asked


def test_a_key_allows_more_at_once(desk, sources):
    desk.fetch("bls", BLS_API_KEY=KEY)
    assert desk.live("bls") == [MANAGERS, DEVELOPERS]
    for one in sources.asked("bls"):
        assert one.document["registrationkey"] == KEY
        assert KEY not in one.path + str(one.query) + str(one.headers)


def test_more_occupations_take_more_requests(desk, sources):
    """A guide has codes of its own; a request has room for 25 or 50."""
    desk.ask("""
        SET session_replication_role = replica;
        UPDATE catalog.revision SET guide = jsonb_set(guide, '{codes}',
            guide -> 'codes' || (
                SELECT jsonb_agg(jsonb_build_object(
                    'scheme', 'US-SOC-2018', 'code', '99-' || n,
                    'title', 'None', 'match', 'close',
                    'role', 'occupation'))
                FROM generate_series(1001, 1014) AS n))""")
    state = {"15-1252", "11-3021"}
    for more, most in (({}, 25), ({"BLS_API_KEY": KEY}, 50)):
        sources.reset()
        desk.fetch("bls", **more)
        sizes = [len(one.document["seriesid"])
                 for one in sources.asked("bls")]
        assert max(sizes) <= most and len(sizes) > 2
        assert {row["code"] for row in desk.live("bls")} == state


@pytest.mark.parametrize("case", ["results in an array", "reordered",
                                  "values are numbers"])
def test_other_layouts_say_the_same(desk, sources, case):
    sources.case("bls", case)
    desk.fetch("bls")
    assert desk.live("bls") == [MANAGERS, DEVELOPERS]


def test_the_floor_of_a_top_code_is_read_from_its_words(desk, sources):
    def older(one):
        for note in one["footnotes"]:
            if note.get("code") == "5":
                note["text"] = ("This wage is equal to or greater than"
                                " $123.45 per hour or $256,780 per year.")
    sources.case("bls", bls.each_series(older))
    desk.fetch("bls")
    assert desk.live("bls") == [{**MANAGERS, "top_code": 256780}, DEVELOPERS]


def test_an_amount_may_be_above_the_floor_of_another(desk, sources):
    """Since May 2025 some are, and then the floor is that amount."""
    sources.case("bls", bls.having("113021", d14="250000"))
    desk.fetch("bls")
    assert desk.live("bls")[0]["p75"] == 250000
    assert desk.live("bls")[0]["p90"] is None
    assert desk.ask("SELECT high FROM salary.figure WHERE level = 'manager'"
                    " AND source_ids = '{bls}'") == "250000"


@pytest.mark.parametrize("case, column", [("dash 4", "median"),
                                          ("dash 8", "p10")])
def test_a_dash_is_no_figure(desk, sources, case, column):
    sources.case("bls", case)
    desk.fetch("bls")
    assert desk.live("bls")[1] == {**DEVELOPERS, column: None}


def test_a_series_that_is_gone_is_left_out(desk, sources):
    sources.case("bls", lambda request: bls.answer(
        request, {"151252": bls.VALUES["151252"]}))
    desk.fetch("bls")
    assert desk.live("bls") == [DEVELOPERS]


def test_a_threshold_is_for_tomorrow(steady_desk, sources):
    state = steady_desk.believed()
    sources.case("bls", "threshold")
    steady_desk.fetch("bls", code=75)
    assert "daily threshold" in steady_desk.words
    assert len(sources.asked("bls")) == 1
    assert steady_desk.last("bls")["outcome"] == "later"
    assert steady_desk.believed() == state


def test_a_refused_key_is_a_setting_to_mend(steady_desk, sources):
    state = steady_desk.believed()
    sources.case("bls", "invalid key")
    steady_desk.fetch("bls", code=1, BLS_API_KEY=KEY)
    assert "BLS_API_KEY" in steady_desk.words
    assert steady_desk.believed() == state


# Ways in which a source may give a key away to who reads what it sends.
ECHOES = {
    "threshold": "threshold",
    "invalid key": "invalid key",
    "an error page": lambda r: bls.Reply(403, b"<html>" + r.body, "text/html"),
    "no JSON": lambda r: bls.Reply(200, b"key " + r.body, "text/html"),
    "a long page": lambda r: bls.Reply(
        200, r.body.center(300_000) + r.body, "text/html"),
    "a header": lambda r: bls.good(r).having(
        headers={"X-Key": bls.key_of(r)}),
    "a content type": lambda r: bls.Reply(200, b"no", f"x/{bls.key_of(r)}"),
    "a redirect": lambda r: bls.Reply(302, headers={
        "Location": f"http://localhost/{bls.key_of(r)}"}),
    "a redirect to itself": lambda r: bls.Reply(307, headers={
        "Location": f"/bls{bls.PATH}?{bls.key_of(r)}"}),
    "a mark": lambda r: bls.good(r).having(
        headers={"ETag": f'"{bls.key_of(r)}"'}),
    "a message beside good data": lambda r: bls.as_json({
        **bls.good(r).document(), "message": [bls.key_of(r)]}),
    "a value": lambda r: bls.answer(r, {"151252": {
        **bls.VALUES["151252"], "13": bls.key_of(r)}}),
}


@pytest.mark.parametrize("name", ECHOES)
@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_a_key_is_never_given_away(desk, sources, name, more):
    sources.case("bls", ECHOES[name])
    process = desk.start("autopsy-ingest", "run", "bls", *more,
                         BLS_API_KEY=KEY)
    out, words = process.communicate(timeout=60)
    assert KEY in str(sources.asked("bls")[0].body)
    assert process.returncode in (0, 1, 75)
    assert KEY not in out + words
    assert KEY.encode() not in desk.dump()
    stored = desk.ask("""
        SELECT string_agg(encode(data, 'hex'), '' ORDER BY n)
        FROM salary.body""")
    assert KEY.encode().hex() not in stored


def test_a_key_s_place_is_blotted_out_not_moved(desk, sources):
    sources.case("bls", "threshold")
    desk.fetch("bls", code=75, BLS_API_KEY=KEY)
    size, sha = desk.ask("SELECT size, encode(sha256, 'hex')"
                         " FROM salary.fetch").split("|")
    body = desk.body(sha)
    assert b"*" * len(KEY) in body and len(body) == int(size)
