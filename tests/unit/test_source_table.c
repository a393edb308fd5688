/* Tables of occupations: Statistics Netherlands and data.gov.sg. */
#include "source_case.h"

#define CBS "https://opendata.cbs.nl/ODataApi/odata/85517NED/TypedDataSet"
#define HOLIDAY "Excludes the 8% holiday allowance.\n"
#define WAGES                                                       \
	"'k_25ePercentiel_2':27.0,'k_50ePercentielMediaan_3':34.8," \
	"'k_75ePercentiel_4':43.4}"
#define ONE "{'Beroep':'A000275','Perioden':'2024JJ00','Werknemer_1':316," WAGES
#define ONE_ROW                                                      \
	"NL|A000275||2024-12-31||EUR|hour|\\N|27|34.8|43.4|\\N|\\N|" \
	"\\N|316000|\\N|" HOLIDAY

static const struct source_case cbs_cases[] = {
	{ .rule = "a row", .parts = { "{'value':[" ONE "]}" }, .rows = ONE_ROW },
	{ .rule = "padded texts",
	  .parts = { "{'value':[{'Beroep':'A000275  ','Perioden':'2024JJ00 ',"
		     "'Werknemer_1':316," WAGES "]}" },
	  .rows = ONE_ROW },
	{ .rule = "a percentile that is not published, and no count",
	  .parts = { "{'value':[{'Beroep':'A1','Perioden':'2024JJ00',"
		     "'Werknemer_1':null,'k_25ePercentiel_2':null,"
		     "'k_50ePercentielMediaan_3':34.8,"
		     "'k_75ePercentiel_4':null}]}" },
	  .rows = "NL|A1||2024-12-31||EUR|hour|\\N|\\N|34.8|\\N|\\N|\\N|\\N|"
		  "\\N|\\N|" HOLIDAY },
	{ .rule = "quarters, and rows without any wage, are passed over",
	  .parts = { "{'value':[{'Beroep':'A1','Perioden':'2024KW01',"
		     "'Werknemer_1':1," WAGES
		     ",{'Beroep':'A2','Perioden':'2024JJ00','Werknemer_1':1,"
		     "'k_25ePercentiel_2':null,"
		     "'k_50ePercentielMediaan_3':null,"
		     "'k_75ePercentiel_4':null}," ONE "]}" },
	  .rows = ONE_ROW },
	{ .rule = "a count of less than one person is none",
	  .parts = { "{'value':[{'Beroep':'A1','Perioden':'2024JJ00',"
		     "'Werknemer_1':0," WAGES "]}" },
	  .rows = "NL|A1||2024-12-31||EUR|hour|\\N|27|34.8|43.4|\\N|\\N|\\N|"
		  "\\N|\\N|" HOLIDAY },
	{ .rule = "two parts",
	  .parts = { "{'value':[" ONE "],'odata.nextLink':'" CBS "?$skip=1'}",
		     "{'value':[{'Beroep':'A2','Perioden':'2023JJ00',"
		     "'Werknemer_1':1.5," WAGES "]}" },
	  .rows = ONE_ROW "NL|A2||2023-12-31||EUR|hour|\\N|27|34.8|43.4|\\N|"
			  "\\N|\\N|1500|\\N|" HOLIDAY },
	{ .rule = "the rest elsewhere",
	  .parts = { "{'value':[],'odata.nextLink':'http://localhost:1/x'}" },
	  .err = "part 1, field odata.nextLink: is 'http://localhost:1/x'; an "
		 "address of the same host is expected" },
	{ .rule = "the rest with a name and a password",
	  .parts = { "{'value':[],'odata.nextLink':"
		     "'https://a:b@opendata.cbs.nl/x'}" },
	  .err = "part 1, field odata.nextLink: is "
		 "'https://a:b@opendata.cbs.nl/x'; an address of the same host "
		 "is expected" },
	{ .rule = "the rest with a scheme in another case",
	  .parts = { "{'value':[],'odata.nextLink':"
		     "'htTps://opendata.cbs.nl/x'}" },
	  .err = "part 1, field odata.nextLink: is "
		 "'htTps://opendata.cbs.nl/x'; an address of the same host is "
		 "expected" },
	{ .rule = "the rest is no address",
	  .parts = { "{'value':[],'odata.nextLink':7}" },
	  .err = "part 1, field odata.nextLink: is 7; an address of the same "
		 "host is expected" },
	{ .rule = "the rest with a line end in it",
	  .parts = { "{'value':[],'odata.nextLink':'" CBS "?a\\nb'}" },
	  .err = "part 1, field odata.nextLink: is '" CBS
		 "?a b'; an address of the same host is expected" },
	{ .rule = "a part that leads to itself",
	  .parts = { "{'value':[],'odata.nextLink':'" CBS "?a'}",
		     "{'value':[],'odata.nextLink':'" CBS "?a'}" },
	  .err = "part 2, field odata.nextLink: leads to itself" },
	{ .rule = "the same row twice",
	  .parts = { "{'value':[" ONE "," ONE "]}" },
	  .err = "part 2: has two rows of the same: NL, A000275, 2024-12-31" },
	{ .rule = "a refusal",
	  .parts = { "{'odata.error':{'code':'','message':{'lang':'en-US',"
		     "'value':'No table 85517NED.'}}}" },
	  .err = "part 1: is a refusal: No table 85517NED." },
	{ .rule = "no rows",
	  .parts = { "{'value':[]}" },
	  .err = "part 1, field value: has no wage in any year; is the table "
		 "replaced by another?" },
	{ .rule = "an object in the place of rows",
	  .parts = { "{'value':{}}" },
	  .err = "part 1, field value: is an object; an array is expected" },
	{ .rule = "a row that is a number",
	  .parts = { "{'value':[7]}" },
	  .err = "part 1, row 1, field Beroep: is missing; a text is "
		 "expected" },
	{ .rule = "a word for a wage",
	  .parts = { "{'value':[" ONE
		     ",{'Beroep':'A2','Perioden':'2024JJ00','Werknemer_1':1,"
		     "'k_25ePercentiel_2':27.0,"
		     "'k_50ePercentielMediaan_3':'many',"
		     "'k_75ePercentiel_4':43.4}]}" },
	  .err = "part 1, row 2, field k_50ePercentielMediaan_3: is 'many'; a "
		 "number is expected" },
	{ .rule = "a column that is missing",
	  .parts = { "{'value':[{'Beroep':'A2','Perioden':'2024JJ00',"
		     "'Werknemer_1':1,'k_25ePercentiel_2':27.0,"
		     "'k_75ePercentiel_4':43.4}]}" },
	  .err = "part 1, row 1, field k_50ePercentielMediaan_3: is missing; a "
		 "number is expected" },
	{ .rule = "out of order",
	  .parts = { "{'value':[{'Beroep':'A2','Perioden':'2024JJ00',"
		     "'Werknemer_1':1,'k_25ePercentiel_2':27.0,"
		     "'k_50ePercentielMediaan_3':1.5,"
		     "'k_75ePercentiel_4':43.4}]}" },
	  .err = "part 1, row 1, field median: 1.5 is less than P25 of 27" },
	{ .rule = "a negative wage",
	  .parts = { "{'value':[{'Beroep':'A2','Perioden':'2024JJ00',"
		     "'Werknemer_1':1,'k_25ePercentiel_2':-27.0,"
		     "'k_50ePercentielMediaan_3':1.5,"
		     "'k_75ePercentiel_4':43.4}]}" },
	  .err = "part 1, row 1, field k_25ePercentiel_2: is -27; a number is "
		 "expected" },
	{ .rule = "a year to come",
	  .parts = { "{'value':[{'Beroep':'A2','Perioden':'2026JJ00',"
		     "'Werknemer_1':1," WAGES "]}" },
	  .err = "part 1, row 1, field period: '2026-12-31' is no day that "
		 "has been" },
	{ .rule = "a period of another form",
	  .parts = { "{'value':[{'Beroep':'A2','Perioden':'2024',"
		     "'Werknemer_1':1," WAGES "]}" },
	  .err = "part 1, row 1, field Perioden: is '2024'; one as 2024JJ00 is "
		 "expected" },
	{ .rule = "no year",
	  .parts = { "{'value':[{'Beroep':'A2','Perioden':'20x4JJ00',"
		     "'Werknemer_1':1," WAGES "]}" },
	  .err = "part 1, row 1, field Perioden: is '20x4JJ00'; one as "
		 "2024JJ00 is expected" },
	{ .rule = "an empty code",
	  .parts = { "{'value':[{'Beroep':'  ','Perioden':'2024JJ00',"
		     "'Werknemer_1':1," WAGES "]}" },
	  .err = "part 1, row 1, field Beroep: is empty" },
	{ .rule = "a control character in a code",
	  .parts = { "{'value':[{'Beroep':'a\\u0007b','Perioden':'2024JJ00',"
		     "'Werknemer_1':1," WAGES "]}" },
	  .err = "part 1, row 1, field Beroep: has a control character in "
		 "it" },
	{ .rule = "cut short",
	  .parts = { "{'value':[{'Beroep':'A2','Peri" },
	  .err = "part 1: is no JSON from line 1, byte 27 on; it begins with "
		 "'{\"value\":[{\"Beroep\":\"A2\",\"Peri'" },
};

