/*
 * The page's facts for machines: schema.org Occupation and BreadcrumbList,
 * of the same document the page shows. A plain range is a MonetaryAmount; a
 * distribution with percentiles only where the source publishes them, and a
 * mean is no median.
 */
#include "career/career_view.h"

#include "base/json.h"
#include "career/career_ld.h"
#include "salary/money.h"

static void add_amount(cJSON *o, const char *name, int64_t amount)
{
	if (amount != MONEY_NONE)
		cJSON_AddNumberToObject(o, name, (double)amount);
}

/* Whether the figure rests on a source that publishes percentiles. */
static bool has_percentiles(const cJSON *career, const cJSON *money)
{
	const cJSON *ids = json_get(money, "source_ids"), *source;
	const char *id = json_text(cJSON_GetArrayItem(ids, 0));

	cJSON_ArrayForEach (source, json_get(career, "salary_sources"))
		if (strcmp(json_str(source, "id"), id) == 0)
			return strcmp(json_str(source, "level_basis"),
				      "percentile_band") == 0;
	return false;
}

static cJSON *salary_ld(const cJSON *career, const cJSON *money,
			const struct money *m)
{
	bool is_distribution = !m->is_mean && has_percentiles(career, money);
	cJSON *o = career_ld_typed(is_distribution
					   ? "MonetaryAmountDistribution"
					   : "MonetaryAmount");
	cJSON *value;

	cJSON_AddStringToObject(o, "name",
				m->is_mean ? "average pay"
					   : json_str(money, "pay_basis"));
	cJSON_AddStringToObject(o, "currency", m->currency);
	if (is_distribution) {
		cJSON_AddStringToObject(o, "duration", "P1Y");
		add_amount(o, "percentile25", m->low);
		add_amount(o, "median", m->median);
		add_amount(o, "percentile75", m->high);
		return o;
	}
	value = career_ld_typed("QuantitativeValue");
	add_amount(value, "minValue", m->low);
	add_amount(value, "value", m->median);
	add_amount(value, "maxValue", m->high);
	cJSON_AddStringToObject(value, "unitText", "YEAR");
	cJSON_AddItemToObject(o, "value", value);
	return o;
}

static cJSON *breadcrumbs(const cJSON *career)
{
	const cJSON *category = json_get(career, "category");
	cJSON *o = career_ld_typed("BreadcrumbList"), *list;
	struct strbuf path = STRBUF_INIT;

	strbuf_addf(&path, "/careers/%s", json_str(category, "slug"));
	list = cJSON_AddArrayToObject(o, "itemListElement");
	cJSON_AddItemToArray(list, career_ld_item(1, "Home", "/"));
	cJSON_AddItemToArray(list, career_ld_item(2, "Careers", "/careers"));
	cJSON_AddItemToArray(
		list, career_ld_item(3, json_str(category, "title"), path.buf));
	cJSON_AddItemToArray(list, career_ld_item(4, json_str(career, "name"),
						  json_str(career, "url")));
	strbuf_release(&path);
	return o;
}

static void add_codes(cJSON *o, const cJSON *career)
{
	cJSON *list = cJSON_AddArrayToObject(o, "occupationalCategory");
	const cJSON *code;

	cJSON_ArrayForEach (code, json_get(career, "codes")) {
		cJSON *c, *set;

		if (strcmp(json_str(code, "role"), "occupation") != 0)
			continue;
		c = career_ld_typed("CategoryCode");
		set = career_ld_typed("CategoryCodeSet");
		cJSON_AddStringToObject(set, "name", json_str(code, "scheme"));
		cJSON_AddItemToObject(c, "inCodeSet", set);
		cJSON_AddStringToObject(c, "codeValue", json_str(code, "code"));
		cJSON_AddStringToObject(c, "name", json_str(code, "title"));
		cJSON_AddItemToArray(list, c);
	}
}

static cJSON *occupation(const cJSON *page, const cJSON *career,
			 const char *country)
{
	const cJSON *skills = json_get(career, "skills");
	cJSON *o = career_ld_typed("Occupation"), *about, *place;
	const cJSON *row = json_get(career, "salary");
	const cJSON *money = row ? json_get(row->child, "salary") : NULL;
	struct money m;

	cJSON_AddStringToObject(o, "name", json_str(career, "name"));
	cJSON_AddStringToObject(o, "description", json_str(career, "tagline"));
	about = career_ld_typed("WebPage");
	cJSON_AddStringToObject(about, "@id", json_str(page, "canonical"));
	cJSON_AddStringToObject(about, "lastReviewed",
				json_str(career, "reviewed_on"));
	cJSON_AddItemToObject(o, "mainEntityOfPage", about);
	place = career_ld_typed("Country");
	cJSON_AddStringToObject(place, "name", country);
	cJSON_AddItemToObject(o, "occupationLocation", place);
	/* Who reads this shows a number without the words around it: a group's
	 * average would become this career's pay. */
	if (money_read(money, &m) &&
	    !career_view_has_reason(money, "group_level"))
		cJSON_AddItemToObject(o, "estimatedSalary",
				      salary_ld(career, money, &m));
	add_codes(o, career);
	cJSON_AddItemToObject(o, "skills",
			      cJSON_Duplicate(json_get(skills, "hard"), true));
	return o;
}

void career_view_json_ld(cJSON *page, const cJSON *career, const char *country)
{
	cJSON *graph = career_ld_graph(page);

	cJSON_AddItemToArray(graph, occupation(page, career, country));
	cJSON_AddItemToArray(graph, breadcrumbs(career));
}
