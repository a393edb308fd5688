#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "http/request.h"

#define MAX 4

static int decode(struct arena *a, const char *text, struct param *out)
{
	/* A copy of the exact size, so that a sanitizer sees an overrun. */
	size_t len = strlen(text);
	char *exact = xmalloc(len ? len : 1);
	int n;

	memcpy(exact, text, len);
	n = request_decode_form(a, exact, len, out, MAX);
	free(exact);
	return n;
}

static void test_pairs_are_decoded(void **state)
{
	static const struct {
		const char *text;
		int n;
		const char *name, *value; /* of the first */
	} cases[] = {
		{ "", 0, NULL, NULL },
		{ "a=b", 1, "a", "b" },
		{ "a", 1, "a", "" },
		{ "a=", 1, "a", "" },
		{ "=b", 1, "", "b" },
		{ "=", 1, "", "" },
		{ "a=b=c", 1, "a", "b=c" },
		{ "a+b=c+d", 1, "a b", "c d" },
		{ "a=%41%62%2b", 1, "a", "Ab+" },
		{ "%61=%C3%A9", 1, "a", "é" },
		{ "a=1%0D%0A2%09", 1, "a", "1\r\n2\t" },
		{ "a=1&b=2", 2, "a", "1" },
		{ "&&a=1&&", 1, "a", "1" },
		{ "a=1&a=2", 2, "a", "1" },
		{ "a=1;b=2", 1, "a", "1;b=2" },
		{ "a=1&b=2&c=3&d=4", 4, "a", "1" },
	};
	struct arena a = ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct param out[MAX];

		if (decode(&a, cases[i].text, out) != cases[i].n)
			fail_msg("'%s'", cases[i].text);
		if (!cases[i].n)
			continue;
		assert_string_equal(out[0].name, cases[i].name);
		assert_string_equal(out[0].value, cases[i].value);
	}
	arena_release(&a);
}

static void test_malformed_pairs_are_refused(void **state)
{
	static const char *const bad[] = {
		"a=%",	    "a=%4",	   "a=%zz",    "a=%4z",
		"a=%%41",   "%=a",	   "a=%00",    "%00=a",
		"a=%01",    "a=%1b",	   "a=%7f",    "a=\x01",
		"a=\x7f",   "a=%e9",	   "a=\xff",   "%c3=a",
		"a=%c3%28", "a=%ed%a0%80", "a=1&b=%2", "a=1&b=2&c=3&d=4&e=5",
	};
	struct arena a = ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct param out[MAX];

		if (decode(&a, bad[i], out) != -1)
			fail_msg("'%s' was taken", bad[i]);
	}
	arena_release(&a);
}

static void test_request_is_read_from_what_nginx_sends(void **state)
{
	static char method[] = "REQUEST_METHOD=POST",
		    path[] = "DOCUMENT_URI=/a",
		    longer[] = "COUNTRY_REASON=edge", country[] = "COUNTRY=SG",
		    encoding[] = "ENCODING=br", id[] = "REQUEST_ID=0a1b",
		    start[] = "REQUEST_START=1.000",
		    ip[] = "REMOTE_ADDR=2001:db8::1",
		    agent[] = "HTTP_USER_AGENT=Moz\xc3\xa9lla\t5";
	static char *const params[] = { longer, method,	  path, country, ip,
					agent,	encoding, id,	start,	 NULL };
	struct arena a = ARENA_INIT;
	struct request rq = { .arena = &a };

	(void)state;
	request_read(&rq, params);
	assert_int_equal(rq.method, METHOD_POST);
	assert_string_equal(rq.path, "/a");
	assert_string_equal(rq.query, "");
	assert_string_equal(rq.country, "SG");
	assert_string_equal(rq.country_reason, "edge");
	assert_int_equal(rq.encoding, ENCODING_BR);
	assert_string_equal(rq.id, "0a1b");
	assert_string_equal(rq.body, "");
	assert_string_equal(rq.ip, "2001:db8::1");
	assert_string_equal(rq.user_agent, "Moz??lla?5");
	assert_true(rq.is_given_up);
	arena_release(&a);
}

