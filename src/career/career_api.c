/* The JSON documents, sent as they are stored. */
#include "career/career.h"

#include "base/clock.h"

/* The countries there are, as an API tells them. */
#define COUNTRIES "the countries of /api/v1/careers/{slug}/salaries"

static int send_document(struct web *web, const struct request *rq,
			 struct response *rs, enum db_result rc)
{
	const char *slug = request_param(rq, "slug");
	bool is_query = !strstr(rq->path, "/history");
	const char *url;
	int status;

	if (rc == DB_NONE && career_find(web, slug, &url, rs, &status) != DB_OK)
		return status;
	/* The career is there, so the country is not. */
	if (rc == DB_NONE)
		return is_query ? response_complain(rs, "country",
						    "is not among " COUNTRIES)
				: response_error(rs, 404,
						 "The country of the address "
						 "is not among %s.",
						 COUNTRIES);
	if (rc != DB_OK)
		return web_database_status(rs, rc);
	strbuf_add(&rs->body, db_value(web->read, 0, 0),
		   db_length(web->read, 0, 0));
	web_last_modified(rs, web->read, 2);
	rs->content_type = "application/json";
	return 200;
}

static const char *upper(struct arena *arena, const char *text)
{
	char *s = text ? arena_strdup(arena, text) : NULL;

	for (char *c = s; c && *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	return s;
}

int career_api_guide(struct web *web, const struct request *rq,
		     struct response *rs)
{
	const char *country = upper(rq->arena, request_param(rq, "country"));
	const char *slug = request_param(rq, "slug");

	return send_document(web, rq, rs,
			     db_read(web->read, Q_CAREER_DOCUMENT,
				     DB_PARAMS(slug, country ? country : "")));
}

int career_api_salaries(struct web *web, const struct request *rq,
			struct response *rs)
{
	const char *country = upper(rq->arena, request_param(rq, "country"));
	const char *level = request_param(rq, "level");
	const char *slug = request_param(rq, "slug");

	if (!country && !level)
		return send_document(web, rq, rs,
				     db_read(web->read, Q_SALARIES_DOCUMENT,
					     DB_PARAMS(slug)));
	return send_document(web, rq, rs,
			     db_read(web->read, Q_SALARIES_FILTERED,
				     DB_PARAMS(slug, country, level)));
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
	const char *level = request_param(rq, "level");
	const char *as_of = request_param(rq, "as_of");
	struct strbuf sb = STRBUF_INIT;
	int status;

	strbuf_addf(&sb, "/api/v1/careers/%s/salaries/%s/history",
		    request_param(rq, "slug"), country);
	if (level)
		strbuf_addf(&sb, "?level=%s", level);
	if (as_of)
		strbuf_addf(&sb, "%cas_of=%s", level ? '&' : '?', as_of);
	status = response_redirect(rs, 301, sb.buf);
	strbuf_release(&sb);
	return status;
}

int career_api_history(struct web *web, const struct request *rq,
		       struct response *rs)
{
	const char *country = upper(rq->arena, request_param(rq, "country"));
	const char *level = request_param(rq, "level");
	const char *as_of = request_param(rq, "as_of");
	const char *slug = request_param(rq, "slug");

	if (country && strcmp(country, "UK") == 0)
		return redirect(rq, rs, "gb");
	if (country && strcmp(country, "UAE") == 0)
		return redirect(rq, rs, "ae");
	if (as_of && is_to_come(as_of))
		return response_complain(rs, "as_of",
					 "must not be later than today (UTC)");
	if (as_of)
		return send_document(
			web, rq, rs,
			db_read(web->read, Q_SALARIES_AS_OF,
				DB_PARAMS(slug, country, level, as_of)));
	return send_document(web, rq, rs,
			     db_read(web->read, Q_SALARY_HISTORY,
				     DB_PARAMS(slug, country, level)));
}
