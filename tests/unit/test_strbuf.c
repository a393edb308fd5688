#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdint.h>

#include "base/strbuf.h"

static void test_empty_buffer_is_a_c_string(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	char *text;

	(void)state;
	assert_string_equal(sb.buf, "");
	strbuf_addstr(&sb, "");
	strbuf_add(&sb, NULL, 0);
	strbuf_addf(&sb, "%s", "");
	strbuf_truncate(&sb, 0);
	strbuf_reset(&sb);
	assert_string_equal(sb.buf, "");
	text = strbuf_detach(&sb);
	assert_string_equal(text, "");
	free(text);
	strbuf_release(&sb);
	strbuf_release(&sb);
}

static void test_bytes_are_kept_with_a_nul_behind(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		strbuf_addch(&sb, (char)(i % 251));
		assert_int_equal(sb.len, i + 1);
		assert_int_equal(sb.buf[sb.len], 0);
	}
	for (int i = 0; i < 3000; i++)
		assert_int_equal((unsigned char)sb.buf[i], i % 251);
	strbuf_release(&sb);
	assert_int_equal(sb.len, 0);
	strbuf_addf(&sb, "%d-%s", 7, "x");
	assert_string_equal(sb.buf, "7-x");
	strbuf_release(&sb);
}

static void test_a_format_fits_wherever_the_memory_ends(void **state)
{
	(void)state;
	for (int len = 0; len < 300; len++) {
		struct strbuf sb = STRBUF_INIT;
		int64_t shown = len;

		for (int i = 0; i < len; i++)
			strbuf_addch(&sb, 'x');
		strbuf_addf(&sb, "%0*d", len + 1, 7);
		assert_int_equal(sb.len, 2 * shown + 1);
		assert_int_equal(strspn(sb.buf, "x"), len);
		assert_int_equal(strspn(sb.buf + len, "0"), len);
		assert_string_equal(sb.buf + 2 * len, "7");
		strbuf_release(&sb);
	}
}

static void test_whole_numbers_are_written_as_printf_does(void **state)
{
	static const int64_t numbers[] = { 0,  1,   -1,	       9,	 10,
					   99, 100, INT64_MAX, INT64_MIN };
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		char text[32];

		snprintf(text, sizeof(text), "%lld", (long long)numbers[i]);
		strbuf_reset(&sb);
		strbuf_addint(&sb, numbers[i]);
		assert_string_equal(sb.buf, text);
	}
	strbuf_release(&sb);
}

static void test_addition_beyond_the_cap_is_dropped_whole(void **state)
{
	struct strbuf sb;

	(void)state;
	strbuf_init_capped(&sb, 10);
	strbuf_addstr(&sb, "0123456789");
	assert_false(sb.is_full);
	strbuf_addstr(&sb, "");
	assert_false(sb.is_full);
	strbuf_addch(&sb, 'x');
	assert_true(sb.is_full);
	assert_string_equal(sb.buf, "0123456789");
	strbuf_reset(&sb);
	strbuf_addstr(&sb, "01234");
	strbuf_addf(&sb, "%s", "567890");
	assert_true(sb.is_full);
	assert_string_equal(sb.buf, "01234");
	strbuf_release(&sb);
}

static void test_full_buffer_stays_full_until_reset(void **state)
{
	struct strbuf sb;

	(void)state;
	strbuf_init_capped(&sb, 4);
	strbuf_addstr(&sb, "abcde");
	strbuf_addch(&sb, 'x');
	assert_true(sb.is_full);
	assert_int_equal(sb.len, 0);
	strbuf_reset(&sb);
	assert_false(sb.is_full);
	strbuf_addch(&sb, 'x');
	assert_string_equal(sb.buf, "x");
	strbuf_release(&sb);
	assert_int_equal(sb.cap, 4);
}

static void test_detach_leaves_an_empty_buffer_with_its_cap(void **state)
{
	struct strbuf sb;
	char *text;

	(void)state;
	strbuf_init_capped(&sb, 4);
	strbuf_addstr(&sb, "abcd");
	text = strbuf_detach(&sb);
	assert_string_equal(text, "abcd");
	free(text);
	assert_string_equal(sb.buf, "");
	strbuf_addstr(&sb, "abcde");
	assert_true(sb.is_full);
	strbuf_release(&sb);
}

static void test_file_larger_than_max_is_refused_and_nothing_added(void **state)
{
	char path[] = "/tmp/strbuf-XXXXXX";
	struct strbuf sb = STRBUF_INIT, err = STRBUF_INIT;
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, "0123456789", 10), 10);
	close(fd);
	strbuf_addstr(&sb, "a");
	assert_true(strbuf_read_file(&sb, path, 10, &err));
	assert_string_equal(sb.buf, "a0123456789");
	strbuf_truncate(&sb, 1);
	assert_false(strbuf_read_file(&sb, path, 9, &err));
	assert_string_equal(sb.buf, "a");
	assert_non_null(strstr(err.buf, "larger than 9 bytes"));
	unlink(path);
	strbuf_reset(&err);
	assert_false(strbuf_read_file(&sb, path, 9, &err));
	assert_non_null(strstr(err.buf, "can't be opened"));
	strbuf_reset(&err);
	assert_false(strbuf_read_file(&sb, "/tmp", 9, &err));
	assert_non_null(strstr(err.buf, "can't be read"));
	assert_string_equal(sb.buf, "a");
	strbuf_release(&sb);
	strbuf_release(&err);
}

static void test_file_that_hits_the_cap_is_refused(void **state)
{
	char path[] = "/tmp/strbuf-XXXXXX";
	struct strbuf sb, err = STRBUF_INIT;
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, "0123456789", 10), 10);
	close(fd);
	strbuf_init_capped(&sb, 8);
	assert_false(strbuf_read_file(&sb, path, 100, &err));
	assert_string_equal(sb.buf, "");
	assert_non_null(strstr(err.buf, "larger than"));
	unlink(path);
	strbuf_release(&sb);
	strbuf_release(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_buffer_is_a_c_string),
		cmocka_unit_test(test_bytes_are_kept_with_a_nul_behind),
		cmocka_unit_test(test_a_format_fits_wherever_the_memory_ends),
		cmocka_unit_test(test_whole_numbers_are_written_as_printf_does),
		cmocka_unit_test(test_addition_beyond_the_cap_is_dropped_whole),
		cmocka_unit_test(test_full_buffer_stays_full_until_reset),
		cmocka_unit_test(
			test_detach_leaves_an_empty_buffer_with_its_cap),
		cmocka_unit_test(
			test_file_larger_than_max_is_refused_and_nothing_added),
		cmocka_unit_test(test_file_that_hits_the_cap_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
