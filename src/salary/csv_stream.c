/*
 * A record is first looked through for where its fields lie, then cut in
 * place: what the buffer does not hold whole is moved to its front, more is
 * read, and the look begins anew.
 */
#include "salary/csv_stream.h"

#include "base/utf8.h"

/* Room for the longest record and something to read behind it. */
#define BUFFER (CSV_MAX_RECORD + ((size_t)1 << 16))

struct cut {
	size_t start, end;
	bool is_quoted; /* a quote within is written twice */
};

struct look {
	size_t at;
	size_t line;
	size_t count;
	bool has_high; /* bytes beyond ASCII */
	bool is_short; /* the buffer ended before the record */
	struct cut cuts[CSV_MAX_FIELDS];
};

enum kind {
	KIND_PLAIN,
	KIND_MARK, /* ends a field or a record, or is a quote */
	KIND_HIGH,
	KIND_CONTROL,
};

static enum kind kind_of(unsigned char c)
{
	if (c > ',' && c < 127)
		return KIND_PLAIN;
	if (c > 127)
		return KIND_HIGH;
	if (c == ',' || c == '"' || c == '\n' || c == '\r')
		return KIND_MARK;
	return c >= ' ' && c != 127 ? KIND_PLAIN
	       : c == '\t'	    ? KIND_PLAIN
				    : KIND_CONTROL;
}

void csv_stream_init(struct csv_stream *s, csv_fill_fn *fill, void *arg)
{
	*s = (struct csv_stream){
		.fill = fill, .arg = arg, .buf = xmalloc(BUFFER + 1), .line = 1
	};
}

void csv_stream_release(struct csv_stream *s)
{
	free(s->buf);
	s->buf = NULL;
}

static void complain(struct csv_stream *s, size_t line, size_t field,
		     const char *problem, const char *remedy)
{
	if (s->fault.problem)
		return; /* the first fault of a record tells most */
	s->fault = (struct csv_fault){ .line = line,
				       .field = field,
				       .problem = problem,
				       .remedy = remedy };
}

static bool is_line_end(const struct csv_stream *s, const struct look *k)
{
	const char *p = s->buf + k->at;

	return k->at >= s->end || *p == '\n' ||
	       (*p == '\r' && k->at + 1 < s->end && p[1] == '\n');
}

/* Passes over what needs no attention; KIND_PLAIN: up to the end. */
static enum kind skip_plain(const struct csv_stream *s, struct look *k)
{
	for (; k->at < s->end; k->at++) {
		enum kind kind = kind_of((unsigned char)s->buf[k->at]);

		if (kind == KIND_HIGH)
			k->has_high = true;
		else if (kind != KIND_PLAIN)
			return kind;
	}
	return KIND_PLAIN;
}

static void mind(struct csv_stream *s, struct look *k, enum kind kind)
{
	if (kind == KIND_CONTROL)
		complain(s, k->line, k->count + 1,
			 "has a control character in it", "leave it out");
	k->line += s->buf[k->at] == '\n';
	k->at++;
}

/* From the opening quote to behind the closing one. */
static void look_at_quoted(struct csv_stream *s, struct look *k)
{
	struct cut *c = &k->cuts[k->count];
	size_t line = k->line;
	enum kind kind;

	c->is_quoted = true;
	c->start = ++k->at;
	while ((kind = skip_plain(s, k))) {
		if (s->buf[k->at] != '"') {
			mind(s, k, kind);
			continue;
		}
		c->end = k->at++;
		if (k->at < s->end && s->buf[k->at] == '"') {
			k->at++;
			continue;
		}
		/* At the end of the buffer a second quote may follow. */
		if (k->at >= s->end && !s->is_drained)
			k->is_short = true;
		else if (!is_line_end(s, k) && s->buf[k->at] != ',')
			complain(s, k->line, k->count + 1,
				 "goes on after its closing quote",
				 "a quote within quotes is written twice");
		return;
	}
	k->is_short = true;
	if (s->is_drained) {
		complain(s, line, k->count + 1, "has no closing quote",
			 "a field in quotes ends with one");
		s->is_over = true;
	}
}

static void look_at_field(struct csv_stream *s, struct look *k)
{
	struct cut *c = &k->cuts[k->count];
	size_t line = k->line;
	enum kind kind;

	*c = (struct cut){ .start = k->at };
	if (k->at < s->end && s->buf[k->at] == '"')
		look_at_quoted(s, k);
	while ((kind = skip_plain(s, k)) && s->buf[k->at] != ',' &&
	       !is_line_end(s, k)) {
		if (s->buf[k->at] == '"')
			complain(s, k->line, k->count + 1,
				 "has a quote within it",
				 "put the field in quotes and write the quote "
				 "twice");
		mind(s, k, kind);
	}
	if (!c->is_quoted)
		c->end = k->at;
	if (c->end - c->start > CSV_MAX_FIELD)
		complain(s, line, k->count + 1, "is longer than 4096 bytes",
			 "make it shorter");
}

