/*
 * What a refusal means for an address. Told by numbers only, those of SMTP
 * and of RFC 3463: words say anything, and in any language.
 */
#ifndef MAIL_BOUNCE_H
#define MAIL_BOUNCE_H

#include <stddef.h>

/* From mild to harsh. */
enum bounce {
	BOUNCE_IGNORE,	 /* nothing has failed */
	BOUNCE_FAILED,	 /* this mail; the address may be good */
	BOUNCE_SOFT,	 /* full or out of reach: counts against the address */
	BOUNCE_HARD_180, /* gone, as far as a bare 550 tells: for 180 days */
	BOUNCE_HARD,	 /* gone */
	BOUNCE_MAX
};

/* code: of SMTP, 0 for none; status: "5.1.1", or "" for none. Of what has
 * failed for good; a 4xx that will be tried again is no bounce yet. */
enum bounce bounce_judge(int code, const char *status);
/* Bytes of the status that s begins with, which a blank or the end follows,
 * or 0; at most 9. */
size_t bounce_status_len(const char *s, size_t len);

const char *bounce_name(enum bounce bounce);

#endif
