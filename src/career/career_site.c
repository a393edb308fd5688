/* Home, and the pages around the guides. */
#include "career/career.h"

#include "base/json.h"
#include "base/words.h"
#include "career/career_list.h"

static void add_count(cJSON *category)
{
	struct strbuf sb = STRBUF_INIT;
	int64_t n = 0;

	if (!json_int(category, "careers", &n) || !n)
		strbuf_addstr(&sb, "No guide published yet");
	else
		strbuf_addf(&sb, "%lld guide%s", (long long)n,
			    n > 1 ? "s" : "");
	cJSON_AddStringToObject(category, "count_text", sb.buf);
	strbuf_release(&sb);
}

static void add_home_words(cJSON *page)
{
	cJSON *newest = cJSON_GetObjectItem(page, "newest"), *item;
	struct strbuf place = STRBUF_INIT;
	bool has_limited = false;

	career_list_cards(newest, NULL);
	cJSON_ArrayForEach (item, newest)
		has_limited |= json_is_true(json_get(item, "money"), "limited");
	cJSON_ArrayForEach (item, json_get(page, "categories"))
		add_count(item);
	cJSON_AddBoolToObject(page, "has_cards", newest && newest->child);
	cJSON_AddBoolToObject(page, "has_limited", has_limited);
	words_add_place(&place, json_str(page, "country_name"));
	cJSON_AddStringToObject(page, "country_in_words", place.buf);
	strbuf_release(&place);
}

static void add_head(cJSON *page, const char *title, const char *description)
{
	cJSON_AddStringToObject(page, "title", title);
	cJSON_AddStringToObject(page, "description", description);
}

int career_home(struct web *web, const struct request *rq, struct response *rs)
{
	const char *country = *rq->country ? rq->country : CAREER_COUNTRY;
	enum db_result rc = db_read(web->read, Q_HOME, DB_PARAMS(country));
	cJSON *page;

	if (rc != DB_OK)
		return web_database_status(rs, rc);
	page = web_database_json(web->read);
	if (!page)
		return 500;
	add_head(page, "Honest career guides",
		 "What jobs are really like: the day hour by hour, the pay in "
		 "15 countries with its evidence, and how exposed each one is "
		 "to AI.");
	add_home_words(page);
	return web_page(web, rq, rs, "home", page);
}

static int plain_page(struct web *web, const struct request *rq,
		      struct response *rs, const char *view, const char *title,
		      const char *description)
{
	cJSON *page = cJSON_CreateObject();

	add_head(page, title, description);
	return web_page(web, rq, rs, view, page);
}

int career_disclosure(struct web *web, const struct request *rq,
		      struct response *rs)
{
	return plain_page(web, rq, rs, "disclosure", "Affiliate disclosure",
			  "Which links could earn us money, and what that "
			  "changes: nothing.");
}

int career_privacy(struct web *web, const struct request *rq,
		   struct response *rs)
{
	return plain_page(web, rq, rs, "privacy", "Privacy",
			  "What we store about visitors and subscribers, why, "
			  "and for how long.");
}

/* The newest day of a list, "" if it has none. */
static const char *newest_day(const cJSON *list)
{
	const char *newest = "";
	const cJSON *item;

	cJSON_ArrayForEach (item, list) {
		const char *day = json_str(item, "updated_on");

		if (strcmp(day, newest) > 0)
			newest = day;
	}
	return newest;
}

int career_sitemap(struct web *web, const struct request *rq,
		   struct response *rs)
{
	enum db_result rc = db_read(web->read, Q_SITEMAP, DB_NO_PARAMS);
	const time_t released_at = RELEASED_AT;
	const char *updated_on;
	char released_on[16];
	struct tm tm;
	cJSON *page;
	int status;

	if (rc != DB_OK)
		return web_database_status(rs, rc);
	page = web_database_json(web->read);
	if (!page)
		return 500;
	add_head(page, "", "");
	strftime(released_on, sizeof(released_on), "%F",
		 gmtime_r(&released_at, &tm));
	/* Home and the list of all show what the categories do, the methods
	 * what the program says and what its data is. */
	updated_on = newest_day(json_get(page, "categories"));
	cJSON_AddStringToObject(page, "updated_on", updated_on);
	cJSON_AddStringToObject(page, "released_on", released_on);
	cJSON_AddStringToObject(
		page, "methods_on",
		strcmp(updated_on, released_on) > 0 ? updated_on : released_on);
	status = web_page(web, rq, rs, "sitemap.xml", page);
	rs->content_type = "application/xml; charset=utf-8";
	return status;
}
