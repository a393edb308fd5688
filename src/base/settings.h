/*
 * Settings come from the environment and from nowhere else. One table here
 * is the only list; README.md and deploy/env.example carry the same names,
 * which a test compares.
 */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include <stdint.h>

#include "base/strbuf.h"

enum setting {
	SETTING_DATABASE_URL,
	SETTING_DATABASE_URL_READ,
	SETTING_SITE_URL,
	SETTING_WEB_SOCKET,
	SETTING_WEB_WORKERS,
	SETTING_WEB_DEADLINE_MS,
	SETTING_WEB_MAX_REQUESTS,
	SETTING_WEB_CACHE_KB,
	SETTING_LOG_LEVEL,
	SETTING_MIGRATIONS_DIR,
	SETTING_VIEWS_DIR,
	SETTING_STATIC_DIR,
	SETTING_CONTACT,
	SETTING_BLS_URL,
	SETTING_BLS_API_KEY,
	SETTING_JOBBANK_URL,
	SETTING_CBS_URL,
	SETTING_DATAGOVSG_URL,
	SETTING_EUROSTAT_URL,
	SETTING_ILOSTAT_URL,
	SETTING_ECB_URL,
	SETTING_FRANKFURTER_URL,
	SETTING_WORLDBANK_URL,
	SETTING_INGEST_ALLOW_HTTP,
	SETTING_MAIL_URL,
	SETTING_MAIL_FROM,
	SETTING_MAIL_DOMAIN,
	SETTING_MAIL_POSTAL,
	SETTING_MAIL_AUTH_FILE,
	SETTING_MAIL_CA_FILE,
	SETTING_MAIL_RATE,
	SETTING_MAIL_LEASE_S,
	SETTING_MAIL_GATHER_S,
	SETTING_LINK_KEYS_FILE,
	SETTING_EMAIL_PEPPER_FILE,
	SETTING_MAX
};

/*
 * Reads and checks all of them. False with one line in err for each bad
 * value: its name, what is wrong, what would be right. Values of secrets
 * are not repeated.
 */
bool settings_load(struct strbuf *err) WARN_UNUSED;

/* The same for one setting that an option gives; v is borrowed. */
bool settings_override(enum setting id, const char *v,
		       struct strbuf *err) WARN_UNUSED;

/* The value or the default; never NULL, "" where neither is given. */
const char *settings_str(enum setting s);
int64_t settings_int(enum setting s);

/* The table as text for --help, one setting a line with its meaning. */
void settings_describe(struct strbuf *out);

#endif
