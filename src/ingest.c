/*
 * autopsy-ingest: pay from files into evidence, and from evidence into the
 * figures that pages show. The commands are in salary/; this file joins them
 * to what shows figures, which salary/ does not know.
 *
 * Exit: 0 done, 1 failed, 2 bad usage or settings, 75 try later.
 */
#include "base/log.h"
#include "base/settings.h"
#include "base/usage.h"
#include "db/db.h"
#include "salary/salary_import.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv, salary_refresh_fn *refresh);
	const char *help;
};

static const struct command commands[] = {
	{ "sources", salary_source_command,
	  "FILE [--dry-run]                 register who publishes pay" },
	{ "import", salary_import_command,
	  "FILE --source CODE [--dry-run]   record a file of pay" },
};

/* The stored pages of a career show its figures. */
static enum db_result refresh_documents(struct db *db, const char *career_id)
{
	return db_write(db, Q_DOCUMENT_REFRESH, DB_PARAMS(career_id));
}

static void usage(void)
{
	struct strbuf settings = STRBUF_INIT;

	fputs("usage: autopsy-ingest COMMAND [ARGUMENT…]\n\n", stdout);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-11s %s\n", commands[i].name, commands[i].help);
	fputs("\n'autopsy-ingest COMMAND --help' says more.\n\n", stdout);
	settings_describe(&settings);
	fputs(settings.buf, stdout);
	strbuf_release(&settings);
}

int main(int argc, char **argv)
{
	struct strbuf err = STRBUF_INIT;

	if (argc > 1 && usage_is_help(argv[1])) {
		usage();
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		puts("autopsy-ingest " VERSION);
		return 0;
	}
	if (!settings_load(&err)) {
		fputs(err.buf, stderr);
		strbuf_release(&err);
		return EXIT_USAGE;
	}
	log_setup_plain("autopsy-ingest",
			(enum log_level)settings_int(SETTING_LOG_LEVEL));
	for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1,
					       refresh_documents);
	return usage_no_command("autopsy-ingest", argv[1], commands,
				ARRAY_SIZE(commands), sizeof(*commands));
}
