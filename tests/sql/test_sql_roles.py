"""Each role can do its work and nothing else, logged in as itself."""

import psycopg2
import pytest

from sql_database import NAME, ROOT, cluster, connect
from support.cluster import SUPERUSER

SCRIPT = ROOT / "deploy" / "roles.sql"
REFUSED = psycopg2.errors.InsufficientPrivilege

FORBIDDEN = {
    "autopsy_web": [
        "SELECT email FROM mail.subscriber",
        "SELECT count(*) FROM mail.subscriber",
        "TABLE mail.subscriber",
        "INSERT INTO mail.subscriber (email, topic, consent_text_version) "
        "VALUES ('a@example.org', 'all', '1')",
        "DELETE FROM mail.subscriber",
        "INSERT INTO salary.figure (low) VALUES (1)",
        "UPDATE salary.figure SET low = 1",
        "DELETE FROM salary.figure",
        "TRUNCATE salary.figure",
        "INSERT INTO salary.observation (low) VALUES (1)",
        "UPDATE salary.observation SET low = 1",
        "INSERT INTO salary.figure_history (reason) VALUES ('x')",
        "UPDATE salary.source SET tier = 'official'",
        "SELECT salary.derive_figures(1, 'x')",
        "SELECT salary.derived_figures(1, current_date)",
        "UPDATE catalog.revision SET note = ''",
        "UPDATE catalog.document SET body = ''",
        "UPDATE catalog.career SET slug = 'x'",
        "UPDATE catalog.content_version SET version = 0",
        "SELECT catalog.bump_content_version()",
        "UPDATE catalog.resource SET url = 'https://example.org/'",
        "SELECT count(*) FROM catalog.resource_click",
        "INSERT INTO ops.job_run (job) VALUES ('x')",
    ],
    "autopsy_ingest": [
        "SELECT email FROM mail.subscriber",
        "SELECT mail.request_subscription('a@example.org', 'all', '1')",
        "INSERT INTO salary.figure (low) VALUES (1)",
        "UPDATE salary.figure SET low = 1",
        "DELETE FROM salary.figure",
        "INSERT INTO salary.figure_history (reason) VALUES ('x')",
        "UPDATE salary.observation SET low = 1",
        "DELETE FROM salary.observation",
        "DELETE FROM salary.source",
        "UPDATE salary.hours SET weekly_hours = 60",
        "UPDATE catalog.career SET slug = 'x'",
        "UPDATE catalog.revision SET note = ''",
        "DELETE FROM catalog.document",
        "UPDATE catalog.content_version SET version = 0",
        "SELECT catalog.count_click('x')",
    ],
    "autopsy_mailer": [
        "UPDATE mail.subscriber SET email = 'b@example.org'",
        "DELETE FROM mail.subscriber",
        "SELECT mail.request_subscription('a@example.org', 'all', '1')",
        "SELECT low FROM salary.figure",
        "INSERT INTO salary.observation (career_id) VALUES (1)",
        "SELECT salary.derive_figures(1, 'x')",
        "UPDATE catalog.document SET body = ''",
        "SELECT catalog.count_click('x')",
    ],
    "autopsy_ops": [
        "UPDATE salary.figure SET low = 1",
        "DELETE FROM mail.subscriber",
        "UPDATE catalog.career SET slug = 'x'",
        "CREATE TABLE catalog.t (id bigint)",
        f"SET ROLE {SUPERUSER}",
    ],
}

FORBIDDEN_TO_ALL = [
    "CREATE TABLE public.t (id bigint)",
    "CREATE TEMPORARY TABLE t (id bigint)",
    "CREATE SCHEMA s",
    "CREATE ROLE r",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY (SELECT 1) TO '/tmp/x'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_reload_conf()",
    "ALTER ROLE autopsy_owner LOGIN",
]

