/* What is refused of a file of pay, and of a register of sources. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "salary/salary_row.h"
#include "salary/salary_source_check.h"

static const char header[] =
	"career_slug,country,level,low,median,high,currency,period,pay_basis,"
	"source_code,source_title,source_url,observed_on,recorded_on,"
	"recorded_by,sample_n,notes\n";

static const char reference[] =
	"{\"today\":\"2026-11-24\","
	"\"source\":{\"code\":\"src\",\"collection_mode\":\"curated\","
	"\"pay_basis\":null,\"code_scheme\":\"NOC-2021\",\"country\":null},"
	"\"sources\":[\"src\",\"bls-oews\"],"
	"\"careers\":[{\"slug\":\"nurse\",\"matches\":[\"junior\",\"mid\","
	"\"senior\"]}],"
	"\"countries\":[{\"code\":\"US\",\"currency\":\"USD\",\"has_hours\":"
	"true},{\"code\":\"GB\",\"currency\":\"GBP\",\"has_hours\":false},"
	"{\"code\":\"AE\",\"currency\":\"AED\",\"has_hours\":false}],"
	"\"levels\":[\"junior\",\"mid\",\"senior\",\"manager\"]}";

static const char *const good[ROW_COLUMNS] = {
	"nurse",      "US",	    "mid",	"60000",
	"70000",      "80000",	    "USD",	"year",
	"base",	      "src",	    "A survey", "https://example.org/a",
	"2025-05-31", "2026-11-24", "ed",	"1000",
	"",
};

struct fault {
	const char *rule;
	enum row_column column;
	const char *value;
	const char *says; /* "" for nothing */
};

