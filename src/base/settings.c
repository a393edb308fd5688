#include "base/settings.h"

#include "base/parse.h"

enum kind {
	KIND_TEXT,
	KIND_INT,
	KIND_URL,
	KIND_SOURCE, /* as KIND_URL; a slash at its end is no matter */
	KIND_CONTACT,
	KIND_LEVEL,
};

struct spec {
	const char *name;
	enum kind kind;
	const char *fallback;
	int64_t min, max; /* KIND_INT */
	bool is_secret;
	const char *help;
};

static const struct spec specs[SETTING_MAX] = {
	[SETTING_DATABASE_URL] = { "DATABASE_URL", KIND_TEXT,
				   "postgresql:///autopsy", 0, 0, true,
				   "PostgreSQL, as a libpq URL; several hosts are allowed" },
	[SETTING_DATABASE_URL_READ] = { "DATABASE_URL_READ", KIND_TEXT, "", 0,
					0, true,
					"where pages are read from, such as a standby; "
					"DATABASE_URL if empty" },
	[SETTING_SITE_URL] = { "SITE_URL", KIND_URL, "http://localhost:8080", 0,
			       0, false,
			       "address of the site as visitors know it, no slash at its "
			       "end" },
	[SETTING_WEB_SOCKET] = { "WEB_SOCKET", KIND_TEXT,
				 "/run/jobautopsy/web.sock", 0, 0, false,
				 "FastCGI socket, when none is inherited" },
	[SETTING_WEB_WORKERS] = { "WEB_WORKERS", KIND_INT, "4", 1, 64, false,
				  "web workers; twice the cores is a good number" },
	[SETTING_WEB_DEADLINE_MS] = { "WEB_DEADLINE_MS", KIND_INT, "8000", 100,
				      60000, false,
				      "a request that takes longer costs its worker the life" },
	[SETTING_WEB_MAX_REQUESTS] = { "WEB_MAX_REQUESTS", KIND_INT, "0", 0,
				       1000000000, false,
				       "a worker is replaced after about so many requests; 0: "
				       "never" },
	[SETTING_WEB_CACHE_KB] = { "WEB_CACHE_KB", KIND_INT, "768", 0, 1048576,
				   false,
				   "finished replies that a worker keeps in memory, in kB; "
				   "0: none" },
	[SETTING_LOG_LEVEL] = { "LOG_LEVEL", KIND_LEVEL, "info", 0, 0, false,
				"least level that is logged: debug, info, warn or error" },
	[SETTING_MIGRATIONS_DIR] = { "MIGRATIONS_DIR", KIND_TEXT, "migrations",
				     0, 0, false,
				     "directory of the migrations and of content/" },
	[SETTING_VIEWS_DIR] = { "VIEWS_DIR", KIND_TEXT, "", 0, 0, false,
				"read templates from here, not from the program; for "
				"work on them" },
	[SETTING_STATIC_DIR] = { "STATIC_DIR", KIND_TEXT, "build/static", 0, 0,
				 false,
				 "directory of the built assets, to know their "
				 "fingerprints" },
	[SETTING_CONTACT] = { "CONTACT", KIND_CONTACT,
			      "mailto:hello@jobautopsy.example", 0, 0, false,
			      "contact for security.txt, as a mailto: or https: URL" },
	[SETTING_BLS_URL] = { "BLS_URL", KIND_SOURCE, "https://api.bls.gov", 0,
			      0, false, "US pay, from the BLS" },
	[SETTING_BLS_API_KEY] = { "BLS_API_KEY", KIND_TEXT, "", 0, 0, true,
				  "registration key of the BLS; without it 25 "
				  "requests a day" },
	[SETTING_JOBBANK_URL] = { "JOBBANK_URL", KIND_SOURCE,
				  "https://open.canada.ca", 0, 0, false,
				  "Canadian pay; the file has a new address each "
				  "November" },
	[SETTING_CBS_URL] = { "CBS_URL", KIND_SOURCE, "https://opendata.cbs.nl",
			      0, 0, false,
			      "Dutch pay, from Statistics Netherlands" },
	[SETTING_DATAGOVSG_URL] = { "DATAGOVSG_URL", KIND_SOURCE,
				    "https://data.gov.sg", 0, 0, false,
				    "Singapore's pay, from the Ministry of Manpower" },
	[SETTING_EUROSTAT_URL] = { "EUROSTAT_URL", KIND_SOURCE,
				   "https://ec.europa.eu", 0, 0, false,
				   "German and Dutch pay by groups of occupations" },
	[SETTING_ILOSTAT_URL] = { "ILOSTAT_URL", KIND_SOURCE,
				  "https://rplumber.ilo.org", 0, 0, false,
				  "all countries' pay by groups of occupations" },
	[SETTING_ECB_URL] = { "ECB_URL", KIND_SOURCE,
			      "https://www.ecb.europa.eu", 0, 0, false,
			      "the euro's rates of the day" },
	[SETTING_FRANKFURTER_URL] = { "FRANKFURTER_URL", KIND_SOURCE,
				      "https://api.frankfurter.dev", 0, 0,
				      false, "rates that the ECB lacks" },
	[SETTING_WORLDBANK_URL] = { "WORLDBANK_URL", KIND_SOURCE,
				    "https://api.worldbank.org", 0, 0, false,
				    "yearly rates and purchasing power" },
	[SETTING_INGEST_ALLOW_HTTP] = { "INGEST_ALLOW_HTTP", KIND_INT, "0", 0,
					1, false,
					"1: sources on this machine may be plain HTTP; "
					"for tests" },
	[SETTING_MAIL_URL] = { "MAIL_URL", KIND_TEXT, "", 0, 0, false,
			       "where mail goes: smtp://HOST:PORT, smtps://HOST:PORT or file:/DIRECTORY" },
	[SETTING_MAIL_FROM] = { "MAIL_FROM", KIND_TEXT,
				"news@jobautopsy.example", 0, 0, false,
				"address that mails come from" },
	[SETTING_MAIL_DOMAIN] = { "MAIL_DOMAIN", KIND_TEXT,
				  "jobautopsy.example", 0, 0, false,
				  "domain of Message-IDs, of the list, and of the addresses that bounces come back to" },
	[SETTING_MAIL_POSTAL] = { "MAIL_POSTAL", KIND_TEXT,
				  "Job Autopsy, 1 Example Street, Example City",
				  0, 0, false,
				  "where we can be written to, on one line; stands in each mail" },
	[SETTING_MAIL_AUTH_FILE] = { "MAIL_AUTH_FILE", KIND_TEXT, "", 0, 0,
				     false,
				     "file with user and password of the relay on two lines" },
	[SETTING_MAIL_CA_FILE] = { "MAIL_CA_FILE", KIND_TEXT, "", 0, 0, false,
				   "certificates to trust in the relay; the system's if empty" },
	[SETTING_MAIL_RATE] = { "MAIL_RATE", KIND_INT, "10", 0, 10000, false,
				"mails a second of one worker; 0: as many as the relay takes" },
	[SETTING_MAIL_LEASE_S] = { "MAIL_LEASE_S", KIND_INT, "660", 2, 86400,
				   false,
				   "seconds after which another worker may take over a mail; more than the 600 a relay has for a reply" },
	[SETTING_MAIL_GATHER_S] = { "MAIL_GATHER_S", KIND_INT, "3600", 0,
				    604800, false,
				    "careers published within so many seconds share a mail" },
	[SETTING_LINK_KEYS_FILE] = { "LINK_KEYS_FILE", KIND_TEXT, "", 0, 0,
				     false,
				     "file of the keys that sign links in mails; without it there are no sign-ups" },
	[SETTING_EMAIL_PEPPER_FILE] = { "EMAIL_PEPPER_FILE", KIND_TEXT, "", 0,
					0, false,
					"file of the key under which addresses are hashed; it is never changed" },
};