ALLOWED = {
    "autopsy_web": [
        "SELECT body FROM catalog.document",
        "SELECT low FROM salary.figure",
        "SELECT version FROM catalog.content_version",
        "SELECT mail.request_subscription('a@example.org', 'all', '1')",
        "SELECT catalog.count_click('no-such-resource')",
    ],
    "autopsy_ingest": [
        "SELECT low FROM salary.figure",
        "SELECT salary.derived_figures(1, current_date)",
        "SELECT catalog.bump_content_version()",
        "INSERT INTO ops.job_run (job) VALUES ('ingest')",
    ],
    "autopsy_mailer": [
        "SELECT email FROM mail.subscriber",
        "SELECT name FROM catalog.career_summary",
        "INSERT INTO ops.job_run (job) VALUES ('mailer')",
    ],
    "autopsy_ops": [
        "SELECT email FROM mail.subscriber",
        "SELECT low FROM salary.figure",
        "SELECT job FROM ops.job_run",
        "SET ROLE autopsy_owner",
        "SET ROLE autopsy_web",
    ],
}


def run(role, statement):
    """In a transaction that may write, so that only a grant can refuse."""
    link = connect(role)
    try:
        with link.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ WRITE")
            cursor.execute(statement)
    finally:
        link.rollback()
        link.close()


def pairs(matrix):
    return [(role, s) for role, many in matrix.items() for s in many]


@pytest.mark.parametrize("role, statement", pairs(FORBIDDEN))
def test_role_is_refused(role, statement):
    with pytest.raises(REFUSED):
        run(role, statement)


@pytest.mark.parametrize("statement", FORBIDDEN_TO_ALL)
@pytest.mark.parametrize("role", FORBIDDEN)
def test_every_role_is_refused(role, statement):
    with pytest.raises(REFUSED):
        run(role, statement)


@pytest.mark.parametrize("target", ["autopsy_owner", "autopsy_ops", SUPERUSER])
@pytest.mark.parametrize(
    "role", ["autopsy_web", "autopsy_ingest", "autopsy_mailer"])
def test_program_cannot_become_another_role(role, target):
    with pytest.raises(REFUSED):
        run(role, f"SET ROLE {target}")


@pytest.mark.parametrize("role, statement", pairs(ALLOWED))
def test_role_can_do_its_work(role, statement):
    run(role, statement)


def test_web_reads_only_unless_it_says_otherwise():
    link = connect("autopsy_web")
    with link.cursor() as cursor, pytest.raises(
            psycopg2.errors.ReadOnlySqlTransaction):
        cursor.execute("SELECT mail.request_subscription("
                       "'a@example.org', 'all', '1')")
    link.close()


@pytest.mark.parametrize("role", FORBIDDEN)
def test_every_login_has_time_limits(role):
    link = connect(role)
    with link.cursor() as cursor:
        for name in ("statement_timeout", "lock_timeout",
                     "idle_in_transaction_session_timeout"):
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone()[0] != "0", name
    link.close()


def test_owner_cannot_log_in():
    link = connect()
    with link.cursor() as cursor:
        cursor.execute("SELECT rolcanlogin FROM pg_roles "
                       "WHERE rolname = 'autopsy_owner'")
        assert cursor.fetchone() == (False,)
    link.close()


def test_no_function_is_open_to_public():
    link = connect()
    with link.cursor() as cursor:
        cursor.execute("""
            SELECT p.oid::regprocedure::text
            FROM pg_proc AS p
            JOIN pg_namespace AS n ON n.oid = p.pronamespace
            WHERE n.nspname IN ('ops', 'catalog', 'salary', 'mail')
                AND (p.proacl IS NULL
                    OR EXISTS (
                        SELECT
                        FROM aclexplode(p.proacl) AS a
                        WHERE a.grantee = 0))""")
        assert cursor.fetchall() == []
    link.close()


def test_functions_that_run_as_owner_pin_their_path():
    link = connect()
    with link.cursor() as cursor:
        cursor.execute("""
            SELECT p.oid::regprocedure::text
            FROM pg_proc AS p
            JOIN pg_namespace AS n ON n.oid = p.pronamespace
            WHERE n.nspname IN ('ops', 'catalog', 'salary', 'mail')
                AND p.prosecdef
                AND NOT coalesce(p.proconfig, '{}')
                    @> ARRAY['search_path=pg_catalog, pg_temp']""")
        assert cursor.fetchall() == []
    link.close()


def test_roles_script_runs_twice():
    cluster().psql("postgres", file=SCRIPT, variables={"database": NAME})


def test_roles_script_wants_a_database():
    with pytest.raises(RuntimeError, match="-v database=NAME"):
        cluster().psql("postgres", file=SCRIPT)
