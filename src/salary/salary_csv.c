#include "salary/salary_csv.h"

#include "base/utf8.h"

struct reader {
	const char *s;
	const char *end;
	size_t line;
	struct findings *out;
	struct strbuf field;
	struct arena *arena;
	bool is_broken; /* the record has a fault */
	bool is_over;	/* nothing more can be made of the text */
};

static void complain(struct reader *r, size_t line, size_t column,
		     const char *problem, const char *remedy)
{
	char place[40] = "";

	if (column)
		snprintf(place, sizeof(place), "field %zu", column);
	r->is_broken = true;
	findings_add(r->out, line, place, "%s", problem);
	findings_remedy(r->out, "%s", remedy);
}

static bool is_line_end(const struct reader *r)
{
	return r->s >= r->end || *r->s == '\n' ||
	       (*r->s == '\r' && r->s + 1 < r->end && r->s[1] == '\n');
}

/* Adds the character at s to the field. */
static void take_character(struct reader *r, size_t column)
{
	size_t n = utf8_len(r->s, (size_t)(r->end - r->s));
	unsigned char c = (unsigned char)*r->s;

	if (!n) {
		if (!r->is_broken)
			complain(r, r->line, column, "is not UTF-8",
				 "save the file as UTF-8");
		r->s++;
		return;
	}
	if ((c < 32 && c != '\n' && c != '\r' && c != '\t') || c == 127) {
		if (!r->is_broken)
			complain(r, r->line, column,
				 "has a control character in it",
				 "leave it out");
		r->s++;
		return;
	}
	r->line += c == '\n';
	strbuf_add(&r->field, r->s, n);
	r->s += n;
}

/* A field in quotes, from its opening quote. */
static void take_quoted(struct reader *r, size_t column)
{
	size_t line = r->line;

	r->s++;
	while (r->s < r->end) {
		if (*r->s != '"') {
			take_character(r, column);
			continue;
		}
		if (r->s + 1 >= r->end || r->s[1] != '"') {
			r->s++;
			if (!is_line_end(r) && *r->s != ',')
				complain(r, r->line, column,
					 "goes on after its closing quote",
					 "a quote within quotes is written "
					 "twice");
			return;
		}
		strbuf_addch(&r->field, '"');
		r->s += 2;
	}
	complain(r, line, column, "has no closing quote",
		 "a field in quotes ends with one");
	r->is_over = true;
}

static const char *take_field(struct reader *r, size_t column)
{
	size_t line = r->line;

	strbuf_reset(&r->field);
	if (r->s < r->end && *r->s == '"')
		take_quoted(r, column);
	while (!is_line_end(r) && *r->s != ',') {
		if (*r->s == '"' && !r->is_broken)
			complain(r, r->line, column, "has a quote within it",
				 "put the field in quotes and write the quote "
				 "twice");
		take_character(r, column);
	}
	if (r->field.len > CSV_MAX_FIELD)
		complain(r, line, column, "is longer than 4096 bytes",
			 "make it shorter");
	return arena_strndup(r->arena, r->field.buf, r->field.len);
}

static void take_record(struct reader *r, struct csv_record *record)
{
	memset(record, 0, sizeof(*record));
	record->line = r->line;
	r->is_broken = false;
	for (;;) {
		const char *field = take_field(r, record->count + 1);

		if (record->count == CSV_MAX_FIELDS) {
			complain(r, record->line, 0, "has more than 64 fields",
				 "is a quote missing?");
			while (!is_line_end(r))
				r->s++;
			break;
		}
		record->fields[record->count++] = field;
		if (is_line_end(r))
			break;
		r->s++; /* the comma */
	}
}

static void skip_line_end(struct reader *r)
{
	if (r->s < r->end && *r->s == '\r')
		r->s++;
	if (r->s < r->end) {
		r->s++;
		r->line++;
	}
}

static struct csv_record *next_record(struct csv *csv)
{
	if (csv->count == csv->alloc) {
		csv->alloc = csv->alloc * 2 + 32;
		csv->records = xrealloc(csv->records,
					csv->alloc * sizeof(*csv->records));
	}
	return &csv->records[csv->count];
}

bool csv_read(struct csv *csv, const char *text, size_t len,
	      struct findings *out)
{
	struct reader r = { .s = text,
			    .end = text + len,
			    .line = 1,
			    .out = out,
			    .arena = &csv->arena };
	size_t before = out->count;

	strbuf_init(&r.field);
	if (len > CSV_MAX_BYTES) {
		complain(&r, 1, 0, "the file is larger than 1 MiB", "split it");
		return false;
	}
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		r.s += 3;
	while (r.s < r.end && !r.is_over) {
		if (is_line_end(&r)) {
			skip_line_end(&r);
			continue;
		}
		take_record(&r, next_record(csv));
		csv->count += !r.is_broken;
		skip_line_end(&r);
	}
	strbuf_release(&r.field);
	return out->count == before;
}

void csv_release(struct csv *csv)
{
	free(csv->records);
	arena_release(&csv->arena);
	*csv = (struct csv)CSV_INIT;
}
