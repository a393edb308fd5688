#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "salary/money.h"

#define NONE MONEY_NONE

static void test_amount_is_written_as_its_country_does(void **state)
{
	static const struct {
		const char *currency;
		int64_t amount;
		const char *text;
	} cases[] = {
		{ "USD", 85000, "$85k" },
		{ "CAD", 85000, "C$85k" },
		{ "AUD", 85000, "A$85k" },
		{ "NZD", 85000, "NZ$85k" },
		{ "SGD", 85000, "S$85k" },
		{ "GBP", 42000, "£42k" },
		{ "EUR", 70212, "€70k" },
		{ "MYR", 60000, "RM60k" },
		{ "PHP", 840000, "₱840k" },
		{ "THB", 1200000, "฿1,200k" },
		{ "AED", 240000, "AED 240k" },
		{ "INR", 1200000, "₹12 lakh" },
		{ "IDR", 180000000, "Rp180 juta" },
		{ "VND", 360000000, "360 triệu ₫" },
		{ "JPY", 5400000, "JPY 5,400,000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct strbuf sb = STRBUF_INIT;

		money_add_amount(&sb, cases[i].currency, cases[i].amount);
		assert_string_equal(sb.buf, cases[i].text);
		strbuf_release(&sb);
	}
}

static void test_short_amount_is_rounded_half_up(void **state)
{
	static const struct {
		const char *currency;
		int64_t amount;
		const char *text;
	} cases[] = {
		{ "USD", 85499, "$85k" },
		{ "USD", 85500, "$86k" },
		{ "USD", 999499, "$999k" },
		{ "USD", 999500, "$1,000k" },
		{ "USD", 1499, "$1k" },
		{ "USD", 999, "USD 999" },
		{ "INR", 1250000, "₹12.5 lakh" },
		{ "INR", 1254999, "₹12.5 lakh" },
		{ "INR", 1255000, "₹12.6 lakh" },
		{ "INR", 1295000, "₹13 lakh" },
		{ "INR", 10000000, "₹100 lakh" },
		{ "IDR", 180499999, "Rp180 juta" },
		{ "IDR", 180500000, "Rp181 juta" },
		{ "VND", 1234500000, "1,235 triệu ₫" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct strbuf sb = STRBUF_INIT;

		money_add_amount(&sb, cases[i].currency, cases[i].amount);
		assert_string_equal(sb.buf, cases[i].text);
		strbuf_release(&sb);
	}
}

static void test_range_says_which_end_is_open(void **state)
{
	static const struct {
		struct money m;
		const char *text, *exact;
	} cases[] = {
		{ { "USD", 85000, 105000, 130000, false },
		  "$85k–$130k",
		  "USD 85,000–130,000 a year" },
		{ { "MYR", 60000, NONE, 96000, false },
		  "RM60k–RM96k",
		  "MYR 60,000–96,000 a year" },
		{ { "INR", 1200000, NONE, 2000000, false },
		  "₹12 lakh–₹20 lakh",
		  "INR 1,200,000–2,000,000 a year" },
		{ { "EUR", NONE, NONE, 55000, false },
		  "up to €55k",
		  "up to EUR 55,000 a year" },
		{ { "EUR", 88000, NONE, NONE, false },
		  "from €88k",
		  "from EUR 88,000 a year" },
		{ { "EUR", 88000, 90000, NONE, false },
		  "from €88k",
		  "from EUR 88,000 a year" },
		{ { "EUR", NONE, 70212, NONE, false },
		  "€70k",
		  "EUR 70,212 a year, median only" },
		{ { "EUR", NONE, 70212, NONE, true },
		  "€70k",
		  "EUR 70,212 a year, mean only" },
		{ { "EUR", NONE, NONE, NONE, false }, "not known", "not known" },
		{ { "USD", 85100, NONE, 85400, false },
		  "$85k",
		  "USD 85,100–85,400 a year" },
		{ { "USD", NONE, 450, NONE, false },
		  "USD 450",
		  "USD 450 a year, median only" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct strbuf sb = STRBUF_INIT;

		money_add_short(&sb, &cases[i].m);
		assert_string_equal(sb.buf, cases[i].text);
		strbuf_reset(&sb);
		money_add_exact(&sb, &cases[i].m);
		assert_string_equal(sb.buf, cases[i].exact);
		strbuf_release(&sb);
	}
}

static void test_money_is_read_from_its_object(void **state)
{
	cJSON *json = cJSON_Parse("{\"low\":85000,\"median\":null,"
				  "\"high\":1.5,\"currency\":\"USD\"}");
	cJSON *null = cJSON_CreateNull();
	struct money m;

	(void)state;
	assert_true(money_read(json, &m));
	assert_string_equal(m.currency, "USD");
	assert_int_equal(m.low, 85000);
	assert_int_equal(m.median, MONEY_NONE);
	assert_int_equal(m.high, MONEY_NONE);
	assert_false(money_read(null, &m));
	assert_false(money_read(NULL, &m));
	cJSON_Delete(json);
	cJSON_Delete(null);
}

static void test_mean_is_not_taken_for_a_median(void **state)
{
	static const struct {
		const char *json;
		bool is_mean;
	} cases[] = {
		{ "{\"median\":1,\"limited_reasons\":[\"point_estimate\","
		  "\"mean\"]}",
		  true },
		{ "{\"median\":1,\"limited_reasons\":[\"point_estimate\"]}",
		  false },
		{ "{\"median\":1,\"is_mean\":true}", true },
		{ "{\"median\":1,\"is_mean\":false}", false },
		{ "{\"median\":1}", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cJSON *json = cJSON_Parse(cases[i].json);
		struct money m;

		assert_true(money_read(json, &m));
		assert_int_equal(m.is_mean, cases[i].is_mean);
		cJSON_Delete(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mean_is_not_taken_for_a_median),
		cmocka_unit_test(test_amount_is_written_as_its_country_does),
		cmocka_unit_test(test_short_amount_is_rounded_half_up),
		cmocka_unit_test(test_range_says_which_end_is_open),
		cmocka_unit_test(test_money_is_read_from_its_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
