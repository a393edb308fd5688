/* CSV as it comes: however the bytes are portioned, the records are the
 * same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "salary/csv_stream.h"

struct supply {
	const char *text;
	size_t len;
	size_t most;  /* bytes a call */
	bool has_end; /* else there is no reading on */
};

static ssize_t give(void *arg, char *buf, size_t len)
{
	struct supply *s = arg;
	size_t n = len < s->most ? len : s->most;

	if (!s->len)
		return s->has_end ? 0 : -1;
	if (n > s->len)
		n = s->len;
	memcpy(buf, s->text, n);
	s->text += n;
	s->len -= n;
	return (ssize_t)n;
}

/* "1:[a][b]", "f:2:1: has …" and how it ended, a line each. */
static void read_all(const char *text, size_t len, size_t most, bool has_end,
		     struct strbuf *is)
{
	struct supply supply = { text, len, most, has_end };
	struct csv_stream s;
	struct csv_record r;
	enum csv_result rc;

	csv_stream_init(&s, give, &supply);
	while ((rc = csv_stream_next(&s, &r)) == CSV_RECORD ||
	       rc == CSV_FAULT) {
		if (rc == CSV_FAULT) {
			strbuf_addf(is, "f:%zu:%zu: %s\n", s.fault.line,
				    s.fault.field, s.fault.problem);
			continue;
		}
		strbuf_addf(is, "%zu:", r.line);
		for (size_t i = 0; i < r.count; i++)
			strbuf_addf(is, "[%s]", r.fields[i]);
		strbuf_addch(is, '\n');
	}
	strbuf_addstr(is, rc == CSV_END ? "end\n" : "unreadable\n");
	csv_stream_release(&s);
}

static void check_portions(const char *text, size_t len, size_t step)
{
	struct strbuf whole = STRBUF_INIT;

	read_all(text, len, SIZE_MAX, true, &whole);
	for (size_t most = 1; most <= len; most += step) {
		struct strbuf is = STRBUF_INIT;

		read_all(text, len, most, true, &is);
		if (strcmp(is.buf, whole.buf) != 0)
			fail_msg("%zu bytes a time: %s\nnot %s", most, is.buf,
				 whole.buf);
		strbuf_release(&is);
	}
	strbuf_release(&whole);
}

static void test_portions_make_no_difference(void **state)
{
	static const char *const texts[] = {
		"",
		"a",
		"\xef\xbb\xbf"
		"a,b\nc,d\n",
		"\xef\xbb",
		"a,b\r\nc,\r\n\r\n\n,d\r\n",
		"a\rb,\r\r\nc\r",
		"\"a,b\",\"c\"\"d\",\"e\r\nf\"\r\n\"\"\n\"\"\"\"",
		"caf\xc3\xa9,\xe2\x82\xac\n\xf0\x9f\x98\x80\n",
		"\"a\"b\nc\"\nd,\x01\ne\xc3\nf\n",
		"a\nb,\"c\nd\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		check_portions(texts[i], strlen(texts[i]), 1);
}

/* Records lie across the buffer's end in many ways. */
static void test_a_file_longer_than_the_buffer(void **state)
{
	struct strbuf text = STRBUF_INIT;

	(void)state;
	for (int i = 0; text.len < (size_t)1 << 20; i++)
		strbuf_addf(&text, "%d,\"%0*d\"\"\r\n\",caf\xc3\xa9\r\n", i,
			    i % 4000 + 1, i);
	check_portions(text.buf, text.len, 99991);
	strbuf_release(&text);
}

static void test_a_record_without_end_is_a_fault(void **state)
{
	struct strbuf text = STRBUF_INIT, is = STRBUF_INIT;

	(void)state;
	strbuf_addstr(&text, "a\n\"");
	while (text.len < (size_t)1 << 20)
		strbuf_addstr(&text, "no end\n");
	read_all(text.buf, text.len, 1000, true, &is);
	assert_string_equal(is.buf,
			    "1:[a]\nf:2:0: is longer than 256 kB\nend\n");
	strbuf_release(&text);
	strbuf_release(&is);
}

static void test_no_reading_on_is_said(void **state)
{
	static const char text[] = "a,b\nc,d";

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		struct strbuf is = STRBUF_INIT;

		read_all(text, len, SIZE_MAX, false, &is);
		assert_string_equal(is.buf, len < 4 ? "unreadable\n"
						    : "1:[a][b]\n"
						      "unreadable\n");
		strbuf_release(&is);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_portions_make_no_difference),
		cmocka_unit_test(test_a_file_longer_than_the_buffer),
		cmocka_unit_test(test_a_record_without_end_is_a_fault),
		cmocka_unit_test(test_no_reading_on_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
