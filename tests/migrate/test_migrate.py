"""autopsy-ctl migrate up on a real server: order, locks, and sudden ends."""
import random
import signal
import threading
import time

import pytest

from support.migrator import (INDEX, PRICE, SHOP, SLOW, UNIQUE, applied,
                              finish, wait_until)

ALL = {"_0001_shop": SHOP, "_0002_slow": SLOW, "_0003_index": INDEX,
       "_0004_price": PRICE}
NAMES = [name[1:] + ".sql" for name in ALL]


def test_clean_run_applies_in_order_and_records(migrator):
    migrator.write(**ALL)
    done = migrator.run("up")
    assert [line.split()[1] for line in done.out.splitlines()] == NAMES
    assert all(line.startswith("applied ") and line.endswith(" ms")
               for line in done.out.splitlines())
    assert done.err == ""
    assert migrator.sql(
        "SELECT name, state, applied_by, octet_length(sha256),"
        " finished_at >= started_at FROM ops.migration ORDER BY name"
    ).splitlines() == [f"{n}|done|autopsy_ops|32|t" for n in NAMES]
    assert migrator.sql(
        "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class"
        " WHERE relnamespace IN ('ops'::regnamespace, 'shop'::regnamespace)"
    ) == "autopsy_owner"
    assert migrator.sql("SELECT nspowner::regrole FROM pg_namespace"
                        " WHERE nspname = 'ops'") == "autopsy_owner"
    assert not migrator.broken_indexes()


def test_second_run_does_nothing(shop):
    before = shop.sql("SELECT * FROM ops.migration")
    done = shop.run("up")
    assert done.out == "nothing to do\n"
    assert shop.sql("SELECT * FROM ops.migration") == before


@pytest.mark.parametrize("count", [2, 5])
def test_several_at_once_apply_each_file_once(migrator, count):
    migrator.write(**ALL)
    runs = finish(*[migrator.start("up") for _ in range(count)])
    assert [p.returncode for p in runs] == [0] * count, [p.err for p in runs]
    assert applied(*runs) == NAMES
    assert not migrator.broken_indexes()


def test_killed_at_random_moments_then_run_again_is_like_a_clean_run(
        make_migrator):
    seed = random.randrange(1 << 32)
    moments = random.Random(seed)
    clean = make_migrator()
    clean.write(**ALL)
    start = time.monotonic()
    clean.run("up")
    duration = time.monotonic() - start
    cut = 0
    for i in range(10):
        again = make_migrator(clean.directory)
        process = again.start("up")
        time.sleep((i + moments.random()) / 10 * duration)
        process.kill()
        finish(process)
        cut += process.returncode == -signal.SIGKILL
        again.run("up")
        assert again.schema() == clean.schema(), f"seed {seed}, run {i}"
        assert not again.broken_indexes(), f"seed {seed}, run {i}"
        assert set(again.status().values()) == {"done"}
        assert again.sql("SELECT sum(price) FROM shop.item") == "820"
    assert cut >= 3, f"seed {seed}: too few were caught at work"


def test_one_that_waits_does_not_stop_a_concurrent_index(migrator):
    migrator.write(_0001_shop=SHOP, _0002_slow=SLOW)
    migrator.run("up")
    migrator.sql("INSERT INTO shop.item SELECT n, 'more ' || n"
                 " FROM generate_series(41, 100) AS n")
    migrator.write(_0003_index=INDEX)
    first = migrator.start("up")
    wait_until(lambda: migrator.status(1)["0003_index.sql"] == "running")
    second = migrator.start("up", "--wait", "20")
    finish(first, second)
    assert (first.returncode, second.returncode) == (0, 0), first.err
    assert applied(first, second) == ["0003_index.sql"]
    assert not migrator.broken_indexes()


def test_long_reader_is_waited_for_and_other_readers_are_not_blocked(shop):
    shop.write(_0002_price=PRICE)
    reader, visitor = shop.connect(), shop.connect()
    reader.autocommit = False
    longest, stop = [0.0], threading.Event()

    def visit():
        with visitor.cursor() as cursor:
            while not stop.wait(0.02):
                start = time.monotonic()
                cursor.execute("SELECT count(*) FROM shop.item")
                longest[0] = max(longest[0], time.monotonic() - start)

    visits = threading.Thread(target=visit)
    try:
        for connection in (reader, visitor):
            connection.cursor().execute("SET ROLE autopsy_owner")
        reader.cursor().execute("SELECT * FROM shop.item")
        visits.start()
        process = shop.start("up")
        time.sleep(1.6)
        reader.commit()
        finish(process)
    finally:
        stop.set()
        visits.join()
        reader.close()
        visitor.close()
    assert process.returncode == 0, process.err
    assert "try 1 of 10" in process.err
    assert applied(process) == ["0002_price.sql"]
    assert longest[0] < 2


def test_lock_of_another_runner_is_respected(shop):
    shop.write(_0002_slow=SLOW)
    other = shop.connect()
    try:
        other.cursor().execute("SELECT pg_advisory_lock(7310, 1)")
        start = time.monotonic()
        done = shop.run("up", "--wait", "1", exit_code=75)
        assert 1 <= time.monotonic() - start < 3
        assert "another runner" in done.err
        shop.run("up", "--wait", "0", exit_code=75)
        assert shop.status(1)["0002_slow.sql"] == "pending"
    finally:
        other.close()


