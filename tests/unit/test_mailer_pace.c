#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "base/alloc.h"
#include "mail/mailer_pace.h"

#define MINUTE INT64_C(60000)

static void test_delays_grow_to_eight_hours_and_stay(void **state)
{
	static const int minutes[] = { 1, 5, 15, 30, 60, 120, 240, 480, 480 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(minutes); i++) {
		int64_t ms = minutes[i] * MINUTE, least = ms, most = ms;

		for (uint32_t chance = 0; chance < 50000; chance++) {
			int64_t got =
				pace_retry_ms((int64_t)i + 1, chance * 85899u);

			least = got < least ? got : least;
			most = got > most ? got : most;
		}
		assert_in_range(least, ms - ms / 5, ms - ms / 6);
		assert_in_range(most, ms + ms / 6, ms + ms / 5);
	}
	assert_in_range(pace_retry_ms(0, 0), 1, MINUTE);
	assert_in_range(pace_retry_ms(INT64_MAX, UINT32_MAX), 380 * MINUTE,
			580 * MINUTE);
}

/* Mails that go within so long, taken as soon as they may. */
static int taken(struct pace_bucket *b, int64_t from_us, int64_t for_us)
{
	int count = 0;

	for (int64_t now = from_us; now < from_us + for_us; count++) {
		int64_t wait;

		while ((wait = pace_bucket_take(b, now)))
			now += wait;
		if (now >= from_us + for_us)
			break;
	}
	return count;
}

static void test_rate_holds_second_for_second(void **state)
{
	static const int rates[] = { 1, 3, 10, 999, 10000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		struct pace_bucket b;

		pace_bucket_init(&b, rates[i], 5000000);
		assert_in_range(taken(&b, 5000000, 10000000), rates[i] * 10,
				rates[i] * 10 + 10);
	}
}

static void test_a_pause_saves_one_second_at_most(void **state)
{
	struct pace_bucket b;

	(void)state;
	pace_bucket_init(&b, 10, 0);
	assert_in_range(taken(&b, INT64_C(3600000000), 1), 10, 11);
	assert_true(pace_bucket_take(&b, INT64_C(3600000000)) > 0);
}

static void test_no_rate_is_no_limit(void **state)
{
	struct pace_bucket b;

	(void)state;
	pace_bucket_init(&b, 0, 7);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(pace_bucket_take(&b, 7), 0);
}

static void test_breaker_doubles_from_5_seconds_to_5_minutes(void **state)
{
	static const int seconds[] = { 5, 10, 20, 40, 80, 160, 300, 300 };
	struct pace_breaker b = { 0 };
	int64_t now = 1000;

	(void)state;
	assert_int_equal(pace_breaker_failed(&b, false, now), PACE_NOTHING_NEW);
	assert_int_equal(pace_breaker_wait(&b, now), 0);
	for (size_t i = 0; i < ARRAY_SIZE(seconds); i++) {
		assert_int_equal(pace_breaker_failed(&b, false, now),
				 i ? PACE_NOTHING_NEW : PACE_OPENED);
		assert_int_equal(pace_breaker_wait(&b, now), seconds[i] * 1000);
		now += seconds[i] * 1000;
		assert_int_equal(pace_breaker_wait(&b, now), 0);
		assert_true(b.is_open);
	}
	assert_int_equal(pace_breaker_worked(&b), PACE_CLOSED);
	assert_int_equal(pace_breaker_worked(&b), PACE_NOTHING_NEW);
	assert_false(b.is_open);
}

static void test_an_old_connection_may_end(void **state)
{
	struct pace_breaker b = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		pace_breaker_worked(&b);
		assert_int_equal(pace_breaker_failed(&b, false, 0),
				 PACE_NOTHING_NEW);
		assert_int_equal(pace_breaker_wait(&b, 0), 0);
	}
	assert_int_equal(pace_breaker_failed(&b, false, 0), PACE_OPENED);
	assert_int_equal(pace_breaker_wait(&b, 0), 5000);
}

static void test_what_is_our_fault_is_not_tried_at_once(void **state)
{
	struct pace_breaker b = { 0 };

	(void)state;
	assert_int_equal(pace_breaker_failed(&b, true, 0), PACE_OPENED);
	assert_int_equal(pace_breaker_wait(&b, 0), 5000);
}

static void test_alarm_after_a_quarter_of_an_hour_once(void **state)
{
	struct pace_breaker b = { 0 };
	int alarms = 0;

	(void)state;
	for (int64_t now = 0; now < 60 * MINUTE;) {
		enum pace_news news = pace_breaker_failed(&b, false, now);

		if (news == PACE_ALARM) {
			assert_in_range(now, 15 * MINUTE, 21 * MINUTE);
			alarms++;
		}
		now += pace_breaker_wait(&b, now);
	}
	assert_int_equal(alarms, 1);
}

static void test_a_hold_ends_with_one_mail_that_works(void **state)
{
	struct pace_breaker b = { 0 };

	(void)state;
	pace_breaker_worked(&b);
	pace_breaker_hold(&b, 5 * MINUTE, 100);
	assert_int_equal(pace_breaker_wait(&b, 100), 5 * MINUTE);
	assert_int_equal(pace_breaker_wait(&b, 100 + 5 * MINUTE), 0);
	assert_true(b.is_open);
	assert_int_equal(pace_breaker_worked(&b), PACE_CLOSED);
}

static void test_over_20_refusals_of_100_are_too_many(void **state)
{
	struct pace_answers a = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_false(pace_answers_add(&a, i % 5 == 0));
	/* The 21st within the last hundred, wherever they begin. */
	memset(&a, 0, sizeof(a));
	for (int i = 0; i < 130; i++)
		assert_false(pace_answers_add(&a, i >= 110));
	assert_true(pace_answers_add(&a, true));
	for (int i = 0; i < 20; i++)
		assert_false(pace_answers_add(&a, true));
	assert_true(pace_answers_add(&a, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_delays_grow_to_eight_hours_and_stay),
		cmocka_unit_test(test_rate_holds_second_for_second),
		cmocka_unit_test(test_a_pause_saves_one_second_at_most),
		cmocka_unit_test(test_no_rate_is_no_limit),
		cmocka_unit_test(
			test_breaker_doubles_from_5_seconds_to_5_minutes),
		cmocka_unit_test(test_an_old_connection_may_end),
		cmocka_unit_test(test_what_is_our_fault_is_not_tried_at_once),
		cmocka_unit_test(test_alarm_after_a_quarter_of_an_hour_once),
		cmocka_unit_test(test_a_hold_ends_with_one_mail_that_works),
		cmocka_unit_test(test_over_20_refusals_of_100_are_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
