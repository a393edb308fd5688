#include "mail/reply_blot.h"

#include <ctype.h>
#include <strings.h>

#include "mail/transport.h"

#define TOKEN_LEAST 60 /* of 67; the end of a reply may be cut off */
#define WORD_LEAST 3   /* a shorter one is an ordinary word too often */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_';
}

static bool is_domain(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '.';
}

/* Bytes at s that tell who the address is; before: what stands there. */
static size_t address_len(const char *s, char before, const char *local,
			  size_t len)
{
	size_t end = len;

	if (strncasecmp(s, local, len) != 0)
		return 0;
	if (s[len] != '@')
		return len >= WORD_LEAST && !is_word(before) && !is_word(s[len])
			       ? len
			       : 0;
	do
		end++;
	while (is_domain(s[end]));
	return end;
}

static size_t token_len(const char *s, char before)
{
	size_t len = 0;

	while (!is_word(before) && is_word(s[len]))
		len++;
	return len >= TOKEN_LEAST ? len : 0;
}

void reply_blot(struct strbuf *out, const char *text, const char *address)
{
	size_t local = strcspn(address, "@");
	const char *end = text + strlen(text);
	char before = ' ';

	if (end - text >= MAIL_REPLY_MAX)
		while (end > text && end[-1] != ' ')
			end--;
	while (text < end) {
		size_t skip = address_len(text, before, address, local);

		if (skip) {
			strbuf_addstr(out, "<address>");
		} else if ((skip = token_len(text, before))) {
			strbuf_addstr(out, "<token>");
		} else {
			skip = 1;
			strbuf_addch(out, *text);
		}
		before = text[skip - 1];
		text += skip;
	}
}
