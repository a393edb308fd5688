#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "http/metrics.h"

static const char *const names[METRICS_ROUTES + 1] = { "home", "career" };

static struct metrics m;

static int clear(void **state)
{
	(void)state;
	memset(&m, 0, sizeof(m));
	return 0;
}

static void check_line(const char *line)
{
	struct strbuf out = STRBUF_INIT, wanted = STRBUF_INIT;

	metrics_write(&m, names, &out);
	strbuf_addf(&wanted, "\n%s\n", line);
	if (!strstr(out.buf, wanted.buf))
		fail_msg("%s is not in\n%s", line, out.buf);
	strbuf_release(&out);
	strbuf_release(&wanted);
}

static void test_requests_are_counted_by_route_and_class(void **state)
{
	(void)state;
	metrics_count(&m.slots[0], 0, 200, 500);
	metrics_count(&m.slots[0], 0, 204, 500);
	metrics_count(&m.slots[0], 1, 404, 500);
	metrics_count(&m.slots[0], METRICS_ROUTES, 503, 500);
	metrics_count(&m.slots[0], 1, 999, 500);
	metrics_count(&m.slots[0], 1, -1, 500);
	check_line("autopsy_requests_total{route=\"home\",status=\"2xx\"} 2");
	check_line("autopsy_requests_total{route=\"career\",status=\"4xx\"} 1");
	check_line("autopsy_requests_total{route=\"career\",status=\"2xx\"} 0");
	check_line("autopsy_requests_total{route=\"none\",status=\"5xx\"} 1");
}

static void test_slots_are_summed(void **state)
{
	(void)state;
	metrics_count(&m.slots[0], 0, 200, 500);
	metrics_count(&m.slots[METRICS_SLOTS - 1], 0, 200, 500);
	m.slots[3].cache_hits = 2;
	m.slots[4].cache_hits = 5;
	check_line("autopsy_requests_total{route=\"home\",status=\"2xx\"} 2");
	check_line("autopsy_page_cache_hits_total 7");
}

static void test_histogram_is_cumulative(void **state)
{
	static const int64_t us[] = { 0, 1000, 1001, 300000, 5000000, 5000001 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(us); i++)
		metrics_count(&m.slots[i], 0, 200, us[i]);
	check_line("autopsy_request_seconds_bucket{le=\"0.001\"} 2");
	check_line("autopsy_request_seconds_bucket{le=\"0.002\"} 3");
	check_line("autopsy_request_seconds_bucket{le=\"0.3\"} 4");
	check_line("autopsy_request_seconds_bucket{le=\"5\"} 5");
	check_line("autopsy_request_seconds_bucket{le=\"+Inf\"} 6");
	check_line("autopsy_request_seconds_sum 10.302002");
	check_line("autopsy_request_seconds_count 6");
}

static void test_seats_are_counted_by_state(void **state)
{
	(void)state;
	m.slots[0].seats[0].state = SEAT_BUSY;
	m.slots[0].seats[1].state = SEAT_IDLE;
	m.slots[5].seats[1].state = SEAT_IDLE;
	m.slots[6].seats[0].state = SEAT_STARTING;
	check_line("autopsy_workers_busy 1");
	check_line("autopsy_workers_idle 2");
}

static bool is_sample(const char *line, size_t len)
{
	const char *space = memrchr(line, ' ', len);

	return strncmp(line, "autopsy_", 8) == 0 && space &&
	       strspn(space + 1, "0123456789.") ==
		       len - (size_t)(space + 1 - line);
}

static void test_every_line_is_help_type_or_sample(void **state)
{
	struct strbuf out = STRBUF_INIT;
	size_t helps = 0, types = 0;

	(void)state;
	metrics_write(&m, names, &out);
	for (const char *s = out.buf; *s;) {
		size_t len = strcspn(s, "\n");

		assert_int_equal(s[len], '\n');
		if (strncmp(s, "# HELP autopsy_", 15) == 0)
			helps++;
		else if (strncmp(s, "# TYPE autopsy_", 15) == 0)
			types++;
		else if (!is_sample(s, len))
			fail_msg("%.*s", (int)len, s);
		s += len + 1;
	}
	assert_int_equal(helps, types);
	assert_true(helps > 10);
	strbuf_release(&out);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, clear, NULL)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_requests_are_counted_by_route_and_class),
		TEST(test_slots_are_summed),
		TEST(test_histogram_is_cumulative),
		TEST(test_seats_are_counted_by_state),
		TEST(test_every_line_is_help_type_or_sample),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