static struct {
	const char *text;
	int64_t number;
} values[SETTING_MAX];

/* Nothing that would end the URL where it is printed. */
static bool is_plain(const char *v)
{
	for (; *v; v++)
		if ((unsigned char)*v <= ' ' || (unsigned char)*v >= 0x7f ||
		    *v == '"' || *v == '<')
			return false;
	return true;
}

static bool is_web(const char *v)
{
	return (strncmp(v, "https://", 8) == 0 ||
		strncmp(v, "http://", 7) == 0) &&
	       is_plain(v);
}

static bool check_url(const char *v)
{
	return is_web(v) && v[strlen(v) - 1] != '/';
}

/* RFC 9116 section 2.5.3: a page of the web must come over https. */
static bool check_contact(const char *v)
{
	return (strncmp(v, "mailto:", 7) == 0 ||
		strncmp(v, "https://", 8) == 0) &&
	       is_plain(v);
}

static bool check_level(const char *v, int64_t *number)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(v, names[i]) == 0) {
			*number = (int64_t)i;
			return true;
		}
	}
	return false;
}

static void add_rule(const struct spec *s, struct strbuf *err)
{
	static const char *const rules[] = {
		[KIND_URL] = ("must be an http:// or https:// URL that does "
			      "not end in a slash"),
		[KIND_SOURCE] = ("must be an http:// or https:// URL without "
				 "a question mark"),
		[KIND_CONTACT] = "must be a mailto: or https:// URL",
		[KIND_LEVEL] = "must be debug, info, warn or error",
	};

	if (s->kind == KIND_INT)
		strbuf_addf(err, ": must be a whole number from %lld to %lld\n",
			    (long long)s->min, (long long)s->max);
	else
		strbuf_addf(err, ": %s\n", rules[s->kind]);
}

