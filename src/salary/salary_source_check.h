/* The register of sources as a file: what must be true of each entry. */
#ifndef SALARY_SALARY_SOURCE_CHECK_H
#define SALARY_SALARY_SOURCE_CHECK_H

#include "base/json_locate.h"

/* Adds everything wrong with the list that was read from text. */
void source_check(const cJSON *list, const char *text, size_t len,
		  struct findings *out);

#endif
