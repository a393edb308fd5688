"""autopsy-ctl content check: a good guide is broken in one way at a time.

The real binary reads the files from a directory of their own and has to say
which file, which line, what is wrong and what would be right. What breaks a
rule of the schema must be refused by python3-jsonschema too.
"""

import copy
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parents[2]
CTL = ROOT / os.environ.get("B", "build") / "autopsy-ctl"
CONTENT = ROOT / "migrations" / "content"
SCHEMA = json.loads((CONTENT / "career.schema.json").read_text("utf-8"))
GOOD = json.loads(
    (CONTENT / "careers" / "backend-developer.json").read_text("utf-8"))


def steps(path):
    """days.levels[0] as names and numbers."""
    return [int(part[1:-1]) if part.startswith("[") else part
            for part in re.findall(r"[$A-Za-z_]+|\[\d+\]", path)]


def put(path, value):
    """A break: writes value at path; a function makes it of the old one."""
    def change(guide):
        *way, last = steps(path)
        parent = guide
        for step in way:
            parent = parent[step]
        parent[last] = value(parent[last]) if callable(value) else value
    return change


def drop(path):
    def change(guide):
        *way, last = steps(path)
        parent = guide
        for step in way:
            parent = parent[step]
        del parent[last]
    return change


def add(text):
    return lambda old: old.rstrip(".") + text


def line_of(text, path):
    """The line of a value in a file of json.dumps(indent=1), by walking."""
    tree = json.loads(text)
    mark = "\u2603mark"
    parent, key, node = None, None, tree
    for step in steps(path):
        parent, key, node = node, step, node[step]
    if parent is None:
        return 1
    if isinstance(parent, list):
        parent.insert(key, mark)
        dumped = json.dumps(tree, indent=1, ensure_ascii=False)
    else:
        renamed = {mark if k == key else k: v for k, v in parent.items()}
        parent.clear()
        parent.update(renamed)
        dumped = json.dumps(tree, indent=1, ensure_ascii=False)
    return dumped[:dumped.index(mark)].count("\n") + 1


class Site:
    """Content of its own, in files."""

    def __init__(self, home):
        self.home = home
        self.content = home / "content"
        (self.content / "careers").mkdir(parents=True)
        for name in ("categories.json", "titles.json"):
            shutil.copy(CONTENT / name, self.content)

    def write(self, guide, name=None):
        path = self.content / "careers" / f"{name or guide['slug']}.json"
        path.write_text(json.dumps(guide, indent=1, ensure_ascii=False),
                        "utf-8")
        return path

    def check(self, *options):
        return subprocess.run(
            [CTL, "content", "check", *options], capture_output=True,
            text=True, check=False,
            env={**os.environ, "MIGRATIONS_DIR": str(self.home)})

    def findings(self):
        done = self.check("--json")
        assert done.stderr == ""
        found = json.loads(done.stdout)
        assert done.returncode == (1 if found else 0)
        return found


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def other_guide(name="Credit Analyst", slug="credit-analyst"):
    """Another good guide: no sentence, resource or name is shared."""
    guide = copy.deepcopy(GOOD)

    def reword(node):
        if isinstance(node, dict):
            return {key: reword(child) for key, child in node.items()}
        if isinstance(node, list):
            return [reword(child) for child in node]
        if isinstance(node, str) and node.endswith((".", "?")):
            short = re.sub(r"[^.?]*[.?]\s+", "", node)[:60].strip(" .?")
            return f"Quite unlike elsewhere, in {abs(hash(node))}: {short}."
        return node

    guide = reword(guide)
    guide.update(slug=slug, name=name, category="finance", synonyms=[],
                 tagline="You decide who gets a loan and on what terms.")
    for resource in guide["start"]["resources"]:
        resource["id"] = f"{slug}-{resource['id']}"
    return guide


