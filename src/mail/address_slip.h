/* Domains of large providers, and what fingers make of them. */
#ifndef MAIL_ADDRESS_SLIP_H
#define MAIL_ADDRESS_SLIP_H

#include "base/strbuf.h"

/* Appends the domain that was meant, and says whether one was: one slip off
 * where the domain is a good one, since it may be just that, else two. */
bool address_slip(const char *domain, bool is_good, struct strbuf *meant);

#endif
