#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/settings.h"
#include "http/fcgi.h"

/* A body of the size that the visitor names, of bytes that tell their place. */
static int fill(struct web *web, const struct request *rq, struct response *rs)
{
	int64_t size;

	(void)web;
	if (!parse_int(request_param(rq, "size"), 0, RESPONSE_BODY_MAX, &size))
		return 400;
	while (rs->body.len < (size_t)size)
		strbuf_addch(&rs->body, (char)(rs->body.len % 251));
	return 200;
}

static int answer_with_all(struct web *web, const struct request *rq,
			   struct response *rs)
{
	(void)web;
	strbuf_addf(&rs->body, "%s %zu", rq->path, rq->body_len);
	rs->content_type = "text/plain";
	return 200;
}

/* Three pieces, one of them without a byte, then the end or a failure. */
struct pieces {
	int count;
	bool is_bad;
	bool is_last; /* of the worker */
	size_t size;
};

static int more(struct web *web, struct response *rs)
{
	struct pieces *p = rs->more_arg;

	(void)web;
	assert_int_equal(rs->body.len, 0);
	if (p->count++ == 1)
		return 1;
	for (size_t i = 0; i < p->size; i++)
		strbuf_addch(&rs->body, (char)('0' + p->count));
	if (p->is_last && p->count == 3)
		kill(getpid(), SIGKILL);
	return p->count < 4 ? 1 : p->is_bad ? -1 : 0;
}

static int begin(struct web *web, const struct request *rq, struct response *rs)
{
	struct pieces *p = arena_alloc(rq->arena, sizeof(*p));
	int64_t size;

	(void)web;
	if (!parse_int(request_param(rq, "size"), 0, INT32_MAX, &size))
		return 400;
	*p = (struct pieces){ .size = (size_t)size,
			      .is_bad = strstr(rq->path, "/bad/"),
			      .is_last = strstr(rq->path, "/last/") };
	rs->content_type = "text/plain";
	response_header(rs, "ETag", "W/\"pieces\"");
	rs->more = more;
	rs->more_arg = p;
	return 200;
}

static bool is_any(const char *value)
{
	return *value != '\0';
}

static const struct field fields[] = {
	{ "size", FIELD_PATH, is_any, "" },
	{ NULL, FIELD_PATH, NULL, NULL },
};

static const struct route routes[] = {
	{ "fill", METHOD_GET, "/fill/{size}", fill, fields, CACHING_NONE,
	  false },
	{ "all", METHOD_POST, "/all", answer_with_all, NULL, CACHING_NONE,
	  false },
	{ "pieces", METHOD_GET, "/pieces/{size}", begin, fields, CACHING_SHARED,
	  false },
	{ "known", METHOD_GET, "/known/{size}", begin, fields, CACHING_NONE,
	  false },
	{ "last", METHOD_GET, "/last/{size}", begin, fields, CACHING_NONE,
	  false },
	{ "bad", METHOD_GET, "/bad/{size}", begin, fields, CACHING_NONE,
	  false },
	{ NULL, 0, NULL, NULL, NULL, CACHING_NONE, false },
};

/* A worker in a process of its own, and the counters it shares. */
struct fixture {
	struct sockaddr_un un;
	struct metrics *metrics;
	pid_t pid;
};

