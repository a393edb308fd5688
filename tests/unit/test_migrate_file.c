#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "db/migrate_file.h"

static void test_names_with_four_digits_and_a_plain_stem(void **state)
{
	static const struct {
		const char *name;
		int number;
	} cases[] = {
		{ "0001_ops.sql", 1 },
		{ "9999_a.sql", 9999 },
		{ "0042_a_2_b.sql", 42 },
		{ "0000_a.sql", 0 },
		{ "1_a.sql", 0 },
		{ "00001_a.sql", 0 },
		{ "000a_a.sql", 0 },
		{ "0001-a.sql", 0 },
		{ "0001_.sql", 0 },
		{ "0001.sql", 0 },
		{ "0001_a", 0 },
		{ "0001_a.sql~", 0 },
		{ "0001_a.SQL", 0 },
		{ "0001_A.sql", 0 },
		{ "0001_a.down.sql", 0 },
		{ " 0001_a.sql", 0 },
		{ "0001_\xc3\xa4.sql", 0 },
		{ "", 0 },
		{ "0001_a/../b.sql", 0 },
		{ "-001_a.sql", 0 },
	};
	struct strbuf longest = STRBUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (migrate_number(cases[i].name) != cases[i].number)
			fail_msg("'%s'", cases[i].name);
	strbuf_addf(&longest, "0001_%091d.sql", 0);
	assert_int_equal(longest.len, 100);
	assert_int_equal(migrate_number(longest.buf), 1);
	strbuf_reset(&longest);
	strbuf_addf(&longest, "0001_%092d.sql", 0);
	assert_int_equal(migrate_number(longest.buf), 0);
	strbuf_release(&longest);
}

struct scan_case {
	const char *text;
	size_t statements;
	const char *error; /* how it begins, after the name; NULL: none */
};

static void check_scan(const struct scan_case *c)
{
	struct migrate_scan scan;
	struct strbuf err = STRBUF_INIT;
	bool ok = migrate_scan(&scan, "f", c->text, &err);
	const char *want = c->error ? c->error : "";

	if (ok != !c->error || strncmp(err.buf, want, strlen(want)) != 0)
		fail_msg("<<%s>>: '%s', expected '%s'", c->text, err.buf, want);
	if (ok && scan.count != c->statements)
		fail_msg("<<%s>>: %zu statements", c->text, scan.count);
	migrate_scan_release(&scan);
	strbuf_release(&err);
}

static void check_scans(const struct scan_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_scan(&cases[i]);
}

static void test_statements_end_at_semicolons_of_the_top_level(void **state)
{
	static const struct scan_case cases[] = {
		{ "", 0, NULL },
		{ " \n-- nothing\n/* at all */", 0, NULL },
		{ ";;;", 0, NULL },
		{ "SELECT 1", 1, NULL },
		{ "SELECT 1;", 1, NULL },
		{ "SELECT 1; SELECT 2", 2, NULL },
		{ "SELECT ';'; SELECT \";\"; SELECT $$;$$", 3, NULL },
		{ "SELECT 1 /* ; /* ; */ ; */; SELECT 2 -- ;", 2, NULL },
		{ "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); "
		  "SELECT 3",
		  2, NULL },
		{ "SELECT a[1:2], b - -1 FROM t; SELECT '[';", 2, NULL },
	};

	(void)state;
	check_scans(cases, ARRAY_SIZE(cases));
}

static void test_quotes_hide_what_is_in_them(void **state)
{
	static const struct scan_case cases[] = {
		{ "SELECT 'it''s; COMMIT; '; SELECT 2", 2, NULL },
		{ "SELECT 'a\\'; SELECT 2", 2, NULL },
		{ "SELECT E'a\\'; COMMIT; '; SELECT 2", 2, NULL },
		{ "SELECT e'\\\\'; SELECT 2", 2, NULL },
		{ "SELECT E'a' -- b\n '\\'; COMMIT; '; SELECT 2", 2, NULL },
		{ "SELECT type'\\'; SELECT 2", 2, NULL },
		{ "SELECT U&'\\0041', B'1', N'x'; SELECT 2", 2, NULL },
		{ "SELECT \"a\"\"; COMMIT; \"; SELECT 2", 2, NULL },
		{ "SELECT $$; COMMIT; $a$ ' $$; SELECT 2", 2, NULL },
		{ "SELECT $a$; COMMIT; $$ $b$ $a$; SELECT 2", 2, NULL },
		{ "SELECT $a$ $$a$; SELECT 2", 2, NULL },
		{ "SELECT a$b$c; SELECT $1 || $2; SELECT 3", 3, NULL },
		{ "SELECT $\xc3\xa4$; COMMIT; $\xc3\xa4$; SELECT 2", 2, NULL },
		{ "DO $$ BEGIN COMMIT; END $$; SELECT 2", 2, NULL },
		{ "SELECT \"commit\"; \"commit\"", 2, NULL },
	};

	(void)state;
	check_scans(cases, ARRAY_SIZE(cases));
}

