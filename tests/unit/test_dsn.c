#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdint.h>

#include "mail/dsn.h"

#define FOLDER "tests/fuzz/corpus/dsn/"
#define ID "0b1e7d0e-1111-4222-8333-444455556666@mail.example.org"
#define ANN "ann@example.net"
#define TO "b+7@bounce.example.org"

struct report_case {
	const char *file;
	enum dsn_action action;
	int code;
	const char *status;
	enum bounce bounce;
	const char *final_recipient;
	const char *message_id;
};

/* As these programs write them, and as mail gets hurt on its way. */
static const struct report_case reports[] = {
	{ "postfix-gone", DSN_FAILED, 550, "5.1.1", BOUNCE_HARD, ANN, ID },
	{ "postfix-delayed", DSN_DELAYED, 0, "4.4.1", BOUNCE_IGNORE, ANN, ID },
	{ "postfix-expired", DSN_FAILED, 0, "4.4.1", BOUNCE_SOFT, ANN, ID },
	{ "postfix-delivered", DSN_DELIVERED, 250, "2.1.5", BOUNCE_IGNORE, ANN,
	  ID },
	/* The words say "user unknown". */
	{ "policy", DSN_FAILED, 550, "5.7.1", BOUNCE_FAILED, ANN, ID },
	{ "exim-bare-550", DSN_FAILED, 550, "5.0.0", BOUNCE_HARD_180, ANN, ID },
	{ "exim-exact", DSN_FAILED, 552, "5.2.2", BOUNCE_SOFT, ANN, ID },
	{ "gmail-gone", DSN_FAILED, 550, "5.1.1", BOUNCE_HARD, ANN, ID },
	{ "exchange-gone", DSN_FAILED, 550, "5.1.10", BOUNCE_HARD,
	  "ann@contoso.example", ID },
	{ "exchange-full", DSN_FAILED, 554, "5.2.2", BOUNCE_SOFT,
	  "ann@contoso.example", ID },
	{ "exchange-relay", DSN_FAILED, 550, "5.4.1", BOUNCE_FAILED,
	  "ann@contoso.example", ID },
	{ "base64", DSN_FAILED, 550, "5.1.1", BOUNCE_HARD, ANN, ID },
	{ "quoted-printable", DSN_FAILED, 550, "5.1.1", BOUNCE_HARD, ANN, ID },
	{ "8-bit", DSN_FAILED, 550, "5.1.1", BOUNCE_HARD,
	  "\xc3\xa4nn@example.net", ID },
	{ "8-bit-latin1", DSN_FAILED, 550, "5.1.1", BOUNCE_HARD, ANN, ID },
	{ "two-recipients", DSN_FAILED, 550, "5.1.1", BOUNCE_IGNORE, ANN, ID },
	{ "two-gone", DSN_FAILED, 550, "5.1.1", BOUNCE_SOFT, ANN, ID },
	{ "repeated-fields", DSN_DELAYED, 0, "4.4.1", BOUNCE_IGNORE, ANN, ID },
	{ "nested", DSN_FAILED, 550, "5.1.1", BOUNCE_HARD, ANN, ID },
	{ "nested-4", DSN_FAILED, 550, "5.1.1", BOUNCE_HARD, ANN, ID },
	{ "truncated-after-status", DSN_FAILED, 0, "5.1.1", BOUNCE_HARD, ANN,
	  NULL },
	/* It could have been 5.1.10, or 5.1.100. */
	{ "truncated-in-status", DSN_FAILED, 0, "", BOUNCE_FAILED, ANN, NULL },
	{ "truncated-in-original", DSN_FAILED, 550, "5.1.1", BOUNCE_HARD, ANN,
	  NULL },
};

static const struct {
	const char *file;
	const char *why;
} others[] = {
	{ "nested-5", "no report" },
	{ "came-back-itself", "no report" },
	{ "truncated-in-action", "no recipient" },
	{ "truncated-in-words", "without its second part" },
	{ "no-status-part", "without its second part" },
	{ "no-boundary", "without its second part" },
	{ "holiday", "no report" },
	{ "qmail", "no report" },
	{ "read-receipt", "another type" },
	{ "complaint-not-spam", "no complaint" },
};

struct reading {
	struct arena arena;
	struct strbuf text;
	struct strbuf err;
	struct dsn dsn;
};
#define READING_INIT                                                         \
	{                                                                    \
		.arena = ARENA_INIT, .text = STRBUF_INIT, .err = STRBUF_INIT \
	}

static void release(struct reading *r)
{
	arena_release(&r->arena);
	strbuf_release(&r->text);
	strbuf_release(&r->err);
}

