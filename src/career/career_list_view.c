/* From the document of a list to its page. */
#include "career/career_list.h"

#include "base/json.h"
#include "base/settings.h"
#include "base/words.h"

/* As many as fit beside each other on /compare. */
#define COMPARED 4

static void move_text(cJSON *page, const char *name, struct strbuf *sb)
{
	cJSON_AddStringToObject(page, name, sb->buf);
	strbuf_reset(sb);
}

/* Whether anything but country and order is asked for. */
static bool is_filtered(const struct career_list *list)
{
	for (enum list_field f = 0; f < LIST_FIELDS; f++)
		if (f != LIST_COUNTRY && f != LIST_SORT && list->asked[f])
			return true;
	return false;
}

static int64_t total_of(const cJSON *page)
{
	int64_t total;

	return json_int(page, "total", &total) ? total : 0;
}

static int64_t pages_of(const cJSON *page)
{
	return (total_of(page) + CAREER_LIST_PER_PAGE - 1) /
	       CAREER_LIST_PER_PAGE;
}

static const char *sort_words(const char *sort)
{
	return strcmp(sort, "salary") == 0     ? ", highest pay first"
	       : strcmp(sort, "balance") == 0  ? ", best balance first"
	       : strcmp(sort, "ai_score") == 0 ? ", safest from AI first"
	       : strcmp(sort, "newest") == 0   ? ", newest first"
	       : strcmp(sort, "name") == 0     ? ", by name"
					       : "";
}

/* One for each address, since a search engine shows little else. */
static void add_title(cJSON *page, const struct career_list *list)
{
	struct strbuf sb = STRBUF_INIT;

	if (is_filtered(list))
		strbuf_addstr(&sb, json_str(page, "summary"));
	else
		strbuf_addstr(&sb, list->category ? json_str(page, "heading")
						  : "All career guides");
	if (list->category && is_filtered(list))
		strbuf_addf(&sb, " in %s", json_str(page, "heading"));
	if (list->asked[LIST_COUNTRY] && !list->asked[LIST_MIN_SALARY])
		strbuf_addf(&sb, ", pay in %s",
			    json_str(page, "country_in_words"));
	if (list->asked[LIST_SORT])
		strbuf_addstr(&sb, sort_words(list->asked[LIST_SORT]));
	if (list->page > 1)
		strbuf_addf(&sb, ", page %lld", (long long)list->page);
	move_text(page, "title", &sb);
	strbuf_release(&sb);
}

static void add_heading(cJSON *page, const struct career_list *list)
{
	const cJSON *category = json_get(page, "category");
	const char *lead = list->category ? json_str(category, "summary") : "";
	struct strbuf sb = STRBUF_INIT;

	cJSON_AddStringToObject(page, "heading",
				list->category ? json_str(category, "title")
					       : "Career guides");
	cJSON_AddStringToObject(page, "lead", lead);
	career_list_add_summary(&sb, page, list);
	move_text(page, "summary", &sb);
	words_add_place(&sb, json_str(page, "country_name"));
	move_text(page, "country_in_words", &sb);
	add_title(page, list);
	if (is_filtered(list))
		strbuf_addf(&sb,
			    "%s: what they pay and how we know, how the day "
			    "goes, how exposed they are to AI.",
			    json_str(page, "summary"));
	else if (list->category)
		strbuf_addstr(&sb, lead);
	else
		strbuf_addstr(&sb, "Every career guide on Job Autopsy, to "
				   "search, filter, sort and compare.");
	move_text(page, "description", &sb);
	strbuf_release(&sb);
}

/* Null unless a mistyped word was read as another. */
static void add_correction(cJSON *page, const struct career_list *list)
{
	const char *meant = json_str(page, "corrected");
	cJSON *o;

	if (!*meant || !list->asked[LIST_Q]) {
		cJSON_AddNullToObject(page, "correction");
		return;
	}
	o = cJSON_AddObjectToObject(page, "correction");
	cJSON_AddStringToObject(o, "meant", meant);
	cJSON_AddStringToObject(o, "typed", list->asked[LIST_Q]);
}

static void add_pages(cJSON *page, const struct career_list *list)
{
	int64_t pages = pages_of(page), total = total_of(page);
	int64_t first = (list->page - 1) * CAREER_LIST_PER_PAGE + 1;
	int64_t last = first + CAREER_LIST_PER_PAGE - 1;
	struct strbuf sb = STRBUF_INIT;

	if (list->page > 1)
		career_list_address(&sb, list, LIST_FIELDS,
				    list->page > pages ? pages
						       : list->page - 1);
	move_text(page, "prev_url", &sb);
	if (list->page < pages)
		career_list_address(&sb, list, LIST_FIELDS, list->page + 1);
	move_text(page, "next_url", &sb);
	if (pages > 1 && list->page <= pages)
		strbuf_addf(&sb, "Page %lld of %lld: %lld to %lld of %lld",
			    (long long)list->page, (long long)pages,
			    (long long)first,
			    (long long)(last < total ? last : total),
			    (long long)total);
	move_text(page, "page_words", &sb);
	if (career_list_is_beyond(page, list))
		strbuf_addf(&sb, "There is no page %lld: %s %lld.",
			    (long long)list->page,
			    pages > 1 ? "the pages end with" : "there is only",
			    (long long)(pages ? pages : 1));
	move_text(page, "beyond", &sb);
	strbuf_release(&sb);
}

