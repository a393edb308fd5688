/*
 * The bytes of one mail, made from its parts alone: no clock, no chance, so
 * that a second try sends the same bytes and the same Message-ID as the first.
 *
 * What it promises: 7-bit ASCII; lines end in CRLF; of at most 76 bytes, but
 * where an address has no place to be broken, and never of more than 998; each
 * field once; multipart/alternative of text/plain and text/html, both UTF-8.
 * No value can begin a line, since one with a control character is refused.
 */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include <time.h>

#include "base/strbuf.h"

/* All borrowed. Addresses and identifiers stand without their < >. */
struct message {
	time_t date;
	const char *message_id; /* unique@host */
	const char *from_name;
	const char *from;
	const char *to; /* without a name: that would be the visitor's text */
	const char *subject;
	/* Both or neither; with them the mail is one of many alike. */
	const char *list_name;
	const char *list_id; /* new-careers.example.org */
	/* http:// or https://, takes the POST of RFC 8058; NULL: none */
	const char *unsubscribe_url;
	const char *feedback_id; /* campaign:kind:sender; NULL: none */
	const char *text;
	const char *html;
};

/*
 * Appends the mail. False with a sentence in err that names the field which
 * can't be right; out is then as it was.
 */
bool message_build(const struct message *m, struct strbuf *out,
		   struct strbuf *err) WARN_UNUSED;

#endif
