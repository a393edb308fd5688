/*
 * Frankfurter, for the rates to the euro that the ECB does not have. Version
 * 2 replies with rows, version 1 with an object of rates.
 */
#include "salary/source_list.h"

#include "base/json.h"
#include "salary/source_member.h"

static const char *const quotes[] = { "AED", "VND" };

static bool ask(struct source_job *job, struct fetch_request *request)
{
	if (job->part > 1)
		return false;
	strbuf_addstr(&job->url, "?base=eur&quotes=aed,vnd");
	request->url = job->url.buf;
	request->accept = "application/json";
	return true;
}

/* The code of a currency that has been asked for, NULL for another. */
static const char *quote_of(const struct source_job *job, const char *code)
{
	for (size_t i = 0; i < ARRAY_SIZE(quotes); i++)
		if (strcasecmp(quotes[i], code) == 0 &&
		    source_knows_currency(job, quotes[i]))
			return quotes[i];
	return NULL;
}

static bool check_base(struct source_job *job, size_t row, const cJSON *of)
{
	char base[SOURCE_TEXT];

	if (!source_text(job, row, of, "base", base))
		return false;
	if (strcasecmp(base, "EUR") != 0)
		return source_fault(job, row, "base",
				    "is '%.10s'; the euro has been asked for",
				    base);
	return true;
}

/* The member of that name; name is the field's for faults too. */
static bool add_rate(struct source_job *job, size_t row, const cJSON *of,
		     const char *name, const char *quote, const char *day)
{
	char buf[SOURCE_NUMBER];
	struct rate_row rate = { .kind = "spot",
				 .base = "EUR",
				 .quote = quote,
				 .country = "",
				 .observed_on = day };

	return source_amount(job, row, of, name, buf, &rate.rate) &&
	       source_rate(job, row, &rate);
}

static bool read_v2(struct source_job *job, const cJSON *body)
{
	char quote[SOURCE_TEXT], day[SOURCE_TEXT];
	const char *ours;
	const cJSON *one;
	size_t row = 0;

	cJSON_ArrayForEach (one, body) {
		if (!check_base(job, ++row, one) ||
		    !source_text(job, row, one, "quote", quote) ||
		    !source_text(job, row, one, "date", day))
			return false;
		ours = quote_of(job, quote);
		if (ours && !add_rate(job, row, one, "rate", ours, day))
			return false;
	}
	return true;
}

static bool read_v1(struct source_job *job, const cJSON *body)
{
	const cJSON *rates = json_get(body, "rates"), *one;
	const cJSON *amount = json_get(body, "amount");
	char day[SOURCE_TEXT], shown[SOURCE_TEXT];
	const char *ours;
	size_t row = 0;

	if (!cJSON_IsObject(rates))
		return source_fault(job, 0, "rates",
				    "is %s; an object is expected",
				    source_show(rates, shown));
	if (amount && (!cJSON_IsNumber(amount) || amount->valuedouble != 1))
		return source_fault(job, 0, "amount",
				    "is %s; rates for 1 are expected",
				    source_show(amount, shown));
	if (!check_base(job, 0, body) ||
	    !source_text(job, 0, body, "date", day))
		return false;
	cJSON_ArrayForEach (one, rates) {
		row++;
		ours = quote_of(job, one->string);
		if (ours && !add_rate(job, row, rates, one->string, ours, day))
			return false;
	}
	return true;
}

static bool read_body(struct source_job *job, const cJSON *body)
{
	const char *message = json_str(body, "message");
	char shown[SOURCE_TEXT];
	bool ok;

	if (*message)
		return source_refusal(job, message);
	if (!cJSON_IsArray(body) && !cJSON_IsObject(body))
		return source_fault(job, 0, "",
				    "is %s; an array of rates is expected",
				    source_show(body, shown));
	ok = cJSON_IsArray(body) ? read_v2(job, body) : read_v1(job, body);
	if (ok && !job->count)
		return source_fault(job, 0, "", "has no rate of AED or VND");
	return ok;
}

static bool read_rates(struct source_job *job)
{
	cJSON *body = source_json(job);
	bool ok = body && read_body(job, body);

	cJSON_Delete(body);
	return ok;
}

const struct source source_frankfurter = {
	.code = "frankfurter",
	.url = SETTING_FRANKFURTER_URL,
	.path = "/v2/rates",
	.every_days = 1,
	.stale_days = 4,
	.ask = ask,
	.read = read_rates,
};
