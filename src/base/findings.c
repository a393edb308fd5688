#include "base/findings.h"

#include "base/escape.h"

void findings_release(struct findings *f)
{
	free(f->list);
	arena_release(&f->arena);
	*f = (struct findings)FINDINGS_INIT;
}

void findings_set_file(struct findings *f, const char *file)
{
	f->file = arena_strdup(&f->arena, file);
}

static const char *format(struct findings *f, const char *fmt, va_list ap)
	PRINTF_LIKE(2, 0);

static const char *format(struct findings *f, const char *fmt, va_list ap)
{
	struct strbuf text = STRBUF_INIT;
	const char *kept;

	strbuf_vaddf(&text, fmt, ap);
	kept = arena_strndup(&f->arena, text.buf, text.len);
	strbuf_release(&text);
	return kept;
}

void findings_add(struct findings *f, size_t line, const char *place,
		  const char *fmt, ...)
{
	struct finding *new;
	va_list ap;

	if (f->count == f->alloc) {
		f->alloc = f->alloc * 2 + 16;
		f->list = xrealloc(f->list, f->alloc * sizeof(*f->list));
	}
	new = &f->list[f->count++];
	new->file = f->file;
	new->line = line;
	new->place = arena_strdup(&f->arena, place);
	new->remedy = "";
	va_start(ap, fmt);
	new->problem = format(f, fmt, ap);
	va_end(ap);
}

void findings_remedy(struct findings *f, const char *fmt, ...)
{
	va_list ap;

	if (!f->count)
		BUG("a remedy without a finding");
	va_start(ap, fmt);
	f->list[f->count - 1].remedy = format(f, fmt, ap);
	va_end(ap);
}

static bool comes_after(const struct finding *a, const struct finding *b)
{
	int order = strcmp(a->file, b->file);

	return order ? order > 0 : a->line > b->line;
}

/* By insertion, which keeps equals in order; there are few. */
void findings_sort(struct findings *f)
{
	for (size_t i = 1; i < f->count; i++) {
		struct finding one = f->list[i];
		size_t at = i;

		for (; at && comes_after(&f->list[at - 1], &one); at--)
			f->list[at] = f->list[at - 1];
		f->list[at] = one;
	}
}

void findings_print(const struct findings *f, struct strbuf *out)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct finding *one = &f->list[i];
		size_t start = out->len;

		strbuf_addf(out, "%s:%zu: ", one->file, one->line);
		if (*one->place)
			strbuf_addf(out, "%s: ", one->place);
		strbuf_addstr(out, one->problem);
		if (*one->remedy)
			strbuf_addf(out, "; %s", one->remedy);
		/* A value that is quoted may have line ends in it. */
		for (size_t k = start; k < out->len; k++)
			if ((unsigned char)out->buf[k] < ' ')
				out->buf[k] = ' ';
		strbuf_addch(out, '\n');
	}
}

static void put_member(struct strbuf *out, const char *name, const char *value)
{
	strbuf_addf(out, "\"%s\":\"", name);
	escape_json(out, value, strlen(value));
	strbuf_addch(out, '"');
}

void findings_print_json(const struct findings *f, struct strbuf *out)
{
	strbuf_addch(out, '[');
	for (size_t i = 0; i < f->count; i++) {
		const struct finding *one = &f->list[i];

		strbuf_addstr(out, i ? ",\n{" : "{");
		put_member(out, "file", one->file);
		strbuf_addf(out, ",\"line\":%zu,", one->line);
		put_member(out, "path", one->place);
		strbuf_addch(out, ',');
		put_member(out, "problem", one->problem);
		strbuf_addch(out, ',');
		put_member(out, "remedy", one->remedy);
		strbuf_addch(out, '}');
	}
	strbuf_addstr(out, "]\n");
}
