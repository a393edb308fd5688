/*
 * Careers side by side: what an address asks for, and from the document that
 * answers it to what the templates name. Every fact stands there as the API
 * tells it; what is added is words, and what is highest, lowest or the same.
 */
#ifndef CAREER_CAREER_COMPARE_H
#define CAREER_CAREER_COMPARE_H

#include <cjson/cJSON.h>

#include "base/strbuf.h"

#define COMPARE_MOST 4
/* More names than these are not looked at. */
#define COMPARE_READ_MOST 8

struct comparison {
	const char *names[COMPARE_READ_MOST]; /* slugs, or what was typed */
	int count;
	const char *country; /* in capitals */
	const char *level;
	const char *currency;	/* in capitals; NULL: as it is paid */
	bool is_country_chosen; /* by the address */
	bool is_level_chosen;
	int wrong; /* the field of the form to mend, from 1; 0: none */
};

/*
 * The page. doc: the compared careers, or NULL for the form alone; choices:
 * what the form offers. Both are taken apart and freed. problem: "" for none.
 * The caller owns the page.
 */
cJSON *compare_view(cJSON *doc, cJSON *choices, const struct comparison *c,
		    const char *problem);

/* The parts, each in a file of its own; they add to page. */
void compare_view_form(cJSON *page, const cJSON *choices,
		       const struct comparison *c);
void compare_view_pay(cJSON *page, const cJSON *doc, const cJSON *choices);
void compare_view_facts(cJSON *page, const cJSON *doc);
void compare_view_skills(cJSON *page, const cJSON *doc);

/* The path and query of a comparison, as it is best said. */
void compare_address(struct strbuf *out, const char *path,
		     const struct comparison *c);

/* What is compared of one career: a range, whose ends may be one number. */
struct compared {
	bool is_known;
	int64_t low;
	int64_t high;
};

/* Words for what is most and least, of two careers and of more. */
struct compare_words {
	const char *most[2];
	const char *least[2];
};

/*
 * Each ends a row, whose cells are there, with what is said of differences.
 * rank: in a cell that it is the most or the least, where its whole range is
 * not below or above any other, and in the row that all are the same, or that
 * ranges overlap. same: that all texts are the same. unranked: why not.
 */
void compare_rank(cJSON *row, const struct compared *of,
		  const struct compare_words *words);
void compare_same(cJSON *row);
void compare_unranked(cJSON *row, const char *why);

#endif
