#include "base/token.h"

#include <sodium/crypto_auth_hmacsha256.h>
#include <sodium/utils.h>

/*
 * What a MAC is taken of begins with the name of its use and a NUL, so that
 * none is good for another use, and has one part of open length at most,
 * which is the last, so that no two uses are of the same bytes.
 */
#define TOKEN_VERSION 1
#define MAC_SIZE crypto_auth_hmacsha256_BYTES
#define TOKEN_BYTES (2 + TOKEN_ID_SIZE + MAC_SIZE)
#define CODING sodium_base64_VARIANT_URLSAFE_NO_PADDING

_Static_assert(sodium_base64_ENCODED_LEN(TOKEN_BYTES, CODING) == TOKEN_SIZE,
	       "a token has its size");

static const char *const purposes[] = {
	[TOKEN_CONFIRM] = "confirm", [TOKEN_UNSUBSCRIBE] = "unsubscribe",
	[TOKEN_MANAGE] = "manage",   [TOKEN_BLOCK] = "block",
	[TOKEN_FORM] = "form",
};

static void mac_begin(crypto_auth_hmacsha256_state *state,
		      const unsigned char secret[32], const char *use)
{
	crypto_auth_hmacsha256_init(state, secret, 32);
	crypto_auth_hmacsha256_update(state, (const unsigned char *)use,
				      strlen(use) + 1);
}

/* The MAC of one generation; begun stands behind the id and is kept. */
static void mac_end(const crypto_auth_hmacsha256_state *begun, int generation,
		    const char *topic, unsigned char mac[MAC_SIZE])
{
	crypto_auth_hmacsha256_state state = *begun;
	/* No topic is another thing than an empty one. */
	const unsigned char rest[2] = { (unsigned char)generation,
					topic != NULL };

	crypto_auth_hmacsha256_update(&state, rest, sizeof(rest));
	if (topic)
		crypto_auth_hmacsha256_update(
			&state, (const unsigned char *)topic, strlen(topic));
	crypto_auth_hmacsha256_final(&state, mac);
}

bool token_make(const struct token_keys *keys, enum token_purpose purpose,
		const unsigned char id[TOKEN_ID_SIZE], int generation,
		const char *topic, char out[TOKEN_SIZE])
{
	unsigned char raw[TOKEN_BYTES];
	crypto_auth_hmacsha256_state state;

	if (!keys->count || generation < 1 || generation > TOKEN_GENERATION_MAX)
		return false;
	raw[0] = TOKEN_VERSION;
	raw[1] = keys->list[0].id;
	memcpy(raw + 2, id, TOKEN_ID_SIZE);
	mac_begin(&state, keys->list[0].secret, purposes[purpose]);
	crypto_auth_hmacsha256_update(&state, raw, 1);
	crypto_auth_hmacsha256_update(&state, id, TOKEN_ID_SIZE);
	mac_end(&state, generation, topic, raw + 2 + TOKEN_ID_SIZE);
	sodium_bin2base64(out, TOKEN_SIZE, raw, sizeof(raw), CODING);
	return true;
}

/*
 * One token has one way to be written. libsodium 1.0.18 takes some bytes
 * above 127 for letters, so what was read is written again and compared.
 */
static bool decode(const char *text, unsigned char raw[TOKEN_BYTES])
{
	char again[TOKEN_SIZE];

	if (strnlen(text, TOKEN_SIZE) != TOKEN_SIZE - 1 ||
	    sodium_base642bin(raw, TOKEN_BYTES, text, TOKEN_SIZE - 1, NULL,
			      NULL, NULL, CODING) != 0)
		return false;
	sodium_bin2base64(again, sizeof(again), raw, TOKEN_BYTES, CODING);
	return sodium_memcmp(again, text, sizeof(again)) == 0;
}

static const unsigned char *find_key(const struct token_keys *keys,
				     unsigned char id)
{
	for (size_t i = 0; i < keys->count; i++)
		if (keys->list[i].id == id)
			return keys->list[i].secret;
	return NULL;
}

/*
 * The generation is not written in the token, as its row knows it. All are
 * tried, in a tenth of a millisecond, so that a forged token costs no query.
 */
bool token_read(const struct token_keys *keys, enum token_purpose purpose,
		const char *topic, const char *text,
		unsigned char id[TOKEN_ID_SIZE], int *generation)
{
	unsigned char raw[TOKEN_BYTES], mac[MAC_SIZE];
	crypto_auth_hmacsha256_state state;
	const unsigned char *secret;
	int found = 0;

	if (!decode(text, raw) || raw[0] != TOKEN_VERSION)
		return false;
	secret = find_key(keys, raw[1]);
	if (!secret)
		return false;
	mac_begin(&state, secret, purposes[purpose]);
	crypto_auth_hmacsha256_update(&state, raw, 1);
	crypto_auth_hmacsha256_update(&state, raw + 2, TOKEN_ID_SIZE);
	for (int i = 1; i <= TOKEN_GENERATION_MAX; i++) {
		mac_end(&state, i, topic, mac);
		if (sodium_memcmp(mac, raw + 2 + TOKEN_ID_SIZE, MAC_SIZE) == 0)
			found = i;
	}
	if (!found)
		return false;
	memcpy(id, raw + 2, TOKEN_ID_SIZE);
	*generation = found;
	return true;
}

void email_hash(const struct token_pepper *pepper, const char *address,
		unsigned char out[EMAIL_HASH_SIZE])
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, pepper->secret,
				    sizeof(pepper->secret));
	for (; *address; address++) {
		unsigned char c = (unsigned char)*address;

		if (c >= 'A' && c <= 'Z')
			c |= 0x20;
		crypto_auth_hmacsha256_update(&state, &c, 1);
	}
	crypto_auth_hmacsha256_final(&state, out);
}
