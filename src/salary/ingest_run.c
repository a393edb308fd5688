/* autopsy-ingest run: one source after the other, each for itself. */
#include "salary/ingest.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/parse.h"
#include "base/suggest.h"
#include "base/usage.h"
#include "salary/ingest_job.h"

#define LONGEST_MS INT64_C(300000)
#define ROWS_MAX ((size_t)4 << 20)
#define BODIES_MAX ((int64_t)64 << 20) /* of all parts of a source */

static const char help[] =
	"usage: autopsy-ingest run [SOURCE…] [--due] [--dry-run]\n"
	"                          [--from-raw RUN]\n"
	"\n"
	"Fetches pay and exchange rates, stores every reply as it came, and\n"
	"publishes what it says, each source for itself: one that can't be\n"
	"reached or sends what can't be read leaves its figures as they were.\n"
	"One that changed too much waits; see 'autopsy-ingest review'.\n"
	"  SOURCE          only these; all without\n"
	"  --due           only those whose interval is over; for cron\n"
	"  --dry-run       print what would change, write nothing\n"
	"  --from-raw RUN  fetch nothing: read again what RUN has stored\n"
	"Exit: 0 done, nothing new, or another run is at it; 1 a source can't\n"
	"be used; 2 usage; 75 try later: a source or the database is away.\n"
	"\n"
	"Sources:";

static const char *const words[] = {
	[OUTCOME_PUBLISHED] = "published", [OUTCOME_UNCHANGED] = "unchanged",
	[OUTCOME_HELD] = "held",	   [OUTCOME_LATER] = "later",
	[OUTCOME_FAILED] = "failed",	   [OUTCOME_NO_DATABASE] = "later",
};

/* What one source brings on the way. */
struct course {
	struct source_job job;
	enum outcome outcome;
	int parts;
	int64_t size, rows, figures;
};

void ingest_add_size(struct strbuf *out, int64_t bytes)
{
	if (bytes < 10000)
		strbuf_addf(out, "%lld B", (long long)bytes);
	else if (bytes < 10000000)
		strbuf_addf(out, "%lld kB", (long long)bytes / 1000);
	else
		strbuf_addf(out, "%.1f MB", (double)bytes / 1e6);
}

/* One line that is written over, where somebody watches. */
static void show_progress(const struct ingest *in, const struct course *c,
			  const char *doing)
{
	struct strbuf size = STRBUF_INIT;

	if (!in->is_talking)
		return;
	ingest_add_size(&size, c->size);
	fprintf(stderr, "\r\033[K%s: part %d, %s, %lld rows, %s",
		c->job.source->code, c->job.part, size.buf,
		(long long)c->job.count, doing);
	fflush(stderr);
	strbuf_release(&size);
}

static void hide_progress(const struct ingest *in)
{
	if (in->is_talking)
		fputs("\r\033[K", stderr);
}

/* All parts, each stored before it is read. False with the outcome set. */
static bool read_parts(struct ingest *in, struct course *c)
{
	struct source_job *job = &c->job;
	int64_t from = clock_ms();

	for (job->part = 1;; job->part++) {
		enum part_result got;

		if (clock_ms() - from > LONGEST_MS) {
			job->is_later = true;
			source_fault(job, 0, "",
				     "the parts before it took more than five "
				     "minutes; others wait");
			break;
		}

		show_progress(in, c, in->from ? "reading" : "asking");
		got = ingest_part(in, job);
		if (got == PART_NO_DATABASE) {
			c->outcome = OUTCOME_NO_DATABASE;
			return false;
		}
		if (got == PART_NONE)
			break;
		c->parts++;
		c->size += job->body_size;
		show_progress(in, c, "reading");
		if (c->size > BODIES_MAX)
			source_fault(job, 0, "",
				     "with those before it is larger than 64 "
				     "MB");
		if (job->err.len || !job->source->read(job))
			break;
	}
	/* What is wrong with all parts together is told of the last one. */
	if (!job->err.len)
		job->part = c->parts;
	if (!job->err.len && !job->count)
		source_fault(job, 0, "", "there is no row in it");
	if (!job->err.len && source_is_distinct(job))
		return true;
	c->outcome = job->is_later ? OUTCOME_LATER : OUTCOME_FAILED;
	return false;
}

