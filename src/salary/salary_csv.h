/*
 * CSV as RFC 4180 has it: fields with commas, quotes and line ends within
 * quotes; CRLF or LF between records; a byte order mark is passed over. The
 * text is UTF-8, at most 1 MiB, a field at most 4 kB, a record at most 64
 * fields. Blank lines are passed over.
 */
#ifndef SALARY_SALARY_CSV_H
#define SALARY_SALARY_CSV_H

#include "base/findings.h"

#define CSV_MAX_BYTES ((size_t)1 << 20)
#define CSV_MAX_FIELD 4096
#define CSV_MAX_FIELDS 64

struct csv_record {
	size_t line; /* that it begins on, from 1 */
	size_t count;
	const char *fields[CSV_MAX_FIELDS];
};

struct csv {
	struct csv_record *records;
	size_t count;
	size_t alloc;
	struct arena arena; /* of the fields */
};

#define CSV_INIT                    \
	{                           \
		.arena = ARENA_INIT \
	}

/*
 * Reads text. What is wrong is added to out and the record left away; a
 * quote that is never closed, or a text too large, ends the reading. True if
 * nothing is wrong.
 */
bool csv_read(struct csv *csv, const char *text, size_t len,
	      struct findings *out) WARN_UNUSED;
void csv_release(struct csv *csv);

#endif
