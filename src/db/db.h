/*
 * A PostgreSQL connection that heals, and named queries.
 *
 * The queries are those of the *.sql files, made into a table at build time;
 * enum query names them (Q_CAREER_PAGE). They are prepared when a connection
 * is made, so a schema that is behind the program is noticed there.
 *
 * Results stay valid until the next call on the same connection.
 *
 * A read that meets a lost connection is repeated once on a new one. While
 * the server can't be reached, calls fail at once with DB_DOWN and a new
 * attempt is made after 100 ms to 2 s with jitter, so that a crowd of workers
 * does not storm a server that is coming back.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include <stdint.h>

#include "base/strbuf.h"
#include "queries.h" /* made by the build: enum query */

enum db_result {
	DB_OK,
	DB_NONE,     /* the query worked and found no row */
	DB_CONFLICT, /* a constraint said no; db_constraint() tells which */
	DB_DOWN,     /* no connection, or lost and not to be had again */
	DB_BUSY,     /* a lock or the time ran out; the same may work later */
	DB_ERROR,    /* the server refused the statement: a fault of ours */
};

struct db;

/*
 * What a program needs of a connection. role: the program runs as this role,
 * by SET ROLE if the login is another. prefix: only queries of these files
 * are prepared, separated by blanks ("career salary"); NULL for none.
 */
struct db_options {
	const char *url;
	const char *application; /* application_name */
	const char *role;	 /* NULL: stay who logged in */
	const char *features;
	bool is_patient; /* for tools: tries at once, and logs nothing */
};

/* Makes no connection yet. Strings of o are borrowed. db_free() frees it. */
struct db *db_new(const struct db_options *o);
void db_free(struct db *db);

/*
 * Connects now if there is no connection. DB_ERROR: the server is there, but
 * the role or the schema does not fit the program.
 */
enum db_result db_connect(struct db *db) WARN_UNUSED;

/* A parameter list: text values, NULL for SQL NULL. */
#define DB_PARAMS(...)                                               \
	((const char *const[]){ __VA_ARGS__ }),                      \
		(int)(sizeof((const char *const[]){ __VA_ARGS__ }) / \
		      sizeof(char *))
#define DB_NO_PARAMS NULL, 0

/* Reads: repeated once when the connection is lost. */
enum db_result db_read(struct db *db, enum query q, const char *const *params,
		       int n) WARN_UNUSED;
/* Writes: never repeated. */
enum db_result db_write(struct db *db, enum query q, const char *const *params,
			int n) WARN_UNUSED;

/*
 * A query that is COPY … FROM STDIN: more puts the next bytes into chunk, which
 * is empty, and returns 1; 0 when these are the last, -1 to give it all up.
 */
typedef int db_copy_fn(void *arg, struct strbuf *chunk);
enum db_result db_copy(struct db *db, enum query q, db_copy_fn *more,
		       void *arg) WARN_UNUSED;

/* The last result. db_value() is NULL for SQL NULL; borrowed. */
int db_rows(const struct db *db);
const char *db_value(const struct db *db, int row, int column);
size_t db_length(const struct db *db, int row, int column);
/* Rows a statement changed. */
int64_t db_affected(const struct db *db);

/*
 * The last error: one line, without the values it was about; its SQLSTATE
 * and the constraint of a DB_CONFLICT, "" if none; the character of the
 * text it is about, counted from 1, 0 if unknown.
 */
const char *db_error(const struct db *db);
const char *db_sqlstate(const struct db *db);
const char *db_constraint(const struct db *db);
int db_error_position(const struct db *db);

/* Repeated once when the connection is lost, as reads are. */
enum db_result db_begin(struct db *db) WARN_UNUSED;
enum db_result db_commit(struct db *db) WARN_UNUSED;
void db_rollback(struct db *db);

/* Text that is no named query: one statement, or many without values. */
enum db_result db_run(struct db *db, const char *sql, const char *const *params,
		      int n) WARN_UNUSED;
/* Runs a script at once; *done counts the statements that succeeded. */
enum db_result db_run_script(struct db *db, const char *sql,
			     int *done) WARN_UNUSED;
/* NOTIFY on the channel ends db_wait(). It is the session's: to be said again
 * when db_connects() has changed. */
enum db_result db_listen(struct db *db, const char *channel) WARN_UNUSED;
/*
 * Waits for a notification, for other_fd to be readable (-1: nothing else) or
 * for the end of the time. DB_OK: there was a notification, which may have come
 * earlier; DB_DOWN: the connection is lost; else DB_NONE.
 */
enum db_result db_wait(struct db *db, int other_fd,
		       int64_t timeout_ms) WARN_UNUSED;
/* Whether the session is inside a transaction block. */
bool db_in_transaction(const struct db *db);
/* Connections made so far, for the metrics. */
int64_t db_connects(const struct db *db);
/* The name of a query, for messages. */
const char *db_query_name(enum query q);
#endif
