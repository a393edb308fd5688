"""What fetched sources state, taken in by a copy as a run does it."""
import contextlib

import psycopg2

from sql_database import Database, statistic

BLS = [statistic(observed_on="2026-05-31", p10=79850, p25=103050,
                 median=133080, p75=169000, p90=211450, precision_pct=0.6,
                 sample_n=1654440)]
GROUPS = [statistic(country=country, code="2", title="Professionals",
                    currency=currency, period="month", mean=mean,
                    observed_on="2024-12-31")
          for country, currency, mean in (
              ("MY", "MYR", 6915), ("DE", "EUR", 9999))]
# An office that states the mean of an occupation and no more.
MEAN = [statistic(country="NZ", code="261313", currency="NZD", period="week",
                  mean=2512.5, observed_on="2026-06-30")]


def guide(db):
    """What another publisher states, written down by our editors."""
    career = db.one("SELECT id FROM catalog.career")
    db.source("guide-th", publisher="Somebody Else Ltd", tier="curated",
              statistics="range", code_scheme=None, level_basis="editorial")
    for level, low in (("mid", 900000), ("senior", 1500000)):
        db.observe(career, "guide-th", low, None, low + 400000, level=level,
                   country="TH", currency="THB",
                   source_url="https://example.org/guide")
    db.derive(career, "import of guide-th")


@contextlib.contextmanager
def owner(site):
    """A transaction on the database of a copy, to do what a run does."""
    db = Database(psycopg2.connect(site.env["DATABASE_URL"]))
    try:
        yield db
        db.link.commit()
    finally:
        db.close()


def run(db, source, rows):
    db.take_in(source, *rows)
    db.rows("UPDATE salary.source_run SET finished_at = now(), "
            "outcome = 'published' WHERE source_code = %s", source)


def fetch(site):
    """Beside the snapshot that a copy starts with."""
    with owner(site) as db:
        run(db, "bls", BLS)
        run(db, "ilostat", GROUPS)
        db.source("office-nz", collection_mode="api", statistics="point",
                  code_scheme="ANZSCO-2024")
        run(db, "office-nz", MEAN)
        guide(db)
        db.judge("ecb", rates=[
            {"kind": "spot", "base": "EUR", "quote": "USD", "country": "",
             "observed_on": "2026-11-23", "rate": 1.1592}])
        db.query("document_refresh", db.one("SELECT id FROM catalog.career"))
