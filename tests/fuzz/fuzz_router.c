/*
 * Method, path, query and form to a route of THE table and its parameters.
 * The input is a line "METHOD /path?query", to which a tab and what is accepted
 * may be added, and the form after it.
 */
#include "fuzz.h"

#include "http/router.h"
#include "routes.h"

/* What the pattern makes of the values is the path again. */
static void check_path(const struct route *r, const struct request *rq)
{
	struct strbuf path = STRBUF_INIT;
	const char *p = r->pattern;

	while (*p) {
		size_t len = strcspn(p, "{");

		strbuf_add(&path, p, len);
		p += len;
		if (!*p)
			break;
		len = strcspn(p, "}");
		for (size_t i = 0; i < rq->param_count; i++)
			if (strlen(rq->params[i].name) == len - 1 &&
			    memcmp(rq->params[i].name, p + 1, len - 1) == 0)
				strbuf_addstr(&path, rq->params[i].value);
		p += len + 1;
	}
	CHECK(strcmp(path.buf, rq->path) == 0);
	strbuf_release(&path);
}

static const struct field *field_of(const struct route *r, const char *name)
{
	for (const struct field *f = r->fields; f && f->name; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

/* A handler sees declared fields with valid values, each once but for those
 * that may come again. */
static void check_params(const struct route *r, const struct request *rq)
{
	for (size_t i = 0; i < rq->param_count; i++) {
		const struct param *p = &rq->params[i];
		const struct field *f = field_of(r, p->name);

		CHECK(f && f->is_valid(p->value));
		CHECK((f->in & FIELD_MANY) ||
		      request_param(rq, p->name) == p->value);
		CHECK((f->in & ~FIELD_MANY) < FIELD_FORM ||
		      rq->method == METHOD_POST);
		CHECK(fuzz_is_utf8(p->value, strlen(p->value)));
		CHECK(!fuzz_has_control(p->value));
		/* Countries are taken in either case, and as uae; tokens are
		 * judged by who has the keys. */
		if (f->in == FIELD_PATH)
			CHECK(field_is_slug(p->value) ||
			      (strcmp(p->name, "token") == 0 &&
			       fuzz_matches(p->value, "^[A-Za-z0-9_-]+$")) ||
			      fuzz_matches(p->value, "^[A-Za-z]{2,3}$"));
	}
}

/* To this site, and one slash or some empty values shorter. */
static void check_redirect(const struct request *rq, const char *to, int status)
{
	size_t path = strlen(rq->path), len = strcspn(to, "\r");

	CHECK(to[0] == '/' && to[1] != '/' && to[1] != '\\');
	for (size_t i = 0; i < len; i++)
		CHECK(to[i] > ' ' && to[i] < 0x7f && !strchr("\"<>", to[i]));
	if (status == 301) {
		CHECK(rq->path[path - 1] == '/');
		CHECK(strncmp(to, rq->path, path - 1) == 0 && len == path - 1);
		return;
	}
	CHECK(strncmp(to, rq->path, path) == 0);
	CHECK(len == path || to[path] == '?');
	CHECK(!router_is_api_path(rq->path) && rq->method != METHOD_POST);
}

static void check_refusal(const struct request *rq, const struct response *rs,
			  int status)
{
	const char *to = strstr(rs->headers.buf, "Location: ");
	bool is_options = rq->method == METHOD_OPTIONS;

	CHECK(status == 301 || status == 302 || status == 400 ||
	      status == 404 || status == 405 || status == 406 ||
	      status == 415 || status == 204);
	CHECK((status == 301 || status == 302) == (to != NULL));
	CHECK((status == 405 || status == 204) ==
	      (strstr(rs->headers.buf, "Allow: ") != NULL));
	CHECK(status != 204 || is_options);
	CHECK(!is_options || status == 204 || status == 404 || status == 301);
	CHECK(status != 406 || (*rq->accept && router_is_api_path(rq->path)));
	CHECK(!strstr(rs->headers.buf, "Access-Control-Max-Age: ") ||
	      (is_options && router_is_api_path(rq->path)));
	/* A body that is not read may come with a query that was. */
	CHECK(status == 415 || (status == 400) == (rs->complaint_count > 0));
	CHECK(status < 400 || rs->detail.len);
	if (to)
		check_redirect(rq, to + strlen("Location: "), status);
}

/* What is left out of an address is left out once: nobody goes in circles. */
static void check_again(const struct request *rq, const struct response *rs)
{
	char *to = arena_strdup(rq->arena, strstr(rs->headers.buf, "/"));
	struct request next = { .arena = rq->arena,
				.method = METHOD_GET,
				.accept = "",
				.content_type = "",
				.body = "" };
	struct response reply;
	int status = -1;

	to[strcspn(to, "\r")] = '\0';
	next.path = to;
	next.query = to + strcspn(to, "?");
	if (*next.query)
		*(char *)next.query++ = '\0';
	/* What was no letter of an address is three now. */
	if (strlen(next.query) > REQUEST_QUERY_MAX)
		return;
	response_init(&reply);
	CHECK(router_find(routes, &next, &reply, &status));
	response_release(&reply);
}

static void check(struct request *rq)
{
	const struct route *r;
	struct response rs;
	int status = -1;

	response_init(&rs);
	r = router_find(routes, rq, &rs, &status);
	if (r) {
		unsigned wanted = rq->method == METHOD_HEAD ? METHOD_GET
							    : rq->method;

		CHECK(status == 0 && (r->methods & wanted));
		CHECK(!rs.complaint_count && !rs.headers.len);
		check_path(r, rq);
		check_params(r, rq);
		for (size_t i = 0; i < rq->param_count; i++)
			CHECK(*rq->params[i].value ||
			      field_of(r, rq->params[i].name)->in >=
				      FIELD_FORM);
	} else {
		check_refusal(rq, &rs, status);
		if (status == 302)
			check_again(rq, &rs);
	}
	for (size_t i = 0; i < rs.complaint_count; i++)
		CHECK(*rs.complaints[i].detail);
	response_release(&rs);
}

/* Cuts text at the first of mark; what comes after, "" if there is none. */
static char *cut(char *text, char mark)
{
	char *at = strchr(text, mark);

	if (!at)
		return text + strlen(text);
	*at = '\0';
	return at + 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct request rq = { .arena = &arena };
	char *text = fuzz_string(data, size);
	char *form = cut(text, '\n'), *path = cut(text, ' ');

	rq.method = request_method_of(text);
	rq.accept = cut(path, '\t');
	rq.query = cut(path, '?');
	rq.path = path;
	rq.content_type = *form == '{' ? "application/json"
				       : "application/x-www-form-urlencoded";
	rq.body = form;
	rq.body_len = strlen(form);
	/* What request_read() never lets through. */
	if (strlen(rq.path) <= REQUEST_PATH_MAX &&
	    strlen(rq.query) <= REQUEST_QUERY_MAX &&
	    rq.body_len <= REQUEST_BODY_MAX)
		check(&rq);
	free(text);
	arena_release(&arena);
	return 0;
}
