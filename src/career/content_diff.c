#include "career/content_diff.h"

#include "base/json_locate.h"

#define PATHS_MAX 8

struct diff {
	struct strbuf *out;
	struct strbuf path;
	size_t count;
};

static void walk(struct diff *d, const cJSON *a, const cJSON *b);

static void say(struct diff *d)
{
	if (d->count++ < PATHS_MAX)
		strbuf_addf(d->out, "%s%s", d->count > 1 ? ", " : "",
			    d->path.buf);
}

static void walk_members(struct diff *d, const cJSON *a, const cJSON *b)
{
	size_t len = d->path.len;

	for (const cJSON *one = b->child; one; one = one->next) {
		json_path_add_name(&d->path, one->string);
		walk(d, cJSON_GetObjectItemCaseSensitive(a, one->string), one);
		strbuf_truncate(&d->path, len);
	}
	for (const cJSON *one = a->child; one; one = one->next) {
		if (cJSON_GetObjectItemCaseSensitive(b, one->string))
			continue;
		json_path_add_name(&d->path, one->string);
		say(d);
		strbuf_truncate(&d->path, len);
	}
}

static void walk_items(struct diff *d, const cJSON *a, const cJSON *b)
{
	const cJSON *old = a->child;
	size_t len = d->path.len, i = 0;

	for (const cJSON *one = b->child; one; one = one->next) {
		json_path_add_index(&d->path, i++);
		walk(d, old, one);
		strbuf_truncate(&d->path, len);
		old = old->next;
	}
}

static void walk(struct diff *d, const cJSON *a, const cJSON *b)
{
	if (a && cJSON_Compare(a, b, true))
		return;
	if (cJSON_IsObject(a) && cJSON_IsObject(b))
		walk_members(d, a, b);
	else if (cJSON_IsArray(a) && cJSON_IsArray(b) &&
		 cJSON_GetArraySize(a) == cJSON_GetArraySize(b))
		walk_items(d, a, b);
	else
		say(d);
}

void content_diff(const cJSON *before, const cJSON *after, struct strbuf *out)
{
	struct diff d = { out, STRBUF_INIT, 0 };

	walk(&d, before, after);
	if (d.count > PATHS_MAX)
		strbuf_addf(out, " and %zu more", d.count - PATHS_MAX);
	strbuf_release(&d.path);
}