static const struct fault faults[] = {
	{ "a good row", ROW_NOTES, "any \xe2\x80\x93 text", "" },
	{ "an unknown career", ROW_CAREER_SLUG, "nurze",
	  "career_slug: \"nurze\" is not known; did you mean \"nurse\"?" },
	{ "a line end in a value, said in one line", ROW_CAREER_SLUG, "nur\nze",
	  "career_slug: \"nur ze\" is not known; did you mean \"nurse\"?" },
	{ "an unknown country", ROW_COUNTRY, "XX",
	  "country: \"XX\" is not known; an ISO code in capitals, of a "
	  "country the site covers" },
	{ "a country by its other name", ROW_COUNTRY, "UK",
	  "country: \"UK\" is not known; write GB" },
	{ "a country in small letters", ROW_COUNTRY, "us",
	  "country: \"us\" is not known; an ISO code in capitals, of a "
	  "country the site covers" },
	{ "an unknown level", ROW_LEVEL, "senor",
	  "level: \"senor\" is not known; did you mean \"senior\"?" },
	{ "a level without a code in the guide", ROW_LEVEL, "manager",
	  "career_slug: the guide has no NOC-2021 code for its manager; add "
	  "it to codes of the guide and publish, or leave the row out" },
	{ "separators", ROW_HIGH, "80,000",
	  "high: \"80,000\" is not an amount; digits with at most three "
	  "decimals after a point, no separators, above zero" },
	{ "no amount", ROW_HIGH, "0",
	  "high: \"0\" is not an amount; digits with at most three decimals "
	  "after a point, no separators, above zero" },
	{ "an order broken by a fraction", ROW_LOW, "70000.01",
	  "median: 70000 is below low; low <= median <= high" },
	{ "an order broken above", ROW_HIGH, "69999",
	  "high: 69999 is below median; low <= median <= high" },
	{ "equal ends", ROW_HIGH, "70000", "" },
	{ "no high", ROW_HIGH, "", "" },
	{ "an unknown currency", ROW_CURRENCY, "usd",
	  "currency: \"usd\" is not known; write USD" },
	{ "another country's currency", ROW_CURRENCY, "GBP",
	  "currency: GBP is not the currency of US; write USD" },
	{ "a week", ROW_PERIOD, "week", "" },
	{ "a day", ROW_PERIOD, "day",
	  "period: \"day\" is not known; hour, week, month or year" },
	{ "hours of a country that has them", ROW_PERIOD, "hour", "" },
	{ "an unknown basis", ROW_PAY_BASIS, "gross",
	  "pay_basis: \"gross\" is not known; base or total" },
	{ "another source", ROW_SOURCE_CODE, "other",
	  "source_code: \"other\" is not the source imported; write src, or "
	  "import with --source other" },
	{ "no title", ROW_SOURCE_TITLE, " ",
	  "source_title: is blank; fill it in: a figure without it can't be "
	  "shown" },
	{ "nobody", ROW_RECORDED_BY, "",
	  "recorded_by: is blank; fill it in: a figure without it can't be "
	  "shown" },
	{ "http", ROW_SOURCE_URL, "http://example.org/",
	  "source_url: \"http://example.org/\" is not an https address; the "
	  "page that states the figure, from https:// on, without blanks" },
	{ "an address with a blank", ROW_SOURCE_URL, "https://example.org/a b",
	  "source_url: \"https://example.org/a b\" is not an https address; "
	  "the page that states the figure, from https:// on, without "
	  "blanks" },
	{ "an address without a host", ROW_SOURCE_URL, "https:///a.b",
	  "source_url: \"https:///a.b\" is not an https address; the page "
	  "that states the figure, from https:// on, without blanks" },
	{ "no day", ROW_OBSERVED_ON, "2025-02-29",
	  "observed_on: \"2025-02-29\" is not a day; YYYY-MM-DD" },
	{ "tomorrow", ROW_OBSERVED_ON, "2026-11-25",
	  "observed_on: 2026-11-25 is in the future; at the latest today, "
	  "2026-11-24" },
	{ "five years ago to the day", ROW_OBSERVED_ON, "2021-11-24", "" },
	{ "a day more", ROW_OBSERVED_ON, "2021-11-23",
	  "observed_on: 2021-11-23 is more than 5 years ago; at the earliest "
	  "2021-11-24; older pay is no evidence of today's" },
	{ "recorded tomorrow", ROW_RECORDED_ON, "2026-11-25",
	  "recorded_on: 2026-11-25 is in the future; at the latest today, "
	  "2026-11-24" },
	{ "recorded before it was so", ROW_RECORDED_ON, "2025-05-30",
	  "recorded_on: 2025-05-30 is before observed_on, 2025-05-31; a "
	  "figure is recorded after the period it describes" },
	{ "a part of a person", ROW_SAMPLE_N, "10.5",
	  "sample_n: \"10.5\" is not a number of people; a whole number above "
	  "zero, no separators, or empty" },
	{ "an unknown sample", ROW_SAMPLE_N, "", "" },
};

static void put_row(struct strbuf *text, const char *const *values)
{
	for (size_t i = 0; i < ROW_COLUMNS; i++)
		strbuf_addf(text, "%s\"%s\"", i ? "," : "", values[i]);
	strbuf_addch(text, '\n');
}

/* Checks a file against a reference; what is said, one line a fault. */
static void check(const char *text, const char *against, const char *source,
		  struct strbuf *said)
{
	struct findings out = FINDINGS_INIT;
	cJSON *known = cJSON_Parse(against);
	struct csv csv = CSV_INIT;

	findings_set_file(&out, "f");
	if (csv_read(&csv, text, strlen(text), &out) &&
	    row_check_header(&csv, &out))
		row_check_all(&csv, known, source, &out);
	findings_print(&out, said);
	findings_release(&out);
	csv_release(&csv);
	cJSON_Delete(known);
}

