#include "http/router.h"

#include "base/json.h"
#include "http/accept.h"
#include "base/utf8.h"
#include "base/parse.h"

#define SEGMENT_MAX 128

bool field_is_slug(const char *value)
{
	return parse_is_slug(value);
}

bool field_is_country(const char *value)
{
	for (int i = 0; i < 2; i++) {
		char c = (char)(value[i] | 0x20);

		if (c < 'a' || c > 'z')
			return false;
	}
	return !value[2];
}

bool field_is_level(const char *value)
{
	return strcmp(value, "junior") == 0 || strcmp(value, "mid") == 0 ||
	       strcmp(value, "senior") == 0 || strcmp(value, "manager") == 0;
}

bool field_is_page(const char *value)
{
	int64_t n;

	return parse_int(value, 1, 9999, &n);
}

bool field_is_query(const char *value)
{
	size_t words = 0;

	for (const char *s = value; *s; s++)
		words += *s != ' ' && (s == value || s[-1] == ' ');
	return strlen(value) <= 100 && words <= 8;
}

bool field_is_text(const char *value)
{
	return strlen(value) <= 400;
}

bool router_is_api_path(const char *path)
{
	return strncmp(path, "/api/", 5) == 0;
}

/*
 * Compares segment by segment; {name} takes one that is not empty. Values
 * are added to rq; the caller resets them when there is no match.
 */
static bool match(const char *pattern, const char *path, struct request *rq)
{
	const char *p = pattern, *s = path;

	while (*p && *s) {
		size_t plen, slen;

		if (*p != '{') {
			if (*p++ != *s++)
				return false;
			continue;
		}
		plen = strcspn(p, "}");
		slen = strcspn(s, "/");
		if (!slen || slen > SEGMENT_MAX)
			return false;
		if (!request_add_param(
			    rq, arena_strndup(rq->arena, p + 1, plen - 1),
			    arena_strndup(rq->arena, s, slen)))
			return false;
		p += plen + 1;
		s += slen;
	}
	return !*p && !*s;
}

