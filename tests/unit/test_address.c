#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "mail/address.h"

static void test_address_is_lower_case_and_its_domain_ascii(void **state)
{
	static const struct {
		const char *typed, *text;
	} cases[] = {
		{ "a@b.example", "a@b.example" },
		{ "NAME@EXAMPLE.COM", "name@example.com" },
		{ "first.last+tag@sub.example.co.uk",
		  "first.last+tag@sub.example.co.uk" },
		{ "o'brien@example.com", "o'brien@example.com" },
		{ "x_y-z!#$%&*/=?^`{|}~@example.com",
		  "x_y-z!#$%&*/=?^`{|}~@example.com" },
		{ "1@2.example", "1@2.example" },
		{ "a@1-2.3x.example", "a@1-2.3x.example" },
		{ "a@b.x1", "a@b.x1" },
		{ "Ada@M\xc3\x9cLLER.example", "ada@xn--mller-kva.example" },
		{ "a@mu\xcc\x88ller.example", "a@xn--mller-kva.example" },
		{ "a@stra\xc3\x9f"
		  "e.example",
		  "a@xn--strae-oqa.example" },
		{ "a@XN--Mller-KVA.example", "a@xn--mller-kva.example" },
		{ "a@xn--zca.example", "a@xn--zca.example" },
		{ "a@\xe4\xbe\x8b\xe3\x81\x88.\xe3\x83\x86\xe3\x82\xb9"
		  "\xe3\x83\x88",
		  "a@xn--r8jz45g.xn--zckzah" },
		/* Full width, and the full stop of a Japanese keyboard. */
		{ "a@\xef\xbd\x82\xe3\x80\x82"
		  "example",
		  "a@b.example" },
	};
	struct strbuf problem = STRBUF_INIT;
	struct address a, again;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (!address_parse(&a, cases[i].typed, &problem))
			fail_msg("%s: %s", cases[i].typed, problem.buf);
		assert_string_equal(a.text, cases[i].text);
		assert_string_equal(address_domain(&a),
				    strchr(cases[i].text, '@') + 1);
		assert_true(address_parse(&again, a.text, &problem));
		assert_string_equal(again.text, a.text);
	}
	assert_int_equal(problem.len, 0);
	strbuf_release(&problem);
}

static void test_address_that_no_server_would_take_is_explained(void **state)
{
	static const char *const blanks = "Leave out blanks, commas";
	static const char *const name = "Write the address with a name before";
	static const char *const domain = "Write the address with a domain";
	static const char *const host = "Mail can't be sent to what stands";
	static const char *const local = "Before the @ we can only take";
	static const char *const dots = "The part before the @ can't be right";
	const struct {
		const char *typed, *problem;
	} cases[] = {
		{ "", "Enter your e-mail address." },
		{ "a", "Write the address with an @" },
		{ "a.example", "Write the address with an @" },
		{ "@", name },
		{ "@b.example", name },
		{ "a@", domain },
		{ "a@b", domain },
		{ "a@localhost", domain },
		{ "a@@b.example", "Write one address with one @" },
		{ "a@b@c.example", "Write one address with one @" },
		{ "a b@c.example", blanks },
		{ "a@b c.example", blanks },
		{ " a@b.example", blanks },
		{ "a@b.example ", blanks },
		{ "a@b.example\n", blanks },
		{ "a@b.example\r\nBcc: x@y.example", blanks },
		{ "a\t@b.example", blanks },
		{ "a\x01@b.example", blanks },
		{ "a@b\x7f.example", blanks },
		{ "a@b.example>\r\nRCPT TO:<x", blanks },
		{ "a,b@c.example", blanks },
		{ "a@b.example, c@d.example", blanks },
		{ "a@b.example;c@d.example", blanks },
		{ "<a@b.example>", blanks },
		{ "Name <a@b.example>", blanks },
		{ "\"a\"@b.example", blanks },
		{ "\"a@b\"@c.example", blanks },
		{ "a(b)@c.example", blanks },
		{ "a@[127.0.0.1]", blanks },
		{ "a@[IPv6:::1]", blanks },
		{ "a\\@b.example", blanks },
		{ "mailto:a@b.example", blanks },
		{ "a@c.example:25", blanks },
		{ ".a@b.example", dots },
		{ "a.@b.example", dots },
		{ "a..b@c.example", dots },
		{ ".@c.example", dots },
		{ "j\xc3\xb6rg@b.example", local },
		{ "\xf0\x9f\x98\x80@b.example", local },
		{ "a@.b.example", host },
		{ "a@b.example.", host },
		{ "a@b..example", host },
		{ "a@.", host },
		{ "a@-b.example", host },
		{ "a@b-.example", host },
		{ "a@b.example-", host },
		{ "a@b_c.example", host },
		{ "a@b.example/x", host },
		{ "a@b*c.example", host },
		{ "a@b.123", host },
		{ "a@127.0.0.1", host },
		{ "a@xn--a.example", host },
		{ "a@xn--.example", host },
		{ "a@xn--ls8h.example", host },
		{ "a@\xf0\x9f\x92\xa9.example", host },
		{ "a@b\xff.example", host },
		/* One that is of two scripts, one that ends up with a /. */
		{ "a@\xd7\x90z.example", host },
		{ "a@b\xef\xbc\x8f"
		  "c.example",
		  host },
		{ "a@b\xef\xbc\xa0"
		  "c.example",
		  host },
		/* What pasting brings along and nobody sees. */
		{ "a@b.example\xc2\xa0", blanks },
		{ "\xe2\x80\x8b"
		  "a@b.example",
		  blanks },
		{ "a\xe3\x80\x80@b.example", blanks },
		{ "a\xc2\x85@b.example", blanks },
		{ "a@b\xe2\x80\x8d"
		  "c.example",
		  blanks },
		{ "\xef\xbb\xbf"
		  "a@b.example",
		  blanks },
	};
	struct strbuf problem = STRBUF_INIT;
	struct address a;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		strbuf_reset(&problem);
		if (address_parse(&a, cases[i].typed, &problem))
			fail_msg("'%s' was taken", cases[i].typed);
		if (strncmp(problem.buf, cases[i].problem,
			    strlen(cases[i].problem)) != 0)
			fail_msg("'%s': %s", cases[i].typed, problem.buf);
	}
	strbuf_release(&problem);
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

