#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/settings.h"
#include "mail/mailer_letter.h"

extern const struct template_source views[];

#define UUID "0b8f3c52-6d1e-4a77-9c35-2f1f6f0f9a11"
#define COMMON                                                               \
	"\"to\":\"reader@example.com\",\"message_id\":\"" UUID               \
	"\",\"dated\":1795526962,\"topic\":\"new career guides\",\"asked\":" \
	"1795526962,\"expires\":1795786162,\"confirmed\":1772530000"
#define CONFIRM                                                 \
	"{\"kind\":\"confirm\"," COMMON                         \
	",\"signup\":\"0b8f3c52-6d1e-4a77-9c35-2f1f6f0f9aab\"," \
	"\"generation\":3,\"page\":\"/careers/nurse\"}"
#define NOTICE                                                      \
	"{\"kind\":\"notice\"," COMMON                              \
	",\"reader\":\"0B8F3C52-6D1E-4A77-9C35-2F1F6F0F9ACD\","     \
	"\"careers\":[{\"name\":\"Nurse\",\"tagline\":\"Nights.\"," \
	"\"url\":\"/careers/health/nurse\"}]}"
#define MANAGE                         \
	"{\"kind\":\"manage\"," COMMON \
	",\"reader\":\"0b8f3c52-6d1e-4a77-9c35-2f1f6f0f9acd\"}"

static const unsigned char start[15] = { 0x0b, 0x8f, 0x3c, 0x52, 0x6d,
					 0x1e, 0x4a, 0x77, 0x9c, 0x35,
					 0x2f, 0x1f, 0x6f, 0x0f, 0x9a };

struct desk {
	struct template_set *views;
	struct token_keys keys;
	struct mailer_letter letter;
	struct strbuf err;
};

static bool make(struct desk *d, const char *text)
{
	cJSON *json = cJSON_Parse(text);
	bool ok;

	assert_non_null(json);
	strbuf_reset(&d->err);
	ok = mailer_letter_make(d->views, &d->keys, 4711, json, &d->letter,
				&d->err);
	cJSON_Delete(json);
	return ok;
}

/* The token in the List-Unsubscribe of the letter, which is never folded. */
static void assert_way_out(const struct desk *d, const char *path,
			   enum token_purpose purpose, unsigned char last,
			   int wanted)
{
	unsigned char id[TOKEN_ID_SIZE];
	char token[TOKEN_SIZE];
	const char *s = strstr(d->letter.bytes.buf, "\r\nList-Unsubscribe:");
	int generation;

	assert_non_null(s);
	s = strchr(s, '<');
	assert_int_equal(strncmp(s + 1, path, strlen(path)), 0);
	s += 1 + strlen(path);
	memcpy(token, s, TOKEN_SIZE - 1);
	token[TOKEN_SIZE - 1] = '\0';
	assert_int_equal(s[TOKEN_SIZE - 1], '>');
	assert_true(
		token_read(&d->keys, purpose, NULL, token, id, &generation));
	assert_memory_equal(id, start, sizeof(start));
	assert_int_equal(id[TOKEN_ID_SIZE - 1], last);
	assert_int_equal(generation, wanted);
}

static void assert_has(const struct desk *d, const char *words)
{
	if (!strstr(d->letter.bytes.buf, words))
		fail_msg("no '%s' in:\n%s", words, d->letter.bytes.buf);
}

static int setup(void **state)
{
	struct desk *d = xcalloc(1, sizeof(*d));
	static const char keys[] = "7 0123456789abcdef0123456789abcdef"
				   "0123456789abcdef0123456789abcdef\n";

	setenv("SITE_URL", "https://www.example.org", 1);
	setenv("MAIL_DOMAIN", "mail.example.org", 1);
	setenv("MAIL_FROM", "news@example.org", 1);
	strbuf_init(&d->letter.bytes);
	strbuf_init(&d->letter.id);
	strbuf_init(&d->err);
	assert_true(settings_load(&d->err));
	assert_true(token_keys_parse(&d->keys, "keys", keys, strlen(keys),
				     &d->err));
	d->views = template_set_new(views, &d->err);
	assert_non_null(d->views);
	*state = d;
	return 0;
}

static int teardown(void **state)
{
	struct desk *d = *state;

	template_set_free(d->views);
	mailer_letter_release(&d->letter);
	strbuf_release(&d->err);
	free(d);
	return 0;
}

static void test_a_row_becomes_a_letter_with_its_envelope(void **state)
{
	struct desk *d = *state;
	int64_t id = 0;

	assert_true(make(d, CONFIRM));
	assert_string_equal(d->letter.to, "reader@example.com");
	assert_string_equal(d->letter.id.buf, UUID "@mail.example.org");
	assert_true(bounce_address_read(&d->keys, d->letter.from,
					"mail.example.org", &id));
	assert_int_equal(id, 4711);
	assert_has(d, "\r\nMessage-ID: <" UUID "@mail.example.org>\r\n");
	assert_has(d, "\r\nTo: <reader@example.com>\r\n");
	assert_has(d, "\r\nFeedback-ID: 2026-11-24:confirm:jobautopsy\r\n");
	assert_has(d, "\nhttps://www.example.org/careers/nurse");
	assert_has(d, "https://www.example.org/subscribe/confirm/");
}

