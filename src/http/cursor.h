/*
 * Pages of a list. A cursor names the last item of a page by what the list is
 * sorted by, so that items which come or go meanwhile move nothing. To who
 * asks it is opaque: base64url of its parts, joined by tabs. Nobody gains by
 * forging one, so it is not signed; the parts are checked as any input.
 */
#ifndef HTTP_CURSOR_H
#define HTTP_CURSOR_H

#include "http/request.h"
#include "http/response.h"

#define CURSOR_TEXT_MAX 400

/* text: the parts, joined by tabs. */
void cursor_add(struct strbuf *out, const char *text);

/*
 * The n parts of a cursor, in the arena. False if it is none of ours, has
 * another number of parts, or holds a control character.
 */
bool cursor_read(struct arena *arena, const char *cursor, const char **parts,
		 int n) WARN_UNUSED;

/* Whether it may be one: letters of base64url, and not too many. */
bool field_is_cursor(const char *value);

/*
 * The address of the next page, absolute, in the arena, and a Link header that
 * says it too: the request's own but for the cursor, whose parts text joins.
 */
const char *cursor_next(const struct request *rq, struct response *rs,
			const char *text);

#endif
