/* The schema validator: each keyword, its words, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/template.h"
#include "career/json_schema.h"

extern const struct template_source schemas[];

struct value {
	const char *rule;
	const char *schema;
	const char *value;
	const char *says; /* "" for valid */
};

static const struct value values[] = {
	{ "type names what is and what must be", "{\"type\":\"string\"}", "7",
	  "f:1: is a whole number; must be a text\n" },
	{ "a list of types is a choice", "{\"type\":[\"string\",\"null\"]}",
	  "null", "" },
	{ "a list of types is named whole", "{\"type\":[\"string\",\"null\"]}",
	  "[]", "f:1: is a list; must be a text or null\n" },
	{ "a keyword about texts ignores other types", "{\"minLength\":3}",
	  "null", "" },
	{ "lengths are code points", "{\"maxLength\":2}",
	  "\"\xc3\xa9\xf0\x9f\x98\x80\"", "" },
	{ "a short text is counted", "{\"minLength\":3}",
	  "\"\xc3\xa9\xc3\xa9\"",
	  "f:1: has 2 characters; must be at least 3\n" },
	{ "a long text is counted", "{\"maxLength\":1}", "\"ab\"",
	  "f:1: has 2 characters; must be at most 1\n" },
	{ "minimum is inclusive", "{\"minimum\":1}", "1", "" },
	{ "below minimum", "{\"minimum\":1}", "0",
	  "f:1: is 0; must be at least 1\n" },
	{ "above maximum", "{\"maximum\":10}", "11",
	  "f:1: is 11; must be at most 10\n" },
	{ "few items", "{\"minItems\":2}", "[1]",
	  "f:1: has 1 item; must be at least 2\n" },
	{ "many items", "{\"maxItems\":1}", "[1,2]",
	  "f:1: has 2 items; must be at most 1\n" },
	{ "equal items, whatever the order of names", "{\"uniqueItems\":true}",
	  "[{\"a\":1,\"b\":2},\n{\"b\":2,\"a\":1}]",
	  "f:2: [1]: is the same as an item before it; leave one of the two "
	  "out\n" },
	{ "an unknown value, with the nearest and all",
	  "{\"enum\":[\"low\",\"medium\",null]}", "\"medum\"",
	  "f:1: \"medum\" is not a known value; did you mean \"medium\"? One "
	  "of: \"low\", \"medium\", null\n" },
	{ "null in an enum", "{\"enum\":[\"low\",null]}", "null", "" },
	{ "a constant", "{\"const\":\"x\"}", "\"y\"",
	  "f:1: is \"y\"; must be \"x\"\n" },
	{ "a pattern, with what it is for",
	  "{\"pattern\":\"^[a-z]+$\",\"description\":\"A word.\"}", "\"a1\"",
	  "f:1: \"a1\" does not have the form it must have; A word. Form: "
	  "^[a-z]+$\n" },
	{ "a missing name, with what it is for",
	  "{\"required\":[\"a\",\"b\"],\"properties\":{\"b\":{"
	  "\"description\":\"The b.\"}}}",
	  "{\"a\":1}", "f:1: \"b\" is missing; add it: The b.\n" },
	{ "an unknown name, with the nearest and all",
	  "{\"properties\":{\"minutes\":{},\"start\":{}},"
	  "\"additionalProperties\":false}",
	  "{\"start\":1,\n\"minuts\":2}",
	  "f:2: minuts: is not a name that is known here; did you mean "
	  "\"minutes\"? One of: minutes, start\n" },
	{ "a reference, and its description",
	  "{\"items\":{\"$ref\":\"#/$defs/a\"},\"$defs\":{\"a\":{"
	  "\"description\":\"A word.\",\"pattern\":\"^a\"}}}",
	  "[\"a\",\n\"b\"]",
	  "f:2: [1]: \"b\" does not have the form it must have; A word. "
	  "Form: ^a\n" },
	{ "all violations at once",
	  "{\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{\"items\":{"
	  "\"maximum\":1}}}}",
	  "{\"a\":1,\n\"b\":[\n2,1,\n3]}",
	  "f:1: a: is a whole number; must be a text\n"
	  "f:3: b[0]: is 2; must be at most 1\n"
	  "f:4: b[2]: is 3; must be at most 1\n" },
};

static void run(const struct value *v, struct strbuf *said)
{
	struct findings out = FINDINGS_INIT;
	struct strbuf err = STRBUF_INIT;
	struct json_schema *schema =
		json_schema_new(v->schema, strlen(v->schema), &err);
	cJSON *value;

	if (!schema)
		fail_msg("%s: %s", v->rule, err.buf);
	findings_set_file(&out, "f");
	value = json_read(v->value, strlen(v->value), &out);
	assert_non_null(value);
	json_schema_check(schema, value, v->value, strlen(v->value), &out);
	findings_print(&out, said);
	cJSON_Delete(value);
	json_schema_free(schema);
	findings_release(&out);
}

static void test_each_keyword_and_its_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct strbuf said = STRBUF_INIT;

		run(&values[i], &said);
		if (strcmp(said.buf, values[i].says) != 0)
			fail_msg("%s: %s", values[i].rule, said.buf);
		strbuf_release(&said);
	}
}

static void test_refuses_a_schema_it_would_not_enforce(void **state)
{
	static const char *const cases[][2] = {
		{ "{\"properties\":{\"a\":{\"format\":\"date\"}}}",
		  "the schema uses the keyword \"format\", which is not "
		  "enforced here" },
		{ "{\"additionalProperties\":true}",
		  "the schema's keyword \"additionalProperties\" has a value "
		  "it can't have" },
		{ "{\"$ref\":\"#/$defs/none\"}",
		  "the schema's keyword \"$ref\" has a value it can't have" },
		{ "{\"type\":\"number\"}",
		  "the schema's keyword \"type\" has a value it can't have" },
		{ "{\"pattern\":\"[\"}",
		  "the schema's keyword \"pattern\" has a value it can't "
		  "have" },
		{ "{\"items\":[]}",
		  "the schema has a part that is not an object" },
		{ "{", "the schema:1: column 2: a name in double quotes is "
		       "missing here; write \"name\": value\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct strbuf err = STRBUF_INIT;

		assert_null(json_schema_new(cases[i][0], strlen(cases[i][0]),
					    &err));
		assert_string_equal(err.buf, cases[i][1]);
		strbuf_release(&err);
	}
}

static void test_enforces_the_whole_schema_of_guides(void **state)
{
	struct strbuf err = STRBUF_INIT;
	struct json_schema *schema;

	(void)state;
	assert_string_equal(schemas[0].name, "career.schema.json");
	schema = json_schema_new(schemas[0].text, schemas[0].len, &err);
	if (!schema)
		fail_msg("%s", err.buf);
	json_schema_free(schema);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_keyword_and_its_words),
		cmocka_unit_test(test_refuses_a_schema_it_would_not_enforce),
		cmocka_unit_test(test_enforces_the_whole_schema_of_guides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
