/* A sign-up on its way to the database, from the form or by the API. */
#ifndef SUBSCRIPTION_SIGNUP_STORE_H
#define SUBSCRIPTION_SIGNUP_STORE_H

#include "http/web.h"
#include "mail/address.h"

/* Without the keys none can be taken: the status 503, else 0. */
int signup_is_off(const struct web *web, struct response *rs);

/*
 * Whether hardly anybody confirms of late, so that a sign-up must show that a
 * page was looked at.
 */
enum db_result signup_is_careful(struct web *web, bool *is_careful) WARN_UNUSED;

/*
 * The form's proof of that: the time, under a MAC that covers the address.
 * NEW: none of ours, or too old; YOUNG: faster than a person.
 */
enum signup_proof { PROOF_NEW, PROOF_YOUNG, PROOF_GOOD };
void signup_make_proof(const struct web *web, const char *email,
		       char out[TOKEN_SIZE]);
enum signup_proof signup_read_proof(const struct web *web, const char *email,
				    const char *text);

/*
 * Stores the request, with the topics that are in the field of that name; all
 * where it has none. is_void: does the same work, for nothing.
 */
enum db_result signup_store(struct web *web, const struct request *rq,
			    const struct address *email, const char *field,
			    bool is_void) WARN_UNUSED;

#endif
