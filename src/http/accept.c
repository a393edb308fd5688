#include "http/accept.h"

#include <string.h>
#include <strings.h>

static const char blanks[] = " \t";

/* Letters of a token (RFC 9110 5.6.2). */
static size_t token_len(const char *s)
{
	return strspn(s, "!#$%&'*+-.^_`|~0123456789"
			 "abcdefghijklmnopqrstuvwxyz"
			 "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

/* The end of a quoted string, or NULL. */
static const char *after_quoted(const char *s)
{
	for (s++; *s && *s != '"'; s++)
		if (*s == '\\' && !*++s)
			return NULL;
	return *s ? s + 1 : NULL;
}

/* The end of this range of the list: a comma outside quotes, or the end. */
static const char *end_of_range(const char *s)
{
	while (*s && *s != ',') {
		const char *after = *s == '"' ? after_quoted(s) : s + 1;

		s = after ? after : s + 1;
	}
	return s;
}

/* In thousandths: 0 to 1 with at most three digits. -1: malformed. Java's own
 * client leaves out the 0 before the dot. */
static int weight(const char *s, size_t len)
{
	int value = 0, unit = 1000;

	if (len && *s == '.') {
		unit = 100;
		s++;
		len--;
	} else if (len > 1 && s[1] != '.') {
		return -1;
	}
	if (!len || len > (unit == 100 ? 3 : 5))
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (unit == 100 && i == 1 && s[i] == '.')
			continue;
		if (s[i] < '0' || s[i] > '9')
			return -1;
		value += (s[i] - '0') * unit;
		unit /= 10;
	}
	return value <= 1000 ? value : -1;
}

/* How exactly a range names the type: 3, 2, 1 of all; 0: another. */
static int exactness(const char *range, size_t len, const char *type)
{
	size_t family = strcspn(type, "/") + 1;

	if (len == strlen(type) && strncasecmp(range, type, len) == 0)
		return 3;
	if (len == family + 1 && range[family] == '*' &&
	    strncasecmp(range, type, family) == 0)
		return 2;
	return len == 3 && memcmp(range, "*/*", 3) == 0;
}

/* The weight that the parameters of a range give it; -1: malformed. */
static int weight_of(const char *s, const char *end)
{
	int q = 1000;

	while ((s += strspn(s, blanks)) < end) {
		const char *name, *value;
		size_t len;

		if (*s++ != ';')
			return -1;
		s += strspn(s, blanks);
		if (s >= end || *s == ';') /* nothing between two */
			continue;
		name = s;
		len = token_len(s);
		s += len;
		if (!len || *s++ != '=')
			return -1;
		value = s;
		s = *s == '"' ? after_quoted(s) : s + token_len(s);
		if (!s || s == value || s > end)
			return -1;
		if (len == 1 && (*name | 0x20) == 'q')
			q = weight(value, (size_t)(s - value));
		if (q < 0)
			return -1;
	}
	return q;
}

/* The length of type/subtype, or 0. */
static size_t range_len(const char *s)
{
	size_t type = token_len(s), subtype;

	if (!type || s[type] != '/')
		return 0;
	subtype = token_len(s + type + 1);
	return subtype ? type + 1 + subtype : 0;
}

bool accept_takes(const char *header, const char *type)
{
	int best = 0, best_q = 0;
	bool is_any = false;

	for (const char *s = header, *end; *s; s = *end ? end + 1 : end) {
		size_t len;
		int q, exact;

		s += strspn(s, blanks);
		end = end_of_range(s);
		len = range_len(s);
		q = len ? weight_of(s + len, end) : -1;
		if (q < 0)
			continue;
		is_any = true;
		exact = exactness(s, len, type);
		if (exact > best || (exact && exact == best && q > best_q)) {
			best = exact;
			best_q = q;
		}
	}
	return !is_any || best_q > 0;
}
