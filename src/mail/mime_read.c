#include "mail/mime_read.h"

#include <ctype.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct mime_text until(struct mime_text whole, size_t len)
{
	whole.len = len;
	return whole;
}

static struct mime_text after(struct mime_text whole, size_t len)
{
	whole.text += len;
	whole.len -= len;
	return whole;
}

bool mime_line(struct mime_text *text, struct mime_text *line)
{
	const char *end;
	size_t len;

	if (!text->len)
		return false;
	end = memchr(text->text, '\n', text->len);
	len = end ? (size_t)(end - text->text) : text->len;
	*line = until(*text, len);
	*text = after(*text, len + (end != NULL));
	if (line->len && line->text[line->len - 1] == '\r')
		line->len--;
	return true;
}

struct mime_part mime_read(struct mime_text mail)
{
	struct mime_part part = { .is_cut = true };
	struct mime_text rest = mail, line;

	while (mime_line(&rest, &line) && line.len)
		;
	part.head = until(mail, mail.len - rest.len);
	part.body = rest;
	return part;
}

/* A copy without blanks and line ends around it, nor controls in it. */
static const char *plain(struct arena *a, const char *s, size_t len)
{
	char *copy;

	while (len && isspace((unsigned char)s[len - 1]))
		len--;
	while (len && isspace((unsigned char)*s)) {
		s++;
		len--;
	}
	copy = arena_strndup(a, s, len);
	for (size_t i = 0; i < len; i++)
		if (iscntrl((unsigned char)copy[i]))
			copy[i] = ' ';
	return copy;
}

bool mime_field(struct arena *a, struct mime_text *head, const char **name,
		const char **value)
{
	struct mime_text line;

	while (mime_line(head, &line)) {
		const char *start = line.text;
		const char *colon = memchr(start, ':', line.len);

		/* RFC 5322 2.2.3: a line that begins blank goes on. */
		while (head->len && is_blank(*head->text) &&
		       mime_line(head, &line))
			;
		if (!colon || is_blank(*start))
			continue;
		*name = plain(a, start, (size_t)(colon - start));
		*value = plain(a, colon + 1,
			       (size_t)(line.text + line.len - colon - 1));
		return true;
	}
	return false;
}

const char *mime_header(struct arena *a, const struct mime_part *part,
			const char *name)
{
	struct mime_text head = part->head;
	const char *found, *value;

	while (mime_field(a, &head, &found, &value))
		if (strcasecmp(found, name) == 0)
			return value;
	return NULL;
}

/* Passes over blanks and comments, which may stand within each other. */
static const char *skip_comments(const char *s)
{
	int depth = 0;

	for (; *s; s++) {
		if (*s == '\\' && depth && s[1])
			s++;
		else if (*s == '(')
			depth++;
		else if (*s == ')' && depth)
			depth--;
		else if (!depth && !is_blank(*s))
			break;
	}
	return s;
}

/* A token of RFC 2045, or a quoted string; passes over it. */
static char *take_value(struct arena *a, const char **s)
{
	const char *at = skip_comments(*s);
	size_t len = 0;
	char *out;

	if (*at != '"') {
		len = strcspn(at, " \t;()\"");
		*s = at + len;
		return arena_strndup(a, at, len);
	}
	out = arena_alloc(a, strlen(at));
	for (at++; *at && *at != '"'; at++) {
		if (*at == '\\' && at[1])
			at++;
		out[len++] = *at;
	}
	out[len] = '\0';
	*s = *at ? at + 1 : at;
	return out;
}

const char *mime_type(struct arena *a, const struct mime_part *part)
{
	const char *value = mime_header(a, part, "Content-Type");
	char *type;

	if (!value)
		return "text/plain";
	type = take_value(a, &value);
	for (char *s = type; *s; s++)
		*s = (char)tolower((unsigned char)*s);
	return type;
}

