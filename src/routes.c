/*
 * THE table: every address of the site, what it takes, who answers it, and
 * who may keep the answer. The only file that knows every feature.
 */
#include "routes.h"

#include <errno.h>

#include "api/api.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/settings.h"
#include "base/usage.h"
#include "career/career.h"
#include "http/cursor.h"
#include "http/health.h"
#include "subscription/subscription.h"

#define EXIT_TRY_LATER 75

#define SLUG_EXPECTED "must be a name in lower case, like backend-developer"
#define COUNTRY_EXPECTED "must be a country of two letters, like SG"
#define LEVEL_EXPECTED "must be junior, mid, senior or manager"
#define TOPIC_EXPECTED "must be all, category:NAME or career:NAME"
#define QUERY_EXPECTED "must be at most 8 words and 100 characters"
#define REMOTE_EXPECTED "must be onsite, hybrid or remote"
#define BARRIER_EXPECTED "must be low, medium or high"
#define BALANCE_EXPECTED "must be a number from 1 to 10"
#define SCORE_EXPECTED "must be a number from 0 to 100"
#define PAY_EXPECTED "must be a whole number from 0 to 1000000000000"
#define SORT_EXPECTED \
	"must be relevance, name, salary, balance, ai_score or newest"
#define LIMIT_EXPECTED "must be a number from 1 to 100"
#define CURSOR_EXPECTED "must be the one of a next address"
#define CURRENCY_EXPECTED "must be a currency of three letters, like USD"
#define DAY_EXPECTED "must be a day, like 2026-11-24"
#define SINCE_EXPECTED                                                \
	"must be a version, a day or a time, like 42, 2026-11-24 or " \
	"2026-11-24T09:30:00Z"

/* How careers are found, but for the category, which may be of the path. */
#define FIND_FIELDS                                                           \
	{ "q", FIELD_QUERY, field_is_query, QUERY_EXPECTED },                 \
		{ "remote", FIELD_QUERY, career_is_remote, REMOTE_EXPECTED }, \
		{ "entry_barrier", FIELD_QUERY, career_is_barrier,            \
		  BARRIER_EXPECTED },                                         \
		{ "min_balance", FIELD_QUERY, career_is_balance,              \
		  BALANCE_EXPECTED },                                         \
		{ "min_ai_score", FIELD_QUERY, career_is_score,               \
		  SCORE_EXPECTED },                                           \
		{ "min_salary", FIELD_QUERY, career_is_pay, PAY_EXPECTED },   \
		{ "country", FIELD_QUERY, field_is_country,                   \
		  COUNTRY_EXPECTED },                                         \
	{                                                                     \
		"sort", FIELD_QUERY, career_is_sort, SORT_EXPECTED            \
	}

