#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdint.h>

#include "base/settings.h"

static const char *const names[] = {
	"DATABASE_URL",	    "DATABASE_URL_READ", "SITE_URL",
	"WEB_SOCKET",	    "WEB_WORKERS",	 "WEB_DEADLINE_MS",
	"WEB_MAX_REQUESTS", "WEB_CACHE_KB",	 "LOG_LEVEL",
	"MIGRATIONS_DIR",   "VIEWS_DIR",	 "STATIC_DIR",
	"CONTACT",	    "BLS_URL",		 "BLS_API_KEY",
	"JOBBANK_URL",	    "CBS_URL",		 "DATAGOVSG_URL",
	"EUROSTAT_URL",	    "ILOSTAT_URL",	 "ECB_URL",
	"FRANKFURTER_URL",  "WORLDBANK_URL",	 "INGEST_ALLOW_HTTP",
	"MAIL_URL",	    "MAIL_FROM",	 "MAIL_DOMAIN",
	"MAIL_POSTAL",	    "MAIL_AUTH_FILE",	 "MAIL_CA_FILE",
	"MAIL_RATE",	    "MAIL_LEASE_S",	 "MAIL_GATHER_S",
	"LINK_KEYS_FILE",   "EMAIL_PEPPER_FILE"
};

static int clear_environment(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		unsetenv(names[i]);
	return 0;
}

static void load(void)
{
	struct strbuf err = STRBUF_INIT;

	assert_true(settings_load(&err));
	assert_string_equal(err.buf, "");
	strbuf_release(&err);
}

static void test_defaults_are_valid(void **state)
{
	(void)state;
	load();
	assert_int_equal(settings_int(SETTING_WEB_WORKERS), 4);
	assert_string_equal(settings_str(SETTING_SITE_URL),
			    "http://localhost:8080");
	assert_string_equal(settings_str(SETTING_VIEWS_DIR), "");
}

static void test_empty_value_means_the_default(void **state)
{
	(void)state;
	setenv("WEB_WORKERS", "", 1);
	load();
	assert_int_equal(settings_int(SETTING_WEB_WORKERS), 4);
}

static void test_reads_go_to_the_database_unless_told_otherwise(void **state)
{
	(void)state;
	setenv("DATABASE_URL", "postgresql:///a", 1);
	load();
	assert_string_equal(settings_str(SETTING_DATABASE_URL_READ),
			    "postgresql:///a");
	setenv("DATABASE_URL_READ", "postgresql:///b", 1);
	load();
	assert_string_equal(settings_str(SETTING_DATABASE_URL_READ),
			    "postgresql:///b");
}

static void test_bad_value_is_refused_by_name(void **state)
{
	static const struct {
		const char *name, *value;
	} cases[] = {
		{ "WEB_WORKERS", "0" },
		{ "WEB_WORKERS", "65" },
		{ "WEB_WORKERS", "4x" },
		{ "WEB_WORKERS", " 4" },
		{ "WEB_DEADLINE_MS", "99" },
		{ "WEB_DEADLINE_MS", "60001" },
		{ "WEB_MAX_REQUESTS", "-1" },
		{ "LOG_LEVEL", "INFO" },
		{ "LOG_LEVEL", "trace" },
		{ "SITE_URL", "example.org" },
		{ "SITE_URL", "ftp://example.org" },
		{ "SITE_URL", "https://" },
		{ "SITE_URL", "https://example.org/" },
		{ "SITE_URL", "https://example.org\"x" },
		{ "SITE_URL", "https://example.org\r\nX: y" },
		{ "CONTACT", "hello@example.org" },
		{ "CONTACT", "mailto:a@example.org\nExpires: never" },
		{ "CONTACT", "http://example.org/contact" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct strbuf err = STRBUF_INIT;

		clear_environment(NULL);
		setenv(cases[i].name, cases[i].value, 1);
		if (settings_load(&err) ||
		    strncmp(err.buf, cases[i].name, strlen(cases[i].name)) !=
			    0 ||
		    !strstr(err.buf, ": must be"))
			fail_msg("%s=%s: %s", cases[i].name, cases[i].value,
				 err.buf);
		strbuf_release(&err);
	}
}

static void test_every_bad_value_has_its_line(void **state)
{
	struct strbuf err = STRBUF_INIT;

	(void)state;
	setenv("WEB_WORKERS", "many", 1);
	setenv("LOG_LEVEL", "loud", 1);
	assert_false(settings_load(&err));
	assert_string_equal(err.buf,
			    "WEB_WORKERS=many: must be a whole number from 1 "
			    "to 64\n"
			    "LOG_LEVEL=loud: must be debug, info, warn or "
			    "error\n");
	strbuf_release(&err);
}

static void test_secret_is_repeated_nowhere(void **state)
{
	struct strbuf text = STRBUF_INIT;

	(void)state;
	setenv("DATABASE_URL", "postgresql://web:hunter2@db/autopsy", 1);
	setenv("WEB_WORKERS", "0", 1);
	assert_false(settings_load(&text));
	settings_describe(&text);
	assert_null(strstr(text.buf, "hunter2"));
	strbuf_release(&text);
}

static void test_description_names_every_setting(void **state)
{
	struct strbuf text = STRBUF_INIT;

	(void)state;
	settings_describe(&text);
	assert_int_equal(ARRAY_SIZE(names), SETTING_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_non_null(strstr(text.buf, names[i]));
	strbuf_release(&text);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, clear_environment, NULL)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_defaults_are_valid),
		TEST(test_empty_value_means_the_default),
		TEST(test_reads_go_to_the_database_unless_told_otherwise),
		TEST(test_bad_value_is_refused_by_name),
		TEST(test_every_bad_value_has_its_line),
		TEST(test_secret_is_repeated_nowhere),
		TEST(test_description_names_every_setting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
