#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sys/stat.h>

#include "base/token.h"

/* What these texts must be was worked out by Python's hmac. */
#define CONFIRM \
	"AQcAESIzRFVmd4iZqrvM3e7_eBDVfo5cXaEbBhvUUrZhHl0Rcqe4eP-esU-9K4KZwX0"
#define TOPIC \
	"AQcAESIzRFVmd4iZqrvM3e7_a3Mu47Zi4B4JSVBnuW3AYB0txlO1EPVvCxccKQgABDY"
#define MANAGE \
	"AQcAESIzRFVmd4iZqrvM3e7_esydsT0AyF2nv6Ydn-QjnO6MBaMT5tbl_RQGfOhoZgY"
#define BLOCK \
	"AQcAESIzRFVmd4iZqrvM3e7_7ETI2WRzJgzOwjAKSejjqH4qOly1zi2kEh-0Zk1MY-w"
#define HEX7 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define HEX8 "A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5"
#define LAST_PURPOSE TOKEN_BLOCK

static const unsigned char id[TOKEN_ID_SIZE] = { 0x00, 0x11, 0x22, 0x33,
						 0x44, 0x55, 0x66, 0x77,
						 0x88, 0x99, 0xaa, 0xbb,
						 0xcc, 0xdd, 0xee, 0xff };

static struct token_keys keys_of(const char *text)
{
	struct strbuf err = STRBUF_INIT;
	struct token_keys keys;

	if (!token_keys_parse(&keys, "keys", text, strlen(text), &err))
		fail_msg("%s", err.buf);
	return keys;
}

static bool reads(const struct token_keys *keys, enum token_purpose purpose,
		  const char *topic, const char *text)
{
	unsigned char got[TOKEN_ID_SIZE] = { 1, 2, 3 }, before[TOKEN_ID_SIZE];
	int generation = -1;

	memcpy(before, got, sizeof(got));
	if (token_read(keys, purpose, topic, text, got, &generation)) {
		assert_memory_equal(got, id, sizeof(got));
		assert_in_range(generation, 1, TOKEN_GENERATION_MAX);
		return true;
	}
	assert_memory_equal(got, before, sizeof(got));
	assert_int_equal(generation, -1);
	return false;
}

static void test_token_is_of_these_bytes(void **state)
{
	static const struct {
		enum token_purpose purpose;
		int generation;
		const char *topic, *text;
	} cases[] = {
		{ TOKEN_CONFIRM, 1, NULL, CONFIRM },
		{ TOKEN_UNSUBSCRIBE, 2, "category:finance", TOPIC },
		{ TOKEN_MANAGE, 64, NULL, MANAGE },
		{ TOKEN_BLOCK, 1, "", BLOCK },
	};
	struct token_keys keys = keys_of("7 " HEX7 "\n");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned char got[TOKEN_ID_SIZE];
		char text[TOKEN_SIZE];
		int generation;

		assert_true(token_make(&keys, cases[i].purpose, id,
				       cases[i].generation, cases[i].topic,
				       text));
		assert_string_equal(text, cases[i].text);
		assert_true(token_read(&keys, cases[i].purpose, cases[i].topic,
				       text, got, &generation));
		assert_memory_equal(got, id, sizeof(got));
		assert_int_equal(generation, cases[i].generation);
	}
}

static void test_token_with_any_bit_flipped_is_refused(void **state)
{
	struct token_keys keys = keys_of("7 " HEX7 "\n");
	char text[TOKEN_SIZE] = CONFIRM;

	(void)state;
	for (size_t i = 0; i < TOKEN_SIZE - 1; i++)
		for (int bit = 0; bit < 8; bit++) {
			text[i] = (char)(CONFIRM[i] ^ (1 << bit));
			if (reads(&keys, TOKEN_CONFIRM, NULL, text))
				fail_msg("bit %d of %zu: %s", bit, i, text);
			text[i] = CONFIRM[i];
		}
	assert_true(reads(&keys, TOKEN_CONFIRM, NULL, text));
}

