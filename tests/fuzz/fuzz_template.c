/*
 * Any text as a template over any JSON. The input is a page, a part that it
 * may include as {{>part}}, and the data. Letters stand in the text where
 * markup stood, so that all markup in what comes out must be from data.
 */
#include "fuzz.h"

#include <cjson/cJSON.h>

#include "base/template.h"

#define OUTPUT_MAX 20000
/* Sections within sections multiply; more of them prove nothing more. */
#define SECTIONS_MAX 5
#define ITEMS_MAX 64

static size_t count_of(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

static void take_markup_out(char *text, bool may_include)
{
	for (char *s = text; *s; s++) {
		bool is_partial = may_include && *s == '>' && s - text >= 2 &&
				  s[-1] == '{' && s[-2] == '{';

		if (strchr("<>&\"'", *s) && !is_partial)
			*s = 'm';
	}
}

static const char *skip_entity(const char *s)
{
	static const char *const known[] = { "&amp;", "&lt;", "&gt;", "&quot;",
					     "&#39;" };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strncmp(s, known[i], strlen(known[i])) == 0)
			return s + strlen(known[i]);
	return NULL;
}

/* {{@x}} writes quotes, nothing else does. */
static void check_escaped(const char *out, bool has_json)
{
	while (*out) {
		CHECK(!strchr("<>", *out));
		CHECK(has_json || !strchr("\"'", *out));
		out = *out == '&' ? skip_entity(out) : out + 1;
		CHECK(out);
	}
}

static void check_render(const struct template_set *set, const cJSON *data,
			 const char *text, bool has_json)
{
	struct strbuf out, err = STRBUF_INIT;

	strbuf_init_capped(&out, OUTPUT_MAX);
	if (template_render(set, "page", data, &out, &err)) {
		CHECK(!err.len && !out.is_full && out.len <= OUTPUT_MAX);
		check_escaped(out.buf, has_json);
		if (fuzz_is_utf8(text, strlen(text)))
			CHECK(fuzz_is_utf8(out.buf, out.len));
	} else {
		CHECK(err.len);
		CHECK(!fuzz_is_utf8(text, strlen(text)) ||
		      fuzz_is_utf8(err.buf, err.len));
	}
	strbuf_release(&out);
	strbuf_release(&err);
}

/* As JSON, data is read as what it was, and is harmless in a script. */
static void check_json(const cJSON *data)
{
	static const struct template_source all[] = { { "all", "{{@.}}", 6 },
						      { NULL, NULL, 0 } };
	struct strbuf one = STRBUF_INIT, two = STRBUF_INIT, err = STRBUF_INIT;
	struct template_set *set = template_set_new(all, &err);
	cJSON *again;

	CHECK(set && template_render(set, "all", data, &one, &err));
	CHECK(!strpbrk(one.buf, "<>&") && fuzz_is_utf8(one.buf, one.len));
	again = cJSON_ParseWithOpts(one.buf, NULL, true);
	CHECK(again && template_render(set, "all", again, &two, &err));
	CHECK(strcmp(one.buf, two.buf) == 0);
	cJSON_Delete(again);
	template_set_free(set);
	strbuf_release(&one);
	strbuf_release(&two);
	strbuf_release(&err);
}

static void check(const char *page, const char *part, const cJSON *data)
{
	const struct template_source sources[] = {
		{ "page", page, strlen(page) },
		{ "part", part, strlen(part) },
		{ NULL, NULL, 0 },
	};
	bool has_json = strstr(page, "{{@") || strstr(part, "{{@");
	struct strbuf err = STRBUF_INIT;
	struct template_set *set = template_set_new(sources, &err);

	CHECK((set != NULL) == (err.len == 0));
	CHECK(set || fuzz_matches(err.buf, "^(page|part)\\.html:[1-9]"));
	if (set)
		check_render(set, data,
			     fuzz_is_utf8(page, strlen(page)) ? part : page,
			     has_json);
	template_set_free(set);
	strbuf_release(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *page = fuzz_part(&data, &size), *part = fuzz_part(&data, &size);
	char *text = fuzz_part(&data, &size);
	cJSON *json = cJSON_Parse(text);

	take_markup_out(page, true);
	take_markup_out(part, false);
	if (json)
		check_json(json);
	if (json && count_of(text, ",") <= ITEMS_MAX &&
	    count_of(page, "{{#") + count_of(page, "{{>") +
			    count_of(part, "{{#") <=
		    SECTIONS_MAX)
		check(page, part, json);
	cJSON_Delete(json);
	free(page);
	free(part);
	free(text);
	return 0;
}
