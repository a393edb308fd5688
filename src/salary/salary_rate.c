#include "salary/salary_rate.h"

#include "base/parse.h"
#include "base/utf8.h"
#include "salary/salary_row_check.h"

struct rate_check {
	const struct csv *csv;
	const cJSON *reference;
	struct findings *out;
	const struct csv_record *row;
	const char *today;
};

static const char *const names[RATE_COLUMNS] = {
	"kind", "base", "quote", "country", "observed_on", "rate",
};

static const char *field(const struct rate_check *c, enum rate_column column)
{
	return c->row->fields[column];
}

/* "…" and what is wrong with it. */
static void complain(struct rate_check *c, enum rate_column column,
		     const char *problem)
{
	const char *value = field(c, column);

	findings_add(c->out, c->row->line, names[column], "\"%.*s\" %s",
		     utf8_cut(value, 40), value, problem);
}

static void check_kind(struct rate_check *c)
{
	if (strcmp(field(c, RATE_KIND), "year_average") != 0) {
		complain(c, RATE_KIND, "is not written down");
		findings_remedy(c->out, "year_average; other kinds are "
					"fetched");
	}
	if (strcmp(field(c, RATE_BASE), "USD") != 0) {
		complain(c, RATE_BASE, "is not what averages are for one of");
		findings_remedy(c->out, "write USD, and how many of quote "
					"one of it is");
	}
}

static void check_currency(struct rate_check *c)
{
	const cJSON *country = row_find(
		cJSON_GetObjectItemCaseSensitive(c->reference, "countries"),
		"code", field(c, RATE_COUNTRY));
	const char *currency = row_text(country, "currency");

	if (!country) {
		complain(c, RATE_COUNTRY, "is not known");
		findings_remedy(c->out, "an ISO code in capitals, of a "
					"country the site covers");
	} else if (strcmp(field(c, RATE_QUOTE), currency) != 0) {
		findings_add(c->out, c->row->line, names[RATE_QUOTE],
			     "\"%.*s\" is not the currency of %s",
			     utf8_cut(field(c, RATE_QUOTE), 40),
			     field(c, RATE_QUOTE), field(c, RATE_COUNTRY));
		findings_remedy(c->out, "write %s", currency);
	}
}

static void check_day(struct rate_check *c)
{
	const char *value = field(c, RATE_OBSERVED_ON);

	if (!parse_is_date(value) || strcmp(value + 4, "-12-31") != 0) {
		complain(c, RATE_OBSERVED_ON, "is not the last day of a year");
		findings_remedy(c->out, "YYYY-12-31");
	} else if (strcmp(value, c->today) > 0) {
		complain(c, RATE_OBSERVED_ON, "is in the future");
		findings_remedy(c->out, "a year has an average when it is "
					"over");
	}
}

static void check_amount(struct rate_check *c)
{
	const char *value = field(c, RATE_RATE);

	if (!parse_is_decimal(value, false)) {
		complain(c, RATE_RATE, "is not a rate");
		findings_remedy(c->out, "digits, a point before decimals, no "
					"separators, above zero");
	} else if (strcmp(field(c, RATE_QUOTE), field(c, RATE_BASE)) == 0 &&
		   strtod(value, NULL) != 1) {
		complain(c, RATE_RATE, "is not what a currency is of itself");
		findings_remedy(c->out, "write 1");
	}
}

/* Each country once a year, and countries of one currency agree. */
static void check_others(struct rate_check *c)
{
	const struct csv_record *r = c->csv->records + 1;

	for (; r < c->row; r++) {
		if (r->count != RATE_COLUMNS ||
		    strcmp(r->fields[RATE_OBSERVED_ON],
			   field(c, RATE_OBSERVED_ON)) != 0)
			continue;
		if (strcmp(r->fields[RATE_COUNTRY], field(c, RATE_COUNTRY)) ==
		    0) {
			findings_add(c->out, c->row->line, names[RATE_COUNTRY],
				     "is on line %zu already, with this year",
				     r->line);
			findings_remedy(c->out, "keep one of the two");
			return;
		}
		if (strcmp(r->fields[RATE_QUOTE], field(c, RATE_QUOTE)) == 0 &&
		    strtod(r->fields[RATE_RATE], NULL) !=
			    strtod(field(c, RATE_RATE), NULL)) {
			findings_add(c->out, c->row->line, names[RATE_RATE],
				     "%.40s here, %.40s on line %zu for the "
				     "same currency and year",
				     field(c, RATE_RATE), r->fields[RATE_RATE],
				     r->line);
			findings_remedy(c->out, "a currency has one average "
						"a year");
			return;
		}
	}
}

static void check_row(struct rate_check *c)
{
	if (c->row->count != RATE_COLUMNS) {
		findings_add(c->out, c->row->line, "", "has %zu fields",
			     c->row->count);
		findings_remedy(c->out, "%d, as the header says", RATE_COLUMNS);
		return;
	}
	check_kind(c);
	check_currency(c);
	check_day(c);
	check_amount(c);
	check_others(c);
}

bool rate_is_meant(const struct csv *csv)
{
	return csv->count && csv->records[0].count &&
	       strcmp(csv->records[0].fields[0], names[0]) == 0;
}

bool rate_check_header(const struct csv *csv, struct findings *out)
{
	return row_check_names(csv, names, RATE_COLUMNS, "file of rates", out);
}

void rate_check_all(const struct csv *csv, const cJSON *reference,
		    const char *source, struct findings *out)
{
	struct rate_check c = { csv, reference, out, NULL,
				row_text(reference, "today") };

	row_check_registration(reference, source, true, out);
	for (size_t i = 1; i < csv->count; i++) {
		c.row = &csv->records[i];
		check_row(&c);
	}
	if (csv->count < 2) {
		findings_add(out, 1, "", "has no row");
		findings_remedy(out, "a row for each country and year");
	}
}
