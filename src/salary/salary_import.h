/*
 * Pay that people wrote down, into evidence and from there into figures.
 *
 *   autopsy-ingest sources FILE [--dry-run]
 *   autopsy-ingest import FILE --source CODE [--dry-run]
 *
 * Each is one transaction; nothing is written when anything is wrong, and a
 * dry run is the same transaction taken back. Results go to stdout, faults
 * and reasons to stderr.
 */
#ifndef SALARY_SALARY_IMPORT_H
#define SALARY_SALARY_IMPORT_H

#include "db/db.h"

#define EXIT_TRY_LATER 75

/*
 * What else shows a career's figures and has to follow in the transaction
 * that changed them. Given by the program, since pages are another feature.
 */
typedef enum db_result salary_refresh_fn(struct db *db, const char *career_id);

/* argv[0] is the command's name. They return the exit status. */
int salary_import_command(int argc, char **argv, salary_refresh_fn *refresh);
int salary_source_command(int argc, char **argv, salary_refresh_fn *refresh);

#endif
