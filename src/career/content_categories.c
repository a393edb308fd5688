/* categories.json: a list of slug, title, summary and position, all given,
 * in order of position. */
#include "base/parse.h"
#include "career/content_rules.h"

static void check_category(struct rule *r, const cJSON *one, size_t i)
{
	static const char *const names[] = { "slug", "title", "summary",
					     "position" };
	const char *summary = rule_text(one, "summary");
	size_t len = strlen(summary);

	for (size_t k = 0; k < ARRAY_SIZE(names); k++) {
		if (k == 3 ? rule_number(one, names[k]) == (int)i + 1
			   : *rule_text(one, names[k]) != '\0')
			continue;
		rule_at(r, "[%zu].%s", i, names[k]);
		rule_problem(r, "is missing or wrong");
		findings_remedy(r->out, k == 3 ? "positions count from 1, in "
						 "the order of the list"
					       : "write a text");
	}
	rule_at(r, "[%zu].slug", i);
	if (*rule_text(one, "slug") && !parse_is_slug(rule_text(one, "slug"))) {
		rule_problem(r, "is not a slug");
		findings_remedy(r->out, "lower-case words joined by hyphens");
	}
	rule_at(r, "[%zu].summary", i);
	if (len && (summary[len - 1] != '.' || strpbrk(summary, "!<>$*`"))) {
		rule_problem(r, "is not a plain sentence");
		findings_remedy(r->out, "no markup and no money, with a full "
					"stop at its end");
	}
	if (cJSON_GetArraySize(one) > (int)ARRAY_SIZE(names)) {
		rule_at(r, "[%zu]", i);
		rule_problem(r, "has a name that is not known here");
		findings_remedy(r->out, "slug, title, summary, position");
	}
}

void rule_categories(const struct content *c, struct findings *out)
{
	/* The rules find lines in a guide's text, so this poses as one. */
	struct guide file = { .path = c->categories_path,
			      .text = c->categories_text,
			      .json = c->categories };
	struct rule r = { c, &file, out, STRBUF_INIT, NULL, NULL };
	const cJSON *one = rule_first(c->categories);

	findings_set_file(out, c->categories_path);
	if (!cJSON_IsArray(c->categories) || !one) {
		rule_at(&r, "%s", "");
		rule_problem(&r, "is not a list of categories");
		findings_remedy(out, "[{\"slug\", \"title\", \"summary\", "
				     "\"position\"}, …]");
		one = NULL;
	}
	for (size_t i = 0; one; one = one->next, i++) {
		const cJSON *a = rule_first(c->categories);

		check_category(&r, one, i);
		while (a != one && strcmp(rule_text(a, "slug"),
					  rule_text(one, "slug")) != 0)
			a = a->next;
		if (a == one)
			continue;
		rule_at(&r, "[%zu].slug", i);
		rule_problem(&r, "stands here twice");
		findings_remedy(out, "each category once");
	}
	strbuf_release(&r.path);
}
