#include "db/db_link.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"

PGconn *db_link_open(const char *url, const char *application)
{
	const char *const keys[] = {
		"dbname",	    "application_name", "connect_timeout",
		"tcp_user_timeout", "keepalives_idle",	"keepalives_interval",
		"keepalives_count", "client_encoding",	NULL
	};
	const char *const vals[] = { url, application, "2",    "2000", "5",
				     "2", "2",	       "UTF8", NULL };

	return PQconnectdbParams(keys, vals, 1);
}

/* libpq repeats a URL that it can't read, with the password in it. */
bool db_link_is_malformed(const char *url)
{
	PQconninfoOption *options;
	char *why = NULL;
	bool is_read;

	if (!strstr(url, "://") && !strchr(url, '='))
		return false; /* the plain name of a database */
	options = PQconninfoParse(url, &why);
	is_read = options != NULL;
	PQconninfoFree(options);
	PQfreemem(why);
	return !is_read;
}

/* True when something came before the end. */
static bool wait_input(PGconn *conn, int64_t end)
{
	struct pollfd p = { .fd = PQsocket(conn), .events = POLLIN };

	for (;;) {
		int64_t left = end < 0 ? -1 : end - clock_ms();
		int n;

		if (end >= 0 && left <= 0)
			return false;
		n = poll(&p, 1, (int)left);
		if (n > 0)
			return true;
		if (n < 0 && errno != EINTR)
			return true; /* PQconsumeInput() will say what is */
	}
}

PGresult *db_link_wait(PGconn *conn, int64_t limit_ms, bool *is_late)
{
	int64_t end = limit_ms < 0 ? -1 : clock_ms() + limit_ms;
	PGresult *last = NULL, *r;

	*is_late = false;
	for (;;) {
		while (PQisBusy(conn)) {
			if (!wait_input(conn, end)) {
				*is_late = true;
				PQclear(last);
				return NULL;
			}
			if (!PQconsumeInput(conn))
				break;
		}
		r = PQgetResult(conn);
		if (!r)
			return last;
		PQclear(last);
		last = r;
	}
}

PGresult *db_link_copy(PGconn *conn, const char *name, db_copy_fn *more,
		       void *arg)
{
	PGresult *r = PQexecPrepared(conn, name, 0, NULL, NULL, NULL, 0), *next;
	struct strbuf chunk = STRBUF_INIT;
	int state = 1;

	if (PQresultStatus(r) != PGRES_COPY_IN)
		return r;
	PQclear(r);
	while (state > 0) {
		strbuf_reset(&chunk);
		state = more(arg, &chunk);
		if (PQputCopyData(conn, chunk.buf, (int)chunk.len) != 1)
			break;
	}
	/* Also after a piece that could not be sent: else it waits for more. */
	PQputCopyEnd(conn, state ? "its data can't be had" : NULL);
	strbuf_release(&chunk);
	r = NULL;
	while ((next = PQgetResult(conn))) {
		PQclear(r);
		r = next;
	}
	return r;
}
