"""Every figure has a passport, on the page and in the API."""
import html
import json
import re

import pytest

from local_site import CAREER
from test_pages import exact, words

API = "/api/v1/careers/backend-developer"


def page(site, country):
    reply = site.get(f"{CAREER}/{country.lower()}")
    assert reply.status == 200
    return reply.text


def guide(site, country):
    return json.loads(site.get(f"{API}?country={country}").body)


def cards(text):
    listed = re.search(r'<ul id="evidence">(.*?)</ul>', text, re.S).group(1)
    return [words(card) for card in re.findall(r"<li>(.*?)</li>", listed,
                                               re.S)]


def json_ld(text):
    found = json.loads(re.search(
        r'<script type="application/ld\+json">(.*?)</script>', text,
        re.S).group(1))
    return next(x for x in found["@graph"] if x["@type"] == "Occupation")


@pytest.mark.parametrize("country, published", [
    ("MY", "mean 6,915 MYR a month"), ("NZ", "mean 2512.50 NZD a week")])
def test_mean_is_called_a_median_nowhere(fetched, country, published):
    text = page(fetched, country)
    salary = guide(fetched, country)["salary"][0]["salary"]
    assert "mean" in salary["limited_reasons"]
    for part in (r'<dd id="hero-salary">(.*?)</dd>',
                 r'<tr class="current">(.*?)</tr>',
                 r'<ul class="passports wide">(.*?)</ul>'):
        found = re.search(part, text, re.S).group(1)
        assert exact(salary) in html.unescape(found)
        assert exact(salary).endswith("mean only")
        assert "median" not in words(found).replace("no median is", "")
    [card] = cards(text)
    assert f"as published: {published}" in card
    assert "median" not in card.replace("no median is", "")
    ld = json_ld(text).get("estimatedSalary")
    if "group_level" in salary["limited_reasons"]:
        # A machine would show the number without the words around it.
        assert ld is None
        return
    assert ld["@type"] == "MonetaryAmount" and "median" not in ld
    assert ld["value"]["value"] == salary["median"]
    assert ld["name"] == "average pay"


def test_mean_has_a_mark_of_its_own(fetched):
    hero = re.search(r'<dd id="hero-salary">(.*?)</dd>', page(fetched, "MY"),
                     re.S).group(1)
    assert "<path" in hero and "<circle" not in hero


def test_average_of_a_group_says_that_it_is_not_of_the_career(fetched):
    text = page(fetched, "MY")
    said = "verage of a whole group of occupations, not of this career"
    hero = re.search(r'<dd id="hero-salary">(.*?)</dd>', text, re.S).group(1)
    assert said in words(hero)
    assert said.split(",")[0] in words(fetched.get(
        "/careers", {"Cookie": "country=my"}).text)
    [card] = cards(text)
    assert said in card and "a whole group of occupations;" in card
    row = re.search(r'<tr[^>]*><th scope="row"><a [^>]*>Malaysia<.*?</tr>',
                    page(fetched, "US"), re.S).group(0)
    assert "limited: group average" in words(row)
    [card] = cards(page(fetched, "NZ"))
    assert "average of everyone in the occupation, all levels" in card
    assert "group" not in card


def test_group_beside_better_evidence_is_context(fetched):
    found = [card for card in cards(page(fetched, "DE"))
             if "group of occupations" in card]
    assert len(found) == 1
    assert "Context, not used for the figure." in found[0]
    # Far from it by nature, which tells nothing.
    assert "Differs" not in found[0]
    assert [e["disagrees"] for e in guide(fetched, "DE")["evidence"]] == [
        False, False]


def test_true_percentiles_are_a_distribution(fetched):
    ld = json_ld(page(fetched, "GB"))["estimatedSalary"]
    assert ld["@type"] == "MonetaryAmountDistribution"
    assert {"percentile25", "median", "percentile75"} <= set(ld)


