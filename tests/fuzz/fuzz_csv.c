/*
 * A file of pay as an editor saves it. The bytes are read as they are; and
 * with the right header before them, so that rows come to be judged.
 */
#include "fuzz.h"

#include <cjson/cJSON.h>

#include "base/parse.h"
#include "salary/salary_row.h"

static const char header[] =
	"career_slug,country,level,low,median,high,currency,period,pay_basis,"
	"source_code,source_title,source_url,observed_on,recorded_on,"
	"recorded_by,sample_n,notes\n";

/* As the query import_reference gives it. */
static const char reference[] =
	"{\"today\":\"2026-11-24\","
	"\"source\":{\"code\":\"src\",\"collection_mode\":\"curated\","
	"\"pay_basis\":null,\"code_scheme\":\"NOC-2021\",\"country\":null},"
	"\"sources\":[\"src\",\"bls-oews\"],"
	"\"careers\":[{\"slug\":\"nurse\",\"matches\":[\"junior\",\"mid\","
	"\"senior\"]}],"
	"\"countries\":[{\"code\":\"US\",\"currency\":\"USD\",\"has_hours\":"
	"true},{\"code\":\"GB\",\"currency\":\"GBP\",\"has_hours\":false}],"
	"\"levels\":[\"junior\",\"mid\",\"senior\",\"manager\"]}";

static const cJSON *known;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	known = cJSON_Parse(reference);
	CHECK(known);
	return 0;
}

static void check_record(const struct csv_record *r)
{
	CHECK(r->count >= 1 && r->count <= CSV_MAX_FIELDS);
	for (size_t i = 0; i < r->count; i++) {
		CHECK(strlen(r->fields[i]) <= CSV_MAX_FIELD);
		CHECK(fuzz_is_utf8(r->fields[i], strlen(r->fields[i])));
		CHECK(!fuzz_has_control(r->fields[i]));
	}
}

static void put_quoted(struct strbuf *out, const char *s)
{
	strbuf_addch(out, '"');
	for (; *s; s++) {
		if (*s == '"')
			strbuf_addch(out, '"');
		strbuf_addch(out, *s);
	}
	strbuf_addch(out, '"');
}

/* Written with every field in quotes, the records are read as the same. */
static void check_again(const struct csv *csv)
{
	struct findings out = FINDINGS_INIT;
	struct strbuf text = STRBUF_INIT;
	struct csv again = CSV_INIT;

	for (size_t i = 0; i < csv->count; i++) {
		const struct csv_record *r = &csv->records[i];

		for (size_t k = 0; k < r->count; k++) {
			strbuf_addstr(&text, k ? "," : "");
			put_quoted(&text, r->fields[k]);
		}
		strbuf_addstr(&text, "\r\n");
	}
	CHECK(csv_read(&again, text.buf, text.len, &out));
	CHECK(again.count == csv->count);
	for (size_t i = 0; i < csv->count; i++) {
		CHECK(again.records[i].count == csv->records[i].count);
		for (size_t k = 0; k < csv->records[i].count; k++)
			CHECK(strcmp(again.records[i].fields[k],
				     csv->records[i].fields[k]) == 0);
	}
	csv_release(&again);
	strbuf_release(&text);
	findings_release(&out);
}

static void check_amounts(const char *const *f)
{
	double last = 0;
	size_t given = 0;

	for (int i = ROW_LOW; i <= ROW_HIGH; i++) {
		if (!*f[i])
			continue;
		CHECK(fuzz_matches(f[i], "^[0-9]{1,12}(\\.[0-9]{1,3})?$"));
		CHECK(strtod(f[i], NULL) > 0 && strtod(f[i], NULL) >= last);
		last = strtod(f[i], NULL);
		given++;
	}
	CHECK(given);
}

/* What a row may say that was found to be without fault. */
static void check_row(const char *const *f)
{
	CHECK(strcmp(f[ROW_CAREER_SLUG], "nurse") == 0);
	CHECK(fuzz_matches(f[ROW_LEVEL], "^(junior|mid|senior)$"));
	CHECK(strcmp(f[ROW_COUNTRY], "US") == 0
		      ? strcmp(f[ROW_CURRENCY], "USD") == 0
		      : strcmp(f[ROW_COUNTRY], "GB") == 0 &&
				strcmp(f[ROW_CURRENCY], "GBP") == 0);
	CHECK(fuzz_matches(f[ROW_PERIOD], "^(year|month|week|hour)$"));
	CHECK(fuzz_matches(f[ROW_PAY_BASIS], "^(base|total)$"));
	CHECK(strcmp(f[ROW_SOURCE_CODE], "src") == 0);
	CHECK(fuzz_matches(f[ROW_SOURCE_URL], "^https://[!-~]+$"));
	CHECK(!strpbrk(f[ROW_SOURCE_URL], "\"<>\\"));
	CHECK(parse_is_date(f[ROW_OBSERVED_ON]) &&
	      parse_is_date(f[ROW_RECORDED_ON]));
	CHECK(strcmp(f[ROW_OBSERVED_ON], "2021-11-24") >= 0);
	CHECK(strcmp(f[ROW_OBSERVED_ON], f[ROW_RECORDED_ON]) <= 0);
	CHECK(strcmp(f[ROW_RECORDED_ON], "2026-11-24") <= 0);
	CHECK(fuzz_matches(f[ROW_SAMPLE_N], "^([1-9][0-9]{0,11})?$"));
	CHECK(*f[ROW_SOURCE_TITLE] && *f[ROW_RECORDED_BY]);
	check_amounts(f);
}

static void check(const char *text, size_t len)
{
	struct findings out = FINDINGS_INIT;
	struct csv csv = CSV_INIT;
	bool ok;

	findings_set_file(&out, "f");
	ok = csv_read(&csv, text, len, &out);
	CHECK(ok == (out.count == 0));
	for (size_t i = 0; i < csv.count; i++) {
		check_record(&csv.records[i]);
		CHECK(csv.records[i].line > (i ? csv.records[i - 1].line : 0));
	}
	check_again(&csv);
	if (csv.count && row_check_header(&csv, &out)) {
		row_check_all(&csv, known, "src", &out);
		for (size_t i = 1; i < csv.count && !out.count; i++) {
			CHECK(csv.records[i].count == ROW_COLUMNS);
			check_row(csv.records[i].fields);
		}
	}
	fuzz_check_findings(&out, text, len);
	csv_release(&csv);
	findings_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf whole = STRBUF_INIT;
	char *text = fuzz_copy(data, size);

	check(text, size);
	free(text);
	strbuf_addstr(&whole, header);
	strbuf_add(&whole, data, size);
	text = fuzz_copy((const uint8_t *)whole.buf, whole.len);
	check(text, whole.len);
	free(text);
	strbuf_release(&whole);
	return 0;
}
