"""What the web tests share: a copy of the site, and an edge with a stub."""
import itertools
import pathlib
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "sql")]

from edge_stub import Edge  # noqa: E402
from local_site import COUNTRIES, Site  # noqa: E402
from support.cluster import Cluster  # noqa: E402
from support.worker import Worker, seed  # noqa: E402


@pytest.fixture(scope="session")
def site():
    """One whole copy for all tests that leave it as they found it."""
    copy = Site({"GEOIP_DB": str(COUNTRIES)})
    try:
        yield copy.start()
    finally:
        copy.remove()


@pytest.fixture
def fresh_site():
    """Makes copies for tests that break things: fresh_site(settings, …)."""
    made = []

    def make(settings=None, **how):
        made.append(Site(settings, **how))
        return made[-1]

    yield make
    for copy in made:
        copy.remove()


@pytest.fixture(scope="session")
def _edge():
    edge = Edge()
    yield edge
    edge.stop()


@pytest.fixture
def edge(_edge):
    """nginx as configured by default, with a stub worker that is reset."""
    _edge.worker.reset()
    return _edge


@pytest.fixture(scope="session")
def _proxied_edge():
    edge = Edge(TRUSTED_PROXIES="127.0.0.0/9", COUNTRY_HEADER="CF-IPCountry",
                GEOIP_DB=str(COUNTRIES), LIMIT_EXEMPT="203.0.113.0/24",
                METRICS_ALLOW="198.51.100.7")
    yield edge
    edge.stop()


@pytest.fixture
def proxied_edge(_proxied_edge):
    """The same behind trusted proxies, 127.0 to 127.127, with GeoIP."""
    _proxied_edge.worker.reset()
    return _proxied_edge


_count = itertools.count(1)


@pytest.fixture
def career():
    """A career path that no other test has asked for."""
    return f"/careers/testing/career-{next(_count)}"


@pytest.fixture(scope="session")
def cluster():
    """A database "worker" for autopsy-web without nginx; it may be stopped."""
    made = Cluster().start()
    try:
        seed(made, "worker")
        yield made
    finally:
        made.stop("immediate")


@pytest.fixture
def make(cluster):
    """Makes workers that are not started yet: make(WEB_WORKERS="1")."""
    made = []

    def new(**settings):
        made.append(Worker(DATABASE_URL=cluster.url("worker", "autopsy_web"),
                           **settings))
        return made[-1]

    yield new
    for one in made:
        one.remove()


@pytest.fixture
def web(make):
    return make().start()


@pytest.fixture
def one(make):
    """A single worker, so that it is known who answers."""
    return make(WEB_WORKERS="1").start()
