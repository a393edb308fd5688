#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdint.h>

#include "mail/smtp_talk.h"

/*
 * A talk as lines: "> " is what we send, "< " what we hear, and "." is the
 * moment when libcurl asks for the message.
 */
struct talk_case {
	const char *lines;
	enum smtp_end end;
	enum mail_outcome outcome;
	enum mail_verb verb;
	int code;
	const char *status;
};

#define HELLO "< 220 relay\n> EHLO me\n< 250-relay\n< 250 STARTTLS\n"
#define RCPT HELLO "> MAIL FROM:<a@b.c>\n< 250 ok\n> RCPT TO:<d@e.f>\n"
#define BODY RCPT "< 250 ok\n> DATA\n< 354 go\n.\n"
#define AUTH HELLO "> AUTH PLAIN\n< 334 \n> DATA\n"

static const struct talk_case cases[] = {
	{ BODY "< 250 2.0.0 ok\n", 0, MAIL_SENT, MAIL_VERB_BODY, 250, "2.0.0" },
	{ BODY "< 251 ok\n", 0, MAIL_SENT, MAIL_VERB_BODY, 251, "" },
	{ BODY "< 250\n", 0, MAIL_SENT, MAIL_VERB_BODY, 250, "" },
	/* The code of another verb is no reply to this one. */
	{ BODY, 0, MAIL_UNKNOWN, MAIL_VERB_BODY, 0, "" },
	{ RCPT, 0, MAIL_CONNECTION, MAIL_VERB_RCPT, 0, "" },
	{ RCPT "< 250 ok\n> DATA\n", 0, MAIL_CONNECTION, MAIL_VERB_DATA, 0,
	  "" },
	/* Half a reply is none, and neither is what only looks like one. */
	{ BODY "< 250-2.0.0 ok\n", 0, MAIL_UNKNOWN, MAIL_VERB_BODY, 0, "" },
	{ BODY "< 25\n", 0, MAIL_UNKNOWN, MAIL_VERB_BODY, 0, "" },
	{ BODY "< 2500 ok\n", 0, MAIL_UNKNOWN, MAIL_VERB_BODY, 0, "" },
	{ BODY "< 250ok\n", 0, MAIL_UNKNOWN, MAIL_VERB_BODY, 0, "" },
	{ BODY "<  250 ok\n", 0, MAIL_UNKNOWN, MAIL_VERB_BODY, 0, "" },
	{ BODY "< 354 go on\n", 0, MAIL_UNKNOWN, MAIL_VERB_BODY, 354, "" },
	{ BODY "< 999 ok\n", 0, MAIL_UNKNOWN, MAIL_VERB_BODY, 999, "" },
	{ BODY "< 554-5.6.0 no\n< 554 5.6.0 never\n", 0, MAIL_REJECTED,
	  MAIL_VERB_BODY, 554, "5.6.0" },
	{ BODY "< 451 4.3.0 no\n", 0, MAIL_RETRY, MAIL_VERB_BODY, 451,
	  "4.3.0" },
	{ BODY "< 421 no\n", 0, MAIL_RETRY, MAIL_VERB_BODY, 421, "" },
	/* A line of the message is no verb, whatever it says. */
	{ BODY "> RCPT TO:<x>\n> QUIT\n< 250 ok\n", 0, MAIL_SENT,
	  MAIL_VERB_BODY, 250, "" },
	{ RCPT "< 550 5.1.1 no\n", 0, MAIL_REJECTED, MAIL_VERB_RCPT, 550,
	  "5.1.1" },
	{ RCPT "< 450 4.2.0 no\n", 0, MAIL_RETRY, MAIL_VERB_RCPT, 450,
	  "4.2.0" },
	{ RCPT "< 421 4.2.0 no\n", 0, MAIL_CONNECTION, MAIL_VERB_RCPT, 421,
	  "4.2.0" },
	{ RCPT "< 530 5.7.0 no\n", 0, MAIL_OURS, MAIL_VERB_RCPT, 530, "5.7.0" },
	/* libcurl says QUIT before it reports. */
	{ RCPT "< 550 5.1.1 no\n> QUIT\n< 221 bye\n", 0, MAIL_REJECTED,
	  MAIL_VERB_RCPT, 550, "5.1.1" },
	{ RCPT "< 250 ok\n> DATA\n< 554 no\n", 0, MAIL_REJECTED, MAIL_VERB_DATA,
	  554, "" },
	{ RCPT "< 250 ok\n> DATA\n< 250 ok\n", 0, MAIL_CONNECTION,
	  MAIL_VERB_DATA, 250, "" },
	{ HELLO "> MAIL FROM:<a>\n< 550 no\n", 0, MAIL_OURS, MAIL_VERB_MAIL,
	  550, "" },
	{ HELLO "> MAIL FROM:<a>\n< 451 no\n", 0, MAIL_CONNECTION,
	  MAIL_VERB_MAIL, 451, "" },
	{ HELLO, SMTP_END_OURS, MAIL_OURS, MAIL_VERB_EHLO, 250, "" },
	{ HELLO "> STARTTLS\n< 454 no\n", SMTP_END_OURS, MAIL_CONNECTION,
	  MAIL_VERB_STARTTLS, 454, "" },
	{ HELLO "> STARTTLS\n< 220 go\n", SMTP_END_OURS, MAIL_OURS,
	  MAIL_VERB_STARTTLS, 220, "" },
	/* DATA is what "Mu`" is in base64. */
	{ AUTH "< 535 5.7.8 no\n", SMTP_END_OURS, MAIL_OURS, MAIL_VERB_AUTH,
	  535, "5.7.8" },
	{ AUTH "< 454 4.7.0 no\n", SMTP_END_OURS, MAIL_CONNECTION,
	  MAIL_VERB_AUTH, 454, "4.7.0" },
	{ AUTH, 0, MAIL_CONNECTION, MAIL_VERB_AUTH, 334, "" },
	{ "< 554 no\n", 0, MAIL_CONNECTION, MAIL_VERB_NONE, 554, "" },
	{ "", 0, MAIL_CONNECTION, MAIL_VERB_NONE, 0, "" },
};

