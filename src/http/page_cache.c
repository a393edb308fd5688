#include "http/page_cache.h"

#define BUCKETS 1024 /* a power of two */

struct entry {
	struct entry *next; /* in its bucket */
	struct entry *newer;
	struct entry *older;
	char *key;
	int64_t version;
	int status;
	const char *content_type;
	enum caching caching;
	time_t last_modified;
	char *body;
	size_t body_len;
	char *headers;
	size_t headers_len;
};

struct page_cache {
	struct entry *buckets[BUCKETS];
	struct entry *newest;
	struct entry *oldest;
	size_t bytes;
	size_t max_bytes;
};

struct page_cache *page_cache_new(size_t max_bytes)
{
	struct page_cache *pc = xcalloc(1, sizeof(*pc));

	pc->max_bytes = max_bytes;
	return pc;
}

/* FNV-1a: keys are our own, made of parts the edge has normalised. */
static struct entry **bucket_of(struct page_cache *pc, const char *key)
{
	uint64_t h = 1469598103934665603u;

	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * 1099511628211u;
	return &pc->buckets[h & (BUCKETS - 1)];
}

static size_t size_of(const struct entry *e)
{
	return sizeof(*e) + strlen(e->key) + e->body_len + e->headers_len;
}

static void unlink_age(struct page_cache *pc, struct entry *e)
{
	*(e->newer ? &e->newer->older : &pc->newest) = e->older;
	*(e->older ? &e->older->newer : &pc->oldest) = e->newer;
}

static void link_newest(struct page_cache *pc, struct entry *e)
{
	e->newer = NULL;
	e->older = pc->newest;
	*(pc->newest ? &pc->newest->newer : &pc->oldest) = e;
	pc->newest = e;
}

static void drop(struct page_cache *pc, struct entry *e)
{
	struct entry **at = bucket_of(pc, e->key);

	for (; *at != e; at = &(*at)->next)
		if (!*at)
			BUG("%s is in no bucket", e->key);
	*at = e->next;
	unlink_age(pc, e);
	pc->bytes -= size_of(e);
	free(e->key);
	free(e->body);
	free(e->headers);
	free(e);
}

void page_cache_free(struct page_cache *pc)
{
	if (!pc)
		return;
	while (pc->oldest)
		drop(pc, pc->oldest);
	free(pc);
}

static struct entry *find(struct page_cache *pc, const char *key)
{
	struct entry *e = *bucket_of(pc, key);

	while (e && strcmp(e->key, key) != 0)
		e = e->next;
	return e;
}

bool page_cache_get(struct page_cache *pc, const char *key, int64_t version,
		    struct response *rs)
{
	struct entry *e = find(pc, key);

	if (!e || e->version != version)
		return false;
	unlink_age(pc, e);
	link_newest(pc, e);
	rs->status = e->status;
	rs->content_type = e->content_type;
	rs->caching = e->caching;
	rs->last_modified = e->last_modified;
	strbuf_reset(&rs->body);
	strbuf_add(&rs->body, e->body, e->body_len);
	strbuf_reset(&rs->headers);
	strbuf_add(&rs->headers, e->headers, e->headers_len);
	return true;
}

void page_cache_put(struct page_cache *pc, const char *key, int64_t version,
		    const struct response *rs)
{
	struct entry *e = find(pc, key), **bucket;

	if (e)
		drop(pc, e);
	if (!pc->max_bytes || rs->body.len > pc->max_bytes / 4)
		return;
	e = xcalloc(1, sizeof(*e));
	e->key = xstrdup(key);
	e->version = version;
	e->status = rs->status;
	e->content_type = rs->content_type;
	e->caching = rs->caching;
	e->last_modified = rs->last_modified;
	e->body = xstrndup(rs->body.buf, rs->body.len);
	e->body_len = rs->body.len;
	e->headers = xstrndup(rs->headers.buf, rs->headers.len);
	e->headers_len = rs->headers.len;
	bucket = bucket_of(pc, key);
	e->next = *bucket;
	*bucket = e;
	link_newest(pc, e);
	pc->bytes += size_of(e);
	while (pc->bytes > pc->max_bytes && pc->oldest != e)
		/* None is older than it, so unlink_age() moves pc->oldest. */
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
		drop(pc, pc->oldest);
}
