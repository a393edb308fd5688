/*
 * Text made fit for mail: 7-bit bytes in lines of at most 76 that end in CRLF,
 * by RFC 2045 and 2047. The same text gives the same bytes each time. Text is
 * UTF-8 without NUL; message.h has it checked before.
 */
#ifndef MAIL_MIME_H
#define MAIL_MIME_H

#include "base/strbuf.h"

/*
 * "Name: value", folded at its blanks. What does not fit as it is, because of
 * letters beyond ASCII or a very long word, becomes encoded words, none of
 * which cuts a character.
 */
void mime_add_text(struct strbuf *out, const char *name, const char *value);

/* "Name: words <id>": a mailbox or a list. The id is ASCII without blanks. */
void mime_add_named(struct strbuf *out, const char *name, const char *words,
		    const char *id);

/*
 * A body in quoted-printable; it ends in a line's end. "From " and a dot do
 * not stand at the beginning of a line, where programs on the way change them
 * and so break the signature.
 */
void mime_add_body(struct strbuf *out, const char *text);

/*
 * Lines of more than 72 characters broken at blanks, further lines indented
 * like the first; below a "- " by two more. A word is never broken, so that an
 * address of a page stays one that can be pressed.
 */
void mime_wrap(struct strbuf *out, const char *text);

#endif
