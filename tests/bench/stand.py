"""All that is measured, on this machine: a copy of the site as it is served,
workers without a memory of replies, their peer, and an edge without a cache
in front of both."""
import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BENCH = Path(__file__).resolve().parent
TOP = BENCH.parents[1]
sys.path[:0] = [str(TOP / "tests" / name) for name in ("", "sql", "web")]

import client  # noqa: E402
from local_site import CAREER, Site, clean_environment  # noqa: E402
from support.worker import Worker  # noqa: E402

PAGE = CAREER + "/us"
API = "/api/v1/careers/backend-developer"


class Stand:
    def __init__(self, sizes=()):
        """sizes: of catalogues that the edge serves from socket(size)."""
        self.directory = Path(tempfile.mkdtemp(prefix="autopsy-bench-"))
        self.ports = {name: client.free_port()
                      for name in ("worker", "peer", "site", *sizes)}
        self.sizes = sizes
        self._ends = contextlib.ExitStack()

    def __enter__(self):
        self._ends.callback(shutil.rmtree, self.directory)
        # Nobody is limited, and nobody writes a line for each request.
        self.site = Site({"LIMIT_EXEMPT": "127.0.0.0/8", "LOG_LEVEL": "warn"},
                         https=False)
        self._ends.callback(self.site.remove)
        try:
            self.site.start()
            self.uncached = self._ends.enter_context(
                self._workers(WEB_CACHE_KB="0"))
            self.peer = self._start_peer()
            self.edge = self._start_edge()
        except BaseException:
            self._ends.close()
            raise
        return self

    def __exit__(self, kind, *_):
        if kind:
            for log in (self.directory / "error.log", self.uncached.log,
                        self.site.state / "nginx/error.log",
                        self.site.state / "log/web.log"):
                print(f"{log}:\n{log.read_text()[-2000:]}", file=sys.stderr)
        self._ends.close()

    @property
    def database(self):
        sockets = (self.site.state / "sockets").resolve()
        return f"postgresql://autopsy_web@/autopsy?host={sockets}"

    def _workers(self, **settings):
        return Worker(DATABASE_URL=self.database, SITE_URL=self.site.url,
                      WEB_WORKERS="4", LOG_LEVEL="warn", **settings)

    def _words(self):
        """What the page's templates see, from a template that shows it."""
        views = shutil.copytree(TOP / "src/views", self.directory / "views")
        (views / "career/page.html").write_text("{{@root}}")
        with self._workers(VIEWS_DIR=str(views)) as workers:
            data = workers.get(PAGE, COUNTRY="", COUNTRY_REASON="").body
        file = self.directory / "words.json"
        file.write_bytes(data)
        return file

    def _start_peer(self):
        return self._launch(TOP / "tests/browser/node", BENCH / "peer.js",
                            self.directory / "peer.sock", self.database,
                            self._words())

    def _start_edge(self):
        values = {
            "STATE": self.directory, "CONF": self.site.state / "conf",
            "WORKER": self.uncached.socket, "SITE": self.site_socket,
            "PEER": self.directory / "peer.sock",
            "USER": f"user {pwd.getpwuid(0).pw_name};" * (os.geteuid() == 0),
            **{f"{name.upper()}_PORT": self.ports[name]
               for name in ("worker", "peer", "site")}}
        text = (BENCH / "nginx.conf.in").read_text().replace(
            "@CATALOGUES@", "".join(map(self._server, self.sizes)))
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        conf = self.directory / "nginx.conf"
        conf.write_text(text)
        return self._launch("nginx", "-e", "stderr", "-c", conf)

    @property
    def site_socket(self):
        return (self.site.state / "sockets").resolve() / "web.sock"

    def socket(self, size):
        return self.directory / f"{size}.sock"

    def _server(self, size):
        return (f"server {{ listen 127.0.0.1:{self.ports[size]} backlog=1024;"
                f' location / {{ fastcgi_pass "unix:{self.socket(size)}"; }} }}'
                "\n\t")

    def _launch(self, *command):
        path = os.environ["PATH"] + ":/usr/sbin"
        started = subprocess.Popen(
            [shutil.which(command[0], path=path), *map(str, command[1:])],
            stdin=subprocess.DEVNULL, stdout=sys.stderr,
            env=clean_environment())
        self._ends.callback(started.wait, 20)
        self._ends.callback(started.terminate)
        return started

    def url(self, name, path):
        return f"http://127.0.0.1:{self.ports[name]}{path}"

    def wait(self):
        """Until each serves; the site does so already."""
        for port in (self.ports["worker"], self.ports["peer"]):
            client.wait_until(lambda: _answers(port), 20)

    def parts(self, edge, backend):
        """Whose CPU a request costs: the first process of each."""
        return {"nginx": edge, "worker": backend,
                "PostgreSQL": self.site.pid("postgresql")}


def _answers(port):
    try:
        return client.get(port, API).status == 200
    except OSError:
        return False
