import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.schema import empty_site  # noqa: E402


@pytest.fixture
def database():
    with empty_site() as site:
        yield site
