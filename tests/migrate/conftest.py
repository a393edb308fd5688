import pathlib
import sys
import uuid

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.cluster import shared  # noqa: E402
from support.migrator import SHOP, Migrator  # noqa: E402


@pytest.fixture(name="cluster", scope="session")
def fixture_cluster():
    return shared()


@pytest.fixture(name="make_migrator")
def fixture_make_migrator(cluster, tmp_path):
    made = []

    def make(directory=None):
        if directory is None:
            directory = tmp_path / "migrations"
            directory.mkdir(exist_ok=True)
        name = "m" + uuid.uuid4().hex[:12]
        made.append(cluster.createdb(name))
        return Migrator(cluster, name, directory)

    yield make
    for name in made:
        cluster.dropdb(name)


@pytest.fixture(name="migrator")
def fixture_migrator(make_migrator):
    return make_migrator()


@pytest.fixture(name="shop")
def fixture_shop(migrator):
    """A database with the first migration applied."""
    migrator.write(_0001_shop=SHOP)
    migrator.run("up")
    return migrator
