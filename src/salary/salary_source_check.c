#include "salary/salary_source_check.h"

#include <ctype.h>

#include "base/parse.h"
#include "base/suggest.h"

enum kind {
	KIND_SLUG,
	KIND_TEXT,
	KIND_CHOICE,
	KIND_URL,
	KIND_DATE,
	KIND_COUNTRY,
	KIND_SCHEME,
	KIND_NAMES,
	/* These two may be missing. */
	KIND_SWITCH,
	KIND_OTHER, /* the slug of another source */
};

struct field {
	const char *name;
	enum kind kind;
	bool may_be_null;
	const char *choices; /* KIND_CHOICE: with blanks between */
};

/* The columns of salary.source, whose checks say the same again. */
static const struct field fields[] = {
	{ "code", KIND_SLUG, false, NULL },
	{ "name", KIND_TEXT, false, NULL },
	{ "publisher", KIND_TEXT, false, NULL },
	{ "collection_mode", KIND_CHOICE, false, "api bulk curated" },
	{ "tier", KIND_CHOICE, false, "official curated" },
	{ "statistics", KIND_CHOICE, false,
	  "percentiles quartiles point range rate" },
	{ "pay_basis", KIND_CHOICE, true, "base total" },
	{ "population", KIND_CHOICE, false, "full_time all none" },
	{ "code_scheme", KIND_SCHEME, true, NULL },
	{ "level_basis", KIND_CHOICE, false,
	  "percentile_band editorial group_mean none" },
	{ "cites", KIND_NAMES, false, NULL },
	{ "licence", KIND_TEXT, false, NULL },
	{ "attribution", KIND_TEXT, false, NULL },
	{ "terms_url", KIND_URL, false, NULL },
	{ "home_url", KIND_URL, false, NULL },
	{ "terms_reviewed_on", KIND_DATE, false, NULL },
	{ "country", KIND_COUNTRY, true, NULL },
	{ "enabled", KIND_SWITCH, false, NULL },
	{ "snapshot_of", KIND_OTHER, true, NULL },
};

static bool is_choice(const char *list, const char *value)
{
	size_t len = strlen(value);

	while (*list) {
		size_t n = strcspn(list, " ");

		if (n == len && memcmp(list, value, n) == 0)
			return true;
		list += n + (list[n] == ' ');
	}
	return false;
}

static bool is_all_of(const char *s, int (*is)(int), size_t least, size_t most)
{
	size_t n = 0;

	for (; s[n]; n++)
		if (!is((unsigned char)s[n]))
			return false;
	return n >= least && n <= most;
}

static int is_scheme_character(int c)
{
	return isupper(c) || isdigit(c) || c == '-';
}

static int is_url_character(int c)
{
	return c > ' ' && c < 127 && !strchr("\"<>\\", c);
}

static bool are_names(const cJSON *list)
{
	if (!cJSON_IsArray(list))
		return false;
	for (const cJSON *one = list->child; one; one = one->next)
		if (!cJSON_IsString(one) || !*one->valuestring)
			return false;
	return true;
}

static bool is_right(const struct field *f, const cJSON *value)
{
	const char *s = cJSON_IsString(value) ? value->valuestring : NULL;

	if (f->kind == KIND_NAMES)
		return are_names(value);
	if (f->kind == KIND_SWITCH)
		return cJSON_IsBool(value);
	if (cJSON_IsNull(value))
		return f->may_be_null;
	if (!s)
		return false;
	switch (f->kind) {
	case KIND_SLUG:
	case KIND_OTHER:
		return parse_is_slug(s) && strlen(s) <= 40;
	case KIND_CHOICE:
		return is_choice(f->choices, s);
	case KIND_URL:
		return strncmp(s, "https://", 8) == 0 &&
		       is_all_of(s, is_url_character, 12, 2000);
	case KIND_DATE:
		return parse_is_date(s);
	case KIND_COUNTRY:
		return is_all_of(s, isupper, 2, 2);
	case KIND_SCHEME:
		return is_all_of(s, is_scheme_character, 3, 20);
	case KIND_TEXT:
	case KIND_NAMES:
	case KIND_SWITCH:
		break;
	}
	return *s && !isspace((unsigned char)*s) && strlen(s) <= 500;
}

static void say_remedy(const struct field *f, struct findings *out)
{
	static const char *const words[] = {
		[KIND_SLUG] = ("lower-case words joined by hyphens, at most 40 "
			       "characters"),
		[KIND_TEXT] = "a text of at most 500 bytes",
		[KIND_CHOICE] = "one of:",
		[KIND_URL] = "an address from https:// on",
		[KIND_DATE] = "YYYY-MM-DD",
		[KIND_COUNTRY] = "an ISO code in capitals, as in GB",
		[KIND_SCHEME] = ("a classification and its edition, as in "
				 "US-SOC-2018"),
		[KIND_NAMES] = "a list of names, [] for none",
		[KIND_SWITCH] = "true or false",
		[KIND_OTHER] = "the code of the source it is a copy of",
	};

	findings_remedy(out, "%s%s%s%s", words[f->kind], f->choices ? " " : "",
			f->choices ? f->choices : "",
			f->may_be_null ? "; or null" : "");
}