static void test_what_is_never_closed_is_told_with_its_line(void **state)
{
	static const struct scan_case cases[] = {
		{ "SELECT\n'a", 0, "f:2: a string that begins here" },
		{ "SELECT 'a''", 0, "f:1: a string" },
		{ "\n\nSELECT E'a\\'", 0, "f:3: a string" },
		{ "SELECT E'a\\", 0, "f:1: a string" },
		{ "SELECT E'a'\n'b\\'", 0, "f:1: a string" },
		{ "SELECT \"a\n", 0, "f:1: a quoted identifier" },
		{ "SELECT 1;\n$x$ $y$ $$", 0, "f:2: a dollar-quoted" },
		{ "SELECT $$ $", 0, "f:1: a dollar-quoted" },
		{ "/* a /* b */", 0, "f:1: a comment" },
		{ "SELECT 1; /*/", 0, "f:1: a comment" },
		{ "SELECT\n(1;\nSELECT 2;", 0, "f:2: this ( is never" },
		{ "CREATE FUNCTION f() RETURNS int\nBEGIN ATOMIC SELECT 1;", 0,
		  "f:2: this BEGIN ATOMIC has no END" },
	};

	(void)state;
	check_scans(cases, ARRAY_SIZE(cases));
}

static void test_transaction_control_is_refused(void **state)
{
	static const struct scan_case cases[] = {
		{ "BEGIN", 0, "f:1: BEGIN is refused" },
		{ "begin work;", 0, "f:1: BEGIN is refused" },
		{ "SELECT 1;\ncommit", 0, "f:2: COMMIT is refused" },
		{ "SELECT 1;COMMIT PREPARED 'x'", 0, "f:1: COMMIT" },
		{ ";\n;\nROLLBACK", 0, "f:3: ROLLBACK" },
		{ "/* a */ END -- b", 0, "f:1: END" },
		{ "START TRANSACTION", 0, "f:1: START" },
		{ "ABORT", 0, "f:1: ABORT" },
		{ "SAVEPOINT a", 0, "f:1: SAVEPOINT" },
		{ "RELEASE a", 0, "f:1: RELEASE" },
		{ "PREPARE /* */\nTRANSACTION 'x'", 0, "f:2: PREPARE TRANS" },
		{ "SELECT 'a\\'; COMMIT; --'", 0, "f:1: COMMIT" },
		{ "SELECT $a$ $a$; COMMIT", 0, "f:1: COMMIT" },
		{ "COPY t FROM STDIN", 0, "f:1: COPY with STDIN" },
		{ "COPY (SELECT 1)\nTO stdout", 0, "f:2: COPY with STDOUT" },
	};

	(void)state;
	check_scans(cases, ARRAY_SIZE(cases));
}

static void test_words_in_another_place_are_not_control(void **state)
{
	static const struct scan_case cases[] = {
		{ "PREPARE p AS SELECT 1; EXECUTE p", 2, NULL },
		{ "SELECT CASE WHEN a THEN 1 END; SELECT 2", 2, NULL },
		{ "INSERT INTO t (start, \"end\") VALUES (1, 2)", 1, NULL },
		{ "CREATE TABLE stdin (n int); SELECT stdin FROM stdin", 2,
		  NULL },
		{ "CREATE FUNCTION f() RETURNS int RETURN CASE WHEN a THEN 1 "
		  "END; SELECT 2",
		  2, NULL },
		{ "CREATE FUNCTION s.f(a int) RETURNS int LANGUAGE sql\n"
		  "BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT 3",
		  2, NULL },
		{ "create or replace procedure p() begin atomic\n"
		  "SELECT case WHEN (case 1 WHEN 1 THEN 2 END) = 2 THEN 1 end;"
		  " INSERT INTO t VALUES (1);\nend; SELECT 3",
		  2, NULL },
		{ "CREATE FUNCTION f() BEGIN ATOMIC SELECT a AS end, t.end, "
		  "t.case FROM t; END; SELECT 2",
		  2, NULL },
		{ "CREATE FUNCTION f() BEGIN ATOMIC END; COMMIT", 0,
		  "f:1: COMMIT" },
		{ "CREATE FUNCTION f(a text DEFAULT 'BEGIN ATOMIC') AS 'x'; "
		  "SELECT 2",
		  2, NULL },
	};

	(void)state;
	check_scans(cases, ARRAY_SIZE(cases));
}

static void parse(struct migrate_file *f, const char *text, struct strbuf *err,
		  bool expected)
{
	memset(f, 0, sizeof(*f));
	strbuf_init(&f->text);
	strbuf_addstr(&f->text, text);
	f->name = xstrdup("f");
	if (migrate_file_parse(f, err) != expected)
		fail_msg("<<%s>>: '%s'", text, err->buf);
}

#define MARK "-- migrate: no-transaction index="
#define CREATE "CREATE INDEX CONCURRENTLY i ON s.t (n);\n"