static void test_address_keeps_to_the_sizes_of_smtp(void **state)
{
	static const struct {
		size_t local, label, total;
		const char *problem;
	} cases[] = {
		{ 64, 50, 120, "" },
		{ 65, 50, 120, "The part before the @ has at most 64" },
		{ 10, 63, 120, "" },
		{ 10, 64, 120, "Mail can't be sent to what stands after" },
		{ 10, 50, 254, "" },
		{ 10, 50, 255, "An e-mail address has at most 254" },
		{ 64, 50, 319, "Mail can't be sent to what stands after" },
		{ 64, 50, 5000, "An e-mail address has at most 254" },
	};
	struct strbuf sb = STRBUF_INIT, problem = STRBUF_INIT;
	struct address a;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fill(&sb, cases[i].local, cases[i].label, cases[i].total);
		assert_int_equal(sb.len, cases[i].total);
		strbuf_reset(&problem);
		assert_int_equal(address_parse(&a, sb.buf, &problem),
				 !*cases[i].problem);
		if (strncmp(problem.buf, cases[i].problem,
			    strlen(cases[i].problem)) != 0)
			fail_msg("%zu: %s", i, problem.buf);
	}
	strbuf_release(&sb);
	strbuf_release(&problem);
}

/* 180 bytes as typed, more than 254 as they are sent. */
static void test_address_is_measured_as_it_is_sent(void **state)
{
	struct strbuf sb = STRBUF_INIT, problem = STRBUF_INIT;
	struct address a;

	(void)state;
	strbuf_addstr(&sb, "a");
	while (sb.len < 60)
		strbuf_addch(&sb, 'a');
	strbuf_addch(&sb, '@');
	for (int i = 0; i < 14; i++)
		strbuf_addstr(&sb, "\xc3\xbc"
				   "bbbbb.");
	strbuf_addstr(&sb, "example");
	assert_int_equal(sb.len, 180);
	assert_false(address_parse(&a, sb.buf, &problem));
	assert_string_equal(problem.buf,
			    "An e-mail address has at most 254 characters.");
	strbuf_release(&sb);
	strbuf_release(&problem);
}

static void test_mailbox_has_no_tag_and_at_gmail_no_dots(void **state)
{
	static const struct {
		const char *typed, *mailbox;
	} cases[] = {
		{ "Ada@b.example", "ada@b.example" },
		{ "ada+news@b.example", "ada@b.example" },
		{ "ada+a+b@b.example", "ada@b.example" },
		{ "a.da@b.example", "a.da@b.example" },
		{ "+ada@b.example", "+ada@b.example" },
		{ "ada.+x@b.example", "ada.@b.example" },
		{ "+ada+x@b.example", "+ada@b.example" },
		{ "a.d.a+x.y@gmail.com", "ada@gmail.com" },
		{ "a.d.a@GoogleMail.com", "ada@gmail.com" },
		{ "a.da@mail.gmail.com", "a.da@mail.gmail.com" },
	};
	struct strbuf problem = STRBUF_INIT;
	struct address a;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_true(address_parse(&a, cases[i].typed, &problem));
		assert_string_equal(a.mailbox, cases[i].mailbox);
	}
	strbuf_release(&problem);
}

