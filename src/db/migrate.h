/*
 * The migration runner: autopsy-ctl migrate up | status | verify.
 *
 * One runner works at a time, by an advisory lock. All files are compared
 * with the record, ops.migration, before any is run; one that was changed,
 * is missing or comes too late stops everything. A file and its row in the
 * record are one transaction, with short waits for locks and several tries,
 * so that visitors never queue behind a migration for long. A runner that is
 * killed leaves nothing, or a row that says what to pick up.
 */
#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

/* The command; argv[0] is "migrate". Returns the exit code. */
int migrate_command(int argc, char **argv);

#endif
