"""The copy that the tests of the API share."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from furnished import EXEMPT, Site, furnish  # noqa: E402


@pytest.fixture(scope="session")
def site():
    # Workers remember nothing, so that what is asked reaches the database.
    copy = Site({"LIMIT_EXEMPT": EXEMPT, "WEB_CACHE_KB": "0"}, https=False)
    try:
        furnish(copy.start())
        yield copy
    finally:
        copy.remove()
