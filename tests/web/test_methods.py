"""The page of methods promises what the database does, and no other."""
import html
import re

from evidence import owner
from test_pages import words


def methods(site):
    reply = site.get("/methodology")
    assert reply.status == 200
    return reply.text


def table(text, label):
    found = re.search(rf'aria-label="{label}">(.*?)</table>', text,
                      re.S).group(1)
    return [[words(cell).strip() for cell in re.findall(
        r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in re.findall(
            r"<tr>(.*?)</tr>", found, re.S)]


def test_methods_show_the_rules_that_the_database_has(fetched):
    text = methods(fetched)
    with owner(fetched) as db:
        rules = db.rows("SELECT meaning, points FROM salary.confidence_rule "
                        "ORDER BY position")
        reasons = db.rows("SELECT meaning, code FROM salary.limit_reason "
                          "ORDER BY position")
        grades = [db.one("SELECT salary.grade(%s)", n) for n in range(101)]
        hours = db.rows("SELECT name || ' ' || source_note, weekly_hours "
                        "FROM salary.hours JOIN catalog.country "
                        "ON code = country ORDER BY name")
    assert [row for row in table(text, "What makes the confidence")[1:]
            if len(row) == 2] == [
        [meaning, f"{points:+}".replace("-", "−") if points else "0"]
        for meaning, points in rules]
    listed = re.search(r'<ul class="rules">(.*?)</ul>', text, re.S).group(1)
    assert re.findall(r"<li>(.*?) <code>(.*?)</code></li>",
                      html.unescape(listed)) == reasons
    assert table(text, "Grades")[1:] == [
        [g, f"{grades.index(g)} to {100 - grades[::-1].index(g)}"]
        for g in "ABCD"]
    assert [tuple(row[:2]) for row in table(
        text, "Hours by which an hourly wage becomes a year's pay")[1:]] == [
        (country, f"{h:.2f}".rstrip("0").rstrip(".")) for country, h in hours]


def sources(text):
    """Those of pay and those of rates."""
    both = text.split('id="sources"')[1].split("</article>")[0]
    return [[words(item) for item in re.findall(r"<li>(.*?)</li>", part, re.S)]
            for part in both.split("<h3>")]


def test_methods_tell_how_each_source_is_collected(fetched):
    items, _ = sources(methods(fetched))
    with owner(fetched) as db:
        assert len(items) == db.one("SELECT count(DISTINCT source_code) "
                                    "FROM salary.live_observation")
    [bls] = [i for i in items if "Fetched by a program, from its API" in i
             and "U.S. Bureau of Labor Statistics" in i]
    assert re.search(r"last with success on \d+ \w+ 20\d\d\.", bls)
    assert "Licence: Public domain" in bls
    [ilo] = [i for i in items if "Fetched by a program, as a file" in i]
    assert "International Labour Organization" in ilo
    [cbs] = [i for i in items if "Statistics Netherlands" in i]
    assert "Written down by our editors" in cbs
    assert "It stands in for what a program has not fetched yet" in cbs
    [ours] = [i for i in items if "Set by our editors" in i]
    assert "Rests on: BLS Occupational Outlook Handbook" in ours


def test_methods_list_sources_of_rates_apart(fetched, site):
    _, [ecb, _] = sources(methods(fetched))
    assert "European Central Bank" in ecb
    _, [bank] = sources(methods(site))
    assert bank.startswith(
        " World Development Indicators: official exchange rate , World Bank."
        " Written down by our editors from what it publishes. It stands in")
    assert "Licence: CC BY 4.0" in bank
    assert "is converted by the newest rates of a day through the euro" in \
        words(methods(site))