static const struct field *field_of(const struct route *route, enum field_in in,
				    const char *name)
{
	for (const struct field *f = route->fields; f && f->name; f++)
		if ((f->in & ~FIELD_MANY) == in && strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

static bool path_is_valid(const struct route *route, const struct request *rq)
{
	for (size_t i = 0; i < rq->param_count; i++) {
		const struct field *f =
			field_of(route, FIELD_PATH, rq->params[i].name);

		if (!f)
			BUG("route %s does not declare {%s}", route->name,
			    rq->params[i].name);
		if (!f->is_valid(rq->params[i].value))
			return false;
	}
	return true;
}

static const char *allowed_names(const struct route *route, enum field_in in,
				 struct arena *arena)
{
	struct strbuf sb = STRBUF_INIT;
	const char *text;

	for (const struct field *f = route->fields; f && f->name; f++)
		if ((f->in & ~FIELD_MANY) == in)
			strbuf_addf(&sb, "%s%s", sb.len ? ", " : "", f->name);
	text = sb.len ? arena_strdup(arena, sb.buf) : "none";
	strbuf_release(&sb);
	return text;
}

static const char *sentence(struct arena *arena, const char *start,
			    const char *end)
{
	struct strbuf sb = STRBUF_INIT;
	const char *text;

	strbuf_addstr(&sb, start);
	strbuf_addstr(&sb, end);
	text = arena_strdup(arena, sb.buf);
	strbuf_release(&sb);
	return text;
}

static void complain_unknown(const struct route *route, enum field_in in,
			     const char *name, struct request *rq,
			     struct response *rs)
{
	/* Links to pages collect foreign parameters; they do not matter there.
	 * A program that misspells one should know. */
	if (route->kind & ROUTE_API)
		response_complain(
			rs, name,
			sentence(rq->arena, "is not known here; known: ",
				 allowed_names(route, in, rq->arena)));
}

static void check_value(const struct field *f, const char *value,
			struct request *rq, struct response *rs)
{
	if (!f->is_valid(value))
		response_complain(rs, f->name, f->expect);
	else if (!request_add_param(rq, f->name, value))
		response_complain(rs, f->name, "is one parameter too many");
}

/* A form sends every field it has; a program that sends nothing errs. */
static void check_empty(const struct route *route, const struct field *f,
			struct request *rq, struct response *rs)
{
	if (route->kind & ROUTE_API)
		response_complain(rs, f->name,
				  sentence(rq->arena, "is empty; it ",
					   f->expect));
}

static void check_pair(const struct route *route, enum field_in in,
		       const struct param *pair, struct request *rq,
		       struct response *rs)
{
	const struct field *f = field_of(route, in, pair->name);

	if (!f)
		complain_unknown(route, in, pair->name, rq, rs);
	else if (in == FIELD_QUERY && !*pair->value)
		check_empty(route, f, rq, rs);
	else if (!(f->in & FIELD_MANY) && request_param(rq, pair->name))
		response_complain(rs, f->name, "is given more than once");
	else
		check_value(f, pair->value, rq, rs);
}

static void check_pairs(const struct route *route, enum field_in in,
			const char *text, size_t len, struct request *rq,
			struct response *rs)
{
	struct param pairs[REQUEST_PARAMS_MAX];
	int n = request_decode_form(rq->arena, text, len, pairs,
				    REQUEST_PARAMS_MAX);

	if (n < 0) {
		response_complain(rs, in == FIELD_QUERY ? "query" : "form",
				  "is not well-formed: name=value pairs "
				  "joined by &, other characters as %XX");
		return;
	}
	for (int i = 0; i < n; i++)
		check_pair(route, in, &pairs[i], rq, rs);
}

/* Text of a document that is not UTF-8, or holds what a string can't. */
static bool is_odd_json(const char *text, size_t len)
{
	for (size_t i = 0, step; i < len; i += step) {
		unsigned char c = (unsigned char)text[i];

		step = utf8_len(text + i, len - i);
		if (!step || (c < ' ' && !strchr("\t\r\n", c)) || !c)
			return true;
	}
	/* It would end the text for us, and for nobody else. */
	return strstr(text, "\\u0000") != NULL;
}

/* As a form: no control character but those of blanks. */
static void check_text(const struct field *f, const char *text,
		       struct request *rq, struct response *rs)
{
	for (const char *c = text; *c; c++)
		if (((unsigned char)*c < ' ' && !strchr("\t\r\n", *c)) ||
		    *c == 0x7f) {
			response_complain(rs, f->name,
					  "holds a control character");
			return;
		}
	check_value(f, arena_strdup(rq->arena, text), rq, rs);
}

static void check_items(const struct field *f, const cJSON *array,
			struct request *rq, struct response *rs)
{
	const cJSON *item;

	if (!cJSON_GetArraySize(array))
		response_complain(rs, f->name, "must not be empty");
	cJSON_ArrayForEach (item, array) {
		if (!cJSON_IsString(item)) {
			response_complain(rs, f->name, "must hold texts only");
			return;
		}
		check_text(f, item->valuestring, rq, rs);
	}
}

static void check_member(const struct route *route, const cJSON *member,
			 struct request *rq, struct response *rs)
{
	const char *name = arena_strdup(rq->arena, member->string);
	const struct field *f = field_of(route, FIELD_JSON, name);
	bool is_many = f && (f->in & FIELD_MANY);

	if (!f)
		complain_unknown(route, FIELD_JSON, name, rq, rs);
	else if (request_param(rq, name))
		response_complain(rs, f->name, "is given more than once");
	else if (is_many && cJSON_IsArray(member))
		check_items(f, member, rq, rs);
	else if (!is_many && cJSON_IsString(member))
		check_text(f, member->valuestring, rq, rs);
	else
		response_complain(rs, f->name,
				  is_many ? "must be an array of texts"
					  : "must be a text");
}

static void check_json(const struct route *route, struct request *rq,
		       struct response *rs)
{
	cJSON *json = is_odd_json(rq->body, rq->body_len)
			      ? NULL
			      : cJSON_ParseWithLengthOpts(
					rq->body, rq->body_len + 1, NULL, true);
	const cJSON *member;

	if (!cJSON_IsObject(json))
		response_complain(rs, "body", "is not a JSON object");
	else
		cJSON_ArrayForEach (member, json)
			check_member(route, member, rq, rs);
	json_free(json);
}

static bool takes(const struct route *route, enum field_in in)
{
	for (const struct field *f = route->fields; f && f->name; f++)
		if ((f->in & ~FIELD_MANY) == in)
			return true;
	return false;
}

/* Media types have no case, and may have parameters (RFC 9110 8.3.1). */
static bool is_media_type(const char *header, const char *type)
{
	size_t len = strlen(type);

	return strncasecmp(header, type, len) == 0 &&
	       (!header[len] || strchr("; \t", header[len]));
}

static int check_params(const struct route *route, struct request *rq,
			struct response *rs)
{
	static const char form[] = "application/x-www-form-urlencoded";
	static const char json[] = "application/json";

	check_pairs(route, FIELD_QUERY, rq->query, strlen(rq->query), rq, rs);
	if (rq->method == METHOD_POST && takes(route, FIELD_JSON)) {
		if (!is_media_type(rq->content_type, json))
			return response_error(rs, 415, "Send %s.", json);
		check_json(route, rq, rs);
	}
	if (rq->method == METHOD_POST && takes(route, FIELD_FORM)) {
		if (!is_media_type(rq->content_type, form))
			return response_error(rs, 415, "Send the form as %s.",
					      form);
		check_pairs(route, FIELD_FORM, rq->body, rq->body_len, rq, rs);
	}
	return rs->complaint_count ? 400 : 0;
}

/* As it was sent, but for what may stand in no address. */
static void add_raw(struct strbuf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c <= ' ' || c >= 0x7f || strchr("\"<>", c))
			strbuf_addf(out, "%%%02X", c);
		else
			strbuf_addch(out, (char)c);
	}
}