ENTRY = "days.levels[0].entries[1]"
# What is done to the guide, the path that is named, words that are said.
SCHEMA_BREAKS = {
    "tagline too short": (
        put("tagline", "Short."), "tagline", "has 6 characters",
        "at least 40"),
    "exclamation mark": (
        put("verdict.good_for", "People who like building systems!"),
        "verdict.good_for", "does not have the form", "no exclamation mark"),
    "unknown entry barrier": (
        put("facts.entry_barrier", "medum"), "facts.entry_barrier",
        '"medum" is not a known value', 'did you mean "medium"?'),
    "salary written into the hero": (
        put("facts.salary", "$115k–$155k"), "facts.salary",
        "is not a name that is known here", "work_life_balance"),
    "missing verdict": (
        drop("verdict"), "", '"verdict" is missing', "Our opinion"),
    "mistyped name": (
        lambda g: g["facts"].update(
            growth_cieling=g["facts"].pop("growth_ceiling")),
        "facts.growth_cieling", "is not a name that is known here",
        'did you mean "growth_ceiling"?'),
    "balance of 11": (
        put("facts.work_life_balance", 11), "facts.work_life_balance",
        "is 11", "at most 10"),
    "hours as a text": (
        put("facts.hours_per_week.low", "45"), "facts.hours_per_week.low",
        "is a text", "must be a whole number"),
    "two remote types in one": (
        put("facts.remote", ["Hybrid / Remote"]), "facts.remote[0]",
        '"Hybrid / Remote" is not a known value', '"hybrid"'),
    "certificate without an issuer": (
        drop("facts.certification.issuer"), "facts.certification",
        '"issuer" is missing', "The body that awards it"),
    "link without https": (
        put("start.resources[0].url", "http://www.coursera.org/"),
        "start.resources[0].url", "does not have the form", "https"),
    "resource of no stage": (
        put("start.resources[0].stage", "begginer"),
        "start.resources[0].stage", "is not a known value",
        'did you mean "beginner"?'),
    "fifth level": (
        put("days.levels[3].level", "principal"), "days.levels[3].level",
        '"principal" is not a known value', '"manager"'),
    "time of day": (
        put(f"{ENTRY}.start", "9:30"), f"{ENTRY}.start",
        "does not have the form", "HH:MM"),
    "downside twice": (
        lambda g: g["verdict"]["downsides"].__setitem__(
            1, g["verdict"]["downsides"][0]),
        "verdict.downsides[1]", "is the same as an item before it",
        "leave one"),
    "affiliate as a text": (
        put("start.resources[0].affiliate", "maybe later"),
        "start.resources[0].affiliate", "is a text",
        "must be true or false"),
    "tools joined by a slash and blanks": (
        put("skills.tools[0]", "Node.js / Java"), "skills.tools[0]",
        "does not have the form", "never two joined by a slash"),
    "code of no scheme": (
        put("codes[0].scheme", "US-SOC-2010"), "codes[0].scheme",
        "is not a known value", 'did you mean "US-SOC-2018"?'),
}