/* Finds the fields of the record at start; is_short if it goes on behind the
 * buffer's end. */
static void look_at_record(struct csv_stream *s, struct look *k)
{
	k->at = s->start;
	k->line = s->line;
	k->count = 0;
	k->has_high = k->is_short = false;
	s->fault = (struct csv_fault){ 0 };
	for (;;) {
		if (k->count == CSV_MAX_FIELDS) {
			complain(s, s->line, 0, "has more than 64 fields",
				 "is a quote missing?");
			while (!is_line_end(s, k))
				k->at++;
		} else {
			look_at_field(s, k);
			k->count++;
		}
		/* A CR here may be the first half of a line end. */
		if (k->at >= s->end ||
		    (s->buf[k->at] == '\r' && k->at + 1 >= s->end)) {
			k->is_short = k->is_short || !s->is_drained;
			return;
		}
		if (is_line_end(s, k))
			return;
		k->at++; /* the comma */
	}
}

/* Reads on behind what is there; false if there is no reading on. */
static bool fill(struct csv_stream *s)
{
	ssize_t n;

	memmove(s->buf, s->buf + s->start, s->end - s->start);
	s->end -= s->start;
	s->start = 0;
	n = s->fill(s->arg, s->buf + s->end, BUFFER - s->end);
	if (n < 0)
		return false;
	s->is_drained = n == 0;
	s->end += (size_t)n;
	return true;
}

static bool skip_mark(struct csv_stream *s)
{
	while (s->end - s->start < 3 && !s->is_drained)
		if (!fill(s))
			return false;
	if (s->end >= 3 && memcmp(s->buf, "\xef\xbb\xbf", 3) == 0)
		s->start = 3;
	return true;
}

static void check_utf8(struct csv_stream *s, const struct csv_record *record,
		       const struct look *k)
{
	for (size_t i = 0; i < record->count; i++) {
		const char *p = s->buf + k->cuts[i].start;
		const char *end = s->buf + k->cuts[i].end;

		while (p < end) {
			size_t n = utf8_len(p, (size_t)(end - p));

			if (!n) {
				complain(s, record->line, i + 1, "is not UTF-8",
					 "save the file as UTF-8");
				return;
			}
			p += n;
		}
	}
}

/* Ends each field with a NUL, where its comma or line end was. */
static void cut_fields(struct csv_stream *s, struct csv_record *record,
		       const struct look *k)
{
	for (size_t i = 0; i < record->count; i++) {
		char *from = s->buf + k->cuts[i].start, *to = from;
		char *end = s->buf + k->cuts[i].end;

		record->fields[i] = from;
		if (!k->cuts[i].is_quoted ||
		    !memchr(from, '"', (size_t)(end - from))) {
			*end = '\0';
			continue;
		}
		for (; from < end; from++) {
			*to++ = *from;
			from += *from == '"';
		}
		*to = '\0';
	}
}

/* Line ends at start that end no record. */
static void skip_blank_lines(struct csv_stream *s)
{
	while (s->start < s->end) {
		const char *p = s->buf + s->start;
		bool is_crlf = *p == '\r' && s->start + 1 < s->end &&
			       p[1] == '\n';

		if (*p != '\n' && !is_crlf)
			return;
		s->start += is_crlf ? 2 : 1;
		s->line++;
	}
}

/* Until the record at start is in the buffer, or no more can be. */
static enum csv_result look_ahead(struct csv_stream *s, struct look *k)
{
	for (;;) {
		skip_blank_lines(s);
		if (s->start < s->end) {
			look_at_record(s, k);
			if (!k->is_short || s->is_drained)
				return CSV_RECORD;
		} else if (s->is_drained) {
			return CSV_END;
		}
		if (s->end - s->start >= CSV_MAX_RECORD) {
			s->is_over = true;
			s->fault = (struct csv_fault){ 0 };
			complain(s, s->line, 0, "is longer than 256 kB",
				 "is a quote missing?");
			return CSV_RECORD;
		}
		if (!fill(s))
			return CSV_UNREADABLE;
	}
}

enum csv_result csv_stream_next(struct csv_stream *s, struct csv_record *record)
{
	static const struct look nothing;
	struct look k = nothing;
	enum csv_result rc;

	if (s->is_over)
		return CSV_END;
	if (!s->end && !s->is_drained && !skip_mark(s))
		return CSV_UNREADABLE;
	rc = look_ahead(s, &k);
	if (rc != CSV_RECORD)
		return rc;
	record->line = s->line;
	record->count = k.count;
	if (k.has_high)
		check_utf8(s, record, &k);
	s->start = k.at;
	s->line = k.line;
	if (s->start < s->end) { /* at its line end, which is cut away */
		s->start += s->buf[s->start] == '\r' ? 2 : 1;
		s->line++;
	}
	if (!s->fault.problem)
		cut_fields(s, record, &k);
	return s->fault.problem ? CSV_FAULT : CSV_RECORD;
}
