/*
 * Text made safe for where it goes. Input is bytes that should be UTF-8;
 * what is not is replaced by U+FFFD, so the output is always valid UTF-8.
 */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include "base/strbuf.h"

/* For a line of plain text: control characters become blanks. */
void escape_text(struct strbuf *out, const char *s, size_t len);
/* For HTML text and quoted attributes: & < > " ' are escaped. */
void escape_html(struct strbuf *out, const char *s, size_t len);
/*
 * The inside of a JSON string. < > and & are escaped too, which
 * makes it safe within <script type="application/ld+json">.
 */
void escape_json(struct strbuf *out, const char *s, size_t len);

#endif