RULE_BREAKS = {
    "category unknown": (
        put("category", "information-tecnology"), "category",
        "there is no category", 'did you mean "information-technology"?'),
    "level in the name": (
        put("name", "Senior Backend Developer"), "name",
        'has the level "Senior" in it', "composed"),
    "review in the future": (
        put("reviewed_on", "2099-01-01"), "reviewed_on",
        "is in the future", "today"),
    "review on no day": (
        put("reviewed_on", "2026-02-30"), "reviewed_on",
        "is not a day of the calendar", "YYYY-MM-DD"),
    "hours the wrong way round": (
        put("facts.hours_per_week", {"low": 55, "high": 45}),
        "facts.hours_per_week.low", "55 is not below high, 45", "hard"),
    "degree of nothing": (
        put("facts.degree.requirement", "none"), "facts.degree.subject",
        'names a subject, and requirement is "none"', "null"),
    "degree without a subject": (
        put("facts.degree.subject", None), "facts.degree.subject",
        'is null, and requirement is "usual"', "name the subject"),
    "degree required in the hero, not on the way in": (
        put("facts.degree.requirement", "required"), "start.entry_path",
        "a degree is not needed, facts.degree that it is", "agree"),
    "certification that is two": (
        put("facts.certification.name", "AWS / System Design"),
        "facts.certification.name", "names two things", "counts most"),
    "tools joined by a slash": (
        put("skills.tools[4]", "PostgreSQL/MySQL"), "skills.tools[4]",
        "names two things", "one tool"),
    "days out of order": (
        lambda g: g["days"]["levels"].reverse(), "days.levels[0].level",
        'is "manager" where "junior" belongs', "in order"),
    "gap in a day": (
        put(f"{ENTRY}.start", "09:45"), f"{ENTRY}.start",
        "09:45, but the entry before ends at 09:30", "starts when"),
    "day past midnight": (
        lambda g: g["days"]["levels"][0]["entries"][-1].update(
            start="23:30"), "days.levels[0].entries[9].minutes",
        "ends after midnight", "24:00"),
    "day longer than the week in the hero": (
        put("facts.hours_per_week", {"low": 35, "high": 40}),
        "days.levels[0].entries", "facts.hours_per_week says 35 to 40",
        "must have 420 to 480 minutes"),
    "foreign career in a day": (
        put("days.levels[0].summary",
            "Junior Credit Analyst, first year, commercial bank."),
        "days.levels[0].summary", "names another career, Credit Analyst",
        "of this career only"),
    "foreign position in a day": (
        put("days.levels[0].summary",
            "Junior Loan Officer, first year, commercial bank."),
        "days.levels[0].summary", "names a position with its level",
        "composed"),
    "weights": (
        put("ai.factors[0].weight", 41), "ai.factors",
        "the weights sum to 101", "must be 100"),
    "score in prose": (
        put("ai.note", add(", so we say 74/100.")), "ai.note",
        "states a score", "composed"),
    "pay in prose": (
        put("tagline", "You build what nobody sees, for $115k a year."),
        "tagline", "states money", "figures"),
    "sources in prose": (
        put("days.note", add(", and on r/webdev.")), "days.note",
        "names a source", "cite its id"),
    "cited and not listed": (
        put("days.sources[0]", "r-experienceddev"), "days.sources[0]",
        'cites "r-experienceddev", which sources does not list',
        'did you mean "r-experienceddevs"?'),
    "listed and not cited": (
        lambda g: g["ai"].update(sources=["linkedin"]), "sources[7].id",
        'nothing cites "task-automation-research"', "leave it out"),
    "ladder rung that is composed": (
        put("progression.rungs[2].title", "Senior Backend Developer"),
        "progression.rungs[2].title", "repeats what is composed", "null"),
    "ladder rung of nothing": (
        put("progression.rungs[3].title", None),
        "progression.rungs[3].title", "is null, and so is level", "title"),
    "ladder years overlap": (
        put("progression.rungs[1].years.from", 1),
        "progression.rungs[0].leads_to[0]", "starts after 1 years",
        "overlap"),
    "ladder years backwards": (
        put("progression.rungs[1].years.to", 2),
        "progression.rungs[1].years.to", "2 is not after from, 2",
        "included"),
    "ladder leads nowhere": (
        put("progression.rungs[0].leads_to", ["midd"]),
        "progression.rungs[0].leads_to[0]", 'there is no rung "midd"',
        'did you mean "mid"?'),
    "ladder leads down": (
        put("progression.rungs[3].leads_to", ["senior"]),
        "progression.rungs[3].leads_to[0]", "does not lie above", "below"),
    "ladder rung that nothing leads to": (
        put("progression.rungs[2].leads_to", ["manager"]),
        "progression.rungs[3].id", 'no rung leads to "architect"',
        "leads_to"),
    "ladder without a level": (
        lambda g: g["progression"]["rungs"][4].update(level=None),
        "progression.rungs", 'no rung has the level "manager"',
        "each level once"),
    "resource that teaches something else": (
        put("start.resources[1].teaches", ["MongoDB"]),
        "start.resources[1].teaches[0]",
        '"MongoDB" is not a skill of this guide', "spelt the same"),
    "stage without a resource": (
        put("start.resources[2].stage", "beginner"), "start.resources",
        'none is for the stage "advanced"', "at least one"),
    "resource id twice": (
        put("start.resources[1].id", "meta-back-end-developer"),
        "start.resources[1].id", "stands here twice", "leave one"),
    "resource id of another guide": (
        put("start.resources[1].id",
            "credit-analyst-nodejs-complete-bootcamp"),
        "start.resources[1].id", "is a resource of credit-analyst too",
        "another"),
    "code that is none": (
        put("codes[0].code", "151252"), "codes[0].code",
        '"151252" is not a code of US-SOC-2018', "NN-NNNN"),
    "code twice": (
        put("codes[1].code", "15-1252"), "codes[1].code",
        "US-SOC-2018 15-1252 stands here twice", "each code once"),
    "related to itself": (
        put("related", ["backend-developer"]), "related[0]",
        "is this career itself", "others"),
    "related to nobody": (
        put("related", ["credit-analist"]), "related[0]",
        'there is no guide "credit-analist"',
        'did you mean "credit-analyst"?'),
    "skill twice": (
        put("skills.soft[0]", "System design"), "skills.soft[0]",
        '"System design" is among hard too', "leave one"),
    "entry twice": (
        lambda g: g["days"]["levels"][0]["entries"][2].update(
            title=g["days"]["levels"][0]["entries"][1]["title"]),
        "days.levels[0].entries[2].title", "stands here twice",
        "leave one"),
    "sentence twice": (
        put("work.note", "An assistant makes the writing faster. That is all"
            " that there is to it."), "ai.note",
        "stands in work.note too", "other words"),
    "placeholder": (
        put("work.note", add(" TODO and more of that.")), "work.note",
        "has a placeholder in it", "belongs there"),
    "markup": (
        put("work.note", add(" and <b>more</b> of that.")), "work.note",
        "has markup in it", "plain text"),
    "blanks in a row": (
        put("work.note", add("  and more of that.")), "work.note",
        "has two blanks in a row", "write one"),
    "no-break space": (
        put("work.note", add(" and\u00a0more of that.")), "work.note",
        "can't be seen", "ordinary blanks"),
    "blank at the end": (
        put("skills.hard[0]", "API design "), "skills.hard[0]",
        "begins or ends with a blank", "take it off"),
    "heading written out": (
        put("work.note", add(", as a senior backend developer knows.")),
        "work.note", "names this career with its level", "composed"),
}