static const struct field list_fields[] = {
	FIND_FIELDS,
	{ "category", FIELD_QUERY, field_is_slug, SLUG_EXPECTED },
	{ "page", FIELD_QUERY, field_is_page, "must be a number from 1" },
	{ NULL, FIELD_QUERY, NULL, NULL },
};
static const struct field category_fields[] = {
	FIND_FIELDS,
	{ "category", FIELD_PATH, field_is_slug, SLUG_EXPECTED },
	{ "page", FIELD_QUERY, field_is_page, "must be a number from 1" },
	{ NULL, FIELD_QUERY, NULL, NULL },
};
static const struct field api_list_fields[] = {
	FIND_FIELDS,
	{ "category", FIELD_QUERY, field_is_slug, SLUG_EXPECTED },
	{ "limit", FIELD_QUERY, career_is_limit, LIMIT_EXPECTED },
	{ "cursor", FIELD_QUERY, field_is_cursor, CURSOR_EXPECTED },
	{ NULL, FIELD_QUERY, NULL, NULL },
};
static const struct field changes_fields[] = {
	{ "since", FIELD_QUERY, career_is_since, SINCE_EXPECTED },
	{ "limit", FIELD_QUERY, career_is_limit, LIMIT_EXPECTED },
	{ "cursor", FIELD_QUERY, field_is_cursor, CURSOR_EXPECTED },
	{ NULL, FIELD_QUERY, NULL, NULL },
};
static const struct field career_fields[] = {
	{ "category", FIELD_PATH, field_is_slug, SLUG_EXPECTED },
	{ "career", FIELD_PATH, field_is_slug, SLUG_EXPECTED },
	{ "country", FIELD_PATH, career_is_country, COUNTRY_EXPECTED },
	{ "level", FIELD_QUERY, field_is_level, LEVEL_EXPECTED },
	{ NULL, FIELD_QUERY, NULL, NULL },
};
static const struct field resource_fields[] = {
	{ "resource", FIELD_PATH, field_is_slug, SLUG_EXPECTED },
	{ NULL, FIELD_QUERY, NULL, NULL },
};
static const struct field guide_fields[] = {
	{ "slug", FIELD_PATH, field_is_slug, SLUG_EXPECTED },
	{ "country", FIELD_QUERY, field_is_country, COUNTRY_EXPECTED },
	{ NULL, FIELD_QUERY, NULL, NULL },
};
static const struct field salaries_fields[] = {
	{ "slug", FIELD_PATH, field_is_slug, SLUG_EXPECTED },
	{ "country", FIELD_QUERY, field_is_country, COUNTRY_EXPECTED },
	{ "level", FIELD_QUERY, field_is_level, LEVEL_EXPECTED },
	{ "currency", FIELD_QUERY, career_is_currency, CURRENCY_EXPECTED },
	{ NULL, FIELD_QUERY, NULL, NULL },
};
static const struct field history_fields[] = {
	{ "slug", FIELD_PATH, field_is_slug, SLUG_EXPECTED },
	{ "country", FIELD_PATH, career_is_country, COUNTRY_EXPECTED },
	{ "level", FIELD_QUERY, field_is_level, LEVEL_EXPECTED },
	{ "as_of", FIELD_QUERY, parse_is_date, DAY_EXPECTED },
	{ "limit", FIELD_QUERY, career_is_limit, LIMIT_EXPECTED },
	{ "cursor", FIELD_QUERY, field_is_cursor, CURSOR_EXPECTED },
	{ NULL, FIELD_QUERY, NULL, NULL },
};
static const struct field compare_fields[] = {
	{ "careers", FIELD_QUERY, field_is_text, "is too long" },
	{ "a", FIELD_QUERY, field_is_text, "is too long" },
	{ "b", FIELD_QUERY, field_is_text, "is too long" },
	{ "c", FIELD_QUERY, field_is_text, "is too long" },
	{ "d", FIELD_QUERY, field_is_text, "is too long" },
	{ "country", FIELD_QUERY, career_is_country, COUNTRY_EXPECTED },
	{ "level", FIELD_QUERY, field_is_level, LEVEL_EXPECTED },
	{ "currency", FIELD_QUERY, career_is_currency, CURRENCY_EXPECTED },
	{ NULL, FIELD_QUERY, NULL, NULL },
};
static const struct field comparison_fields[] = {
	{ "careers", FIELD_QUERY, career_is_comparison,
	  "must be " CAREER_COMPARED },
	{ "country", FIELD_QUERY, field_is_country, COUNTRY_EXPECTED },
	{ "level", FIELD_QUERY, field_is_level, LEVEL_EXPECTED },
	{ "currency", FIELD_QUERY, career_is_currency, CURRENCY_EXPECTED },
	{ NULL, FIELD_QUERY, NULL, NULL },
};
static const struct field country_fields[] = {
	{ "country", FIELD_FORM, career_is_choice,
	  "must be a country of two letters, or auto" },
	{ "back", FIELD_FORM, career_is_back,
	  "must be the path of a page of this site" },
	{ NULL, FIELD_QUERY, NULL, NULL },
};
static const struct field signup_fields[] = {
	{ "email", FIELD_FORM, field_is_text, "is too long" },
	{ "topic", FIELD_FORM | FIELD_MANY, subscription_is_topic,
	  TOPIC_EXPECTED },
	{ "website", FIELD_FORM, field_is_text, "is too long" },
	{ "sure", FIELD_FORM, field_is_text, "is too long" },
	{ "from", FIELD_FORM, field_is_text, "is too long" },
	{ "token", FIELD_FORM, field_is_text, "is too long" },
	{ NULL, FIELD_QUERY, NULL, NULL },
};
static const struct field subscription_fields[] = {
	{ "email", FIELD_JSON, field_is_text, "is too long" },
	{ "topics", FIELD_JSON | FIELD_MANY, field_is_text, "is too long" },
	{ NULL, FIELD_QUERY, NULL, NULL },
};
static const struct field link_fields[] = {
	{ "token", FIELD_PATH, subscription_is_token, "must be a token" },
	{ NULL, FIELD_QUERY, NULL, NULL },
};
static const struct field keep_fields[] = {
	{ "token", FIELD_PATH, subscription_is_token, "must be a token" },
	{ "keep", FIELD_FORM | FIELD_MANY, subscription_is_topic,
	  TOPIC_EXPECTED },
	{ "stop", FIELD_FORM, subscription_is_stop, "must be rest or all" },
	{ NULL, FIELD_QUERY, NULL, NULL },
};
static const struct field erase_fields[] = {
	{ "token", FIELD_PATH, subscription_is_token, "must be a token" },
	{ "sure", FIELD_FORM, field_is_text, "is too long" },
	{ NULL, FIELD_QUERY, NULL, NULL },
};

