/* One mail: from its row to the relay, and what became of it back. */
#include "mail/mailer_work.h"

#include <sodium/randombytes.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "mail/bounce.h"
#include "mail/reply_blot.h"

#define AGAIN_MS 60000
#define HOLD_MS 300000

/* One mail on its way. */
struct way {
	struct mailer *m;
	const struct mailer_mail *mail;
	enum {
		ASK_NOT_YET,
		ASK_GO,
		ASK_LOST,     /* another has it, or nobody can tell */
		ASK_UNWANTED, /* by who would get it */
		ASK_FAILED,   /* a fault of ours */
	} ask;
	int64_t lease_end;
	int64_t took_ms;
	const char *outcome; /* for SQL */
	int64_t delay_ms;
	struct strbuf text; /* of the reply, without addresses */
	char state[16];	    /* of the row, in the end */
};

static int64_t retry_ms(const struct way *w)
{
	return pace_retry_ms(w->mail->attempts, randombytes_random());
}

static bool before_data(void *arg)
{
	struct way *w = arg;
	struct mailer *m = w->m;
	enum db_result rc =
		mailer_ask(m, Q_MAILER_BEGIN_DATA,
			   DB_PARAMS(w->mail->id, w->mail->claim, m->lease));
	const char *said = rc == DB_OK ? db_value(m->db, 0, 0) : "";

	w->lease_end = clock_ms() + m->lease_ms;
	if (rc == DB_ERROR) {
		w->ask = ASK_FAILED;
		strbuf_addstr(&w->text, db_error(m->db));
	} else if (rc != DB_OK || strcmp(said, "lost") == 0) {
		w->ask = ASK_LOST;
	} else {
		w->ask = strcmp(said, "go") == 0 ? ASK_GO : ASK_UNWANTED;
	}
	return w->ask == ASK_GO;
}

static void log_mail(const struct way *w)
{
	const struct mail_reply *r = &w->m->reply;
	bool is_bad = strcmp(w->outcome, "rejected") == 0 ||
		      strcmp(w->outcome, "unknown") == 0 ||
		      strcmp(w->state, "lost") == 0 ||
		      strcmp(w->state, "failed") == 0;
	struct strbuf event = STRBUF_INIT;
	struct log_line l;

	strbuf_addf(&event, "mail.%s", w->outcome);
	log_begin(&l, is_bad ? LOG_WARN : LOG_INFO, event.buf);
	log_str(&l, "id", w->mail->id);
	log_str(&l, "kind", w->mail->kind);
	log_str(&l, "state", w->state);
	log_int(&l, "attempts", w->mail->attempts);
	log_int(&l, "ms", w->took_ms);
	log_int(&l, "code", r->code);
	log_str(&l, "status", r->status);
	log_end(&l);
	strbuf_release(&event);
}

static enum db_result finish_once(const struct way *w)
{
	const struct mail_reply *r = &w->m->reply;
	bool is_refusal = r->code && (r->outcome == MAIL_REJECTED ||
				      r->outcome == MAIL_RETRY);
	char code[16], delay[40];

	snprintf(code, sizeof(code), "%d", r->code);
	snprintf(delay, sizeof(delay), "%lld milliseconds",
		 (long long)w->delay_ms);
	return mailer_ask(w->m, Q_MAILER_FINISH,
			  DB_PARAMS(w->mail->id, w->mail->claim, w->outcome,
				    r->code ? code : NULL, w->text.buf, delay,
				    is_refusal ? bounce_name(bounce_judge(
							 r->code, r->status))
					       : NULL,
				    r->status));
}

/*
 * What the relay said is known here only: while the database is away it is
 * kept, until another worker takes over the mail. False: it could not be said.
 */
static bool finish(struct way *w)
{
	struct mailer *m = w->m;
	enum db_result rc;
	const char *state;

	while ((rc = finish_once(w)) == DB_DOWN || rc == DB_BUSY) {
		if (!m->is_db_away)
			log_event(LOG_WARN, "db.away",
				  "mail %s waits to be noted: %s", w->mail->id,
				  db_error(m->db));
		m->is_db_away = true;
		if (clock_ms() > w->lease_end)
			break;
		mailer_tick(m);
		clock_sleep_ms(500);
	}
	if (rc != DB_OK) {
		log_event(LOG_ERROR, "mail.unfinished",
			  "mail %s was %s, and that could not be noted: %s",
			  w->mail->id, w->outcome, db_error(m->db));
		return false;
	}
	state = db_value(m->db, 0, 0);
	snprintf(w->state, sizeof(w->state), "%s", state ? state : "gone");
	log_mail(w);
	m->sent += strcmp(w->state, "sent") == 0;
	/* What no relay was there for has not been tried. */
	m->put_off += strcmp(w->state, "ready") == 0 &&
		      strcmp(w->outcome, "connection") != 0;
	m->dropped += strcmp(w->state, "failed") == 0 ||
		      strcmp(w->state, "unknown") == 0;
	return true;
}

