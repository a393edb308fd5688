"""What autopsy-ctl migrate refuses, reports and explains."""
import json

import pytest

from support.migrator import PRICE, SHOP, SLOW, UNIQUE



@pytest.mark.parametrize("statement", [
    "COMMIT", "begin", "START TRANSACTION", "Rollback", "END", "ABORT",
    "PREPARE TRANSACTION 'x'", "/* a */ COMMIT /* b */"])
def test_own_transaction_control_is_refused(shop, statement):
    shop.write(_0002_own=f"CREATE TABLE shop.t (n int);\n\n{statement};\n")
    done = shop.run("up", exit_code=2)
    assert done.err.startswith("0002_own.sql:3: ")
    assert shop.sql("SELECT to_regclass('shop.t')") == ""


def test_words_that_only_look_like_it_are_not_refused(shop):
    shop.write(_0002_fine="""
CREATE PROCEDURE shop.p() LANGUAGE plpgsql AS $p$ BEGIN COMMIT; END $p$;
CREATE FUNCTION shop.f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC
	SELECT 1; SELECT CASE a WHEN 1 THEN 2 END AS end; END;
CREATE TABLE shop."COMMIT" (note text DEFAULT 'x; COMMIT; ''y');
INSERT INTO shop."COMMIT" VALUES (E'\\'; ROLLBACK; --'); -- ; COMMIT;
""")
    shop.run("up")
    assert shop.sql('SELECT note FROM shop."COMMIT"') == "'; ROLLBACK; --"


def test_edited_file_stops_everything(shop):
    shop.write(_0001_shop=SHOP + "-- edited\n", _0002_slow=SLOW)
    done = shop.run("up", exit_code=3)
    assert "0001_shop.sql: CHANGED" in done.err
    assert "new migration" in done.err
    assert shop.status(3) == {"0001_shop.sql": "CHANGED",
                              "0002_slow.sql": "pending"}
    assert shop.sql("SELECT count(*) FROM ops.migration") == "1"


def test_missing_file_stops_everything(shop):
    shop.write(_0002_slow=SLOW)
    shop.run("up")
    (shop.directory / "0001_shop.sql").unlink()
    shop.write(_0003_price=PRICE)
    done = shop.run("up", exit_code=3)
    assert "0001_shop.sql: MISSING" in done.err
    assert shop.status(3)["0003_price.sql"] == "pending"


def test_number_that_comes_too_late_stops_everything(shop):
    shop.write(_0003_slow=SLOW)
    shop.run("up")
    shop.write(_0002_late="SELECT 1;", _0004_price=PRICE)
    done = shop.run("up", exit_code=3)
    assert "0002_late.sql: OUT-OF-ORDER" in done.err
    assert "next free number" in done.err
    assert shop.sql("SELECT count(*) FROM ops.migration") == "2"


@pytest.mark.parametrize("name", [
    "1_a.sql", "00001_a.sql", "0000_a.sql", "0002-a.sql", "0002_A.sql",
    "0002_.sql", "0002.sql", "0002_a.SQL", "0002_a.down.sql", "a.sql"])
def test_bad_file_name_is_reported(shop, name):
    (shop.directory / name).write_text("SELECT 1;", encoding="utf-8")
    assert shop.run("up", exit_code=2).err.startswith(f"{name}: ")


def test_what_is_no_sql_file_is_left_alone(shop):
    (shop.directory / "README.md").write_text("read me", encoding="utf-8")
    (shop.directory / "content").mkdir()
    (shop.directory / ".#0002_a.sql").write_text("x", encoding="utf-8")
    shop.run("status")


def test_number_given_twice_is_reported(shop):
    shop.write(_0002_a="SELECT 1;", _0002_b="SELECT 1;")
    done = shop.run("up", exit_code=2)
    assert "0002_b.sql: has the number of 0002_a.sql" in done.err


def test_directory_without_migrations_is_reported(migrator):
    assert "MIGRATIONS_DIR" in migrator.run("up", exit_code=2).err


