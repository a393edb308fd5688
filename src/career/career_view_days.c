/* Section 03: four days, hour by hour, with what their minutes add up to. */
#include "career/career_view.h"

#include "base/json.h"
#include "base/parse.h"
#include "base/words.h"

static cJSON *entry_view(const cJSON *entry, int64_t minutes)
{
	cJSON *out = cJSON_CreateObject();
	struct strbuf sb = STRBUF_INIT;

	cJSON_AddStringToObject(out, "start", json_str(entry, "start"));
	words_add_minutes(&sb, minutes);
	cJSON_AddStringToObject(out, "duration", sb.buf);
	strbuf_release(&sb);
	cJSON_AddStringToObject(out, "kind", json_str(entry, "kind"));
	cJSON_AddStringToObject(out, "title", json_str(entry, "title"));
	cJSON_AddStringToObject(out, "text", json_str(entry, "text"));
	return out;
}

static void add_shares(cJSON *out, const int64_t *minutes, int64_t total)
{
	static const char *const kinds[] = { "focus",	      "meetings",
					     "interruptions", "people",
					     "admin",	      "break" };
	cJSON *list = cJSON_AddArrayToObject(out, "shares");
	int64_t at = 0;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct strbuf sb = STRBUF_INIT;
		cJSON *share;

		if (!minutes[i] || !total)
			continue;
		share = cJSON_CreateObject();
		cJSON_AddStringToObject(share, "kind", kinds[i]);
		words_add_minutes(&sb, minutes[i]);
		cJSON_AddStringToObject(share, "duration", sb.buf);
		cJSON_AddNumberToObject(share, "x",
					career_view_percent(at, total));
		at += minutes[i];
		cJSON_AddNumberToObject(share, "width",
					career_view_width(at - minutes[i], at,
							  total));
		cJSON_AddItemToArray(list, share);
		strbuf_release(&sb);
	}
}

static int kind_index(const char *kind)
{
	static const char first[] = "fmipab";
	const char *at = *kind ? strchr(first, *kind) : NULL;

	return at ? (int)(at - first) : 4;
}

/*
 * Whose day it is: the title of the level's rung on the ladder. Composed,
 * never stored with the day, so it can't be of another career.
 */
static void add_heading(cJSON *out, const cJSON *page, const char *level,
			const char *name)
{
	const char *title = career_view_level(level);
	struct strbuf sb = STRBUF_INIT;
	const cJSON *rung;

	if (strcmp(level, "mid") == 0)
		strbuf_addf(&sb, "Mid-level %s", name);
	cJSON_ArrayForEach (rung, json_get(page, "rungs"))
		if (!sb.len && strcmp(json_str(rung, "level"), level) == 0)
			strbuf_addstr(&sb, json_str(rung, "title"));
	if (!sb.len)
		strbuf_addf(&sb, "%s %s", title, name);
	cJSON_AddStringToObject(out, "heading", sb.buf);
	strbuf_release(&sb);
}

static cJSON *day_view(const cJSON *page, const cJSON *day, const char *name,
		       const char *open)
{
	cJSON *out = cJSON_CreateObject(), *list;
	const char *level = json_str(day, "level");
	int64_t minutes[6] = { 0 }, total = 0, n;
	struct strbuf sb = STRBUF_INIT;
	const cJSON *entry;

	cJSON_AddStringToObject(out, "level", level);
	cJSON_AddStringToObject(out, "title", career_view_level(level));
	add_heading(out, page, level, name);
	cJSON_AddStringToObject(out, "summary", json_str(day, "summary"));
	cJSON_AddBoolToObject(out, "is_current", strcmp(level, open) == 0);
	list = cJSON_AddArrayToObject(out, "entries");
	cJSON_ArrayForEach (entry, json_get(day, "entries")) {
		if (!json_int(entry, "minutes", &n))
			n = 0;
		minutes[kind_index(json_str(entry, "kind"))] += n;
		total += n;
		cJSON_AddItemToArray(list, entry_view(entry, n));
	}
	add_shares(out, minutes, total);
	strbuf_reset(&sb);
	words_add_minutes(&sb, total - minutes[5]);
	cJSON_AddStringToObject(out, "worked", sb.buf);
	strbuf_reset(&sb);
	words_add_minutes(&sb, (total - minutes[5]) * 5);
	cJSON_AddStringToObject(out, "week", sb.buf);
	strbuf_release(&sb);
	return out;
}

void career_view_days(cJSON *page, const cJSON *career, const char *level)
{
	const cJSON *days = json_get(career, "days"), *day;
	cJSON *out = cJSON_AddArrayToObject(page, "days");

	cJSON_ArrayForEach (day, json_get(days, "levels"))
		cJSON_AddItemToArray(out,
				     day_view(page, day,
					      json_str(career, "name"), level));
}
