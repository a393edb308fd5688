/* What the commands of autopsy-mailer share; nobody else includes this. */
#ifndef MAIL_MAILER_JOB_H
#define MAIL_MAILER_JOB_H

#include "base/token.h"
#include "db/db.h"

#define EXIT_TRY_LATER 75

/* The caller frees it with db_free(). */
struct db *mailer_open_db(void);
/* False when the keys of links can't be had, which is said. */
bool mailer_keys(struct token_keys *keys) WARN_UNUSED;
/* The same for the key of addresses. */
bool mailer_pepper(struct token_pepper *pepper) WARN_UNUSED;

#endif