static void test_refuses_a_wrong_value_and_says_what_is_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		struct strbuf text = STRBUF_INIT, said = STRBUF_INIT;
		struct strbuf want = STRBUF_INIT;
		const char *row[ROW_COLUMNS];

		memcpy(row, good, sizeof(row));
		row[faults[i].column] = faults[i].value;
		strbuf_addstr(&text, header);
		put_row(&text, row);
		check(text.buf, reference, "src", &said);
		if (*faults[i].says)
			strbuf_addf(&want, "f:2: %s\n", faults[i].says);
		/* The first is what is meant; others may follow from it. */
		if (strncmp(said.buf, want.buf, want.len) != 0 ||
		    (!want.len && said.len))
			fail_msg("%s: %s", faults[i].rule, said.buf);
		strbuf_release(&text);
		strbuf_release(&said);
		strbuf_release(&want);
	}
}

static void test_says_every_fault_of_every_row_at_once(void **state)
{
	struct strbuf text = STRBUF_INIT, said = STRBUF_INIT;
	const char *row[ROW_COLUMNS];

	(void)state;
	strbuf_addstr(&text, header);
	put_row(&text, good);
	memcpy(row, good, sizeof(row));
	row[ROW_LOW] = row[ROW_MEDIAN] = row[ROW_HIGH] = "";
	row[ROW_PAY_BASIS] = "total";
	put_row(&text, row);
	strbuf_addstr(&text, "nurse,US,mid\n");
	memcpy(row, good, sizeof(row));
	row[ROW_COUNTRY] = "GB";
	row[ROW_PERIOD] = "hour";
	put_row(&text, row);
	check(text.buf, reference, "src", &said);
	assert_string_equal(
		said.buf,
		"f:3: pay_basis: total here, base on line 2 for the same "
		"country; one table has one basis: base or total\n"
		"f:3: low: low, median and high are all empty; give at least "
		"one, or leave the row out\n"
		"f:3: career_slug: is on line 2 already, with this country, "
		"level and day; keep one of the two\n"
		"f:4: has 3 fields; 17, as the header says; quote a field with "
		"a comma in it\n"
		"f:5: currency: USD is not the currency of GB; write GBP\n"
		"f:5: period: the usual hours of GB are not known; state pay by "
		"week, month or year, or add the country to salary.hours by a "
		"migration\n");
	strbuf_release(&text);
	strbuf_release(&said);
}

static void test_the_header_is_exact(void **state)
{
	struct strbuf said = STRBUF_INIT;

	(void)state;
	check("career_slug,level,country\n", reference, "src", &said);
	assert_non_null(strstr(said.buf, "f:1: header: is not the one of a "
					 "pay file; must be exactly "
					 "career_slug,country,level,"));
	strbuf_reset(&said);
	check("", reference, "src", &said);
	assert_non_null(strstr(said.buf, "f:1: header: is not the one"));
	strbuf_reset(&said);
	check(header, reference, "src", &said);
	assert_string_equal(said.buf, "f:1: has no row; a row for each level "
				      "that is known\n");
	strbuf_release(&said);
}

static void test_the_source_is_registered_as_curated(void **state)
{
	static const char api[] =
		"{\"today\":\"2026-11-24\",\"source\":{\"code\":\"src\","
		"\"collection_mode\":\"api\"},\"sources\":[\"src\"]}";
	static const char none[] = "{\"today\":\"2026-11-24\",\"source\":null,"
				   "\"sources\":[\"bls-oews\"]}";
	struct strbuf said = STRBUF_INIT;

	(void)state;
	check(header, api, "src", &said);
	assert_non_null(strstr(said.buf,
			       "f:1: --source: \"src\" is not collected by "
			       "hand; its collection_mode is api, import "
			       "takes curated ones\n"));
	strbuf_reset(&said);
	check(header, none, "bls-oes", &said);
	assert_non_null(strstr(said.buf,
			       "f:1: --source: \"bls-oes\" is not registered; "
			       "did you mean \"bls-oews\"?\n"));
	strbuf_release(&said);
}

