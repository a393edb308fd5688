"""What the tests of the API share: a copy, and more than make run has: a
second guide, one that was withdrawn, one that was renamed, and a day's
exchange rates."""
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent
sys.path[:0] = [str(TESTS), str(TESTS / "sql"), str(TESTS / "web")]

from evidence import owner  # noqa: E402
from guides import Guides  # noqa: E402
from local_site import Site  # noqa: E402

# Who asks from here is never told to slow down.
EXEMPT = "127.0.0.1"
RATES = {"USD": 1.1592, "SGD": 1.5098}


def furnish(site):
    with tempfile.TemporaryDirectory(dir="/var/tmp") as home:
        guides = Guides(site, home)
        guides.publish("data-engineer")
        guides.publish("night-guard")
        guides.withdraw("night-guard")
    with owner(site) as db:
        db.rows("INSERT INTO catalog.former_slug (slug, career_id) "
                "SELECT 'server-developer', id FROM catalog.career "
                "WHERE slug = 'backend-developer'")
        # As if it had been published in April: a day's figures of then are
        # asked for, however new the copy.
        db.rows("ALTER TABLE salary.figure_history DISABLE TRIGGER USER")
        db.rows("UPDATE salary.figure_history SET valid_from = "
                "valid_from - (now() - timestamptz '2026-04-30 12:00Z')")
        db.rows("ALTER TABLE salary.figure_history ENABLE TRIGGER USER")
        db.judge("ecb", rates=[
            {"kind": "spot", "base": "EUR", "quote": currency, "country": "",
             "observed_on": "2026-11-23", "rate": rate}
            for currency, rate in RATES.items()])
