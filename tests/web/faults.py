"""What can happen to the parts of a copy, each undone at the end."""
import contextlib
import os
import signal
import subprocess

from client import at_once, connections, wait_until

WORKERS = 4  # unless WEB_WORKERS says otherwise


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(word) for word in file.read().split()]


def workers(site):
    return children(site.pid("web"))


def is_ready(site):
    return site.get("/readyz", client="127.0.0.1").status == 200


def kill_workers(site):
    """Returns when there are new ones, which remember no page."""
    old = set(workers(site))
    for pid in old:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: len(set(workers(site)) - old) == WORKERS)


def _send(number, pids):
    for pid in pids:
        # One that was at its end already is gone when its parent goes on.
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


@contextlib.contextmanager
def _stopped(pids):
    _send(signal.SIGSTOP, pids)
    try:
        yield
    finally:
        _send(signal.SIGCONT, pids)


def hung_workers(site):
    return _stopped(workers(site))


def stampede(site, address, clients=64):
    """The replies to so many who ask before a worker answers anybody."""
    with hung_workers(site):
        collect = at_once(clients, lambda: site.get(address))
        wait_until(lambda: connections(site.port) >= clients)
    return collect()


@contextlib.contextmanager
def hung_database(site):
    postmaster = site.pid("postgresql")
    with _stopped([postmaster, *children(postmaster)]):
        yield
    wait_until(lambda: is_ready(site))


@contextlib.contextmanager
def dead_workers(site):
    """Nobody listens, and nobody starts them again."""
    with _stopped([site.pid("site")]):
        for pid in [site.pid("web"), *workers(site)]:
            # Workers end by themselves too when their master is gone.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        yield
    wait_until(lambda: is_ready(site))


@contextlib.contextmanager
def database_away(site):
    assert site.run("database stop").returncode == 0
    try:
        yield
    finally:
        assert site.run("database start").returncode == 0
    wait_until(lambda: is_ready(site))


@contextlib.contextmanager
def failing_queries(site):
    """Documents can't be read, so that a page is an error of the worker."""
    def ask(sql):
        subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-c",
                        "SET ROLE autopsy_owner", "-c", sql,
                        site.env["DATABASE_URL"]], check=True)

    ask("REVOKE SELECT ON catalog.document FROM autopsy_web")
    try:
        yield
    finally:
        ask("GRANT SELECT ON catalog.document TO autopsy_web")
