#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>

#include "http/response.h"

static void test_reason_belongs_to_its_status(void **state)
{
	static const struct {
		int status;
		const char *reason;
	} cases[] = {
		{ 200, "OK" },
		{ 303, "See Other" },
		{ 304, "Not Modified" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 422, "Unprocessable Content" },
		{ 503, "Service Unavailable" },
		{ 299, "Error" },
		{ 0, "Error" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(response_reason(cases[i].status),
				    cases[i].reason);
}

static void test_headers_are_lines(void **state)
{
	struct response rs;

	(void)state;
	response_init(&rs);
	response_header(&rs, "Allow", "GET, HEAD");
	assert_int_equal(response_redirect(&rs, 303, "/a"), 303);
	assert_string_equal(rs.headers.buf,
			    "Allow: GET, HEAD\r\nLocation: /a\r\n");
	response_release(&rs);
}

/* Whether a header of this value ends the process. */
static bool aborts(const char *value)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct response rs;

		/* What it says is for its log, not for ours. */
		if (!freopen("/dev/null", "w", stderr))
			_exit(2);
		signal(SIGABRT, SIG_DFL);
		response_init(&rs);
		response_header(&rs, "Location", value);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void test_header_with_a_control_character_is_a_bug(void **state)
{
	(void)state;
	assert_true(aborts("/a\r\nSet-Cookie: x=y"));
	assert_true(aborts("/a\nb"));
	assert_true(aborts("/a\tb"));
	assert_true(aborts("/a\x7f"));
	assert_false(aborts("/a b/\xc3\xa9"));
}

static void test_detail_is_the_last_error(void **state)
{
	struct response rs;

	(void)state;
	response_init(&rs);
	assert_int_equal(response_error(&rs, 404, "No %s.", "a"), 404);
	assert_int_equal(response_error(&rs, 410, "No %s.", "b"), 410);
	assert_string_equal(rs.detail.buf, "No b.");
	response_release(&rs);
}

static void test_name_too_long_for_the_sentence_is_left_out(void **state)
{
	char name[1500] = "";
	struct response rs;

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	response_init(&rs);
	response_complain(&rs, name, "is not known");
	response_complain(&rs, "p", "is bad");
	assert_string_equal(rs.detail.buf, "is not known");
	assert_string_equal(rs.complaints[0].parameter, name);
	response_release(&rs);
}

static void test_complaints_beyond_eight_are_dropped(void **state)
{
	struct response rs;

	(void)state;
	response_init(&rs);
	for (int i = 0; i < 20; i++)
		assert_int_equal(response_complain(&rs, "p", "is bad"), 400);
	assert_int_equal(rs.complaint_count, RESPONSE_COMPLAINTS_MAX);
	assert_string_equal(rs.detail.buf, "p: is bad");
	response_release(&rs);
}

static void test_reset_leaves_nothing_of_the_last_reply(void **state)
{
	struct response rs;

	(void)state;
	response_init(&rs);
	response_header(&rs, "A", "b");
	response_complain(&rs, "p", "is bad");
	strbuf_addstr(&rs.body, "x");
	rs.status = 200;
	rs.content_type = "text/html";
	rs.caching = CACHING_SHARED;
	rs.last_modified = 1;
	response_reset(&rs);
	assert_int_equal(rs.status, 0);
	assert_null(rs.content_type);
	assert_int_equal(rs.caching, CACHING_NONE);
	assert_int_equal(rs.last_modified, 0);
	assert_int_equal(rs.complaint_count, 0);
	assert_int_equal(rs.body.len + rs.headers.len + rs.detail.len, 0);
	response_release(&rs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reason_belongs_to_its_status),
		cmocka_unit_test(test_headers_are_lines),
		cmocka_unit_test(test_header_with_a_control_character_is_a_bug),
		cmocka_unit_test(test_detail_is_the_last_error),
		cmocka_unit_test(
			test_name_too_long_for_the_sentence_is_left_out),
		cmocka_unit_test(test_complaints_beyond_eight_are_dropped),
		cmocka_unit_test(test_reset_leaves_nothing_of_the_last_reply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
