"""README's chapter "Sign up and get a mail" does what it says, word for word."""
import os
import re
import shutil
import subprocess

import pytest

from client import wait_until
from local_site import TOP, Site, clean_environment
from test_local_mail import ask

CHAPTER = "Sign up and get a mail"


def chapter():
    text = (TOP / "README.md").read_text().split(f"## {CHAPTER}\n")[1]
    return text.split("\n## ")[0]


def blocks():
    """What is to be typed, a block each."""
    found = re.findall("```sh\n(.*?)```", chapter(), re.S)
    assert len(found) == 4
    return found


@pytest.fixture
def copy():
    """Where the commands look for it: below build/run."""
    site = Site(https=False)
    site.state = TOP / "build/run" / str(site.port)
    site.state.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield site.start()
    finally:
        site.remove()
        shutil.rmtree(TOP / "build/try", ignore_errors=True)
        shutil.rmtree(site.state, ignore_errors=True)
        for file in site.state.parent.glob(f"{site.port}*"):
            file.unlink()


def typed(site, block):
    """What a terminal at the top of the tree says to it."""
    done = subprocess.run(
        ["bash", "-euc", 'eval "$(make -s env)"\n' + block], cwd=TOP,
        text=True, capture_output=True, timeout=60,
        env={**clean_environment(), "PORT": str(site.port)})
    assert done.returncode == 0, (block, done.stdout, done.stderr)
    return done.stdout


def mails(site, word):
    """The printed mails, once the word is in them."""
    return wait_until(lambda: word in site.run("mails").stdout
                      and site.run("mails").stdout, 30)


def state(site):
    return ask(site, "SELECT state FROM mail.reader"
               " WHERE email = 'ada@example.org'")


def test_a_newcomer_signs_up_is_told_and_leaves(copy):
    sign_up, confirm, publish, leave = blocks()
    typed(copy, sign_up)
    assert "To: <ada@example.org>" in mails(copy, "/subscribe/confirm/")
    assert state(copy) == ""
    typed(copy, confirm)
    assert state(copy) == "active"

    said, = re.findall("`(published .*?)`", chapter().replace("\n", " "))
    assert typed(copy, publish) == f"{said}\n"
    notice = mails(copy, "/unsubscribe/").split("-" * 72 + "\n")[-1]
    assert "Subject: New career guide: Data Engineer\n" in notice
    page = f"{copy.url}/careers/information-technology/data-engineer"
    assert f"\n{page}\n" in notice
    assert copy.get(page.removeprefix(copy.url)).status == 200

    assert "You are unsubscribed." in typed(copy, leave)
    assert state(copy) == "unsubscribed"
    assert os.listdir(copy.state / "mail/tmp") == []
