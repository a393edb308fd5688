/* The careers of a list: their words, and what a search hit in them. */
#include "career/career_list.h"

#include "base/json.h"
#include "career/career_view.h"

/* What stands before and after a hit: in no text of ours, and not shown. */
#define HIT_BEGINS "\xee\x80\x80"
#define HIT_ENDS "\xee\x80\x81"
#define HIT_LEN 3

static void add_part(cJSON *parts, const char *text, size_t len, bool is_hit)
{
	struct strbuf sb = STRBUF_INIT;
	cJSON *part;

	if (!len)
		return;
	strbuf_add(&sb, text, len);
	part = cJSON_CreateObject();
	cJSON_AddStringToObject(part, "text", sb.buf);
	cJSON_AddBoolToObject(part, "is_hit", is_hit);
	cJSON_AddItemToArray(parts, part);
	strbuf_release(&sb);
}

/* A marked text as [{"text":"Back","is_hit":true},…]. */
static cJSON *parts_of(const char *text)
{
	cJSON *parts = cJSON_CreateArray();
	bool is_hit = false;

	for (;;) {
		const char *mark = strstr(text, is_hit ? HIT_ENDS : HIT_BEGINS);
		size_t len = mark ? (size_t)(mark - text) : strlen(text);

		add_part(parts, text, len, is_hit);
		if (!mark)
			return parts;
		text = mark + HIT_LEN;
		is_hit = !is_hit;
	}
}

/* What a hit lies in that the card does not show otherwise. */
static const char *lead_of(const char *on)
{
	return strcmp(on, "synonym") == 0 ? "Also called"
	       : strcmp(on, "skill") == 0 ? "A skill it asks for:"
	       : strcmp(on, "text") == 0  ? "The words stand in the guide."
					  : "";
}

static void add_marked(cJSON *card)
{
	const cJSON *marked = json_get(card, "marked");
	const cJSON *match = json_get(card, "match");
	const char *lead = lead_of(json_str(match, "on"));
	const char *name =
		json_str(cJSON_IsObject(marked) ? marked : card, "name");
	const char *tagline =
		json_str(cJSON_IsObject(marked) ? marked : card, "tagline");

	cJSON_AddItemToObject(card, "name_parts", parts_of(name));
	cJSON_AddItemToObject(card, "tagline_parts", parts_of(tagline));
	cJSON_AddStringToObject(card, "match_lead", lead);
	cJSON_AddItemToObject(card, "match_parts",
			      parts_of(*lead ? json_str(marked, "match") : ""));
}

/* To the guide's page of the country that was asked for, if one was. */
static void add_link(cJSON *card, const char *country)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_addstr(&sb, json_str(card, "url"));
	if (country)
		strbuf_addf(&sb, "/%c%c", country[0] | 0x20, country[1] | 0x20);
	cJSON_AddStringToObject(card, "link", sb.buf);
	strbuf_release(&sb);
}

void career_list_cards(cJSON *cards, const char *country)
{
	cJSON *card;

	cJSON_ArrayForEach (card, cards) {
		add_marked(card);
		add_link(card, country);
		career_view_facts(card, card);
		cJSON_AddItemToObject(
			card, "money",
			career_view_money(json_get(card, "salary")));
	}
}
