/*
 * Open data: reference lists, what changed, and all of it at once.
 *
 * Exports go by pieces, each a query of its own that starts behind the last
 * career sent: memory stays the same however many there are, no transaction
 * is held open, and a reader who leaves leaves nothing behind. What changes
 * meanwhile is told by /changes from the version in the ETag on.
 */
#include "career/career.h"

#include "base/log.h"
#include "base/parse.h"
#include "base/settings.h"
#include "career/career_answer.h"

/* As many as a slug has at most. */
#define SLUG_SIZE 81

int career_api_categories(struct web *web, const struct request *rq,
			  struct response *rs)
{
	return career_answer_page(
		web, rq, rs, db_read(web->read, Q_CATEGORIES, DB_NO_PARAMS));
}

int career_api_countries(struct web *web, const struct request *rq,
			 struct response *rs)
{
	return career_answer_page(
		web, rq, rs, db_read(web->read, Q_COUNTRIES, DB_NO_PARAMS));
}

int career_api_sources(struct web *web, const struct request *rq,
		       struct response *rs)
{
	return career_answer_page(web, rq, rs,
				  db_read(web->read, Q_SOURCES, DB_NO_PARAMS));
}

int career_api_about(struct web *web, const struct request *rq,
		     struct response *rs)
{
	enum db_result rc =
		db_read(web->read, Q_ABOUT,
			DB_PARAMS(settings_str(SETTING_SITE_URL), VERSION));

	(void)rq;
	if (rc != DB_OK)
		return web_database_status(rs, rc);
	strbuf_add(&rs->body, db_value(web->read, 0, 0),
		   db_length(web->read, 0, 0));
	web_last_modified(rs, web->read, 2);
	/* It also tells of the software. */
	if (rs->last_modified < RELEASED_AT)
		rs->last_modified = RELEASED_AT;
	rs->content_type = "application/json";
	return 200;
}

/* Of a day of UTC, whatever time the database's session keeps. */
static const char *start_of(struct arena *arena, const char *day)
{
	char time[32];

	snprintf(time, sizeof(time), "%.10sT00:00:00Z", day);
	return arena_strdup(arena, time);
}

int career_api_changes(struct web *web, const struct request *rq,
		       struct response *rs)
{
	const char *since = request_param(rq, "since");
	const char *limit = request_param(rq, "limit");
	const char *version = NULL, *place[2];
	int64_t n;

	if (since && parse_int(since, 0, INT64_MAX, &n)) {
		version = since;
		since = NULL;
	} else if (since && parse_is_date(since)) {
		since = start_of(rq->arena, since);
	}
	if (!career_answer_cursor(rq, rs, place, 2))
		return 400;
	for (int i = 0; i < 2; i++)
		if (place[i] && !parse_int(place[i], 0, INT64_MAX, &n))
			return response_complain(rs, "cursor",
						 "is not one of this list");
	return career_answer_page(
		web, rq, rs,
		db_read(web->read, Q_CHANGES,
			DB_PARAMS(version, since, limit ? limit : CAREER_LIMIT,
				  place[0], place[1])));
}

/* What is exported, and the last career that was sent. */
struct export
{
	enum query query;
	char slug[SLUG_SIZE];
};

/* The first line of the salaries. */
static const char columns[] =
	"career,name,country,level,low,median,high,currency,period,pay_basis,"
	"grade,confidence,limited,limited_reasons,observed_on,source_ids,"
	"licence,attribution\r\n";

static int more(struct web *web, struct response *rs)
{
	struct export *export = rs->more_arg;
	const char *site = settings_str(SETTING_SITE_URL);
	const char *lines, *slug;
	enum db_result rc;

	if (export->query == Q_EXPORT_CAREERS)
		rc = db_read(web->read, export->query,
			     DB_PARAMS(export->slug, site));
	else
		rc = db_read(web->read, export->query, DB_PARAMS(export->slug));
	if (export->query == Q_EXPORT_SALARIES && !*export->slug)
		strbuf_addstr(&rs->body, columns);
	if (rc == DB_NONE)
		return 0;
	if (rc != DB_OK) {
		log_event(LOG_ERROR, "export", "broken off: %s",
			  db_error(web->read));
		return -1;
	}
	lines = db_value(web->read, 0, 0);
	slug = db_value(web->read, 0, 1);
	if (lines)
		strbuf_add(&rs->body, lines, db_length(web->read, 0, 0));
	snprintf(export->slug, sizeof(export->slug), "%s", slug);
	return 1;
}

static int start(struct web *web, const struct request *rq, struct response *rs,
		 enum query query, const char *type, const char *name)
{
	enum db_result rc = db_read(web->read, Q_EXPORT_VERSION, DB_NO_PARAMS);
	struct export *export;
	char etag[80];

	if (rc != DB_OK)
		return web_database_status(rs, rc);
	export = arena_alloc(rq->arena, sizeof(*export));
	export->query = query;
	export->slug[0] = '\0';
	snprintf(etag, sizeof(etag), "W/\"%s-%s\"", name,
		 db_value(web->read, 0, 0));
	response_header(rs, "ETag", etag);
	web_last_modified(rs, web->read, 2);
	rs->content_type = type;
	rs->more = more;
	rs->more_arg = export;
	return 200;
}

int career_export_careers(struct web *web, const struct request *rq,
			  struct response *rs)
{
	return start(web, rq, rs, Q_EXPORT_CAREERS, "application/x-ndjson",
		     "careers");
}

int career_export_salaries(struct web *web, const struct request *rq,
			   struct response *rs)
{
	return start(web, rq, rs, Q_EXPORT_SALARIES,
		     "text/csv; charset=utf-8; header=present", "salaries");
}
