/*
 * Singapore's occupational wages of June each year, from data.gov.sg: basic
 * monthly wage of residents in full-time work. It has no codes; occupations
 * go by their names. Refusals come with 200 too.
 */
#include "salary/source_list.h"

#include "base/json.h"
#include "base/parse.h"
#include "salary/source_member.h"

#define RESOURCE "d_9917e751f7498502f70052a940a3f312"
#define PARTS_MAX 50
#define RECORDS_MAX 1000000
#define NOTES                                                                 \
	"Residents in full-time work; excludes bonus and the employer's CPF " \
	"contribution."

/* job->next: how many records came before. */
static int64_t offset(const struct source_job *job)
{
	int64_t n = 0;

	return parse_int(job->next.buf, 0, INT64_MAX, &n) ? n : 0;
}

static bool ask(struct source_job *job, struct fetch_request *request)
{
	if (job->part > 1 && !job->next.len)
		return false;
	strbuf_addf(&job->url,
		    "?resource_id=" RESOURCE "&limit=1000&offset=%jd",
		    (intmax_t)offset(job));
	request->url = job->url.buf;
	request->accept = "application/json";
	return true;
}

/* {"success": false, "error": {"message": …}} and {"errorMsg": …}. */
static bool refuse(struct source_job *job, const cJSON *body)
{
	const char *says = json_str(json_get(body, "error"), "message");

	if (!*says)
		says = json_str(body, "errorMsg");
	if (!*says)
		says = json_str(body, "message");
	job->is_later = strcasestr(says, "rate limit") ||
			strcasestr(says, "too many") ||
			strcasestr(says, "try again") ||
			strcasestr(says, "later");
	return source_refusal(job, says);
}

/* A wage, "" where it is suppressed or there is none. */
static bool read_wage(struct source_job *job, size_t row, const cJSON *one,
		      const char *name, char buf[SOURCE_NUMBER],
		      const char **out)
{
	static const char *const none[] = { "", "s", "-", "na", "n.a." };
	const cJSON *item = json_get(one, name);

	for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
		if (cJSON_IsString(item) &&
		    strcasecmp(item->valuestring, none[i]) == 0) {
			*out = "";
			return true;
		}
	}
	return source_amount(job, row, one, name, buf, out);
}

static bool read_record(struct source_job *job, size_t row, const cJSON *one)
{
	char name[SOURCE_TEXT], text[SOURCE_TEXT], day[24];
	char p25[SOURCE_NUMBER], p50[SOURCE_NUMBER], p75[SOURCE_NUMBER];
	struct pay_row pay = { .country = "SG",
			       .code = name,
			       .observed_on = day,
			       .currency = "SGD",
			       .period = "month",
			       .notes = NOTES };
	int year;

	if (!source_text(job, row, one, "year", text) ||
	    !source_text(job, row, one, "occ_desc", name) ||
	    !read_wage(job, row, one, "mthly_basic_wage_25_pctile", p25,
		       &pay.p25) ||
	    !read_wage(job, row, one, "mthly_basic_wage_50_pctile", p50,
		       &pay.median) ||
	    !read_wage(job, row, one, "mthly_basic_wage_75_pctile", p75,
		       &pay.p75))
		return false;
	if (!source_parse_year(text, &year))
		return source_fault(job, row, "year",
				    "is '%s'; one as 2024 is expected", text);
	if (!*pay.p25 && !*pay.median && !*pay.p75)
		return true; /* suppressed */
	snprintf(day, sizeof(day), "%d-06-30", year);
	return source_pay(job, row, &pay);
}

/* Whether more is to come, now that there are so many records of total. */
static bool read_end(struct source_job *job, int64_t before, int64_t count,
		     int64_t total)
{
	bool has_ended = before + count >= total;

	strbuf_reset(&job->next);
	if (has_ended && !job->count)
		return source_fault(job, 0, "records",
				    "hold no wage; is the data set replaced?");
	if (has_ended)
		return true;
	if (!count)
		return source_fault(job, 0, "records",
				    "are none, and yet %jd of %jd are missing",
				    (intmax_t)(total - before),
				    (intmax_t)total);
	if (job->part >= PARTS_MAX)
		return source_fault(job, 0, "total",
				    "is %jd, and %d parts hold %jd",
				    (intmax_t)total, PARTS_MAX,
				    (intmax_t)(before + count));
	strbuf_addint(&job->next, before + count);
	return true;
}

static bool read_body(struct source_job *job, const cJSON *body)
{
	const cJSON *result = json_get(body, "result");
	const cJSON *records = json_get(result, "records"), *one;
	int64_t before = offset(job), total;
	char shown[SOURCE_TEXT];
	size_t row = 0;

	if (!json_is_true(body, "success"))
		return refuse(job, body);
	if (!cJSON_IsArray(records))
		return source_fault(job, 0, "records",
				    "is %s; an array is expected",
				    source_show(records, shown));
	if (!source_whole(job, result, "total", 0, RECORDS_MAX, &total))
		return false;
	cJSON_ArrayForEach (one, records)
		if (!read_record(job, ++row, one))
			return false;
	return read_end(job, before, (int64_t)row, total);
}

static bool read_wages(struct source_job *job)
{
	cJSON *body = source_json(job);
	bool ok = body && read_body(job, body);

	cJSON_Delete(body);
	return ok;
}

const struct source source_datagovsg = {
	.code = "datagovsg",
	.url = SETTING_DATAGOVSG_URL,
	.path = "/api/action/datastore_search",
	.every_days = 7,
	.stale_days = 30,
	.ask = ask,
	.read = read_wages,
};
