/* What work is like, how one gets in, and AI: the facts of each career. */
#include "career/career_compare.h"

#include "base/json.h"
#include "career/career_view.h"

/* A row is made of one fact of each career. */
typedef void fill(cJSON *cell, const cJSON *item, const cJSON *facts);
typedef void measure(struct compared *one, const cJSON *item);

struct fact {
	const char *title;
	fill *fill;
	measure *measure; /* NULL: words that are the same or not */
	struct compare_words words;
};

static void add_more(cJSON *cell, const char *text, const char *more)
{
	cJSON_AddStringToObject(cell, "text", text);
	cJSON_AddStringToObject(cell, "more", more);
}

static void add_scale(cJSON *cell, const cJSON *facts, const char *name)
{
	cJSON_ReplaceItemInObject(cell, "scale",
				  cJSON_Duplicate(json_get(facts, name), true));
}

static void fill_tagline(cJSON *cell, const cJSON *item, const cJSON *facts)
{
	(void)facts;
	add_more(cell, json_str(item, "tagline"), "");
}

static void fill_balance(cJSON *cell, const cJSON *item, const cJSON *facts)
{
	struct strbuf sb = STRBUF_INIT;
	int64_t n = 0;

	if (json_int(item, "work_life_balance", &n))
		strbuf_addf(&sb, "%lld/10", (long long)n);
	add_more(cell, sb.buf, "");
	add_scale(cell, facts, "balance");
	strbuf_release(&sb);
}

static void fill_hours(cJSON *cell, const cJSON *item, const cJSON *facts)
{
	(void)item;
	add_more(cell, json_str(facts, "hours"), "");
}

static void fill_remote(cJSON *cell, const cJSON *item, const cJSON *facts)
{
	(void)item;
	add_more(cell, json_str(facts, "remote"), "");
}

static void fill_barrier(cJSON *cell, const cJSON *item, const cJSON *facts)
{
	(void)item;
	add_more(cell, json_str(facts, "entry_barrier"), "");
	add_scale(cell, facts, "barrier");
}

static void fill_ceiling(cJSON *cell, const cJSON *item, const cJSON *facts)
{
	(void)item;
	add_more(cell, json_str(facts, "growth_ceiling"), "");
	add_scale(cell, facts, "ceiling");
}

static void fill_degree(cJSON *cell, const cJSON *item, const cJSON *facts)
{
	const char *subject = json_str(json_get(item, "degree"), "subject");
	const char *need = json_str(facts, "degree_requirement");

	if (*subject)
		add_more(cell, subject, need);
	else
		add_more(cell, *need ? need : "none needed", "");
}

static void fill_certification(cJSON *cell, const cJSON *item,
			       const cJSON *facts)
{
	const cJSON *one = json_get(item, "certification");

	(void)facts;
	if (cJSON_IsObject(one))
		add_more(cell, json_str(one, "name"), json_str(one, "issuer"));
	else
		add_more(cell, "none that employers ask for", "");
}

static void fill_ai(cJSON *cell, const cJSON *item, const cJSON *facts)
{
	const cJSON *ai = json_get(item, "ai");
	struct strbuf sb = STRBUF_INIT;
	int64_t score = 0;

	(void)facts;
	if (json_int(ai, "score", &score))
		strbuf_addf(&sb, "safety score %lld of 100: %s",
			    (long long)score, json_str(ai, "label"));
	add_more(cell, json_str(ai, "risk"), sb.buf);
	strbuf_release(&sb);
}

static void measure_number(struct compared *one, const cJSON *of,
			   const char *name)
{
	one->is_known = json_int(of, name, &one->low);
	one->high = one->low;
}

static void measure_balance(struct compared *one, const cJSON *item)
{
	measure_number(one, item, "work_life_balance");
}

static void measure_ai(struct compared *one, const cJSON *item)
{
	measure_number(one, json_get(item, "ai"), "score");
}

