#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdint.h>

#include "base/arena.h"

static void test_pieces_are_aligned_and_do_not_overlap(void **state)
{
	struct arena a = ARENA_INIT;
	unsigned char *pieces[500];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		pieces[i] = arena_alloc(&a, i);
		assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t),
				 0);
		memset(pieces[i], (int)(i & 0xff), i);
	}
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++)
		for (size_t k = 0; k < i; k++)
			assert_int_equal(pieces[i][k], i & 0xff);
	arena_release(&a);
}

static void test_piece_larger_than_a_block_fits(void **state)
{
	static const size_t sizes[] = { 8191, 8192, 8193, 1 << 20 };
	struct arena a = ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		memset(arena_alloc(&a, sizes[i]), 1, sizes[i]);
	arena_release(&a);
}

#ifndef __SANITIZE_ADDRESS__ /* where pieces share no block */
static void test_reset_keeps_the_newest_block_unless_it_is_huge(void **state)
{
	struct arena a = ARENA_INIT;
	void *first, *newest;

	(void)state;
	first = arena_alloc(&a, 5000);
	newest = arena_alloc(&a, 5000);
	for (int i = 0; i < 3; i++) {
		arena_reset(&a);
		assert_int_equal(a.total, 0);
		/* Both fit into it now. */
		assert_ptr_equal(arena_alloc(&a, 5000), newest);
		assert_ptr_not_equal(arena_alloc(&a, 5000), first);
	}
	arena_release(&a);
	memset(arena_alloc(&a, (1 << 20) + 1), 1, (1 << 20) + 1);
	arena_reset(&a);
	assert_null(a.head);
	arena_reset(&a);
	arena_release(&a);
}
#endif

static void test_strings_are_copied_with_a_nul_behind(void **state)
{
	struct arena a = ARENA_INIT;
	char text[] = "abcdef";
	char *part = arena_strndup(&a, text, 3);
	char *all = arena_strdup(&a, text);

	(void)state;
	memset(text, 'x', 6);
	assert_string_equal(part, "abc");
	assert_string_equal(all, "abcdef");
	assert_string_equal(arena_strndup(&a, "", 0), "");
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces_are_aligned_and_do_not_overlap),
		cmocka_unit_test(test_piece_larger_than_a_block_fits),
#ifndef __SANITIZE_ADDRESS__
		cmocka_unit_test(
			test_reset_keeps_the_newest_block_unless_it_is_huge),
#endif
		cmocka_unit_test(test_strings_are_copied_with_a_nul_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