SUMMARY = "days.levels[0].summary"
ENTRY_TEXT = "days.levels[0].entries[3].text"
# Days of somebody else, of whom there is a guide or not.
FOREIGN = {
    "level, in the file's case": (
        SUMMARY, "Junior Credit Analyst, first year, commercial bank."),
    "level, in lower case": (
        SUMMARY,
        "A junior credit analyst in the first year at a commercial bank."),
    "no level": (SUMMARY, "Credit Analyst, first year, commercial bank."),
    "of a": (SUMMARY, "The first year of a credit analyst at a commercial "
             "bank, who reads accounts until late."),
    "plural": (SUMMARY, "Credit analysts spend the first year on accounts."),
    "no guide": (SUMMARY, "The first year of a loan officer at a bank."),
    "one word": (SUMMARY, "You are in your first year with a lawyer."),
    "y to ies": (SUMMARY, "First year among actuaries at a small insurer."),
    "hyphen": (SUMMARY, "A first year of credit-analyst work at a bank."),
    "note": ("days.note", "Put together from what a credit analyst said."),
    "level in an entry": (
        ENTRY_TEXT, "The bank's junior credit analyst opens the file."),
    "level and a word in an entry": (
        ENTRY_TEXT, "The senior commercial credit analyst opens the file."),
    "one word with a level": (
        ENTRY_TEXT, "You are the junior lawyer in the room today."),
    "heading in an entry's title": (
        "days.levels[0].entries[3].title", "Credit analyst: the first file"),
    "capitals in an entry": (
        ENTRY_TEXT, "The Credit Analyst opens the file of a borrower."),
    "who the reader is": (
        ENTRY_TEXT, "You are a credit analyst and open the first file."),
    "as who the reader works": (
        ENTRY_TEXT, "It is your third file as a credit analyst today."),
    "synonym of another guide": (
        ENTRY_TEXT, "You are a lending assessor and open the first file."),
    "part of a rung's title": (
        SUMMARY, "The first year of an architect who draws houses."),
}
# Colleagues, and what the career itself is called.
MET = {
    "lower case": (ENTRY_TEXT, "The credit analyst wants one more column."),
    "plural at the start": (
        ENTRY_TEXT, "Product managers ask for the date, and get one."),
    "one word": (ENTRY_TEXT, "A lawyer asks what is kept, and for how long."),
    "synonym": (SUMMARY, "First year as an API developer in a small team."),
    "within a synonym": (
        SUMMARY, "First year as a software engineer in a small team."),
    "rung of the ladder": (
        SUMMARY, "The software architect decides, you build what is left."),
    "longer word": (ENTRY_TEXT, "The lawyerly answer is that it depends on it."),
}
# What is written out although facts and figures have it.
WRITTEN_OUT = {
    "states money": [
        "You earn 85,000 dollars.", "It is worth 85k dollars.",
        "They pay 85,000 and more.", "Salaries start at 115,000 or so.",
        "It brings 85,000 a year.", "It brings 4500 per month.",
        "Half a million euros are gone.", "A six-figure bill arrives.",
        "That is 500 CAD.", "It costs forty thousand ringgit."],
    "writes a number with a k": [
        "It brings 115k–155k a year.", "They pay 85k.", "They pay 85K."],
    "states the hours of a week": [
        "You work 60 hours a week.", "A 60-hour week is usual.",
        "Expect sixty hours per week.", "Expect 45-60 h/week.",
        "Forty-five hours of work a week are fine.",
        "Weeks of 60 hours are usual."],
}


