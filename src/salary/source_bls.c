/*
 * U.S. Bureau of Labor Statistics: Occupational Employment and Wage
 * Statistics by the Public Data API, version 2.
 * https://www.bls.gov/developers/api_signature_v2.htm
 *
 * A series is one statistic of one occupation: OEUN, seven zeroes for the
 * nation, six for all industries, six digits of the SOC code, two of what it
 * is. A refusal comes with status 200; everything is a string. Only the
 * newest year is served, for May.
 */
#include "salary/source_list.h"

#include "base/json.h"
#include "base/utf8.h"

#define SERIES_LEN 25
#define SERIES_START "OEUN0000000000000"
#define CODES_MAX 200

/* Series in one request and requests in a day, by the terms of the API. */
#define KEYED_SERIES 50
#define KEYED_REQUESTS 500
#define KEYLESS_SERIES 25
#define KEYLESS_REQUESTS 25

struct datatype {
	const char *digits;
	size_t member; /* of struct pay_row */
};

/* Employment, error of the wage in percent, annual P10 to P90. */
static const struct datatype datatypes[] = {
	{ "01", offsetof(struct pay_row, sample_n) },
	{ "05", offsetof(struct pay_row, precision_pct) },
	{ "11", offsetof(struct pay_row, p10) },
	{ "12", offsetof(struct pay_row, p25) },
	{ "13", offsetof(struct pay_row, median) },
	{ "14", offsetof(struct pay_row, p75) },
	{ "15", offsetof(struct pay_row, p90) },
};

static bool has_key(void)
{
	return *settings_str(SETTING_BLS_API_KEY);
}

/* Whole occupations only, so that a part can be read by itself. */
static int codes_a_part(void)
{
	return (has_key() ? KEYED_SERIES : KEYLESS_SERIES) /
	       (int)ARRAY_SIZE(datatypes);
}

static bool is_soc(const char *code)
{
	return strlen(code) == 7 && strspn(code, "0123456789") == 2 &&
	       code[2] == '-' && strspn(code + 3, "0123456789") == 4;
}

static void add_series(struct strbuf *out, const char *soc)
{
	for (size_t i = 0; i < ARRAY_SIZE(datatypes); i++)
		strbuf_addf(out, "%s\"" SERIES_START "%.2s%s%s\"",
			    out->buf[out->len - 1] == '[' ? "" : ",", soc,
			    soc + 3, datatypes[i].digits);
}

