#include "db/migrate.h"

#include "base/parse.h"
#include "base/usage.h"
#include "db/migrate_run.h"

#define WAIT_DEFAULT_S 30
#define WAIT_MAX_S 86400
#define NUMBER_MAX 9999

struct verb {
	const char *name;
	int (*run)(const struct migrate_options *o);
	const char *options; /* the ones it knows, between blanks */
	const char *help;
};

static int up_command(const struct migrate_options *o);

static const struct verb verbs[] = {
	{ "up", up_command, " --to --dry-run --wait ",
	  "usage: autopsy-ctl migrate up [--to N] [--dry-run] "
	  "[--wait SECONDS]\n"
	  "\n"
	  "Runs the pending migrations of MIGRATIONS_DIR in order, each in a\n"
	  "transaction of its own. One that can't get a lock within 500 ms\n"
	  "is rolled back and tried again, ten times in all.\n"
	  "\n"
	  "  --to N          stop after migration number N\n"
	  "  --dry-run       run them in one transaction, tell which strong\n"
	  "                  locks they hold on what exists, and roll all of\n"
	  "                  it back; the locks are real while it runs\n"
	  "  --wait SECONDS  how long to wait for another runner (30)\n"
	  "\n"
	  "Exit: 0 done, 1 failed, 2 bad usage or files, 3 files and record\n"
	  "differ and nothing was run, 75 try later.\n" },
	{ "status", migrate_status_command, " --json ",
	  "usage: autopsy-ctl migrate status [--json]\n"
	  "\n"
	  "Lists every migration: done, pending, running, INTERRUPTED,\n"
	  "CHANGED, OUT-OF-ORDER or MISSING.\n"
	  "\n"
	  "Exit: 0 up to date, 1 some are pending, 2 bad usage or files,\n"
	  "3 files and record differ, 75 the database can't be reached.\n" },
	{ "verify", migrate_verify_command, " --json ",
	  "usage: autopsy-ctl migrate verify [--json]\n"
	  "\n"
	  "Compares the files with the record and tells only what is wrong;\n"
	  "a pending migration is not.\n"
	  "\n"
	  "Exit: 0 nothing is wrong, 2 bad usage or files, 3 files and record\n"
	  "differ, 75 the database can't be reached.\n" },
};

static const char usage[] =
	"usage: autopsy-ctl migrate up | status | verify\n"
	"\n"
	"  up      run the pending migrations\n"
	"  status  list all migrations and where they stand\n"
	"  verify  tell where files and database differ\n"
	"\n"
	"'autopsy-ctl migrate up --help' says more.\n";

static bool has_number(const struct migrate_dir *dir, int64_t n)
{
	for (size_t i = 0; i < dir->count; i++)
		if (dir->files[i].number == n)
			return true;
	return false;
}

/* In a transaction of its own: the files need their record. */
static int ensure_record(struct migrate *m)
{
	if (m->has_record)
		return MIGRATE_DONE;
	if (db_begin(m->db) != DB_OK) {
		migrate_tell_error(m, "migrate: BEGIN");
		return MIGRATE_FAILED;
	}
	if (!migrate_create_record(m)) {
		db_rollback(m->db);
		return MIGRATE_FAILED;
	}
	if (db_commit(m->db) == DB_OK)
		return MIGRATE_DONE;
	migrate_tell_error(m, "migrate: COMMIT");
	return MIGRATE_FAILED;
}

static int apply_all(struct migrate *m, int64_t last)
{
	int rc = ensure_record(m);
	int applied = 0;

	for (size_t i = 0; i < m->count && rc == MIGRATE_DONE; i++) {
		const struct migrate_entry *e = &m->entries[i];

		if (e->state == STATE_DONE || e->file->number > last)
			continue;
		rc = e->file->index_schema ? migrate_apply_outside(m, e)
					   : migrate_apply(m, e);
		applied++;
	}
	if (rc == MIGRATE_DONE && !applied)
		puts("nothing to do");
	return rc;
}

/* Under the lock. */
static int up(struct migrate *m, const struct migrate_options *o)
{
	int rc = migrate_plan(m);

	if (rc != MIGRATE_DONE)
		return rc;
	if (migrate_outlook(m) == MIGRATE_DRIFT) {
		migrate_tell_drift(m);
		fputs("migrate: nothing was run\n", stderr);
		return MIGRATE_DRIFT;
	}
	if (o->is_dry_run)
		return migrate_dry_run(m, o->to);
	return apply_all(m, o->to);
}

static int up_command(const struct migrate_options *o)
{
	struct migrate m;
	int rc = migrate_open(&m);

	if (rc == MIGRATE_DONE && o->to != NUMBER_MAX &&
	    !has_number(&m.dir, o->to)) {
		fprintf(stderr, "migrate: there is no migration %04d\n",
			(int)o->to);
		rc = MIGRATE_USAGE;
	}
	if (rc == MIGRATE_DONE)
		rc = migrate_lock(&m, o->wait_s);
	if (rc == MIGRATE_DONE)
		rc = up(&m, o);
	migrate_close(&m);
	return rc;
}

static bool is_known(const struct verb *v, const char *option)
{
	size_t len = strlen(option);
	const char *at = strstr(v->options, option);

	return at && len > 2 && at[-1] == ' ' && at[len] == ' ';
}

/* Takes one option, and its value if it has one, off *argv. */
static bool take_option(char ***argv, struct migrate_options *o)
{
	const char *option = *(*argv)++, *value = **argv;

	if (strcmp(option, "--dry-run") == 0) {
		o->is_dry_run = true;
		return true;
	}
	if (strcmp(option, "--json") == 0) {
		o->is_json = true;
		return true;
	}
	if (value && strcmp(option, "--wait") == 0 &&
	    parse_int(value, 0, WAIT_MAX_S, &o->wait_s)) {
		++*argv;
		return true;
	}
	if (value && strcmp(option, "--to") == 0) {
		/* As in the name of the file: 2, 02 and 0002 are the same. */
		value += strspn(value, "0");
		if (parse_int(value, 1, NUMBER_MAX, &o->to)) {
			++*argv;
			return true;
		}
	}
	usage_wrong("autopsy-ctl migrate up", "%s needs a number, %s", option,
		    strcmp(option, "--to") == 0 ? "1 to 9999"
						: "0 to 86400 seconds");
	return false;
}

static int run_verb(const struct verb *v, char **argv)
{
	struct migrate_options o = { .to = NUMBER_MAX,
				     .wait_s = WAIT_DEFAULT_S };
	char command[40];

	while (*argv) {
		if (usage_is_help(*argv)) {
			fputs(v->help, stdout);
			return MIGRATE_DONE;
		}
		if (!is_known(v, *argv)) {
			snprintf(command, sizeof(command),
				 "autopsy-ctl migrate %s", v->name);
			return usage_wrong(
				command, "there is no %s '%.40s'",
				**argv == '-' ? "option" : "argument", *argv);
		}
		if (!take_option(&argv, &o))
			return MIGRATE_USAGE;
	}
	return v->run(&o);
}

int migrate_command(int argc, char **argv)
{
	if (argc > 1 && usage_is_help(argv[1])) {
		fputs(usage, stdout);
		return MIGRATE_DONE;
	}
	for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(verbs); i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return run_verb(&verbs[i], argv + 2);
	return usage_no_command("autopsy-ctl migrate", argv[1], verbs,
				ARRAY_SIZE(verbs), sizeof(*verbs));
}
