/* autopsy-ingest sources: the register of who publishes pay. */
#include "base/usage.h"
#include "salary/salary_import.h"
#include "salary/salary_settle.h"
#include "salary/salary_source_check.h"

struct registration {
	const char *path;
	bool is_dry_run;
	salary_refresh_fn *refresh;
	struct db *db;
	struct strbuf text;
	struct findings out;
	bool has_withdrawn; /* a source that changed is switched off */
};

static const char help[] =
	"usage: autopsy-ingest sources FILE [--dry-run]\n"
	"\n"
	"Registers the sources of a JSON file, or brings them up to date. "
	"What\n"
	"follows for figures of careers that rest on a changed one is "
	"derived.\n"
	"  --dry-run  print what would change, change nothing\n"
	"Exit: 0 done, 1 something is wrong, 2 usage, 75 the database can't "
	"be\n"
	"reached.\n"
	"\n"
	"Example:\n"
	"  autopsy-ingest sources migrations/content/benchmarks/sources.json\n";

/* Prints what became of each and puts those that changed into codes. */
static void say_changes(struct registration *r, const cJSON *answer,
			cJSON *codes)
{
	const cJSON *one = answer ? answer->child : NULL;

	for (; one; one = one->next) {
		const char *code =
			cJSON_GetObjectItem(one, "code")->valuestring;
		const char *change =
			cJSON_GetObjectItem(one, "change")->valuestring;

		printf("%s %s\n", change, code);
		if (strcmp(change, "changed") != 0)
			continue;
		cJSON_AddItemToArray(codes, cJSON_CreateString(code));
		r->has_withdrawn |= cJSON_IsFalse(
			cJSON_GetObjectItemCaseSensitive(one, "enabled"));
	}
}

/* The careers to settle, as {"slug": "id"}: the result is gone by the next
 * call. */
static cJSON *read_careers(const struct db *db)
{
	cJSON *careers = cJSON_CreateObject();

	for (int i = 0; i < db_rows(db); i++)
		cJSON_AddStringToObject(careers, db_value(db, i, 1),
					db_value(db, i, 0));
	return careers;
}

static int settle(struct registration *r, const cJSON *codes)
{
	char *list = cJSON_PrintUnformatted(codes);
	enum db_result rc = db_read(r->db, Q_SOURCE_CAREERS, DB_PARAMS(list));
	struct settle s = { .db = r->db,
			    .refresh = r->refresh,
			    .reason = "the register of sources changed",
			    .cause = r->has_withdrawn ? "source_withdrawn"
						      : "source_changed" };
	int status = 0;
	cJSON *careers;

	cJSON_free(list);
	if (rc == DB_NONE)
		return 0;
	if (rc != DB_OK)
		return settle_give_up(r->db, rc, "can't find careers");
	careers = read_careers(r->db);
	for (const cJSON *one = careers->child; one && status == 0;
	     one = one->next)
		status = settle_career(&s, one->valuestring, one->string);
	cJSON_Delete(careers);
	return status;
}

static int write_all(struct registration *r)
{
	cJSON *answer = NULL, *codes = cJSON_CreateArray();
	enum db_result rc =
		db_write(r->db, Q_SOURCE_UPSERT, DB_PARAMS(r->text.buf));
	int status;

	if (rc == DB_OK) {
		answer = settle_json(r->db);
		say_changes(r, answer, codes);
		status = settle(r, codes);
	} else if (rc == DB_CONFLICT) {
		fprintf(stderr,
			"autopsy-ingest: %s: the database refuses it "
			"(%s)\n",
			r->path, db_constraint(r->db));
		status = 1;
	} else {
		status = settle_give_up(r->db, rc, r->path);
	}
	cJSON_Delete(answer);
	cJSON_Delete(codes);
	return status;
}

static int run(struct registration *r)
{
	struct strbuf err = STRBUF_INIT;
	cJSON *list = NULL;
	enum db_result rc;
	int status;

	findings_set_file(&r->out, r->path);
	if (!strbuf_read_file(&r->text, r->path, JSON_MAX_BYTES, &err))
		findings_add(&r->out, 1, "", "%s",
			     err.buf + strlen(r->path) + 2);
	else
		list = json_read(r->text.buf, r->text.len, &r->out);
	strbuf_release(&err);
	if (list)
		source_check(list, r->text.buf, r->text.len, &r->out);
	cJSON_Delete(list);
	if (r->out.count)
		return settle_refuse(&r->out);
	r->db = settle_open();
	rc = db_begin(r->db);
	if (rc == DB_OK)
		status = settle_end(r->db, write_all(r), r->is_dry_run);
	else
		status = settle_give_up(r->db, rc, "can't begin");
	db_free(r->db);
	return status;
}

int salary_source_command(int argc, char **argv, salary_refresh_fn *refresh)
{
	struct registration r = { .refresh = refresh,
				  .text = STRBUF_INIT,
				  .out = FINDINGS_INIT };
	int status;

	for (int i = 1; i < argc; i++) {
		if (usage_is_help(argv[i])) {
			fputs(help, stdout);
			return 0;
		}
		if (strcmp(argv[i], "--dry-run") == 0)
			r.is_dry_run = true;
		else if (argv[i][0] == '-' || r.path)
			return usage_wrong("autopsy-ingest sources",
					   "what is '%.40s' for?", argv[i]);
		else
			r.path = argv[i];
	}
	if (!r.path)
		return usage_wrong("autopsy-ingest sources", "name a FILE");
	status = run(&r);
	strbuf_release(&r.text);
	findings_release(&r.out);
	return status;
}
