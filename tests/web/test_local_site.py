"""deploy/local/site: a copy starts, stops, and never blocks the next one."""
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path

import pytest

from client import wait_until
from faults import is_ready
from local_site import SCRIPT, Site, clean_environment

BARE = ("--no-publish",)


def processes(site):
    """(pid, user, program) of all that works inside the state directory."""
    found = []
    inside = str(site.state.resolve())
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            cwd = os.readlink(directory / "cwd")
            owner = pwd.getpwuid(directory.stat().st_uid).pw_name
            name = (directory / "comm").read_text().strip()
        except OSError:
            continue
        if cwd == inside or cwd.startswith(inside + "/"):
            found.append((int(directory.name), owner, name))
    return found


def answers(site):
    try:
        return site.get("/healthz").status == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def _bare_site():
    copy = Site(options=BARE, https=False)
    yield copy
    copy.remove()


@pytest.fixture
def bare_site(_bare_site):
    """One copy for all tests, started again when the last one stopped it."""
    if _bare_site.process is None or _bare_site.process.poll() is not None:
        _bare_site.start()
    assert answers(_bare_site)
    return _bare_site


def test_help_and_misuse():
    done = subprocess.run([SCRIPT, "--help"], capture_output=True, text=True)
    assert done.returncode == 0 and "--no-publish" in done.stdout
    for words in ([], ["dance"], ["run", "--colour"], ["run", "x"],
                  ["run", "--port"], ["run", "--port", "0"],
                  ["run", "--port", "65536"], ["database", "dance"]):
        done = subprocess.run([SCRIPT, *words], capture_output=True, text=True)
        assert done.returncode == 2, words
        assert "Usage:" in done.stderr


def test_term_stops_everything(bare_site):
    sockets = (bare_site.state / "sockets").resolve()
    names = {name for _, _, name in processes(bare_site)}
    assert {"postgres", "autopsy-web", "autopsy-mailer", "nginx"} <= names
    began = time.monotonic()
    bare_site.stop()
    assert bare_site.process.returncode == 0, bare_site.words()
    assert time.monotonic() - began < 15
    assert processes(bare_site) == []
    assert not sockets.exists()
    assert not answers(bare_site)


def test_ctrl_c_reaches_the_script_alone(bare_site):
    os.killpg(bare_site.process.pid, signal.SIGINT)
    bare_site.process.wait(20)
    assert bare_site.process.returncode == 0
    assert "stopping" in bare_site.words()
    assert processes(bare_site) == []


@pytest.mark.parametrize("kill", [os.kill, os.killpg])
def test_a_killed_script_does_not_block_the_next_start(bare_site, kill):
    kill(bare_site.process.pid, signal.SIGKILL)
    bare_site.process.wait()
    began = time.monotonic()
    bare_site.start()
    assert time.monotonic() - began < 10
    assert answers(bare_site)


def test_all_children_stopped_dead_do_not_block_the_next_start(bare_site):
    for pid, _, _ in processes(bare_site):
        if pid != bare_site.process.pid:
            os.kill(pid, signal.SIGSTOP)
    os.kill(bare_site.process.pid, signal.SIGKILL)
    bare_site.process.wait()
    bare_site.start()
    assert "left behind" in bare_site.words()
    assert answers(bare_site)


def test_the_end_of_the_parent_ends_the_copy(fresh_site):
    site = fresh_site(options=BARE, https=False)
    words = " ".join(f"'{word}'" for word in site.command("run", *BARE))
    parent = subprocess.Popen(
        ["bash", "-c", f"{words} >/dev/null 2>&1; true"],
        env=clean_environment(), start_new_session=True)
    wait_until(lambda: (site.state / "env").exists(), 60)
    parent.kill()
    parent.wait()
    wait_until(lambda: processes(site) == [], 20)


def crash(site, name):
    """Ends a program and waits for its successor."""
    before = site.pid(name)
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: site.pid(name) != before, 20)


