#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "mail/reply_blot.h"
#include "mail/transport.h"

static void check(const char *text, const char *address, const char *wanted)
{
	struct strbuf out = STRBUF_INIT;

	reply_blot(&out, text, address);
	assert_string_equal(out.buf, wanted);
	strbuf_release(&out);
}

static void test_an_address_is_blotted_out_wherever_it_stands(void **state)
{
	static const char *const cases[][2] = {
		{ "550 <jane.doe@example.org> not here",
		  "550 <<address>> not here" },
		{ "550 JANE.Doe@Example.ORG", "550 <address>" },
		{ "to=jane.doe@example.org, again jane.doe@example.org.",
		  "to=<address>, again <address>" },
		{ "rewritten: jane.doe@mx1.inside.test:25",
		  "rewritten: <address>:25" },
		{ "cut jane.doe@exam", "cut <address>" },
		{ "no user jane.doe here", "no user <address> here" },
		{ "Jane.Doe: unknown", "<address>: unknown" },
		{ "(jane.doe)", "(<address>)" },
		{ "jane.doe", "<address>" },
		{ "jane.doe@", "<address>" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check(cases[i][0], "jane.doe@example.org", cases[i][1]);
}

static void test_other_words_stay(void **state)
{
	(void)state;
	check("450 4.2.0 try later, jane.does", "jane.doe@example.org",
	      "450 4.2.0 try later, jane.does");
	check("a box is full", "a@example.org", "a box is full");
	check("a@example.org is full", "a@example.org", "<address> is full");
	check("", "a@example.org", "");
	check("550 no", "", "550 no");
}

static void test_a_link_s_token_is_blotted_out(void **state)
{
	static const char token[] = "AQFVJH0gteJJiIj9QJ8qTXqwRnMux7sllMwFqXd7"
				    "onIjL-v1_tKE_3ZZqcy87ZJ4ttA";
	struct strbuf text = STRBUF_INIT;

	(void)state;
	strbuf_addf(&text, "554 spam: https://x.org/unsubscribe/%s!", token);
	check(text.buf, "a@b.org",
	      "554 spam: https://x.org/unsubscribe/"
	      "<token>!");
	strbuf_release(&text);
}

static void test_half_a_word_at_the_end_of_a_cut_text_goes(void **state)
{
	char text[MAIL_REPLY_MAX + 1], wanted[MAIL_REPLY_MAX + 1];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (size_t i = 9; i < MAIL_REPLY_MAX; i += 10)
		text[i] = ' ';
	memcpy(text + MAIL_REPLY_MAX - 8, " jane.do", 8);
	snprintf(wanted, sizeof(wanted), "%.*s", MAIL_REPLY_MAX - 7, text);
	check(text, "jane.doe@example.org", wanted);
	memset(text, 'x', sizeof(text) - 1);
	check(text, "jane.doe@example.org", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_an_address_is_blotted_out_wherever_it_stands),
		cmocka_unit_test(test_other_words_stay),
		cmocka_unit_test(test_a_link_s_token_is_blotted_out),
		cmocka_unit_test(
			test_half_a_word_at_the_end_of_a_cut_text_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
