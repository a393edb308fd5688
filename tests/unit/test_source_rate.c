/* Rates of exchange and purchasing power: the ECB's XML, Frankfurter and the
 * World Bank. */
#include "source_case.h"

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define ENVELOPE(cubes)                                        \
	XML "<gesmes:Envelope xmlns:gesmes='g' xmlns='e'>"     \
	    "<gesmes:subject>Reference rates</gesmes:subject>" \
	    "<Cube>" cubes "</Cube></gesmes:Envelope>\n"
#define DAY(day, rates) "<Cube time='" day "'>" rates "</Cube>"
#define RATE(currency, rate) "<Cube currency='" currency "' rate='" rate "'/>"
#define SPOT(quote, day, rate) "spot|EUR|" quote "||" day "|" rate "\n"

static const struct source_case ecb_cases[] = {
	{ .rule = "the rates of a day, ours",
	  .parts = { ENVELOPE(DAY("2026-11-23",
				  RATE("USD", "1.1592") RATE("CZK", "24.264")
					  RATE("MYR", "4.8889"))) },
	  .rows = SPOT("USD", "2026-11-23", "1.1592")
		  SPOT("MYR", "2026-11-23", "4.8889") },
	{ .rule = "90 days",
	  .parts = { ENVELOPE(DAY("2026-11-23", RATE("USD", "1.1592"))
				      DAY("2026-11-20", RATE("USD", "1.15"))) },
	  .rows = SPOT("USD", "2026-11-23", "1.1592")
		  SPOT("USD", "2026-11-20", "1.15") },
	{ .rule = "a currency of another that has no rate is no matter",
	  .parts = { ENVELOPE(DAY("2026-11-23", "<Cube currency='XTS'/>" RATE(
							"USD", "1.1592"))) },
	  .rows = SPOT("USD", "2026-11-23", "1.1592") },
	{ .rule = "a day twice",
	  .parts = { ENVELOPE(DAY("2026-11-23", RATE("USD", "1.1592"))
				      DAY("2026-11-23", RATE("USD", "1.15"))) },
	  .err = "part 2: has two rows of the same: spot, EUR, USD, "
		 "2026-11-23" },
	{ .rule = "an entity bomb",
	  .parts = { "<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [<!ENTITY a "
		     "\"lol\"><!ENTITY b \"&a;&a;\">]>\n<Envelope><Cube>"
		     "<Cube time='2026-11-23'><Cube currency='USD' "
		     "rate='&b;'/></Cube></Cube></Envelope>" },
	  .err = "part 1: declares a document type, 'lolz', which is "
		 "refused" },
	{ .rule = "another file's entity",
	  .parts = { XML "<!DOCTYPE Envelope [<!ENTITY x SYSTEM "
			 "'file:///etc/passwd'>]>\n" ENVELOPE("") },
	  .err = "part 1: declares a document type, 'Envelope', which is "
		 "refused" },
	{ .rule = "a page of HTML",
	  .parts = { "<!DOCTYPE html>\n<html><head>" },
	  .type = "text/html",
	  .err = "part 1: declares a document type, 'html', which is refused; "
		 "it calls itself text/html" },
	{ .rule = "an entity without a document type",
	  .parts = { ENVELOPE(DAY("2026-11-23", RATE("USD", "&x;"))) },
	  .err = "part 1: is no XML from line 2, column 123 on: undefined "
		 "entity" },
	{ .rule = "no Cube",
	  .parts = { XML "<Envelope/>" },
	  .err = "part 1: has a rate of none of our currencies" },
	{ .rule = "none of our currencies",
	  .parts = { ENVELOPE(DAY("2026-11-23", RATE("CZK", "24.264"))) },
	  .err = "part 1: has a rate of none of our currencies" },
	{ .rule = "no time",
	  .parts = { ENVELOPE(RATE("USD", "1.1592")) },
	  .err = "part 1, row 1, field time: the Cube around 'USD' has none" },
	{ .rule = "a rate behind the day's Cube",
	  .parts = { ENVELOPE(DAY("2026-11-23", RATE("USD", "1.1592"))
				      RATE("MYR", "4.8889")) },
	  .err = "part 1, row 2, field time: the Cube around 'MYR' has none" },
	{ .rule = "a time that is a word",
	  .parts = { ENVELOPE(DAY("today", RATE("USD", "1.1592"))) },
	  .err = "part 1, field time: 'today' is no day" },
	{ .rule = "no such day",
	  .parts = { ENVELOPE(DAY("2026-02-30", RATE("USD", "1.1592"))) },
	  .err = "part 1, field time: '2026-02-30' is no day" },
	{ .rule = "a day to come",
	  .parts = { ENVELOPE(DAY("2026-11-25", RATE("USD", "1.1592"))) },
	  .err = "part 1, row 1, field date: '2026-11-25' is no day that has "
		 "been" },
	{ .rule = "a rate that is a word",
	  .parts = { ENVELOPE(DAY("2026-11-23", RATE("USD", "many"))) },
	  .err = "part 1, row 1, field rate: 'many' is no rate above zero" },
	{ .rule = "a rate of nought",
	  .parts = { ENVELOPE(DAY("2026-11-23", RATE("USD", "0"))) },
	  .err = "part 1, row 1, field rate: '0' is no rate above zero" },
	{ .rule = "a negative rate",
	  .parts = { ENVELOPE(DAY("2026-11-23", RATE("USD", "-1.1592"))) },
	  .err = "part 1, row 1, field rate: '-1.1592' is no rate above "
		 "zero" },
	{ .rule = "no rate",
	  .parts = { ENVELOPE(DAY("2026-11-23", "<Cube currency='USD'/>")) },
	  .err = "part 1, row 1, field rate: is missing for USD" },
	{ .rule = "not closed",
	  .parts = { "<Envelope><Cube>" },
	  .err = "part 1: is no XML from line 1, column 17 on: no element "
		 "found" },
	{ .rule = "empty",
	  .parts = { "" },
	  .err = "part 1: is no XML from line 1, column 1 on: no element "
		 "found" },
	{ .rule = "JSON",
	  .parts = { "{\"rates\":1}" },
	  .err = "part 1: is no XML from line 1, column 1 on: not well-formed "
		 "(invalid token)" },
	{ .rule = "not UTF-8",
	  .parts = { "<Envelope>\xff</Envelope>" },
	  .err = "part 1: is no XML from line 1, column 11 on: not "
		 "well-formed (invalid token)" },
	{ .rule = "too deep",
	  .parts = { "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>" },
	  .err = "part 1: is more than 16 elements deep" },
};

