"""A whole copy of the site, as `make run` starts it."""
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg2

import client

TOP = Path(__file__).resolve().parents[2]
BUILD = TOP / os.environ.get("B", "build")
SCRIPT = str(TOP / "deploy/local/site")
CAREER = "/careers/information-technology/backend-developer"
COUNTRIES = (TOP / "tests/node_modules/@ip-location-db"
             "/iptoasn-country-mmdb/iptoasn-country.mmdb")


class Site:
    """Settings go into the environment of the copy; see `site --help`.

    Nobody is exempt from the page limit here, unlike under `make run`, and
    the workers log what they heard.
    """

    def __init__(self, settings=None, options=(), https=True, state=None):
        self._directory = None
        if state is None:
            self._directory = Path(
                tempfile.mkdtemp(prefix="site-", dir="/var/tmp"))
            self._directory.chmod(0o755)
            state = self._directory / "state"
        self.state = Path(state)
        self.port = client.free_port()
        self.https_port = client.free_port() if https else None
        self.url = f"http://localhost:{self.port}"
        self.https_url = f"https://localhost:{self.https_port}"
        self.settings = {"LIMIT_EXEMPT": "", "LOG_LEVEL": "debug",
                         **(settings or {})}
        self.options = list(options)
        self.process = None

    def command(self, name, *more):
        ports = ["--port", str(self.port)]
        if self.https_port:
            ports += ["--https-port", str(self.https_port)]
        return [SCRIPT, *name.split(), *ports, "--state", str(self.state),
                "--build", str(BUILD), *more]

    def start(self, seconds=90):
        log = open(f"{self.state}.log", "ab")
        self.process = subprocess.Popen(
            self.command("run", *self.options), stdout=subprocess.PIPE,
            stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            preexec_fn=_heed_ctrl_c,
            env={**clean_environment(), **self.settings})
        log.close()
        line = self.process.stdout.readline().decode().strip()
        assert line == self.url, self.words()
        return self

    def words(self):
        """What the script has said so far."""
        return Path(f"{self.state}.log").read_text()

    def run(self, name, *more):
        """Runs another command of the script on this copy."""
        return subprocess.run(
            self.command(name, *more), capture_output=True, text=True,
            timeout=120, env={**clean_environment(), **self.settings})

    @property
    def env(self):
        """The settings for a program beside the copy."""
        pairs = (shlex.split(line)[1].split("=", 1) for line in
                 (self.state / "env").read_text().splitlines())
        return {**clean_environment(), **dict(pairs)}

    def connect(self, _database=None):
        """Its database, in autocommit mode; the caller closes it."""
        link = psycopg2.connect(self.env["DATABASE_URL"])
        link.autocommit = True
        return link

    def pid(self, name):
        # A file is there a moment before the number is in it.
        file = self.state / "pid" / name
        return int(client.wait_until(file.read_text))

    def get(self, path, headers=None, **how):
        return client.get(self.port, path, headers, **how)

    def request(self, method, path, headers=None, body=None, **how):
        return client.request(self.port, method, path, headers, body, **how)

    def raw(self, data, **how):
        return client.raw_request(self.port, data, **how)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
        if self.process:
            self.process.stdout.close()

    def remove(self):
        self.stop()
        self.run("stop")
        if self.state.is_symlink():
            shutil.rmtree(self.state.resolve(), ignore_errors=True)
        if self._directory:
            shutil.rmtree(self._directory)


def _heed_ctrl_c():
    """Tests in the background of a shell inherit that it is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def clean_environment():
    """The environment without what would change a copy."""
    unwanted = ("PG", "DATABASE_URL", "SITE_", "WEB_", "PORT", "HTTPS_PORT",
                "LIMIT_", "GEOIP_", "TRUSTED_", "COUNTRY_", "MAKE", "MFLAGS",
                "MAIL_", "LINK_KEYS_", "EMAIL_PEPPER_")
    return {name: value for name, value in os.environ.items()
            if not name.startswith(unwanted)}
