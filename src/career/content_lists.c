/* The rules about lists: what may not stand twice, skills, resources and
 * codes. */
#include "career/content_rules.h"

#include <ctype.h>

#include "base/suggest.h"

/* Items of the list at path whose member is alike, whatever the case. */
static void check_twice(struct rule *r, const cJSON *list, const char *path,
			const char *name)
{
	const cJSON *b = rule_first(list);

	for (size_t i = 0; b; b = b->next, i++) {
		const char *text = rule_text(b, name);
		const cJSON *a = rule_first(list);

		while (a != b && strcasecmp(rule_text(a, name), text) != 0)
			a = a->next;
		if (a == b || !*text)
			continue;
		rule_at(r, "%s[%zu]%s%s", path, i, *name ? "." : "", name);
		rule_problem(r, "\"%s\" stands here twice", text);
		findings_remedy(r->out, "leave one of the two out");
	}
}

/* A skill is of one kind. */
static void check_skills(struct rule *r)
{
	static const char *const kinds[] = { "hard", "tools", "soft",
					     "personality" };
	const cJSON *skills = rule_get(r->guide->json, "skills");

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const cJSON *one = rule_first(rule_get(skills, kinds[i]));

		for (size_t k = 0; one; one = one->next, k++) {
			for (size_t j = 0; j < i; j++) {
				if (!cJSON_IsString(one) ||
				    !rule_has_text(rule_get(skills, kinds[j]),
						   one->valuestring))
					continue;
				rule_at(r, "skills.%s[%zu]", kinds[i], k);
				rule_problem(r, "\"%s\" is among %s too",
					     one->valuestring, kinds[j]);
				findings_remedy(r->out, "leave one of the "
							"two out");
			}
		}
	}
}

void rule_duplicates(struct rule *r)
{
	static const char *const lists[][2] = {
		{ "synonyms", "" },	   { "work.duties", "title" },
		{ "skills.hard", "" },	   { "skills.tools", "" },
		{ "skills.soft", "" },	   { "skills.personality", "" },
		{ "ai.factors", "title" }, { "progression.rungs", "id" },
		{ "sources", "id" },	   { "start.resources", "id" },
	};
	const cJSON *json = r->guide->json;
	const cJSON *one = rule_first(rule_get(json, "days.levels"));
	char path[40];

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		check_twice(r, rule_get(json, lists[i][0]), lists[i][0],
			    lists[i][1]);
	for (size_t i = 0; one; one = one->next, i++) {
		snprintf(path, sizeof(path), "days.levels[%zu].entries", i);
		check_twice(r, rule_get(one, "entries"), path, "title");
	}
	check_skills(r);
	one = rule_first(rule_get(json, "synonyms"));
	for (size_t i = 0; one; one = one->next, i++) {
		if (strcasecmp(rule_text(one, ""), rule_text(json, "name")) !=
		    0)
			continue;
		rule_at(r, "synonyms[%zu]", i);
		rule_problem(r, "is the name itself");
		findings_remedy(r->out, "list other names only");
	}
}

/* "PostgreSQL/MySQL" is two tools, "CI/CD" is one: short parts stay. */
static bool is_two_tools(const char *text)
{
	const char *slash = strchr(text, '/');

	return slash && (slash - text > 3 || strlen(slash + 1) > 3);
}

void rule_tools(struct rule *r)
{
	const cJSON *one = rule_first(rule_get(r->guide->json, "skills.tools"));

	for (size_t i = 0; one; one = one->next, i++) {
		if (!cJSON_IsString(one) || !is_two_tools(one->valuestring))
			continue;
		rule_at(r, "skills.tools[%zu]", i);
		rule_problem(r, "\"%s\" names two things", one->valuestring);
		findings_remedy(r->out, "one tool an item");
	}
}

static void check_teaches(struct rule *r, const cJSON *resource, size_t i)
{
	const cJSON *skills = rule_get(r->guide->json, "skills");
	const cJSON *hard = rule_get(skills, "hard");
	const cJSON *tools = rule_get(skills, "tools");
	const cJSON *one = rule_first(rule_get(resource, "teaches"));

	for (size_t k = 0; one; one = one->next, k++) {
		const cJSON *known = rule_first(hard);
		struct suggest s;

		if (!cJSON_IsString(one) ||
		    rule_has_text(hard, one->valuestring) ||
		    rule_has_text(tools, one->valuestring))
			continue;
		suggest_init(&s, one->valuestring);
		for (; known; known = known->next)
			suggest_offer(&s, rule_text(known, ""));
		for (known = rule_first(tools); known; known = known->next)
			suggest_offer(&s, rule_text(known, ""));
		rule_at(r, "start.resources[%zu].teaches[%zu]", i, k);
		rule_problem(r, "\"%s\" is not a skill of this guide",
			     one->valuestring);
		if (s.best)
			findings_remedy(r->out, "did you mean \"%s\"?", s.best);
		else
			findings_remedy(r->out, "must be among skills.hard or "
						"skills.tools, spelt the same");
	}
}

