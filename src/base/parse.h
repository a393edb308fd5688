/*
 * Small values out of text, whole or not at all: no leading space, no sign
 * where none is meant, no rest. False leaves *out alone.
 */
#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/alloc.h"

bool parse_int(const char *s, int64_t min, int64_t max,
	       int64_t *out) WARN_UNUSED;
/* ^[a-z0-9]+(-[a-z0-9]+)*$ and at most 80 bytes: an id that is safe in a
 * path, a query and a file name. */
bool parse_is_slug(const char *s) WARN_UNUSED;
/* YYYY-MM-DD that exists in the calendar. */
bool parse_is_date(const char *s) WARN_UNUSED;
/* YYYY-MM-DDThh:mm:ssZ, a second of UTC that exists but for leap seconds. */
bool parse_is_time(const char *s) WARN_UNUSED;
/* Digits, with decimals after a point or none, at most 30 characters; above
 * zero unless may_be_zero. What numeric of PostgreSQL takes as it is. */
bool parse_is_decimal(const char *s, bool may_be_zero) WARN_UNUSED;

#endif
