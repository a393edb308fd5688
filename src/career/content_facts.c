/* The rules about a guide's short parts: identity, facts, sources. */
#include "career/content_rules.h"

#include <regex.h>

#include "base/clock.h"
#include "base/parse.h"
#include "base/suggest.h"

static void check_category(struct rule *r)
{
	const char *category = rule_text(r->guide->json, "category");
	const cJSON *one = rule_first(r->content->categories);
	struct suggest s;

	suggest_init(&s, category);
	for (; one; one = one->next) {
		const char *slug = rule_text(one, "slug");

		if (strcmp(slug, category) == 0)
			return;
		suggest_offer(&s, slug);
	}
	if (!*category || !r->content->categories)
		return;
	rule_at(r, "category");
	rule_problem(r, "there is no category \"%s\"", category);
	if (s.best)
		findings_remedy(r->out,
				"did you mean \"%s\"? Categories are "
				"in categories.json",
				s.best);
	else
		findings_remedy(r->out, "categories are in categories.json");
}

static void check_name(struct rule *r)
{
	static const char *const levels[] = { "Junior", "Mid", "Senior" };
	const char *name = rule_text(r->guide->json, "name");

	rule_at(r, "name");
	for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
		if (!rule_find_words(name, levels[i]))
			continue;
		rule_problem(r, "has the level \"%s\" in it", levels[i]);
		findings_remedy(r->out, "write the plain name; headings are "
					"composed from level and name");
	}
	for (size_t i = 0; i < r->content->count; i++) {
		const struct guide *g = r->content->guides[i];

		if (g == r->guide || !*name ||
		    strcasecmp(rule_text(g->json, "name"), name) != 0)
			continue;
		rule_problem(r, "is the name of %s too", g->slug);
		findings_remedy(r->out, "one guide for one career");
	}
}

/* The file is where its slug says, and its name is a name. */
void rule_identity(struct rule *r)
{
	const char *slug = rule_text(r->guide->json, "slug");
	const char *day = rule_text(r->guide->json, "reviewed_on");
	struct strbuf today = STRBUF_INIT;

	if (*slug && strcmp(slug, r->guide->slug) != 0) {
		rule_at(r, "slug");
		rule_problem(r, "\"%s\" is not the file's name", slug);
		findings_remedy(r->out,
				"write \"%s\" or name the file "
				"%s.json",
				r->guide->slug, slug);
	}
	check_category(r);
	check_name(r);
	clock_add_iso(&today, clock_wall_ms());
	strbuf_truncate(&today, 10);
	rule_at(r, "reviewed_on");
	if (*day && !parse_is_date(day)) {
		rule_problem(r, "%s is not a day of the calendar", day);
		findings_remedy(r->out, "write YYYY-MM-DD");
	} else if (strcmp(day, today.buf) > 0) {
		rule_problem(r, "%s is in the future", day);
		findings_remedy(r->out,
				"write the day it was reviewed, at "
				"the latest today, %s",
				today.buf);
	}
	strbuf_release(&today);
}

static bool matches(const char *text, const char *pattern)
{
	regex_t regex;
	bool is_match;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_ICASE | REG_NOSUB))
		BUG("pattern %s", pattern);
	is_match = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return is_match;
}

/* The entry path may not take back what the degree fact says. */
static void check_entry_path(struct rule *r, const char *requirement)
{
	static const char optional[] =
		"(no|without a) degree|degree is (not|optional)|"
		"(does not|doesn't|do not|don't) need a degree|"
		"nothing .*demands one";
	static const char required[] =
		"degree is (required|needed|compulsory|a must)|"
		"(must have|requires?|is impossible without) a degree";
	static const char way[] = "degree|universit|college|school|"
				  "bachelor|master|doctor|diploma|graduate";
	const char *text = rule_text(r->guide->json, "start.entry_path");
	bool is_required = strcmp(requirement, "required") == 0;

	rule_at(r, "start.entry_path");
	if (!*text || !*requirement)
		return;
	if (is_required && matches(text, optional))
		rule_problem(r, "says that a degree is not needed, "
				"facts.degree that it is");
	else if (!is_required && matches(text, required))
		rule_problem(r,
			     "says that a degree is needed, facts.degree "
			     "that it is %s",
			     strcmp(requirement, "none") == 0 ? "not"
							      : requirement);
	else if (is_required && !matches(text, way))
		rule_problem(r, "does not mention the degree that "
				"facts.degree requires");
	else
		return;
	findings_remedy(r->out, "make the two agree");
}

/* Two things in one value can't be filtered by, nor looked up. */
static void check_one_thing(struct rule *r, const char *path)
{
	const char *text = rule_text(r->guide->json, path);

	rule_at(r, "%s", path);
	if (!strchr(text, '/'))
		return;
	rule_problem(r, "\"%s\" names two things", text);
	findings_remedy(r->out, "name the one that counts most");
}

