/*
 * Replies of a source as cases: bodies, one a part, and what has to come of
 * them, to the letter. In expectations a tab is a "|".
 */
#ifndef UNIT_SOURCE_CASE_H
#define UNIT_SOURCE_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <unistd.h>

#include "salary/source_list.h"

#define ROWS_MAX ((size_t)8 << 20)

struct source_case {
	const char *rule;
	const char *parts[4]; /* " is written ' in JSON */
	const char *rows;     /* pay, then rates; NULL: it fails */
	const char *err;      /* NULL: it does not */
	bool is_later;
	const char *type; /* NULL: none */
};

static const char known_text[] =
	"{\"today\":\"2026-11-24\",\"codes\":[\"0811\"],\"countries\":["
	"{\"code\":\"AE\",\"iso3\":\"ARE\",\"currency\":\"AED\"},"
	"{\"code\":\"DE\",\"iso3\":\"DEU\",\"currency\":\"EUR\"},"
	"{\"code\":\"MY\",\"iso3\":\"MYS\",\"currency\":\"MYR\"},"
	"{\"code\":\"NL\",\"iso3\":\"NLD\",\"currency\":\"EUR\"},"
	"{\"code\":\"SG\",\"iso3\":\"SGP\",\"currency\":\"SGD\"},"
	"{\"code\":\"US\",\"iso3\":\"USA\",\"currency\":\"USD\"}],"
	"\"currencies\":[\"AED\",\"EUR\",\"MYR\",\"SGD\",\"USD\",\"VND\"]}";

struct source_run {
	struct source_job job;
	cJSON *known;
	struct strbuf asked; /* addresses, one a line */
};

static void run_init(struct source_run *r, const struct source *source)
{
	struct strbuf err = STRBUF_INIT;

	if (!settings_load(&err))
		fail_msg("%s", err.buf);
	memset(r, 0, sizeof(*r));
	r->known = cJSON_Parse(known_text);
	assert_non_null(r->known);
	strbuf_init(&r->asked);
	r->job.source = source;
	r->job.known = r->known;
	r->job.type = "";
	r->job.fd = -1;
	strbuf_init(&r->job.url);
	strbuf_init(&r->job.post);
	strbuf_init(&r->job.next);
	strbuf_init_capped(&r->job.err, 1000);
	strbuf_init_capped(&r->job.pay, ROWS_MAX);
	strbuf_init_capped(&r->job.rates, ROWS_MAX);
}

static void run_release(struct source_run *r)
{
	strbuf_release(&r->job.url);
	strbuf_release(&r->job.post);
	strbuf_release(&r->job.next);
	strbuf_release(&r->job.err);
	strbuf_release(&r->job.pay);
	strbuf_release(&r->job.rates);
	strbuf_release(&r->asked);
	cJSON_Delete(r->known);
}

static bool run_ask(struct source_run *r)
{
	struct fetch_request request = { 0 };

	r->job.part++;
	source_address(&r->job);
	if (!r->job.source->ask(&r->job, &request))
		return false;
	strbuf_addf(&r->asked, "%s\n", request.url);
	return true;
}

static bool run_read(struct source_run *r, const char *body, size_t len)
{
	bool ok;

	r->job.fd = fetch_open_file();
	assert_true(r->job.fd >= 0);
	assert_int_equal(write(r->job.fd, body, len), len);
	assert_int_equal(lseek(r->job.fd, 0, SEEK_SET), 0);
	r->job.body_size = (int64_t)len;
	ok = r->job.source->read(&r->job);
	assert_int_equal(ok, !r->job.err.len);
	close(r->job.fd);
	r->job.fd = -1;
	return ok;
}

static void change(char *s, char from, char to)
{
	for (; *s; s++)
		if (*s == from)
			*s = to;
}