static void test_reads_dutch_wages(void **state)
{
	(void)state;
	check_cases(&source_cbs, cbs_cases, ARRAY_SIZE(cbs_cases), true);
	check_no_json(&source_cbs);
}

static void test_asks_for_four_years_and_then_for_the_rest(void **state)
{
	static const struct source_case c = {
		.rule = "two parts",
		.parts = { "{'value':[],'odata.nextLink':'" CBS "?$skip=1'}",
			   "{'value':[" ONE "]}" },
	};

	(void)state;
	check_asked(&source_cbs, &c, true,
		    CBS "?%24select=Beroep,Perioden,Werknemer_1,"
			"k_25ePercentiel_2,k_50ePercentielMediaan_3,"
			"k_75ePercentiel_4&%24filter="
			"Perioden%20eq%20%272022JJ00%27%20or%20"
			"Perioden%20eq%20%272023JJ00%27%20or%20"
			"Perioden%20eq%20%272024JJ00%27%20or%20"
			"Perioden%20eq%20%272025JJ00%27"
			"&%24format=json\n" CBS "?$skip=1\n");
}

static void test_a_table_without_end_is_refused(void **state)
{
	struct strbuf body = STRBUF_INIT;
	struct source_run r;

	(void)state;
	run_init(&r, &source_cbs);
	while (run_ask(&r)) {
		strbuf_reset(&body);
		strbuf_addf(&body,
			    "{\"value\":[],\"odata.nextLink\":\"" CBS "?%d\"}",
			    r.job.part);
		if (!run_read(&r, body.buf, body.len))
			break;
	}
	assert_string_equal(r.job.err.buf,
			    "part 20, field odata.nextLink: leads on and on; "
			    "20 parts are the limit");
	strbuf_release(&body);
	run_release(&r);
}

