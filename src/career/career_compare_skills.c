/* Skills side by side: what all share, what each asks for beyond, and lacks. */
#include "career/career_compare.h"

#include "base/json.h"
#include "career/career_view.h"

static bool lists(const cJSON *skill, const char *slug)
{
	const cJSON *who;

	cJSON_ArrayForEach (who, json_get(skill, "careers"))
		if (strcmp(json_text(who), slug) == 0)
			return true;
	return false;
}

static const char *name_of(const cJSON *doc, const char *slug)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, json_get(doc, "data"))
		if (strcmp(json_str(item, "slug"), slug) == 0)
			return json_str(item, "name");
	return slug;
}

/* The name, and who else lists it, if it is not all. */
static void add_skill(cJSON *list, const cJSON *doc, const cJSON *skill,
		      const char *slug)
{
	cJSON *o = cJSON_CreateObject();
	struct strbuf sb = STRBUF_INIT;
	const cJSON *who;

	cJSON_ArrayForEach (who, json_get(skill, "careers"))
		if (strcmp(json_text(who), slug) != 0)
			strbuf_addf(&sb, "%s%s", sb.len ? ", " : "",
				    name_of(doc, json_text(who)));
	cJSON_AddStringToObject(o, "name", json_str(skill, "name"));
	cJSON_AddStringToObject(o, "also", sb.buf);
	cJSON_AddItemToArray(list, o);
	strbuf_release(&sb);
}

static void add_cell(cJSON *cells, const cJSON *doc, const cJSON *item,
		     const char *group)
{
	const char *slug = json_str(item, "slug");
	cJSON *cell = cJSON_CreateObject(), *own, *missing;
	const cJSON *skill;
	struct strbuf sb = STRBUF_INIT;

	cJSON_AddStringToObject(cell, "who", json_str(item, "name"));
	own = cJSON_AddArrayToObject(cell, "own");
	missing = cJSON_AddArrayToObject(cell, "missing");
	cJSON_ArrayForEach (skill, json_get(doc, "skills")) {
		if (strcmp(json_str(skill, "group"), group) != 0 ||
		    json_is_true(skill, "shared"))
			continue;
		if (lists(skill, slug))
			add_skill(own, doc, skill, slug);
		else
			add_skill(missing, doc, skill, slug);
	}
	strbuf_addf(&sb, "%d not listed here", cJSON_GetArraySize(missing));
	cJSON_AddStringToObject(cell, "missing_text", sb.buf);
	cJSON_AddBoolToObject(cell, "has_missing", missing->child != NULL);
	cJSON_AddItemToArray(cells, cell);
	strbuf_release(&sb);
}

void compare_view_skills(cJSON *page, const cJSON *doc)
{
	static const struct {
		const char *group;
		const char *title;
	} groups[] = {
		{ "hard", "Hard skills" },
		{ "tools", "Software & tools" },
		{ "soft", "Soft skills" },
		{ "personality", "Personality fit" },
	};
	cJSON *shared = cJSON_AddArrayToObject(page, "shared"), *out;
	const cJSON *skill;

	cJSON_ArrayForEach (skill, json_get(doc, "skills"))
		if (json_is_true(skill, "shared"))
			cJSON_AddItemToArray(
				shared,
				cJSON_CreateString(json_str(skill, "name")));
	out = cJSON_AddArrayToObject(page, "skills");
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		cJSON *row = cJSON_CreateObject(), *cells;
		const cJSON *item;

		cJSON_AddStringToObject(row, "title", groups[i].title);
		cells = cJSON_AddArrayToObject(row, "cells");
		cJSON_ArrayForEach (item, json_get(doc, "data"))
			add_cell(cells, doc, item, groups[i].group);
		cJSON_AddItemToArray(out, row);
	}
}
