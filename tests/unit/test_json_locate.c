/* Reading JSON that people write, and finding values in it again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/json_locate.h"
#include "base/suggest.h"

struct refused {
	const char *rule;
	const char *text;
	const char *says; /* the whole line printed */
};

static const struct refused refused[] = {
	{ "an empty file", "",
	  "f:1: column 1: the text ends where a value should be; "
	  "complete it\n" },
	{ "a missing comma, at its line and column",
	  "{\n  \"a\": 1\n  \"b\": 2\n}",
	  "f:3: column 3: a comma is missing before this; write , or }\n" },
	{ "columns count characters, not bytes", "[\"\xc3\xa9\xc3\xa9\" 1]",
	  "f:1: column 7: a comma is missing before this; write , or ]\n" },
	{ "a comma too many", "[1,]",
	  "f:1: column 4: a comma with nothing after it; leave the comma "
	  "out\n" },
	{ "a name without quotes", "{a: 1}",
	  "f:1: column 2: a name in double quotes is missing here; write "
	  "\"name\": value\n" },
	{ "a missing colon", "{\"a\" 1}",
	  "f:1: column 6: a colon is missing after the name; write "
	  "\"name\": value\n" },
	{ "an open text", "[\n\"abc\n]",
	  "f:2: column 1: a text without its closing quote; end it with \" "
	  "on the same line\n" },
	{ "an open list", "[1",
	  "f:1: column 3: the text ends within a list or an object; write , "
	  "or ]\n" },
	{ "bytes after the end", "{} x",
	  "f:1: column 4: more text after the end of the JSON; leave it "
	  "out\n" },
	{ "a byte order mark", "\xef\xbb\xbf{}",
	  "f:1: column 1: a byte order mark; save the file as UTF-8 without "
	  "it\n" },
	{ "Latin-1", "[\"\xe9\"]",
	  "f:1: column 3: a byte that is not UTF-8; save the file as "
	  "UTF-8\n" },
	{ "a tab inside a text", "[\"a\tb\"]",
	  "f:1: column 4: a control character in a text; leave it out\n" },
	{ "an unknown escape", "[\"\\x\"]",
	  "f:1: column 3: an unknown escape; after a backslash comes one of "
	  "\" \\ / b f n r t u\n" },
	{ "an escaped NUL", "[\"\\u0000\"]",
	  "f:1: column 3: \\u0000 is not a character of a text; leave it "
	  "out\n" },
	{ "half a surrogate pair", "[\"\\ud83d\"]",
	  "f:1: column 3: half of a surrogate pair; write the character "
	  "itself\n" },
	{ "a fraction", "[9.0]",
	  "f:1: column 2: a number with a fraction or an exponent; write a "
	  "whole number\n" },
	{ "a leading zero", "[09]",
	  "f:1: column 2: a number with a leading zero; leave the zero "
	  "out\n" },
	{ "more digits than are kept", "[1234567890123456]",
	  "f:1: column 2: a number that is not kept exactly; write a whole "
	  "number of at most 15 digits\n" },
	{ "a bare word", "[yes]",
	  "f:1: column 2: this is not a value; a value is a text in double "
	  "quotes, a number, true, false, null, a list or an object\n" },
	{ "all duplicate names, by path",
	  "{\"a\": 1,\n\"b\": [{\"c\": 1,\n \"\\u0063\": 2}],\n\"a\": 2}",
	  "f:3: b[0].c: the name stands twice in one object; keep one of the "
	  "two\n"
	  "f:4: a: the name stands twice in one object; keep one of the "
	  "two\n" },
};

static void test_refuses_what_is_not_strict_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		struct findings out = FINDINGS_INIT;
		struct strbuf text = STRBUF_INIT;
		cJSON *tree;

		findings_set_file(&out, "f");
		tree = json_read(refused[i].text, strlen(refused[i].text),
				 &out);
		findings_print(&out, &text);
		if (tree || strcmp(text.buf, refused[i].says) != 0)
			fail_msg("%s: %s", refused[i].rule, text.buf);
		strbuf_release(&text);
		findings_release(&out);
	}
}

static cJSON *read_quietly(const char *text, size_t len, size_t *faults)
{
	struct findings out = FINDINGS_INIT;
	cJSON *tree = json_read(text, len, &out);

	*faults = out.count;
	findings_release(&out);
	return tree;
}

