/*
 * struct strbuf: a string that grows and knows its limit.
 *
 * buf is never NULL and always ends in a NUL that len does not count, so it
 * can be passed where a C string is wanted. A buffer made with
 * strbuf_init_capped() refuses to grow beyond its cap: the addition is
 * dropped whole, is_full becomes true and stays so until strbuf_reset().
 * Check is_full once, when the text is complete.
 */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"

struct strbuf {
	char *buf;
	size_t len;
	size_t alloc;
	size_t cap; /* 0: no limit */
	bool is_full;
};

extern char strbuf_empty[1];
#define STRBUF_INIT                 \
	{                           \
		.buf = strbuf_empty \
	}

void strbuf_init(struct strbuf *sb);
void strbuf_init_capped(struct strbuf *sb, size_t cap);
/* Frees the memory; the buffer is empty and usable again. */
void strbuf_release(struct strbuf *sb);
/* Empties the buffer, keeps the memory. */
void strbuf_reset(struct strbuf *sb);
/* The caller owns the string and frees it; the buffer is empty again. */
char *strbuf_detach(struct strbuf *sb);
/* Cuts the text to len bytes, which must not be more than it has. */
void strbuf_truncate(struct strbuf *sb, size_t len);

void strbuf_add(struct strbuf *sb, const void *data, size_t len);
void strbuf_addstr(struct strbuf *sb, const char *s);
void strbuf_addch(struct strbuf *sb, char c);
/* Digits of a whole number; several times as fast as "%lld". */
void strbuf_addint(struct strbuf *sb, int64_t n);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...) PRINTF_LIKE(2, 3);
void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list ap)
	PRINTF_LIKE(2, 0);

/*
 * Appends the whole file. False with a sentence in err when it can't be
 * read or is larger than max bytes; sb is then unchanged.
 */
bool strbuf_read_file(struct strbuf *sb, const char *path, size_t max,
		      struct strbuf *err) WARN_UNUSED;

#endif
