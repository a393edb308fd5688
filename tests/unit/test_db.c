#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>

#include "base/clock.h"
#include "db/db.h"

static struct db *new_db(const char *url)
{
	const struct db_options o = { .url = url,
				      .application = "test",
				      .features = "career" };

	return db_new(&o);
}

/* What is logged goes to standard error, here to a file. */
static void read_log(struct db *db, struct strbuf *log)
{
	char path[] = "/tmp/db-log-XXXXXX";
	struct strbuf err = STRBUF_INIT;
	int fd = mkstemp(path), old = dup(STDERR_FILENO);

	dup2(fd, STDERR_FILENO);
	assert_int_equal(db_connect(db), DB_DOWN);
	dup2(old, STDERR_FILENO);
	close(old);
	close(fd);
	assert_true(strbuf_read_file(log, path, 10000, &err));
	unlink(path);
}

static void test_malformed_url_is_not_repeated(void **state)
{
	static const char *const urls[] = {
		"postgresql://web:hunter2@[::1/autopsy",
		"postgresql://web:hunter2%2@db/autopsy",
		"postgresql://web:hunter2@db/autopsy?x=%zz",
		"host=/nowhere password='hunter2",
		"password=hunter2 hunter2",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(urls); i++) {
		struct db *db = new_db(urls[i]);
		struct strbuf log = STRBUF_INIT;

		read_log(db, &log);
		assert_non_null(strstr(log.buf, "\"event\":\"db.down\""));
		if (strstr(log.buf, "hunter2") ||
		    strstr(db_error(db), "hunter2"))
			fail_msg("%s", log.buf);
		assert_non_null(strstr(db_error(db), "can read"));
		strbuf_release(&log);
		db_free(db);
	}
}

static void test_server_that_is_away_is_named(void **state)
{
	struct db *db = new_db("postgresql:///x?host=/nowhere&user=u");
	struct strbuf log = STRBUF_INIT;

	(void)state;
	read_log(db, &log);
	assert_non_null(strstr(db_error(db), "/nowhere"));
	strbuf_release(&log);
	db_free(db);
}

static void test_calls_fail_at_once_until_the_next_attempt(void **state)
{
	struct db *db = new_db("postgresql:///x?host=/nowhere&user=u");
	struct strbuf log = STRBUF_INIT;
	int64_t start;

	(void)state;
	read_log(db, &log);
	start = clock_us();
	assert_int_equal(db_read(db, Q_CONTENT_VERSION, DB_NO_PARAMS), DB_DOWN);
	assert_int_equal(db_begin(db), DB_DOWN);
	assert_true(clock_us() - start < 20000);
	assert_int_equal(db_connects(db), 0);
	db_rollback(db);
	strbuf_release(&log);
	db_free(db);
	db_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_malformed_url_is_not_repeated),
		cmocka_unit_test(test_server_that_is_away_is_named),
		cmocka_unit_test(
			test_calls_fail_at_once_until_the_next_attempt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
