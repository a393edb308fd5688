"""Three careers beside the one that a copy has, with pay of every kind.

Their guides are copies of its guide in which what is compared is another.
"""
import json
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[2] / (
    "migrations/content/careers/backend-developer.json")
SLUGS = ["backend-developer", "data-scientist", "registered-nurse",
         "civil-engineer"]
RATES = [{"kind": "spot", "base": "EUR", "quote": quote, "country": "",
          "observed_on": "2026-11-23", "rate": rate}
         for quote, rate in (("USD", 1.1592), ("SGD", 1.5057),
                             ("GBP", 0.8791), ("IDR", 19376.23))]

DATA = {
    "slug": "data-scientist", "name": "Data Scientist",
    "tagline": "You turn questions into numbers, and numbers into decisions "
               "that somebody else has to take.",
    "facts": {
        "work_life_balance": 7, "hours_per_week": {"low": 40, "high": 50},
        "entry_barrier": "high", "growth_ceiling": "high",
        "degree": {"subject": "Statistics or Computer Science",
                   "requirement": "required"},
        "certification": None, "remote": ["hybrid", "remote"]},
    "skills": {
        "hard": ["Statistics", "Experiment design", "Database modelling"],
        "tools": ["Python", "PostgreSQL", "R", "Jupyter"],
        "soft": ["Structured thinking", "Telling a story with data"],
        "personality": ["Patient", "Curious"]},
}
NURSE = {
    "slug": "registered-nurse", "name": "Registered Nurse",
    "category": "healthcare",
    "tagline": "You are the one who is there at four in the morning.",
    "facts": {
        "work_life_balance": 4, "hours_per_week": {"low": 36, "high": 48},
        "entry_barrier": "medium", "growth_ceiling": "medium",
        "degree": {"subject": "Nursing", "requirement": "required"},
        "certification": {"name": "Advanced Life Support",
                          "issuer": "Resuscitation Council",
                          "url": "https://example.org/als", "note": "n"},
        "remote": ["onsite"]},
    "skills": {
        "hard": ["Assessment", "Giving medication"],
        "tools": ["Patient records"],
        "soft": ["Calm under incidents", "Structured thinking"],
        "personality": ["Patient", "Detail-heavy"]},
}
CIVIL = {
    "slug": "civil-engineer", "name": "Civil Engineer",
    "category": "engineering-construction",
    "tagline": "You sign for what must not fall down.",
    "facts": {
        "work_life_balance": 6, "hours_per_week": {"low": 40, "high": 55},
        "entry_barrier": "high", "growth_ceiling": "medium",
        "degree": {"subject": "Civil Engineering", "requirement": "required"},
        "certification": None, "remote": ["onsite", "hybrid"]},
    "skills": {
        "hard": ["Statics", "Soil mechanics"], "tools": ["CAD", "Python"],
        "soft": ["Structured thinking"], "personality": ["Patient"]},
}
# Weights of the four factors of exposure, which make the score.
EXPOSED = {"data-scientist": 60, "registered-nurse": 10, "civil-engineer": 30}

PAY = [
    ("data-scientist", "US", "USD", "junior", 70000, None, 95000),
    ("data-scientist", "US", "USD", "mid", 95000, 118000, 150000),
    ("data-scientist", "US", "USD", "senior", 140000, None, 210000),
    ("registered-nurse", "US", "USD", "mid", 70000, 84000, 99000),
    ("registered-nurse", "US", "USD", "senior", 90000, None, None),
    ("civil-engineer", "US", "USD", "mid", 60000, None, 140000),
    ("data-scientist", "SG", "SGD", "mid", 78000, 96000, 120000),
    ("registered-nurse", "SG", "SGD", "mid", None, 52000, None),
    ("data-scientist", "GB", "GBP", "mid", 48000, None, 72000),
]


def _guide(changes):
    guide = json.loads(GUIDE.read_text()) | changes
    guide["skills"]["note"] = "n"
    for factor in guide["ai"]["factors"]:
        factor["exposure"] = EXPOSED[guide["slug"]]
    for resource in guide["start"]["resources"]:
        resource["id"] += "-" + guide["slug"]
    return json.dumps(guide)


def add(db):
    """db: an owner's transaction of sql_database.Database."""
    for changes in (DATA, NURSE, CIVIL):
        db.query("publish_revision", _guide(changes), "test")
    db.source("survey", name="Survey of Pay", publisher="Example Institute",
              statistics="range", tier="curated", code_scheme=None,
              level_basis="editorial")
    careers = dict(db.rows("SELECT slug, id FROM catalog.career"))
    for slug, country, currency, level, low, median, high in PAY:
        db.observe(careers[slug], "survey", low, median, high, level=level,
                   country=country, currency=currency)
    for career in careers.values():
        db.derive(career, "import of survey")
        db.query("document_refresh", career)
    db.judge("ecb", rates=RATES)
    db.rows("SELECT catalog.bump_content_version()")


def withdraw(db, slug):
    """Publishes one more and takes it off again."""
    EXPOSED.setdefault(slug, 50)
    db.query("publish_revision", _guide(CIVIL | {"slug": slug}), "test")
    db.query("career_withdraw", slug)
