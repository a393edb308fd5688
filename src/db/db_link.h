/*
 * What db.c asks of libpq beyond single calls: a connection with timeouts
 * that a dead host can't outlast, and waiting with a limit. libpq's own calls
 * wait for ever: a server that hangs would hold a web worker until its
 * deadline. For db.c only.
 */
#ifndef DB_DB_LINK_H
#define DB_DB_LINK_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "db/db.h"

/* The caller frees it with PQfinish(), whatever its state. */
PGconn *db_link_open(const char *url, const char *application);
/* libpq repeats a URL that it can't read, with the password in it. */
bool db_link_is_malformed(const char *url);

/*
 * The result of the command that was sent last; of several, the last one.
 * limit_ms < 0: no limit. NULL when the limit has passed, *is_late is then
 * true and the connection good for nothing but PQfinish(); or when the
 * connection is lost. The caller clears the result.
 */
PGresult *db_link_wait(PGconn *conn, int64_t limit_ms, bool *is_late);

/* Runs a prepared COPY with what more hands out; its last result, NULL when
 * the connection is lost. The caller clears it. */
PGresult *db_link_copy(PGconn *conn, const char *name, db_copy_fn *more,
		       void *arg);

#endif
