/*
 * Whether who asks has the reply already: If-None-Match, and where there is
 * none, If-Modified-Since (RFC 9110 13.1 and 13.2.2). nginx does it for what
 * it keeps, and passes the two on for the rest.
 */
#ifndef HTTP_CONDITIONAL_H
#define HTTP_CONDITIONAL_H

#include "http/request.h"
#include "http/response.h"

/* Turns a finished 200 for GET or HEAD into a 304, where that is what it is. */
void conditional_answer(const struct request *rq, struct response *rs);

/* A list of entity tags, or *, has this one, compared weakly. */
bool conditional_has_tag(const char *list, const char *etag, size_t len);

/* A date of RFC 9110 5.6.7, of which there are three forms; -1 if it is none. */
time_t conditional_date(const char *text);

#endif