def named(found, path):
    return [one for one in found if one["path"] == path]


def assert_named(found, text, path, problem, remedy):
    here = [one for one in named(found, path) if problem in one["problem"]]
    assert len(here) == 1, found
    assert remedy in here[0]["remedy"], here
    assert here[0]["line"] == line_of(text, path), here
    assert here[0]["file"].endswith("/careers/backend-developer.json")


def test_bundled_guides_are_right():
    done = subprocess.run([CTL, "content", "check"], capture_output=True,
                          text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout) == (0, "")
    assert "nothing is wrong" in done.stderr


def test_two_good_guides_are_right(site):
    site.write(GOOD)
    site.write(other_guide())
    assert site.findings() == []


@pytest.mark.parametrize("name", SCHEMA_BREAKS)
def test_what_the_schema_forbids(site, name):
    change, path, problem, remedy = SCHEMA_BREAKS[name]
    guide = copy.deepcopy(GOOD)
    change(guide)
    file = site.write(guide)
    found = site.findings()
    assert_named(found, file.read_text("utf-8"), path, problem, remedy)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    theirs = {as_path(error) for error in validator.iter_errors(guide)}
    ours = {parent_of_unknown(one) for one in found if is_of_schema(one)}
    assert theirs == ours


def as_path(error):
    path = ""
    for step in error.absolute_path:
        path += f"[{step}]" if isinstance(step, int) else \
            f"{'.' if path else ''}{step}"
    if error.validator == "uniqueItems":
        return path + "[]"
    return path


def is_of_schema(one):
    words = ("is missing", "known", "does not have the form", "has ",
             "is a text", "is the same as an item", "is 11")
    return one["problem"].startswith(words) or "known" in one["problem"] \
        or "form it must have" in one["problem"] \
        or "is missing" in one["problem"]


def parent_of_unknown(one):
    """jsonschema names the object of an unknown name, and the list of a
    repeated item."""
    if "is not a name" in one["problem"]:
        return one["path"].rpartition(".")[0]
    if "is the same as an item" in one["problem"]:
        return one["path"].rpartition("[")[0] + "[]"
    return one["path"]


@pytest.mark.parametrize("name", RULE_BREAKS)
def test_what_the_rules_forbid(site, name):
    change, path, problem, remedy = RULE_BREAKS[name]
    guide = copy.deepcopy(GOOD)
    change(guide)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    file = site.write(guide)
    site.write(other_guide())
    found = site.findings()
    assert_named(found, file.read_text("utf-8"), path, problem, remedy)
    # What the schema itself refuses belongs above.
    errors = [error for error in validator.iter_errors(guide)]
    assert not [e for e in errors if as_path(e) == path], name


def break_day(site, path, text):
    """What is found at path once the text stands there."""
    guide = copy.deepcopy(GOOD)
    put(path, text)(guide)
    site.write(guide)
    other = other_guide()
    other["synonyms"] = ["Lending Assessor"]
    site.write(other)
    return [one["problem"] for one in named(site.findings(), path)]


@pytest.mark.parametrize("name", FOREIGN)
def test_a_day_of_another_career_is_refused(site, name):
    problems = break_day(site, *FOREIGN[name])
    assert any(one.startswith("names another career, ")
               for one in problems), problems


@pytest.mark.parametrize("name", MET)
def test_people_met_at_work_may_be_named(site, name):
    assert break_day(site, *MET[name]) == []


@pytest.mark.parametrize("problem, text", [
    (problem, text) for problem in WRITTEN_OUT
    for text in WRITTEN_OUT[problem]])
def test_what_the_page_composes_is_not_written_out(site, problem, text):
    problems = break_day(site, ENTRY_TEXT, "You wait for the build. " + text)
    assert any(one.startswith(problem) for one in problems), problems


@pytest.mark.parametrize("text, problem", [
    ("{}", "titles.json:1: is not a list of titles"),
    ('[\n"Lawyer",\n7]', "titles.json:3: [1]: is not a title"),
    ('[\n"Lawyer",\n"actuary"]', "titles.json:3: [1]: is not a title"),
    ('[\n"Lawyer",\n"Actuary"]',
     '[1]: "Actuary" does not come after "Lawyer"'),
    ('["Lawyer", "Lawyer"]', '"Lawyer" does not come after "Lawyer"'),
    (None, "titles.json:1: can't be opened"),
], ids=["object", "number", "lower", "order", "twice", "missing"])
def test_the_list_of_titles_is_checked(site, text, problem):
    site.write(GOOD)
    path = site.content / "titles.json"
    path.write_text(text) if text else path.unlink()
    done = site.check()
    assert done.returncode == 1
    assert problem in done.stdout


