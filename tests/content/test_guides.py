"""Every bundled career guide can be published as it stands.

The schema says what a guide looks like. These tests hold the rules that a
schema cannot express, the same ones `autopsy-ctl content check` enforces, so
that an editor's mistake shows up before there is a database to publish to.
"""

import json
import re
import subprocess
from pathlib import Path

import jsonschema
import pytest

CONTENT = Path(__file__).resolve().parents[2] / "migrations" / "content"
SCHEMA = json.loads((CONTENT / "career.schema.json").read_text("utf-8"))
CATEGORIES = json.loads((CONTENT / "categories.json").read_text("utf-8"))
TITLES = json.loads((CONTENT / "titles.json").read_text("utf-8"))
GUIDES = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in sorted((CONTENT / "careers").glob("*.json"))
}
LEVELS = ["junior", "mid", "senior", "manager"]
STAGES = {"beginner", "intermediate", "advanced"}
SCORES = {"backend-developer": 74}
# What the checker in C understands; a schema with more would not be obeyed.
KEYWORDS = set(
    "$schema $ref $defs title description type required properties"
    " additionalProperties enum const pattern minLength maxLength minimum"
    " maximum items minItems maxItems uniqueItems".split()
)


def each_guide(test):
    return pytest.mark.parametrize(
        "guide", GUIDES.values(), ids=GUIDES.keys()
    )(test)


def schema_nodes(node):
    """The schema and all schemas inside it."""
    yield node
    for key in ("properties", "$defs"):
        for child in node.get(key, {}).values():
            yield from schema_nodes(child)
    if "items" in node:
        yield from schema_nodes(node["items"])


