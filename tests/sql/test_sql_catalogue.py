"""The generated catalogue is what the product itself would have made."""

import itertools
import json

import pytest

from support import catalogue
from support.schema import empty_site
from sql_database import named_queries

COUNT = 12


@pytest.fixture(params=["whole", "short"])
def filled(request, monkeypatch):
    if request.param == "short":
        monkeypatch.setattr(catalogue, "WHOLE", 0)
    with empty_site() as (cluster, name):
        catalogue.fill(cluster, name, COUNT)
        link = cluster.connect(name)
        yield link.cursor()
        link.close()


def rows(cursor, sql):
    cursor.execute(sql)
    return cursor.fetchall()


def test_figures_follow_from_the_evidence(filled):
    changes = rows(filled, """
        SELECT salary.derive_figures(c.id, 'test', '2026-11-24')
        FROM catalog.career AS c""")
    assert changes == [(0,)] * COUNT
    assert rows(filled, "SELECT count(*) FROM salary.figure")[0][0] > COUNT


def test_documents_are_those_of_publication(filled):
    sql = """SELECT career_id, body::jsonb - 'evidence'
        FROM catalog.document
        WHERE kind = 'career' AND country IS NULL
        ORDER BY career_id"""
    before = rows(filled, sql)
    assert len(before) == COUNT
    filled.execute(f"PREPARE r AS {named_queries()['document_refresh']}")
    for career_id, _ in before:
        filled.execute("EXECUTE r(%s)", [str(career_id)])
    assert rows(filled, sql) == before


def test_a_smaller_catalogue_is_the_beginning_of_a_larger_one():
    few = list(catalogue.careers(100))
    assert few == list(itertools.islice(catalogue.careers(200), 100))
    assert len({json.loads(c["text"])["slug"] for c in few}) == 100
