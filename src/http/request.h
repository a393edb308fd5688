/*
 * One request, as nginx hands it over. All strings live in the arena of the
 * request and die with it. nginx is the only peer of the socket, so COUNTRY,
 * ENCODING, REQUEST_ID and REMOTE_ADDR are its own words; the rest is the
 * visitor's.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/strbuf.h"

/* All sizes that a request may reach, in one list. */
#define REQUEST_PATH_MAX 512
#define REQUEST_QUERY_MAX 2048
#define REQUEST_BODY_MAX 16384
#define REQUEST_PARAMS_MAX 24
#define REQUEST_ID_MAX 64
#define REQUEST_AGENT_MAX 200

enum method {
	METHOD_GET = 1 << 0,
	METHOD_POST = 1 << 1,
	METHOD_HEAD = 1 << 2,
	METHOD_OPTIONS = 1 << 3,
	METHOD_OTHER = 1 << 4,
};

enum encoding { ENCODING_IDENTITY, ENCODING_GZIP, ENCODING_BR };

struct param {
	const char *name;
	const char *value;
};

struct request {
	enum method method;
	const char *path;
	const char *query; /* "" if there is none */
	const char *content_type;
	const char *body;
	size_t body_len;
	bool is_body_too_large;
	bool is_given_up;    /* waited so long that nobody reads the reply */
	const char *id;	     /* of the request, for log and reply */
	const char *country; /* ISO code the edge chose, "" if none */
	const char *country_reason; /* choice edge connection language default */
	enum encoding encoding;
	const char *if_none_match; /* "" as the next, if it is not there */
	const char *if_modified_since;
	const char *origin;
	const char *fetch_site; /* Sec-Fetch-Site */
	const char *accept;
	const char *ip;		/* of the visitor, "" if it is none */
	const char *user_agent; /* printable ASCII, cut */
	struct param params[REQUEST_PARAMS_MAX]; /* valid ones, after routing */
	size_t param_count;
	struct arena *arena;
};

/*
 * Fills rq, which is zero but for its arena, from a list of NAME=value that
 * ends with NULL. Strings are borrowed from it. What is too long or not of
 * its kind becomes what no route takes.
 */
void request_read(struct request *rq, char *const *params);
/* The next piece of the body, copied; too much of it is dropped and noted. */
void request_add_body(struct request *rq, const char *data, size_t len);

/* The value of a field of the route, NULL if it was not given. */
const char *request_param(const struct request *rq, const char *name);

/*
 * The values of a field that may be given several times: *at is 0 at first,
 * NULL comes after the last.
 */
const char *request_next(const struct request *rq, const char *name,
			 size_t *at);

/*
 * The value without the blanks around it that typing and pasting leave; NULL
 * if nothing else was given. In the arena.
 */
const char *request_trimmed(const struct request *rq, const char *name);

/* False if there is no room for one more. Strings are borrowed. */
bool request_add_param(struct request *rq, const char *name,
		       const char *value) WARN_UNUSED;

/*
 * Decodes name=value&… of a query or a form into out (at most max), in the
 * arena. Returns how many, or -1 when it is malformed: a bad %xx, a NUL or
 * another control character but tab, CR and LF, bytes that are not UTF-8, or
 * more than max pairs.
 */
int request_decode_form(struct arena *arena, const char *text, size_t len,
			struct param *out, int max) WARN_UNUSED;

enum method request_method_of(const char *name);

/* Whether a page of another site made the browser send this POST. */
bool request_is_cross_site(const struct request *rq, const char *site_url);

#endif
