#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/settings.h"
#include "base/template.h"
#include "career/career_list.h"

extern const struct template_source views[];

/* The document of a list, as short as it can be. */
#define DOCUMENT(total, data, more)                                           \
	"{\"data\":[" data "],\"total\":" total ",\"country\":{\"code\":"     \
	"\"SG\",\"name\":\"Singapore\",\"currency\":\"SGD\"},"                \
	"\"facets\":{\"category\":[{\"value\":\"finance\",\"title\":"         \
	"\"Finance & Co\",\"count\":2},{\"value\":\"law\",\"title\":\"Law\"," \
	"\"count\":0}],\"remote\":[{\"value\":\"onsite\",\"title\":"          \
	"\"On site\",\"count\":1}],\"entry_barrier\":[]},\"countries\":["     \
	"{\"code\":\"SG\",\"name\":\"Singapore\"}],\"category\":null,"        \
	"\"categories\":[]," more "}"
#define PLAIN "\"corrected\":null,\"suggestions\":[]"
#define CARD                                                               \
	"{\"slug\":\"a\",\"name\":\"A<b>\",\"url\":\"/careers/law/a\","    \
	"\"tagline\":\"Does.\",\"salary\":null,\"work_life_balance\":5,"   \
	"\"hours_per_week\":{\"low\":40,\"high\":50},\"entry_barrier\":"   \
	"\"low\",\"remote\":[\"onsite\",\"remote\"],\"ai\":{\"score\":50," \
	"\"risk\":\"Low\"},\"match\":{\"on\":\"skill\",\"text\":\"SQL\"}," \
	"\"marked\":{\"name\":\"\uE000A\uE001<b>\",\"tagline\":\"Does.\"," \
	"\"match\":\"My\uE000SQL\uE001\"}}"

static const char common[] =
	"{\"site_url\":\"https://a.example\",\"path\":\"/careers\","
	"\"assets\":{\"app_css\":\"a\",\"newsreader_woff2\":\"n\","
	"\"suggest_js\":\"s\"},\"visitor\":{\"country\":\"SG\","
	"\"reason\":\"r\",\"is_choice\":false},\"json_ld\":null}";

static void check_address(const struct career_list *list,
			  enum list_field without, int64_t page,
			  const char *wanted)
{
	struct strbuf sb = STRBUF_INIT;

	career_list_address(&sb, list, without, page);
	assert_string_equal(sb.buf, wanted);
	strbuf_release(&sb);
}

static void test_address_says_what_is_asked_in_one_order(void **state)
{
	struct career_list list = { .page = 3 };

	(void)state;
	check_address(&list, LIST_FIELDS, 1, "/careers");
	list.asked[LIST_SORT] = "relevance";
	list.asked[LIST_REMOTE] = "remote";
	list.asked[LIST_Q] = "c++ & c\xc3\xa9#";
	list.asked[LIST_MIN_SALARY] = "90000";
	check_address(&list, LIST_FIELDS, list.page,
		      "/careers?min_salary=90000&q=c%2B%2B+%26+c%C3%A9%23"
		      "&remote=remote&sort=relevance&page=3");
	check_address(&list, LIST_REMOTE, 1,
		      "/careers?min_salary=90000&q=c%2B%2B+%26+c%C3%A9%23"
		      "&sort=relevance");
}

static void test_without_words_there_is_no_best_match(void **state)
{
	struct career_list list = { .page = 1 };

	(void)state;
	list.asked[LIST_SORT] = "relevance";
	list.asked[LIST_Q] = "data";
	list.asked[LIST_REMOTE] = "remote";
	check_address(&list, LIST_Q, 1, "/careers?remote=remote");
	list.asked[LIST_SORT] = "salary";
	check_address(&list, LIST_Q, 1, "/careers?remote=remote&sort=salary");
}

static void test_page_of_a_category_keeps_its_path(void **state)
{
	struct career_list list = { .page = 1, .category = "finance" };

	(void)state;
	list.asked[LIST_REMOTE] = "remote";
	check_address(&list, LIST_FIELDS, 2,
		      "/careers/finance?remote=remote&page=2");
	check_address(&list, LIST_CATEGORY, 1, "/careers?remote=remote");
}

