/*
 * The drawing of section 04: a country's four ranges on one axis, which all
 * countries of its currency share; and the marks of any range on an axis.
 */
#include "career/career_view.h"

#include "base/json.h"
#include "base/words.h"
#include "salary/money.h"

/* Pixels: a line of words with its bar, and the axis below the last one. */
#define ROW_HEIGHT 64
#define AXIS_HEIGHT 32
/* Of an axis: how far a bar goes on towards an end that is not published. */
#define STUB 12

int64_t career_view_axis(cJSON *plot, const cJSON *salaries,
			 const char *currency)
{
	int64_t most = 0;
	const cJSON *row;

	cJSON_ArrayForEach (row, json_get(salaries, "data"))
		career_view_raise(&most, json_get(row, "salary"), currency);
	cJSON_AddNumberToObject(plot, "height",
				ROW_HEIGHT * CAREER_LEVELS + AXIS_HEIGHT);
	cJSON_AddNumberToObject(plot, "axis_y", ROW_HEIGHT * CAREER_LEVELS);
	cJSON_AddNumberToObject(plot, "words_y",
				ROW_HEIGHT * CAREER_LEVELS + 22);
	return career_view_ticks(plot, currency, most);
}

/* One end alone: a stub from there, without a cap where nothing is known. */
static void add_bar(cJSON *mark, const struct money *m, int64_t end)
{
	bool has_low = m->low != MONEY_NONE, has_high = m->high != MONEY_NONE;
	bool is_bar = has_low || has_high;
	int64_t stub = end / STUB, low = 0, high = 0;

	if (has_low)
		low = m->low;
	else if (has_high && m->high > stub)
		low = m->high - stub;
	if (has_high)
		high = m->high;
	else if (has_low && m->low < end)
		high = m->low + stub;
	cJSON_AddBoolToObject(mark, "is_bar", is_bar);
	cJSON_AddBoolToObject(mark, "has_low", is_bar && has_low);
	cJSON_AddBoolToObject(mark, "has_high", is_bar && has_high);
	cJSON_AddNumberToObject(mark, "x", career_view_percent(low, end));
	cJSON_AddNumberToObject(mark, "end", career_view_percent(high, end));
	cJSON_AddNumberToObject(mark, "width",
				career_view_width(low, high, end));
	cJSON_AddStringToObject(mark, "ends",
				has_low && has_high ? "closed" : "open");
}

/* A mean has a mark of its own: it is no middle. */
static void add_point(cJSON *mark, const char *name, bool is_it,
		      const struct money *m, int64_t end)
{
	if (is_it && m->median != MONEY_NONE)
		cJSON_AddNumberToObject(mark, name,
					career_view_percent(m->median, end));
	else
		cJSON_AddNullToObject(mark, name);
}

void career_view_mark(cJSON *row, const cJSON *money, int64_t end, int index)
{
	cJSON *mark = cJSON_AddObjectToObject(row, "mark");
	bool is_limited = json_is_true(money, "limited");
	struct money m;

	cJSON_AddNumberToObject(mark, "y", ROW_HEIGHT * index);
	cJSON_AddStringToObject(mark, "trust",
				is_limited ? "limited" : "sound");
	if (!money_read(money, &m) || end <= 0) {
		cJSON_AddBoolToObject(mark, "is_bar", false);
		cJSON_AddNullToObject(mark, "median");
		cJSON_AddNullToObject(mark, "mean");
		return;
	}
	add_bar(mark, &m, end);
	add_point(mark, "median", !m.is_mean, &m, end);
	add_point(mark, "mean", m.is_mean, &m, end);
}

static void add_key_item(cJSON *key, const char *mark, const char *words)
{
	cJSON *item = cJSON_CreateObject();

	cJSON_AddStringToObject(item, "mark", mark);
	cJSON_AddStringToObject(item, "words", words);
	cJSON_AddItemToArray(key, item);
}

void career_view_key(cJSON *plot, const cJSON *rows)
{
	cJSON *key = cJSON_AddArrayToObject(plot, "key");
	bool has_range = false, has_median = false, has_limited = false;
	bool has_open = false, has_mean = false;
	const cJSON *row;

	cJSON_ArrayForEach (row, rows) {
		const cJSON *mark = json_get(row, "mark");
		bool is_bar = json_is_true(mark, "is_bar");
		bool is_limited = json_is_true(row, "limited");

		has_limited |= is_limited;
		has_median |= cJSON_IsNumber(json_get(mark, "median"));
		has_mean |= cJSON_IsNumber(json_get(mark, "mean"));
		has_range |= is_bar && !is_limited;
		has_open |= is_bar && !(json_is_true(mark, "has_low") &&
					json_is_true(mark, "has_high"));
	}
	if (has_range)
		add_key_item(key, "range", "low to high");
	if (has_median)
		add_key_item(key, "median", "middle");
	if (has_mean)
		add_key_item(key, "mean", "average");
	if (has_limited)
		add_key_item(key, "limited", "limited data: dashed or hollow");
	if (has_open)
		add_key_item(key, "open", "one end is not published");
}

void career_view_alternative(cJSON *plot, const cJSON *rows)
{
	struct strbuf sb = STRBUF_INIT;
	const cJSON *row;

	cJSON_ArrayForEach (row, rows) {
		strbuf_addf(&sb, "%s%s: ", sb.len ? "; " : "",
			    json_str(row, "title"));
		if (!json_is_true(row, "has")) {
			strbuf_addstr(&sb, "no data");
			continue;
		}
		strbuf_addstr(&sb, json_str(row, "text"));
		if (json_is_true(row, "is_mean"))
			strbuf_addstr(&sb, " on average");
		if (*json_str(row, "middle"))
			strbuf_addf(&sb, ", middle %s",
				    json_str(row, "middle"));
		if (json_is_true(row, "limited"))
			strbuf_addstr(&sb, ", limited data");
	}
	strbuf_addch(&sb, '.');
	cJSON_AddStringToObject(plot, "alternative", sb.buf);
	strbuf_release(&sb);
}