static bool say(void *arg)
{
	return *(bool *)arg;
}

static enum mail_outcome hold(const struct talk_case *c, bool answer,
			      struct mail_reply *reply)
{
	struct smtp_talk talk = { .reply = reply, .is_new_text = true };
	struct mail mail = { .before_data = say, .arg = &answer };
	struct strbuf line = STRBUF_INIT;

	for (const char *s = c->lines; *s;) {
		size_t len = strcspn(s, "\n");

		strbuf_reset(&line);
		if (len > 2)
			strbuf_add(&line, s + 2, len - 2);
		strbuf_addstr(&line, "\r\n");
		if (*s == '>')
			smtp_talk_sent(&talk, line.buf, line.len);
		else if (*s == '<')
			smtp_talk_heard(&talk, line.buf, line.len);
		else
			assert_int_equal(smtp_talk_may_send(&talk, &mail),
					 answer);
		s += len + 1;
	}
	strbuf_release(&line);
	return smtp_talk_outcome(&talk, c->end);
}

static void test_each_talk_has_its_outcome(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mail_reply r = MAIL_REPLY_INIT;
		enum mail_outcome outcome = hold(&cases[i], true, &r);

		if (outcome != cases[i].outcome || r.verb != cases[i].verb ||
		    r.code != cases[i].code ||
		    strcmp(r.status, cases[i].status) != 0)
			fail_msg("%s gave %s to %s, %d '%s'", cases[i].lines,
				 mail_outcome_name(outcome),
				 mail_verb_name(r.verb), r.code, r.status);
		strbuf_release(&r.text);
	}
}

/* Without a yes nothing is ever sent, nor unknown. */
static void test_a_no_is_the_last_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mail_reply r = MAIL_REPLY_INIT;
		enum mail_outcome outcome = hold(&cases[i], false, &r);

		if (strstr(cases[i].lines, "\n.\n"))
			assert_int_equal(outcome, MAIL_ABORTED);
		else
			assert_int_equal(outcome, cases[i].outcome);
		strbuf_release(&r.text);
	}
}

static void check_status(const char *reply, const char *want)
{
	struct mail_reply r = MAIL_REPLY_INIT;
	struct smtp_talk talk = { .reply = &r, .is_new_text = true };

	smtp_talk_heard(&talk, reply, strlen(reply));
	assert_string_equal(r.status, want);
	strbuf_release(&r.text);
}

static void test_an_enhanced_status_is_three_numbers(void **state)
{
	(void)state;
	check_status("550 5.1.1 x\r\n", "5.1.1");
	check_status("550 5.123.456\r\n", "5.123.456");
	check_status("550 5.1234.1 x\r\n", "");
	check_status("550 55.1.1 x\r\n", "");
	check_status("550 3.1.1 x\r\n", "");
	check_status("550 5.1 x\r\n", "");
	check_status("550 5.1.\r\n", "");
	check_status("550 5.1.1x\r\n", "");
	check_status("550 5.1.1.1\r\n", "");
	check_status("550 \r\n", "");
	check_status("550\r\n", "");
}

static void test_a_long_or_strange_text_is_made_plain(void **state)
{
	struct mail_reply r = MAIL_REPLY_INIT;
	struct smtp_talk talk = { .reply = &r, .is_new_text = true };

	(void)state;
	smtp_talk_heard(&talk, "550-\x1b[1m\xc3\xa9\t\0z\r\n", 14);
	assert_string_equal(r.text.buf, "550-?[1m????z");
	for (int i = 0; i < 1000; i++)
		smtp_talk_heard(&talk, "550-more\r\n", 10);
	assert_int_equal(r.code, 0);
	smtp_talk_heard(&talk, "550 end\r\n", 9);
	assert_int_equal(r.code, 550);
	assert_true(r.text.len <= 500);
	strbuf_release(&r.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_talk_has_its_outcome),
		cmocka_unit_test(test_a_no_is_the_last_word),
		cmocka_unit_test(test_an_enhanced_status_is_three_numbers),
		cmocka_unit_test(test_a_long_or_strange_text_is_made_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