static void check_summary(const char *document, const struct career_list *list,
			  const char *wanted)
{
	struct strbuf sb = STRBUF_INIT;
	cJSON *page = cJSON_Parse(document);

	assert_non_null(page);
	career_list_add_summary(&sb, page, list);
	assert_string_equal(sb.buf, wanted);
	strbuf_release(&sb);
	cJSON_Delete(page);
}

static void test_summary_is_one_sentence_of_all_filters(void **state)
{
	struct career_list list = { .page = 1 };

	(void)state;
	check_summary(DOCUMENT("1", CARD, PLAIN), &list, "1 career");
	check_summary(DOCUMENT("1234", CARD, PLAIN), &list, "1,234 careers");
	list.asked[LIST_REMOTE] = "remote";
	list.asked[LIST_MIN_SALARY] = "90000";
	/* Neither is a filter. */
	list.asked[LIST_SORT] = "name";
	list.asked[LIST_COUNTRY] = "SG";
	check_summary(DOCUMENT("7", CARD, PLAIN), &list,
		      "7 careers, remote, at least S$90k in Singapore");
	list.asked[LIST_MIN_SALARY] = "90500";
	list.asked[LIST_REMOTE] = "onsite";
	list.asked[LIST_CATEGORY] = "finance";
	list.asked[LIST_ENTRY_BARRIER] = "low";
	list.asked[LIST_MIN_BALANCE] = "6";
	list.asked[LIST_MIN_AI_SCORE] = "70";
	list.asked[LIST_Q] = "bakend";
	check_summary(DOCUMENT("0", "",
			       "\"corrected\":\"backend\",\"suggestions\":[]"),
		      &list,
		      "No careers in Finance & Co for “backend”, on site, low "
		      "entry barrier, work-life balance at least 6, AI safety "
		      "score at least 70, at least SGD 90,500 in Singapore");
}

/* The page that the view makes; the caller frees it. */
static char *rendered(const char *document, const struct career_list *list)
{
	struct strbuf out = STRBUF_INIT, err = STRBUF_INIT;
	struct template_set *set = template_set_new(views, &err);
	cJSON *page = cJSON_Parse(document), *more = cJSON_Parse(common);

	assert_non_null(set);
	assert_non_null(page);
	career_list_view(page, list);
	while (more->child)
		json_move(more, more->child->string, page, more->child->string);
	if (!template_render(set, "careers", page, &out, &err))
		fail_msg("%s", err.buf);
	cJSON_Delete(page);
	cJSON_Delete(more);
	template_set_free(set);
	strbuf_release(&err);
	return strbuf_detach(&out);
}

static void check_page(const char *document, const struct career_list *list,
		       const char *const *wanted)
{
	char *page = rendered(document, list);

	for (; *wanted; wanted++)
		if (!strstr(page, *wanted))
			fail_msg("no “%s” in %s", *wanted, page);
	free(page);
}

static void test_hits_are_marked_and_all_else_is_escaped(void **state)
{
	static const char *const wanted[] = {
		"<a href=\"/careers/law/a\"><mark>A</mark>&lt;b&gt;</a>",
		"A skill it asks for: My<mark>SQL</mark>",
		"<dd>On site / Remote</dd>",
		"value=\"&quot;&gt;&lt;i&gt;\"",
		"1 career for “&quot;&gt;&lt;i&gt;”",
		NULL,
	};
	struct career_list list = { .page = 1 };

	(void)state;
	list.asked[LIST_Q] = "\"><i>";
	check_page(DOCUMENT("1", CARD, PLAIN), &list, wanted);
}

