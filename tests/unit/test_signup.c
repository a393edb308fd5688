#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "subscription/subscription.h"

static void test_email_that_a_server_would_take_is_good(void **state)
{
	static const char *const good[] = {
		"a@b.example",
		"name@example.com",
		"first.last+tag@sub.example.co.uk",
		"o'brien@example.com",
		"x_y-z!#$%&*/=?^`{|}~@example.com",
		"1@2.example",
		"NAME@EXAMPLE.COM",
		"jörg@müller.example",
		"a@xn--mller-kva.example",
	};
	const char *problem;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		if (!subscription_is_email(good[i], &problem))
			fail_msg("%s: %s", good[i], problem);
		assert_null(problem);
	}
}

static void test_email_that_no_server_would_take_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"a",
		"@",
		"a@",
		"@b.example",
		"a@b",
		"a@@b.example",
		"a@b@c.example",
		"a b@c.example",
		"a@b c.example",
		" a@b.example",
		"a@b.example\n",
		"a@b.example\r\nBcc: x@y.example",
		"a,b@c.example",
		"a@b.example, c@d.example",
		"<a@b.example>",
		"Name <a@b.example>",
		"\"a\"@b.example",
		"a(b)@c.example",
		"a@[127.0.0.1]",
		"a\\@b.example",
		".a@b.example",
		"a.@b.example",
		"a..b@c.example",
		"a@.b.example",
		"a@b.example.",
		"a@b..example",
		"a@-b.example",
		"a@b-.example",
		"a@b_c.example",
		"a@b.example/x",
		"a:b@c.example:25",
		"mailto:a@b.example",
		/* What pasting brings along and nobody sees. */
		"a@b.example\xc2\xa0",
		"\xe2\x80\x8b"
		"a@b.example",
		"a\xe3\x80\x80@b.example",
		"a\xc2\x85@b.example",
		"\xef\xbb\xbf"
		"a@b.example",
	};
	const char *problem;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (subscription_is_email(bad[i], &problem))
			fail_msg("'%s' was taken", bad[i]);
		assert_non_null(problem);
	}
}

static void fill(struct strbuf *sb, size_t local, size_t label, size_t total)
{
	strbuf_reset(sb);
	while (sb->len < local)
		strbuf_addch(sb, 'a');
	strbuf_addch(sb, '@');
	for (size_t n = 1; sb->len + 8 < total; n++)
		strbuf_addch(sb, n % (label + 1) ? 'b' : '.');
	strbuf_addstr(sb, ".example");
}

static void test_email_keeps_to_the_sizes_of_smtp(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	const char *problem;

	(void)state;
	fill(&sb, 64, 50, 120);
	assert_true(subscription_is_email(sb.buf, &problem));
	fill(&sb, 65, 50, 120);
	assert_false(subscription_is_email(sb.buf, &problem));
	fill(&sb, 10, 63, 120);
	assert_true(subscription_is_email(sb.buf, &problem));
	fill(&sb, 10, 64, 120);
	assert_false(subscription_is_email(sb.buf, &problem));
	fill(&sb, 10, 50, 254);
	assert_int_equal(sb.len, 254);
	assert_true(subscription_is_email(sb.buf, &problem));
	fill(&sb, 10, 50, 255);
	assert_int_equal(sb.len, 255);
	assert_false(subscription_is_email(sb.buf, &problem));
	strbuf_release(&sb);
}

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
		cmocka_unit_test(test_email_that_a_server_would_take_is_good),
		cmocka_unit_test(
			test_email_that_no_server_would_take_is_refused),
		cmocka_unit_test(test_email_keeps_to_the_sizes_of_smtp),
		cmocka_unit_test(test_topic_is_all_or_a_slug),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
