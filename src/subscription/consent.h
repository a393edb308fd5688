/* What sign-ups and links share: writing down what somebody wants. */
#ifndef SUBSCRIPTION_CONSENT_H
#define SUBSCRIPTION_CONSENT_H

#include "http/web.h"

/* Which wording stands on the forms: views/subscription/consent.html. */
#define CONSENT_TEXT "2026-11-24"

/*
 * Runs a query that writes. is_yes tells whether it returned a true boolean,
 * or the word yes.
 */
enum db_result consent_write(struct db *db, enum query q,
			     const char *const *params, int n, const char *yes,
			     bool *is_yes) WARN_UNUSED;

/* The status for what went wrong: 503, or 500. */
int consent_trouble(struct response *rs, enum db_result rc);

/* The topics of the request as an array of PostgreSQL, in the arena. */
const char *consent_topics(const struct request *rq, const char *field);

/* Where a request came from, NULL when that is not known. */
const char *consent_ip(const struct request *rq);
const char *consent_agent(const struct request *rq);

#endif
