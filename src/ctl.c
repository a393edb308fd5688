/*
 * autopsy-ctl: what the people who run the site use. Each command has its
 * own file beside what it works on; this one finds it and says what exists.
 *
 * Exit: 0 done, 1 failed, 2 bad usage or settings, 3 the schema has drifted,
 * 75 try later.
 */
#include "base/log.h"
#include "base/settings.h"
#include "base/usage.h"
#include "career/content.h"
#include "db/migrate.h"
#include "routes.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
};

static const struct command commands[] = {
	{ "migrate", migrate_command,
	  "up [--to N] [--dry-run] [--wait S] | status | verify   the schema" },
	{ "content", content_command,
	  "check | publish | export SLUG | withdraw SLUG          the guides" },
	{ "check", routes_check_command,
	  "every query prepares, every template parses" },
	{ "error-pages", routes_error_pages_command,
	  "DIR                                  nginx's own error pages" },
};

static void usage(void)
{
	struct strbuf settings = STRBUF_INIT;

	fputs("usage: autopsy-ctl COMMAND [ARGUMENT…]\n\n", stdout);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-11s %s\n", commands[i].name, commands[i].help);
	fputs("\n'autopsy-ctl COMMAND --help' says more.\n\n", stdout);
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
		puts("autopsy-ctl " VERSION);
		return 0;
	}
	if (!settings_load(&err)) {
		fputs(err.buf, stderr);
		strbuf_release(&err);
		return EXIT_USAGE;
	}
	log_setup_plain("autopsy-ctl",
			(enum log_level)settings_int(SETTING_LOG_LEVEL));
	for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	return usage_no_command("autopsy-ctl", argv[1], commands,
				ARRAY_SIZE(commands), sizeof(*commands));
}
