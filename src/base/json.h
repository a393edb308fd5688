/* Reading members of cJSON objects without ceremony. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/alloc.h"

/* The member, NULL if of is no object or has none. Names are exact. */
cJSON *json_get(const cJSON *of, const char *name);
/* Text of the member, "" if it is none. Borrowed. */
const char *json_str(const cJSON *of, const char *name);
/* The member as a whole number; false if it is not a number. */
bool json_int(const cJSON *of, const char *name, int64_t *out) WARN_UNUSED;
bool json_is_true(const cJSON *of, const char *name);
/* Takes the member out of one object and puts it into another. */
void json_move(cJSON *from, const char *name, cJSON *to, const char *as);

#endif
