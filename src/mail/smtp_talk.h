/*
 * struct smtp_talk: what was said in one SMTP session about one mail, and what
 * that means for it. It knows no socket and no libcurl, which tells it every
 * line. Replies are the other side's: any bytes, of any length.
 *
 * A reply counts only for the verb it came after. libcurl's own last code is
 * still that of the verb before when a connection is cut.
 */
#ifndef MAIL_SMTP_TALK_H
#define MAIL_SMTP_TALK_H

#include "mail/transport.h"

struct smtp_talk {
	struct mail_reply *reply; /* verb, code, status and text so far */
	bool is_new_text;	  /* the next line begins a reply */
	bool is_over;		  /* QUIT was sent: what follows is no matter */
	enum { HOOK_WAITS, HOOK_PASSED, HOOK_REFUSED } hook;
};

/* What libcurl can tell beyond the talk itself. */
enum smtp_end {
	SMTP_END_PLAIN, /* nothing */
	SMTP_END_OURS,	/* login, certificate, TLS or settings are wrong */
};

/* A line that was sent to the server. Nothing of it but the verb is kept. */
void smtp_talk_sent(struct smtp_talk *talk, const char *line, size_t len);
/* A line of a reply, with its line end. */
void smtp_talk_heard(struct smtp_talk *talk, const char *line, size_t len);
/* The server waits for the message: asks before_data, at the first call. */
bool smtp_talk_may_send(struct smtp_talk *talk, const struct mail *mail);
enum mail_outcome smtp_talk_outcome(const struct smtp_talk *talk,
				    enum smtp_end end) WARN_UNUSED;

#endif