def test_snapshot_and_its_live_source_are_not_both_evidence(fetched):
    used = [(e["level"], e["source"]["id"])
            for e in guide(fetched, "US")["evidence"]]
    for level in ("junior", "mid", "senior"):
        assert (level, "bls") in used and (level, "bls-oews") not in used
    text = words(page(fetched, "US"))
    assert "OEWS May 2025" not in text
    assert text.count("Occupational Employment and Wage Statistics, May "
                      "2026") == 3


def test_sources_at_the_foot_are_those_of_the_rows_shown(fetched):
    for country in ("US", "MY", "NL"):
        text = page(fetched, country)
        foot = re.search(rf"For the pay in .*?<ul>(.*?)</ul>", text,
                         re.S).group(1)
        rows = {e["source"]["id"]: e["source"]["name"]
                for e in guide(fetched, country)["evidence"]}
        named = [html.unescape(n) for n in re.findall(
            r'<li><a href="[^"]*">(.*?)</a>', foot)]
        assert sorted(named) == sorted(rows.values())


def test_fetched_figure_has_its_whole_passport(fetched):
    card = next(c for c in cards(page(fetched, "US"))
                if "Mid: $103k" in c)
    today = guide(fetched, "US")["evidence"][0]["retrieved_on"]
    for part in ("Occupational Employment and Wage Statistics, May 2026",
                 "U.S. Bureau of Labor Statistics",
                 "low 103,050, median 133,080, high 169,000 USD a year",
                 "Method percentile band of everyone in the occupation",
                 "Period to 31 May 2026",
                 "Covers a close occupation; all employees",
                 "Sample 1,654,440 counted, relative error 0.6 %",
                 f"Fetched {int(today[-2:])} ",
                 "Licence Public domain"):
        assert part in card
    junior = next(c for c in cards(page(fetched, "US")) if "$80k" in c)
    assert "middle (interpolated) 91,450" in junior and "median" not in junior


def test_figure_that_was_written_down_says_so(fetched):
    card = next(c for c in cards(page(fetched, "CA")) if "Mid:" in c)
    for part in ("Used for the figure. Grade B, confidence",
                 "high 60.67 CAD an hour",
                 "Made a year's pay: × 39.7 hours a week × 52 weeks",
                 "Written down 24 November 2026",
                 "Sample size not published",
                 "Licence Open Government Licence - Canada 2.0"):
        assert part in card
    [card] = [c for c in cards(page(fetched, "US"))
              if "Mid: $85k" in c]
    assert "Method our editors' own range" in card


def test_evidence_of_the_api_has_precision_mean_and_day(fetched):
    evidence = guide(fetched, "US")["evidence"]
    row = next(e for e in evidence if e["source"]["id"] == "bls")
    assert row["precision_pct"] == 0.6 and row["is_mean"] is False
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", row["retrieved_on"])
    names = list(row)
    assert names[:7] == ["country", "level", "source", "published", "chain",
                         "low", "median"]
    assert names[-3:] == ["used", "disagrees", "notes"]
    assert [e["is_mean"] for e in guide(fetched, "MY")["evidence"]] == [True]


@pytest.mark.parametrize("country", ["us", "gb", "my"])
def test_page_stays_small(fetched, country):
    assert len(page(fetched, country).encode()) < 75_000


def test_what_another_publisher_states_is_not_called_ours(fetched):
    text = page(fetched, "TH")
    assert len(cards(text)) == 2
    for card in cards(text):
        assert "Somebody Else Ltd; as published: low" in card
        assert "as the publisher states it" in card
    assert text.count('href="https://example.org/guide"') == 2
    assert "The levels are the publisher's." in words(text)
    for claim in ("our editors' estimate", "editors set it",
                  "our editors' own range;"):
        assert claim not in words(text)
    methods = words(fetched.get("/methodology").text)
    assert "Somebody Else Ltd. Written down by our editors from what" \
        in methods
    assert "our editors' own range" in " ".join(cards(page(fetched, "US")))
