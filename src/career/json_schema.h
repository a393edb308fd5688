/*
 * Validates a value against a JSON Schema (draft 2020-12), for the keywords
 * that career.schema.json uses:
 *
 *   type enum const  pattern minLength maxLength  minimum maximum
 *   required properties additionalProperties (false)
 *   items minItems maxItems uniqueItems
 *   $ref ("#/$defs/name") $defs  $schema title description
 *
 * A keyword that is not among them is refused when the schema is read: a
 * rule that is written down and not enforced is worse than none. Patterns
 * are POSIX extended expressions; lengths are counted in code points.
 */
#ifndef CAREER_JSON_SCHEMA_H
#define CAREER_JSON_SCHEMA_H

#include "base/json_locate.h"

struct json_schema;

/* NULL with a sentence in err. json_schema_free() frees it. */
struct json_schema *json_schema_new(const char *text, size_t len,
				    struct strbuf *err) WARN_UNUSED;
void json_schema_free(struct json_schema *schema);

/*
 * Adds every violation at once, each with the line that its path has in
 * text, from which value was read.
 */
void json_schema_check(const struct json_schema *schema, const cJSON *value,
		       const char *text, size_t len, struct findings *out);

#endif
