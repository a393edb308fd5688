/* The rules beyond the schema, one at a time, and the report of changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "career/content_diff.h"
#include "career/content_rules.h"

typedef void rule_fn(struct rule *r);

struct ruling {
	const char *name;
	rule_fn *rule;
	const char *guide;
	const char *says; /* "" when all is well */
};

#define DAY(level, start, minutes)                                    \
	"{\"level\":\"" level "\",\"entries\":[{\"start\":\"09:00\"," \
	"\"minutes\":60,\"kind\":\"focus\"},\n{\"start\":\"" start    \
	"\",\"minutes\":" #minutes ",\"kind\":\"admin\"}]}"
#define WEEK(low, high) \
	"\"facts\":{\"hours_per_week\":{\"low\":" #low ",\"high\":" #high "}},"
#define RUNGS(years, leads_to)                                                  \
	"{\"progression\":{\"rungs\":[{\"id\":\"a\",\"level\":\"junior\","      \
	"\"title\":null,\"years\":" years ",\"leads_to\":[" leads_to "]},\n"    \
	"{\"id\":\"b\",\"level\":\"mid\",\"title\":null,\"years\":{\"from\":2," \
	"\"to\":5},\"leads_to\":[\"c\"]},\n"                                    \
	"{\"id\":\"c\",\"level\":\"senior\",\"title\":null,\"years\":{"         \
	"\"from\":5,\"to\":8},\"leads_to\":[\"d\"]},\n"                         \
	"{\"id\":\"d\",\"level\":\"manager\",\"title\":\"Head\",\"years\":{"    \
	"\"from\":8,\"to\":null},\"leads_to\":[]}]}}"

static const struct ruling rulings[] = {
	{ "five days of two hours are ten hours", rule_days,
	  "{" WEEK(10, 11) "\"days\":{\"levels\":[" DAY("junior", "10:00",
							60) "]}}",
	  "" },
	{ "a minute less a day is under the week", rule_days,
	  "{" WEEK(10, 11) "\"days\":{\"levels\":[" DAY("junior", "10:00",
							59) "]}}",
	  "f:1: days.levels[0].entries: five days of 119 worked minutes are 9 "
	  "h 55 min a week, facts.hours_per_week says 10 to 11; a day without "
	  "its breaks must have 120 to 132 minutes\n" },
	{ "an overlap of a minute", rule_days,
	  "{\"days\":{\"levels\":[" DAY("junior", "09:59", 60) "]}}",
	  "f:2: days.levels[0].entries[1].start: 09:59, but the entry before "
	  "ends at 10:00; each entry starts when the one before it ends\n" },
	{ "a day that starts with another level", rule_days,
	  "{\"days\":{\"levels\":[" DAY("mid", "10:00", 60) "]}}",
	  "f:1: days.levels[0].level: is \"mid\" where \"junior\" belongs; "
	  "each level once, in order: junior, mid, senior, manager\n" },
	{ "a day of another shape is the schema's to refuse", rule_days,
	  "{\"days\":{\"levels\":[{\"level\":\"junior\",\"entries\":7}]}}",
	  "" },
	{ "half-open years meet", rule_ladder,
	  RUNGS("{\"from\":0,\"to\":2}", "\"b\""), "" },
	{ "closed years overlap", rule_ladder,
	  RUNGS("{\"from\":0,\"to\":3}", "\"b\""),
	  "f:1: progression.rungs[0].leads_to[0]: \"b\" starts after 2 years, "
	  "before this rung ends after 3; years may not overlap along a "
	  "path\n" },
	{ "an open end leads nowhere", rule_ladder,
	  RUNGS("{\"from\":0,\"to\":null}", "\"b\""),
	  "f:1: progression.rungs[0].leads_to[0]: leads on, and its years "
	  "have no end; give years.to, or lead nowhere\n" },
	{ "a rung leads not to itself", rule_ladder,
	  RUNGS("{\"from\":0,\"to\":2}", "\"b\",\"a\""),
	  "f:1: progression.rungs[0].leads_to[1]: \"a\" does not lie above "
	  "this rung; a rung leads to rungs below it in the file only\n" },
	{ "a rung that nothing leads to", rule_ladder,
	  RUNGS("{\"from\":0,\"to\":2}", "\"c\""),
	  "f:2: progression.rungs[1].id: no rung leads to \"b\"; add it to "
	  "leads_to of a rung before it\n" },
	{ "weights of a hundred", rule_ai,
	  "{\"ai\":{\"factors\":[{\"weight\":60},{\"weight\":40}]}}", "" },
	{ "weights of 99", rule_ai,
	  "{\"ai\":{\"factors\":[{\"weight\":60},{\"weight\":39}]}}",
	  "f:1: ai.factors: the weights sum to 99; must be 100, since each is "
	  "a share of the job\n" },
	{ "weights that no int can hold are the schema's to refuse", rule_ai,
	  "{\"ai\":{\"factors\":[{\"weight\":2147483647},"
	  "{\"weight\":2147483647},{\"weight\":99}]}}",
	  "" },
	{ "a day that no int can hold is the schema's to refuse", rule_days,
	  "{" WEEK(10, 999999999) "\"days\":{\"levels\":[" DAY(
		  "junior", "10:00", 2147483647) "]}}",
	  "" },
	{ "codes of each scheme", rule_codes,
	  "{\"codes\":[{\"scheme\":\"KLDB-2010\",\"code\":\"434\",\"role\":"
	  "\"occupation\"},{\"scheme\":\"ANZSCO-2024\",\"code\":\"261313\"},"
	  "{\"scheme\":\"ISCO-08\",\"code\":\"2512\"}]}",
	  "" },
	{ "no code of the occupation", rule_codes,
	  "{\"codes\":[{\"scheme\":\"NOC-2021\",\"code\":\"2123\",\"role\":"
	  "\"manager\"}]}",
	  "f:1: codes[0].code: \"2123\" is not a code of NOC-2021; its form "
	  "is NNNNN, N being a digit\n"
	  "f:1: codes: none has the role \"occupation\"; pay of junior to "
	  "senior is found by it\n" },
	{ "an abbreviation with a slash is one tool", rule_tools,
	  "{\"skills\":{\"tools\":[\"CI/CD\",\"TCP/IP\"]}}", "" },
	{ "two tools with a slash", rule_tools,
	  "{\"skills\":{\"tools\":[\"Go/Rust\"]}}",
	  "f:1: skills.tools[0]: \"Go/Rust\" names two things; one tool an "
	  "item\n" },
	{ "money in any dollar", rule_texts, "{\"work\":{\"note\":\"S$5\"}}",
	  "f:1: work.note: states money; say it without the amount; pay is "
	  "composed from figures with evidence\n" },
	{ "a currency's name is no word in another", rule_texts,
	  "{\"a\":\"THBX, WINR1 and a farm 7\"}", "" },
	{ "a drawing and a test of blood are no money", rule_texts,
	  "{\"a\":\"CAD, an INR, 4K video, 5 hours last week\"}", "" },
	{ "an address is no prose", rule_texts,
	  "{\"certification\":{\"url\":\"https://a.b/x_y\"}}", "" },
	{ "a zero-width blank", rule_texts, "{\"a\":\"x\xe2\x80\x8by\"}",
	  "f:1: a: has a character that can't be seen; write plain text with "
	  "ordinary blanks\n" },
	{ "an accent and a dash are seen", rule_texts,
	  "{\"a\":\"caf\xc3\xa9 \xe2\x80\x93 \xe2\x82\xb3 \xc5\x81\xc3\xb3\"}",
	  "" },
	{ "a sentence of three words may come back", rule_sentences,
	  "{\"a\":\"It usually is.\",\"b\":\"It usually is.\"}", "" },
	{ "a sentence of four may not, whatever its case", rule_sentences,
	  "{\"a\":\"It usually is so. Yes.\",\n\"b\":\"IT usually is, so?\"}",
	  "f:2: b: the sentence \"it usually is so\" stands in a too; say it "
	  "in other words or leave it out\n" },
};

