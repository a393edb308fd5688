/*
 * The smtp:// and smtps:// transport: one connection to one relay, kept from
 * mail to mail and made anew when it is gone. Only its .c knows libcurl here.
 *
 * Without TLS it speaks to this machine only (127.0.0.1, [::1], localhost);
 * to any other, smtp:// demands STARTTLS and smtps:// TLS from the start, with
 * a certificate that is checked. A password never travels in the clear to
 * another machine, and is never part of the URL.
 *
 * A relay that falls silent holds a mail for the time limit of one reply, and
 * for one more if it happens before the message, since libcurl then says QUIT.
 */
#ifndef MAIL_MAIL_SMTP_H
#define MAIL_MAIL_SMTP_H

#include "mail/transport.h"

/* Connects at the first mail. NULL with a sentence in err. */
struct transport *mail_smtp_open(const struct transport_options *options,
				 struct strbuf *err) WARN_UNUSED;

#endif
