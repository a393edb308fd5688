#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "mail/message.h"
#include "mail/mime.h"

struct text_case {
	const char *in, *want;
};

static void check(void (*fn)(struct strbuf *, const char *),
		  const struct text_case *c)
{
	for (; c->in; c++) {
		struct strbuf out = STRBUF_INIT;

		fn(&out, c->in);
		if (strcmp(out.buf, c->want) != 0)
			fail_msg("'%s'\ngave\n'%s'\nand not\n'%s'", c->in,
				 out.buf, c->want);
		strbuf_release(&out);
	}
}

#define TEN "123456789 "
#define SIXTY TEN TEN TEN TEN TEN TEN
#define URL "https://www.example.org/" SEVENTY
#define SEVENTY                                \
	"aaaaaaaaaabbbbbbbbbbccccccccccdddddd" \
	"ddddeeeeeeeeeeffffffffffgggggggggg"

static void test_lines_break_at_blanks_and_keep_their_indent(void **state)
{
	static const struct text_case cases[] = {
		{ "", "" },
		{ "\n\n", "\n\n" },
		{ "short", "short" },
		{ "-- \n  two  blanks ", "-- \n  two  blanks " },
		{ SIXTY "1234567890ab\n", SIXTY "1234567890ab\n" },
		{ SIXTY "1234567890abc\nx\n",
		  TEN TEN TEN TEN TEN "123456789\n1234567890abc\nx\n" },
		{ "  " SIXTY "1234567890a",
		  "  " TEN TEN TEN TEN TEN "123456789\n  1234567890a" },
		{ "- " SIXTY "1234567890a",
		  "- " TEN TEN TEN TEN TEN "123456789\n  1234567890a" },
		{ URL " " URL, URL "\n" URL },
		{ "Open " URL " now", "Open\n" URL "\nnow" },
		/* Characters count, not bytes. */
		{ SIXTY "éééééééééééé", SIXTY "éééééééééééé" },
		{ NULL, NULL },
	};

	(void)state;
	check(mime_wrap, cases);
}

static void test_body_is_quoted_printable_in_lines_of_76(void **state)
{
	static const struct text_case cases[] = {
		{ "", "" },
		{ "a", "a\r\n" },
		{ "a\n\nb\n", "a\r\n\r\nb\r\n" },
		{ "1=1 é\n", "1=3D1 =C3=A9\r\n" },
		{ "a \nb\t\nc ", "a=20\r\nb=09\r\nc=20\r\n" },
		{ "a\r\nb\x01", "a=0D\r\nb=01\r\n" },
		{ ".\n.a.\n", "=2E\r\n=2Ea.\r\n" },
		{ "From a\nFrom\n From ", "=46rom a\r\nFrom\r\n From=20\r\n" },
		{ SEVENTY "123456\n", SEVENTY "123456\r\n" },
		{ SEVENTY "1234567\n", SEVENTY "12345=\r\n67\r\n" },
		{ SEVENTY "12345.\n", SEVENTY "12345.\r\n" },
		{ SEVENTY "12345.6", SEVENTY "12345=\r\n=2E6\r\n" },
		/* No character is cut, though a decoder would not mind. */
		{ SEVENTY "é.", SEVENTY "=\r\n=C3=A9.\r\n" },
		{ "\xff\xc3", "=FF=C3\r\n" },
		{ NULL, NULL },
	};

	(void)state;
	check(mime_add_body, cases);
}

static void add_subject(struct strbuf *out, const char *value)
{
	mime_add_text(out, "Subject", value);
}

static void add_from(struct strbuf *out, const char *words)
{
	mime_add_named(out, "From", words, "a@example.org");
}