static void load(struct reading *r, const char *file, bool has_crlf)
{
	struct strbuf path = STRBUF_INIT, text = STRBUF_INIT;

	strbuf_addf(&path, FOLDER "%s", file);
	if (!strbuf_read_file(&text, path.buf, DSN_MAX_BYTES, &r->err))
		fail_msg("%s", r->err.buf);
	for (size_t i = 0; i < text.len; i++) {
		if (has_crlf && text.buf[i] == '\n')
			strbuf_addch(&r->text, '\r');
		strbuf_addch(&r->text, text.buf[i]);
	}
	strbuf_release(&path);
	strbuf_release(&text);
}

/* From memory of its exact size, so that an overrun is seen. */
static enum dsn_kind read_text(struct reading *r, size_t len)
{
	char *copy = xmalloc(len ? len : 1);
	enum dsn_kind kind;

	memcpy(copy, r->text.buf, len);
	strbuf_reset(&r->err);
	kind = dsn_read(copy, len, TO, &r->arena, &r->dsn, &r->err);
	free(copy);
	assert_int_equal(kind, r->dsn.kind);
	assert_int_equal(kind == DSN_NONE, r->err.len > 0);
	return kind;
}

static enum dsn_kind read_file(struct reading *r, const char *file,
			       bool has_crlf)
{
	load(r, file, has_crlf);
	return read_text(r, r->text.len);
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void check_report(const struct report_case *c, bool has_crlf)
{
	struct reading r = READING_INIT;
	const struct dsn_recipient *first = &r.dsn.recipients[0];

	if (read_file(&r, c->file, has_crlf) != DSN_REPORT)
		fail_msg("%s: %s", c->file, r.err.buf);
	if (first->action != c->action || first->code != c->code ||
	    strcmp(first->status, c->status) != 0 ||
	    strcmp(first->final_recipient, c->final_recipient) != 0 ||
	    !is_same(r.dsn.message_id, c->message_id) ||
	    dsn_judge(&r.dsn) != c->bounce)
		fail_msg("%s: action %d, %d '%s', '%s', '%s', %s", c->file,
			 first->action, first->code, first->status,
			 first->final_recipient,
			 r.dsn.message_id ? r.dsn.message_id : "no id",
			 bounce_name(dsn_judge(&r.dsn)));
	assert_string_equal(r.dsn.envelope_to, TO);
	release(&r);
}

static void test_each_report_is_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(reports); i++) {
		check_report(&reports[i], false);
		check_report(&reports[i], true);
	}
}

static void test_what_is_no_report_says_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		struct reading r = READING_INIT;

		if (read_file(&r, others[i].file, i % 2) != DSN_NONE ||
		    !strstr(r.err.buf, others[i].why))
			fail_msg("%s: '%s'", others[i].file, r.err.buf);
		assert_int_equal(r.dsn.count, 0);
		assert_int_equal(dsn_judge(&r.dsn), BOUNCE_IGNORE);
		release(&r);
	}
}

static void test_a_complaint_is_no_bounce(void **state)
{
	struct reading r = READING_INIT;

	(void)state;
	assert_int_equal(read_file(&r, "complaint", true), DSN_COMPLAINT);
	assert_string_equal(r.dsn.message_id, ID);
	assert_int_equal(r.dsn.count, 0);
	assert_int_equal(dsn_judge(&r.dsn), BOUNCE_IGNORE);
	release(&r);
}

static void test_a_long_diagnostic_is_unfolded(void **state)
{
	struct reading r = READING_INIT;
	const char *text;

	(void)state;
	assert_int_equal(read_file(&r, "gmail-gone", true), DSN_REPORT);
	text = r.dsn.recipients[0].diagnostic;
	assert_non_null(strstr(text, "550-5.1.1 The email account that"));
	assert_non_null(strstr(text, "unnecessary spaces. d9443c01a7336-1d0"));
	for (; *text; text++)
		assert_true((unsigned char)*text >= ' ');
	release(&r);
}

/* The report of postfix-gone with one text in place of another. */
static void read_changed(struct reading *r, const char *from, const char *to)
{
	struct strbuf text = STRBUF_INIT;
	const char *at;

	strbuf_reset(&r->text);
	load(r, "postfix-gone", false);
	at = strstr(r->text.buf, from);
	assert_non_null(at);
	strbuf_add(&text, r->text.buf, (size_t)(at - r->text.buf));
	strbuf_addf(&text, "%s%s", to, at + strlen(from));
	strbuf_reset(&r->text);
	strbuf_addstr(&r->text, text.buf);
	strbuf_release(&text);
	assert_int_equal(read_text(r, r->text.len), DSN_REPORT);
}

