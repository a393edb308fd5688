/*
 * Links, bounce addresses and a file of keys as anybody could write them.
 * What is read must be exactly what one of the keys makes; what is made must
 * be read again, and not with a bit changed. The first byte says what the rest
 * is.
 */
#include "fuzz.h"

#include <strings.h>

#include "base/token.h"

#define DOMAIN "bounce.example.org"

static const char hex7[] =
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
static const char hex8[] =
	"a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5";

static void take_keys(struct token_keys *keys, const char *format,
		      const char *one, const char *two)
{
	struct strbuf text = STRBUF_INIT, err = STRBUF_INIT;

	strbuf_addf(&text, "%c %s\n%c %s\n", format[0], one, format[1], two);
	CHECK(token_keys_parse(keys, "keys", text.buf, text.len, &err));
	strbuf_release(&text);
	strbuf_release(&err);
}

/* Keys 7 and 8, the one that is asked for first. */
static struct token_keys known_keys(bool is_turned)
{
	struct token_keys keys;

	if (is_turned)
		take_keys(&keys, "87", hex8, hex7);
	else
		take_keys(&keys, "78", hex7, hex8);
	return keys;
}

static bool is_made(const char *text, enum token_purpose purpose,
		    const unsigned char *id, int generation)
{
	bool is_found = false;

	for (int turn = 0; turn < 2; turn++) {
		struct token_keys keys = known_keys(turn);
		char again[TOKEN_SIZE];

		CHECK(token_make(&keys, purpose, id, generation, NULL, again));
		is_found |= strcmp(again, text) == 0;
	}
	return is_found;
}

static void check_token(const char *text)
{
	struct token_keys keys = known_keys(false);
	int read = 0;

	for (int i = TOKEN_CONFIRM; i <= TOKEN_BLOCK; i++) {
		enum token_purpose purpose = (enum token_purpose)i;
		unsigned char id[TOKEN_ID_SIZE];
		int generation = 0;

		if (!token_read(&keys, purpose, NULL, text, id, &generation))
			continue;
		read++;
		CHECK(is_made(text, purpose, id, generation));
	}
	CHECK(read <= 1);
}

static void check_bounce(const char *text)
{
	int64_t id = 0;
	bool is_found = false;
	struct token_keys keys = known_keys(false);

	if (!bounce_address_read(&keys, text, DOMAIN, &id))
		return;
	for (int turn = 0; turn < 2; turn++) {
		char again[BOUNCE_ADDRESS_SIZE];

		keys = known_keys(turn);
		CHECK(bounce_address_make(&keys, id, DOMAIN, again));
		is_found |= strcasecmp(again, text) == 0;
	}
	CHECK(is_found);
}

static void check_keys(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size);
	struct strbuf err = STRBUF_INIT;
	struct token_keys keys;
	size_t lines = 0;

	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	if (token_keys_parse(&keys, "keys", text, size, &err)) {
		CHECK(!err.len && keys.count >= 1);
		CHECK(keys.count == lines + (text[size - 1] != '\n'));
		CHECK(size >= keys.count * 66);
	} else {
		CHECK(keys.count == 0 && err.len && err.len < 200);
		CHECK(strncmp(err.buf, "keys:", 5) == 0);
	}
	free(text);
	strbuf_release(&err);
}

/* Bytes: id, purpose, generation, a bit to flip; then the topic. */
static void check_made(const uint8_t *data, size_t size)
{
	struct token_keys keys = known_keys(false);
	unsigned char got[TOKEN_ID_SIZE];
	enum token_purpose purpose;
	int generation, read = 0;
	char text[TOKEN_SIZE];
	char *topic;

	if (size < TOKEN_ID_SIZE + 3)
		return;
	purpose = (enum token_purpose)(data[TOKEN_ID_SIZE] % 4);
	generation = data[TOKEN_ID_SIZE + 1];
	topic = fuzz_string(data + TOKEN_ID_SIZE + 3, size - TOKEN_ID_SIZE - 3);
	if (token_make(&keys, purpose, data, generation, topic, text)) {
		size_t at = data[TOKEN_ID_SIZE + 2] % (TOKEN_SIZE - 1);

		CHECK(fuzz_matches(text, "^[A-Za-z0-9_-]{67}$"));
		CHECK(token_read(&keys, purpose, topic, text, got, &read));
		CHECK(read == generation);
		CHECK(memcmp(got, data, sizeof(got)) == 0);
		CHECK(!token_read(&keys, purpose, NULL, text, got, &read));
		text[at] = text[at] == 'x' ? 'y' : 'x';
		CHECK(!token_read(&keys, purpose, topic, text, got, &read));
	} else {
		CHECK(generation < 1 || generation > TOKEN_GENERATION_MAX);
	}
	free(topic);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (!size)
		return 0;
	if (data[0] == 'k' || data[0] == 'm') {
		(data[0] == 'k' ? check_keys : check_made)(data + 1, size - 1);
		return 0;
	}
	text = fuzz_string(data + 1, size - 1);
	(data[0] == 'b' ? check_bounce : check_token)(text);
	free(text);
	return 0;
}
