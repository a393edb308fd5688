"""The program under test: autopsy-ctl migrate, and small migrations."""
import json
import os
import pathlib
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = ROOT / os.environ.get("B", "build") / "autopsy-ctl"

SHOP = """-- A shop's schema.
CREATE SCHEMA shop;
CREATE TABLE shop.item (
	id integer PRIMARY KEY,
	name text NOT NULL
);
INSERT INTO shop.item
SELECT n, 'item ' || n FROM generate_series(1, 40) AS n;
"""
# As long as a row of it is slow, an index can be caught half built.
SLOW = """CREATE FUNCTION shop.slow(n integer) RETURNS integer
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	PERFORM pg_sleep(0.01);
	RETURN n;
END
$$;
CREATE FUNCTION shop.sign(n integer) RETURNS text LANGUAGE sql
BEGIN ATOMIC
	SELECT CASE WHEN n < 0 THEN '-' ELSE '+' END;
END;
SELECT pg_sleep(0.1);
"""
INDEX = """-- migrate: no-transaction index=shop.item_slow_idx
CREATE INDEX CONCURRENTLY item_slow_idx ON shop.item (shop.slow(id));
"""
UNIQUE = """-- migrate: no-transaction index=shop.item_name_idx
CREATE UNIQUE INDEX CONCURRENTLY item_name_idx ON shop.item (name);
"""
PRICE = """ALTER TABLE shop.item ADD COLUMN price integer;
SELECT pg_sleep(0.1);
UPDATE shop.item SET price = id;
"""


class Migrator:
    """autopsy-ctl migrate on a database and a directory of its own."""

    def __init__(self, cluster, database, directory):
        self.cluster = cluster
        self.database = database
        self.directory = directory
        self.user = "autopsy_ops"

    def write(self, **files):
        for name, text in files.items():
            path = self.directory / f"{name.lstrip('_')}.sql"
            path.write_text(text, encoding="utf-8")

    def start(self, *arguments):
        env = dict(os.environ, MIGRATIONS_DIR=str(self.directory),
                   DATABASE_URL=self.cluster.url(self.database, self.user))
        return subprocess.Popen(
            [BINARY, "migrate", *arguments], env=env, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *arguments, exit_code=0):
        process = self.start(*arguments)
        out, err = process.communicate(timeout=60)
        assert process.returncode == exit_code, (out, err)
        process.out, process.err = out, err
        return process

    def status(self, exit_code=0):
        """The state of each migration by its name."""
        answer = json.loads(self.run("status", "--json",
                                     exit_code=exit_code).out)
        return {m["name"]: m["state"] for m in answer["migrations"]}

    def sql(self, text):
        return self.cluster.psql(self.database, text)

    def connect(self, user="autopsy_ops"):
        return self.cluster.connect(self.database, user)

    def schema(self):
        return self.cluster.schema(self.database)

    def broken_indexes(self):
        return self.sql("SELECT indexrelid::regclass FROM pg_index"
                        " WHERE NOT indisvalid")


def applied(*processes):
    return sorted(line.split()[1] for p in processes
                  for line in p.out.splitlines()
                  if line.startswith("applied "))


def finish(*processes, timeout=40):
    for process in processes:
        process.out, process.err = process.communicate(timeout=timeout)
    return processes


def wait_until(condition, timeout=10):
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.02)