static void test_reads_rates_of_the_ecb(void **state)
{
	(void)state;
	check_cases(&source_ecb, ecb_cases, ARRAY_SIZE(ecb_cases), false);
	check_asked(&source_ecb, &ecb_cases[0], false,
		    "https://www.ecb.europa.eu/stats/eurofxref/"
		    "eurofxref-daily.xml\n");
}

static const struct source_case frankfurter_cases[] = {
	{ .rule = "rows, codes in any case, others passed over",
	  .parts = { "[{'date':'2026-11-23','base':'EUR','quote':'AED',"
		     "'rate':4.25716},{'date':'2026-11-23','base':'eur',"
		     "'quote':'vnd','rate':30512.4},{'date':'2026-11-23',"
		     "'base':'EUR','quote':'USD','rate':1.16}]" },
	  .rows = SPOT("AED", "2026-11-23", "4.25716")
		  SPOT("VND", "2026-11-23", "30512.4") },
	{ .rule = "version 1",
	  .parts = { "{'amount':1.0,'base':'EUR','date':'2026-11-23',"
		     "'rates':{'AED':4.25716,'VND':30512.4,'USD':1.16}}" },
	  .rows = SPOT("AED", "2026-11-23", "4.25716")
		  SPOT("VND", "2026-11-23", "30512.4") },
	{ .rule = "version 1 for ten euros",
	  .parts = { "{'amount':10,'base':'EUR','date':'2026-11-23',"
		     "'rates':{'AED':42.5}}" },
	  .err = "part 1, field amount: is 10; rates for 1 are expected" },
	{ .rule = "a refusal",
	  .parts = { "{'message':'not found'}" },
	  .err = "part 1: is a refusal: not found" },
	{ .rule = "no rows",
	  .parts = { "[]" },
	  .err = "part 1: has no rate of AED or VND" },
	{ .rule = "an object of something else",
	  .parts = { "{'rates':[]}" },
	  .err = "part 1, field rates: is an array; an object is expected" },
	{ .rule = "a number",
	  .parts = { "7" },
	  .err = "part 1: is 7; an array of rates is expected" },
	{ .rule = "another base",
	  .parts = { "[{'date':'2026-11-23','base':'USD','quote':'AED',"
		     "'rate':3.6725}]" },
	  .err = "part 1, row 1, field base: is 'USD'; the euro has been "
		 "asked for" },
	{ .rule = "no rate",
	  .parts = { "[{'date':'2026-11-23','base':'EUR','quote':'AED'}]" },
	  .err = "part 1, row 1, field rate: is missing; a number is "
		 "expected" },
	{ .rule = "a rate that is null",
	  .parts = { "[{'date':'2026-11-23','base':'EUR','quote':'AED',"
		     "'rate':null}]" },
	  .err = "part 1, row 1, field rate: '' is no rate above zero" },
	{ .rule = "a rate that is a word",
	  .parts = { "[{'date':'2026-11-23','base':'EUR','quote':'AED',"
		     "'rate':'many'}]" },
	  .err = "part 1, row 1, field rate: is 'many'; a number is "
		 "expected" },
	{ .rule = "a negative rate",
	  .parts = { "[{'date':'2026-11-23','base':'EUR','quote':'AED',"
		     "'rate':-1}]" },
	  .err = "part 1, row 1, field rate: is -1; a number is expected" },
	{ .rule = "no day",
	  .parts = { "[{'date':'now','base':'EUR','quote':'AED',"
		     "'rate':4.2}]" },
	  .err = "part 1, row 1, field date: 'now' is no day that has been" },
	{ .rule = "one rate twice",
	  .parts = { "[{'date':'2026-11-23','base':'EUR','quote':'AED',"
		     "'rate':4.25716},{'date':'2026-11-23','base':'EUR',"
		     "'quote':'aed','rate':4.2}]" },
	  .err = "part 2: has two rows of the same: spot, EUR, AED, "
		 "2026-11-23" },
};

