#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/json.h"
#include "career/career_view.h"

#define SALARIES(rows) "{\"data\":[" rows "]}"
#define ROW(currency, low, median, high)                           \
	"{\"salary\":{\"currency\":\"" currency "\",\"low\":" #low \
	",\"median\":" #median ",\"high\":" #high "}}"

static int64_t axis(const char *text, const char *currency, cJSON **plot)
{
	cJSON *salaries = cJSON_Parse(text);
	int64_t end;

	assert_non_null(salaries);
	*plot = cJSON_CreateObject();
	end = career_view_axis(*plot, salaries, currency);
	cJSON_Delete(salaries);
	return end;
}

static double number(const cJSON *of, const char *name)
{
	return cJSON_GetNumberValue(json_get(of, name));
}

static void test_axis_ends_at_a_round_amount_above_all(void **state)
{
	static const struct {
		const char *salaries;
		int64_t end;
	} cases[] = {
		{ SALARIES(ROW("USD", 55000, null, 85000)), 100000 },
		{ SALARIES(ROW("USD", 200000, null, 350000)), 400000 },
		{ SALARIES(ROW("USD", 55000, null, 100000)), 150000 },
		{ SALARIES(ROW("USD", null, 70212, null)), 80000 },
		{ SALARIES(ROW("USD", 900000000, null, null)), 1000000000 },
		{ SALARIES(ROW("USD", 0, null, 1)), 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cJSON *plot;
		int64_t end = axis(cases[i].salaries, "USD", &plot);

		if (end != cases[i].end)
			fail_msg("%s: %lld", cases[i].salaries, (long long)end);
		assert_true(cJSON_GetArraySize(json_get(plot, "ticks")) <= 6);
		cJSON_Delete(plot);
	}
}

static void test_axis_is_of_its_currency_only(void **state)
{
	const char *both = SALARIES(
		ROW("USD", 1, null, 900000) "," ROW("EUR", 1, null, 70000));
	cJSON *plot;

	(void)state;
	assert_int_equal(axis(both, "EUR", &plot), 80000);
	cJSON_Delete(plot);
	assert_true(axis(both, "AED", &plot) > 0);
	cJSON_Delete(plot);
}

static cJSON *mark(const char *money, int64_t end)
{
	cJSON *row = cJSON_CreateObject(), *m = cJSON_Parse(money), *out;

	career_view_mark(row, m, end, 2);
	out = cJSON_DetachItemFromObject(row, "mark");
	cJSON_Delete(row);
	cJSON_Delete(m);
	return out;
}

static void test_range_lies_where_its_amounts_are(void **state)
{
	cJSON *m = mark("{\"currency\":\"USD\",\"low\":50000,\"median\":60000,"
			"\"high\":75000,\"limited\":false}",
			100000);

	(void)state;
	assert_true(json_is_true(m, "has_low") && json_is_true(m, "has_high"));
	assert_float_equal(number(m, "x"), 50, 0);
	assert_float_equal(number(m, "width"), 25, 0);
	assert_float_equal(number(m, "median"), 60, 0);
	assert_string_equal(json_str(m, "trust"), "sound");
	assert_string_equal(json_str(m, "ends"), "closed");
	cJSON_Delete(m);
}

static void test_end_that_is_not_published_has_no_cap(void **state)
{
	cJSON *m = mark("{\"currency\":\"USD\",\"low\":80000,\"median\":null,"
			"\"high\":null,\"limited\":true}",
			100000);

	(void)state;
	assert_true(json_is_true(m, "is_bar") && json_is_true(m, "has_low"));
	assert_false(json_is_true(m, "has_high"));
	assert_float_equal(number(m, "width"), 8.3, 1e-9);
	assert_string_equal(json_str(m, "trust"), "limited");
	assert_string_equal(json_str(m, "ends"), "open");
	cJSON_Delete(m);
}

static void test_single_point_is_no_bar(void **state)
{
	cJSON *m = mark("{\"currency\":\"EUR\",\"low\":null,\"median\":50000,"
			"\"high\":null,\"limited\":true}",
			100000);

	(void)state;
	assert_false(json_is_true(m, "is_bar"));
	assert_float_equal(number(m, "median"), 50, 0);
	cJSON_Delete(m);
	m = mark("null", 100000);
	assert_false(json_is_true(m, "is_bar"));
	assert_true(cJSON_IsNull(json_get(m, "median")));
	cJSON_Delete(m);
}

static void test_key_names_the_marks_that_there_are(void **state)
{
	cJSON *plot = cJSON_CreateObject();
	cJSON *rows = cJSON_Parse(
		"[{\"limited\":false,\"mark\":{\"is_bar\":true,"
		"\"has_low\":true,\"has_high\":false,\"median\":null}},"
		"{\"mark\":{\"is_bar\":false,\"median\":null}}]");
	const cJSON *key;

	(void)state;
	career_view_key(plot, rows);
	key = json_get(plot, "key");
	assert_int_equal(cJSON_GetArraySize(key), 2);
	assert_string_equal(json_str(key->child, "mark"), "range");
	assert_string_equal(json_str(key->child->next, "mark"), "open");
	cJSON_Delete(plot);
	cJSON_Delete(rows);
}

static void test_percent_has_one_decimal(void **state)
{
	(void)state;
	assert_float_equal(career_view_percent(1, 3), 33.3, 1e-9);
	assert_float_equal(career_view_percent(2, 3), 66.7, 1e-9);
	assert_float_equal(career_view_width(1, 2, 3), 33.4, 1e-9);
	assert_float_equal(career_view_percent(1, 0), 0, 0);
	assert_float_equal(career_view_percent(INT64_MAX, 5), 100, 0);
	assert_float_equal(career_view_width(3, 1, 4), 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_axis_ends_at_a_round_amount_above_all),
		cmocka_unit_test(test_axis_is_of_its_currency_only),
		cmocka_unit_test(test_range_lies_where_its_amounts_are),
		cmocka_unit_test(test_end_that_is_not_published_has_no_cap),
		cmocka_unit_test(test_single_point_is_no_bar),
		cmocka_unit_test(test_key_names_the_marks_that_there_are),
		cmocka_unit_test(test_percent_has_one_decimal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
