/* The means that all rules share. */
#include "career/content_rules.h"

#include <ctype.h>

/* More than the schema allows of any. As many of them as the largest file
 * holds add up within an int, five times over. */
#define NUMBER_MAX 9999

void rule_at(struct rule *r, const char *fmt, ...)
{
	va_list ap;

	strbuf_reset(&r->path);
	va_start(ap, fmt);
	strbuf_vaddf(&r->path, fmt, ap);
	va_end(ap);
}

void rule_problem(struct rule *r, const char *fmt, ...)
{
	struct strbuf problem = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&problem, fmt, ap);
	va_end(ap);
	findings_add(r->out,
		     json_line(r->guide->text.buf, r->guide->text.len,
			       r->path.buf),
		     r->path.buf, "%s", problem.buf);
	strbuf_release(&problem);
}

const cJSON *rule_get(const cJSON *from, const char *path)
{
	char name[40];

	while (from && *path) {
		size_t n = strcspn(path, ".");

		if (n >= sizeof(name))
			BUG("path '%s'", path);
		memcpy(name, path, n);
		name[n] = '\0';
		from = cJSON_GetObjectItemCaseSensitive(from, name);
		path += n + (path[n] == '.');
	}
	return from;
}

const char *rule_text(const cJSON *from, const char *path)
{
	const cJSON *node = rule_get(from, path);

	return cJSON_IsString(node) ? node->valuestring : "";
}

int rule_number(const cJSON *from, const char *path)
{
	const cJSON *node = rule_get(from, path);

	return cJSON_IsNumber(node) && node->valueint <= NUMBER_MAX
		       ? node->valueint
		       : -1;
}

const cJSON *rule_first(const cJSON *node)
{
	return cJSON_IsArray(node) || cJSON_IsObject(node) ? node->child : NULL;
}

bool rule_has_text(const cJSON *list, const char *text)
{
	for (const cJSON *one = rule_first(list); one; one = one->next)
		if (cJSON_IsString(one) && strcmp(one->valuestring, text) == 0)
			return true;
	return false;
}

const char *rule_find_words(const char *text, const char *phrase)
{
	size_t len = strlen(phrase);

	for (const char *s = text; len && (s = strcasestr(s, phrase)); s++) {
		bool is_start = s == text || !isalnum((unsigned char)s[-1]);

		if (is_start && !isalnum((unsigned char)s[len]))
			return s;
	}
	return NULL;
}

void rule_each_text(struct rule *r, const cJSON *node, rule_text_fn *fn)
{
	size_t path_len = r->path.len, i = 0;

	if (cJSON_IsString(node)) {
		fn(r, node->valuestring);
		return;
	}
	for (const cJSON *one = rule_first(node); one; one = one->next, i++) {
		if (cJSON_IsArray(node))
			json_path_add_index(&r->path, i);
		else
			json_path_add_name(&r->path, one->string);
		rule_each_text(r, one, fn);
		strbuf_truncate(&r->path, path_len);
	}
}
