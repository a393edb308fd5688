#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"
#include "mail/mime_read.h"

static struct mime_part read_mail(const char *text)
{
	return mime_read((struct mime_text){ text, strlen(text) });
}

static void test_fields_are_unfolded_and_plain(void **state)
{
	struct mime_part p = read_mail("A: 1\r\nB : two\r\n\tlines\x01x\r\n"
				       "no field\r\n begun blank: x\r\n"
				       "A: 2\r\nEmpty:\r\n\r\nC: 3\r\n");
	struct arena a = ARENA_INIT;

	(void)state;
	assert_string_equal(mime_header(&a, &p, "a"), "1");
	assert_string_equal(mime_header(&a, &p, "b"), "two   lines x");
	assert_string_equal(mime_header(&a, &p, "empty"), "");
	assert_null(mime_header(&a, &p, "begun blank"));
	assert_null(mime_header(&a, &p, "c"));
	assert_int_equal(p.body.len, 6);
	arena_release(&a);
}

static const struct {
	const char *head;
	const char *type;
	const char *boundary;
} types[] = {
	{ "", "text/plain", NULL },
	{ "Content-Type: Multipart/MIXED; Boundary=x\n", "multipart/mixed",
	  "x" },
	{ "content-type:multipart/mixed;boundary=x;a=b", "multipart/mixed",
	  "x" },
	{ "Content-Type: multipart/mixed (a; boundary=y (z\\))) ; \n"
	  " boundary (why) = (not) x (end)\n",
	  "multipart/mixed", "x" },
	{ "Content-Type: multipart/mixed; a=\"; boundary=y\"; boundary=\"x\"\n",
	  "multipart/mixed", "x" },
	{ "Content-Type: multipart/mixed; boundary=\"a \\\"b\\\\ =;()\"\n",
	  "multipart/mixed", "a \"b\\ =;()" },
	{ "Content-Type: multipart/mixed; notboundary=y; boundary*=z; "
	  "doundary=w; boundary=x; boundary=y\n",
	  "multipart/mixed", "x" },
	{ "Content-Type: multipart/mixed; boundary\n", "multipart/mixed",
	  NULL },
	{ "Content-Type: multipart/mixed; boundary=\n", "multipart/mixed", "" },
	{ "Content-Type: multipart/mixed; boundary=\"x\n", "multipart/mixed",
	  "x" },
	{ "Content-Type: multipart/mixed boundary=x\n", "multipart/mixed",
	  NULL },
};

static void test_a_type_has_parameters(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct mime_part p = read_mail(types[i].head);
		struct arena a = ARENA_INIT;
		const char *type = mime_type(&a, &p);
		const char *boundary = mime_parameter(&a, &p, "boundary");
		const char *want = types[i].boundary;

		if (strcmp(type, types[i].type) != 0 || !boundary != !want ||
		    (want && strcmp(boundary, want) != 0))
			fail_msg("%s: '%s', '%s'", types[i].head, type,
				 boundary ? boundary : "none");
		arena_release(&a);
	}
}

static const struct {
	const char *encoding;
	const char *body;
	const char *want;
} bodies[] = {
	{ "7bit", "a=3D\r\n", "a=3D\r\n" },
	{ "x-own", "a=3D", "a=3D" },
	{ "Quoted-Printable", "a=3Db=c3=A9 \t\r\nsoft=\r\n er=  \n.\n",
	  "a=b\xc3\xa9\nsoft er.\n" },
	/* What is none stays as it is. */
	{ "quoted-printable", "=\n==3D =G1 =4 =", "== =G1 =4 " },
	{ "base64", "SGVs\r\nbG8=\r\nIGFuZCBtb3Jl", "Hello" },
	{ "BASE64 (words)", "SGVsbG8sIHdvcmxk", "Hello, world" },
	{ "base64", "S-G*V s", "Hel" },
	{ "base64", "SGVsbA==", "Hell" },
	{ "base64", "SGVsb", "Hel" },
	{ "base64", "", "" },
};

static void test_bodies_are_decoded(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		struct strbuf text = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		struct mime_part p;
		struct mime_text got;

		strbuf_addf(&text, "Content-Transfer-Encoding: %s\n\n%s",
			    bodies[i].encoding, bodies[i].body);
		p = read_mail(text.buf);
		got = mime_decode(&a, &p);
		if (got.len != strlen(bodies[i].want) ||
		    memcmp(got.text, bodies[i].want, got.len) != 0)
			fail_msg("%s: '%.*s'", text.buf, (int)got.len,
				 got.text);
		arena_release(&a);
		strbuf_release(&text);
	}
}

/* The bodies of the parts, each in [ ], an open one without its end. */
static void join(struct strbuf *out, const char *text)
{
	struct mime_text rest = { text, strlen(text) };
	struct mime_part part;

	strbuf_reset(out);
	while (mime_next(&rest, "b", &part)) {
		strbuf_addch(out, '[');
		strbuf_add(out, part.body.text, part.body.len);
		strbuf_addstr(out, part.is_cut ? "" : "]");
	}
}

static void test_parts_are_told_apart(void **state)
{
	struct strbuf out = STRBUF_INIT;

	(void)state;
	join(&out, "before\n--b\n\none\n--b \t\r\nA: b\r\n\r\ntwo\r\n\r\n"
		   "--b--\nafter\n--b\n\nthree\n");
	assert_string_equal(out.buf, "[one][two\r\n]");
	join(&out, "--b\n\none\n--bc\n--b-\n-- b\n --b\nx--b\n--b--");
	assert_string_equal(out.buf, "[one\n--bc\n--b-\n-- b\n --b\nx--b]");
	join(&out, "--b\n\none\n--b\n\ntwo\n");
	assert_string_equal(out.buf, "[one][two\n");
	join(&out, "--b\n--b\n\n--b\n\n\n--b--");
	assert_string_equal(out.buf, "[][][]");
	join(&out, "--b--\n--b\n\none\n");
	assert_string_equal(out.buf, "");
	join(&out, "--b");
	assert_string_equal(out.buf, "[");
	join(&out, "");
	assert_string_equal(out.buf, "");
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields_are_unfolded_and_plain),
		cmocka_unit_test(test_a_type_has_parameters),
		cmocka_unit_test(test_bodies_are_decoded),
		cmocka_unit_test(test_parts_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
