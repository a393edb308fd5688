/* The JSON documents, sent as they are stored. */
#include "career/career.h"

#include "base/clock.h"
#include "base/parse.h"
#include "career/career_answer.h"

/* To the same of a career that has another name now. */
static int renamed(const struct request *rq, struct response *rs,
		   const char *slug)
{
	static const char careers[] = "/api/v1/careers/";
	const char *rest = strchr(rq->path + strlen(careers), '/');
	struct strbuf sb = STRBUF_INIT;
	bool is_history = strstr(rq->path, "/history");
	char before = '?';
	int status;

	strbuf_addf(&sb, "%s%s%s", careers, slug, rest ? rest : "");
	for (size_t i = 0; i < rq->param_count; i++) {
		const struct param *p = &rq->params[i];

		if (strcmp(p->name, "slug") == 0 ||
		    (is_history && strcmp(p->name, "country") == 0))
			continue;
		strbuf_addf(&sb, "%c%s=%s", before, p->name, p->value);
		before = '&';
	}
	status = response_redirect(rs, 301, sb.buf);
	strbuf_release(&sb);
	return status;
}

/* There is no such row: no such career, or no such country of one. */
static int nothing(struct web *web, const struct request *rq,
		   struct response *rs)
{
	const char *slug = request_param(rq, "slug"), *url, *now;
	bool is_query = !strstr(rq->path, "/history");
	int status;

	if (career_find(web, slug, &url, rs, &status) != DB_OK)
		return status;
	now = strrchr(url, '/') + 1;
	if (strcmp(now, slug) != 0)
		return renamed(rq, rs, now);
	/* The career is there, so the country is not. */
	return is_query ? response_complain(rs, "country", CAREER_NO_COUNTRY)
			: response_error(rs, 404,
					 "The country of the address %s.",
					 CAREER_NO_COUNTRY);
}

static int send_document(struct web *web, const struct request *rq,
			 struct response *rs, enum db_result rc)
{
	if (rc == DB_NONE)
		return nothing(web, rq, rs);
	if (rc != DB_OK)
		return web_database_status(rs, rc);
	strbuf_add(&rs->body, db_value(web->read, 0, 0),
		   db_length(web->read, 0, 0));
	web_last_modified(rs, web->read, 2);
	rs->content_type = "application/json";
	return 200;
}

/* False with a complaint. */
static bool read_currency(struct web *web, const struct request *rq,
			  struct response *rs, const char **currency,
			  int *status)
{
	enum db_result rc;

	*currency = career_upper(rq->arena, request_param(rq, "currency"));
	if (!*currency)
		return true;
	rc = db_read(web->read, Q_CURRENCY_IS_KNOWN, DB_PARAMS(*currency));
	if (rc == DB_NONE)
		*status = response_complain(rs, "currency",
					    "is not among those of "
					    "/api/v1/countries");
	else
		*status = web_database_status(rs, rc);
	return rc == DB_OK;
}

int career_api_guide(struct web *web, const struct request *rq,
		     struct response *rs)
{
	const char *country =
		career_country_code(rq->arena, request_param(rq, "country"));
	const char *slug = request_param(rq, "slug");

	return send_document(web, rq, rs,
			     db_read(web->read, Q_CAREER_DOCUMENT,
				     DB_PARAMS(slug, country ? country : "")));
}

int career_api_salaries(struct web *web, const struct request *rq,
			struct response *rs)
{
	const char *country =
		career_country_code(rq->arena, request_param(rq, "country"));
	const char *level = request_param(rq, "level");
	const char *slug = request_param(rq, "slug"), *currency;
	int status;

	if (!read_currency(web, rq, rs, &currency, &status))
		return status;
	if (!country && !level && !currency)
		return send_document(web, rq, rs,
				     db_read(web->read, Q_SALARIES_DOCUMENT,
					     DB_PARAMS(slug)));
	return send_document(
		web, rq, rs,
		db_read(web->read, Q_SALARIES_FILTERED,
			DB_PARAMS(slug, country, level, currency)));
}

/* A day that has not begun has no figures: what it will show is not known. */
static bool is_to_come(const char *day)
{
	struct strbuf now = STRBUF_INIT;
	bool is;

	clock_add_iso(&now, clock_wall_ms());
	is = strncmp(day, now.buf, strlen(day)) > 0;
	strbuf_release(&now);
	return is;
}

/* To the same of a country that is asked for by another name. */
static int redirect(const struct request *rq, struct response *rs,
		    const char *country)
{
	static const char *const names[] = { "level", "as_of", "limit",
					     "cursor" };
	struct strbuf sb = STRBUF_INIT;
	char before = '?';
	int status;

	strbuf_addf(&sb, "/api/v1/careers/%s/salaries/%s/history",
		    request_param(rq, "slug"), country);
	/* None of them has a character that an address must encode. */
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value = request_param(rq, names[i]);

		if (!value)
			continue;
		strbuf_addf(&sb, "%c%s=%s", before, names[i], value);
		before = '&';
	}
	status = response_redirect(rs, 301, sb.buf);
	strbuf_release(&sb);
	return status;
}

int career_api_history(struct web *web, const struct request *rq,
		       struct response *rs)
{
	const char *country =
		career_upper(rq->arena, request_param(rq, "country"));
	const char *level = request_param(rq, "level");
	const char *as_of = request_param(rq, "as_of");
	const char *limit = request_param(rq, "limit");
	const char *slug = request_param(rq, "slug"), *place = NULL;
	enum db_result rc;
	int64_t id;

	if (country && strcmp(country, "UK") == 0)
		return redirect(rq, rs, "gb");
	if (country && strcmp(country, "UAE") == 0)
		return redirect(rq, rs, "ae");
	if (as_of && is_to_come(as_of))
		return response_complain(rs, "as_of",
					 "must not be later than today (UTC)");
	if (!career_answer_cursor(rq, rs, &place, 1))
		return 400;
	if (place && !parse_int(place, 0, INT64_MAX, &id))
		return response_complain(rs, "cursor",
					 "is not one of this list");
	if (as_of && (place || limit))
		return response_complain(rs, place ? "cursor" : "limit",
					 "has no use with as_of, whose answer "
					 "is whole");
	if (as_of)
		rc = db_read(web->read, Q_SALARIES_AS_OF,
			     DB_PARAMS(slug, country, level, as_of));
	else
		rc = db_read(web->read, Q_SALARY_HISTORY,
			     DB_PARAMS(slug, country, level,
				       limit ? limit : CAREER_LIMIT, place));
	if (rc == DB_OK && !as_of && db_value(web->read, 0, 3))
		return response_complain(rs, "cursor",
					 "is not one of this list");
	return rc == DB_NONE ? nothing(web, rq, rs)
			     : career_answer_page(web, rq, rs, rc);
}
