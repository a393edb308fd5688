/* The career page, and the addresses that lead to it. */
#include "career/career.h"

#include "base/json.h"
#include "base/log.h"
#include "base/settings.h"
#include "career/career_view.h"

#define DEFAULT_COUNTRY "US"

bool career_is_country(const char *value)
{
	return field_is_country(value) || strcasecmp(value, "uae") == 0;
}

bool career_is_choice(const char *value)
{
	return field_is_country(value) || strcmp(value, "auto") == 0;
}

bool career_is_back(const char *value)
{
	if (value[0] != '/' || value[1] == '/' || strlen(value) > 300)
		return false;
	for (const char *s = value; *s; s++) {
		bool is_plain = (*s >= 'a' && *s <= 'z') ||
				(*s >= '0' && *s <= '9') || *s == '-' ||
				*s == '/';

		if (!is_plain)
			return false;
	}
	return true;
}

static void upper(const char *text, char code[3])
{
	code[0] = (char)(text[0] & ~0x20);
	code[1] = (char)(text[1] & ~0x20);
	code[2] = '\0';
}

const char *career_better_country(struct arena *arena, const char *text)
{
	char code[3];

	if (strcasecmp(text, "uk") == 0)
		return "gb";
	if (strcasecmp(text, "uae") == 0)
		return "ae";
	upper(text, code);
	if (text[0] != code[0] && text[1] != code[1])
		return NULL;
	code[0] |= 0x20;
	code[1] |= 0x20;
	return arena_strdup(arena, code);
}

/* To url, or to its page of a country unless that is NULL. */
static int redirect(const struct request *rq, struct response *rs,
		    const char *url, const char *country)
{
	struct strbuf sb = STRBUF_INIT;
	int status;

	strbuf_addf(&sb, "%s%s%s", url, country ? "/" : "",
		    country ? country : "");
	/* Where we are already there is nothing, else nobody would ask. */
	if (strcmp(sb.buf, rq->path) == 0)
		status = response_error(rs, 404,
					"This guide has no page for that "
					"country.");
	else
		status = response_redirect(rs, 301, sb.buf);
	strbuf_release(&sb);
	return status;
}

enum db_result career_find(struct web *web, const char *slug, const char **url,
			   struct response *rs, int *status)
{
	enum db_result rc =
		db_read(web->read, Q_CAREER_LOCATION, DB_PARAMS(slug));

	if (rc == DB_NONE) {
		*status = response_error(rs, 404,
					 "There is no career guide by this "
					 "name yet.");
		return rc;
	}
	if (rc != DB_OK) {
		*status = web_database_status(rs, rc);
		return rc;
	}
	*url = db_value(web->read, 0, 0);
	if (*url)
		return DB_OK;
	*status = response_error(rs, 410, "This career guide was withdrawn.");
	return DB_NONE;
}

/* A slug that is known under another address, else 404 or 410. */
static int elsewhere(struct web *web, const struct request *rq,
		     struct response *rs, const char *slug)
{
	const char *url;
	int status;

	if (career_find(web, slug, &url, rs, &status) != DB_OK)
		return status;
	return redirect(rq, rs, url, request_param(rq, "country"));
}

int career_page(struct web *web, const struct request *rq, struct response *rs)
{
	const char *slug = request_param(rq, "career");
	const char *fixed = request_param(rq, "country");
	const char *better;
	char country[3] = DEFAULT_COUNTRY, url[256];
	const struct career_choice choice = {
		.country = country,
		.level = request_param(rq, "level"),
		.remembered = strcmp(rq->country_reason, "choice") == 0
				      ? rq->country
				      : "",
		.is_country_fixed = fixed != NULL,
	};
	enum db_result rc;
	cJSON *doc;

	better = fixed ? career_better_country(rq->arena, fixed) : NULL;
	snprintf(url, sizeof(url), "/careers/%s/%s",
		 request_param(rq, "category"), slug);
	if (better)
		return redirect(rq, rs, url, better);
	if (fixed)
		upper(fixed, country);
	else if (*rq->country)
		upper(rq->country, country);
	rc = db_read(web->read, Q_CAREER_PAGE, DB_PARAMS(slug, country));
	if (rc == DB_NONE)
		return elsewhere(web, rq, rs, slug);
	if (rc != DB_OK)
		return web_database_status(rs, rc);
	web_last_modified(rs, web->read, 2);
	doc = web_database_json(web->read);
	if (!doc)
		return 500;
	if (strcmp(json_str(json_get(doc, "career"), "url"), url) != 0) {
		json_free(doc);
		return elsewhere(web, rq, rs, slug);
	}
	if (fixed)
		rs->caching = CACHING_SHARED;
	return web_page(web, rq, rs, "career/page", career_view(doc, &choice));
}

/* Remembers the visitor's choice, as they asked to by pressing a button. */
int career_country(struct web *web, const struct request *rq,
		   struct response *rs)
{
	const char *country = request_param(rq, "country");
	const char *back = request_param(rq, "back");
	bool is_secure = strncmp(settings_str(SETTING_SITE_URL), "https:", 6) ==
			 0;
	char code[3] = "", cookie[120];

	(void)web;
	if (request_is_cross_site(rq, settings_str(SETTING_SITE_URL)))
		return response_error(rs, 403,
				      "This form was sent from "
				      "another site.");
	if (!country)
		return response_complain(rs, "country", "is missing");
	if (strcmp(country, "auto") != 0)
		snprintf(code, sizeof(code), "%c%c", country[0] | 0x20,
			 country[1] | 0x20);
	snprintf(cookie, sizeof(cookie),
		 "country=%s; Path=/; Max-Age=%d; SameSite=Lax; HttpOnly%s",
		 code, *code ? 365 * 86400 : 0, is_secure ? "; Secure" : "");
	response_header(rs, "Set-Cookie", cookie);
	return response_redirect(rs, 303, back ? back : "/");
}

/*
 * Leads to a learning resource. The count is for us: when it fails, the
 * visitor still gets there.
 */
int career_resource(struct web *web, const struct request *rq,
		    struct response *rs)
{
	const char *id = request_param(rq, "resource");
	enum db_result rc = db_read(web->read, Q_RESOURCE, DB_PARAMS(id));
	int status;

	if (rc == DB_NONE)
		return response_error(rs, 404, "There is no such resource.");
	if (rc != DB_OK)
		return web_database_status(rs, rc);
	status = response_redirect(rs, 302, db_value(web->read, 0, 0));
	/* A HEAD is a program that looks whether the link works. */
	if (rq->method == METHOD_GET && db_begin(web->write) == DB_OK) {
		rc = db_write(web->write, Q_COUNT_CLICK, DB_PARAMS(id));
		if (rc == DB_OK)
			rc = db_commit(web->write);
		else
			db_rollback(web->write);
		if (rc != DB_OK)
			log_event(LOG_WARN, "click", "not counted: %s",
				  db_error(web->write));
	}
	return status;
}
