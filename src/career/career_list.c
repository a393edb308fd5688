/* Home, the list of careers, categories, and the pages around them. */
#include "career/career.h"

#include "base/json.h"
#include "base/settings.h"
#include "base/words.h"
#include "career/career_view.h"

#define DEFAULT_COUNTRY "US"
/* All careers fit on one page until there are more than this. */
#define LIST_LIMIT "200"

/* Words for a card: its money, hours and remote kinds. */
static void add_card_words(cJSON *card)
{
	const cJSON *hours = json_get(card, "hours_per_week"), *r;
	struct strbuf sb = STRBUF_INIT;
	int64_t low, high;

	cJSON_AddItemToObject(card, "money",
			      career_view_money(json_get(card, "salary")));
	if (json_int(hours, "low", &low) && json_int(hours, "high", &high))
		strbuf_addf(&sb, "%lld–%lld", (long long)low, (long long)high);
	cJSON_AddStringToObject(card, "hours", sb.buf);
	strbuf_reset(&sb);
	cJSON_ArrayForEach (r, json_get(card, "remote"))
		strbuf_addf(&sb, "%s%s", sb.len ? " / " : "", json_text(r));
	cJSON_AddStringToObject(card, "remote_text", sb.buf);
	strbuf_reset(&sb);
	words_add_date(&sb, json_str(card, "updated_on"));
	cJSON_AddStringToObject(card, "updated", sb.buf);
	strbuf_release(&sb);
}

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

static void add_total(cJSON *page, const char *words)
{
	struct strbuf sb = STRBUF_INIT;
	int64_t n;

	if (!json_int(page, "total", &n))
		return;
	if (words && !n)
		strbuf_addf(&sb,
			    "No guide matches “%s”. Try fewer letters, or "
			    "look through the categories below.",
			    words);
	else if (words)
		strbuf_addf(&sb, "%lld guide%s “%s”.", (long long)n,
			    n == 1 ? " matches" : "s match", words);
	else if (!n)
		strbuf_addstr(&sb, "No guide is published yet. We publish a "
				   "guide when it is complete.");
	else
		strbuf_addf(&sb,
			    "%lld guide%s %s published so far. We publish "
			    "a guide when it is complete.",
			    (long long)n, n == 1 ? "" : "s",
			    n == 1 ? "is" : "are");
	cJSON_AddStringToObject(page, "total_text", sb.buf);
	cJSON_AddStringToObject(page, "words", words ? words : "");
	strbuf_release(&sb);
}

static void add_list_words(cJSON *page)
{
	static const char *const lists[] = { "newest", "data", "careers" };
	struct strbuf place = STRBUF_INIT;
	bool has_cards = false, has_limited = false;
	cJSON *item;

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		cJSON_ArrayForEach (item, json_get(page, lists[i])) {
			add_card_words(item);
			has_cards = true;
			has_limited |= json_is_true(json_get(item, "money"),
						    "limited");
		}
	}
	cJSON_ArrayForEach (item, json_get(page, "categories"))
		add_count(item);
	cJSON_AddBoolToObject(page, "has_cards", has_cards);
	cJSON_AddBoolToObject(page, "has_limited", has_limited);
	if (!json_get(page, "country_name"))
		cJSON_AddStringToObject(page, "country_name",
					json_str(json_get(page, "country"),
						 "name"));
	words_add_place(&place, json_str(page, "country_name"));
	cJSON_AddStringToObject(page, "country_in_words", place.buf);
	strbuf_release(&place);
}

/* What the sign-up form of a category is for. */
static void add_topic(cJSON *page)
{
	const char *slug = json_str(json_get(page, "category"), "slug");
	struct strbuf sb = STRBUF_INIT;

	if (!*slug)
		return;
	strbuf_addf(&sb, "category:%s", slug);
	cJSON_AddStringToObject(page, "topic", sb.buf);
	strbuf_release(&sb);
}

static const char *country_of(const struct request *rq)
{
	return *rq->country ? rq->country : DEFAULT_COUNTRY;
}

/* Reads one document by params and renders it under a title. */
static int list_page(struct web *web, const struct request *rq,
		     struct response *rs, enum query q,
		     const char *const *params, int n, const char *view,
		     const char *title, const char *description)
{
	enum db_result rc = db_read(web->read, q, params, n);
	const char *words = request_trimmed(rq, "q");
	cJSON *page;

	if (rc != DB_OK)
		return web_database_status(rs, rc);
	page = web_database_json(web->read);
	if (!page)
		return 500;
	if (!title) {
		title = json_str(json_get(page, "category"), "title");
		description = json_str(json_get(page, "category"), "summary");
	}
	cJSON_AddStringToObject(page, "title", title);
	cJSON_AddStringToObject(page, "description", description);
	add_topic(page);
	add_list_words(page);
	add_total(page, words);
	return web_page(web, rq, rs, view, page);
}

int career_home(struct web *web, const struct request *rq, struct response *rs)
{
	return list_page(web, rq, rs, Q_HOME, DB_PARAMS(country_of(rq)), "home",
			 "Honest career guides",
			 "What jobs are really like: the day hour by hour, "
			 "the pay in 15 countries with its evidence, and how "
			 "exposed each one is to AI.");
}

int career_list(struct web *web, const struct request *rq, struct response *rs)
{
	const char *page = request_param(rq, "page");
	const char *words = request_trimmed(rq, "q");

	if (page && strcmp(page, "1") != 0)
		return response_error(rs, 404,
				      "The list of careers has one "
				      "page.");
	return list_page(web, rq, rs, Q_CAREER_LIST,
			 DB_PARAMS(country_of(rq), words, NULL, NULL, NULL,
				   NULL, NULL, NULL,
				   words ? "relevance" : "name", LIST_LIMIT,
				   "0", NULL, NULL, NULL, "page"),
			 "careers", "All career guides",
			 "Every career guide on Job Autopsy, by category.");
}

int career_category(struct web *web, const struct request *rq,
		    struct response *rs)
{
	const char *slug = request_param(rq, "category");
	int status = list_page(web, rq, rs, Q_CATEGORY_PAGE,
			       DB_PARAMS(slug, country_of(rq)), "category",
			       NULL, NULL);
	const char *url;

	if (status != 404)
		return status;
	/* Not a category: perhaps a career, by its present or former name. */
	if (career_find(web, slug, &url, rs, &status) != DB_OK)
		return status;
	return response_redirect(rs, 301, url);
}

static int plain_page(struct web *web, const struct request *rq,
		      struct response *rs, const char *view, const char *title,
		      const char *description)
{
	cJSON *page = cJSON_CreateObject();

	cJSON_AddStringToObject(page, "title", title);
	cJSON_AddStringToObject(page, "description", description);
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

int career_sitemap(struct web *web, const struct request *rq,
		   struct response *rs)
{
	enum db_result rc = db_read(web->read, Q_SITEMAP, DB_NO_PARAMS);
	cJSON *page;
	int status;

	if (rc != DB_OK)
		return web_database_status(rs, rc);
	page = web_database_json(web->read);
	if (!page)
		return 500;
	cJSON_AddStringToObject(page, "title", "");
	cJSON_AddStringToObject(page, "description", "");
	status = web_page(web, rq, rs, "sitemap.xml", page);
	rs->content_type = "application/xml; charset=utf-8";
	return status;
}
