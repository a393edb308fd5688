#include "http/cursor.h"

#include <sodium.h>

#include "base/settings.h"
#include "base/utf8.h"

#define CODING sodium_base64_VARIANT_URLSAFE_NO_PADDING
/* Letters of base64 for so many bytes, and a NUL. */
#define CODED_MAX (CURSOR_TEXT_MAX / 3 * 4 + 8)

void cursor_add(struct strbuf *out, const char *text)
{
	char coded[CODED_MAX];
	size_t len = strlen(text);

	if (len > CURSOR_TEXT_MAX)
		BUG("a cursor of %zu bytes", len);
	sodium_bin2base64(coded, sizeof(coded), (const unsigned char *)text,
			  len, CODING);
	strbuf_addstr(out, coded);
}

bool field_is_cursor(const char *value)
{
	size_t len = strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789-_");

	return len && len < CODED_MAX && !value[len];
}

static bool is_plain(const char *text, size_t len)
{
	for (size_t i = 0, step; i < len; i += step) {
		unsigned char c = (unsigned char)text[i];

		step = utf8_len(text + i, len - i);
		if (!step || (c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

bool cursor_read(struct arena *arena, const char *cursor, const char **parts,
		 int n)
{
	char text[CURSOR_TEXT_MAX + 1], *s;
	size_t len = 0;

	if (sodium_base642bin((unsigned char *)text, CURSOR_TEXT_MAX, cursor,
			      strlen(cursor), NULL, &len, NULL, CODING) != 0 ||
	    !is_plain(text, len))
		return false;
	text[len] = '\0';
	s = arena_strdup(arena, text);
	for (int i = 0; i < n; i++) {
		size_t piece = strcspn(s, "\t");

		if ((s[piece] == '\0') != (i == n - 1))
			return false;
		parts[i] = s;
		s += piece;
		if (*s)
			*s++ = '\0';
	}
	return true;
}

static void add_coded(struct strbuf *out, const char *value)
{
	for (const char *c = value; *c; c++) {
		bool is_plain_char =
			(*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			(*c >= '0' && *c <= '9') || strchr("-._~", *c);

		if (is_plain_char)
			strbuf_addch(out, *c);
		else
			strbuf_addf(out, "%%%02X", (unsigned char)*c);
	}
}

const char *cursor_next(const struct request *rq, struct response *rs,
			const char *text)
{
	struct param pairs[REQUEST_PARAMS_MAX];
	struct strbuf url = STRBUF_INIT, link = STRBUF_INIT;
	const char *address;
	int n = request_decode_form(rq->arena, rq->query, strlen(rq->query),
				    pairs, REQUEST_PARAMS_MAX);

	strbuf_addf(&url, "%s%s?", settings_str(SETTING_SITE_URL), rq->path);
	for (int i = 0; i < n; i++) {
		if (strcmp(pairs[i].name, "cursor") == 0)
			continue;
		add_coded(&url, pairs[i].name);
		strbuf_addch(&url, '=');
		add_coded(&url, pairs[i].value);
		strbuf_addch(&url, '&');
	}
	strbuf_addstr(&url, "cursor=");
	cursor_add(&url, text);
	address = arena_strdup(rq->arena, url.buf);
	strbuf_addf(&link, "<%s>; rel=\"next\"", address);
	response_header(rs, "Link", link.buf);
	strbuf_release(&url);
	strbuf_release(&link);
	return address;
}
