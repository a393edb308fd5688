#include "salary/json_stat.h"

#include "base/json.h"
#include "base/parse.h"
#include "salary/source_member.h"

#define DIMENSIONS_MAX 16
#define CELLS_MAX 100000

/* The code of a place in the dimension; each place once. */
static bool put_code(struct dimension *d, double at, const char *code)
{
	size_t i;

	if (!(at >= 0 && at < (double)d->size) || !*code)
		return false;
	i = (size_t)at;
	if ((double)i != at || d->codes[i])
		return false;
	d->codes[i] = code;
	return true;
}

/* "index" is {code: place} or [code]; a lone category may have but a label. */
static bool read_codes(struct source_job *job, const cJSON *body,
		       struct dimension *d)
{
	const cJSON *category = json_get(
		json_get(json_get(body, "dimension"), d->id), "category");
	const cJSON *index = json_get(category, "index"), *one;
	size_t count = 0;
	bool ok = true;

	if (!index && d->size == 1)
		index = json_get(category, "label");
	if (!cJSON_IsObject(index) && !cJSON_IsArray(index))
		return source_fault(job, 0, d->id,
				    "the dimension's category index is "
				    "missing");
	cJSON_ArrayForEach (one, index) {
		double at = (double)count++;

		if (cJSON_IsArray(index)) {
			ok &= put_code(d, at, json_text(one));
		} else {
			if (json_get(category, "index"))
				at = cJSON_IsNumber(one) ? one->valuedouble
							 : -1;
			ok &= put_code(d, at, one->string);
		}
	}
	if (!ok || count != d->size)
		return source_fault(job, 0, d->id,
				    "the dimension's categories are not "
				    "numbered from 0 to %zu",
				    d->size - 1);
	return true;
}

static bool read_dimensions(struct source_job *job, const cJSON *body,
			    struct cube *c)
{
	const cJSON *ids = json_get(body, "id");
	const cJSON *size = json_get(body, "size"), *id;
	int n = cJSON_GetArraySize(ids);

	if (!cJSON_IsArray(ids) || !cJSON_IsArray(size) || n < 1 ||
	    n > DIMENSIONS_MAX || cJSON_GetArraySize(size) != n)
		return source_fault(job, 0, "id",
				    "'id' and 'size' are not arrays of the "
				    "same length, 1 to %d",
				    DIMENSIONS_MAX);
	c->count = (size_t)n;
	c->cells = 1;
	c->dimensions = xcalloc(c->count, sizeof(*c->dimensions));
	size = size->child;
	id = ids->child;
	for (size_t i = 0; i < c->count;
	     i++, size = size->next, id = id->next) {
		struct dimension *d = &c->dimensions[i];

		d->id = json_text(id);
		if (!*d->id || strlen(d->id) > 40)
			return source_fault(job, 0, "id",
					    "has what is no dimension");
		if (!cJSON_IsNumber(size) || size->valuedouble < 1 ||
		    size->valuedouble > CUBE_CATEGORIES ||
		    size->valuedouble != (double)(int)size->valuedouble)
			return source_fault(job, 0, d->id,
					    "the dimension's size is no "
					    "number from 1 to %d",
					    CUBE_CATEGORIES);
		d->size = (size_t)size->valuedouble;
		c->cells *= d->size;
		if (c->cells > CELLS_MAX)
			return source_fault(job, 0, "size",
					    "makes more than %d cells",
					    CELLS_MAX);
		if (!read_codes(job, body, d))
			return false;
	}
	return true;
}

/* Cells by their numbers: {"7": …}, or an array of all. */
static bool read_cells(struct source_job *job, const cJSON *body,
		       const char *name, size_t cells, const cJSON **out)
{
	const cJSON *given = json_get(body, name), *one;
	char shown[SOURCE_TEXT];
	size_t i = 0;

	if (cJSON_IsArray(given) && (size_t)cJSON_GetArraySize(given) != cells)
		return source_fault(job, 0, name,
				    "has %d cells; the cube has %zu",
				    cJSON_GetArraySize(given), cells);
	if (!cJSON_IsArray(given) && !cJSON_IsObject(given))
		return source_fault(job, 0, name,
				    "is %s; an object is expected",
				    source_show(given, shown));
	cJSON_ArrayForEach (one, given) {
		int64_t at = (int64_t)i++;

		if (cJSON_IsObject(given) &&
		    !parse_int(one->string, 0, (int64_t)cells - 1, &at))
			return source_fault(job, 0, name,
					    "'%.40s' is no cell from 0 to %zu",
					    one->string, cells - 1);
		if (!cJSON_IsNull(one))
			out[at] = one;
	}
	return true;
}

bool cube_read(struct source_job *job, const cJSON *body, struct cube *c)
{
	if (!read_dimensions(job, body, c))
		return false;
	c->values = xcalloc(c->cells, sizeof(*c->values));
	c->statuses = xcalloc(c->cells, sizeof(*c->statuses));
	return read_cells(job, body, "value", c->cells, c->values) &&
	       (!json_get(body, "status") ||
		read_cells(job, body, "status", c->cells, c->statuses));
}

void cube_release(struct cube *c)
{
	free(c->dimensions);
	free(c->values);
	free(c->statuses);
}

const char *cube_code(const struct cube *c, size_t dimension, size_t cell)
{
	for (size_t i = c->count - 1; i > dimension; i--)
		cell /= c->dimensions[i].size;
	return c->dimensions[dimension]
		.codes[cell % c->dimensions[dimension].size];
}