const char *mime_parameter(struct arena *a, const struct mime_part *part,
			   const char *name)
{
	const char *s = mime_header(a, part, "Content-Type");
	size_t len = strlen(name);

	if (!s)
		return NULL;
	take_value(a, &s);
	while (*(s = skip_comments(s))) {
		const char *value;
		bool is_it;
		size_t n;

		if (*s++ != ';')
			continue;
		s = skip_comments(s);
		n = strcspn(s, " \t=;\"(");
		is_it = n == len && strncasecmp(s, name, n) == 0;
		s = skip_comments(s + n);
		if (*s != '=')
			continue;
		s++;
		value = take_value(a, &s);
		if (is_it)
			return value;
	}
	return NULL;
}

/* 0: no mark; 1: a part begins; 2: the last one has ended. */
static int is_mark(struct mime_text line, const char *boundary)
{
	size_t len = strlen(boundary);
	int mark = 1;

	if (line.len < len + 2 || memcmp(line.text, "--", 2) != 0 ||
	    memcmp(line.text + 2, boundary, len) != 0)
		return 0;
	line = after(line, len + 2);
	if (line.len >= 2 && memcmp(line.text, "--", 2) == 0) {
		line = after(line, 2);
		mark = 2;
	}
	for (size_t i = 0; i < line.len; i++)
		if (!is_blank(line.text[i]))
			return 0;
	return mark;
}

bool mime_next(struct mime_text *rest, const char *boundary,
	       struct mime_part *part)
{
	struct mime_text line, from, before = *rest;
	int mark = 0;

	/* At first, what stands before the first part. */
	while (!mark && mime_line(rest, &line))
		mark = is_mark(line, boundary);
	if (mark != 1)
		return false;
	from = *rest;
	for (mark = 0; !mark;) {
		before = *rest;
		if (!mime_line(rest, &line))
			break;
		mark = is_mark(line, boundary);
	}
	/* The mark is the next part's as well. */
	if (mark)
		*rest = before;
	from.len -= before.len;
	/* The line end before a mark is the mark's. */
	if (mark && from.len && from.text[from.len - 1] == '\n')
		from.len--;
	if (mark && from.len && from.text[from.len - 1] == '\r')
		from.len--;
	*part = mime_read(from);
	part->is_cut = !mark;
	return true;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789ABCDEF";
	const char *found = c ? strchr(digits, toupper((unsigned char)c))
			      : NULL;

	return found ? (int)(found - digits) : -1;
}

static struct mime_text unquote(struct arena *a, struct mime_text in)
{
	char *out = arena_alloc(a, in.len + 1);
	struct mime_text line;
	size_t n = 0;

	while (mime_line(&in, &line)) {
		bool is_soft;

		while (line.len && is_blank(line.text[line.len - 1]))
			line.len--;
		is_soft = line.len && line.text[line.len - 1] == '=';
		line.len -= is_soft;
		for (size_t i = 0; i < line.len; i++) {
			int high = -1, low = -1;

			if (line.text[i] == '=' && i + 2 < line.len) {
				high = hex_digit(line.text[i + 1]);
				low = hex_digit(line.text[i + 2]);
			}
			out[n++] = line.text[i];
			if (high >= 0 && low >= 0) {
				out[n - 1] = (char)(high << 4 | low);
				i += 2;
			}
		}
		if (!is_soft && (in.len || in.text[-1] == '\n'))
			out[n++] = '\n';
	}
	return (struct mime_text){ out, n };
}

static struct mime_text unbase64(struct arena *a, struct mime_text in)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789+/";
	char *out = arena_alloc(a, in.len + 1);
	unsigned int bits = 0;
	size_t n = 0, have = 0;

	for (size_t i = 0; i < in.len && in.text[i] != '='; i++) {
		const char *found = in.text[i] ? strchr(letters, in.text[i])
					       : NULL;

		if (!found)
			continue;
		bits = bits << 6 | (unsigned int)(found - letters);
		if (++have % 4 != 1)
			out[n++] = (char)(bits >> (6 - 2 * ((have - 1) % 4)));
	}
	return (struct mime_text){ out, n };
}

struct mime_text mime_decode(struct arena *a, const struct mime_part *part)
{
	const char *how = mime_header(a, part, "Content-Transfer-Encoding");

	if (!how)
		return part->body;
	how = take_value(a, &how);
	if (strcasecmp(how, "quoted-printable") == 0)
		return unquote(a, part->body);
	if (strcasecmp(how, "base64") == 0)
		return unbase64(a, part->body);
	return part->body;
}
