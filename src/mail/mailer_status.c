/* autopsy-mailer status: whether mail goes out. */
#include "mail/mailer.h"

#include "base/json.h"
#include "base/usage.h"
#include "mail/mailer_job.h"

/* Somebody sits before a page that says "look into your mailbox". */
#define CONFIRMATION_LATE_S 300

static const char help[] =
	"usage: autopsy-mailer status [--json]\n"
	"\n"
	"Says what waits and for how long, who sends, what was sent, and what\n"
	"went wrong. A mail is unknown when it may or may not have been sent,\n"
	"as often as it may be tried; failed when the relay refused it, or did\n"
	"not take it in time.\n"
	"  --json  {mails: by state, due, held, oldest_due_s,\n"
	"          oldest_confirmation_s, sent_last_hour, sent_last_day,\n"
	"          failed_ids, unknown_ids: the newest 20 each,\n"
	"          relay_trouble: {at, words, is_over}, workers,\n"
	"          suppressions, readers, pending_signups, signup_mode,\n"
	"          problems, is_well}\n"
	"Exit: 0 all is well; 1 a confirmation has been due for over 5 minutes,\n"
	"or mails wait and no worker is alive; 75 the database can't be\n"
	"reached.\n";

static long long count_of(const cJSON *of, const char *name)
{
	int64_t n;

	return json_int(of, name, &n) ? (long long)n : 0;
}