static void measure_hours(struct compared *one, const cJSON *item)
{
	const cJSON *hours = json_get(item, "hours_per_week");

	one->is_known = json_int(hours, "low", &one->low) &&
			json_int(hours, "high", &one->high);
}

static void measure_step(struct compared *one, const char *code)
{
	one->is_known = true;
	one->low = strcmp(code, "low") == 0	 ? 1
		   : strcmp(code, "medium") == 0 ? 2
						 : 3;
	one->high = one->low;
}

static void measure_barrier(struct compared *one, const cJSON *item)
{
	measure_step(one, json_str(item, "entry_barrier"));
}

static void measure_ceiling(struct compared *one, const cJSON *item)
{
	measure_step(one, json_str(item, "growth_ceiling"));
}

#define HIGH                              \
	{                                 \
		{ "higher", "highest" },  \
		{                         \
			"lower", "lowest" \
		}                         \
	}
#define LONG                                  \
	{                                     \
		{ "longer", "longest" },      \
		{                             \
			"shorter", "shortest" \
		}                             \
	}
#define SAFE                                           \
	{                                              \
		{ "safer", "safest" },                 \
		{                                      \
			"more exposed", "most exposed" \
		}                                      \
	}

static const struct fact work[] = {
	{ "In short", fill_tagline, NULL, HIGH },
	{ "Work-life balance", fill_balance, measure_balance, HIGH },
	{ "Hours a week", fill_hours, measure_hours, LONG },
	{ "Remote type", fill_remote, NULL, HIGH },
};
static const struct fact entry[] = {
	{ "Entry barrier", fill_barrier, measure_barrier, HIGH },
	{ "Degree", fill_degree, NULL, HIGH },
	{ "Best certification", fill_certification, NULL, HIGH },
};
static const struct fact future[] = {
	{ "Growth ceiling", fill_ceiling, measure_ceiling, HIGH },
	{ "AI risk", fill_ai, measure_ai, SAFE },
};

static cJSON *fact_row(const struct fact *fact, const cJSON *doc)
{
	struct compared of[COMPARE_MOST] = { 0 };
	cJSON *row = cJSON_CreateObject();
	cJSON *cells = cJSON_AddArrayToObject(row, "cells");
	const cJSON *item;
	int i = 0;

	cJSON_AddStringToObject(row, "title", fact->title);
	cJSON_ArrayForEach (item, json_get(doc, "data")) {
		cJSON *cell = cJSON_CreateObject();
		cJSON *words = cJSON_CreateObject();

		career_view_facts(words, item);
		cJSON_AddStringToObject(cell, "who", json_str(item, "name"));
		cJSON_AddNullToObject(cell, "scale");
		cJSON_AddBoolToObject(cell, "is_short",
				      fact->fill != fill_tagline);
		fact->fill(cell, item, json_get(words, "facts"));
		json_free(words);
		if (fact->measure)
			fact->measure(&of[i++], item);
		cJSON_AddItemToArray(cells, cell);
	}
	/* Narrow screens have room for a name and this in one line. */
	cJSON_AddBoolToObject(row, "is_brief", fact->measure != NULL);
	if (fact->measure)
		compare_rank(row, of, &fact->words);
	else
		compare_same(row);
	return row;
}

static void add_group(cJSON *groups, const char *title,
		      const struct fact *facts, size_t count, const cJSON *doc)
{
	cJSON *group = cJSON_CreateObject(), *rows;

	cJSON_AddStringToObject(group, "title", title);
	rows = cJSON_AddArrayToObject(group, "rows");
	for (size_t i = 0; i < count; i++)
		cJSON_AddItemToArray(rows, fact_row(&facts[i], doc));
	cJSON_AddItemToArray(groups, group);
}

void compare_view_facts(cJSON *page, const cJSON *doc)
{
	cJSON *groups = cJSON_AddArrayToObject(page, "groups");

	add_group(groups, "The work", work, ARRAY_SIZE(work), doc);
	add_group(groups, "Getting in", entry, ARRAY_SIZE(entry), doc);
	add_group(groups, "The years ahead", future, ARRAY_SIZE(future), doc);
}
