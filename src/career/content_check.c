#include "career/content_check.h"

#include <dirent.h>
#include <errno.h>

#include "base/template.h"
#include "career/content_rules.h"
#include "career/json_schema.h"

extern const struct template_source schemas[]; /* made by the build */

static const char suffix[] = ".json";

static const char *slug_of(struct content *c, const char *path)
{
	const char *name = strrchr(path, '/');
	size_t len;

	name = name ? name + 1 : path;
	len = strlen(name);
	if (len > sizeof(suffix) - 1 &&
	    strcmp(name + len - (sizeof(suffix) - 1), suffix) == 0)
		len -= sizeof(suffix) - 1;
	return arena_strndup(&c->arena, name, len);
}

/* Reads a file as JSON; findings go to out. */
static cJSON *read_json(const char *path, struct strbuf *text,
			struct findings *out)
{
	struct strbuf err = STRBUF_INIT;
	size_t skip = strlen(path) + 2;
	cJSON *json = NULL;

	findings_set_file(out, path);
	if (strbuf_read_file(text, path, JSON_MAX_BYTES, &err))
		json = json_read(text->buf, text->len, out);
	else
		findings_add(out, 1, "", "%s", err.buf + skip);
	strbuf_release(&err);
	return json;
}

static struct guide *find_guide(const struct content *c, const char *slug)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->guides[i]->slug, slug) == 0)
			return c->guides[i];
	return NULL;
}

static struct guide *add_guide(struct content *c, const char *path)
{
	const char *slug = slug_of(c, path);
	struct guide *g = find_guide(c, slug);

	if (!g) {
		if (c->count == c->alloc) {
			c->alloc = c->alloc * 2 + 16;
			c->guides = xrealloc(c->guides,
					     c->alloc * sizeof(*c->guides));
		}
		g = xcalloc(1, sizeof(*g));
		strbuf_init(&g->text);
		c->guides[c->count++] = g;
	}
	g->path = arena_strdup(&c->arena, path);
	g->slug = slug;
	return g;
}

static void add_folder(struct content *c, const char *dir, struct findings *out)
{
	struct strbuf path = STRBUF_INIT;
	const struct dirent *entry;
	size_t base;
	DIR *d;

	strbuf_addf(&path, "%s/careers", dir);
	d = opendir(path.buf);
	if (!d) {
		findings_set_file(out, path.buf);
		findings_add(out, 1, "", "can't be opened: %s",
			     strerror(errno));
		findings_remedy(out, "set MIGRATIONS_DIR to the directory "
				     "that has content/careers in it");
		goto out;
	}
	strbuf_addch(&path, '/');
	base = path.len;
	while ((entry = readdir(d))) {
		size_t len = strlen(entry->d_name);

		if (entry->d_name[0] == '.' || len < sizeof(suffix) ||
		    strcmp(entry->d_name + len - (sizeof(suffix) - 1),
			   suffix) != 0)
			continue;
		strbuf_truncate(&path, base);
		strbuf_addstr(&path, entry->d_name);
		add_guide(c, path.buf);
	}
	closedir(d);
out:
	strbuf_release(&path);
}

static int by_path(const void *a, const void *b)
{
	const struct guide *const *ga = a, *const *gb = b;

	return strcmp((*ga)->path, (*gb)->path);
}

void content_load(struct content *c, const char *dir, const char *const *files,
		  size_t n, struct findings *out)
{
	struct findings ignored = FINDINGS_INIT;
	struct strbuf path = STRBUF_INIT;

	strbuf_addf(&path, "%s/categories.json", dir);
	c->categories_path = arena_strdup(&c->arena, path.buf);
	c->categories = read_json(c->categories_path, &c->categories_text, out);
	strbuf_reset(&path);
	strbuf_addf(&path, "%s/titles.json", dir);
	c->titles_path = arena_strdup(&c->arena, path.buf);
	c->titles = read_json(c->titles_path, &c->titles_text, out);
	strbuf_release(&path);
	add_folder(c, dir, n ? &ignored : out);
	for (size_t i = 0; i < c->count; i++)
		c->guides[i]->is_wanted = n == 0;
	for (size_t i = 0; i < n; i++)
		add_guide(c, files[i])->is_wanted = true;
	if (c->count)
		qsort(c->guides, c->count, sizeof(*c->guides), by_path);
	for (size_t i = 0; i < c->count; i++) {
		struct guide *g = c->guides[i];

		g->json = read_json(g->path, &g->text,
				    g->is_wanted ? out : &ignored);
	}
	findings_release(&ignored);
}

void content_release(struct content *c)
{
	for (size_t i = 0; i < c->count; i++) {
		cJSON_Delete(c->guides[i]->json);
		strbuf_release(&c->guides[i]->text);
		free(c->guides[i]);
	}
	free(c->guides);
	cJSON_Delete(c->categories);
	strbuf_release(&c->categories_text);
	cJSON_Delete(c->titles);
	strbuf_release(&c->titles_text);
	arena_release(&c->arena);
	*c = (struct content)CONTENT_INIT;
}

static void check_guide(const struct content *c, struct guide *g,
			const struct json_schema *schema, struct findings *out)
{
	static void (*const rules[])(struct rule *) = {
		rule_identity,	 rule_facts,
		rule_duplicates, rule_days,
		rule_ai,	 rule_ladder,
		rule_sources,	 rule_resources,
		rule_codes,	 rule_tools,
		rule_related,	 rule_texts,
		rule_composed,	 rule_other_careers,
		rule_sentences,
	};
	struct rule r = { c, g, out, STRBUF_INIT, NULL, NULL };

	findings_set_file(out, g->path);
	json_schema_check(schema, g->json, g->text.buf, g->text.len, out);
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		rules[i](&r);
	strbuf_release(&r.path);
}

void content_check(const struct content *c, struct findings *out)
{
	struct strbuf err = STRBUF_INIT;
	struct json_schema *schema =
		json_schema_new(schemas[0].text, schemas[0].len, &err);

	if (!schema)
		BUG("%s", err.buf);
	if (c->categories)
		rule_categories(c, out);
	if (c->titles)
		rule_titles(c, out);
	for (size_t i = 0; i < c->count; i++)
		if (c->guides[i]->is_wanted && c->guides[i]->json)
			check_guide(c, c->guides[i], schema, out);
	json_schema_free(schema);
	findings_sort(out);
}
