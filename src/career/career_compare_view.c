/* The page of /compare: heads, what is chosen, and words for differences. */
#include "career/career_compare.h"

#include "base/json.h"
#include "base/settings.h"
#include "base/words.h"
#include "career/career_ld.h"
#include "career/career_view.h"

static void add_text(cJSON *to, const char *name, struct strbuf *sb)
{
	cJSON_AddStringToObject(to, name, sb->buf);
	strbuf_release(sb);
}

/* "A, B and C" */
static void add_names(struct strbuf *out, const cJSON *careers)
{
	const cJSON *career;

	cJSON_ArrayForEach (career, careers) {
		if (career != careers->child)
			strbuf_addstr(out, career->next ? ", " : " and ");
		strbuf_addstr(out, json_str(career, "name"));
	}
}

/* The columns: who they are, and where their guides are. */
static void add_careers(cJSON *page, const cJSON *doc)
{
	const char *country = json_str(json_get(doc, "country"), "code");
	cJSON *out = cJSON_AddArrayToObject(page, "careers");
	const cJSON *item;

	cJSON_ArrayForEach (item, json_get(doc, "data")) {
		cJSON *career = cJSON_CreateObject();
		struct strbuf url = STRBUF_INIT;

		cJSON_AddStringToObject(career, "slug", json_str(item, "slug"));
		cJSON_AddStringToObject(career, "name", json_str(item, "name"));
		strbuf_addf(&url, "%s/%c%c", json_str(item, "url"),
			    country[0] | 0x20, country[1] | 0x20);
		add_text(career, "url", &url);
		cJSON_AddItemToArray(out, career);
	}
	cJSON_AddNumberToObject(page, "careers_count", cJSON_GetArraySize(out));
	cJSON_AddNumberToObject(page, "columns", cJSON_GetArraySize(out) + 1);
	cJSON_AddStringToObject(page, "same_words",
				cJSON_GetArraySize(out) == 2
					? "the same for both"
					: "the same for all");
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The same careers in another order or country are the same page to cite. */
static void add_canonical(cJSON *page, const struct comparison *c)
{
	struct comparison sorted = *c;
	struct strbuf url = STRBUF_INIT, path = STRBUF_INIT;

	sorted.is_country_chosen = sorted.is_level_chosen = false;
	sorted.currency = NULL;
	if (c->count < 2)
		sorted.count = 0;
	qsort(sorted.names, (size_t)sorted.count, sizeof(sorted.names[0]),
	      by_name);
	strbuf_addf(&path, "%s/compare", settings_str(SETTING_SITE_URL));
	compare_address(&url, path.buf, &sorted);
	add_text(page, "canonical", &url);
	strbuf_release(&path);
}

static void add_breadcrumbs(cJSON *page, const struct comparison *c)
{
	cJSON *list = career_ld_typed("BreadcrumbList"), *items;
	struct comparison plain = *c;
	struct strbuf path = STRBUF_INIT;

	plain.is_country_chosen = plain.is_level_chosen = false;
	plain.currency = NULL;
	cJSON_AddItemToArray(career_ld_graph(page), list);
	items = cJSON_AddArrayToObject(list, "itemListElement");
	cJSON_AddItemToArray(items, career_ld_item(1, "Home", "/"));
	cJSON_AddItemToArray(items, career_ld_item(2, "Compare", "/compare"));
	if (*json_str(page, "names")) {
		compare_address(&path, "/compare", &plain);
		cJSON_AddItemToArray(items,
				     career_ld_item(3, json_str(page, "names"),
						    path.buf));
	}
	strbuf_release(&path);
}

static void add_titles(cJSON *page, const char *problem)
{
	const char *names = json_str(page, "names");
	struct strbuf sb = STRBUF_INIT;

	if (*names)
		strbuf_addf(&sb, "%s compared", names);
	else
		strbuf_addf(&sb, "%sCompare careers",
			    *problem ? "Error: " : "");
	add_text(page, "title", &sb);
	if (*names)
		strbuf_addf(&sb,
			    "%s side by side: pay on one scale, hours, "
			    "entry, AI risk and skills.",
			    names);
	else
		strbuf_addstr(&sb, "Choose two to four careers and see their "
				   "pay, hours, entry, AI risk and skills "
				   "side by side.");
	add_text(page, "description", &sb);
}

/* The same of the API, which has no visitor to guess the country of. */
static void add_api(cJSON *page, const struct comparison *c)
{
	struct comparison fixed = *c;
	struct strbuf url = STRBUF_INIT;

	fixed.is_country_chosen = true;
	compare_address(&url, "/api/v1/compare", &fixed);
	add_text(page, "api_url", &url);
}

static void add_country(cJSON *page, const cJSON *doc,
			const struct comparison *c)
{
	const cJSON *country = json_get(doc, "country");
	cJSON *shown = cJSON_AddObjectToObject(page, "country");
	struct strbuf sb = STRBUF_INIT;

	cJSON_AddStringToObject(shown, "name", json_str(country, "name"));
	cJSON_AddBoolToObject(shown, "is_chosen", c->is_country_chosen);
	words_add_place(&sb, json_str(country, "name"));
	add_text(shown, "in_words", &sb);
	cJSON_AddStringToObject(page, "level", c->level);
	cJSON_AddStringToObject(page, "level_title",
				career_view_level(c->level));
}

cJSON *compare_view(cJSON *doc, cJSON *choices, const struct comparison *c,
		    const char *problem)
{
	cJSON *page = cJSON_CreateObject();
	struct strbuf names = STRBUF_INIT;

	add_names(&names, json_get(doc, "data"));
	add_text(page, "names", &names);
	add_titles(page, problem);
	add_canonical(page, c);
	add_breadcrumbs(page, c);
	cJSON_AddStringToObject(page, "problem", problem);
	if (*problem)
		cJSON_AddTrueToObject(page, "noindex");
	compare_view_form(page, choices, c);
	if (doc) {
		add_careers(page, doc);
		add_country(page, doc, c);
		add_api(page, c);
		compare_view_pay(page, doc, choices);
		compare_view_facts(page, doc);
		compare_view_skills(page, doc);
	}
	json_free(doc);
	json_free(choices);
	return page;
}
