/*
 * A career guide with anything changed in it. The input is one edit a line,
 * made to the real guide, value by value in the order of the file:
 *
 *   12=JSON  puts JSON in the place of value 12
 *   12+JSON  adds it to the list or object that value 12 is
 *   12-      takes value 12 out
 *
 * A first line "full" takes the guide as it is, alone, as it is published;
 * else one cut down to two items a list, and another one beside it, which is
 * faster.
 */
#include "fuzz.h"

#include "base/utf8.h"
#include "career/content_check.h"

#define FOLDER "migrations/content/"
#define GUIDE FOLDER "careers/backend-developer.json"
#define TEXT_MAX 40

static struct strbuf full_text, categories_text, titles_text;
static cJSON *full, *thin, *categories, *titles, *few_titles;
static struct guide other = { .path = "other.json",
			      .slug = "other",
			      .is_wanted = false };

static cJSON *read_file(struct strbuf *text, const char *path)
{
	struct findings out = FINDINGS_INIT;
	cJSON *json;

	strbuf_init(text);
	fuzz_read_file(text, path);
	json = json_read(text->buf, text->len, &out);
	CHECK(json);
	return json;
}

/* Less of everything: two items of a list, the beginning of a text. */
static void cut_down(cJSON *value)
{
	cJSON *one;

	while (cJSON_IsArray(value) && cJSON_GetArraySize(value) > 2)
		cJSON_DeleteItemFromArray(value, 2);
	if (cJSON_IsString(value))
		value->valuestring[utf8_cut(value->valuestring, TEXT_MAX)] = 0;
	cJSON_ArrayForEach (one, value)
		cut_down(one);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	full = read_file(&full_text, GUIDE);
	categories = read_file(&categories_text, FOLDER "categories.json");
	titles = read_file(&titles_text, FOLDER "titles.json");
	thin = cJSON_Duplicate(full, true);
	cut_down(thin);
	few_titles = cJSON_Duplicate(titles, true);
	cut_down(few_titles);
	other.json = cJSON_Duplicate(thin, true);
	cJSON_ReplaceItemInObjectCaseSensitive(other.json, "name",
					       cJSON_CreateString("Other"));
	return 0;
}

/*
 * Value n of those within node, counted in their order; n counts down. The
 * path of the value, and its parent, are told too.
 */
static cJSON *find(cJSON *node, size_t *n, cJSON **parent, struct strbuf *path)
{
	size_t path_len = path->len, i = 0;
	cJSON *one, *found;

	cJSON_ArrayForEach (one, node) {
		if (cJSON_IsArray(node))
			json_path_add_index(path, i++);
		else
			json_path_add_name(path, one->string);
		*parent = node;
		if (!(*n)--)
			return one;
		found = find(one, n, parent, path);
		if (found)
			return found;
		strbuf_truncate(path, path_len);
	}
	return NULL;
}

static int kind_of(const cJSON *v)
{
	return cJSON_IsObject(v) ? 2 : cJSON_IsArray(v) ? 1 : 0;
}

static void put(cJSON *parent, cJSON *value, cJSON *new)
{
	char *name = value->string ? xstrdup(value->string) : NULL;

	if (name)
		cJSON_ReplaceItemInObjectCaseSensitive(parent, name, new);
	else
		cJSON_ReplaceItemViaPointer(parent, value, new);
	free(name);
}

static void add(cJSON *to, cJSON *new)
{
	if (cJSON_IsObject(to) && !cJSON_GetObjectItemCaseSensitive(to, "fuzz"))
		cJSON_AddItemToObject(to, "fuzz", new);
	else if (cJSON_IsArray(to))
		cJSON_AddItemToArray(to, new);
	else
		cJSON_Delete(new);
}

/*
 * Makes the edit of a line. Where what came of it can't be right, wrong is
 * its path afterwards, else empty.
 */
static void edit(cJSON *guide, const char *line, size_t len,
		 struct strbuf *wrong)
{
	struct findings ignored = FINDINGS_INIT;
	cJSON *parent = NULL, *value, *new = NULL;
	size_t n = 0, i = 0;

	for (; i < len && i < 6 && line[i] >= '0' && line[i] <= '9'; i++)
		n = n * 10 + (size_t)(line[i] - '0');
	strbuf_reset(wrong);
	value = find(guide, &n, &parent, wrong);
	if (!value || i >= len) {
		strbuf_reset(wrong);
		return;
	}
	new = json_read(line + i + 1, len - i - 1, &ignored);
	if (line[i] == '-')
		cJSON_Delete(cJSON_DetachItemViaPointer(parent, value));
	if (line[i] == '+' && cJSON_IsObject(value))
		strbuf_addstr(wrong, ".fuzz");
	else if (line[i] != '=' || !new || kind_of(new) == kind_of(value))
		strbuf_reset(wrong);
	if (new &&line[i] == '=')
		put(parent, value, new);
	else if (new &&line[i] == '+')
		add(value, new);
	else
		cJSON_Delete(new);
	if (!new)
		strbuf_reset(wrong);
	findings_release(&ignored);
}

/* Whether a rule says this of the place. */
static bool is_said(const struct findings *out, const char *place,
		    const char *words)
{
	for (size_t i = 0; i < out->count; i++)
		if (strcmp(out->list[i].place, place) == 0 &&
		    strstr(out->list[i].problem, words))
			return true;
	return false;
}

