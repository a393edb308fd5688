#include "http/request.h"

#include "base/utf8.h"

const char *request_param(const struct request *rq, const char *name)
{
	for (size_t i = 0; i < rq->param_count; i++)
		if (strcmp(rq->params[i].name, name) == 0)
			return rq->params[i].value;
	return NULL;
}

const char *request_next(const struct request *rq, const char *name, size_t *at)
{
	while (*at < rq->param_count) {
		const struct param *p = &rq->params[(*at)++];

		if (strcmp(p->name, name) == 0)
			return p->value;
	}
	return NULL;
}

const char *request_trimmed(const struct request *rq, const char *name)
{
	static const char blanks[] = " \t\r\n";
	const char *s = request_param(rq, name);
	size_t len;

	if (!s)
		return NULL;
	s += strspn(s, blanks);
	len = strlen(s);
	while (len && strchr(blanks, s[len - 1]))
		len--;
	return len ? arena_strndup(rq->arena, s, len) : NULL;
}

bool request_add_param(struct request *rq, const char *name, const char *value)
{
	if (rq->param_count == REQUEST_PARAMS_MAX)
		return false;
	rq->params[rq->param_count++] =
		(struct param){ .name = name, .value = value };
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* One name or value, decoded; NULL if malformed. */
static char *decode(struct arena *arena, const char *s, size_t len)
{
	char *out = arena_alloc(arena, len + 1);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			int hi = i + 2 < len ? hex_digit(s[i + 1]) : -1;
			int lo = i + 2 < len ? hex_digit(s[i + 2]) : -1;

			if (hi < 0 || lo < 0)
				return NULL;
			c = (unsigned char)(hi * 16 + lo);
			i += 2;
		}
		if (c == 0x7f ||
		    (c < 32 && c != '\t' && c != '\r' && c != '\n'))
			return NULL;
		out[n++] = (char)c;
	}
	out[n] = '\0';
	for (size_t i = 0, step; i < n; i += step) {
		step = utf8_len(out + i, n - i);
		if (!step)
			return NULL;
	}
	return out;
}

int request_decode_form(struct arena *arena, const char *text, size_t len,
			struct param *out, int max)
{
	const char *end = text + len;
	int n = 0;

	while (text < end) {
		const char *amp = memchr(text, '&', (size_t)(end - text));
		const char *stop = amp ? amp : end;
		const char *eq = memchr(text, '=', (size_t)(stop - text));

		if (stop > text) {
			const char *value = eq ? eq + 1 : stop;

			if (n == max)
				return -1;
			out[n].name = decode(arena, text,
					     (size_t)((eq ? eq : stop) - text));
			out[n].value =
				decode(arena, value, (size_t)(stop - value));
			if (!out[n].name || !out[n].value)
				return -1;
			n++;
		}
		text = stop + 1;
	}
	return n;
}

enum method request_method_of(const char *name)
{
	static const struct {
		const char *name;
		enum method method;
	} methods[] = {
		{ "GET", METHOD_GET },
		{ "POST", METHOD_POST },
		{ "HEAD", METHOD_HEAD },
		{ "OPTIONS", METHOD_OPTIONS },
	};

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		if (strcmp(name, methods[i].name) == 0)
			return methods[i].method;
	return METHOD_OTHER;
}

bool request_is_cross_site(const struct request *rq, const char *site_url)
{
	/* Browsers send at least one of the two with a form's POST; programs
	 * that send neither have no visitor's trust to abuse. */
	if (*rq->fetch_site)
		return strcmp(rq->fetch_site, "same-origin") != 0 &&
		       strcmp(rq->fetch_site, "none") != 0;
	if (*rq->origin)
		return strcmp(rq->origin, site_url) != 0;
	return false;
}
