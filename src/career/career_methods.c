/*
 * The page of methods. What is a rule in the database is read from there, by
 * one query, and put into words here: the page can't promise another.
 */
#include "career/career.h"

#include "base/json.h"
#include "base/words.h"
#include "career/career_view.h"

static void add_words(cJSON *to, const char *name, struct strbuf *sb)
{
	cJSON_AddStringToObject(to, name, sb->buf);
	strbuf_release(sb);
}

static const char *part_words(const char *part)
{
	static const struct {
		const char *part;
		const char *words;
	} table[] = {
		{ "tier", "Who states it" },
		{ "match", "Which occupation it is of" },
		{ "shape", "How much of the range it states" },
		{ "precision", "How precise it is, where the source says" },
		{ "sample", "How many people stand behind it, if known" },
		{ "age", "How old it is" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (strcmp(part, table[i].part) == 0)
			return table[i].words;
	return part;
}

/* "+40", "−10", "0" */
static void add_points(cJSON *rule)
{
	struct strbuf sb = STRBUF_INIT;
	int64_t points;

	if (json_int(rule, "points", &points))
		strbuf_addf(&sb, "%s%lld",
			    points > 0	 ? "+"
			    : points < 0 ? "−"
					 : "",
			    (long long)(points < 0 ? -points : points));
	add_words(rule, "points_text", &sb);
}

/* The rules in groups, as their order has them. */
static void add_parts(cJSON *page)
{
	cJSON *parts = cJSON_AddArrayToObject(page, "parts"), *rules = NULL;
	const char *last = "";
	const cJSON *rule;

	cJSON_ArrayForEach (rule, json_get(page, "confidence")) {
		const char *part = json_str(rule, "part");
		cJSON *copy = cJSON_Duplicate(rule, true);

		if (!rules || strcmp(part, last) != 0) {
			cJSON *group = cJSON_CreateObject();

			cJSON_AddStringToObject(group, "title",
						part_words(part));
			rules = cJSON_AddArrayToObject(group, "rules");
			cJSON_AddItemToArray(parts, group);
			last = part;
		}
		add_points(copy);
		cJSON_AddItemToArray(rules, copy);
	}
}

/* How it reaches us and when it last did. */
static void add_collected(cJSON *source)
{
	const char *mode = json_str(source, "collection_mode");
	bool is_written = strcmp(mode, "curated") == 0;
	const char *day = json_str(source, "last_on");
	struct strbuf sb = STRBUF_INIT;

	if (is_written)
		strbuf_addstr(&sb, career_view_is_ours(source)
					   ? "Set by our editors"
					   : "Written down by our editors from "
					     "what it publishes");
	else
		strbuf_addf(&sb, "Fetched by a program, %s",
			    strcmp(mode, "bulk") == 0 ? "as a file"
						      : "from its API");
	if (*day) {
		strbuf_addstr(&sb, is_written ? ", last on "
					      : ", last with success on ");
		words_add_date(&sb, day);
	}
	add_words(source, "collected_text", &sb);
}

static void add_sources(cJSON *page)
{
	cJSON *pay = cJSON_AddArrayToObject(page, "pay_sources");
	cJSON *rates = cJSON_AddArrayToObject(page, "rate_sources");
	const cJSON *source, *cite;

	cJSON_ArrayForEach (source, json_get(page, "sources")) {
		cJSON *copy = cJSON_Duplicate(source, true);
		struct strbuf sb = STRBUF_INIT;

		add_collected(copy);
		cJSON_AddBoolToObject(copy, "is_ours",
				      career_view_is_ours(source));
		cJSON_ArrayForEach (cite, json_get(source, "cites"))
			strbuf_addf(&sb, "%s%s", sb.len ? ", " : "",
				    json_text(cite));
		add_words(copy, "cites_text", &sb);
		words_add_sentence(&sb, json_str(source, "attribution"));
		add_words(copy, "attribution_text", &sb);
		cJSON_AddItemToArray(strcmp(json_str(source, "level_basis"),
					    "none") == 0
					     ? rates
					     : pay,
				     copy);
	}
	cJSON_AddBoolToObject(page, "has_rates", cJSON_GetArraySize(rates) > 0);
}

int career_methodology(struct web *web, const struct request *rq,
		       struct response *rs)
{
	enum db_result rc = db_read(web->read, Q_METHODOLOGY, DB_NO_PARAMS);
	cJSON *page;

	if (rc != DB_OK)
		return web_database_status(rs, rc);
	page = web_database_json(web->read);
	if (!page)
		return 500;
	cJSON_AddStringToObject(page, "title",
				"How we know: methods, grades and sources");
	cJSON_AddStringToObject(page, "description",
				"Where each salary figure comes from, how it "
				"is graded, and how the AI score is computed.");
	add_parts(page);
	add_sources(page);
	return web_page(web, rq, rs, "methodology", page);
}
