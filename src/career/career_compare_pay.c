/*
 * Pay side by side: the level that is asked for with its ranges on one axis
 * and all that is known of each figure, and the other levels in short.
 */
#include "career/career_compare.h"

#include <math.h>

#include "base/json.h"
#include "base/words.h"
#include "career/career_view.h"
#include "salary/money.h"

static void add_text(cJSON *to, const char *name, struct strbuf *sb)
{
	cJSON_AddStringToObject(to, name, sb->buf);
	strbuf_release(sb);
}

static const cJSON *source_of(const cJSON *choices, const char *id)
{
	const cJSON *source;

	cJSON_ArrayForEach (source, json_get(choices, "sources"))
		if (strcmp(json_str(source, "id"), id) == 0)
			return source;
	return NULL;
}

static void add_sources(cJSON *to, const cJSON *ids, const cJSON *choices)
{
	cJSON *out = cJSON_AddArrayToObject(to, "sources");
	const cJSON *id;

	cJSON_ArrayForEach (id, ids) {
		const cJSON *source = source_of(choices, json_text(id));

		if (source)
			cJSON_AddItemToArray(out,
					     cJSON_Duplicate(source, true));
	}
}

/* Up to eight places: 1.3432, 0.0000648. */
static void add_rate(struct strbuf *out, const cJSON *converted)
{
	double rate = cJSON_GetNumberValue(json_get(converted, "rate"));
	int64_t n = isfinite(rate) && rate > 0 && rate < 1e9
			    ? (int64_t)(rate * 1e8 + 0.5)
			    : 0;

	words_add_number(out, n / 100000000);
	strbuf_addf(out, ".%08lld", (long long)(n % 100000000));
	while (out->buf[out->len - 1] == '0')
		strbuf_truncate(out, out->len - 1);
	if (out->buf[out->len - 1] == '.')
		strbuf_truncate(out, out->len - 1);
}

/* A rate without a day is that of a currency to itself: nothing to convert. */
static bool is_converted(const cJSON *converted)
{
	return *json_str(converted, "rate_on") != '\0';
}

/* Of when a rate is: a day, or the average of a year that ends on it. */
static void add_when(struct strbuf *out, const cJSON *converted)
{
	const char *on = json_str(converted, "rate_on");

	if (strcmp(json_str(converted, "rate_kind"), "year_average") == 0) {
		strbuf_addf(out, "the average rate of %.4s", on);
		return;
	}
	strbuf_addstr(out, "the rate of ");
	words_add_date(out, on);
}

static void add_converted(cJSON *cell, const cJSON *converted, bool is_mean)
{
	cJSON *out;
	struct strbuf sb = STRBUF_INIT;
	struct money m;

	if (!is_converted(converted) || !money_read(converted, &m)) {
		cJSON_AddNullToObject(cell, "converted");
		return;
	}
	m.is_mean = is_mean;
	out = cJSON_AddObjectToObject(cell, "converted");
	money_add_short(&sb, &m);
	add_text(out, "text", &sb);
	money_add_exact(&sb, &m);
	add_text(out, "exact", &sb);
}

/* What kind of number a figure is; 0: one that is not ranked. */
static char kind_of(const cJSON *money, const struct money *m)
{
	bool has_low = m->low != MONEY_NONE, has_high = m->high != MONEY_NONE;

	if (has_low != has_high || career_view_has_reason(money, "group_level"))
		return 0;
	if (has_low)
		return 'r';
	return m->is_mean ? 'a' : 'm';
}

/*
 * Whether all figures that there are can be ranked, and what they are. One
 * alone, or none, is not unlike any other.
 */
static bool read_alike(const cJSON *row, struct compared *of)
{
	const char *basis = NULL;
	bool is_alike = true;
	const cJSON *cell;
	char kind = 0;
	int i = 0, known = 0;

	cJSON_ArrayForEach (cell, json_get(row, "moneys")) {
		struct compared *one = &of[i++];
		struct money m;

		one->is_known = money_read(cell, &m);
		if (!one->is_known)
			continue;
		known++;
		if (!basis) {
			basis = json_str(cell, "pay_basis");
			kind = kind_of(cell, &m);
		}
		if (!kind || kind != kind_of(cell, &m) ||
		    strcmp(basis, json_str(cell, "pay_basis")) != 0)
			is_alike = false;
		one->low = kind == 'r' ? m.low : m.median;
		one->high = kind == 'r' ? m.high : m.median;
	}
	return is_alike || known < 2;
}

static void rank(cJSON *row)
{
	static const struct compare_words words = { { "higher", "highest" },
						    { "lower", "lowest" } };
	struct compared of[COMPARE_MOST] = { 0 };

	if (read_alike(row, of))
		compare_rank(row, of, &words);
	else
		compare_unranked(row, "not ranked: the figures are not of one "
				      "kind");
}

