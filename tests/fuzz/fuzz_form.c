/*
 * A query or a form to names and values, and each value to every validator
 * that a route has. What a validator takes must have the form that its name
 * promises, which is said here a second time by an expression.
 */
#include "fuzz.h"

#include "base/parse.h"
#include "career/career.h"
#include "http/router.h"
#include "subscription/subscription.h"

#define SLUG "[a-z0-9]+(-[a-z0-9]+)*"

static void check_slug(const char *s)
{
	CHECK(field_is_slug(s) ==
	      (strlen(s) <= 80 && fuzz_matches(s, "^" SLUG "$")));
	CHECK(subscription_is_topic(s) ==
	      (strlen(s) <= 89 &&
	       fuzz_matches(s, "^(all|(category|career):" SLUG ")$") &&
	       (!strchr(s, ':') || strlen(strchr(s, ':')) <= 81)));
}

static void check_choices(const char *s)
{
	CHECK(field_is_country(s) == fuzz_matches(s, "^[A-Za-z]{2}$"));
	CHECK(career_is_country(s) ==
	      fuzz_matches(s, "^([A-Za-z]{2}|[Uu][Aa][Ee])$"));
	CHECK(career_is_choice(s) == fuzz_matches(s, "^([A-Za-z]{2}|auto)$"));
	CHECK(field_is_level(s) ==
	      fuzz_matches(s, "^(junior|mid|senior|manager)$"));
	CHECK(field_is_page(s) == fuzz_matches(s, "^[1-9][0-9]{0,3}$"));
	CHECK(career_is_back(s) ==
	      (strlen(s) <= 300 &&
	       fuzz_matches(s, "^/([a-z0-9-][a-z0-9/-]*)?$")));
	CHECK(!field_is_text(s) || strlen(s) <= 400);
	CHECK(!field_is_query(s) || strlen(s) <= 100);
}

static void check_date(const char *s)
{
	struct tm day = { 0 };
	char again[11] = "";

	if (!parse_is_date(s)) {
		CHECK(!fuzz_matches(s,
				    "^2[0-9]{3}-0[1-9]-([01][1-9]|2[0-8])$"));
		return;
	}
	CHECK(strptime(s, "%Y-%m-%d", &day));
	day.tm_isdst = 0;
	CHECK(timegm(&day) != -1);
	snprintf(again, sizeof(again), "%04u-%02u-%02u",
		 (unsigned int)(day.tm_year + 1900) % 10000u,
		 (unsigned int)(day.tm_mon + 1) % 100u,
		 (unsigned int)day.tm_mday % 100u);
	CHECK(strcmp(again, s) == 0);
}

static void check_number(const char *s)
{
	int64_t n = -7;
	char again[24];

	if (!parse_int(s, INT64_MIN, INT64_MAX, &n)) {
		CHECK(n == -7);
		CHECK(!fuzz_matches(s, "^(0|-?[1-9][0-9]{0,17})$"));
		return;
	}
	snprintf(again, sizeof(again), "%lld", (long long)n);
	CHECK(strcmp(again, s) == 0);
	CHECK(parse_int(s, 0, 9, &n) == (n >= 0 && n <= 9));
}

static void put(struct strbuf *out, const char *s)
{
	for (; *s; s++)
		strbuf_addf(out, "%%%02X", (unsigned char)*s);
}

/* Written out again, every byte as %XX, it is read as the same. */
static void check_again(struct arena *arena, const struct param *pairs, int n)
{
	struct param again[REQUEST_PARAMS_MAX];
	struct strbuf text = STRBUF_INIT;

	for (int i = 0; i < n; i++) {
		strbuf_addstr(&text, i ? "&" : "");
		put(&text, pairs[i].name);
		strbuf_addch(&text, '=');
		put(&text, pairs[i].value);
	}
	CHECK(request_decode_form(arena, text.buf, text.len, again,
				  REQUEST_PARAMS_MAX) == n);
	for (int i = 0; i < n; i++) {
		CHECK(strcmp(again[i].name, pairs[i].name) == 0);
		CHECK(strcmp(again[i].value, pairs[i].value) == 0);
	}
	strbuf_release(&text);
}

static void check_text(const char *s)
{
	CHECK(fuzz_is_utf8(s, strlen(s)));
	CHECK(!fuzz_has_control(s));
	check_slug(s);
	check_choices(s);
	check_date(s);
	check_number(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct param pairs[REQUEST_PARAMS_MAX];
	struct arena arena = ARENA_INIT;
	char *text = fuzz_copy(data, size);
	size_t total = 0;
	int n = request_decode_form(&arena, text, size, pairs,
				    REQUEST_PARAMS_MAX);

	CHECK(n >= -1 && n <= REQUEST_PARAMS_MAX);
	free(text);
	for (int i = 0; i < n; i++) {
		check_text(pairs[i].name);
		check_text(pairs[i].value);
		total += strlen(pairs[i].name) + strlen(pairs[i].value);
	}
	CHECK(total <= size);
	if (n > 0)
		check_again(&arena, pairs, n);
	arena_release(&arena);
	return 0;
}
