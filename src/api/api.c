/*
 * The guide to the API and its description, openapi.json, which the build
 * takes in as it stands. A test holds it and the table of routes together.
 */
#include "api/api.h"

#include "base/template.h"

#define DOCUMENT "src/api/openapi.json"

extern const struct template_source schemas[]; /* made by the build */

int api_guide(struct web *web, const struct request *rq, struct response *rs)
{
	cJSON *page = cJSON_CreateObject();

	cJSON_AddStringToObject(page, "title", "API");
	cJSON_AddStringToObject(page, "description",
				"Every guide, every pay figure with its "
				"evidence, and how they change, as JSON and "
				"CSV, without a key: curl lines to copy.");
	return web_page(web, rq, rs, "api/guide", page);
}

int api_document(struct web *web, const struct request *rq, struct response *rs)
{
	const struct template_source *s = schemas;

	(void)web;
	(void)rq;
	while (s->name && strcmp(s->name, DOCUMENT) != 0)
		s++;
	if (!s->name)
		BUG("the build left out %s", DOCUMENT);
	strbuf_add(&rs->body, s->text, s->len);
	rs->content_type = "application/json";
	return 200;
}
