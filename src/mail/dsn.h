/*
 * Reads what comes back: a delivery status notification (RFC 3464) or a
 * complaint (RFC 5965). Only a multipart/report counts, and of it only the
 * part that is made for machines; of all else, such as an answer from
 * somebody on holiday, it says that it is none.
 *
 * Anybody can send one. Which mail it is about must be told by the address it
 * was sent to, which the caller has checked; nothing in it is proof of that.
 */
#ifndef MAIL_DSN_H
#define MAIL_DSN_H

#include "base/arena.h"
#include "base/strbuf.h"
#include "mail/bounce.h"

#define DSN_MAX_BYTES ((size_t)256 << 10)
#define DSN_MAX_RECIPIENTS 20
#define DSN_MAX_DEPTH 4

enum dsn_kind {
	DSN_NONE,      /* err says why */
	DSN_REPORT,    /* recipients tell what became of the mail */
	DSN_COMPLAINT, /* somebody has called it spam, or the like */
};

enum dsn_action {
	DSN_UNKNOWN,
	DSN_FAILED,
	DSN_DELAYED,
	DSN_DELIVERED,
	DSN_RELAYED,
	DSN_EXPANDED,
	DSN_ACTION_MAX
};

struct dsn_recipient {
	enum dsn_action action;
	int code;		     /* of SMTP, by Diagnostic-Code; or 0 */
	char status[12];	     /* "5.1.1"; "" for none */
	const char *final_recipient; /* without its type; "" for none */
	const char *diagnostic;	     /* without its type; "" for none */
};

/* Texts are in the arena and hold no control character. */
struct dsn {
	enum dsn_kind kind;
	const char *envelope_to; /* the caller's, borrowed */
	const char *message_id;	 /* of the original, without < >, or NULL */
	struct dsn_recipient recipients[DSN_MAX_RECIPIENTS];
	size_t count;
};

/* Lines may end in CRLF or LF. */
enum dsn_kind dsn_read(const char *mail, size_t len, const char *envelope_to,
		       struct arena *a, struct dsn *out, struct strbuf *err);
/* The mildest of what its recipients say: an address that leads to two
 * mailboxes is not gone when one of them is. */
enum bounce dsn_judge(const struct dsn *dsn);

#endif
