/* autopsy-ingest status: whether every source still comes. */
#include "salary/ingest.h"

#include "base/json.h"
#include "base/usage.h"
#include "salary/salary_settle.h"
#include "salary/source.h"

static const char help[] =
	"usage: autopsy-ingest status [--json]\n"
	"\n"
	"Says of each source on the net when it last succeeded, how old that\n"
	"is, how many rows are published, when it is due again, and what its\n"
	"last run said. A source that is switched off is never stale.\n"
	"  --json  a list of {source, state, last_success, age_hours, rows,\n"
	"          next_due, last_run, last_outcome, message, reviews}\n"
	"Exit: 0 all is well; 1 a source is stale, was never read, or is not\n"
	"registered; 75 the database can't be reached.\n";

static char *list_sources(void)
{
	cJSON *list = cJSON_CreateArray();
	char *text;

	for (size_t i = 0; i < source_count; i++) {
		const struct source *s = source_table[i];
		cJSON *one = cJSON_CreateObject();

		cJSON_AddStringToObject(one, "code", s->code);
		cJSON_AddNumberToObject(one, "every_days", s->every_days);
		cJSON_AddNumberToObject(one, "stale_days", s->stale_days);
		cJSON_AddItemToArray(list, one);
	}
	text = cJSON_PrintUnformatted(list);
	cJSON_Delete(list);
	return text;
}

static bool is_well(const cJSON *one)
{
	const char *state = json_str(one, "state");

	return strcmp(state, "ok") == 0 || strcmp(state, "disabled") == 0 ||
	       strcmp(state, "running") == 0;
}

static void add_age(struct strbuf *out, const cJSON *one)
{
	int64_t hours;

	if (!json_int(one, "age_hours", &hours))
		strbuf_addstr(out, "-");
	else if (hours < 48)
		strbuf_addf(out, "%lld h", (long long)hours);
	else
		strbuf_addf(out, "%lld days", (long long)hours / 24);
}

/* 2026-11-24T05:17:03Z as 2026-11-24 05:17 */
static void add_minute(struct strbuf *out, const char *iso)
{
	if (*iso)
		strbuf_addf(out, "%.10s %.5s", iso, iso + 11);
	else
		strbuf_addch(out, '-');
}

static void print_one(const cJSON *one)
{
	struct strbuf last = STRBUF_INIT, age = STRBUF_INIT, due = STRBUF_INIT;
	int64_t rows = 0, reviews = 0;

	add_minute(&last, json_str(one, "last_success"));
	add_age(&age, one);
	add_minute(&due, json_str(one, "next_due"));
	if (!json_int(one, "rows", &rows))
		rows = 0;
	if (!json_int(one, "reviews", &reviews))
		reviews = 0;
	printf("%-12s %-13s %-17s %-9s %7lld  %-17s %s",
	       json_str(one, "source"), json_str(one, "state"), last.buf,
	       age.buf, (long long)rows, due.buf,
	       *json_str(one, "last_outcome") ? json_str(one, "last_outcome")
					      : "-");
	if (reviews)
		printf("; %lld waiting, see autopsy-ingest review list",
		       (long long)reviews);
	putchar('\n');
	if (*json_str(one, "message"))
		printf("%12s %s\n", "", json_str(one, "message"));
	strbuf_release(&last);
	strbuf_release(&age);
	strbuf_release(&due);
}

static int print_status(const struct db *db, bool is_json)
{
	cJSON *list = settle_json(db);
	const cJSON *one;
	int status = 0;

	if (is_json)
		printf("%s\n", db_value(db, 0, 0));
	else
		printf("%-12s %-13s %-17s %-9s %7s  %-17s %s\n", "source",
		       "state", "last success", "age", "rows", "next due",
		       "last run");
	cJSON_ArrayForEach (one, list) {
		if (!is_json)
			print_one(one);
		status |= !is_well(one);
	}
	cJSON_Delete(list);
	return status;
}

int ingest_status_command(int argc, char **argv)
{
	bool is_json = false;
	enum db_result rc;
	struct db *db;
	char *sources;
	int status;

	for (int i = 1; i < argc; i++) {
		if (usage_is_help(argv[i])) {
			fputs(help, stdout);
			return 0;
		}
		if (strcmp(argv[i], "--json") != 0)
			return usage_wrong("autopsy-ingest status",
					   "what is '%.40s' for?", argv[i]);
		is_json = true;
	}
	db = settle_open();
	sources = list_sources();
	rc = db_read(db, Q_INGEST_STATUS, DB_PARAMS(sources));
	cJSON_free(sources);
	status = rc == DB_OK ? print_status(db, is_json)
			     : settle_give_up(db, rc, "can't read the status");
	db_free(db);
	return status;
}
