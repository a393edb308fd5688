/*
 * Just enough of PostgreSQL's lexer to tell words from what is quoted:
 * strings, E'' strings, dollar quotes, quoted identifiers, nested comments.
 * Standard strings are taken to conform, which is the server's default.
 */
#ifndef DB_SQL_LEXER_H
#define DB_SQL_LEXER_H

#include <stddef.h>

enum sql_token {
	SQL_END,
	SQL_WORD,
	SQL_QUOTED, /* a string, a dollar body or a quoted identifier */
	SQL_SIGN,   /* any other character */
	SQL_OPEN,   /* something is never closed: see open */
};

struct sql_lexer {
	const char *text; /* borrowed, ends in a NUL */
	size_t pos;
	size_t start;	  /* of the last token, which ends at pos */
	const char *open; /* "a string": what SQL_OPEN is about */
};

#define SQL_LEXER_INIT(text)     \
	{                        \
		text, 0, 0, NULL \
	}

enum sql_token sql_lexer_next(struct sql_lexer *lx);
/* The line of an offset, counted from 1. */
int sql_line(const char *text, size_t offset);

#endif
