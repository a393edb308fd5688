/*
 * How the mid-level figure of the country shown came to be what it is: every
 * version in a table, and as a band over time. Drawn is what stood at the end
 * of each day, as the API's as_of tells it.
 */
#include "career/career_view.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/words.h"

#define DAY_MS 86400000
/* Of the width: a day among years would not be seen. */
#define LEAST_WIDTH 0.4

static void add_text(cJSON *to, const char *name, struct strbuf *sb)
{
	cJSON_AddStringToObject(to, name, sb->buf);
	strbuf_release(sb);
}

static const char *cause_words(const char *cause)
{
	static const struct {
		const char *cause;
		const char *words;
	} table[] = {
		{ "import", "evidence was written down" },
		{ "new_vintage", "a source published newer data" },
		{ "correction", "a mistake was corrected" },
		{ "source_withdrawn", "a source was withdrawn" },
		{ "source_changed", "what is known of a source changed" },
		{ "mapping_changed", "the occupation codes of this career "
				     "changed" },
		{ "ageing", "evidence grew too old" },
		{ "review", "a person looked at the evidence" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (strcmp(cause, table[i].cause) == 0)
			return table[i].words;
	return cause;
}

static const char *change_words(const cJSON *version, bool is_first)
{
	const char *change = json_str(version, "change");

	if (strcmp(change, "removed") == 0)
		return "No figure any more";
	if (strcmp(change, "new") == 0)
		return is_first ? "First figure" : "A figure again";
	return "Changed";
}

/* The day of a time: its first ten characters. */
static void add_day(struct strbuf *out, const cJSON *version)
{
	char day[11];

	snprintf(day, sizeof(day), "%.10s", json_str(version, "valid_from"));
	words_add_date(out, day);
}

/* Days since 1970 of a time that begins with YYYY-MM-DD. */
static int64_t day_number(const char *iso)
{
	struct tm tm = { 0 };

	if (!strptime(iso, "%Y-%m-%d", &tm))
		return 0;
	return timegm(&tm) / (DAY_MS / 1000);
}

static void add_rows(cJSON *out, const cJSON *doc)
{
	const cJSON *versions = json_get(doc, "history"), *version;
	cJSON *rows = cJSON_AddArrayToObject(out, "rows");
	int64_t total = 0;
	bool is_whole = json_int(doc, "history_total", &total) &&
			total == cJSON_GetArraySize(versions);

	cJSON_ArrayForEach (version, versions) {
		bool is_first = is_whole && version == versions->child;
		cJSON *row = career_view_money(json_get(version, "salary"));
		struct strbuf sb = STRBUF_INIT;

		add_day(&sb, version);
		add_text(row, "day", &sb);
		cJSON_AddStringToObject(row, "time",
					json_str(version, "valid_from"));
		cJSON_AddStringToObject(row, "change",
					change_words(version, is_first));
		cJSON_AddStringToObject(
			row, "cause", cause_words(json_str(version, "cause")));
		cJSON_AddStringToObject(row, "reason",
					json_str(version, "reason"));
		/* The newest comes first. */
		cJSON_InsertItemInArray(rows, 0, row);
	}
}

static void add_step(cJSON *steps, const cJSON *money, int64_t end, double x,
		     double width)
{
	cJSON *step = cJSON_CreateObject();
	const cJSON *mark;

	if (width < LEAST_WIDTH)
		width = LEAST_WIDTH;
	if (x > 100 - width)
		x = 100 - width;
	career_view_mark(step, money, end, 0);
	mark = json_get(step, "mark");
	cJSON_AddBoolToObject(step, "limited", json_is_true(money, "limited"));
	cJSON_AddNumberToObject(step, "x", x);
	cJSON_AddNumberToObject(step, "width",
				width > LEAST_WIDTH ? width : LEAST_WIDTH);
	cJSON_AddNumberToObject(
		step, "end_x", x + (width > LEAST_WIDTH ? width : LEAST_WIDTH));
	cJSON_AddNumberToObject(
		step, "y", 100 - cJSON_GetNumberValue(json_get(mark, "end")));
	if (cJSON_IsNumber(json_get(mark, "median")))
		cJSON_AddNumberToObject(
			step, "middle_y",
			100 - cJSON_GetNumberValue(json_get(mark, "median")));
	else
		cJSON_AddNullToObject(step, "middle_y");
	if (cJSON_IsNumber(json_get(mark, "mean")))
		cJSON_AddNumberToObject(
			step, "mean_y",
			100 - cJSON_GetNumberValue(json_get(mark, "mean")));
	else
		cJSON_AddNullToObject(step, "mean_y");
	cJSON_AddItemToArray(steps, step);
}

/* A step a day on which the figure changed, to the next such day or today. */
static int add_steps(cJSON *out, const cJSON *versions, int64_t end)
{
	cJSON *steps = cJSON_AddArrayToObject(out, "steps");
	int64_t first = day_number(json_str(versions->child, "valid_from"));
	int64_t last = clock_wall_ms() / DAY_MS + 1;
	const cJSON *version;

	cJSON_ArrayForEach (version, versions) {
		int64_t from = day_number(json_str(version, "valid_from"));
		int64_t to = version->next ? day_number(json_str(version->next,
								 "valid_from"))
					   : last;

		if (from == to)
			continue;
		add_step(steps, json_get(version, "salary"), end,
			 career_view_percent(from - first, last - first),
			 career_view_width(from - first, to - first,
					   last - first));
	}
	return cJSON_GetArraySize(steps);
}

/* The axis of money stands upright: its end is on top. */
static int64_t add_axis(cJSON *out, const cJSON *versions, const char *currency)
{
	const cJSON *version;
	int64_t most = 0, end;
	cJSON *tick;

	cJSON_ArrayForEach (version, versions)
		career_view_raise(&most, json_get(version, "salary"), currency);
	end = career_view_ticks(out, currency, most);
	cJSON_ArrayForEach (tick, json_get(out, "ticks"))
		cJSON_AddNumberToObject(
			tick, "y",
			100 - cJSON_GetNumberValue(json_get(tick, "x")));
	return end;
}

static void add_figure(struct strbuf *out, const cJSON *row)
{
	strbuf_addstr(out, json_is_true(row, "has") ? json_str(row, "text")
						    : "no figure");
}

/* What is there, and for the drawing who does not see it is told. */
static void add_words(cJSON *out, const cJSON *doc, int steps)
{
	const cJSON *rows = json_get(out, "rows");
	const cJSON *newest = rows->child;
	const cJSON *oldest =
		cJSON_GetArrayItem(rows, cJSON_GetArraySize(rows) - 1);
	struct strbuf sb = STRBUF_INIT;
	int64_t total = 0;

	if (!json_int(doc, "history_total", &total))
		total = cJSON_GetArraySize(rows);
	if (total == 1)
		strbuf_addf(&sb,
			    "First published on %s; it has not changed since.",
			    json_str(newest, "day"));
	else if (steps < 2)
		strbuf_addf(&sb,
			    "First published on %s, in %lld versions on that "
			    "day; it has not changed since.",
			    json_str(newest, "day"), (long long)total);
	else if (total > cJSON_GetArraySize(rows))
		strbuf_addf(&sb, "The last %d of %lld versions, since %s.",
			    cJSON_GetArraySize(rows), (long long)total,
			    json_str(oldest, "day"));
	else
		strbuf_addf(&sb, "%lld versions since %s.", (long long)total,
			    json_str(oldest, "day"));
	add_text(out, "text", &sb);
	strbuf_addf(&sb, "Mid-level pay from %s to today: at first ",
		    json_str(oldest, "day"));
	add_figure(&sb, oldest);
	strbuf_addstr(&sb, ", now ");
	add_figure(&sb, newest);
	strbuf_addstr(&sb, ". The table below has each version.");
	add_text(out, "alternative", &sb);
	cJSON_AddStringToObject(out, "since", json_str(oldest, "day"));
	cJSON_AddBoolToObject(out, "has_table", total > 1);
	cJSON_AddBoolToObject(out, "has_plot", steps > 1);
}

void career_view_history(cJSON *page, const cJSON *doc, const char *country,
			 const char *currency)
{
	const cJSON *versions = json_get(doc, "history");
	struct strbuf url = STRBUF_INIT;
	int64_t end;
	cJSON *out;
	int steps;

	if (!versions || !versions->child) {
		cJSON_AddNullToObject(page, "history");
		return;
	}
	out = cJSON_AddObjectToObject(page, "history");
	strbuf_addf(&url, "/api/v1/careers/%s/salaries/%c%c/history?level=mid",
		    json_str(json_get(doc, "career"), "slug"),
		    country[0] | 0x20, country[1] | 0x20);
	add_text(out, "api_url", &url);
	add_rows(out, doc);
	end = add_axis(out, versions, currency);
	steps = add_steps(out, versions, end);
	career_view_key(out, json_get(out, "steps"));
	add_words(out, doc, steps);
}
