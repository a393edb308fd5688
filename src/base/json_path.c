/*
 * Paths into a JSON text. The walk reads the text and not the tree, because
 * cJSON does not say where a value stood; it trusts the text to be right.
 */
#include "base/json_locate.h"

#include <ctype.h>

#include "base/parse.h"

struct walk {
	const char *s;
	const char *end;
	const char *path; /* what is left of it */
};

static void skip_space(struct walk *w)
{
	while (w->s < w->end && strchr(" \t\r\n", *w->s))
		w->s++;
}

static void skip_string(struct walk *w)
{
	for (w->s++; w->s < w->end && *w->s != '"'; w->s++)
		w->s += *w->s == '\\';
	w->s++;
}

static void skip_value(struct walk *w)
{
	int depth = 0;

	skip_space(w);
	while (w->s < w->end) {
		if (*w->s == '"') {
			skip_string(w);
		} else if (strchr("[{", *w->s)) {
			depth++;
			w->s++;
		} else if (!depth && strchr("]},", *w->s)) {
			return;
		} else if (strchr("]}", *w->s)) {
			depth--;
			w->s++;
		} else {
			w->s++;
		}
	}
}

/* Behind the comma; false at the end of the list or object. */
static bool go_to_next(struct walk *w)
{
	skip_space(w);
	if (w->s >= w->end || *w->s != ',')
		return false;
	w->s++;
	skip_space(w);
	return true;
}

/* The JSON text at s as a name, in out. Returns its length in s. */
static size_t decode(const char *s, const char *end, struct strbuf *out)
{
	struct walk w = { s, end, "" };
	cJSON *name;

	skip_string(&w);
	name = cJSON_ParseWithLength(s, (size_t)(w.s - s));
	strbuf_reset(out);
	if (cJSON_IsString(name))
		strbuf_addstr(out, name->valuestring);
	cJSON_Delete(name);
	return (size_t)(w.s - s);
}

/* The first step of the path as a name; takes it off. */
static void take_name(struct walk *w, struct strbuf *name)
{
	size_t n;

	if (w->path[0] == '[') {
		w->path++;
		w->path += decode(w->path, w->path + strlen(w->path), name);
		w->path += *w->path == ']';
		return;
	}
	w->path += *w->path == '.';
	n = strcspn(w->path, ".[");
	strbuf_reset(name);
	strbuf_add(name, w->path, n);
	w->path += n;
}

static bool go_to_member(struct walk *w, const char **at)
{
	struct strbuf want = STRBUF_INIT, name = STRBUF_INIT;
	bool is_found = false;

	take_name(w, &want);
	if (w->s < w->end && *w->s == '{') {
		w->s++;
		skip_space(w);
		while (!is_found && w->s < w->end && *w->s == '"') {
			const char *start = w->s;

			w->s += decode(w->s, w->end, &name);
			skip_space(w);
			w->s++; /* the colon */
			skip_space(w);
			is_found = strcmp(name.buf, want.buf) == 0;
			if (is_found) {
				*at = start;
				break;
			}
			skip_value(w);
			if (!go_to_next(w))
				break;
		}
	}
	strbuf_release(&want);
	strbuf_release(&name);
	return is_found;
}

static bool go_to_item(struct walk *w, const char **at)
{
	size_t len = strcspn(w->path + 1, "]");
	char digits[20] = "";
	int64_t index = 0;

	if (len < sizeof(digits))
		memcpy(digits, w->path + 1, len);
	w->path += len + 2;
	if (!parse_int(digits, 0, INT64_MAX, &index) || w->s >= w->end ||
	    *w->s != '[')
		return false;
	w->s++;
	skip_space(w);
	if (w->s < w->end && *w->s == ']')
		return false;
	for (; index; index--) {
		skip_value(w);
		if (!go_to_next(w))
			return false;
	}
	*at = w->s;
	return true;
}

size_t json_line(const char *text, size_t len, const char *path)
{
	struct walk w = { text, text + len, path };
	const char *at;
	size_t line = 1;
	bool is_there = true;

	skip_space(&w);
	at = w.s;
	while (is_there && *w.path) {
		if (w.path[0] == '[' && isdigit((unsigned char)w.path[1]))
			is_there = go_to_item(&w, &at);
		else
			is_there = go_to_member(&w, &at);
	}
	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

static bool is_plain_name(const char *name)
{
	const char *s = name;

	while (isalnum((unsigned char)*s) || (*s && strchr("_$-", *s)))
		s++;
	return *name && !*s;
}

void json_path_add_name(struct strbuf *path, const char *name)
{
	if (is_plain_name(name)) {
		strbuf_addf(path, "%s%s", path->len ? "." : "", name);
		return;
	}
	strbuf_addstr(path, "[\"");
	for (; *name; name++) {
		unsigned char ch = (unsigned char)*name;

		if (ch < 32 || ch == 127)
			strbuf_addf(path, "\\u%04x", ch);
		else if (ch == '"' || ch == '\\')
			strbuf_addf(path, "\\%c", ch);
		else
			strbuf_addch(path, *name);
	}
	strbuf_addstr(path, "\"]");
}

void json_path_add_index(struct strbuf *path, size_t index)
{
	strbuf_addf(path, "[%zu]", index);
}
