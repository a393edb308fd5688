/* From rows of a file to a vintage, and to what it is judged to be. */
#include "salary/salary_rate.h"

#include "base/json.h"
#include "salary/salary_settle.h"

struct tally {
	int64_t added, changed, unchanged, gone;
};

/* The rows as objects, with the header's names; the caller frees it. */
static char *rows_of(const struct csv *csv)
{
	const struct csv_record *header = csv->records;
	cJSON *rows = cJSON_CreateArray();
	char *text;

	for (size_t i = 1; i < csv->count; i++) {
		cJSON *row = cJSON_CreateObject();

		for (size_t k = 0; k < header->count; k++)
			cJSON_AddStringToObject(row, header->fields[k],
						csv->records[i].fields[k]);
		cJSON_AddItemToArray(rows, row);
	}
	text = cJSON_PrintUnformatted(rows);
	cJSON_Delete(rows);
	return text;
}

static void say_changes(const cJSON *changes, struct tally *t)
{
	const cJSON *one;

	cJSON_ArrayForEach (one, changes) {
		const char *state = json_str(one, "state");
		const char *before = json_str(one, "before");
		const char *after = json_str(one, "after");

		if (strcmp(state, "unchanged") == 0) {
			t->unchanged++;
			continue;
		}
		t->added += !*before;
		t->gone += !*after;
		t->changed += *before && *after;
		printf("%s %s: %s%s%s\n", state, json_str(one, "name"), before,
		       *before && *after ? " -> " : "", after);
	}
}

/* Exit status; *is_known as for rate_record(). */
static int act(struct db *db, const struct rate_file *file, const char *run,
	       const cJSON *verdict, bool *is_known)
{
	const char *word = json_str(verdict, "verdict");
	char rows[24];
	enum db_result rc;

	if (strcmp(word, "published") != 0)
		fprintf(stderr, "autopsy-ingest: %s: %s: %s\n", file->path,
			strcmp(json_str(verdict, "state"), "rejected") == 0
				? "was rejected before"
				: "waits in autopsy-ingest review list",
			json_str(verdict, "subject"));
	*is_known = strcmp(word, "known") == 0;
	if (*is_known)
		return 0;
	snprintf(rows, sizeof(rows), "%zu", file->csv->count - 1);
	rc = db_write(db, Q_SOURCE_RUN_END,
		      DB_PARAMS(run, file->source, word, "1", "0", rows, "0",
				json_str(verdict, "subject")));
	return rc == DB_OK || rc == DB_NONE
		       ? 0
		       : settle_give_up(db, rc, file->source);
}

static int record(struct db *db, const struct rate_file *file, const char *rows,
		  bool *is_known)
{
	enum db_result rc =
		db_write(db, Q_RATES_RECORD,
			 DB_PARAMS(file->source, rows, file->sha256));
	char vintage[24], run[24];
	cJSON *verdict;
	int status;

	if (rc != DB_OK)
		return settle_give_up(db, rc, "can't record rates");
	snprintf(vintage, sizeof(vintage), "%s", db_value(db, 0, 0));
	snprintf(run, sizeof(run), "%s", db_value(db, 0, 1));
	rc = db_write(db, Q_VINTAGE_JUDGE, DB_PARAMS(vintage));
	if (rc != DB_OK)
		return settle_give_up(db, rc, "can't judge rates");
	verdict = settle_json(db);
	status = act(db, file, run, verdict, is_known);
	cJSON_Delete(verdict);
	return status;
}

int rate_record(struct db *db, const struct rate_file *file, bool *is_known)
{
	char *rows = rows_of(file->csv);
	enum db_result rc =
		db_read(db, Q_RATES_COMPARE, DB_PARAMS(file->source, rows));
	struct tally t = { 0 };
	cJSON *changes;
	int status = 0;

	*is_known = false;
	if (rc != DB_OK) {
		cJSON_free(rows);
		return settle_give_up(db, rc, "can't compare rates");
	}
	changes = settle_json(db);
	say_changes(changes, &t);
	cJSON_Delete(changes);
	if (t.added || t.changed || t.gone) {
		status = record(db, file, rows, is_known);
	} else {
		rc = db_write(db, Q_REVIEWS_VOID, DB_PARAMS(file->source));
		if (rc != DB_OK && rc != DB_NONE)
			status = settle_give_up(db, rc, "can't close reviews");
	}
	cJSON_free(rows);
	if (status == 0)
		printf("%lld new, %lld changed, %lld unchanged, %lld gone\n",
		       (long long)t.added, (long long)t.changed,
		       (long long)t.unchanged, (long long)t.gone);
	return status;
}
