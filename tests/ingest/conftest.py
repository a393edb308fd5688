import functools
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.desk import clone, copy_of, published, shared  # noqa: E402
from support.desk import Desk  # noqa: E402
from support.sources import Sources  # noqa: E402


@functools.lru_cache(maxsize=None)
def fed(address):
    """A template: what every source says has been taken in once."""
    desk = Desk(shared(), clone(published()), environment=dict(address))
    desk.fetch()
    return desk.name


@pytest.fixture(scope="session")
def replies():
    server = Sources()
    yield server
    server.stop()


@pytest.fixture
def sources(replies):
    """The servers of all sources, with nothing but good replies yet."""
    replies.reset()
    yield replies
    assert not replies.mistakes, replies.mistakes[0]


@pytest.fixture
def desk(sources, tmp_path):
    """A database with guides, a register and no pay."""
    with copy_of(published(), tmp_path, sources.env()) as made:
        yield made


@pytest.fixture
def fed_desk(sources, tmp_path):
    """A database with what every source says."""
    template = fed(tuple(sources.env().items()))
    with copy_of(template, tmp_path, sources.env()) as made:
        yield made


@pytest.fixture(scope="module")
def steady_desk(replies):
    """The same for tests of what must change nothing."""
    replies.reset()
    template = fed(tuple(replies.env().items()))
    # With a key more requests a day are allowed than without.
    with copy_of(template, environment={
            **replies.env(), "BLS_API_KEY": "steady"}) as made:
        yield made