static void add_compare(cJSON *page, const struct career_list *list)
{
	struct strbuf url = STRBUF_INIT, words = STRBUF_INIT;
	const cJSON *card;
	int n = 0;

	strbuf_addstr(&url, "/compare?careers=");
	cJSON_ArrayForEach (card, json_get(page, "data"))
		if (n < COMPARED)
			strbuf_addf(&url, "%s%s", n++ ? "," : "",
				    json_str(card, "slug"));
	if (list->asked[LIST_COUNTRY])
		strbuf_addf(&url, "&country=%s", list->asked[LIST_COUNTRY]);
	if (n > 1)
		strbuf_addf(&words, "Compare %s %d side by side",
			    total_of(page) > n || list->page > 1 ? "the first"
								 : "these",
			    n);
	else
		strbuf_reset(&url);
	move_text(page, "compare_url", &url);
	move_text(page, "compare_words", &words);
	strbuf_release(&url);
	strbuf_release(&words);
}

/* The categories as ways on, with their counts if no filter changes them. */
static void add_ways(cJSON *page, const struct career_list *list)
{
	cJSON *ways = cJSON_AddArrayToObject(page, "ways");
	struct strbuf sb = STRBUF_INIT;
	const cJSON *v;

	cJSON_ArrayForEach (v, json_get(json_get(page, "facets"), "category")) {
		cJSON *o = cJSON_CreateObject();
		int64_t n;

		strbuf_addf(&sb, "/careers/%s", json_str(v, "value"));
		move_text(o, "url", &sb);
		strbuf_addstr(&sb, json_str(v, "title"));
		if (!is_filtered(list) && json_int(v, "count", &n))
			strbuf_addf(&sb, " (%lld)", (long long)n);
		move_text(o, "text", &sb);
		cJSON_AddBoolToObject(o, "is_here",
				      list->category &&
					      strcmp(json_str(v, "value"),
						     list->category) == 0);
		cJSON_AddItemToArray(ways, o);
	}
	strbuf_release(&sb);
}

static void add_address(cJSON *page, const struct career_list *list)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_addstr(&sb, settings_str(SETTING_SITE_URL));
	career_list_address(&sb, list, LIST_FIELDS, list->page);
	move_text(page, "canonical", &sb);
	strbuf_addf(&sb, "/careers%s%s", list->category ? "/" : "",
		    list->category ? list->category : "");
	move_text(page, "action", &sb);
	strbuf_release(&sb);
	/* What people search for has no end, and is no page to find. */
	cJSON_AddBoolToObject(page, "noindex",
			      list->asked[LIST_Q] ||
				      (is_filtered(list) && !total_of(page)) ||
				      career_list_is_beyond(page, list));
	cJSON_AddBoolToObject(page, "is_category", list->category != NULL);
	cJSON_AddBoolToObject(page, "is_filtered", is_filtered(list));
}

bool career_list_is_beyond(const cJSON *page, const struct career_list *list)
{
	return list->page > 1 && list->page > pages_of(page);
}

void career_list_view(cJSON *page, const struct career_list *list)
{
	const cJSON *country = json_get(page, "country");
	cJSON *data = cJSON_GetObjectItem(page, "data"), *card;
	bool has_limited = false;
	struct strbuf topic = STRBUF_INIT;

	cJSON_AddStringToObject(page, "country_name",
				json_str(country, "name"));
	career_list_cards(data, list->asked[LIST_COUNTRY]);
	cJSON_ArrayForEach (card, data)
		has_limited |= json_is_true(json_get(card, "money"), "limited");
	cJSON_AddBoolToObject(page, "has_limited", has_limited);
	cJSON_AddBoolToObject(page, "has_cards", data && data->child);
	cJSON_AddBoolToObject(page, "is_empty", !total_of(page));
	cJSON_AddBoolToObject(page, "has_suggestions",
			      json_get(page, "suggestions") &&
				      json_get(page, "suggestions")->child);
	add_heading(page, list);
	add_correction(page, list);
	add_pages(page, list);
	add_compare(page, list);
	add_ways(page, list);
	add_address(page, list);
	career_list_form(page, list);
	career_list_ld(page, list);
	strbuf_addf(&topic, "%s%s", list->category ? "category:" : "all",
		    list->category ? list->category : "");
	move_text(page, "topic", &topic);
	strbuf_release(&topic);
}
