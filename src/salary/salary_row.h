/*
 * A curated file of pay, checked whole before any of it is recorded. Needs
 * no database: what the rows refer to comes as one document, the answer of
 * the query import_reference.
 */
#ifndef SALARY_SALARY_ROW_H
#define SALARY_SALARY_ROW_H

#include <cjson/cJSON.h>

#include "salary/salary_csv.h"

enum row_column {
	ROW_CAREER_SLUG,
	ROW_COUNTRY,
	ROW_LEVEL,
	ROW_LOW,
	ROW_MEDIAN,
	ROW_HIGH,
	ROW_CURRENCY,
	ROW_PERIOD,
	ROW_PAY_BASIS,
	ROW_SOURCE_CODE,
	ROW_SOURCE_TITLE,
	ROW_SOURCE_URL,
	ROW_OBSERVED_ON,
	ROW_RECORDED_ON,
	ROW_RECORDED_BY,
	ROW_SAMPLE_N,
	ROW_NOTES,
	ROW_COLUMNS,
};

/* The header, exactly. */
bool row_check_header(const struct csv *csv, struct findings *out) WARN_UNUSED;

/* Every fault of every row after the header. source: the one imported. */
void row_check_all(const struct csv *csv, const cJSON *reference,
		   const char *source, struct findings *out);

/* An amount in thousandths; false unless it is digits with at most three
 * decimals, above zero. */
bool row_parse_amount(const char *s, int64_t *thousandths) WARN_UNUSED;

#endif
