/*
 * openapi.json and the table of routes tell the same: every address of the
 * API, every parameter, and which values are taken. Which values, is asked of
 * both about a list of samples.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/json.h"
#include "base/parse.h"
#include "base/template.h"
#include "career/json_schema.h"
#include "routes.h"

#define TEXT_MAX 1200

extern const struct template_source schemas[];

static cJSON *document;

static int read_document(void **state)
{
	const struct template_source *s = schemas;

	(void)state;
	while (strcmp(s->name, "src/api/openapi.json") != 0)
		s++;
	document = cJSON_ParseWithLength(s->text, s->len);
	assert_non_null(document);
	return 0;
}

static int forget_document(void **state)
{
	(void)state;
	cJSON_Delete(document);
	return 0;
}

/* What a "$ref" of this document points to; the thing itself without one. */
static const cJSON *resolve(const cJSON *at)
{
	const char *name = json_str(at, "$ref");
	const cJSON *found = document;
	char part[80];

	if (!*name)
		return at;
	assert_int_equal(strncmp(name, "#/", 2), 0);
	for (name += 2; *name; name += *name == '/') {
		size_t len = strcspn(name, "/");

		assert_true(len < sizeof(part));
		memcpy(part, name, len);
		part[len] = '\0';
		found = json_get(found, part);
		name += len;
	}
	assert_non_null(found);
	return resolve(found);
}

static bool is_api(const struct route *r)
{
	return r->kind & ROUTE_API;
}

static const char *method_of(const struct route *r)
{
	return r->methods & METHOD_POST ? "post" : "get";
}

static const cJSON *operation_of(const struct route *r)
{
	return json_get(json_get(json_get(document, "paths"), r->pattern),
			method_of(r));
}

static void test_every_address_of_the_api_is_described(void **state)
{
	int count = 0;

	(void)state;
	for (const struct route *r = routes; r->pattern; r++) {
		assert_int_equal(is_api(r), router_is_api_path(r->pattern));
		if (is_api(r) && !operation_of(r))
			fail_msg("not described: %s %s", method_of(r),
				 r->pattern);
		count += is_api(r);
	}
	assert_true(count > 3);
}

static void test_every_operation_is_an_address_of_the_api(void **state)
{
	const cJSON *path, *operation;

	(void)state;
	cJSON_ArrayForEach (path, json_get(document, "paths"))
		cJSON_ArrayForEach (operation, path) {
			const struct route *r = routes;

			while (r->pattern && operation_of(r) != operation)
				r++;
			if (!r->pattern)
				fail_msg("there is no %s %s", operation->string,
					 path->string);
			assert_true(is_api(r));
		}
}

static void test_replies_have_the_type_that_accept_is_heeded_for(void **state)
{
	(void)state;
	for (const struct route *r = routes; r->pattern; r++) {
		const char *type = r->kind & ROUTE_CSV ? "text/csv"
				   : r->kind & ROUTE_NDJSON
					   ? "application/x-ndjson"
					   : "application/json";
		const cJSON *responses = json_get(operation_of(r), "responses");
		const cJSON *good = json_get(
			responses, r->methods & METHOD_POST ? "202" : "200");

		if (is_api(r) && !json_get(json_get(good, "content"), type))
			fail_msg("%s: %s is not described", r->pattern, type);
	}
}

/* The schema of a parameter or of a member of the body; NULL: there is none.
 * Its place is "path", "query" or "body". */
static const cJSON *schema_of(const cJSON *operation, const char *place,
			      const char *name)
{
	const cJSON *item,
		*body = resolve(json_get(
			json_get(json_get(json_get(operation, "requestBody"),
					  "content"),
				 "application/json"),
			"schema"));

	if (strcmp(place, "body") == 0)
		return json_get(json_get(body, "properties"), name);
	cJSON_ArrayForEach (item, json_get(operation, "parameters")) {
		const cJSON *p = resolve(item);

		if (strcmp(json_str(p, "name"), name) == 0 &&
		    strcmp(json_str(p, "in"), place) == 0)
			return resolve(json_get(p, "schema"));
	}
	return NULL;
}

