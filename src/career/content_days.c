/*
 * A day adds up: entries without gap or overlap, all before midnight, and
 * five such days a week that lies within the hours in the page's hero.
 */
#include "career/content_rules.h"

#define DAYS_A_WEEK 5
#define MINUTES_A_DAY (24 * 60)

static const char *const levels[] = { "junior", "mid", "senior", "manager" };

/* Minutes since midnight, -1 if it is no time. */
static int minutes_of(const char *s)
{
	int hours, minutes;

	if (strlen(s) != 5 || s[2] != ':' || strspn(s, "0123456789") != 2 ||
	    strspn(s + 3, "0123456789") != 2)
		return -1;
	hours = (s[0] - '0') * 10 + (s[1] - '0');
	minutes = (s[3] - '0') * 10 + (s[4] - '0');
	return hours < 24 && minutes < 60 ? hours * 60 + minutes : -1;
}

static void check_levels(struct rule *r, const cJSON *days)
{
	const cJSON *day = rule_first(days);

	for (size_t i = 0; day && i < ARRAY_SIZE(levels); i++) {
		const char *level = rule_text(day, "level");

		if (strcmp(level, levels[i]) != 0) {
			rule_at(r, "days.levels[%zu].level", i);
			rule_problem(r, "is \"%s\" where \"%s\" belongs", level,
				     levels[i]);
			findings_remedy(r->out, "each level once, in order: "
						"junior, mid, senior, "
						"manager");
			return;
		}
		day = day->next;
	}
}

static void check_week(struct rule *r, size_t i, int worked)
{
	const cJSON *json = r->guide->json;
	int low = rule_number(json, "facts.hours_per_week.low");
	int high = rule_number(json, "facts.hours_per_week.high");
	int week = worked * DAYS_A_WEEK;

	if (low < 0 || high < 0 || (week >= low * 60 && week <= high * 60))
		return;
	rule_at(r, "days.levels[%zu].entries", i);
	rule_problem(r,
		     "five days of %d worked minutes are %d h %02d min a "
		     "week, facts.hours_per_week says %d to %d",
		     worked, week / 60, week % 60, low, high);
	findings_remedy(r->out,
			"a day without its breaks must have %d to %d "
			"minutes",
			low * 60 / DAYS_A_WEEK, high * 60 / DAYS_A_WEEK);
}

static void check_day(struct rule *r, const cJSON *day, size_t i)
{
	const cJSON *entry = rule_first(rule_get(day, "entries"));
	int end = -1, worked = 0;
	bool is_whole = entry != NULL;

	for (size_t k = 0; entry; entry = entry->next, k++) {
		int start = minutes_of(rule_text(entry, "start"));
		int minutes = rule_number(entry, "minutes");

		if (start < 0 || minutes < 0) {
			is_whole = false;
			end = -1;
			continue;
		}
		if (end >= 0 && start != end) {
			rule_at(r, "days.levels[%zu].entries[%zu].start", i, k);
			rule_problem(r,
				     "%s, but the entry before ends at "
				     "%02d:%02d",
				     rule_text(entry, "start"), end / 60 % 24,
				     end % 60);
			findings_remedy(r->out, "each entry starts when the "
						"one before it ends");
		}
		end = start + minutes;
		if (strcmp(rule_text(entry, "kind"), "break") != 0)
			worked += minutes;
		if (end <= MINUTES_A_DAY)
			continue;
		rule_at(r, "days.levels[%zu].entries[%zu].minutes", i, k);
		rule_problem(r, "ends after midnight");
		findings_remedy(r->out, "a day ends by 24:00");
	}
	if (is_whole)
		check_week(r, i, worked);
}

void rule_days(struct rule *r)
{
	const cJSON *days = rule_get(r->guide->json, "days.levels");
	const cJSON *day = rule_first(days);

	check_levels(r, days);
	for (size_t i = 0; day; day = day->next, i++)
		check_day(r, day, i);
}
