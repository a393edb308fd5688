/*
 * The connection and the named queries. Connections are made lazily, never
 * before a fork; the URL is completed with timeouts that a dead host can't
 * outlast.
 */
#include "db/db_session.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/parse.h"

#define BACKOFF_FIRST_MS 100
#define BACKOFF_LAST_MS 2000
/* Below the two seconds after which nginx sends what it has kept. */
#define ANSWER_MS 1500
/* A standby that became primary should be found again without a restart. */
#define CONNECTION_AGE_MS INT64_C(600000) /* ten minutes */

struct db *db_new(const struct db_options *o)
{
	struct db *db = xcalloc(1, sizeof(*db));

	db->o = *o;
	strbuf_init_capped(&db->error, 2000);
	return db;
}

void db_disconnect(struct db *db)
{
	PQclear(db->result);
	db->result = NULL;
	PQfinish(db->conn);
	db->conn = NULL;
	db->in_block = false;
}

void db_free(struct db *db)
{
	if (!db)
		return;
	db_disconnect(db);
	strbuf_release(&db->error);
	free(db);
}

/* libpq ends its messages with a newline and may use several lines. */
void db_set_error(struct db *db, const char *text)
{
	strbuf_reset(&db->error);
	for (; *text; text++) {
		if (*text == '\n' && !text[1])
			break;
		strbuf_addch(&db->error,
			     (char)((unsigned char)*text < ' ' ? ' ' : *text));
	}
}

static void copy_field(char *out, size_t size, const char *s)
{
	size_t len = s ? strnlen(s, size - 1) : 0;

	if (len)
		memcpy(out, s, len);
	out[len] = '\0';
}

static void keep_error(struct db *db)
{
	const PGresult *r = db->result;
	const char *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	const char *hint = PQresultErrorField(r, PG_DIAG_MESSAGE_HINT);
	const char *at = PQresultErrorField(r, PG_DIAG_STATEMENT_POSITION);
	int64_t position;

	db_set_error(db, text ? text : PQerrorMessage(db->conn));
	if (hint)
		strbuf_addf(&db->error, " (%s)", hint);
	copy_field(db->sqlstate, sizeof(db->sqlstate),
		   PQresultErrorField(r, PG_DIAG_SQLSTATE));
	copy_field(db->constraint, sizeof(db->constraint),
		   PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME));
	if (at && parse_int(at, 1, INT32_MAX, &position))
		db->position = (int)position;
}

static bool succeeded(const PGresult *r)
{
	ExecStatusType s = PQresultStatus(r);

	return s == PGRES_TUPLES_OK || s == PGRES_COMMAND_OK ||
	       s == PGRES_EMPTY_QUERY;
}

enum db_result db_take(struct db *db, PGresult *r)
{
	PQclear(db->result);
	db->result = r;
	db->sqlstate[0] = db->constraint[0] = '\0';
	db->position = 0;
	strbuf_reset(&db->error);
	if (succeeded(r)) {
		if (PQresultStatus(r) == PGRES_TUPLES_OK && !PQntuples(r))
			return DB_NONE;
		return DB_OK;
	}
	keep_error(db);
	if (PQstatus(db->conn) != CONNECTION_OK)
		return DB_DOWN;
	/* Not said by the server but by libpq, which could not reach it; it
	 * may notice only later that the connection is lost. */
	if (!db->sqlstate[0] && (!r || PQresultStatus(r) == PGRES_FATAL_ERROR))
		return DB_DOWN;
	/* Shut down, lost, or a primary that became a standby. */
	if (strncmp(db->sqlstate, "57P0", 4) == 0 ||
	    strncmp(db->sqlstate, "08", 2) == 0 ||
	    strcmp(db->sqlstate, "25006") == 0)
		return DB_DOWN;
	if (strncmp(db->sqlstate, "23", 2) == 0)
		return DB_CONFLICT;
	return DB_ERROR;
}

