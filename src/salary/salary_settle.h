/* What import and sources share: the connection, its complaints, and what
 * follows in a career when its evidence has changed. */
#ifndef SALARY_SALARY_SETTLE_H
#define SALARY_SALARY_SETTLE_H

#include <cjson/cJSON.h>

#include "base/findings.h"
#include "salary/salary_import.h"

/* db_free() frees it. */
struct db *settle_open(void);

/* The reason on stderr and the exit status that goes with it. */
int settle_give_up(const struct db *db, enum db_result rc, const char *what);

/* Prints the findings, sorted, and that nothing is written. Returns 1. */
int settle_refuse(struct findings *f);

/*
 * Derives the figures of a career, prints those that changed, and refreshes
 * what shows them. Adds their number to *changed. Returns the exit status.
 */
int settle_career(struct db *db, const char *career_id, const char *slug,
		  const char *reason, salary_refresh_fn *refresh,
		  int64_t *changed);

/* Commits, or takes a dry run back and says so; on a status that is not 0
 * takes all back. Returns the exit status. */
int settle_end(struct db *db, int status, bool is_dry_run);

/* The last result's first value as JSON; the caller frees it. */
cJSON *settle_json(const struct db *db);

#endif
