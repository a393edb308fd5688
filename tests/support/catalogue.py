"""A catalogue of any size, generated: the same careers for the same number.

    fill(cluster, database, 10000)      # a database with our schema

Careers 1 to n are the same whatever n is, so that catalogues of different
sizes can be asked the same. Their names are combined from words that are as
unevenly common as in real job titles: a few roles make half of all, and a
tail of names of products is nearly unique. Each has synonyms, skills, places
of work, a pay of mid-level in up to five countries with its evidence and
history, and documents as the product stores them.

Up to WHOLE careers have guides as long as the bundled one and all documents;
in larger catalogues guides are short, and the only document is the career of
all countries: pages of a country and tables of salaries are 404 there.
"""
import functools
import io
import itertools
import json
import pathlib
import random
import re

from support import catalogue_words as words

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONTENT = ROOT / "migrations/content"
SQL = pathlib.Path(__file__).with_suffix(".sql")
WHOLE = 200
PAY = {"US": 60000, "GB": 38000, "SG": 55000, "IN": 900000, "DE": 48000}
PLACES = [["onsite"]] * 4 + [["onsite", "hybrid"], ["hybrid"],
                             ["hybrid", "remote"], ["remote"]]
TAKEN = "backend-developer"  # the bundled guide


def fill(cluster, database, n):
    """Adds n careers to a database that has none of ours.

    Many to a transaction, but not all: each new one makes a version of the
    content, and all that a transaction has made are in its way.
    """
    link = cluster.connect(database)
    try:
        cursor = link.cursor()
        cursor.execute("SET ROLE autopsy_owner")
        made = careers(n)
        while some := list(itertools.islice(made, 1000)):
            _add(cursor, some, is_whole=n <= WHOLE)
        cursor.execute("RESET ROLE")
        cursor.execute("VACUUM ANALYZE")
    finally:
        link.close()


@functools.lru_cache(maxsize=None)
def named(path):
    """The statements of a file, by name."""
    parts = re.split(r"^-- name: (\w+)\n", path.read_text(), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def _add(cursor, some, is_whole):
    statements = dict(named(SQL))
    cursor.execute("BEGIN")
    cursor.execute(statements.pop("before"), {
        "categories": (CONTENT / "categories.json").read_text(),
        "source": json.dumps(source())})
    _copy(cursor, "made_guide", (
        (c["n"], c["published_at"], c["text"]) for c in some))
    _copy(cursor, "made_pay", (
        (c["n"], country, *amounts)
        for c in some for country, amounts in c["pay"].items()))
    for statement in statements.values():
        cursor.execute(statement)
    if is_whole:
        refresh_documents(cursor)
    cursor.execute("COMMIT")


def refresh_documents(cursor):
    """By the product's own statement, for each country too."""
    publish = named(ROOT / "src/career/publish.sql")
    cursor.execute(f"PREPARE refresh AS {publish['document_refresh']}")
    cursor.execute("SELECT career_id FROM made ORDER BY n")
    for (career_id,) in cursor.fetchall():
        cursor.execute("EXECUTE refresh(%s)", [str(career_id)])
    cursor.execute("DEALLOCATE refresh")


def _copy(cursor, table, rows):
    # Nothing here has tabs or line ends; backslashes may be in JSON.
    cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO("".join(
        "\t".join(str(v).replace("\\", "\\\\") for v in row) + "\n"
        for row in rows)))


@functools.lru_cache(maxsize=None)
def source():
    """Whose the pay is: the first of the register, the editors'."""
    register = CONTENT / "benchmarks/sources.json"
    return json.loads(register.read_text())[0]


@functools.lru_cache(maxsize=None)
def bundled():
    return json.loads((CONTENT / f"careers/{TAKEN}.json").read_text())