static void run(const struct ruling *c, struct strbuf *said)
{
	struct findings out = FINDINGS_INIT;
	struct guide guide = { .path = "f", .slug = "f" };
	struct guide *list[] = { &guide };
	struct content content = { .guides = list, .count = 1 };
	struct rule r = { &content, &guide, &out, STRBUF_INIT, NULL, NULL };

	strbuf_init(&guide.text);
	strbuf_addstr(&guide.text, c->guide);
	findings_set_file(&out, "f");
	guide.json = json_read(guide.text.buf, guide.text.len, &out);
	if (!guide.json)
		fail_msg("%s: not JSON", c->name);
	c->rule(&r);
	findings_sort(&out);
	findings_print(&out, said);
	cJSON_Delete(guide.json);
	strbuf_release(&guide.text);
	strbuf_release(&r.path);
	findings_release(&out);
}

static void test_each_rule_and_its_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rulings); i++) {
		struct strbuf said = STRBUF_INIT;

		run(&rulings[i], &said);
		if (strcmp(said.buf, rulings[i].says) != 0)
			fail_msg("%s: %s", rulings[i].name, said.buf);
		strbuf_release(&said);
	}
}

static void test_words_are_found_whole_in_any_case(void **state)
{
	static const char text[] = "The backend developers, a Backend "
				   "Developer.";

	(void)state;
	assert_ptr_equal(rule_find_words(text, "backend developer"), text + 26);
	assert_null(rule_find_words(text, "end developer"));
	assert_null(rule_find_words(text, ""));
}

static void test_says_which_values_changed(void **state)
{
	static const char *const cases[][3] = {
		{ "{\"a\":1,\"b\":[1,2]}", "{\"b\":[1,2],\"a\":1}", "" },
		{ "{\"a\":1,\"b\":[1,{\"c\":2}]}",
		  "{\"a\":2,\"b\":[1,{\"c\":3}]}", "a, b[1].c" },
		{ "{\"b\":[1,2]}", "{\"b\":[1,2,3]}", "b" },
		{ "{\"a\":1}", "{\"c\":1}", "c, a" },
		{ "[1,2,3,4,5,6,7,8,9,0]", "[0,0,0,0,0,0,0,0,0,1]",
		  "[0], [1], [2], [3], [4], [5], [6], [7] and 2 more" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cJSON *before = cJSON_Parse(cases[i][0]);
		cJSON *after = cJSON_Parse(cases[i][1]);
		struct strbuf out = STRBUF_INIT;

		content_diff(before, after, &out);
		assert_string_equal(out.buf, cases[i][2]);
		strbuf_release(&out);
		cJSON_Delete(before);
		cJSON_Delete(after);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_rule_and_its_words),
		cmocka_unit_test(test_words_are_found_whole_in_any_case),
		cmocka_unit_test(test_says_which_values_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