/* 35 s, 12 min, 3 h, 2 days */
static void add_age(struct strbuf *out, int64_t seconds)
{
	static const struct {
		int64_t below, unit;
		const char *name;
	} units[] = {
		{ 120, 1, "s" },
		{ 7200, 60, "min" },
		{ 172800, 3600, "h" },
		{ INT64_MAX, 86400, "days" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (seconds < units[i].below) {
			strbuf_addf(out, "%lld %s",
				    (long long)(seconds / units[i].unit),
				    units[i].name);
			return;
		}
}

static void add_problem(cJSON *list, struct strbuf *words)
{
	cJSON_AddItemToArray(list, cJSON_CreateString(words->buf));
	strbuf_release(words);
}

/* What somebody must look after, as sentences. */
static void judge(cJSON *status)
{
	cJSON *list = cJSON_AddArrayToObject(status, "problems");
	const cJSON *mails = json_get(status, "mails");
	long long waiting =
		count_of(status, "due") + count_of(mails, "sending");
	struct strbuf words = STRBUF_INIT;
	int64_t age;

	if (json_int(status, "oldest_confirmation_s", &age) &&
	    age > CONFIRMATION_LATE_S) {
		strbuf_addstr(&words, "a confirmation has been due for ");
		add_age(&words, age);
		add_problem(list, &words);
	}
	if (waiting && !cJSON_GetArraySize(json_get(status, "workers"))) {
		strbuf_addf(&words, "%lld mail%s and no worker is alive",
			    waiting, waiting == 1 ? " waits" : "s wait");
		add_problem(list, &words);
	}
	cJSON_AddBoolToObject(status, "is_well", !cJSON_GetArraySize(list));
}

/* "3 active, 1 erased"; "none" if there are none. */
static void print_counts(const char *what, const cJSON *counts)
{
	const cJSON *one;

	printf("%-14s", what);
	cJSON_ArrayForEach (one, counts)
		printf("%s%.0f %s", one == counts->child ? "" : ", ",
		       one->valuedouble, one->string);
	puts(cJSON_GetArraySize(counts) ? "" : "none");
}

/* "3: 17, 16, 9", the newest first */
static void print_ids(const char *what, const cJSON *mails, const cJSON *ids)
{
	long long count = count_of(mails, what);
	const cJSON *one;

	printf("%-14s%lld", what, count);
	cJSON_ArrayForEach (one, ids)
		printf("%s%.0f", one == ids->child ? ": " : ", ",
		       one->valuedouble);
	puts(count > cJSON_GetArraySize(ids) ? ", …" : "");
}

static void print_oldest(const cJSON *status)
{
	struct strbuf age = STRBUF_INIT, confirmation = STRBUF_INIT;
	int64_t seconds;

	if (json_int(status, "oldest_due_s", &seconds))
		add_age(&age, seconds);
	if (json_int(status, "oldest_confirmation_s", &seconds))
		add_age(&confirmation, seconds);
	printf("%-14s%s%s%s%s\n", "due for", age.len ? age.buf : "-",
	       confirmation.len ? " (the oldest confirmation for " : "",
	       confirmation.buf, confirmation.len ? ")" : "");
	strbuf_release(&age);
	strbuf_release(&confirmation);
}

/* 2026-11-24T05:17:03Z as 2026-11-24 05:17 UTC */
static void print_relay(const cJSON *trouble)
{
	const char *at = json_str(trouble, "at");

	if (!cJSON_IsObject(trouble))
		printf("%-14s%s\n", "relay", "no trouble in what is kept");
	else
		printf("%-14slast trouble %.10s %.5s UTC%s: %s\n", "relay", at,
		       at + 11,
		       json_is_true(trouble, "is_over") ? ", over" : "",
		       json_str(trouble, "words"));
}

static void print_status(const cJSON *status)
{
	const cJSON *mails = json_get(status, "mails"), *one;
	long long due = count_of(status, "due"),
		  held = count_of(status, "held");
	const cJSON *workers = json_get(status, "workers");

	printf("%-14s%d alive", "workers", cJSON_GetArraySize(workers));
	cJSON_ArrayForEach (one, workers)
		printf("%s%.0f", one == workers->child ? ": " : ", ",
		       one->valuedouble);
	putchar('\n');
	printf("%-14s%lld due, %lld being sent, %lld later, "
	       "%lld held back by the site's limit\n",
	       "queue", due, count_of(mails, "sending"),
	       count_of(mails, "ready") - due - held, held);
	print_oldest(status);
	printf("%-14s%lld; %lld in the last hour, %lld in the last day\n",
	       "sent", count_of(mails, "sent"),
	       count_of(status, "sent_last_hour"),
	       count_of(status, "sent_last_day"));
	print_ids("failed", mails, json_get(status, "failed_ids"));
	print_ids("unknown", mails, json_get(status, "unknown_ids"));
	printf("%-14s%lld\n", "cancelled", count_of(mails, "cancelled"));
	print_relay(json_get(status, "relay_trouble"));
	print_counts("suppressed", json_get(status, "suppressions"));
	print_counts("readers", json_get(status, "readers"));
	printf("%-14s%lld not confirmed yet; the form is %s\n", "sign-ups",
	       count_of(status, "pending_signups"),
	       json_str(status, "signup_mode"));
	cJSON_ArrayForEach (one, json_get(status, "problems"))
		printf("%-14s%s\n", "PROBLEM", json_text(one));
}

static int show(const struct db *db, bool is_json)
{
	cJSON *status =
		cJSON_ParseWithLength(db_value(db, 0, 0), db_length(db, 0, 0));
	char *text;
	bool is_well;

	judge(status);
	is_well = json_is_true(status, "is_well");
	if (is_json) {
		text = cJSON_PrintUnformatted(status);
		puts(text);
		cJSON_free(text);
	} else {
		print_status(status);
	}
	cJSON_Delete(status);
	return is_well ? 0 : 1;
}

static int give_up(const struct db *db, enum db_result rc)
{
	bool is_away = rc == DB_DOWN || rc == DB_BUSY;

	fprintf(stderr, "autopsy-mailer: %s: %s\n",
		is_away ? "the database can't be reached"
			: "can't read the status",
		db_error(db));
	return is_away ? EXIT_TRY_LATER : 1;
}

int mailer_status_command(int argc, char **argv)
{
	bool is_json = false;
	enum db_result rc;
	struct db *db;
	int status;

	for (int i = 1; i < argc; i++) {
		if (usage_is_help(argv[i])) {
			fputs(help, stdout);
			return 0;
		}
		if (strcmp(argv[i], "--json") != 0)
			return usage_wrong("autopsy-mailer status",
					   "what is '%.40s' for?", argv[i]);
		is_json = true;
	}
	db = mailer_open_db();
	rc = db_read(db, Q_MAILER_STATUS, DB_NO_PARAMS);
	status = rc == DB_OK ? show(db, is_json) : give_up(db, rc);
	db_free(db);
	return status;
}
