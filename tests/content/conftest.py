import os
import pathlib
import sys
import uuid

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))


@pytest.fixture
def database():
    """(cluster, name) of an empty site: roles and schema, no content."""
    from support.cluster import shared
    cluster = shared()
    name = cluster.createdb(f"content_{uuid.uuid4().hex[:8]}")
    for path in sorted((ROOT / "migrations").glob("[0-9]*.sql")):
        sql = "SET ROLE autopsy_owner;\n" + path.read_text("utf-8")
        cluster.psql(name, sql)
    yield cluster, name
    cluster.dropdb(name)