static const char *place_of(const struct field *f)
{
	switch (f->in & ~FIELD_MANY) {
	case FIELD_PATH:
		return "path";
	case FIELD_QUERY:
		return "query";
	default:
		return "body";
	}
}

static bool has_field(const struct route *r, const char *place,
		      const char *name)
{
	const struct field *f = r->fields;

	while (f && f->name &&
	       (strcmp(f->name, name) != 0 || strcmp(place_of(f), place) != 0))
		f++;
	return f && f->name;
}

static void check_described(const struct route *r, const char *place,
			    const char *name)
{
	if (!has_field(r, place, name))
		fail_msg("%s does not take '%s' in its %s", r->pattern, name,
			 place);
}

static void test_fields_and_parameters_are_the_same(void **state)
{
	(void)state;
	for (const struct route *r = routes; r->pattern; r++) {
		const cJSON *operation = operation_of(r), *item, *body;
		const struct field *f = r->fields;

		if (!is_api(r))
			continue;
		for (; f && f->name; f++)
			if (!schema_of(operation, place_of(f), f->name))
				fail_msg("%s: '%s' of its %s is not described",
					 r->pattern, f->name, place_of(f));
		cJSON_ArrayForEach (item, json_get(operation, "parameters"))
			check_described(r, json_str(resolve(item), "in"),
					json_str(resolve(item), "name"));
		body = resolve(json_get(
			json_get(json_get(json_get(operation, "requestBody"),
					  "content"),
				 "application/json"),
			"schema"));
		cJSON_ArrayForEach (item, json_get(body, "properties"))
			check_described(r, "body", item->string);
	}
}

/* A copy with references filled in, and without what tells people only. */
static cJSON *plain(const cJSON *schema)
{
	static const char *const words[] = { "description", "default",
					     "format" };
	cJSON *copy = cJSON_Duplicate(resolve(schema), true);
	const cJSON *items = json_get(copy, "items");

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		cJSON_DeleteItemFromObject(copy, words[i]);
	if (items)
		cJSON_ReplaceItemInObject(copy, "items", plain(items));
	return copy;
}

/* A text as the value that it stands for: a number, a list, or itself. */
static cJSON *value_of(const cJSON *schema, const char *text)
{
	const char *type = json_str(schema, "type");
	int64_t n;
	cJSON *list;

	if (strcmp(type, "integer") == 0 &&
	    parse_int(text, -(INT64_C(1) << 53), INT64_C(1) << 53, &n))
		return cJSON_CreateNumber((double)n);
	if (strcmp(type, "array") != 0)
		return cJSON_CreateString(text);
	list = cJSON_CreateArray();
	for (;; text++) {
		size_t len = strcspn(text, ",");
		char item[TEXT_MAX];

		memcpy(item, text, len);
		item[len] = '\0';
		cJSON_AddItemToArray(list, cJSON_CreateString(item));
		text += len;
		if (!*text)
			return list;
	}
}

static bool is_described(const cJSON *schema, const char *text)
{
	struct strbuf err = STRBUF_INIT;
	cJSON *rules = plain(schema), *value = value_of(rules, text);
	char *words = cJSON_PrintUnformatted(rules);
	struct json_schema *js = json_schema_new(words, strlen(words), &err);
	struct findings found = FINDINGS_INIT;
	bool is;

	if (!js)
		fail_msg("%s: %s", words, err.buf);
	json_schema_check(js, value, "", 0, &found);
	is = !found.count;
	findings_release(&found);
	json_schema_free(js);
	cJSON_free(words);
	cJSON_Delete(value);
	cJSON_Delete(rules);
	strbuf_release(&err);
	return is;
}

struct asked {
	const struct route *route;
	const struct field *field;
	const cJSON *schema;
	int taken, refused;
};

static void ask(struct asked *a, const char *text)
{
	bool is_valid = a->field->is_valid(text);

	if (is_valid != is_described(a->schema, text))
		fail_msg("%s, %s: '%s' is %s, the description says otherwise",
			 a->route->pattern, a->field->name, text,
			 is_valid ? "taken" : "refused");
	if (is_valid)
		a->taken++;
	else
		a->refused++;
}

