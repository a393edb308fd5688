/*
 * From the stored documents of a career to what its page's templates name:
 * words are added, nothing is computed anew. Every figure on the page comes
 * from the one document of salaries, the hero's too.
 */
#ifndef CAREER_CAREER_VIEW_H
#define CAREER_CAREER_VIEW_H

#include <cjson/cJSON.h>

#include "http/request.h"

/*
 * doc: {"career":…,"salaries":…,"countries":[…]}, taken apart and freed.
 * country: the one shown. level: whose day is open at first.
 * The caller owns the page.
 */
cJSON *career_view(cJSON *doc, const char *country, const char *level,
		   bool is_country_fixed);

/* The parts, each in a file of its own; they add to page. */
void career_view_salary(cJSON *page, const cJSON *career, const cJSON *salaries,
			const cJSON *countries, const char *country,
			const char *level);
void career_view_evidence(cJSON *page, const cJSON *career);
void career_view_days(cJSON *page, const cJSON *career, const char *level);
void career_view_json_ld(cJSON *page, const cJSON *career, const char *country);

/* "Junior" for junior. */
const char *career_view_level(const char *code);

/* {"has":true,"text":…,"exact":…,…} of a money object, {"has":false} of null. */
cJSON *career_view_money(const cJSON *money);

#endif
