/*
 * The World Bank's yearly rates to the dollar: of exchange, averaged over the
 * year (PA.NUS.FCRF), and of what buys as much, by household consumption
 * (PA.NUS.PRVT.PP). One after the other, page by page. A refusal comes with
 * 200, as an array of one.
 */
#include "salary/source_list.h"

#include "base/json.h"
#include "base/parse.h"
#include "salary/source_member.h"

#define YEARS 6
#define PAGES_MAX 20

static const struct indicator {
	const char *id;
	const char *kind;
} indicators[] = {
	{ "PA.NUS.FCRF", "year_average" },
	{ "PA.NUS.PRVT.PP", "ppp" },
};

struct place {
	const struct indicator *indicator;
	int64_t page;
};

/* job->next is "0 2": which indicator, and its page. */
static struct place place_of(const struct source_job *job)
{
	struct place p = { .indicator = indicators, .page = 1 };

	if (job->next.len < 3)
		return p;
	p.indicator += job->next.buf[0] == '1';
	if (!parse_int(job->next.buf + 2, 1, PAGES_MAX, &p.page))
		p.page = 1;
	return p;
}

static void set_place(struct source_job *job, const struct place *p)
{
	strbuf_reset(&job->next);
	strbuf_addf(&job->next, "%td %jd", p->indicator - indicators,
		    (intmax_t)p->page);
}

static bool ask(struct source_job *job, struct fetch_request *request)
{
	struct place p = place_of(job);
	int year = source_year(job);
	const cJSON *one;
	char separator = '/';

	if (job->part > 1 && !job->next.len)
		return false;
	cJSON_ArrayForEach (one, json_get(job->known, "countries")) {
		strbuf_addf(&job->url, "%c%s", separator,
			    json_str(one, "iso3"));
		separator = ';';
	}
	strbuf_addf(&job->url,
		    "/indicator/%s?format=json&per_page=20000&date=%d:%d"
		    "&page=%jd",
		    p.indicator->id, year - YEARS, year, (intmax_t)p.page);
	request->url = job->url.buf;
	request->accept = "application/json";
	return true;
}

static bool read_row(struct source_job *job, size_t row, const cJSON *one,
		     const struct indicator *indicator)
{
	const cJSON *country =
		source_country(job, "iso3", json_str(one, "countryiso3code"));
	const char *id = json_str(json_get(one, "indicator"), "id");
	char buf[SOURCE_NUMBER], text[SOURCE_TEXT], day[24];
	struct rate_row rate = { .kind = indicator->kind,
				 .base = "USD",
				 .quote = json_str(country, "currency"),
				 .country = json_str(country, "code"),
				 .observed_on = day };
	int year;

	if (strcmp(id, indicator->id) != 0)
		return source_fault(job, row, "indicator",
				    "is '%.40s'; %s has been asked for", id,
				    indicator->id);
	if (!source_text(job, row, one, "date", text) ||
	    !source_amount(job, row, one, "value", buf, &rate.rate))
		return false;
	if (!source_parse_year(text, &year))
		return source_fault(job, row, "date",
				    "is '%.40s'; a year is expected", text);
	if (!country || !*rate.rate || year >= source_year(job))
		return true; /* a year that is not over has no average */
	snprintf(day, sizeof(day), "%d-12-31", year);
	return source_rate(job, row, &rate);
}

/* Where the next part is: the next page, the next indicator, or nowhere. */
static bool read_end(struct source_job *job, struct place *p, int64_t pages)
{
	if (p->page < pages) {
		p->page++;
		set_place(job, p);
		return true;
	}
	if (!strstr(job->rates.buf, p->indicator->kind))
		return source_fault(job, 0, "", "there is no rate of %s",
				    p->indicator->id);
	strbuf_reset(&job->next);
	if (p->indicator != indicators)
		return true;
	p->indicator++;
	p->page = 1;
	set_place(job, p);
	return true;
}

static bool read_pages(struct source_job *job, const cJSON *body)
{
	const cJSON *head = cJSON_GetArrayItem(body, 0), *one;
	const cJSON *rows = cJSON_GetArrayItem(body, 1);
	const cJSON *message = json_get(head, "message");
	struct place p = place_of(job);
	char shown[SOURCE_TEXT];
	int64_t page, pages;
	size_t row = 0;

	if (cJSON_IsArray(body) && message)
		return source_refusal(job, json_str(message->child, "value"));
	if (!cJSON_IsArray(body) || cJSON_GetArraySize(body) != 2)
		return source_fault(job, 0, "",
				    "is no array of two, a head and rows");
	if (!cJSON_IsArray(rows) && !cJSON_IsNull(rows))
		return source_fault(job, 0, "",
				    "%s is in the place of the rows",
				    source_show(rows, shown));
	if (!source_whole(job, head, "page", 0, PAGES_MAX, &page) ||
	    !source_whole(job, head, "pages", 0, PAGES_MAX, &pages))
		return false;
	if (page != p.page && pages)
		return source_fault(job, 0, "page",
				    "is %jd; %jd has been asked for",
				    (intmax_t)page, (intmax_t)p.page);
	cJSON_ArrayForEach (one, rows)
		if (!read_row(job, ++row, one, p.indicator))
			return false;
	return read_end(job, &p, pages);
}

static bool read_rates(struct source_job *job)
{
	cJSON *body = source_json(job);
	bool ok = body && read_pages(job, body);

	cJSON_Delete(body);
	return ok;
}

const struct source source_worldbank = {
	.code = "worldbank",
	.url = SETTING_WORLDBANK_URL,
	.path = "/v2/country",
	.every_days = 7,
	.stale_days = 30,
	.ask = ask,
	.read = read_rates,
};
