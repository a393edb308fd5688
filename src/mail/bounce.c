#include "mail/bounce.h"

#include <ctype.h>
#include <string.h>

#include "base/alloc.h"

const char *bounce_name(enum bounce bounce)
{
	static const char *const names[BOUNCE_MAX] = { "ignore", "failed",
						       "soft", "hard-180",
						       "hard" };

	return names[bounce];
}

size_t bounce_status_len(const char *s, size_t len)
{
	size_t at = 0;

	for (int part = 0; part < 3; part++) {
		size_t n = 0;

		while (at + n < len && n < 4 &&
		       isdigit((unsigned char)s[at + n]))
			n++;
		if (!n || n > (part ? 3 : 1) ||
		    (!part && *s != '2' && *s != '4' && *s != '5'))
			return 0;
		at += n;
		if (part < 2 && (at == len || s[at++] != '.'))
			return 0;
	}
	return at == len || s[at] == ' ' || s[at] == '\t' ? at : 0;
}

/* By SMTP's code alone, which says less. */
static enum bounce judge_code(int code)
{
	if (code == 550 || code == 551 || code == 553)
		return BOUNCE_HARD_180;
	return code / 100 == 4 ? BOUNCE_SOFT : BOUNCE_FAILED;
}

enum bounce bounce_judge(int code, const char *status)
{
	static const struct {
		const char *status;
		enum bounce bounce;
	} table[] = {
		{ "5.1.1", BOUNCE_HARD },  /* no such mailbox */
		{ "5.1.2", BOUNCE_HARD },  /* no such domain */
		{ "5.1.3", BOUNCE_HARD },  /* no address at all */
		{ "5.1.6", BOUNCE_HARD },  /* moved, nobody knows where */
		{ "5.1.10", BOUNCE_HARD }, /* the domain takes no mail */
		{ "5.2.1", BOUNCE_HARD },  /* switched off */
		{ "5.2.2", BOUNCE_SOFT },  /* full */
	};

	if (!*status || strcmp(status + 1, ".0.0") == 0)
		return *status == '2'	? BOUNCE_IGNORE
		       : *status == '4' ? BOUNCE_SOFT
					: judge_code(code);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (strcmp(status, table[i].status) == 0)
			return table[i].bounce;
	if (*status == '2')
		return BOUNCE_IGNORE;
	return *status == '4' ? BOUNCE_SOFT : BOUNCE_FAILED;
}
