/*
 * What the files that implement db.h share: the connection and its last
 * result. db.c has the connection and the named queries, db_run.c what else is
 * said in a session; nobody else includes this.
 */
#ifndef DB_DB_SESSION_H
#define DB_DB_SESSION_H

#include "db/db_link.h"

struct db {
	struct db_options o;
	PGconn *conn;
	PGresult *result;
	struct strbuf error;
	char sqlstate[6];
	char constraint[64];
	int position;
	int64_t retry_at;
	int64_t backoff;
	int64_t connected_at;
	int64_t connects;
	bool in_block;
	bool is_late; /* the server did not answer in time */
};

/* Without a connection nothing of it stays: no result, no transaction. */
void db_disconnect(struct db *db);
/* Stores r as the last result and says what it means. */
enum db_result db_take(struct db *db, PGresult *r) WARN_UNUSED;
/* Text of one line or several, which becomes one. */
void db_set_error(struct db *db, const char *text);

#endif
