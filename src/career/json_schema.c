#include "career/json_schema_keyword.h"

static bool read_node(struct json_schema *s, const cJSON *node,
		      struct strbuf *err);

static bool is_all_text(const cJSON *list, bool is_type)
{
	if (!cJSON_IsArray(list))
		return false;
	for (const cJSON *one = list->child; one; one = one->next)
		if (!cJSON_IsString(one) ||
		    (is_type && !schema_type_in_words(one->valuestring)))
			return false;
	return true;
}

static bool is_type(const cJSON *rule)
{
	if (cJSON_IsString(rule))
		return schema_type_in_words(rule->valuestring) != NULL;
	return is_all_text(rule, true);
}

static bool read_pattern(struct json_schema *s, const cJSON *rule)
{
	if (!cJSON_IsString(rule) || s->pattern_count == PATTERNS_MAX)
		return false;
	if (regcomp(&s->patterns[s->pattern_count].regex, rule->valuestring,
		    REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	s->patterns[s->pattern_count++].rule = rule;
	return true;
}

static bool read_each(struct json_schema *s, const cJSON *object,
		      struct strbuf *err)
{
	if (!cJSON_IsObject(object))
		return false;
	for (const cJSON *one = object->child; one; one = one->next)
		if (!read_node(s, one, err))
			return false;
	return true;
}

static bool read_operand(struct json_schema *s, enum operand operand,
			 const cJSON *rule, struct strbuf *err)
{
	switch (operand) {
	case OPERAND_ANY:
		return true;
	case OPERAND_TEXT:
		return cJSON_IsString(rule);
	case OPERAND_NUMBER:
		return cJSON_IsNumber(rule);
	case OPERAND_BOOL:
		return cJSON_IsBool(rule);
	case OPERAND_FALSE:
		return cJSON_IsFalse(rule);
	case OPERAND_LIST:
		return cJSON_IsArray(rule);
	case OPERAND_NAMES:
		return is_all_text(rule, false);
	case OPERAND_TYPE:
		return is_type(rule);
	case OPERAND_SCHEMA:
		return read_node(s, rule, err);
	case OPERAND_SCHEMAS:
		return read_each(s, rule, err);
	case OPERAND_REF:
		return schema_resolve(s, rule) != NULL;
	case OPERAND_PATTERN:
		return read_pattern(s, rule);
	}
	BUG("operand %d", (int)operand);
}

static bool read_node(struct json_schema *s, const cJSON *node,
		      struct strbuf *err)
{
	if (!cJSON_IsObject(node)) {
		strbuf_addstr(err, "the schema has a part that is not an "
				   "object");
		return false;
	}
	for (const cJSON *rule = node->child; rule; rule = rule->next) {
		const struct schema_keyword *k =
			schema_keyword_find(rule->string);

		if (!k) {
			strbuf_addf(err,
				    "the schema uses the keyword \"%s\", "
				    "which is not enforced here",
				    rule->string);
			return false;
		}
		if (read_operand(s, k->operand, rule, err))
			continue;
		if (!err->len)
			strbuf_addf(err,
				    "the schema's keyword \"%s\" has a "
				    "value it can't have",
				    rule->string);
		return false;
	}
	return true;
}

struct json_schema *json_schema_new(const char *text, size_t len,
				    struct strbuf *err)
{
	struct json_schema *s = xcalloc(1, sizeof(*s));
	struct findings faults = FINDINGS_INIT;

	findings_set_file(&faults, "the schema");
	s->root = json_read(text, len, &faults);
	if (!s->root)
		findings_print(&faults, err);
	findings_release(&faults);
	if (s->root && read_node(s, s->root, err))
		return s;
	json_schema_free(s);
	return NULL;
}

void json_schema_free(struct json_schema *schema)
{
	if (!schema)
		return;
	for (size_t i = 0; i < schema->pattern_count; i++)
		regfree(&schema->patterns[i].regex);
	cJSON_Delete(schema->root);
	free(schema);
}

void json_schema_check(const struct json_schema *schema, const cJSON *value,
		       const char *text, size_t len, struct findings *out)
{
	struct schema_check c = { schema, text, len, STRBUF_INIT, out, "" };

	schema_check_value(&c, schema->root, value);
	strbuf_release(&c.path);
}
