/* What salary_row.c, salary_row_column.c and salary_rate.c share; nobody else
 * includes this. */
#ifndef SALARY_SALARY_ROW_CHECK_H
#define SALARY_SALARY_ROW_CHECK_H

#include "salary/salary_row.h"

#define AGE_MAX_YEARS 5

/* The header is exactly these; what is "pay file" or the like. */
bool row_check_names(const struct csv *csv, const char *const *names,
		     size_t count, const char *what,
		     struct findings *out) WARN_UNUSED;
/* The source is registered, curated, and states rates or pay as the file. */
void row_check_registration(const cJSON *reference, const char *source,
			    bool is_rates, struct findings *out);

struct row_check {
	const struct csv *csv;
	const cJSON *reference;
	const char *source; /* that is imported */
	struct findings *out;
	const struct csv_record *row;
	char oldest[16]; /* observed_on may not be before */
	const char *today;
};

extern const char *const row_names[ROW_COLUMNS];

void row_complain(struct row_check *c, enum row_column column, const char *fmt,
		  ...) PRINTF_LIKE(3, 4);
/* A member's text, "" if it has none. */
const char *row_text(const cJSON *object, const char *name);
/* A part of the reference. */
const cJSON *row_reference(const struct row_check *c, const char *name);
/* The item of a list whose name, or which itself, is value. */
const cJSON *row_find(const cJSON *list, const char *name, const char *value);
bool row_contains(const cJSON *list, const char *value);

/* Judges each column by itself, amounts and dates too. */
void row_check_columns(struct row_check *c);

#endif
