/* From rows that were read to figures: one transaction a source. */
#include "salary/ingest_job.h"

#include "base/json.h"

/* Rows on their way into a table, each behind the number of its vintage. */
struct lines {
	const char *rest, *end;
	char vintage[24];
};

static int next_lines(void *arg, struct strbuf *chunk)
{
	struct lines *l = arg;

	while (l->rest < l->end && chunk->len < 65536) {
		const char *nl =
			memchr(l->rest, '\n', (size_t)(l->end - l->rest));
		size_t len = (size_t)(nl - l->rest) + 1;

		strbuf_addstr(chunk, l->vintage);
		strbuf_addch(chunk, '\t');
		strbuf_add(chunk, l->rest, len);
		l->rest += len;
	}
	return l->rest < l->end;
}

static enum db_result copy_rows(struct db *db, enum query q,
				const struct strbuf *rows, const char *vintage)
{
	struct lines lines = { .rest = rows->buf,
			       .end = rows->buf + rows->len };

	if (!rows->len)
		return DB_OK;
	snprintf(lines.vintage, sizeof(lines.vintage), "%s", vintage);
	return db_copy(db, q, next_lines, &lines);
}

int ingest_observe(struct settle *settle, const char *source, const char *why)
{
	enum db_result rc = db_write(settle->db, Q_OBSERVE,
				     DB_PARAMS(source, "autopsy-ingest"));
	cJSON *careers = cJSON_CreateArray();
	const cJSON *one;
	int status = 0;

	if (rc != DB_OK && rc != DB_NONE)
		status = settle_give_up(settle->db, rc, "can't observe");
	for (int i = 0; rc == DB_OK && i < db_rows(settle->db); i++) {
		cJSON *career = cJSON_CreateObject();

		for (int k = 0; k < 3; k++)
			cJSON_AddStringToObject(career,
						(const char *[]){ "id", "slug",
								  "cause" }[k],
						db_value(settle->db, i, k));
		cJSON_AddItemToArray(careers, career);
	}
	cJSON_ArrayForEach (one, careers) {
		if (status)
			break;
		settle->reason = why;
		settle->cause = json_str(one, "cause");
		status = settle_career(settle, json_str(one, "id"),
				       json_str(one, "slug"));
	}
	settle->reason = settle->cause = NULL;
	cJSON_Delete(careers);
	return status;
}

/* A dry run has no run yet; its rows need one, for as long as they last. */
static enum db_result begin(struct ingest *in, const struct source_job *job,
			    bool *is_ours)
{
	enum db_result rc = db_begin(in->db);

	if (rc != DB_OK)
		return rc;
	if (!in->is_dry_run) {
		rc = db_read(in->db, Q_JOB_HOLD, DB_NO_PARAMS);
		*is_ours = rc != DB_OK || *db_value(in->db, 0, 0) == 't';
		return rc;
	}
	rc = db_write(in->db, Q_JOB_BEGIN, DB_PARAMS("{}"));
	if (rc == DB_OK) {
		snprintf(in->run, sizeof(in->run), "%s",
			 db_value(in->db, 0, 0));
		rc = db_write(in->db, Q_SOURCE_RUN_BEGIN,
			      DB_PARAMS(in->run, job->source->code));
	}
	return rc;
}

/* The rows into a vintage of their own; *verdict, which the caller frees. */
static enum db_result judge(struct ingest *in, const struct source_job *job,
			    cJSON **verdict)
{
	enum db_result rc = db_write(in->db, Q_VINTAGE_INSERT,
				     DB_PARAMS(job->source->code, in->run));
	char vintage[24];

	if (rc != DB_OK)
		return rc;
	snprintf(vintage, sizeof(vintage), "%s", db_value(in->db, 0, 0));
	rc = copy_rows(in->db, Q_STATISTIC_COPY, &job->pay, vintage);
	if (rc == DB_OK)
		rc = copy_rows(in->db, Q_RATE_COPY, &job->rates, vintage);
	if (rc == DB_OK)
		rc = db_write(in->db, Q_VINTAGE_JUDGE, DB_PARAMS(vintage));
	if (rc == DB_OK)
		*verdict = settle_json(in->db);
	return rc;
}

static void say_held(struct source_job *job, const cJSON *verdict)
{
	double id = cJSON_GetNumberValue(json_get(verdict, "review"));
	const char *subject = json_str(verdict, "subject");

	if (strcmp(json_str(verdict, "state"), "rejected") == 0)
		strbuf_addf(&job->err,
			    "was rejected before, in review %.0f: %s", id,
			    subject);
	else
		strbuf_addf(&job->err,
			    "waits for a person: %s; autopsy-ingest review "
			    "list shows it, as number %.0f",
			    subject, id);
}

