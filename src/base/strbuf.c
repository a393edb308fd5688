#include "base/strbuf.h"

#include <errno.h>
#include <stdint.h>

char strbuf_empty[1];

void strbuf_init(struct strbuf *sb)
{
	strbuf_init_capped(sb, 0);
}

void strbuf_init_capped(struct strbuf *sb, size_t cap)
{
	memset(sb, 0, sizeof(*sb));
	sb->buf = strbuf_empty;
	sb->cap = cap;
}

void strbuf_release(struct strbuf *sb)
{
	if (sb->alloc)
		free(sb->buf);
	strbuf_init_capped(sb, sb->cap);
}

void strbuf_reset(struct strbuf *sb)
{
	sb->len = 0;
	sb->is_full = false;
	if (sb->alloc)
		sb->buf[0] = '\0';
}

char *strbuf_detach(struct strbuf *sb)
{
	char *s = sb->alloc ? sb->buf : xstrdup("");

	strbuf_init_capped(sb, sb->cap);
	return s;
}

void strbuf_truncate(struct strbuf *sb, size_t len)
{
	if (len > sb->len)
		BUG("truncate to %zu of %zu", len, sb->len);
	sb->len = len;
	if (sb->alloc)
		sb->buf[len] = '\0';
}

/* Room for extra more bytes and the NUL; false when the cap forbids it. */
static bool grow(struct strbuf *sb, size_t extra)
{
	size_t want;

	if (extra > SIZE_MAX / 2 - sb->len)
		BUG("buffer of %zu bytes can't grow by %zu", sb->len, extra);
	if (sb->is_full || (sb->cap && sb->len + extra > sb->cap)) {
		sb->is_full = true;
		return false;
	}
	if (sb->len + extra + 1 <= sb->alloc)
		return true;
	want = sb->alloc + sb->alloc / 2 + 64;
	if (want < sb->len + extra + 1)
		want = sb->len + extra + 1;
	sb->buf = xrealloc(sb->alloc ? sb->buf : NULL, want);
	sb->alloc = want;
	return true;
}

void strbuf_add(struct strbuf *sb, const void *data, size_t len)
{
	if (!len || !grow(sb, len))
		return;
	memcpy(sb->buf + sb->len, data, len);
	sb->len += len;
	sb->buf[sb->len] = '\0';
}

void strbuf_addstr(struct strbuf *sb, const char *s)
{
	strbuf_add(sb, s, strlen(s));
}

void strbuf_addch(struct strbuf *sb, char c)
{
	strbuf_add(sb, &c, 1);
}

void strbuf_addint(struct strbuf *sb, int64_t n)
{
	char digits[20], *at = digits + sizeof(digits);
	/* Negated as unsigned: the lowest number has no positive twin. */
	uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	do
		*--at = (char)('0' + size % 10);
	while (size /= 10);
	if (n < 0)
		*--at = '-';
	strbuf_add(sb, at, (size_t)(digits + sizeof(digits) - at));
}

void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list ap)
{
	size_t room = sb->alloc ? sb->alloc - sb->len : 0;
	va_list again;
	int n;

	/* Mostly it fits; else this tells how much it needs. */
	va_copy(again, ap);
	n = vsnprintf(room ? sb->buf + sb->len : NULL, room, fmt, again);
	va_end(again);
	if (n < 0)
		BUG("bad format '%s'", fmt);
	if (!n || !grow(sb, (size_t)n)) {
		if (room)
			sb->buf[sb->len] = '\0';
		return;
	}
	if ((size_t)n >= room)
		vsnprintf(sb->buf + sb->len, (size_t)n + 1, fmt, ap);
	sb->len += (size_t)n;
}

void strbuf_addf(struct strbuf *sb, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(sb, fmt, ap);
	va_end(ap);
}

bool strbuf_read_file(struct strbuf *sb, const char *path, size_t max,
		      struct strbuf *err)
{
	size_t start = sb->len;
	char chunk[16384];
	size_t n;
	bool ok = false;
	FILE *f = fopen(path, "rb");

	if (!f) {
		strbuf_addf(err, "%s: can't be opened: %s", path,
			    strerror(errno));
		return false;
	}
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0) {
		strbuf_add(sb, chunk, n);
		if (sb->is_full || sb->len - start > max) {
			strbuf_addf(err, "%s: is larger than %zu bytes", path,
				    sb->is_full ? sb->cap - start : max);
			goto out;
		}
	}
	if (ferror(f)) {
		strbuf_addf(err, "%s: can't be read: %s", path,
			    strerror(errno));
		goto out;
	}
	ok = true;
out:
	if (!ok)
		strbuf_truncate(sb, start);
	fclose(f);
	return ok;
}
