/*
 * Every source on the net: a digit says which, the rest are the bodies of its
 * parts, each ended by a line "===". They are read as a run reads them.
 */
#include "fuzz.h"

#include <unistd.h>

#include "base/json.h"
#include "base/parse.h"
#include "salary/source_list.h"

#define ROWS_MAX ((size_t)8 << 20)
#define ERR_MAX 1000
#define PAY_FIELDS 17
#define RATE_FIELDS 6

static const char known_text[] =
	"{\"today\":\"2026-11-24\",\"codes\":[\"15-1252\",\"29-1141\"],"
	"\"countries\":["
	"{\"code\":\"AE\",\"iso3\":\"ARE\",\"currency\":\"AED\"},"
	"{\"code\":\"CA\",\"iso3\":\"CAN\",\"currency\":\"CAD\"},"
	"{\"code\":\"DE\",\"iso3\":\"DEU\",\"currency\":\"EUR\"},"
	"{\"code\":\"MY\",\"iso3\":\"MYS\",\"currency\":\"MYR\"},"
	"{\"code\":\"NL\",\"iso3\":\"NLD\",\"currency\":\"EUR\"},"
	"{\"code\":\"SG\",\"iso3\":\"SGP\",\"currency\":\"SGD\"},"
	"{\"code\":\"US\",\"iso3\":\"USA\",\"currency\":\"USD\"}],"
	"\"currencies\":[\"AED\",\"CAD\",\"EUR\",\"MYR\",\"SGD\",\"USD\","
	"\"VND\"]}";

static cJSON *known;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct strbuf err = STRBUF_INIT;

	(void)argc;
	(void)argv;
	CHECK(settings_load(&err));
	known = cJSON_Parse(known_text);
	CHECK(known);
	return 0;
}

static void check_country(const struct source_job *job, const char *country,
			  const char *currency)
{
	CHECK(source_country(job, "code", country));
	CHECK(source_knows_currency(job, currency));
}

static void check_pay(const struct source_job *job, const char *const *f)
{
	double last = 0;
	int given = 0;

	check_country(job, f[0], f[5]);
	CHECK(*f[1]);
	CHECK(parse_is_date(f[3]) && strcmp(f[3], "2026-11-24") <= 0);
	CHECK(fuzz_matches(f[6], "^(year|month|week|hour)$"));
	for (int i = 7; i <= 15; i++)
		CHECK(fuzz_matches(f[i], "^([0-9]+([.][0-9]+)?|\\\\N)$"));
	for (int i = 7; i <= 12; i++) { /* P10 to P90, mean */
		if (*f[i] == '\\')
			continue;
		given++;
		CHECK(strtod(f[i], NULL) > 0);
		CHECK(i == 12 || strtod(f[i], NULL) >= last);
		last = strtod(f[i], NULL);
	}
	CHECK(given || *f[13] != '\\');
	CHECK(fuzz_matches(f[14], "^([1-9][0-9]*|\\\\N)$"));
}

static void check_rate(const struct source_job *job, const char *const *f)
{
	CHECK(source_knows_currency(job, f[1]));
	CHECK(source_knows_currency(job, f[2]));
	if (strcmp(f[0], "spot") == 0) {
		CHECK(!*f[3] && strcmp(f[1], "EUR") == 0);
	} else {
		CHECK(fuzz_matches(f[0], "^(year_average|ppp)$"));
		check_country(job, f[3], f[2]);
		CHECK(strcmp(f[1], "USD") == 0);
		CHECK(strcmp(f[4] + 4, "-12-31") == 0);
	}
	CHECK(parse_is_date(f[4]) && strcmp(f[4], "2026-11-24") <= 0);
	CHECK(fuzz_matches(f[5], "^[0-9]+([.][0-9]+)?$"));
	CHECK(strtod(f[5], NULL) > 0);
}

/* Each line has so many fields; returns how many lines. */
static int64_t
check_rows(const struct source_job *job, const struct strbuf *rows, int count,
	   void (*check)(const struct source_job *, const char *const *))
{
	char *text = fuzz_string((const uint8_t *)rows->buf, rows->len);
	int64_t lines = 0;

	CHECK(strlen(text) == rows->len && !rows->is_full);
	CHECK(fuzz_is_utf8(text, rows->len));
	CHECK(!fuzz_has_control(text));
	for (char *line = text, *end; *line; line = end + 1, lines++) {
		const char *f[PAY_FIELDS + 1];
		int n = 0;

		end = strchr(line, '\n');
		CHECK(end);
		*end = '\0';
		for (char *s = line; s; n++) {
			char *tab = strchr(s, '\t');

			CHECK(n < count);
			f[n] = s;
			if (tab)
				*tab = '\0';
			s = tab ? tab + 1 : NULL;
		}
		CHECK(n == count);
		check(job, f);
	}
	free(text);
	return lines;
}

static void check_end(struct source_job *job)
{
	int64_t lines;

	if (!job->err.len && source_is_distinct(job)) {
		lines = check_rows(job, &job->pay, PAY_FIELDS, check_pay) +
			check_rows(job, &job->rates, RATE_FIELDS, check_rate);
		CHECK(lines == job->count);
		return;
	}
	CHECK(strncmp(job->err.buf, "part ", 5) == 0);
	CHECK(job->err.len <= ERR_MAX && !job->err.is_full);
	CHECK(fuzz_is_utf8(job->err.buf, job->err.len));
	CHECK(!strpbrk(job->err.buf, "\r\n\t") &&
	      !fuzz_has_control(job->err.buf));
}

static bool read_part(struct source_job *job, const char *body, size_t len)
{
	bool ok;

	job->fd = fetch_open_file();
	CHECK(job->fd >= 0);
	CHECK(pwrite(job->fd, body, len, 0) == (ssize_t)len);
	job->body_size = (int64_t)len;
	ok = job->source->read(job);
	CHECK(ok == !job->err.len);
	close(job->fd);
	return ok;
}

static void run(struct source_job *job, const uint8_t *data, size_t size)
{
	static const char mark[] = "\n===\n";
	struct fetch_request request = { 0 };

	for (job->part = 1; size; job->part++) {
		const uint8_t *end = memmem(data, size, mark, sizeof(mark) - 1);
		size_t len = end ? (size_t)(end - data) : size;

		source_address(job);
		if (!job->source->ask(job, &request))
			break;
		CHECK(strncmp(request.url, "https://", 8) == 0);
		CHECK(!strpbrk(request.url, " \r\n\t"));
		if (!read_part(job, (const char *)data, len))
			break;
		len += end ? sizeof(mark) - 1 : 0;
		data += len;
		size -= len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source_job job = { .known = known, .fd = -1, .type = "text/x" };

	if (!size)
		return 0;
	job.source = source_table[(uint8_t)(data[0] - '0') % source_count];
	strbuf_init(&job.url);
	strbuf_init(&job.post);
	strbuf_init(&job.next);
	strbuf_init_capped(&job.err, ERR_MAX);
	strbuf_init_capped(&job.pay, ROWS_MAX);
	strbuf_init_capped(&job.rates, ROWS_MAX);
	run(&job, data + 1, size - 1);
	check_end(&job);
	strbuf_release(&job.url);
	strbuf_release(&job.post);
	strbuf_release(&job.next);
	strbuf_release(&job.err);
	strbuf_release(&job.pay);
	strbuf_release(&job.rates);
	return 0;
}
