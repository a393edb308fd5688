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

/* Careers whose evidence changed, for one reason. */
struct settle {
	struct db *db;
	salary_refresh_fn *refresh;
	const char *reason; /* for the history, in words */
	const char *cause;  /* its kind, of salary.figure_history */
	bool is_quiet;	    /* does not print figures that changed */
	bool is_ageing;	    /* no evidence changed, only the day */
	int64_t changed;    /* figures so far */
};

/*
 * Derives the figures of a career, prints those that changed, and refreshes
 * what shows them. Returns the exit status.
 */
int settle_career(struct settle *s, const char *career_id, const char *slug);

/* Commits, or takes a dry run back and says so; on a status that is not 0
 * takes all back. Returns the exit status. */
int settle_end(struct db *db, int status, bool is_dry_run);

/* The last result's first value as JSON; the caller frees it. */
cJSON *settle_json(const struct db *db);

#endif
