/*
 * A source on the net: one file source_<name>.c and one line in the table of
 * source_table.c. It says what to ask for, and reads what comes into rows.
 * Fetching, storing, judging and publishing are the same for all.
 *
 * What it reads has been stored before. Reading is all or nothing: the first
 * fault ends it, and nothing of the source changes.
 */
#ifndef SALARY_SOURCE_H
#define SALARY_SOURCE_H

#include <cjson/cJSON.h>

#include "base/fetch.h"
#include "base/settings.h"
#include "salary/csv_stream.h"

struct source_job;

struct source {
	const char *code; /* in the register */
	enum setting url; /* base address */
	const char *path; /* appended to it */
	int every_days;	  /* how often it is worth asking */
	int stale_days;	  /* after so long without success something is wrong */
	/*
	 * Fills in the request for job->part, whose url begins with the base
	 * address. False: there is no such part, or, with job->err set, the
	 * job can't go on. job->next is what read() left there.
	 */
	bool (*ask)(struct source_job *job, struct fetch_request *request);
	/* Reads the body of job->part. False with job->err set. */
	bool (*read)(struct source_job *job);
};

/* Names and their texts of a known thing. */
struct source_job {
	const struct source *source;
	int part; /* from 1 */
	/*
	 * {"today": "2026-11-24", "codes": ["15-1252", …] of the guides in the
	 * source's scheme, "countries": [{"code": "US", "iso3": "USA",
	 * "currency": "USD"}, …], "currencies": ["AED", …]}
	 */
	const cJSON *known;
	struct strbuf url;  /* for ask(): to build request->url in */
	struct strbuf post; /* for ask(): to build request->post in */
	struct strbuf next; /* where part + 1 is, by read(); empty: nowhere */
	struct strbuf err;
	bool is_later; /* the fault may pass by itself */

	int fd;		  /* of the body */
	const char *type; /* Content-Type, "" if unknown */
	int64_t body_size;

	/* Rows so far, as COPY takes them without their first column. */
	struct strbuf pay, rates;
	int64_t count;
};

/* The source of that code, NULL if there is none; all of them in order. */
const struct source *source_find(const char *code);
extern const struct source *const source_table[];
extern const size_t source_count;

/*
 * Base address and path of the source into job->url. What the setting has of
 * the path already is not repeated, and the name of a file is taken as it is.
 */
void source_address(struct source_job *job);

/*
 * What is wrong, in job->err: "part 2, row 17, value: is not a number". row
 * from 1, 0 for the body as a whole; field "" for the row as a whole. Returns
 * false, for `return source_fault(…)`.
 */
bool source_fault(struct source_job *job, size_t row, const char *field,
		  const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Pay of one occupation. Amounts are decimals as published; NULL and "" are
 * for none. */
struct pay_row {
	const char *country; /* ISO 3166-1 alpha-2 */
	const char *code;
	const char *title;
	const char *observed_on; /* last day of the period, YYYY-MM-DD */
	const char *variant;
	const char *currency;
	const char *period; /* year, month, week or hour */
	const char *p10, *p25, *median, *p75, *p90, *mean;
	const char *top_code; /* what is missing above is this or more */
	const char *sample_n; /* whole number of people or jobs */
	const char *precision_pct;
	const char *notes;
};

/* Adds a row of the body, its number for faults. False with job->err set. */
bool source_pay(struct source_job *job, size_t row,
		const struct pay_row *p) WARN_UNUSED;

struct rate_row {
	const char *kind; /* spot, year_average or ppp */
	const char *base, *quote;
	const char *country; /* of a yearly rate, "" else */
	const char *observed_on;
	const char *rate; /* units of quote for one of base */
};

bool source_rate(struct source_job *job, size_t row,
		 const struct rate_row *r) WARN_UNUSED;

/* Whether no two rows of all parts are of the same occupation, day and
 * variant, or currencies and day; after the last part. */
bool source_is_distinct(struct source_job *job) WARN_UNUSED;

/* The country whose member name ("code", "iso3") has that value, or NULL. */
const cJSON *source_country(const struct source_job *job, const char *name,
			    const char *value);
bool source_knows_currency(const struct source_job *job, const char *code);
/* This year by job->known. */
int source_year(const struct source_job *job);

/* The body as JSON, at most 4 MB and 50,000 values; the caller deletes it. NULL
 * with job->err set, which says what it is instead. */
cJSON *source_json(struct source_job *job);
/* A decimal of a JSON number, or of a text that is one; NULL for anything
 * else. Valid until the next call with the same buf. */
#define SOURCE_NUMBER 40
const char *source_number(const cJSON *item, char buf[SOURCE_NUMBER]);
/* Fills a buffer from the body: for csv_stream_init(), arg is the job. */
ssize_t source_fill(void *arg, char *buf, size_t len);
/* The fault of a CSV body, at the record that is at fault. */
bool source_csv_fault(struct source_job *job, const struct csv_stream *csv);
/*
 * Where each of the named columns is in the first record. False with
 * job->err set when one is missing, or there is no record.
 */
bool source_columns(struct source_job *job, struct csv_stream *csv,
		    const char *const *names, size_t count,
		    size_t *at) WARN_UNUSED;

#endif