static void test_an_id_is_whole_or_none(void **state)
{
	static const char *const ids[] = {
		"<a b@c>", "<a@b", "a@b>", "", "<>", "<a<b>", "<\xc3\xa4@b>"
	};
	struct reading r = READING_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		read_changed(&r, "<" ID ">\n\n", ids[i]);
		if (r.dsn.message_id)
			fail_msg("%s gave %s", ids[i], r.dsn.message_id);
	}
	read_changed(&r, "<" ID ">\n\n", "<a@b> (ours)\n\n");
	assert_string_equal(r.dsn.message_id, "a@b");
	release(&r);
}

static void test_a_diagnostic_stands_in_for_a_status(void **state)
{
	struct reading r = READING_INIT;
	const struct dsn_recipient *first = &r.dsn.recipients[0];

	(void)state;
	read_changed(&r, "Status: 5.1.1", "Status: unknown");
	assert_string_equal(first->status, "5.1.1");
	/* But it does not gainsay one. */
	read_changed(&r, "Status: 5.1.1", "Status: 5.7.1");
	assert_string_equal(first->status, "5.7.1");
	read_changed(&r, "Status: 5.1.1", "Status: 4.0.0");
	assert_string_equal(first->status, "4.0.0");
	read_changed(&r, "smtp; 550 5.1.1", "x-unix; 550 5.1.1");
	assert_int_equal(first->code, 0);
	read_changed(&r, "smtp; 550 5.1.1", "smtp; 5505.1.1");
	assert_int_equal(first->code, 0);
	release(&r);
}

/* Wherever it is cut: never harsher than the whole, nor another address. */
static void test_a_part_of_a_report_says_no_more(void **state)
{
	static const char *const files[] = {
		"postfix-gone", "gmail-gone", "exchange-full",
		"two-gone",	"base64",     "quoted-printable"
	};
	struct reading r = READING_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		strbuf_reset(&r.text);
		load(&r, files[i], i % 2);
		for (size_t len = 0; len < r.text.len; len++) {
			const struct dsn_recipient *first =
				&r.dsn.recipients[0];

			arena_reset(&r.arena);
			if (read_text(&r, len) != DSN_REPORT)
				continue;
			assert_true(!*first->status ||
				    strlen(first->status) == 5);
			assert_true(dsn_judge(&r.dsn) <= BOUNCE_SOFT ||
				    strcmp(first->status, "5.1.1") == 0);
			assert_true(strlen(first->final_recipient) == 0 ||
				    strstr("ann@example.net "
					   "ann@contoso.example",
					   first->final_recipient));
			assert_true(is_same(r.dsn.message_id, NULL) ||
				    is_same(r.dsn.message_id, ID));
		}
	}
	release(&r);
}

static void test_its_size_and_recipients_have_limits(void **state)
{
	struct reading r = READING_INIT;
	struct strbuf rest = STRBUF_INIT;
	const char *at;

	(void)state;
	load(&r, "postfix-gone", false);
	while (r.text.len < DSN_MAX_BYTES)
		strbuf_addch(&r.text, '\n');
	assert_int_equal(read_text(&r, r.text.len), DSN_REPORT);
	strbuf_addch(&r.text, '\n');
	assert_int_equal(read_text(&r, r.text.len), DSN_NONE);
	assert_non_null(strstr(r.err.buf, "256 KiB"));

	strbuf_reset(&r.text);
	load(&r, "two-gone", false);
	at = strstr(r.text.buf, "\n--=_b0\nContent-Type: message/rfc822");
	assert_non_null(at);
	strbuf_addstr(&rest, at);
	strbuf_truncate(&r.text, (size_t)(at - r.text.buf));
	for (int i = 2; i < DSN_MAX_RECIPIENTS; i++)
		strbuf_addstr(&r.text, "\nAction: failed\nStatus: 5.1.1\n");
	assert_int_equal(read_text(&r, r.text.len), DSN_REPORT);
	assert_int_equal(r.dsn.count, DSN_MAX_RECIPIENTS);
	strbuf_addstr(&r.text, "\nAction: failed\nStatus: 5.1.1\n");
	strbuf_addstr(&r.text, rest.buf);
	assert_int_equal(read_text(&r, r.text.len), DSN_NONE);
	assert_non_null(strstr(r.err.buf, "more than 20"));
	strbuf_release(&rest);
	release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_report_is_understood),
		cmocka_unit_test(test_what_is_no_report_says_why),
		cmocka_unit_test(test_a_complaint_is_no_bounce),
		cmocka_unit_test(test_a_long_diagnostic_is_unfolded),
		cmocka_unit_test(test_an_id_is_whole_or_none),
		cmocka_unit_test(test_a_diagnostic_stands_in_for_a_status),
		cmocka_unit_test(test_a_part_of_a_report_says_no_more),
		cmocka_unit_test(test_its_size_and_recipients_have_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
