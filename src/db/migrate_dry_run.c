/*
 * Runs the pending files in one transaction that is rolled back, and tells
 * which strong locks they would hold on what exists now. It really takes
 * those locks while it runs.
 */
#include "base/clock.h"
#include "db/migrate_run.h"

struct dry_run {
	struct migrate *m;
	char *relations;    /* JSON, as they were before the first file */
	struct strbuf told; /* an array literal of the locks told so far */
	struct strbuf report;
	const struct migrate_file *file; /* the one at work */
};

static enum migrate_step fail(const struct dry_run *d, const char *where)
{
	migrate_tell_error(d->m, where);
	return STEP_FAILED;
}

/* Locks add up until the end, so one is told with the file that took it. */
static enum migrate_step report_locks(struct dry_run *d)
{
	const struct db *db = d->m->db;
	struct strbuf told = STRBUF_INIT;
	bool ok;

	strbuf_addf(&told, "{%s}", d->told.buf);
	ok = migrate_ask(d->m, Q_MIGRATE_LOCKS,
			 DB_PARAMS(d->relations, told.buf));
	strbuf_release(&told);
	if (!ok)
		return fail(d, d->file->name);
	for (int i = 0; i < db_rows(db); i++) {
		strbuf_addf(&d->told, "%s%s", d->told.len ? "," : "",
			    db_value(db, i, 0));
		strbuf_addf(&d->report, "  holds %s on %s (about %s rows)\n",
			    db_value(db, i, 2), db_value(db, i, 1),
			    db_value(db, i, 3));
	}
	return STEP_OK;
}

static enum migrate_step dry_file(struct dry_run *d,
				  const struct migrate_file *f)
{
	int64_t start = clock_ms();
	enum migrate_step step;

	d->file = f;
	if (f->index_schema) {
		strbuf_addf(&d->report,
			    "%s: not tried, it needs to run outside a "
			    "transaction\n",
			    f->name);
		return STEP_OK;
	}
	if (!migrate_renew_session(d->m, f))
		return STEP_FAILED;
	step = migrate_step(d->m, f);
	if (step != STEP_OK)
		return step;
	strbuf_addf(&d->report, "%s: runs, in %lld ms\n", f->name,
		    (long long)(clock_ms() - start));
	return report_locks(d);
}

static enum migrate_step dry_files(struct dry_run *d, int64_t last)
{
	struct migrate *m = d->m;
	enum migrate_step step = STEP_OK;

	strbuf_reset(&d->told);
	strbuf_reset(&d->report);
	if (!m->has_record && !migrate_create_record(m))
		return STEP_FAILED;
	for (size_t i = 0; i < m->count && step == STEP_OK; i++) {
		const struct migrate_entry *e = &m->entries[i];

		if (e->state != STATE_DONE && e->file->number <= last)
			step = dry_file(d, e->file);
	}
	return step;
}

static enum migrate_step try_once(struct dry_run *d, int64_t last)
{
	enum migrate_step step;

	if (db_begin(d->m->db) != DB_OK)
		return fail(d, "migrate: BEGIN");
	step = dry_files(d, last);
	db_rollback(d->m->db);
	return step;
}

int migrate_dry_run(struct migrate *m, int64_t last)
{
	struct dry_run d = { .m = m,
			     .told = STRBUF_INIT,
			     .report = STRBUF_INIT };
	enum migrate_step step;
	int rc = MIGRATE_FAILED;

	if (!migrate_ask(m, Q_MIGRATE_RELATIONS, DB_NO_PARAMS)) {
		migrate_tell_error(m, "migrate: relations");
		return MIGRATE_FAILED;
	}
	d.relations = xstrdup(db_value(m->db, 0, 0));
	for (int try_no = 1;; try_no++) {
		step = try_once(&d, last);
		if (step != STEP_LOCKED)
			break;
		if (!migrate_may_retry(d.file, try_no)) {
			rc = MIGRATE_LATER;
			break;
		}
	}
	if (step == STEP_OK) {
		fputs(d.report.len ? d.report.buf : "nothing is pending\n",
		      stdout);
		puts("dry run: everything was rolled back");
		rc = MIGRATE_DONE;
	}
	free(d.relations);
	strbuf_release(&d.told);
	strbuf_release(&d.report);
	return rc;
}