static void test_choices_have_their_counts(void **state)
{
	static const char *const wanted[] = {
		"<option value=\"finance\">Finance &amp; Co (2)</option>",
		"<option value=\"law\" selected>Law (0)</option>",
		"<option value=\"onsite\">On site (1)</option>",
		"<option value=\"75\" selected>75 or more</option>\n"
		"<option value=\"70\">70 or more</option>",
		"<option value=\"\">Your country</option>",
		"<option value=\"SG\" selected>Singapore</option>",
		/* The removal of what each career has one of is countable. */
		"<a href=\"/careers?country=sg&amp;min_ai_score=75\">"
		"without Law</a> <span class=\"small\">(2 careers)</span>",
		NULL,
	};
	struct career_list list = { .page = 1 };

	(void)state;
	list.asked[LIST_CATEGORY] = "law";
	list.asked[LIST_MIN_AI_SCORE] = "75";
	list.asked[LIST_COUNTRY] = "sg";
	check_page(DOCUMENT("0", "", PLAIN), &list, wanted);
}

static void test_pages_lead_on_and_back(void **state)
{
	static const char *const second[] = {
		"<link rel=\"prev\" href=\"/careers\">",
		"<link rel=\"next\" href=\"/careers?page=3\">",
		"<a rel=\"prev\" href=\"/careers\">",
		"<a rel=\"next\" href=\"/careers?page=3\">",
		"Page 2 of 3: 21 to 40 of 41",
		"<title>All career guides, page 2 – Job Autopsy</title>",
		"\"position\":21",
		NULL,
	};
	static const char *const beyond[] = {
		"There is no page 9: the pages end with 3.",
		"<a href=\"/careers?page=3\">Back to the last page</a>",
		"<meta name=\"robots\" content=\"noindex\">",
		NULL,
	};
	struct career_list list = { .page = 2 };

	(void)state;
	check_page(DOCUMENT("41", CARD, PLAIN), &list, second);
	list.page = 9;
	check_page(DOCUMENT("41", "", PLAIN), &list, beyond);
}

static void test_search_without_a_hit_suggests(void **state)
{
	static const char *const wanted[] = {
		"Showing results for <b>zoom</b>, not <i>zzoom</i>.",
		"<a href=\"/careers/law/b\">B</a>",
		"<a href=\"/careers\">without “zoom”</a>",
		"<a href=\"/careers/finance\">Finance &amp; Co</a>",
		NULL,
	};
	struct career_list list = { .page = 1 };

	(void)state;
	list.asked[LIST_Q] = "zzoom";
	check_page(
		DOCUMENT("0", "",
			 "\"corrected\":\"zoom\",\"suggestions\":[{\"slug\":"
			 "\"b\",\"name\":\"B\",\"url\":\"/careers/law/b\"}]"),
		&list, wanted);
}

/* Lists of the wrong kind come to nothing; they must not end a worker. */
static void test_document_of_another_shape_ends_nothing(void **state)
{
	static const char *const texts[] = {
		"{}",
		"{\"data\":null,\"facets\":1,\"country\":[],\"countries\":3}",
		"{\"data\":[1,{\"marked\":1,\"remote\":[2],\"match\":[]}],"
		"\"total\":1e300,\"facets\":{\"category\":[1,{}],"
		"\"remote\":{}},\"countries\":[1,{}],\"corrected\":1}",
	};
	struct career_list list = { .page = 1, .category = "law" };

	(void)state;
	list.asked[LIST_MIN_SALARY] = "x";
	list.asked[LIST_MIN_AI_SCORE] = "x";
	list.asked[LIST_Q] = "x";
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		cJSON *page = cJSON_Parse(texts[i]);

		career_list_view(page, &list);
		cJSON_Delete(page);
	}
}

static int load_settings(void **state)
{
	struct strbuf err = STRBUF_INIT;
	bool ok = settings_load(&err);

	(void)state;
	strbuf_release(&err);
	return ok ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_address_says_what_is_asked_in_one_order),
		cmocka_unit_test(test_without_words_there_is_no_best_match),
		cmocka_unit_test(test_page_of_a_category_keeps_its_path),
		cmocka_unit_test(test_summary_is_one_sentence_of_all_filters),
		cmocka_unit_test(test_hits_are_marked_and_all_else_is_escaped),
		cmocka_unit_test(test_choices_have_their_counts),
		cmocka_unit_test(test_pages_lead_on_and_back),
		cmocka_unit_test(test_search_without_a_hit_suggests),
		cmocka_unit_test(test_document_of_another_shape_ends_nothing),
	};

	return cmocka_run_group_tests(tests, load_settings, NULL);
}
