#include "mail/address_slip.h"

#include "base/suggest.h"

/* Those whose names are long enough that others are rarely so near. */
static const char *const providers[] = {
	"gmail.com",	 "googlemail.com", "hotmail.com",    "outlook.com",
	"yahoo.com",	 "icloud.com",	   "protonmail.com", "comcast.net",
	"hotmail.co.uk", "yahoo.co.uk",	   "yahoo.co.in",    "btinternet.com",
};

/* Providers that are one slip off another. */
static const char *const neighbours[] = { "mail.com", "ymail.com", "email.com",
					  "cloud.com" };

/* No top-level domains; all slips of com. */
static const char *const slips_of_com[] = { ".con", ".cmo", ".ocm", ".vom",
					    ".xom" };

static bool is_one_of(const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(text, list[i]) == 0)
			return true;
	return false;
}

/* The nearest of the providers, at most so many slips off; NULL for none. */
static const char *nearest(const char *domain, size_t slips)
{
	const char *best = NULL;
	size_t len = strlen(domain);

	for (size_t i = 0; i < ARRAY_SIZE(providers); i++) {
		size_t d = suggest_distance(domain, providers[i]);

		/* The end is missing: gmail. */
		if (len >= 5 && strncmp(domain, providers[i], len) == 0)
			d = 1;
		if (d <= slips && (!best || d < slips)) {
			best = providers[i];
			slips = d;
		}
	}
	return best;
}

bool address_slip(const char *domain, bool is_good, struct strbuf *meant)
{
	struct strbuf fixed = STRBUF_INIT;
	const char *end = strrchr(domain, '.'), *best;

	if (is_one_of(domain, neighbours, ARRAY_SIZE(neighbours)))
		return false;
	strbuf_addstr(&fixed, domain);
	if (end && is_one_of(end, slips_of_com, ARRAY_SIZE(slips_of_com))) {
		strbuf_truncate(&fixed, (size_t)(end - domain));
		strbuf_addstr(&fixed, ".com");
	}
	best = nearest(fixed.buf, is_good ? 1 : 2);
	if (!best && is_good)
		best = fixed.buf;
	if (best && is_good && strcmp(best, domain) == 0)
		best = NULL;
	if (best)
		strbuf_addstr(meant, best);
	strbuf_release(&fixed);
	return best != NULL;
}