static void serve(struct fixture *f, int fd)
{
	static const struct template_source none[] = { { NULL, NULL, 0 } };
	struct strbuf err = STRBUF_INIT;
	struct fcgi_options o = { .listen_fd = fd,
				  .seat = &f->metrics->slots[0].seats[0] };
	/* The version was looked at just now: there is no database to ask. */
	struct web web = { .routes = routes,
			   .slot = &f->metrics->slots[0],
			   .metrics = f->metrics,
			   .version = 1,
			   .version_read_at = clock_ms() + 3600000 };
	int status;

	log_setup("test", LOG_ERROR);
	if (!settings_load(&err))
		exit(2);
	web.views = template_set_new(none, &err);
	web.assets = cJSON_CreateObject();
	web.cache = page_cache_new(1000);
	status = fcgi_serve(&o, &web);
	web_release(&web);
	free(f);
	exit(status);
}

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	f->un.sun_family = AF_UNIX;
	snprintf(f->un.sun_path + 1, sizeof(f->un.sun_path) - 1,
		 "autopsy-test-fcgi-%d", getpid());
	assert_int_equal(bind(fd, (struct sockaddr *)&f->un, sizeof(f->un)), 0);
	assert_int_equal(listen(fd, 8), 0);
	f->metrics = mmap(NULL, sizeof(*f->metrics), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(f->metrics, MAP_FAILED);
	f->pid = fork();
	if (f->pid == 0)
		serve(f, fd);
	close(fd);
	*state = f;
	return 0;
}

static int tear_down_killed(void **state)
{
	struct fixture *f = *state;
	int status;

	assert_int_equal(waitpid(f->pid, &status, 0), f->pid);
	assert_true(WIFSIGNALED(status));
	munmap(f->metrics, sizeof(*f->metrics));
	free(f);
	return 0;
}

/* The worker ends by itself, having freed all it had. */
static int tear_down(void **state)
{
	struct fixture *f = *state;
	int status;

	kill(f->pid, SIGTERM);
	assert_int_equal(waitpid(f->pid, &status, 0), f->pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	munmap(f->metrics, sizeof(*f->metrics));
	free(f);
	return 0;
}

static int dial(const struct fixture *f)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_int_equal(
		connect(fd, (const struct sockaddr *)&f->un, sizeof(f->un)), 0);
	return fd;
}

static void add_record(struct strbuf *sb, int type, const char *data,
		       size_t len)
{
	const char head[8] = { 1,	  (char)type, 0, 1, (char)(len >> 8),
			       (char)len, 0,	      0 };

	strbuf_add(sb, head, sizeof(head));
	strbuf_add(sb, data, len);
}

static void add_param(struct strbuf *sb, const char *name, const char *value)
{
	strbuf_addch(sb, (char)strlen(name));
	strbuf_addch(sb, (char)strlen(value));
	strbuf_addstr(sb, name);
	strbuf_addstr(sb, value);
}

static void add_request(struct strbuf *sb, const char *method, const char *path,
			size_t body_len)
{
	static const char responder[8] = { 0, 1 };
	struct strbuf params = STRBUF_INIT;
	char body[1000] = { 0 };

	add_param(&params, "REQUEST_METHOD", method);
	add_param(&params, "DOCUMENT_URI", path);
	if (strcmp(method, "GET") == 0 && strstr(path, "/known/"))
		add_param(&params, "HTTP_IF_NONE_MATCH", "W/\"pieces\"");
	add_record(sb, 1, responder, sizeof(responder));
	add_record(sb, 4, params.buf, params.len);
	add_record(sb, 4, "", 0);
	for (size_t left = body_len, n; left; left -= n) {
		n = left < sizeof(body) ? left : sizeof(body);
		add_record(sb, 5, body, n);
	}
	add_record(sb, 5, "", 0);
	strbuf_release(&params);
}

/*
 * Takes the records apart; asserts that each is as it should be. Whether the
 * end was told, and not a record of version 0, which nginx takes for an error.
 */
static bool read_records(int fd, struct strbuf *out)
{
	struct strbuf raw = STRBUF_INIT;
	char chunk[4096];
	bool is_end_of_out = false, is_end = false, is_broken_off = false;
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		strbuf_add(&raw, chunk, (size_t)n);
	close(fd);
	for (size_t at = 0; at < raw.len;) {
		const unsigned char *h = (unsigned char *)raw.buf + at;
		size_t len = (size_t)h[4] << 8 | h[5];

		if (h[0] == 0) {
			assert_false(is_end_of_out);
			is_broken_off = true;
			break;
		}
		assert_true(at + 8 + len + h[6] <= raw.len);
		assert_int_equal(h[0], 1);
		assert_int_equal(h[2] << 8 | h[3], 1);
		assert_false(is_end);
		if (h[1] == 6) {
			assert_false(is_end_of_out);
			is_end_of_out = len == 0;
			strbuf_add(out, h + 8, len);
		} else {
			assert_int_equal(h[1], 3);
			assert_int_equal(len, 8);
			is_end = true;
		}
		at += 8 + len + h[6];
	}
	assert_int_equal(is_end_of_out, is_end);
	/* A connection that just closes is taken for the end. */
	assert_true(is_end || is_broken_off);
	strbuf_release(&raw);
	return is_end;
}

