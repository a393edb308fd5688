/*
 * A day is of its own career. What is foreign is told by titles.json, a list
 * of what occupations are called, and by the names of all other guides: a
 * credit analyst's day once stood on a developer's page, and no guide of
 * credit analysts was there to tell.
 *
 * Who is met at work may be named, and who the reader is may not; see
 * migrations/content/README.md.
 */
#include "career/content_rules.h"

#include <ctype.h>

/* A title where it stands in a text, in the singular or the plural. */
struct mention {
	const char *start;
	const char *end;
	bool is_plural;
};

static bool is_word(const char *title)
{
	return !strpbrk(title, " -");
}

static bool is_same(char a, char b)
{
	if (a == ' ' || a == '-')
		return b == ' ' || b == '-';
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Where the title that begins at s ends, NULL if none does. */
static const char *match(const char *s, const char *title, bool *is_plural)
{
	static const char *const endings[] = { "", "s", "es", "ies" };
	size_t len = strlen(title), same = 0;

	while (same < len && is_same(title[same], s[same]))
		same++;
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
		size_t more = strlen(endings[i]);
		bool is_y = more == 3; /* "secretary", "secretaries" */

		if (is_y ? same + 1 != len || title[same] != 'y' : same != len)
			continue;
		if (strncasecmp(s + same, endings[i], more) != 0 ||
		    isalnum((unsigned char)s[same + more]))
			continue;
		*is_plural = more > 0;
		return s + same + more;
	}
	return NULL;
}

/* The next mention of title from s on, which lies in text. */
static bool find(const char *text, const char *s, const char *title,
		 struct mention *m)
{
	for (; *title && *s; s++) {
		if (s > text && isalnum((unsigned char)s[-1]))
			continue;
		m->start = s;
		m->end = match(s, title, &m->is_plural);
		if (m->end)
			return true;
	}
	return false;
}

static bool is_mentioned(const char *text, const char *title)
{
	struct mention m;

	return find(text, text, title, &m);
}

/* The word that ends a blank before s: its start, and its length. */
static const char *word_before(const char *text, const char *s, size_t *len)
{
	const char *end;

	if (s - text < 2 || s[-1] != ' ')
		return NULL;
	end = --s;
	while (s > text &&
	       (isalnum((unsigned char)s[-1]) || strchr("-'", s[-1])))
		s--;
	*len = (size_t)(end - s);
	return *len ? s : NULL;
}

static bool is_any(const char *word, size_t len, const char *const *words)
{
	for (; word && *words; words++)
		if (strlen(*words) == len &&
		    strncasecmp(word, *words, len) == 0)
			return true;
	return false;
}

/* A level before it, with at most a word between: "junior bank lawyer". */
static bool has_level(const char *text, const struct mention *m)
{
	static const char *const levels[] = {
		"junior",   "mid",	  "mid-level",	 "senior", "trainee",
		"graduate", "apprentice", "entry-level", NULL
	};
	size_t len = 0;
	const char *word = word_before(text, m->start, &len);

	if (is_any(word, len, levels))
		return true;
	word = word ? word_before(text, word, &len) : NULL;
	return is_any(word, len, levels);
}

/* "as a lawyer", "you are a lawyer" */
static bool is_the_reader(const char *text, const struct mention *m)
{
	static const char *const articles[] = { "a", "an", NULL };
	static const char *const verbs[] = { "as",    "are",	"am", "you're",
					     "being", "become", NULL };
	size_t len = 0;
	const char *word = word_before(text, m->start, &len);

	if (!is_any(word, len, articles))
		return false;
	word = word_before(text, word, &len);
	return is_any(word, len, verbs);
}

/* "Credit Analyst", and "Credit analyst, first hour" */
static bool is_heading(const char *text, const char *title,
		       const struct mention *m)
{
	const char *last = strrchr(title, ' ');

	if (is_word(title))
		return false;
	if (last && isupper((unsigned char)m->start[last + 1 - title]))
		return true;
	return m->start == text && !m->is_plural;
}