static void test_no_transaction_heading(void **state)
{
	static const struct {
		const char *text;
		const char *error;
	} cases[] = {
		{ MARK "s.i\n" CREATE, NULL },
		{ MARK "s.i \r\n" CREATE, NULL },
		{ MARK "s.i\n-- why\nCREATE UNIQUE INDEX CONCURRENTLY i ON "
		       "s.t (n)",
		  NULL },
		{ MARK "s.i\nDROP INDEX CONCURRENTLY s.i;", NULL },
		{ "-- migrate no transaction\n" CREATE, NULL },
		{ "-- migrate: whatever\n" CREATE, "f:1: the first line" },
		{ MARK "\n" CREATE, "f:1: the first line" },
		{ MARK "i\n" CREATE, "f:1: the first line" },
		{ MARK "s.\n" CREATE, "f:1: the first line" },
		{ MARK "s.1\n" CREATE, "f:1: the first line" },
		{ MARK "s.i.j\n" CREATE, "f:1: the first line" },
		{ MARK "s.i; x\n" CREATE, "f:1: the first line" },
		{ MARK "S.i\n" CREATE, "f:1: the first line" },
		{ MARK "s.i\n" CREATE "SELECT 1;", "f:3: a no-transaction" },
		{ MARK "s.i\nCREATE INDEX i ON s.t (n)", "f:2: a no-trans" },
		{ MARK "s.i\nVACUUM", "f:2: a no-transaction file" },
		{ MARK "s.i\n", "f: holds no statement" },
		{ "-- nothing\n", "f: holds no statement" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *want = cases[i].error ? cases[i].error : "";
		struct strbuf err = STRBUF_INIT;
		struct migrate_file f;

		parse(&f, cases[i].text, &err, !cases[i].error);
		if (strncmp(err.buf, want, strlen(want)) != 0)
			fail_msg("<<%s>>: '%s'", cases[i].text, err.buf);
		migrate_file_release(&f);
		strbuf_release(&err);
	}
}

static void test_heading_names_the_index(void **state)
{
	struct strbuf err = STRBUF_INIT;
	struct migrate_file f;

	(void)state;
	parse(&f, MARK "mail.by_day\nDROP INDEX CONCURRENTLY mail.by_day", &err,
	      true);
	assert_string_equal(f.index_schema, "mail");
	assert_string_equal(f.index_name, "by_day");
	assert_true(f.is_drop);
	migrate_file_release(&f);
	parse(&f, "SELECT 1", &err, true);
	assert_null(f.index_schema);
	assert_string_equal(f.sha256, "e004ebd5b5532a4b85984a62f8ad48a8"
				      "1aa3460c1ca07701f386135d72cdecf5");
	migrate_file_release(&f);
}

static void test_zero_byte_is_refused(void **state)
{
	struct strbuf err = STRBUF_INIT;
	struct migrate_file f = { 0 };

	(void)state;
	strbuf_init(&f.text);
	strbuf_add(&f.text, "SELECT 1;\n\0COMMIT", 17);
	f.name = xstrdup("f");
	assert_false(migrate_file_parse(&f, &err));
	assert_string_equal(err.buf, "f:2: holds a zero byte\n");
	migrate_file_release(&f);
	strbuf_release(&err);
}

static void test_line_of_a_position_or_a_statement(void **state)
{
	struct strbuf err = STRBUF_INIT;
	struct migrate_file f;

	(void)state;
	parse(&f, "SELECT '\xc3\xa4\xe2\x82\xac';\n\n-- b\nSELECT\n2;\n", &err,
	      true);
	assert_int_equal(migrate_file_line(&f, 1, 0), 1);
	assert_int_equal(migrate_file_line(&f, 12, 0), 1);
	assert_int_equal(migrate_file_line(&f, 13, 0), 1);
	assert_int_equal(migrate_file_line(&f, 14, 0), 2);
	assert_int_equal(migrate_file_line(&f, 20, 0), 4);
	assert_int_equal(migrate_file_line(&f, 1000, 0), 6);
	assert_int_equal(migrate_file_line(&f, 0, 0), 1);
	assert_int_equal(migrate_file_line(&f, 0, 1), 4);
	assert_int_equal(migrate_file_line(&f, 0, 2), 1);
	migrate_file_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_with_four_digits_and_a_plain_stem),
		cmocka_unit_test(
			test_statements_end_at_semicolons_of_the_top_level),
		cmocka_unit_test(test_quotes_hide_what_is_in_them),
		cmocka_unit_test(
			test_what_is_never_closed_is_told_with_its_line),
		cmocka_unit_test(test_transaction_control_is_refused),
		cmocka_unit_test(test_words_in_another_place_are_not_control),
		cmocka_unit_test(test_no_transaction_heading),
		cmocka_unit_test(test_heading_names_the_index),
		cmocka_unit_test(test_zero_byte_is_refused),
		cmocka_unit_test(test_line_of_a_position_or_a_statement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
