/* Means of groups of occupations: Eurostat's JSON-stat and ILOSTAT's CSV. */
#include "source_case.h"

#define DIMENSION(name, index) "'" name "':{'category':{'index':" index "}}"
#define LONE(name, code) DIMENSION(name, "{'" code "':0}")
#define LONES                                                                 \
	LONE("freq", "A")                                                     \
	"," LONE("sex", "T") "," LONE("indic_se", "ERN") "," LONE(            \
		"sizeclas", "GE10") "," LONE("age", "TOTAL") "," LONE("unit", \
								      "NAC")
#define GROUPS DIMENSION("isco08", "{'TOTAL':0,'OC1':1,'OC2':2}")
#define IDS                                                        \
	"'id':['freq','sex','indic_se','isco08','sizeclas','age'," \
	"'unit','geo','time']"
/* Of three groups, two countries and a year. */
#define CUBE(more)                                               \
	"{'class':'dataset'," IDS ",'size':[1,1,1,3,1,1,1,2,1]," \
	"'dimension':{" LONES "," GROUPS                         \
	"," DIMENSION("geo", "{'DE':0,'NL':1}") "," LONE("time", \
							 "2022") "}," more "}"
#define MEAN(geo, code, mean)                                            \
	geo "|" code "||2022-10-31||EUR|month|\\N|\\N|\\N|\\N|\\N|" mean \
	    "|\\N|\\N|\\N|Mean of all employees of the group in "        \
	    "firms of ten and more.\n"

