/*
 * The strict reader of JSON, and lines found by path: what it takes is
 * written again with a line for each value, and each must be found there.
 */
#include "fuzz.h"

#include "base/json_locate.h"

struct writer {
	struct strbuf text;
	struct strbuf path;
	struct strbuf places; /* path and NUL of each value, in order */
	size_t lines[4096];
	size_t count;
	size_t line;
};

static void write_value(struct writer *w, const cJSON *value);

static void end_line(struct writer *w)
{
	strbuf_addch(&w->text, '\n');
	w->line++;
}

static void keep_place(struct writer *w)
{
	if (w->count == ARRAY_SIZE(w->lines))
		return;
	strbuf_add(&w->places, w->path.buf, w->path.len + 1);
	w->lines[w->count++] = w->line;
}

static void write_name(struct writer *w, const char *name)
{
	cJSON *item = cJSON_CreateString(name);
	char *quoted = cJSON_PrintUnformatted(item);

	strbuf_addf(&w->text, "%s : ", quoted);
	cJSON_free(quoted);
	cJSON_Delete(item);
}

static void write_children(struct writer *w, const cJSON *value)
{
	bool is_object = cJSON_IsObject(value);
	size_t path_len = w->path.len, i = 0;

	strbuf_addch(&w->text, is_object ? '{' : '[');
	for (const cJSON *one = value->child; one; one = one->next, i++) {
		end_line(w);
		if (is_object)
			json_path_add_name(&w->path, one->string);
		else
			json_path_add_index(&w->path, i);
		keep_place(w);
		if (is_object)
			write_name(w, one->string);
		write_value(w, one);
		strbuf_truncate(&w->path, path_len);
		if (one->next)
			strbuf_addch(&w->text, ',');
	}
	end_line(w);
	strbuf_addch(&w->text, is_object ? '}' : ']');
}

static void write_value(struct writer *w, const cJSON *value)
{
	char *text;

	if (cJSON_IsArray(value) || cJSON_IsObject(value)) {
		write_children(w, value);
		return;
	}
	text = cJSON_PrintUnformatted(value);
	strbuf_addstr(&w->text, text);
	cJSON_free(text);
}

static void check_lines(const cJSON *tree)
{
	static struct writer w;
	const char *path;

	w = (struct writer){ .text = STRBUF_INIT,
			     .path = STRBUF_INIT,
			     .places = STRBUF_INIT,
			     .line = 1 };
	write_value(&w, tree);
	path = w.places.buf;
	for (size_t i = 0; i < w.count; i++, path += strlen(path) + 1)
		CHECK(json_line(w.text.buf, w.text.len, path) == w.lines[i]);
	strbuf_release(&w.text);
	strbuf_release(&w.path);
	strbuf_release(&w.places);
}

/* Strict: no name twice, whole numbers that a double holds, no deep tree. */
static void check_tree(const cJSON *value, int depth)
{
	size_t names = 0;

	CHECK(depth <= JSON_MAX_DEPTH);
	if (cJSON_IsNumber(value))
		CHECK(value->valuedouble ==
			      (double)(int64_t)value->valuedouble &&
		      value->valuedouble > -1e15 && value->valuedouble < 1e15);
	if (cJSON_IsString(value))
		CHECK(fuzz_is_utf8(value->valuestring,
				   strlen(value->valuestring)));
	if (!cJSON_IsArray(value) && !cJSON_IsObject(value))
		return;
	for (const cJSON *one = value->child; one; one = one->next) {
		check_tree(one, depth + 1);
		if (!cJSON_IsObject(value))
			continue;
		CHECK(++names <= JSON_MAX_NAMES);
		CHECK(cJSON_GetObjectItemCaseSensitive(value, one->string) ==
		      one);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct findings out = FINDINGS_INIT;
	char *text = fuzz_copy(data, size);
	cJSON *tree;

	findings_set_file(&out, "f");
	tree = json_read(text, size, &out);
	CHECK((tree != NULL) == (out.count == 0));
	fuzz_check_findings(&out, text, size);
	if (tree) {
		CHECK(fuzz_is_utf8(text, size));
		check_tree(tree, 0);
		check_lines(tree);
		/* A path that leads nowhere has a line all the same. */
		CHECK(json_line(text, size, "a.b[3].c") >= 1);
	}
	cJSON_Delete(tree);
	findings_release(&out);
	free(text);
	return 0;
}
