/* Judges the columns of a row one by one. */
#include "base/parse.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "salary/salary_row_check.h"

#define AMOUNT_DIGITS 12
/* Cents, and the mean of two amounts in cents. */
#define DECIMALS_MAX 3
#define TEXT_MAX 500
#define ADDRESS_MAX 2000

typedef void column_fn(struct row_check *c, const char *value);

/* "is not known; did you mean …", from the list of what is. */
static void complain_unknown(struct row_check *c, enum row_column column,
			     const char *value, const cJSON *list,
			     const char *name, const char *else_remedy)
{
	const cJSON *one = list ? list->child : NULL;
	struct suggest s;

	suggest_init(&s, value);
	for (; one; one = one->next)
		suggest_offer(&s, cJSON_IsString(one) ? one->valuestring
						      : row_text(one, name));
	row_complain(c, column, "\"%.*s\" is not known", utf8_cut(value, 80),
		     value);
	if (s.best)
		findings_remedy(c->out, "did you mean \"%s\"?", s.best);
	else
		findings_remedy(c->out, "%s", else_remedy);
}

static void check_career(struct row_check *c, const char *value)
{
	if (!row_find(row_reference(c, "careers"), "slug", value))
		complain_unknown(c, ROW_CAREER_SLUG, value,
				 row_reference(c, "careers"), "slug",
				 "write the slug of a published career");
}

static void check_country(struct row_check *c, const char *value)
{
	static const char *const aliases[][2] = { { "UK", "GB" },
						  { "UAE", "AE" } };
	const char *only = row_text(row_reference(c, "source"), "country");

	if (*only && strcmp(only, value) != 0) {
		row_complain(c, ROW_COUNTRY,
			     "the source covers %s, not \"%.8s\"", only, value);
		findings_remedy(c->out, "write %s", only);
		return;
	}
	if (row_find(row_reference(c, "countries"), "code", value))
		return;
	row_complain(c, ROW_COUNTRY, "\"%.*s\" is not known",
		     utf8_cut(value, 8), value);
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++) {
		if (strcasecmp(aliases[i][0], value) != 0)
			continue;
		findings_remedy(c->out, "write %s", aliases[i][1]);
		return;
	}
	findings_remedy(c->out, "an ISO code in capitals, of a country the "
				"site covers");
}

static void check_level(struct row_check *c, const char *value)
{
	if (!row_contains(row_reference(c, "levels"), value))
		complain_unknown(c, ROW_LEVEL, value,
				 row_reference(c, "levels"), "",
				 "junior, mid, senior or manager");
}

bool row_parse_amount(const char *s, int64_t *thousandths)
{
	size_t whole = strspn(s, "0123456789");
	bool has_point = s[whole] == '.';
	const char *decimals = s + whole + has_point;
	size_t count = has_point ? strspn(decimals, "0123456789") : 0;
	int64_t n = 0;

	if (!whole || whole > AMOUNT_DIGITS || count > DECIMALS_MAX ||
	    decimals[count] || has_point != (count > 0) ||
	    (s[0] == '0' && whole > 1))
		return false;
	for (size_t i = 0; i < whole; i++)
		n = n * 10 + (s[i] - '0');
	for (size_t i = 0; i < DECIMALS_MAX; i++)
		n = n * 10 + (i < count ? decimals[i] - '0' : 0);
	if (!n)
		return false;
	*thousandths = n;
	return true;
}

