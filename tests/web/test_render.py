"""nginx/render: what it makes, and what is wrong with its settings."""
import os
import subprocess

import pytest

from local_site import TOP

GOOD = {"SITE_HOST": "www.example.org", "WEB_SOCKET": "/run/web.sock",
        "NGINX_STATE": "/var/lib/x", "STATIC_ROOT": "/usr/share/x",
        "ERROR_PAGES": "/usr/share/x/e"}
WHAT = {"SITE_HOST": "public host name", "WEB_SOCKET": "the worker's socket",
        "NGINX_STATE": "directory of cache, logs, pid, temporary files",
        "STATIC_ROOT": "directory that holds static/ and favicon.svg",
        "ERROR_PAGES": "directory of `autopsy-ctl error-pages`",
        "TLS_CERTIFICATE": "file of the certificate",
        "TLS_CERTIFICATE_KEY": "file of its private key"}


def render(*arguments, **settings):
    return subprocess.run(
        [TOP / "nginx/render", *arguments], capture_output=True, text=True,
        env={"PATH": os.environ["PATH"], **settings})


def test_all_that_is_missing_is_said_at_once(tmp_path):
    done = render(tmp_path / "conf", HTTPS_LISTEN="443")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"nginx/render: {name} is missing: {what}"
        for name, what in WHAT.items()]
    assert not (tmp_path / "conf").exists()


def test_all_that_is_bad_is_said_at_once(tmp_path):
    done = render(tmp_path / "conf", **{
        **GOOD, "SITE_HOST": "a;b", "STATIC_ROOT": "relative",
        "HTTP_LISTEN": "80 evil;", "LIMIT_EXEMPT": "x y",
        "COUNTRY_HEADER": "a b"})
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "nginx/render: SITE_HOST has a value that can't be used: 'a;b':"
        " public host name",
        "nginx/render: SITE_HOSTS has a value that can't be used: 'a;b':"
        " all host names served (default: SITE_HOST)",
        "nginx/render: STATIC_ROOT has a value that can't be used:"
        " 'relative': directory that holds static/ and favicon.svg",
        "nginx/render: HTTP_LISTEN holds 'evil;', which is no address",
        "nginx/render: COUNTRY_HEADER is believed from TRUSTED_PROXIES only:"
        " set both",
        "nginx/render: COUNTRY_HEADER has a value that can't be used: 'a b':"
        " header with the visitor's country, from them only",
        "nginx/render: LIMIT_EXEMPT holds 'x', which is no address",
        "nginx/render: LIMIT_EXEMPT holds 'y', which is no address"]
    assert not (tmp_path / "conf").exists()


@pytest.mark.parametrize("settings", [
    {"SITE_HOST": ""}, {"SITE_HOST": "a;b"}, {"SITE_HOST": "a b"},
    {"SITE_HOSTS": "a; return 200"}, {"WEB_SOCKET": "relative"},
    {"WEB_SOCKET": '/a"; evil "'}, {"STATIC_ROOT": "/a$host"},
    {"ERROR_PAGES": "/a\nb"}, {"HTTP_LISTEN": "80; evil"},
    {"NGINX_USER": "a b"}, {"NGINX_PROCESSES": "0"},
    {"TRUSTED_PROXIES": "evil;"}, {"LIMIT_EXEMPT": "1.2.3.4;"},
    {"METRICS_ALLOW": "all"}, {"COUNTRY_HEADER": "CF-IPCountry"},
    {"TRUSTED_PROXIES": "10.0.0.1", "COUNTRY_HEADER": "a;b"},
    {"TRUSTED_PROXIES": "10.0.0.1", "REAL_IP_HEADER": "a b"},
    {"HTTPS_LISTEN": "443"}, {"GEOIP_DB": "x.mmdb"}])
def test_bad_settings_are_refused(tmp_path, settings):
    done = render(tmp_path / "conf", **{**GOOD, **settings})
    assert done.returncode == 2
    assert "nginx/render: " in done.stderr
    name = list(settings)[-1]
    assert {"HTTPS_LISTEN": "TLS_CERTIFICATE"}.get(name, name) in done.stderr


@pytest.mark.parametrize("letter", ["--help", "-h"])
def test_help(letter):
    done = render(letter)
    assert (done.returncode, done.stderr) == (0, "")
    for name in WHAT:
        assert name in done.stdout


def test_a_directory_is_needed():
    done = render(**GOOD)
    assert done.returncode == 2
    assert done.stderr == ("nginx/render: name one DIRECTORY; 'nginx/render"
                           " --help' lists the settings\n")


def test_the_default_is_production(tmp_path):
    done = render(tmp_path, **GOOD, HTTPS_LISTEN="443 [::]:443",
                  NGINX_USER="www-data", TLS_CERTIFICATE="/etc/x.pem",
                  TLS_CERTIFICATE_KEY="/etc/x.key")
    assert (done.returncode, done.stderr) == (0, "")
    main = (tmp_path / "nginx.conf").read_text()
    assert "user www-data;" in main
    assert "listen [::]:80 default_server" in main
    assert "include redirect.conf;" in main
    addresses = (tmp_path / "addresses.conf").read_text()
    assert "set_real_ip_from" not in addresses
    assert "real_ip_header" not in addresses