#define SG(records, total) \
	"{'success':true,'result':{'records':[" records "],'total':" total "}}"
#define NURSE_25(value)                                \
	"{'_id':1,'year':'2024','occ_desc':' Nurse '," \
	"'mthly_basic_wage_25_pctile':" value          \
	",'mthly_basic_wage_50_pctile':'4100',"        \
	"'mthly_basic_wage_75_pctile':'5200.5'}"
#define NURSE NURSE_25("'3300'")
#define COOK                                        \
	"{'_id':2,'year':'2023','occ_desc':'Cook'," \
	"'mthly_basic_wage_25_pctile':2000,"        \
	"'mthly_basic_wage_50_pctile':2500,"        \
	"'mthly_basic_wage_75_pctile':3000}"
#define SG_NOTES                                               \
	"Residents in full-time work; excludes bonus and the " \
	"employer's CPF contribution.\n"
#define NURSE_ROW(p25)                                             \
	"SG|Nurse||2024-06-30||SGD|month|\\N|" p25 "|4100|5200.5|" \
	"\\N|\\N|\\N|\\N|\\N|" SG_NOTES
#define COOK_ROW                                                     \
	"SG|Cook||2023-06-30||SGD|month|\\N|2000|2500|3000|\\N|\\N|" \
	"\\N|\\N|\\N|" SG_NOTES

