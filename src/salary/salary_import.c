/*
 * A file is read and checked whole; then every row is recorded as evidence,
 * converted to a year by the database, which keeps the steps with the row
 * and refuses a figure that does not follow from them. A file of exchange
 * rates is told by its header and goes its own way (salary_rate.h).
 */
#include "salary/salary_import.h"

#include <sodium/crypto_hash_sha256.h>
#include <sodium/utils.h>

#include "base/usage.h"
#include "salary/salary_doubt.h"
#include "salary/salary_rate.h"
#include "salary/salary_row.h"
#include "salary/salary_settle.h"

struct import {
	const char *path;
	const char *source;
	bool is_dry_run;
	bool is_rates; /* the file is of rates, not of pay */
	bool is_known; /* that was held or rejected before */
	salary_refresh_fn *refresh;
	struct db *db;
	struct csv csv;
	struct findings out;
	struct doubt doubt;
	char sha256[2 * crypto_hash_sha256_BYTES + 1];
	int64_t added, changed, unchanged;
	/* Careers met so far: id and slug, as JSON members. */
	cJSON *careers;
	cJSON *corrected; /* those of them of which a row says other than before */
};

static const char help[] =
	"usage: autopsy-ingest import FILE --source CODE [--dry-run]\n"
	"\n"
	"Records the rows of a CSV file of pay as evidence of a registered\n"
	"source, and derives the figures that follow. The header must be\n"
	"  career_slug,country,level,low,median,high,currency,period,\n"
	"  pay_basis,source_code,source_title,source_url,observed_on,\n"
	"  recorded_on,recorded_by,sample_n,notes\n"
	"in one line, or for a source of exchange rates\n"
	"  kind,base,quote,country,observed_on,rate\n"
	"Every fault of every row is said; a file with one writes\n"
	"nothing. Rows that are recorded already stay as they are. Pay that "
	"is\n"
	"three times the figure until now, or out of the order of levels, is\n"
	"doubted on stderr and recorded all the same.\n"
	"  --dry-run  print what would change, change nothing\n"
	"Exit: 0 done, 1 something is wrong, 2 usage, 75 the database can't "
	"be\n"
	"reached.\n"
	"\n"
	"Example:\n"
	"  autopsy-ingest import migrations/content/benchmarks/bls-oews.csv "
	"\\\n"
	"    --source bls-oews --dry-run\n";

/* Reads the file; false with findings. */
static bool read_file(struct import *im)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	struct strbuf text = STRBUF_INIT, err = STRBUF_INIT;
	bool ok = false;

	findings_set_file(&im->out, im->path);
	if (!strbuf_read_file(&text, im->path, CSV_MAX_BYTES, &err)) {
		findings_add(&im->out, 1, "", "%s",
			     err.buf + strlen(im->path) + 2);
	} else {
		crypto_hash_sha256(hash, (const unsigned char *)text.buf,
				   text.len);
		sodium_bin2hex(im->sha256, sizeof(im->sha256), hash,
			       sizeof(hash));
		/* Records that can be read are checked all the same; but
		 * with another header the columns mean nothing. */
		if (!csv_read(&im->csv, text.buf, text.len, &im->out) &&
		    !im->csv.count)
			goto out;
		im->is_rates = rate_is_meant(&im->csv);
		ok = im->is_rates ? rate_check_header(&im->csv, &im->out)
				  : row_check_header(&im->csv, &im->out);
	}
out:
	strbuf_release(&text);
	strbuf_release(&err);
	return ok;
}

static void put_steps(struct strbuf *out, const cJSON *pay)
{
	static const char *const parts[] = { "low", "median", "high" };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		const cJSON *n =
			cJSON_GetObjectItemCaseSensitive(pay, parts[i]);

		strbuf_addstr(out, i ? " / " : "");
		if (cJSON_IsNumber(n))
			strbuf_addf(out, "%.0f", n->valuedouble);
		else
			strbuf_addch(out, '-');
	}
}

static void say_row(struct import *im, const struct csv_record *row,
		    const cJSON *answer)
{
	const char *state = cJSON_GetObjectItem(answer, "state")->valuestring;
	struct strbuf line = STRBUF_INIT;

	if (strcmp(state, "unchanged") == 0) {
		im->unchanged++;
		return;
	}
	if (strcmp(state, "changed") == 0) {
		im->changed++;
		put_steps(&line, cJSON_GetObjectItem(answer, "before"));
		strbuf_addstr(&line, " -> ");
	} else {
		im->added++;
	}
	put_steps(&line, cJSON_GetObjectItem(answer, "after"));
	printf("%s %s %s %s %s: %s %s a year\n", state,
	       row->fields[ROW_CAREER_SLUG], row->fields[ROW_COUNTRY],
	       row->fields[ROW_LEVEL], row->fields[ROW_OBSERVED_ON], line.buf,
	       row->fields[ROW_CURRENCY]);
	strbuf_release(&line);
}

