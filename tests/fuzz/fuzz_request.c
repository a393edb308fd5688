/*
 * What nginx sends, to a request. The input is parameters NAME=value, each
 * ended by a NUL, then after an empty one the body, of which the first byte
 * says how large the pieces are that it comes in.
 */
#include "fuzz.h"

#include "http/request.h"

#define PARAMS_MAX 40

/* The value as libfcgi would find it: of the first of that name. */
static const char *sent(char *const *params, const char *name)
{
	for (; *params; params++) {
		const char *equals = strchr(*params, '=');

		if (equals && strlen(name) == (size_t)(equals - *params) &&
		    memcmp(*params, name, strlen(name)) == 0)
			return equals + 1;
	}
	return "";
}

static void check_params(const struct request *rq, char *const *params)
{
	const char *path = sent(params, "DOCUMENT_URI");
	const char *country = sent(params, "COUNTRY");
	bool is_known = false;

	for (int m = METHOD_GET; m <= METHOD_OTHER; m <<= 1)
		is_known |= (int)rq->method == m;
	CHECK(is_known);
	CHECK((rq->method == METHOD_POST) ==
	      (strcmp(sent(params, "REQUEST_METHOD"), "POST") == 0));
	CHECK(strlen(rq->path) <= REQUEST_PATH_MAX);
	CHECK(strcmp(rq->path, strlen(path) <= 512 ? path : "") == 0);
	CHECK(strlen(rq->query) <= REQUEST_QUERY_MAX);
	CHECK(fuzz_matches(rq->id, "^[0-9a-f]{0,64}$"));
	CHECK(fuzz_matches(rq->country, "^([A-Z]{2})?$"));
	CHECK(strcmp(rq->country, country) == 0 || !*rq->country);
	CHECK(rq->encoding <= ENCODING_BR);
	CHECK(strcmp(rq->origin, sent(params, "HTTP_ORIGIN")) == 0);
	CHECK(fuzz_matches(rq->ip, "^[0-9a-f.:A-F]*$"));
	CHECK(fuzz_matches(rq->user_agent, "^[ -~]{0,200}$"));
	CHECK(rq->content_type && rq->country_reason && rq->if_none_match &&
	      rq->accept);
}

static void check_site(struct request *rq)
{
	bool is_cross = request_is_cross_site(rq, "https://a.example");

	if (*rq->fetch_site)
		CHECK(is_cross ==
		      !fuzz_matches(rq->fetch_site, "^(same-origin|none)$"));
	else
		CHECK(is_cross ==
		      !fuzz_matches(rq->origin, "^(https://a\\.example)?$"));
}

static void read_body(struct request *rq, const char *body, size_t len)
{
	size_t step = len ? (unsigned char)body[0] * 64u + 1 : 1;

	for (size_t at = 0; at < len; at += step)
		request_add_body(rq, body + at,
				 len - at < step ? len - at : step);
	CHECK(rq->body_len <= REQUEST_BODY_MAX);
	CHECK(rq->body[rq->body_len] == '\0');
	CHECK(memcmp(rq->body, body, rq->body_len) == 0);
	CHECK(rq->is_body_too_large == (len > REQUEST_BODY_MAX));
	CHECK(rq->is_body_too_large || rq->body_len == len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct request rq = { .arena = &arena };
	char *params[PARAMS_MAX + 1] = { NULL };
	char *body;

	for (size_t n = 0; size && *data && n < PARAMS_MAX; n++) {
		size_t len = strnlen((const char *)data, size);

		params[n] = fuzz_string(data, len);
		data += len + (len < size);
		size -= len + (len < size);
	}
	if (size) {
		data++;
		size--;
	}
	body = fuzz_copy(data, size);
	request_read(&rq, params);
	check_params(&rq, params);
	check_site(&rq);
	read_body(&rq, body, size);
	free(body);
	for (size_t n = 0; params[n]; n++)
		free(params[n]);
	arena_release(&arena);
	return 0;
}
