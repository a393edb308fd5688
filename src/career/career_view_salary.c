/*
 * Section 04 and the hero: one document of 15 countries by 4 levels, looked
 * at in three ways. A figure's words are made once, by career_view_money().
 */
#include "career/career_view.h"

#include "base/json.h"
#include "base/words.h"
#include "salary/money.h"

static const char *reason_words(const char *code)
{
	static const struct {
		const char *code;
		const char *words;
	} table[] = {
		{ "low_confidence", "the evidence scores below 60 of 100" },
		{ "point_estimate", "only one value is published, no range" },
		{ "mean", "it is an average, no median is published" },
		{ "group_level", "average of a whole group of occupations, not "
				 "of this career" },
		{ "old", "the evidence is too old: over three years, or over "
			 "one where no office states it" },
		{ "imprecise", "its relative error is more than 10 %" },
		{ "small_sample", "fewer than 100 people were asked" },
		{ "single_curated_source", "a single unofficial source" },
		{ "open_range", "one end of the range is not published" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (strcmp(code, table[i].code) == 0)
			return table[i].words;
	return code;
}

bool career_view_has_reason(const cJSON *money, const char *code)
{
	const cJSON *r;

	cJSON_ArrayForEach (r, json_get(money, "limited_reasons"))
		if (strcmp(json_text(r), code) == 0)
			return true;
	return false;
}

static void add_reasons(cJSON *out, const cJSON *money)
{
	struct strbuf sb = STRBUF_INIT;
	const cJSON *r;

	cJSON_ArrayForEach (r, json_get(money, "limited_reasons"))
		strbuf_addf(&sb, "%s%s", sb.len ? "; " : "",
			    reason_words(json_text(r)));
	cJSON_AddStringToObject(out, "reasons", sb.buf);
	strbuf_release(&sb);
}

static void add_text(cJSON *out, const char *name, struct strbuf *sb)
{
	cJSON_AddStringToObject(out, name, sb->buf);
	strbuf_release(sb);
}

cJSON *career_view_money(const cJSON *money)
{
	cJSON *out = cJSON_CreateObject();
	struct strbuf sb = STRBUF_INIT;
	struct money m;

	cJSON_AddBoolToObject(out, "has", money_read(money, &m));
	if (!cJSON_IsObject(money))
		return out;
	money_add_short(&sb, &m);
	add_text(out, "text", &sb);
	money_add_exact(&sb, &m);
	add_text(out, "exact", &sb);
	/* A single point is all there is; to say it twice tells nothing. */
	if (m.median != MONEY_NONE && m.low != MONEY_NONE)
		money_add_amount(&sb, m.currency, m.median);
	add_text(out, "middle", &sb);
	if (m.median != MONEY_NONE && m.low != MONEY_NONE)
		words_add_number(&sb, m.median);
	add_text(out, "exact_middle", &sb);
	cJSON_AddBoolToObject(out, "is_mean", m.is_mean);
	cJSON_AddBoolToObject(out, "is_group",
			      career_view_has_reason(money, "group_level"));
	cJSON_AddBoolToObject(out, "limited", json_is_true(money, "limited"));
	add_reasons(out, money);
	cJSON_AddStringToObject(out, "grade", json_str(money, "grade"));
	cJSON_AddNumberToObject(
		out, "confidence",
		cJSON_GetNumberValue(json_get(money, "confidence")));
	cJSON_AddStringToObject(out, "currency", m.currency);
	cJSON_AddBoolToObject(out, "is_total",
			      strcmp(json_str(money, "pay_basis"), "total") ==
				      0);
	cJSON_AddStringToObject(out, "observed_on",
				json_str(money, "observed_on"));
	words_add_month(&sb, json_str(money, "observed_on"));
	add_text(out, "observed", &sb);
	return out;
}

const cJSON *career_view_salary_of(const cJSON *salaries, const char *country,
				   const char *level)
{
	const cJSON *row;

	cJSON_ArrayForEach (row, json_get(salaries, "data"))
		if (strcmp(json_str(row, "country"), country) == 0 &&
		    strcmp(json_str(row, "level"), level) == 0)
			return json_get(row, "salary");
	return NULL;
}

struct level {
	const char *code;
	const char *title;
};
static const struct level levels[CAREER_LEVELS] = {
	{ "junior", "Junior" },
	{ "mid", "Mid" },
	{ "senior", "Senior" },
	{ "manager", "Manager" },
};

const char *career_view_level(const char *code)
{
	for (size_t i = 0; i < ARRAY_SIZE(levels); i++)
		if (strcmp(levels[i].code, code) == 0)
			return levels[i].title;
	return code;
}

static const cJSON *evidence_of(const cJSON *career, const char *level,
				const char *property)
{
	const cJSON *row;

	cJSON_ArrayForEach (row, json_get(career, "evidence"))
		if (json_is_true(row, property) &&
		    strcmp(json_str(row, "level"), level) == 0)
			return row;
	return NULL;
}

/* What evidence that was not used says, where it is quite different. */
static void add_cross_check(cJSON *out, const cJSON *career, const char *level)
{
	const cJSON *row = evidence_of(career, level, "disagrees");
	struct strbuf sb = STRBUF_INIT;
	struct money m;

	if (money_read(row, &m)) {
		strbuf_addf(&sb, "%s says ",
			    json_str(json_get(row, "source"), "publisher"));
		money_add_short(&sb, &m);
		if (m.is_mean)
			strbuf_addstr(&sb, " on average");
		strbuf_addstr(&sb, strcmp(json_str(row, "match"), "exact") == 0
					   ? "."
					   : ", of an occupation that is "
					     "close to this one.");
	}
	add_text(out, "cross_check", &sb);
}

static const char percentiles[] =
	"No office asks people how senior they are: junior stands for the 10th "
	"to 25th percentile of everyone in the occupation, mid for its middle "
	"half, senior for the 75th to 90th. Managers are an occupation of "
	"their own.";

static bool is_editorial(const cJSON *career, const char *level)
{
	return career_view_is_ours(
		career_view_source(career, evidence_of(career, level, "used")));
}

/* How to read the drawing, by where its figures come from. */
static const char *reading(const cJSON *career)
{
	const cJSON *mid = evidence_of(career, "mid", "used");

	if (is_editorial(career, "mid"))
		return "The ranges are our editors' estimates.";
	if (strcmp(json_str(mid, "level_basis"), "editorial") == 0)
		return "The levels are the publisher's.";
	return percentiles;
}

static const char *currency_of(const cJSON *doc, const char *country)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, json_get(doc, "countries"))
		if (strcmp(json_str(c, "code"), country) == 0)
			return json_str(c, "currency");
	return "";
}

