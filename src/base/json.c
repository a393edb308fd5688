#include "base/json.h"

/* The whole numbers that a double tells apart: 2^53. */
#define WHOLE_MAX 9007199254740992.0

cJSON *json_get(const cJSON *of, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(of, name);
}

const char *json_str(const cJSON *of, const char *name)
{
	return json_text(json_get(of, name));
}

const char *json_text(const cJSON *item)
{
	return cJSON_IsString(item) ? item->valuestring : "";
}

bool json_int(const cJSON *of, const char *name, int64_t *out)
{
	const cJSON *m = json_get(of, name);

	if (!cJSON_IsNumber(m) || m->valuedouble < -WHOLE_MAX ||
	    m->valuedouble > WHOLE_MAX ||
	    m->valuedouble != (double)(int64_t)m->valuedouble)
		return false;
	*out = (int64_t)m->valuedouble;
	return true;
}

bool json_is_true(const cJSON *of, const char *name)
{
	return cJSON_IsTrue(json_get(of, name));
}

void json_move(cJSON *from, const char *name, cJSON *to, const char *as)
{
	cJSON *m = cJSON_DetachItemFromObjectCaseSensitive(from, name);

	cJSON_AddItemToObject(to, as, m ? m : cJSON_CreateNull());
}
