/*
 * Statistics Netherlands, table 85517NED: gross hourly wages by occupation of
 * BRC 2014, by OData 3. The table goes on at odata.nextLink where it is too
 * long for one reply.
 */
#include "salary/source_list.h"

#include "base/json.h"
#include "salary/source_member.h"

#define YEARS 4
#define PARTS_MAX 20
#define ADDRESS_MAX 2000
#define COLUMNS                                          \
	"Beroep,Perioden,Werknemer_1,k_25ePercentiel_2," \
	"k_50ePercentielMediaan_3,k_75ePercentiel_4"
#define NOTES "Excludes the 8% holiday allowance."

static bool ask(struct source_job *job, struct fetch_request *request)
{
	int year = source_year(job);

	if (job->part > 1) {
		if (!job->next.len)
			return false;
		strbuf_reset(&job->url);
		strbuf_addstr(&job->url, job->next.buf);
	} else {
		strbuf_addstr(&job->url, "?%24select=" COLUMNS "&%24filter=");
		for (int i = YEARS; i > 0; i--)
			strbuf_addf(&job->url,
				    "%sPerioden%%20eq%%20%%27%dJJ00%%27",
				    i < YEARS ? "%20or%20" : "", year - i);
		strbuf_addstr(&job->url, "&%24format=json");
	}
	request->url = job->url.buf;
	request->accept = "application/json";
	return true;
}

/* Whether an address is one of the host that has been asked, as that is
 * written in the setting: no name or password before it, and a scheme that
 * the table of replies takes. */
static bool is_of_host(const char *address)
{
	const char *base = settings_str(SETTING_CBS_URL);
	const char *host = strstr(base, "://");
	size_t len = host ? (size_t)(host - base) + 3 : 0;

	len += strcspn(base + len, "/");
	return strncmp(address, base, len) == 0 && address[len] == '/' &&
	       strlen(address) <= ADDRESS_MAX &&
	       fetch_is_same_origin(base, address);
}

/* Where the rest is; only to the host that has been asked. */
static bool read_next(struct source_job *job, const cJSON *body)
{
	const cJSON *next = json_get(body, "odata.nextLink");
	const char *s = json_text(next);
	char shown[SOURCE_TEXT];

	strbuf_reset(&job->next);
	if (!next)
		return true;
	if (!is_of_host(s))
		return source_fault(job, 0, "odata.nextLink",
				    "is %s; an address of the same host is "
				    "expected",
				    source_show(next, shown));
	if (strcmp(s, job->url.buf) == 0)
		return source_fault(job, 0, "odata.nextLink",
				    "leads to itself");
	if (job->part >= PARTS_MAX)
		return source_fault(job, 0, "odata.nextLink",
				    "leads on and on; %d parts are the limit",
				    PARTS_MAX);
	strbuf_addstr(&job->next, s);
	return true;
}

/* Thousands of people into people; "" for none. */
static void count_people(const char *thousands, char buf[SOURCE_NUMBER])
{
	double n = strtod(thousands, NULL) * 1000;

	buf[0] = '\0';
	if (n >= 1 && n < 1e9)
		snprintf(buf, SOURCE_NUMBER, "%.0f", n);
}

static bool read_row(struct source_job *job, size_t row, const cJSON *one)
{
	char code[SOURCE_TEXT], period[SOURCE_TEXT], day[24];
	char p25[SOURCE_NUMBER], p50[SOURCE_NUMBER], p75[SOURCE_NUMBER];
	char n[SOURCE_NUMBER], people[SOURCE_NUMBER];
	const char *thousands;
	struct pay_row pay = { .country = "NL",
			       .code = code,
			       .observed_on = day,
			       .currency = "EUR",
			       .period = "hour",
			       .sample_n = people,
			       .notes = NOTES };
	int year;

	if (!source_text(job, row, one, "Beroep", code) ||
	    !source_text(job, row, one, "Perioden", period) ||
	    !source_amount(job, row, one, "Werknemer_1", n, &thousands) ||
	    !source_amount(job, row, one, "k_25ePercentiel_2", p25, &pay.p25) ||
	    !source_amount(job, row, one, "k_50ePercentielMediaan_3", p50,
			   &pay.median) ||
	    !source_amount(job, row, one, "k_75ePercentiel_4", p75, &pay.p75))
		return false;
	if (strlen(period) != 8)
		return source_fault(job, row, "Perioden",
				    "is '%s'; one as 2024JJ00 is expected",
				    period);
	if (strcmp(period + 4, "JJ00") != 0)
		return true; /* of a quarter or month */
	period[4] = '\0';
	if (!source_parse_year(period, &year))
		return source_fault(job, row, "Perioden",
				    "is '%sJJ00'; one as 2024JJ00 is expected",
				    period);
	if (!*pay.p25 && !*pay.median && !*pay.p75)
		return true; /* not published */
	snprintf(day, sizeof(day), "%d-12-31", year);
	count_people(thousands, people);
	return source_pay(job, row, &pay);
}

static bool read_body(struct source_job *job, const cJSON *body)
{
	const cJSON *rows = json_get(body, "value"), *one;
	const cJSON *error = json_get(body, "odata.error");
	char shown[SOURCE_TEXT];
	size_t row = 0;

	if (error)
		return source_refusal(job, json_str(json_get(error, "message"),
						    "value"));
	if (!cJSON_IsArray(rows))
		return source_fault(job, 0, "value",
				    "is %s; an array is expected",
				    source_show(rows, shown));
	cJSON_ArrayForEach (one, rows)
		if (!read_row(job, ++row, one))
			return false;
	if (!read_next(job, body))
		return false;
	if (!job->next.len && !job->count)
		return source_fault(job, 0, "value",
				    "has no wage in any year; is the table "
				    "replaced by another?");
	return true;
}

static bool read_wages(struct source_job *job)
{
	cJSON *body = source_json(job);
	bool ok = body && read_body(job, body);

	cJSON_Delete(body);
	return ok;
}

const struct source source_cbs = {
	.code = "cbs",
	.url = SETTING_CBS_URL,
	.path = "/ODataApi/odata/85517NED/TypedDataSet",
	.every_days = 7,
	.stale_days = 30,
	.ask = ask,
	.read = read_wages,
};