static void add_levels(cJSON *page, const cJSON *doc, const char *country)
{
	const cJSON *salaries = json_get(doc, "salaries");
	const cJSON *career = json_get(doc, "career");
	const char *currency = currency_of(doc, country);
	cJSON *plot = cJSON_AddObjectToObject(page, "plot");
	cJSON *out = cJSON_AddArrayToObject(page, "levels");
	int64_t end = career_view_axis(plot, salaries, currency);
	int count = 0;
	cJSON *row;

	for (int i = 0; i < CAREER_LEVELS; i++) {
		const char *code = levels[i].code;
		const cJSON *money =
			career_view_salary_of(salaries, country, code);

		row = career_view_money(money);
		cJSON_AddStringToObject(row, "code", code);
		cJSON_AddStringToObject(row, "title", levels[i].title);
		cJSON_AddBoolToObject(row, "is_editorial",
				      is_editorial(career, code));
		add_cross_check(row, career, code);
		career_view_mark(row, money, end, i);
		count += cJSON_IsObject(money);
		cJSON_AddItemToArray(out, row);
	}
	/* One figure alone makes no drawing. */
	cJSON_ArrayForEach (row, out)
		cJSON_AddBoolToObject(row, "is_shown",
				      count > 1 || json_is_true(row, "has"));
	career_view_key(plot, out);
	career_view_alternative(plot, out);
	cJSON_AddStringToObject(plot, "currency", currency);
	cJSON_AddStringToObject(plot, "reading", reading(career));
	cJSON_AddBoolToObject(page, "has_salary", count > 0);
	cJSON_AddBoolToObject(page, "has_plot", count > 1);
}

