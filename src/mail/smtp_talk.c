#include "mail/smtp_talk.h"

#include <ctype.h>

#include "mail/bounce.h"

static const struct {
	const char *text;
	enum mail_verb verb;
} verbs[] = {
	{ "EHLO ", MAIL_VERB_EHLO },	      { "HELO ", MAIL_VERB_EHLO },
	{ "STARTTLS\r", MAIL_VERB_STARTTLS }, { "AUTH ", MAIL_VERB_AUTH },
	{ "MAIL FROM:", MAIL_VERB_MAIL },     { "RCPT TO:", MAIL_VERB_RCPT },
	{ "DATA\r", MAIL_VERB_DATA },	      { "QUIT\r", MAIL_VERB_QUIT },
};

static void begin(struct smtp_talk *talk, enum mail_verb verb)
{
	struct mail_reply *r = talk->reply;

	r->verb = verb;
	r->code = 0;
	r->status[0] = '\0';
	strbuf_reset(&r->text);
	talk->is_new_text = true;
}

void smtp_talk_sent(struct smtp_talk *talk, const char *line, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		size_t n = strlen(verbs[i].text);

		if (len < n || strncmp(line, verbs[i].text, n) != 0)
			continue;
		/* After AUTH come names and passwords, in letters that may
		 * well be DATA; in the message, any line. */
		if (talk->hook == HOOK_PASSED ||
		    (talk->reply->verb == MAIL_VERB_AUTH &&
		     verbs[i].verb == MAIL_VERB_DATA))
			return;
		if (verbs[i].verb == MAIL_VERB_QUIT)
			talk->is_over = true;
		else
			begin(talk, verbs[i].verb);
		return;
	}
}

static size_t digits(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && n < 4 && isdigit((unsigned char)s[n]))
		n++;
	return n;
}

static void add_text(struct smtp_talk *talk, const char *line, size_t len)
{
	struct strbuf *text = &talk->reply->text;

	if (talk->is_new_text)
		strbuf_reset(text);
	else if (text->len < MAIL_REPLY_MAX)
		strbuf_addch(text, ' ');
	for (size_t i = 0; i < len && text->len < MAIL_REPLY_MAX; i++) {
		bool is_plain = line[i] >= ' ' && line[i] <= '~';

		strbuf_add(text, is_plain ? &line[i] : "?", 1);
	}
}

void smtp_talk_heard(struct smtp_talk *talk, const char *line, size_t len)
{
	struct mail_reply *r = talk->reply;
	bool is_last;
	size_t n;

	while (len && (line[len - 1] == '\r' || line[len - 1] == '\n'))
		len--;
	/* RFC 5321 4.2: the last line of a reply has no hyphen. */
	if (talk->is_over || digits(line, len) != 3 ||
	    (len > 3 && line[3] != ' ' && line[3] != '-'))
		return;
	is_last = len == 3 || line[3] == ' ';
	add_text(talk, line, len);
	talk->is_new_text = is_last;
	if (!is_last)
		return;
	r->code = 100 * (line[0] - '0') + 10 * (line[1] - '0') + line[2] - '0';
	n = len > 4 ? bounce_status_len(line + 4, len - 4) : 0;
	memcpy(r->status, line + 4, n);
	r->status[n] = '\0';
}

bool smtp_talk_may_send(struct smtp_talk *talk, const struct mail *mail)
{
	if (talk->hook == HOOK_WAITS) {
		talk->hook = mail->before_data(mail->arg) ? HOOK_PASSED
							  : HOOK_REFUSED;
		/* 354 is no answer to the message. */
		if (talk->hook == HOOK_PASSED)
			begin(talk, MAIL_VERB_BODY);
	}
	return talk->hook == HOOK_PASSED;
}

/* What a reply to MAIL and before means: it is not about the mail. */
static enum mail_outcome of_session(const struct mail_reply *r,
				    enum smtp_end end)
{
	/* 4xx to AUTH or STARTTLS passes, whatever libcurl calls it. */
	if (r->code / 100 == 4)
		return MAIL_CONNECTION;
	if (end == SMTP_END_OURS)
		return MAIL_OURS;
	return r->verb == MAIL_VERB_MAIL && r->code / 100 == 5
		       ? MAIL_OURS
		       : MAIL_CONNECTION;
}

enum mail_outcome smtp_talk_outcome(const struct smtp_talk *talk,
				    enum smtp_end end)
{
	const struct mail_reply *r = talk->reply;
	bool is_body = talk->hook == HOOK_PASSED;

	if (talk->hook == HOOK_REFUSED)
		return MAIL_ABORTED;
	if (is_body && r->code / 100 == 2)
		return MAIL_SENT;
	if (!is_body && r->verb < MAIL_VERB_RCPT)
		return of_session(r, end);
	/* They ask for a login: of us, whoever the recipient is. */
	if (!is_body && r->code == 530)
		return MAIL_OURS;
	/* 421 to the message is counted: some say it of the mail each time. */
	if (!is_body && r->code == 421)
		return MAIL_CONNECTION;
	if (r->code / 100 == 4)
		return MAIL_RETRY;
	if (r->code / 100 == 5)
		return MAIL_REJECTED;
	return is_body ? MAIL_UNKNOWN : MAIL_CONNECTION;
}