static void test_reads_rates_of_frankfurter(void **state)
{
	(void)state;
	check_cases(&source_frankfurter, frankfurter_cases,
		    ARRAY_SIZE(frankfurter_cases), true);
	check_no_json(&source_frankfurter);
	check_asked(&source_frankfurter, &frankfurter_cases[0], true,
		    "https://api.frankfurter.dev/v2/rates?base=eur"
		    "&quotes=aed,vnd\n");
}

#define HEAD(page, pages) "[{'page':" page ",'pages':" pages "},"
#define YEAR(id, iso3, year, value)                             \
	"{'indicator':{'id':'" id "'},'countryiso3code':'" iso3 \
	"','date':'" year "','value':" value "}"
#define FCRF(iso3, year, value) YEAR("PA.NUS.FCRF", iso3, year, value)
#define PPP(iso3, year, value) YEAR("PA.NUS.PRVT.PP", iso3, year, value)
#define PPP_PART HEAD("1", "1") "[" PPP("SGP", "2025", "0.9") "]]"
#define AVERAGE(quote, country, rate) \
	"year_average|USD|" quote "|" country "|2025-12-31|" rate "\n"
#define PPP_ROW "ppp|USD|SGD|SG|2025-12-31|0.9\n"

static const struct source_case worldbank_cases[] = {
	{ .rule = "numbers, and texts of them; the dollar to itself; others "
		  "and this year passed over",
	  .parts = { HEAD("1", "1") "[" FCRF("ARE", "2025", "3.6725") "," FCRF("SGP", "2025", "'1.30745'") "," FCRF(
			     "USA", "2025",
			     "1") "," FCRF("BRA", "2025",
					   "5.5") "," FCRF("SGP", "2026",
							   "1.3") "," FCRF("DEU",
									   "2024",
									   "null") "]]",
		     PPP_PART },
	  .rows = AVERAGE("AED", "AE", "3.6725") AVERAGE("SGD", "SG", "1.30745")
		  AVERAGE("USD", "US", "1") PPP_ROW },
	{ .rule = "two pages",
	  .parts = { HEAD("1", "2") "[" FCRF("ARE", "2025", "3.6725") "]]",
		     HEAD("2", "'2'") "[" FCRF("SGP", "2025", "1.30745") "]]",
		     PPP_PART },
	  .rows = AVERAGE("AED", "AE", "3.6725") AVERAGE("SGD", "SG", "1.30745")
		  PPP_ROW },
	{ .rule = "a page without rows",
	  .parts = { HEAD("1", "2") "null]",
		     HEAD("2", "2") "[" FCRF("SGP", "2025", "1.30745") "]]",
		     PPP_PART },
	  .rows = AVERAGE("SGD", "SG", "1.30745") PPP_ROW },
	{ .rule = "two countries of a currency",
	  .parts = { HEAD("1", "1") "[" FCRF("DEU", "2025", "0.8") "," FCRF(
			     "NLD", "2025", "0.8") "]]",
		     PPP_PART },
	  .rows = AVERAGE("EUR", "DE", "0.8") AVERAGE("EUR", "NL", "0.8")
		  PPP_ROW },
	{ .rule = "a refusal",
	  .parts = { "[{'message':[{'id':'120','key':'Invalid value',"
		     "'value':'The provided parameter value is not "
		     "valid'}]}]" },
	  .err = "part 1: is a refusal: The provided parameter value is not "
		 "valid" },
	{ .rule = "null instead of rows",
	  .parts = { "[{'page':0,'pages':0,'per_page':0,'total':0},null]" },
	  .err = "part 1: there is no rate of PA.NUS.FCRF" },
	{ .rule = "all values are null",
	  .parts = { HEAD("1", "1") "[" FCRF("SGP", "2025", "1.3") "]]",
		     HEAD("1", "1") "[" PPP("SGP", "2025", "null") "]]" },
	  .err = "part 2: there is no rate of PA.NUS.PRVT.PP" },
	{ .rule = "an object",
	  .parts = { "{'message':'no'}" },
	  .err = "part 1: is no array of two, a head and rows" },
	{ .rule = "rows that are a text",
	  .parts = { HEAD("1", "1") "'x']" },
	  .err = "part 1: 'x' is in the place of the rows" },
	{ .rule = "a million pages",
	  .parts = { HEAD("1", "1000000") "[]]" },
	  .err = "part 1, field pages: is 1000000; a whole number from 0 to "
		 "20 is expected" },
	{ .rule = "another page",
	  .parts = { HEAD("2", "2") "[]]" },
	  .err = "part 1, field page: is 2; 1 has been asked for" },
	{ .rule = "no page",
	  .parts = { "[{'pages':1},[]]" },
	  .err = "part 1, field page: is missing; a whole number from 0 to 20 "
		 "is expected" },
	{ .rule = "another indicator",
	  .parts = { HEAD("1", "1") "[" PPP("SGP", "2025", "1") "]]" },
	  .err = "part 1, row 1, field indicator: is 'PA.NUS.PRVT.PP'; "
		 "PA.NUS.FCRF has been asked for" },
	{ .rule = "a word for a value",
	  .parts = { HEAD("1", "1") "[" FCRF("SGP", "2025", "'many'") "]]" },
	  .err = "part 1, row 1, field value: is 'many'; a number is "
		 "expected" },
	{ .rule = "a negative value",
	  .parts = { HEAD("1", "1") "[" FCRF("SGP", "2025", "-1.5") "]]" },
	  .err = "part 1, row 1, field value: is -1.5; a number is "
		 "expected" },
	{ .rule = "nought",
	  .parts = { HEAD("1", "1") "[" FCRF("SGP", "2025", "0") "]]" },
	  .err = "part 1, row 1, field rate: '0' is no rate above zero" },
	{ .rule = "no value",
	  .parts = { HEAD("1", "1") "[{'indicator':{'id':'PA.NUS.FCRF'},"
				    "'countryiso3code':'SGP','date':"
				    "'2025'}]]" },
	  .err = "part 1, row 1, field value: is missing; a number is "
		 "expected" },
	{ .rule = "no date",
	  .parts = { HEAD("1", "1") "[{'indicator':{'id':'PA.NUS.FCRF'},"
				    "'countryiso3code':'SGP','value':1}]]" },
	  .err = "part 1, row 1, field date: is missing; a text is expected" },
	{ .rule = "a date that is no year",
	  .parts = { HEAD("1", "1") "[" FCRF("SGP", "2025Q1", "1") "]]" },
	  .err = "part 1, row 1, field date: is '2025Q1'; a year is "
		 "expected" },
	{ .rule = "the same year twice",
	  .parts = { HEAD("1", "1") "[" FCRF("SGP", "2025", "1") "," FCRF(
			     "SGP", "2025", "1") "]]",
		     PPP_PART },
	  .err = "part 3: has two rows of the same: year_average, USD, SGD, "
		 "SG, 2025-12-31" },
};

static void test_reads_rates_of_the_world_bank(void **state)
{
	static const char address[] =
		"https://api.worldbank.org/v2/country/ARE;DEU;MYS;NLD;SGP;USA"
		"/indicator/";
	static const char query[] =
		"?format=json&per_page=20000&date=2020:2026&page=";
	struct strbuf asked = STRBUF_INIT;

	(void)state;
	check_cases(&source_worldbank, worldbank_cases,
		    ARRAY_SIZE(worldbank_cases), true);
	check_no_json(&source_worldbank);
	strbuf_addf(&asked,
		    "%sPA.NUS.FCRF%s1\n%sPA.NUS.FCRF%s2\n"
		    "%sPA.NUS.PRVT.PP%s1\n",
		    address, query, address, query, address, query);
	check_asked(&source_worldbank, &worldbank_cases[1], true, asked.buf);
	strbuf_release(&asked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_rates_of_the_ecb),
		cmocka_unit_test(test_reads_rates_of_frankfurter),
		cmocka_unit_test(test_reads_rates_of_the_world_bank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
