#include "mail/mime.h"

#include <ctype.h>

#include "base/utf8.h"

#define LINE_LEN 76
#define TEXT_LEN 72
#define WORD_START "=?utf-8?Q?"
#define WORD_END "?="
/* A longer word is encoded, which can be broken anywhere. */
#define WORD_LEN 60

struct field {
	struct strbuf *out;
	size_t column;
};

static void begin(struct field *f, struct strbuf *out, const char *name)
{
	*f = (struct field){ .out = out, .column = strlen(name) + 1 };
	strbuf_addf(out, "%s:", name);
}

/* A blank before something of so many bytes: here or on a new line. */
static void add_gap(struct field *f, size_t len)
{
	if (f->column + 1 + len > LINE_LEN) {
		strbuf_addstr(f->out, "\r\n");
		f->column = 0;
	}
	strbuf_addch(f->out, ' ');
	f->column++;
}

static void add_word(struct field *f, const char *word, size_t len)
{
	add_gap(f, len);
	strbuf_add(f->out, word, len);
	f->column += len;
}

static void add_as_is(struct field *f, const char *value)
{
	while (*value) {
		size_t len = strcspn(value, " ");

		add_word(f, value, len);
		value += len + (value[len] == ' ');
	}
}

/* What may stand in an encoded word, wherever that stands: RFC 2047, 5 (3). */
static bool is_plain_in_word(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("!*+-/", c));
}

/* One character as Q; piece has room for 12 bytes. Returns the bytes. */
static size_t encode_q(char *piece, const char *s, size_t n)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (is_plain_in_word(s[i])) {
			piece[len++] = s[i];
		} else if (c == ' ') {
			piece[len++] = '_';
		} else {
			piece[len++] = '=';
			piece[len++] = hex[c >> 4];
			piece[len++] = hex[c & 15];
		}
	}
	return len;
}

/* Bytes of the character at s; of a byte that is none, 1. */
static size_t char_len(const char *s)
{
	size_t n = utf8_len(s, strnlen(s, 4));

	return n ? n : 1;
}

static void add_encoded(struct field *f, const char *value)
{
	const size_t around = strlen(WORD_START WORD_END);
	bool is_open = false;

	for (size_t n; *value; value += n) {
		char piece[12];
		size_t len;

		n = char_len(value);
		len = encode_q(piece, value, n);
		if (is_open && f->column + len + strlen(WORD_END) > LINE_LEN) {
			strbuf_addstr(f->out, WORD_END);
			is_open = false;
			f->column = LINE_LEN;
		}
		if (!is_open) {
			add_gap(f, around + len);
			strbuf_addstr(f->out, WORD_START);
			f->column += strlen(WORD_START);
			is_open = true;
		}
		strbuf_add(f->out, piece, len);
		f->column += len;
	}
	strbuf_addstr(f->out, WORD_END);
	f->column += strlen(WORD_END);
}

static bool has_long_word(const char *value)
{
	while (*value) {
		size_t len = strcspn(value, " ");

		if (len > WORD_LEN)
			return true;
		value += len + (value[len] == ' ');
	}
	return false;
}

/* Words with one blank between them that can't be taken for encoded ones. */
static bool is_plain(const char *value)
{
	size_t len = strlen(value);

	for (size_t i = 0; i < len; i++)
		if (value[i] < ' ' || value[i] > '~')
			return false;
	return len && value[0] != ' ' && value[len - 1] != ' ' &&
	       !strstr(value, "  ") && !strstr(value, "=?") &&
	       !has_long_word(value);
}

void mime_add_text(struct strbuf *out, const char *name, const char *value)
{
	struct field f;

	begin(&f, out, name);
	if (is_plain(value))
		add_as_is(&f, value);
	else
		add_encoded(&f, value);
	strbuf_addstr(out, "\r\n");
}

void mime_add_named(struct strbuf *out, const char *name, const char *words,
		    const char *id)
{
	struct field f;

	begin(&f, out, name);
	/* RFC 5322 wants quotes around these; an encoded word does as well. */
	if (is_plain(words) && !strpbrk(words, "()<>[]:;@\\,.\""))
		add_as_is(&f, words);
	else
		add_encoded(&f, words);
	add_gap(&f, strlen(id) + 2);
	strbuf_addf(out, "<%s>\r\n", id);
}

static bool is_line_end(char c)
{
	return c == '\n' || !c;
}

static bool is_plain_in_body(const char *s, size_t column)
{
	if (*s == ' ' || *s == '\t')
		return !is_line_end(s[1]);
	if (!column && (*s == '.' || strncmp(s, "From ", 5) == 0))
		return false;
	return *s > ' ' && *s <= '~' && *s != '=';
}

void mime_add_body(struct strbuf *out, const char *text)
{
	size_t column = 0;

	for (size_t n; *text; text += n) {
		size_t len, room;

		if (*text == '\n') {
			strbuf_addstr(out, "\r\n");
			column = 0;
			n = 1;
			continue;
		}
		n = char_len(text);
		len = is_plain_in_body(text, column) ? 1 : 3 * n;
		room = is_line_end(text[n]) ? LINE_LEN : LINE_LEN - 1;
		if (column + len > room) {
			strbuf_addstr(out, "=\r\n");
			column = 0;
			len = is_plain_in_body(text, column) ? 1 : 3 * n;
		}
		if (len == 1)
			strbuf_addch(out, *text);
		for (size_t i = 0; len > 1 && i < n; i++)
			strbuf_addf(out, "=%02X", (unsigned char)text[i]);
		column += len;
	}
	if (column)
		strbuf_addstr(out, "\r\n");
}

/* Characters, which stand side by side in most programs for mail. */
static size_t width(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	return n;
}

static void wrap_line(struct strbuf *out, const char *line, size_t len)
{
	const char *end = line + len;
	size_t indent = strspn(line, " "), column;
	const char *at = line + indent;

	if (width(line, len) <= TEXT_LEN) {
		strbuf_add(out, line, len);
		return;
	}
	strbuf_addf(out, "%*s", (int)indent, "");
	column = indent;
	indent += strncmp(at, "- ", 2) == 0 ? 2 : 0;
	for (bool is_first = true; at < end; is_first = false) {
		const char *blank = memchr(at, ' ', (size_t)(end - at));
		size_t word = (size_t)((blank ? blank : end) - at);
		size_t wide = width(at, word);

		if (is_first) {
			column += wide;
		} else if (column + 1 + wide > TEXT_LEN) {
			strbuf_addf(out, "\n%*s", (int)indent, "");
			column = indent + wide;
		} else {
			strbuf_addch(out, ' ');
			column += 1 + wide;
		}
		strbuf_add(out, at, word);
		at += word + (blank != NULL);
	}
}

void mime_wrap(struct strbuf *out, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		wrap_line(out, text, len);
		text += len;
		if (*text) {
			strbuf_addch(out, '\n');
			text++;
		}
	}
}
