/* The register of sources: any text as sources.json. */
#include "fuzz.h"

#include "salary/salary_source_check.h"

#define URL "^https://[!-~]{4,1992}$"
#define WORDS "^[^[:space:]]"

/* What must be so of an entry without fault, by the name of the member. */
static const struct {
	const char *name;
	const char *form;
	bool may_be_null;
} members[] = {
	{ "code", "^[a-z0-9]+(-[a-z0-9]+)*$", false },
	{ "name", WORDS, false },
	{ "publisher", WORDS, false },
	{ "collection_mode", "^(api|bulk|curated)$", false },
	{ "tier", "^(official|curated)$", false },
	{ "pay_basis", "^(base|total)$", true },
	{ "population", "^(full_time|all)$", false },
	{ "code_scheme", "^[A-Z0-9-]{3,20}$", true },
	{ "level_basis", "^(percentile_band|editorial)$", false },
	{ "licence", WORDS, false },
	{ "attribution", WORDS, false },
	{ "terms_url", URL, false },
	{ "home_url", URL, false },
	{ "terms_reviewed_on", "^[0-9]{4}-[01][0-9]-[0-3][0-9]$", false },
	{ "country", "^[A-Z]{2}$", true },
};

static void check_entry(const cJSON *entry)
{
	CHECK(cJSON_GetArraySize(entry) == 17);
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		const cJSON *m = cJSON_GetObjectItemCaseSensitive(
			entry, members[i].name);

		if (cJSON_IsNull(m) && members[i].may_be_null)
			continue;
		CHECK(cJSON_IsString(m) && strlen(m->valuestring) <= 2000);
		CHECK(fuzz_matches(m->valuestring, members[i].form));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct findings out = FINDINGS_INIT;
	char *text = fuzz_copy(data, size);
	cJSON *list;

	findings_set_file(&out, "f");
	list = json_read(text, size, &out);
	if (list) {
		source_check(list, text, size, &out);
		CHECK(out.count || cJSON_IsArray(list));
		for (const cJSON *one = list->child; one && !out.count;
		     one = one->next)
			check_entry(one);
	}
	fuzz_check_findings(&out, text, size);
	cJSON_Delete(list);
	findings_release(&out);
	free(text);
	return 0;
}