static void test_what_is_not_of_its_kind_is_not_kept(void **state)
{
	static char path[REQUEST_PATH_MAX + 20] = "DOCUMENT_URI=/",
					    query[REQUEST_QUERY_MAX + 20] =
						    "QUERY_STRING=",
					    country[] = "COUNTRY=sg",
					    id[] = "REQUEST_ID=0\r\nX: 1",
					    ip[] = "REMOTE_ADDR=unix:",
					    agent[REQUEST_AGENT_MAX + 40] =
						    "HTTP_USER_AGENT=";
	static char *const params[] = { path, query, country, id,
					ip,   agent, NULL };
	struct arena a = ARENA_INIT;
	struct request rq = { .arena = &a };

	(void)state;
	memset(path + 14, 'a', REQUEST_PATH_MAX);
	memset(query + 13, 'a', REQUEST_QUERY_MAX + 1);
	memset(agent + 16, 'a', REQUEST_AGENT_MAX + 1);
	request_read(&rq, params);
	assert_string_equal(rq.path, "");
	assert_string_equal(rq.query, "%");
	assert_string_equal(rq.country, "");
	assert_string_equal(rq.id, "");
	assert_string_equal(rq.ip, "");
	assert_int_equal(strlen(rq.user_agent), REQUEST_AGENT_MAX);
	assert_int_equal(rq.method, METHOD_OTHER);
	path[13 + REQUEST_PATH_MAX] = '\0';
	request_read(&rq, params);
	assert_int_equal(strlen(rq.path), REQUEST_PATH_MAX);
	arena_release(&a);
}

static void test_body_is_kept_up_to_its_limit(void **state)
{
	static char piece[REQUEST_BODY_MAX - 2];
	static char *const params[] = { NULL };
	struct arena a = ARENA_INIT;
	struct request rq = { .arena = &a };

	(void)state;
	memset(piece, 'x', sizeof(piece));
	request_read(&rq, params);
	request_add_body(&rq, "a=", 2);
	request_add_body(&rq, piece, sizeof(piece));
	assert_false(rq.is_body_too_large);
	assert_int_equal(rq.body_len, REQUEST_BODY_MAX);
	assert_int_equal(strlen(rq.body), REQUEST_BODY_MAX);
	assert_memory_equal(rq.body, "a=xx", 4);
	request_add_body(&rq, "y", 1);
	assert_true(rq.is_body_too_large);
	assert_int_equal(rq.body_len, REQUEST_BODY_MAX);
	arena_release(&a);
}

static void test_params_have_room_for_24(void **state)
{
	struct request rq = { .param_count = 0 };

	(void)state;
	for (int i = 0; i < REQUEST_PARAMS_MAX; i++)
		assert_true(request_add_param(&rq, "a", "1"));
	assert_false(request_add_param(&rq, "b", "2"));
	assert_null(request_param(&rq, "b"));
	assert_string_equal(request_param(&rq, "a"), "1");
}

static void test_method_is_known_by_its_exact_name(void **state)
{
	static const struct {
		const char *name;
		enum method method;
	} cases[] = {
		{ "GET", METHOD_GET },	 { "POST", METHOD_POST },
		{ "HEAD", METHOD_HEAD }, { "OPTIONS", METHOD_OPTIONS },
		{ "get", METHOD_OTHER }, { "TRACE", METHOD_OTHER },
		{ "", METHOD_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(request_method_of(cases[i].name),
				 cases[i].method);
}

static void test_form_of_another_site_is_seen(void **state)
{
	static const struct {
		const char *fetch_site, *origin;
		bool is_cross;
	} cases[] = {
		{ "same-origin", "", false },
		{ "none", "", false },
		{ "cross-site", "", true },
		{ "same-site", "", true },
		{ "cross-site", "https://a.example", true },
		{ "", "https://a.example", false },
		{ "", "https://a.example.evil.example", true },
		{ "", "http://a.example", true },
		{ "", "null", true },
		{ "", "", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct request rq = { .fetch_site = cases[i].fetch_site,
				      .origin = cases[i].origin };

		assert_int_equal(request_is_cross_site(&rq,
						       "https://a.example"),
				 cases[i].is_cross);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs_are_decoded),
		cmocka_unit_test(test_malformed_pairs_are_refused),
		cmocka_unit_test(test_request_is_read_from_what_nginx_sends),
		cmocka_unit_test(test_what_is_not_of_its_kind_is_not_kept),
		cmocka_unit_test(test_body_is_kept_up_to_its_limit),
		cmocka_unit_test(test_params_have_room_for_24),
		cmocka_unit_test(test_method_is_known_by_its_exact_name),
		cmocka_unit_test(test_form_of_another_site_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
