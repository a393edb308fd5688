/*
 * The form of a list: the choices of each filter, how many careers each would
 * give beside it, and those that are on as links that take them off.
 */
#include "career/career_list.h"

#include "base/json.h"
#include "base/parse.h"
#include "base/words.h"

static cJSON *add_option(cJSON *options, const char *value, const char *text,
			 const char *chosen)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "value", value);
	cJSON_AddStringToObject(o, "text", text);
	cJSON_AddBoolToObject(o, "is_chosen",
			      chosen && strcmp(value, chosen) == 0);
	cJSON_AddItemToArray(options, o);
	return o;
}

/* "Finance (3)" for each value of a facet. */
static void add_facet(cJSON *page, const char *facet, const char *any,
		      const char *chosen)
{
	const cJSON *values = json_get(json_get(page, "facets"), facet), *v;
	cJSON *options = cJSON_AddArrayToObject(
		cJSON_GetObjectItem(page, "options"), facet);
	struct strbuf text = STRBUF_INIT;

	add_option(options, "", any, NULL);
	cJSON_ArrayForEach (v, values) {
		int64_t count = 0;

		strbuf_reset(&text);
		if (!json_int(v, "count", &count))
			count = 0;
		strbuf_addf(&text, "%s (", json_str(v, "title"));
		words_add_number(&text, count);
		strbuf_addch(&text, ')');
		add_option(options, json_str(v, "value"), text.buf, chosen);
	}
	strbuf_release(&text);
}

/* Bounds in steps; one of the address that lies between them has its place. */
static void add_bounds(cJSON *options, int64_t most, int64_t step,
		       const char *chosen)
{
	int64_t asked = 0;
	struct strbuf text = STRBUF_INIT, value = STRBUF_INIT;

	if (chosen && !parse_int(chosen, 0, INT64_MAX, &asked))
		asked = 0;
	add_option(options, "", "Any", NULL);
	for (int64_t n = most; n > 0; n -= step) {
		int64_t both[2] = { asked, n };
		bool is_here = asked > n && (n == most || asked < n + step);

		for (int i = is_here ? 0 : 1; i < 2; i++) {
			strbuf_reset(&value);
			strbuf_reset(&text);
			strbuf_addint(&value, both[i]);
			strbuf_addf(&text, "%s or more", value.buf);
			add_option(options, value.buf, text.buf, chosen);
		}
	}
	strbuf_release(&value);
	strbuf_release(&text);
}

static void add_countries(cJSON *page, const char *chosen)
{
	cJSON *options = cJSON_AddArrayToObject(
		cJSON_GetObjectItem(page, "options"), "country");
	struct strbuf own = STRBUF_INIT;
	const cJSON *c;

	strbuf_addstr(&own, "Your country");
	if (!chosen)
		strbuf_addf(&own, ": %s", json_str(page, "country_name"));
	add_option(options, "", own.buf, NULL);
	strbuf_release(&own);
	cJSON_ArrayForEach (c, json_get(page, "countries")) {
		const char *code = json_str(c, "code");
		bool is = chosen && strcasecmp(code, chosen) == 0;

		add_option(options, code, json_str(c, "name"),
			   is ? code : NULL);
	}
}

static void add_sorts(cJSON *options, const struct career_list *list)
{
	static const struct {
		const char *value;
		const char *text;
	} sorts[] = {
		{ "name", "Name" },
		{ "salary", "Highest mid-level pay" },
		{ "balance", "Best work-life balance" },
		{ "ai_score", "Safest from AI" },
		{ "newest", "Newest guide" },
	};
	bool has_q = list->asked[LIST_Q] != NULL;

	/* What is not said need not stand in the address. */
	add_option(options, "", has_q ? "Best match" : "Name", NULL);
	for (size_t i = has_q ? 0 : 1; i < ARRAY_SIZE(sorts); i++)
		add_option(options, sorts[i].value, sorts[i].text,
			   list->asked[LIST_SORT]);
}

/*
 * How many there would be without a filter of which every career has one
 * value: all of that facet's values together. -1: not known.
 */
static int64_t count_without(const cJSON *page, enum list_field field)
{
	const char *facet = field == LIST_CATEGORY	  ? "category"
			    : field == LIST_ENTRY_BARRIER ? "entry_barrier"
							  : NULL;
	int64_t all = 0, count;
	const cJSON *v;

	if (!facet)
		return -1;
	cJSON_ArrayForEach (v, json_get(json_get(page, "facets"), facet))
		if (json_int(v, "count", &count))
			all += count;
	return all;
}

static void add_active(cJSON *page, const struct career_list *list)
{
	static const enum list_field order[] = {
		LIST_Q,		  LIST_CATEGORY,
		LIST_REMOTE,	  LIST_ENTRY_BARRIER,
		LIST_MIN_BALANCE, LIST_MIN_AI_SCORE,
		LIST_MIN_SALARY,
	};
	cJSON *active = cJSON_AddArrayToObject(page, "active");
	struct strbuf words = STRBUF_INIT, url = STRBUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		int64_t n;
		cJSON *o;

		strbuf_reset(&words);
		strbuf_reset(&url);
		career_list_add_words(&words, page, list, order[i]);
		if (!words.len)
			continue;
		career_list_address(&url, list, order[i], 1);
		o = cJSON_CreateObject();
		cJSON_AddStringToObject(o, "words", words.buf);
		cJSON_AddStringToObject(o, "url", url.buf);
		strbuf_reset(&words);
		n = count_without(page, order[i]);
		if (n > 0)
			strbuf_addf(&words, "%lld career%s", (long long)n,
				    n == 1 ? "" : "s");
		cJSON_AddStringToObject(o, "count_words", words.buf);
		cJSON_AddItemToArray(active, o);
	}
	strbuf_release(&words);
	strbuf_release(&url);
}

/* How many fields behind the fold say something. */
static int count_folded(const struct career_list *list)
{
	int n = 0;

	for (enum list_field f = 0; f < LIST_FIELDS; f++)
		n += f != LIST_Q && list->asked[f];
	return n;
}

static void add_text(cJSON *page, const char *name, const char *value)
{
	cJSON_AddStringToObject(page, name, value ? value : "");
}

void career_list_form(cJSON *page, const struct career_list *list)
{
	const char *const *asked = list->asked;
	cJSON *options = cJSON_AddObjectToObject(page, "options");
	struct strbuf sb = STRBUF_INIT;
	int folded = count_folded(list);

	add_facet(page, "category", "All", asked[LIST_CATEGORY]);
	add_facet(page, "remote", "Any", asked[LIST_REMOTE]);
	add_facet(page, "entry_barrier", "Any", asked[LIST_ENTRY_BARRIER]);
	add_bounds(cJSON_AddArrayToObject(options, "min_balance"), 9, 1,
		   asked[LIST_MIN_BALANCE]);
	add_bounds(cJSON_AddArrayToObject(options, "min_ai_score"), 90, 10,
		   asked[LIST_MIN_AI_SCORE]);
	add_countries(page, asked[LIST_COUNTRY]);
	add_sorts(cJSON_AddArrayToObject(options, "sort"), list);
	add_text(page, "words", asked[LIST_Q]);
	add_text(page, "min_salary", asked[LIST_MIN_SALARY]);
	if (folded)
		strbuf_addf(&sb, "%d set", folded);
	cJSON_AddStringToObject(page, "folded", sb.buf);
	strbuf_release(&sb);
	add_active(page, list);
}
