"""deploy/local/site: which settings a copy takes, and what it says of them."""
import pytest

BARE = ("--no-publish",)


@pytest.fixture
def make(fresh_site):
    return lambda settings=None: fresh_site(settings, options=BARE,
                                            https=False)


def handed_out(site):
    """What a terminal has after eval "$(make -s env)"."""
    return {name: site.env[name]
            for name in ("AUTOPSY_COPY", "DATABASE_URL", "SITE_URL",
                         "WEB_SOCKET", "MIGRATIONS_DIR", "STATIC_DIR",
                         "MAIL_URL", "MAIL_GATHER_S", "LINK_KEYS_FILE",
                         "EMAIL_PEPPER_FILE")}


def test_a_terminal_of_one_copy_starts_another(make):
    first = make().start()
    second = make(handed_out(first)).start()
    assert ("not taking over DATABASE_URL SITE_URL WEB_SOCKET MIGRATIONS_DIR"
            " STATIC_DIR MAIL_URL MAIL_GATHER_S LINK_KEYS_FILE"
            " EMAIL_PEPPER_FILE, which this terminal has from the copy on port"
            f" {first.port}\n") in second.words()
    assert (second.state / "pg").exists()
    assert "using DATABASE_URL" not in second.words()
    assert second.env["DATABASE_URL"] != first.env["DATABASE_URL"]
    assert second.env["SITE_URL"] == second.url
    assert f"{second.url}/careers" in second.get("/sitemap.xml").text
    for name, place in (("MAIL_URL", "file:{}/mail"),
                        ("LINK_KEYS_FILE", "{}/secrets/link.keys"),
                        ("EMAIL_PEPPER_FILE", "{}/secrets/email.pepper")):
        assert second.env[name] == place.format(second.state)
    # Again from there, and the same copy once more.
    assert second.env["AUTOPSY_COPY"].startswith(f"{second.port} ")
    second.settings = {"LIMIT_EXEMPT": "", **handed_out(second)}
    second.stop()
    second.start()
    assert (second.state / "pid/postgresql").exists()


def test_what_was_set_since_counts(make):
    first = make().start()
    taken = {**handed_out(first), "SITE_URL": "http://site.example"}
    second = make(taken).start()
    assert "SITE_URL, which this" not in second.words()
    assert second.env["SITE_URL"] == "http://site.example"
    assert "its links lead to http://site.example" in second.words()
    assert "http://site.example/careers" in second.get("/sitemap.xml").text


def test_mail_settings_of_its_own_count(make):
    first = make({"MAIL_GATHER_S": "60"}).start()
    assert first.env["MAIL_GATHER_S"] == "60"
    taken = handed_out(first)
    second = make({**taken, "MAIL_URL": f"file:{first.state}/mail/other"})
    second.start()
    assert "MAIL_URL" not in second.words().split("not taking over")[1]
    assert second.env["MAIL_URL"] == f"file:{first.state}/mail/other"
    assert second.env["MAIL_GATHER_S"] == "5"


def test_another_server_is_named_and_has_no_switch(make):
    first = make().start()
    second = make()
    for directory in ("pg", "pid"):
        (second.state / directory).mkdir(parents=True)
    (second.state / "pid/postgresql").write_text("999999\n")
    second.settings["DATABASE_URL"] = first.env["DATABASE_URL"]
    second.start()
    assert "using DATABASE_URL from your environment\n" in second.words()
    for word in ("stop", "start"):
        done = second.run(f"database {word}")
        assert done.returncode == 1
        assert done.stderr == ("site: this copy has no PostgreSQL of its own:"
                               " it uses DATABASE_URL\n")


def test_a_database_that_is_stopped_is_not_stopped_twice(make):
    site = make().start()
    assert site.run("database stop").returncode == 0
    done = site.run("database stop")
    assert (done.returncode, done.stderr) == \
        (1, "site: PostgreSQL does not run\n")


def test_a_step_that_fails_shows_its_own_words_only(make):
    site = make({"TRUSTED_PROXIES": "evil;"})
    done = site.run("run", *BARE)
    assert done.returncode == 1
    words = done.stderr[done.stderr.index("nginx/render: "):].splitlines()
    before = done.stderr[:done.stderr.index("nginx/render: ")].splitlines()
    assert words[0] == ("nginx/render: TRUSTED_PROXIES holds 'evil;',"
                        " which is no address")
    assert words[1].startswith("site: nginx configuration failed; ")
    # Above stand the script's own lines, indented, and no earlier step's.
    assert all(line.startswith("  ") for line in before), before
    log = (site.state / "log/start.log").read_text()
    assert "== migrations" in log
