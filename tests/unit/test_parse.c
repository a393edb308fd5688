#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdint.h>

#include "base/parse.h"
#include "base/strbuf.h"

static void test_int_is_taken_whole_and_within_limits(void **state)
{
	static const struct {
		const char *text;
		int64_t min, max, want;
		bool ok;
	} cases[] = {
		{ "0", 0, 9, 0, true },
		{ "7", 0, 9, 7, true },
		{ "10", 0, 9, 0, false },
		{ "-1", 0, 9, 0, false },
		{ "-5", -5, 9, -5, true },
		{ "-6", -5, 9, 0, false },
		{ "9223372036854775807", 0, INT64_MAX, INT64_MAX, true },
		{ "9223372036854775808", 0, INT64_MAX, 0, false },
		{ "-9223372036854775808", INT64_MIN, 0, INT64_MIN, true },
		{ "-9223372036854775809", INT64_MIN, 0, 0, false },
		{ "99999999999999999999", 0, INT64_MAX, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t n = 42;
		bool ok = parse_int(cases[i].text, cases[i].min, cases[i].max,
				    &n);

		if (ok != cases[i].ok || n != (ok ? cases[i].want : 42))
			fail_msg("'%s' gave %d, %lld", cases[i].text, ok,
				 (long long)n);
	}
}

static void test_int_has_one_spelling(void **state)
{
	static const char *const bad[] = { "",	   "-",	  "+1",	 " 1",	"1 ",
					   "01",   "00",  "-01", "-0",	"--1",
					   "1a",   "0x1", "1.0", "1e3", "१",
					   "1\n2", "\t1" };
	int64_t n = 42;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (parse_int(bad[i], INT64_MIN, INT64_MAX, &n) || n != 42)
			fail_msg("'%s' was taken", bad[i]);
}

static void test_time_is_a_second_of_utc(void **state)
{
	static const struct {
		const char *text;
		bool ok;
	} cases[] = {
		{ "2026-11-24T09:30:00Z", true },
		{ "2024-02-29T23:59:59Z", true },
		{ "2026-02-29T00:00:00Z", false },
		{ "2026-11-24T24:00:00Z", false },
		{ "2026-11-24T09:60:00Z", false },
		{ "2026-11-24T09:30:60Z", false },
		{ "2026-11-24T09:30:00", false },
		{ "2026-11-24T09:30:00Zx", false },
		{ "2026-11-24 09:30:00Z", false },
		{ "2026-11-24", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (parse_is_time(cases[i].text) != cases[i].ok)
			fail_msg("'%s'", cases[i].text);
}

static void check_slugs(const char *const *texts, bool want)
{
	for (; *texts; texts++)
		if (parse_is_slug(*texts) != want)
			fail_msg("'%s'", *texts);
}

static void test_slug_takes_words_joined_by_dashes(void **state)
{
	static const char *const good[] = {
		"a", "0", "a-b", "a1-2b-c", "backend-developer", NULL
	};

	(void)state;
	check_slugs(good, true);
}

static void test_slug_refuses_double_dash(void **state)
{
	static const char *const bad[] = { "a--b", "--", "a---b", NULL };

	(void)state;
	check_slugs(bad, false);
}

static void test_slug_refuses_dash_at_an_end(void **state)
{
	static const char *const bad[] = { "-", "-a", "a-", NULL };

	(void)state;
	check_slugs(bad, false);
}

static void test_slug_refuses_what_means_something_in_a_path(void **state)
{
	static const char *const bad[] = { "",	  ".",	 "..",	"a/b", "a.b",
					   "A",	  "a b", "a_b", "é",   "a%2f",
					   "a\n", "a?b", NULL };

	(void)state;
	check_slugs(bad, false);
}

static void test_slug_has_at_most_80_bytes(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	for (int i = 0; i < 80; i++)
		strbuf_addch(&sb, 'a');
	assert_true(parse_is_slug(sb.buf));
	strbuf_addch(&sb, 'a');
	assert_false(parse_is_slug(sb.buf));
	strbuf_release(&sb);
}

static void test_date_exists_in_the_calendar(void **state)
{
	static const struct {
		const char *text;
		bool ok;
	} cases[] = {
		{ "2026-04-30", true },
		{ "2026-04-31", false },
		{ "2026-12-31", true },
		{ "2026-13-01", false },
		{ "2026-00-01", false },
		{ "2026-01-00", false },
		{ "2024-02-29", true },
		{ "2026-02-29", false },
		{ "2000-02-29", true },
		{ "1900-02-29", false },
		{ "2100-02-29", false },
		{ "2024-02-30", false },
		{ "2026-4-30", false },
		{ "2026-04-3", false },
		{ "2026-04-301", false },
		{ "2026/04/30", false },
		{ "", false },
		{ "2026", false },
		{ " 2026-04-30", false },
		{ "2026-04-30T", false },
		{ "-026-04-30", false },
		{ "0000-01-01", false },
		{ "0001-01-01", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (parse_is_date(cases[i].text) != cases[i].ok)
			fail_msg("'%s'", cases[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_int_is_taken_whole_and_within_limits),
		cmocka_unit_test(test_int_has_one_spelling),
		cmocka_unit_test(test_time_is_a_second_of_utc),
		cmocka_unit_test(test_slug_takes_words_joined_by_dashes),
		cmocka_unit_test(test_slug_refuses_double_dash),
		cmocka_unit_test(test_slug_refuses_dash_at_an_end),
		cmocka_unit_test(
			test_slug_refuses_what_means_something_in_a_path),
		cmocka_unit_test(test_slug_has_at_most_80_bytes),
		cmocka_unit_test(test_date_exists_in_the_calendar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
