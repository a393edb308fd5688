#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/template.h"

/* The template called "page", with a partial or two beside it. */
static struct template_set *parse(const char *page, struct strbuf *err)
{
	static const char part[] = "[{{name}}]";
	static const char loop[] = "\n{{>loop}}";
	static const char inner[] = "\n\n{{missing}}";
	static const char words[] = "{{#a}}- {{.}}\n{{/a}}{{>foot.txt}}";
	const struct template_source sources[] = {
		{ "page", page, strlen(page) },
		{ "folder/part", part, strlen(part) },
		{ "loop", loop, strlen(loop) },
		{ "inner", inner, strlen(inner) },
		{ "words.txt", words, strlen(words) },
		{ "foot.txt", "{{foot}}", 8 },
		{ NULL, NULL, 0 },
	};

	return template_set_new(sources, err);
}

static bool render(const char *page, const char *json, struct strbuf *out,
		   struct strbuf *err)
{
	struct template_set *set = parse(page, err);
	cJSON *data = cJSON_Parse(json);
	bool ok;

	assert_non_null(data);
	ok = set && template_render(set, "page", data, out, err);
	cJSON_Delete(data);
	template_set_free(set);
	return ok;
}

struct render_case {
	const char *page, *json, *want;
};

static void check_renders(const struct render_case *c)
{
	for (; c->page; c++) {
		struct strbuf out = STRBUF_INIT, err = STRBUF_INIT;

		if (!render(c->page, c->json, &out, &err) ||
		    strcmp(out.buf, c->want) != 0)
			fail_msg("%s\ngave %s\n%s", c->page, out.buf, err.buf);
		strbuf_release(&out);
		strbuf_release(&err);
	}
}

/* want: how the error begins, which is where it is. */
static void check_errors(const struct render_case *c)
{
	for (; c->page; c++) {
		struct strbuf out = STRBUF_INIT, err = STRBUF_INIT;

		if (render(c->page, c->json, &out, &err) ||
		    strncmp(err.buf, c->want, strlen(c->want)) != 0)
			fail_msg("%s\ngave '%s' and not '%s'", c->page, err.buf,
				 c->want);
		strbuf_release(&out);
		strbuf_release(&err);
	}
}

static void test_value_is_text_or_number_and_escaped(void **state)
{
	static const struct render_case good[] = {
		{ "", "{}", "" },
		{ "a } b {", "{}", "a } b {" },
		{ "{{a}}", "{\"a\":\"<&>\\\"'\"}", "&lt;&amp;&gt;&quot;&#39;" },
		{ "{{a}}", "{\"a\":\"\"}", "" },
		{ "{{a}}", "{\"a\":1}", "1" },
		{ "{{a}}", "{\"a\":-2.5}", "-2.5" },
		{ "{{a}}", "{\"a\":123456789012345}", "123456789012345" },
		{ "{{a.b.c}}", "{\"a\":{\"b\":{\"c\":\"x\"}}}", "x" },
		{ NULL, NULL, NULL },
	};
	static const struct render_case bad[] = {
		{ "{{a}}", "{\"a\":null}", "page.html:1: {{a}}: is neither" },
		{ "{{a}}", "{\"a\":true}", "page.html:1: {{a}}: is neither" },
		{ "\n{{a}}", "{\"a\":[]}", "page.html:2: {{a}}: is neither" },
		{ "\n{{a}}", "{\"a\":{}}", "page.html:2: {{a}}: is neither" },
		{ "{{a}}", "{\"a\":1e999}", "page.html:1: {{a}}: is neither" },
		{ NULL, NULL, NULL },
	};

	(void)state;
	check_renders(good);
	check_errors(bad);
}

static void test_unknown_name_is_an_error_with_its_line(void **state)
{
	static const struct render_case bad[] = {
		{ "{{b}}", "{\"a\":1}", "page.html:1: {{b}}: is not in" },
		{ "\n\n{{b}}", "{\"a\":1}", "page.html:3: {{b}}: is not in" },
		{ "\n{{#b}}{{/b}}", "{}", "page.html:2: {{b}}: is not in" },
		{ "\n{{^b}}{{/b}}", "{}", "page.html:2: {{b}}: is not in" },
		{ "{{@b}}", "{}", "page.html:1: {{b}}: is not in" },
		{ "{{a.b}}", "{\"a\":{}}", "page.html:1: {{a.b}}: is not in" },
		{ "{{a.b}}", "{\"a\":1}", "page.html:1: {{a.b}}: is not in" },
		{ "{{a}}", "{\"ab\":1}", "page.html:1: {{a}}: is not in" },
		{ "{{ab}}", "{\"a\":1}", "page.html:1: {{ab}}: is not in" },
		{ "{{!\n\n}}\n{{b}}", "{}", "page.html:4: {{b}}: is not in" },
		{ "\n{{>inner}}", "{}",
		  "inner.html:3: {{missing}}: is not in" },
		{ NULL, NULL, NULL },
	};

	(void)state;
	check_errors(bad);
}

