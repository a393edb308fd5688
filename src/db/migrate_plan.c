#include "db/migrate_run.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/settings.h"

#define OWNER "autopsy_owner"
#define LOCK_POLL_MS 200

bool migrate_ask(struct migrate *m, enum query q, const char *const *params,
		 int n)
{
	enum db_result rc = db_run(m->db, query_texts[q].sql, params, n);

	return rc == DB_OK || rc == DB_NONE;
}

void migrate_tell_error(const struct migrate *m, const char *where)
{
	const char *state = db_sqlstate(m->db);

	fprintf(stderr, "%s: %s%s%s%s\n", where, db_error(m->db),
		*state ? " [" : "", state, *state ? "]" : "");
}

static int connect_failed(const struct migrate *m)
{
	const char *state = db_sqlstate(m->db);

	if (strcmp(state, "22023") == 0) {
		fputs("migrate: the role " OWNER " does not exist; a superuser "
		      "makes the roles, once: psql -v database=NAME -f "
		      "deploy/roles.sql\n",
		      stderr);
		return MIGRATE_USAGE;
	}
	if (strcmp(state, "42501") == 0) {
		fputs("migrate: this login may not become " OWNER "; use one "
		      "that deploy/roles.sql lets, such as autopsy_ops\n",
		      stderr);
		return MIGRATE_USAGE;
	}
	migrate_tell_error(m, "migrate: the database can't be reached");
	return MIGRATE_LATER;
}

int migrate_open(struct migrate *m)
{
	const struct db_options o = {
		.url = settings_str(SETTING_DATABASE_URL),
		.application = "migrate",
		.role = OWNER,
		.is_patient = true,
	};
	struct strbuf err = STRBUF_INIT;
	bool ok;

	memset(m, 0, sizeof(*m));
	m->db = db_new(&o);
	ok = migrate_dir_load(&m->dir, settings_str(SETTING_MIGRATIONS_DIR),
			      &err);
	if (!ok)
		fprintf(stderr, "%smigrate: nothing was run\n", err.buf);
	strbuf_release(&err);
	if (!ok)
		return MIGRATE_USAGE;
	if (db_connect(m->db) != DB_OK)
		return connect_failed(m);
	if (migrate_ask(m, Q_MIGRATE_SESSION, DB_NO_PARAMS))
		return MIGRATE_DONE;
	migrate_tell_error(m, "migrate: the session can't be set up");
	return MIGRATE_FAILED;
}

/* Runs a query that answers with one boolean. */
static int ask_bool(struct migrate *m, enum query q, bool *answer)
{
	if (db_run(m->db, query_texts[q].sql, DB_NO_PARAMS) != DB_OK) {
		migrate_tell_error(m, db_query_name(q));
		return MIGRATE_FAILED;
	}
	*answer = strcmp(db_value(m->db, 0, 0), "t") == 0;
	return MIGRATE_DONE;
}

int migrate_lock(struct migrate *m, int64_t wait_s)
{
	int64_t end = clock_ms() + wait_s * 1000;
	bool is_ours = false;

	for (;;) {
		int rc = ask_bool(m, Q_MIGRATE_LOCK, &is_ours);

		if (rc != MIGRATE_DONE || is_ours)
			return rc;
		if (clock_ms() >= end)
			break;
		clock_sleep_ms(LOCK_POLL_MS);
	}
	fprintf(stderr,
		"migrate: another runner is at work and was not done after "
		"%" PRId64 " s; try again, or give it longer with --wait\n",
		wait_s);
	return MIGRATE_LATER;
}

bool migrate_create_record(struct migrate *m)
{
	static const enum query queries[] = { Q_MIGRATE_CREATE_SCHEMA,
					      Q_MIGRATE_CREATE_TABLE,
					      Q_MIGRATE_COMMENT_TABLE };

	for (size_t i = 0; i < ARRAY_SIZE(queries); i++) {
		if (migrate_ask(m, queries[i], DB_NO_PARAMS))
			continue;
		migrate_tell_error(m,
				   "migrate: ops.migration can't be made; does "
				   "deploy/roles.sql let " OWNER
				   " create schemas here?");
		return false;
	}
	return true;
}

static char *copy_value(const struct db *db, int row, int column)
{
	const char *s = db_value(db, row, column);

	return s ? xstrdup(s) : NULL;
}

/* The entry of a file, which has a row in the record from 0, or none: -1. */
static struct migrate_entry enter_file(const struct migrate *m,
				       const struct migrate_file *f, int row,
				       int last, bool is_running)
{
	struct migrate_entry e = { .name = xstrdup(f->name), .file = f };

	if (row < 0) {
		e.state = f->number > last ? STATE_PENDING : STATE_OUT_OF_ORDER;
		return e;
	}
	e.applied_by = copy_value(m->db, row, 3);
	e.applied_at = copy_value(m->db, row, 4);
	e.is_same_text = strcmp(db_value(m->db, row, 1), f->sha256) == 0;
	if (strcmp(db_value(m->db, row, 2), "running") == 0)
		e.state = is_running ? STATE_RUNNING : STATE_INTERRUPTED;
	else
		e.state = e.is_same_text ? STATE_DONE : STATE_CHANGED;
	return e;
}

/* Merges files and rows, which are both sorted by name. */
static void merge(struct migrate *m, bool is_running)
{
	int rows = m->has_record ? db_rows(m->db) : 0, row = 0, last = 0;
	size_t i = 0;

	if (rows)
		last = migrate_number(db_value(m->db, rows - 1, 0));
	m->entries =
		xcalloc(m->dir.count + (size_t)rows + 1, sizeof(*m->entries));
	while (i < m->dir.count || row < rows) {
		const struct migrate_file *f = &m->dir.files[i];
		struct migrate_entry *e = &m->entries[m->count++];
		int order = i == m->dir.count ? 1 : -1;

		if (order < 0 && row < rows)
			order = strcmp(f->name, db_value(m->db, row, 0));
		if (order <= 0) {
			*e = enter_file(m, f, order ? -1 : row, last,
					is_running);
			i++;
			row += order == 0;
			continue;
		}
		e->name = copy_value(m->db, row, 0);
		e->state = STATE_MISSING;
		e->applied_by = copy_value(m->db, row, 3);
		e->applied_at = copy_value(m->db, row++, 4);
	}
}

int migrate_plan(struct migrate *m)
{
	bool is_running = false;
	int rc = ask_bool(m, Q_MIGRATE_IS_RUNNING, &is_running);

	if (rc == MIGRATE_DONE)
		rc = ask_bool(m, Q_MIGRATE_HAS_RECORD, &m->has_record);
	if (rc != MIGRATE_DONE)
		return rc;
	if (m->has_record && !migrate_ask(m, Q_MIGRATE_RECORDS, DB_NO_PARAMS)) {
		migrate_tell_error(m, "migrate: ops.migration can't be read");
		return MIGRATE_FAILED;
	}
	merge(m, is_running);
	return MIGRATE_DONE;
}

int migrate_outlook(const struct migrate *m)
{
	int outlook = MIGRATE_DONE;

	for (size_t i = 0; i < m->count; i++) {
		if (migrate_is_drift(m->entries[i].state))
			return MIGRATE_DRIFT;
		if (m->entries[i].state != STATE_DONE)
			outlook = MIGRATE_PENDING;
	}
	return outlook;
}

void migrate_close(struct migrate *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->entries[i].name);
		free(m->entries[i].applied_by);
		free(m->entries[i].applied_at);
	}
	free(m->entries);
	migrate_dir_release(&m->dir);
	db_free(m->db);
	memset(m, 0, sizeof(*m));
}