/* The address /go/{id} is one for the whole site. */
static void check_id_elsewhere(struct rule *r, const char *id, size_t i)
{
	for (size_t g = 0; g < r->content->count; g++) {
		const struct guide *other = r->content->guides[g];
		const cJSON *one =
			rule_first(rule_get(other->json, "start.resources"));

		if (other == r->guide)
			continue;
		for (; one; one = one->next) {
			if (!*id || strcmp(rule_text(one, "id"), id) != 0)
				continue;
			rule_at(r, "start.resources[%zu].id", i);
			rule_problem(r, "\"%s\" is a resource of %s too", id,
				     other->slug);
			findings_remedy(r->out, "ids differ on the whole "
						"site; choose another");
		}
	}
}

void rule_resources(struct rule *r)
{
	static const char *const stages[] = { "beginner", "intermediate",
					      "advanced" };
	const cJSON *list = rule_get(r->guide->json, "start.resources");
	const cJSON *one = rule_first(list);

	for (size_t i = 0; one; one = one->next, i++) {
		check_teaches(r, one, i);
		check_id_elsewhere(r, rule_text(one, "id"), i);
	}
	for (size_t i = 0; list && i < ARRAY_SIZE(stages); i++) {
		for (one = rule_first(list); one; one = one->next)
			if (strcmp(rule_text(one, "stage"), stages[i]) == 0)
				break;
		if (one)
			continue;
		rule_at(r, "start.resources");
		rule_problem(r, "none is for the stage \"%s\"", stages[i]);
		findings_remedy(r->out, "at least one for each of beginner, "
					"intermediate, advanced");
	}
}

/* N stands for a digit; a scheme with several lengths has several lines. */
static const struct {
	const char *scheme;
	const char *form;
} code_forms[] = {
	{ "US-SOC-2018", "NN-NNNN" }, { "NOC-2021", "NNNNN" },
	{ "UK-SOC-2020", "NNNN" },    { "BRC-2014", "NNNN" },
	{ "KLDB-2010", "NNN" },	      { "KLDB-2010", "NNNN" },
	{ "KLDB-2010", "NNNNN" },     { "ANZSCO-2024", "NNNNNN" },
	{ "SSOC-2020", "NNNNN" },     { "ISCO-08", "NNNN" },
};

static bool has_form(const char *code, const char *form)
{
	for (; *code && *form; code++, form++)
		if (*form == 'N' ? !isdigit((unsigned char)*code)
				 : *form != *code)
			return false;
	return !*code && !*form;
}

static void check_code(struct rule *r, const cJSON *one)
{
	const char *scheme = rule_text(one, "scheme");
	const char *code = rule_text(one, "code");
	struct strbuf forms = STRBUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(code_forms); i++) {
		if (strcmp(code_forms[i].scheme, scheme) != 0)
			continue;
		if (has_form(code, code_forms[i].form))
			goto out;
		strbuf_addf(&forms, "%s%s", forms.len ? " or " : "",
			    code_forms[i].form);
	}
	if (!forms.len)
		goto out;
	rule_problem(r, "\"%s\" is not a code of %s", code, scheme);
	findings_remedy(r->out, "its form is %s, N being a digit", forms.buf);
out:
	strbuf_release(&forms);
}

void rule_codes(struct rule *r)
{
	const cJSON *list = rule_get(r->guide->json, "codes");
	const cJSON *one = rule_first(list);
	bool has_occupation = false;

	for (size_t i = 0; one; one = one->next, i++) {
		const cJSON *a = rule_first(list);

		rule_at(r, "codes[%zu].code", i);
		check_code(r, one);
		has_occupation |=
			strcmp(rule_text(one, "role"), "occupation") == 0;
		while (a != one && (strcmp(rule_text(a, "scheme"),
					   rule_text(one, "scheme")) != 0 ||
				    strcmp(rule_text(a, "code"),
					   rule_text(one, "code")) != 0))
			a = a->next;
		if (a == one)
			continue;
		rule_problem(r, "%s %s stands here twice",
			     rule_text(one, "scheme"), rule_text(one, "code"));
		findings_remedy(r->out, "each code once, as occupation or as "
					"manager");
	}
	if (has_occupation || !rule_first(list))
		return;
	rule_at(r, "codes");
	rule_problem(r, "none has the role \"occupation\"");
	findings_remedy(r->out, "pay of junior to senior is found by it");
}
