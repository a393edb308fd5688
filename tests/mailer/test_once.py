"""autopsy-mailer once: all that is due, and what must be there for it."""
import pytest


def test_all_that_is_due_is_sent(desk, sink):
    question, notice = desk.confirm(), desk.notice()
    later = desk.notice(run_at="now() + interval '1 hour'")
    assert desk.once() == "2 sent, 0 to be tried later, 0 given up\n"
    assert desk.state(question) == desk.state(notice) == "sent"
    assert desk.state(later) == "ready"
    assert len(sink.kept) == 2 and sink.connections == 1
    assert desk.once() == "0 sent, 0 to be tried later, 0 given up\n"


def test_many_are_sent_the_most_urgent_first(desk, sink):
    for _ in range(45):
        desk.notice()
    question = desk.confirm(priority=1)
    desk.once()
    assert len(sink.kept) == 46
    first = sink.kept[0].content.decode()
    assert desk.mail(question)["message_id"] in first
    assert len({kept.to[0] for kept in sink.kept}) == 46
    # Each has a sender of its own, by which what comes back is known.
    assert len({kept.sender for kept in sink.kept}) == 46


def test_what_nobody_wants_any_more_is_not_even_offered(desk, sink):
    reader = desk.reader()
    notice, question = desk.notice(reader=reader), desk.confirm()
    desk.ask(f"UPDATE mail.reader SET state = 'unsubscribed'"
             f" WHERE id = '{reader}'")
    desk.ask("UPDATE mail.signup SET confirmed_at = now()")
    desk.once()
    assert desk.state(notice) == desk.state(question) == "cancelled"
    assert sink.connections == 0


def test_rate(desk, sink):
    for _ in range(20):
        desk.notice()
    desk.once(MAIL_RATE="10")
    took = desk.ask("SELECT extract(epoch FROM max(sent_at) - min(sent_at))"
                    " FROM mail.message")
    assert float(took) > 1.85 and len(sink.kept) == 20


def test_a_folder_instead_of_a_relay(desk, tmp_path):
    desk.url = f"file:{tmp_path}/mail"
    number = desk.confirm()
    desk.once()
    mail = desk.mail(number)
    (path,) = (tmp_path / "mail" / "new").iterdir()
    assert path.name == f"{mail['message_id']}@example.org"
    assert mail["state"] == "sent"
    # What it can't know of is not there twice all the same.
    desk.ask("UPDATE mail.message SET state = 'ready', sent_at = NULL")
    desk.once()
    assert [path] == list((tmp_path / "mail" / "new").iterdir())


def test_a_folder_that_is_gone_is_a_relay_that_is_away(desk, tmp_path):
    (tmp_path / "mail").mkdir()
    for name in ("new", "cur", "tmp"):
        (tmp_path / "mail" / name).write_text("no folder")
    desk.url = f"file:{tmp_path}/mail"
    number = desk.confirm()
    assert "can't keep a mail" in desk.once(code=75)
    assert desk.mail(number)["attempts"] == 0


def test_requests_from_before_there_was_a_mailer_are_answered(desk, sink):
    for number in range(3):
        desk.ask("INSERT INTO mail.subscriber (email, topic,"
                 " consent_text_version)"
                 f" VALUES ('old{number}@example.org', 'all', '2026-11')")
    desk.once()
    assert {kept.to[0] for kept in sink.kept} == {
        f"old{number}@example.org" for number in range(3)}
    assert desk.ask("SELECT count(*) FROM mail.subscriber") == "0"
    assert desk.once() == "0 sent, 0 to be tried later, 0 given up\n"


def test_what_is_kept_no_longer_is_forgotten(desk, sink):
    number = desk.notice()
    desk.ask("INSERT INTO mail.attempt (message_id, number, worker, outcome,"
             f" ended_at) VALUES ({number}, 1, 1, 'retry',"
             " now() - interval '91 days')")
    desk.once()
    assert [a["outcome"] for a in desk.attempts(number)] == ["sent"]


