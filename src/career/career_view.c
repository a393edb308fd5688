#include "career/career_view.h"

#include "base/json.h"
#include "base/settings.h"
#include "base/words.h"

static void add_words(cJSON *to, const char *name, struct strbuf *sb)
{
	cJSON_AddStringToObject(to, name, sb->buf);
	strbuf_release(sb);
}

static const char *country_name(const cJSON *countries, const char *code)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, countries)
		if (strcmp(json_str(c, "code"), code) == 0)
			return json_str(c, "name");
	return code;
}

static void add_titles(cJSON *page, const cJSON *career, const char *place)
{
	const char *name = json_str(career, "name");
	struct strbuf title = STRBUF_INIT, phrase = STRBUF_INIT;

	strbuf_addf(&title,
		    "%s: what the job is really like, and the pay in %s", name,
		    place);
	add_words(page, "title", &title);
	cJSON_AddStringToObject(page, "description",
				json_str(career, "tagline"));
	strbuf_addf(&phrase, "%s %s", words_article(name), name);
	add_words(page, "with_article", &phrase);
}

static void add_addresses(cJSON *page, const cJSON *career, const char *country)
{
	const char *url = json_str(career, "url");
	struct strbuf sb = STRBUF_INIT;

	/* The page of a country is the address to cite; the bare one only
	 * chooses among them. */
	strbuf_addf(&sb, "%s%s/%c%c", settings_str(SETTING_SITE_URL), url,
		    country[0] | 0x20, country[1] | 0x20);
	add_words(page, "canonical", &sb);
	strbuf_addf(&sb, "/api/v1/careers/%s", json_str(career, "slug"));
	add_words(page, "api_url", &sb);
}

static const char *remote_word(const char *code)
{
	if (strcmp(code, "onsite") == 0)
		return "On site";
	return strcmp(code, "hybrid") == 0 ? "Hybrid" : "Remote";
}

/* A scale to draw, filled to so many of its steps. */
static void add_scale(cJSON *out, const char *name, int64_t filled,
		      int64_t steps)
{
	cJSON *scale = cJSON_AddObjectToObject(out, name);

	cJSON_AddNumberToObject(scale, "width",
				career_view_percent(filled, steps));
}

static int step(const char *code)
{
	if (strcmp(code, "low") == 0)
		return 1;
	return strcmp(code, "medium") == 0 ? 2 : 3;
}

static const char *capital(const char *code)
{
	if (strcmp(code, "low") == 0)
		return "Low";
	return strcmp(code, "medium") == 0 ? "Medium" : "High";
}

void career_view_facts(cJSON *to, const cJSON *facts)
{
	static const struct {
		const char *requirement;
		const char *words;
	} degree_words[] = {
		{ "required", "required" },
		{ "usual", "usual, not required" },
		{ "optional", "helps, not required" },
		{ "none", "none needed" },
	};
	const cJSON *degree = json_get(facts, "degree"), *r;
	const cJSON *hours = json_get(facts, "hours_per_week");
	cJSON *out = cJSON_AddObjectToObject(to, "facts");
	int64_t low = 0, high = 0, balance;
	struct strbuf sb = STRBUF_INIT;

	if (json_int(hours, "low", &low) && json_int(hours, "high", &high))
		strbuf_addf(&sb, "%lld–%lld", (long long)low, (long long)high);
	add_words(out, "hours", &sb);
	cJSON_ArrayForEach (r, json_get(facts, "remote"))
		strbuf_addf(&sb, "%s%s", sb.len ? " / " : "",
			    remote_word(json_text(r)));
	add_words(out, "remote", &sb);
	cJSON_AddStringToObject(out, "entry_barrier",
				capital(json_str(facts, "entry_barrier")));
	cJSON_AddStringToObject(out, "growth_ceiling",
				capital(json_str(facts, "growth_ceiling")));
	if (!json_int(facts, "work_life_balance", &balance))
		balance = 0;
	add_scale(out, "balance", balance, 10);
	add_scale(out, "barrier", step(json_str(facts, "entry_barrier")), 3);
	add_scale(out, "ceiling", step(json_str(facts, "growth_ceiling")), 3);
	for (size_t i = 0; i < ARRAY_SIZE(degree_words); i++)
		if (strcmp(json_str(degree, "requirement"),
			   degree_words[i].requirement) == 0)
			cJSON_AddStringToObject(out, "degree_requirement",
						degree_words[i].words);
}

