/* From data to a page: what all pages share is added here. */
#include "http/web.h"

#include "base/json.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/settings.h"

/* Dates of headers have four digits for the year. */
#define YEAR_10000 253402300799

static const char *reason_words(const char *reason)
{
	static const struct {
		const char *reason;
		const char *words;
	} table[] = {
		{ "path", "as the address of this page says" },
		{ "choice", "your choice" },
		{ "edge", "detected from your connection" },
		{ "connection", "detected from your connection" },
		{ "language", "from the language your browser asks for" },
		{ "elsewhere", "as we have no pay for the country you are in" },
		{ "default", "our default, as nothing told us where you are" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (strcmp(reason, table[i].reason) == 0)
			return table[i].words;
	return table[ARRAY_SIZE(table) - 1].words;
}

static void add_default(cJSON *page, const char *name, const char *value)
{
	if (!cJSON_HasObjectItem(page, name))
		cJSON_AddStringToObject(page, name, value);
}

static void add_common(const struct web *web, const struct request *rq,
		       cJSON *page)
{
	const char *site = settings_str(SETTING_SITE_URL);
	struct strbuf url = STRBUF_INIT;
	cJSON *visitor;

	strbuf_addf(&url, "%s%s", site, rq->path);
	cJSON_AddStringToObject(page, "site_url", site);
	cJSON_AddStringToObject(page, "path", rq->path);
	add_default(page, "canonical", url.buf);
	/* What the sign-up form that stands on every page is for. */
	add_default(page, "topic", "all");
	add_default(page, "contact", settings_str(SETTING_CONTACT));
	/* What was searched for, in the search box. */
	add_default(page, "words", "");
	/* The pages before and after this one, of a list. */
	add_default(page, "prev_url", "");
	add_default(page, "next_url", "");
	cJSON_AddItemReferenceToObject(page, "assets", web->assets);
	if (!cJSON_HasObjectItem(page, "noindex"))
		cJSON_AddFalseToObject(page, "noindex");
	if (!cJSON_HasObjectItem(page, "json_ld"))
		cJSON_AddNullToObject(page, "json_ld");
	visitor = cJSON_AddObjectToObject(page, "visitor");
	cJSON_AddStringToObject(visitor, "country", rq->country);
	cJSON_AddStringToObject(visitor, "reason",
				reason_words(rq->country_reason));
	cJSON_AddBoolToObject(visitor, "is_choice",
			      strcmp(rq->country_reason, "choice") == 0);
	strbuf_release(&url);
}

int web_page(struct web *web, const struct request *rq, struct response *rs,
	     const char *view, cJSON *page)
{
	struct strbuf err = STRBUF_INIT;
	int status = 200;

	add_common(web, rq, page);
	rs->content_type = "text/html; charset=utf-8";
	if (!template_render(web->views, view, page, &rs->body, &err)) {
		log_event(LOG_ERROR, "view", "%s", err.buf);
		strbuf_reset(&rs->body);
		status = 500;
	}
	strbuf_release(&err);
	json_free(page);
	return status;
}

int web_database_status(struct response *rs, enum db_result rc)
{
	if (rc == DB_NONE)
		return response_error(rs, 404,
				      "There is nothing at this address.");
	if (rc == DB_DOWN || rc == DB_BUSY)
		return response_error(rs, 503,
				      "Our database can't be reached just now. "
				      "It is us, not you: try again in a few "
				      "seconds.");
	return 500;
}

cJSON *web_database_json(struct db *db)
{
	const char *text = db_value(db, 0, 0);
	cJSON *json = text ? cJSON_ParseWithLength(text, db_length(db, 0, 0))
			   : NULL;

	if (!json)
		log_event(LOG_ERROR, "db.json", "a document is not JSON");
	return json;
}

time_t web_time(const struct db *db, int column)
{
	const char *text = db_value(db, 0, column);
	int64_t seconds;

	if (!text || !parse_int(text, 0, YEAR_10000, &seconds))
		return 0;
	return (time_t)seconds;
}

void web_last_modified(struct response *rs, const struct db *db, int column)
{
	time_t t = web_time(db, column);

	if (t)
		rs->last_modified = t;
}

static cJSON *complaints_json(const struct response *rs)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < rs->complaint_count; i++) {
		cJSON *e = cJSON_CreateObject();

		cJSON_AddStringToObject(e, "parameter",
					rs->complaints[i].parameter);
		cJSON_AddStringToObject(e, "detail", rs->complaints[i].detail);
		cJSON_AddItemToArray(list, e);
	}
	return list;
}

static void problem(const struct request *rq, struct response *rs)
{
	const char *reason = response_reason(rs->status);
	cJSON *p = cJSON_CreateObject();
	char *text;

	cJSON_AddStringToObject(p, "type", "about:blank");
	cJSON_AddStringToObject(p, "title", reason);
	cJSON_AddNumberToObject(p, "status", rs->status);
	cJSON_AddStringToObject(p, "detail",
				rs->detail.len ? rs->detail.buf : reason);
	cJSON_AddStringToObject(p, "request_id", rq->id);
	if (rs->complaint_count)
		cJSON_AddItemToObject(p, "errors", complaints_json(rs));
	text = cJSON_PrintUnformatted(p);
	strbuf_addstr(&rs->body, text);
	cJSON_free(text);
	json_free(p);
	rs->content_type = "application/problem+json";
}

/* For when the error page itself can't be made. */
static void plain_error(const struct request *rq, struct response *rs)
{
	strbuf_reset(&rs->body);
	strbuf_addf(&rs->body, "%d %s\n\nRequest %s\n", rs->status,
		    response_reason(rs->status), rq->id);
	rs->content_type = "text/plain; charset=utf-8";
}

void web_error(struct web *web, const struct request *rq, struct response *rs,
	       bool is_api)
{
	const char *reason = response_reason(rs->status);
	cJSON *page;

	strbuf_reset(&rs->body);
	if (rs->status == 503 && !strstr(rs->headers.buf, "Retry-After:"))
		response_header(rs, "Retry-After", "5");
	if (is_api) {
		problem(rq, rs);
		return;
	}
	page = cJSON_CreateObject();
	cJSON_AddStringToObject(page, "title", reason);
	cJSON_AddStringToObject(page, "description", reason);
	cJSON_AddNumberToObject(page, "status", rs->status);
	cJSON_AddStringToObject(page, "detail", rs->detail.buf);
	cJSON_AddBoolToObject(page, "is_missing", rs->status == 404);
	cJSON_AddBoolToObject(page, "is_ours", rs->status >= 500);
	cJSON_AddStringToObject(page, "request_id", rq->id);
	cJSON_AddTrueToObject(page, "noindex");
	if (rs->complaint_count > 1)
		cJSON_AddItemToObject(page, "complaints", complaints_json(rs));
	else
		cJSON_AddItemToObject(page, "complaints", cJSON_CreateArray());
	if (web_page(web, rq, rs, "error", page) != 200)
		plain_error(rq, rs);
}