/* The last character has two bits that hold nothing. */
static void test_token_has_one_way_to_be_written(void **state)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij"
				      "klmnopqrstuvwxyz0123456789-_+/=. \n";
	struct token_keys keys = keys_of("7 " HEX7 "\n");
	char text[TOKEN_SIZE] = CONFIRM;
	int taken = 0;

	(void)state;
	for (const char *c = letters; *c; c++) {
		text[TOKEN_SIZE - 2] = *c;
		taken += reads(&keys, TOKEN_CONFIRM, NULL, text);
	}
	assert_int_equal(taken, 1);
}

/* Made with our key, so that the MAC is right. */
static void test_token_of_a_version_to_come_is_refused(void **state)
{
	struct token_keys keys = keys_of("7 " HEX7 "\n");

	(void)state;
	assert_false(reads(&keys, TOKEN_CONFIRM, NULL,
			   "AgcAESIzRFVmd4iZqrvM3e7_eLsQ7r2wqq"
			   "1JtzEY3RV6qMoBxnHWoIhqhHJoLldajec"));
}

static void test_token_of_wrong_length_is_refused(void **state)
{
	struct token_keys keys = keys_of("7 " HEX7 "\n");
	char text[TOKEN_SIZE];

	(void)state;
	for (size_t len = 0; len < TOKEN_SIZE - 1; len++) {
		memcpy(text, CONFIRM, len);
		text[len] = '\0';
		assert_false(reads(&keys, TOKEN_CONFIRM, NULL, text));
	}
	assert_false(reads(&keys, TOKEN_CONFIRM, NULL, CONFIRM "A"));
	assert_false(reads(&keys, TOKEN_CONFIRM, NULL, CONFIRM "="));
	assert_false(reads(&keys, TOKEN_CONFIRM, NULL, CONFIRM "\n"));
	assert_false(reads(&keys, TOKEN_CONFIRM, NULL, " " CONFIRM));
}

static void test_token_is_good_for_its_purpose_only(void **state)
{
	struct token_keys keys = keys_of("7 " HEX7 "\n");
	char text[TOKEN_SIZE];

	(void)state;
	for (int made = 0; made <= LAST_PURPOSE; made++)
		for (int read = 0; read <= LAST_PURPOSE; read++) {
			assert_true(token_make(&keys, (enum token_purpose)made,
					       id, 1, NULL, text));
			assert_int_equal(reads(&keys, (enum token_purpose)read,
					       NULL, text),
					 made == read);
		}
}

static void test_token_is_good_for_its_topic_only(void **state)
{
	static const char *const topics[] = { NULL, "", "all",
					      "category:finance" };
	struct token_keys keys = keys_of("7 " HEX7 "\n");
	char text[TOKEN_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(topics); i++)
		for (size_t j = 0; j < ARRAY_SIZE(topics); j++) {
			assert_true(token_make(&keys, TOKEN_UNSUBSCRIBE, id, 1,
					       topics[i], text));
			assert_int_equal(reads(&keys, TOKEN_UNSUBSCRIBE,
					       topics[j], text),
					 i == j);
		}
}

static void test_token_has_a_generation_from_1_to_64(void **state)
{
	struct token_keys keys = keys_of("7 " HEX7 "\n");
	char one[TOKEN_SIZE], two[TOKEN_SIZE];

	(void)state;
	assert_false(token_make(&keys, TOKEN_CONFIRM, id, 0, NULL, one));
	assert_false(token_make(&keys, TOKEN_CONFIRM, id, -1, NULL, one));
	assert_false(token_make(&keys, TOKEN_CONFIRM, id, 65, NULL, one));
	assert_true(token_make(&keys, TOKEN_CONFIRM, id, 1, NULL, one));
	assert_true(token_make(&keys, TOKEN_CONFIRM, id, 2, NULL, two));
	assert_string_not_equal(one, two);
}