/* Whether the reply came to its end. */
static bool ask_once(const struct fixture *f, const char *method,
		     const char *path, size_t body_len, struct strbuf *out)
{
	struct strbuf sent = STRBUF_INIT;
	int fd = dial(f);

	add_request(&sent, method, path, body_len);
	assert_int_equal(write(fd, sent.buf, sent.len), sent.len);
	strbuf_release(&sent);
	strbuf_reset(out);
	return read_records(fd, out);
}

static void ask(const struct fixture *f, const char *method, const char *path,
		size_t body_len, struct strbuf *out)
{
	assert_true(ask_once(f, method, path, body_len, out));
}

static void test_body_of_any_size_arrives_whole(void **state)
{
	static const size_t sizes[] = { 0,	1,	2,	 65527,
					65528,	65529,	131055,	 131056,
					131057, 200000, 2097151, 2097152 };
	struct strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char path[40], length[60];
		char *body;

		snprintf(path, sizeof(path), "/fill/%zu", sizes[i]);
		snprintf(length, sizeof(length), "\r\nContent-Length: %zu\r\n",
			 sizes[i]);
		ask(*state, "GET", path, 0, &out);
		body = strstr(out.buf, "\r\n\r\n");
		assert_non_null(body);
		assert_non_null(memmem(out.buf, (size_t)(body + 2 - out.buf),
				       length, strlen(length)));
		body += 4;
		assert_int_equal(out.buf + out.len - body, sizes[i]);
		for (size_t k = 0; k < sizes[i]; k++)
			if ((unsigned char)body[k] != k % 251)
				fail_msg("byte %zu of %zu", k, sizes[i]);
	}
	strbuf_release(&out);
}

static void test_head_is_told_the_length_and_sent_no_body(void **state)
{
	struct strbuf out = STRBUF_INIT;

	ask(*state, "HEAD", "/fill/200000", 0, &out);
	assert_non_null(strstr(out.buf, "\r\nContent-Length: 200000\r\n"));
	assert_string_equal(out.buf + out.len - 4, "\r\n\r\n");
	strbuf_release(&out);
}

static void test_body_is_read_up_to_its_limit(void **state)
{
	static const struct {
		size_t size;
		const char *want;
	} cases[] = {
		{ 0, "\r\n\r\n/all 0" },
		{ 1, "\r\n\r\n/all 1" },
		{ 16384, "\r\n\r\n/all 16384" },
		{ 16385, "Status: 413 Content Too Large\r\n" },
		{ 150000, "Status: 413 Content Too Large\r\n" },
	};
	struct strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ask(*state, "POST", "/all", cases[i].size, &out);
		if (!strstr(out.buf, cases[i].want))
			fail_msg("%zu: %s", cases[i].size, out.buf);
	}
	strbuf_release(&out);
}

static void test_peer_that_leaves_is_counted_and_ends_nothing(void **state)
{
	struct fixture *f = *state;
	struct strbuf sent = STRBUF_INIT, out = STRBUF_INIT;
	int fd;

	for (int i = 0; i < 5; i++) {
		strbuf_reset(&sent);
		add_request(&sent, "GET", "/fill/2000000", 0);
		fd = dial(f);
		assert_int_equal(write(fd, sent.buf, sent.len), sent.len);
		close(fd);
	}
	ask(f, "GET", "/fill/1", 0, &out);
	assert_int_equal(f->metrics->slots[0].client_gone, 5);
	strbuf_release(&sent);
	strbuf_release(&out);
}

