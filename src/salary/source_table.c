/* Every source on the net: one line each, in the order of a run. */
#include "salary/source_list.h"

const struct source *const source_table[] = {
	&source_bls,	   &source_jobbank,	&source_cbs,
	&source_datagovsg, &source_eurostat,	&source_ilostat,
	&source_ecb,	   &source_frankfurter, &source_worldbank,
};

const size_t source_count = ARRAY_SIZE(source_table);

const struct source *source_find(const char *code)
{
	for (size_t i = 0; i < source_count; i++)
		if (strcmp(source_table[i]->code, code) == 0)
			return source_table[i];
	return NULL;
}
