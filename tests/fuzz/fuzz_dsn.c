/*
 * A mail that came to an address for bounces: anybody's bytes. What is read
 * out of it must be what a caller may store and act on, an address must be
 * called gone only by a report that says so in so many figures, and line ends
 * must not matter.
 */
#include "fuzz.h"

#include "mail/dsn.h"

#define TO "b+7@bounce.example.org"

static bool has(const uint8_t *data, size_t size, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= size; i++)
		if (strncasecmp((const char *)data + i, word, len) == 0)
			return true;
	return false;
}

static void check(const struct dsn *d, const uint8_t *data, size_t size)
{
	enum bounce bounce = dsn_judge(d);

	CHECK(strcmp(d->envelope_to, TO) == 0);
	CHECK(d->count <= DSN_MAX_RECIPIENTS && bounce < BOUNCE_MAX);
	CHECK((d->kind == DSN_REPORT) == (d->count > 0));
	if (d->kind != DSN_NONE)
		CHECK(size <= DSN_MAX_BYTES && has(data, size, "multipart/"));
	CHECK(!d->message_id ||
	      fuzz_matches(d->message_id, "^[]!-;=?-[\\^-~]{1,250}$"));
	for (size_t i = 0; i < d->count; i++) {
		const struct dsn_recipient *r = &d->recipients[i];

		CHECK(r->action > DSN_UNKNOWN && r->action < DSN_ACTION_MAX);
		CHECK(r->code >= 0 && r->code <= 999);
		CHECK(!*r->status ||
		      fuzz_matches(r->status, "^[245](\\.[0-9]{1,3}){2}$"));
		CHECK(!fuzz_has_control(r->final_recipient));
		CHECK(!fuzz_has_control(r->diagnostic));
		CHECK(!strpbrk(r->final_recipient, "\t\r\n"));
		CHECK(!strpbrk(r->diagnostic, "\t\r\n"));
		/* Every one of them says so, or none is. */
		if (bounce == BOUNCE_HARD)
			CHECK(r->action == DSN_FAILED && *r->status == '5');
		if (bounce == BOUNCE_HARD_180)
			CHECK(r->action == DSN_FAILED && *r->status != '2');
	}
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* The same mail with CRLF, which a lone CR would make another. */
static void check_crlf(const struct dsn *want, const uint8_t *data, size_t size)
{
	struct strbuf text = STRBUF_INIT, err = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	struct dsn got;

	for (size_t i = 0; i < size; i++) {
		if (data[i] == '\n')
			strbuf_addch(&text, '\r');
		strbuf_addch(&text, (char)data[i]);
	}
	if (text.len > DSN_MAX_BYTES || memchr(data, '\r', size))
		goto out;
	CHECK(dsn_read(text.buf, text.len, TO, &a, &got, &err) == want->kind);
	CHECK(got.count == want->count && dsn_judge(&got) == dsn_judge(want));
	CHECK(is_same(got.message_id, want->message_id));
out:
	arena_release(&a);
	strbuf_release(&text);
	strbuf_release(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf err = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	char *mail = fuzz_copy(data, size);
	struct dsn d;

	CHECK((dsn_read(mail, size, TO, &a, &d, &err) == DSN_NONE) ==
	      (err.len > 0));
	/* What it has read is its own. */
	free(mail);
	check(&d, data, size);
	if (size)
		check_crlf(&d, data, size);
	arena_release(&a);
	strbuf_release(&err);
	return 0;
}