static void remember_career(struct import *im, const char *slug,
			    const cJSON *answer)
{
	const cJSON *id = cJSON_GetObjectItem(answer, "career_id");
	const cJSON *state = cJSON_GetObjectItem(answer, "state");
	char text[24];

	snprintf(text, sizeof(text), "%.0f", id->valuedouble);
	if (!cJSON_GetObjectItemCaseSensitive(im->careers, slug))
		cJSON_AddStringToObject(im->careers, slug, text);
	if (strcmp(state->valuestring, "changed") == 0 &&
	    !cJSON_HasObjectItem(im->corrected, slug))
		cJSON_AddTrueToObject(im->corrected, slug);
}

static int record(struct import *im, const struct csv_record *row)
{
	const char *params[ROW_COLUMNS + 1];
	enum db_result rc;
	cJSON *answer;
	char what[40];

	memcpy(params, row->fields, ROW_COLUMNS * sizeof(*params));
	params[ROW_COLUMNS] = im->sha256;
	rc = db_write(im->db, Q_OBSERVATION_RECORD, params, ROW_COLUMNS + 1);
	if (rc != DB_OK) {
		snprintf(what, sizeof(what), "line %zu", row->line);
		return settle_give_up(im->db, rc, what);
	}
	answer = settle_json(im->db);
	say_row(im, row, answer);
	doubt_row(&im->doubt, row, answer);
	remember_career(im, row->fields[ROW_CAREER_SLUG], answer);
	cJSON_Delete(answer);
	return 0;
}

/* The file's faults against what the database knows; exit status. */
static int check(struct import *im)
{
	enum db_result rc =
		db_read(im->db, Q_IMPORT_REFERENCE, DB_PARAMS(im->source));
	cJSON *reference;

	if (rc != DB_OK)
		return settle_give_up(im->db, rc, "can't read references");
	reference = settle_json(im->db);
	if (im->is_rates)
		rate_check_all(&im->csv, reference, im->source, &im->out);
	else
		row_check_all(&im->csv, reference, im->source, &im->out);
	cJSON_Delete(reference);
	return im->out.count ? settle_refuse(&im->out) : 0;
}

static int write_rates(struct import *im)
{
	const struct rate_file file = { .csv = &im->csv,
					.path = im->path,
					.source = im->source,
					.sha256 = im->sha256 };
	int status = check(im);

	return status ? status : rate_record(im->db, &file, &im->is_known);
}

static int write_pay(struct import *im)
{
	struct settle settle = { .db = im->db, .refresh = im->refresh };
	struct strbuf reason = STRBUF_INIT;
	enum db_result rc;
	int status = check(im);

	rc = status ? DB_OK : doubt_open(&im->doubt, im->db, im->path);
	if (rc != DB_OK)
		status = settle_give_up(im->db, rc, "can't read figures");
	for (size_t i = 1; i < im->csv.count && status == 0; i++)
		status = record(im, &im->csv.records[i]);
	strbuf_addf(&reason, "import of %s", im->source);
	settle.reason = reason.buf;
	for (const cJSON *one = im->careers->child; one && status == 0;
	     one = one->next) {
		settle.cause = cJSON_HasObjectItem(im->corrected, one->string)
				       ? "correction"
				       : "import";
		status = settle_career(&settle, one->valuestring, one->string);
	}
	strbuf_release(&reason);
	if (status != 0)
		return status;
	doubt_tell(&im->doubt, &im->csv);
	printf("%lld new, %lld changed, %lld unchanged; %lld figure%s "
	       "changed\n",
	       (long long)im->added, (long long)im->changed,
	       (long long)im->unchanged, (long long)settle.changed,
	       settle.changed == 1 ? "" : "s");
	return 0;
}

static int run(struct import *im)
{
	enum db_result rc;
	int status;

	if (!read_file(im))
		return settle_refuse(&im->out);
	im->db = settle_open();
	im->careers = cJSON_CreateObject();
	im->corrected = cJSON_CreateObject();
	rc = db_begin(im->db);
	if (rc == DB_OK)
		status = im->is_rates ? write_rates(im) : write_pay(im);
	else
		status = settle_give_up(im->db, rc, "can't begin");
	/* What says nothing new leaves nothing behind. */
	if (im->is_known)
		db_rollback(im->db);
	else if (rc == DB_OK)
		status = settle_end(im->db, status, im->is_dry_run);
	cJSON_Delete(im->careers);
	cJSON_Delete(im->corrected);
	db_free(im->db);
	return status;
}

int salary_import_command(int argc, char **argv, salary_refresh_fn *refresh)
{
	struct import im = { .refresh = refresh,
			     .csv = CSV_INIT,
			     .out = FINDINGS_INIT,
			     .doubt = DOUBT_INIT };
	int status;

	for (int i = 1; i < argc; i++) {
		if (usage_is_help(argv[i])) {
			fputs(help, stdout);
			return 0;
		}
		if (strcmp(argv[i], "--dry-run") == 0)
			im.is_dry_run = true;
		else if (strcmp(argv[i], "--source") == 0 && i + 1 < argc)
			im.source = argv[++i];
		else if (argv[i][0] == '-' || im.path)
			return usage_wrong("autopsy-ingest import",
					   "what is '%.40s' for?", argv[i]);
		else
			im.path = argv[i];
	}
	if (!im.path || !im.source)
		return usage_wrong("autopsy-ingest import",
				   "name a FILE and its --source CODE");
	status = run(&im);
	findings_release(&im.out);
	doubt_release(&im.doubt);
	csv_release(&im.csv);
	return status;
}
