/*
 * The ladder is a graph that leads up: each rung is reached from one before
 * it, and starts when that one is over.
 */
#include "career/content_rules.h"

#include "base/suggest.h"

static const char *const levels[] = { "junior", "mid", "senior", "manager" };

static const cJSON *find_rung(const cJSON *rungs, const char *id)
{
	for (const cJSON *one = rule_first(rungs); one; one = one->next)
		if (strcmp(rule_text(one, "id"), id) == 0)
			return one;
	return NULL;
}

static bool comes_before(const cJSON *a, const cJSON *b)
{
	while (a && a != b)
		a = a->next;
	return a == b;
}

static void check_years(struct rule *r, const cJSON *rung, size_t i)
{
	int from = rule_number(rung, "years.from");
	int to = rule_number(rung, "years.to");

	if (from < 0 || to < 0 || from < to)
		return;
	rule_at(r, "progression.rungs[%zu].years.to", i);
	rule_problem(r, "%d is not after from, %d", to, from);
	findings_remedy(r->out, "from is included and to is not: 0 to 2, then "
				"2 to 5");
}

static void check_step(struct rule *r, const cJSON *rungs, const cJSON *rung,
		       const char *id)
{
	const cJSON *target = find_rung(rungs, id);
	int to = rule_number(rung, "years.to");
	struct suggest s;

	suggest_init(&s, id);
	for (const cJSON *one = rule_first(rungs); one; one = one->next)
		suggest_offer(&s, rule_text(one, "id"));
	if (!target) {
		rule_problem(r, "there is no rung \"%s\"", id);
		if (s.best)
			findings_remedy(r->out, "did you mean \"%s\"?", s.best);
		else
			findings_remedy(r->out, "write the id of a rung");
	} else if (comes_before(target, rung)) {
		rule_problem(r, "\"%s\" does not lie above this rung", id);
		findings_remedy(r->out, "a rung leads to rungs below it in "
					"the file only");
	} else if (cJSON_IsNull(rule_get(rung, "years.to"))) {
		rule_problem(r, "leads on, and its years have no end");
		findings_remedy(r->out, "give years.to, or lead nowhere");
	} else if (to > 0 && rule_number(target, "years.from") < to) {
		rule_problem(r,
			     "\"%s\" starts after %d years, before this "
			     "rung ends after %d",
			     id, rule_number(target, "years.from"), to);
		findings_remedy(r->out, "years may not overlap along a path");
	}
}

static bool is_led_to(const cJSON *rungs, const char *id)
{
	for (const cJSON *one = rule_first(rungs); one; one = one->next)
		if (rule_has_text(rule_get(one, "leads_to"), id))
			return true;
	return false;
}

/* A title that the page would compose anyway may not be written down. */
static void check_title(struct rule *r, const cJSON *rung, size_t i)
{
	const char *level = rule_text(rung, "level");
	const char *title = rule_text(rung, "title");
	const char *name = rule_text(r->guide->json, "name");
	const char *prefix = strcmp(level, "junior") == 0   ? "Junior "
			     : strcmp(level, "senior") == 0 ? "Senior "
							    : "";
	struct strbuf composed = STRBUF_INIT;

	rule_at(r, "progression.rungs[%zu].title", i);
	strbuf_addf(&composed, "%s%s", prefix, name);
	if (cJSON_IsNull(rule_get(rung, "level")) &&
	    cJSON_IsNull(rule_get(rung, "title"))) {
		rule_problem(r, "is null, and so is level");
		findings_remedy(r->out, "a rung without a level has a title");
	} else if (*title && (strcasecmp(title, composed.buf) == 0 ||
			      strcasecmp(title, name) == 0)) {
		rule_problem(r, "repeats what is composed from level and "
				"name");
		findings_remedy(r->out, "write null");
	}
	strbuf_release(&composed);
}

/* Pay hangs on the four levels, so the ladder has each of them. */
static void check_levels(struct rule *r, const cJSON *rungs)
{
	const cJSON *one = rule_first(rungs);
	size_t n = 0;

	for (size_t i = 0; one; one = one->next, i++) {
		const char *level = rule_text(one, "level");

		if (!*level)
			continue;
		if (n == ARRAY_SIZE(levels) || strcmp(level, levels[n]) != 0) {
			rule_at(r, "progression.rungs[%zu].level", i);
			rule_problem(r, "\"%s\" is out of order or twice",
				     level);
			findings_remedy(r->out, "each level once: junior, "
						"mid, senior, manager");
			return;
		}
		n++;
	}
	if (n == ARRAY_SIZE(levels) || !rule_first(rungs))
		return;
	rule_at(r, "progression.rungs");
	rule_problem(r, "no rung has the level \"%s\"", levels[n]);
	findings_remedy(r->out, "each level once: junior, mid, senior, "
				"manager");
}

void rule_ladder(struct rule *r)
{
	const cJSON *rungs = rule_get(r->guide->json, "progression.rungs");
	const cJSON *rung = rule_first(rungs);

	for (size_t i = 0; rung; rung = rung->next, i++) {
		const cJSON *step = rule_first(rule_get(rung, "leads_to"));
		const char *id = rule_text(rung, "id");

		check_title(r, rung, i);
		check_years(r, rung, i);
		if (i && *id && !is_led_to(rungs, id)) {
			rule_at(r, "progression.rungs[%zu].id", i);
			rule_problem(r, "no rung leads to \"%s\"", id);
			findings_remedy(r->out, "add it to leads_to of a rung "
						"before it");
		}
		for (size_t k = 0; step; step = step->next, k++) {
			rule_at(r, "progression.rungs[%zu].leads_to[%zu]", i,
				k);
			if (cJSON_IsString(step))
				check_step(r, rungs, rung, step->valuestring);
		}
	}
	check_levels(r, rungs);
}