static void test_field_is_folded_or_encoded_where_it_has_to_be(void **state)
{
	static const struct text_case subjects[] = {
		{ "Two words", "Subject: Two words\r\n" },
		{ SIXTY "12345678", "Subject: " TEN TEN TEN TEN TEN
				    "123456789\r\n 12345678\r\n" },
		{ "Käse?", "Subject: =?utf-8?Q?K=C3=A4se=3F?=\r\n" },
		{ "a =?b", "Subject: =?utf-8?Q?a_=3D=3Fb?=\r\n" },
		{ "a  b", "Subject: =?utf-8?Q?a__b?=\r\n" },
		{ SEVENTY, "Subject: =?utf-8?Q?aaaaaaaaaabbbbbbbbbbcccccccccc"
			   "ddddddddddeeeeeeeeeefffff?=\r\n"
			   " =?utf-8?Q?fffffgggggggggg?=\r\n" },
		{ NULL, NULL },
	};
	static const struct text_case names[] = {
		{ "Job Autopsy", "From: Job Autopsy <a@example.org>\r\n" },
		{ "A, B.", "From: =?utf-8?Q?A=2C_B=2E?= <a@example.org>\r\n" },
		{ SIXTY "1", "From: " SIXTY "1\r\n <a@example.org>\r\n" },
		{ NULL, NULL },
	};

	(void)state;
	check(add_subject, subjects);
	check(add_from, names);
}

static const struct message plain = {
	.date = 1795526962,
	.message_id = "1-2@mail.example.org",
	.from_name = "Job Autopsy",
	.from = "news@example.org",
	.to = "reader@example.com",
	.subject = "Words",
	.text = "Text\n",
	.html = "<p>Text\n",
};

static void test_message_is_made_of_its_parts_alone(void **state)
{
	static const char part[] =
		"; charset=utf-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n\r\n";
	struct strbuf out = STRBUF_INIT, want = STRBUF_INIT, err = STRBUF_INIT;

	(void)state;
	strbuf_addf(&want,
		    "Date: Tue, 24 Nov 2026 13:29:22 +0000\r\n"
		    "From: Job Autopsy <news@example.org>\r\n"
		    "To: <reader@example.com>\r\nSubject: Words\r\n"
		    "Message-ID: <1-2@mail.example.org>\r\n"
		    "Auto-Submitted: auto-generated\r\n"
		    "X-Auto-Response-Suppress: All\r\n"
		    "MIME-Version: 1.0\r\n"
		    "Content-Type: multipart/alternative;\r\n"
		    " boundary=\"=_12\"\r\n"
		    "\r\n--=_12\r\nContent-Type: text/plain%sText\r\n"
		    "\r\n--=_12\r\nContent-Type: text/html%s<p>Text\r\n"
		    "\r\n--=_12--\r\n",
		    part, part);
	assert_true(message_build(&plain, &out, &err));
	assert_string_equal(out.buf, want.buf);
	assert_int_equal(err.len, 0);
	strbuf_release(&out);
	strbuf_release(&want);
	strbuf_release(&err);
}

static void test_refused_message_leaves_nothing(void **state)
{
	struct message bad = plain;
	struct strbuf out, err = STRBUF_INIT;

	(void)state;
	strbuf_init_capped(&out, 500);
	strbuf_addstr(&out, "before");
	bad.to = "reader@example.com\r\nBcc: x@example.com";
	assert_false(message_build(&bad, &out, &err));
	assert_string_equal(err.buf,
			    "mail: To has a value that can't stand there");
	strbuf_reset(&err);
	assert_false(message_build(&plain, &out, &err));
	assert_string_equal(err.buf, "mail: is larger than 500 bytes");
	assert_string_equal(out.buf, "before");
	strbuf_release(&out);
	strbuf_release(&err);
}

static void test_what_is_no_utf8_is_refused(void **state)
{
	struct message bad = plain;
	struct strbuf out = STRBUF_INIT, err = STRBUF_INIT;

	(void)state;
	bad.text = "\xff";
	assert_false(message_build(&bad, &out, &err));
	assert_string_equal(err.buf,
			    "mail: text has a value that can't stand there");
	bad = plain;
	bad.subject = "\xc3";
	strbuf_reset(&err);
	assert_false(message_build(&bad, &out, &err));
	assert_string_equal(err.buf,
			    "mail: Subject has a value that can't stand there");
	strbuf_release(&out);
	strbuf_release(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_lines_break_at_blanks_and_keep_their_indent),
		cmocka_unit_test(test_body_is_quoted_printable_in_lines_of_76),
		cmocka_unit_test(
			test_field_is_folded_or_encoded_where_it_has_to_be),
		cmocka_unit_test(test_message_is_made_of_its_parts_alone),
		cmocka_unit_test(test_refused_message_leaves_nothing),
		cmocka_unit_test(test_what_is_no_utf8_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