/* "GBP, total pay, 2025": what the figures of a country are of. */
static void add_basis(cJSON *row, const cJSON *country, const cJSON *money)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_addstr(&sb, json_str(country, "currency"));
	if (money)
		strbuf_addf(&sb, ", %s pay, %.4s", json_str(money, "pay_basis"),
			    json_str(money, "observed_on"));
	add_text(row, "basis", &sb);
}

static cJSON *table_row(const cJSON *doc, const cJSON *country,
			const struct career_choice *choice)
{
	const cJSON *salaries = json_get(doc, "salaries");
	const cJSON *career = json_get(doc, "career");
	const char *code = json_str(country, "code");
	cJSON *row = cJSON_CreateObject(), *cells;
	struct strbuf url = STRBUF_INIT;
	const cJSON *any = NULL;

	strbuf_addf(&url, "%s/", json_str(career, "url"));
	for (const char *c = code; *c; c++)
		strbuf_addch(&url, (char)(*c | 0x20));
	/* Another country, the same level. */
	if (choice->level)
		strbuf_addf(&url, "?level=%s", choice->level);
	add_text(row, "url", &url);
	cJSON_AddStringToObject(row, "code", code);
	cJSON_AddStringToObject(row, "name", json_str(country, "name"));
	cJSON_AddStringToObject(row, "short_name",
				json_str(country, "short_name"));
	cJSON_AddBoolToObject(row, "is_current",
			      strcmp(code, choice->country) == 0);
	cells = cJSON_AddArrayToObject(row, "cells");
	for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
		const cJSON *money =
			career_view_salary_of(salaries, code, levels[i].code);

		cJSON_AddItemToArray(cells, career_view_money(money));
		if (cJSON_IsObject(money))
			any = money;
	}
	cJSON_AddBoolToObject(row, "has_any", any != NULL);
	add_basis(row, country, any);
	return row;
}

/* How many countries have figures. */
static void add_coverage(cJSON *page)
{
	const cJSON *region, *country;
	struct strbuf sb = STRBUF_INIT;
	int all = 0, some = 0;

	cJSON_ArrayForEach (region, json_get(page, "regions"))
		cJSON_ArrayForEach (country, json_get(region, "countries")) {
			all++;
			some += json_is_true(country, "has_any");
		}
	strbuf_addf(&sb,
		    "%d of %d countries have figures. Year and kind of pay "
		    "differ: compare with care.",
		    some, all);
	add_text(page, "countries_text", &sb);
}

static void add_regions(cJSON *page, const cJSON *doc,
			const struct career_choice *choice)
{
	static const struct {
		const char *code;
		const char *title;
	} regions[] = {
		{ "southeast-asia", "Southeast Asia" },
		{ "south-asia-oceania", "South Asia & Oceania" },
		{ "europe", "Europe" },
		{ "americas-middle-east", "Americas & Middle East" },
	};
	cJSON *out = cJSON_AddArrayToObject(page, "regions");

	for (size_t i = 0; i < ARRAY_SIZE(regions); i++) {
		cJSON *region = cJSON_CreateObject(), *rows;
		const cJSON *country;

		cJSON_AddStringToObject(region, "code", regions[i].code);
		cJSON_AddStringToObject(region, "title", regions[i].title);
		rows = cJSON_AddArrayToObject(region, "countries");
		cJSON_ArrayForEach (country, json_get(doc, "countries"))
			if (strcmp(json_str(country, "region"),
				   regions[i].code) == 0)
				cJSON_AddItemToArray(
					rows, table_row(doc, country, choice));
		cJSON_AddItemToArray(out, region);
	}
}

void career_view_salary(cJSON *page, const cJSON *doc,
			const struct career_choice *choice)
{
	const cJSON *salaries = json_get(doc, "salaries"), *row;
	bool has_limited = false;

	cJSON_ArrayForEach (row, json_get(salaries, "data"))
		has_limited |= json_is_true(json_get(row, "salary"), "limited");
	cJSON_AddBoolToObject(page, "has_limited", has_limited);
	add_levels(page, doc, choice->country);
	/* The very row that the chart and the table show. */
	cJSON_AddItemToObject(
		page, "hero_salary",
		cJSON_Duplicate(cJSON_GetArrayItem(json_get(page, "levels"), 1),
				true));
	career_view_history(page, doc, choice->country,
			    currency_of(doc, choice->country));
	add_regions(page, doc, choice);
	add_coverage(page);
}
