/*
 * /compare and GET /api/v1/compare: 2 to 4 careers side by side, by one
 * query. The page takes what people and forms send, and leads to the one
 * address that says it best; the API takes that only.
 */
#include "career/career_compare.h"

#include "base/json.h"
#include "career/career.h"
#include "career/career_answer.h"

#define DEFAULT_LEVEL "mid"
#define SLUG_MAX 80

/* The form's fields, one a career. */
static const char *const alone[COMPARE_MOST] = { "a", "b", "c", "d" };

/*
 * Adds a name as slugs are written, whatever somebody has typed: "UX
 * Designer" is ux-designer. What has no letter or digit is no name.
 */
static void add_name(struct comparison *c, struct arena *arena,
		     const char *text, size_t len)
{
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < len && sb.len < SLUG_MAX; i++) {
		bool is_capital = text[i] >= 'A' && text[i] <= 'Z';
		char letter = (char)(is_capital ? text[i] | 0x20 : text[i]);

		if ((letter >= 'a' && letter <= 'z') ||
		    (letter >= '0' && letter <= '9'))
			strbuf_addch(&sb, letter);
		else if (sb.len && sb.buf[sb.len - 1] != '-')
			strbuf_addch(&sb, '-');
	}
	if (sb.len && sb.buf[sb.len - 1] == '-')
		strbuf_truncate(&sb, sb.len - 1);
	if (sb.len && c->count < COMPARE_READ_MOST)
		c->names[c->count++] = arena_strdup(arena, sb.buf);
	strbuf_release(&sb);
}

static void add_list(struct comparison *c, struct arena *arena,
		     const char *text)
{
	while (text && *text) {
		size_t len = strcspn(text, ",");

		add_name(c, arena, text, len);
		text += len + (text[len] == ',');
	}
}

static void add_joined(struct strbuf *out, const struct comparison *c)
{
	for (int i = 0; i < c->count; i++)
		strbuf_addf(out, "%s%s", i ? "," : "", c->names[i]);
}

static int find_name(const struct comparison *c, const char *name)
{
	for (int i = 0; i < c->count; i++)
		if (strcmp(c->names[i], name) == 0)
			return i;
	return -1;
}

/* The first name that was there before, from 1; 0: none was. */
static int find_repeated(const struct comparison *c)
{
	for (int i = 0; i < c->count; i++)
		if (find_name(c, c->names[i]) != i)
			return i + 1;
	return 0;
}

bool career_is_comparison(const char *value)
{
	struct arena arena = ARENA_INIT;
	struct comparison c = { 0 };
	struct strbuf sb = STRBUF_INIT;
	bool is;

	add_list(&c, &arena, value);
	add_joined(&sb, &c);
	is = c.count >= 2 && c.count <= COMPARE_MOST && !find_repeated(&c) &&
	     strcmp(sb.buf, value) == 0;
	strbuf_release(&sb);
	arena_release(&arena);
	return is;
}

void compare_address(struct strbuf *out, const char *path,
		     const struct comparison *c)
{
	const char *between = "?";

	strbuf_addstr(out, path);
	if (c->count) {
		strbuf_addf(out, "%scareers=", between);
		add_joined(out, c);
		between = "&";
	}
	if (c->is_country_chosen) {
		strbuf_addf(out, "%scountry=%c%c", between,
			    c->country[0] | 0x20, c->country[1] | 0x20);
		between = "&";
	}
	if (c->is_level_chosen) {
		strbuf_addf(out, "%slevel=%s", between, c->level);
		between = "&";
	}
	if (c->currency)
		strbuf_addf(out, "%scurrency=%s", between, c->currency);
}

/* otherwise: the country if none was chosen. */
static void read_choices(struct comparison *c, const struct request *rq,
			 const char *otherwise)
{
	const char *country = request_param(rq, "country");
	const char *level = request_param(rq, "level");
	const char *currency = request_param(rq, "currency");

	c->is_country_chosen = country != NULL;
	c->is_level_chosen = level != NULL;
	c->country =
		career_country_code(rq->arena, country ? country : otherwise);
	c->level = level ? level : DEFAULT_LEVEL;
	c->currency = currency ? career_upper(rq->arena, currency) : NULL;
}

/* A form that is sent by GET names its empty fields too. */
static bool has_empty(const char *query)
{
	size_t len = strlen(query);

	return (len && query[len - 1] == '=') || strstr(query, "=&");
}

/*
 * Where the same is said better: by one list, without values that are empty,
 * in letters that nginx knows. NULL if it can't be said better. What it gives
 * has no % and none of the form's fields, so that nobody goes in circles.
 */
