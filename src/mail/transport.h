/*
 * struct transport: where a finished mail is handed over. smtp:// and smtps://
 * are a relay (mail_smtp.h), file: is a Maildir (mail_file.h).
 *
 * What became of a mail is one of seven outcomes, and each is to be believed:
 * SENT is said only when the other side has said so, and every outcome but
 * SENT and UNKNOWN means that no copy of the mail is anywhere. A mail whose
 * outcome is UNKNOWN may or may not have been taken.
 *
 * before_data is called once, after the recipient has been accepted and
 * before the first byte of the message: the last moment to say no. Texts of
 * replies often repeat the recipient's address and are not for the log.
 */
#ifndef MAIL_TRANSPORT_H
#define MAIL_TRANSPORT_H

#include <stdbool.h>

#include "base/strbuf.h"

#define MAIL_ADDRESS_MAX 254 /* RFC 5321 4.5.3.1.3, without < and > */
#define MAIL_REPLY_MAX 500   /* of a reply, all its lines together */

enum mail_outcome {
	MAIL_SENT,	 /* taken over by the other side */
	MAIL_RETRY,	 /* not now, said of this mail */
	MAIL_REJECTED,	 /* never, said of this mail */
	MAIL_CONNECTION, /* nothing was said of this mail: again, uncounted */
	MAIL_OURS,	 /* password, certificate, settings: call somebody */
	MAIL_UNKNOWN,	 /* lost after the message had begun */
	MAIL_ABORTED,	 /* before_data said no */
	MAIL_OUTCOME_MAX
};

/* What the last reply answers. BODY: the message and its final dot. */
enum mail_verb {
	MAIL_VERB_NONE,
	MAIL_VERB_EHLO,
	MAIL_VERB_STARTTLS,
	MAIL_VERB_AUTH,
	MAIL_VERB_MAIL,
	MAIL_VERB_RCPT,
	MAIL_VERB_DATA,
	MAIL_VERB_BODY,
	MAIL_VERB_QUIT,
	MAIL_VERB_MAX
};

struct mail {
	const char *bytes; /* CRLF, lines of at most 998 bytes, no NUL */
	size_t len;
	const char *from; /* of the envelope: where bounces go */
	const char *to;
	const char *id; /* of Message-ID, without < and > */
	bool (*before_data)(void *arg);
	void *arg;
};

struct mail_reply {
	enum mail_outcome outcome;
	enum mail_verb verb;
	int code;	    /* 0: no reply to that verb */
	char status[12];    /* enhanced, as "5.1.1"; "" for none */
	struct strbuf text; /* printable ASCII: the reply, or what failed */
};
#define MAIL_REPLY_INIT             \
	{                           \
		.text = STRBUF_INIT \
	}

struct transport {
	/* Sets every member of reply. */
	void (*send)(struct transport *t, const struct mail *mail,
		     struct mail_reply *reply);
	void (*close)(struct transport *t);
};

struct transport_options {
	const char *url;
	const char *helo;      /* the name to give in EHLO */
	const char *auth_file; /* two lines, user and password; NULL: none */
	const char *ca_file;   /* NULL: the system's */
	int reply_timeout_s;   /* 0: the 600 of RFC 5321 4.5.3.2 */
	/* Called each second and oftener while a mail is handed over: a relay
	 * may be slow, but who sends is alive. NULL: nobody asks. */
	void (*tick)(void *arg);
	void *tick_arg;
};

/* NULL with a sentence in err. The program must ignore SIGPIPE. */
struct transport *transport_open(const struct transport_options *options,
				 struct strbuf *err) WARN_UNUSED;
void transport_send(struct transport *t, const struct mail *mail,
		    struct mail_reply *reply);
void transport_close(struct transport *t);

const char *mail_outcome_name(enum mail_outcome outcome);
const char *mail_verb_name(enum mail_verb verb);

#endif
