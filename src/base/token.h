/*
 * What a mail says of a row, so that nobody else can: links, hashes of
 * addresses, addresses that bounces come back to. All are HMAC-SHA256 under
 * keys from files, can be made again at any time, and are stored nowhere; what
 * the database holds is of no use without the files.
 *
 * A link's token is base64url of version, key, id and the MAC of purpose,
 * version, id, generation and topic. It can be used for one purpose only; its
 * time, its single use and its end (a new generation) are the row's business.
 * MACs are compared in constant time. Tokens and keys belong into no log.
 */
#ifndef BASE_TOKEN_H
#define BASE_TOKEN_H

#include <stdint.h>

#include "base/strbuf.h"

#define TOKEN_KEYS_MAX 8
#define TOKEN_ID_SIZE 16
#define TOKEN_SIZE 68 /* 67 characters and a NUL */
#define TOKEN_GENERATION_MAX 64
#define EMAIL_HASH_SIZE 32
#define BOUNCE_ADDRESS_SIZE 255 /* RFC 5321 section 4.5.3.1, and a NUL */

enum token_purpose {
	TOKEN_CONFIRM,
	TOKEN_UNSUBSCRIBE,
	TOKEN_MANAGE,
	TOKEN_BLOCK,
	TOKEN_FORM, /* a form that was fetched, not made up */
};

/* The first signs; the others are older ones, which only verify. */
struct token_keys {
	struct {
		unsigned char id;
		unsigned char secret[32];
	} list[TOKEN_KEYS_MAX];
	size_t count;
};

struct token_pepper {
	unsigned char secret[32];
};

/*
 * The file has a line `ID HEX64` a key, ID from 0 to 255, and is closed to
 * all but its owner and group. False with a sentence in err, which names the
 * line, never what stands in it; keys is then empty.
 */
bool token_keys_read(struct token_keys *keys, const char *path,
		     struct strbuf *err) WARN_UNUSED;
/* The same of a text that is already here; name is for err. */
bool token_keys_parse(struct token_keys *keys, const char *name,
		      const char *text, size_t len,
		      struct strbuf *err) WARN_UNUSED;
/* Such a file with one line `HEX64`. It is never changed: no hash could be
 * made again once its address is erased. */
bool token_pepper_read(struct token_pepper *pepper, const char *path,
		       struct strbuf *err) WARN_UNUSED;

/*
 * generation is 1 to TOKEN_GENERATION_MAX, else false. topic is what the link
 * carries beside the token, or NULL; the MAC covers it.
 */
bool token_make(const struct token_keys *keys, enum token_purpose purpose,
		const unsigned char id[TOKEN_ID_SIZE], int generation,
		const char *topic, char out[TOKEN_SIZE]) WARN_UNUSED;
/*
 * False for what was not made by one of the keys, for this purpose and topic,
 * in exactly these characters; id and generation are then left alone. Whether
 * the row is still of that generation is for the caller to ask.
 */
bool token_read(const struct token_keys *keys, enum token_purpose purpose,
		const char *topic, const char *text,
		unsigned char id[TOKEN_ID_SIZE], int *generation) WARN_UNUSED;

/* Keyed hash of an address, upper case being the same as lower. */
void email_hash(const struct token_pepper *pepper, const char *address,
		unsigned char out[EMAIL_HASH_SIZE]);

/*
 * The envelope sender of one mail: `b+`, base32 of id and a MAC of 60 bits,
 * `@domain`. False when the domain is empty or longer than 226 bytes.
 */
bool bounce_address_make(const struct token_keys *keys, int64_t id,
			 const char *domain,
			 char out[BOUNCE_ADDRESS_SIZE]) WARN_UNUSED;
/* Takes it in upper and lower case, as servers on the way may have made it;
 * by any of the keys. False leaves id alone. */
bool bounce_address_read(const struct token_keys *keys, const char *text,
			 const char *domain, int64_t *id) WARN_UNUSED;

#endif
