#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/words.h"

static void test_date_is_written_out_and_other_text_kept(void **state)
{
	static const struct {
		const char *iso, *date, *month;
	} cases[] = {
		{ "2026-04-01", "1 April 2026", "April 2026" },
		{ "2026-12-31", "31 December 2026", "December 2026" },
		{ "2024-02-29", "29 February 2024", "February 2024" },
		{ "2026-01-10", "10 January 2026", "January 2026" },
		{ "2026-02-29", "2026-02-29", "2026-02-29" },
		{ "", "", "" },
		{ "soon", "soon", "soon" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct strbuf sb = STRBUF_INIT;

		words_add_date(&sb, cases[i].iso);
		assert_string_equal(sb.buf, cases[i].date);
		strbuf_reset(&sb);
		words_add_month(&sb, cases[i].iso);
		assert_string_equal(sb.buf, cases[i].month);
		strbuf_release(&sb);
	}
}

static void test_minutes_become_hours_and_minutes(void **state)
{
	static const struct {
		int64_t minutes;
		const char *text;
	} cases[] = {
		{ 0, "0 min" },		 { 1, "1 min" },
		{ 45, "45 min" },	 { 59, "59 min" },
		{ 60, "1 h" },		 { 61, "1 h 1 min" },
		{ 120, "2 h" },		 { 555, "9 h 15 min" },
		{ 2775, "46 h 15 min" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct strbuf sb = STRBUF_INIT;

		words_add_minutes(&sb, cases[i].minutes);
		assert_string_equal(sb.buf, cases[i].text);
		strbuf_release(&sb);
	}
}

static void test_number_has_commas_between_thousands(void **state)
{
	static const struct {
		int64_t n;
		const char *text;
	} cases[] = {
		{ 0, "0" },
		{ 999, "999" },
		{ 1000, "1,000" },
		{ 85000, "85,000" },
		{ 123456, "123,456" },
		{ 1234567, "1,234,567" },
		{ -999, "-999" },
		{ -1000, "-1,000" },
		{ INT64_MAX, "9,223,372,036,854,775,807" },
		{ INT64_MIN, "-9,223,372,036,854,775,808" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct strbuf sb = STRBUF_INIT;

		words_add_number(&sb, cases[i].n);
		assert_string_equal(sb.buf, cases[i].text);
		strbuf_release(&sb);
	}
}

static void test_article_follows_how_the_word_is_spoken(void **state)
{
	static const struct {
		const char *word, *article;
	} cases[] = {
		{ "Backend Developer", "a" },
		{ "Accountant", "an" },
		{ "Actuary", "an" },
		{ "engineer", "an" },
		{ "UX Designer", "a" },
		{ "UI Designer", "a" },
		{ "University Lecturer", "a" },
		{ "Underwriter", "an" },
		{ "HR Manager", "an" },
		{ "SEO Specialist", "an" },
		{ "MRI Technologist", "an" },
		{ "ML Engineer", "an" },
		{ "Urologist", "a" },
		{ "Urban Planner", "an" },
		{ "X-ray Technician", "an" },
		{ "Nurse", "a" },
		{ "", "a" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (strcmp(words_article(cases[i].word), cases[i].article) != 0)
			fail_msg("%s", cases[i].word);
}

static void test_clock_writes_times_as_headers_and_logs_want(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	clock_add_http(&sb, 784111777);
	assert_string_equal(sb.buf, "Sun, 06 Nov 1994 08:49:37 GMT");
	strbuf_reset(&sb);
	clock_add_http(&sb, 0);
	assert_string_equal(sb.buf, "Thu, 01 Jan 1970 00:00:00 GMT");
	strbuf_reset(&sb);
	clock_add_iso(&sb, 1777540502123);
	assert_string_equal(sb.buf, "2026-04-30T09:15:02.123Z");
	strbuf_release(&sb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_date_is_written_out_and_other_text_kept),
		cmocka_unit_test(test_minutes_become_hours_and_minutes),
		cmocka_unit_test(test_number_has_commas_between_thousands),
		cmocka_unit_test(test_article_follows_how_the_word_is_spoken),
		cmocka_unit_test(
			test_clock_writes_times_as_headers_and_logs_want),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