static const struct source_case eurostat_cases[] = {
	{ .rule = "sparse cells, and no total",
	  .parts = { CUBE("'value':{'0':1,'2':7943,'5':4822.5}") },
	  .rows = MEAN("DE", "1", "7943") MEAN("NL", "2", "4822.5") },
	{ .rule = "all cells in an array",
	  .parts = { CUBE("'value':[1,2,7943,null,5561,4822]") },
	  .rows = MEAN("DE", "1", "7943") MEAN("DE", "2", "5561")
		  MEAN("NL", "2", "4822") },
	{ .rule = "a break is used; c, n, u and z are not",
	  .parts = { CUBE("'value':{'2':1,'3':2,'4':3,'5':4},"
			  "'status':{'2':'b','3':'u','4':'bc','5':'z'}") },
	  .rows = MEAN("DE", "1", "1") },
	{ .rule = "nothing confidential is used",
	  .parts = { CUBE("'value':{'2':1,'3':2,'4':3},"
			  "'status':{'2':'b|','3':'|C','4':'n|'}") },
	  .rows = MEAN("DE", "1", "1") },
	{ .rule = "dimensions in another order, an index that is a list, and "
		  "a lone category with but a label",
	  .parts = { "{'id':['time','geo','isco08','unit'],'size':[2,1,2,1],"
		     "'dimension':{'time':{'category':{'index':"
		     "['2018','2022']}},'geo':{'category':{'label':"
		     "{'NL':'Netherlands'}}}," DIMENSION(
			     "isco08",
			     "{'OC2':1,'OC1':0}") "," LONE("unit",
							   "NAC") "},'value':{'2':10,'3':20}}" },
	  .rows = MEAN("NL", "1", "10") MEAN("NL", "2", "20") },
	{ .rule = "several groups, countries and years, one next to the other",
	  .parts = { "{'id':['isco08','geo','time'],'size':[2,2,2],"
		     "'dimension':{" DIMENSION("isco08", "{'OC1':0,'OC2':1}") "," DIMENSION(
			     "geo",
			     "{'NL':0,'DE':1}") "," DIMENSION("time",
							      "{'2018':0,'2022':1}") "},"
										     "'value':{'1':10,'3':20,'5':30,'7':40}}" },
	  .rows = MEAN("NL", "1", "10") MEAN("DE", "1", "20")
		  MEAN("NL", "2", "30") MEAN("DE", "2", "40") },
	{ .rule = "no value at all",
	  .parts = { CUBE("'value':{}") },
	  .err = "part 1, field value: has none that can be used; does the "
		 "combination asked for still exist?" },
	{ .rule = "a word for a value",
	  .parts = { CUBE("'value':{'2':'many'}") },
	  .err = "part 1, row 3, field value: is 'many'; a number is "
		 "expected" },
	{ .rule = "a negative value",
	  .parts = { CUBE("'value':{'2':-3}") },
	  .err = "part 1, row 3, field value: is -3; a number is expected" },
	{ .rule = "nought",
	  .parts = { CUBE("'value':{'2':0}") },
	  .err = "part 1, row 3, field mean: '0' is no amount above zero" },
	{ .rule = "a cell beyond the end",
	  .parts = { CUBE("'value':{'6':5}") },
	  .err = "part 1, field value: '6' is no cell from 0 to 5" },
	{ .rule = "a cell that is no number",
	  .parts = { CUBE("'value':{'02':5}") },
	  .err = "part 1, field value: '02' is no cell from 0 to 5" },
	{ .rule = "an array that is too short",
	  .parts = { CUBE("'value':[1]") },
	  .err = "part 1, field value: has 1 cells; the cube has 6" },
	{ .rule = "no values",
	  .parts = { CUBE("'label':''") },
	  .err = "part 1, field value: is missing; an object is expected" },
	{ .rule = "a status that is a number",
	  .parts = { CUBE("'value':{'2':1},'status':7") },
	  .err = "part 1, field status: is 7; an object is expected" },
	{ .rule = "sizes that do not fit",
	  .parts = { "{'id':['geo'],'size':[2],'dimension':{" LONE(
		  "geo", "DE") "},'value':{'0':1}}" },
	  .err = "part 1, field geo: the dimension's categories are not "
		 "numbered from 0 to 1" },
	{ .rule = "two categories of one number",
	  .parts = { "{'id':['geo'],'size':[2],'dimension':{" DIMENSION(
		  "geo", "{'DE':1,'NL':1}") "},'value':{'0':1}}" },
	  .err = "part 1, field geo: the dimension's categories are not "
		 "numbered from 0 to 1" },
	{ .rule = "half a category",
	  .parts = { "{'id':['geo'],'size':[2],'dimension':{" DIMENSION(
		  "geo", "{'DE':0,'NL':0.5}") "},'value':{'0':1}}" },
	  .err = "part 1, field geo: the dimension's categories are not "
		 "numbered from 0 to 1" },
	{ .rule = "a size of nought",
	  .parts = { "{'id':['geo'],'size':[0],'dimension':{}}" },
	  .err = "part 1, field geo: the dimension's size is no number from 1 "
		 "to 1000" },
	{ .rule = "ids without sizes",
	  .parts = { "{'id':['geo'],'size':[]}" },
	  .err = "part 1, field id: 'id' and 'size' are not arrays of the "
		 "same length, 1 to 16" },
	{ .rule = "an object without anything",
	  .parts = { "{}" },
	  .err = "part 1, field id: 'id' and 'size' are not arrays of the "
		 "same length, 1 to 16" },
	{ .rule = "an id that is a number",
	  .parts = { "{'id':[7],'size':[1]}" },
	  .err = "part 1, field id: has what is no dimension" },
	{ .rule = "no dimensions",
	  .parts = { "{'id':['geo'],'size':[1]}" },
	  .err = "part 1, field geo: the dimension's category index is "
		 "missing" },
	{ .rule = "a dimension that is missing",
	  .parts = { "{'id':['geo','isco08'],'size':[1,1],'dimension':{" LONE(
		  "geo", "DE") "," LONE("isco08", "OC1") "},'value':{}}" },
	  .err = "part 1, field time: the dimension is missing" },
	{ .rule = "two of a dimension that should have one",
	  .parts = { "{'id':['sex'],'size':[2],'dimension':{" DIMENSION(
		  "sex", "{'F':0,'M':1}") "},'value':{}}" },
	  .err = "part 1, field sex: the dimension has 2 categories; one is "
		 "expected" },
	{ .rule = "another category than was asked for",
	  .parts = { "{'id':['sex'],'size':[1],'dimension':{" LONE(
		  "sex", "F") "},'value':{}}" },
	  .err = "part 1, field sex: the dimension is of 'F'; 'T' has been "
		 "asked for" },
	{ .rule = "another country than was asked for",
	  .parts = { "{'id':['geo','isco08','time'],'size':[1,1,1],"
		     "'dimension':{" LONE("geo", "RO") "," LONE(
			     "isco08",
			     "OC7") "," LONE("time",
					     "2022") "},"
						     "'value':{'0':4781}}" },
	  .err = "part 1, row 1, field geo: is 'RO'; no such country has been "
		 "asked for" },
	{ .rule = "a time that is no year",
	  .parts = { "{'id':['geo','isco08','time'],'size':[1,1,1],"
		     "'dimension':{" LONE("geo", "DE") "," LONE(
			     "isco08",
			     "OC7") "," LONE("time",
					     "2022-Q1") "},"
							"'value':{'0':4781}}" },
	  .err = "part 1, row 1, field time: is '2022-Q1'; a year is "
		 "expected" },
	{ .rule = "a refusal",
	  .parts = { "{'error':[{'status':400,'id':150,'label':"
		     "'UNKNOWN VALUE for dimension isco08'}]}" },
	  .err = "part 1: is a refusal: UNKNOWN VALUE for dimension isco08" },
	{ .rule = "a refusal that passes",
	  .parts = { "{'error':{'status':413,'label':"
		     "'ASYNCHRONOUS_RESPONSE. Your request will be treated "
		     "asynchronously.'}}" },
	  .err = "part 1: is a refusal: ASYNCHRONOUS_RESPONSE. Your request "
		 "will be treated asynchronously.",
	  .is_later = true },
};

