/*
 * What a relay may say, and what was said to it, in any order: lines that
 * begin with "> ", "< ", or "." for the moment when the message is asked for.
 * A mail counts as sent only by a whole 2xx after the message, and is surely
 * unsent only if the message had not begun or was refused.
 */
#include "fuzz.h"

#include "mail/smtp_talk.h"

static bool yes(void *arg)
{
	(*(int *)arg)++;
	return true;
}

static void check(const struct smtp_talk *talk, int calls, enum smtp_end end)
{
	const struct mail_reply *r = talk->reply;
	enum mail_outcome outcome = smtp_talk_outcome(talk, end);
	int class = r->code / 100;

	CHECK(calls <= 1);
	CHECK((r->verb == MAIL_VERB_BODY) == (calls == 1));
	CHECK(r->code >= 0 && r->code <= 999 && r->verb != MAIL_VERB_QUIT);
	CHECK((outcome == MAIL_SENT) == (calls && class == 2));
	CHECK((outcome == MAIL_UNKNOWN) ==
	      (calls && class != 2 && class != 4 && class != 5));
	if (outcome == MAIL_REJECTED)
		CHECK(class == 5 && r->verb >= MAIL_VERB_RCPT);
	if (outcome == MAIL_RETRY)
		CHECK(class == 4 && r->verb >= MAIL_VERB_RCPT);
	CHECK(outcome != MAIL_ABORTED);
	CHECK(!*r->status ||
	      fuzz_matches(r->status, "^[245]\\.[0-9]{1,3}\\.[0-9]{1,3}$"));
	CHECK(r->text.len <= 500 && fuzz_matches(r->text.buf, "^[ -~]*$"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mail_reply reply = MAIL_REPLY_INIT;
	struct smtp_talk talk = { .reply = &reply, .is_new_text = true };
	int calls = 0;
	struct mail mail = { .before_data = yes, .arg = &calls };

	while (size) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t len = end ? (size_t)(end - data) + 1 : size;
		char *line = fuzz_copy(data, len);

		if (len >= 2 && line[0] == '>')
			smtp_talk_sent(&talk, line + 2, len - 2);
		else if (len >= 2 && line[0] == '<')
			smtp_talk_heard(&talk, line + 2, len - 2);
		else if (line[0] == '.')
			CHECK(smtp_talk_may_send(&talk, &mail));
		free(line);
		data += len;
		size -= len;
	}
	check(&talk, calls, SMTP_END_PLAIN);
	check(&talk, calls, SMTP_END_OURS);
	strbuf_release(&reply.text);
	return 0;
}
