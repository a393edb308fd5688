/* The JSON documents, sent as they are stored. */
#include "career/career.h"

static int send_document(struct web *web, struct response *rs, const char *slug,
			 enum db_result rc)
{
	const char *url;
	int status;

	if (rc == DB_NONE && career_find(web, slug, &url, rs, &status) != DB_OK)
		return status;
	/* The career is there, so the country is not. */
	if (rc == DB_NONE)
		return response_complain(rs, "country",
					 "is not among the countries of "
					 "/api/v1/careers/{slug}/salaries");
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

	return send_document(web, rs, slug,
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
		return send_document(web, rs, slug,
				     db_read(web->read, Q_SALARIES_DOCUMENT,
					     DB_PARAMS(slug)));
	return send_document(web, rs, slug,
			     db_read(web->read, Q_SALARIES_FILTERED,
				     DB_PARAMS(slug, country, level)));
}
