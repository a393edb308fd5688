import pathlib
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "sql")]

from support.mail_stand import Stand  # noqa: E402


@pytest.fixture(scope="session")
def durable(tmp_path_factory):
    """One PostgreSQL that syncs to disk, with the site's schema."""
    with Stand(tmp_path_factory.mktemp("mailer")) as made:
        yield made


@pytest.fixture
def stand(durable):
    """The same with no reader, no mail and no worker."""
    durable.clear()
    yield durable
    durable.kill_workers()
