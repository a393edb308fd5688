/*
 * What an analyser can't know of cJSON, whose source it does not see: a
 * question about NULL is answered with no, and nothing is found in NULL.
 * Included before every file by tests/analyse, and by nothing else.
 */
#include <cjson/cJSON.h>

#define SEEN(type)                                                \
	static inline cJSON_bool seen_Is##type(const cJSON *item) \
	{                                                         \
		return item ? cJSON_Is##type(item) : 0;           \
	}
SEEN(Array)
SEEN(Object)
SEEN(String)
SEEN(Number)
#define cJSON_IsArray seen_IsArray
#define cJSON_IsObject seen_IsObject
#define cJSON_IsString seen_IsString
#define cJSON_IsNumber seen_IsNumber

/* cppcheck is shown no header of another library. */
#ifndef cJSON_ArrayForEach
#define cJSON_ArrayForEach(one, list) \
	for (one = (list) ? (list)->child : NULL; one != NULL; one = one->next)
#endif