void rule_facts(struct rule *r)
{
	const cJSON *facts = rule_get(r->guide->json, "facts");
	const cJSON *subject = rule_get(facts, "degree.subject");
	const char *requirement = rule_text(facts, "degree.requirement");
	bool is_none = strcmp(requirement, "none") == 0;
	int low = rule_number(facts, "hours_per_week.low");
	int high = rule_number(facts, "hours_per_week.high");

	if (low > 0 && high > 0 && low >= high) {
		rule_at(r, "facts.hours_per_week.low");
		rule_problem(r, "%d is not below high, %d", low, high);
		findings_remedy(r->out, "low is an easy week, high a hard "
					"one");
	}
	rule_at(r, "facts.degree.subject");
	if (is_none && cJSON_IsString(subject)) {
		rule_problem(r, "names a subject, and requirement is "
				"\"none\"");
		findings_remedy(r->out, "write null, or another requirement");
	} else if (*requirement && !is_none && cJSON_IsNull(subject)) {
		rule_problem(r, "is null, and requirement is \"%s\"",
			     requirement);
		findings_remedy(r->out, "name the subject, or write the "
					"requirement \"none\"");
	}
	check_one_thing(r, "facts.degree.subject");
	check_one_thing(r, "facts.certification.name");
	check_entry_path(r, requirement);
}

void rule_ai(struct rule *r)
{
	const cJSON *factors = rule_get(r->guide->json, "ai.factors");
	const cJSON *one = rule_first(factors);
	int sum = 0;

	for (; one; one = one->next) {
		if (rule_number(one, "weight") < 0)
			return;
		sum += rule_number(one, "weight");
	}
	if (!rule_first(factors) || sum == 100)
		return;
	rule_at(r, "ai.factors");
	rule_problem(r, "the weights sum to %d", sum);
	findings_remedy(r->out, "must be 100, since each is a share of the "
				"job");
}

static bool is_listed(const cJSON *sources, const char *id)
{
	for (const cJSON *one = rule_first(sources); one; one = one->next)
		if (strcmp(rule_text(one, "id"), id) == 0)
			return true;
	return false;
}

static void check_citations(struct rule *r, const char *path,
			    const cJSON *sources)
{
	const cJSON *one = rule_first(rule_get(r->guide->json, path));

	for (size_t i = 0; one; one = one->next, i++) {
		struct suggest s;

		if (!cJSON_IsString(one) ||
		    is_listed(sources, one->valuestring))
			continue;
		suggest_init(&s, one->valuestring);
		for (const cJSON *k = rule_first(sources); k; k = k->next)
			suggest_offer(&s, rule_text(k, "id"));
		rule_at(r, "%s[%zu]", path, i);
		rule_problem(r, "cites \"%s\", which sources does not list",
			     one->valuestring);
		if (s.best)
			findings_remedy(r->out, "did you mean \"%s\"?", s.best);
		else
			findings_remedy(r->out, "add it to sources");
	}
}

/* The list of sources is what is cited, no more and no less. */
void rule_sources(struct rule *r)
{
	const cJSON *json = r->guide->json;
	const cJSON *sources = rule_get(json, "sources");
	const cJSON *one = rule_first(sources);

	check_citations(r, "days.sources", sources);
	check_citations(r, "ai.sources", sources);
	for (size_t i = 0; one; one = one->next, i++) {
		const char *id = rule_text(one, "id");

		if (!*id || rule_has_text(rule_get(json, "days.sources"), id) ||
		    rule_has_text(rule_get(json, "ai.sources"), id))
			continue;
		rule_at(r, "sources[%zu].id", i);
		rule_problem(r, "nothing cites \"%s\"", id);
		findings_remedy(r->out, "cite it in days.sources or "
					"ai.sources, or leave it out");
	}
}

void rule_related(struct rule *r)
{
	const cJSON *one = rule_first(rule_get(r->guide->json, "related"));

	for (size_t i = 0; one; one = one->next, i++) {
		const char *slug = rule_text(one, "");
		bool is_known = false;
		struct suggest s;

		suggest_init(&s, slug);
		for (size_t k = 0; k < r->content->count; k++) {
			const char *known = r->content->guides[k]->slug;

			is_known |= strcmp(known, slug) == 0;
			if (r->content->guides[k] != r->guide)
				suggest_offer(&s, known);
		}
		rule_at(r, "related[%zu]", i);
		if (strcmp(slug, r->guide->slug) == 0) {
			rule_problem(r, "is this career itself");
			findings_remedy(r->out, "name others only");
		} else if (*slug && !is_known) {
			rule_problem(r, "there is no guide \"%s\"", slug);
			if (s.best)
				findings_remedy(r->out, "did you mean \"%s\"?",
						s.best);
			else
				findings_remedy(r->out, "name careers that "
							"have a guide");
		}
	}
}
