#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "http/page_cache.h"

struct fixture {
	struct page_cache *pc;
	struct response rs;
};

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->pc = page_cache_new(100000);
	response_init(&f->rs);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	page_cache_free(f->pc);
	response_release(&f->rs);
	free(f);
	return 0;
}

static void put(struct fixture *f, const char *key, int64_t version,
		const char *text, size_t size)
{
	response_reset(&f->rs);
	f->rs.status = 200;
	f->rs.content_type = "text/html";
	strbuf_addstr(&f->rs.body, text);
	while (f->rs.body.len < size)
		strbuf_addch(&f->rs.body, '.');
	page_cache_put(f->pc, key, version, &f->rs);
}

static bool has(struct fixture *f, const char *key, int64_t version)
{
	response_reset(&f->rs);
	return page_cache_get(f->pc, key, version, &f->rs);
}

static void test_cache_without_room_keeps_nothing(void **state)
{
	struct fixture *f = *state;

	page_cache_free(f->pc);
	f->pc = page_cache_new(0);
	put(f, "a", 1, "", 0);
	assert_false(has(f, "a", 1));
}

static void test_reply_comes_back_as_it_was(void **state)
{
	struct fixture *f = *state;

	response_header(&f->rs, "ETag", "\"x\"");
	f->rs.status = 301;
	f->rs.content_type = "text/plain";
	f->rs.caching = CACHING_COUNTRY;
	f->rs.last_modified = 1234;
	strbuf_add(&f->rs.body, "a\0b", 3);
	page_cache_put(f->pc, "k", 1, &f->rs);
	response_reset(&f->rs);
	assert_true(page_cache_get(f->pc, "k", 1, &f->rs));
	assert_int_equal(f->rs.status, 301);
	assert_string_equal(f->rs.content_type, "text/plain");
	assert_int_equal(f->rs.caching, CACHING_COUNTRY);
	assert_int_equal(f->rs.last_modified, 1234);
	assert_int_equal(f->rs.body.len, 3);
	assert_memory_equal(f->rs.body.buf, "a\0b", 4);
	assert_string_equal(f->rs.headers.buf, "ETag: \"x\"\r\n");
}

static void test_key_is_compared_whole(void **state)
{
	struct fixture *f = *state;

	put(f, "key", 1, "x", 1);
	assert_true(has(f, "key", 1));
	assert_false(has(f, "ke", 1));
	assert_false(has(f, "key ", 1));
	assert_false(has(f, "", 1));
}

static void test_other_version_is_not_fresh(void **state)
{
	struct fixture *f = *state;

	put(f, "k", 7, "old", 1);
	assert_false(has(f, "k", 8));
	assert_false(has(f, "k", 6));
	assert_true(has(f, "k", 7));
}

static void test_newer_reply_takes_the_place(void **state)
{
	struct fixture *f = *state;

	put(f, "k", 1, "one", 1);
	put(f, "k", 2, "two", 1);
	assert_false(has(f, "k", 1));
	assert_true(has(f, "k", 2));
	assert_string_equal(f->rs.body.buf, "two");
}

static void test_least_recently_used_goes_first(void **state)
{
	struct fixture *f = *state;

	put(f, "a", 1, "a", 24000);
	put(f, "b", 1, "b", 24000);
	put(f, "c", 1, "c", 24000);
	put(f, "d", 1, "d", 24000);
	assert_true(has(f, "a", 1));
	put(f, "e", 1, "e", 24000);
	assert_false(has(f, "b", 1));
	assert_true(has(f, "a", 1));
	assert_true(has(f, "c", 1));
	assert_true(has(f, "d", 1));
	assert_true(has(f, "e", 1));
}

static void test_memory_stays_within_the_limit(void **state)
{
	struct fixture *f = *state;
	int kept = 0;

	for (int i = 0; i < 5000; i++) {
		char key[32];

		snprintf(key, sizeof(key), "k%d", i);
		put(f, key, 1, "x", 1000);
	}
	for (int i = 0; i < 5000; i++) {
		char key[32];

		snprintf(key, sizeof(key), "k%d", i);
		kept += has(f, key, 1);
	}
	assert_in_range(kept, 50, 100);
}

static void test_reply_larger_than_a_quarter_is_not_kept(void **state)
{
	struct fixture *f = *state;

	put(f, "small", 1, "x", 25000);
	put(f, "large", 1, "x", 25001);
	assert_true(has(f, "small", 1));
	assert_false(has(f, "large", 1));
	/* Nor does an older one stay in its place. */
	put(f, "small", 2, "x", 25001);
	assert_false(has(f, "small", 1));
	assert_false(has(f, "small", 2));
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_cache_without_room_keeps_nothing),
		TEST(test_reply_comes_back_as_it_was),
		TEST(test_key_is_compared_whole),
		TEST(test_other_version_is_not_fresh),
		TEST(test_newer_reply_takes_the_place),
		TEST(test_least_recently_used_goes_first),
		TEST(test_memory_stays_within_the_limit),
		TEST(test_reply_larger_than_a_quarter_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
