#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "subscription/subscription.h"

static void test_topic_is_all_or_a_slug(void **state)
{
	static const struct {
		const char *text;
		bool ok;
	} cases[] = {
		{ "all", true },
		{ "category:finance", true },
		{ "career:backend-developer", true },
		{ "", false },
		{ "ALL", false },
		{ "all ", false },
		{ "category:", false },
		{ "category", false },
		{ "career:a--b", false },
		{ "career:a/b", false },
		{ "other:finance", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (subscription_is_topic(cases[i].text) != cases[i].ok)
			fail_msg("'%s'", cases[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_topic_is_all_or_a_slug),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
