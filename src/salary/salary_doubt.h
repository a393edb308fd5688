/*
 * Doubts about pay that is well-formed: a slip of a zero, or a month's pay
 * recorded as a year's, shows against the figure until now or against the
 * other levels. Doubts are told and stop nothing.
 */
#ifndef SALARY_SALARY_DOUBT_H
#define SALARY_SALARY_DOUBT_H

#include <cjson/cJSON.h>

#include "db/db.h"
#include "salary/salary_csv.h"

struct doubt {
	cJSON *figures;	 /* by "slug/country/level": its middle */
	cJSON *recorded; /* the same, of this import's rows that are new */
	struct findings out;
};

#define DOUBT_INIT                    \
	{                             \
		.out = FINDINGS_INIT, \
	}

/* Reads the figures until now; before any row of the file is recorded. */
enum db_result doubt_open(struct doubt *d, struct db *db,
			  const char *path) WARN_UNUSED;
void doubt_release(struct doubt *d);

/* After a row is recorded; answer is that of observation_record. */
void doubt_row(struct doubt *d, const struct csv_record *row,
	       const cJSON *answer);
/* After all rows: prints the doubts on stderr. */
void doubt_tell(struct doubt *d, const struct csv *csv);

#endif