static void complain(const char *text, size_t len, const char *path,
		     const char *problem, struct findings *out)
{
	findings_add(out, json_line(text, len, path), path, "%s", problem);
}

static void check_unknown(const cJSON *entry, size_t i, const char *text,
			  size_t len, struct findings *out)
{
	for (const cJSON *one = entry->child; one; one = one->next) {
		struct strbuf path = STRBUF_INIT;
		struct suggest s;
		size_t k = 0;

		suggest_init(&s, one->string);
		for (; k < ARRAY_SIZE(fields); k++) {
			if (strcmp(fields[k].name, one->string) == 0)
				break;
			suggest_offer(&s, fields[k].name);
		}
		if (k == ARRAY_SIZE(fields)) {
			json_path_add_index(&path, i);
			json_path_add_name(&path, one->string);
			complain(text, len, path.buf,
				 "is not a name that is known here", out);
			if (s.best)
				findings_remedy(out, "did you mean \"%s\"?",
						s.best);
		}
		strbuf_release(&path);
	}
}

static bool is_text(const cJSON *entry, const char *name, const char *value)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(entry, name);

	return cJSON_IsString(item) && strcmp(item->valuestring, value) == 0;
}

/* What one field says of another. */
static void check_whole(const cJSON *entry, size_t i, const char *text,
			size_t len, struct findings *out)
{
	const cJSON *scheme = cJSON_GetObjectItem(entry, "code_scheme");
	const cJSON *basis = cJSON_GetObjectItem(entry, "level_basis");
	const cJSON *people = cJSON_GetObjectItem(entry, "population");
	bool is_rate = is_text(entry, "statistics", "rate");
	bool has_no_code = is_text(entry, "level_basis", "editorial") ||
			   is_text(entry, "level_basis", "none");
	char path[40];

	if (scheme && cJSON_IsString(basis) &&
	    cJSON_IsNull(scheme) != has_no_code) {
		snprintf(path, sizeof(path), "[%zu].code_scheme", i);
		complain(text, len, path, "does not fit level_basis", out);
		findings_remedy(out, "null for editorial, which judges the "
				     "career itself, and for none; a scheme "
				     "for percentile_band and group_mean");
	}
	if (people && cJSON_IsString(basis) &&
	    (is_rate != is_text(entry, "level_basis", "none") ||
	     is_rate != is_text(entry, "population", "none"))) {
		snprintf(path, sizeof(path), "[%zu].statistics", i);
		complain(text, len, path,
			 "does not fit level_basis and population", out);
		findings_remedy(out, "rate goes with none for both, and "
				     "nothing else does");
	}
}

static void check_entry(const cJSON *list, const cJSON *entry, size_t i,
			const char *text, size_t len, struct findings *out)
{
	const cJSON *code = cJSON_GetObjectItem(entry, "code");
	char path[60];

	if (!cJSON_IsObject(entry)) {
		snprintf(path, sizeof(path), "[%zu]", i);
		complain(text, len, path, "is not an object", out);
		findings_remedy(out, "{\"code\": …, \"name\": …}");
		return;
	}
	for (size_t k = 0; k < ARRAY_SIZE(fields); k++) {
		const cJSON *value =
			cJSON_GetObjectItemCaseSensitive(entry, fields[k].name);

		if (value ? is_right(&fields[k], value)
			  : fields[k].kind >= KIND_SWITCH)
			continue;
		snprintf(path, sizeof(path), "[%zu].%s", i, fields[k].name);
		complain(text, len, path, value ? "is not right" : "is missing",
			 out);
		say_remedy(&fields[k], out);
	}
	check_unknown(entry, i, text, len, out);
	check_whole(entry, i, text, len, out);
	for (const cJSON *a = list->child; a != entry; a = a->next) {
		if (!cJSON_Compare(cJSON_GetObjectItem(a, "code"), code, true))
			continue;
		snprintf(path, sizeof(path), "[%zu].code", i);
		complain(text, len, path, "stands here twice", out);
		findings_remedy(out, "each source once");
	}
}

void source_check(const cJSON *list, const char *text, size_t len,
		  struct findings *out)
{
	const cJSON *entry = cJSON_IsArray(list) ? list->child : NULL;

	if (!entry) {
		complain(text, len, "", "is not a list of sources", out);
		findings_remedy(out, "[{\"code\": …, \"name\": …}, …]");
	}
	for (size_t i = 0; entry; entry = entry->next, i++)
		check_entry(list, entry, i, text, len, out);
}