/* What adapters may refer to; false with the outcome set. */
static bool know(struct ingest *in, struct course *c, cJSON **known)
{
	struct source_job *job = &c->job;
	enum db_result rc =
		db_read(in->db, Q_SOURCE_KNOWN, DB_PARAMS(job->source->code));
	const cJSON *is_enabled;

	if (rc != DB_OK) {
		settle_give_up(in->db, rc, job->source->code);
		c->outcome = OUTCOME_NO_DATABASE;
		return false;
	}
	*known = settle_json(in->db);
	job->known = *known;
	is_enabled = json_get(*known, "is_enabled");
	c->outcome = OUTCOME_FAILED;
	if (cJSON_IsNull(is_enabled))
		strbuf_addstr(&job->err, "is not in the register of sources; "
					 "run 'autopsy-ingest sources FILE'");
	else if (!cJSON_IsTrue(is_enabled))
		strbuf_addstr(&job->err, "is switched off in the register");
	else if (strcmp(json_str(*known, "collection_mode"), "curated") == 0)
		strbuf_addstr(&job->err, "is registered as curated: it may not "
					 "be collected by machine");
	return !job->err.len;
}

static enum db_result note_end(struct ingest *in, const struct course *c)
{
	const int64_t numbers[] = { c->parts, c->size, c->rows, c->figures };
	char text[ARRAY_SIZE(numbers)][24];

	if (in->is_dry_run)
		return DB_OK;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		snprintf(text[i], sizeof(text[i]), "%lld",
			 (long long)numbers[i]);
	return db_write(in->db, Q_SOURCE_RUN_END,
			DB_PARAMS(in->run, c->job.source->code,
				  words[c->outcome], text[0], text[1], text[2],
				  text[3], c->job.err.buf));
}

/* "bls published 63 rows (61 kB, 4 figures changed)" */
static void sum_up(struct ingest *in, const struct course *c)
{
	struct strbuf *out = &in->summary;

	if (out->len)
		strbuf_addstr(out, "; ");
	strbuf_addf(out, "%s %s", c->job.source->code, words[c->outcome]);
	if (c->outcome == OUTCOME_PUBLISHED) {
		strbuf_addf(out, " %lld row%s (", (long long)c->rows,
			    c->rows == 1 ? "" : "s");
		ingest_add_size(out, c->size);
		strbuf_addf(out, ", %lld figure%s changed)",
			    (long long)c->figures, c->figures == 1 ? "" : "s");
	}
}

static void say(const struct ingest *in, const struct course *c)
{
	if (!c->job.err.len || c->outcome == OUTCOME_NO_DATABASE)
		return;
	fprintf(stderr, "autopsy-ingest: %s: ", c->job.source->code);
	if (in->is_dry_run)
		fprintf(stderr, "dry run: %s\n", c->job.err.buf);
	else
		fprintf(stderr, "run %s: %s\n", in->run, c->job.err.buf);
}

static void release(struct source_job *job)
{
	if (job->fd >= 0)
		close(job->fd);
	free((char *)job->type);
	strbuf_release(&job->url);
	strbuf_release(&job->post);
	strbuf_release(&job->next);
	strbuf_release(&job->err);
	strbuf_release(&job->pay);
	strbuf_release(&job->rates);
}

static void go(struct ingest *in, struct course *c)
{
	cJSON *known = NULL;

	if (know(in, c, &known) && read_parts(in, c)) {
		show_progress(in, c, "publishing");
		c->outcome = ingest_publish(in, &c->job, &c->figures);
		c->rows = c->job.count;
	}
	cJSON_Delete(known);
}

static enum outcome run_source(struct ingest *in, const struct source *source)
{
	struct course c = {
		.job = { .source = source, .fd = -1, .type = xstrdup("") },
		.outcome = OUTCOME_NO_DATABASE
	};
	enum db_result rc = DB_OK;

	strbuf_init(&c.job.url);
	strbuf_init(&c.job.post);
	strbuf_init(&c.job.next);
	strbuf_init_capped(&c.job.err, 1000);
	strbuf_init_capped(&c.job.pay, ROWS_MAX);
	strbuf_init_capped(&c.job.rates, ROWS_MAX);
	if (!in->is_dry_run)
		rc = db_write(in->db, Q_SOURCE_RUN_BEGIN,
			      DB_PARAMS(in->run, source->code));
	if (rc == DB_CONFLICT) {
		strbuf_addstr(&c.job.err, "is not in the register of sources; "
					  "run 'autopsy-ingest sources FILE'");
		c.outcome = OUTCOME_FAILED;
	} else if (rc != DB_OK && rc != DB_NONE) {
		settle_give_up(in->db, rc, source->code);
	} else {
		go(in, &c);
		hide_progress(in);
		if (c.outcome == OUTCOME_NO_DATABASE && !c.job.err.len)
			strbuf_addstr(&c.job.err,
				      "the database could not be reached");
		rc = note_end(in, &c);
		if (rc != DB_OK && rc != DB_NONE)
			settle_give_up(in->db, rc, source->code);
	}
	say(in, &c);
	sum_up(in, &c);
	in->figures += c.figures;
	release(&c.job);
	return c.outcome;
}

