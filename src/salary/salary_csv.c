#include "salary/salary_csv.h"

struct rest {
	const char *text;
	size_t len;
};

static ssize_t take(void *arg, char *buf, size_t len)
{
	struct rest *rest = arg;
	size_t n = rest->len < len ? rest->len : len;

	memcpy(buf, rest->text, n);
	rest->text += n;
	rest->len -= n;
	return (ssize_t)n;
}

static void complain(struct findings *out, const struct csv_fault *fault)
{
	char place[40] = "";

	if (fault->field)
		snprintf(place, sizeof(place), "field %zu", fault->field);
	findings_add(out, fault->line, place, "%s", fault->problem);
	findings_remedy(out, "%s", fault->remedy);
}

static void keep(struct csv *csv, const struct csv_record *record)
{
	struct csv_record *kept;

	if (csv->count == csv->alloc) {
		csv->alloc = csv->alloc * 2 + 32;
		csv->records = xrealloc(csv->records,
					csv->alloc * sizeof(*csv->records));
	}
	kept = &csv->records[csv->count++];
	memset(kept, 0, sizeof(*kept));
	kept->line = record->line;
	kept->count = record->count;
	for (size_t i = 0; i < record->count; i++)
		kept->fields[i] = arena_strdup(&csv->arena, record->fields[i]);
}

bool csv_read(struct csv *csv, const char *text, size_t len,
	      struct findings *out)
{
	static const struct csv_fault too_large = {
		1, 0, "the file is larger than 1 MiB", "split it"
	};
	struct rest rest = { text, len };
	struct csv_record record;
	struct csv_stream s;
	enum csv_result rc;
	bool ok = true;

	if (len > CSV_MAX_BYTES) {
		complain(out, &too_large);
		return false;
	}
	csv_stream_init(&s, take, &rest);
	while ((rc = csv_stream_next(&s, &record)) != CSV_END) {
		if (rc == CSV_RECORD) {
			keep(csv, &record);
			continue;
		}
		complain(out, &s.fault);
		ok = false;
	}
	csv_stream_release(&s);
	return ok;
}

void csv_release(struct csv *csv)
{
	free(csv->records);
	arena_release(&csv->arena);
	*csv = (struct csv)CSV_INIT;
}