static void check_amounts(struct row_check *c)
{
	static const enum row_column columns[] = { ROW_LOW, ROW_MEDIAN,
						   ROW_HIGH };
	int64_t last = 0, n;
	const char *last_name = NULL;
	size_t empty = 0;

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		const char *value = c->row->fields[columns[i]];

		if (!*value) {
			empty++;
		} else if (!row_parse_amount(value, &n)) {
			row_complain(c, columns[i], "\"%.*s\" is not an amount",
				     utf8_cut(value, 40), value);
			findings_remedy(c->out, "digits with at most three "
						"decimals after a point, no "
						"separators, above zero");
		} else {
			if (last_name && n < last) {
				row_complain(c, columns[i], "%s is below %s",
					     value, last_name);
				findings_remedy(c->out, "low <= median <= "
							"high");
			}
			last = n;
			last_name = row_names[columns[i]];
		}
	}
	if (empty < ARRAY_SIZE(columns))
		return;
	row_complain(c, ROW_LOW, "low, median and high are all empty");
	findings_remedy(c->out, "give at least one, or leave the row out");
}

static void check_currency(struct row_check *c, const char *value)
{
	const cJSON *country = row_find(row_reference(c, "countries"), "code",
					c->row->fields[ROW_COUNTRY]);
	const char *want = row_text(country, "currency");

	if (!row_find(row_reference(c, "countries"), "currency", value)) {
		row_complain(c, ROW_CURRENCY, "\"%.*s\" is not known",
			     utf8_cut(value, 8), value);
		findings_remedy(c->out,
				*want ? "write %s"
				      : "an ISO 4217 "
					"code%s",
				want);
	} else if (*want && strcmp(want, value) != 0) {
		row_complain(c, ROW_CURRENCY, "%s is not the currency of %s",
			     value, row_text(country, "code"));
		findings_remedy(c->out, "write %s", want);
	}
}

static void check_period(struct row_check *c, const char *value)
{
	const cJSON *country = row_find(row_reference(c, "countries"), "code",
					c->row->fields[ROW_COUNTRY]);

	if (strcmp(value, "year") == 0 || strcmp(value, "month") == 0 ||
	    strcmp(value, "week") == 0)
		return;
	if (strcmp(value, "hour") != 0) {
		row_complain(c, ROW_PERIOD, "\"%.*s\" is not known",
			     utf8_cut(value, 20), value);
		findings_remedy(c->out, "hour, week, month or year");
	} else if (country && !cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(
				      country, "has_hours"))) {
		row_complain(c, ROW_PERIOD,
			     "the usual hours of %s are not known",
			     row_text(country, "code"));
		findings_remedy(c->out,
				"state pay by week, month or year, or add "
				"the country to salary.hours by a "
				"migration");
	}
}

static void check_pay_basis(struct row_check *c, const char *value)
{
	const char *want = row_text(row_reference(c, "source"), "pay_basis");
	const char *country = c->row->fields[ROW_COUNTRY];

	if (strcmp(value, "base") != 0 && strcmp(value, "total") != 0) {
		row_complain(c, ROW_PAY_BASIS, "\"%.*s\" is not known",
			     utf8_cut(value, 20), value);
		findings_remedy(c->out, "base or total");
		return;
	}
	if (*want && strcmp(want, value) != 0) {
		row_complain(c, ROW_PAY_BASIS,
			     "the source is registered for %s "
			     "pay, not %s",
			     want, value);
		findings_remedy(c->out, "write %s", want);
	}
	for (const struct csv_record *r = c->csv->records + 1; r < c->row;
	     r++) {
		if (r->count != ROW_COLUMNS ||
		    strcmp(r->fields[ROW_COUNTRY], country) != 0 ||
		    strcmp(r->fields[ROW_PAY_BASIS], value) == 0)
			continue;
		row_complain(c, ROW_PAY_BASIS,
			     "%s here, %.20s on line %zu for the "
			     "same country",
			     value, r->fields[ROW_PAY_BASIS], r->line);
		findings_remedy(c->out, "one table has one basis: base or "
					"total");
		return;
	}
}

static void check_source(struct row_check *c, const char *value)
{
	if (strcmp(value, c->source) == 0)
		return;
	row_complain(c, ROW_SOURCE_CODE, "\"%.*s\" is not the source imported",
		     utf8_cut(value, 40), value);
	findings_remedy(c->out, "write %s, or import with --source %.40s",
			c->source, value);
}

