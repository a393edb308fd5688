"""Section 04: how the mid-level figure of a country has changed."""
import datetime
import html
import json
import re

import pytest

from evidence import owner
from local_site import CAREER, Site
from test_pages import exact, words

HISTORY = "/api/v1/careers/backend-developer/salaries/{}/history?level=mid"
VERSIONS = [("2026-01-10 08:00+00", "new", "import", 70000),
            ("2026-01-10 23:59:59+00", "changed", "correction", 72000),
            ("2026-03-20 12:00+00", "changed", "new_vintage", 75000),
            ("2026-05-01 00:00+00", "removed", "source_withdrawn", None),
            ("2026-07-01 00:00+00", "new", "review", 82000)]


def put(db, country, when, change, cause, low, median=None):
    db.rows(
        "INSERT INTO salary.figure_history (career_id, country, level, "
        "valid_from, change, cause, reason, figure) "
        "SELECT f.career_id, f.country, f.level, %s, %s, %s, 'by hand', "
        "CASE WHEN %s::bigint IS NOT NULL THEN to_jsonb(f) "
        "|| jsonb_build_object('low', %s::bigint, 'median', %s::bigint) END "
        "FROM salary.figure AS f WHERE f.country = %s AND f.level = 'mid'",
        when, change, cause, low, low, median, country)


@pytest.fixture(scope="module")
def site():
    """A copy that is older than it is, in some countries."""
    copy = Site()
    try:
        copy.start()
        with owner(copy) as db:
            for when, change, cause, low in VERSIONS:
                put(db, "US", when, change, cause, low, low and 100000)
            for n in range(45):
                day = datetime.date(2025, 1, 1) + datetime.timedelta(n)
                put(db, "GB", f"{day} 12:00+00", "changed", "ageing",
                    30000 + n * 100)
            db.rows("SELECT catalog.bump_content_version()")
        yield copy
    finally:
        copy.remove()


def section(site, country):
    """The words of the section and the whole of it, None without one."""
    text = site.get(f"{CAREER}/{country}").text
    found = re.search(r'<div class="history wide">(.*?)<p class="note">', text,
                      re.S)
    return found and found[1]


def api(site, country):
    reply = site.get(HISTORY.format(country) + "&limit=100")
    return json.loads(reply.body)["data"]


def drawn(text):
    """The band's steps: x, y, width and height in percent."""
    return [tuple(map(float, m)) for m in re.findall(
        r'<rect class="range [^"]*" x="([\d.]+)%" y="([\d.]+)%" '
        r'width="([\d.]+)%" height="([\d.]+)%"', text)]


@pytest.mark.parametrize("country", ["us", "gb", "sg", "nl"])
def test_table_is_the_history_of_the_api(site, country):
    text, versions = section(site, country), api(site, country)
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", text, re.S)
    shown = versions[:40]
    if len(versions) == 1:
        assert rows == []
        return
    assert len(rows) == len(shown)
    for row, version in zip(rows, shown, strict=True):
        assert f'<time datetime="{version["valid_from"]}">' in row
        money = version["salary"]
        values = re.findall(r'<data value="([^"]*)"', row)
        assert [html.unescape(v) for v in values] == (
            [exact(money)] if money else [])
        assert ("no data" in row) == (money is None)
        limited = bool(money and money["limited"])
        assert ("limited" in words(row)) == limited
        assert version["reason"] in words(row)


def test_reasons_are_in_words(site):
    text = words(section(site, "us"))
    for said in ("First figure: evidence was written down",
                 "Changed: a mistake was corrected",
                 "Changed: a source published newer data",
                 "No figure any more: a source was withdrawn",
                 "A figure again: a person looked at the evidence"):
        assert said in text
    assert "versions since 10 January 2026." in text
    assert HISTORY.format("us").replace("&", "&amp;") in section(site, "us")


def test_band_lies_where_its_days_and_amounts_are(site):
    text = section(site, "us")
    today = datetime.datetime.now(datetime.timezone.utc).date()
    first = datetime.date(2026, 1, 10)
    whole = (today - first).days + 1

    def place(month, day):
        return 100 * (datetime.date(2026, month, day) - first).days / whole

    steps = drawn(text)
    # The axis ends at $200k; all go up to $130k. Of January 10 the last.
    assert [(y, height) for _, y, _, height in steps[:3]] == [
        (35, 29), (35, 27.5), (35, 24)]
    assert steps[0][0] == 0
    assert steps[1][0] == pytest.approx(place(3, 20), abs=0.1)
    # Nothing is drawn while there was nothing.
    assert steps[1][0] + steps[1][2] == pytest.approx(place(5, 1), abs=0.2)
    assert steps[2][0] == pytest.approx(place(7, 1), abs=0.1)
    assert steps[-1][0] + steps[-1][2] == pytest.approx(100, abs=0.2)
    middles = re.findall(r'<line class="middle [a-z]+"[^>]* y1="([\d.]+)%"',
                         text)
    assert middles == ["50"] * 3
    assert "viewBox" not in text and "style=" not in text


def test_drawing_is_told_in_words(site):
    text = section(site, "us")
    label = re.search(r'role="img" aria-label="([^"]*)"', text)[1]
    assert label == ("Mid-level pay from 10 January 2026 to today: at first "
                     "$70k–$130k, now $85k–$130k. The table below has each "
                     "version.")


def test_long_history_is_cut_and_says_so(site):
    text = section(site, "gb")
    total = len(api(site, "gb"))
    assert total > 45
    assert f"The last 40 of {total} versions, since " in words(text)
    assert "First figure" not in text


def test_what_has_not_changed_is_a_sentence(site):
    alone = [c for c in ("nl", "ca", "au", "sg", "de")
             if len(api(site, c)) == 1]
    assert alone
    for country in alone:
        day = api(site, country)[0]["valid_from"][:10]
        date = datetime.date.fromisoformat(day)
        said = f"First published on {date.day} {date:%B %Y}; it has not " \
            "changed since."
        text = section(site, country)
        assert said in words(text)
        assert "<svg" not in text and "<table" not in text


def test_nothing_is_told_where_there_never_was_a_figure(site):
    assert api(site, "my") == [] and section(site, "my") is None
