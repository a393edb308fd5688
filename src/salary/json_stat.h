/*
 * JSON-stat 2.0, the form of cubes of statistics: a row of cells, the last
 * dimension fastest, of which only those with a value need be given. At most
 * 16 dimensions, 1,000 categories in each, and 100,000 cells.
 */
#ifndef SALARY_JSON_STAT_H
#define SALARY_JSON_STAT_H

#include "salary/source.h"

#define CUBE_CATEGORIES 1000

struct dimension {
	const char *id;
	size_t size;
	const char *codes[CUBE_CATEGORIES]; /* in order */
};

/* All of it lives as long as the body that it was read from. */
struct cube {
	size_t count; /* of dimensions */
	size_t cells;
	struct dimension *dimensions;
	const cJSON **values; /* NULL where a cell has none */
	const cJSON **statuses;
};

/* False with job->err set; to be released all the same. */
bool cube_read(struct source_job *job, const cJSON *body,
	       struct cube *c) WARN_UNUSED;
void cube_release(struct cube *c);

/* The category of a cell in a dimension. */
const char *cube_code(const struct cube *c, size_t dimension, size_t cell);

#endif
