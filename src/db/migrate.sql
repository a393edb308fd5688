-- The migration runner. Each text is one statement, so that all of them can
-- be prepared once the record exists; the runner itself sends them as text,
-- because it makes the record. The advisory lock (7310, 1) stands for "a
-- migration is running" and is taken nowhere else.

-- migrate_session: before each file, so that no file sees what the one
-- before left set. The interval lets the server notice within a second that
-- a runner was killed, end its statement and let go of the lock.
-- name: migrate_reset
RESET ALL;

-- name: migrate_session
SELECT
	set_config('client_connection_check_interval', '1s', false),
	set_config('role', 'autopsy_owner', false);

-- migrate_lock: polled. A session that waits for an advisory lock would hold
-- up CREATE INDEX CONCURRENTLY, which waits for that session: a deadlock.
-- name: migrate_lock
SELECT pg_try_advisory_lock(7310, 1);

-- migrate_plan: whether another session is at it.
-- name: migrate_is_running
SELECT EXISTS (
	SELECT
	FROM pg_locks AS l
	JOIN pg_database AS d ON d.oid = l.database
	WHERE d.datname = current_database()
		AND l.locktype = 'advisory'
		AND (l.classid, l.objid, l.objsubid) = (7310, 1, 2)
		AND l.granted
		AND l.pid <> pg_backend_pid()
);

-- migrate_plan: whether there is a record yet.
-- name: migrate_has_record
SELECT to_regclass('ops.migration') IS NOT NULL;

-- migrate_create_record: the record of what was applied.
-- name: migrate_create_schema
CREATE SCHEMA IF NOT EXISTS ops;

-- name: migrate_create_table
CREATE TABLE ops.migration (
	name text NOT NULL,
	sha256 bytea NOT NULL,
	state text NOT NULL,
	applied_by text NOT NULL,
	started_at timestamptz NOT NULL,
	finished_at timestamptz,
	CONSTRAINT migration_pkey PRIMARY KEY (name),
	CONSTRAINT migration_name_check
		CHECK (name ~ '^[0-9]{4}_[a-z0-9_]+\.sql$'),
	CONSTRAINT migration_sha256_check
		CHECK (octet_length(sha256) = 32),
	CONSTRAINT migration_state_check
		CHECK (state IN ('running', 'done')),
	CONSTRAINT migration_finished_check
		CHECK ((finished_at IS NULL) = (state = 'running'))
);

-- name: migrate_comment_table
COMMENT ON TABLE ops.migration IS
	'Migrations that were applied, with the digest of their text; kept by autopsy-ctl migrate';

-- migrate_plan: everything recorded.
-- name: migrate_records
SELECT
	name,
	encode(sha256, 'hex'),
	state,
	applied_by,
	to_char(coalesce(finished_at, started_at) AT TIME ZONE 'UTC',
		'YYYY-MM-DD"T"HH24:MI:SS"Z"')
FROM ops.migration
ORDER BY name COLLATE "C";

-- migrate_step: first in the transaction of a file. A file that ends its
-- transaction loses the mark, which migrate_record looks for.
-- name: migrate_begin
SELECT
	set_config('lock_timeout', '500ms', true),
	set_config('statement_timeout', '15min', true),
	set_config('role', 'autopsy_owner', true),
	set_config('autopsy.migration', $1::text, true);

-- migrate_step: last in the transaction of a file. No row if the transaction
-- is not the one that was begun, or if this session does not hold the lock,
-- as behind a pooler that hands out sessions by the transaction.
-- name: migrate_record
INSERT INTO ops.migration
	(name, sha256, state, applied_by, started_at, finished_at)
SELECT
	$1::text,
	decode($2::text, 'hex'),
	'done',
	session_user,
	now(),
	clock_timestamp()
WHERE current_setting('autopsy.migration', true) = $1::text
	AND EXISTS (
		SELECT
		FROM pg_locks AS l
		WHERE l.locktype = 'advisory'
			AND (l.classid, l.objid, l.objsubid) = (7310, 1, 2)
			AND l.granted
			AND l.pid = pg_backend_pid()
	);

-- migrate_apply_outside: an index that is made or dropped concurrently waits
-- for old transactions, but nobody waits for it; so it may take its time.
-- name: migrate_be_patient
SELECT
	set_config('lock_timeout', '0', false),
	set_config('statement_timeout', '1h', false);

-- migrate_apply_outside: what has happened to the index of a file.
-- name: migrate_index
SELECT i.indisvalid
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indexrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = $1::text
	AND c.relname = $2::text;

-- migrate_apply_outside: the statement that removes a remnant.
-- name: migrate_drop_index
SELECT format('DROP INDEX CONCURRENTLY %I.%I', $1::text, $2::text);

-- migrate_apply_outside: before the statement, again when it is resumed.
-- name: migrate_start
INSERT INTO ops.migration (name, sha256, state, applied_by, started_at)
VALUES (
	$1::text,
	decode($2::text, 'hex'),
	'running',
	session_user,
	clock_timestamp()
)
ON CONFLICT (name) DO UPDATE
SET
	sha256 = excluded.sha256,
	applied_by = excluded.applied_by,
	started_at = excluded.started_at
WHERE migration.state = 'running';

-- migrate_apply_outside: after the statement.
-- name: migrate_finish
UPDATE ops.migration
SET
	state = 'done',
	finished_at = clock_timestamp()
WHERE name = $1::text
	AND state = 'running';

-- migrate_dry_run: what exists before the first file, with an estimate of
-- its rows. Kept by the caller: a file may rename, rewrite or drop it.
-- name: migrate_relations
SELECT coalesce(json_agg(json_build_object(
	'oid', c.oid,
	'name', format('%I.%I', n.nspname, c.relname),
	'is_index', c.relkind IN ('i', 'I'),
	'rows', greatest(
		pg_stat_get_live_tuples(c.oid), c.reltuples::bigint, 0)
)), '[]')
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm', 'v', 'i', 'I')
	AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')
	AND NOT pg_is_other_temp_schema(n.oid);

-- migrate_dry_run: strong locks on the relations of $1 that are not in $2,
-- the list of those told before.
-- name: migrate_locks
SELECT
	l.relation || ':' || l.mode,
	r.name,
	l.mode,
	r.rows
FROM pg_locks AS l
JOIN json_to_recordset($1::json)
	AS r (oid oid, name text, is_index boolean, rows bigint)
	ON r.oid = l.relation
WHERE l.locktype = 'relation'
	AND l.pid = pg_backend_pid()
	AND l.granted
	AND l.mode IN ('AccessExclusiveLock', 'ExclusiveLock',
		'ShareRowExclusiveLock', 'ShareLock')
	AND l.relation || ':' || l.mode <> ALL ($2::text[])
ORDER BY r.is_index, r.name COLLATE "C", l.mode;
