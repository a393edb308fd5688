#include "mail/transport.h"

#include <ctype.h>

#include "mail/mail_file.h"
#include "mail/mail_smtp.h"

#define LINE_MAX_BYTES 998 /* RFC 5321 4.5.3.1.6, without CRLF */

const char *mail_outcome_name(enum mail_outcome outcome)
{
	static const char *const names[MAIL_OUTCOME_MAX] = {
		"sent", "retry",   "rejected", "connection",
		"ours", "unknown", "aborted",
	};

	return names[outcome];
}

const char *mail_verb_name(enum mail_verb verb)
{
	static const char *const names[MAIL_VERB_MAX] = {
		"",	"EHLO", "STARTTLS", "AUTH", "MAIL",
		"RCPT", "DATA", "BODY",	    "QUIT",
	};

	return names[verb];
}

/*
 * Whether nothing in it can end the < > it is put between. Only that: what is
 * a good address is decided where it comes in; this is the last lock.
 */
static bool is_safe_address(const char *s)
{
	const char *at = strchr(s, '@');

	if (!at || at == s || !at[1] || strchr(at + 1, '@') ||
	    strlen(s) > MAIL_ADDRESS_MAX)
		return false;
	for (; *s; s++)
		if (*s <= ' ' || *s > '~' || strchr("<>\"\\(),:;[]", *s))
			return false;
	return true;
}

/*
 * Whether every line ends in CRLF and no other CR or LF is there: relays
 * differ in what they take for the end of a message, and a second mail can
 * hide in the difference.
 */
static bool is_safe_message(const char *bytes, size_t len)
{
	size_t start = 0;

	for (size_t i = 0; i < len; i++) {
		if (!bytes[i] || bytes[i] == '\n')
			return false;
		if (bytes[i] != '\r')
			continue;
		if (i + 1 == len || bytes[i + 1] != '\n' ||
		    i - start > LINE_MAX_BYTES)
			return false;
		start = ++i + 1;
	}
	return len && start == len;
}

static void refuse(struct mail_reply *reply, enum mail_outcome outcome,
		   const char *why)
{
	reply->outcome = outcome;
	strbuf_addstr(&reply->text, why);
}

void transport_send(struct transport *t, const struct mail *mail,
		    struct mail_reply *reply)
{
	reply->verb = MAIL_VERB_NONE;
	reply->code = 0;
	reply->status[0] = '\0';
	strbuf_reset(&reply->text);
	if (!is_safe_address(mail->from))
		refuse(reply, MAIL_OURS, "the sender is no address");
	else if (!is_safe_address(mail->id))
		refuse(reply, MAIL_OURS, "the Message-ID is none");
	else if (!is_safe_address(mail->to))
		refuse(reply, MAIL_REJECTED, "the recipient is no address");
	else if (!is_safe_message(mail->bytes, mail->len))
		refuse(reply, MAIL_REJECTED, "the message has a broken line");
	else
		t->send(t, mail, reply);
}

void transport_close(struct transport *t)
{
	if (t)
		t->close(t);
}

static bool is_name(const char *s)
{
	size_t len = s ? strlen(s) : 0;

	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)s[i]) && !strchr(".-", s[i]))
			return false;
	return len && len < 254;
}

struct transport *transport_open(const struct transport_options *options,
				 struct strbuf *err)
{
	if (!is_name(options->helo)) {
		strbuf_addstr(err, "MAIL_DOMAIN is no name of a host");
		return NULL;
	}
	if (strncmp(options->url, "file:", 5) == 0)
		return mail_file_open(options->url + 5, err);
	return mail_smtp_open(options, err);
}