def test_dry_run_tells_locks_and_leaves_nothing(shop):
    shop.sql("ANALYZE shop.item")
    shop.write(_0002_price=PRICE,
               _0003_more="ALTER TABLE shop.item ADD CHECK (price > 0);"
                          "CREATE TABLE shop.new (n int);",
               _0004_index=UNIQUE,
               _0005_gone="DROP TABLE shop.item; DROP TABLE shop.new;")
    before = shop.schema()
    lines = shop.run("up", "--dry-run").out.splitlines()
    assert lines[0].startswith("0002_price.sql: runs, in ")
    assert lines[1] == ("  holds AccessExclusiveLock on shop.item "
                        "(about 40 rows)")
    assert lines[2].startswith("0003_more.sql: runs, in ")
    assert lines[3].startswith("0004_index.sql: not tried")
    assert lines[4].startswith("0005_gone.sql: runs, in ")
    assert lines[5] == ("  holds AccessExclusiveLock on shop.item_pkey "
                        "(about 40 rows)")
    assert lines[6] == "dry run: everything was rolled back"
    assert len(lines) == 7
    assert shop.schema() == before
    assert shop.sql("SELECT count(*) FROM ops.migration") == "1"


def test_dry_run_of_an_empty_database_leaves_it_empty(migrator):
    migrator.write(_0001_shop=SHOP)
    migrator.run("up", "--dry-run")
    assert migrator.sql("SELECT to_regnamespace('ops') IS NULL"
                        " AND to_regnamespace('shop') IS NULL") == "t"


def test_dry_run_stops_at_the_first_failure(shop):
    shop.write(_0002_bad="SELECT 1;\nSELECT nothing;")
    done = shop.run("up", "--dry-run", exit_code=1)
    assert done.err.startswith("0002_bad.sql:2: ")


def test_to_stops_after_that_number(migrator):
    migrator.write(**ALL)
    assert applied(migrator.run("up", "--to", "2")) == NAMES[:2]
    assert applied(migrator.run("up", "--to", "0002")) == []
    assert migrator.status(1)["0003_index.sql"] == "pending"
    assert "no migration 0009" in migrator.run("up", "--to", "9",
                                               exit_code=2).err
    assert applied(migrator.run("up")) == NAMES[2:]


def test_files_do_not_see_the_session_of_the_one_before(shop):
    shop.write(_0002_a="SET search_path = shop; SET lock_timeout = '9s';",
               _0003_b="DO $$ BEGIN ASSERT current_setting('search_path')"
                       " <> 'shop' AND current_setting('lock_timeout')"
                       " = '500ms' AND current_user = 'autopsy_owner';"
                       " END $$")
    shop.run("up")


def test_failed_unique_index_is_cleared_away_and_built_again(shop):
    shop.sql("INSERT INTO shop.item VALUES (99, 'item 1')")
    shop.write(_0002_unique=UNIQUE)
    done = shop.run("up", exit_code=1)
    assert done.err.startswith("0002_unique.sql:2: ")
    assert "migrate up" in done.err
    assert shop.broken_indexes() == "shop.item_name_idx"
    assert shop.status(1)["0002_unique.sql"] == "INTERRUPTED"
    assert shop.run("verify").out == "files and record agree\n"
    shop.sql("DELETE FROM shop.item WHERE id = 99")
    again = shop.run("up")
    assert "dropped what was left of shop.item_name_idx" in again.out
    assert not shop.broken_indexes()
    assert shop.sql("SELECT to_regclass('shop.item_name_idx')"
                    " IS NOT NULL") == "t"
    shop.run("status")


def make_interrupted(migrator, name):
    migrator.sql("UPDATE ops.migration SET state = 'running',"
                 f" finished_at = NULL WHERE name = '{name}'")


def test_index_that_was_finished_is_only_recorded(shop):
    shop.write(_0002_unique=UNIQUE)
    shop.run("up")
    built = shop.sql("SELECT 'shop.item_name_idx'::regclass::oid")
    make_interrupted(shop, "0002_unique.sql")
    assert applied(shop.run("up")) == ["0002_unique.sql"]
    assert shop.sql("SELECT 'shop.item_name_idx'::regclass::oid") == built
    make_interrupted(shop, "0002_unique.sql")
    shop.write(_0002_unique=UNIQUE.replace("(name)", "(name DESC)"))
    assert "not by this text" in shop.run("up", exit_code=1).err


def test_dropped_index_can_be_resumed(shop):
    drop = ("-- migrate: no-transaction index=shop.item_name_idx\n"
            "DROP INDEX CONCURRENTLY shop.item_name_idx;\n")
    shop.write(_0002_unique=UNIQUE, _0003_drop=drop)
    shop.run("up")
    make_interrupted(shop, "0003_drop.sql")
    shop.run("up")
    assert shop.status()["0003_drop.sql"] == "done"


def test_index_of_another_name_is_noticed(shop):
    shop.write(_0002_bad=UNIQUE.replace("index=shop.item_name_idx",
                                        "index=shop.item_nam_idx"))
    done = shop.run("up", exit_code=1)
    assert "not about the index shop.item_nam_idx" in done.err


def test_runner_that_is_killed_lets_go_of_the_lock_soon(shop):
    shop.write(_0002_long="SELECT pg_sleep(20);")
    process = shop.start("up")
    wait_until(lambda: shop.sql(
        "SELECT count(*) FROM pg_stat_activity WHERE datname ="
        " current_database() AND application_name = 'migrate'"
        " AND query LIKE '%pg_sleep(20)%'") == "1")
    process.kill()
    finish(process)
    shop.write(_0002_long="SELECT 1;")
    start = time.monotonic()
    shop.run("up")
    assert time.monotonic() - start < 4
