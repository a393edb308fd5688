"""openapi.json by itself: it lints, and its examples are what it says."""
import os
import subprocess
from pathlib import Path

import pytest

from document import DOCUMENT, FILE, OPERATIONS, examples, faults, resolve

TESTS = Path(__file__).resolve().parents[1]
# It would ask for newer versions and tell who lints what.
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def lint(file):
    return subprocess.run(
        [TESTS / "browser/node",
         TESTS / "node_modules/@redocly/cli/bin/cli.js", "lint",
         "--config", TESTS / "api/redocly.yaml", file],
        capture_output=True, text=True, timeout=60,
        env={**os.environ, **QUIET})


def test_it_lints_without_a_warning():
    done = lint(FILE)
    assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-3000:]
    assert "warning" not in (done.stdout + done.stderr).lower()


def test_the_lint_tells_what_is_wrong(tmp_path):
    text = FILE.read_text("utf-8")
    bad = tmp_path / "openapi.json"
    bad.write_text(text.replace('"grade": "B"', '"grade": "b"', 1), "utf-8")
    assert lint(bad).returncode == 1


def everything(thing, path=()):
    yield path, thing
    children = (thing.items() if isinstance(thing, dict) else
                enumerate(thing) if isinstance(thing, list) else ())
    for name, child in children:
        if name not in ("example", "examples"):
            yield from everything(child, (*path, name))


def test_every_example_is_what_its_schema_says():
    count = 0
    for path, thing in everything(DOCUMENT):
        if not isinstance(thing, dict) or "schema" not in thing:
            continue
        found = examples(thing)
        assert found, f"{path} has no example"
        for name, value in found.items():
            wrong = faults(thing["schema"], value)
            assert not wrong, f"{path}: {name}: {wrong}"
            count += 1
    assert count > 80


def test_no_object_is_described_loosely():
    """Or a reply that fits its schema would mean little."""
    for path, thing in everything(DOCUMENT["components"]["schemas"]):
        if isinstance(thing, dict) and "properties" in thing \
                and path[-1:] != ("properties",):
            assert thing["additionalProperties"] is False, path
            missing = set(thing["properties"]) - set(thing["required"])
            assert missing <= {"errors", "topics"}, (path, missing)


@pytest.mark.parametrize("operation", OPERATIONS, ids=repr)
def test_every_operation_says_what_can_come(operation):
    statuses = set(operation.responses)
    assert {operation.good, 400, 405, 429, 503} <= statuses
    wanted = {304, 406} if operation.method == "GET" else {413, 415, 422}
    assert wanted <= statuses
    for status, response in operation.responses.items():
        assert "X-Request-Id" in response["headers"], status
        if status in (200, 304):
            assert {"ETag", "Last-Modified"} <= set(response["headers"])
        if status >= 400:
            assert list(response["content"]) == ["application/problem+json"]
            for value in examples(
                    response["content"]["application/problem+json"]).values():
                assert value["status"] == status


def test_parameters_have_limits():
    """Nothing is told to be any text."""
    for operation in OPERATIONS:
        for parameter in operation.parameters:
            schema = resolve(parameter["schema"])
            assert {"enum", "pattern", "maximum", "maxItems"} & set(schema), \
                parameter["name"]