/* Whether something is said of the place, or of what it lies in. */
static bool is_refused(const struct findings *out, const char *place)
{
	for (size_t i = 0; i < out->count; i++) {
		size_t len = strlen(out->list[i].place);

		if (strncmp(place, out->list[i].place, len) == 0 &&
		    (!place[len] || strchr(".[", place[len])))
			return true;
	}
	return false;
}

static const cJSON *get(const cJSON *of, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(of, name);
}

static const char *text_of(const cJSON *of, const char *name)
{
	const cJSON *text = get(of, name);

	return cJSON_IsString(text) ? text->valuestring : "";
}

/* Minutes that an entry starts or ends after midnight; -1 if it is wrong. */
static int64_t minutes_of(const cJSON *entry, bool is_end)
{
	const char *s = text_of(entry, "start");
	const cJSON *minutes = get(entry, "minutes");
	int64_t hour, minute;

	if (!fuzz_matches(s, "^([01][0-9]|2[0-3]):[0-5][0-9]$") ||
	    !cJSON_IsNumber(minutes) || minutes->valuedouble < 0 ||
	    minutes->valuedouble > 240)
		return -1;
	hour = (s[0] - '0') * 10 + (s[1] - '0');
	minute = (s[3] - '0') * 10 + (s[4] - '0');
	return hour * 60 + minute + (is_end ? minutes->valueint : 0);
}

/* Entries that leave a gap or overlap, and a day that ends after midnight. */
static void check_days(const cJSON *guide, const struct findings *out)
{
	const cJSON *day, *one;
	int i = 0;

	cJSON_ArrayForEach (day, get(get(guide, "days"), "levels")) {
		int64_t end = -1;
		char place[80];
		int k = 0;

		if (!cJSON_IsArray(get(day, "entries")))
			continue;
		cJSON_ArrayForEach (one, get(day, "entries")) {
			int64_t start = minutes_of(one, false);

			snprintf(place, sizeof(place),
				 "days.levels[%d].entries[%d].start", i, k);
			CHECK(end < 0 || start < 0 || start == end ||
			      is_said(out, place, "entry before ends"));
			end = minutes_of(one, true);
			snprintf(place, sizeof(place),
				 "days.levels[%d].entries[%d].minutes", i, k);
			CHECK(end <= 24 * 60 ||
			      is_said(out, place, "after midnight"));
			k++;
		}
		i++;
	}
}

static void check_weights(const cJSON *guide, const struct findings *out)
{
	const cJSON *factors = get(get(guide, "ai"), "factors"), *one;
	double sum = 0;

	cJSON_ArrayForEach (one, factors) {
		const cJSON *weight = get(one, "weight");

		if (!cJSON_IsNumber(weight) || weight->valuedouble < 0 ||
		    weight->valuedouble > 100)
			return;
		sum += weight->valuedouble;
	}
	CHECK(!cJSON_IsArray(factors) || !factors->child || sum == 100 ||
	      is_said(out, "ai.factors", "weights sum"));
}

static void check_findings(const struct findings *out, const char *text,
			   size_t len)
{
	fuzz_check_findings(out, text, len);
	for (size_t i = 0; i < out->count; i++) {
		const struct finding *one = &out->list[i];

		CHECK(one->line == json_line(text, len, one->place));
		CHECK(!i || one[-1].line <= one->line);
		CHECK(*one->remedy);
	}
}

static void check(cJSON *tree, bool is_full, const char *wrong)
{
	struct guide guide = { .path = "guide.json",
			       .slug = "backend-developer",
			       .text = STRBUF_INIT,
			       .is_wanted = true };
	struct guide *guides[] = { &guide, &other };
	struct content c = { .guides = guides,
			     .count = is_full ? 1 : 2,
			     .categories_path = "categories.json",
			     .categories_text = categories_text,
			     .categories = categories,
			     .titles_path = "titles.json",
			     .titles_text = titles_text,
			     .titles = is_full ? titles : few_titles,
			     .arena = ARENA_INIT };
	struct findings out = FINDINGS_INIT;
	char *text = cJSON_Print(tree);

	findings_set_file(&out, "guide.json");
	strbuf_addstr(&guide.text, text);
	guide.json = json_read(guide.text.buf, guide.text.len, &out);
	/* What was put in may have made it too deep. */
	if (guide.json) {
		content_check(&c, &out);
		check_findings(&out, guide.text.buf, guide.text.len);
		check_days(guide.json, &out);
		check_weights(guide.json, &out);
		CHECK(!*wrong || is_refused(&out, wrong));
	}
	findings_release(&out);
	cJSON_Delete(guide.json);
	strbuf_release(&guide.text);
	cJSON_free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool is_full = size >= 5 && memcmp(data, "full\n", 5) == 0;
	cJSON *guide = cJSON_Duplicate(is_full ? full : thin, true);
	struct strbuf wrong = STRBUF_INIT;
	char *text = fuzz_string(data, size);

	for (const char *s = text; *s;) {
		size_t len = strcspn(s, "\n");

		edit(guide, s, len, &wrong);
		s += len + (s[len] == '\n');
	}
	check(guide, is_full, wrong.buf);
	strbuf_release(&wrong);
	cJSON_Delete(guide);
	free(text);
	return 0;
}
