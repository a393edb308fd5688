/*
 * E-mail addresses as visitors type them. What is taken can be handed to a
 * mail server as it is: ASCII, lower case, the domain in A-labels (IDNA2008),
 * sizes of RFC 5321, nothing that needs quoting. Taking the result once more
 * gives the same, so the sender checks it again just before use.
 *
 * Tags and dots are part of who somebody is; the mailbox is what limits on
 * mails are counted by: without them, where they lead to the same one. That is
 * a key, nothing to write to.
 */
#ifndef MAIL_ADDRESS_H
#define MAIL_ADDRESS_H

#include "base/strbuf.h"

#define ADDRESS_SIZE 255 /* RFC 5321 section 4.5.3.1, and a NUL */

struct address {
	char text[ADDRESS_SIZE];
	char mailbox[ADDRESS_SIZE];
	/* What was perhaps meant, where the domain looks like a slip of a
	 * large provider's; "" else. It is taken all the same. */
	char meant[ADDRESS_SIZE];
};

/* False with a sentence for the visitor in problem, which may hold what was
 * typed; a is then of no use. */
bool address_parse(struct address *a, const char *typed,
		   struct strbuf *problem) WARN_UNUSED;
/* What stands behind the @; borrowed from a. */
const char *address_domain(const struct address *a);
/* postmaster, abuse, noreply…: nobody who signs up reads mail there. */
bool address_is_role(const struct address *a);

#endif