static void check_needed(struct row_check *c, enum row_column column)
{
	const char *value = c->row->fields[column];

	if (!value[strspn(value, " \t\r\n")]) {
		row_complain(c, column, "is blank");
		findings_remedy(c->out, "fill it in: a figure without it "
					"can't be shown");
	} else if (strlen(value) > TEXT_MAX) {
		row_complain(c, column, "is longer than %d bytes", TEXT_MAX);
		findings_remedy(c->out, "make it shorter");
	}
}

static void check_url(struct row_check *c, const char *value)
{
	size_t host = strncmp(value, "https://", 8) == 0
			      ? strcspn(value + 8, "/?#")
			      : 0;
	bool is_clean = host > 3 && memchr(value + 8, '.', host) != NULL;

	for (const char *s = value; *s; s++)
		is_clean &= *s > ' ' && *s < 127 && !strchr("\"<>\\", *s);
	if (is_clean && strlen(value) <= ADDRESS_MAX)
		return;
	row_complain(c, ROW_SOURCE_URL, "\"%.*s\" is not an https address",
		     utf8_cut(value, 60), value);
	findings_remedy(c->out, "the page that states the figure, from "
				"https:// on, without blanks");
}

static bool check_date(struct row_check *c, enum row_column column)
{
	const char *value = c->row->fields[column];

	if (!parse_is_date(value)) {
		row_complain(c, column, "\"%.20s\" is not a day", value);
		findings_remedy(c->out, "YYYY-MM-DD");
		return false;
	}
	if (strcmp(value, c->today) <= 0)
		return true;
	row_complain(c, column, "%s is in the future", value);
	findings_remedy(c->out, "at the latest today, %s", c->today);
	return false;
}

static void check_dates(struct row_check *c)
{
	const char *observed = c->row->fields[ROW_OBSERVED_ON];
	const char *recorded = c->row->fields[ROW_RECORDED_ON];
	bool is_observed = check_date(c, ROW_OBSERVED_ON);
	bool is_recorded = check_date(c, ROW_RECORDED_ON);

	if (is_observed && strcmp(observed, c->oldest) < 0) {
		row_complain(c, ROW_OBSERVED_ON, "%s is more than %d years ago",
			     observed, AGE_MAX_YEARS);
		findings_remedy(c->out,
				"at the earliest %s; older pay is no "
				"evidence of today's",
				c->oldest);
	}
	if (is_observed && is_recorded && strcmp(recorded, observed) < 0) {
		row_complain(c, ROW_RECORDED_ON, "%s is before observed_on, %s",
			     recorded, observed);
		findings_remedy(c->out, "a figure is recorded after the "
					"period it describes");
	}
}

static void check_sample(struct row_check *c, const char *value)
{
	int64_t n;

	if (!*value || parse_int(value, 1, INT64_C(999999999999), &n))
		return;
	row_complain(c, ROW_SAMPLE_N, "\"%.*s\" is not a number of people",
		     utf8_cut(value, 40), value);
	findings_remedy(c->out, "a whole number above zero, no separators, "
				"or empty");
}

void row_check_columns(struct row_check *c)
{
	static const struct {
		enum row_column column;
		column_fn *check;
	} columns[] = {
		{ ROW_CAREER_SLUG, check_career },
		{ ROW_COUNTRY, check_country },
		{ ROW_LEVEL, check_level },
		{ ROW_CURRENCY, check_currency },
		{ ROW_PERIOD, check_period },
		{ ROW_PAY_BASIS, check_pay_basis },
		{ ROW_SOURCE_CODE, check_source },
		{ ROW_SOURCE_URL, check_url },
		{ ROW_SAMPLE_N, check_sample },
	};

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		columns[i].check(c, c->row->fields[columns[i].column]);
	check_amounts(c);
	check_needed(c, ROW_SOURCE_TITLE);
	check_needed(c, ROW_RECORDED_BY);
	check_dates(c);
}
