#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "http/accept.h"

static void check(const char *const *headers, size_t n, bool is_taken)
{
	for (size_t i = 0; i < n; i++)
		if (accept_takes(headers[i], "application/json") != is_taken)
			fail_msg("'%s' is%s taken", headers[i],
				 is_taken ? " not" : "");
}

static void test_ranges_take_what_they_name(void **state)
{
	static const char *const taken[] = {
		"application/json",
		"application/*",
		"*/*",
		"APPLICATION/Json",
		"text/html, application/json;q=0.1",
		"text/html,application/xhtml+xml,*/*;q=0.8",
		"application/json; charset=utf-8",
		"application/json;v=\"a,b;q=0\"",
		"application/json ; q=1.000",
		"application/json;q=0.001",
		"text/html , application/json",
		"text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
		"application/json;;q=1;",
		"application/json;Q=0.5",
	};
	static const char *const refused[] = {
		"text/html",
		"application/problem+json",
		"text/*",
		"application/jsonp",
		"application/json2",
		"application/jso",
		"text/json",
		"applicatio/*",
		"text/html;a=\"application/json, */*\"",
	};

	(void)state;
	check(taken, ARRAY_SIZE(taken), true);
	check(refused, ARRAY_SIZE(refused), false);
}

static void test_weight_of_zero_refuses_and_the_exact_range_counts(void **state)
{
	static const char *const taken[] = {
		"*/*;q=0, application/json",
		"application/json;q=0.1, */*;q=0",
		"application/*;q=0,application/json;q=0.2,*/*;q=0",
		"application/*;q=0.5,*/*;q=0",
		"application/json;q=0, application/json;v=1",
		"application/json;q=0;x=1, application/json",
	};
	static const char *const refused[] = {
		"application/json;q=0",
		"application/json;q=0.000, */*",
		"*/*;q=0",
		"application/*;q=0.0, */*;q=1, text/html",
		"application/json; q=0 , application/*",
	};

	(void)state;
	check(taken, ARRAY_SIZE(taken), true);
	check(refused, ARRAY_SIZE(refused), false);
}

static void test_what_is_malformed_is_passed_over(void **state)
{
	/* Nothing is left to go by. */
	static const char *const taken[] = {
		"",
		",",
		" , ,",
		"application",
		"*",
		"/",
		"application/",
		"/json",
		"text/html;q=2",
		"text/html;q=-1",
		"text/html;q=0.1234",
		"text/html;q=",
		"text/html;q=1.1",
		"text/html;q=a",
		"text/html;q",
		"text html",
		"text/html;\"",
		"text/html;a=\"",
		"text/html;a=\"\\",
		"\"",
		"t\xc3\xa9xt/html",
		"text/html q=1",
	};
	static const char *const refused[] = {
		"application/json;q=5, text/html",
		"*/*;q=, text/html",
		", ,text/html,",
		"*, text/html",
	};

	(void)state;
	check(taken, ARRAY_SIZE(taken), true);
	check(refused, ARRAY_SIZE(refused), false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges_take_what_they_name),
		cmocka_unit_test(
			test_weight_of_zero_refuses_and_the_exact_range_counts),
		cmocka_unit_test(test_what_is_malformed_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