#define PAGE(name, pattern, fn, fields, caching)                           \
	{                                                                  \
		name, METHOD_GET, pattern, fn, fields, caching, ROUTE_PAGE \
	}
#define API_OF(type, name, pattern, fn, fields)                         \
	{                                                               \
		"api_" name, METHOD_GET, "/api/v1" pattern, fn, fields, \
			CACHING_SHARED, ROUTE_API | (type)              \
	}
#define API(name, pattern, fn, fields) API_OF(0, name, pattern, fn, fields)
#define POST(name, pattern, fn, fields)                               \
	{                                                             \
		name, METHOD_POST, pattern, fn, fields, CACHING_NONE, \
			ROUTE_PAGE                                    \
	}

const struct route routes[] = {
	PAGE("home", "/", career_home, NULL, CACHING_COUNTRY),
	PAGE("careers", "/careers", career_list, list_fields, CACHING_COUNTRY),
	PAGE("category", "/careers/{category}", career_category,
	     category_fields, CACHING_COUNTRY),
	PAGE("career", "/careers/{category}/{career}", career_page,
	     career_fields, CACHING_COUNTRY),
	PAGE("career_country", "/careers/{category}/{career}/{country}",
	     career_page, career_fields, CACHING_SHARED),
	{ "compare", METHOD_GET, "/compare", career_compare, compare_fields,
	  CACHING_COUNTRY, ROUTE_EMPTIES },
	PAGE("methodology", "/methodology", career_methodology, NULL,
	     CACHING_SHARED),
	PAGE("disclosure", "/disclosure", career_disclosure, NULL,
	     CACHING_SHARED),
	PAGE("privacy", "/privacy", career_privacy, NULL, CACHING_SHARED),
	PAGE("resource", "/go/{resource}", career_resource, resource_fields,
	     CACHING_NONE),
	PAGE("sitemap", "/sitemap.xml", career_sitemap, NULL, CACHING_SHARED),
	PAGE("feed", "/feed.xml", career_feed, NULL, CACHING_SHARED),
	PAGE("robots", "/robots.txt", health_robots, NULL, CACHING_SHARED),
	PAGE("security", "/.well-known/security.txt", health_security, NULL,
	     CACHING_SHARED),
	PAGE("subscribe_form", "/subscribe", subscription_form, NULL,
	     CACHING_NONE),
	POST("subscribe", "/subscribe", subscription_sign_up, signup_fields),
	PAGE("confirm_page", "/subscribe/confirm/{token}",
	     subscription_confirm_page, link_fields, CACHING_NONE),
	POST("confirm", "/subscribe/confirm/{token}", subscription_confirm,
	     link_fields),
	PAGE("block_page", "/subscribe/block/{token}", subscription_block_page,
	     link_fields, CACHING_NONE),
	POST("block", "/subscribe/block/{token}", subscription_block,
	     link_fields),
	PAGE("data_page", "/subscribe/settings/{token}", subscription_data,
	     link_fields, CACHING_NONE),
	POST("data_topics", "/subscribe/settings/{token}/topics",
	     subscription_data_keep, keep_fields),
	POST("erase", "/subscribe/settings/{token}/erase", subscription_erase,
	     erase_fields),
	PAGE("unsubscribe_page", "/unsubscribe/{token}",
	     subscription_leave_page, link_fields, CACHING_NONE),
	POST("unsubscribe", "/unsubscribe/{token}", subscription_leave,
	     link_fields),
	POST("topics", "/unsubscribe/{token}/topics", subscription_keep,
	     keep_fields),
	POST("mail_data", "/unsubscribe/{token}/data", subscription_mail_data,
	     link_fields),
	POST("country", "/country", career_country, country_fields),
	PAGE("api_guide", "/api", api_guide, NULL, CACHING_SHARED),
	API("document", "/openapi.json", api_document, NULL),
	API("careers", "/careers", career_api_list, api_list_fields),
	API("career", "/careers/{slug}", career_api_guide, guide_fields),
	API("salaries", "/careers/{slug}/salaries", career_api_salaries,
	    salaries_fields),
	API("history", "/careers/{slug}/salaries/{country}/history",
	    career_api_history, history_fields),
	API("categories", "/categories", career_api_categories, NULL),
	API("countries", "/countries", career_api_countries, NULL),
	API("sources", "/sources", career_api_sources, NULL),
	API("about", "/about", career_api_about, NULL),
	API("changes", "/changes", career_api_changes, changes_fields),
	API("compare", "/compare", career_api_compare, comparison_fields),
	API_OF(ROUTE_CSV, "export_salaries", "/export/salaries.csv",
	       career_export_salaries, NULL),
	API_OF(ROUTE_NDJSON, "export_careers", "/export/careers.ndjson",
	       career_export_careers, NULL),
	{ "api_subscribe", METHOD_POST, "/api/v1/subscriptions",
	  subscription_api, subscription_fields, CACHING_NONE, ROUTE_API },
	PAGE("healthz", "/healthz", health_alive, NULL, CACHING_NONE),
	PAGE("readyz", "/readyz", health_ready, NULL, CACHING_NONE),
	PAGE("metrics", "/metrics", health_metrics, NULL, CACHING_NONE),
	{ NULL, 0, NULL, NULL, NULL, CACHING_NONE, ROUTE_PAGE },
};

