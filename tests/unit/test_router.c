#include "router_case.h"

static void test_path_leads_to_its_route(void **state)
{
	static const struct {
		const char *path, *route;
	} cases[] = {
		{ "/", "home" },
		{ "/p/a-b", "page" },
		{ "/p/a/more", "deep" },
		{ "/form", "form" },
		{ "", "" },
		{ "/p", "" },
		{ "/p/", "" },
		{ "/p/a/b", "" },
		{ "/p/a--b", "" },
		{ "/p/A", "" },
		{ "/p/..", "" },
		{ "/P/a", "" },
		{ "/forms", "" },
		{ "/for", "" },
		{ "p/a", "" },
		{ "/p//more", "" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *name = find(f, METHOD_GET, cases[i].path, "");

		if (strcmp(name, cases[i].route) != 0)
			fail_msg("'%s' led to '%s'", cases[i].path, name);
		assert_int_equal(f->status, *name ? 0 : 404);
	}
}

static void test_slash_too_many_leads_to_the_page(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(find(f, METHOD_GET, "/p/a/", ""), "");
	assert_int_equal(f->status, 301);
	assert_non_null(strstr(f->rs.headers.buf, "Location: /p/a\r\n"));
	assert_string_equal(find(f, METHOD_GET, "/p/a/more/", ""), "");
	assert_int_equal(f->status, 301);
	assert_string_equal(find(f, METHOD_GET, "/p/a//", ""), "");
	assert_int_equal(f->status, 404);
	assert_string_equal(find(f, METHOD_GET, "/nope/", ""), "");
	assert_int_equal(f->status, 404);
}

static void test_value_of_the_path_is_a_parameter(void **state)
{
	struct fixture *f = *state;

	find(f, METHOD_GET, "/p/a-b", "level=mid");
	assert_string_equal(request_param(&f->rq, "slug"), "a-b");
	assert_string_equal(request_param(&f->rq, "level"), "mid");
	assert_int_equal(f->rq.param_count, 2);
}

static void test_head_is_answered_where_get_is(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(find(f, METHOD_HEAD, "/p/a", ""), "page");
	assert_string_equal(find(f, METHOD_POST, "/form", ""), "send");
}

static void test_other_method_is_405_with_allow(void **state)
{
	static const struct {
		enum method method;
		const char *path, *allow;
	} cases[] = {
		{ METHOD_POST, "/", "Allow: GET, HEAD, OPTIONS\r\n" },
		{ METHOD_OTHER, "/p/a", "Allow: GET, HEAD, OPTIONS\r\n" },
		{ METHOD_OTHER, "/form",
		  "Allow: GET, HEAD, POST, OPTIONS\r\n" },
		{ METHOD_GET, "/push", "Allow: POST, OPTIONS\r\n" },
		{ METHOD_HEAD, "/push", "Allow: POST, OPTIONS\r\n" },
		{ METHOD_POST, "/api/a", "Allow: GET, HEAD, OPTIONS\r\n" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_string_equal(find(f, cases[i].method, cases[i].path, ""),
				    "");
		assert_int_equal(f->status, 405);
		assert_string_equal(f->rs.headers.buf, cases[i].allow);
	}
	find(f, METHOD_POST, "/none", "");
	assert_int_equal(f->status, 404);
	assert_string_equal(f->rs.headers.buf, "");
}

static void
test_options_tells_methods_and_on_the_api_what_others_may(void **state)
{
	static const char api[] =
		"Allow: GET, HEAD, OPTIONS\r\n"
		"Access-Control-Allow-Methods: GET, HEAD\r\n"
		"Access-Control-Allow-Headers: Accept, If-None-Match, "
		"If-Modified-Since\r\n"
		"Access-Control-Max-Age: 86400\r\n";
	static const struct {
		const char *path, *query, *headers;
	} cases[] = {
		{ "/", "", "Allow: GET, HEAD, OPTIONS\r\n" },
		{ "/form", "x=%zz", "Allow: GET, HEAD, POST, OPTIONS\r\n" },
		{ "/push", "", "Allow: POST, OPTIONS\r\n" },
		{ "/api/a", "", api },
		{ "/api/a", "no=1&level=", api },
		/* Nobody else's page may have a visitor sign up. */
		{ "/api/v1/send", "", "Allow: POST, OPTIONS\r\n" },
	};
	struct fixture *f = *state;

	f->rq.accept = "image/png";
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_string_equal(find(f, METHOD_OPTIONS, cases[i].path,
					 cases[i].query),
				    "");
		assert_int_equal(f->status, 204);
		assert_string_equal(f->rs.headers.buf, cases[i].headers);
	}
	find(f, METHOD_OPTIONS, "/none", "");
	assert_int_equal(f->status, 404);
}

static void test_empty_value_is_named_to_programs(void **state)
{
	static const char *const queries[] = {
		"level=", "level", "page=1&level=", "level=&level=mid"
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(queries); i++) {
		assert_string_equal(find(f, METHOD_GET, "/api/a", queries[i]),
				    "");
		assert_int_equal(f->status, 400);
		assert_string_equal(f->rs.complaints[0].parameter, "level");
		assert_string_equal(f->rs.complaints[0].detail,
				    "is empty; it must be a level");
	}
}

static void
test_empty_values_of_a_page_are_left_out_of_its_address(void **state)
{
	static const struct {
		const char *query, *to;
	} cases[] = {
		{ "level=", "/p/a" },
		{ "level", "/p/a" },
		{ "level=&page=", "/p/a" },
		{ "x=1&level=&page=2&y=", "/p/a?x=1&page=2&y=" },
		{ "level=&level=mid", "/p/a?level=mid" },
		{ "page=2&&level=&", "/p/a?page=2" },
		{ "l%65vel=&page=2", "/p/a?page=2" },
		{ "level=&z=%C3%A9&y=\xc3\xa9\"< \r\n\t#",
		  "/p/a?z=%C3%A9&y=%C3%A9%22%3C%20%0D%0A%09#" },
	};
	struct fixture *f = *state;
	char want[200];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_string_equal(find(f, METHOD_GET, "/p/a", cases[i].query),
				    "");
		assert_int_equal(f->status, 302);
		snprintf(want, sizeof(want), "Location: %s\r\n", cases[i].to);
		assert_string_equal(f->rs.headers.buf, want);
	}
	assert_string_equal(find(f, METHOD_GET, "/p/a", "utm="), "page");
	assert_string_equal(find(f, METHOD_GET, "/p/a", "level=&page=x"), "");
	assert_int_equal(f->status, 400);
	/* One that sees to it by itself. */
	assert_string_equal(find(f, METHOD_GET, "/own/a", "level=&page=2"),
			    "own");
	assert_string_equal(request_param(&f->rq, "page"), "2");
	assert_null(request_param(&f->rq, "level"));
}

