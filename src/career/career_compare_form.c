/* The form of /compare: four careers, a country, a level, a currency. */
#include "career/career_compare.h"

#include "base/json.h"
#include "career/career_view.h"

static cJSON *add_option(cJSON *options, const char *value, const char *text,
			 bool is_chosen)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "value", value);
	cJSON_AddStringToObject(o, "text", text);
	cJSON_AddBoolToObject(o, "is_chosen", is_chosen);
	cJSON_AddItemToArray(options, o);
	return o;
}

/* The careers by category, as a list of groups. */
static void add_groups(cJSON *field, const cJSON *careers, const char *chosen)
{
	cJSON *groups = cJSON_AddArrayToObject(field, "groups");
	cJSON *options = NULL;
	const char *title = "";
	const cJSON *career;

	cJSON_ArrayForEach (career, careers) {
		const char *slug = json_str(career, "slug");

		if (!options ||
		    strcmp(json_str(career, "category"), title) != 0) {
			cJSON *group = cJSON_CreateObject();

			title = json_str(career, "category");
			cJSON_AddStringToObject(group, "title", title);
			options = cJSON_AddArrayToObject(group, "options");
			cJSON_AddItemToArray(groups, group);
		}
		add_option(options, slug, json_str(career, "name"),
			   strcmp(slug, chosen) == 0);
	}
}

static void add_fields(cJSON *form, const cJSON *choices,
		       const struct comparison *c)
{
	static const char *const titles[COMPARE_MOST] = {
		"First career", "Second career", "Third career", "Fourth career"
	};
	const cJSON *careers = json_get(choices, "careers");
	cJSON *fields = cJSON_AddArrayToObject(form, "fields");

	for (int i = 0; i < COMPARE_MOST; i++) {
		const char *chosen = i < c->count ? c->names[i] : "";
		const char name[2] = { (char)('a' + i), '\0' };
		cJSON *field = cJSON_CreateObject();

		cJSON_AddStringToObject(field, "name", name);
		cJSON_AddStringToObject(field, "title", titles[i]);
		cJSON_AddBoolToObject(field, "is_optional", i > 1);
		cJSON_AddBoolToObject(field, "is_wrong", i + 1 == c->wrong);
		cJSON_AddStringToObject(field, "chosen", chosen);
		cJSON_AddBoolToObject(field, "is_list",
				      cJSON_GetArraySize(careers) > 0);
		add_groups(field, careers, chosen);
		cJSON_AddItemToArray(fields, field);
	}
}

static void add_countries(cJSON *form, const cJSON *choices, const char *chosen)
{
	cJSON *options = cJSON_AddArrayToObject(form, "countries");
	const cJSON *country;

	cJSON_ArrayForEach (country, json_get(choices, "countries")) {
		const char *code = json_str(country, "code");
		const char value[3] = { (char)(code[0] | 0x20),
					(char)(code[1] | 0x20), '\0' };

		add_option(options, value, json_str(country, "name"),
			   strcmp(code, chosen) == 0);
	}
}

static void add_levels(cJSON *form, const char *chosen)
{
	static const char *const levels[CAREER_LEVELS] = { "junior", "mid",
							   "senior",
							   "manager" };
	cJSON *options = cJSON_AddArrayToObject(form, "levels");

	for (size_t i = 0; i < ARRAY_SIZE(levels); i++)
		add_option(options, levels[i], career_view_level(levels[i]),
			   strcmp(levels[i], chosen) == 0);
}

static void add_currencies(cJSON *form, const cJSON *choices,
			   const char *chosen)
{
	cJSON *options = cJSON_AddArrayToObject(form, "currencies");
	const cJSON *currency;

	add_option(options, "", "As it is paid there", !chosen);
	cJSON_ArrayForEach (currency, json_get(choices, "currencies")) {
		const char *code = json_str(currency, "code");
		struct strbuf sb = STRBUF_INIT;

		strbuf_addf(&sb, "%s (%s)", json_str(currency, "name"), code);
		add_option(options, code, sb.buf,
			   chosen && strcmp(code, chosen) == 0);
		strbuf_release(&sb);
	}
}

void compare_view_form(cJSON *page, const cJSON *choices,
		       const struct comparison *c)
{
	const char wrong[2] = { (char)(c->wrong ? 'a' + c->wrong - 1 : 'a'),
				'\0' };
	cJSON *form = cJSON_AddObjectToObject(page, "form");
	struct strbuf joined = STRBUF_INIT;

	for (int i = 0; i < c->count; i++)
		strbuf_addf(&joined, "%s%s", i ? "," : "", c->names[i]);
	cJSON_AddStringToObject(form, "careers", joined.buf);
	strbuf_release(&joined);
	cJSON_AddStringToObject(form, "country", c->country);
	cJSON_AddStringToObject(form, "currency",
				c->currency ? c->currency : "");
	cJSON_AddBoolToObject(form, "is_begun", c->count == 1);
	cJSON_AddStringToObject(form, "wrong", wrong);
	add_fields(form, choices, c);
	add_countries(form, choices, c->country);
	add_levels(form, c->level);
	add_currencies(form, choices, c->currency);
}
