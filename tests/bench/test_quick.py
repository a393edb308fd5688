"""The bench runs from end to end. What it measures is not judged here, but
it stops by itself where a peer's bytes differ or an answer is an error."""
import subprocess
from pathlib import Path

RUN = Path(__file__).with_name("run")
ROWS = ["cached page, br", "cached API document", "uncached API document",
        "uncached page", "MiB of the largest worker", "queries for 64",
        "killed workers", "search: p99", "export of salaries.csv: MiB",
        "export of careers.ndjson: MB/s"]


def test_the_bench_measures_each_thing_and_tells_its_goal():
    done = subprocess.run([RUN, "--quick"], capture_output=True, text=True,
                          timeout=300)
    assert done.returncode == 0, done.stderr
    cases, goals = done.stdout.split("\ngoal")
    for row in [*ROWS[:4], "         300", "salaries.csv", "careers.ndjson"]:
        assert f"\n{row}" in cases
    for row in ROWS:
        assert any(row in line and line.endswith(("reached", "MISSED"))
                   for line in goals.splitlines()), done.stdout


def test_the_bench_of_ingestion_tells_its_goals():
    done = subprocess.run([RUN.with_name("ingest"), "--rounds", "1"],
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    for row in ("ratio", "memory at its peak"):
        assert any(row in line and line.endswith(("reached", "MISSED"))
                   for line in done.stdout.splitlines()), done.stdout


def test_the_bench_of_mail_tells_its_goals():
    done = subprocess.run([RUN.with_name("mail"), "--quick"],
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    cases, goals = done.stdout.split("\ngoal")
    for row in ("smtp-source to smtp-sink", "autopsy-mailer to smtp-sink",
                "  without waiting for the disk", "  into a Maildir"):
        assert f"\n{row} " in cases, done.stdout
    for row in ("smtp-source's", "seconds to announce", "slowest time",
                "10 mails/s, slowest", "no limit, slowest"):
        assert any(row in line and line.endswith(("reached", "MISSED"))
                   for line in goals.splitlines()), done.stdout