static void
test_reply_that_is_not_wanted_is_406_that_names_what_there_is(void **state)
{
	static const struct {
		const char *path, *type, *other;
	} cases[] = {
		{ "/api/a", "application/json", "text/csv" },
		{ "/csv/a", "text/csv", "application/json" },
		{ "/lines/a", "application/x-ndjson", "application/json" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		f->rq.accept = cases[i].type;
		assert_true(*find(f, METHOD_GET, cases[i].path, ""));
		f->rq.accept = cases[i].other;
		assert_false(*find(f, METHOD_GET, cases[i].path, ""));
		assert_int_equal(f->status, 406);
		assert_non_null(strstr(f->rs.detail.buf, cases[i].type));
		/* What is asked for wrongly is told first. */
		assert_false(*find(f, METHOD_GET, cases[i].path, "no=1"));
		assert_int_equal(f->status, 400);
	}
	/* Browsers show what they are sent. */
	assert_string_equal(find(f, METHOD_GET, "/p/a", ""), "page");
}

static void test_unknown_parameter_is_400_for_programs(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(find(f, METHOD_GET, "/api/a", "levle=mid"), "");
	assert_int_equal(f->status, 400);
	assert_int_equal(f->rs.complaint_count, 1);
	assert_string_equal(f->rs.complaints[0].parameter, "levle");
	assert_string_equal(f->rs.complaints[0].detail,
			    "is not known here; known: level, page");
}

static void test_unknown_parameter_is_ignored_for_pages(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(find(f, METHOD_GET, "/p/a", "utm=x&level=mid"),
			    "page");
	assert_null(request_param(&f->rq, "utm"));
	assert_string_equal(request_param(&f->rq, "level"), "mid");
}

static void test_each_bad_parameter_is_named(void **state)
{
	struct fixture *f = *state;

	find(f, METHOD_GET, "/api/a", "level=boss&page=0&x=1");
	assert_int_equal(f->status, 400);
	assert_int_equal(f->rs.complaint_count, 3);
	assert_string_equal(f->rs.complaints[0].detail, "must be a level");
	assert_string_equal(f->rs.complaints[1].detail, "must be a page");
	find(f, METHOD_GET, "/api/a", "a&b&c&d&e&f&g&h&i&j&k&l");
	assert_int_equal(f->rs.complaint_count, RESPONSE_COMPLAINTS_MAX);
}

static void test_repeated_parameter_is_400(void **state)
{
	struct fixture *f = *state;

	find(f, METHOD_GET, "/p/a", "level=mid&level=mid");
	assert_int_equal(f->status, 400);
	assert_string_equal(f->rs.complaints[0].detail,
			    "is given more than once");
	/* One of the path can't be replaced by one of the query. */
	find(f, METHOD_GET, "/p/a", "slug=b");
	assert_int_equal(f->status, 0);
	assert_string_equal(request_param(&f->rq, "slug"), "a");
}

static void test_malformed_query_is_400(void **state)
{
	static const char *const bad[] = { "%", "level=%zz", "level=%00",
					   "level=mid&x=%ff" };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		find(f, METHOD_GET, "/p/a", bad[i]);
		assert_int_equal(f->status, 400);
		assert_string_equal(f->rs.complaints[0].parameter, "query");
	}
}

