/* Pieces of schema.org documents that several pages have. */
#ifndef CAREER_CAREER_LD_H
#define CAREER_CAREER_LD_H

#include <cjson/cJSON.h>

#include "base/strbuf.h"

/* {"@type":type} */
cJSON *career_ld_typed(const char *type);
/* A ListItem; path is of this site. */
cJSON *career_ld_item(int64_t position, const char *name, const char *path);
/* {"@context":…,"@graph":[]} of the page; its graph, to add to. */
cJSON *career_ld_graph(cJSON *page);

#endif