static bool help_wanted(int argc, char **argv, const char *text)
{
	if (argc < 2 || !usage_is_help(argv[1]))
		return false;
	fputs(text, stdout);
	return true;
}

/* The exit status; a schema that does not fit is 1, no answer 75. */
static int check_queries(const char *role, const char *features)
{
	struct db_options o = { .url = settings_str(SETTING_DATABASE_URL),
				.application = "autopsy-ctl check",
				.role = role,
				.features = features,
				.is_patient = true };
	struct db *db = db_new(&o);
	enum db_result rc = db_connect(db);

	if (rc == DB_OK)
		printf("queries of %s prepare as %s\n", features, role);
	else
		fprintf(stderr, "autopsy-ctl: %s%s\n",
			rc == DB_DOWN ? "the database can't be reached: " : "",
			db_error(db));
	db_free(db);
	return rc == DB_OK ? 0 : rc == DB_DOWN ? EXIT_TRY_LATER : 1;
}

int routes_check_command(int argc, char **argv)
{
	/* Roles and what their programs ask. */
	static const struct db_options askers[] = {
		{ .role = "autopsy_web", .features = "career subscription" },
		{ .role = "autopsy_ingest", .features = "salary career" },
		{ .role = "autopsy_mailer", .features = "mail" },
		{ .role = "autopsy_ops", .features = "subscriber" },
	};
	struct strbuf err = STRBUF_INIT;
	struct web web;
	int status = 0;
	bool ok;

	if (help_wanted(argc, argv,
			"usage: autopsy-ctl check\n\n"
			"Parses every template and prepares every query, as "
			"the role that runs them.\n"
			"Exit: 0 all is well, 1 something is wrong, 75 the "
			"database can't be reached.\n"))
		return 0;
	if (argc > 1)
		return usage_wrong("autopsy-ctl check", "what is '%.40s' for?",
				   argv[1]);
	ok = web_init(&web, routes, &err);
	if (ok)
		puts("templates parse");
	else
		fprintf(stderr, "autopsy-ctl: %s\n", err.buf);
	for (size_t i = 0; i < ARRAY_SIZE(askers) && !status; i++)
		status = check_queries(askers[i].role, askers[i].features);
	web_release(&web);
	strbuf_release(&err);
	return ok ? status : 1;
}

