/* autopsy-ingest review: what a machine does not decide. */
#include "salary/ingest.h"

#include <pwd.h>
#include <unistd.h>

#include "base/json.h"
#include "base/parse.h"
#include "base/usage.h"
#include "salary/ingest_job.h"

static const char help[] =
	"usage: autopsy-ingest review list [--json]\n"
	"       autopsy-ingest review accept ID [--why TEXT] [--by NAME]\n"
	"       autopsy-ingest review reject ID [--why TEXT] [--by NAME]\n"
	"\n"
	"A source that lost more than a fifth of its rows, moved one by more "
	"than\n"
	"40 %, or is older than what is published, is held: accept publishes "
	"it,\n"
	"reject keeps what is shown.\n"
	"An observation that is more than a quarter away from the figure that "
	"is\n"
	"shown is told of: accept leaves both, reject withdraws the "
	"observation.\n"
	"Who decided and why is kept.\n"
	"  --why TEXT  the reason\n"
	"  --by NAME   who decides; by itself who is logged in\n"
	"Exit: 0 done, 1 there is no such review or it was decided before, 2\n"
	"usage, 75 the database can't be reached, or a run is at it.\n";

struct review {
	const char *verb;
	const char *id;
	const char *why;
	const char *by;
	bool is_json;
	salary_refresh_fn *refresh;
};

static void print_range(const char *words, const cJSON *pay)
{
	static const char *const parts[] = { "low", "median", "high" };
	struct strbuf line = STRBUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		const cJSON *n = json_get(pay, parts[i]);

		if (cJSON_IsNumber(n))
			strbuf_addf(&line, " %s %.0f", parts[i],
				    n->valuedouble);
	}
	printf("     %s:%s %s, of %s\n", words, line.buf,
	       json_str(pay, "currency"), json_str(pay, "observed_on"));
	strbuf_release(&line);
}

static void print_one(const cJSON *one)
{
	const cJSON *id = json_get(one, "id"), *move;
	const cJSON *detail = json_get(one, "detail");
	int shown = 0;

	printf("%.0f  %-12s %-11s %.10s  %s\n", cJSON_GetNumberValue(id),
	       json_str(one, "kind"), json_str(one, "source"),
	       json_str(one, "raised_at"), json_str(one, "subject"));
	if (json_get(detail, "figure")) {
		print_range("is shown", json_get(detail, "figure"));
		print_range("it states", json_get(detail, "states"));
	}
	cJSON_ArrayForEach (move, json_get(detail, "moved")) {
		if (++shown > 5)
			break;
		printf("     %s: %.15g -> %.15g\n", json_str(move, "key"),
		       cJSON_GetNumberValue(json_get(move, "before")),
		       cJSON_GetNumberValue(json_get(move, "after")));
	}
}

static int list(const struct review *r, struct db *db)
{
	enum db_result rc = db_read(db, Q_REVIEW_LIST, DB_NO_PARAMS);
	const cJSON *one;
	cJSON *all;

	if (rc != DB_OK)
		return settle_give_up(db, rc, "can't list reviews");
	if (r->is_json) {
		printf("%s\n", db_value(db, 0, 0));
		return 0;
	}
	all = settle_json(db);
	cJSON_ArrayForEach (one, all)
		print_one(one);
	if (!cJSON_GetArraySize(all))
		puts("nothing waits");
	cJSON_Delete(all);
	return 0;
}

/* What follows from a decision for figures. */
static int follow(const struct review *r, struct db *db, const cJSON *answer)
{
	struct settle settle = { .db = db,
				 .refresh = r->refresh,
				 .cause = "review" };
	bool is_accepted = strcmp(r->verb, "accept") == 0;
	struct strbuf why = STRBUF_INIT;
	char id[24];
	int status = 0;

	/* The API tells it to everybody; who it was stands in the review. */
	strbuf_addf(&why, "review %s, %sed", r->id, r->verb);
	settle.reason = why.buf;
	if (strcmp(json_str(answer, "kind"), "vintage") == 0) {
		if (is_accepted)
			status = ingest_observe(
				&settle, json_str(answer, "source"), why.buf);
	} else if (!is_accepted) {
		snprintf(id, sizeof(id), "%.0f",
			 cJSON_GetNumberValue(json_get(answer, "career_id")));
		status = settle_career(&settle, id, json_str(answer, "slug"));
	}
	strbuf_release(&why);
	return status;
}

