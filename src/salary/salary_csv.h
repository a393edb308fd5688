/* A small CSV file as a whole, for people who want every fault of it at once:
 * csv_stream.h says what CSV is. At most 1 MiB. */
#ifndef SALARY_SALARY_CSV_H
#define SALARY_SALARY_CSV_H

#include "base/findings.h"
#include "salary/csv_stream.h"

#define CSV_MAX_BYTES ((size_t)1 << 20)

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