/*
 * The factors as parts of the whole job: each as wide as its weight, and of
 * that the exposed part. What is exposed, rounded, adds up to 100 minus the score.
 */
static void add_factors(cJSON *page, const cJSON *career)
{
	const cJSON *factor, *ai = json_get(career, "ai");
	cJSON *out = cJSON_AddArrayToObject(page, "factors");
	int64_t at = 0, score = 0;

	cJSON_ArrayForEach (factor, json_get(ai, "factors")) {
		cJSON *f = cJSON_Duplicate(factor, true);
		int64_t exposure = 0, weight = 0;

		if (!json_int(factor, "exposure", &exposure))
			exposure = 0;
		if (!json_int(factor, "weight", &weight))
			weight = 0;
		cJSON_AddBoolToObject(f, "protects", exposure < 50);
		cJSON_AddNumberToObject(f, "x", (double)at);
		cJSON_AddNumberToObject(
			f, "exposed", (double)weight * (double)exposure / 100);
		cJSON_AddItemToArray(out, f);
		at += weight;
	}
	if (!json_int(ai, "score", &score))
		score = 100;
	cJSON_AddNumberToObject(page, "ai_exposed", (double)(100 - score));
}

/* The years that the ladder spans; an open last rung gets a quarter more. */
static int64_t ladder_span(const cJSON *progression)
{
	int64_t span = 1, year;
	const cJSON *rung;

	cJSON_ArrayForEach (rung, json_get(progression, "rungs")) {
		const cJSON *years = json_get(rung, "years");

		if (json_int(years, "to", &year) && year > span)
			span = year;
		if (json_int(years, "from", &year) &&
		    !cJSON_IsNumber(json_get(years, "to")) &&
		    year + year / 4 + 1 > span)
			span = year + year / 4 + 1;
	}
	return span;
}

static void add_rungs(cJSON *page, const cJSON *career)
{
	const cJSON *progression = json_get(career, "progression"), *rung;
	int64_t span = ladder_span(progression);
	const char *name = json_str(career, "name");
	cJSON *out = cJSON_AddArrayToObject(page, "rungs");

	cJSON_ArrayForEach (rung, json_get(progression, "rungs")) {
		const cJSON *years = json_get(rung, "years");
		const char *title = json_str(rung, "title");
		const char *level = json_str(rung, "level");
		cJSON *r = cJSON_CreateObject();
		struct strbuf sb = STRBUF_INIT;
		int64_t from = 0, to = 0;

		if (*title)
			strbuf_addstr(&sb, title);
		else if (strcmp(level, "junior") == 0)
			strbuf_addf(&sb, "Junior %s", name);
		else if (strcmp(level, "senior") == 0)
			strbuf_addf(&sb, "Senior %s", name);
		else
			strbuf_addstr(&sb, name);
		add_words(r, "title", &sb);
		if (!json_int(years, "from", &from))
			from = 0;
		if (json_int(years, "to", &to))
			strbuf_addf(&sb, "%lld to under %lld years",
				    (long long)from, (long long)to);
		else
			strbuf_addf(&sb, "%lld years and more",
				    (long long)from);
		add_words(r, "years", &sb);
		cJSON_AddBoolToObject(r, "is_open", to <= from);
		cJSON_AddNumberToObject(r, "x",
					career_view_percent(from, span));
		cJSON_AddNumberToObject(
			r, "width",
			career_view_width(from, to > from ? to : span, span));
		cJSON_AddStringToObject(r, "summary",
					json_str(rung, "summary"));
		cJSON_AddStringToObject(r, "id", json_str(rung, "id"));
		cJSON_AddStringToObject(r, "level", level);
		cJSON_AddItemToArray(out, r);
	}
}

