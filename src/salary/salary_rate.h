/*
 * A curated file of exchange rates: averages of years, in units of a
 * country's currency for one US dollar. Checked whole as a file of pay is
 * (salary_row.h), then made a vintage of its source, which takes the place of
 * the one before as a whole.
 */
#ifndef SALARY_SALARY_RATE_H
#define SALARY_SALARY_RATE_H

#include <cjson/cJSON.h>

#include "db/db.h"
#include "salary/salary_csv.h"

enum rate_column {
	RATE_KIND,
	RATE_BASE,
	RATE_QUOTE,
	RATE_COUNTRY,
	RATE_OBSERVED_ON,
	RATE_RATE,
	RATE_COLUMNS,
};

/* Whether the file's first column is that of rates, and not of pay. */
bool rate_is_meant(const struct csv *csv);
/* The header, exactly. */
bool rate_check_header(const struct csv *csv, struct findings *out) WARN_UNUSED;

/* Every fault of every row after the header. reference: the answer of the
 * query import_reference; source: the one imported. */
void rate_check_all(const struct csv *csv, const cJSON *reference,
		    const char *source, struct findings *out);

struct rate_file {
	const struct csv *csv; /* that was checked */
	const char *path;
	const char *source;
	const char *sha256; /* of the file, in hexadecimal */
};

/*
 * Prints what differs from the rates until now and records it, in the
 * caller's transaction. Returns the exit status. *is_known: the same was
 * held or rejected before, and the transaction is to be taken back.
 */
int rate_record(struct db *db, const struct rate_file *file, bool *is_known);

#endif