/* Whether a pair of the query gives a field of the route no value. */
static bool is_empty_field(const struct route *route, struct request *rq,
			   const char *text, size_t len)
{
	struct param pair;

	return request_decode_form(rq->arena, text, len, &pair, 1) == 1 &&
	       !*pair.value && field_of(route, FIELD_QUERY, pair.name);
}

/*
 * A form that is sent by GET names its empty fields too. One page has one
 * address: 302 to the same without them, or 0 where there are none.
 */
static int leave_out_empties(const struct route *route, struct request *rq,
			     struct response *rs)
{
	struct strbuf to = STRBUF_INIT;
	bool is_any = false;
	int status = 0;

	strbuf_addstr(&to, rq->path);
	for (const char *s = rq->query; *s;) {
		size_t len = strcspn(s, "&");

		if (is_empty_field(route, rq, s, len)) {
			is_any = true;
		} else if (len) {
			strbuf_addch(&to, strchr(to.buf, '?') ? '&' : '?');
			add_raw(&to, s, len);
		}
		s += len + (s[len] == '&');
	}
	/* What is longer than a header may be was no filter of ours. */
	if (to.len > REQUEST_QUERY_MAX)
		strbuf_truncate(&to, strlen(rq->path));
	if (is_any)
		status = response_redirect(rs, 302, to.buf);
	strbuf_release(&to);
	return status;
}

/* 406 where who asks takes nothing of what there is; errors need no asking. */
static int check_accept(const struct route *route, const struct request *rq,
			struct response *rs)
{
	const char *type = route->kind & ROUTE_CSV	? "text/csv"
			   : route->kind & ROUTE_NDJSON ? "application/x-ndjson"
							: "application/json";

	if (accept_takes(rq->accept, type))
		return 0;
	return response_error(rs, 406,
			      "There is only %s at this address, which the "
			      "Accept header refuses.",
			      type);
}

static int check_request(const struct route *route, struct request *rq,
			 struct response *rs)
{
	int status = check_params(route, rq, rs);

	if (status)
		return status;
	if (route->kind & ROUTE_API)
		return check_accept(route, rq, rs);
	if (rq->method == METHOD_POST || (route->kind & ROUTE_EMPTIES))
		return 0;
	return leave_out_empties(route, rq, rs);
}

/* An address that does not take the method, or is asked which it takes. */
static int tell_methods(const struct request *rq, struct response *rs,
			unsigned methods)
{
	bool is_read = methods & METHOD_GET;
	char allow[64];

	snprintf(allow, sizeof(allow), "%s%sOPTIONS",
		 is_read ? "GET, HEAD, " : "",
		 methods & METHOD_POST ? "POST, " : "");
	response_header(rs, "Allow", allow);
	if (rq->method != METHOD_OPTIONS)
		return response_error(rs, 405, "This address answers %s only.",
				      allow);
	/* Pages of other sites may read the API, and change nothing. */
	if (is_read && router_is_api_path(rq->path)) {
		response_header(rs, "Access-Control-Allow-Methods",
				"GET, HEAD");
		response_header(rs, "Access-Control-Allow-Headers",
				"Accept, If-None-Match, If-Modified-Since");
		response_header(rs, "Access-Control-Max-Age", "86400");
	}
	return 204;
}

/* The path without a slash too many at its end, if there is a page; or NULL. */
static const char *without_slash(const struct route *routes, struct request *rq)
{
	size_t len = strlen(rq->path);
	const char *path;
	bool is_known = false;

	if (len < 2 || rq->path[len - 1] != '/')
		return NULL;
	path = arena_strndup(rq->arena, rq->path, len - 1);
	for (const struct route *r = routes; r->pattern && !is_known; r++) {
		is_known = (r->methods & METHOD_GET) &&
			   match(r->pattern, path, rq) && path_is_valid(r, rq);
		rq->param_count = 0;
	}
	return is_known ? path : NULL;
}

const struct route *router_find(const struct route *routes, struct request *rq,
				struct response *rs, int *status)
{
	unsigned wanted = rq->method == METHOD_HEAD ? METHOD_GET : rq->method;
	unsigned others = 0;
	const char *better;

	for (const struct route *r = routes; r->pattern; r++) {
		rq->param_count = 0;
		if (!match(r->pattern, rq->path, rq) || !path_is_valid(r, rq))
			continue;
		if (!(r->methods & wanted)) {
			others |= r->methods;
			continue;
		}
		*status = check_request(r, rq, rs);
		return *status ? NULL : r;
	}
	rq->param_count = 0;
	better = others ? NULL : without_slash(routes, rq);
	if (others)
		*status = tell_methods(rq, rs, others);
	else if (better)
		*status = response_redirect(rs, 301, better);
	else
		*status = response_error(rs, 404,
					 "There is no page at this "
					 "address.");
	return NULL;
}
