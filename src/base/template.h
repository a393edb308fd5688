/*
 * Strict templates in the manner of Mustache, over cJSON.
 *
 *   {{name}}          the value, always escaped for HTML; raw output does not
 *                     exist. Strings and numbers only.
 *   {{a.b}} {{.}}     a member of a member; the current item itself
 *   {{root.name}}     a name of the page, wherever one is
 *   {{#name}}…{{/name}}  an array: once an item; an object: once, inside it;
 *                     another value: once, if it is not false, null or ""
 *   {{^name}}…{{/name}}  once, if false, null, "" or an empty array
 *   {{>folder/part}}  another template, with the same current item
 *   {{@name}}         the value as JSON that is safe inside <script>
 *   {{!…}}            a remark
 *
 * One whose name ends in ".txt" is plain text: a value stands there as it is,
 * and within its line, since a control character becomes a blank. Plain text
 * and HTML can't include one another.
 *
 * A name is looked up in the current item only, never in what lies around
 * it. A name that is not there is an error, not an empty string.
 */
#ifndef BASE_TEMPLATE_H
#define BASE_TEMPLATE_H

#include <cjson/cJSON.h>

#include "base/strbuf.h"

struct template_set;

/*
 * Texts of templates, as embedded by the build: an array that ends with a
 * NULL name. Names and texts are borrowed and must outlive the set.
 */
struct template_source {
	const char *name;
	const char *text;
	size_t len;
};

/*
 * Parses all of them. NULL with a sentence in err (template, line, what is
 * wrong) when one is malformed or includes one that does not exist. The
 * caller frees the set with template_set_free().
 */
struct template_set *template_set_new(const struct template_source *sources,
				      struct strbuf *err) WARN_UNUSED;
void template_set_free(struct template_set *set);

/* What its file's name has after its name: ".html", or nothing for a text. */
const char *template_ending(const char *name);

/*
 * Renders template name with page as the current item and as root. False
 * with a sentence in err; out then holds a part and must be thrown away.
 */
bool template_render(const struct template_set *set, const char *name,
		     const cJSON *page, struct strbuf *out,
		     struct strbuf *err) WARN_UNUSED;

#endif