static bool write_file(const char *dir, int status, const char *suffix,
		       const struct strbuf *text)
{
	struct strbuf path = STRBUF_INIT;
	FILE *f;
	bool ok;

	strbuf_addf(&path, "%s/%d.%s", dir, status, suffix);
	f = fopen(path.buf, "w");
	ok = f && fwrite(text->buf, 1, text->len, f) == text->len;
	if (f && fclose(f) != 0)
		ok = false;
	if (!ok)
		fprintf(stderr, "autopsy-ctl: %s: %s\n", path.buf,
			strerror(errno));
	strbuf_release(&path);
	return ok;
}

static bool write_error(struct web *web, const char *dir, int status,
			const char *detail)
{
	struct request rq = {
		.path = "/", .country = "", .country_reason = "", .id = ""
	};
	struct response rs;
	bool ok = true;

	response_init(&rs);
	for (int is_api = 0; is_api < 2; is_api++) {
		response_reset(&rs);
		rs.status = status;
		response_error(&rs, status, "%s", detail);
		web_error(web, &rq, &rs, is_api);
		ok &= write_file(dir, status, is_api ? "json" : "html",
				 &rs.body);
	}
	response_release(&rs);
	return ok;
}

int routes_error_pages_command(int argc, char **argv)
{
	static const struct {
		int status;
		const char *detail;
	} errors[] = {
		{ 400, "The request was not well-formed." },
		{ 404, "There is no page at this address." },
		{ 405, "This address does not answer this method." },
		{ 413, "The request is larger than what is taken here." },
		{ 414, "The address is too long." },
		{ 421, "This server does not answer for that host name." },
		{ 429, "That was more requests than one address may send. "
		       "Wait a minute and try again." },
		{ 500, "Something went wrong on our side." },
		{ 502, "Our workers can't be reached just now." },
		{ 503, "We can't answer just now. Try again in a few "
		       "seconds." },
		{ 504, "Our workers took too long to answer." },
	};
	struct strbuf err = STRBUF_INIT;
	struct web web;
	bool ok;

	if (help_wanted(argc, argv,
			"usage: autopsy-ctl error-pages DIR\n\n"
			"Writes the pages and problem documents that nginx "
			"sends for errors of its own:\nDIR/404.html, "
			"DIR/404.json and so on.\n"))
		return 0;
	if (argc != 2)
		return usage_wrong("autopsy-ctl error-pages", "name one DIR");
	ok = web_init(&web, routes, &err);
	if (!ok)
		fprintf(stderr, "autopsy-ctl: %s\n", err.buf);
	for (size_t i = 0; ok && i < ARRAY_SIZE(errors); i++)
		ok = write_error(&web, argv[1], errors[i].status,
				 errors[i].detail);
	web_release(&web);
	strbuf_release(&err);
	return ok ? 0 : 1;
}
