/* What adapters share: faults, what is known, and reading a body. */
#include "salary/source.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <unistd.h>

#include "base/json.h"
#include "base/parse.h"
#include "base/utf8.h"

#define FAULT 800 /* bytes that are told of one */
#define JSON_MAX ((int64_t)4 << 20)
/* Values in it: each takes 80 bytes, and as much again with its name. */
#define JSON_VALUES 50000

/* A fault quotes what came: whatever that was, it stays one line of UTF-8. */
static void make_printable(struct strbuf *text)
{
	for (size_t i = 0; i < text->len;) {
		char *s = text->buf + i;
		size_t n = utf8_len(s, text->len - i);

		if (!n)
			*s = '?';
		else if ((unsigned char)*s < ' ' || *s == 127)
			*s = ' ';
		i += n ? n : 1;
	}
}

bool source_fault(struct source_job *job, size_t row, const char *field,
		  const char *fmt, ...)
{
	struct strbuf text = STRBUF_INIT;
	va_list ap;

	if (job->err.len)
		return false; /* the first fault tells most */
	strbuf_addf(&job->err, "part %d", job->part);
	if (row)
		strbuf_addf(&job->err, ", row %zu", row);
	if (*field)
		strbuf_addf(&job->err, ", field %s", field);
	strbuf_addstr(&job->err, ": ");
	va_start(ap, fmt);
	strbuf_vaddf(&text, fmt, ap);
	va_end(ap);
	/* Addresses of theirs may be longer than all there is room for. */
	strbuf_add(&job->err, text.buf, (size_t)utf8_cut(text.buf, FAULT));
	strbuf_release(&text);
	make_printable(&job->err);
	return false;
}

/* Bytes of path that the base address ends with, up to a whole segment. */
static size_t overlap(const char *base, size_t len, const char *path)
{
	const char *host = strstr(base, "://");
	size_t i = host ? (size_t)(host - base) + 3 : 0;

	for (; i < len; i++) {
		size_t n = len - i;

		if (base[i] == '/' && strncmp(base + i, path, n) == 0 &&
		    (path[n] == '/' || !path[n]))
			return n;
	}
	return 0;
}

/* "…/wages.csv", but not "…/1.0" and not a host by itself. */
static bool is_file(const char *base, size_t len)
{
	const char *host = strstr(base, "://");
	const char *end = base + len, *s = end;

	while (s > base && isalpha((unsigned char)s[-1]))
		s--;
	return host && s < end && s[-1] == '.' &&
	       memchr(host + 3, '/', (size_t)(end - host - 3));
}

void source_address(struct source_job *job)
{
	const char *base = settings_str(job->source->url);
	const char *path = job->source->path;
	size_t len = strlen(base);

	while (len && base[len - 1] == '/')
		len--;
	path += is_file(base, len) ? strlen(path) : overlap(base, len, path);
	strbuf_reset(&job->url);
	strbuf_add(&job->url, base, len);
	strbuf_addstr(&job->url, path);
}

const cJSON *source_country(const struct source_job *job, const char *name,
			    const char *value)
{
	const cJSON *one;

	cJSON_ArrayForEach (one, json_get(job->known, "countries"))
		if (strcmp(json_str(one, name), value) == 0)
			return one;
	return NULL;
}

bool source_knows_currency(const struct source_job *job, const char *code)
{
	const cJSON *one;

	cJSON_ArrayForEach (one, json_get(job->known, "currencies"))
		if (strcmp(json_text(one), code) == 0)
			return true;
	return false;
}

int source_year(const struct source_job *job)
{
	char year[5] = "";
	int64_t n = 0;

	snprintf(year, sizeof(year), "%.4s", json_str(job->known, "today"));
	return parse_int(year, 1970, 9999, &n) ? (int)n : 1970;
}

ssize_t source_fill(void *arg, char *buf, size_t len)
{
	const struct source_job *job = arg;
	ssize_t n;

	do {
		n = read(job->fd, buf, len);
	} while (n < 0 && errno == EINTR);
	return n;
}

static bool read_whole(struct source_job *job, struct strbuf *text)
{
	char buf[16384];
	ssize_t n;

	if (job->body_size > JSON_MAX)
		return source_fault(job, 0, "", "is larger than 4 MB");
	while ((n = source_fill(job, buf, sizeof(buf))) > 0)
		strbuf_add(text, buf, (size_t)n);
	if (n < 0)
		return source_fault(job, 0, "", "can't be read: %s",
				    strerror(errno));
	return true;
}