def careers(n):
    """n careers, as n, published_at, pay and the text of the guide."""
    rng = random.Random(20261124)
    pick = words.Picker(rng)
    rest = _text_of_rest(is_whole=n <= WHOLE)
    taken = {TAKEN}
    for i in range(1, n + 1):
        category = pick.category()
        name = _new_name(pick, category, taken)
        guide = _guide(rng, pick, category, name)
        text = pick.text(category)
        if n > WHOLE:
            _shorten(guide, text)
        yield {
            "n": i, "pay": _pay(rng),
            "published_at": f"{rng.randrange(2024, 2027)}-"
                            f"{rng.randrange(1, 11):02}-"
                            f"{rng.randrange(1, 29):02}T10:00:00Z",
            "text": json.dumps(guide, ensure_ascii=False)[:-1] + rest}


def slug(name):
    return re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")


def _new_name(pick, category, taken):
    for more in itertools.count():
        # One word more for each name that there was already.
        name = pick.name(category, more // 3)
        parts = name.split()
        if len(name) <= 60 and len(set(parts)) == len(parts) \
                and slug(name) not in taken:
            taken.add(slug(name))
            return name


def _guide(rng, pick, category, name):
    """What differs from guide to guide."""
    template = bundled()
    hard = pick.skills(category, rng.randrange(4, 9))
    return {
        "slug": slug(name),
        "category": category,
        "name": name,
        "synonyms": pick.synonyms(category, name),
        "tagline": f"You {pick.task()} for {pick.setting()}, and "
                   f"{hard[0].lower()} is what the {name.lower()} is "
                   "asked for first.",
        "facts": {
            **template["facts"],
            "work_life_balance": rng.choices(
                range(1, 11), [1, 3, 6, 11, 18, 22, 19, 12, 6, 2])[0],
            "entry_barrier": rng.choices(
                ["low", "medium", "high"], [30, 45, 25])[0],
            "growth_ceiling": rng.choice(["low", "medium", "high"]),
            "remote": rng.choice(PLACES),
            "degree": rng.choice([
                template["facts"]["degree"],
                {"subject": None, "requirement": "none"}]),
            "certification": None,
        },
        "skills": {**template["skills"], "hard": hard,
                   "tools": pick.tools(rng.randrange(2, 8)),
                   "soft": pick.soft(3)},
        "ai": {**template["ai"], "factors": [
            {**f, "exposure": rng.randrange(0, 101, 5)}
            for f in template["ai"]["factors"]]},
        "start": {**template["start"], "resources": [
            {**r, "id": f"{slug(name)}-{r['stage']}", "teaches": hard[:1]}
            for r in template["start"]["resources"]]},
    }


def _shorten(guide, text):
    for factor in guide["ai"]["factors"]:
        factor["text"] = "-"
    guide["ai"]["note"] = guide["skills"]["note"] = "-"
    guide["skills"]["personality"] = []
    guide["start"] = {"entry_path": text, "resources": []}


@functools.lru_cache(maxsize=None)
def _text_of_rest(is_whole):
    """What is the same in all, as the rest of a JSON object."""
    guide = bundled()
    rest = {name: guide[name] for name in (
        "$schema", "reviewed_on", "verdict", "work", "days", "progression",
        "sources", "codes")}
    if not is_whole:
        rest["verdict"] = {"text": "-", "good_for": "-", "bad_for": "-",
                           "downsides": []}
        rest["work"] = {"introduction": "-", "duties": [], "note": "-"}
        rest["days"] = {"note": "-", "sources": [], "levels": []}
        rest["progression"] = {"rungs": [], "notes": []}
        rest["sources"] = rest["sources"][-1:]
        rest["codes"] = rest["codes"][:1]
    rest["related"] = []
    return ", " + json.dumps(rest, ensure_ascii=False)[1:]


def _pay(rng):
    """Pay of mid-level by country: (low, median, high) a year."""
    factor = rng.lognormvariate(0, 0.4)
    found = {}
    for country in rng.sample(list(PAY), rng.choice((0, 1, 2, 2, 3, 5))):
        middle = PAY[country] * factor * rng.uniform(0.9, 1.1)
        found[country] = [round(middle * part, -2) for part in
                          (rng.uniform(0.7, 0.9), 1, rng.uniform(1.1, 1.5))]
        found[country] = [int(amount) for amount in found[country]]
    return found