static void ask_number(struct asked *a, const char *limit)
{
	int64_t n;
	char text[32];

	if (!json_int(a->schema, limit, &n))
		return;
	for (int by = -1; by <= 1; by++) {
		snprintf(text, sizeof(text), "%lld", (long long)(n + by));
		ask(a, text);
	}
}

static void ask_length(struct asked *a)
{
	char text[TEXT_MAX];
	int64_t n;

	if (!json_int(a->schema, "maxLength", &n))
		return;
	assert_true(n + 1 < TEXT_MAX);
	for (int by = 0; by <= 1; by++) {
		memset(text, 'a', (size_t)(n + by));
		text[n + by] = '\0';
		ask(a, text);
	}
}

static void ask_all(struct asked *a)
{
	static const char *const samples[] = {
		"a",
		"A",
		"ab",
		"aB",
		"AB",
		"abc",
		"USD",
		"usd",
		"uae",
		"UAE",
		"uaf",
		"abcd",
		"a1",
		"1a",
		"-",
		"a-",
		"-a",
		"a-b",
		"a--b",
		"a_b",
		"a.b",
		"a/b",
		"a b",
		" a",
		"a ",
		"  ",
		"a  b",
		"a b c d e f g h",
		"a b c d e f g h i",
		" a b c d e f g h ",
		"\xc3\xa9",
		"\x01",
		"a\nb",
		"%",
		"'",
		"a,b",
		"a,a",
		"a,b,c,d",
		"a,b,c,d,e",
		"a,",
		",a",
		",",
		"a,B",
		"a, b",
		"0",
		"1",
		"-1",
		"+1",
		"01",
		"1.0",
		"1e1",
		"0x1",
		" 1",
		"1 ",
		"9",
		"10",
		"11",
		"100",
		"101",
		"999999999999",
		"1000000000000",
		"1000000000001",
		"999999999999999999",
		"9223372036854775808",
		"99999999999999999999999",
		"2026-11-24",
		"2026-11-2",
		"2026-13-01",
		"2026-00-01",
		"2026-01-00",
		"2026-01-32",
		"2026-1-01",
		"26-01-01",
		"2026-11-24 ",
		"2026/11/24",
		"2026-11-24T10:00:00Z",
		"2026-11-24T10:00:00",
		"2026-11-24T10:00Z",
		"2026-11-24T24:00:00Z",
		"2026-11-24T10:60:00Z",
		"2026-11-24T10:00:60Z",
		"2026-11-24t10:00:00z",
		"2026-11-24T10:00:00+00:00",
		"2026-11-24T10:00:00.5Z",
		"junior",
		"mid",
		"senior",
		"manager",
		"Mid",
		"mids",
		"onsite",
		"hybrid",
		"remote",
		"low",
		"medium",
		"high",
		"relevance",
		"name",
		"salary",
		"balance",
		"ai_score",
		"newest",
		"names",
		"null",
		"true",
		"[]",
	};
	const cJSON *item;

	for (size_t i = 0; i < ARRAY_SIZE(samples); i++)
		ask(a, samples[i]);
	cJSON_ArrayForEach (item, json_get(a->schema, "enum"))
		ask(a, json_text(item));
	ask_number(a, "minimum");
	ask_number(a, "maximum");
	ask_length(a);
}

static void test_values_are_taken_as_described(void **state)
{
	(void)state;
	for (const struct route *r = routes; r->pattern; r++) {
		const struct field *f = r->fields;

		for (; is_api(r) && f && f->name; f++) {
			struct asked a = { .route = r, .field = f };

			/* What is in a body may also be refused by a 422. */
			if (strcmp(place_of(f), "body") == 0)
				continue;
			a.schema = schema_of(operation_of(r), place_of(f),
					     f->name);
			assert_non_null(a.schema);
			ask_all(&a);
			/* Or the samples would tell nothing. */
			assert_true(a.taken && a.refused);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_address_of_the_api_is_described),
		cmocka_unit_test(test_every_operation_is_an_address_of_the_api),
		cmocka_unit_test(
			test_replies_have_the_type_that_accept_is_heeded_for),
		cmocka_unit_test(test_fields_and_parameters_are_the_same),
		cmocka_unit_test(test_values_are_taken_as_described),
	};

	return cmocka_run_group_tests(tests, read_document, forget_document);
}
