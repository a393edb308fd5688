/* Reading CSV: what RFC 4180 allows, and what is refused and where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "salary/salary_csv.h"

struct reading {
	const char *rule;
	const char *text;
	const char *is; /* line:[field][field], a line a record, then faults */
};

static const struct reading readings[] = {
	{ "an empty file", "", "" },
	{ "fields and records", "a,b\nc,d\n", "1:[a][b]\n2:[c][d]\n" },
	{ "the last line end may be missing", "a,b", "1:[a][b]\n" },
	{ "CRLF", "a,b\r\nc\r\n", "1:[a][b]\n2:[c]\n" },
	{ "a byte order mark",
	  "\xef\xbb\xbf"
	  "a\n",
	  "1:[a]\n" },
	{ "empty fields", ",a,\n", "1:[][a][]\n" },
	{ "blank lines", "a\n\n\r\nb\n", "1:[a]\n4:[b]\n" },
	{ "blanks belong to the field", " a , b\n", "1:[ a ][ b]\n" },
	{ "a comma in quotes", "\"a,b\",c\n", "1:[a,b][c]\n" },
	{ "a quote in quotes", "\"a\"\"b\"\n", "1:[a\"b]\n" },
	{ "an empty field in quotes", "\"\",\"\"\n", "1:[][]\n" },
	{ "a line end in quotes keeps count", "\"a\nb\",c\nd\n",
	  "1:[a\nb][c]\n3:[d]\n" },
	{ "a CR alone belongs to the field", "a\rb\n", "1:[a\rb]\n" },
	{ "UTF-8", "caf\xc3\xa9\n", "1:[caf\xc3\xa9]\n" },
	{ "an open quote, where it opened", "a\nb,\"c\nd\n",
	  "1:[a]\nf:2: field 2: has no closing quote; a field in quotes ends "
	  "with one\n" },
	{ "text after the closing quote", "\"a\"b,c\nd\n",
	  "2:[d]\nf:1: field 1: goes on after its closing quote; a quote "
	  "within quotes is written twice\n" },
	{ "a quote within an open field", "a\"b\"\n",
	  "f:1: field 1: has a quote within it; put the field in quotes and "
	  "write the quote twice\n" },
	{ "Latin-1", "a,caf\xe9\nb\n",
	  "2:[b]\nf:1: field 2: is not UTF-8; save the file as UTF-8\n" },
	{ "every bad record at once", "\"a\"b\nc\"\nd\n",
	  "3:[d]\nf:1: field 1: goes on after its closing quote; a quote "
	  "within quotes is written twice\nf:2: field 1: has a quote within "
	  "it; put the field in quotes and write the quote twice\n" },
};

static void run(const char *text, size_t len, struct strbuf *is)
{
	struct findings out = FINDINGS_INIT;
	struct csv csv = CSV_INIT;
	bool ok;

	findings_set_file(&out, "f");
	ok = csv_read(&csv, text, len, &out);
	assert_int_equal(ok, out.count == 0);
	for (size_t i = 0; i < csv.count; i++) {
		strbuf_addf(is, "%zu:", csv.records[i].line);
		for (size_t k = 0; k < csv.records[i].count; k++)
			strbuf_addf(is, "[%s]", csv.records[i].fields[k]);
		strbuf_addch(is, '\n');
	}
	findings_print(&out, is);
	findings_release(&out);
	csv_release(&csv);
}

static void test_reads_what_rfc_4180_allows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(readings); i++) {
		struct strbuf is = STRBUF_INIT;

		run(readings[i].text, strlen(readings[i].text), &is);
		if (strcmp(is.buf, readings[i].is) != 0)
			fail_msg("%s: %s", readings[i].rule, is.buf);
		strbuf_release(&is);
	}
}

static void test_refuses_what_is_too_large(void **state)
{
	struct strbuf text = STRBUF_INIT, is = STRBUF_INIT;

	(void)state;
	for (int i = 0; i < CSV_MAX_FIELD + 1; i++)
		strbuf_addch(&text, 'a');
	strbuf_addstr(&text, ",b\n");
	run(text.buf, text.len, &is);
	assert_string_equal(is.buf, "f:1: field 1: is longer than 4096 bytes; "
				    "make it shorter\n");
	strbuf_reset(&text);
	strbuf_reset(&is);
	for (int i = 0; i < CSV_MAX_FIELDS; i++)
		strbuf_addch(&text, ',');
	strbuf_addstr(&text, "\nb\n");
	run(text.buf, text.len, &is);
	assert_string_equal(is.buf, "2:[b]\nf:1: has more than 64 fields; is "
				    "a quote missing?\n");
	strbuf_reset(&is);
	while (text.len <= CSV_MAX_BYTES)
		strbuf_addstr(&text, "a\n");
	run(text.buf, text.len, &is);
	assert_string_equal(is.buf,
			    "f:1: the file is larger than 1 MiB; split it\n");
	strbuf_release(&text);
	strbuf_release(&is);
}

static void test_reads_no_byte_beyond_any_end(void **state)
{
	static const char text[] = "\xef\xbb\xbf\"a\"\"\",b\r\n\"\xc3\xa9\"x";

	(void)state;
	/* Copied, so that the sanitizer sees a read beyond the end. */
	for (size_t len = 0; len < sizeof(text); len++) {
		struct strbuf is = STRBUF_INIT;
		char *part = xmalloc(len + 1);

		part = xrealloc(part, len ? len : 1);
		memcpy(part, text, len);
		run(part, len, &is);
		free(part);
		strbuf_release(&is);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_what_rfc_4180_allows),
		cmocka_unit_test(test_refuses_what_is_too_large),
		cmocka_unit_test(test_reads_no_byte_beyond_any_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
