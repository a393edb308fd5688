"""What ops install so that the job runs by itself."""
import os
import re
import shlex
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("B", "build")
UNITS = ROOT / "deploy" / "systemd"
CRON = ROOT / "deploy" / "cron.d" / "autopsy-ingest"
MOST_EXPOSED = 1.5


def analyse(*arguments):
    done = subprocess.run(["systemd-analyze", *arguments], text=True,
                          capture_output=True, check=False,
                          env={**os.environ, "SYSTEMD_PAGER": ""})
    return done.returncode, done.stdout + done.stderr


def test_the_units_are_what_systemd_reads(tmp_path):
    for unit in UNITS.glob("autopsy-ingest.*"):
        text = unit.read_text("utf-8").replace(
            "/usr/bin/autopsy-ingest", str(BUILD / "autopsy-ingest"))
        (tmp_path / unit.name).write_text(text, "utf-8")
    code, words = analyse("verify", *sorted(tmp_path.iterdir()))
    assert (code, words) == (0, "")


def test_a_unit_with_a_fault_is_seen(tmp_path):
    broken = tmp_path / "autopsy-ingest.service"
    broken.write_text("[Service]\nType=onceshot\nExecStart=/bin/true\n")
    assert "onceshot" in analyse("verify", broken)[1]


def test_the_job_may_do_little():
    _, words = analyse("security", "--offline=true",
                       UNITS / "autopsy-ingest.service")
    level = re.search(r"exposure level for \S+ ([0-9.]+)", words)
    assert float(level[1]) <= MOST_EXPOSED, words


def test_the_timer_has_days_and_catches_up():
    timer = (UNITS / "autopsy-ingest.timer").read_text("utf-8")
    when = re.search(r"^OnCalendar=(.*)$", timer, re.M)[1]
    code, words = analyse("calendar", when)
    assert code == 0, words
    assert "Persistent=yes" in timer


def test_cron_s_lines_run_what_the_program_has(tmp_path):
    """Five times, a user, and a line for sh; tried with the settings at
    hand in the place of those of production."""
    settings = tmp_path / "ingest.env"
    settings.write_text("DATABASE_URL='postgresql:///none?host=/nowhere'\n")
    lines = [line for line in CRON.read_text("utf-8").splitlines()
             if line and not line.startswith(("#", "MAILTO="))]
    assert len(lines) == 2
    for line in lines:
        *times, user, command = line.split(maxsplit=6)
        assert len(times) == 5 and all(
            re.fullmatch(r"[0-9*,/-]+", field) for field in times)
        assert user == "autopsy-ingest"
        assert "%" not in command  # which cron takes for a line end
        command = command.replace("/etc/jobautopsy/ingest.env",
                                  shlex.quote(str(settings)))
        command = command.replace("/usr/bin/autopsy-ingest", shlex.quote(
            str(BUILD / "autopsy-ingest")))
        done = subprocess.run(["sh", "-c", command], capture_output=True,
                              text=True, check=False)
        # Settings are read and the command is known: the database is away.
        assert done.returncode == 75, done.stderr
        assert "the database can't be reached" in done.stderr
