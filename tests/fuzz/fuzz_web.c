/*
 * A whole request to a whole reply, while the database is away: the routes,
 * forms, error pages and documents that need none. The input is parameters
 * NAME=value, one a line, an empty line, and the body.
 */
#include "fuzz.h"

#include "base/log.h"
#include "base/settings.h"
#include "http/web.h"
#include "routes.h"

#define PARAMS_MAX 24
#define CACHE_BYTES (1 << 20)

static struct web web;

static const char keys[] =
	"1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n";

static struct db *no_database(void)
{
	struct db_options o = { .url = "postgresql:///none?host=/nonexistent",
				.application = "fuzz",
				.role = "autopsy_web",
				.features = "career subscription" };

	return db_new(&o);
}

/* The assets were built beside the directory of this program. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct strbuf err = STRBUF_INIT, dir = STRBUF_INIT;
	const char *slash = strrchr((*argv)[0], '/');

	(void)argc;
	strbuf_addf(&dir, "%.*s/../static",
		    slash ? (int)(slash - (*argv)[0]) : 1,
		    slash ? (*argv)[0] : ".");
	CHECK(setenv("STATIC_DIR", dir.buf, 1) == 0);
	log_setup("fuzz", LOG_ERROR);
	if (!settings_load(&err) || !web_init(&web, routes, &err))
		BUG("%s", err.buf);
	CHECK(token_keys_parse(&web.keys, "keys", keys, strlen(keys), &err));
	web.has_pepper = true;
	web.metrics = xcalloc(1, sizeof(*web.metrics));
	web.slot = web.metrics->slots;
	web.read = no_database();
	web.write = no_database();
	strbuf_release(&dir);
	return 0;
}

/* Whole lines "Name: value", which libpq's and our words can't break. */
static void check_headers(const struct response *rs)
{
	const char *s = rs->headers.buf;

	CHECK(!rs->headers.is_full);
	while (*s) {
		size_t len = strcspn(s, "\r");

		CHECK(memchr(s, ':', len) && s[len] == '\r' &&
		      s[len + 1] == '\n');
		for (size_t i = 0; i < len; i++)
			CHECK((unsigned char)s[i] >= ' ');
		s += len + 2;
	}
}

static void check_status(const struct response *rs)
{
	const char *to = strstr(rs->headers.buf, "Location: ");

	CHECK(strcmp(response_reason(rs->status), "Error") != 0);
	/* No input is our fault. */
	CHECK(rs->status != 500);
	CHECK((rs->status > 300 && rs->status < 304) == (to != NULL));
	CHECK(!to || (to[10] == '/' && to[11] != '/' && to[11] != '\\'));
	CHECK(rs->status != 503 || strstr(rs->headers.buf, "Retry-After: "));
	CHECK((rs->status != 405 && rs->status != 204) ||
	      strstr(rs->headers.buf, "Allow: "));
	CHECK(rs->status < 400 || rs->content_type);
	CHECK(rs->status == 200 || rs->status == 301 ||
	      strstr(rs->headers.buf, "X-Browser-Cache: no-store") ||
	      rs->status == 304);
}

/* What may be kept can be asked for on conditions, and only by reading. */
static void check_conditions(const struct request *rq,
			     const struct response *rs)
{
	bool is_kept = strstr(rs->headers.buf, "X-Browser-Cache: p");
	bool is_read = rq->method & (METHOD_GET | METHOD_HEAD);

	CHECK(!is_kept || rs->status == 301 ||
	      (strstr(rs->headers.buf, "ETag: ") &&
	       strstr(rs->headers.buf, "Last-Modified: ")));
	if (rs->status == 304 || rs->status == 204)
		CHECK(!rs->body.len);
	if (rs->status == 304)
		CHECK(is_read &&
		      (*rq->if_none_match || *rq->if_modified_since));
	if (rs->status == 204)
		CHECK(rq->method == METHOD_OPTIONS);
	if (rs->status == 406)
		CHECK(*rq->accept && router_is_api_path(rq->path));
}

/* The marks stand in no template: where one comes out, it was not escaped. */
static void check_page(const char *html)
{
	static const char *const marks[] = { "<fuzz", "-\"fuzz", "-'fuzz" };

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		CHECK(!strstr(html, marks[i]));
	CHECK(strstr(html, "</html>"));
}

static void check_body(const struct response *rs)
{
	cJSON *json;

	if (!rs->body.len || strstr(rs->headers.buf, "Content-Encoding: "))
		return;
	CHECK(rs->content_type && fuzz_is_utf8(rs->body.buf, rs->body.len));
	if (strncmp(rs->content_type, "text/html", 9) == 0)
		check_page(rs->body.buf);
	if (!strstr(rs->content_type, "json"))
		return;
	json = cJSON_ParseWithOpts(rs->body.buf, NULL, true);
	CHECK(json);
	CHECK(cJSON_GetObjectItem(json, "status")->valueint == rs->status);
	cJSON_Delete(json);
}

static void serve(char *const *params, const char *body, size_t len)
{
	struct arena arena = ARENA_INIT;
	struct request rq = { .arena = &arena };
	struct response rs;

	response_init(&rs);
	/* Nothing is remembered, so that an input fails by itself. */
	page_cache_free(web.cache);
	web.cache = page_cache_new(CACHE_BYTES);
	request_read(&rq, params);
	request_add_body(&rq, body, len);
	web_serve(&web, &rq, &rs);
	check_headers(&rs);
	check_status(&rs);
	check_conditions(&rq, &rs);
	check_body(&rs);
	response_release(&rs);
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *params[PARAMS_MAX + 1] = { NULL };
	char *text = fuzz_string(data, size), *s = text;

	for (size_t n = 0; *s && *s != '\n' && n < PARAMS_MAX; n++) {
		size_t len = strcspn(s, "\n");

		params[n] = s;
		s += len;
		if (*s)
			*s++ = '\0';
	}
	if (*s == '\n')
		s++;
	serve(params, s, size - (size_t)(s - text));
	free(text);
	return 0;
}