/* Within the title of a rung, as the architect in "Software Architect". */
static bool is_in_ladder(const struct rule *r, const char *text,
			 const struct mention *m)
{
	const cJSON *rungs = rule_get(r->guide->json, "progression.rungs");

	for (const cJSON *one = rule_first(rungs); one; one = one->next) {
		const char *title = rule_text(one, "title");
		struct mention rung;

		for (const char *s = text; find(text, s, title, &rung);
		     s = rung.end)
			if (rung.start <= m->start && m->end <= rung.end)
				return true;
	}
	return false;
}

/* Part of what this career is called itself. */
static bool is_own(const struct rule *r, const char *title)
{
	const cJSON *json = r->guide->json;
	const cJSON *one = rule_first(rule_get(json, "synonyms"));

	if (is_mentioned(rule_text(json, "name"), title))
		return true;
	for (; one; one = one->next)
		if (is_mentioned(rule_text(one, ""), title))
			return true;
	return false;
}

/* A note or a summary says whose day it is, an entry what happens in it. */
static bool is_entry(const struct rule *r)
{
	return strstr(r->path.buf, ".entries[") != NULL;
}

static void check_title(struct rule *r, const char *text, const char *title)
{
	struct mention m;

	if (!is_mentioned(text, title) || is_own(r, title))
		return;
	for (const char *s = text; find(text, s, title, &m); s = m.end) {
		if (is_in_ladder(r, text, &m) ||
		    (is_entry(r) && !has_level(text, &m) &&
		     !is_the_reader(text, &m) && !is_heading(text, title, &m)))
			continue;
		rule_problem(r, "names another career, %s", title);
		findings_remedy(r->out,
				"a day is of this career only; an entry may "
				"meet others, in lower case, without a level "
				"and not as who the reader is");
		return;
	}
}

/* Its name and synonyms; what titles.json lists too has been looked for. */
static void check_guide(struct rule *r, const char *text,
			const struct guide *other)
{
	const cJSON *one = rule_first(rule_get(other->json, "synonyms"));
	const char *title = rule_text(other->json, "name");

	while (title) {
		bool is_listed = false;

		for (const cJSON *t = rule_first(r->content->titles); t;
		     t = t->next)
			is_listed |= strcasecmp(rule_text(t, ""), title) == 0;
		if (!is_listed)
			check_title(r, text, title);
		title = one ? rule_text(one, "") : NULL;
		one = one ? one->next : NULL;
	}
}

static void check_day_text(struct rule *r, const char *text)
{
	const cJSON *one = rule_first(r->content->titles);

	if (strncmp(r->path.buf, "days.sources", 12) == 0)
		return;
	for (; one; one = one->next)
		check_title(r, text, rule_text(one, ""));
	for (size_t i = 0; i < r->content->count; i++)
		if (r->content->guides[i] != r->guide)
			check_guide(r, text, r->content->guides[i]);
}

void rule_other_careers(struct rule *r)
{
	rule_at(r, "days");
	rule_each_text(r, rule_get(r->guide->json, "days"), check_day_text);
}

void rule_titles(const struct content *c, struct findings *out)
{
	/* The rules find lines in a guide's text, so this poses as one. */
	struct guide file = { .path = c->titles_path,
			      .text = c->titles_text,
			      .json = c->titles };
	struct rule r = { c, &file, out, STRBUF_INIT, NULL, NULL };
	const cJSON *one = rule_first(c->titles);
	const char *before = "";

	findings_set_file(out, c->titles_path);
	if (!cJSON_IsArray(c->titles) || !one) {
		rule_at(&r, "%s", "");
		rule_problem(&r, "is not a list of titles");
		findings_remedy(out, "[\"Accountant\", \"Actuary\", …]");
		one = NULL;
	}
	for (size_t i = 0; one; one = one->next, i++) {
		const char *title = rule_text(one, "");

		rule_at(&r, "[%zu]", i);
		if (!isupper((unsigned char)*title)) {
			rule_problem(&r, "is not a title");
			findings_remedy(out, "a text that begins with a "
					     "capital letter");
		} else if (strcasecmp(before, title) >= 0) {
			rule_problem(&r, "\"%s\" does not come after \"%s\"",
				     title, before);
			findings_remedy(out, "each once, in the order of the "
					     "alphabet");
		}
		before = title;
	}
	strbuf_release(&r.path);
}
