/*
 * Pay as people of its country write it, made in this one place.
 *
 * Amounts are whole currency units a year; MONEY_NONE stands for "not known".
 * Short forms are rounded half up to the unit in which people talk of pay:
 * thousands, and where it is the custom lakh (India), juta (Indonesia) and
 * triệu (Vietnam).
 */
#ifndef SALARY_MONEY_H
#define SALARY_MONEY_H

#include <cjson/cJSON.h>
#include <stdint.h>

#include "base/strbuf.h"

#define MONEY_NONE INT64_MIN

struct money {
	const char *currency; /* ISO 4217, borrowed */
	int64_t low;
	int64_t median;
	int64_t high;
	bool is_mean; /* median holds a mean */
};

/*
 * From the money object or an evidence row of a document. False for null.
 */
bool money_read(const cJSON *json, struct money *m) WARN_UNUSED;

/*
 * "$85k–$130k", "RM60k–RM96k", "₹12 lakh–₹20 lakh"; one-sided ranges as
 * "up to €55k" and "from €88k", a single known point as "€70k".
 */
void money_add_short(struct strbuf *out, const struct money *m);
/* "USD 85,000–130,000 a year"; "EUR 70,212 a year, median only" or, where
 * the source states no median, ", mean only". */
void money_add_exact(struct strbuf *out, const struct money *m);
/* One amount: "$85k"; "USD 85,000". */
void money_add_amount(struct strbuf *out, const char *currency, int64_t amount);
/* The same of a bound, which rounding would move: "S$90k", "SGD 87,500". */
void money_add_bound(struct strbuf *out, const char *currency, int64_t amount);

#endif