/* It is put into JSON as it is. */
static bool check_key(struct source_job *job)
{
	const char *key = settings_str(SETTING_BLS_API_KEY);

	if (strspn(key, "0123456789abcdefghijklmnopqrstuvwxyz"
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ-") == strlen(key))
		return true;
	return source_fault(job, 0, "",
			    "BLS_API_KEY has other characters in it than "
			    "letters, digits and hyphens");
}

/* Whether the day has room for all parts. */
static bool check_quota(struct source_job *job, int codes)
{
	int quota = has_key() ? KEYED_REQUESTS : KEYLESS_REQUESTS;
	int need = (codes + codes_a_part() - 1) / codes_a_part();
	int64_t spent = 0;

	if (!json_int(job->known, "requests_today", &spent))
		spent = 0;
	if (spent + need <= quota)
		return true;
	job->is_later = need <= quota;
	return source_fault(job, 0, "",
			    "%d occupations are %d requests, and of the %d "
			    "that a day allows %lld are spent%s",
			    codes, need, quota, (long long)spent,
			    has_key() ? "" : "; a BLS_API_KEY allows more");
}

static bool ask(struct source_job *job, struct fetch_request *request)
{
	const cJSON *codes = json_get(job->known, "codes"), *one;
	int count = cJSON_GetArraySize(codes), n = 0;
	int first = (job->part - 1) * codes_a_part();

	if (!count)
		return source_fault(job, 0, "",
				    "no guide lists a US-SOC-2018 code");
	if (first >= count || !check_key(job) ||
	    (job->part == 1 && !check_quota(job, count)))
		return false;
	strbuf_reset(&job->post);
	strbuf_addstr(&job->post, "{\"seriesid\":[");
	cJSON_ArrayForEach (one, codes) {
		if (n >= first && n < first + codes_a_part()) {
			if (!is_soc(json_text(one)))
				return source_fault(job, 0, "",
						    "'%.20s' is no SOC code",
						    json_text(one));
			add_series(&job->post, json_text(one));
		}
		n++;
	}
	strbuf_addf(&job->post, "],\"startyear\":\"%d\",\"endyear\":\"%d\"",
		    source_year(job) - 2, source_year(job));
	if (has_key())
		strbuf_addf(&job->post, ",\"registrationkey\":\"%s\"",
			    settings_str(SETTING_BLS_API_KEY));
	strbuf_addch(&job->post, '}');
	request->url = job->url.buf;
	request->post = job->post.buf;
	request->accept = "application/json";
	request->secret = settings_str(SETTING_BLS_API_KEY);
	return true;
}

/* The body may be a refusal, whatever the status of HTTP. */
static bool check_status(struct source_job *job, const cJSON *reply)
{
	const char *status = json_str(reply, "status");
	const char *message =
		json_text(cJSON_GetArrayItem(json_get(reply, "message"), 0));
	int shown = utf8_cut(message, 300);

	if (strcmp(status, "REQUEST_SUCCEEDED") == 0)
		return true;
	if (!*status)
		return source_fault(job, 0, "status", "is missing");
	job->is_later = strstr(message, "threshold") != NULL;
	if (strncmp(message, "The key", 7) == 0)
		return source_fault(job, 0, "",
				    "is refused: %.*s; is BLS_API_KEY right? "
				    "Keys end after a year",
				    shown, message);
	return source_fault(job, 0, "", "is refused (%.40s): %.*s", status,
			    shown, message);
}

/* An occupation whose statistics come one by one, in any order. */
struct occupation {
	char soc[8];
	char year[5];
	char texts[ARRAY_SIZE(datatypes)][SOURCE_NUMBER];
	char top_code[SOURCE_NUMBER];
};

/* "…equal to or greater than $115.00 per hour or $239,200 per year." */
static bool read_top_code(struct source_job *job, size_t row,
			  const cJSON *footnote, char *out)
{
	const char *s = json_str(footnote, "text"), *dollar = NULL;
	size_t n = 0;

	for (; *s; s++)
		if (*s == '$')
			dollar = s + 1;
	for (; dollar && n < 12 && strchr("0123456789,", *dollar) && *dollar;
	     dollar++)
		if (*dollar != ',')
			out[n++] = *dollar;
	out[n] = '\0';
	if (!n || !strstr(json_str(footnote, "text"), "per year"))
		return source_fault(job, row, "footnote",
				    "code 5 names no pay per year");
	return true;
}

/* "-" with a footnote: 5 top-coded, 4 by the hour only, 8 not released. */
static bool read_suppressed(struct source_job *job, size_t row,
			    const cJSON *point, struct occupation *o)
{
	const cJSON *footnote;

	cJSON_ArrayForEach (footnote, json_get(point, "footnotes"))
		if (strcmp(json_str(footnote, "code"), "5") == 0)
			return read_top_code(job, row, footnote, o->top_code);
	return true;
}

static struct occupation *occupation_of(struct occupation *list, size_t *count,
					const char *series)
{
	char soc[8];

	snprintf(soc, sizeof(soc), "%.2s-%.4s", series + 17, series + 19);
	for (size_t i = 0; i < *count; i++)
		if (strcmp(list[i].soc, soc) == 0)
			return &list[i];
	if (*count == CODES_MAX)
		return NULL;
	memset(&list[*count], 0, sizeof(*list));
	memcpy(list[*count].soc, soc, sizeof(soc));
	return &list[(*count)++];
}

static bool is_year(const char *s)
{
	return strlen(s) == 4 && strspn(s, "0123456789") == 4;
}

/* The newest point of a series into its occupation. */
static bool read_point(struct source_job *job, size_t row, const cJSON *series,
		       size_t type, struct occupation *o)
{
	const cJSON *point, *newest = NULL;
	const char *value;

	cJSON_ArrayForEach (point, json_get(series, "data")) {
		if (!is_year(json_str(point, "year")))
			return source_fault(job, row, "year", "is no year");
		if (strcmp(json_str(point, "period"), "A01") == 0 &&
		    (!newest || strcmp(json_str(point, "year"),
				       json_str(newest, "year")) > 0))
			newest = point;
	}
	if (!newest)
		return true; /* the message said so: no such series or year */
	if (*o->year && strcmp(o->year, json_str(newest, "year")) != 0)
		return source_fault(job, row, "year",
				    "is %s where other series of %s are of %s",
				    json_str(newest, "year"), o->soc, o->year);
	snprintf(o->year, sizeof(o->year), "%s", json_str(newest, "year"));
	value = json_str(newest, "value");
	if (strcmp(value, "-") == 0)
		return read_suppressed(job, row, newest, o);
	if (!source_number(json_get(newest, "value"), o->texts[type]))
		return source_fault(job, row, "value", "'%.20s' is no number",
				    value);
	return true;
}

static bool read_series(struct source_job *job, size_t row, const cJSON *series,
			struct occupation *list, size_t *count)
{
	const char *id = json_str(series, "seriesID");
	size_t type = 0, start = strlen(SERIES_START);
	struct occupation *o;

	if (strlen(id) != SERIES_LEN || strncmp(id, SERIES_START, start) != 0 ||
	    strspn(id + start, "0123456789") != SERIES_LEN - start)
		return source_fault(job, row, "seriesID",
				    "'%.30s' is no national series", id);
	if (!cJSON_IsArray(json_get(series, "data")))
		return source_fault(job, row, "data", "is no list");
	while (type < ARRAY_SIZE(datatypes) &&
	       strcmp(id + 23, datatypes[type].digits) != 0)
		type++;
	if (type == ARRAY_SIZE(datatypes))
		return true; /* not asked for */
	o = occupation_of(list, count, id);
	if (!o)
		return source_fault(job, row, "", "there are too many");
	if (*o->texts[type])
		return source_fault(job, row, "seriesID", "'%s' is there twice",
				    id);
	return read_point(job, row, series, type, o);
}

static bool add_occupation(struct source_job *job, size_t row,
			   const struct occupation *o)
{
	struct pay_row pay = { .country = "US",
			       .code = o->soc,
			       .currency = "USD",
			       .period = "year",
			       .top_code = o->top_code };
	char day[16];
	bool has_pay = *o->top_code;

	for (size_t i = 0; i < ARRAY_SIZE(datatypes); i++) {
		const char *text = o->texts[i];

		memcpy((char *)&pay + datatypes[i].member, &text, sizeof(text));
		has_pay |= i >= 2 && *text;
	}
	if (!has_pay)
		return true; /* not released, or by the hour only */
	snprintf(day, sizeof(day), "%s-05-31", o->year);
	pay.observed_on = day;
	return source_pay(job, row, &pay);
}

static bool read_all(struct source_job *job, const cJSON *list,
		     struct occupation *found)
{
	const cJSON *series;
	size_t row = 0, count = 0;

	cJSON_ArrayForEach (series, list)
		if (!read_series(job, ++row, series, found, &count))
			return false;
	for (size_t i = 0; i < count; i++)
		if (!add_occupation(job, i + 1, &found[i]))
			return false;
	return true;
}

static bool read_body(struct source_job *job)
{
	struct occupation *found = xcalloc(CODES_MAX, sizeof(*found));
	cJSON *reply = source_json(job);
	const cJSON *results;
	bool ok = false;

	if (!reply || !check_status(job, reply))
		goto out;
	/* The manual shows a list, the API sends an object. */
	results = json_get(reply, "Results");
	if (cJSON_IsArray(results))
		results = cJSON_GetArrayItem(results, 0);
	results = json_get(results, "series");
	if (!cJSON_IsArray(results))
		source_fault(job, 0, "Results.series", "is missing");
	else
		ok = read_all(job, results, found);
out:
	cJSON_Delete(reply);
	free(found);
	return ok;
}

const struct source source_bls = {
	.code = "bls",
	.url = SETTING_BLS_URL,
	.path = "/publicAPI/v2/timeseries/data/",
	.every_days = 7,
	.stale_days = 21,
	.ask = ask,
	.read = read_body,
};