static void test_name_is_not_looked_up_outside_the_item(void **state)
{
	static const struct render_case bad[] = {
		{ "{{#a}}{{n}}{{/a}}", "{\"n\":1,\"a\":{\"b\":1}}",
		  "page.html:1: {{n}}: is not in" },
		{ "{{#a}}{{n}}{{/a}}", "{\"n\":1,\"a\":[{\"b\":1}]}",
		  "page.html:1: {{n}}: is not in" },
		{ "{{#a}}{{>folder/part}}{{/a}}",
		  "{\"name\":\"x\",\"a\":[{\"b\":1}]}",
		  "folder/part.html:1: {{name}}: is not in" },
		{ NULL, NULL, NULL },
	};

	(void)state;
	check_errors(bad);
}

static void test_root_reaches_the_page_from_anywhere(void **state)
{
	static const struct render_case good[] = {
		{ "{{#a}}{{root.n}}{{/a}}", "{\"n\":1,\"a\":[{\"b\":1},2]}",
		  "11" },
		{ "{{#a}}{{#b}}{{root.c.d}}{{/b}}{{/a}}",
		  "{\"c\":{\"d\":\"x\"},\"a\":{\"b\":{\"e\":1}}}", "x" },
		{ "{{rootless}}", "{\"rootless\":1}", "1" },
		{ "{{a.root}}", "{\"a\":{\"root\":1}}", "1" },
		{ NULL, NULL, NULL },
	};

	(void)state;
	check_renders(good);
}

static void test_section_repeats_for_items_and_enters_objects(void **state)
{
	static const struct render_case good[] = {
		{ "{{#a}}<{{.}}>{{/a}}", "{\"a\":[\"x\",2,\"&\"]}",
		  "<x><2><&amp;>" },
		{ "{{#a}}{{n}},{{/a}}", "{\"a\":[{\"n\":1},{\"n\":2}]}",
		  "1,2," },
		{ "{{#a}}{{n}}{{/a}}", "{\"a\":{\"n\":1}}", "1" },
		{ "{{#a.b}}{{n}}{{/a.b}}", "{\"a\":{\"b\":{\"n\":1}}}", "1" },
		{ "{{#a}}{{n}}{{/a}}", "{\"a\":true,\"n\":1}", "1" },
		{ "{{#a}}{{a}}{{/a}}", "{\"a\":\"x\"}", "x" },
		{ "{{#a}}{{a}}{{/a}}", "{\"a\":0}", "0" },
		{ "{{#a}}x{{/a}}", "{\"a\":false}", "" },
		{ "{{#a}}x{{/a}}", "{\"a\":null}", "" },
		{ "{{#a}}x{{/a}}", "{\"a\":\"\"}", "" },
		{ "{{#a}}x{{/a}}", "{\"a\":[]}", "" },
		{ "{{#a}}x{{/a}}", "{\"a\":{}}", "x" },
		{ "{{#a}}{{#.}}{{.}}{{/.}};{{/a}}", "{\"a\":[[1,2],[3]]}",
		  "12;3;" },
		{ NULL, NULL, NULL },
	};

	(void)state;
	check_renders(good);
}

static void test_inverted_section_shows_when_there_is_nothing(void **state)
{
	static const struct render_case good[] = {
		{ "{{^a}}x{{/a}}", "{\"a\":false}", "x" },
		{ "{{^a}}x{{/a}}", "{\"a\":null}", "x" },
		{ "{{^a}}x{{/a}}", "{\"a\":\"\"}", "x" },
		{ "{{^a}}x{{/a}}", "{\"a\":[]}", "x" },
		{ "{{^a}}x{{/a}}", "{\"a\":{}}", "" },
		{ "{{^a}}x{{/a}}", "{\"a\":0}", "" },
		{ "{{^a}}x{{/a}}", "{\"a\":true}", "" },
		{ "{{^a}}{{n}}{{/a}}", "{\"a\":[],\"n\":1}", "1" },
		{ NULL, NULL, NULL },
	};

	(void)state;
	check_renders(good);
}

