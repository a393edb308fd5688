/*
 * Where the statements of a migration begin, and what it may not hold. It
 * knows parentheses and BEGIN ATOMIC bodies, whose semicolons end nothing.
 * The text is only read; the server gets it as it is.
 */
#ifndef DB_MIGRATE_SCAN_H
#define DB_MIGRATE_SCAN_H

#include "base/strbuf.h"

struct migrate_scan {
	size_t *starts; /* offset of the first token of each statement */
	size_t count;
	char opening[48]; /* first words of the last statement, upper case */
};

/*
 * Reads the whole text. False with one line in err, beginning name:line,
 * for what is refused: a statement that would begin or end a transaction,
 * COPY from or to the client, and quotes, comments, brackets or bodies that
 * are never closed. The caller releases the scan either way.
 */
bool migrate_scan(struct migrate_scan *scan, const char *name, const char *text,
		  struct strbuf *err) WARN_UNUSED;
void migrate_scan_release(struct migrate_scan *scan);

#endif
