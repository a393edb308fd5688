/*
 * autopsy-web: FastCGI workers behind nginx. This file is the process model:
 * the program is its own master and, executed again by it, a worker.
 */
#include "base/log.h"
#include "base/settings.h"
#include "base/usage.h"
#include "http/fcgi.h"
#include "http/master.h"
#include "routes.h"
#include "web_options.h"

/* Workers end at different times even if they started together. */
#define SPREAD_PERCENT 10

static struct db *database(enum setting url)
{
	struct db_options o = { .url = settings_str(url),
				.application = "autopsy-web",
				.role = "autopsy_web",
				.features = "career subscription" };

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
	if (!web_init(&web, routes, &err) || !web_read_keys(&web, &err)) {
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
		fprintf(stderr, "autopsy-web: %s\n", db_error(db));
	db_free(db);
	return fits;
}

/* Refuses to start where each worker would end at once. */
static bool files_fit(void)
{
	const char *dir = settings_str(SETTING_VIEWS_DIR);
	struct strbuf err = STRBUF_INIT;
	struct web web;
	bool fit = web_init(&web, routes, &err);

	if (!fit && *dir && strncmp(err.buf, dir, strlen(dir)) == 0)
		strbuf_addstr(&err, "; VIEWS_DIR must be a directory with "
				    "every template, or empty");
	else if (!fit && strstr(err.buf, "/manifest: "))
		strbuf_addstr(&err, "; STATIC_DIR must be the directory of the "
				    "built assets");
	if (fit && !web_read_keys(&web, &err)) {
		strbuf_addstr(&err, "; LINK_KEYS_FILE and EMAIL_PEPPER_FILE "
				    "must name files that this user can read, "
				    "or be empty");
		fit = false;
	}
	if (!fit)
		fprintf(stderr, "autopsy-web: %s\n", err.buf);
	web_release(&web);
	strbuf_release(&err);
	return fit;
}

int main(int argc, char **argv)
{
	struct strbuf err = STRBUF_INIT;
	struct master_options o = { .argv = argv };
	struct worker w;
	bool is_bad;
	int rc = web_options(argc, argv);

	if (rc >= 0)
		return rc;
	log_setup("autopsy-web",
		  (enum log_level)settings_int(SETTING_LOG_LEVEL));
	if (master_is_worker(&w, &is_bad, &err)) {
		alloc_give_back_large();
		if (!is_bad)
			return run_worker(&w);
		log_event(LOG_ERROR, "start", "%s", err.buf);
		strbuf_release(&err);
		return 1;
	}
	if (!files_fit())
		return EXIT_USAGE;
	o.socket = settings_str(SETTING_WEB_SOCKET);
	o.workers = (int)settings_int(SETTING_WEB_WORKERS);
	o.deadline_ms = settings_int(SETTING_WEB_DEADLINE_MS);
	return schema_fits() ? master_run(&o) : 1;
}