static void test_each_kind_has_its_way_out(void **state)
{
	struct desk *d = *state;

	assert_true(make(d, CONFIRM));
	assert_way_out(d, "https://www.example.org/subscribe/block/",
		       TOKEN_BLOCK, 0xab, 3);
	assert_null(strstr(d->letter.bytes.buf, "List-Id:"));
	assert_true(make(d, NOTICE));
	assert_way_out(d, "https://www.example.org/unsubscribe/",
		       TOKEN_UNSUBSCRIBE, 0xcd, 1);
	assert_has(d, "<new-careers.mail.example.org>\r\n");
	assert_has(d, "https://www.example.org/careers/health/nurse");
	assert_true(make(d, MANAGE));
	assert_way_out(d, "https://www.example.org/unsubscribe/",
		       TOKEN_UNSUBSCRIBE, 0xcd, 1);
	assert_has(d, "https://www.example.org/subscribe/settings/");
}

static void test_the_same_row_gives_the_same_bytes(void **state)
{
	static const char *const rows[] = { CONFIRM, NOTICE, MANAGE };
	struct desk *d = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *first;

		assert_true(make(d, rows[i]));
		first = xstrdup(d->letter.bytes.buf);
		assert_true(make(d, rows[(i + 1) % ARRAY_SIZE(rows)]));
		assert_true(make(d, rows[i]));
		assert_string_equal(d->letter.bytes.buf, first);
		free(first);
	}
}

static void test_a_row_that_is_not_right_is_refused(void **state)
{
	static const struct {
		const char *row, *member, *value;
	} cases[] = {
		{ CONFIRM, "kind", "\"letter\"" },
		{ CONFIRM, "to", "\"reader@example.com>\\r\\nRCPT TO:<x\"" },
		{ CONFIRM, "to", "\"Reader@example.com\"" },
		{ CONFIRM, "to", "\"reader\"" },
		{ CONFIRM, "signup", "\"0b8f3c526d1e4a779c352f1f6f0f9aab\"" },
		{ CONFIRM, "signup",
		  "\"0b8f3c52-6d1e-4a77-9c35-2f1f6f0f9aag\"" },
		{ CONFIRM, "asked", "\"now\"" },
		{ CONFIRM, "dated", "null" },
		{ CONFIRM, "page", "\"https://evil.example/\"" },
		{ NOTICE, "reader", "null" },
		{ NOTICE, "confirmed", "null" },
		{ MANAGE, "message_id", "\"x\"" },
		{ MANAGE, "expires", "null" },
	};
	struct desk *d = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cJSON *json = cJSON_Parse(cases[i].row);
		char *text;

		assert_true(cJSON_ReplaceItemInObject(
			json, cases[i].member, cJSON_Parse(cases[i].value)));
		text = cJSON_PrintUnformatted(json);
		assert_false(make(d, text));
		assert_non_null(strstr(d->err.buf, cases[i].member));
		assert_null(strstr(d->err.buf, "@"));
		cJSON_free(text);
		cJSON_Delete(json);
	}
	assert_false(make(d, "{}"));
	assert_false(make(d, "[]"));
}

static void test_a_generation_that_no_token_has_is_refused(void **state)
{
	static const char *const bad[] = { "0", "65", "-1", "\"1\"" };
	struct desk *d = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		cJSON *json = cJSON_Parse(CONFIRM);
		char *text;

		assert_true(cJSON_ReplaceItemInObject(json, "generation",
						      cJSON_Parse(bad[i])));
		text = cJSON_PrintUnformatted(json);
		assert_false(make(d, text));
		cJSON_free(text);
		cJSON_Delete(json);
	}
}

static void test_without_keys_no_letter_is_made(void **state)
{
	struct desk *d = *state;
	struct token_keys keys = d->keys;

	d->keys.count = 0;
	assert_false(make(d, CONFIRM));
	assert_non_null(strstr(d->err.buf, "LINK_KEYS_FILE"));
	d->keys = keys;
	assert_true(make(d, CONFIRM));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_row_becomes_a_letter_with_its_envelope),
		cmocka_unit_test(test_each_kind_has_its_way_out),
		cmocka_unit_test(test_the_same_row_gives_the_same_bytes),
		cmocka_unit_test(test_a_row_that_is_not_right_is_refused),
		cmocka_unit_test(
			test_a_generation_that_no_token_has_is_refused),
		cmocka_unit_test(test_without_keys_no_letter_is_made),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
