/* What is said in a session beside named queries: text of others, blocks of
 * transactions, and waiting to be told. */
#include "db/db_session.h"

#include <poll.h>

#include "base/clock.h"

enum db_result db_run(struct db *db, const char *sql, const char *const *params,
		      int n)
{
	enum db_result rc = db_connect(db);

	if (rc != DB_OK)
		return rc;
	return db_take(db, n ? PQexecParams(db->conn, sql, n, NULL, params,
					    NULL, NULL, 0)
			     : PQexec(db->conn, sql));
}

/* A COPY wants a stream that nobody has; only a new session gets out. */
static enum db_result give_up_copy(struct db *db)
{
	db_disconnect(db);
	db_set_error(db, "COPY from or to the client is not possible here");
	return DB_ERROR;
}

enum db_result db_run_script(struct db *db, const char *sql, int *done)
{
	enum db_result rc = db_connect(db);
	PGresult *r;

	*done = 0;
	if (rc != DB_OK)
		return rc;
	if (!PQsendQuery(db->conn, sql))
		return db_take(db, NULL);
	while ((r = PQgetResult(db->conn))) {
		bool is_copy = PQresultStatus(r) == PGRES_COPY_IN ||
			       PQresultStatus(r) == PGRES_COPY_OUT;

		/* Whatever follows the first error says nothing new. */
		if (rc == DB_OK || rc == DB_NONE)
			rc = db_take(db, r);
		else
			PQclear(r);
		if (is_copy)
			return give_up_copy(db);
		*done += rc == DB_OK || rc == DB_NONE;
	}
	return rc == DB_NONE ? DB_OK : rc;
}

/* A statement without rows is done, not "none found". */
static enum db_result control(struct db *db, const char *sql)
{
	enum db_result rc = db_run(db, sql, DB_NO_PARAMS);

	return rc == DB_NONE ? DB_OK : rc;
}

enum db_result db_begin(struct db *db)
{
	bool was_connected = db->conn != NULL;
	enum db_result rc = control(db, "BEGIN READ WRITE");

	/* Nothing is lost with the connection yet. */
	if (rc == DB_DOWN && was_connected) {
		db_disconnect(db);
		db->retry_at = 0;
		rc = control(db, "BEGIN READ WRITE");
	}
	db->in_block = rc == DB_OK;
	return rc;
}

enum db_result db_commit(struct db *db)
{
	enum db_result rc = control(db, "COMMIT");

	db->in_block = false;
	/* COMMIT of a failed transaction succeeds as a ROLLBACK. */
	if (rc == DB_OK && strcmp(PQcmdStatus(db->result), "COMMIT") != 0)
		rc = DB_ERROR;
	return rc;
}

void db_rollback(struct db *db)
{
	db->in_block = false;
	if (!db->conn)
		return;
	PQclear(PQexec(db->conn, "ROLLBACK"));
}

bool db_in_transaction(const struct db *db)
{
	PGTransactionStatusType s = PQtransactionStatus(db->conn);

	return s == PQTRANS_INTRANS || s == PQTRANS_INERROR;
}

enum db_result db_listen(struct db *db, const char *channel)
{
	enum db_result rc = db_connect(db);
	struct strbuf sql = STRBUF_INIT;
	char *ident;

	if (rc != DB_OK)
		return rc;
	ident = PQescapeIdentifier(db->conn, channel, strlen(channel));
	strbuf_addf(&sql, "LISTEN %s", ident);
	PQfreemem(ident);
	rc = control(db, sql.buf);
	strbuf_release(&sql);
	return rc;
}

/* Whether there were any; they are taken off. */
static bool take_notifications(PGconn *conn)
{
	PGnotify *n;
	bool is_any = false;

	while ((n = PQnotifies(conn))) {
		is_any = true;
		PQfreemem(n);
	}
	return is_any;
}

enum db_result db_wait(struct db *db, int other_fd, int64_t timeout_ms)
{
	int64_t end = clock_ms() + timeout_ms;
	struct pollfd fds[2] = { { .fd = other_fd, .events = POLLIN } };
	int64_t left;

	if (!db->conn)
		return DB_DOWN;
	fds[1] = (struct pollfd){ PQsocket(db->conn), POLLIN, 0 };
	/* Some came with the answer to a query. */
	while (!take_notifications(db->conn)) {
		left = end - clock_ms();
		if (left <= 0 || poll(fds, ARRAY_SIZE(fds), (int)left) < 0 ||
		    fds[0].revents)
			return DB_NONE;
		if (!fds[1].revents || PQconsumeInput(db->conn))
			continue;
		db_set_error(db, PQerrorMessage(db->conn));
		db_disconnect(db);
		return DB_DOWN;
	}
	return DB_OK;
}