/* A deadlock, locked for long, too slow, or out of something: may pass. */
static bool is_busy(const char *sqlstate)
{
	return strncmp(sqlstate, "40", 2) == 0 ||
	       strcmp(sqlstate, "55P03") == 0 ||
	       strcmp(sqlstate, "57014") == 0 ||
	       strncmp(sqlstate, "53", 2) == 0;
}

/* The answer to what was sent; sent: what libpq said of the sending. */
static enum db_result wait_for(struct db *db, int sent)
{
	PGresult *r = NULL;
	enum db_result rc;

	db->is_late = false;
	if (sent)
		r = db_link_wait(db->conn, db->o.is_patient ? -1 : ANSWER_MS,
				 &db->is_late);
	rc = db_take(db, r);
	if (db->is_late)
		db_set_error(db, "the server does not answer");
	return rc;
}

static bool has_feature(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (const char *s = list; s && *s;) {
		size_t n = strcspn(s, " ");

		if (n == len && memcmp(s, name, n) == 0)
			return true;
		s += n + (s[n] == ' ');
	}
	return false;
}

/* A tool tells it to whoever ran it, by db_error(). */
static void set_misfit(struct db *db, const char *query)
{
	struct strbuf why = STRBUF_INIT;

	strbuf_addf(&why,
		    "the schema does not fit this program; run 'autopsy-ctl "
		    "migrate up' (%s: %s)",
		    query, db->error.buf);
	db_set_error(db, why.buf);
	strbuf_release(&why);
	if (!db->o.is_patient)
		log_event(LOG_ERROR, "db.prepare", "%s", db->error.buf);
}

static enum db_result prepare_all(struct db *db)
{
	for (int i = 0; i < QUERY_MAX; i++) {
		const struct query_text *q = &query_texts[i];
		enum db_result rc;

		if (!has_feature(db->o.features, q->feature))
			continue;
		rc = wait_for(db, PQsendPrepare(db->conn, q->name, q->sql, 0,
						NULL));
		if (rc == DB_OK || rc == DB_NONE)
			continue;
		if (rc == DB_ERROR && is_busy(db->sqlstate))
			rc = DB_DOWN; /* a migration's lock; it will pass */
		if (rc == DB_ERROR)
			set_misfit(db, q->name);
		return rc;
	}
	return DB_OK;
}

static enum db_result become(struct db *db)
{
	struct strbuf sql = STRBUF_INIT;
	enum db_result rc;
	char *ident;

	if (!db->o.role)
		return DB_OK;
	if (strcmp(PQuser(db->conn), db->o.role) == 0)
		return DB_OK;
	ident = PQescapeIdentifier(db->conn, db->o.role, strlen(db->o.role));
	strbuf_addf(&sql, "SET ROLE %s", ident);
	rc = wait_for(db, PQsendQuery(db->conn, sql.buf));
	PQfreemem(ident);
	strbuf_release(&sql);
	return rc;
}

static void ignore_notice(void *arg, const PGresult *r)
{
	(void)arg;
	(void)r;
}

static void back_off(struct db *db)
{
	int64_t jitter;

	db->backoff = db->backoff ? db->backoff * 2 : BACKOFF_FIRST_MS;
	if (db->backoff > BACKOFF_LAST_MS)
		db->backoff = BACKOFF_LAST_MS;
	/* Spread by time and pid: enough for no two workers in step. */
	jitter = (clock_us() ^ getpid()) % (db->backoff / 2 + 1);
	db->retry_at = clock_ms() + db->backoff - jitter;
}

static bool is_too_old(const struct db *db)
{
	return !db->o.is_patient && !db->in_block &&
	       clock_ms() - db->connected_at > CONNECTION_AGE_MS;
}

enum db_result db_connect(struct db *db)
{
	enum db_result rc = DB_DOWN;

