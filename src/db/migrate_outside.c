/*
 * Runs a file that can't be in a transaction. Its row of the record says
 * "running" before and "done" after, so a run that was cut off is seen, and
 * the state of the index tells how far it came.
 */
#include "base/clock.h"
#include "db/migrate_run.h"

enum index_state { INDEX_NONE, INDEX_BROKEN, INDEX_VALID, INDEX_UNKNOWN };

static enum index_state look_at_index(struct migrate *m,
				      const struct migrate_file *f)
{
	enum db_result rc = db_run(m->db, query_texts[Q_MIGRATE_INDEX].sql,
				   DB_PARAMS(f->index_schema, f->index_name));

	if (rc == DB_NONE)
		return INDEX_NONE;
	if (rc == DB_OK)
		return strcmp(db_value(m->db, 0, 0), "t") == 0 ? INDEX_VALID
							       : INDEX_BROKEN;
	migrate_tell_error(m, f->name);
	return INDEX_UNKNOWN;
}

static bool drop_remnant(struct migrate *m, const struct migrate_file *f)
{
	char *sql;
	bool ok;

	ok = migrate_ask(m, Q_MIGRATE_DROP_INDEX,
			 DB_PARAMS(f->index_schema, f->index_name));
	if (ok) {
		sql = xstrdup(db_value(m->db, 0, 0));
		ok = db_run(m->db, sql, DB_NO_PARAMS) == DB_OK;
		free(sql);
	}
	if (!ok)
		migrate_tell_error(m, f->name);
	else
		printf("%s: dropped what was left of %s.%s\n", f->name,
		       f->index_schema, f->index_name);
	return ok;
}

/*
 * Makes way for the statement. A valid index that a recorded run left is
 * its finished work: *is_finished, if it came of the same text.
 */
static bool make_way(struct migrate *m, const struct migrate_entry *e,
		     bool *is_finished)
{
	const struct migrate_file *f = e->file;
	bool is_resumed = e->state == STATE_INTERRUPTED;
	enum index_state index = look_at_index(m, f);

	*is_finished = false;
	if (index == INDEX_UNKNOWN)
		return false;
	if (f->is_drop) {
		*is_finished = is_resumed && index == INDEX_NONE;
		return true;
	}
	if (index == INDEX_NONE)
		return true;
	if (is_resumed && index == INDEX_BROKEN)
		return drop_remnant(m, f);
	*is_finished = is_resumed && e->is_same_text;
	if (*is_finished)
		return true;
	fprintf(stderr,
		"%s: the index %s.%s exists already, but not by "
		"this text; drop it or put the old text back\n",
		f->name, f->index_schema, f->index_name);
	return false;
}

static bool run_outside(struct migrate *m, const struct migrate_file *f)
{
	int statements;
	enum index_state index;

	if (!migrate_ask(m, Q_MIGRATE_START, DB_PARAMS(f->name, f->sha256))) {
		migrate_tell_error(m, f->name);
		return false;
	}
	if (db_run_script(m->db, f->text.buf, &statements) != DB_OK) {
		migrate_tell_line(m, f, statements);
		fputs("  once the cause is gone, 'migrate up' clears away "
		      "what is left and runs the file again\n",
		      stderr);
		return false;
	}
	index = look_at_index(m, f);
	if (index == (f->is_drop ? INDEX_NONE : INDEX_VALID))
		return true;
	fprintf(stderr, "%s:1: the statement is not about the index %s.%s\n",
		f->name, f->index_schema, f->index_name);
	return false;
}

int migrate_apply_outside(struct migrate *m, const struct migrate_entry *e)
{
	const struct migrate_file *f = e->file;
	int64_t start = clock_ms();
	bool is_finished;

	if (!migrate_renew_session(m, f))
		return MIGRATE_FAILED;
	if (!migrate_ask(m, Q_MIGRATE_BE_PATIENT, DB_NO_PARAMS)) {
		migrate_tell_error(m, f->name);
		return MIGRATE_FAILED;
	}
	if (!make_way(m, e, &is_finished))
		return MIGRATE_FAILED;
	if (!is_finished && !run_outside(m, f))
		return MIGRATE_FAILED;
	if (!migrate_ask(m, Q_MIGRATE_FINISH, DB_PARAMS(f->name))) {
		migrate_tell_error(m, f->name);
		return MIGRATE_FAILED;
	}
	migrate_tell_applied(f, start);
	return MIGRATE_DONE;
}
