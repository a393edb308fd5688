/* What a relay says of a mail, without what may be kept nowhere but in the
 * row of its reader. */
#ifndef MAIL_REPLY_BLOT_H
#define MAIL_REPLY_BLOT_H

#include "base/strbuf.h"

/*
 * Appends text with each trace of an address as <address>: all of it, what
 * stands before its @ with any domain behind it, or that alone as a word; in
 * upper and lower case. A run of letters as long as a link's token is <token>.
 * Of a text that was cut off the last word goes, which may be half an address.
 */
void reply_blot(struct strbuf *out, const char *text, const char *address);

#endif
