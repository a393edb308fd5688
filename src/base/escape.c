#include "base/escape.h"

#include <stdint.h>

#include "base/utf8.h"

#define BIT(c) (UINT64_C(1) << ((c)&63))
/* A bit for each byte that stays as it is in HTML and in JSON alike, which
 * is most of any text: it needs no second look. */
static const uint64_t plain[4] = {
	~UINT64_C(0) << ' ' &
		~(BIT('&') | BIT('<') | BIT('>') | BIT('"') | BIT('\'')),
	~(BIT('\\') | BIT(0x7f)),
	0,
	0,
};

static bool is_plain(unsigned char c)
{
	return plain[c >> 6] & BIT(c);
}

typedef const char *escape_fn(unsigned char c);

static void escape_with(struct strbuf *out, const char *text, size_t len,
			escape_fn *fn)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t i = 0, from = 0;

	while (i < len) {
		const char *rep;
		size_t n;

		if (is_plain(s[i])) {
			i++;
			continue;
		}
		n = utf8_len(text + i, len - i);
		rep = n == 0 ? "\xef\xbf\xbd" : n == 1 ? fn(s[i]) : NULL;
		if (rep) {
			strbuf_add(out, text + from, i - from);
			strbuf_addstr(out, rep);
			i++;
			from = i;
		} else {
			i += n;
		}
	}
	strbuf_add(out, text + from, len - from);
}

static const char *html_escape_of(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case 0:
		return "\xef\xbf\xbd";
	default:
		return NULL;
	}
}

static const char *text_escape_of(unsigned char c)
{
	return c < 32 || c == 0x7f ? " " : NULL;
}

void escape_text(struct strbuf *out, const char *s, size_t len)
{
	escape_with(out, s, len, text_escape_of);
}

void escape_html(struct strbuf *out, const char *s, size_t len)
{
	escape_with(out, s, len, html_escape_of);
}

static const char *json_escape_of(unsigned char c)
{
	static const char *const control[32] = {
		"\\u0000", "\\u0001", "\\u0002", "\\u0003", "\\u0004",
		"\\u0005", "\\u0006", "\\u0007", "\\b",	    "\\t",
		"\\n",	   "\\u000b", "\\f",	 "\\r",	    "\\u000e",
		"\\u000f", "\\u0010", "\\u0011", "\\u0012", "\\u0013",
		"\\u0014", "\\u0015", "\\u0016", "\\u0017", "\\u0018",
		"\\u0019", "\\u001a", "\\u001b", "\\u001c", "\\u001d",
		"\\u001e", "\\u001f",
	};

	if (c < 32)
		return control[c];
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '<':
		return "\\u003c";
	case '>':
		return "\\u003e";
	case '&':
		return "\\u0026";
	default:
		return NULL;
	}
}

void escape_json(struct strbuf *out, const char *s, size_t len)
{
	escape_with(out, s, len, json_escape_of);
}
