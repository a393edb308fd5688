/*
 * cJSON accepts more than JSON (bytes after the end, bare controls, the
 * first of two equal names) and says little about where it stopped. So a
 * text goes through a scanner of our own first, which judges and counts;
 * cJSON then only builds the tree of a text that is known to be right.
 */
#include "base/json_locate.h"

#include <ctype.h>

#include "base/utf8.h"

/* More digits than a double holds exactly. */
#define DIGITS_MAX 15

struct scan {
	const char *start;
	const char *s;
	const char *end;
	struct findings *out; /* NULL: the text is known to be right */
	struct strbuf path;
	int depth;
	bool has_duplicate;
};

static bool scan_value(struct scan *c);

static size_t line_of(const char *start, const char *at)
{
	size_t line = 1;

	for (; start < at; start++)
		line += *start == '\n';
	return line;
}

static bool fail(struct scan *c, const char *at, const char *problem,
		 const char *remedy)
{
	size_t column = 1;
	char place[40];

	if (!c->out)
		return false;
	for (const char *s = at; s > c->start && s[-1] != '\n'; s--)
		column += ((unsigned char)s[-1] & 0xc0) != 0x80;
	snprintf(place, sizeof(place), "column %zu", column);
	findings_add(c->out, line_of(c->start, at), place, "%s", problem);
	findings_remedy(c->out, "%s", remedy);
	return false;
}

static void skip_space(struct scan *c)
{
	while (c->s < c->end && strchr(" \t\r\n", *c->s) && *c->s)
		c->s++;
}

static bool is_next(const struct scan *c, char want)
{
	return c->s < c->end && *c->s == want;
}

static bool take_hex(struct scan *c, unsigned int *out)
{
	unsigned int code = 0;

	for (int i = 0; i < 4; i++, c->s++) {
		int ch = c->s < c->end ? (unsigned char)*c->s : 0;

		if (!isxdigit(ch))
			return fail(c, c->s,
				    "\\u is not followed by four "
				    "hexadecimal digits",
				    "write the character itself");
		code = code * 16 +
		       (unsigned int)(isdigit(ch) ? ch - '0'
						  : tolower(ch) - 'a' + 10);
	}
	*out = code;
	return true;
}

static void put_code(struct strbuf *out, unsigned int code)
{
	if (!out)
		return;
	if (code < 0x80) {
		strbuf_addch(out, (char)code);
		return;
	}
	if (code < 0x800) {
		strbuf_addch(out, (char)(0xc0 | code >> 6));
	} else if (code < 0x10000) {
		strbuf_addch(out, (char)(0xe0 | code >> 12));
		strbuf_addch(out, (char)(0x80 | (code >> 6 & 0x3f)));
	} else {
		strbuf_addch(out, (char)(0xf0 | code >> 18));
		strbuf_addch(out, (char)(0x80 | (code >> 12 & 0x3f)));
		strbuf_addch(out, (char)(0x80 | (code >> 6 & 0x3f)));
	}
	strbuf_addch(out, (char)(0x80 | (code & 0x3f)));
}

static bool take_unicode(struct scan *c, struct strbuf *out)
{
	const char *at = c->s - 2;
	unsigned int code = 0, low = 0;

	if (!take_hex(c, &code))
		return false;
	if (!code)
		return fail(c, at, "\\u0000 is not a character of a text",
			    "leave it out");
	if (code >= 0xd800 && code <= 0xdbff) {
		if (c->end - c->s < 2 || c->s[0] != '\\' || c->s[1] != 'u')
			return fail(c, at, "half of a surrogate pair",
				    "write the character itself");
		c->s += 2;
		if (!take_hex(c, &low))
			return false;
		if (low < 0xdc00 || low > 0xdfff)
			return fail(c, at, "half of a surrogate pair",
				    "write the character itself");
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
	} else if (code >= 0xdc00 && code <= 0xdfff) {
		return fail(c, at, "half of a surrogate pair",
			    "write the character itself");
	}
	put_code(out, code);
	return true;
}

static bool take_escape(struct scan *c, struct strbuf *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found;
	char e = '\0';

	c->s++;
	if (c->s < c->end)
		e = *c->s;
	c->s++;
	if (e == 'u')
		return take_unicode(c, out);
	found = e ? strchr(from, e) : NULL;
	if (!found)
		return fail(c, c->s - 2, "an unknown escape",
			    "after a backslash comes one of \" \\ / b f n r t "
			    "u");
	if (out)
		strbuf_addch(out, to[found - from]);
	return true;
}

/* From the opening to behind the closing quote; decoded into out, if any. */
static bool take_string(struct scan *c, struct strbuf *out)
{
	const char *open = c->s++;

	while (c->s < c->end && *c->s != '"') {
		size_t n = utf8_len(c->s, (size_t)(c->end - c->s));

		if (*c->s == '\\') {
			if (!take_escape(c, out))
				return false;
			continue;
		}
		if (!n)
			return fail(c, c->s, "a byte that is not UTF-8",
				    "save the file as UTF-8");
		if (*c->s == '\n')
			return fail(c, open, "a text without its closing quote",
				    "end it with \" on the same line");
		if ((unsigned char)*c->s < 32 || *c->s == 127)
			return fail(c, c->s, "a control character in a text",
				    "leave it out");
		if (out)
			strbuf_add(out, c->s, n);
		c->s += n;
	}
	if (c->s >= c->end)
		return fail(c, open, "a text without its closing quote",
			    "end it with \"");
	c->s++;
	return true;
}

