/* Rows of a source on their way to COPY: judged once, here. */
#include "salary/source.h"

#include "base/json.h"
#include "base/parse.h"
#include "base/utf8.h"

/* Far above what any currency has for a year's pay, and far below where the
 * numbers of figures end. */
#define PAY_END 1e12

static bool is_given(const char *s)
{
	return s && *s;
}

/* What COPY would take for its own is written as it asks for. */
static void add_text(struct strbuf *line, const char *s)
{
	static const char special[] = "\\\t\n\r";
	static const char letters[] = "\\tnr";

	for (; s && *s; s++) {
		const char *at = strchr(special, *s);

		if (at) {
			strbuf_addch(line, '\\');
			strbuf_addch(line, letters[at - special]);
		} else {
			strbuf_addch(line, *s);
		}
	}
	strbuf_addch(line, '\t');
}

static void add_number(struct strbuf *line, const char *s)
{
	strbuf_addstr(line, is_given(s) ? s : "\\N");
	strbuf_addch(line, '\t');
}

static void end_line(struct strbuf *line)
{
	strbuf_truncate(line, line->len - 1);
	strbuf_addch(line, '\n');
}

struct amount {
	const char *name;
	const char *value;
};

/* Each a decimal, and none below the one before it. */
static bool check_amounts(struct source_job *job, size_t row,
			  const struct amount *a, size_t count)
{
	const struct amount *last = NULL;

	for (size_t i = 0; i < count; i++, a++) {
		if (!is_given(a->value))
			continue;
		if (!parse_is_decimal(a->value, false))
			return source_fault(job, row, a->name,
					    "'%.*s' is no amount above zero",
					    utf8_cut(a->value, 40), a->value);
		if (strtod(a->value, NULL) < 1 ||
		    strtod(a->value, NULL) >= PAY_END)
			return source_fault(job, row, a->name,
					    "%s is nobody's pay: it is less "
					    "than 1, or a trillion and more",
					    a->value);
		if (last && strtod(a->value, NULL) < strtod(last->value, NULL))
			return source_fault(job, row, a->name,
					    "%s is less than %s of %s",
					    a->value, last->name, last->value);
		last = a;
	}
	return true;
}

static bool check_pay(struct source_job *job, size_t row,
		      const struct pay_row *p)
{
	const struct amount ordered[] = {
		{ "P10", p->p10 }, { "P25", p->p25 }, { "median", p->median },
		{ "P75", p->p75 }, { "P90", p->p90 },
	};
	const struct amount mean = { "mean", p->mean };
	/* Some cells carry real numbers above the cap of others. */
	const struct amount top_code = { "top code", p->top_code };
	int64_t n;

	if (!is_given(p->code))
		return source_fault(job, row, "code", "is empty");
	if (!source_country(job, "code", p->country))
		return source_fault(job, row, "country",
				    "'%.10s' is no country of ours",
				    p->country);
	if (!source_knows_currency(job, p->currency))
		return source_fault(job, row, "currency",
				    "'%.10s' is no currency of ours",
				    p->currency);
	if (!parse_is_date(p->observed_on) ||
	    strcmp(p->observed_on, json_str(job->known, "today")) > 0)
		return source_fault(job, row, "period",
				    "'%.20s' is no day that has been",
				    p->observed_on);
	if (is_given(p->sample_n) && !parse_int(p->sample_n, 1, INT64_MAX, &n))
		return source_fault(job, row, "sample",
				    "'%.20s' is no number of people",
				    p->sample_n);
	if (is_given(p->precision_pct) &&
	    !parse_is_decimal(p->precision_pct, true))
		return source_fault(job, row, "precision",
				    "'%.20s' is no percentage",
				    p->precision_pct);
	return check_amounts(job, row, ordered, ARRAY_SIZE(ordered)) &&
	       check_amounts(job, row, &mean, 1) &&
	       check_amounts(job, row, &top_code, 1);
}

static bool has_room(struct source_job *job, size_t row,
		     const struct strbuf *rows)
{
	if (rows->is_full)
		return source_fault(job, row, "",
				    "the rows do not fit into 4 MB");
	job->count++;
	return true;
}

bool source_pay(struct source_job *job, size_t row, const struct pay_row *p)
{
	const char *const texts[] = { p->country,     p->code,	  p->title,
				      p->observed_on, p->variant, p->currency,
				      p->period };
	const char *const numbers[] = {
		p->p10,	 p->p25,      p->median,   p->p75,	    p->p90,
		p->mean, p->top_code, p->sample_n, p->precision_pct
	};
	struct strbuf *line = &job->pay;

	if (!check_pay(job, row, p))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		add_text(line, texts[i]);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		add_number(line, numbers[i]);
	add_text(line, p->notes);
	end_line(line);
	return has_room(job, row, line);
}

bool source_rate(struct source_job *job, size_t row, const struct rate_row *r)
{
	struct strbuf *line = &job->rates;

	if (!parse_is_decimal(r->rate, false))
		return source_fault(job, row, "rate",
				    "'%.*s' is no rate above zero",
				    utf8_cut(r->rate, 40), r->rate);
	if (!source_knows_currency(job, r->base) ||
	    !source_knows_currency(job, r->quote))
		return source_fault(job, row, "currency",
				    "'%.10s' or '%.10s' is no currency of ours",
				    r->base, r->quote);
	if (!parse_is_date(r->observed_on) ||
	    strcmp(r->observed_on, json_str(job->known, "today")) > 0)
		return source_fault(job, row, "date",
				    "'%.20s' is no day that has been",
				    r->observed_on);
	add_text(line, r->kind);
	add_text(line, r->base);
	add_text(line, r->quote);
	add_text(line, r->country);
	add_text(line, r->observed_on);
	add_number(line, r->rate);
	end_line(line);
	return has_room(job, row, line);
}
