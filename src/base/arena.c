#include "base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>

#define BLOCK_FIRST 8192
/* What a page with its data needs, twice; larger ones are not kept warm. */
#define BLOCK_KEPT (1 << 20)

#ifdef __SANITIZE_ADDRESS__
/* A block a piece, so that the sanitizer knows where each ends. */
#define IS_SHARED false
#define ALIGN 1
#else
#define IS_SHARED true
#define ALIGN alignof(max_align_t)
#endif

struct arena_block {
	struct arena_block *next;
	size_t used;
	size_t size;
	alignas(max_align_t) unsigned char data[];
};

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_block *b = a->head;
	void *p;

	if (size > SIZE_MAX / 2)
		BUG("arena piece of %zu bytes", size);
	size = (size + ALIGN - 1) & ~(ALIGN - 1);
	if (!b || !IS_SHARED || b->size - b->used < size) {
		size_t want = !IS_SHARED ? size : b ? 2 * b->size : BLOCK_FIRST;

		if (want > BLOCK_KEPT)
			want = BLOCK_KEPT;
		if (want < size)
			want = size;
		b = xmalloc(sizeof(*b) + want);
		b->next = a->head;
		b->used = 0;
		b->size = want;
		a->head = b;
	}
	p = b->data + b->used;
	b->used += size;
	a->total += size;
	return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p = arena_alloc(a, len + 1);

	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

static void free_blocks(struct arena_block *b)
{
	while (b) {
		struct arena_block *next = b->next;

		free(b);
		b = next;
	}
}

void arena_reset(struct arena *a)
{
	struct arena_block *b = a->head;

	a->total = 0;
	if (!b)
		return;
	free_blocks(b->next);
	b->next = NULL;
	b->used = 0;
	if (b->size > BLOCK_KEPT) {
		free(b);
		a->head = NULL;
	}
}

void arena_release(struct arena *a)
{
	free_blocks(a->head);
	*a = (struct arena)ARENA_INIT;
}
