"""A database with roles and schema and nothing in it, for one test."""

import contextlib
import pathlib
import uuid

from support.cluster import shared

ROOT = pathlib.Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def empty_site():
    """(cluster, database name); dropped at the end."""
    cluster = shared()
    name = cluster.createdb(f"site_{uuid.uuid4().hex[:8]}")
    for path in sorted((ROOT / "migrations").glob("[0-9]*.sql")):
        cluster.psql(name, "SET ROLE autopsy_owner;\n"
                     + path.read_text("utf-8"))
    yield cluster, name
    cluster.dropdb(name)
