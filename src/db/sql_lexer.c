#include "db/sql_lexer.h"

#include <ctype.h>
#include <stdbool.h>

#include "base/alloc.h"

static bool is_word_start(char c)
{
	unsigned char u = (unsigned char)c;

	return isalpha(u) || u == '_' || u >= 0x80;
}

static bool is_word_char(char c)
{
	return is_word_start(c) || isdigit((unsigned char)c);
}

static bool is_blank(char c)
{
	return c && strchr(" \t\r\n\f\v", c);
}

static bool starts(const char *s, const char *with)
{
	return s[0] == with[0] && s[1] == with[1];
}

static enum sql_token unclosed(struct sql_lexer *lx, const char *what)
{
	lx->open = what;
	return SQL_OPEN;
}

/* Comments nest, unlike in C. */
static bool skip_comment(struct sql_lexer *lx)
{
	int depth = 0;

	do {
		const char *at = lx->text + lx->pos;
		bool is_mark = starts(at, "/*") || starts(at, "*/");

		if (!*at)
			return false;
		if (is_mark)
			depth += *at == '/' ? 1 : -1;
		lx->pos += is_mark ? 2 : 1;
	} while (depth);
	return true;
}

static bool skip_blank(struct sql_lexer *lx)
{
	for (;;) {
		const char *at = lx->text + lx->pos;

		if (is_blank(*at)) {
			lx->pos++;
		} else if (starts(at, "--")) {
			lx->pos += strcspn(at, "\r\n");
		} else if (starts(at, "/*")) {
			lx->start = lx->pos;
			if (!skip_comment(lx))
				return false;
		} else {
			return true;
		}
	}
}

/*
 * E'a' and 'b' on a later line are one literal, so the escapes go on.
 * Comments to the end of the line may stand between the two.
 */
static bool is_continued(struct sql_lexer *lx)
{
	const char *at = lx->text + lx->pos;
	bool has_newline = false;

	while (is_blank(*at) || starts(at, "--")) {
		has_newline |= *at == '\n' || *at == '\r';
		at += *at == '-' ? strcspn(at, "\r\n") : 1;
	}
	if (!has_newline || *at != '\'')
		return false;
	lx->pos = (size_t)(at - lx->text);
	return true;
}

static enum sql_token quoted(struct sql_lexer *lx, char quote, bool has_escapes)
{
	const char *text = lx->text;

	do {
		for (lx->pos++; text[lx->pos] != quote; lx->pos++) {
			if (has_escapes && text[lx->pos] == '\\')
				lx->pos++;
			if (!text[lx->pos])
				return unclosed(
					lx, quote == '"' ? "a quoted identifier"
							 : "a string");
		}
		lx->pos++;
		/* A doubled quote is read as a string that follows at once. */
	} while (text[lx->pos] == quote || (has_escapes && is_continued(lx)));
	return SQL_QUOTED;
}

static enum sql_token dollar(struct sql_lexer *lx)
{
	const char *tag = lx->text + lx->pos, *end;
	size_t len = 1;
	char *mark;

	if (is_word_start(tag[1]))
		while (is_word_char(tag[len]))
			len++;
	if (tag[len++] != '$') {
		lx->pos++;
		return SQL_SIGN;
	}
	mark = xstrndup(tag, len);
	end = strstr(tag + len, mark);
	free(mark);
	if (!end)
		return unclosed(lx, "a dollar-quoted string");
	lx->pos = (size_t)(end - lx->text) + len;
	return SQL_QUOTED;
}

enum sql_token sql_lexer_next(struct sql_lexer *lx)
{
	const char *at;

	if (!skip_blank(lx))
		return unclosed(lx, "a comment");
	lx->start = lx->pos;
	at = lx->text + lx->pos;
	if (!*at)
		return SQL_END;
	if (*at == '\'' || *at == '"')
		return quoted(lx, *at, false);
	if (*at == '$')
		return dollar(lx);
	if (starts(at, "E'") || starts(at, "e'")) {
		lx->pos++;
		return quoted(lx, '\'', true);
	}
	if (!is_word_start(*at)) {
		lx->pos++;
		return SQL_SIGN;
	}
	while (is_word_char(lx->text[lx->pos]) || lx->text[lx->pos] == '$')
		lx->pos++;
	return SQL_WORD;
}

int sql_line(const char *text, size_t offset)
{
	int line = 1;

	for (size_t i = 0; i < offset && text[i]; i++)
		line += text[i] == '\n';
	return line;
}
