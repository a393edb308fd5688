import pathlib
import sys
import uuid

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.cluster import shared  # noqa: E402


@pytest.fixture
def bare():
    """The URL of a database that has our roles and no schema."""
    cluster = shared()
    name = cluster.createdb(f"bare_{uuid.uuid4().hex[:8]}")
    yield cluster.url(name)
    cluster.dropdb(name)