static void test_slip_of_a_domain_is_seen_and_taken(void **state)
{
	static const struct {
		const char *typed, *meant;
	} cases[] = {
		{ "ada@gmial.com", "ada@gmail.com" },
		{ "Ada+x@GMAI.com", "ada+x@gmail.com" },
		{ "ada@gnail.com", "ada@gmail.com" },
		{ "ada@gmail.co", "ada@gmail.com" },
		{ "ada@gmail.con", "ada@gmail.com" },
		{ "ada@gmial.con", "ada@gmail.com" },
		{ "ada@hotmial.com", "ada@hotmail.com" },
		{ "ada@outlok.com", "ada@outlook.com" },
		{ "ada@yaho.co.uk", "ada@yahoo.co.uk" },
		{ "ada@work.con", "ada@work.com" },
		{ "ada@work.example.cmo", "ada@work.example.com" },
		/* These are what they are. */
		{ "ada@gmail.com", "" },
		{ "ada@googlemail.com", "" },
		{ "ada@hotmail.co.uk", "" },
		{ "ada@mail.com", "" },
		{ "ada@ymail.com", "" },
		{ "ada@email.com", "" },
		{ "ada@cloud.com", "" },
		{ "ada@gmail.de", "" },
		{ "ada@hotmail.de", "" },
		{ "ada@yahoo.ca", "" },
		{ "ada@gmx.net", "" },
		{ "ada@gmiall.com", "" },
		{ "ada@con.example", "" },
	};
	struct strbuf problem = STRBUF_INIT;
	struct address a;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (!address_parse(&a, cases[i].typed, &problem))
			fail_msg("%s: %s", cases[i].typed, problem.buf);
		assert_string_equal(a.meant, cases[i].meant);
	}
	strbuf_release(&problem);
}

static void test_fault_says_what_would_be_right_where_it_is_near(void **state)
{
	static const struct {
		const char *typed, *end;
	} cases[] = {
		{ "Ada@gmail", "Did you mean ada@gmail.com?" },
		{ "ada@GMAIL,com", "Did you mean ada@gmail.com?" },
		{ "ada@gmail.com.", "Did you mean ada@gmail.com?" },
		{ "ada@gmail..com", "Did you mean ada@gmail.com?" },
		{ "ada@g mial.com", "Did you mean ada@gmail.com?" },
		{ "ada@gmail.com>", "Did you mean ada@gmail.com?" },
		{ "ada@yahoo.co,uk", "Did you mean ada@yahoo.co.uk?" },
		{ "ada@icloud", "Did you mean ada@icloud.com?" },
		{ "ada@work,com", "like name@example.com." },
		{ "ada@mail", "like name@example.com." },
		{ "a da@gmail", "like name@example.com." },
		{ "x@ada@gmail", "like name@example.com." },
		{ "ada@", "like name@example.com." },
	};
	struct strbuf problem = STRBUF_INIT;
	struct address a;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t len = strlen(cases[i].end);

		strbuf_reset(&problem);
		assert_false(address_parse(&a, cases[i].typed, &problem));
		assert_true(problem.len > len);
		assert_string_equal(problem.buf + problem.len - len,
				    cases[i].end);
	}
	strbuf_release(&problem);
}

static void test_role_is_known_by_its_mailbox(void **state)
{
	static const struct {
		const char *typed;
		bool is_role;
	} cases[] = {
		{ "postmaster@b.example", true },
		{ "PostMaster+x@b.example", true },
		{ "abuse@b.example", true },
		{ "noreply@b.example", true },
		{ "no-reply@b.example", true },
		{ "mailer-daemon@b.example", true },
		{ "no.reply@gmail.com", true },
		{ "abused@b.example", false },
		{ "postmaste@b.example", false },
		{ "anna.abuse@b.example", false },
		{ "ada@abuse.example", false },
	};
	struct strbuf problem = STRBUF_INIT;
	struct address a;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_true(address_parse(&a, cases[i].typed, &problem));
		assert_int_equal(address_is_role(&a), cases[i].is_role);
	}
	strbuf_release(&problem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_address_is_lower_case_and_its_domain_ascii),
		cmocka_unit_test(
			test_address_that_no_server_would_take_is_explained),
		cmocka_unit_test(test_address_keeps_to_the_sizes_of_smtp),
		cmocka_unit_test(test_address_is_measured_as_it_is_sent),
		cmocka_unit_test(test_mailbox_has_no_tag_and_at_gmail_no_dots),
		cmocka_unit_test(test_slip_of_a_domain_is_seen_and_taken),
		cmocka_unit_test(
			test_fault_says_what_would_be_right_where_it_is_near),
		cmocka_unit_test(test_role_is_known_by_its_mailbox),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
