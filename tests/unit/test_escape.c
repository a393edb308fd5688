#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <cjson/cJSON.h>
#include <stdint.h>

#include "base/escape.h"
#include "base/utf8.h"

#define BAD "\xef\xbf\xbd"

struct text_case {
	const char *in;
	size_t len;
	const char *html;
	const char *json;
};

#define T(text) text, sizeof(text) - 1

static const struct text_case texts[] = {
	{ T(""), "", "" },
	{ T("a b"), "a b", "a b" },
	{ T("<>&\"'"), "&lt;&gt;&amp;&quot;&#39;",
	  "\\u003c\\u003e\\u0026\\\"'" },
	{ T("a\\b/"), "a\\b/", "a\\\\b/" },
	{ T("\t\n\r\b\f"), "\t\n\r\b\f", "\\t\\n\\r\\b\\f" },
	{ T("\x01\x0b\x1f"), "\x01\x0b\x1f", "\\u0001\\u000b\\u001f" },
	{ T("a\0b"), "a" BAD "b", "a\\u0000b" },
	{ T("</script><!--"), "&lt;/script&gt;&lt;!--",
	  "\\u003c/script\\u003e\\u003c!--" },
	{ T("é€😀"), "é€😀", "é€😀" },
	/* A byte that can't begin a character, and one that is missing. */
	{ T("\x80"), BAD, BAD },
	{ T("\xff<"), BAD "&lt;", BAD "\\u003c" },
	{ T("\xc3"), BAD, BAD },
	{ T("\xc3<"), BAD "&lt;", BAD "\\u003c" },
	{ T("\xe2\x82<"), BAD BAD "&lt;", BAD BAD "\\u003c" },
	/* Overlong: < in two, three and four bytes. */
	{ T("\xc0\xbc"), BAD BAD, BAD BAD },
	{ T("\xe0\x80\xbc"), BAD BAD BAD, BAD BAD BAD },
	{ T("\xf0\x80\x80\xbc"), BAD BAD BAD BAD, BAD BAD BAD BAD },
	/* Surrogates, and past the end of Unicode. */
	{ T("\xed\xa0\x80"), BAD BAD BAD, BAD BAD BAD },
	{ T("\xf4\x90\x80\x80"), BAD BAD BAD BAD, BAD BAD BAD BAD },
	{ T("\xf5\x80\x80\x80"), BAD BAD BAD BAD, BAD BAD BAD BAD },
	/* The last ones that exist. */
	{ T("\xed\x9f\xbf\xf4\x8f\xbf\xbf"), "\xed\x9f\xbf\xf4\x8f\xbf\xbf",
	  "\xed\x9f\xbf\xf4\x8f\xbf\xbf" },
};

static void test_text_is_safe_in_html(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct strbuf sb = STRBUF_INIT;

		escape_html(&sb, texts[i].in, texts[i].len);
		assert_string_equal(sb.buf, texts[i].html);
		strbuf_release(&sb);
	}
}

static void test_text_is_safe_in_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct strbuf sb = STRBUF_INIT;

		escape_json(&sb, texts[i].in, texts[i].len);
		assert_string_equal(sb.buf, texts[i].json);
		strbuf_release(&sb);
	}
}

static void check_utf8(const struct strbuf *sb)
{
	for (size_t i = 0; i < sb->len;) {
		size_t n = utf8_len(sb->buf + i, sb->len - i);

		assert_int_not_equal(n, 0);
		i += n;
	}
}

/* Every pair and many longer strings of bytes, with a fixed seed. */
static void test_no_bytes_make_unsafe_output(void **state)
{
	uint32_t seed = 20261124;
	struct strbuf html = STRBUF_INIT, json = STRBUF_INIT;

	(void)state;
	for (int round = 0; round < 70000; round++) {
		char in[12];
		size_t len = round < 65536 ? 2 : 1 + (size_t)round % 12;

		for (size_t i = 0; i < len; i++) {
			seed = seed * 1664525u + 1013904223u;
			in[i] = (char)(seed >> 24);
		}
		if (round < 65536) {
			in[0] = (char)(round >> 8);
			in[1] = (char)round;
		}
		strbuf_reset(&html);
		strbuf_reset(&json);
		escape_html(&html, in, len);
		escape_json(&json, in, len);
		assert_null(strpbrk(html.buf, "<>\"'"));
		for (const char *s = html.buf; (s = strchr(s, '&')); s++)
			assert_non_null(strchr(s, ';'));
		assert_int_equal(strlen(html.buf), html.len);
		assert_null(strpbrk(json.buf, "<>&"));
		check_utf8(&html);
		check_utf8(&json);
	}
	strbuf_release(&html);
	strbuf_release(&json);
}

static void test_json_of_each_byte_parses_to_the_byte(void **state)
{
	(void)state;
	for (int c = 1; c < 128; c++) {
		struct strbuf sb = STRBUF_INIT;
		char in = (char)c, want[2] = { (char)c, 0 };
		cJSON *json;

		strbuf_addch(&sb, '"');
		escape_json(&sb, &in, 1);
		strbuf_addch(&sb, '"');
		json = cJSON_Parse(sb.buf);
		assert_non_null(json);
		assert_string_equal(json->valuestring, want);
		cJSON_Delete(json);
		strbuf_release(&sb);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_safe_in_html),
		cmocka_unit_test(test_text_is_safe_in_json),
		cmocka_unit_test(test_no_bytes_make_unsafe_output),
		cmocka_unit_test(test_json_of_each_byte_parses_to_the_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