	if (db->conn && PQstatus(db->conn) == CONNECTION_OK && !is_too_old(db))
		return DB_OK;
	if (!db->o.is_patient && clock_ms() < db->retry_at)
		return DB_DOWN;
	db_disconnect(db);
	db->conn = db_link_open(db->o.url, db->o.application);
	if (PQstatus(db->conn) != CONNECTION_OK) {
		db_set_error(db,
			     db_link_is_malformed(db->o.url)
				     ? "its URL is not one that libpq can read"
				     : PQerrorMessage(db->conn));
		goto down;
	}
	PQsetNoticeReceiver(db->conn, ignore_notice, NULL);
	rc = become(db);
	if (rc == DB_OK)
		rc = prepare_all(db);
	if (rc != DB_OK)
		goto down;
	db->backoff = 0;
	db->retry_at = 0;
	db->connected_at = clock_ms();
	db->connects++;
	return DB_OK;
down:
	if (!db->o.is_patient)
		log_event(LOG_WARN, "db.down", "%s", db->error.buf);
	db_disconnect(db);
	back_off(db);
	return rc == DB_ERROR ? DB_ERROR : DB_DOWN;
}

static enum db_result run_query(struct db *db, enum query q,
				const char *const *params, int n)
{
	enum db_result rc = db_connect(db);

	/* A schema that does not fit is mended by ops, like a server that is
	 * away; until then both look alike to visitors, not to tools. */
	if (rc != DB_OK)
		return db->o.is_patient ? rc : DB_DOWN;
	rc = wait_for(db, PQsendQueryPrepared(db->conn, query_texts[q].name, n,
					      params, NULL, NULL, 0));
	if (rc == DB_ERROR && is_busy(db->sqlstate))
		rc = DB_BUSY;
	if ((rc == DB_ERROR || rc == DB_CONFLICT || rc == DB_BUSY) &&
	    !db->o.is_patient)
		log_event(rc == DB_CONFLICT ? LOG_DEBUG : LOG_ERROR, "db.query",
			  "%s: %s [%s]", query_texts[q].name, db->error.buf,
			  db->sqlstate);
	return rc;
}

enum db_result db_read(struct db *db, enum query q, const char *const *params,
		       int n)
{
	bool was_connected = db->conn != NULL;
	enum db_result rc = run_query(db, q, params, n);

	if (rc == DB_DOWN && was_connected && !db->in_block && !db->is_late) {
		db_disconnect(db);
		db->retry_at = 0;
		rc = run_query(db, q, params, n);
	}
	if (rc == DB_DOWN)
		db_disconnect(db);
	return rc;
}

enum db_result db_write(struct db *db, enum query q, const char *const *params,
			int n)
{
	enum db_result rc = run_query(db, q, params, n);

	if (rc == DB_DOWN)
		db_disconnect(db);
	return rc;
}

enum db_result db_copy(struct db *db, enum query q, db_copy_fn *more, void *arg)
{
	enum db_result rc = db_connect(db);

	if (rc != DB_OK)
		return rc;
	rc = db_take(db,
		     db_link_copy(db->conn, query_texts[q].name, more, arg));
	return rc == DB_ERROR && is_busy(db->sqlstate) ? DB_BUSY : rc;
}

int db_rows(const struct db *db)
{
	return PQntuples(db->result);
}

const char *db_value(const struct db *db, int row, int column)
{
	if (PQgetisnull(db->result, row, column))
		return NULL;
	return PQgetvalue(db->result, row, column);
}

size_t db_length(const struct db *db, int row, int column)
{
	return (size_t)PQgetlength(db->result, row, column);
}

int64_t db_affected(const struct db *db)
{
	const char *s = PQcmdTuples(db->result);
	int64_t n = 0;

	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + (*s - '0');
	return n;
}

const char *db_error(const struct db *db)
{
	return db->error.buf;
}

const char *db_sqlstate(const struct db *db)
{
	return db->sqlstate;
}

const char *db_constraint(const struct db *db)
{
	return db->constraint;
}

int db_error_position(const struct db *db)
{
	return db->position;
}

int64_t db_connects(const struct db *db)
{
	return db->connects;
}

const char *db_query_name(enum query q)
{
	return query_texts[q].name;
}