static void test_partial_gets_the_current_item(void **state)
{
	static const struct render_case good[] = {
		{ "{{>folder/part}}", "{\"name\":\"<\"}", "[&lt;]" },
		{ "{{#a}}{{>folder/part}}{{/a}}{{n}}",
		  "{\"n\":3,\"a\":[{\"name\":1},{\"name\":2}]}", "[1][2]3" },
		{ NULL, NULL, NULL },
	};
	static const struct render_case bad[] = {
		{ "\n{{>none}}", "{}",
		  "page.html:2: {{>none}}: there is no such template" },
		{ "{{>loop}}", "{}",
		  "loop.html:2: {{loop}}: templates include one another" },
		{ NULL, NULL, NULL },
	};

	(void)state;
	check_renders(good);
	check_errors(bad);
}

static void test_json_can_not_end_its_script(void **state)
{
	static const struct render_case good[] = {
		{ "{{@a}}", "{\"a\":\"</script><!--&\"}",
		  "\"\\u003c/script\\u003e\\u003c!--\\u0026\"" },
		{ "{{@a}}", "{\"a\":{\"</script>\":[1,2.5,true,null,\"é\"]}}",
		  "{\"\\u003c/script\\u003e\":[1,2.5,true,null,\"é\"]}" },
		{ "{{@a}}{{@b}}", "{\"a\":{},\"b\":[]}", "{}[]" },
		{ "{{@a}}", "{\"a\":[1e999,-1e999]}", "[null,null]" },
		{ "{{@root.a}}", "{\"a\":\"\\\"\\\\\"}", "\"\\\"\\\\\"" },
		{ NULL, NULL, NULL },
	};

	(void)state;
	check_renders(good);
}

static void test_raw_output_does_not_exist(void **state)
{
	static const struct render_case bad[] = {
		{ "{{{a}}}", "{\"a\":1}", "page.html:1: '{{{a}}'" },
		{ "\n{{&a}}", "{\"a\":1}", "page.html:2: '{{&a}}'" },
		{ NULL, NULL, NULL },
	};

	(void)state;
	check_errors(bad);
}

static void test_malformed_tag_is_refused(void **state)
{
	static const struct render_case bad[] = {
		{ "{{}}", "{}", "page.html:1: '{{}}'" },
		{ "{{ a }}", "{}", "page.html:1: '{{ a }}'" },
		{ "{{A}}", "{}", "page.html:1: '{{A}}'" },
		{ "{{a/b}}", "{}", "page.html:1: '{{a/b}}'" },
		{ "{{#}}", "{}", "page.html:1: '{{" },
		{ "{{a..b}}", "{}", "page.html:1: '{{a..b}}'" },
		{ "{{.a}}", "{}", "page.html:1: '{{.a}}'" },
		{ "{{a.}}", "{}", "page.html:1: '{{a.}}'" },
		{ "{{..}}", "{}", "page.html:1: '{{..}}'" },
		{ "x\n{{a", "{}", "page.html:2: '{{' has no '}}'" },
		{ "x\n{{a}", "{}", "page.html:2: '{{' has no '}}'" },
		{ NULL, NULL, NULL },
	};

	(void)state;
	check_errors(bad);
}

static void test_sections_close_in_order(void **state)
{
	static const struct render_case bad[] = {
		{ "\n{{#a}}", "{}", "page.html:2: {{#a}} of line 2 is never" },
		{ "{{#a}}{{/b}}", "{}", "page.html:1: {{/b}} closes {{#a}}" },
		{ "{{#a}}{{/ab}}", "{}", "page.html:1: {{/ab}} closes {{#a}}" },
		{ "{{#a}}\n{{#b}}{{/a}}{{/b}}", "{}",
		  "page.html:2: {{/a}} closes {{#b}} of line 2" },
		{ "\n{{/a}}", "{}", "page.html:2: {{/a}} closes nothing" },
		{ NULL, NULL, NULL },
	};

	(void)state;
	check_errors(bad);
}

static void nest(struct strbuf *page, int depth)
{
	strbuf_reset(page);
	for (int i = 0; i < depth; i++)
		strbuf_addstr(page, "{{#a}}");
	strbuf_addstr(page, "x");
	for (int i = 0; i < depth; i++)
		strbuf_addstr(page, "{{/a}}");
}

static void test_sections_nest_32_deep_and_no_deeper(void **state)
{
	struct strbuf page = STRBUF_INIT, out = STRBUF_INIT, err = STRBUF_INIT;

	(void)state;
	nest(&page, 32);
	assert_true(render(page.buf, "{\"a\":true}", &out, &err));
	assert_string_equal(out.buf, "x");
	nest(&page, 33);
	assert_false(render(page.buf, "{\"a\":true}", &out, &err));
	assert_string_equal(err.buf,
			    "page.html:1: sections nest deeper than 32");
	strbuf_release(&page);
	strbuf_release(&out);
	strbuf_release(&err);
}

