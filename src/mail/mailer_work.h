/*
 * What the files of run and once share; nobody else includes this. session:
 * the database, and what is to be done there from time to time; send: one
 * mail; run: the loop.
 */
#ifndef MAIL_MAILER_WORK_H
#define MAIL_MAILER_WORK_H

#include "base/template.h"
#include "mail/mailer_job.h"
#include "mail/mailer_letter.h"
#include "mail/mailer_pace.h"
#include "mail/transport.h"

#define BATCH_MAX 20

struct mailer_mail {
	int64_t number;
	char id[24]; /* the same as text */
	char claim[40];
	char kind[16];
	int64_t attempts;
};

struct mailer {
	struct db *db;
	struct transport *transport;
	struct template_set *views;
	struct token_keys keys;
	struct token_pepper pepper;
	struct mailer_letter letter;
	struct mail_reply reply;

	char worker[24];  /* the number of the session */
	int64_t connects; /* db_connects() at its begin; -1: it is lost */
	int64_t rescue_at, prune_at;
	int64_t lease_ms;
	char lease[32];	    /* the same for SQL */
	int64_t claimed_ms; /* when the batch was */
	bool is_db_away;

	struct pace_bucket bucket;
	struct pace_breaker breaker;
	struct pace_answers answers;
	bool is_refused; /* the breaker is open since the relay wants none of
			  * us: somebody has to look */

	int stop_fd; /* signalfd */
	bool is_stopping;
	int64_t watchdog_ms, told_at;

	bool is_once;
	int64_t sent, put_off, dropped; /* mails, for the summary */
};

/* Tells the watchdog, if one watches and a second has passed; arg: mailer. */
void mailer_tick(void *arg);
/* Whether a signal asks us to end. */
bool mailer_is_stopping(struct mailer *m);
/* Waits, at most until somebody asks us to end. */
void mailer_pause(struct mailer *m, int64_t ms);

enum mailer_session {
	SESSION_READY,
	SESSION_AWAY,	/* said already, once */
	SESSION_BROKEN, /* said; the program and the database do not fit */
};
/* A session with a number of ours that listens, and what is due there. */
enum mailer_session mailer_session(struct mailer *m) WARN_UNUSED;
/* Whether it is still the session that mailer_session() left. */
bool mailer_has_session(const struct mailer *m);
/* A query in it, never repeated. */
enum db_result mailer_ask(struct mailer *m, enum query q,
			  const char *const *params, int n) WARN_UNUSED;
/* Gives back what this session claimed and did not begin to send. */
void mailer_release(struct mailer *m);

enum mailer_next {
	MAILER_GO_ON,
	MAILER_GIVE_BACK, /* the rest of the batch */
	MAILER_BROKEN,	  /* said; the program must end */
};
/* Sends one claimed mail and notes what became of it. */
enum mailer_next mailer_send(struct mailer *m,
			     const struct mailer_mail *mail) WARN_UNUSED;

#endif
