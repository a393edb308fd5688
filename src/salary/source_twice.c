/* Whether a source states the same thing twice: then neither can be believed,
 * and the table would take but one. */
#include "salary/source.h"

/* Places of what a row is about, up to the tab behind it. */
struct key {
	int count;
	const int *places;
};

static const char *place_at(const char *line, int place, size_t *len)
{
	while (place--)
		line = strchr(line, '\t') + 1;
	*len = strcspn(line, "\t\n");
	return line;
}

static int compare(const void *a, const void *b, void *arg)
{
	const char *const *one = a, *const *other = b;
	const struct key *key = arg;

	for (int i = 0; i < key->count; i++) {
		size_t n, m;
		const char *s = place_at(*one, key->places[i], &n);
		const char *t = place_at(*other, key->places[i], &m);
		int order = memcmp(s, t, n < m ? n : m);

		if (order || n != m)
			return order ? order : n < m ? -1 : 1;
	}
	return 0;
}

static bool is_distinct(struct source_job *job, const struct strbuf *rows,
			struct key *key)
{
	size_t count = 0, n = 0, i = 1;
	const char **lines;

	for (const char *s = rows->buf; (s = strchr(s, '\n')); s++)
		count++;
	lines = xcalloc(count + 1, sizeof(*lines));
	for (const char *s = rows->buf; *s; s = strchr(s, '\n') + 1)
		lines[n++] = s;
	qsort_r(lines, count, sizeof(*lines), compare, key);
	while (i < count && compare(&lines[i - 1], &lines[i], key) != 0)
		i++;
	if (i < count) {
		struct strbuf about = STRBUF_INIT;

		for (int k = 0; k < key->count; k++) {
			size_t len;
			const char *s =
				place_at(lines[i], key->places[k], &len);

			strbuf_addstr(&about, k && len ? ", " : "");
			strbuf_add(&about, s, len);
		}
		source_fault(job, 0, "", "has two rows of the same: %s",
			     about.buf);
		strbuf_release(&about);
	}
	free(lines);
	return !job->err.len;
}

bool source_is_distinct(struct source_job *job)
{
	static const int of_pay[] = { 0, 1, 3, 4 }; /* all but the title */
	static const int of_rates[] = { 0, 1, 2, 3, 4 };
	struct key pay = { ARRAY_SIZE(of_pay), of_pay };
	struct key rates = { ARRAY_SIZE(of_rates), of_rates };

	return is_distinct(job, &job->pay, &pay) &&
	       is_distinct(job, &job->rates, &rates);
}