static const char *better_address(const struct comparison *c,
				  const struct request *rq)
{
	static const char *const plain[] = { "careers", "country", "level",
					     "currency" };
	struct strbuf said = STRBUF_INIT, url = STRBUF_INIT;
	bool is_best = !strpbrk(rq->query, "%+") && !has_empty(rq->query);
	const char *better = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(alone); i++)
		is_best &= !request_param(rq, alone[i]);
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++) {
		const char *value = request_param(rq, plain[i]);

		if (value)
			strbuf_addf(&said, "%c%s=%s", said.len ? '&' : '?',
				    plain[i], value);
	}
	compare_address(&url, rq->path, c);
	if (!is_best || strcmp(said.buf, url.buf + strlen(rq->path)) != 0)
		better = arena_strdup(rq->arena, url.buf);
	strbuf_release(&said);
	strbuf_release(&url);
	return better;
}

/* What is wrong with names without asking who they are; false: nothing. */
static bool is_odd_number(struct comparison *c, struct strbuf *problem)
{
	c->wrong = c->count > COMPARE_MOST ? 0 : find_repeated(c);
	if (c->count > COMPARE_MOST)
		strbuf_addf(problem,
			    "At most %d careers fit side by side. Choose "
			    "among them.",
			    COMPARE_MOST);
	else if (c->wrong)
		strbuf_addstr(problem, "The same career is chosen twice. "
				       "Choose different ones.");
	return problem->len > 0;
}

static enum db_result ask(struct web *web, const struct comparison *c)
{
	struct strbuf names = STRBUF_INIT;
	enum db_result rc;

	add_joined(&names, c);
	rc = db_read(web->read, Q_COMPARE,
		     DB_PARAMS(names.buf, c->country, c->level, c->currency));
	strbuf_release(&names);
	return rc;
}

/* The second column: what is unknown. NULL: nothing is. */
static cJSON *unknown_of(struct web *web)
{
	return db_value(web->read, 0, 0)
		       ? NULL
		       : cJSON_Parse(db_value(web->read, 0, 1));
}

/* 400 about country and currency that there are none of, else 0. */
static int refuse_choices(struct response *rs, const cJSON *unknown)
{
	int status = 0;

	if (json_is_true(unknown, "country"))
		status = response_complain(rs, "country", CAREER_NO_COUNTRY);
	if (json_is_true(unknown, "currency"))
		status = response_complain(
			rs, "currency",
			"is not among those of /api/v1/countries");
	return status;
}

/* What has become of names that are no published career. */
struct fate {
	bool has_moved; /* c has the present names */
	bool has_gone;	/* withdrawn */
	struct strbuf words;
};

static void strike(struct comparison *c, const char *name)
{
	int at = find_name(c, name);

	if (at < 0)
		return;
	c->count--;
	memmove(&c->names[at], &c->names[at + 1],
		(size_t)(c->count - at) * sizeof(c->names[0]));
}

/*
 * Former names are replaced in c, others taken out of it and told of. 0, or
 * the status of a database that fails.
 */
static int follow(struct web *web, const struct request *rq,
		  struct response *rs, struct comparison *c,
		  const cJSON *unknown, struct fate *fate)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, json_get(unknown, "careers")) {
		const char *name = json_text(item), *url;
		int at = find_name(c, name), status = 0;
		enum db_result rc = career_find(web, name, &url, rs, &status);

		if (rc == DB_OK && at >= 0) {
			c->names[at] =
				arena_strdup(rq->arena, strrchr(url, '/') + 1);
			fate->has_moved = true;
			continue;
		}
		if (rc != DB_NONE)
			return status;
		strbuf_reset(&rs->detail);
		strike(c, name);
		fate->has_gone |= status == 410;
		strbuf_addf(&fate->words, "%s%s “%s”%s.",
			    fate->words.len ? " " : "",
			    status == 410 ? "The guide" : "There is no guide",
			    name, status == 410 ? " was withdrawn" : "");
	}
	return 0;
}

static int redirect(const struct request *rq, struct response *rs, int status,
		    const struct comparison *c)
{
	struct strbuf url = STRBUF_INIT;

	compare_address(&url, rq->path, c);
	status = response_redirect(rs, status, url.buf);
	strbuf_release(&url);
	return status;
}

