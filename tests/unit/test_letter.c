#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "mail/letter.h"

extern const struct template_source views[];

static void test_letters_are_the_same_at_the_second_try(void **state)
{
	const struct letter_sender sender = { "https://a.example",
					      "n@a.example", "l.a.example",
					      "1 Street" };
	const struct letter_head head = { "r@b.example", "1@a.example", 1000,
					  NULL };
	const struct letter_career career = { "Nurse", "Nights.",
					      "https://a.example/careers/x" };
	const struct letter_notice notice = { &career, 1, "new guides", 2000,
					      "https://a.example/u/x" };
	const struct letter_confirm confirm = {
		"new guides", "https://a.example/",  1000,
		2000,	      "https://a.example/c", "https://a.example/u"
	};
	struct strbuf out[4], err = STRBUF_INIT;
	struct template_set *set = template_set_new(views, &err);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(out); i++) {
		strbuf_init(&out[i]);
		assert_true(i % 2 ? letter_notice(set, &sender, &head, &notice,
						  &out[i], &err)
				  : letter_confirm(set, &sender, &head,
						   &confirm, &out[i], &err));
	}
	assert_string_equal(out[0].buf, out[2].buf);
	assert_string_equal(out[1].buf, out[3].buf);
	assert_string_not_equal(out[0].buf, out[1].buf);
	for (size_t i = 0; i < ARRAY_SIZE(out); i++)
		strbuf_release(&out[i]);
	template_set_free(set);
	strbuf_release(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_letters_are_the_same_at_the_second_try),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
