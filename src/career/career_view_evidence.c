/* The passports of a country's figures, in words. */
#include "career/career_view.h"

#include "base/json.h"
#include "base/words.h"
#include "salary/money.h"

static const char *match_words(const char *match)
{
	if (strcmp(match, "exact") == 0)
		return "exactly this occupation";
	if (strcmp(match, "close") == 0)
		return "a close occupation";
	return strcmp(match, "broader") == 0 ? "a broader occupation"
					     : "a whole group of occupations";
}

/* What stands between low and high: the middle of a band is no median. */
static const char *middle_words(const cJSON *row)
{
	const char *level = json_str(row, "level");
	bool is_band =
		strcmp(json_str(row, "level_basis"), "percentile_band") == 0 &&
		(strcmp(level, "junior") == 0 || strcmp(level, "senior") == 0);

	if (json_is_true(row, "is_mean"))
		return "mean";
	return is_band ? "middle (interpolated)" : "median";
}

static void add_published(cJSON *out, const cJSON *row)
{
	static const char *const names[] = { "low", "median", "high" };
	const cJSON *published = json_get(row, "published");
	const char *period = json_str(published, "period");
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const cJSON *n = json_get(published, names[i]);
		int64_t whole;

		if (!cJSON_IsNumber(n))
			continue;
		strbuf_addf(&sb, "%s%s ", sb.len ? ", " : "",
			    i == 1 ? middle_words(row) : names[i]);
		if (json_int(published, names[i], &whole))
			words_add_number(&sb, whole);
		else
			strbuf_addf(&sb, "%.2f", n->valuedouble);
	}
	strbuf_addf(&sb, " %s %s %s", json_str(row, "currency"),
		    strcmp(period, "hour") == 0 ? "an" : "a", period);
	cJSON_AddStringToObject(out, "published_text", sb.buf);
	strbuf_release(&sb);
}

static void add_chain(cJSON *out, const cJSON *row)
{
	struct strbuf sb = STRBUF_INIT;
	const cJSON *step;

	cJSON_ArrayForEach (step, json_get(row, "chain")) {
		double f = cJSON_GetNumberValue(json_get(step, "factor"));
		const char *name = json_str(step, "step");

		strbuf_addf(&sb, "%s%.15g %s",
			    sb.len ? " × " : "Made a year's pay: × ", f,
			    strcmp(name, "months_per_year") == 0 ? "months"
			    : strcmp(name, "hours_per_week") == 0
				    ? "hours a week"
				    : "weeks");
	}
	if (sb.len)
		strbuf_addch(&sb, '.');
	cJSON_AddStringToObject(out, "chain_text", sb.buf);
	strbuf_release(&sb);
}

/* How the figure was made of what the source states. */
static const char *method_words(const cJSON *row, bool is_ours)
{
	const char *basis = json_str(row, "level_basis");

	if (strcmp(basis, "group_mean") == 0)
		return "average of a whole group of occupations, not of this "
		       "career";
	if (strcmp(basis, "editorial") == 0)
		return is_ours ? "our editors' own range"
			       : "as the publisher states it for this level";
	if (json_is_true(row, "is_mean"))
		return "average of everyone in the occupation, all levels";
	if (!cJSON_IsNumber(json_get(row, "low")) &&
	    !cJSON_IsNumber(json_get(row, "high")))
		return "median of everyone in the occupation, all levels";
	return strcmp(json_str(row, "level"), "manager") == 0
		       ? "percentiles of the managers' own occupation"
		       : "percentile band of everyone in the occupation";
}

static void add_sample(cJSON *out, const cJSON *row)
{
	const cJSON *precision = json_get(row, "precision_pct");
	struct strbuf sb = STRBUF_INIT;
	int64_t n;

	if (json_int(row, "sample_n", &n)) {
		words_add_number(&sb, n);
		strbuf_addstr(&sb, " counted");
	} else {
		strbuf_addstr(&sb, "size not published");
	}
	if (cJSON_IsNumber(precision))
		strbuf_addf(&sb, ", relative error %.15g %%",
			    precision->valuedouble);
	cJSON_AddStringToObject(out, "sample_text", sb.buf);
	strbuf_release(&sb);
}

static void add_amount(cJSON *out, const cJSON *row)
{
	struct strbuf sb = STRBUF_INIT;
	struct money m;

	if (money_read(row, &m))
		money_add_short(&sb, &m);
	cJSON_AddStringToObject(out, "text", sb.buf);
	strbuf_reset(&sb);
	words_add_date(&sb, json_str(row, "observed_on"));
	cJSON_AddStringToObject(out, "observed", sb.buf);
	strbuf_release(&sb);
}

/* Our own ranges rest on several publishers: how, the methods page tells. */
static const char *address(const cJSON *source, const char *url)
{
	return career_view_is_ours(source) ? "/methodology#salary" : url;
}

bool career_view_is_ours(const cJSON *source)
{
	return strcmp(json_str(source, "level_basis"), "editorial") == 0 &&
	       cJSON_GetArraySize(json_get(source, "cites")) > 0;
}

const cJSON *career_view_source(const cJSON *career, const cJSON *row)
{
	const char *id = json_str(json_get(row, "source"), "id");
	const cJSON *source;

	cJSON_ArrayForEach (source, json_get(career, "salary_sources"))
		if (strcmp(json_str(source, "id"), id) == 0)
			return source;
	return NULL;
}

