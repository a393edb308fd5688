/*
 * An axis of money from zero to a round amount above all that is drawn, and
 * places on it. They are percent and a page sets no viewBox, so words keep
 * their size on every screen.
 */
#include "career/career_view.h"

#include "base/json.h"
#include "salary/money.h"

#define MAX_STEPS 4

void career_view_raise(int64_t *most, const cJSON *money, const char *currency)
{
	struct money m;

	if (!money_read(money, &m) || strcmp(m.currency, currency) != 0)
		return;
	if (m.low > *most)
		*most = m.low;
	if (m.median > *most)
		*most = m.median;
	if (m.high > *most)
		*most = m.high;
}

/* The least of 1, 2, 2.5 and 5 times a power of ten that is enough. */
static int64_t round_step(int64_t least)
{
	int64_t power = 1;

	while (power * 10 < least && power < INT64_MAX / 100)
		power *= 10;
	if (least <= power)
		return power;
	if (least <= power * 2)
		return power * 2;
	if (power > 1 && least <= power / 2 * 5)
		return power / 2 * 5;
	return least <= power * 5 ? power * 5 : power * 10;
}

static int64_t per_mille(int64_t part, int64_t whole)
{
	if (whole <= 0 || part <= 0)
		return 0;
	/* What lies beyond the axis is drawn at its end. */
	if (part >= whole || part > INT64_MAX / 2000)
		return 1000;
	return (part * 2000 / whole + 1) / 2;
}

double career_view_percent(int64_t part, int64_t whole)
{
	return (double)per_mille(part, whole) / 10;
}

double career_view_width(int64_t from, int64_t to, int64_t whole)
{
	int64_t width = per_mille(to, whole) - per_mille(from, whole);

	return width > 0 ? (double)width / 10 : 0;
}

static void add_ticks(cJSON *plot, const char *currency, int64_t step,
		      int steps)
{
	cJSON *ticks = cJSON_AddArrayToObject(plot, "ticks");

	for (int i = 0; i <= steps; i++) {
		/* A phone has no room for words at these. */
		bool is_between = steps % 2 ? i == steps - 1 && i : i % 2;
		cJSON *tick = cJSON_CreateObject();
		struct strbuf sb = STRBUF_INIT;

		cJSON_AddNumberToObject(tick, "x",
					career_view_percent(i, steps));
		if (i)
			money_add_amount(&sb, currency, i * step);
		else
			strbuf_addch(&sb, '0');
		cJSON_AddStringToObject(tick, "text", sb.buf);
		cJSON_AddStringToObject(tick, "anchor",
					i == 0	     ? "start"
					: i == steps ? "end"
						     : "middle");
		cJSON_AddStringToObject(tick, "place",
					is_between && steps > 2 ? "between"
								: "main");
		cJSON_AddItemToArray(ticks, tick);
		strbuf_release(&sb);
	}
}

int64_t career_view_ticks(cJSON *plot, const char *currency, int64_t most)
{
	int64_t step;
	int steps;

	if (most > INT64_MAX / 100)
		most = INT64_MAX / 100;
	step = round_step(most / MAX_STEPS + 1);
	steps = (int)(most / step) + 1;
	add_ticks(plot, currency, step, steps);
	return step * steps;
}
