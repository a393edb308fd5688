/* The adapters, each defined in its source_<name>.c. */
#ifndef SALARY_SOURCE_LIST_H
#define SALARY_SOURCE_LIST_H

#include "salary/source.h"

extern const struct source source_bls;
extern const struct source source_jobbank;
extern const struct source source_cbs;
extern const struct source source_datagovsg;
extern const struct source source_eurostat;
extern const struct source source_ilostat;
extern const struct source source_ecb;
extern const struct source source_frankfurter;
extern const struct source source_worldbank;

#endif
