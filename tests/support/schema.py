"""Databases with roles and schema and nothing in them."""

import contextlib
import pathlib
import uuid

from support.cluster import shared

ROOT = pathlib.Path(__file__).resolve().parents[2]


def migrations():
    return sorted((ROOT / "migrations").glob("[0-9]*.sql"))


def make_site(name, cluster=None):
    """Makes the database, in the shared cluster if no other is given, and
    returns its cluster."""
    cluster = cluster or shared()
    cluster.createdb(name)
    for path in migrations():
        cluster.psql(name, path.read_text("utf-8"), role="autopsy_owner")
    return cluster


@contextlib.contextmanager
def empty_site():
    """(cluster, database name) for one test; dropped at the end."""
    name = f"site_{uuid.uuid4().hex[:8]}"
    cluster = make_site(name)
    yield cluster, name
    cluster.dropdb(name)
