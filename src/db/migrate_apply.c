/*
 * Runs a file and writes its row of the record, in one transaction.
 *
 * A connection that is lost ends the run: the lock went with it, and what
 * follows must not run on a new session.
 */
#include "base/clock.h"
#include "db/migrate_run.h"

#define TRIES 10
#define TRY_PAUSE_MS 200

static bool is_locked(const struct migrate *m)
{
	return strcmp(db_sqlstate(m->db), "55P03") == 0;
}

void migrate_tell_line(const struct migrate *m, const struct migrate_file *f,
		       int statement)
{
	int line = migrate_file_line(f, db_error_position(m->db), statement);
	struct strbuf where = STRBUF_INIT;

	strbuf_addf(&where, "%s:%d", f->name, line);
	migrate_tell_error(m, where.buf);
	strbuf_release(&where);
	/* active_sql_transaction */
	if (strcmp(db_sqlstate(m->db), "25001") == 0)
		fputs("  indexes that are made or dropped concurrently go in "
		      "a file of their own with the first line '-- migrate: "
		      "no-transaction index=schema.name'\n",
		      stderr);
}

enum migrate_step migrate_step(struct migrate *m, const struct migrate_file *f)
{
	int statements = 0;

	if (!migrate_ask(m, Q_MIGRATE_BEGIN, DB_PARAMS(f->name))) {
		migrate_tell_error(m, f->name);
		return STEP_FAILED;
	}
	if (db_run_script(m->db, f->text.buf, &statements) != DB_OK) {
		if (is_locked(m))
			return STEP_LOCKED;
		migrate_tell_line(m, f, statements);
		return STEP_FAILED;
	}
	if (!db_in_transaction(m->db)) {
		fprintf(stderr,
			"%s: ended the transaction itself; what it "
			"did stays and is not recorded\n",
			f->name);
		return STEP_FAILED;
	}
	if (!migrate_ask(m, Q_MIGRATE_RECORD, DB_PARAMS(f->name, f->sha256))) {
		if (is_locked(m))
			return STEP_LOCKED;
		migrate_tell_error(m, f->name);
		return STEP_FAILED;
	}
	if (db_affected(m->db) == 1)
		return STEP_OK;
	fprintf(stderr,
		"%s: the transaction or the lock of the runner is "
		"gone; does DATABASE_URL lead through a pooler?\n",
		f->name);
	return STEP_FAILED;
}

bool migrate_may_retry(const struct migrate_file *f, int try_no)
{
	if (try_no >= TRIES) {
		fprintf(stderr,
			"%s: a lock could not be had in %d tries; nothing of "
			"it was kept. Look for long transactions in "
			"pg_stat_activity, then run it again\n",
			f->name, TRIES);
		return false;
	}
	fprintf(stderr, "%s: waits for a lock, try %d of %d\n", f->name, try_no,
		TRIES);
	clock_sleep_ms((int64_t)TRY_PAUSE_MS * try_no);
	return true;
}

bool migrate_renew_session(struct migrate *m, const struct migrate_file *f)
{
	if (migrate_ask(m, Q_MIGRATE_RESET, DB_NO_PARAMS) &&
	    migrate_ask(m, Q_MIGRATE_SESSION, DB_NO_PARAMS))
		return true;
	migrate_tell_error(m, f->name);
	return false;
}

void migrate_tell_applied(const struct migrate_file *f, int64_t start)
{
	printf("applied %s in %lld ms\n", f->name,
	       (long long)(clock_ms() - start));
	fflush(stdout);
}

int migrate_apply(struct migrate *m, const struct migrate_entry *e)
{
	const struct migrate_file *f = e->file;
	int64_t start = clock_ms();
	enum migrate_step step;

	if (e->state == STATE_INTERRUPTED) {
		fprintf(stderr,
			"%s: was interrupted as a no-transaction "
			"file; give it back its first line\n",
			f->name);
		return MIGRATE_FAILED;
	}
	for (int try_no = 1;; try_no++) {
		if (!migrate_renew_session(m, f))
			return MIGRATE_FAILED;
		if (db_begin(m->db) != DB_OK) {
			migrate_tell_error(m, f->name);
			return MIGRATE_FAILED;
		}
		step = migrate_step(m, f);
		if (step == STEP_OK)
			break;
		db_rollback(m->db);
		if (step == STEP_FAILED)
			return MIGRATE_FAILED;
		if (!migrate_may_retry(f, try_no))
			return MIGRATE_LATER;
	}
	if (db_commit(m->db) != DB_OK) {
		migrate_tell_error(m, f->name);
		return MIGRATE_FAILED;
	}
	migrate_tell_applied(f, start);
	return MIGRATE_DONE;
}
