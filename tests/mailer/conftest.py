import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "sql"))

from support.desk import copy_of, published  # noqa: E402
from support.mailer import Mailer  # noqa: E402
from support.smtp_sink import Sink  # noqa: E402


@pytest.fixture
def desk(tmp_path):
    """A queue that is empty, and nowhere to send mails to."""
    with copy_of(published(), tmp_path, kind=Mailer) as made:
        yield made


@pytest.fixture
def sink(desk):
    """A relay that has kept nothing yet, where the desk's mails go."""
    with Sink() as made:
        desk.url = made.url
        yield made
