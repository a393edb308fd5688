/*
 * JSON files that people write: read strictly, and found again by line.
 *
 * Strict is RFC 8259 and less: UTF-8, no byte order mark, no duplicate
 * names, no \u0000 and no half surrogates, whole numbers only (the files
 * have no others, and 9.0 is not 9 to a database), at most 1 MiB, 32 levels
 * and 256 names in one object.
 *
 * A path names a value: days.levels[0].entries[2].title. A name that is not
 * made of letters, digits, _ $ and - is quoted: ["two words"].
 */
#ifndef BASE_JSON_LOCATE_H
#define BASE_JSON_LOCATE_H

#include <cjson/cJSON.h>

#include "base/findings.h"

#define JSON_MAX_BYTES ((size_t)1 << 20)
#define JSON_MAX_DEPTH 32
#define JSON_MAX_NAMES 256

/*
 * The tree, which the caller frees with cJSON_Delete(); NULL with findings
 * when the text is not strict JSON. All duplicate names are found at once,
 * a syntax error ends the reading.
 */
cJSON *json_read(const char *text, size_t len,
		 struct findings *out) WARN_UNUSED;

/*
 * The line, from 1, of what path names: where its name stands, or where an
 * item of an array begins. Of a path that leads nowhere, the line of the
 * last part that exists. The text must have passed json_read().
 */
size_t json_line(const char *text, size_t len, const char *path) WARN_UNUSED;

/* Append a step to a path. */
void json_path_add_name(struct strbuf *path, const char *name);
void json_path_add_index(struct strbuf *path, size_t index);

#endif
