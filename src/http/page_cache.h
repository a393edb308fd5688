/*
 * Finished replies in the worker's memory, as they are sent: encoded, with
 * their headers. An entry is good while the content has the version it was
 * made of. The least recently used go when the limit is reached.
 */
#ifndef HTTP_PAGE_CACHE_H
#define HTTP_PAGE_CACHE_H

#include <stdint.h>

#include "http/response.h"

struct page_cache;

struct page_cache *page_cache_new(size_t max_bytes);
void page_cache_free(struct page_cache *pc);

/* Copies the reply under key into rs, if it is of this version. */
bool page_cache_get(struct page_cache *pc, const char *key, int64_t version,
		    struct response *rs) WARN_UNUSED;

/* Keeps a copy of the reply, in place of an older one. */
void page_cache_put(struct page_cache *pc, const char *key, int64_t version,
		    const struct response *rs);

#endif