@pytest.mark.parametrize("name", ["nginx", "web", "mailer", "postgresql"])
def test_what_crashes_is_started_again(bare_site, name):
    crash(bare_site, name)
    wait_until(lambda: answers(bare_site) and is_ready(bare_site), 20)
    assert bare_site.get("/").status == 200


@pytest.mark.parametrize("name", ["nginx", "web", "mailer", "postgresql"])
def test_what_crashes_while_it_starts_is_started_again(bare_site, name):
    for _ in range(3):
        crash(bare_site, name)
    wait_until(lambda: answers(bare_site) and is_ready(bare_site), 30)


def take_the_database_away_and_back(site):
    assert site.run("database stop").returncode == 0
    assert answers(site) and not is_ready(site)
    names = {name for _, _, name in processes(site)}
    assert "postgres" not in names
    assert site.run("database start").returncode == 0
    wait_until(lambda: is_ready(site), 20)
    assert site.process.poll() is None


def test_the_database_can_be_taken_away_and_brought_back(bare_site):
    take_the_database_away_and_back(bare_site)


def test_the_database_can_be_taken_away_again_and_again(bare_site):
    """No stop that was asked for counts as a crash."""
    crashes = bare_site.words().count("is started again")
    for _ in range(3):
        assert bare_site.run("database stop").returncode == 0
        assert bare_site.run("database start").returncode == 0
        wait_until(lambda: is_ready(bare_site), 20)
    assert bare_site.words().count("is started again") == crashes


def test_the_database_can_be_taken_away_while_it_starts(bare_site):
    crash(bare_site, "postgresql")
    take_the_database_away_and_back(bare_site)


def test_a_copy_runs_once(bare_site):
    done = bare_site.run("run", *BARE)
    assert done.returncode == 1
    assert "runs already" in done.stderr and "stop" in done.stderr
    assert answers(bare_site)


def test_a_taken_port_is_told_with_its_owner(fresh_site):
    site = fresh_site(options=BARE, https=False)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", site.port))
        taken.listen()
        done = site.run("run", *BARE)
    assert done.returncode == 1
    assert f"port {site.port} is in use by" in done.stderr
    assert str(os.getpid()) in done.stderr
    assert f"PORT={site.port + 1} make run" in done.stderr
    assert processes(site) == []


def test_two_copies_stand_side_by_side(bare_site, fresh_site):
    other = fresh_site(options=BARE, https=False).start()
    assert answers(bare_site) and answers(other)
    other.stop()
    assert answers(bare_site)


def test_a_half_made_database_is_made_again(fresh_site):
    site = fresh_site(options=BARE, https=False)
    (site.state / "pg.new").mkdir(parents=True)
    (site.state / "pg.new/PG_VERSION").write_text("15\n")
    site.start()
    assert "cut off" in site.words()
    assert not (site.state / "pg.new").exists()


def test_the_data_of_another_postgresql_is_refused(bare_site):
    bare_site.stop()
    (bare_site.state / "pg/PG_VERSION").write_text("13\n")
    done = bare_site.run("run", *BARE)
    assert done.returncode == 1
    assert "PostgreSQL 13" in done.stderr and "--fresh" in done.stderr
    bare_site.options.append("--fresh")
    assert answers(bare_site.start())
    bare_site.options.remove("--fresh")


def test_env_serves_a_program_beside_the_copy(bare_site):
    done = bare_site.run("env")
    assert done.returncode == 0
    asked = subprocess.run(
        ["bash", "-c", 'eval "$1"; psql -XAtc "SELECT current_user" '
         '"$DATABASE_URL"; echo "$SITE_URL"', "-", done.stdout],
        capture_output=True, text=True, env=clean_environment())
    assert asked.stdout.split() == ["autopsy_ops", bare_site.url]
    assert "PORT=" not in done.stdout
    bare_site.stop()
    done = bare_site.run("env")
    assert done.returncode == 1 and "make run" in done.stderr


