/*
 * From the stored documents of a career to what its page's templates name:
 * words are added, nothing is computed anew. Every figure on the page comes
 * from the one document of salaries, the hero's too.
 */
#ifndef CAREER_CAREER_VIEW_H
#define CAREER_CAREER_VIEW_H

#include <cjson/cJSON.h>
#include <stdint.h>

#include "http/request.h"

#define CAREER_LEVELS 4

/* What the visitor, or the edge for them, has chosen. */
struct career_choice {
	const char *country;	/* the one shown */
	const char *level;	/* whose day is open; NULL: none was chosen */
	const char *remembered; /* country of the visitor's cookie, or "" */
	bool is_country_fixed;	/* by the address */
};

/*
 * doc: {"career":…,"salaries":…,"countries":[…]}, taken apart and freed.
 * The caller owns the page.
 */
cJSON *career_view(cJSON *doc, const struct career_choice *choice);

/* The parts, each in a file of its own; they add to page. */
void career_view_salary(cJSON *page, const cJSON *doc,
			const struct career_choice *choice);
void career_view_history(cJSON *page, const cJSON *doc, const char *country,
			 const char *currency);
void career_view_evidence(cJSON *page, const cJSON *doc);
/* The registered source of a row of evidence, NULL if it is not told of. */
const cJSON *career_view_source(const cJSON *career, const cJSON *row);
/* Whether a source is our editors' own, blended from others that it cites,
 * not what another publisher states. */
bool career_view_is_ours(const cJSON *source);
/* Adds to->facts: words and scales of the facts of a guide or a card. */
void career_view_facts(cJSON *to, const cJSON *facts);
void career_view_days(cJSON *page, const cJSON *career, const char *level);
void career_view_json_ld(cJSON *page, const cJSON *career, const char *country);

/*
 * An axis of money: raise the amount to the most that is drawn in a currency,
 * then add the ticks, which gives the amount at the end of the axis.
 */
void career_view_raise(int64_t *most, const cJSON *money, const char *currency);
int64_t career_view_ticks(cJSON *plot, const char *currency,
			  int64_t most) WARN_UNUSED;

/*
 * The drawing of the levels. career_view_axis() adds ticks and heights and
 * returns the amount at the axis' end; the others add a row's mark, the key to
 * the marks that there are, and the words for those who do not see the
 * drawing.
 */
int64_t career_view_axis(cJSON *plot, const cJSON *salaries,
			 const char *currency) WARN_UNUSED;
void career_view_mark(cJSON *row, const cJSON *money, int64_t end, int index);
void career_view_key(cJSON *plot, const cJSON *rows);
void career_view_alternative(cJSON *plot, const cJSON *rows);

/*
 * Where part of whole lies, and how wide what lies between two parts is, in
 * percent to one decimal; 0 of a whole that is not positive.
 */
double career_view_percent(int64_t part, int64_t whole);
double career_view_width(int64_t from, int64_t to, int64_t whole);

/* "Junior" for junior. */
const char *career_view_level(const char *code);

/* The money object of a country and level, NULL or null if there is none. */
const cJSON *career_view_salary_of(const cJSON *salaries, const char *country,
				   const char *level);
/* Whether a code stands among the reasons for an asterisk. */
bool career_view_has_reason(const cJSON *money, const char *code);

/* {"has":true,"text":…,"exact":…,…} of a money object, {"has":false} of null. */
cJSON *career_view_money(const cJSON *money);

#endif