static void test_page_beyond_the_cap_is_an_error(void **state)
{
	struct strbuf out, err = STRBUF_INIT;

	(void)state;
	strbuf_init_capped(&out, 8);
	assert_false(render("123{{a}}", "{\"a\":\"456789\"}", &out, &err));
	assert_non_null(strstr(err.buf, "larger than 8 bytes"));
	strbuf_release(&out);
	strbuf_release(&err);
}

static void test_unknown_template_is_an_error(void **state)
{
	struct strbuf out = STRBUF_INIT, err = STRBUF_INIT;
	struct template_set *set = parse("x", &err);
	cJSON *data = cJSON_CreateObject();

	(void)state;
	assert_false(template_render(set, "pag", data, &out, &err));
	assert_string_equal(err.buf, "there is no template 'pag'");
	template_set_free(set);
	template_set_free(NULL);
	cJSON_Delete(data);
	strbuf_release(&out);
	strbuf_release(&err);
}

/* Renders words.txt, see parse(). */
static bool render_text(const char *json, struct strbuf *out,
			struct strbuf *err)
{
	struct template_set *set = parse("", err);
	cJSON *data = cJSON_Parse(json);
	bool ok = template_render(set, "words.txt", data, out, err);

	cJSON_Delete(data);
	template_set_free(set);
	return ok;
}

static void
test_value_in_plain_text_stays_as_it_is_and_in_its_line(void **state)
{
	struct strbuf out = STRBUF_INIT, err = STRBUF_INIT;

	(void)state;
	assert_true(render_text("{\"a\":[\"R&D <x> \\\"é\\\"\","
				"\"1\\r\\n2\\t3\\u007f\"],\"foot\":\"'\"}",
				&out, &err));
	assert_string_equal(out.buf, "- R&D <x> \"é\"\n- 1  2 3 \n'");
	assert_false(render_text("{\"a\":[]}", &out, &err));
	assert_string_equal(err.buf,
			    "foot.txt:1: {{foot}}: is not in the data");
	strbuf_release(&out);
	strbuf_release(&err);
}

static void test_text_and_html_do_not_include_one_another(void **state)
{
	static const struct template_source all[] = {
		{ "page", "\n{{>foot.txt}}", 14 },
		{ "foot.txt", "x", 1 },
		{ NULL, NULL, 0 },
	};
	static const struct render_case bad[] = {
		{ "{{>words}}", "{}", "page.html:1: {{>words}}: there is no" },
		{ NULL, NULL, NULL },
	};
	static const struct template_source swapped[] = {
		{ "page.txt", "{{>foot}}", 9 },
		{ "foot", "x", 1 },
		{ NULL, NULL, 0 },
	};
	struct strbuf err = STRBUF_INIT;

	(void)state;
	assert_null(template_set_new(all, &err));
	assert_string_equal(err.buf, "page.html:2: {{>foot.txt}}: plain text "
				     "and HTML can't include one another");
	strbuf_reset(&err);
	assert_null(template_set_new(swapped, &err));
	assert_string_equal(err.buf, "page.txt:1: {{>foot}}: plain text and "
				     "HTML can't include one another");
	check_errors(bad);
	assert_string_equal(template_ending("mail/a.txt"), "");
	assert_string_equal(template_ending("mail/a"), ".html");
	assert_string_equal(template_ending(".txt"), ".html");
	strbuf_release(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_value_is_text_or_number_and_escaped),
		cmocka_unit_test(test_unknown_name_is_an_error_with_its_line),
		cmocka_unit_test(test_name_is_not_looked_up_outside_the_item),
		cmocka_unit_test(test_root_reaches_the_page_from_anywhere),
		cmocka_unit_test(
			test_section_repeats_for_items_and_enters_objects),
		cmocka_unit_test(
			test_inverted_section_shows_when_there_is_nothing),
		cmocka_unit_test(test_partial_gets_the_current_item),
		cmocka_unit_test(test_json_can_not_end_its_script),
		cmocka_unit_test(test_raw_output_does_not_exist),
		cmocka_unit_test(test_malformed_tag_is_refused),
		cmocka_unit_test(test_sections_close_in_order),
		cmocka_unit_test(test_sections_nest_32_deep_and_no_deeper),
		cmocka_unit_test(test_page_beyond_the_cap_is_an_error),
		cmocka_unit_test(test_unknown_template_is_an_error),
		cmocka_unit_test(
			test_value_in_plain_text_stays_as_it_is_and_in_its_line),
		cmocka_unit_test(test_text_and_html_do_not_include_one_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
