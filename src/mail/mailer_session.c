/* A worker's session with the database, and its waiting. */
#include "mail/mailer_work.h"

#include <errno.h>
#include <poll.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/parse.h"
#include "mail/address.h"

#define TICK_MS 1000
#define RESCUE_MS 15000
#define PRUNE_MS INT64_C(3600000)

void mailer_tick(void *arg)
{
	struct mailer *m = arg;
	int64_t now = clock_ms();

	if (!m->watchdog_ms || now - m->told_at < TICK_MS)
		return;
	m->told_at = now;
	notify_systemd("WATCHDOG=1");
}

static bool is_signalled(struct mailer *m, int64_t wait_ms)
{
	struct pollfd p = { .fd = m->stop_fd, .events = POLLIN };

	return poll(&p, 1, (int)wait_ms) > 0;
}

bool mailer_is_stopping(struct mailer *m)
{
	if (!m->is_stopping && is_signalled(m, 0)) {
		m->is_stopping = true;
		notify_systemd("STOPPING=1");
	}
	return m->is_stopping;
}

void mailer_pause(struct mailer *m, int64_t ms)
{
	int64_t end = clock_ms() + ms, left;

	while ((left = end - clock_ms()) > 0 && !mailer_is_stopping(m)) {
		mailer_tick(m);
		is_signalled(m, left < TICK_MS ? left : TICK_MS);
	}
}

bool mailer_has_session(const struct mailer *m)
{
	return m->connects == db_connects(m->db);
}

enum db_result mailer_ask(struct mailer *m, enum query q,
			  const char *const *params, int n)
{
	enum db_result rc = db_write(m->db, q, params, n);

	if (rc == DB_DOWN)
		m->connects = -1;
	return rc;
}

void mailer_release(struct mailer *m)
{
	/* Without it the number may be another's, and so the mails. What is
	 * left behind is rescued. */
	if (mailer_has_session(m) &&
	    mailer_ask(m, Q_MAILER_RELEASE, DB_PARAMS(m->worker)) == DB_ERROR)
		log_event(LOG_ERROR, "db.query", "%s", db_error(m->db));
}

static enum db_result begin(struct mailer *m)
{
	enum db_result rc =
		mailer_ask(m, Q_MAILER_TAKE_WORKER, DB_PARAMS(m->worker));
	const char *number = rc == DB_OK ? db_value(m->db, 0, 0) : NULL;

	if (rc != DB_OK)
		return rc;
	if (!number) {
		log_event(LOG_ERROR, "mailer.crowd",
			  "a thousand workers are at it");
		return DB_BUSY;
	}
	snprintf(m->worker, sizeof(m->worker), "%s", number);
	rc = mailer_ask(m, Q_MAILER_PLANS, DB_NO_PARAMS);
	if (rc == DB_OK)
		rc = mailer_ask(m, Q_MAILER_RELEASE, DB_PARAMS(m->worker));
	if (rc == DB_OK)
		rc = db_listen(m->db, "mail");
	if (rc == DB_OK) {
		m->connects = db_connects(m->db);
		m->rescue_at = 0;
	}
	return rc;
}

static enum db_result rescue(struct mailer *m)
{
	enum db_result rc = mailer_ask(m, Q_MAILER_RESCUE, DB_NO_PARAMS);
	int64_t count = 0, wait = m->lease_ms / 2;

	if (rc != DB_OK)
		return rc;
	m->rescue_at = clock_ms() + (wait < RESCUE_MS ? wait : RESCUE_MS);
	if (parse_int(db_value(m->db, 0, 0), 1, INT64_MAX, &count))
		log_event(LOG_WARN, "mailer.rescued",
			  "%lld mails of workers that did not finish them",
			  (long long)count);
	return rc;
}

static enum db_result adopt(struct mailer *m, const char *id, const char *email)
{
	unsigned char hash[EMAIL_HASH_SIZE];
	struct strbuf text = STRBUF_INIT, err = STRBUF_INIT;
	struct address a;
	bool is_good = address_parse(&a, email, &err);
	enum db_result rc;

	if (is_good) {
		email_hash(&m->pepper, a.text, hash);
		strbuf_addstr(&text, "\\x");
		for (size_t i = 0; i < sizeof(hash); i++)
			strbuf_addf(&text, "%02x", hash[i]);
	} else {
		log_event(LOG_WARN, "mailer.adopt",
			  "request %s is dropped: no mail can be sent to what "
			  "stands for its address",
			  id);
	}
	rc = mailer_ask(m, Q_MAILER_ADOPT,
			DB_PARAMS(id, is_good ? a.text : NULL,
				  is_good ? text.buf : NULL));
	strbuf_release(&text);
	strbuf_release(&err);
	return rc;
}

/* Requests from before there was a mailer, one after the other. */
static enum db_result adopt_all(struct mailer *m)
{
	char id[24] = "0", email[ADDRESS_SIZE];
	enum db_result rc = DB_OK;

	while (rc == DB_OK) {
		rc = mailer_ask(m, Q_MAILER_OLD_SUBSCRIBERS, DB_PARAMS(id));
		if (rc != DB_OK)
			break;
		snprintf(id, sizeof(id), "%s", db_value(m->db, 0, 0));
		snprintf(email, sizeof(email), "%s", db_value(m->db, 0, 1));
		rc = adopt(m, id, email);
	}
	return rc == DB_NONE ? DB_OK : rc;
}

static enum db_result prune(struct mailer *m)
{
	enum db_result rc = adopt_all(m);

	if (rc == DB_OK)
		rc = mailer_ask(m, Q_MAILER_PRUNE, DB_NO_PARAMS);
	/* Locked or slow: the next hour is good enough. */
	if (rc == DB_OK || rc == DB_BUSY)
		m->prune_at = clock_ms() + PRUNE_MS;
	if (rc == DB_OK)
		log_event(LOG_DEBUG, "mailer.pruned", "%s",
			  db_value(m->db, 0, 0));
	return rc == DB_BUSY ? DB_OK : rc;
}

static enum db_result step(struct mailer *m)
{
	enum db_result rc = db_connect(m->db);

	if (rc == DB_OK && !mailer_has_session(m))
		rc = begin(m);
	if (rc == DB_OK && clock_ms() >= m->rescue_at)
		rc = rescue(m);
	if (rc == DB_OK && clock_ms() >= m->prune_at)
		rc = prune(m);
	return rc;
}

enum mailer_session mailer_session(struct mailer *m)
{
	enum db_result rc = step(m);

	/* A connection that has died is noticed by the first who uses it. */
	if (rc == DB_DOWN)
		rc = step(m);
	if (rc == DB_OK) {
		if (m->is_db_away)
			log_event(LOG_INFO, "db.back", "worker %s", m->worker);
		m->is_db_away = false;
		return SESSION_READY;
	}
	if (rc != DB_DOWN && rc != DB_BUSY) {
		log_event(LOG_ERROR, "db.query", "%s", db_error(m->db));
		return SESSION_BROKEN;
	}
	if (!m->is_db_away)
		log_event(LOG_WARN, "db.away",
			  "the database can't be reached: %s", db_error(m->db));
	m->is_db_away = true;
	return SESSION_AWAY;
}
