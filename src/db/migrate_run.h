/*
 * What the files of the migration runner share; migrate.h is for others.
 */
#ifndef DB_MIGRATE_RUN_H
#define DB_MIGRATE_RUN_H

#include "db/db.h"
#include "db/migrate_file.h"

enum migrate_exit {
	MIGRATE_DONE = 0,
	MIGRATE_FAILED = 1,
	MIGRATE_PENDING = 1, /* of status */
	MIGRATE_USAGE = 2,   /* also files that can't be run as they are */
	MIGRATE_DRIFT = 3,
	MIGRATE_LATER = 75
};

enum migrate_state {
	STATE_DONE,
	STATE_PENDING,
	STATE_RUNNING,	   /* outside a transaction, by a runner at work */
	STATE_INTERRUPTED, /* the same, but that runner is gone */
	STATE_CHANGED,
	STATE_OUT_OF_ORDER,
	STATE_MISSING
};

struct migrate_options {
	int64_t to;
	int64_t wait_s;
	bool is_dry_run;
	bool is_json;
};

struct migrate_entry {
	char *name;
	const struct migrate_file *file; /* NULL: missing */
	enum migrate_state state;
	bool is_same_text; /* as when it was recorded */
	char *applied_by;  /* NULL: not recorded */
	char *applied_at;
};

struct migrate {
	struct db *db;
	struct migrate_dir dir;
	struct migrate_entry *entries; /* the plan, by name */
	size_t count;
	bool has_record; /* ops.migration exists */
};

/* Each returns MIGRATE_DONE, or the exit code after it told why. */
int migrate_open(struct migrate *m);
int migrate_lock(struct migrate *m, int64_t wait_s);
int migrate_plan(struct migrate *m);
void migrate_close(struct migrate *m);

/* Within a transaction of the caller; false after it told why. */
bool migrate_create_record(struct migrate *m) WARN_UNUSED;
/* What the plan comes to: done, pending or drift. */
int migrate_outlook(const struct migrate *m);
bool migrate_is_drift(enum migrate_state state);
/* A line for each that has drifted, with what to do about it. */
void migrate_tell_drift(const struct migrate *m);

/* A named query; false when the server refused it, which is not told. */
bool migrate_ask(struct migrate *m, enum query q, const char *const *params,
		 int n) WARN_UNUSED;
/* Every file starts from the same session, whatever the last one set. */
bool migrate_renew_session(struct migrate *m,
			   const struct migrate_file *f) WARN_UNUSED;
/* Say the last error of the database: of where, or of a line of f. */
void migrate_tell_error(const struct migrate *m, const char *where);
void migrate_tell_line(const struct migrate *m, const struct migrate_file *f,
		       int statement);
void migrate_tell_applied(const struct migrate_file *f, int64_t start);

enum migrate_step { STEP_OK, STEP_LOCKED, STEP_FAILED };

/* Runs and records one file in the transaction of the caller. */
enum migrate_step migrate_step(struct migrate *m, const struct migrate_file *f);
/* After STEP_LOCKED: waits for the next try, counted from 1; false: none. */
bool migrate_may_retry(const struct migrate_file *f, int try_no);
int migrate_apply(struct migrate *m, const struct migrate_entry *e);
int migrate_apply_outside(struct migrate *m, const struct migrate_entry *e);
/* Files up to number last in one transaction, which is rolled back. */
int migrate_dry_run(struct migrate *m, int64_t last);
int migrate_status_command(const struct migrate_options *o);
int migrate_verify_command(const struct migrate_options *o);

#endif
