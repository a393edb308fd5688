/*
 * The schema is interpreted as it stands, so that editors and this program
 * obey one file. What a violation should have been is said in the words of
 * the schema's own descriptions.
 */
#include "career/json_schema_keyword.h"

#include "base/suggest.h"
#include "base/utf8.h"

static const cJSON *member(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

const cJSON *schema_resolve(const struct json_schema *s, const cJSON *ref)
{
	static const char prefix[] = "#/$defs/";
	size_t skip = sizeof(prefix) - 1;

	if (!cJSON_IsString(ref) ||
	    strncmp(ref->valuestring, prefix, skip) != 0)
		return NULL;
	return member(member(s->root, "$defs"), ref->valuestring + skip);
}

static void complain(struct schema_check *c, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

static void complain(struct schema_check *c, const char *fmt, ...)
{
	struct strbuf problem = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&problem, fmt, ap);
	va_end(ap);
	findings_add(c->out, json_line(c->text, c->len, c->path.buf),
		     c->path.buf, "%s", problem.buf);
	strbuf_release(&problem);
}

/* What the schema says a value is; "" if it does not. */
static const char *description(const struct schema_check *c, const cJSON *node)
{
	const cJSON *text = member(node, "description");

	if (!text)
		text = member(schema_resolve(c->schema, member(node, "$ref")),
			      "description");
	return cJSON_IsString(text) ? text->valuestring : "";
}

/* A value as it would be written, not more than a line of it. */
static void put_value(struct strbuf *out, const cJSON *value)
{
	char *text = cJSON_PrintUnformatted(value);
	size_t len = 0;

	if (!text)
		BUG("out of memory");
	while (len < 60 && text[len])
		len += utf8_len(text + len, strlen(text + len));
	strbuf_add(out, text, len);
	if (text[len])
		strbuf_addstr(out, "…");
	cJSON_free(text);
}

static const char *type_of(const cJSON *value)
{
	if (cJSON_IsString(value))
		return "string";
	if (cJSON_IsNumber(value))
		return "integer"; /* the reader passes no other */
	if (cJSON_IsBool(value))
		return "boolean";
	if (cJSON_IsNull(value))
		return "null";
	return cJSON_IsArray(value) ? "array" : "object";
}

const char *schema_type_in_words(const char *type)
{
	static const char *const words[][2] = {
		{ "string", "a text" }, { "integer", "a whole number" },
		{ "null", "null" },	{ "boolean", "true or false" },
		{ "array", "a list" },	{ "object", "an object" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(type, words[i][0]) == 0)
			return words[i][1];
	return NULL;
}

static void check_type(struct schema_check *c, const cJSON *rule,
		       const cJSON *node, const cJSON *value)
{
	const char *is = type_of(value);
	struct strbuf want = STRBUF_INIT;
	const cJSON *one = cJSON_IsArray(rule) ? rule->child : rule;

	(void)node;
	for (; one; one = cJSON_IsArray(rule) ? one->next : NULL) {
		if (strcmp(one->valuestring, is) == 0)
			goto out;
		strbuf_addf(&want, "%s%s", want.len ? " or " : "",
			    schema_type_in_words(one->valuestring));
	}
	complain(c, "is %s", schema_type_in_words(is));
	findings_remedy(c->out, "must be %s", want.buf);
out:
	strbuf_release(&want);
}

static void check_enum(struct schema_check *c, const cJSON *rule,
		       const cJSON *node, const cJSON *value)
{
	struct strbuf known = STRBUF_INIT, is = STRBUF_INIT;
	struct suggest s;

	(void)node;
	suggest_init(&s, cJSON_IsString(value) ? value->valuestring : "");
	for (const cJSON *one = rule->child; one; one = one->next) {
		if (cJSON_Compare(one, value, true))
			goto out;
		if (cJSON_IsString(one))
			suggest_offer(&s, one->valuestring);
		strbuf_addstr(&known, known.len ? ", " : "");
		put_value(&known, one);
	}
	put_value(&is, value);
	complain(c, "%s is not a known value", is.buf);
	if (s.best)
		findings_remedy(c->out, "did you mean \"%s\"? One of: %s",
				s.best, known.buf);
	else
		findings_remedy(c->out, "one of: %s", known.buf);
out:
	strbuf_release(&known);
	strbuf_release(&is);
}

static void check_const(struct schema_check *c, const cJSON *rule,
			const cJSON *node, const cJSON *value)
{
	struct strbuf want = STRBUF_INIT, is = STRBUF_INIT;

	(void)node;
	if (cJSON_Compare(rule, value, true))
		return;
	put_value(&want, rule);
	put_value(&is, value);
	complain(c, "is %s", is.buf);
	findings_remedy(c->out, "must be %s", want.buf);
	strbuf_release(&want);
	strbuf_release(&is);
}

static void check_pattern(struct schema_check *c, const cJSON *rule,
			  const cJSON *node, const cJSON *value)
{
	struct strbuf is = STRBUF_INIT;
	const char *what = *description(c, node) ? description(c, node)
						 : c->about;
	size_t i = 0;

	if (!cJSON_IsString(value))
		return;
	while (c->schema->patterns[i].rule != rule)
		i++;
	if (regexec(&c->schema->patterns[i].regex, value->valuestring, 0, NULL,
		    0) == 0)
		return;
	put_value(&is, value);
	complain(c, "%s does not have the form it must have", is.buf);
	findings_remedy(c->out, "%s%s%s", what,
			*what ? " Form: " : "form: ", rule->valuestring);
	strbuf_release(&is);
}

/* minX and maxX; of: what n counts, NULL for n itself. */
static void check_bounds(struct schema_check *c, const cJSON *rule, double n,
			 const char *of)
{
	bool is_least = strncmp(rule->string, "min", 3) == 0;

	if (is_least ? n >= rule->valuedouble : n <= rule->valuedouble)
		return;
	if (of)
		complain(c, "has %.0f %s%s", n, of, n == 1 ? "" : "s");
	else
		complain(c, "is %.0f", n);
	findings_remedy(c->out, "must be at %s %.0f",
			is_least ? "least" : "most", rule->valuedouble);
}

static void check_length(struct schema_check *c, const cJSON *rule,
			 const cJSON *node, const cJSON *value)
{
	(void)node;
	if (cJSON_IsString(value))
		check_bounds(c, rule, (double)utf8_count(value->valuestring),
			     "character");
}

static void check_range(struct schema_check *c, const cJSON *rule,
			const cJSON *node, const cJSON *value)
{
	(void)node;
	if (cJSON_IsNumber(value))
		check_bounds(c, rule, value->valuedouble, NULL);
}

static void check_count(struct schema_check *c, const cJSON *rule,
			const cJSON *node, const cJSON *value)
{
	(void)node;
	if (cJSON_IsArray(value))
		check_bounds(c, rule, cJSON_GetArraySize(value), "item");
}

static void check_unique(struct schema_check *c, const cJSON *rule,
			 const cJSON *node, const cJSON *value)
{
	size_t path_len = c->path.len, i = 0;

	(void)node;
	if (!cJSON_IsArray(value) || !cJSON_IsTrue(rule))
		return;
	for (const cJSON *b = value->child; b; b = b->next, i++) {
		const cJSON *a = value->child;

		while (a != b && !cJSON_Compare(a, b, true))
			a = a->next;
		if (a == b)
			continue;
		json_path_add_index(&c->path, i);
		complain(c, "is the same as an item before it");
		findings_remedy(c->out, "leave one of the two out");
		strbuf_truncate(&c->path, path_len);
	}
}

static void check_items(struct schema_check *c, const cJSON *rule,
			const cJSON *node, const cJSON *value)
{
	size_t path_len = c->path.len, i = 0;

	(void)node;
	if (!cJSON_IsArray(value))
		return;
	for (const cJSON *one = value->child; one; one = one->next) {
		json_path_add_index(&c->path, i++);
		schema_check_value(c, rule, one);
		strbuf_truncate(&c->path, path_len);
	}
}

static void check_properties(struct schema_check *c, const cJSON *rule,
			     const cJSON *node, const cJSON *value)
{
	size_t path_len = c->path.len;

	(void)node;
	if (!cJSON_IsObject(value))
		return;
	for (const cJSON *one = value->child; one; one = one->next) {
		const cJSON *sub = member(rule, one->string);

		if (!sub)
			continue;
		json_path_add_name(&c->path, one->string);
		schema_check_value(c, sub, one);
		strbuf_truncate(&c->path, path_len);
	}
}

static void check_required(struct schema_check *c, const cJSON *rule,
			   const cJSON *node, const cJSON *value)
{
	const cJSON *properties = member(node, "properties");

	if (!cJSON_IsObject(value))
		return;
	for (const cJSON *name = rule->child; name; name = name->next) {
		const char *what;

		if (member(value, name->valuestring))
			continue;
		what = description(c, member(properties, name->valuestring));
		complain(c, "\"%s\" is missing", name->valuestring);
		findings_remedy(c->out, "add it%s%s", *what ? ": " : "", what);
	}
}

/* additionalProperties: false */
static void check_additional(struct schema_check *c, const cJSON *rule,
			     const cJSON *node, const cJSON *value)
{
	const cJSON *known = member(node, "properties");
	size_t path_len = c->path.len;

	(void)rule;
	if (!cJSON_IsObject(value))
		return;
	for (const cJSON *one = value->child; one; one = one->next) {
		struct strbuf names = STRBUF_INIT;
		const cJSON *p = known ? known->child : NULL;
		struct suggest s;

		if (member(known, one->string))
			continue;
		suggest_init(&s, one->string);
		for (; p; p = p->next) {
			suggest_offer(&s, p->string);
			strbuf_addf(&names, "%s%s", names.len ? ", " : "",
				    p->string);
		}
		json_path_add_name(&c->path, one->string);
		complain(c, "is not a name that is known here");
		if (s.best)
			findings_remedy(c->out,
					"did you mean \"%s\"? One of: "
					"%s",
					s.best, names.buf);
		else
			findings_remedy(c->out, "one of: %s", names.buf);
		strbuf_truncate(&c->path, path_len);
		strbuf_release(&names);
	}
}

static void check_ref(struct schema_check *c, const cJSON *rule,
		      const cJSON *node, const cJSON *value)
{
	const cJSON *target = schema_resolve(c->schema, rule);

	(void)node;
	if (!target)
		BUG("$ref %s", rule->valuestring);
	schema_check_value(c, target, value);
}

static const struct schema_keyword keywords[] = {
	{ "$schema", OPERAND_TEXT, NULL },
	{ "title", OPERAND_TEXT, NULL },
	{ "description", OPERAND_TEXT, NULL },
	{ "$defs", OPERAND_SCHEMAS, NULL },
	{ "$ref", OPERAND_REF, check_ref },
	{ "type", OPERAND_TYPE, check_type },
	{ "enum", OPERAND_LIST, check_enum },
	{ "const", OPERAND_ANY, check_const },
	{ "required", OPERAND_NAMES, check_required },
	{ "additionalProperties", OPERAND_FALSE, check_additional },
	{ "properties", OPERAND_SCHEMAS, check_properties },
	{ "pattern", OPERAND_PATTERN, check_pattern },
	{ "minLength", OPERAND_NUMBER, check_length },
	{ "maxLength", OPERAND_NUMBER, check_length },
	{ "minimum", OPERAND_NUMBER, check_range },
	{ "maximum", OPERAND_NUMBER, check_range },
	{ "minItems", OPERAND_NUMBER, check_count },
	{ "maxItems", OPERAND_NUMBER, check_count },
	{ "uniqueItems", OPERAND_BOOL, check_unique },
	{ "items", OPERAND_SCHEMA, check_items },
};

const struct schema_keyword *schema_keyword_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (strcmp(keywords[i].name, name) == 0)
			return &keywords[i];
	return NULL;
}

void schema_check_value(struct schema_check *c, const cJSON *node,
			const cJSON *value)
{
	const char *about = c->about;

	if (*description(c, node))
		c->about = description(c, node);
	for (const cJSON *rule = node->child; rule; rule = rule->next) {
		const struct schema_keyword *k =
			schema_keyword_find(rule->string);

		if (!k)
			BUG("keyword %s", rule->string);
		if (k->check)
			k->check(c, rule, node, value);
	}
	c->about = about;
}