/* Every part of the case, as a run does it. */
static void run_parts(struct source_run *r, const struct source_case *c,
		      bool is_json)
{
	r->job.type = c->type ? c->type : "";
	for (size_t i = 0; run_ask(r); i++) {
		char *body;
		bool ok;

		if (i == ARRAY_SIZE(c->parts) || !c->parts[i])
			fail_msg("%s: asks for part %zu", c->rule, i + 1);
		body = xstrdup(c->parts[i]);
		if (is_json)
			change(body, '\'', '"');
		ok = run_read(r, body, strlen(body));
		free(body);
		if (!ok)
			return;
	}
	if (!r->job.err.len && !source_is_distinct(&r->job))
		assert_true(r->job.err.len > 0);
}

static void check_cases(const struct source *source,
			const struct source_case *cases, size_t count,
			bool is_json)
{
	for (size_t i = 0; i < count; i++) {
		const struct source_case *c = &cases[i];
		const char *err = c->err ? c->err : "";
		struct strbuf rows = STRBUF_INIT;
		struct source_run r;

		run_init(&r, source);
		run_parts(&r, c, is_json);
		if (strcmp(r.job.err.buf, err) != 0)
			fail_msg("%s: fault '%s', not '%s'", c->rule,
				 r.job.err.buf, err);
		if (r.job.is_later != c->is_later)
			fail_msg("%s: later %d", c->rule, r.job.is_later);
		strbuf_add(&rows, r.job.pay.buf, r.job.pay.len);
		strbuf_add(&rows, r.job.rates.buf, r.job.rates.len);
		if (rows.len)
			change(rows.buf, '\t', '|');
		if (c->rows && strcmp(rows.buf, c->rows) != 0)
			fail_msg("%s: rows\n%s", c->rule, rows.buf);
		strbuf_release(&rows);
		run_release(&r);
	}
}

/* The addresses of a run that has read these bodies. */
static void check_asked(const struct source *source,
			const struct source_case *c, bool is_json,
			const char *asked)
{
	struct source_run r;

	run_init(&r, source);
	run_parts(&r, c, is_json);
	assert_string_equal(r.job.err.buf, "");
	assert_string_equal(r.asked.buf, asked);
	run_release(&r);
}

/* What no source's JSON may be. */
static void check_no_json(const struct source *source)
{
	struct strbuf deep = STRBUF_INIT;
	struct source_run r;
	static const struct source_case cases[] = {
		{ .rule = "an empty body",
		  .parts = { "" },
		  .err = "part 1: is empty; JSON is expected" },
		{ .rule = "a page of HTML",
		  .parts = { "<!DOCTYPE html>\n<html>Access Denied</html>" },
		  .type = "text/html",
		  .err = "part 1: is no JSON from line 1, byte 1 on; it begins "
			 "with '<!DOCTYPE html> <html>Access Denied</html>' "
			 "and calls itself text/html" },
		{ .rule = "not UTF-8",
		  .parts = { "{'a':'\xff'}" },
		  .err = "part 1: is not UTF-8 at byte 7" },
	};

	check_cases(source, cases, ARRAY_SIZE(cases), true);
	for (int i = 0; i < 40000; i++)
		strbuf_addch(&deep, '[');
	run_init(&r, source);
	assert_true(run_ask(&r));
	assert_false(run_read(&r, deep.buf, deep.len));
	assert_string_equal(r.job.err.buf,
			    "part 1: is no JSON from line 1, byte 1001 on; it "
			    "begins with '[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
			    "[[[[[[[[[[[[[[[[[[[[[[[['");
	run_release(&r);
	strbuf_reset(&deep);
	for (int i = 0; i < 50; i++)
		strbuf_addstr(&deep, "{\"a\":");
	strbuf_addstr(&deep, "1");
	for (int i = 0; i < 50; i++)
		strbuf_addch(&deep, '}');
	run_init(&r, source);
	assert_true(run_ask(&r));
	assert_false(run_read(&r, deep.buf, deep.len));
	run_release(&r);
	strbuf_reset(&deep);
	strbuf_addch(&deep, '[');
	for (int i = 0; i < 50000; i++)
		strbuf_addstr(&deep, "0,");
	run_init(&r, source);
	assert_true(run_ask(&r));
	assert_false(run_read(&r, deep.buf, deep.len));
	assert_string_equal(r.job.err.buf,
			    "part 1: has more than 50000 values in it");
	run_release(&r);
	strbuf_release(&deep);
}

#endif
