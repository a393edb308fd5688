#include "db/migrate_scan.h"

#include <ctype.h>

#include "db/sql_lexer.h"

#define OPENING_WORDS 4

/* What is known of the statement that is being read. */
struct statement {
	size_t words;
	int brackets;
	size_t bracket_at;
	int body; /* BEGIN ATOMIC, and CASE within it, that wait for END */
	size_t body_at;
	char before[16]; /* the word or sign before this one */
};

struct reader {
	struct migrate_scan *scan;
	struct sql_lexer lx;
	struct statement st;
	const char *name;
	struct strbuf *err;
};

static bool refuse(struct reader *r, size_t at, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

static bool refuse(struct reader *r, size_t at, const char *fmt, ...)
{
	va_list ap;

	strbuf_addf(r->err, "%s:%d: ", r->name, sql_line(r->lx.text, at));
	va_start(ap, fmt);
	strbuf_vaddf(r->err, fmt, ap);
	va_end(ap);
	strbuf_addch(r->err, '\n');
	return false;
}

static bool is_control(const char *opening)
{
	static const char *const words[] = { "ABORT",	 "BEGIN",
					     "COMMIT",	 "END",
					     "RELEASE",	 "ROLLBACK",
					     "START",	 "PREPARE TRANSACTION",
					     "SAVEPOINT" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(opening, words[i]) == 0)
			return true;
	return false;
}

static bool is_routine(const char *opening)
{
	static const char *const kinds[] = { "CREATE FUNCTION ",
					     "CREATE PROCEDURE ",
					     "CREATE OR REPLACE FUNCTION",
					     "CREATE OR REPLACE PROCEDURE" };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strncmp(opening, kinds[i], strlen(kinds[i])) == 0)
			return true;
	return false;
}

static void add_opening(struct migrate_scan *scan, const char *word)
{
	size_t len = strlen(scan->opening);

	snprintf(scan->opening + len, sizeof(scan->opening) - len, "%s%s",
		 len ? " " : "", word);
}

/* Keeps count of what waits for an END in the body of a routine. */
static void follow_body(struct reader *r, const char *word)
{
	struct statement *st = &r->st;
	bool is_name = !strcmp(st->before, ".") || !strcmp(st->before, "AS");

	if (!st->body) {
		if (st->brackets || strcmp(st->before, "BEGIN") != 0 ||
		    strcmp(word, "ATOMIC") != 0)
			return;
		st->body = 1;
		st->body_at = r->lx.start;
	} else if (!is_name && strcmp(word, "CASE") == 0) {
		st->body++;
	} else if (!is_name && strcmp(word, "END") == 0) {
		st->body--;
	}
}

static bool take_word(struct reader *r)
{
	struct statement *st = &r->st;
	char *opening = r->scan->opening;
	char word[sizeof(st->before)] = "?";
	size_t len = r->lx.pos - r->lx.start;

	/* No word that means something here is longer. */
	for (size_t i = 0; len < sizeof(word) && i < len; i++)
		word[i] = (char)toupper(
			(unsigned char)r->lx.text[r->lx.start + i]);
	if (st->words < OPENING_WORDS)
		add_opening(r->scan, word);
	if (st->words++ < 2 && is_control(opening))
		return refuse(r, r->lx.start,
			      "%s is refused: the runner puts the whole file "
			      "in one transaction; take it out",
			      opening);
	if (strncmp(opening, "COPY ", 5) == 0 &&
	    (strcmp(word, "STDIN") == 0 || strcmp(word, "STDOUT") == 0))
		return refuse(r, r->lx.start,
			      "COPY with %s is refused: nothing is at the "
			      "other end; write INSERT",
			      word);
	if (is_routine(opening))
		follow_body(r, word);
	memcpy(st->before, word, sizeof(word));
	return true;
}

static void take_sign(struct reader *r)
{
	struct statement *st = &r->st;
	char c = r->lx.text[r->lx.start];

	if (c == '(' && st->brackets++ == 0)
		st->bracket_at = r->lx.start;
	if (c == ')' && st->brackets)
		st->brackets--;
	st->before[0] = c;
	st->before[1] = '\0';
}

/* A token that is not the end of a statement. */
static bool take_token(struct reader *r, enum sql_token token, bool is_first)
{
	struct migrate_scan *scan = r->scan;

	if (is_first) {
		scan->starts =
			xrealloc(scan->starts,
				 (scan->count + 1) * sizeof(*scan->starts));
		scan->starts[scan->count++] = r->lx.start;
		scan->opening[0] = '\0';
	}
	if (token == SQL_WORD)
		return take_word(r);
	r->st.before[0] = '\0';
	if (token == SQL_SIGN)
		take_sign(r);
	return true;
}

static bool is_closed(struct reader *r)
{
	if (r->st.brackets)
		return refuse(r, r->st.bracket_at, "this ( is never closed");
	if (r->st.body)
		return refuse(r, r->st.body_at, "this BEGIN ATOMIC has no END");
	return true;
}

bool migrate_scan(struct migrate_scan *scan, const char *name, const char *text,
		  struct strbuf *err)
{
	struct reader r = { scan, SQL_LEXER_INIT(text), { 0 }, name, err };
	bool is_first = true;
	enum sql_token token;

	memset(scan, 0, sizeof(*scan));
	while ((token = sql_lexer_next(&r.lx)) != SQL_END) {
		bool is_end = token == SQL_SIGN && text[r.lx.start] == ';' &&
			      !r.st.brackets && !r.st.body;

		if (token == SQL_OPEN)
			return refuse(&r, r.lx.start,
				      "%s that begins here is "
				      "never closed",
				      r.lx.open);
		if (is_end) {
			memset(&r.st, 0, sizeof(r.st));
			is_first = true;
			continue;
		}
		if (!take_token(&r, token, is_first))
			return false;
		is_first = false;
	}
	return is_closed(&r);
}

void migrate_scan_release(struct migrate_scan *scan)
{
	free(scan->starts);
	memset(scan, 0, sizeof(*scan));
}