static bool take_number(struct scan *c)
{
	const char *at = c->s;
	const char *digits;

	if (*c->s == '-')
		c->s++;
	digits = c->s;
	while (c->s < c->end && isdigit((unsigned char)*c->s))
		c->s++;
	if (c->s == digits)
		return fail(c, at, "a minus without a number",
			    "write a number");
	if (*digits == '0' && c->s - digits > 1)
		return fail(c, at, "a number with a leading zero",
			    "leave the zero out");
	if (c->s < c->end && strchr(".eE", *c->s) && *c->s)
		return fail(c, at, "a number with a fraction or an exponent",
			    "write a whole number");
	if (c->s - digits > DIGITS_MAX || (*at == '-' && *digits == '0'))
		return fail(c, at, "a number that is not kept exactly",
			    "write a whole number of at most 15 digits");
	return true;
}

static bool take_word(struct scan *c)
{
	static const char *const words[] = { "true", "false", "null" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t len = strlen(words[i]);

		if ((size_t)(c->end - c->s) >= len &&
		    memcmp(c->s, words[i], len) == 0) {
			c->s += len;
			return true;
		}
	}
	return fail(c, c->s, "this is not a value",
		    "a value is a text in double quotes, a number, true, "
		    "false, null, a list or an object");
}

/* Whether the list goes on: a comma and more, or its closing bracket. */
static bool take_comma(struct scan *c, char close, bool *is_last)
{
	skip_space(c);
	*is_last = is_next(c, close);
	if (*is_last) {
		c->s++;
		return true;
	}
	if (!is_next(c, ','))
		return fail(
			c, c->s,
			c->s < c->end
				? "a comma is missing before this"
				: "the text ends within a list or an object",
			close == ']' ? "write , or ]" : "write , or }");
	c->s++;
	skip_space(c);
	if (is_next(c, close))
		return fail(c, c->s, "a comma with nothing after it",
			    "leave the comma out");
	return true;
}

static bool scan_array(struct scan *c)
{
	size_t path_len = c->path.len, n = 0;
	bool is_last = false;

	c->s++;
	skip_space(c);
	if (is_next(c, ']')) {
		c->s++;
		return true;
	}
	while (!is_last) {
		json_path_add_index(&c->path, n++);
		if (!scan_value(c) || !take_comma(c, ']', &is_last))
			return false;
		strbuf_truncate(&c->path, path_len);
	}
	return true;
}

/* names: the decoded names so far, each with its NUL. */
static bool take_name(struct scan *c, struct strbuf *names, size_t *count)
{
	const char *at = c->s;
	size_t start = names->len;
	const char *one;

	if (!is_next(c, '"'))
		return fail(c, at, "a name in double quotes is missing here",
			    "write \"name\": value");
	if (!take_string(c, names))
		return false;
	strbuf_addch(names, '\0');
	if (++*count > JSON_MAX_NAMES)
		return fail(c, at, "more than 256 names in one object",
			    "split it");
	json_path_add_name(&c->path, names->buf + start);
	one = names->buf;
	while (one < names->buf + start && strcmp(one, names->buf + start) != 0)
		one += strlen(one) + 1;
	if (one < names->buf + start && c->out) {
		c->has_duplicate = true;
		findings_add(c->out, line_of(c->start, at), c->path.buf,
			     "the name stands twice in one object");
		findings_remedy(c->out, "keep one of the two");
	}
	skip_space(c);
	if (!is_next(c, ':'))
		return fail(c, c->s, "a colon is missing after the name",
			    "write \"name\": value");
	c->s++;
	return true;
}

static bool scan_object(struct scan *c)
{
	struct strbuf names = STRBUF_INIT;
	size_t path_len = c->path.len, count = 0;
	bool is_last = false, ok = true;

	c->s++;
	skip_space(c);
	if (is_next(c, '}')) {
		c->s++;
		return true;
	}
	while (ok && !is_last) {
		skip_space(c);
		ok = take_name(c, &names, &count) && scan_value(c) &&
		     take_comma(c, '}', &is_last);
		strbuf_truncate(&c->path, path_len);
	}
	strbuf_release(&names);
	return ok;
}

static bool scan_value(struct scan *c)
{
	bool ok;

	skip_space(c);
	if (c->s >= c->end)
		return fail(c, c->s, "the text ends where a value should be",
			    "complete it");
	if (*c->s == '"')
		return take_string(c, NULL);
	if (*c->s == '-' || isdigit((unsigned char)*c->s))
		return take_number(c);
	if (*c->s != '{' && *c->s != '[')
		return take_word(c);
	if (++c->depth > JSON_MAX_DEPTH)
		return fail(c, c->s,
			    "lists and objects are nested more than "
			    "32 deep",
			    "nest less");
	ok = *c->s == '{' ? scan_object(c) : scan_array(c);
	c->depth--;
	return ok;
}

static bool scan_text(struct scan *c)
{
	size_t len = (size_t)(c->end - c->start);

	if (len > JSON_MAX_BYTES)
		return fail(c, c->start, "the file is larger than 1 MiB",
			    "make it smaller");
	if (len >= 3 && memcmp(c->start, "\xef\xbb\xbf", 3) == 0)
		return fail(c, c->start, "a byte order mark",
			    "save the file as UTF-8 without it");
	if (!scan_value(c))
		return false;
	skip_space(c);
	if (c->s < c->end)
		return fail(c, c->s, "more text after the end of the JSON",
			    "leave it out");
	return !c->has_duplicate;
}

cJSON *json_read(const char *text, size_t len, struct findings *out)
{
	struct scan c = { text, text, text + len, out, STRBUF_INIT, 0, false };
	bool ok = scan_text(&c);
	cJSON *tree = NULL;

	if (ok) {
		tree = cJSON_ParseWithLength(text, len);
		if (!tree)
			BUG("cJSON refuses a text that the scanner passed");
	}
	strbuf_release(&c.path);
	return tree;
}