def test_the_database_is_away(desk, sink):
    words = desk.once(code=75, DATABASE_URL="postgresql:///x?host=/nowhere")
    assert words.count("db.away") == 1 and "/nowhere" in words


def test_a_schema_that_does_not_fit_is_named(desk, sink):
    desk.ask("DROP FUNCTION mail.prune")
    assert "migrate up" in desk.once(code=1)


def test_a_mail_that_can_not_be_made_holds_up_no_other(desk, sink):
    number = desk.confirm(priority=1)
    desk.ask("UPDATE mail.signup SET page = 'elsewhere'")
    other = desk.confirm()
    desk.once()
    assert f"mail.letter: mail {number}: " in desk.words
    assert desk.state(number) == "ready" and desk.state(other) == "sent"
    # Somebody may mend what is wrong.
    desk.ask("UPDATE mail.signup SET page = '/'")
    desk.hurry()
    desk.once()
    assert desk.state(number) == "sent"
    assert desk.ask("SELECT count(*) FROM mail.bounce") == "0"


@pytest.mark.parametrize("command", ["once", "run"])
@pytest.mark.parametrize("settings, words", [
    ({"MAIL_URL": ""}, "MAIL_URL is not set"),
    ({"MAIL_URL": "http://127.0.0.1"}, "smtp://HOST"),
    ({"MAIL_URL": "smtp://me:secret@127.0.0.1"}, "smtp://HOST"),
    ({"MAIL_URL": "smtp://127.0.0.1:9/x"}, "file:/DIRECTORY"),
    ({"MAIL_URL": "file:mail"}, "whole path"),
    ({"MAIL_URL": "file:/"}, "whole path"),
    ({"MAIL_URL": "file:/tmp", "MAIL_DOMAIN": "no domain"}, "MAIL_DOMAIN"),
    ({"MAIL_DOMAIN": "no domain"}, "MAIL_DOMAIN"),
    ({"MAIL_CA_FILE": "/nowhere/ca"}, "MAIL_CA_FILE: can't read /nowhere/ca"),
    ({"MAIL_FROM": "Job Autopsy"}, "MAIL_FROM: "),
    ({"LINK_KEYS_FILE": ""}, "LINK_KEYS_FILE is not set"),
    ({"LINK_KEYS_FILE": "/nowhere/keys"}, "/nowhere/keys"),
    ({"EMAIL_PEPPER_FILE": ""}, "EMAIL_PEPPER_FILE is not set"),
    ({"EMAIL_PEPPER_FILE": "/dev/null"}, "/dev/null"),
    ({"MAIL_AUTH_FILE": "/nowhere/auth"}, "/nowhere/auth"),
    ({"MAIL_RATE": "fast"}, "MAIL_RATE"),
])
def test_settings_that_can_not_be_are_named(desk, command, settings, words):
    desk.url = "smtp://127.0.0.1:9"
    said = desk.run("autopsy-mailer", command, code=2,
                    **{**desk.settings, **settings})
    assert words in said and said.count("\n") == 1 and "secret" not in said


def test_help_and_bad_usage(desk):
    for command in ("once", "run"):
        assert desk.run("autopsy-mailer", command, "--help").startswith(
            f"usage: autopsy-mailer {command}\n")
        assert "--fast" in desk.run("autopsy-mailer", command, "--fast",
                                    code=2)


def test_a_mail_in_a_language_of_addresses_that_no_relay_reads(desk, sink):
    """The database may hold what today's check of addresses would refuse."""
    desk.ask("ALTER TABLE mail.reader DROP CONSTRAINT reader_email_check")
    reader = desk.reader()
    desk.ask("UPDATE mail.reader"
             " SET email = E'a@b.org>\\r\\nRCPT TO:<evil@example.org'")
    number = desk.notice(reader=reader)
    desk.once()
    assert desk.state(number) == "ready" and sink.kept == []
    assert "mail.letter" in desk.words and "evil" not in desk.words
