/* What is asked of a list, as people say it. */
#include "career/career_list.h"

#include "base/json.h"
#include "base/parse.h"
#include "base/words.h"
#include "salary/money.h"

/* The title of the value of a facet, "" if there is none. */
static const char *facet_title(const cJSON *page, const char *facet,
			       const char *value)
{
	const cJSON *v;

	cJSON_ArrayForEach (v, json_get(json_get(page, "facets"), facet))
		if (strcmp(json_str(v, "value"), value) == 0)
			return json_str(v, "title");
	return "";
}

static void add_place(struct strbuf *out, const cJSON *page)
{
	words_add_place(out, json_str(json_get(page, "country"), "name"));
}

static void add_salary(struct strbuf *out, const cJSON *page, const char *value)
{
	const char *currency = json_str(json_get(page, "country"), "currency");
	int64_t amount;

	if (!parse_int(value, 0, INT64_MAX, &amount))
		return;
	strbuf_addstr(out, "at least ");
	money_add_bound(out, currency, amount);
	strbuf_addstr(out, " in ");
	add_place(out, page);
}

static const char *remote_words(const char *value)
{
	return strcmp(value, "onsite") == 0 ? "on site" : value;
}

void career_list_add_words(struct strbuf *out, const cJSON *page,
			   const struct career_list *list,
			   enum list_field field)
{
	const char *value = list->asked[field];
	const char *corrected = json_str(page, "corrected");

	if (field == LIST_CATEGORY && list->category)
		strbuf_addstr(out,
			      facet_title(page, "category", list->category));
	if (!value)
		return;
	if (field == LIST_CATEGORY)
		strbuf_addstr(out, facet_title(page, "category", value));
	else if (field == LIST_REMOTE)
		strbuf_addstr(out, remote_words(value));
	else if (field == LIST_ENTRY_BARRIER)
		strbuf_addf(out, "%s entry barrier", value);
	else if (field == LIST_MIN_BALANCE)
		strbuf_addf(out, "work-life balance at least %s", value);
	else if (field == LIST_MIN_AI_SCORE)
		strbuf_addf(out, "AI safety score at least %s", value);
	else if (field == LIST_MIN_SALARY)
		add_salary(out, page, value);
	else if (field == LIST_Q)
		strbuf_addf(out, "“%s”", *corrected ? corrected : value);
}

void career_list_add_summary(struct strbuf *out, const cJSON *page,
			     const struct career_list *list)
{
	static const enum list_field order[] = {
		LIST_REMOTE,	   LIST_ENTRY_BARRIER, LIST_MIN_BALANCE,
		LIST_MIN_AI_SCORE, LIST_MIN_SALARY,
	};
	struct strbuf words = STRBUF_INIT;
	int64_t total = 0;

	if (!json_int(page, "total", &total) || !total)
		strbuf_addstr(out, "No");
	else
		words_add_number(out, total);
	strbuf_addstr(out, total == 1 ? " career" : " careers");
	if (list->asked[LIST_CATEGORY]) {
		strbuf_addstr(out, " in ");
		career_list_add_words(out, page, list, LIST_CATEGORY);
	}
	if (list->asked[LIST_Q]) {
		strbuf_addstr(out, " for ");
		career_list_add_words(out, page, list, LIST_Q);
	}
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		strbuf_reset(&words);
		career_list_add_words(&words, page, list, order[i]);
		if (words.len)
			strbuf_addf(out, ", %s", words.buf);
	}
	strbuf_release(&words);
}