bool settings_override(enum setting id, const char *v, struct strbuf *err)
{
	const struct spec *s = &specs[id];
	bool ok = true;

	values[id].text = v;
	values[id].number = 0;
	if (s->kind == KIND_INT)
		ok = parse_int(v, s->min, s->max, &values[id].number);
	else if (s->kind == KIND_URL)
		ok = check_url(v);
	else if (s->kind == KIND_SOURCE)
		ok = is_web(v) && !strpbrk(v, "?#");
	else if (s->kind == KIND_CONTACT)
		ok = check_contact(v);
	else if (s->kind == KIND_LEVEL)
		ok = check_level(v, &values[id].number);
	if (ok)
		return true;
	strbuf_addf(err, "%s", s->name);
	if (!s->is_secret)
		strbuf_addf(err, "=%.80s", v);
	add_rule(s, err);
	return false;
}

bool settings_load(struct strbuf *err)
{
	bool ok = true;

	for (int i = 0; i < SETTING_MAX; i++) {
		const char *v = getenv(specs[i].name);

		if (!v || !*v)
			v = specs[i].fallback;
		ok &= settings_override((enum setting)i, v, err);
	}
	if (!*values[SETTING_DATABASE_URL_READ].text)
		values[SETTING_DATABASE_URL_READ].text =
			values[SETTING_DATABASE_URL].text;
	return ok;
}

const char *settings_str(enum setting s)
{
	if (!values[s].text)
		BUG("setting %s read before settings_load()", specs[s].name);
	return values[s].text;
}

int64_t settings_int(enum setting s)
{
	return values[s].number;
}

void settings_describe(struct strbuf *out)
{
	strbuf_addstr(out, "Settings, from the environment:\n");
	for (int i = 0; i < SETTING_MAX; i++) {
		strbuf_addf(out, "  %-18s %s", specs[i].name, specs[i].help);
		if (*specs[i].fallback)
			strbuf_addf(out, " (%s)", specs[i].fallback);
		strbuf_addch(out, '\n');
	}
}
