/*
 * From what nginx sends to a request. Knows the names of the parameters,
 * which nginx/fastcgi.conf sets, and nothing of how they travel.
 */
#include "http/request.h"

#include <arpa/inet.h>

#include "base/clock.h"
#include "base/parse.h"

/* A request that waited longer in the queue has been given up by nginx. */
#define QUEUE_MAX_MS 9000

/* The value in a list of NAME=value; "" if it is not there. */
static const char *value_of(char *const *params, const char *name)
{
	size_t len = strlen(name);

	for (; *params; params++)
		if (strncmp(*params, name, len) == 0 && (*params)[len] == '=')
			return *params + len + 1;
	return "";
}

static enum encoding encoding_of(const char *name)
{
	if (strcmp(name, "br") == 0)
		return ENCODING_BR;
	return strcmp(name, "gzip") == 0 ? ENCODING_GZIP : ENCODING_IDENTITY;
}

/* nginx says when it got the request: seconds, a dot, milliseconds. */
static bool is_given_up(const char *s)
{
	const char *dot = strchr(s, '.');
	char digits[32];
	int64_t start;

	if (!dot || strlen(s) >= sizeof(digits) || strlen(dot) != 4)
		return false;
	snprintf(digits, sizeof(digits), "%.*s%s", (int)(dot - s), s, dot + 1);
	return parse_int(digits, 1, INT64_MAX, &start) &&
	       clock_wall_ms() - start > QUEUE_MAX_MS;
}

/* nginx makes them of 32 hexadecimal digits; they go into a header. */
static const char *id_of(const char *id)
{
	size_t len = strspn(id, "0123456789abcdef");

	return id[len] || len > REQUEST_ID_MAX ? "" : id;
}

/* Behind a socket of its own nginx has other names for who asks. */
static const char *ip_of(const char *text)
{
	struct in6_addr address;

	if (inet_pton(AF_INET, text, &address) == 1 ||
	    inet_pton(AF_INET6, text, &address) == 1)
		return text;
	return "";
}

static const char *agent_of(struct arena *arena, const char *text)
{
	char *agent =
		arena_strndup(arena, text, strnlen(text, REQUEST_AGENT_MAX));

	for (char *c = agent; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return agent;
}

void request_read(struct request *rq, char *const *params)
{
	rq->method = request_method_of(value_of(params, "REQUEST_METHOD"));
	rq->path = value_of(params, "DOCUMENT_URI");
	rq->query = value_of(params, "QUERY_STRING");
	rq->content_type = value_of(params, "CONTENT_TYPE");
	rq->id = id_of(value_of(params, "REQUEST_ID"));
	rq->country = value_of(params, "COUNTRY");
	rq->country_reason = value_of(params, "COUNTRY_REASON");
	rq->encoding = encoding_of(value_of(params, "ENCODING"));
	rq->if_none_match = value_of(params, "HTTP_IF_NONE_MATCH");
	rq->if_modified_since = value_of(params, "HTTP_IF_MODIFIED_SINCE");
	rq->origin = value_of(params, "HTTP_ORIGIN");
	rq->fetch_site = value_of(params, "HTTP_SEC_FETCH_SITE");
	rq->accept = value_of(params, "HTTP_ACCEPT");
	rq->ip = ip_of(value_of(params, "REMOTE_ADDR"));
	rq->user_agent =
		agent_of(rq->arena, value_of(params, "HTTP_USER_AGENT"));
	if (strlen(rq->path) > REQUEST_PATH_MAX)
		rq->path = "";
	if (strlen(rq->query) > REQUEST_QUERY_MAX)
		rq->query = "%";
	if (strlen(rq->country) != 2 ||
	    strspn(rq->country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2)
		rq->country = "";
	rq->is_given_up = is_given_up(value_of(params, "REQUEST_START"));
	rq->body = "";
}

void request_add_body(struct request *rq, const char *data, size_t len)
{
	char *body = (char *)rq->body; /* ours from the first piece on */

	if (rq->is_body_too_large || rq->body_len + len > REQUEST_BODY_MAX) {
		rq->is_body_too_large = true;
		return;
	}
	if (!rq->body_len)
		rq->body = body = arena_alloc(rq->arena, REQUEST_BODY_MAX + 1);
	memcpy(body + rq->body_len, data, len);
	rq->body_len += len;
	body[rq->body_len] = '\0';
}
