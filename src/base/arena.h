/*
 * struct arena: memory that lives as long as one request. Take pieces, never
 * free them; arena_reset() frees them all at once and keeps the newest block
 * warm. Each block is twice the one before, so that after a few requests one
 * is enough.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/alloc.h"

struct arena_block;

struct arena {
	struct arena_block *head;
	size_t total; /* bytes handed out since the last reset */
};

#define ARENA_INIT      \
	{               \
		NULL, 0 \
	}

/* Valid until arena_reset() or arena_release(); aligned for any type. */
void *arena_alloc(struct arena *a, size_t size)
	__attribute__((returns_nonnull));
char *arena_strndup(struct arena *a, const char *s, size_t len)
	__attribute__((returns_nonnull));
char *arena_strdup(struct arena *a, const char *s)
	__attribute__((returns_nonnull));
void arena_reset(struct arena *a);
void arena_release(struct arena *a);

#endif
