"""A private PostgreSQL for tests: its own data, its own socket, no port.

    cluster = shared()              # one a test run, stopped at its end
    cluster.createdb("shop")        # with the roles of deploy/roles.sql
    cluster.psql("shop", "SELECT 1")

PostgreSQL refuses to run as root, so root hands it to another user.
Sessions come in by peer: the users of this machine that the tests run as
may be any of the cluster's roles.
"""
import atexit
import functools
import getpass
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

import psycopg2

ROOT = pathlib.Path(__file__).resolve().parents[2]
SUPERUSER = "postgres"
ROLES = (SUPERUSER, "autopsy_ops", "autopsy_web", "autopsy_ingest",
         "autopsy_mailer")
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "autovacuum": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


def bindir():
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"),
                   key=lambda p: int(p.parts[-3]))
    if not found:
        raise RuntimeError("PostgreSQL is not installed")
    return found[-1].parent


def server_user():
    """Who the server runs as: None is whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise RuntimeError("no user to run PostgreSQL as")


def quickest_home():
    """In memory, where there is plenty: a database is made ten times as
    fast there, and tests make hundreds."""
    memory = pathlib.Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) \
            and shutil.disk_usage(memory).free > 4 << 30:
        return memory
    return "/tmp"


class Cluster:
    def __init__(self, settings=None, place=None):
        self.place = place or quickest_home()
        self.bin = bindir()
        self.user = server_user()
        self.settings = dict(SETTINGS, **(settings or {}))
        self.home = None
        self.process = None

    @property
    def socket(self):
        return str(self.home)

    @property
    def data(self):
        return self.home / "data"

    def start(self):
        # Short: the path of a Unix socket ends after 107 bytes.
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="ja-pg-",
                                                  dir=self.place))
        self.home.chmod(0o755)
        if self.user:
            shutil.chown(self.home, self.user)
        self._run_as_server("initdb", "-D", self.data, "-U", SUPERUSER,
                            "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
                            "--auth=peer")
        self._configure()
        return self.up()

    def pid(self):
        """Of the first process of the server."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def up(self):
        self._run_as_server("pg_ctl", "-D", self.data, "-w", "-t", "30",
                            "-l", self.home / "log", "start")
        return self

    def down(self, mode="fast"):
        """Stops the server; up() brings it back with its data."""
        self._run_as_server("pg_ctl", "-D", self.data, "-w", "-m", mode,
                            "stop")

    def stop(self, mode="fast"):
        if not self.home:
            return
        try:
            self._run_as_server("pg_ctl", "-D", self.data, "-w", "-m", mode,
                                "stop")
        finally:
            shutil.rmtree(self.home, ignore_errors=True)
            self.home = None

    def url(self, database, user="autopsy_ops"):
        return f"postgresql:///{database}?host={self.socket}&user={user}"

    def connect(self, database="postgres", user=SUPERUSER):
        """A psycopg2 connection in autocommit mode; the caller closes it."""
        connection = psycopg2.connect(self.url(database, user))
        connection.autocommit = True
        return connection

    def psql(self, database, sql=None, *, file=None, user=SUPERUSER,
             variables=None, role=None):
        """Rows as text, cells joined by |; raises when a statement fails."""
        command = [self.bin / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1",
                   "-d", self.url(database, user)]
        for name, value in (variables or {}).items():
            command += ["-v", f"{name}={value}"]
        if role:
            command += ["-c", f"SET ROLE {role}"]
        command += ["-f", file] if file else ["-c", sql]
        done = subprocess.run(command, capture_output=True, text=True,
                              timeout=60, check=False)
        if done.returncode:
            raise RuntimeError(f"psql: {done.stderr}")
        return done.stdout.rstrip("\n")

    def createdb(self, name, roles=True):
        self.psql("postgres", f'CREATE DATABASE "{name}"')
        if roles:
            self.psql("postgres", file=ROOT / "deploy/roles.sql",
                      variables={"database": name})
        return name

    def dropdb(self, name):
        self.psql("postgres",
                  f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def schema(self, database):
        """The schema as pg_dump writes it, without what differs by run."""
        done = subprocess.run(
            [self.bin / "pg_dump", "-s", "-d", self.url(database, SUPERUSER)],
            capture_output=True, text=True, timeout=60, check=True)
        return [line for line in done.stdout.splitlines()
                if line and not line.startswith(
                    ("--", "\\restrict", "\\unrestrict"))]

    def _configure(self):
        with open(self.data / "postgresql.conf", "a",
                  encoding="utf-8") as conf:
            conf.write(f"unix_socket_directories = '{self.socket}'\n")
            for name, value in self.settings.items():
                conf.write(f"{name} = '{value}'\n")
        (self.data / "pg_hba.conf").write_text(
            "local all all peer map=tests\n"
            "local replication all peer map=tests\n", encoding="utf-8")
        people = {getpass.getuser(), self.user or getpass.getuser()}
        people.add(pwd.getpwuid(os.geteuid()).pw_name)
        (self.data / "pg_ident.conf").write_text(
            "".join(f"tests {who} {role}\n" for who in sorted(people)
                    for role in ROLES), encoding="utf-8")

    def _run_as_server(self, program, *arguments):
        extra = {}
        if self.user:
            entry = pwd.getpwnam(self.user)
            extra = {"user": entry.pw_uid, "group": entry.pw_gid,
                     "extra_groups": []}
        with open(self.home / f"{program}.out", "w+b") as out:
            done = subprocess.run(
                [self.bin / program, *arguments], stdin=subprocess.DEVNULL,
                stdout=out, stderr=subprocess.STDOUT, cwd=self.home,
                timeout=60, check=False, **extra)
            if done.returncode:
                out.seek(0)
                text = out.read().decode(errors="replace")
                raise RuntimeError(f"{program}: {text}")


@functools.lru_cache(maxsize=None)
def shared():
    """The cluster of this test run, started when it is first asked for."""
    cluster = Cluster().start()
    atexit.register(cluster.stop)
    return cluster