static void test_body_that_breaks_off_is_not_answered(void **state)
{
	struct fixture *f = *state;
	struct strbuf sent = STRBUF_INIT;
	char byte;
	int fd = dial(f);

	add_request(&sent, "POST", "/all", 2000);
	sent.len -= 8;
	assert_int_equal(write(fd, sent.buf, sent.len), sent.len);
	shutdown(fd, SHUT_WR);
	assert_int_equal(read(fd, &byte, 1), 0);
	close(fd);
	assert_int_equal(f->metrics->slots[0].client_gone, 1);
	strbuf_release(&sent);
}

static void test_pieces_arrive_one_after_the_other(void **state)
{
	static const size_t sizes[] = { 0, 1, 65528, 200000, 2097152 };
	struct strbuf out = STRBUF_INIT;
	char path[40];

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		const char *body;

		snprintf(path, sizeof(path), "/pieces/%zu", sizes[i]);
		/* Twice: it must not be kept. */
		ask(*state, "GET", path, 0, &out);
		ask(*state, "GET", path, 0, &out);
		body = strstr(out.buf, "\r\n\r\n");
		assert_non_null(body);
		assert_null(memmem(out.buf, (size_t)(body - out.buf),
				   "Content-Length", 14));
		body += 4;
		assert_int_equal(out.buf + out.len - body, 3 * sizes[i]);
		for (size_t k = 0; k < 3 * sizes[i]; k++)
			if (body[k] != "134"[k / sizes[i]])
				fail_msg("byte %zu of %zu", k, sizes[i]);
	}
	strbuf_release(&out);
}

static void
test_pieces_are_not_made_for_who_has_them_or_wants_none(void **state)
{
	static const char *const methods[] = { "HEAD", "GET" };
	static const char *const starts[] = { "Status: 200 ", "Status: 304 " };
	struct strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		ask(*state, methods[i], "/known/100", 0, &out);
		assert_memory_equal(out.buf, starts[i], strlen(starts[i]));
		assert_non_null(strstr(out.buf, "\r\nETag: W/\"pieces\"\r\n"));
		assert_null(strstr(out.buf, "Content-Length"));
		assert_string_equal(out.buf + out.len - 4, "\r\n\r\n");
	}
	strbuf_release(&out);
}

static void test_piece_that_fails_leaves_the_end_unsaid(void **state)
{
	struct strbuf out = STRBUF_INIT;

	for (int i = 0; i < 3; i++) {
		assert_false(ask_once(*state, "GET", "/bad/100", 0, &out));
		assert_non_null(strstr(out.buf, "\r\n\r\n1111"));
		/* One that is too large is one that fails. */
		assert_false(
			ask_once(*state, "GET", "/pieces/2097153", 0, &out));
		ask(*state, "GET", "/pieces/1", 0, &out);
	}
	strbuf_release(&out);
}

static void test_worker_that_is_killed_leaves_no_end(void **state)
{
	struct strbuf out = STRBUF_INIT;

	assert_false(ask_once(*state, "GET", "/last/100", 0, &out));
	assert_non_null(strstr(out.buf, "\r\n\r\n1111"));
	assert_null(strstr(out.buf, "3"));
	strbuf_release(&out);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_body_of_any_size_arrives_whole),
		TEST(test_head_is_told_the_length_and_sent_no_body),
		TEST(test_body_is_read_up_to_its_limit),
		TEST(test_peer_that_leaves_is_counted_and_ends_nothing),
		TEST(test_body_that_breaks_off_is_not_answered),
		TEST(test_pieces_arrive_one_after_the_other),
		TEST(test_pieces_are_not_made_for_who_has_them_or_wants_none),
		TEST(test_piece_that_fails_leaves_the_end_unsaid),
		cmocka_unit_test_setup_teardown(
			test_worker_that_is_killed_leaves_no_end, set_up,
			tear_down_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