static const struct source_case sg_cases[] = {
	{ .rule = "texts, and numbers",
	  .parts = { SG(NURSE "," COOK, "2") },
	  .rows = NURSE_ROW("3300") COOK_ROW },
	{ .rule = "two parts",
	  .parts = { SG(NURSE, "2"), SG(COOK, "2") },
	  .rows = NURSE_ROW("3300") COOK_ROW },
	{ .rule = "s is for suppressed",
	  .parts = { SG(NURSE_25("'s'"), "1") },
	  .rows = NURSE_ROW("\\N") },
	{ .rule = "- is for none",
	  .parts = { SG(NURSE_25("'-'"), "1") },
	  .rows = NURSE_ROW("\\N") },
	{ .rule = "na is for none",
	  .parts = { SG(NURSE_25("'NA'"), "1") },
	  .rows = NURSE_ROW("\\N") },
	{ .rule = "nothing is for none",
	  .parts = { SG(NURSE_25("''"), "1") },
	  .rows = NURSE_ROW("\\N") },
	{ .rule = "null is for none",
	  .parts = { SG(NURSE_25("null"), "1") },
	  .rows = NURSE_ROW("\\N") },
	{ .rule = "all suppressed",
	  .parts = { SG("{'year':'2024','occ_desc':'Cook',"
			"'mthly_basic_wage_25_pctile':'s',"
			"'mthly_basic_wage_50_pctile':'s',"
			"'mthly_basic_wage_75_pctile':'s'}," NURSE,
			"2") },
	  .rows = NURSE_ROW("3300") },
	{ .rule = "a word for a wage",
	  .parts = { SG(COOK "," NURSE_25("'many'"), "2") },
	  .err = "part 1, row 2, field mthly_basic_wage_25_pctile: is 'many'; "
		 "a number is expected" },
	{ .rule = "a column that is missing",
	  .parts = { SG("{'year':'2024','occ_desc':'Cook',"
			"'mthly_basic_wage_25_pctile':'s'}",
			"1") },
	  .err = "part 1, row 1, field mthly_basic_wage_50_pctile: is "
		 "missing; a number is expected" },
	{ .rule = "out of order",
	  .parts = { SG(NURSE_25("'9000'"), "1") },
	  .err = "part 1, row 1, field median: 4100 is less than P25 of "
		 "9000" },
	{ .rule = "no year",
	  .parts = { SG("{'year':'June','occ_desc':'Cook',"
			"'mthly_basic_wage_25_pctile':'s',"
			"'mthly_basic_wage_50_pctile':'s',"
			"'mthly_basic_wage_75_pctile':'s'}",
			"1") },
	  .err = "part 1, row 1, field year: is 'June'; one as 2024 is "
		 "expected" },
	{ .rule = "the same occupation twice, in two parts",
	  .parts = { SG(NURSE, "2"), SG(NURSE, "2") },
	  .err = "part 3: has two rows of the same: SG, Nurse, 2024-06-30" },
	{ .rule = "an empty page before the end",
	  .parts = { SG(NURSE, "3"), SG("", "3") },
	  .err = "part 2, field records: are none, and yet 2 of 3 are "
		 "missing" },
	{ .rule = "no records",
	  .parts = { SG("", "0") },
	  .err = "part 1, field records: hold no wage; is the data set "
		 "replaced?" },
	{ .rule = "a total that is no number",
	  .parts = { SG(NURSE, "'many'") },
	  .err = "part 1, field total: is 'many'; a whole number from 0 to "
		 "1000000 is expected" },
	{ .rule = "records that are a number",
	  .parts = { "{'success':true,'result':{'records':7,'total':1}}" },
	  .err = "part 1, field records: is 7; an array is expected" },
	{ .rule = "a refusal",
	  .parts = { "{'success':false,'error':{'__type':'Not Found Error',"
		     "'message':'Not found: Resource'}}" },
	  .err = "part 1: is a refusal: Not found: Resource" },
	{ .rule = "too many requests, with status 200",
	  .parts = { "{'code':24,'name':'TOO_MANY_REQUESTS','errorMsg':"
		     "'Rate limit exceeded','data':null}" },
	  .err = "part 1: is a refusal: Rate limit exceeded",
	  .is_later = true },
	{ .rule = "a refusal without a reason",
	  .parts = { "{'success':'yes'}" },
	  .err = "part 1: is a refusal that gives no reason" },
};

