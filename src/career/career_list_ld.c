/*
 * A list's facts for machines: schema.org ItemList and BreadcrumbList. Pay is
 * said on the careers' own pages only, with what it rests on.
 */
#include "career/career_list.h"

#include "base/json.h"
#include "career/career_ld.h"

static cJSON *items(const cJSON *page, const struct career_list *list)
{
	cJSON *o = career_ld_typed("ItemList"), *elements;
	int64_t position = (list->page - 1) * CAREER_LIST_PER_PAGE, total;
	const cJSON *card;

	cJSON_AddStringToObject(o, "name", json_str(page, "summary"));
	if (json_int(page, "total", &total))
		cJSON_AddNumberToObject(o, "numberOfItems", (double)total);
	elements = cJSON_AddArrayToObject(o, "itemListElement");
	cJSON_ArrayForEach (card, json_get(page, "data"))
		cJSON_AddItemToArray(elements,
				     career_ld_item(++position,
						    json_str(card, "name"),
						    json_str(card, "url")));
	return o;
}

static cJSON *breadcrumbs(const cJSON *page, const struct career_list *list)
{
	cJSON *o = career_ld_typed("BreadcrumbList"), *crumbs;
	struct strbuf path = STRBUF_INIT;

	crumbs = cJSON_AddArrayToObject(o, "itemListElement");
	cJSON_AddItemToArray(crumbs, career_ld_item(1, "Home", "/"));
	cJSON_AddItemToArray(crumbs, career_ld_item(2, "Careers", "/careers"));
	if (list->category) {
		strbuf_addf(&path, "/careers/%s", list->category);
		cJSON_AddItemToArray(
			crumbs,
			career_ld_item(3, json_str(page, "heading"), path.buf));
	}
	strbuf_release(&path);
	return o;
}

void career_list_ld(cJSON *page, const struct career_list *list)
{
	cJSON *graph = career_ld_graph(page);

	if (json_is_true(page, "has_cards"))
		cJSON_AddItemToArray(graph, items(page, list));
	cJSON_AddItemToArray(graph, breadcrumbs(page, list));
}
