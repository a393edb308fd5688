#include "base/commands.h"

#include "base/log.h"
#include "base/settings.h"
#include "base/usage.h"

static void print_help(const char *program, const struct command *commands,
		       size_t count)
{
	struct strbuf settings = STRBUF_INIT;

	printf("usage: %s COMMAND [ARGUMENT…]\n\n", program);
	for (size_t i = 0; i < count; i++)
		printf("  %-11s %s\n", commands[i].name, commands[i].help);
	printf("\n'%s COMMAND --help' says more.\n\n", program);
	settings_describe(&settings);
	fputs(settings.buf, stdout);
	strbuf_release(&settings);
}

int commands_main(const char *program, const struct command *commands,
		  size_t count, int argc, char **argv)
{
	struct strbuf err = STRBUF_INIT;

	if (argc > 1 && usage_is_help(argv[1])) {
		print_help(program, commands, count);
		return usage_end(program, 0);
	}
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		printf("%s %s\n", program, VERSION);
		return usage_end(program, 0);
	}
	if (!settings_load(&err)) {
		fputs(err.buf, stderr);
		strbuf_release(&err);
		return EXIT_USAGE;
	}
	log_setup_plain(program,
			(enum log_level)settings_int(SETTING_LOG_LEVEL));
	for (size_t i = 0; argc > 1 && i < count; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return usage_end(program,
					 commands[i].run(argc - 1, argv + 1));
	return usage_no_command(program, argv[1], commands, count,
				sizeof(*commands));
}
