/*
 * One HTTP request, with the limits that a job needs which nobody watches:
 * HTTPS only, certificates always checked, time and size limited, redirects
 * only within the host, tries again what may pass. The body goes to a file
 * without a name, so that its size is no matter for memory.
 *
 * Only this file's .c knows libcurl. Nothing here logs: an error text has the
 * address in it and never a body.
 */
#ifndef BASE_FETCH_H
#define BASE_FETCH_H

#include <stdint.h>

#include "base/strbuf.h"

#define FETCH_MAX_BYTES ((int64_t)32 << 20)

struct fetch_request {
	const char *url;
	const char *post;   /* JSON to POST; NULL: GET */
	const char *accept; /* NULL: anything */
	const char *agent;  /* who asks: RFC 9110 section 10.1.5 */
	/* Of the copy at hand, for a 304; "" for none. */
	const char *etag, *last_modified;
	/* Blotted out wherever a reply repeats it; NULL or "" for none. */
	const char *secret;
};

struct fetch_reply {
	int fd; /* of the body, at its start; fetch_release() closes it */
	int64_t size;
	int status;
	int tries;
	struct strbuf headers; /* a JSON object, names in lower case */
	struct strbuf etag, last_modified, type;
};

#define FETCH_REPLY_INIT                                               \
	{                                                              \
		.fd = -1, .headers = STRBUF_INIT, .etag = STRBUF_INIT, \
		.last_modified = STRBUF_INIT, .type = STRBUF_INIT      \
	}

enum fetch_result {
	FETCH_OK,	 /* 200 */
	FETCH_UNCHANGED, /* 304: the copy at hand is good */
	FETCH_LATER,	 /* could not be reached, or said later, each time */
	FETCH_REFUSED,	 /* will not pass by itself */
};

/* allow_http: plain HTTP is good enough to this machine itself; for tests.
 * Unless FETCH_OK or FETCH_UNCHANGED, err says why. */
enum fetch_result fetch(const struct fetch_request *request, bool allow_http,
			struct fetch_reply *reply,
			struct strbuf *err) WARN_UNUSED;
void fetch_release(struct fetch_reply *reply);

/* Whether two addresses have scheme, host and port in common. */
bool fetch_is_same_origin(const char *a, const char *b);

/* A new file without a name, -1 with errno. The caller closes it. */
int fetch_open_file(void);

#endif
