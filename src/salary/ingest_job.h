/* What the files of autopsy-ingest run share; nobody else includes this. */
#ifndef SALARY_INGEST_JOB_H
#define SALARY_INGEST_JOB_H

#include "salary/salary_settle.h"
#include "salary/source.h"

struct ingest {
	struct db *db;
	salary_refresh_fn *refresh;
	char run[24];	  /* its number; "" in a dry run */
	const char *from; /* run whose stored replies are read; NULL: fetch */
	bool is_dry_run;
	bool is_named;	 /* somebody chose the sources */
	bool is_due;	 /* only sources whose interval is over */
	bool is_talking; /* somebody watches: progress, and what changed */
	struct strbuf agent;
	struct strbuf summary;
	int64_t figures; /* that changed */
};

/* How a source came out, and what is said of it. */
enum outcome {
	OUTCOME_PUBLISHED,
	OUTCOME_UNCHANGED,
	OUTCOME_HELD,
	OUTCOME_LATER,
	OUTCOME_FAILED,
	OUTCOME_NO_DATABASE, /* said already */
};

enum part_result {
	PART_READY, /* the body is in job->fd */
	PART_NONE,  /* there is no such part, or job->err says why */
	PART_NO_DATABASE,
};

/* Gets job->part, from the net or from what is stored, and stores it. */
enum part_result ingest_part(struct ingest *in,
			     struct source_job *job) WARN_UNUSED;

/* Judges and publishes the rows of a job whose parts are all read, and what
 * follows from them. OUTCOME_FAILED: job->err says why. */
enum outcome ingest_publish(struct ingest *in, struct source_job *job,
			    int64_t *figures) WARN_UNUSED;
/* What follows from the day and from guides: figures age, codes change.
 * Returns the exit status. */
int ingest_age(struct ingest *in);
/* What follows from new evidence of a source, all in the transaction at hand.
 * Returns the exit status. */
int ingest_observe(struct settle *settle, const char *source, const char *why);

/* "1.5 MB" */
void ingest_add_size(struct strbuf *out, int64_t bytes);

#endif