@pytest.mark.parametrize("text,line,word", [
    # A position counts characters; these take two and three bytes.
    ("-- äöü €€€\nSELECT 1;\nSELECT\n\tnothing;\n", 4, "nothing"),
    ("SELECT 1;\n\n\nCREATE TABLE shop.item (n int);\n", 4, "exists"),
    ("SELECT 1;\nSELEC 2;\n", 2, "syntax"),
    ("SELECT 1;\n\nDO $$\nBEGIN\n\tRAISE 'stop' USING HINT = 'turn';\n"
     "END $$;\n", 3, "turn"),
    ("SELECT 1;\nCREATE INDEX CONCURRENTLY i ON shop.item (name);\n", 2,
     "no-transaction index="),
])
def test_failure_names_file_and_line_and_keeps_nothing(shop, text, line,
                                                       word):
    shop.write(_0002_bad="CREATE TABLE shop.t (n int); " + text)
    before = shop.schema()
    done = shop.run("up", exit_code=1)
    assert done.err.startswith(f"0002_bad.sql:{line}: ")
    assert word in done.err
    assert shop.schema() == before
    assert shop.status(1)["0002_bad.sql"] == "pending"


def test_copy_from_the_client_is_refused(shop):
    shop.write(_0002_bad="SELECT 1;\nCOPY shop.item FROM STDIN;\n")
    done = shop.run("up", exit_code=2)
    assert done.err.startswith("0002_bad.sql:2: COPY with STDIN")


def test_file_that_gives_the_lock_away_is_rolled_back(shop):
    shop.write(_0002_bad="CREATE TABLE shop.t (n int);"
                         "SELECT pg_advisory_unlock_all();")
    assert "lock of the runner is gone" in shop.run("up", exit_code=1).err
    assert shop.sql("SELECT to_regclass('shop.t')") == ""


@pytest.mark.parametrize("text", [
    UNIQUE + "SELECT 1;", UNIQUE.replace(" CONCURRENTLY", ""),
    UNIQUE.replace("=shop.", "="), UNIQUE.replace("no-", "in-"),
    "-- migrate: no-transaction index=shop.x\nVACUUM;"])
def test_bad_no_transaction_file_is_refused(shop, text):
    shop.write(_0002_bad=text)
    assert shop.run("up", exit_code=2).err.startswith("0002_bad.sql:")


def test_missing_role_names_the_remedy(shop):
    shop.sql("ALTER ROLE autopsy_owner RENAME TO autopsy_away")
    try:
        for verb in ("up", "status", "verify"):
            done = shop.run(verb, exit_code=2)
            assert "autopsy_owner does not exist" in done.err
            assert "deploy/roles.sql" in done.err
    finally:
        shop.sql("ALTER ROLE autopsy_away RENAME TO autopsy_owner")


def test_login_that_may_not_become_the_owner_is_told(shop):
    shop.user = "autopsy_web"
    assert "autopsy_ops" in shop.run("up", exit_code=2).err


def test_server_out_of_reach_is_try_later(shop):
    shop.database = "nowhere"
    assert "can't be reached" in shop.run("status", exit_code=75).err


def test_status_and_verify_say_where_things_stand(migrator):
    migrator.write(_0001_shop=SHOP)
    assert migrator.run("status", exit_code=1).out.startswith("pending ")
    assert json.loads(migrator.run("verify", "--json").out) == {
        "state": "pending", "migrations": []}
    migrator.run("up")
    text = migrator.run("status").out
    assert text.startswith("done ") and "by autopsy_ops" in text
    answer = json.loads(migrator.run("status", "--json").out)
    assert answer["state"] == "up-to-date"
    assert answer["migrations"][0].items() >= {
        "name": "0001_shop.sql", "state": "done", "remedy": None,
        "applied_by": "autopsy_ops"}.items()
    migrator.write(_0001_shop="SELECT 1;", _0002_price=PRICE)
    assert migrator.run("status", exit_code=3).out.startswith("CHANGED ")
    assert "CHANGED" in migrator.run("verify", exit_code=3).err
    answer = json.loads(migrator.run("verify", "--json", exit_code=3).out)
    assert answer["state"] == "drift"
    assert [m["state"] for m in answer["migrations"]] == ["CHANGED"]
    assert "new migration" in answer["migrations"][0]["remedy"]


def test_status_only_reads(migrator):
    migrator.write(_0001_shop=SHOP)
    migrator.run("status", exit_code=1)
    migrator.run("verify")
    assert migrator.sql("SELECT to_regnamespace('ops') IS NULL") == "t"


def test_help_and_bad_usage(shop):
    for arguments in (["--help"], ["up", "--help"], ["status", "--help"],
                      ["verify", "--help"]):
        done = shop.run(*arguments)
        assert done.out.startswith("usage: autopsy-ctl migrate")
    for arguments in ([], ["down"], ["up", "--json"], ["up", "--to"],
                      ["up", "--to", "x"], ["up", "--wait", "-1"],
                      ["status", "--dry-run"], ["up", "-"], ["up", "now"]):
        assert shop.run(*arguments, exit_code=2).err
