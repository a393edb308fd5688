/*
 * /feed.xml: the newest careers as an Atom feed (RFC 4287), for readers who
 * want to be told without giving an address.
 *
 * What names an entry must never change, or feed readers show it as new. It
 * is a tag URI (RFC 4151) of the site's host, the day on which the guide was
 * published first, and the slug that it had then.
 */
#include "career/career.h"

#include <ctype.h>

#include "base/settings.h"

/* The host in lower case, without port or what else a tag can't hold. */
static void add_host(struct strbuf *out, const char *url)
{
	const char *host = strstr(url, "://");
	const char *s = host ? host + 3 : url;
	const char *at = memchr(s, '@', strcspn(s, "/?#"));
	size_t len;

	if (at)
		s = at + 1;
	/* Of an IPv6 address in brackets the colons are no port's. */
	len = *s == '[' ? strcspn(s, "]") : strcspn(s, ":/?#");
	for (size_t i = 0; i < len; i++)
		if (isalnum((unsigned char)s[i]) || strchr(".-", s[i]))
			strbuf_addch(out, (char)tolower((unsigned char)s[i]));
}

int career_feed(struct web *web, const struct request *rq, struct response *rs)
{
	enum db_result rc = db_read(web->read, Q_FEED, DB_NO_PARAMS);
	struct strbuf host = STRBUF_INIT;
	cJSON *page;
	int status;

	if (rc != DB_OK)
		return web_database_status(rs, rc);
	page = web_database_json(web->read);
	if (!page)
		return 500;
	web_last_modified(rs, web->read, 1);
	add_host(&host, settings_str(SETTING_SITE_URL));
	cJSON_AddStringToObject(page, "host", host.buf);
	cJSON_AddStringToObject(page, "title", "");
	cJSON_AddStringToObject(page, "description", "");
	status = web_page(web, rq, rs, "feed.xml", page);
	rs->content_type = "application/atom+xml; charset=utf-8";
	strbuf_release(&host);
	return status;
}
