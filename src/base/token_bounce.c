#include "base/token.h"

#include <sodium/crypto_auth_hmacsha256.h>
#include <sodium/utils.h>
#include <strings.h>

/*
 * 64 bits of id and 60 of MAC in 25 letters of five bits, the last bit zero.
 * base32 (RFC 4648, lower case), as the name of a mailbox may change its case
 * on the way. The key is not named in it: a bounce is rare, all are tried.
 */
#define LETTERS ((size_t)25)
#define RAW_SIZE ((size_t)16)
#define MAC_SIZE ((size_t)8)

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

/* id as the database writes it, highest byte first, and the MAC behind it. */
static void fill(const unsigned char secret[32], int64_t id,
		 unsigned char raw[RAW_SIZE])
{
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;
	static const char use[] = "bounce"; /* with its NUL, see token.c */

	for (size_t i = 0; i < 8; i++)
		raw[i] = (unsigned char)((uint64_t)id >> (56 - 8 * i));
	crypto_auth_hmacsha256_init(&state, secret, 32);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)use,
				      sizeof(use));
	crypto_auth_hmacsha256_update(&state, raw, 8);
	crypto_auth_hmacsha256_final(&state, mac);
	memcpy(raw + 8, mac, MAC_SIZE);
	raw[RAW_SIZE - 1] &= 0xf0;
}

bool bounce_address_make(const struct token_keys *keys, int64_t id,
			 const char *domain, char out[BOUNCE_ADDRESS_SIZE])
{
	size_t len = strlen(domain), at = 0;
	/* One more, which the last letter looks into. */
	unsigned char raw[RAW_SIZE + 1] = { 0 };

	if (!keys->count || !len ||
	    2 + LETTERS + 1 + len >= BOUNCE_ADDRESS_SIZE)
		return false;
	fill(keys->list[0].secret, id, raw);
	out[at++] = 'b';
	out[at++] = '+';
	for (size_t bit = 0; bit < 5 * LETTERS; bit += 5) {
		unsigned int two = (unsigned int)raw[bit / 8] << 8 |
				   raw[bit / 8 + 1];

		out[at++] = alphabet[two >> (11 - bit % 8) & 31];
	}
	out[at++] = '@';
	memcpy(out + at, domain, len + 1);
	return true;
}

static int letter_value(char c)
{
	const char *found;

	if (c >= 'A' && c <= 'Z')
		c = (char)(c | 0x20);
	found = c ? strchr(alphabet, c) : NULL;
	return found ? (int)(found - alphabet) : -1;
}

/* The letters to bytes. False if one is none, or bits are left over. */
static bool decode(const char *text, unsigned char raw[RAW_SIZE])
{
	unsigned int bits = 0, held = 0;
	size_t n = 0;

	for (size_t i = 0; i < LETTERS; i++) {
		int value = letter_value(text[i]);

		if (value < 0)
			return false;
		bits = bits << 5 | (unsigned int)value;
		held += 5;
		if (held >= 8) {
			held -= 8;
			raw[n++] = (unsigned char)(bits >> held);
		}
	}
	/* 15 bytes are in raw; four bits and the spare one are held. */
	raw[n] = (unsigned char)((bits >> 1 & 15) << 4);
	return (bits & 1) == 0;
}

bool bounce_address_read(const struct token_keys *keys, const char *text,
			 const char *domain, int64_t *id)
{
	unsigned char raw[RAW_SIZE] = { 0 }, ours[RAW_SIZE];
	uint64_t number = 0;
	bool is_ours = false;

	if (strlen(text) < 2 + LETTERS + 1 || strncasecmp(text, "b+", 2) != 0 ||
	    text[2 + LETTERS] != '@' ||
	    strcasecmp(text + 2 + LETTERS + 1, domain) != 0 ||
	    !decode(text + 2, raw))
		return false;
	for (size_t i = 0; i < 8; i++)
		number = number << 8 | raw[i];
	for (size_t i = 0; i < keys->count; i++) {
		fill(keys->list[i].secret, (int64_t)number, ours);
		is_ours |= sodium_memcmp(ours, raw, RAW_SIZE) == 0;
	}
	if (is_ours)
		*id = (int64_t)number;
	return is_ours;
}
