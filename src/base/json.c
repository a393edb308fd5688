#include "base/json.h"

cJSON *json_get(const cJSON *of, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(of, name);
}

const char *json_str(const cJSON *of, const char *name)
{
	const cJSON *m = json_get(of, name);

	return cJSON_IsString(m) ? m->valuestring : "";
}

bool json_int(const cJSON *of, const char *name, int64_t *out)
{
	const cJSON *m = json_get(of, name);

	if (!cJSON_IsNumber(m))
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
