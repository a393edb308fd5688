#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/json.h"

static void test_missing_member_reads_as_nothing(void **state)
{
	cJSON *o = cJSON_Parse("{\"a\":\"x\",\"n\":1,\"t\":true,\"z\":null}");
	int64_t n = 42;

	(void)state;
	assert_string_equal(json_str(o, "a"), "x");
	assert_string_equal(json_str(o, "A"), "");
	assert_string_equal(json_str(o, "n"), "");
	assert_string_equal(json_str(NULL, "a"), "");
	assert_null(json_get(NULL, "a"));
	assert_true(json_is_true(o, "t"));
	assert_false(json_is_true(o, "a"));
	assert_false(json_is_true(o, "z"));
	assert_false(json_int(o, "a", &n));
	assert_false(json_int(o, "none", &n));
	assert_int_equal(n, 42);
	cJSON_Delete(o);
}

static void test_int_is_a_whole_number_that_a_double_holds(void **state)
{
	static const struct {
		const char *text;
		int64_t want; /* 42: refused */
	} cases[] = {
		{ "{\"n\":0}", 0 },
		{ "{\"n\":-7}", -7 },
		{ "{\"n\":1.0}", 1 },
		{ "{\"n\":9007199254740992}", 9007199254740992 },
		{ "{\"n\":-9007199254740992}", -9007199254740992 },
		{ "{\"n\":1.5}", 42 },
		{ "{\"n\":1e300}", 42 },
		{ "{\"n\":-1e300}", 42 },
		{ "{\"n\":9223372036854775808}", 42 },
		{ "{\"n\":\"1\"}", 42 },
		{ "{\"n\":true}", 42 },
		{ "{\"n\":null}", 42 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cJSON *o = cJSON_Parse(cases[i].text);
		int64_t n = 42;

		assert_int_equal(json_int(o, "n", &n), cases[i].want != 42);
		assert_int_equal(n, cases[i].want);
		cJSON_Delete(o);
	}
}

static void test_text_of_an_item_that_is_none_is_empty(void **state)
{
	cJSON *list = cJSON_Parse("[\"x\",1,null,{}]");

	(void)state;
	assert_string_equal(json_text(list->child), "x");
	for (const cJSON *i = list->child->next; i; i = i->next)
		assert_string_equal(json_text(i), "");
	assert_string_equal(json_text(NULL), "");
	cJSON_Delete(list);
}

static void test_move_takes_the_member_or_leaves_null(void **state)
{
	cJSON *from = cJSON_Parse("{\"a\":{\"b\":1}}");
	cJSON *to = cJSON_CreateObject();
	char *text;

	(void)state;
	json_move(from, "a", to, "c");
	json_move(from, "a", to, "d");
	text = cJSON_PrintUnformatted(to);
	assert_string_equal(text, "{\"c\":{\"b\":1},\"d\":null}");
	cJSON_free(text);
	assert_null(from->child);
	cJSON_Delete(from);
	cJSON_Delete(to);
}

static void test_what_lives_in_an_arena_dies_with_it(void **state)
{
	cJSON *older = cJSON_Parse("{\"a\":[1,2]}"), *page;
	struct arena arena = ARENA_INIT;

	(void)state;
	json_use_arena(&arena);
	page = cJSON_Parse("{\"b\":\"text\"}");
	cJSON_AddItemReferenceToObject(page, "older", older);
	assert_string_equal(json_str(page, "b"), "text");
	assert_true(arena.total > 0);
	json_free(page);
	json_use_arena(NULL);
	arena_release(&arena);
	/* Of before the arena: still whole, and freed as usual. */
	assert_int_equal(cJSON_GetArraySize(json_get(older, "a")), 2);
	json_free(older);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_missing_member_reads_as_nothing),
		cmocka_unit_test(
			test_int_is_a_whole_number_that_a_double_holds),
		cmocka_unit_test(test_text_of_an_item_that_is_none_is_empty),
		cmocka_unit_test(test_what_lives_in_an_arena_dies_with_it),
		cmocka_unit_test(test_move_takes_the_member_or_leaves_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
