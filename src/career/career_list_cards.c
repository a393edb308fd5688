/* The careers of a list: their words, and what a search hit in them. */
#include "career/career_list.h"

#include "base/json.h"
#include "base/words.h"
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

/* Money, hours and kinds of remote work. */
static void add_facts(cJSON *card)
{
	const cJSON *hours = json_get(card, "hours_per_week"), *r;
	struct strbuf sb = STRBUF_INIT;
	int64_t low, high;

	cJSON_AddItemToObject(card, "money",
			      career_view_money(json_get(card, "salary")));
	if (json_int(hours, "low", &low) && json_int(hours, "high", &high))
		strbuf_addf(&sb, "%lld–%lld", (long long)low, (long long)high);
	cJSON_AddStringToObject(card, "hours", sb.buf);
	strbuf_reset(&sb);
	cJSON_ArrayForEach (r, json_get(card, "remote"))
		strbuf_addf(&sb, "%s%s", sb.len ? ", " : "",
			    strcmp(json_text(r), "onsite") == 0 ? "on site"
								: json_text(r));
	cJSON_AddStringToObject(card, "remote_text", sb.buf);
	strbuf_release(&sb);
}

void career_list_cards(cJSON *cards)
{
	cJSON *card;

	cJSON_ArrayForEach (card, cards) {
		add_marked(card);
		add_facts(card);
	}
}
