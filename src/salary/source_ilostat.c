/*
 * ILOSTAT: mean monthly earnings of employees by major group of ISCO-08, of
 * all our countries in one CSV. A country may have several surveys for a year;
 * each is a variant of its own.
 */
#include "salary/source_list.h"

#include "base/json.h"
#include "salary/source_member.h"

#define INDICATOR "EAR_EMTA_SEX_OCU_CUR_NB"
#define YEARS 5
#define NOTES "Mean of all employees of the group."

enum column {
	COLUMN_AREA,
	COLUMN_SOURCE,
	COLUMN_INDICATOR,
	COLUMN_SEX,
	COLUMN_GROUP,
	COLUMN_CURRENCY,
	COLUMN_TIME,
	COLUMN_VALUE,
	COLUMN_STATUS,
	COLUMNS
};

static const char *const names[COLUMNS] = {
	"ref_area", "source", "indicator", "sex",	 "classif1",
	"classif2", "time",   "obs_value", "obs_status",
};

static bool ask(struct source_job *job, struct fetch_request *request)
{
	const cJSON *one;
	const char *separator = "&ref_area=";

	if (job->part > 1)
		return false;
	strbuf_addstr(&job->url, "?id=" INDICATOR "_A");
	cJSON_ArrayForEach (one, json_get(job->known, "countries")) {
		strbuf_addf(&job->url, "%s%s", separator,
			    json_str(one, "iso3"));
		separator = "+";
	}
	strbuf_addf(&job->url,
		    "&sex=SEX_T&timefrom=%d&type=code&lang=en&format=.csv",
		    source_year(job) - YEARS);
	request->url = job->url.buf;
	request->accept = "text/csv";
	return true;
}

/* The major group, "1" to "9" and "0"; NULL for totals, skill levels and the
 * classification before. */
static const char *group_of(const char *code)
{
	static const char start[] = "OCU_ISCO08_";
	size_t n = sizeof(start) - 1;

	if (strncmp(code, start, n) != 0 || code[n] < '0' || code[n] > '9' ||
	    code[n + 1])
		return NULL;
	return code + n;
}

static bool is_wanted(const char *const f[COLUMNS])
{
	return strcmp(f[COLUMN_INDICATOR], INDICATOR) == 0 &&
	       strcmp(f[COLUMN_SEX], "SEX_T") == 0 &&
	       group_of(f[COLUMN_GROUP]) &&
	       strcmp(f[COLUMN_CURRENCY], "CUR_TYPE_LCU") == 0 &&
	       *f[COLUMN_VALUE] &&
	       /* B: a break in the series; others are not to be relied on */
	       (!*f[COLUMN_STATUS] || strcmp(f[COLUMN_STATUS], "B") == 0);
}

static bool read_row(struct source_job *job, size_t row,
		     const char *const f[COLUMNS])
{
	const cJSON *country = source_country(job, "iso3", f[COLUMN_AREA]);
	int year, now = source_year(job);
	char day[24];
	struct pay_row pay = {
		.country = json_str(country, "code"),
		.code = group_of(f[COLUMN_GROUP]),
		.observed_on = day,
		.variant = f[COLUMN_SOURCE],
		.currency = json_str(country, "currency"),
		.period = "month",
		.mean = f[COLUMN_VALUE],
		.notes = NOTES,
	};

	if (!country || !is_wanted(f))
		return true;
	if (!source_parse_year(f[COLUMN_TIME], &year))
		return source_fault(job, row, "time",
				    "is '%.40s'; a year is expected",
				    f[COLUMN_TIME]);
	if (!*f[COLUMN_SOURCE])
		return source_fault(job, row, "source", "is empty");
	if (year < now - YEARS || year >= now)
		return true; /* a year that is not over has no mean */
	snprintf(day, sizeof(day), "%d-12-31", year);
	return source_pay(job, row, &pay);
}

static bool read_rows(struct source_job *job, struct csv_stream *csv)
{
	size_t at[COLUMNS];
	struct csv_record record;
	enum csv_result rc;

	if (!source_columns(job, csv, names, COLUMNS, at))
		return false;
	while ((rc = csv_stream_next(csv, &record)) == CSV_RECORD) {
		const char *f[COLUMNS];

		for (size_t i = 0; i < COLUMNS; i++) {
			if (at[i] >= record.count)
				return source_fault(job, record.line, names[i],
						    "is missing; the row has "
						    "%zu fields",
						    record.count);
			f[i] = record.fields[at[i]];
		}
		if (!read_row(job, record.line, f))
			return false;
	}
	if (rc != CSV_END)
		return source_csv_fault(job, csv);
	if (!job->count)
		return source_fault(job, 0, "",
				    "has no row that can be used; is the "
				    "indicator renamed?");
	return true;
}

static bool read_pay(struct source_job *job)
{
	struct csv_stream csv;
	bool ok;

	csv_stream_init(&csv, source_fill, job);
	ok = read_rows(job, &csv);
	csv_stream_release(&csv);
	return ok;
}

const struct source source_ilostat = {
	.code = "ilostat",
	.url = SETTING_ILOSTAT_URL,
	.path = "/data/indicator/",
	.every_days = 7,
	.stale_days = 30,
	.ask = ask,
	.read = read_pay,
};