/* Who names a source gets it, or is told why not. */
static bool is_wanted(struct ingest *in, const struct source *source)
{
	char days[12];

	if (in->is_named && !in->is_due)
		return true;
	snprintf(days, sizeof(days), "%d", source->every_days);
	return db_read(in->db, Q_SOURCE_WANTED,
		       DB_PARAMS(source->code, in->is_due ? days : NULL)) !=
		       DB_OK ||
	       *db_value(in->db, 0, 0) == 't';
}

/* Leaves of the list what the run to read again has stored; the status. */
static int keep_stored(struct ingest *in, const struct source **list,
		       size_t *count)
{
	enum db_result rc = db_read(in->db, Q_RUN_STORED, DB_PARAMS(in->from));
	size_t kept = 0;

	if (rc != DB_OK && rc != DB_NONE)
		return settle_give_up(in->db, rc, "can't look at the run");
	for (size_t i = 0; i < *count; i++)
		for (int k = 0; k < db_rows(in->db); k++)
			if (strcmp(db_value(in->db, k, 0), list[i]->code) == 0)
				list[kept++] = list[i];
	*count = kept;
	if (kept)
		return 0;
	fprintf(stderr,
		"autopsy-ingest: run %s has stored no reply of what is asked "
		"for\n",
		in->from);
	return 1;
}

static int run_all(struct ingest *in, const struct source **list, size_t count)
{
	int status = in->from ? keep_stored(in, list, &count) : 0, aged;

	for (size_t i = 0; i < count; i++) {
		enum outcome outcome;

		if (!is_wanted(in, list[i]))
			continue;
		outcome = run_source(in, list[i]);
		if (outcome == OUTCOME_NO_DATABASE)
			return EXIT_TRY_LATER;
		if (outcome == OUTCOME_FAILED)
			status = 1;
		if (outcome == OUTCOME_LATER && !status)
			status = EXIT_TRY_LATER;
	}
	aged = in->is_dry_run ? 0 : ingest_age(in);
	return status == 1 || !aged ? status : aged;
}

/* True when the lock is ours; *status is for when it is not. */
static bool take_lock(struct ingest *in, int *status)
{
	enum db_result rc = db_read(in->db, Q_JOB_LOCK, DB_NO_PARAMS);
	const char *since;

	if (rc != DB_OK) {
		*status = settle_give_up(in->db, rc, "can't take the lock");
		return false;
	}
	if (*db_value(in->db, 0, 0) == 't')
		return true;
	since = db_value(in->db, 0, 1);
	printf("another run is at it%s%s%s; nothing is done\n",
	       since ? ", since " : "", since ? since : "",
	       since ? " UTC" : "");
	*status = 0;
	return false;
}

static bool begin_run(struct ingest *in, int *status)
{
	struct strbuf detail = STRBUF_INIT;
	char host[256] = "";
	enum db_result rc;
	int64_t killed = 0;

	if (!take_lock(in, status))
		return false;
	if (in->is_dry_run)
		return true;
	gethostname(host, sizeof(host) - 1);
	strbuf_addf(&detail, "{\"host\":\"%s\",\"pid\":%d", host, getpid());
	if (in->from)
		strbuf_addf(&detail, ",\"from_raw\":%s", in->from);
	strbuf_addch(&detail, '}');
	rc = db_write(in->db, Q_JOB_BEGIN, DB_PARAMS(detail.buf));
	strbuf_release(&detail);
	if (rc != DB_OK) {
		*status = settle_give_up(in->db, rc, "can't begin");
		return false;
	}
	snprintf(in->run, sizeof(in->run), "%s", db_value(in->db, 0, 0));
	if (parse_int(db_value(in->db, 0, 1), 1, INT64_MAX, &killed))
		fprintf(stderr,
			"autopsy-ingest: a former run was killed; its figures "
			"are whole, and it is marked\n");
	return true;
}

