/*
 * An address as anybody could type it. What is taken must be one that can
 * stand in an SMTP command and in a header as it is, by an expression of the
 * standards; taken again, it is the same.
 */
#include "fuzz.h"

#include "mail/address.h"

#define ATOM "[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
#define LABEL "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
#define FORM "^" ATOM "(\\." ATOM ")*@(" LABEL "\\.)+" LABEL "$"

static void check_form(const char *text)
{
	const char *at = strchr(text, '@');

	CHECK(strlen(text) < ADDRESS_SIZE);
	CHECK(fuzz_matches(text, FORM));
	CHECK(at && at - text <= 64);
	CHECK(!fuzz_matches(text, "\\.[0-9]+$"));
}

static void check_taken(const struct address *a, const char *typed)
{
	struct strbuf problem = STRBUF_INIT;
	struct address again;

	CHECK(!fuzz_has_control(typed));
	check_form(a->text);
	CHECK(fuzz_matches(a->mailbox, "^[^@]+@[^@+]+$"));
	CHECK(!strchr(a->mailbox + 1, '+'));
	CHECK(strlen(a->mailbox) <= strlen(a->text));
	CHECK(strcmp(address_domain(a), strchr(a->text, '@') + 1) == 0);
	CHECK(address_parse(&again, a->text, &problem));
	CHECK(memcmp(&again, a, sizeof(again)) == 0);
	if (*a->meant) {
		check_form(a->meant);
		CHECK(strcmp(a->meant, a->text) != 0);
	}
	CHECK(!problem.len);
	strbuf_release(&problem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf problem = STRBUF_INIT;
	char *typed = fuzz_string(data, size);
	struct address a;

	if (address_parse(&a, typed, &problem)) {
		CHECK(!problem.len);
		check_taken(&a, typed);
	} else {
		CHECK(fuzz_matches(problem.buf, "^[A-Z][ -~]{10,}[.?]$"));
		CHECK(problem.len < 500);
		CHECK(!fuzz_matches(typed,
				    "^[a-z]{1,9}@[a-z]{1,9}\\.[a-z]{2,9}$"));
	}
	strbuf_release(&problem);
	free(typed);
	return 0;
}