/* Whose it is, how and when we came by it, and under which licence. */
static void add_source(cJSON *out, const cJSON *career, const cJSON *row)
{
	const cJSON *registered = career_view_source(career, row);
	const cJSON *source = json_get(row, "source");
	bool is_written =
		strcmp(json_str(registered, "collection_mode"), "curated") == 0;
	struct strbuf sb = STRBUF_INIT;

	cJSON_AddStringToObject(out, "source_url",
				address(registered, json_str(source, "url")));
	cJSON_AddStringToObject(out, "source_title", json_str(source, "title"));
	cJSON_AddStringToObject(out, "publisher",
				json_str(source, "publisher"));
	cJSON_AddStringToObject(out, "licence",
				json_str(registered, "licence"));
	cJSON_AddStringToObject(out, "taken_title",
				is_written ? "Written down" : "Fetched");
	words_add_date(&sb, json_str(row, is_written ? "recorded_on"
						     : "retrieved_on"));
	cJSON_AddStringToObject(out, "taken", sb.buf);
	strbuf_release(&sb);
}

/* Grade and confidence are the figure's that the row is used for. */
static void add_use(cJSON *out, const cJSON *doc, const cJSON *row)
{
	const cJSON *money = career_view_salary_of(json_get(doc, "salaries"),
						   json_str(row, "country"),
						   json_str(row, "level"));

	cJSON_AddBoolToObject(out, "used", json_is_true(row, "used"));
	cJSON_AddStringToObject(out, "unused",
				strcmp(json_str(row, "match"), "group") == 0
					? "Context"
					: "Cross-check");
	cJSON_AddStringToObject(out, "grade", json_str(money, "grade"));
	cJSON_AddNumberToObject(
		out, "confidence",
		cJSON_GetNumberValue(json_get(money, "confidence")));
	cJSON_AddBoolToObject(out, "disagrees", json_is_true(row, "disagrees"));
}

static cJSON *evidence_row(const cJSON *doc, const cJSON *row)
{
	bool is_total = strcmp(json_str(row, "pay_basis"), "total") == 0;
	bool is_all = strcmp(json_str(row, "population"), "all") == 0;
	bool is_ours = career_view_is_ours(
		career_view_source(json_get(doc, "career"), row));
	cJSON *out = cJSON_CreateObject();

	cJSON_AddStringToObject(out, "level_title",
				career_view_level(json_str(row, "level")));
	add_amount(out, row);
	add_published(out, row);
	add_chain(out, row);
	add_sample(out, row);
	add_source(out, json_get(doc, "career"), row);
	add_use(out, doc, row);
	cJSON_AddStringToObject(out, "how_stated",
				is_ours ? "as our editors set it"
					: "as published");
	cJSON_AddStringToObject(out, "method", method_words(row, is_ours));
	cJSON_AddStringToObject(out, "match_text",
				match_words(json_str(row, "match")));
	cJSON_AddStringToObject(out, "population_text",
				is_all ? "all employees, part-time too"
				       : "full-time employees");
	cJSON_AddStringToObject(out, "pay_text",
				is_total ? "total pay" : "base pay");
	cJSON_AddStringToObject(out, "notes", json_str(row, "notes"));
	return out;
}

static bool is_used(const cJSON *career, const char *source)
{
	const cJSON *row;

	cJSON_ArrayForEach (row, json_get(career, "evidence"))
		if (json_is_true(row, "used") &&
		    strcmp(json_str(json_get(row, "source"), "id"), source) ==
			    0)
			return true;
	return false;
}

/* The sources that the figures rest on, without those for comparison. */
static void add_cited(cJSON *page, const cJSON *career)
{
	cJSON *out = cJSON_AddArrayToObject(page, "cited");
	const cJSON *source;

	cJSON_ArrayForEach (source, json_get(career, "salary_sources"))
		if (is_used(career, json_str(source, "id")))
			cJSON_AddItemToArray(out,
					     cJSON_Duplicate(source, true));
}

void career_view_evidence(cJSON *page, const cJSON *doc)
{
	cJSON *out = cJSON_AddArrayToObject(page, "evidence"), *source;
	const cJSON *career = json_get(doc, "career");
	const cJSON *row, *cite;

	cJSON_ArrayForEach (row, json_get(career, "evidence"))
		cJSON_AddItemToArray(out, evidence_row(doc, row));
	cJSON_ArrayForEach (source, json_get(career, "salary_sources")) {
		struct strbuf sb = STRBUF_INIT;

		strbuf_addstr(&sb, address(source, json_str(source, "url")));
		cJSON_DeleteItemFromObjectCaseSensitive(source, "url");
		cJSON_AddStringToObject(source, "url", sb.buf);
		strbuf_reset(&sb);
		cJSON_ArrayForEach (cite, json_get(source, "cites"))
			strbuf_addf(&sb, "%s%s", sb.len ? ", " : "",
				    json_text(cite));
		cJSON_AddStringToObject(source, "cites_text", sb.buf);
		strbuf_reset(&sb);
		words_add_sentence(&sb, json_str(source, "attribution"));
		cJSON_AddStringToObject(source, "attribution_text", sb.buf);
		strbuf_reset(&sb);
		words_add_sentence(&sb, json_str(source, "licence"));
		cJSON_AddStringToObject(source, "licence_text", sb.buf);
		strbuf_release(&sb);
	}
	add_cited(page, career);
}
