#include "web_options.h"

#include <getopt.h>

#include "base/settings.h"
#include "base/usage.h"

static void usage(void)
{
	struct strbuf settings = STRBUF_INIT;

	fputs("usage: autopsy-web [--workers N] [--socket PATH]\n\n"
	      "Serves the site by FastCGI, on a listening socket that systemd\n"
	      "or a parent (as standard input) passes on, else on PATH.\n\n"
	      "  --workers N    processes, 1 to 64\n"
	      "  --socket PATH  socket to make, if none is passed on\n"
	      "  --help         this text\n"
	      "  --version      the version\n\n"
	      "SIGHUP replaces the workers one by one, by the program as it is\n"
	      "then; SIGTERM finishes what is being served and stops.\n\n",
	      stdout);
	settings_describe(&settings);
	fputs(settings.buf, stdout);
	strbuf_release(&settings);
}

/* What options say; they override the environment. NULL: not given. */
struct given {
	const char *workers;
	const char *socket;
};

/* Returns -1 to go on, or the exit status. */
static int parse_options(int argc, char **argv, struct given *given)
{
	static const struct option options[] = {
		{ "workers", required_argument, NULL, 'w' },
		{ "socket", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'w') {
			given->workers = optarg;
		} else if (c == 's') {
			given->socket = optarg;
		} else if (c == 'v') {
			puts("autopsy-web " VERSION);
			return usage_end("autopsy-web", 0);
		} else if (c == 'h') {
			usage();
			return usage_end("autopsy-web", 0);
		} else {
			return usage_wrong("autopsy-web",
					   "%s is no option or lacks its value",
					   argv[optind - 1]);
		}
	}
	if (optind == argc)
		return -1;
	return usage_wrong("autopsy-web", "what is '%s' for?", argv[optind]);
}

static bool load_settings(const struct given *given)
{
	struct strbuf err = STRBUF_INIT;
	bool ok = settings_load(&err);

	if (given->workers)
		ok &= settings_override(SETTING_WEB_WORKERS, given->workers,
					&err);
	if (given->socket)
		ok &= settings_override(SETTING_WEB_SOCKET, given->socket,
					&err);
	fputs(err.buf, stderr);
	strbuf_release(&err);
	return ok;
}

int web_options(int argc, char **argv)
{
	struct given given = { NULL, NULL };
	int rc = parse_options(argc, argv, &given);

	if (rc >= 0)
		return rc;
	return load_settings(&given) ? -1 : EXIT_USAGE;
}
