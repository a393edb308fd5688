/*
 * Rates of the European Central Bank: units for one euro, of a day or of the
 * last 90 days. Only this file knows expat. A document type is refused before
 * anything in it is looked at, and with it every entity.
 */
#include "salary/source_list.h"

#include <errno.h>
#include <expat.h>

#include "base/parse.h"
#include "base/utf8.h"
#include "salary/source_member.h"

#define BODY_MAX ((int64_t)8 << 20)
#define DEPTH_MAX 16
#define RATES_MAX 100000

struct reading {
	struct source_job *job;
	XML_Parser parser;
	int depth;
	size_t count;  /* of rates, ours and others */
	char day[12];  /* of the Cube around the rates, */
	int day_depth; /* which is so deep */
};

static bool ask(struct source_job *job, struct fetch_request *request)
{
	if (job->part > 1)
		return false;
	request->url = job->url.buf;
	request->accept = "text/xml, application/xml";
	return true;
}

static const char *attribute(const char *const *attributes, const char *name)
{
	for (; *attributes; attributes += 2)
		if (strcmp(attributes[0], name) == 0)
			return attributes[1];
	return NULL;
}

static bool read_rate(struct reading *r, const char *currency, const char *rate)
{
	struct rate_row row = { .kind = "spot",
				.base = "EUR",
				.quote = currency,
				.country = "",
				.observed_on = r->day,
				.rate = rate };

	if (++r->count > RATES_MAX)
		return source_fault(r->job, r->count, "",
				    "%d rates are the limit", RATES_MAX);
	if (!*r->day)
		return source_fault(r->job, r->count, "time",
				    "the Cube around '%.10s' has none",
				    currency);
	if (!source_knows_currency(r->job, currency) ||
	    strcmp(currency, "EUR") == 0)
		return true;
	if (!rate)
		return source_fault(r->job, r->count, "rate",
				    "is missing for %s", currency);
	return source_rate(r->job, r->count, &row);
}

static bool read_cube(struct reading *r, const char *const *attributes)
{
	const char *time = attribute(attributes, "time");
	const char *currency = attribute(attributes, "currency");

	if (time) {
		if (!parse_is_date(time))
			return source_fault(r->job, 0, "time",
					    "'%.*s' is no day",
					    utf8_cut(time, 40), time);
		snprintf(r->day, sizeof(r->day), "%s", time);
		r->day_depth = r->depth;
	}
	return !currency ||
	       read_rate(r, currency, attribute(attributes, "rate"));
}

static void on_start(void *arg, const char *name, const char **attributes)
{
	struct reading *r = arg;
	bool ok = true;

	if (r->job->err.len)
		return; /* expat may go on a little */
	if (++r->depth > DEPTH_MAX)
		ok = source_fault(r->job, 0, "",
				  "is more than %d elements deep", DEPTH_MAX);
	else if (strcmp(name, "Cube") == 0)
		ok = read_cube(r, (const char *const *)attributes);
	if (!ok)
		XML_StopParser(r->parser, XML_FALSE);
}

static void on_end(void *arg, const char *name)
{
	struct reading *r = arg;

	(void)name;
	if (r->depth-- == r->day_depth)
		r->day[0] = '\0';
}

static void on_doctype(void *arg, const char *name, const char *system_id,
		       const char *public_id, int has_subset)
{
	struct reading *r = arg;
	const char *type = r->job->type;

	(void)system_id;
	(void)public_id;
	(void)has_subset;
	source_fault(r->job, 0, "",
		     "declares a document type, '%.*s', which is refused%s%s",
		     utf8_cut(name, 40), name,
		     *type ? "; it calls itself " : "", type);
	XML_StopParser(r->parser, XML_FALSE);
}

static bool parse(struct reading *r)
{
	char buf[8192];
	ssize_t n;

	do {
		n = source_fill(r->job, buf, sizeof(buf));
		if (n < 0)
			return source_fault(r->job, 0, "", "can't be read: %s",
					    strerror(errno));
		if (XML_Parse(r->parser, buf, (int)n, n == 0) != XML_STATUS_OK)
			return source_fault(
				r->job, 0, "",
				"is no XML from line %lu, column %lu on: %s",
				XML_GetCurrentLineNumber(r->parser),
				XML_GetCurrentColumnNumber(r->parser) + 1,
				XML_ErrorString(XML_GetErrorCode(r->parser)));
	} while (n > 0);
	if (!r->job->count)
		return source_fault(r->job, 0, "",
				    "has a rate of none of our currencies");
	return true;
}

static bool read_rates(struct source_job *job)
{
	struct reading r = { .job = job };
	bool ok;

	if (job->body_size > BODY_MAX)
		return source_fault(job, 0, "", "is larger than 8 MB");
	r.parser = XML_ParserCreate(NULL);
	if (!r.parser)
		return source_fault(job, 0, "", "no memory to read XML");
	XML_SetUserData(r.parser, &r);
	XML_SetElementHandler(r.parser, on_start, on_end);
	XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
	ok = parse(&r);
	XML_ParserFree(r.parser);
	return ok;
}

const struct source source_ecb = {
	.code = "ecb",
	.url = SETTING_ECB_URL,
	.path = "/stats/eurofxref/eurofxref-daily.xml",
	.every_days = 1,
	.stale_days = 4,
	.ask = ask,
	.read = read_rates,
};
