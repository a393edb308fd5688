#include "career/career_ld.h"

#include "base/settings.h"

cJSON *career_ld_typed(const char *type)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "@type", type);
	return o;
}

cJSON *career_ld_item(int64_t position, const char *name, const char *path)
{
	cJSON *o = career_ld_typed("ListItem");
	struct strbuf url = STRBUF_INIT;

	cJSON_AddNumberToObject(o, "position", (double)position);
	cJSON_AddStringToObject(o, "name", name);
	strbuf_addf(&url, "%s%s", settings_str(SETTING_SITE_URL), path);
	cJSON_AddStringToObject(o, "item", url.buf);
	strbuf_release(&url);
	return o;
}

cJSON *career_ld_graph(cJSON *page)
{
	cJSON *ld = cJSON_AddObjectToObject(page, "json_ld");

	cJSON_AddStringToObject(ld, "@context", "https://schema.org");
	return cJSON_AddArrayToObject(ld, "@graph");
}