static void test_amounts_are_read_exactly_or_not_at_all(void **state)
{
	static const struct {
		const char *text;
		int64_t is; /* 0: refused */
	} cases[] = {
		{ "1", 1000 },
		{ "0.1", 100 },
		{ "68.795", 68795 },
		{ "999999999999.999", INT64_C(999999999999999) },
		{ "0", 0 },
		{ "0.00", 0 },
		{ "1.", 0 },
		{ ".5", 0 },
		{ "01", 0 },
		{ "-1", 0 },
		{ "+1", 0 },
		{ "1e3", 0 },
		{ "1,000", 0 },
		{ "1.0001", 0 },
		{ "", 0 },
		{ " 1", 0 },
		{ "1 ", 0 },
		{ "1000000000000", 0 },
		{ "$1", 0 },
		{ "1.2.3", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t n = 0;
		bool ok = row_parse_amount(cases[i].text, &n);

		if (ok != (cases[i].is != 0) || n != cases[i].is)
			fail_msg("%s: %lld", cases[i].text, (long long)n);
	}
}

#define SOURCE                                                                \
	"{\"code\":\"a-b\",\"name\":\"N\",\"publisher\":\"P\","               \
	"\"collection_mode\":\"curated\",\"tier\":\"official\","              \
	"\"statistics\":\"point\",\"pay_basis\":null,\"population\":\"all\"," \
	"\"code_scheme\":\"ISCO-08\",\"level_basis\":\"percentile_band\","    \
	"\"cites\":[],\"licence\":\"L\",\"attribution\":\"A\","               \
	"\"terms_url\":\"https://a.example/\",\"home_url\":"                  \
	"\"https://a.example/\",\"terms_reviewed_on\":\"2026-11-24\","        \
	"\"country\":\"SG\"}"

static void test_a_register_is_refused_with_all_its_faults(void **state)
{
	static const char *const cases[][2] = {
		{ "[" SOURCE "]", "" },
		{ "{}", "f:1: is not a list of sources; [{\"code\": \xe2\x80"
			"\xa6, \"name\": \xe2\x80\xa6}, \xe2\x80\xa6]\n" },
		{ "[" SOURCE ",\n" SOURCE "]",
		  "f:2: [1].code: stands here twice; each source once\n" },
		{ "[{\"code\":\"A\",\"tier\":\"gold\",\"nam\":1}]",
		  "f:1: [0].code: is not right; lower-case words joined by "
		  "hyphens, at most 40 characters\n"
		  "f:1: [0].name: is missing; a text of at most 500 bytes\n" },
		{ "[{\"tier\":\"gold\"}]",
		  "f:1: [0].code: is missing; lower-case words joined by "
		  "hyphens, at most 40 characters\n" },
		{ "[[1],\n2]",
		  "f:1: [0]: is not an object; {\"code\": \xe2\x80\xa6, "
		  "\"name\": \xe2\x80\xa6}\n"
		  "f:2: [1]: is not an object; " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct findings out = FINDINGS_INIT;
		struct strbuf said = STRBUF_INIT;
		const char *text = cases[i][0];
		cJSON *list;

		findings_set_file(&out, "f");
		list = json_read(text, strlen(text), &out);
		source_check(list, text, strlen(text), &out);
		findings_print(&out, &said);
		if (strncmp(said.buf, cases[i][1], strlen(cases[i][1])) != 0 ||
		    (!*cases[i][1] && said.len))
			fail_msg("%s: %s", text, said.buf);
		strbuf_release(&said);
		findings_release(&out);
		cJSON_Delete(list);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_refuses_a_wrong_value_and_says_what_is_right),
		cmocka_unit_test(test_says_every_fault_of_every_row_at_once),
		cmocka_unit_test(test_the_header_is_exact),
		cmocka_unit_test(test_the_source_is_registered_as_curated),
		cmocka_unit_test(test_amounts_are_read_exactly_or_not_at_all),
		cmocka_unit_test(
			test_a_register_is_refused_with_all_its_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
