#include "subscription/signup_store.h"

#include <sodium/utils.h>

#include "base/clock.h"
#include "subscription/consent.h"

#define PROOF_LEAST_S 2
#define PROOF_MOST_S 3600

/* Hex of a hash as PostgreSQL reads it, "\x…", and a NUL. */
#define BYTEA_SIZE (2 + 2 * EMAIL_HASH_SIZE + 1)

int signup_is_off(const struct web *web, struct response *rs)
{
	if (web->keys.count && web->has_pepper)
		return 0;
	return response_error(rs, 503, "Sign-ups are not set up here yet.");
}

enum db_result signup_is_careful(struct web *web, bool *is_careful)
{
	enum db_result rc = db_read(web->write, Q_SIGNUP_MODE, DB_NO_PARAMS);
	const char *mode = rc == DB_OK ? db_value(web->write, 0, 0) : NULL;

	*is_careful = mode && strcmp(mode, "careful") == 0;
	return rc;
}

void signup_make_proof(const struct web *web, const char *email,
		       char out[TOKEN_SIZE])
{
	unsigned char id[TOKEN_ID_SIZE] = { 0 };
	int64_t now = clock_wall_ms() / 1000;

	for (int i = 0; i < 8; i++)
		id[i] = (unsigned char)(now >> (8 * i));
	if (!token_make(&web->keys, TOKEN_FORM, id, 1, email, out))
		BUG("a sign-up without keys");
}

enum signup_proof signup_read_proof(const struct web *web, const char *email,
				    const char *text)
{
	unsigned char id[TOKEN_ID_SIZE];
	int64_t age = clock_wall_ms() / 1000, made = 0;
	int generation;

	if (!text ||
	    !token_read(&web->keys, TOKEN_FORM, email, text, id, &generation))
		return PROOF_NEW;
	for (int i = 0; i < 8; i++)
		made |= (int64_t)id[i] << (8 * i);
	age -= made;
	if (age > PROOF_MOST_S)
		return PROOF_NEW;
	return age < PROOF_LEAST_S ? PROOF_YOUNG : PROOF_GOOD;
}

/*
 * Providers whose domain is shared by so many that it tells nothing: there is
 * no limit by it.
 */
static const char *limited_domain(const struct address *email)
{
	static const char *const large[] = {
		"gmail.com", "googlemail.com", "outlook.com", "hotmail.com",
		"live.com",  "yahoo.com",      "icloud.com",  "me.com",
		"aol.com",   "gmx.de",	       "gmx.net",     "web.de",
		"proton.me", "protonmail.com", "mail.ru",     "yandex.ru",
		"qq.com",    "163.com",	       "naver.com",   "t-online.de",
		"orange.fr",
	};
	const char *domain = address_domain(email);

	for (size_t i = 0; i < ARRAY_SIZE(large); i++)
		if (strcmp(domain, large[i]) == 0)
			return NULL;
	return domain;
}

static void hash(const struct web *web, const char *address,
		 char out[BYTEA_SIZE])
{
	unsigned char raw[EMAIL_HASH_SIZE];

	email_hash(&web->pepper, address, raw);
	out[0] = '\\';
	out[1] = 'x';
	sodium_bin2hex(out + 2, BYTEA_SIZE - 2, raw, sizeof(raw));
}

enum db_result signup_store(struct web *web, const struct request *rq,
			    const struct address *email, const char *field,
			    bool is_void)
{
	char of_email[BYTEA_SIZE], of_mailbox[BYTEA_SIZE];
	const char *topics = consent_topics(rq, field);
	const char *page = request_param(rq, "from");
	bool is_yes;

	if (is_void)
		topics = "{}";
	else if (strcmp(topics, "{}") == 0)
		topics = "{all}";
	hash(web, email->text, of_email);
	hash(web, email->mailbox, of_mailbox);
	return consent_write(web->write, Q_SIGN_UP,
			     DB_PARAMS(email->text, of_email, of_mailbox,
				       limited_domain(email), topics,
				       CONSENT_TEXT, consent_ip(rq),
				       consent_agent(rq), page ? page : ""),
			     "", &is_yes);
}
