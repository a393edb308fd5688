/*
 * autopsy-web: FastCGI workers behind nginx. This file is the process model:
 * the program is its own master and, executed again by it, a worker.
 */
#include <getopt.h>

#include "base/log.h"
#include "base/settings.h"
#include "http/fcgi.h"
#include "http/master.h"
#include "routes.h"

#define EXIT_USAGE 2
/* Workers end at different times even if they started together. */
#define SPREAD_PERCENT 10

static void usage(FILE *out)
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
	      out);
	settings_describe(&settings);
	fputs(settings.buf, out);
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

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'w') {
			given->workers = optarg;
		} else if (c == 's') {
			given->socket = optarg;
		} else if (c == 'v') {
			puts("autopsy-web " VERSION);
			return 0;
		} else {
			usage(c == 'h' ? stdout : stderr);
			return c == 'h' ? 0 : EXIT_USAGE;
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "autopsy-web: '%s' is not expected\n", argv[optind]);
	return EXIT_USAGE;
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

static struct db *database(enum setting url)
{
	struct db_options o = { .url = settings_str(url),
				.application = "autopsy-web",
				.role = "autopsy_web",
				.features = "career salary subscription" };

	return db_new(&o);
}

static int run_worker(const struct worker *w)
{
	struct strbuf err = STRBUF_INIT;
	struct fcgi_options fo = {
		.listen_fd = w->listen_fd,
		.seat = &w->metrics->slots[w->slot].seats[w->seat],
		.max_requests = settings_int(SETTING_WEB_MAX_REQUESTS),
	};
	struct web web;
	int status;

	fo.max_requests +=
		fo.max_requests * (w->slot % (SPREAD_PERCENT + 1)) / 100;
	if (!web_init(&web, routes, &err)) {
		log_event(LOG_ERROR, "start", "%s", err.buf);
		strbuf_release(&err);
		web_release(&web);
		return 1;
	}
	web.metrics = w->metrics;
	web.slot = &w->metrics->slots[w->slot];
	web.read = database(SETTING_DATABASE_URL_READ);
	web.write = database(SETTING_DATABASE_URL);
	status = fcgi_serve(&fo, &web);
	web_release(&web);
	return status;
}

/*
 * Refuses to start beside a schema that this build can't work with. A server
 * that is away is no reason not to start: pages are served without it.
 */
static bool schema_fits(void)
{
	struct db *db = database(SETTING_DATABASE_URL_READ);
	bool fits = db_connect(db) != DB_ERROR;

	if (!fits)
		fprintf(stderr,
			"autopsy-web: the database does not fit this "
			"program: %s\nRun 'autopsy-ctl migrate status' "
			"to see how far it is, 'autopsy-ctl migrate "
			"up' to bring it up to date.\n",
			db_error(db));
	db_free(db);
	return fits;
}

int main(int argc, char **argv)
{
	struct strbuf err = STRBUF_INIT;
	struct master_options o = { .argv = argv };
	struct given given = { NULL, NULL };
	struct worker w;
	bool is_bad;
	int rc = parse_options(argc, argv, &given);

	if (rc >= 0)
		return rc;
	if (!load_settings(&given))
		return EXIT_USAGE;
	log_setup("autopsy-web",
		  (enum log_level)settings_int(SETTING_LOG_LEVEL));
	if (master_is_worker(&w, &is_bad, &err)) {
		if (!is_bad)
			return run_worker(&w);
		log_event(LOG_ERROR, "start", "%s", err.buf);
		strbuf_release(&err);
		return 1;
	}
	o.socket = settings_str(SETTING_WEB_SOCKET);
	o.workers = (int)settings_int(SETTING_WEB_WORKERS);
	o.deadline_ms = settings_int(SETTING_WEB_DEADLINE_MS);
	return schema_fits() ? master_run(&o) : 1;
}