def test_settings_reach_the_programs(fresh_site):
    site = fresh_site({"CONTACT": "mailto:local@example.org"}, options=BARE,
                      https=False).start()
    assert "local@example.org" in site.get("/.well-known/security.txt").text
    assert site.env["CONTACT"] == "mailto:local@example.org"


def test_a_directory_with_spaces_will_do(fresh_site, tmp_path):
    (tmp_path / "a b").mkdir()
    site = fresh_site(options=BARE, state=tmp_path / "a b" / "the 'state'",
                      https=False)
    assert answers(site.start())


def test_nothing_but_the_script_runs_as_root(bare_site):
    owners = {owner for pid, owner, _ in processes(bare_site)
              if pid != bare_site.process.pid}
    assert len(owners) == 1 and owners != {"root"}


def test_sockets_and_state_are_closed_to_others(bare_site):
    sockets = (bare_site.state / "sockets").resolve()
    for path in (sockets, bare_site.state.resolve()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0, path
    for path in (sockets / "web.sock", sockets / ".s.PGSQL.5432"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0, path
    access = (bare_site.state / "pg/pg_hba.conf").read_text()
    assert access.split() == ["local", "all", "all", "peer", "map=copy"]


def test_a_server_out_of_reach_is_told():
    site = Site({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"},
                https=False)
    try:
        done = site.run("run", *BARE)
        assert done.returncode == 1 and "DATABASE_URL" in done.stderr
    finally:
        site.remove()


def test_another_server_is_used_when_named(bare_site, fresh_site):
    site = fresh_site({"DATABASE_URL": bare_site.env["DATABASE_URL"]},
                      options=BARE, https=False)
    assert answers(site.start())
    assert not (site.state / "pg").exists()


def belongs_to(path):
    return pwd.getpwuid(path.lstat().st_uid).pw_name


def me():
    return pwd.getpwuid(os.geteuid()).pw_name


def run_user():
    """Who the programs of a copy run as."""
    return "www-data" if os.geteuid() == 0 else me()


def disown(*paths):
    """Makes root's paths another user's; an ordinary user can't."""
    for path in paths:
        if os.geteuid() == 0:
            shutil.chown(path, "www-data", "www-data")


def test_what_the_script_goes_by_is_its_own(fresh_site):
    site = fresh_site(options=BARE)
    site.start()
    own = [site.state, site.state / "sockets", site.state / "www"]
    for name in ("bin", "conf", "log", "migrations", "pid", "secrets"):
        own += [site.state / name, *(site.state / name).rglob("*")]
    own += [site.state / name for name in ("env", "lock", "tls.pem", "tls.key")]
    for path in own:
        assert belongs_to(path) == me(), path
        if not path.is_symlink():
            assert path.stat().st_mode & 0o022 == 0, path
    for name in ("pg", "pg/pg_hba.conf", "nginx", "mail", "www/errors"):
        assert belongs_to(site.state / name) == run_user(), name
    assert belongs_to((site.state / "sockets").resolve()) == run_user()


@pytest.mark.parametrize("names", [
    ("env", "env.new", "pid/site", "log/start.log", "log/web.log", "conf",
     "www/favicon.svg", "www/static/manifest", "nginx/tls.key",
     "nginx/country.mmdb", "secrets/link.keys", "mail"),
    ("pg/pg_hba.conf",)])
def test_links_in_the_places_of_files_are_not_followed(fresh_site, names):
    """Whoever took over a worker tries to have a file written."""
    site = fresh_site(options=BARE).start()
    site.stop()
    victim = Path(f"{site.state}.victim")
    victim.write_text("precious")
    as_user = ["setpriv", "--reuid", "www-data", "--regid", "www-data",
               "--clear-groups"] if os.geteuid() == 0 else ["true"]
    for name in names:
        subprocess.run([*as_user, "ln", "-sfn", victim, site.state / name],
                       stderr=subprocess.DEVNULL)
    site.run("start", *BARE)
    site.run("stop")
    assert victim.read_text() == "precious"
    assert belongs_to(victim) == me()


def test_a_number_in_a_pid_file_kills_no_other(bare_site):
    true_pid = (bare_site.state / "pid/site").read_text()
    bystander = subprocess.Popen(["sleep", "100"])
    try:
        for name, command in (("site", "stop"),
                              ("postgresql", "database stop")):
            file = bare_site.state / "pid" / name
            before = file.read_text()
            file.write_text(f"{bystander.pid}\n")
            done = bare_site.run(command)
            file.write_text(before)
            assert done.returncode == 1, command
            assert bystander.poll() is None, command
    finally:
        bystander.kill()
        bystander.wait()
    assert bare_site.pid("site") == int(true_pid)
    assert answers(bare_site)


def test_start_waits_for_the_page_after_a_killed_run(fresh_site):
    site = fresh_site(options=BARE, https=False).start()
    os.kill(site.process.pid, signal.SIGKILL)
    site.process.wait()
    done = site.run("start", *BARE)
    assert done.returncode == 0 and site.url in done.stdout
    assert answers(site)


@pytest.mark.parametrize("command", ["run", "stop", "env", "status"])
def test_a_state_that_another_user_made_is_refused(fresh_site, command):
    site = fresh_site(options=BARE, https=False)
    victim = Path(f"{site.state}.victim")
    victim.mkdir()
    victim.chmod(0o755)
    site.state.symlink_to(victim)
    if os.geteuid() == 0:
        os.chown(site.state, 65534, 65534, follow_symlinks=False)
        done = site.run(command)
        assert done.returncode == 1
        assert "a link that nobody made: say --state" in done.stderr
        assert belongs_to(victim) == "root"
        assert stat.S_IMODE(victim.stat().st_mode) == 0o755
        site.state.unlink()
        site.state.mkdir()
        os.chown(site.state, 65534, 65534)
    else:
        site.state.unlink()
        site.state.symlink_to("/root")
    done = site.run(command)
    assert done.returncode == 1
    assert "belongs to" in done.stderr and "--state" in done.stderr
    site.state.unlink() if site.state.is_symlink() else site.state.rmdir()


def test_a_state_of_an_earlier_version_is_taken_over(bare_site):
    """The copy's user had all of it; only the database is kept."""
    def ask():
        return subprocess.run(
            ["psql", "-XAtc", "SELECT system_identifier FROM"
             " pg_control_system()", bare_site.env["DATABASE_URL"]],
            check=True, capture_output=True, text=True).stdout

    before = ask()
    bare_site.stop()
    (bare_site.state / "env").write_text("echo evil\n")
    (bare_site.state / "evil").touch()
    disown(bare_site.state, *bare_site.state.iterdir())
    if os.geteuid() == 0:
        done = bare_site.run("env")
        assert (done.returncode, done.stdout) == (1, "")
        assert "earlier version" in done.stderr
    bare_site.start()
    assert (bare_site.state / "evil").exists() == (os.geteuid() != 0)
    assert belongs_to(bare_site.state) == me()
    assert belongs_to(bare_site.state / "pg") == run_user()
    assert ask() == before


def test_the_words_of_start_go_through_no_link(fresh_site):
    site = fresh_site(options=BARE, https=False)
    victim = Path(f"{site.state}.victim")
    victim.write_text("precious")
    Path(f"{site.state}.out").symlink_to(victim)
    assert site.run("start", *BARE).returncode == 0
    assert victim.read_text() == "precious"


def test_parameters_stay_out_of_the_log_of_postgresql(bare_site):
    done = subprocess.run(
        ["psql", "-XAtc", "SHOW log_parameter_max_length",
         bare_site.env["DATABASE_URL"]], capture_output=True, text=True)
    assert done.stdout == "0\n"
