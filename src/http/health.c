#include "http/health.h"

#include "base/clock.h"
#include "base/settings.h"

/* RFC 9116 wants an end date and advises less than a year. */
#define SECURITY_TXT_DAYS 300

static int text(struct response *rs, int status, const char *body)
{
	rs->content_type = "text/plain; charset=utf-8";
	strbuf_addstr(&rs->body, body);
	return status;
}

int health_alive(struct web *web, const struct request *rq, struct response *rs)
{
	(void)web;
	(void)rq;
	return text(rs, 200, "ok\n");
}

int health_ready(struct web *web, const struct request *rq, struct response *rs)
{
	(void)rq;
	/* Connecting prepares every query, so an old schema shows here too. */
	if (db_read(web->read, Q_CONTENT_VERSION, DB_NO_PARAMS) == DB_OK)
		return text(rs, 200, "ready\n");
	response_header(rs, "Retry-After", "5");
	return text(rs, 503,
		    "no database, or its schema is older than this "
		    "program\n");
}

int health_metrics(struct web *web, const struct request *rq,
		   struct response *rs)
{
	const char *names[METRICS_ROUTES + 1] = { NULL };

	(void)rq;
	for (int i = 0; i < METRICS_ROUTES && web->routes[i].pattern; i++)
		names[i] = web->routes[i].name;
	metrics_write(web->metrics, names, &rs->body);
	rs->content_type = "text/plain; version=0.0.4; charset=utf-8";
	return 200;
}

int health_robots(struct web *web, const struct request *rq,
		  struct response *rs)
{
	(void)web;
	(void)rq;
	strbuf_addf(&rs->body,
		    "User-agent: *\n"
		    "Disallow: /go/\n"
		    "Disallow: /subscribe\n"
		    "\n"
		    "Sitemap: %s/sitemap.xml\n",
		    settings_str(SETTING_SITE_URL));
	rs->content_type = "text/plain; charset=utf-8";
	return 200;
}

int health_security(struct web *web, const struct request *rq,
		    struct response *rs)
{
	const char *site = settings_str(SETTING_SITE_URL);
	/* To the day, so that the reply stays the same for a while. */
	int64_t day = clock_wall_ms() / 86400000 + SECURITY_TXT_DAYS;

	(void)web;
	(void)rq;
	strbuf_addf(&rs->body,
		    "Contact: %s\nExpires: ", settings_str(SETTING_CONTACT));
	clock_add_iso(&rs->body, day * 86400000);
	strbuf_addf(&rs->body,
		    "\nPreferred-Languages: en\n"
		    "Canonical: %s/.well-known/security.txt\n",
		    site);
	rs->content_type = "text/plain; charset=utf-8";
	return 200;
}
