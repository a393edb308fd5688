/*
 * Migration files: NNNN_name.sql directly in one directory, in the order of
 * their numbers. A file runs in a transaction unless its first line is
 *	-- migrate: no-transaction index=schema.name
 * Then it is exactly one CREATE INDEX CONCURRENTLY or DROP INDEX
 * CONCURRENTLY of that index, which can be picked up when it was cut off.
 */
#ifndef DB_MIGRATE_FILE_H
#define DB_MIGRATE_FILE_H

#include "db/migrate_scan.h"

struct migrate_file {
	char *name;
	int number;
	struct strbuf text;
	struct migrate_scan scan;
	char sha256[65];    /* hexadecimal */
	char *index_schema; /* NULL: runs in a transaction */
	char *index_name;
	bool is_drop;
};

struct migrate_dir {
	struct migrate_file *files;
	size_t count;
};

/* The number in a name such as 0002_catalog.sql; 0 if it is no such name. */
int migrate_number(const char *name);

/*
 * Looks at the text of f, whose name and text are set, and fills in the
 * rest. False with a line in err for what is wrong.
 */
bool migrate_file_parse(struct migrate_file *f, struct strbuf *err) WARN_UNUSED;
void migrate_file_release(struct migrate_file *f);

/*
 * The line an error of the server is about: position is its character,
 * counted from 1, or 0, when statement, counted from 0, is all that is known.
 */
int migrate_file_line(const struct migrate_file *f, int position,
		      int statement);

/*
 * Reads all files. False with a line in err for each thing that is wrong:
 * nothing should run then. Release it either way.
 */
bool migrate_dir_load(struct migrate_dir *dir, const char *path,
		      struct strbuf *err) WARN_UNUSED;
void migrate_dir_release(struct migrate_dir *dir);

#endif