def test_file_is_named_after_the_slug(site):
    site.write(GOOD, "backend-dev")
    found = named(site.findings(), "slug")
    assert found[0]["problem"] == \
        '"backend-developer" is not the file\'s name'
    assert "name the file backend-developer.json" in found[0]["remedy"]


def test_no_sentence_is_shared_between_guides(site):
    guide = other_guide()
    guide["work"]["note"] = GOOD["work"]["note"]
    site.write(GOOD)
    site.write(guide)
    done = site.check()
    assert "careers/credit-analyst.json" in done.stdout
    assert "stands in backend-developer: work.note too" in done.stdout
    assert "stands in credit-analyst: work.note too" in done.stdout


def test_everything_is_said_at_once_by_file_and_line(site):
    one, two = copy.deepcopy(GOOD), other_guide()
    for change, *_ in SCHEMA_BREAKS.values():
        try:
            change(one)
        except KeyError:
            pass
    put("ai.factors[0].weight", 99)(two)
    put("tagline", "Short.")(two)
    site.write(one)
    site.write(two)
    done = site.check()
    lines = done.stdout.splitlines()
    places = [line.split(":")[:2] for line in lines]
    keys = [(file, int(line)) for file, line in places]
    assert done.returncode == 1
    assert keys == sorted(keys)
    assert len(lines) > 15
    assert {Path(file).stem for file, _ in keys} == \
        {"backend-developer", "credit-analyst"}
    assert f"{len(lines)} faults" in done.stderr


def test_a_file_is_held_against_the_others_which_are_not_reported(site):
    other = other_guide()
    put("ai.factors[0].weight", 99)(other)
    site.write(other)
    guide = copy.deepcopy(GOOD)
    put("related", ["credit-analyst"])(guide)
    done = site.check(str(site.write(guide)))
    assert (done.returncode, done.stdout) == (0, ""), done.stdout


@pytest.mark.parametrize("text, line, problem", [
    ("", 1, "column 1: the text ends where a value should be"),
    ('{\n "a": 1,\n "a": 2\n}', 3, "a: the name stands twice"),
    ('{\n "a": 1\n "b": 2\n}', 3, "column 2: a comma is missing"),
    ("[" * 100000, 1, "nested more than 32 deep"),
    (" " * (1 << 20) + "{}", 1, "larger than 1048576 bytes"),
    ("{}", 1, '"slug" is missing'),
    ("[]", 1, "is a list"),
    ("null", 1, "is null"),
    ('"x"', 1, "is a text"),
    ('{"days": 1, "ai": [], "progression": {"rungs": {"a": 1}},'
     ' "sources": {"b": {"id": 1}}, "skills": "x", "codes": [1, null],'
     ' "start": {"resources": [null, {"teaches": 3}]}, "related": [{}]}',
     1, "days: is a whole number"),
], ids=["empty", "duplicate", "comma", "deep", "large", "object", "list",
        "null", "text", "shapes"])
def test_a_file_of_another_shape_is_said_and_not_followed(
        site, text, line, problem):
    path = site.content / "careers" / "x.json"
    path.write_text(text, "utf-8")
    done = site.check(str(path))
    assert done.returncode == 1
    assert f"{path}:{line}: {problem}" in done.stdout or \
        (f"{path}:{line}: " in done.stdout and problem in done.stdout)


def test_a_missing_file_is_said(site):
    done = site.check("none.json")
    assert done.returncode == 1
    assert "none.json:1: can't be opened: No such file" in done.stdout


@pytest.mark.parametrize("options, code", [
    (["--help"], 0), (["check", "--help"], 0), (["publish", "--help"], 0),
    (["export", "--help"], 0), ([], 2), (["chek"], 2),
    (["check", "--jsn"], 2), (["export"], 2), (["publish", "--note"], 2),
])
def test_usage(options, code):
    done = subprocess.run([CTL, "content", *options], capture_output=True,
                          text=True, check=False)
    assert done.returncode == code
    shown = done.stderr if code else done.stdout
    assert "autopsy-ctl content" in shown
    if options and options[-1] == "--help" and len(options) > 1:
        assert "Example:" in shown