/* What came in the place of JSON, so that a person sees what happened. */
static void say_no_json(struct source_job *job, const struct strbuf *text,
			const char *end)
{
	int line = 1;

	if (!text->len) {
		source_fault(job, 0, "", "is empty; JSON is expected");
		return;
	}
	for (const char *s = end; s > text->buf; s--)
		line += s[-1] == '\n';
	source_fault(job, 0, "",
		     "is no JSON from line %d, byte %td on; it begins with "
		     "'%.*s'%s%s",
		     line, end - text->buf + 1, utf8_cut(text->buf, 60),
		     text->buf, *job->type ? " and calls itself " : "",
		     job->type);
}

/* Values it may have at most: one behind each bracket and comma. */
static size_t count_values(const struct strbuf *text)
{
	bool is_text = false;
	size_t count = 1;

	for (size_t i = 0; i < text->len; i++) {
		char c = text->buf[i];

		if (is_text && c == '\\')
			i++;
		else if (c == '"')
			is_text = !is_text;
		else if (!is_text)
			count += c == ',' || c == '[' || c == '{';
	}
	return count;
}

/* The byte from which on it is not UTF-8, counted from 1; 0 if it all is. */
static size_t bad_utf8(const struct strbuf *text)
{
	for (size_t i = 0; i < text->len;) {
		size_t n = utf8_len(text->buf + i, text->len - i);

		if (!n)
			return i + 1;
		i += n;
	}
	return 0;
}

cJSON *source_json(struct source_job *job)
{
	struct strbuf text = STRBUF_INIT;
	const char *end = NULL;
	size_t bad;
	cJSON *json = NULL;

	if (!read_whole(job, &text))
		goto out;
	bad = bad_utf8(&text);
	if (bad) {
		source_fault(job, 0, "", "is not UTF-8 at byte %zu", bad);
		goto out;
	}
	if (count_values(&text) > JSON_VALUES) {
		source_fault(job, 0, "", "has more than %d values in it",
			     JSON_VALUES);
		goto out;
	}
	/* A NUL would hide what follows it. */
	json = cJSON_ParseWithLengthOpts(text.buf, text.len + 1, &end, true);
	if (!json)
		say_no_json(job, &text, end ? end : text.buf);
out:
	strbuf_release(&text);
	return json;
}

const char *source_number(const cJSON *item, char buf[SOURCE_NUMBER])
{
	const char *s = buf;

	if (cJSON_IsString(item)) {
		snprintf(buf, SOURCE_NUMBER, "%s", item->valuestring);
		if (strlen(item->valuestring) >= SOURCE_NUMBER)
			return NULL;
	} else if (cJSON_IsNumber(item) && isfinite(item->valuedouble)) {
		snprintf(buf, SOURCE_NUMBER, "%.15g", item->valuedouble);
	} else {
		return NULL;
	}
	if (!*s || strspn(s, "0123456789.") != strlen(s))
		return NULL;
	return buf;
}

bool source_csv_fault(struct source_job *job, const struct csv_stream *csv)
{
	char field[24] = "";

	if (csv->fault.field)
		snprintf(field, sizeof(field), "%zu", csv->fault.field);
	if (!csv->fault.problem)
		return source_fault(job, 0, "", "can't be read: %s",
				    strerror(errno));
	return source_fault(job, csv->fault.line, field, "%s",
			    csv->fault.problem);
}

bool source_columns(struct source_job *job, struct csv_stream *csv,
		    const char *const *names, size_t count, size_t *at)
{
	struct csv_record header;
	enum csv_result rc = csv_stream_next(csv, &header);

	if (rc == CSV_END)
		return source_fault(job, 0, "", "is empty; CSV is expected");
	if (rc != CSV_RECORD)
		return source_csv_fault(job, csv);
	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		while (k < header.count &&
		       strcmp(header.fields[k], names[i]) != 0)
			k++;
		if (k == header.count)
			return source_fault(job, 1, names[i],
					    "the column is missing; the header "
					    "begins with '%.*s'",
					    utf8_cut(header.fields[0], 60),
					    header.fields[0]);
		at[i] = k;
	}
	return true;
}
