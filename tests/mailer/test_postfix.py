"""Postfix's own tools read the configuration that is shipped for it."""
import functools
import os
import pathlib
import re
import subprocess

import pytest

from support.desk import BUILD
from test_bounce import address_of, report_of

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "deploy/postfix"


@functools.lru_cache(maxsize=None)
def postfix():
    """Postfix's directory; it is not installed, for it would be started."""
    done = subprocess.run([ROOT / "tests/support/unpack", "postfix"],
                          stdout=subprocess.PIPE, text=True, check=True,
                          timeout=300)
    return pathlib.Path(done.stdout.strip())


class Installed:
    """The files where Postfix looks for them, as their heads say."""

    def __init__(self, home):
        self.home = home
        self.write((SHIPPED / "main.cf").read_text(),
                   (SHIPPED / "master.cf").read_text())

    def write(self, main, master):
        debian = postfix() / "usr/share/postfix/master.cf.dist"
        # Users of a package that is not installed.
        (self.home / "main.cf").write_text(
            main + "mail_owner = daemon\nsetgid_group = staff\n")
        (self.home / "master.cf").write_text(debian.read_text() + master)
        # A file that was just written is waited for until it settles.
        for name in ("main.cf", "master.cf"):
            os.utime(self.home / name, (1, 1))

    def tool(self, name, *arguments):
        home = postfix()
        done = subprocess.run(
            [home / "usr/sbin" / name, "-c", self.home, *arguments],
            capture_output=True, text=True, check=False, timeout=60,
            env={**os.environ, "LD_LIBRARY_PATH": str(home / "libraries")})
        return done.stdout.strip(), done.stderr.strip()

    def value(self, name):
        words, complaint = self.tool("postconf", "-hx", name)
        assert not complaint
        return words

    def look_up(self, table, address):
        words, complaint = self.tool("postmap", "-q", address,
                                     self.value(table))
        assert not complaint
        return words


@pytest.fixture
def installed(tmp_path):
    return Installed(tmp_path)


@pytest.mark.parametrize("part", ["-n", "-M", "-P"])
def test_configuration_is_read_without_a_word(installed, part):
    """Of a parameter that it does not know or use, Postfix warns."""
    words, complaint = installed.tool("postconf", part)
    assert words and not complaint


def test_a_slip_would_be_noticed(installed):
    installed.write((SHIPPED / "main.cf").read_text() + "relay_domain = x\n",
                    "")
    assert "unused parameter: relay_domain=x" in (
        installed.tool("postconf", "-n")[1])


@pytest.mark.parametrize("address, is_ours", [
    (address_of(1), True), (address_of(2 ** 62).upper(), True),
    ("b+1@example.org", False), ("b@example.org", False),
    ("news@example.org", False), ("x" + address_of(1), False),
    (address_of(1).replace("@", "a@"), False),
    (address_of(1).replace("b+", "b+="), False)])
def test_from_outside_only_addresses_of_bounces_are_taken(installed, address,
                                                          is_ours):
    found = installed.look_up("relay_recipient_maps", address)
    assert found == ("OK" if is_ours else "")


def test_strangers_can_send_nothing_through_it(installed):
    assert installed.value("smtpd_relay_restrictions") == (
        "permit_mynetworks, reject_unauth_destination")
    assert installed.value("mynetworks") == "127.0.0.0/8 [::1]/128"
    assert installed.value("mydestination") == ""
    assert installed.value("relay_domains") == installed.value("myhostname")
    assert installed.value("milter_default_action") == "tempfail"


def test_postmaster_is_somebody(installed):
    for name in ("postmaster", "abuse"):
        assert installed.look_up(
            "virtual_alias_maps", f"{name}@mail.jobautopsy.example") == (
                "postmaster@jobautopsy.example")


def test_socket_is_that_of_the_signer(installed):
    conf = (ROOT / "deploy/opendkim/opendkim.conf").read_text()
    path = re.search("(?m)^Socket local:/var/spool/postfix/(.*)$", conf)[1]
    assert installed.value("smtpd_milters") == f"unix:{path}"


def test_the_service_does_what_the_mailer_takes(installed, desk):
    """Its line, as Postfix would run it for a report."""
    service = installed.value("relay_transport")
    words, _ = installed.tool("postconf", "-M", f"{service}/unix")
    given, _ = installed.tool("postconf", "-P",
                              f"{service}/unix/export_environment")
    one_by_one = f"{service}_destination_recipient_limit"
    assert installed.value(one_by_one) == "1"
    number = desk.notice()
    command = re.search("argv=(.*)$", words)[1].replace(
        "${recipient}", address_of(number)).split()
    assert command[0] == "/usr/bin/autopsy-mailer"
    names = re.findall("([A-Z_]+)=", given)
    assert {"DATABASE_URL", "LINK_KEYS_FILE", "MAIL_DOMAIN"} <= set(names)
    done = subprocess.run(
        [BUILD / "autopsy-mailer", *command[1:]], capture_output=True,
        input=report_of("postfix-gone"), check=False, timeout=60,
        env={name: desk.settings[name] for name in names if name != "LANG"})
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.endswith(b"hard 5.1.1: recorded\n")
