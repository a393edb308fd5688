-- The cluster's roles, their limits and who may enter the database.
--
-- Run once by a superuser, again after each release (it is idempotent):
--	psql -v database=autopsy -f deploy/roles.sql
-- No password is set here: pg_hba.conf decides how each proves itself (peer
-- with a map on a socket; between hosts scram-sha-256 over TLS, with passwords
-- that you give by \password and that stay as they are here). Tables and
-- their grants belong to the migrations, which run as autopsy_owner.

\set ON_ERROR_STOP on
SET client_min_messages = warning;
\if :{?database}
\else
	\warn 'say which database: psql -v database=NAME'
	SELECT 1 / 0 AS database_is_not_set;
\endif

DO $$
DECLARE
	role text;
BEGIN
	FOREACH role IN ARRAY ARRAY['autopsy_owner', 'autopsy_ops',
		'autopsy_web', 'autopsy_ingest', 'autopsy_mailer']
	LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
			EXECUTE format('CREATE ROLE %I', role);
		END IF;
	END LOOP;
END
$$;

ALTER ROLE autopsy_owner NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE
	NOREPLICATION NOBYPASSRLS;
ALTER ROLE autopsy_ops LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE
	NOREPLICATION NOBYPASSRLS;
ALTER ROLE autopsy_web LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE
	NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 160;
ALTER ROLE autopsy_ingest LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE
	NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 5;
ALTER ROLE autopsy_mailer LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE
	NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 10;

-- By hand, ops take on a program's role with SET ROLE and lose it again.
GRANT autopsy_owner, autopsy_web, autopsy_ingest, autopsy_mailer
	TO autopsy_ops;

-- Settings a role may have given itself are gone, those below hold.
ALTER ROLE autopsy_web RESET ALL;
ALTER ROLE autopsy_ingest RESET ALL;
ALTER ROLE autopsy_mailer RESET ALL;
ALTER ROLE autopsy_ops RESET ALL;

-- A page that needs more than two seconds is a page that has failed.
ALTER ROLE autopsy_web SET statement_timeout = '2s';
ALTER ROLE autopsy_web SET lock_timeout = '500ms';
-- To plan the query of lists takes longer than to answer it, and no query of
-- a page is planned better for knowing its parameters.
ALTER ROLE autopsy_web SET plan_cache_mode = 'force_generic_plan';
ALTER ROLE autopsy_web SET idle_in_transaction_session_timeout = '5s';
-- Sign-up and click counting say BEGIN READ WRITE; nothing else writes.
ALTER ROLE autopsy_web SET default_transaction_read_only = on;

ALTER ROLE autopsy_ingest SET statement_timeout = '5min';
ALTER ROLE autopsy_ingest SET lock_timeout = '5s';
ALTER ROLE autopsy_ingest SET idle_in_transaction_session_timeout = '2min';

ALTER ROLE autopsy_mailer SET statement_timeout = '30s';
ALTER ROLE autopsy_mailer SET lock_timeout = '2s';
ALTER ROLE autopsy_mailer SET idle_in_transaction_session_timeout = '30s';

ALTER ROLE autopsy_ops SET statement_timeout = '15min';
ALTER ROLE autopsy_ops SET lock_timeout = '5s';
ALTER ROLE autopsy_ops SET idle_in_transaction_session_timeout = '5min';

REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT, CREATE, TEMPORARY ON DATABASE :"database" TO autopsy_owner;
GRANT CONNECT ON DATABASE :"database"
	TO autopsy_ops, autopsy_web, autopsy_ingest, autopsy_mailer;

-- Statements here are short: compiling one costs more than it ever saves.
ALTER DATABASE :"database" SET jit = off;

\connect :"database"
REVOKE ALL ON SCHEMA public FROM PUBLIC;
-- Large objects would be a way to fill the disk without any table.
REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid),
	lo_from_bytea(oid, bytea), lo_put(oid, bigint, bytea),
	lowrite(integer, bytea) FROM PUBLIC;
