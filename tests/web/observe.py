"""What a copy of the site has done: its workers' log, its cache, its edge."""
import contextlib
import json
import os
import re
import signal
import struct
import subprocess

from client import wait_until

CACHE_FORMAT = 5  # of the files that nginx 1.22 keeps pages in


def _lines(file):
    """Those that are whole: the last one may still be under way."""
    return file.read_text().split("\n")[:-1]


def heard(site, reply):
    """What a worker logged of the request that got this reply, or None.

    Workers log before they answer: once there is a reply, its lines are
    there, or the request has not reached them.
    """
    number = reply.headers["X-Request-Id"]
    return _requests(site, f'"req":"{number}"').get(number)


def heard_of(site, path):
    """All that workers have answered on a path, oldest first."""
    found = _requests(site, '"event":"request')
    return [r for r in found.values() if r.get("path") == path]


def _requests(site, text):
    found = {}
    for line in _lines(site.state / "log/web.log"):
        if text in line:
            fields = json.loads(line)
            if fields["event"] in ("request", "request.detail"):
                found.setdefault(fields.get("req"), {}).update(fields)
    return found


def logged(site, reply):
    """The line of the access log for a reply."""
    return wait_until(lambda: _access_lines(site).get(
        reply.headers["X-Request-Id"]), pause=0.01)


def _access_lines(site):
    log = site.state / "nginx/access.log"
    # nginx writes a second late, but at once when told to reopen its logs.
    os.kill(site.pid("nginx"), signal.SIGUSR1)
    lines = [json.loads(line) for line in _lines(log)]
    return {line["req"]: line for line in lines}


def nginx_alerts(site):
    """What nginx has said of its own state, such as that a worker died."""
    text = (site.state / "nginx/error.log").read_text()
    return re.findall(r".*\[(?:crit|alert|emerg)\].*", text)


def _entries(site):
    for file in (site.state / "nginx/cache").rglob("*"):
        try:
            head = file.read_bytes()[:2000] if file.is_file() else b""
        except FileNotFoundError:
            continue
        if found := re.search(rb"\nKEY: ([^\n]*)\n", head):
            yield found[1].decode(), file


def cached_keys(site, path=None):
    """The keys of what nginx keeps, of one path or of all."""
    return {key for key, _ in _entries(site)
            if path in (None, key.split("|")[0])}


def forget(site, path):
    """Takes out of the cache what nginx keeps of a path."""
    for key, file in _entries(site):
        if key.split("|")[0] == path:
            file.unlink(missing_ok=True)


def kept(site, address, headers=None):
    """The reply that the cache gives, once it has one."""
    def hit():
        reply = site.get(address, headers)
        return reply if reply.headers["X-Cache"] == "HIT" else None

    return wait_until(hit)


def age(site, path, seconds):
    """Makes what nginx keeps of a path so much older.

    A file begins with its format, and the time until which it is fresh.
    """
    files = [file for key, file in _entries(site)
             if key.split("|")[0] == path]
    assert files, f"nginx keeps nothing of {path}"
    for file in files:
        with open(file, "r+b") as entry:
            version, fresh_until = struct.unpack("=QQ", entry.read(16))
            assert version == CACHE_FORMAT
            entry.seek(8)
            entry.write(struct.pack("=Q", fresh_until - seconds))


@contextlib.contextmanager
def queries(site):
    """Tells meanwhile how often a named query has reached the database."""
    log = site.state / "log/postgresql.log"
    start = log.stat().st_size

    def log_statements(change):
        url = site.env["DATABASE_URL"].replace("autopsy_ops@", "postgres@")
        subprocess.run(["psql", "-Xqo", "/dev/null", url, "-c", change,
                        "-c", "SELECT pg_reload_conf()"], check=True)

    log_statements("ALTER SYSTEM SET log_statement = 'all'")
    try:
        yield lambda name: log.read_bytes()[start:].count(
            f" execute {name}:".encode())
    finally:
        log_statements("ALTER SYSTEM RESET log_statement")


def own_error(site, status, kind="html"):
    """The page that nginx has for an error of its own."""
    return (site.state / f"www/errors/{status}.{kind}").read_text()


def asset(site, name):
    """The address of a built asset, with the hash of its content."""
    manifest = (site.state / "www/static/manifest").read_text()
    return "/static/" + dict(
        line.split(" ") for line in manifest.splitlines())[name]


def configuration(site):
    """The whole configuration, as nginx reads it."""
    owner = (site.state / "nginx").stat()
    more = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
    return subprocess.run(
        ["nginx", "-T", "-q", "-e", "/dev/null", "-c",
         str(site.state / "conf/nginx.conf")],
        check=True, capture_output=True, text=True,
        env={"PATH": os.environ["PATH"] + ":/usr/sbin"},
        **(more if os.geteuid() == 0 else {})).stdout
