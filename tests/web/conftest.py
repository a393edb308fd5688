"""What the web tests share: copies of the site, and addresses of their own."""
import itertools
import pathlib
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "sql")]

from evidence import fetch  # noqa: E402
from local_site import CAREER, COUNTRIES, Site  # noqa: E402
from observe import forget  # noqa: E402
from people import People  # noqa: E402
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


@pytest.fixture(scope="session")
def mailing():
    """A copy where people sign up."""
    copy = Site({"MAIL_RATE": "0"})
    try:
        yield People(copy.start())
    finally:
        copy.remove()


@pytest.fixture
def people(mailing):
    """Those of the copy; what others did counts against nobody."""
    mailing.forget_counts()
    return mailing


@pytest.fixture(scope="session")
def fetched():
    """A copy where sources were fetched, beside the snapshot it has."""
    copy = Site()
    try:
        fetch(copy.start())
        yield copy
    finally:
        copy.remove()


@pytest.fixture(scope="session")
def proxied_site():
    """A copy behind trusted proxies, which are 127.0 to 127.127."""
    copy = Site({"GEOIP_DB": str(COUNTRIES), "TRUSTED_PROXIES": "127.0.0.0/9",
                 "COUNTRY_HEADER": "CF-IPCountry",
                 "LIMIT_EXEMPT": "203.0.113.0/24",
                 "METRICS_ALLOW": "198.51.100.7"},
                options=["--no-publish"], https=False)
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


_count = itertools.count(1)


@pytest.fixture
def nothing():
    """An address that no other test has asked for, without a page."""
    return f"/nothing-{next(_count)}"


_unseen = itertools.product("my sg ph th id vn in au nz gb de nl ca ae".split(),
                            ("junior", "mid", "senior", "manager"))


@pytest.fixture
def unseen(site):
    """A career page that nginx does not keep: path and query."""
    country, level = next(_unseen)
    forget(site, f"{CAREER}/{country}")
    return f"{CAREER}/{country}?level={level}"


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
