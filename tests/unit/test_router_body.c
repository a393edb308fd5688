#include "router_case.h"

static void test_form_comes_as_a_form(void **state)
{
	static const struct {
		const char *type;
		int status;
	} cases[] = {
		{ "application/x-www-form-urlencoded", 0 },
		{ "application/x-www-form-urlencoded; charset=utf-8", 0 },
		{ "application/x-www-form-urlencoded;charset=utf-8", 0 },
		{ "Application/X-WWW-Form-Urlencoded", 0 },
		{ "application/x-www-form-urlencodedx", 415 },
		{ "application/json", 415 },
		{ "multipart/form-data", 415 },
		{ "", 415 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		f->rq.content_type = cases[i].type;
		f->rq.body = "email=a%40b.example";
		find(f, METHOD_POST, "/form", "");
		if (f->status != cases[i].status)
			fail_msg("'%s': %d", cases[i].type, f->status);
	}
}

static void test_form_is_read_from_the_body_only(void **state)
{
	struct fixture *f = *state;

	f->rq.body = "email=a%40b.example";
	assert_string_equal(find(f, METHOD_POST, "/form", "email=other"),
			    "send");
	assert_string_equal(request_param(&f->rq, "email"), "a@b.example");
	f->rq.body = "email=%";
	find(f, METHOD_POST, "/form", "");
	assert_int_equal(f->status, 400);
	assert_string_equal(f->rs.complaints[0].parameter, "form");
}

static void test_field_may_be_one_that_comes_again(void **state)
{
	struct fixture *f = *state;
	size_t at = 0;

	f->rq.body = "topic=b&email=x&topic=a";
	assert_string_equal(find(f, METHOD_POST, "/many", ""), "many");
	assert_string_equal(request_next(&f->rq, "topic", &at), "b");
	assert_string_equal(request_next(&f->rq, "topic", &at), "a");
	assert_null(request_next(&f->rq, "topic", &at));
	f->rq.body = "topic=b&topic=B";
	find(f, METHOD_POST, "/many", "");
	assert_string_equal(f->rs.complaints[0].detail, "must be a slug");
	f->rq.body = "email=b&email=b";
	find(f, METHOD_POST, "/many", "");
	assert_string_equal(f->rs.complaints[0].detail,
			    "is given more than once");
}

static void test_document_comes_as_a_document(void **state)
{
	struct fixture *f = *state;
	size_t at = 0;

	f->rq.content_type = "application/json; charset=utf-8";
	f->rq.body = " {\"topics\":[\"b\",\"a\"],\"email\":\"\\u00e9\"}\n";
	assert_string_equal(find(f, METHOD_POST, "/api/v1/send", ""), "json");
	assert_string_equal(request_param(&f->rq, "email"), "é");
	assert_string_equal(request_next(&f->rq, "topics", &at), "b");
	assert_string_equal(request_next(&f->rq, "topics", &at), "a");
	assert_null(request_next(&f->rq, "topics", &at));
	f->rq.content_type = "application/x-www-form-urlencoded";
	find(f, METHOD_POST, "/api/v1/send", "");
	assert_int_equal(f->status, 415);
}

static void test_what_is_wrong_of_a_document_is_named(void **state)
{
	static const struct {
		const char *body, *parameter, *detail;
	} cases[] = {
		{ "", "body", "is not a JSON object" },
		{ "[]", "body", "is not a JSON object" },
		{ "{} {}", "body", "is not a JSON object" },
		{ "{\"email\":\"\\u0000\"}", "body", "is not a JSON object" },
		{ "{\"email\":\"\xff\"}", "body", "is not a JSON object" },
		{ "{\"email\":\"\001\"}", "body", "is not a JSON object" },
		{ "{\"a\":1}", "a", "is not known here; known: email, topics" },
		{ "{\"email\":1}", "email", "must be a text" },
		{ "{\"email\":[\"a\"]}", "email", "must be a text" },
		{ "{\"email\":\"\",\"email\":\"\"}", "email",
		  "is given more than once" },
		{ "{\"topics\":\"a\"}", "topics", "must be an array of texts" },
		{ "{\"topics\":[1]}", "topics", "must hold texts only" },
		{ "{\"topics\":[]}", "topics", "must not be empty" },
		{ "{\"topics\":[\"A\"]}", "topics", "must be a slug" },
	};
	struct fixture *f = *state;

	f->rq.content_type = "application/json";
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		f->rq.body = cases[i].body;
		find(f, METHOD_POST, "/api/v1/send", "");
		if (f->status != 400 || f->rs.complaint_count != 1)
			fail_msg("'%s': %d", cases[i].body, f->status);
		assert_string_equal(f->rs.complaints[0].parameter,
				    cases[i].parameter);
		assert_string_equal(f->rs.complaints[0].detail,
				    cases[i].detail);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_form_comes_as_a_form),
		TEST(test_form_is_read_from_the_body_only),
		TEST(test_field_may_be_one_that_comes_again),
		TEST(test_document_comes_as_a_document),
		TEST(test_what_is_wrong_of_a_document_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
