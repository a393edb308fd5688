#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "http/conditional.h"

static void check_tags(const char *etag, const char *const *lists, size_t n,
		       bool has)
{
	for (size_t i = 0; i < n; i++)
		if (conditional_has_tag(lists[i], etag, strlen(etag)) != has)
			fail_msg("%s in '%s'", etag, lists[i]);
}

static void test_tags_are_compared_weakly_and_whole(void **state)
{
	static const char *const has[] = {
		"\"a,b\"",
		"W/\"a,b\"",
		"\"x\", \"a,b\"",
		"W/\"x\",W/\"a,b\"",
		"*",
		" * ",
		",, \"\" , \"a,b\",",
	};
	static const char *const has_not[] = {
		"",	    "a,b",	  "\"a\"",     "\"a,b",
		"\"xa,b\"", "\"a,bx\"",	  "w/\"a,b\"", "\"A,B\"",
		"*, \"x\"", "x, \"a,b\"", "\"x\" W/",
	};

	(void)state;
	check_tags("\"a,b\"", has, ARRAY_SIZE(has), true);
	check_tags("W/\"a,b\"", has, ARRAY_SIZE(has), true);
	check_tags("\"a,b\"", has_not, ARRAY_SIZE(has_not), false);
}

static void test_dates_have_three_forms(void **state)
{
	static const char *const good[] = {
		"Sun, 06 Nov 1994 08:49:37 GMT",
		"Sunday, 06-Nov-94 08:49:37 GMT",
		"Sun Nov  6 08:49:37 1994",
	};
	static const char *const bad[] = {
		"",
		"784111777",
		"Sun, 06 Nov 1994 08:49:37 CET",
		"Sun, 06 Nov 1994 08:49:37 GMT, x",
		"Sun, 31 Foo 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 25:49:37 GMT",
		"Sun, 06 Nov 1994",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_int_equal(conditional_date(good[i]), 784111777);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(conditional_date(bad[i]), -1);
}

static void test_reply_is_304_where_it_is_known(void **state)
{
	static const char date[] = "Sun, 06 Nov 1994 08:49:37 GMT";
	static const struct {
		enum method method;
		int status;
		const char *tag, *since;
		time_t modified;
		int want;
	} cases[] = {
		{ METHOD_GET, 200, "\"a\"", "", 0, 304 },
		{ METHOD_HEAD, 200, "W/\"a\"", "", 0, 304 },
		{ METHOD_POST, 200, "\"a\"", "", 0, 200 },
		{ METHOD_GET, 404, "\"a\"", "", 0, 404 },
		{ METHOD_GET, 200, "\"b\"", "", 0, 200 },
		{ METHOD_GET, 200, "", "", 784111777, 200 },
		{ METHOD_GET, 200, "", date, 784111777, 304 },
		{ METHOD_GET, 200, "", date, 784111776, 304 },
		{ METHOD_GET, 200, "", date, 784111778, 200 },
		{ METHOD_GET, 200, "", date, 0, 200 },
		{ METHOD_GET, 200, "", "yesterday", 1, 200 },
		/* The tag alone counts. */
		{ METHOD_GET, 200, "\"b\"", date, 784111777, 200 },
		{ METHOD_GET, 200, "\"a\"", date, 784111778, 304 },
	};
	struct response rs;

	(void)state;
	response_init(&rs);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct request rq = { .method = cases[i].method,
				      .if_none_match = cases[i].tag,
				      .if_modified_since = cases[i].since };

		response_reset(&rs);
		rs.status = cases[i].status;
		rs.last_modified = cases[i].modified;
		response_header(&rs, "ETag", "\"a\"");
		strbuf_addstr(&rs.body, "body");
		conditional_answer(&rq, &rs);
		if (rs.status != cases[i].want)
			fail_msg("case %zu is %d", i, rs.status);
		assert_int_equal(rs.body.len, rs.status == 304 ? 0 : 4);
	}
	response_release(&rs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tags_are_compared_weakly_and_whole),
		cmocka_unit_test(test_dates_have_three_forms),
		cmocka_unit_test(test_reply_is_304_where_it_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
