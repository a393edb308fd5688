/*
 * What a handler answers. It fills body and content_type and returns the
 * status; the frame adds headers, compresses, writes the error page when a
 * handler returns an error without a body, and logs.
 */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include <time.h>

#include "base/strbuf.h"

#define RESPONSE_BODY_MAX (2 << 20)
#define RESPONSE_HEADERS_MAX 4096

/* Who may keep a reply, and for how long. */
enum caching {
	CACHING_NONE,	/* no-store everywhere */
	CACHING_SHARED, /* edge and browser; one for everybody */
	CACHING_COUNTRY /* edge by country; private to the browser */
};

/* A parameter that was refused. */
struct complaint {
	const char *parameter; /* borrowed from the arena or static */
	const char *detail;
};
#define RESPONSE_COMPLAINTS_MAX 8

struct web; /* what handlers work with: web.h of http */
struct response;

/*
 * The next piece of a reply that is sent as it is made, since it is too large
 * to be held: appends at most RESPONSE_BODY_MAX bytes to rs->body, which is
 * empty each time. 1: there is more, perhaps; 0: that was the last; -1: it
 * failed, and the transfer is broken off, so that the reader can tell. Its
 * memory is what rs->more_arg points to, in the arena of the request; what
 * it took from there for each piece would add up. If the reader leaves it is
 * not called again, so nothing may wait to be freed or ended by it.
 */
typedef int response_more(struct web *web, struct response *rs);

struct response {
	int status;
	struct strbuf body;
	struct strbuf headers; /* extra lines, each ends with CR LF */
	const char *content_type;
	enum caching caching;
	time_t last_modified; /* 0: not known */
	struct strbuf detail; /* for people, when status is an error */
	struct complaint complaints[RESPONSE_COMPLAINTS_MAX];
	size_t complaint_count;
	/*
	 * Set by a handler that returns 200 with headers, and an ETag, but no
	 * body: the frame asks for the pieces, unless it answers a HEAD or the
	 * reader has them already (304). They are never kept nor encoded by us.
	 */
	response_more *more;
	void *more_arg;
};

void response_init(struct response *rs);
void response_reset(struct response *rs);
void response_release(struct response *rs);

/* Adds a header line. A value with a control character is a bug of ours. */
void response_header(struct response *rs, const char *name, const char *value);
/* 301, 302 or 303 to a path or URL of ours; returns the status. */
int response_redirect(struct response *rs, int status, const char *location);
/* An error with a sentence that says what is wrong; returns the status. */
int response_error(struct response *rs, int status, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* 400 about one parameter; more may follow. */
int response_complain(struct response *rs, const char *parameter,
		      const char *detail);

/* "Not Found" for 404; never NULL. */
const char *response_reason(int status);

#endif