/* "leads to …" by the titles of the rungs, which are composed by now. */
static void add_branches(cJSON *page, const cJSON *career)
{
	const cJSON *progression = json_get(career, "progression");
	const cJSON *rung, *id, *other;
	cJSON *out = json_get(page, "rungs")->child;

	cJSON_ArrayForEach (rung, json_get(progression, "rungs")) {
		struct strbuf sb = STRBUF_INIT;

		cJSON_ArrayForEach (id, json_get(rung, "leads_to"))
			cJSON_ArrayForEach (other, json_get(page, "rungs"))
				if (strcmp(json_str(other, "id"),
					   json_text(id)) == 0)
					strbuf_addf(&sb, "%s%s",
						    sb.len ? " or " : "",
						    json_str(other, "title"));
		add_words(out, "leads_to", &sb);
		out = out->next;
	}
}

static void add_dates(cJSON *page, const cJSON *career)
{
	const char *updated = json_str(career, "updated_on");
	struct strbuf sb = STRBUF_INIT;

	words_add_date(&sb, updated);
	add_words(page, "updated", &sb);
	words_add_date(&sb, json_str(career, "reviewed_on"));
	add_words(page, "reviewed", &sb);
}

/* By whom a source is, unless its title says so. */
static void add_sources(const cJSON *career)
{
	cJSON *source;

	cJSON_ArrayForEach (source, json_get(career, "sources")) {
		const char *publisher = json_str(source, "publisher");
		bool is_said = strcmp(publisher, json_str(source, "title")) ==
			       0;

		cJSON_AddStringToObject(source, "by", is_said ? "" : publisher);
	}
}

static void add_codes(const cJSON *career)
{
	cJSON *code;

	cJSON_ArrayForEach (code, json_get(career, "codes"))
		cJSON_AddBoolToObject(code, "is_manager",
				      strcmp(json_str(code, "role"),
					     "manager") == 0);
}

/* The country of the visitor's cookie, which need not be the one shown. */
static void add_remembered(cJSON *page, const cJSON *countries,
			   const char *remembered)
{
	struct strbuf sb = STRBUF_INIT;

	words_add_place(&sb, country_name(countries, remembered));
	if (sb.len && sb.buf[0] == 't')
		sb.buf[0] = 'T';
	add_words(page, "remembered", &sb);
}

cJSON *career_view(cJSON *doc, const struct career_choice *choice)
{
	cJSON *page = cJSON_CreateObject();
	const cJSON *career = json_get(doc, "career");
	const cJSON *countries = json_get(doc, "countries");
	const char *name = country_name(countries, choice->country);
	cJSON *shown = cJSON_AddObjectToObject(page, "country");
	struct strbuf place = STRBUF_INIT;

	words_add_place(&place, name);
	cJSON_AddStringToObject(shown, "code", choice->country);
	cJSON_AddStringToObject(shown, "name", name);
	cJSON_AddStringToObject(shown, "in_words", place.buf);
	cJSON_AddBoolToObject(shown, "is_fixed", choice->is_country_fixed);
	add_titles(page, career, place.buf);
	strbuf_release(&place);
	add_addresses(page, career, choice->country);
	career_view_facts(page, json_get(career, "facts"));
	add_factors(page, career);
	add_rungs(page, career);
	add_branches(page, career);
	add_dates(page, career);
	add_sources(career);
	add_codes(career);
	add_remembered(page, countries, choice->remembered);
	career_view_salary(page, doc, choice);
	career_view_evidence(page, doc);
	career_view_days(page, career, choice->level ? choice->level : "mid");
	career_view_json_ld(page, career, choice->country);
	json_move(doc, "career", page, "career");
	json_free(doc);
	return page;
}
