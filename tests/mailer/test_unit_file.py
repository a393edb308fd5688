"""The service that ops install."""
import os
import re
import shlex
import socket
import subprocess

from support.desk import BUILD, ROOT
from support.smtp_sink import Sink
from support.worker import wait_until

UNIT = ROOT / "deploy" / "systemd" / "autopsy-mailer.service"
MOST_EXPOSED = 1.5


def analyse(*arguments):
    done = subprocess.run(["systemd-analyze", *arguments], text=True,
                          capture_output=True, check=False,
                          env={**os.environ, "SYSTEMD_PAGER": ""})
    return done.returncode, done.stdout + done.stderr


def options(name):
    return re.findall(f"^{name}=(.*)$", UNIT.read_text("utf-8"), re.M)


def seconds(name):
    number, unit = re.fullmatch("([0-9]+)(min)?", options(name)[0]).groups()
    return int(number) * (60 if unit else 1)


def test_the_unit_is_what_systemd_reads(tmp_path):
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text("utf-8").replace(
        "/usr/bin/autopsy-mailer", str(BUILD / "autopsy-mailer")), "utf-8")
    assert analyse("verify", unit) == (0, "")


def test_the_worker_may_do_little():
    _, words = analyse("security", "--offline=true", UNIT)
    level = re.search(r"exposure level for \S+ ([0-9.]+)", words)
    assert float(level[1]) <= MOST_EXPOSED, words


def test_the_mail_in_hand_has_time_to_end():
    # A relay may take ten minutes for the reply to a text.
    assert seconds("TimeoutStopSec") >= 630
    assert 10 <= seconds("WatchdogSec") <= 120


def test_keys_are_passed_as_credentials(desk, tmp_path):
    """Started as the unit says, with what systemd would make of it."""
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    loaded = dict(one.split(":") for one in options("LoadCredential"))
    for name, source in loaded.items():
        kept = "keys" if "keys" in source else "pepper"
        (credentials / name).write_bytes((desk.home / kept).read_bytes())
        (credentials / name).chmod(0o400)
    env = {name: value for name, value in desk.settings.items()
           if not name.endswith("_FILE")}
    for line in options("Environment"):
        name, value = line.split("=", 1)
        env[name] = value.replace("%d", str(credentials))
    assert set(loaded) == {os.path.basename(value)
                           for name, value in env.items()
                           if name.endswith("_FILE")}
    with Sink() as sink, socket.socket(socket.AF_UNIX,
                                       socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + str(tmp_path))
        systemd.settimeout(20)
        (start,) = options("ExecStart")
        command = start.replace("/usr/bin/", f"{BUILD}/")
        worker = subprocess.Popen(
            shlex.split(command), stderr=subprocess.PIPE, env={
                **env, "MAIL_URL": sink.url,
                "NOTIFY_SOCKET": f"@{tmp_path}",
                "WATCHDOG_USEC": str(seconds("WatchdogSec") * 1000000)})
        try:
            assert systemd.recv(99) == b"READY=1"
            number = desk.confirm()
            desk.told()
            desk.becomes(number, "sent")
            assert systemd.recv(99) == b"WATCHDOG=1"
        finally:
            worker.terminate()
            _, words = worker.communicate(timeout=60)
        assert worker.returncode == 0, words
        wait_until(lambda: systemd.recv(99) == b"STOPPING=1")
