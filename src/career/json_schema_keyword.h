/* What json_schema.c, which reads a schema, and json_schema_keyword.c, which
 * applies it, share; nobody else includes this. */
#ifndef CAREER_JSON_SCHEMA_KEYWORD_H
#define CAREER_JSON_SCHEMA_KEYWORD_H

#include <regex.h>

#include "career/json_schema.h"

#define PATTERNS_MAX 64

struct json_schema {
	cJSON *root;
	struct {
		const cJSON *rule; /* the "pattern" member */
		regex_t regex;
	} patterns[PATTERNS_MAX];
	size_t pattern_count;
};

/* One validation: where it is and where its findings go. */
struct schema_check {
	const struct json_schema *schema;
	const char *text;
	size_t len;
	struct strbuf path;
	struct findings *out;
	const char *about; /* the nearest description on the way here */
};

/* What the value of a keyword itself has to be. */
enum operand {
	OPERAND_ANY,
	OPERAND_TEXT,
	OPERAND_NUMBER,
	OPERAND_BOOL,
	OPERAND_FALSE,
	OPERAND_LIST,
	OPERAND_NAMES, /* list of texts */
	OPERAND_TYPE,  /* name of a type, or a list of them */
	OPERAND_SCHEMA,
	OPERAND_SCHEMAS, /* object of schemas */
	OPERAND_REF,
	OPERAND_PATTERN,
};

struct schema_keyword {
	const char *name;
	enum operand operand;
	/* NULL: the keyword says nothing about values. */
	void (*check)(struct schema_check *c, const cJSON *rule,
		      const cJSON *node, const cJSON *value);
};

/* NULL for a keyword that is not known. */
const struct schema_keyword *schema_keyword_find(const char *name);
/* The name of a JSON type in words, NULL if it is none. */
const char *schema_type_in_words(const char *type);
/* What "#/$defs/name" points at, or NULL. */
const cJSON *schema_resolve(const struct json_schema *s, const cJSON *ref);
/* Checks value against one schema within the schema. */
void schema_check_value(struct schema_check *c, const cJSON *node,
			const cJSON *value);

#endif
