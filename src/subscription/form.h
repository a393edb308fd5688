/* The form to sign up, for pages that lead back to it. */
#ifndef SUBSCRIPTION_FORM_H
#define SUBSCRIPTION_FORM_H

#include "http/web.h"

/* The form with a sentence above it that says why it is there. */
int form_again(struct web *web, const struct request *rq, struct response *rs,
	       int status, const char *note);

#endif