static void test_reads_wages_of_singapore(void **state)
{
	(void)state;
	check_cases(&source_datagovsg, sg_cases, ARRAY_SIZE(sg_cases), true);
	check_no_json(&source_datagovsg);
}

static void test_asks_from_where_the_last_part_ended(void **state)
{
	static const struct source_case c = {
		.rule = "two parts", .parts = { SG(NURSE, "2"), SG(COOK, "2") }
	};
	static const char address[] =
		"https://data.gov.sg/api/action/datastore_search?resource_id="
		"d_9917e751f7498502f70052a940a3f312&limit=1000&offset=";
	struct strbuf asked = STRBUF_INIT;

	(void)state;
	strbuf_addf(&asked, "%s0\n%s1\n", address, address);
	check_asked(&source_datagovsg, &c, true, asked.buf);
	strbuf_release(&asked);
}

static void test_records_without_end_are_refused(void **state)
{
	struct strbuf body = STRBUF_INIT;
	struct source_run r;

	(void)state;
	run_init(&r, &source_datagovsg);
	while (run_ask(&r)) {
		strbuf_reset(&body);
		strbuf_addf(&body, SG(COOK, "%d"), r.job.part + 1000);
		change(body.buf, '\'', '"');
		if (!run_read(&r, body.buf, body.len))
			break;
	}
	assert_string_equal(r.job.err.buf, "part 50, field total: is 1050, "
					   "and 50 parts hold 50");
	strbuf_release(&body);
	run_release(&r);
}

static void test_people_are_whole(void **state)
{
	static const char *const counts[] = { "1.5", "0", "012", "many" };
	struct pay_row pay = { .country = "NL",
			       .code = "A1",
			       .observed_on = "2024-12-31",
			       .currency = "EUR",
			       .period = "hour",
			       .median = "30" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		struct strbuf err = STRBUF_INIT;
		struct source_run r;

		run_init(&r, &source_cbs);
		pay.sample_n = counts[i];
		assert_false(source_pay(&r.job, 7, &pay));
		strbuf_addf(&err,
			    "part 0, row 7, field sample: '%s' is no number "
			    "of people",
			    counts[i]);
		assert_string_equal(r.job.err.buf, err.buf);
		strbuf_release(&err);
		run_release(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_dutch_wages),
		cmocka_unit_test(
			test_asks_for_four_years_and_then_for_the_rest),
		cmocka_unit_test(test_a_table_without_end_is_refused),
		cmocka_unit_test(test_reads_wages_of_singapore),
		cmocka_unit_test(test_asks_from_where_the_last_part_ended),
		cmocka_unit_test(test_records_without_end_are_refused),
		cmocka_unit_test(test_people_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
