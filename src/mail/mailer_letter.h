/*
 * A queued mail made whole: what mail.compose() says of it becomes the letter,
 * its links and the address that bounces come back to. The same row gives the
 * same bytes each time.
 */
#ifndef MAIL_MAILER_LETTER_H
#define MAIL_MAILER_LETTER_H

#include <cjson/cJSON.h>

#include "base/template.h"
#include "base/token.h"
#include "mail/address.h"

struct mailer_letter {
	struct strbuf bytes;
	char to[ADDRESS_SIZE];		/* of the envelope */
	char from[BOUNCE_ADDRESS_SIZE]; /* likewise; only this mail's */
	struct strbuf id;		/* of Message-ID, without < and > */
};
#define MAILER_LETTER_INIT                              \
	{                                               \
		.bytes = STRBUF_INIT, .id = STRBUF_INIT \
	}

/*
 * Fills out, which may hold another letter already; id is the row's number.
 * Site, sender, domain and postal address are the settings'. False with a
 * sentence in err, which holds no address and no token.
 */
bool mailer_letter_make(const struct template_set *views,
			const struct token_keys *keys, int64_t id,
			const cJSON *composed, struct mailer_letter *out,
			struct strbuf *err) WARN_UNUSED;
void mailer_letter_release(struct mailer_letter *letter);

#endif