static void test_reads_cubes_of_eurostat(void **state)
{
	(void)state;
	check_cases(&source_eurostat, eurostat_cases,
		    ARRAY_SIZE(eurostat_cases), true);
	check_no_json(&source_eurostat);
	check_asked(&source_eurostat, &eurostat_cases[0], true,
		    "https://ec.europa.eu/eurostat/api/dissemination/"
		    "statistics/1.0/data/earn_ses22_21?format=JSON&lang=EN"
		    "&geo=DE&geo=NL&sex=T&indic_se=ERN&age=TOTAL"
		    "&sizeclas=GE10&unit=NAC\n");
}

/* Each dimension is small, all of them together are not. */
static void test_a_cube_too_large_is_refused(void **state)
{
	struct strbuf codes = STRBUF_INIT, body = STRBUF_INIT;
	struct source_run r;

	(void)state;
	for (int i = 0; i < 1000; i++)
		strbuf_addf(&codes, "%s\"c%d\"", i ? "," : "", i);
	strbuf_addf(&body,
		    "{\"id\":[\"a\",\"b\"],\"size\":[1000,1000],\"dimension\":{"
		    "\"a\":{\"category\":{\"index\":[%s]}},"
		    "\"b\":{\"category\":{\"index\":[%s]}}},\"value\":{}}",
		    codes.buf, codes.buf);
	run_init(&r, &source_eurostat);
	assert_true(run_ask(&r));
	assert_false(run_read(&r, body.buf, body.len));
	assert_string_equal(r.job.err.buf, "part 1, field size: makes more "
					   "than 100000 cells");
	run_release(&r);
	strbuf_release(&codes);
	strbuf_release(&body);
}

#define HEADER                                                  \
	"ref_area,source,indicator,sex,classif1,classif2,time," \
	"obs_value,obs_status,note_classif,note_indicator,"     \
	"note_source\n"
#define LINE(area, source, group, currency, rest)                            \
	area "," source ",EAR_EMTA_SEX_OCU_CUR_NB,SEX_T," group "," currency \
	     "," rest ",,,\n"
#define USA \
	LINE("USA", "BA:453", "OCU_ISCO08_2", "CUR_TYPE_LCU", "2025,8638.146,")
#define ILO(country, code, year, source, currency, mean)         \
	country "|" code "||" year "-12-31|" source "|" currency \
		"|month|\\N|\\N|\\N|\\N|\\N|" mean               \
		"|\\N|\\N|\\N|Mean of all employees of the group.\n"
#define USA_ROW ILO("US", "2", "2025", "BA:453", "USD", "8638.146")

