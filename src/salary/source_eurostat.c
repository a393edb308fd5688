/*
 * Eurostat's survey of the structure of earnings, table earn_ses22_21: mean
 * monthly pay by major group of ISCO-08, every four years. A combination that
 * does not exist is answered with a cube without values.
 */
#include "salary/source_list.h"

#include "base/json.h"
#include "salary/json_stat.h"
#include "salary/source_member.h"

#define NOTES "Mean of all employees of the group in firms of ten and more."

static bool ask(struct source_job *job, struct fetch_request *request)
{
	if (job->part > 1)
		return false;
	strbuf_addstr(&job->url,
		      "?format=JSON&lang=EN&geo=DE&geo=NL&sex=T&indic_se=ERN"
		      "&age=TOTAL&sizeclas=GE10&unit=NAC");
	request->url = job->url.buf;
	request->accept = "application/json";
	return true;
}

/* What has been asked for, and nothing else. */
static bool check_lone(struct source_job *job, const struct dimension *d)
{
	static const char *const asked[][2] = {
		{ "freq", "A" },    { "sex", "T" },    { "indic_se", "ERN" },
		{ "age", "TOTAL" }, { "unit", "NAC" }, { "sizeclas", "GE10" },
	};

	if (d->size > 1)
		return source_fault(job, 0, d->id,
				    "the dimension has %zu categories; one is "
				    "expected",
				    d->size);
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++)
		if (strcmp(d->id, asked[i][0]) == 0 &&
		    strcmp(d->codes[0], asked[i][1]) != 0)
			return source_fault(job, 0, d->id,
					    "the dimension is of '%.40s'; '%s' "
					    "has been asked for",
					    d->codes[0], asked[i][1]);
	return true;
}

enum axis { AXIS_GROUP, AXIS_GEO, AXIS_TIME, AXES };

/* Where the three dimensions are that may have several categories. */
static bool find_axes(struct source_job *job, const struct cube *c,
		      size_t axes[AXES])
{
	static const char *const names[AXES] = { "isco08", "geo", "time" };
	bool has[AXES] = { false };

	for (size_t i = 0; i < c->count; i++) {
		size_t k = 0;

		while (k < AXES && strcmp(c->dimensions[i].id, names[k]) != 0)
			k++;
		if (k == AXES) {
			if (!check_lone(job, &c->dimensions[i]))
				return false;
			continue;
		}
		axes[k] = i;
		has[k] = true;
	}
	for (size_t k = 0; k < AXES; k++)
		if (!has[k])
			return source_fault(job, 0, names[k],
					    "the dimension is missing");
	return true;
}

/* Not one that is confidential, not significant, unreliable or missing. What
 * stands after a "|" is on confidentiality. */
static bool is_usable(const cJSON *status)
{
	const char *s = json_text(status);
	size_t len = strcspn(s, "|");

	return strcspn(s, "cnuz") >= len && (!s[len] || !s[len + 1]);
}

static bool read_cell(struct source_job *job, const struct cube *c,
		      const size_t axes[AXES], size_t cell)
{
	const char *group = cube_code(c, axes[AXIS_GROUP], cell);
	const char *geo = cube_code(c, axes[AXIS_GEO], cell);
	const char *time = cube_code(c, axes[AXIS_TIME], cell);
	const cJSON *country = source_country(job, "code", geo);
	char day[24], buf[SOURCE_NUMBER], shown[SOURCE_TEXT];
	struct pay_row pay = { .country = geo,
			       .code = group + 2,
			       .observed_on = day,
			       .period = "month",
			       .notes = NOTES };
	int year;

	if (strncmp(group, "OC", 2) != 0 || group[2] < '1' || group[2] > '9' ||
	    group[3] || !c->values[cell] || !is_usable(c->statuses[cell]))
		return true;
	if (!country)
		return source_fault(job, cell + 1, "geo",
				    "is '%.40s'; no such country has been "
				    "asked for",
				    geo);
	if (!source_parse_year(time, &year))
		return source_fault(job, cell + 1, "time",
				    "is '%.40s'; a year is expected", time);
	pay.mean = source_number(c->values[cell], buf);
	if (!pay.mean)
		return source_fault(job, cell + 1, "value",
				    "is %s; a number is expected",
				    source_show(c->values[cell], shown));
	snprintf(day, sizeof(day), "%d-10-31", year);
	pay.currency = json_str(country, "currency");
	return source_pay(job, cell + 1, &pay);
}

static bool read_groups(struct source_job *job, const cJSON *body,
			struct cube *c)
{
	size_t axes[AXES] = { 0 };

	if (!cube_read(job, body, c) || !find_axes(job, c, axes))
		return false;
	for (size_t i = 0; i < c->cells; i++)
		if (!read_cell(job, c, axes, i))
			return false;
	if (!job->count)
		return source_fault(job, 0, "value",
				    "has none that can be used; does the "
				    "combination asked for still exist?");
	return true;
}

/* {"error": [{"status": 400, "label": …}]}, in a 200. */
static bool refuse(struct source_job *job, const cJSON *error)
{
	const char *label =
		json_str(cJSON_IsArray(error) ? error->child : error, "label");

	job->is_later = strstr(label, "ASYNCHRONOUS_RESPONSE");
	return source_refusal(job, label);
}

static bool read_pay(struct source_job *job)
{
	cJSON *body = source_json(job);
	const cJSON *error = json_get(body, "error");
	struct cube c = { 0 };
	bool ok = false;

	if (body && error)
		refuse(job, error);
	else if (body)
		ok = read_groups(job, body, &c);
	cube_release(&c);
	cJSON_Delete(body);
	return ok;
}

const struct source source_eurostat = {
	.code = "eurostat",
	.url = SETTING_EUROSTAT_URL,
	.path = "/eurostat/api/dissemination/statistics/1.0/data/earn_ses22_21",
	.every_days = 30,
	.stale_days = 90,
	.ask = ask,
	.read = read_pay,
};