static void test_kinds_of_field(void **state)
{
	char text[402];

	(void)state;
	assert_true(field_is_country("SG"));
	assert_true(field_is_country("sG"));
	assert_false(field_is_country(""));
	assert_false(field_is_country("S"));
	assert_false(field_is_country("SGP"));
	assert_false(field_is_country("S1"));
	assert_false(field_is_country("[]"));
	assert_false(field_is_country("\xc3\xa9"));
	assert_true(field_is_level("manager"));
	assert_false(field_is_level("Manager"));
	assert_true(field_is_page("9999"));
	assert_false(field_is_page("10000"));
	assert_false(field_is_page("0"));
	memset(text, 'x', sizeof(text));
	text[400] = '\0';
	assert_true(field_is_text(text));
	text[400] = 'x';
	text[401] = '\0';
	assert_false(field_is_text(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_path_leads_to_its_route),
		TEST(test_slash_too_many_leads_to_the_page),
		TEST(test_value_of_the_path_is_a_parameter),
		TEST(test_head_is_answered_where_get_is),
		TEST(test_other_method_is_405_with_allow),
		TEST(test_options_tells_methods_and_on_the_api_what_others_may),
		TEST(test_empty_value_is_named_to_programs),
		TEST(test_empty_values_of_a_page_are_left_out_of_its_address),
		TEST(test_reply_that_is_not_wanted_is_406_that_names_what_there_is),
		TEST(test_unknown_parameter_is_400_for_programs),
		TEST(test_unknown_parameter_is_ignored_for_pages),
		TEST(test_each_bad_parameter_is_named),
		TEST(test_repeated_parameter_is_400),
		TEST(test_malformed_query_is_400),
		cmocka_unit_test(test_kinds_of_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