/* The form, with the careers of c and what is wrong, or their comparison. */
static int show(struct web *web, const struct request *rq, struct response *rs,
		const struct comparison *c, cJSON *doc, const char *problem)
{
	enum db_result rc = db_read(web->read, Q_COMPARE_FORM, DB_NO_PARAMS);
	cJSON *choices;

	if (rc != DB_OK) {
		json_free(doc);
		return web_database_status(rs, rc);
	}
	choices = web_database_json(web->read);
	if (!choices) {
		json_free(doc);
		return 500;
	}
	return web_page(web, rq, rs, doc ? "compare/page" : "compare/choose",
			compare_view(doc, choices, c, problem));
}

/* Somebody is unknown: leads to who was renamed, else says who is missing. */
static int explain(struct web *web, const struct request *rq,
		   struct response *rs, struct comparison *c,
		   const cJSON *unknown)
{
	struct fate fate = { .words = STRBUF_INIT };
	int status = refuse_choices(rs, unknown);

	if (!status)
		status = follow(web, rq, rs, c, unknown, &fate);
	if (!status && !fate.words.len)
		status = redirect(rq, rs, 301, c);
	if (!status) {
		/* Who is left stands first: the next field wants somebody. */
		c->wrong = c->count + 1;
		status = show(web, rq, rs, c, NULL, fate.words.buf);
		if (status == 200)
			status = fate.has_gone ? 410 : 400;
	}
	strbuf_release(&fate.words);
	return status;
}

int career_compare(struct web *web, const struct request *rq,
		   struct response *rs)
{
	struct comparison c = { 0 };
	struct strbuf problem = STRBUF_INIT;
	const char *better;
	cJSON *doc = NULL, *unknown = NULL;
	enum db_result rc = DB_OK;
	int status;

	add_list(&c, rq->arena, request_param(rq, "careers"));
	for (size_t i = 0; i < ARRAY_SIZE(alone); i++) {
		const char *name = request_param(rq, alone[i]);

		if (name)
			add_name(&c, rq->arena, name, strlen(name));
	}
	read_choices(&c, rq, *rq->country ? rq->country : CAREER_COUNTRY);
	if (c.is_country_chosen && career_better_country(rq->arena, c.country))
		c.country = career_upper(
			rq->arena, career_better_country(rq->arena, c.country));
	better = better_address(&c, rq);
	if (better)
		return response_redirect(rs, 302, better);
	if (c.is_country_chosen)
		rs->caching = CACHING_SHARED;
	if (is_odd_number(&c, &problem)) {
		status = show(web, rq, rs, &c, NULL, problem.buf);
		strbuf_release(&problem);
		return status == 200 ? 400 : status;
	}
	if (c.count)
		rc = ask(web, &c);
	if (rc != DB_OK)
		return web_database_status(rs, rc);
	if (c.count)
		unknown = unknown_of(web);
	if (unknown) {
		status = explain(web, rq, rs, &c, unknown);
		json_free(unknown);
		return status;
	}
	/* One alone is not compared, but a start. */
	if (c.count > 1) {
		web_last_modified(rs, web->read, 2);
		doc = web_database_json(web->read);
		if (!doc)
			return 500;
	}
	return show(web, rq, rs, &c, doc, "");
}

int career_api_compare(struct web *web, const struct request *rq,
		       struct response *rs)
{
	struct fate fate = { .words = STRBUF_INIT };
	struct comparison c = { 0 };
	cJSON *unknown;
	enum db_result rc;
	int status;

	if (!request_param(rq, "careers"))
		return response_complain(rs, "careers",
					 "is missing: " CAREER_COMPARED);
	add_list(&c, rq->arena, request_param(rq, "careers"));
	read_choices(&c, rq, CAREER_COUNTRY);
	rc = ask(web, &c);
	if (rc != DB_OK)
		return web_database_status(rs, rc);
	unknown = unknown_of(web);
	if (!unknown) {
		strbuf_add(&rs->body, db_value(web->read, 0, 0),
			   db_length(web->read, 0, 0));
		web_last_modified(rs, web->read, 2);
		rs->content_type = "application/json";
		return 200;
	}
	status = refuse_choices(rs, unknown);
	if (cJSON_GetArraySize(json_get(unknown, "careers")) > 0) {
		int failed = follow(web, rq, rs, &c, unknown, &fate);

		if (failed)
			status = failed;
		else if (fate.words.len)
			status = response_complain(
				rs, "careers",
				arena_strdup(rq->arena, fate.words.buf));
		else if (!status)
			status = redirect(rq, rs, 301, &c);
	}
	json_free(unknown);
	strbuf_release(&fate.words);
	return status;
}
