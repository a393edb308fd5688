/*
 * A file as a whole: its header, what concerns several columns or rows, and
 * the source it is imported for. All faults are said at once.
 */
#include "base/parse.h"
#include "base/suggest.h"
#include "salary/salary_row_check.h"

const char *const row_names[ROW_COLUMNS] = {
	"career_slug", "country",     "level",	      "low",
	"median",      "high",	      "currency",     "period",
	"pay_basis",   "source_code", "source_title", "source_url",
	"observed_on", "recorded_on", "recorded_by",  "sample_n",
	"notes",
};

void row_complain(struct row_check *c, enum row_column column, const char *fmt,
		  ...)
{
	struct strbuf problem = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&problem, fmt, ap);
	va_end(ap);
	findings_add(c->out, c->row->line, row_names[column], "%s",
		     problem.buf);
	strbuf_release(&problem);
}

const char *row_text(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsString(item) ? item->valuestring : "";
}

const cJSON *row_reference(const struct row_check *c, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(c->reference, name);
}

const cJSON *row_find(const cJSON *list, const char *name, const char *value)
{
	const cJSON *one = list ? list->child : NULL;

	for (; one; one = one->next) {
		const char *is = cJSON_IsString(one) ? one->valuestring
						     : row_text(one, name);

		if (strcmp(is, value) == 0)
			return one;
	}
	return NULL;
}

bool row_contains(const cJSON *list, const char *value)
{
	return row_find(list, "", value) != NULL;
}

/* An official statistic is of a code, which the guide has to list. */
static void check_match(struct row_check *c)
{
	const char *level = c->row->fields[ROW_LEVEL];
	const cJSON *career = row_find(row_reference(c, "careers"), "slug",
				       c->row->fields[ROW_CAREER_SLUG]);
	const cJSON *matches =
		cJSON_GetObjectItemCaseSensitive(career, "matches");

	if (!career || !row_contains(row_reference(c, "levels"), level) ||
	    !*row_text(row_reference(c, "source"), "code") ||
	    row_contains(matches, level))
		return;
	row_complain(c, ROW_CAREER_SLUG, "the guide has no %s code for its %s",
		     row_text(row_reference(c, "source"), "code_scheme"),
		     strcmp(level, "manager") == 0 ? "manager" : "occupation");
	findings_remedy(c->out, "add it to codes of the guide and publish, or "
				"leave the row out");
}

static void check_duplicate(struct row_check *c)
{
	static const enum row_column key[] = { ROW_CAREER_SLUG, ROW_COUNTRY,
					       ROW_LEVEL, ROW_OBSERVED_ON };

	for (const struct csv_record *r = c->csv->records + 1; r < c->row;
	     r++) {
		size_t same = 0;

		while (r->count == ROW_COLUMNS && same < ARRAY_SIZE(key) &&
		       strcmp(r->fields[key[same]],
			      c->row->fields[key[same]]) == 0)
			same++;
		if (same < ARRAY_SIZE(key))
			continue;
		row_complain(c, ROW_CAREER_SLUG,
			     "is on line %zu already, with "
			     "this country, level and day",
			     r->line);
		findings_remedy(c->out, "keep one of the two");
		return;
	}
}

static void check_row(struct row_check *c)
{
	if (c->row->count != ROW_COLUMNS) {
		findings_add(c->out, c->row->line, "", "has %zu fields",
			     c->row->count);
		findings_remedy(c->out,
				"%d, as the header says; quote a "
				"field with a comma in it",
				ROW_COLUMNS);
		return;
	}
	row_check_columns(c);
	check_match(c);
	check_duplicate(c);
}

bool row_check_names(const struct csv *csv, const char *const *names,
		     size_t count, const char *what, struct findings *out)
{
	const struct csv_record *header = csv->records;
	struct strbuf want = STRBUF_INIT;
	size_t same = 0;

	while (csv->count && header->count == count && same < count &&
	       strcmp(header->fields[same], names[same]) == 0)
		same++;
	if (same == count)
		return true;
	for (size_t i = 0; i < count; i++)
		strbuf_addf(&want, "%s%s", i ? "," : "", names[i]);
	findings_add(out, csv->count ? header->line : 1, "header",
		     "is not the one of a %s", what);
	findings_remedy(out, "must be exactly %s", want.buf);
	strbuf_release(&want);
	return false;
}

bool row_check_header(const struct csv *csv, struct findings *out)
{
	return row_check_names(csv, row_names, ROW_COLUMNS, "pay file", out);
}

static void suggest_source(const cJSON *reference, const char *source,
			   struct findings *out)
{
	const cJSON *one;
	struct suggest s;

	suggest_init(&s, source);
	cJSON_ArrayForEach (one, cJSON_GetObjectItemCaseSensitive(reference,
								  "sources"))
		suggest_offer(&s, one->valuestring);
	if (s.best)
		findings_remedy(out, "did you mean \"%s\"?", s.best);
	else
		findings_remedy(out, "register it: autopsy-ingest sources "
				     "FILE");
}

void row_check_registration(const cJSON *reference, const char *source,
			    bool is_rates, struct findings *out)
{
	const cJSON *entry =
		cJSON_GetObjectItemCaseSensitive(reference, "source");
	const char *mode = row_text(entry, "collection_mode");

	if (!*mode) {
		findings_add(out, 1, "--source", "\"%.40s\" is not registered",
			     source);
		suggest_source(reference, source, out);
	} else if (strcmp(mode, "curated") != 0) {
		findings_add(out, 1, "--source",
			     "\"%.40s\" is not collected by hand", source);
		findings_remedy(out,
				"its collection_mode is %s, import "
				"takes curated ones",
				mode);
	} else if ((strcmp(row_text(entry, "statistics"), "rate") == 0) !=
		   is_rates) {
		findings_add(out, 1, "--source",
			     "\"%.40s\" states %s, the "
			     "header is of %s",
			     source, is_rates ? "pay" : "rates",
			     is_rates ? "rates" : "pay");
		findings_remedy(out, "name the source that the file is of");
	}
}

void row_check_all(const struct csv *csv, const cJSON *reference,
		   const char *source, struct findings *out)
{
	struct row_check c = { csv, reference, source, out, NULL, "", "" };

	c.today = row_text(reference, "today");
	if (!parse_is_date(c.today))
		BUG("the reference has no date");
	/* Dates of one form compare as texts; 29 February stays usable. */
	snprintf(c.oldest, sizeof(c.oldest), "%04d%.6s",
		 (c.today[0] - '0') * 1000 + (c.today[1] - '0') * 100 +
			 (c.today[2] - '0') * 10 + (c.today[3] - '0') -
			 AGE_MAX_YEARS,
		 c.today + 4);
	row_check_registration(reference, source, false, out);
	for (size_t i = 1; i < csv->count; i++) {
		c.row = &csv->records[i];
		check_row(&c);
	}
	if (csv->count < 2) {
		findings_add(out, 1, "", "has no row");
		findings_remedy(out, "a row for each level that is known");
	}
}
