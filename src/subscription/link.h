/* Links of mails: whose they are, and the pages they lead to. */
#ifndef SUBSCRIPTION_LINK_H
#define SUBSCRIPTION_LINK_H

#include "http/web.h"

struct link {
	char id[37]; /* a uuid as text */
	char generation[8];
};

/*
 * Reads the token of the address. 0, or the status of the answer: 404 for what
 * is none of our links, which is all that a forged one is told.
 */
int link_read(struct web *web, const struct request *rq, struct response *rs,
	      enum token_purpose purpose, struct link *link) WARN_UNUSED;

/*
 * Whether another site made the browser send this. Pages of links let their
 * address out to nobody, and browsers that know no Sec-Fetch-Site then call
 * their origin "null".
 */
bool link_is_cross_site(const struct request *rq);
int link_refuse_cross_site(struct response *rs);

/*
 * A page about what a query said: its JSON, with title, description, noindex
 * and `link`, the address without what stands behind the token.
 */
cJSON *link_page(const struct request *rq, const char *title);

/* Runs a query that reads one document; NULL unless rc is DB_OK. */
cJSON *link_document(struct web *web, enum query q, const char *const *params,
		     int n, enum db_result *rc) WARN_UNUSED;

/* Gives each of the topics a label that stands beside a box to tick. */
void link_label_topics(const struct request *rq, cJSON *topics);

/* A page of two sentences. Returns status, or 500. */
int link_message(struct web *web, const struct request *rq, struct response *rs,
		 int status, const char *title, const char *words);

#endif
