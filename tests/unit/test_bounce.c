#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "mail/bounce.h"

static const struct {
	int code;
	const char *status;
	enum bounce bounce;
} cases[] = {
	{ 550, "5.1.1", BOUNCE_HARD },
	{ 550, "5.1.2", BOUNCE_HARD },
	{ 553, "5.1.3", BOUNCE_HARD },
	{ 551, "5.1.6", BOUNCE_HARD },
	{ 556, "5.1.10", BOUNCE_HARD },
	{ 550, "5.2.1", BOUNCE_HARD },
	{ 0, "5.1.1", BOUNCE_HARD },
	{ 552, "5.2.2", BOUNCE_SOFT },
	/* A status says more than the code beside it. */
	{ 550, "5.2.2", BOUNCE_SOFT },
	{ 550, "5.7.1", BOUNCE_FAILED },
	{ 554, "5.7.26", BOUNCE_FAILED },
	{ 550, "5.4.1", BOUNCE_FAILED },
	{ 550, "5.1.0", BOUNCE_FAILED },
	{ 550, "5.1.100", BOUNCE_FAILED },
	{ 550, "", BOUNCE_HARD_180 },
	{ 551, "", BOUNCE_HARD_180 },
	{ 553, "", BOUNCE_HARD_180 },
	{ 550, "5.0.0", BOUNCE_HARD_180 },
	{ 552, "", BOUNCE_FAILED },
	{ 554, "", BOUNCE_FAILED },
	{ 554, "5.0.0", BOUNCE_FAILED },
	{ 0, "5.0.0", BOUNCE_FAILED },
	{ 0, "", BOUNCE_FAILED },
	/* Tried for days. */
	{ 0, "4.4.7", BOUNCE_SOFT },
	{ 0, "4.0.0", BOUNCE_SOFT },
	{ 450, "", BOUNCE_SOFT },
	{ 250, "2.1.5", BOUNCE_IGNORE },
	{ 0, "2.0.0", BOUNCE_IGNORE },
};

static void test_each_refusal_has_its_meaning(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		enum bounce b = bounce_judge(cases[i].code, cases[i].status);

		if (b != cases[i].bounce)
			fail_msg("%d '%s' is %s", cases[i].code,
				 cases[i].status, bounce_name(b));
	}
}

static size_t length(const char *s)
{
	return bounce_status_len(s, strlen(s));
}

static void test_a_status_is_three_numbers(void **state)
{
	(void)state;
	assert_int_equal(length("5.1.1"), 5);
	assert_int_equal(length("5.1.10 x"), 6);
	assert_int_equal(length("2.123.456\tx"), 9);
	assert_int_equal(length("4.0.0"), 5);
	assert_int_equal(length("3.0.0"), 0);
	assert_int_equal(length("5.1234.0"), 0);
	assert_int_equal(length("5.0.1234"), 0);
	assert_int_equal(length("55.0.0"), 0);
	assert_int_equal(length("5.1"), 0);
	assert_int_equal(length("5.1."), 0);
	assert_int_equal(length("5..1"), 0);
	assert_int_equal(length("5.1.1x"), 0);
	assert_int_equal(length("5.1.1.1"), 0);
	assert_int_equal(length(" 5.1.1"), 0);
	assert_int_equal(length(""), 0);
	/* No further than it may look. */
	assert_int_equal(bounce_status_len("5.1.10", 5), 5);
	assert_int_equal(bounce_status_len("5.1.1", 4), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_refusal_has_its_meaning),
		cmocka_unit_test(test_a_status_is_three_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
