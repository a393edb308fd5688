#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/alloc.h"
#include "base/notify.h"

static int set_up(void **state)
{
	char *dir = xstrdup("/tmp/notify-XXXXXX");

	assert_non_null(mkdtemp(dir));
	*state = dir;
	return 0;
}

static int tear_down(void **state)
{
	rmdir(*state);
	free(*state);
	return 0;
}

static void check_notice(const char *directory)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	socklen_t len;
	char env[108], got[64] = "";

	snprintf(env, sizeof(env), "%s/notify", directory);
	memcpy(un.sun_path, env, strlen(env));
	if (env[0] == '@')
		un.sun_path[0] = '\0';
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(env));
	assert_int_equal(bind(fd, (struct sockaddr *)&un, len), 0);
	setenv("NOTIFY_SOCKET", env, 1);
	notify_systemd("READY=1");
	assert_int_equal(recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT), 7);
	assert_string_equal(got, "READY=1");
	unsetenv("NOTIFY_SOCKET");
	notify_systemd("READY=1");
	assert_int_equal(recv(fd, got, sizeof(got), MSG_DONTWAIT), -1);
	close(fd);
	unlink(env);
}

static void test_systemd_is_told_by_path_or_abstract_name(void **state)
{
	const char *dir = *state;
	char abstract[64];

	check_notice(dir);
	snprintf(abstract, sizeof(abstract), "@%s", dir);
	check_notice(abstract);
	setenv("NOTIFY_SOCKET", "/nowhere/notify", 1);
	notify_systemd("READY=1");
	unsetenv("NOTIFY_SOCKET");
}

static void test_nobody_waits_for_a_systemd_that_does_not_read(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	const char *dir = *state;

	snprintf(un.sun_path, sizeof(un.sun_path), "%s/notify", dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	setenv("NOTIFY_SOCKET", un.sun_path, 1);
	/* It would wait for ever; more than the queue of any system holds. */
	alarm(10);
	for (int i = 0; i < 5000; i++)
		notify_systemd("WATCHDOG=1");
	alarm(0);
	unsetenv("NOTIFY_SOCKET");
	close(fd);
	unlink(un.sun_path);
}

static void test_watchdog_is_for_the_process_it_names(void **state)
{
	char pid[24];

	(void)state;
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	assert_int_equal(notify_watchdog_ms(), 0);
	setenv("WATCHDOG_USEC", "90000000", 1);
	assert_int_equal(notify_watchdog_ms(), 90000);
	snprintf(pid, sizeof(pid), "%d", getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_watchdog_ms(), 90000);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(notify_watchdog_ms(), 0);
	unsetenv("WATCHDOG_PID");
	setenv("WATCHDOG_USEC", "soon", 1);
	assert_int_equal(notify_watchdog_ms(), 0);
	unsetenv("WATCHDOG_USEC");
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_systemd_is_told_by_path_or_abstract_name),
		TEST(test_nobody_waits_for_a_systemd_that_does_not_read),
		TEST(test_watchdog_is_for_the_process_it_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
