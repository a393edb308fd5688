#include "base/usage.h"

#include <stdarg.h>

#include "base/suggest.h"

bool usage_is_help(const char *arg)
{
	return strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0;
}

int usage_wrong(const char *command, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", command);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n'%s --help' says what it takes\n", command);
	return EXIT_USAGE;
}

int usage_no_command(const char *command, const char *word, const void *table,
		     size_t count, size_t size)
{
	struct suggest s;

	if (word) {
		suggest_init(&s, word);
		for (size_t i = 0; i < count; i++)
			suggest_offer(
				&s, *(const char *const *)((const char *)table +
							   i * size));
		fprintf(stderr, "%s: there is no command '%.40s'", command,
			word);
		if (s.best)
			fprintf(stderr, "; did you mean '%s'?", s.best);
	} else {
		fprintf(stderr, "%s: a command is missing", command);
	}
	fprintf(stderr, "\n'%s --help' lists the commands\n", command);
	return EXIT_USAGE;
}

int usage_end(const char *program, int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "%s: standard output can't be written to\n", program);
	return status ? status : 1;
}
