/*
 * Job Bank of Canada: wages of every occupation and region as one CSV file of
 * 18 MB, new each November under a new address.
 * https://open.canada.ca/data/en/dataset/adad580f-76b0-4502-bd05-20c125de9116
 *
 * Columns move from year to year and are found by name. A wage is by the hour
 * or by the year, row by row. Low and high are about P10 and P90. Of 44,000
 * rows those of the whole country are kept.
 */
#include "salary/source_list.h"

enum column {
	NOC,
	TITLE,
	PROVINCE,
	REGION,
	LOW,
	MEDIAN,
	HIGH,
	AVERAGE,
	QUARTILE1,
	QUARTILE3,
	SURVEY,
	PERIOD,
	IS_ANNUAL,
	COLUMNS,
};

static const char *const names[COLUMNS] = {
	[NOC] = "NOC_CNP",
	[TITLE] = "NOC_Title_eng",
	[PROVINCE] = "prov",
	[REGION] = "ER_Code_Code_RE",
	[LOW] = "Low_Wage_Salaire_Minium", /* as they spell it */
	[MEDIAN] = "Median_Wage_Salaire_Median",
	[HIGH] = "High_Wage_Salaire_Maximal",
	[AVERAGE] = "Average_Wage_Salaire_Moyen",
	[QUARTILE1] = "Quartile1_Wage_Salaire_Quartile1",
	[QUARTILE3] = "Quartile3_Wage_Salaire_Quartile3",
	[SURVEY] = "Data_Source_E",
	[PERIOD] = "Reference_Period",
	[IS_ANNUAL] = "Annual_Wage_Flag_Salaire_annuel",
};

static bool ask(struct source_job *job, struct fetch_request *request)
{
	if (job->part > 1)
		return false;
	request->url = job->url.buf;
	request->accept = "text/csv";
	return true;
}

/* "2023-2024" and "2021" end with the last year's December. */
static bool read_period(const char *s, char day[16])
{
	size_t len = strlen(s);
	const char *year = len >= 4 ? s + len - 4 : "";

	if ((len != 4 && (len != 9 || s[4] != '-')) ||
	    strspn(year, "0123456789") != 4 || strspn(s, "0123456789-") != len)
		return false;
	snprintf(day, 16, "%s-12-31", year);
	return true;
}

static bool add_row(struct source_job *job, const struct csv_record *r,
		    const size_t *at)
{
	const char *noc = r->fields[at[NOC]];
	const char *flag = r->fields[at[IS_ANNUAL]];
	struct pay_row pay = { .country = "CA",
			       .title = r->fields[at[TITLE]],
			       .currency = "CAD",
			       .p10 = r->fields[at[LOW]],
			       .p25 = r->fields[at[QUARTILE1]],
			       .median = r->fields[at[MEDIAN]],
			       .p75 = r->fields[at[QUARTILE3]],
			       .p90 = r->fields[at[HIGH]],
			       .mean = r->fields[at[AVERAGE]],
			       .notes = r->fields[at[SURVEY]] };
	char day[16];

	/* Blank where too few were asked. */
	if (!*pay.p10 && !*pay.p25 && !*pay.median && !*pay.p75 && !*pay.p90)
		return true;
	if (strncmp(noc, "NOC_", 4) != 0 || strlen(noc) != 9 ||
	    strspn(noc + 4, "0123456789") != 5)
		return source_fault(job, r->line, names[NOC],
				    "'%.20s' is no code of NOC 2021", noc);
	if (strcmp(flag, "0") != 0 && strcmp(flag, "1") != 0)
		return source_fault(job, r->line, names[IS_ANNUAL],
				    "'%.20s' is neither 0 nor 1", flag);
	if (!read_period(r->fields[at[PERIOD]], day))
		return source_fault(job, r->line, names[PERIOD],
				    "'%.20s' is no year and no two years",
				    r->fields[at[PERIOD]]);
	pay.code = noc + 4;
	pay.period = *flag == '1' ? "year" : "hour";
	pay.observed_on = day;
	return source_pay(job, r->line, &pay);
}

static bool read_rows(struct source_job *job, struct csv_stream *csv)
{
	struct csv_record r;
	enum csv_result rc;
	size_t at[COLUMNS], most = 0;

	if (!source_columns(job, csv, names, COLUMNS, at))
		return false;
	for (size_t i = 0; i < COLUMNS; i++)
		most = at[i] > most ? at[i] : most;
	while ((rc = csv_stream_next(csv, &r)) == CSV_RECORD) {
		if (r.count <= most)
			return source_fault(job, r.line, "",
					    "has %zu fields, fewer than the "
					    "header",
					    r.count);
		if (strcmp(r.fields[at[PROVINCE]], "NAT") == 0 &&
		    strcmp(r.fields[at[REGION]], "ER00") == 0 &&
		    !add_row(job, &r, at))
			return false;
	}
	return rc == CSV_END || source_csv_fault(job, csv);
}

static bool read_body(struct source_job *job)
{
	struct csv_stream csv;
	bool ok;

	csv_stream_init(&csv, source_fill, job);
	ok = read_rows(job, &csv);
	csv_stream_release(&csv);
	return ok;
}

const struct source source_jobbank = {
	.code = "jobbank",
	.url = SETTING_JOBBANK_URL,
	.path = "/data/dataset/adad580f-76b0-4502-bd05-20c125de9116/resource/"
		"9da94d63-b178-4a64-aeb3-b6a3bd721ad2/download/"
		"2a71-das-wage2025opendata-esdc-all-19nov2025-vf.csv",
	.every_days = 7,
	.stale_days = 21,
	.ask = ask,
	.read = read_body,
};
