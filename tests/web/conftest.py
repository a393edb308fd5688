"""What the web tests share: a copy of the site, and an edge with a stub."""
import itertools

import pytest

from edge_stub import Edge
from local_site import COUNTRIES, Site


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
