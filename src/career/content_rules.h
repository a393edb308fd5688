/*
 * The rules beyond the schema. content_check.c runs them; each is a function
 * that looks at one guide, which may be malformed: what the schema complains
 * about is left out here.
 */
#ifndef CAREER_CONTENT_RULES_H
#define CAREER_CONTENT_RULES_H

#include <regex.h>

#include "career/content_check.h"

struct text_rule;

struct rule {
	const struct content *content;
	const struct guide *guide;
	struct findings *out;
	struct strbuf path; /* of what is being looked at */
	/* content_text.c only: the rule that is applied now. */
	const struct text_rule *text_rule;
	const regex_t *regex;
};

/* What is looked at from now on: a path within the guide. */
void rule_at(struct rule *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Something is wrong at the path; findings_remedy() follows. */
void rule_problem(struct rule *r, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A value by path (of names and dots), NULL if it is not there. */
const cJSON *rule_get(const cJSON *from, const char *path);
/* Its text or number; "" and -1 of anything else, and of a number so large
 * that it would overflow a sum: the schema refuses it. */
const char *rule_text(const cJSON *from, const char *path);
int rule_number(const cJSON *from, const char *path);
/* The first item or member; NULL if node is neither list nor object. */
const cJSON *rule_first(const cJSON *node);
/* Whether list has an item that is this text. */
bool rule_has_text(const cJSON *list, const char *text);
/* Whether text has phrase as whole words, whatever the case; where. */
const char *rule_find_words(const char *text, const char *phrase);

/* Calls fn for each text within node; the path is that of the text. */
typedef void rule_text_fn(struct rule *r, const char *text);
void rule_each_text(struct rule *r, const cJSON *node, rule_text_fn *fn);

/* content_facts.c */
void rule_identity(struct rule *r);
void rule_facts(struct rule *r);
void rule_ai(struct rule *r);
void rule_sources(struct rule *r);
void rule_related(struct rule *r);
/* content_lists.c */
void rule_duplicates(struct rule *r);
void rule_tools(struct rule *r);
void rule_resources(struct rule *r);
void rule_codes(struct rule *r);
/* content_days.c */
void rule_days(struct rule *r);
/* content_ladder.c */
void rule_ladder(struct rule *r);
/* content_text.c */
void rule_texts(struct rule *r);
void rule_composed(struct rule *r);
/* content_titles.c */
void rule_other_careers(struct rule *r);
/* content_sentence.c */
void rule_sentences(struct rule *r);

/* Not of a guide but of categories.json and titles.json. */
void rule_categories(const struct content *c, struct findings *out);
void rule_titles(const struct content *c, struct findings *out);

#endif
