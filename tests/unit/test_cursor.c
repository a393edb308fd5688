#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/settings.h"
#include "http/cursor.h"

static struct arena arena = ARENA_INIT;

static void test_cursor_brings_its_parts_back(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	const char *parts[3];

	(void)state;
	cursor_add(&sb, "salary\t-90000\tCafé \"x\"");
	assert_true(field_is_cursor(sb.buf));
	assert_true(cursor_read(&arena, sb.buf, parts, 3));
	assert_string_equal(parts[0], "salary");
	assert_string_equal(parts[1], "-90000");
	assert_string_equal(parts[2], "Café \"x\"");
	assert_false(cursor_read(&arena, sb.buf, parts, 2));
	assert_false(cursor_read(&arena, sb.buf, parts, 4));
	strbuf_release(&sb);
}

static void test_what_is_no_cursor_is_refused(void **state)
{
	/* Not base64url; a NUL, a newline, half a character, too long. */
	static const char *const bad[] = { "a",	 "a===", "AAAA", "YQpi",
					   "ww", "_-8",	 "a b",	 "é" };
	char longest[CURSOR_TEXT_MAX + 200];
	const char *part;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (cursor_read(&arena, bad[i], &part, 1))
			fail_msg("'%s' was read", bad[i]);
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_false(field_is_cursor(longest));
	longest[(CURSOR_TEXT_MAX + 3) / 3 * 4] = '\0';
	assert_true(field_is_cursor(longest));
	assert_false(cursor_read(&arena, longest, &part, 1));
	assert_false(field_is_cursor(""));
	assert_false(field_is_cursor("a+/"));
}

static void test_next_is_the_same_address_behind_the_cursor(void **state)
{
	struct request rq = { .arena = &arena,
			      .path = "/api/v1/careers",
			      .query = "q=a%26b&%63ursor=YQ&limit=2" };
	struct response rs;
	const char *url;

	(void)state;
	response_init(&rs);
	url = cursor_next(&rq, &rs, "b");
	assert_string_equal(strstr(url, "/api"),
			    "/api/v1/careers?q=a%26b&limit=2&cursor=Yg");
	assert_non_null(strstr(rs.headers.buf, "; rel=\"next\"\r\n"));
	assert_non_null(strstr(rs.headers.buf, url));
	response_release(&rs);
}

static int set_up(void **state)
{
	struct strbuf err = STRBUF_INIT;

	(void)state;
	if (!settings_load(&err))
		fail_msg("%s", err.buf);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cursor_brings_its_parts_back),
		cmocka_unit_test(test_what_is_no_cursor_is_refused),
		cmocka_unit_test(
			test_next_is_the_same_address_behind_the_cursor),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
