"""With B=build-asan the programs under test carry ASan and UBSan.

What these find is written into files, since a program's own messages and exit
status are what many tests look at, and a worker that dies is replaced. A test
that leaves such a file has failed, and so has a run.
"""
import os
import pathlib
import shutil
import tempfile

import pytest

TOP = pathlib.Path(__file__).resolve().parents[1]
BUILD = TOP / os.environ.get("B", "build")
IS_SANITIZED = BUILD.name == "build-asan"
REPORTS = pathlib.Path(tempfile.mkdtemp(prefix="ja-reports-", dir="/tmp"))
REPORTS.chmod(0o1777)  # the programs run as several users
if IS_SANITIZED:
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        os.environ[name] = (
            f"log_path={REPORTS}/report:print_stacktrace=1:"
            "detect_stack_use_after_return=1:strict_string_checks=1")


def pytest_configure(config):
    config.addinivalue_line("markers", "as_shipped: measures memory, which "
                            "the sanitizers change")


def pytest_sessionstart(session):
    if IS_SANITIZED:
        for name in ("web", "ctl", "ingest"):
            program = (BUILD / f"autopsy-{name}").read_bytes()
            assert b"__asan_init" in program, f"make B={BUILD.name} SAN=1"


def pytest_collection_modifyitems(config, items):
    dropped = [item for item in items
               if IS_SANITIZED and item.get_closest_marker("as_shipped")]
    items[:] = [item for item in items if item not in dropped]
    config.hook.pytest_deselected(items=dropped)


def reports():
    return {file.name: file.read_text() for file in REPORTS.iterdir()}


@pytest.fixture(autouse=True)
def no_report():
    before = reports()
    yield
    new = [text for name, text in reports().items() if name not in before]
    assert not new, "\n".join(new)


def pytest_sessionfinish(session):
    """What was started for several tests ends after the last of them."""
    found = reports()
    shutil.rmtree(REPORTS)
    if found:
        print("\n".join(["", *found.values()]))
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
