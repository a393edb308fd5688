/* UTF-8, which is what every text here is in. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "base/alloc.h"

/* Bytes of the valid sequence that s begins with (1 to 4), 0 if it is not
 * one. len is at least 1. */
size_t utf8_len(const char *text, size_t len) WARN_UNUSED;
/* Bytes of the longest beginning of s, at most max, that cuts no sequence;
 * for "%.*s". */
int utf8_cut(const char *s, int max) WARN_UNUSED;
/* Code points of valid UTF-8: what people call characters. */
size_t utf8_count(const char *s) WARN_UNUSED;

#endif
