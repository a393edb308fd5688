#include "base/json.h"

/* The whole numbers that a double tells apart: 2^53. */
#define WHOLE_MAX 9007199254740992.0

static struct arena *memory;

static void *take(size_t size)
{
	return arena_alloc(memory, size);
}

static void leave(void *piece)
{
	(void)piece;
}

void json_use_arena(struct arena *arena)
{
	cJSON_Hooks hooks = { take, leave };

	memory = arena;
	cJSON_InitHooks(arena ? &hooks : NULL);
}

void json_free(cJSON *json)
{
	if (!memory)
		cJSON_Delete(json);
}

cJSON *json_get(const cJSON *of, const char *name)
{
	cJSON *m;

	/* As cJSON does it, but most names differ in their first letter. */
	cJSON_ArrayForEach (m, of)
		if (m->string && *m->string == *name &&
		    strcmp(m->string, name) == 0)
			return m;
	return NULL;
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
