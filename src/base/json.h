/* Reading members of cJSON objects without ceremony. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/*
 * From here on cJSON takes its memory from the arena, and freeing a piece
 * does nothing: a page is made of thousands. What was made before must not
 * be freed meanwhile. NULL: malloc() and free() again.
 */
void json_use_arena(struct arena *arena);
/* cJSON_Delete(), unless the arena will do it: no walk through the tree. */
void json_free(cJSON *json);

/* The member, NULL if of is no object or has none. Names are exact. */
cJSON *json_get(const cJSON *of, const char *name);
/* Text of the member, "" if it is none. Borrowed. */
const char *json_str(const cJSON *of, const char *name);
/* Text of the item itself, "" if it is none. Borrowed. */
const char *json_text(const cJSON *item);
/* The member as a whole number; false if it is none, or beyond 2^53, where
 * JSON readers no longer agree on the digits. */
bool json_int(const cJSON *of, const char *name, int64_t *out) WARN_UNUSED;
bool json_is_true(const cJSON *of, const char *name);
/* Takes the member out of one object and puts it into another. */
void json_move(cJSON *from, const char *name, cJSON *to, const char *as);

#endif