/* Ends the transaction by the verdict. */
static enum outcome act(struct ingest *in, struct source_job *job,
			const cJSON *verdict, struct settle *settle)
{
	const char *word = json_str(verdict, "verdict");
	bool is_new = strcmp(word, "published") == 0;
	bool is_same = strcmp(word, "unchanged") == 0;
	struct strbuf why = STRBUF_INIT;
	enum db_result rc = DB_OK;
	int status = 0;

	if (!json_int(verdict, "rows", &job->count))
		job->count = 0;
	if (is_new) {
		strbuf_addf(&why, "%s, run %s", job->source->code, in->run);
		status = ingest_observe(settle, job->source->code, why.buf);
		strbuf_release(&why);
	}
	/* What says nothing new leaves no rows behind. */
	if (status || in->is_dry_run || is_same || strcmp(word, "known") == 0)
		db_rollback(in->db);
	else
		rc = db_commit(in->db);
	if (rc == DB_OK && is_same && !in->is_dry_run)
		rc = db_write(in->db, Q_REVIEWS_VOID,
			      DB_PARAMS(job->source->code));
	if (rc != DB_OK && rc != DB_NONE)
		status = settle_give_up(in->db, rc, job->source->code);
	if (status == EXIT_TRY_LATER)
		return OUTCOME_NO_DATABASE;
	if (status) {
		strbuf_addf(&job->err, "no figures can be made of it (%s)",
			    db_error(in->db));
		return OUTCOME_FAILED;
	}
	if (is_new || is_same)
		return is_new ? OUTCOME_PUBLISHED : OUTCOME_UNCHANGED;
	say_held(job, verdict);
	return OUTCOME_HELD;
}

enum outcome ingest_publish(struct ingest *in, struct source_job *job,
			    int64_t *figures)
{
	struct settle settle = { .db = in->db,
				 .refresh = in->refresh,
				 .is_quiet = !in->is_talking &&
					     !in->is_dry_run };
	enum outcome outcome = OUTCOME_FAILED;
	cJSON *verdict = NULL;
	bool is_ours = true;
	enum db_result rc = begin(in, job, &is_ours);

	if (rc == DB_OK && is_ours)
		rc = judge(in, job, &verdict);
	if (!is_ours) {
		strbuf_addstr(&job->err, "another run has begun meanwhile");
		outcome = OUTCOME_LATER;
		db_rollback(in->db);
	} else if (rc == DB_OK) {
		outcome = act(in, job, verdict, &settle);
		*figures = outcome == OUTCOME_PUBLISHED ? settle.changed : 0;
	} else if (rc == DB_CONFLICT || rc == DB_ERROR) {
		strbuf_addf(&job->err, "the database refuses a row (%s%s%s)",
			    db_error(in->db),
			    *db_constraint(in->db) ? ", " : "",
			    db_constraint(in->db));
		db_rollback(in->db);
	} else {
		settle_give_up(in->db, rc, job->source->code);
		outcome = OUTCOME_NO_DATABASE;
		db_rollback(in->db);
	}
	cJSON_Delete(verdict);
	return outcome;
}

/* One career of the daily round, in a transaction of its own. */
static int age_one(struct ingest *in, struct settle *settle, const char *id,
		   const char *slug)
{
	enum db_result rc = db_begin(in->db);

	if (rc != DB_OK)
		return settle_give_up(in->db, rc, slug);
	return settle_end(in->db, settle_career(settle, id, slug), false);
}

int ingest_age(struct ingest *in)
{
	struct settle settle = { .db = in->db,
				 .refresh = in->refresh,
				 .is_quiet = !in->is_talking };
	enum db_result rc = db_begin(in->db);
	cJSON *careers = cJSON_CreateObject();
	const cJSON *one;
	int status;

	status = rc == DB_OK ? ingest_observe(&settle, NULL,
					      "the guide's codes changed")
			     : settle_give_up(in->db, rc, "can't begin");
	if (rc == DB_OK)
		status = settle_end(in->db, status, false);
	rc = status ? DB_NONE
		    : db_read(in->db, Q_CAREERS_PUBLISHED, DB_NO_PARAMS);
	for (int i = 0; rc == DB_OK && i < db_rows(in->db); i++)
		cJSON_AddStringToObject(careers, db_value(in->db, i, 1),
					db_value(in->db, i, 0));
	if (rc != DB_OK && rc != DB_NONE)
		status = settle_give_up(in->db, rc, "can't list careers");
	settle.is_ageing = true;
	settle.reason = "the evidence is older than it was";
	settle.cause = "ageing";
	cJSON_ArrayForEach (one, careers)
		if (!status)
			status = age_one(in, &settle, one->valuestring,
					 one->string);
	in->figures += settle.changed;
	cJSON_Delete(careers);
	return status;
}
