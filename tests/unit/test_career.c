#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/settings.h"
#include "career/career.h"
#include "career/career_view.h"

static void test_way_back_stays_on_this_site(void **state)
{
	static const char *const good[] = {
		"/", "/careers", "/careers/finance/actuary/sg", "/a//b", "/a/",
	};
	static const char *const bad[] = {
		"",
		"a",
		"//evil.example",
		"///evil.example",
		"/\\evil.example",
		"\\/evil.example",
		"https://evil.example",
		"https:evil.example",
		"javascript:alert(1)",
		"/%2fevil.example",
		"/%5cevil.example",
		"/..//evil.example",
		"/../x",
		"/.evil.example",
		"/a?x=//evil.example",
		"/a#b",
		"/a b",
		"/a\r\nSet-Cookie: x=y",
		"/\t/evil.example",
		" /a",
		"/A",
		"/\xe2\x81\x84"
		"evil",
	};
	char longest[302];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		if (!career_is_back(good[i]))
			fail_msg("'%s' was refused", good[i]);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (career_is_back(bad[i]))
			fail_msg("'%s' was taken", bad[i]);
	memset(longest, 'a', sizeof(longest));
	longest[0] = '/';
	longest[300] = '\0';
	assert_true(career_is_back(longest));
	longest[300] = 'a';
	longest[301] = '\0';
	assert_false(career_is_back(longest));
}

static void test_country_is_two_letters_or_its_alias(void **state)
{
	(void)state;
	assert_true(career_is_country("sg"));
	assert_true(career_is_country("SG"));
	assert_true(career_is_country("uae"));
	assert_true(career_is_country("UAE"));
	assert_false(career_is_country("auto"));
	assert_false(career_is_country("usa"));
	assert_true(career_is_choice("sg"));
	assert_true(career_is_choice("auto"));
	assert_false(career_is_choice("uae"));
	assert_false(career_is_choice(""));
}

/* A guide with every field that may be null set to null. */
static const char sparse[] =
	"{\"career\":{\"slug\":\"a\",\"url\":\"/careers/b/a\",\"name\":\"A\","
	"\"tagline\":\"t\",\"category\":{\"slug\":\"b\",\"title\":\"B\"},"
	"\"reviewed_on\":\"2026-01-01\",\"updated_on\":\"2026-01-02\","
	"\"facts\":{\"work_life_balance\":5,\"hours_per_week\":{\"low\":40,"
	"\"high\":50},\"entry_barrier\":\"low\",\"growth_ceiling\":\"low\","
	"\"degree\":{\"subject\":null,\"requirement\":\"none\"},"
	"\"certification\":null,\"remote\":[\"remote\"]},"
	"\"verdict\":{\"text\":\"v\",\"good_for\":\"g\",\"bad_for\":\"b\","
	"\"downsides\":[]},\"work\":{\"introduction\":\"i\",\"duties\":[],"
	"\"note\":\"n\"},\"skills\":{\"hard\":[],\"tools\":[],\"soft\":[],"
	"\"personality\":[],\"note\":\"n\"},\"days\":{\"note\":\"n\","
	"\"sources\":[],\"levels\":[]},\"ai\":{\"score\":50,\"risk\":\"r\","
	"\"label\":\"l\",\"factors\":[],\"note\":\"n\",\"sources\":[]},"
	"\"progression\":{\"rungs\":[{\"id\":\"x\",\"level\":\"mid\","
	"\"title\":null,\"years\":{\"from\":0,\"to\":null},\"summary\":\"s\","
	"\"leads_to\":[]}],\"notes\":[]},\"start\":{\"entry_path\":\"p\","
	"\"resources\":[]},\"sources\":[{\"id\":\"s\",\"title\":\"t\","
	"\"publisher\":\"p\",\"url\":null}],\"codes\":[],\"related\":[],"
	"\"salary\":[{\"country\":\"US\",\"level\":\"mid\",\"salary\":null}],"
	"\"salary_sources\":[],\"evidence\":[]},"
	"\"salaries\":{\"data\":[]},\"countries\":[{\"code\":\"US\","
	"\"name\":\"United States\",\"short_name\":\"US\","
	"\"currency\":\"USD\",\"region\":\"americas-middle-east\"}]}";

static const char common[] =
	"{\"site_url\":\"https://a.example\",\"path\":\"/\",\"topic\":\"all\","
	"\"assets\":{\"app_css\":\"app.css\",\"newsreader_woff2\":\"n.woff2\"},\"noindex\":false,\"prev_url\":\"\",\"next_url\":\"\","
	"\"visitor\":{\"country\":\"US\",\"reason\":\"r\","
	"\"is_choice\":false}}";

extern const struct template_source views[];

static void check_page(const char *text, bool is_fixed, const char *wanted)
{
	struct strbuf out = STRBUF_INIT, err = STRBUF_INIT;
	struct template_set *set = template_set_new(views, &err);
	cJSON *doc = cJSON_Parse(text), *more = cJSON_Parse(common), *page;
	struct career_choice choice = { .country = "US", .remembered = "" };

	assert_non_null(set);
	choice.is_country_fixed = is_fixed;
	page = career_view(doc, &choice);
	while (more->child)
		json_move(more, more->child->string, page, more->child->string);
	if (!template_render(set, "career/page", page, &out, &err))
		fail_msg("%s", err.buf);
	assert_non_null(strstr(out.buf, wanted));
	cJSON_Delete(page);
	cJSON_Delete(more);
	template_set_free(set);
	strbuf_release(&out);
	strbuf_release(&err);
}

static void test_guide_without_what_may_be_missing_has_a_page(void **state)
{
	(void)state;
	check_page(sparse, false, "no data");
	check_page(sparse, true, "none needed");
}

/* Lists of the wrong kind come to nothing; they must not end a worker. */
static void test_document_of_another_shape_ends_nothing(void **state)
{
	static const char *const texts[] = {
		"{}",
		"{\"career\":null,\"salaries\":null,\"countries\":null}",
		"{\"career\":{\"facts\":{\"remote\":[1,null]},"
		"\"progression\":{\"rungs\":[{\"leads_to\":[1,null]},7]},"
		"\"days\":{\"levels\":[{\"entries\":[{\"start\":5},{}]},1]},"
		"\"ai\":{\"factors\":[1]},\"codes\":[1],\"evidence\":[1,{}],"
		"\"salary_sources\":[{\"cites\":[1,null]},2]},"
		"\"salaries\":{\"data\":[1,{\"country\":\"US\","
		"\"level\":\"mid\",\"salary\":{\"low\":1e300,"
		"\"limited_reasons\":[1],\"source_ids\":[1]}}]},"
		"\"countries\":[{\"region\":\"europe\"},3]}",
	};
	const struct career_choice choice = { .country = "US",
					      .remembered = "" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		cJSON_Delete(career_view(cJSON_Parse(texts[i]), &choice));
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
		cmocka_unit_test(test_way_back_stays_on_this_site),
		cmocka_unit_test(test_country_is_two_letters_or_its_alias),
		cmocka_unit_test(
			test_guide_without_what_may_be_missing_has_a_page),
		cmocka_unit_test(test_document_of_another_shape_ends_nothing),
	};

	return cmocka_run_group_tests(tests, load_settings, NULL);
}
