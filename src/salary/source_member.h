/*
 * Members of a JSON body, each what it has to be or a fault that names row
 * and field. All return false with job->err set.
 */
#ifndef SALARY_SOURCE_MEMBER_H
#define SALARY_SOURCE_MEMBER_H

#include "salary/source.h"

#define SOURCE_TEXT 300

/* What an item is, for a person: 'many', 7, null, an array. Valid until the
 * next call with the same buf. */
const char *source_show(const cJSON *item, char buf[SOURCE_TEXT]);

/* Into buf the text of a member, without the blanks around it; some text, and
 * no control characters in it. */
bool source_text(struct source_job *job, size_t row, const cJSON *of,
		 const char *name, char buf[SOURCE_TEXT]) WARN_UNUSED;

/* *out is the member as a decimal, "" if it is null. */
bool source_amount(struct source_job *job, size_t row, const cJSON *of,
		   const char *name, char buf[SOURCE_NUMBER],
		   const char **out) WARN_UNUSED;

/* The member as a whole number; text of one will do. */
bool source_whole(struct source_job *job, const cJSON *of, const char *name,
		  int64_t min, int64_t max, int64_t *out) WARN_UNUSED;

/* A year of four digits from text. */
bool source_parse_year(const char *s, int *year) WARN_UNUSED;

/* The fault of a body that is a refusal; reason "" if it gives none. */
bool source_refusal(struct source_job *job, const char *reason);

#endif