static void test_refuses_deep_nesting_and_large_files(void **state)
{
	struct strbuf text = STRBUF_INIT;
	size_t faults;
	cJSON *tree;

	(void)state;
	for (int i = 0; i < JSON_MAX_DEPTH; i++)
		strbuf_addch(&text, '[');
	for (int i = 0; i < JSON_MAX_DEPTH; i++)
		strbuf_addch(&text, ']');
	tree = read_quietly(text.buf, text.len, &faults);
	assert_non_null(tree);
	cJSON_Delete(tree);
	strbuf_reset(&text);
	for (int i = 0; i < 100000; i++)
		strbuf_addch(&text, '[');
	assert_null(read_quietly(text.buf, text.len, &faults));
	assert_int_equal(faults, 1);
	while (text.len <= JSON_MAX_BYTES)
		strbuf_addch(&text, ' ');
	assert_null(read_quietly(text.buf, text.len, &faults));
	strbuf_release(&text);
}

static void test_every_beginning_of_a_text_is_refused_or_read(void **state)
{
	static const char text[] =
		"{\"a\":[1,-2,\"\\ud83d\\ude00\\n\",true,null,{}],\"b\":[]}";
	size_t faults;
	cJSON *tree;

	(void)state;
	/* Copied, so that the sanitizer sees a read beyond the end. */
	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		char *part = xmalloc(len + 1);

		memcpy(part, text, len);
		assert_null(read_quietly(part, len, &faults));
		assert_int_equal(faults, 1);
		free(part);
	}
	tree = read_quietly(text, sizeof(text) - 1, &faults);
	assert_string_equal(cJSON_GetArrayItem(cJSON_GetObjectItem(tree, "a"),
					       2)
				    ->valuestring,
			    "\xf0\x9f\x98\x80\n");
	cJSON_Delete(tree);
}

static const char located[] = "{\n"
			      " \"days\": {\n"
			      "  \"levels\": [\n"
			      "   { \"entries\": [] },\n"
			      "   { \"entries\": [\n"
			      "     1, \"]}\\\"\",\n"
			      "     { \"title\":\n"
			      "       \"x\" }] }\n"
			      "  ]\n"
			      " },\n"
			      " \"two words\": 1,\n"
			      " \"\\u0061b\": 2\n"
			      "}\n";

static void test_finds_the_line_of_a_path(void **state)
{
	static const struct {
		const char *path;
		size_t line;
	} cases[] = {
		{ "", 1 },
		{ "days", 2 },
		{ "days.levels", 3 },
		{ "days.levels[0]", 4 },
		{ "days.levels[1].entries[0]", 6 },
		{ "days.levels[1].entries[2].title", 7 },
		{ "[\"two words\"]", 11 },
		{ "ab", 12 },
		/* Not there: the last part that is. */
		{ "days.levels[1].entries[9].title", 5 },
		{ "days.levels[1].entries[0].title", 6 },
		{ "days.none.more", 2 },
		{ "days[0]", 2 },
		{ "none", 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t line =
			json_line(located, sizeof(located) - 1, cases[i].path);

		if (line != cases[i].line)
			fail_msg("%s: line %zu, not %zu", cases[i].path, line,
				 cases[i].line);
	}
}

static void test_names_are_quoted_in_a_path_where_needed(void **state)
{
	struct strbuf path = STRBUF_INIT;

	(void)state;
	json_path_add_name(&path, "$schema");
	json_path_add_index(&path, 3);
	json_path_add_name(&path, "a.b \"c\"");
	json_path_add_name(&path, "d");
	assert_string_equal(path.buf, "$schema[3][\"a.b \\\"c\\\"\"].d");
	strbuf_release(&path);
}

static void test_suggests_the_nearest_word(void **state)
{
	static const char *const known[] = { "minutes", "start", "title" };
	static const struct {
		const char *word;
		const char *best;
	} cases[] = {
		{ "minuets", "minutes" },
		{ "mens", NULL },
		{ "tilte", "title" },
		{ "startt", "start" },
		{ "x", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct suggest s;

		suggest_init(&s, cases[i].word);
		for (size_t k = 0; k < ARRAY_SIZE(known); k++)
			suggest_offer(&s, known[k]);
		if (cases[i].best)
			assert_string_equal(s.best, cases[i].best);
		else
			assert_null(s.best);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refuses_what_is_not_strict_json),
		cmocka_unit_test(test_refuses_deep_nesting_and_large_files),
		cmocka_unit_test(
			test_every_beginning_of_a_text_is_refused_or_read),
		cmocka_unit_test(test_finds_the_line_of_a_path),
		cmocka_unit_test(test_names_are_quoted_in_a_path_where_needed),
		cmocka_unit_test(test_suggests_the_nearest_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