/* Outcome for the row, and when it is tried again. */
static void judge(struct way *w)
{
	const struct mail_reply *r = &w->m->reply;
	bool is_about_reader = r->verb >= MAIL_VERB_RCPT;

	w->delay_ms = 0;
	switch (r->outcome) {
	case MAIL_SENT:
		w->outcome = "sent";
		break;
	case MAIL_RETRY:
		w->outcome = "retry";
		break;
	case MAIL_REJECTED:
		w->outcome = "rejected";
		break;
	case MAIL_UNKNOWN:
		w->outcome = "unknown";
		w->delay_ms = AGAIN_MS;
		break;
	case MAIL_ABORTED:
		w->outcome = w->ask == ASK_UNWANTED ? "cancelled"
			     : w->ask == ASK_FAILED ? "retry"
						    : "connection";
		break;
	default:
		/* One whose recipient has the relay hang up must neither hold
		 * up the others nor be tried for ever. */
		w->outcome = is_about_reader && !r->code ? "retry"
							 : "connection";
		w->delay_ms = is_about_reader ? AGAIN_MS : 0;
	}
	if (strcmp(w->outcome, "retry") == 0)
		w->delay_ms = retry_ms(w);
}

static void tell_news(const struct way *w, enum pace_news news, bool is_ours)
{
	struct mailer *m = w->m;

	if (is_ours && !m->is_refused)
		log_event(LOG_ERROR, "relay.refuses",
			  "the relay takes no mail from us: %s", w->text.buf);
	else if (news == PACE_OPENED)
		log_event(LOG_WARN, "relay.away", "%s",
			  w->text.len ? w->text.buf : "it hung up");
	else if (news == PACE_ALARM)
		log_event(LOG_ERROR, "relay.away",
			  "for a quarter of an hour: %s", w->text.buf);
	else if (news == PACE_CLOSED)
		log_event(LOG_INFO, "relay.back", "it takes mails again");
	m->is_refused = is_ours;
}

/* The relay wants nothing of what we send, whoever it is for. */
static void hold(struct mailer *m)
{
	log_event(LOG_ERROR, "relay.refuses",
		  "over 20 of the last 100 mails were refused for what they "
		  "are (5.7.x): nothing is sent for 5 minutes");
	pace_breaker_hold(&m->breaker, HOLD_MS, clock_ms());
	m->is_refused = true;
}

static void learn(const struct way *w)
{
	struct mailer *m = w->m;
	const struct mail_reply *r = &m->reply;
	bool is_ours = r->outcome == MAIL_OURS;

	if (r->outcome == MAIL_ABORTED)
		return;
	if (is_ours || r->outcome == MAIL_CONNECTION ||
	    r->outcome == MAIL_UNKNOWN) {
		tell_news(w,
			  pace_breaker_failed(&m->breaker, is_ours, clock_ms()),
			  is_ours);
		return;
	}
	tell_news(w, pace_breaker_worked(&m->breaker), false);
	if (r->outcome != MAIL_RETRY &&
	    pace_answers_add(&m->answers, strncmp(r->status, "5.7.", 4) == 0))
		hold(m);
}

static void hand_over(struct way *w)
{
	struct mailer *m = w->m;
	const struct mailer_letter *letter = &m->letter;
	const struct mail mail = {
		.bytes = letter->bytes.buf,
		.len = letter->bytes.len,
		.from = letter->from,
		.to = letter->to,
		.id = letter->id.buf,
		.before_data = before_data,
		.arg = w,
	};
	struct strbuf half = STRBUF_INIT;
	int64_t start = clock_ms();

	transport_send(m->transport, &mail, &m->reply);
	w->took_ms = clock_ms() - start;
	reply_blot(&half, m->reply.text.buf, letter->to);
	reply_blot(&w->text, half.buf, letter->from);
	strbuf_release(&half);
}

/*
 * The row as a letter. False: there is none, and outcome says why; NULL where
 * nobody can tell. One that can't be made is tried again, since it may well be
 * a setting that keeps all of them from being made.
 */
static bool compose(struct way *w)
{
	struct mailer *m = w->m;
	enum db_result rc =
		mailer_ask(m, Q_MAILER_COMPOSE, DB_PARAMS(w->mail->id));
	const char *text = rc == DB_OK ? db_value(m->db, 0, 0) : NULL;
	cJSON *json = text ? cJSON_Parse(text) : NULL;
	bool ok = json &&
		  mailer_letter_make(m->views, &m->keys, w->mail->number, json,
				     &m->letter, &w->text);

	cJSON_Delete(json);
	if (rc == DB_ERROR)
		strbuf_addstr(&w->text, db_error(m->db));
	if (ok || rc == DB_DOWN || rc == DB_BUSY) {
		w->outcome = NULL;
	} else if (rc == DB_OK && !text) {
		w->outcome = "cancelled";
	} else {
		w->outcome = "retry";
		w->delay_ms = retry_ms(w);
		log_event(LOG_ERROR, "mail.letter", "mail %s: %s", w->mail->id,
			  w->text.buf);
	}
	return ok;
}

enum mailer_next mailer_send(struct mailer *m, const struct mailer_mail *mail)
{
	struct way w = { .m = m,
			 .mail = mail,
			 .lease_end = m->claimed_ms + m->lease_ms,
			 .text = STRBUF_INIT };
	enum mailer_next next = MAILER_GO_ON;

	m->reply.code = 0;
	m->reply.status[0] = '\0';
	if (compose(&w)) {
		hand_over(&w);
		judge(&w);
		learn(&w);
	}
	if (w.outcome && !finish(&w))
		next = MAILER_BROKEN;
	else if (!mailer_has_session(m) || m->breaker.is_open)
		next = MAILER_GIVE_BACK;
	strbuf_release(&w.text);
	return next;
}