static void test_older_key_verifies_and_does_not_sign(void **state)
{
	struct token_keys first = keys_of("7 " HEX7 "\n");
	struct token_keys both = keys_of("8 " HEX8 "\n7 " HEX7 "\n");
	struct token_keys second = keys_of("8 " HEX8 "\n");
	struct token_keys other = keys_of("7 " HEX8 "\n");
	struct token_keys none = { .count = 0 };
	char text[TOKEN_SIZE];

	(void)state;
	assert_true(reads(&both, TOKEN_CONFIRM, NULL, CONFIRM));
	assert_false(reads(&second, TOKEN_CONFIRM, NULL, CONFIRM));
	/* The number of the key says nothing by itself. */
	assert_false(reads(&other, TOKEN_CONFIRM, NULL, CONFIRM));
	assert_false(reads(&none, TOKEN_CONFIRM, NULL, CONFIRM));
	assert_true(token_make(&both, TOKEN_CONFIRM, id, 1, NULL, text));
	assert_true(reads(&second, TOKEN_CONFIRM, NULL, text));
	assert_false(reads(&first, TOKEN_CONFIRM, NULL, text));
	assert_false(token_make(&none, TOKEN_CONFIRM, id, 1, NULL, text));
}

static void test_file_of_keys_is_taken_whole_or_not(void **state)
{
	static const struct {
		const char *text, *problem;
	} cases[] = {
		{ "", "keys: holds no key" },
		{ "\n", "keys:1: is no key" },
		{ HEX7 "\n", "keys:1: is no key" },
		{ "7 " HEX7 "\n\n", "keys:2: is no key" },
		{ "7  " HEX7 "\n", "keys:1: is no key" },
		{ " 7 " HEX7 "\n", "keys:1: is no key" },
		{ "7 " HEX7 " \n", "keys:1: is no key" },
		{ "7 " HEX7 "\r\n", "keys:1: is no key" },
		{ "7 " HEX7 "00\n", "keys:1: is no key" },
		{ "7 0" HEX7 "\n", "keys:1: is no key" },
		{ "7 " HEX7 "\n8 abc\n", "keys:2: is no key" },
		{ "7 g0" HEX7 + 4, "keys:1: is no key" },
		{ "256 " HEX7 "\n", "keys:1: is no key" },
		{ "-1 " HEX7 "\n", "keys:1: is no key" },
		{ "07 " HEX7 "\n", "keys:1: is no key" },
		{ "1000 " HEX7 "\n", "keys:1: is no key" },
		{ "7 " HEX7 "\n7 " HEX8 "\n", "keys:2: has the number" },
		{ "1 " HEX7 "\n2 " HEX7 "\n3 " HEX7 "\n4 " HEX7 "\n5 " HEX7
		  "\n6 " HEX7 "\n7 " HEX7 "\n8 " HEX7 "\n9 " HEX7 "\n",
		  "keys:9: is one key too many" },
	};
	struct strbuf err = STRBUF_INIT;
	struct token_keys keys;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		strbuf_reset(&err);
		if (token_keys_parse(&keys, "keys", cases[i].text,
				     strlen(cases[i].text), &err))
			fail_msg("taken: %s", cases[i].text);
		assert_int_equal(keys.count, 0);
		if (strncmp(err.buf, cases[i].problem,
			    strlen(cases[i].problem)) != 0)
			fail_msg("%s, not %s", err.buf, cases[i].problem);
		assert_null(strstr(err.buf, "0102030405"));
	}
	keys = keys_of("0 " HEX7 "\n255 " HEX8);
	assert_int_equal(keys.count, 2);
	assert_int_equal(keys.list[0].id, 0);
	assert_int_equal(keys.list[1].id, 255);
	assert_int_equal(keys.list[1].secret[31], 0xa5);
	strbuf_release(&err);
}

static void put_file(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void test_file_that_everybody_can_read_is_refused(void **state)
{
	static const struct {
		mode_t mode;
		bool ok;
	} cases[] = {
		{ 0400, true },	 { 0600, true },  { 0440, true },
		{ 0660, true },	 { 0604, false }, { 0644, false },
		{ 0602, false }, { 0601, false }, { 0777, false },
	};
	char dir[] = "/tmp/ja-token-XXXXXX", path[64];
	struct strbuf err = STRBUF_INIT;
	struct token_pepper pepper;
	struct token_keys keys;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/file", dir);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		put_file(path, "7 " HEX7 "\n", cases[i].mode);
		strbuf_reset(&err);
		assert_int_equal(token_keys_read(&keys, path, &err),
				 cases[i].ok);
		assert_int_equal(keys.count, cases[i].ok);
		assert_int_equal(!strstr(err.buf, "open to everybody"),
				 cases[i].ok);
		put_file(path, HEX8 "\n", cases[i].mode);
		assert_int_equal(token_pepper_read(&pepper, path, &err),
				 cases[i].ok);
		assert_int_equal(unlink(path), 0);
	}
	assert_int_equal(rmdir(dir), 0);
	strbuf_release(&err);
}

