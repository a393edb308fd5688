/* Where a source is, from its setting and its own path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "salary/source.h"

struct place {
	const char *setting;
	const char *path;
	const char *is;
};

static const struct place places[] = {
	{ "https://a.example", "/v2/rates", "https://a.example/v2/rates" },
	{ "https://a.example/", "/v2/rates", "https://a.example/v2/rates" },
	{ "https://a.example/mirror", "/v2/rates",
	  "https://a.example/mirror/v2/rates" },
	/* What is there already is not repeated, */
	{ "https://a.example/v2", "/v2/rates", "https://a.example/v2/rates" },
	{ "https://a.example/v2/rates", "/v2/rates",
	  "https://a.example/v2/rates" },
	{ "https://a.example/m/v2/rates/", "/v2/rates",
	  "https://a.example/m/v2/rates" },
	{ "https://a.example/data/", "/data/", "https://a.example/data/" },
	{ "https://a.example/statistics/1.0", "/statistics/1.0/data",
	  "https://a.example/statistics/1.0/data" },
	/* as long as it is whole segments of it. */
	{ "https://a.example/v", "/v2/rates", "https://a.example/v/v2/rates" },
	{ "https://v2", "/v2/rates", "https://v2/v2/rates" },
	/* A file is a file, whatever the path. */
	{ "https://a.example/new/wages.csv", "/old/wages-2025.csv",
	  "https://a.example/new/wages.csv" },
	{ "http://127.0.0.1:8099/rates.xml", "/v2/rates",
	  "http://127.0.0.1:8099/rates.xml" },
	{ "http://127.0.0.1:8099", "/v2/rates",
	  "http://127.0.0.1:8099/v2/rates" },
	{ "https://a.example/v1.5", "/v2/rates",
	  "https://a.example/v1.5/v2/rates" },
};

static void test_address_is_the_setting_and_what_it_lacks(void **state)
{
	struct strbuf err = STRBUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		const struct source source = { .url = SETTING_ECB_URL,
					       .path = places[i].path };
		struct source_job job = { .source = &source,
					  .url = STRBUF_INIT };

		assert_true(settings_override(SETTING_ECB_URL,
					      places[i].setting, &err));
		source_address(&job);
		assert_string_equal(job.url.buf, places[i].is);
		strbuf_release(&job.url);
	}
	strbuf_release(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_address_is_the_setting_and_what_it_lacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
