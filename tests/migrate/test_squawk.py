"""Migrations that would hold up visitors or lose data, found by squawk.

.squawk.toml leaves out only the rules that the runner makes needless: it
sets both timeouts and never runs a file twice.
"""
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SQUAWK = ROOT / "tests/node_modules/.bin/squawk"
SUPPLIED = {"prefer-robust-stmts", "require-lock-timeout",
            "require-statement-timeout"}


def squawk(*paths):
    return subprocess.run(
        [SQUAWK, "--config", ROOT / ".squawk.toml", "--reporter", "gcc",
         *paths], capture_output=True, text=True, timeout=60, check=False)


def test_migrations_are_clean():
    files = sorted((ROOT / "migrations").glob("*.sql"))
    assert files
    done = squawk(*files)
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_what_the_runner_supplies_is_left_out():
    text = (ROOT / ".squawk.toml").read_text(encoding="utf-8")
    rules = re.search(r"excluded_rules\s*=\s*\[(.*?)\]", text, re.S)
    assert set(re.findall(r'"([^"]+)"', rules[1])) == SUPPLIED
    assert not re.search(r"^\s*excluded_paths", text, re.M)
    for path in (ROOT / "migrations").glob("*.sql"):
        assert "squawk-ignore" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("statement,rule", [
    ("CREATE INDEX t_n_idx ON ops.t (n);",
     "require-concurrent-index-creation"),
    ("ALTER TABLE ops.t DROP COLUMN n;", "ban-drop-column"),
    ("ALTER TABLE ops.t ALTER COLUMN n TYPE text;", "changing-column-type"),
])
def test_the_linter_still_sees_what_is_dangerous(tmp_path, statement, rule):
    path = tmp_path / "0001_bad.sql"
    path.write_text(statement, encoding="utf-8")
    done = squawk(path)
    assert done.returncode == 1
    assert rule in done.stdout