static const struct source_case ilostat_cases[] = {
	{ .rule = "a row", .parts = { HEADER USA }, .rows = USA_ROW },
	{ .rule = "two surveys of a year",
	  .parts = { HEADER USA LINE("USA", "BX:1", "OCU_ISCO08_2",
				     "CUR_TYPE_LCU", "2025,9999.5,") },
	  .rows = USA_ROW ILO("US", "2", "2025", "BX:1", "USD", "9999.5") },
	{ .rule = "a break is used, other marks are not",
	  .parts = { HEADER USA LINE("MYS", "BA:1", "OCU_ISCO08_0",
				     "CUR_TYPE_LCU", "2023,1.5,B")
			     LINE("MYS", "BA:1", "OCU_ISCO08_1", "CUR_TYPE_LCU",
				  "2023,1.5,U")
				     LINE("MYS", "BA:1", "OCU_ISCO08_3",
					  "CUR_TYPE_LCU", "2023,1.5,I") },
	  .rows = USA_ROW ILO("MY", "0", "2023", "BA:1", "MYR", "1.5") },
	{ .rule = "other countries, classifications, groups, currencies and "
		  "empty values are passed over",
	  .parts = { HEADER USA LINE(
		  "BRA", "BX:1", "OCU_ISCO08_2", "CUR_TYPE_LCU",
		  "2024,1.5,") LINE("USA", "B", "OCU_ISCO88_2", "CUR_TYPE_LCU",
				    "2024,1.5,")
			     LINE("USA", "B", "OCU_ISCO08_TOTAL", "CUR_TYPE_LCU",
				  "2024,1.5,") LINE("USA", "B", "OCU_ISCO08_X",
						    "CUR_TYPE_LCU", "2024,1.5,")
				     LINE("USA", "B", "OCU_ISCO08_1",
					  "CUR_TYPE_PPP", "2024,many,")
					     LINE("USA", "B", "OCU_ISCO08_1",
						  "CUR_TYPE_LCU", "2024,,") },
	  .rows = USA_ROW },
	{ .rule = "years before those asked for, and this one, are passed "
		  "over",
	  .parts = { HEADER USA LINE("ARE", "BA:1", "OCU_ISCO08_2",
				     "CUR_TYPE_LCU", "2009,13688.694,")
			     LINE("USA", "BA:453", "OCU_ISCO08_2",
				  "CUR_TYPE_LCU", "2026,1.5,") },
	  .rows = USA_ROW },
	{ .rule = "columns in another order, a byte order mark, CRLF",
	  .parts = { "\xef\xbb\xbfobs_status,obs_value,time,classif2,"
		     "classif1,sex,indicator,source,ref_area\r\n"
		     ",8638.146,2025,CUR_TYPE_LCU,OCU_ISCO08_2,SEX_T,"
		     "EAR_EMTA_SEX_OCU_CUR_NB,BA:453,USA\r\n" },
	  .rows = USA_ROW },
	{ .rule = "the same row twice",
	  .parts = { HEADER USA USA },
	  .err = "part 2: has two rows of the same: US, 2, 2025-12-31, "
		 "BA:453" },
	{ .rule = "an empty body",
	  .parts = { "" },
	  .err = "part 1: is empty; CSV is expected" },
	{ .rule = "a header and nothing else",
	  .parts = { HEADER },
	  .err = "part 1: has no row that can be used; is the indicator "
		 "renamed?" },
	{ .rule = "another indicator",
	  .parts = { HEADER "USA,BA:453,EAR_4MTH_SEX_OCU_CUR_NB,SEX_T,"
			    "OCU_ISCO08_2,CUR_TYPE_LCU,2025,8638.146,,,,\n" },
	  .err = "part 1: has no row that can be used; is the indicator "
		 "renamed?" },
	{ .rule = "labels for codes",
	  .parts = { "ref_area.label,source.label,indicator.label\nUnited "
		     "States,LFS,Earnings\n" },
	  .err = "part 1, row 1, field ref_area: the column is missing; the "
		 "header begins with 'ref_area.label'" },
	{ .rule = "a page of HTML",
	  .parts = { "<html>Not found</html>" },
	  .err = "part 1, row 1, field ref_area: the column is missing; the "
		 "header begins with '<html>Not found</html>'" },
	{ .rule = "a word for a value",
	  .parts = { HEADER LINE("USA", "BA:453", "OCU_ISCO08_2",
				 "CUR_TYPE_LCU", "2025,many,") },
	  .err = "part 1, row 2, field mean: 'many' is no amount above "
		 "zero" },
	{ .rule = "a negative value",
	  .parts = { HEADER LINE("USA", "BA:453", "OCU_ISCO08_2",
				 "CUR_TYPE_LCU", "2025,-1,") },
	  .err = "part 1, row 2, field mean: '-1' is no amount above zero" },
	{ .rule = "a time that is no year",
	  .parts = { HEADER LINE("USA", "BA:453", "OCU_ISCO08_2",
				 "CUR_TYPE_LCU", "2025Q1,1,") },
	  .err = "part 1, row 2, field time: is '2025Q1'; a year is "
		 "expected" },
	{ .rule = "no survey named",
	  .parts = { HEADER LINE("USA", "", "OCU_ISCO08_2", "CUR_TYPE_LCU",
				 "2025,1,") },
	  .err = "part 1, row 2, field source: is empty" },
	{ .rule = "a row cut short",
	  .parts = { HEADER USA "USA,BA:453,EAR_EMTA" },
	  .err = "part 1, row 3, field sex: is missing; the row has 3 "
		 "fields" },
	{ .rule = "a quote that is not closed",
	  .parts = { HEADER "USA,\"BA:453\n" },
	  .err = "part 1, row 2, field 2: has no closing quote" },
	{ .rule = "not UTF-8",
	  .parts = { HEADER "USA,BA\xff\n" },
	  .err = "part 1, row 2, field 2: is not UTF-8" },
};

static void test_reads_rows_of_ilostat(void **state)
{
	(void)state;
	check_cases(&source_ilostat, ilostat_cases, ARRAY_SIZE(ilostat_cases),
		    false);
	check_asked(&source_ilostat, &ilostat_cases[0], false,
		    "https://rplumber.ilo.org/data/indicator/?id="
		    "EAR_EMTA_SEX_OCU_CUR_NB_A&ref_area=ARE+DEU+MYS+NLD+SGP+USA"
		    "&sex=SEX_T&timefrom=2021&type=code&lang=en"
		    "&format=.csv\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_cubes_of_eurostat),
		cmocka_unit_test(test_a_cube_too_large_is_refused),
		cmocka_unit_test(test_reads_rows_of_ilostat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
