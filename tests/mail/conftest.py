import pathlib
import ssl
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.smtp_sink import Sink  # noqa: E402
from support.transport import Transport  # noqa: E402


@pytest.fixture
def opened():
    """Opens transports, and closes them before the test ends."""
    made = []

    def open_one(url, *options, **environment):
        made.append(Transport(url, *options, environment=environment))
        return made[-1]

    yield open_one
    for transport in made:
        transport.close()


@pytest.fixture(scope="module")
def steady():
    with Sink() as made:
        yield made


@pytest.fixture
def sink(steady):
    """A sink that has kept nothing yet."""
    steady.drop_all()
    steady.kept.clear()
    steady.seen.clear()
    steady.connections = 0
    return steady


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """For 127.0.0.2, which is this machine, but by no name that is trusted
    without TLS. The file holds key and certificate."""
    path = tmp_path_factory.mktemp("tls") / "relay.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=relay", "-addext", "subjectAltName=IP:127.0.0.2",
         "-keyout", path, "-out", f"{path}.crt"],
        check=True, capture_output=True, timeout=30)
    with open(path, "a", encoding="ascii") as both:
        both.write(pathlib.Path(f"{path}.crt").read_text(encoding="ascii"))
    return path


@pytest.fixture(scope="session")
def tls(certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context