static int act(const struct review *r, struct db *db)
{
	bool is_accepted = strcmp(r->verb, "accept") == 0;
	enum db_result rc = db_write(db, Q_REVIEW_DECIDE,
				     DB_PARAMS(r->id, is_accepted ? "t" : "f",
					       r->by, r->why));
	cJSON *answer;
	int status = 1;

	if (rc != DB_OK)
		return settle_give_up(db, rc, "can't decide");
	answer = settle_json(db);
	if (cJSON_IsNull(json_get(answer, "state"))) {
		fprintf(stderr,
			"autopsy-ingest: there is no review %s; 'autopsy-ingest "
			"review list' shows those that wait\n",
			r->id);
	} else if (strcmp(json_str(answer, "state"), "open") != 0) {
		fprintf(stderr, "autopsy-ingest: review %s is %s, by %s: %s\n",
			r->id, json_str(answer, "state"),
			json_str(answer, "decided_by"),
			json_str(answer, "why"));
	} else {
		status = follow(r, db, answer);
		if (!status)
			printf("%sed %s: %s: %s\n", r->verb, r->id,
			       json_str(answer, "source"),
			       json_str(answer, "subject"));
	}
	cJSON_Delete(answer);
	return status;
}

static int decide(const struct review *r, struct db *db)
{
	enum db_result rc = db_read(db, Q_JOB_LOCK, DB_NO_PARAMS);

	if (rc == DB_OK && *db_value(db, 0, 0) != 't') {
		fprintf(stderr, "autopsy-ingest: a run is at it; try again "
				"when it is done\n");
		return EXIT_TRY_LATER;
	}
	if (rc == DB_OK)
		rc = db_begin(db);
	if (rc != DB_OK)
		return settle_give_up(db, rc, "can't begin");
	return settle_end(db, act(r, db), false);
}

/* Who is logged in, also behind sudo; else whose account this runs as. */
static const char *who(void)
{
	static const char *const names[] = { "SUDO_USER", "LOGNAME", "USER" };
	static struct passwd account;
	static char text[1024];
	struct passwd *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *name = getenv(names[i]);

		if (name && *name)
			return name;
	}
	if (getpwuid_r(getuid(), &account, text, sizeof(text), &found) != 0 ||
	    !found)
		return "unknown";
	return found->pw_name;
}

static int run(const struct review *r)
{
	struct db *db = settle_open();
	int status = r->id ? decide(r, db) : list(r, db);

	db_free(db);
	return status;
}

int ingest_review_command(int argc, char **argv, salary_refresh_fn *refresh)
{
	struct review r = { .why = "no reason given",
			    .by = who(),
			    .refresh = refresh };
	bool is_list;
	int64_t id;

	for (int i = 1; i < argc; i++) {
		if (usage_is_help(argv[i])) {
			fputs(help, stdout);
			return 0;
		}
		if (strcmp(argv[i], "--json") == 0)
			r.is_json = true;
		else if (strcmp(argv[i], "--why") == 0 && i + 1 < argc)
			r.why = argv[++i];
		else if (strcmp(argv[i], "--by") == 0 && i + 1 < argc)
			r.by = argv[++i];
		else if (argv[i][0] == '-' || (r.verb && r.id))
			return usage_wrong("autopsy-ingest review",
					   "what is '%.40s' for?", argv[i]);
		else if (!r.verb)
			r.verb = argv[i];
		else
			r.id = argv[i];
	}
	is_list = r.verb && strcmp(r.verb, "list") == 0;
	if (!r.verb || (!is_list && strcmp(r.verb, "accept") != 0 &&
			strcmp(r.verb, "reject") != 0))
		return usage_wrong("autopsy-ingest review",
				   "say list, accept ID or reject ID");
	if (is_list ? r.id != NULL
		    : !r.id || r.is_json || !parse_int(r.id, 1, INT64_MAX, &id))
		return usage_wrong("autopsy-ingest review",
				   is_list ? "list takes no ID"
					   : "name the number of a review, as "
					     "'review list' shows it");
	if (!*r.why)
		return usage_wrong("autopsy-ingest review",
				   "say why, for who asks later: --why TEXT");
	if (!*r.by)
		return usage_wrong("autopsy-ingest review", "--by is empty");
	return run(&r);
}
