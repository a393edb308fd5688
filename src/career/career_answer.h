/* What the handlers of the API share: documents that are sent as they are. */
#ifndef CAREER_CAREER_ANSWER_H
#define CAREER_CAREER_ANSWER_H

#include "http/web.h"

#define CAREER_LIMIT "20" /* items of a page, if nothing else is asked for */

/* The value in capitals, in the arena; NULL for NULL. */
const char *career_upper(struct arena *arena, const char *text);

/* A country of a query: in capitals, and GB for UK, as people say. */
const char *career_country_code(struct arena *arena, const char *text);

/*
 * Sends the row of a query: the document, an object; the text of the next
 * page's cursor or NULL; when it changed. "next" is added to the document.
 */
int career_answer_page(struct web *web, const struct request *rq,
		       struct response *rs, enum db_result rc);

/*
 * The parts of the cursor that was sent: NULLs if there was none. False with a
 * complaint when it is not one of this list.
 */
bool career_answer_cursor(const struct request *rq, struct response *rs,
			  const char **parts, int n) WARN_UNUSED;

#endif
