/*
 * Just so much of MIME (RFC 2045, 2046) as reading a report takes: a part's
 * headers, its body decoded, and the parts of a multipart. Everything points
 * into the text or into the arena; nothing is changed. What is broken gives
 * less, never more: a part without its end is all that there is.
 */
#ifndef MAIL_MIME_READ_H
#define MAIL_MIME_READ_H

#include <stdbool.h>

#include "base/arena.h"

struct mime_text {
	const char *text; /* any bytes, no NUL at its end */
	size_t len;
};

struct mime_part {
	struct mime_text head; /* with the line end of its last field */
	struct mime_text body; /* as it was sent */
	bool is_cut;	       /* ended by the end of the mail, not by a mark */
};

/* A whole mail, or what a message/rfc822 holds. */
struct mime_part mime_read(struct mime_text mail);

/* Takes the first line off, without its end. False when nothing is left. */
bool mime_line(struct mime_text *text, struct mime_text *line);
/* Takes the first field off a head: name and unfolded value, blanks trimmed
 * and control characters made blanks. False when nothing is left. */
bool mime_field(struct arena *a, struct mime_text *head, const char **name,
		const char **value);
/* The value of the first such field; NULL if there is none. */
const char *mime_header(struct arena *a, const struct mime_part *part,
			const char *name);

/* Content-Type without its parameters, in lower case; text/plain if none. */
const char *mime_type(struct arena *a, const struct mime_part *part);
/* A parameter of it, as it is written; NULL if there is none. */
const char *mime_parameter(struct arena *a, const struct mime_part *part,
			   const char *name);

/* The next part of a multipart. rest is its body at first; boundary is
 * without the two hyphens. False when there is no more. */
bool mime_next(struct mime_text *rest, const char *boundary,
	       struct mime_part *part);
/* The body by its Content-Transfer-Encoding; as it is by one not known. */
struct mime_text mime_decode(struct arena *a, const struct mime_part *part);

#endif