static void test_file_that_is_none_is_named(void **state)
{
	char dir[] = "/tmp/ja-token-XXXXXX", path[64], large[1100];
	struct strbuf err = STRBUF_INIT;
	struct token_pepper pepper;
	struct token_keys keys;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/file", dir);
	assert_false(token_keys_read(&keys, path, &err));
	assert_non_null(strstr(err.buf, "/file: can't be opened"));
	strbuf_reset(&err);
	assert_false(token_keys_read(&keys, dir, &err));
	assert_non_null(strstr(err.buf, ": is not a file"));
	strbuf_reset(&err);
	memset(large, '1', sizeof(large));
	large[sizeof(large) - 1] = '\0';
	put_file(path, large, 0600);
	assert_false(token_keys_read(&keys, path, &err));
	assert_non_null(strstr(err.buf, "/file: is too large"));
	strbuf_reset(&err);
	put_file(path, HEX7 "\n\n", 0600);
	assert_false(token_pepper_read(&pepper, path, &err));
	assert_non_null(strstr(err.buf, "/file:1: is no pepper"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
	strbuf_release(&err);
}

static void test_hash_of_an_address_is_keyed_and_knows_no_case(void **state)
{
	static const unsigned char want[EMAIL_HASH_SIZE] = {
		0x9e, 0x05, 0x62, 0xd9, 0x2e, 0x9c, 0xa5, 0x41,
		0xf9, 0x4b, 0xd1, 0x47, 0x1a, 0x6f, 0x3e, 0xb4,
		0x7c, 0xad, 0x80, 0xe1, 0xec, 0xf8, 0x39, 0xdb,
		0x72, 0xa0, 0x80, 0x1d, 0x7e, 0x07, 0xda, 0x06
	};
	struct token_pepper pepper, other = { { 0 } };
	unsigned char got[EMAIL_HASH_SIZE];

	(void)state;
	memset(pepper.secret, 0xa5, sizeof(pepper.secret));
	email_hash(&pepper, "ada@example.org", got);
	assert_memory_equal(got, want, sizeof(got));
	email_hash(&pepper, "ADA@Example.ORG", got);
	assert_memory_equal(got, want, sizeof(got));
	email_hash(&pepper, "adb@example.org", got);
	assert_memory_not_equal(got, want, sizeof(got));
	email_hash(&other, "ada@example.org", got);
	assert_memory_not_equal(got, want, sizeof(got));
}

static void test_bounce_address_is_of_these_letters(void **state)
{
	static const struct {
		int64_t id;
		const char *text;
	} cases[] = {
		{ 1, "b+aaaaaaaaaaaacozpnoxbca54k@bounce.example.org" },
		{ 4711, "b+aaaaaaaaaajgpuzvnkzedhgyk@bounce.example.org" },
		{ INT64_MAX, "b+p7777777777776m555wavr5mk@bounce.example.org" },
	};
	struct token_keys keys = keys_of("7 " HEX7 "\n");
	struct token_keys both = keys_of("8 " HEX8 "\n7 " HEX7 "\n");
	char text[BOUNCE_ADDRESS_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t got = -1;

		assert_true(bounce_address_make(&keys, cases[i].id,
						"bounce.example.org", text));
		assert_string_equal(text, cases[i].text);
		assert_true(bounce_address_read(&both, text,
						"bounce.example.org", &got));
		assert_int_equal(got, cases[i].id);
	}
}

static void test_bounce_address_is_read_in_any_case(void **state)
{
	struct token_keys keys = keys_of("7 " HEX7 "\n");
	int64_t got = -1;

	(void)state;
	assert_true(bounce_address_read(
		&keys, "B+AAAAAAAAAAJGPUZVNKZEDHGYK@BOUNCE.EXAMPLE.ORG",
		"bounce.example.org", &got));
	assert_int_equal(got, 4711);
}

static void test_bounce_address_of_others_is_refused(void **state)
{
	static const char good[] =
		"b+aaaaaaaaaajgpuzvnkzedhgyk@bounce.example.org";
	static const char *const bad[] = {
		"",
		"b+",
		"b+aaaaaaaaaajgpuzvnkzedhgyk",
		"b+aaaaaaaaaajgpuzvnkzedhgyk@",
		"b+aaaaaaaaaajgpuzvnkzedhgyk@example.org",
		"b+aaaaaaaaaajgpuzvnkzedhgy@bounce.example.org",
		"b+aaaaaaaaaajgpuzvnkzedhgyka@bounce.example.org",
		"b-aaaaaaaaaajgpuzvnkzedhgyk@bounce.example.org",
		"b+aaaaaaaaaajgpuzvnkzedhgyk.bounce.example.org",
		"ada@bounce.example.org",
		"<b+aaaaaaaaaajgpuzvnkzedhgyk@bounce.example.org>",
		/* The spare bit is set. */
		"b+aaaaaaaaaajgpuzvnkzedhgyl@bounce.example.org",
	};
	struct token_keys keys = keys_of("7 " HEX7 "\n");
	struct token_keys others = keys_of("7 " HEX8 "\n");
	char text[sizeof(good)];
	int64_t got = -1;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (bounce_address_read(&keys, bad[i], "bounce.example.org",
					&got))
			fail_msg("taken: %s", bad[i]);
	assert_false(
		bounce_address_read(&others, good, "bounce.example.org", &got));
	memcpy(text, good, sizeof(good));
	for (size_t i = 2; i < 27; i++)
		for (const char *c = "abcdefghijklmnopqrstuvwxyz234567018+"; *c;
		     c++) {
			text[i] = *c;
			if (*c != good[i] &&
			    bounce_address_read(&keys, text,
						"bounce.example.org", &got))
				fail_msg("taken: %s", text);
			text[i] = good[i];
		}
	assert_int_equal(got, -1);
}

static void test_bounce_address_fits_an_envelope(void **state)
{
	struct token_keys keys = keys_of("7 " HEX7 "\n");
	struct token_keys none = { .count = 0 };
	char text[BOUNCE_ADDRESS_SIZE], domain[228];

	(void)state;
	memset(domain, 'd', sizeof(domain));
	domain[226] = '\0';
	assert_true(bounce_address_make(&keys, 1, domain, text));
	assert_int_equal(strlen(text), 254);
	domain[226] = 'd';
	domain[227] = '\0';
	assert_false(bounce_address_make(&keys, 1, domain, text));
	assert_false(bounce_address_make(&keys, 1, "", text));
	assert_false(bounce_address_make(&none, 1, "b.example", text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token_is_of_these_bytes),
		cmocka_unit_test(test_token_with_any_bit_flipped_is_refused),
		cmocka_unit_test(test_token_has_one_way_to_be_written),
		cmocka_unit_test(test_token_of_a_version_to_come_is_refused),
		cmocka_unit_test(test_token_of_wrong_length_is_refused),
		cmocka_unit_test(test_token_is_good_for_its_purpose_only),
		cmocka_unit_test(test_token_is_good_for_its_topic_only),
		cmocka_unit_test(test_token_has_a_generation_from_1_to_64),
		cmocka_unit_test(test_older_key_verifies_and_does_not_sign),
		cmocka_unit_test(test_file_of_keys_is_taken_whole_or_not),
		cmocka_unit_test(test_file_that_everybody_can_read_is_refused),
		cmocka_unit_test(test_file_that_is_none_is_named),
		cmocka_unit_test(
			test_hash_of_an_address_is_keyed_and_knows_no_case),
		cmocka_unit_test(test_bounce_address_is_of_these_letters),
		cmocka_unit_test(test_bounce_address_is_read_in_any_case),
		cmocka_unit_test(test_bounce_address_of_others_is_refused),
		cmocka_unit_test(test_bounce_address_fits_an_envelope),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