static const cJSON *pay_of(const cJSON *item, const char *level)
{
	const cJSON *pay;

	cJSON_ArrayForEach (pay, json_get(item, "salaries"))
		if (strcmp(json_str(pay, "level"), level) == 0)
			return pay;
	return NULL;
}

/* The careers' pay at a level, a cell each. */
static cJSON *level_row(const cJSON *doc, const cJSON *choices,
			const char *level)
{
	cJSON *row = cJSON_CreateObject();
	cJSON *cells = cJSON_AddArrayToObject(row, "cells");
	cJSON *moneys = cJSON_AddArrayToObject(row, "moneys");
	const cJSON *item;

	cJSON_AddStringToObject(row, "level", level);
	cJSON_ArrayForEach (item, json_get(doc, "data")) {
		const cJSON *pay = pay_of(item, level);
		const cJSON *money = json_get(pay, "salary");
		cJSON *cell = career_view_money(money);

		cJSON_AddStringToObject(cell, "who", json_str(item, "name"));
		add_sources(cell, json_get(money, "source_ids"), choices);
		add_converted(cell, json_get(pay, "converted"),
			      json_is_true(cell, "is_mean"));
		cJSON_AddItemToArray(cells, cell);
		cJSON_AddItemToArray(moneys, cJSON_Duplicate(money, true));
	}
	rank(row);
	return row;
}

/* The ranges of a row on one axis, in the country's currency. */
static void add_plot(cJSON *page, cJSON *row, const char *currency)
{
	cJSON *plot = cJSON_AddObjectToObject(page, "plot");
	const cJSON *money;
	int64_t most = 0, end;
	cJSON *cell;

	cJSON_ArrayForEach (money, json_get(row, "moneys"))
		career_view_raise(&most, money, currency);
	end = career_view_ticks(plot, currency, most);
	money = json_get(row, "moneys")->child;
	cJSON_ArrayForEach (cell, json_get(row, "cells")) {
		bool is_here = strcmp(json_str(money, "currency"), currency) ==
			       0;

		career_view_mark(cell, is_here ? money : NULL, end, 0);
		money = money->next;
	}
	career_view_key(plot, json_get(row, "cells"));
	cJSON_AddStringToObject(plot, "currency", currency);
	cJSON_AddBoolToObject(page, "has_plot", most > 0);
}

/* How amounts were converted, or why they were not; "" where none should. */
static void add_conversion(cJSON *page, const cJSON *doc, const cJSON *choices)
{
	const char *to = json_str(doc, "currency"), *from;
	cJSON *out = cJSON_AddObjectToObject(page, "conversion");
	const cJSON *item, *converted = NULL;
	struct strbuf sb = STRBUF_INIT, rate = STRBUF_INIT;

	from = json_str(json_get(doc, "country"), "currency");
	cJSON_ArrayForEach (item, json_get(doc, "data")) {
		const cJSON *pay;

		cJSON_ArrayForEach (pay, json_get(item, "salaries"))
			if (is_converted(json_get(pay, "converted")))
				converted = json_get(pay, "converted");
	}
	if (converted) {
		strbuf_addf(&rate, "1 %s = ", from);
		add_rate(&rate, converted);
		strbuf_addf(&rate, " %s, ", to);
		add_when(&rate, converted);
		strbuf_addf(&sb,
			    "Converted at %s; what it buys there is not "
			    "considered.",
			    rate.buf);
	} else if (*to && strcmp(from, to) == 0) {
		strbuf_addf(&sb, "Pay there is in %s already.", to);
	} else if (*to) {
		strbuf_addf(&sb,
			    "Nothing is converted: there is no pay to convert, "
			    "or no rate from %s to %s.",
			    from, to);
	}
	add_text(out, "text", &sb);
	add_text(out, "rate", &rate);
	add_sources(out, json_get(converted, "rate_source_ids"), choices);
}

void compare_view_pay(cJSON *page, const cJSON *doc, const cJSON *choices)
{
	static const struct {
		const char *level;
		const char *title;
	} levels[CAREER_LEVELS] = {
		{ "junior", "Junior pay" },
		{ "mid", "Mid-level pay" },
		{ "senior", "Senior pay" },
		{ "manager", "Manager pay" },
	};
	const char *currency = json_str(json_get(doc, "country"), "currency");
	cJSON *others = cJSON_AddArrayToObject(page, "other_levels"), *cell;
	bool has_limited = false;

	for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
		const char *level = levels[i].level;
		cJSON *row = level_row(doc, choices, level);

		cJSON_AddStringToObject(row, "title", levels[i].title);
		cJSON_ArrayForEach (cell, json_get(row, "cells"))
			has_limited |= json_is_true(cell, "limited");
		if (strcmp(level, json_str(doc, "level")) != 0) {
			cJSON_AddItemToArray(others, row);
			continue;
		}
		add_plot(page, row, currency);
		cJSON_AddItemToObject(page, "pay", row);
	}
	cJSON_AddBoolToObject(page, "has_limited", has_limited);
	add_conversion(page, doc, choices);
}
