/* Guides into the database and out of it. Results go to stdout, reasons to
 * stderr; the return value is the exit status. */
#ifndef CAREER_CONTENT_PUBLISH_H
#define CAREER_CONTENT_PUBLISH_H

#include "career/content_check.h"

#define EXIT_TRY_LATER 75

struct publishing {
	const char *note; /* why, kept with the revisions */
	bool is_dry_run;  /* do the same and take it back */
	bool is_quiet;	  /* tell no reader */
};

/*
 * Publishes the guides of c that are wanted, which must have passed the
 * check, in one transaction, which also queues a notice of each guide that
 * was never published before.
 */
int content_publish(const struct content *c, const struct publishing *p);
/* Prints the published source text, byte for byte. */
int content_export(const char *slug);
/* Takes a guide off the site; its addresses answer 410 until it is back. */
int content_withdraw(const char *slug);

#endif
