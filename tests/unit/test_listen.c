#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "http/listen.h"

struct fixture {
	char dir[32];
	struct strbuf path;
	struct strbuf err;
};

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	snprintf(f->dir, sizeof(f->dir), "/tmp/listen-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	strbuf_init(&f->path);
	strbuf_init(&f->err);
	strbuf_addf(&f->path, "%s/web.sock", f->dir);
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	unlink(f->path.buf);
	rmdir(f->dir);
	strbuf_release(&f->path);
	strbuf_release(&f->err);
	free(f);
	return 0;
}

static void test_new_socket_is_for_owner_and_group(void **state)
{
	struct fixture *f = *state;
	bool is_own = false;
	int fd = listen_socket(f->path.buf, &is_own, &f->err);
	struct stat st;

	assert_true(fd >= 0);
	assert_true(is_own);
	assert_int_equal(stat(f->path.buf, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
}

static void test_stale_socket_is_replaced(void **state)
{
	struct fixture *f = *state;
	bool is_own;

	close(listen_socket(f->path.buf, &is_own, &f->err));
	for (int i = 0; i < 2; i++) {
		int fd = listen_socket(f->path.buf, &is_own, &f->err);

		assert_true(fd >= 0);
		close(fd);
	}
}

static void test_served_socket_is_refused_and_left_alone(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	bool is_own;
	int fd = listen_socket(f->path.buf, &is_own, &f->err), peer;

	assert_int_equal(listen_socket(f->path.buf, &is_own, &f->err), -1);
	assert_non_null(strstr(f->err.buf, "another autopsy-web serves"));
	peer = socket(AF_UNIX, SOCK_STREAM, 0);
	memcpy(un.sun_path, f->path.buf, f->path.len);
	assert_int_equal(connect(peer, (struct sockaddr *)&un, sizeof(un)), 0);
	close(peer);
	close(fd);
}

static void test_file_that_is_no_socket_is_refused_and_kept(void **state)
{
	struct fixture *f = *state;
	bool is_own;
	struct stat st;

	close(open(f->path.buf, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(listen_socket(f->path.buf, &is_own, &f->err), -1);
	assert_non_null(strstr(f->err.buf, "is not a socket"));
	assert_int_equal(stat(f->path.buf, &st), 0);
}

static void test_path_that_does_not_fit_is_refused(void **state)
{
	struct fixture *f = *state;
	struct strbuf path = STRBUF_INIT;
	bool is_own;

	strbuf_addf(&path, "%s/", f->dir);
	while (path.len < 107)
		strbuf_addch(&path, 'x');
	close(listen_socket(path.buf, &is_own, &f->err));
	assert_string_equal(f->err.buf, "");
	assert_int_equal(unlink(path.buf), 0);
	strbuf_addch(&path, 'x');
	assert_int_equal(listen_socket(path.buf, &is_own, &f->err), -1);
	assert_non_null(strstr(f->err.buf, "at most 107 bytes"));
	strbuf_release(&path);
}

static void test_missing_directory_is_named(void **state)
{
	struct fixture *f = *state;
	bool is_own;

	assert_int_equal(listen_socket("/nowhere/web.sock", &is_own, &f->err),
			 -1);
	assert_non_null(strstr(f->err.buf, "/nowhere/web.sock: can't listen"));
}

static void set_listen(const char *count)
{
	char pid[24];

	snprintf(pid, sizeof(pid), "%d", getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", count, 1);
}

static void test_descriptors_for_another_process_are_ignored(void **state)
{
	struct fixture *f = *state;
	bool is_own = false;

	setenv("LISTEN_PID", "1", 1);
	setenv("LISTEN_FDS", "1", 1);
	close(listen_socket(f->path.buf, &is_own, &f->err));
	assert_true(is_own);
}

static void test_passed_descriptors_are_one_that_listens(void **state)
{
	struct fixture *f = *state;
	bool is_own;

	set_listen("2");
	assert_int_equal(listen_socket(f->path.buf, &is_own, &f->err), -1);
	assert_non_null(strstr(f->err.buf, "LISTEN_FDS"));
	strbuf_reset(&f->err);
	set_listen("1");
	assert_int_equal(listen_socket(f->path.buf, &is_own, &f->err), -1);
	assert_non_null(strstr(f->err.buf, "does not listen"));
	assert_int_equal(access(f->path.buf, F_OK), -1);
}

/* The reason of the first step that fails, not of those after it. */
static void test_socket_that_can_not_be_had_is_told_why(void **state)
{
	struct fixture *f = *state;
	struct rlimit old, none;
	bool is_own = false;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = old;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(listen_socket(f->path.buf, &is_own, &f->err), -1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_non_null(strstr(f->err.buf, "Too many open files"));
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_new_socket_is_for_owner_and_group),
		TEST(test_stale_socket_is_replaced),
		TEST(test_served_socket_is_refused_and_left_alone),
		TEST(test_file_that_is_no_socket_is_refused_and_kept),
		TEST(test_path_that_does_not_fit_is_refused),
		TEST(test_missing_directory_is_named),
		TEST(test_socket_that_can_not_be_had_is_told_why),
		TEST(test_descriptors_for_another_process_are_ignored),
		TEST(test_passed_descriptors_are_one_that_listens),
	};

	/* Nothing may listen or be open where descriptors are passed. */
	close(3);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