def strings(node):
    """Every string value, wherever it stands."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for child in node.values():
            yield from strings(child)
    elif isinstance(node, list):
        for child in node:
            yield from strings(child)


def sentences(guide):
    """Sentences of the prose, without case and punctuation."""
    for text in strings(guide):
        if text.endswith((".", "?")):
            for sentence in re.split(r"(?<=[.?])\s+", text):
                yield " ".join(re.findall(r"\w+", sentence.lower()))


def clock(start):
    hours, minutes = start.split(":")
    return 60 * int(hours) + int(minutes)


def score(guide):
    total = sum(f["weight"] * f["exposure"] for f in guide["ai"]["factors"])
    return 100 - (total + 50) // 100


def test_there_are_guides():
    assert SCORES.keys() <= GUIDES.keys()


def test_schema_is_valid_and_uses_known_keywords_only():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for node in schema_nodes(SCHEMA):
        assert node.keys() <= KEYWORDS, node
        assert node.get("additionalProperties", False) is False, node


def test_schema_explains_every_property():
    for node in schema_nodes(SCHEMA):
        for name, child in node.get("properties", {}).items():
            assert len(child.get("description", "")) > 10, name


def test_schema_requires_every_property():
    for node in schema_nodes(SCHEMA):
        if "properties" in node:
            assert set(node["required"]) == node["properties"].keys()
            assert node["additionalProperties"] is False


def test_schema_patterns_are_posix_extended_expressions():
    for node in schema_nodes(SCHEMA):
        pattern = node.get("pattern")
        if pattern:
            assert not re.search(r"\\|\(\?", pattern), pattern
            grep = subprocess.run(
                ["grep", "-E", "-e", pattern], input=b"x\n", check=False,
                stdout=subprocess.DEVNULL,
            )
            assert grep.returncode < 2, pattern


def test_categories_are_numbered_and_unique():
    slugs = [category["slug"] for category in CATEGORIES]
    positions = [category["position"] for category in CATEGORIES]
    assert len(set(slugs)) == 8
    assert positions == list(range(1, 9))
    for category in CATEGORIES:
        assert category.keys() == {"slug", "title", "summary", "position"}
        assert category["summary"].endswith(".")
        assert not set("!<>$") & set(category["summary"])


@each_guide
def test_guide_follows_the_schema(guide):
    validator = jsonschema.Draft202012Validator(SCHEMA)
    problems = [
        f"{error.json_path}: {error.message}"
        for error in validator.iter_errors(guide)
    ]
    assert problems == []


@pytest.mark.parametrize("stem", GUIDES)
def test_slug_is_the_file_name_and_category_exists(stem):
    guide = GUIDES[stem]
    assert guide["slug"] == stem
    assert guide["category"] in {c["slug"] for c in CATEGORIES}


@each_guide
def test_text_has_no_markup_money_or_control_characters(guide):
    for text in strings(guide):
        assert text == text.strip(), text
        assert text.isprintable(), text
        assert "  " not in text, text
        assert not re.search(r"[<>*_`|]|\]\(", text), text
        assert not re.search(r"[$€£¥₹]|\b(USD|EUR|GBP)\b", text), text
        assert not re.search(r"\d ?k\b|\d (dollar|euro)", text, re.I), text
        assert not re.search(r"\d[ -]hours? (a |per )?week", text), text


@each_guide
def test_no_title_is_stored_that_the_page_composes(guide):
    name = guide["name"]
    assert not re.search(r"\b(Junior|Mid|Senior)\b", name)
    composed = re.compile(
        rf"\b(junior|mid|mid-level|senior) {re.escape(name)}\b", re.I
    )
    for text in strings(guide):
        assert not composed.search(text), text
    for rung in guide["progression"]["rungs"]:
        assert rung["title"] != name


def test_titles_are_sorted_and_name_every_career():
    assert TITLES == sorted(set(TITLES), key=str.lower)
    assert {guide["name"] for guide in GUIDES.values()} <= set(TITLES)


@each_guide
def test_days_are_of_no_other_career(guide):
    own = [guide["name"], *guide["synonyms"],
           *(rung["title"] or "" for rung in guide["progression"]["rungs"])]
    days = guide["days"]
    for title in TITLES:
        if any(title.lower() in one.lower() for one in own):
            continue
        name = re.compile(rf"\b{re.escape(title)}(s|es)?\b", re.I)
        for text in [days["note"], *(d["summary"] for d in days["levels"])]:
            assert not name.search(text), text
        subject = re.compile(
            rf"\b(junior|mid|senior|trainee|(as|are|being) an?) "
            rf"{re.escape(title)}\b", re.I)
        for text in strings(days):
            assert not subject.search(text), text


@each_guide
def test_days_are_the_four_levels_in_order(guide):
    days = guide["days"]["levels"]
    assert [day["level"] for day in days] == LEVELS


@each_guide
def test_entries_of_a_day_follow_without_gap(guide):
    for day in guide["days"]["levels"]:
        end = clock(day["entries"][0]["start"])
        for entry in day["entries"]:
            assert clock(entry["start"]) == end, (day["level"], entry)
            end += entry["minutes"]
        assert end <= 24 * 60


@each_guide
def test_five_worked_days_lie_within_the_weekly_hours(guide):
    hours = guide["facts"]["hours_per_week"]
    assert hours["low"] < hours["high"]
    for day in guide["days"]["levels"]:
        worked = sum(
            entry["minutes"]
            for entry in day["entries"]
            if entry["kind"] != "break"
        )
        week = 5 * worked
        assert 60 * hours["low"] <= week <= 60 * hours["high"], day["level"]


@each_guide
def test_degree_has_a_subject_unless_none_is_asked(guide):
    degree = guide["facts"]["degree"]
    assert (degree["subject"] is None) == (degree["requirement"] == "none")


@each_guide
def test_ai_weights_sum_to_100_and_give_the_score(guide):
    assert sum(f["weight"] for f in guide["ai"]["factors"]) == 100
    assert 0 <= score(guide) <= 100
    assert score(guide) == SCORES.get(guide["slug"], score(guide))


@each_guide
def test_sources_are_cited_and_citations_are_listed(guide):
    listed = [source["id"] for source in guide["sources"]]
    cited = guide["days"]["sources"] + guide["ai"]["sources"]
    assert len(listed) == len(set(listed))
    assert set(cited) == set(listed)


@each_guide
def test_resources_teach_listed_skills(guide):
    known = set(guide["skills"]["hard"]) | set(guide["skills"]["tools"])
    resources = guide["start"]["resources"]
    for resource in resources:
        assert set(resource["teaches"]) <= known, resource["id"]
    assert {resource["stage"] for resource in resources} == STAGES


@each_guide
def test_ladder_climbs_and_every_rung_is_reached(guide):
    rungs = guide["progression"]["rungs"]
    ids = [rung["id"] for rung in rungs]
    assert len(ids) == len(set(ids))
    reached = {ids[0]}
    for place, rung in enumerate(rungs):
        assert rung["id"] in reached
        years = rung["years"]
        assert years["to"] is None or years["from"] < years["to"]
        for target in rung["leads_to"]:
            assert target in ids[place + 1:], (rung["id"], target)
            assert years["to"] is not None
            assert rungs[ids.index(target)]["years"]["from"] >= years["to"]
            reached.add(target)


@each_guide
def test_ladder_has_each_level_once_and_titles_the_rest(guide):
    rungs = guide["progression"]["rungs"]
    levels = [rung["level"] for rung in rungs if rung["level"]]
    assert levels == LEVELS
    for rung in rungs:
        assert rung["level"] or rung["title"], rung["id"]


@each_guide
def test_codes_are_unique_and_name_the_occupation(guide):
    codes = [(code["scheme"], code["code"]) for code in guide["codes"]]
    assert len(codes) == len(set(codes))
    assert "occupation" in {code["role"] for code in guide["codes"]}


@each_guide
def test_related_careers_are_other_bundled_guides(guide):
    assert set(guide["related"]) <= GUIDES.keys() - {guide["slug"]}


def test_resource_ids_are_unique_among_all_guides():
    ids = [
        resource["id"]
        for guide in GUIDES.values()
        for resource in guide["start"]["resources"]
    ]
    assert len(ids) == len(set(ids))


def test_no_sentence_is_used_twice():
    seen = {}
    for slug, guide in GUIDES.items():
        for sentence in sentences(guide):
            if len(sentence.split()) >= 4:
                assert sentence not in seen, (slug, seen[sentence], sentence)
                seen[sentence] = slug
