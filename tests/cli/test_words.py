"""What the programs say to whoever types a command that can't be done."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from support.schema import empty_site

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("B", "build")
PAY = ROOT / "migrations" / "content" / "benchmarks"
NOWHERE = "postgresql:///x?host=/nowhere"


def run(command, **settings):
    program, *arguments = command.split()
    return subprocess.run(
        [BUILD / program, *arguments], capture_output=True, text=True,
        check=False, cwd=ROOT, timeout=20, stdin=subprocess.DEVNULL,
        env={**os.environ, "DATABASE_URL": NOWHERE, **settings})


def is_plain(words):
    """Sentences, no log lines."""
    for line in words.splitlines():
        try:
            assert not isinstance(json.loads(line), dict), line
        except json.JSONDecodeError:
            pass
    return True


# What is typed, what is said of it, and of which command help is offered.
WRONG = {
    "autopsy-ctl": ("a command is missing", "autopsy-ctl"),
    "autopsy-ctl chek": (
        "there is no command 'chek'; did you mean 'check'?", "autopsy-ctl"),
    "autopsy-ctl --json": ("there is no command '--json'", "autopsy-ctl"),
    "autopsy-ctl check x": ("what is 'x' for?", "autopsy-ctl check"),
    "autopsy-ctl error-pages": ("name one DIR", "autopsy-ctl error-pages"),
    "autopsy-ctl error-pages a b": (
        "name one DIR", "autopsy-ctl error-pages"),
    "autopsy-ctl migrate": ("a command is missing", "autopsy-ctl migrate"),
    "autopsy-ctl migrate upp": (
        "there is no command 'upp'; did you mean 'up'?",
        "autopsy-ctl migrate"),
    "autopsy-ctl migrate up --dryrun": (
        "there is no option '--dryrun'", "autopsy-ctl migrate up"),
    "autopsy-ctl migrate up now": (
        "there is no argument 'now'", "autopsy-ctl migrate up"),
    "autopsy-ctl migrate up --to x": (
        "--to needs a number", "autopsy-ctl migrate up"),
    "autopsy-ctl content publsh": (
        "there is no command 'publsh'; did you mean 'publish'?",
        "autopsy-ctl content"),
    "autopsy-ctl content check --jsn": (
        "there is no option '--jsn'", "autopsy-ctl content check"),
    "autopsy-ctl content check --js": (
        "there is no option '--js'", "autopsy-ctl content check"),
    "autopsy-ctl content publish --note": (
        "--note needs a text", "autopsy-ctl content publish"),
    "autopsy-ctl content export": (
        "name one SLUG", "autopsy-ctl content export"),
    "autopsy-ctl content withdraw a b": (
        "name one SLUG", "autopsy-ctl content withdraw"),
    "autopsy-ctl subscriber": ("a command is missing",
                               "autopsy-ctl subscriber"),
    "autopsy-ctl subscriber erse a@b.example": (
        "there is no command 'erse'; did you mean 'erase'?",
        "autopsy-ctl subscriber"),
    "autopsy-ctl subscriber show": (
        "name one EMAIL", "autopsy-ctl subscriber show"),
    "autopsy-ctl subscriber erase a@b.example c@d.example": (
        "name one EMAIL", "autopsy-ctl subscriber erase"),
    "autopsy-ctl subscriber erase --json a@b.example": (
        "there is no option '--json'", "autopsy-ctl subscriber erase"),
    "autopsy-ctl subscriber show nobody": (
        "Write the address with an @ in it", "autopsy-ctl subscriber show"),
    "autopsy-mailer": ("a command is missing", "autopsy-mailer"),
    "autopsy-mailer statsu": (
        "there is no command 'statsu'; did you mean 'status'?",
        "autopsy-mailer"),
    "autopsy-mailer status now": (
        "what is 'now' for?", "autopsy-mailer status"),
    "autopsy-mailer bounce x": (
        "what is 'x' for?", "autopsy-mailer bounce"),
    "autopsy-mailer bounce --to": (
        "--to needs an address", "autopsy-mailer bounce"),
    "autopsy-ingest": ("a command is missing", "autopsy-ingest"),
    "autopsy-ingest imprt": (
        "there is no command 'imprt'; did you mean 'import'?",
        "autopsy-ingest"),
    "autopsy-ingest import a.csv": (
        "name a FILE and its --source CODE", "autopsy-ingest import"),
    "autopsy-ingest import --dry a": (
        "what is '--dry' for?", "autopsy-ingest import"),
    "autopsy-ingest sources": ("name a FILE", "autopsy-ingest sources"),
    "autopsy-web --wrkers": (
        "--wrkers is no option or lacks its value", "autopsy-web"),
    "autopsy-web --socket": (
        "--socket is no option or lacks its value", "autopsy-web"),
    "autopsy-web x": ("what is 'x' for?", "autopsy-web"),
}
HELPED = ["autopsy-ctl", "autopsy-ctl check", "autopsy-ctl error-pages",
          "autopsy-ctl migrate", "autopsy-ctl migrate up",
          "autopsy-ctl migrate status", "autopsy-ctl content",
          "autopsy-ctl content check", "autopsy-ctl content withdraw",
          "autopsy-ctl subscriber", "autopsy-ctl subscriber show",
          "autopsy-ctl subscriber erase", "autopsy-mailer",
          "autopsy-mailer status", "autopsy-mailer bounce",
          "autopsy-ingest", "autopsy-ingest import",
          "autopsy-ingest sources", "autopsy-web"]


@pytest.mark.parametrize("command", WRONG)
def test_a_slip_is_said_in_two_lines(command):
    words, helped = WRONG[command]
    done = run(command)
    assert (done.returncode, done.stdout) == (2, "")
    first, second = done.stderr.splitlines()
    assert words in first
    assert second.startswith(f"'{helped} --help' ")


@pytest.mark.parametrize("command", HELPED)
def test_help_is_given_by_a_letter_too(command):
    long, short = run(command + " --help"), run(command + " -h")
    assert (long.returncode, long.stderr) == (0, "")
    assert long.stdout.startswith("usage: autopsy-")
    assert (short.returncode, short.stdout) == (0, long.stdout)


def test_every_command_is_listed():
    words = run("autopsy-ctl --help").stdout
    for name in ("migrate", "content", "check", "error-pages", "up ",
                 "status", "verify", "publish", "export", "withdraw",
                 "subscriber", "show ", "erase "):
        assert name in words
    words = run("autopsy-mailer --help").stdout
    for name in ("run", "once", "status", "bounce", "MAIL_URL"):
        assert name in words


def test_check_tells_a_server_that_is_away_from_a_schema_that_misfits(bare):
    away = run("autopsy-ctl check")
    assert away.returncode == 75
    assert "the database can't be reached: " in away.stderr
    misfit = run("autopsy-ctl check", DATABASE_URL=bare)
    assert misfit.returncode == 1
    assert "run 'autopsy-ctl migrate up'" in misfit.stderr
    assert is_plain(away.stderr) and is_plain(misfit.stderr)


def test_check_prepares_what_every_program_asks():
    with empty_site() as (cluster, name):
        done = run("autopsy-ctl check", DATABASE_URL=cluster.url(name))
    assert (done.returncode, done.stderr) == (0, "")
    for who in ("career subscription prepare as autopsy_web",
                "salary career prepare as autopsy_ingest",
                "mail prepare as autopsy_mailer",
                "subscriber prepare as autopsy_ops"):
        assert f"queries of {who}\n" in done.stdout


@pytest.mark.parametrize("command", [
    "autopsy-ctl check", "autopsy-ctl content publish",
    "autopsy-ctl content export x", "autopsy-ctl content withdraw x",
    "autopsy-mailer status",
    f"autopsy-ingest sources {PAY / 'sources.json'}",
    f"autopsy-ingest import {PAY / 'cbs-nl.csv'} --source cbs-nl"])
def test_an_empty_database_leads_to_migrate(bare, command):
    done = run(command, DATABASE_URL=bare)
    assert done.returncode == 1
    assert "run 'autopsy-ctl migrate up'" in done.stderr
    assert is_plain(done.stderr)


def test_tools_write_no_log_lines(tmp_path):
    done = run(f"autopsy-ctl error-pages {tmp_path}", LOG_LEVEL="debug",
               STATIC_DIR=str(tmp_path))
    assert done.returncode == 1 and is_plain(done.stderr)
    (tmp_path / "manifest").write_text("app.css x.css\n")
    done = run(f"autopsy-ctl error-pages {tmp_path}", LOG_LEVEL="debug",
               STATIC_DIR=str(tmp_path))
    assert done.returncode in (0, 1)
    assert is_plain(done.stderr)


@pytest.mark.parametrize("name, hint", [
    ("STATIC_DIR", "STATIC_DIR must be the directory of the built assets"),
    ("VIEWS_DIR", "VIEWS_DIR must be a directory with every template"),
])
def test_web_does_not_start_without_its_files(tmp_path, name, hint):
    done = run(f"autopsy-web --socket {tmp_path}/web.sock",
               **{name: str(tmp_path)})
    assert done.returncode == 2
    assert done.stderr.startswith(f"autopsy-web: {tmp_path}/")
    assert done.stderr.endswith("or empty\n" if name == "VIEWS_DIR"
                                else "assets\n")
    assert hint in done.stderr and done.stderr.count("\n") == 1


def test_web_says_what_to_do_without_the_directory_of_its_socket(tmp_path):
    done = run(f"autopsy-web --socket {tmp_path}/none/web.sock")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"autopsy-web: {tmp_path}/none/web.sock: can't listen: No such file"
        " or directory; make the directory or use --socket")


@pytest.mark.parametrize("command", [
    "autopsy-ctl --help", "autopsy-ctl --version", "autopsy-ctl content -h",
    "autopsy-ctl content check --json", "autopsy-ctl migrate up",
    "autopsy-ingest --help", "autopsy-web --help", "autopsy-web --version"])
def test_what_a_full_disk_swallows_is_not_done(bare, command):
    program, *arguments = command.split()
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [BUILD / program, *arguments], stdout=full, text=True,
            stderr=subprocess.PIPE, check=False, cwd=ROOT, timeout=20,
            env={**os.environ, "DATABASE_URL": bare})
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        1, f"{program}: standard output can't be written to")
