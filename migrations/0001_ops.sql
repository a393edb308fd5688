-- Schemas, who may enter them, and the record of scheduled jobs.

-- The runner keeps its own ops.migration, so the schema may exist already.
CREATE SCHEMA IF NOT EXISTS ops;
CREATE SCHEMA catalog;
CREATE SCHEMA salary;
CREATE SCHEMA mail;

COMMENT ON SCHEMA ops IS
	'What operators look at: applied migrations and job runs';
COMMENT ON SCHEMA catalog IS
	'Careers, their published guides and the documents that are served';
COMMENT ON SCHEMA salary IS
	'Evidence of pay and the figures that follow from it';
COMMENT ON SCHEMA mail IS
	'Addresses of people who asked for mail; closed to the web role';

GRANT USAGE ON SCHEMA ops, catalog, salary
	TO autopsy_ops, autopsy_web, autopsy_ingest, autopsy_mailer;
-- The web enters only to call mail.request_subscription.
GRANT USAGE ON SCHEMA mail TO autopsy_ops, autopsy_web, autopsy_mailer;

-- A function is closed until a migration opens it to a role by name.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO autopsy_ops;

CREATE FUNCTION ops.refuse_change()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RAISE EXCEPTION '% of %.% is refused: its rows are never altered',
		TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
		USING ERRCODE = 'object_not_in_prerequisite_state',
		HINT = 'Insert a new row that supersedes the old one.';
END
$$;

COMMENT ON FUNCTION ops.refuse_change() IS
	'Trigger of append-only tables';

CREATE TABLE ops.job_run (
	id bigint GENERATED ALWAYS AS IDENTITY,
	job text NOT NULL,
	started_at timestamptz NOT NULL DEFAULT now(),
	finished_at timestamptz,
	outcome text,
	detail jsonb NOT NULL DEFAULT '{}',
	CONSTRAINT job_run_pkey PRIMARY KEY (id),
	CONSTRAINT job_run_job_check
		CHECK (job ~ '^[a-z][a-z0-9]*([-.:][a-z0-9]+)*$'),
	CONSTRAINT job_run_outcome_check
		CHECK (outcome IN ('done', 'failed', 'skipped')),
	CONSTRAINT job_run_finished_check
		CHECK ((finished_at IS NULL) = (outcome IS NULL)
			AND finished_at >= started_at),
	CONSTRAINT job_run_detail_check
		CHECK (jsonb_typeof(detail) = 'object')
);

COMMENT ON TABLE ops.job_run IS
	'One row a run of a scheduled job; outcome is null while it runs';

CREATE INDEX job_run_job_started_at_idx
	ON ops.job_run (job, started_at DESC);

GRANT INSERT, UPDATE ON ops.job_run TO autopsy_ingest, autopsy_mailer;
-- Programs refuse to start against an older schema, so each reads
-- ops.migration; the source list shows when each source last succeeded.
GRANT SELECT ON ALL TABLES IN SCHEMA ops
	TO autopsy_ops, autopsy_web, autopsy_ingest, autopsy_mailer;