static int end_run(struct ingest *in, int status)
{
	const char *outcome = status == 0		 ? "done"
			      : status == EXIT_TRY_LATER ? "later"
							 : "failed";
	cJSON *detail = cJSON_CreateObject();
	enum db_result rc = DB_OK;
	char *text;

	if (!in->summary.len)
		strbuf_addstr(&in->summary,
			      in->from	   ? "nothing is stored to be read"
			      : in->is_due ? "no source is due"
					   : "every source is switched off");
	if (in->is_dry_run) {
		printf("%s\ndry run: nothing is written\n", in->summary.buf);
		cJSON_Delete(detail);
		return status;
	}
	cJSON_AddStringToObject(detail, "summary", in->summary.buf);
	cJSON_AddNumberToObject(detail, "figures", (double)in->figures);
	text = cJSON_PrintUnformatted(detail);
	rc = db_write(in->db, Q_JOB_END, DB_PARAMS(in->run, outcome, text));
	cJSON_free(text);
	cJSON_Delete(detail);
	printf("run %s: %s; %lld figure%s changed\n", in->run, in->summary.buf,
	       (long long)in->figures, in->figures == 1 ? "" : "s");
	return rc == DB_OK || rc == DB_NONE
		       ? status
		       : settle_give_up(in->db, rc, "can't end the run");
}

static int run(struct ingest *in, const struct source **list, size_t count)
{
	int status = 0;

	strbuf_addf(&in->agent, "JobAutopsy/%s (+%s/methodology; %s)", VERSION,
		    settings_str(SETTING_SITE_URL),
		    settings_str(SETTING_CONTACT));
	in->is_talking = isatty(STDERR_FILENO);
	in->db = settle_open();
	if (begin_run(in, &status))
		status = end_run(in, run_all(in, list, count));
	db_free(in->db);
	strbuf_release(&in->agent);
	strbuf_release(&in->summary);
	return status;
}

static void print_help(void)
{
	fputs(help, stdout);
	for (size_t i = 0; i < source_count; i++)
		printf(" %s", source_table[i]->code);
	putchar('\n');
}

static int no_such_source(const char *name)
{
	struct suggest s;

	suggest_init(&s, name);
	for (size_t i = 0; i < source_count; i++)
		suggest_offer(&s, source_table[i]->code);
	if (s.best)
		return usage_wrong("autopsy-ingest run",
				   "there is no source '%.40s'; did you mean "
				   "'%s'?",
				   name, s.best);
	return usage_wrong("autopsy-ingest run",
			   "there is no source '%.40s' on the net", name);
}

static bool is_listed(const struct source *const *list, size_t count,
		      const struct source *source)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == source)
			return true;
	return false;
}

int ingest_run_command(int argc, char **argv, salary_refresh_fn *refresh)
{
	struct ingest in = { .refresh = refresh,
			     .agent = STRBUF_INIT,
			     .summary = STRBUF_INIT };
	const struct source *list[32], *all[32];
	size_t count = 0;
	int64_t run_id;

	for (int i = 1; i < argc; i++) {
		if (usage_is_help(argv[i])) {
			print_help();
			return 0;
		}
		if (strcmp(argv[i], "--dry-run") == 0) {
			in.is_dry_run = true;
		} else if (strcmp(argv[i], "--due") == 0) {
			in.is_due = true;
		} else if (strcmp(argv[i], "--from-raw") == 0 && i + 1 < argc) {
			in.from = argv[++i];
			if (!parse_int(in.from, 1, INT64_MAX, &run_id))
				return usage_wrong("autopsy-ingest run",
						   "--from-raw takes the "
						   "number of a run");
		} else if (argv[i][0] == '-') {
			return usage_wrong("autopsy-ingest run",
					   "what is '%.40s' for?", argv[i]);
		} else if (!source_find(argv[i])) {
			return no_such_source(argv[i]);
		} else if (!is_listed(list, count, source_find(argv[i]))) {
			list[count++] = source_find(argv[i]);
		}
	}
	if (in.from && in.is_due)
		return usage_wrong("autopsy-ingest run",
				   "--from-raw asks nobody; leave out --due");
	in.is_named = count > 0;
	for (size_t i = 0; !count && i < source_count; i++)
		all[i] = source_table[i];
	return count ? run(&in, list, count) : run(&in, all, source_count);
}
