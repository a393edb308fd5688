#include "salary/salary_doubt.h"

#include "salary/salary_row.h"
#include "salary/salary_settle.h"

/* Pay differs by a half between sources, never by this much. */
#define TIMES 3.0
/* The band of well-paid seniors overtakes that of all managers, a little. */
#define NEIGHBOUR_TIMES 1.5

static const char *const levels[] = { "junior", "mid", "senior", "manager" };

enum db_result doubt_open(struct doubt *d, struct db *db, const char *path)
{
	enum db_result rc = db_read(db, Q_FIGURE_MIDDLES, DB_NO_PARAMS);

	if (rc != DB_OK)
		return rc;
	findings_set_file(&d->out, path);
	d->figures = settle_json(db);
	d->recorded = cJSON_CreateObject();
	return rc;
}

void doubt_release(struct doubt *d)
{
	cJSON_Delete(d->figures);
	cJSON_Delete(d->recorded);
	findings_release(&d->out);
}

static void put_key(struct strbuf *key, const struct csv_record *row,
		    const char *level)
{
	strbuf_reset(key);
	strbuf_addf(key, "%s/%s/%s", row->fields[ROW_CAREER_SLUG],
		    row->fields[ROW_COUNTRY], level);
}

/* 0: not known. */
static double number(const cJSON *object, const char *name)
{
	const cJSON *n = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsNumber(n) ? n->valuedouble : 0;
}

static double middle_of(const cJSON *pay)
{
	double low = number(pay, "low"), high = number(pay, "high");
	double median = number(pay, "median");

	if (median > 0)
		return median;
	return low > 0 && high > 0 ? (low + high) / 2 : low + high;
}

static void doubt(struct doubt *d, const struct csv_record *row,
		  const char *what)
{
	findings_add(&d->out, row->line, row->fields[ROW_LEVEL], "%s", what);
	findings_remedy(&d->out, "check the period column");
}

void doubt_row(struct doubt *d, const struct csv_record *row,
	       const cJSON *answer)
{
	const char *state = cJSON_GetObjectItem(answer, "state")->valuestring;
	double now = middle_of(cJSON_GetObjectItem(answer, "after"));
	struct strbuf key = STRBUF_INIT, what = STRBUF_INIT;
	double before;

	if (strcmp(state, "unchanged") == 0)
		return;
	put_key(&key, row, row->fields[ROW_LEVEL]);
	before = number(d->figures, key.buf);
	if (before > 0 && now > TIMES * before)
		strbuf_addf(&what, "%.3g times the figure until now",
			    now / before);
	else if (before > TIMES * now)
		strbuf_addf(&what, "1/%.3g of the figure until now",
			    before / now);
	if (what.len)
		doubt(d, row, what.buf);
	cJSON_DeleteItemFromObjectCaseSensitive(d->recorded, key.buf);
	cJSON_AddNumberToObject(d->recorded, key.buf, now);
	strbuf_release(&key);
	strbuf_release(&what);
}

/* Pay at levels so many apart. */
static bool is_above(double pay, double bound, size_t apart)
{
	return bound > 0 && pay > bound * (apart == 1 ? NEIGHBOUR_TIMES : 1);
}

/* The other levels as they are now; of two new rows the lower is told. */
static bool is_out_of_order(const struct doubt *d, const struct csv_record *row,
			    size_t i, struct strbuf *what)
{
	struct strbuf key = STRBUF_INIT;
	double own, other, new;
	size_t level = 0;

	while (level + 1 < ARRAY_SIZE(levels) &&
	       strcmp(levels[level], row->fields[ROW_LEVEL]) != 0)
		level++;
	put_key(&key, row, levels[level]);
	own = number(d->recorded, key.buf);
	put_key(&key, row, levels[i]);
	new = number(d->recorded, key.buf);
	other = new > 0 ? new : number(d->figures, key.buf);
	strbuf_release(&key);
	if (own <= 0)
		return false;
	if (i > level && is_above(own, other, i - level))
		strbuf_addf(what, "more than a %s gets", levels[i]);
	else if (i < level && new <= 0 && is_above(other, own, level - i))
		strbuf_addf(what, "less than a %s gets", levels[i]);
	return what->len > 0;
}

static void check_order(struct doubt *d, const struct csv_record *row)
{
	struct strbuf what = STRBUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(levels); i++)
		if (is_out_of_order(d, row, i, &what)) {
			doubt(d, row, what.buf);
			break;
		}
	strbuf_release(&what);
}

void doubt_tell(struct doubt *d, const struct csv *csv)
{
	struct strbuf text = STRBUF_INIT;

	for (size_t i = 1; i < csv->count; i++)
		check_order(d, &csv->records[i]);
	findings_sort(&d->out);
	findings_print(&d->out, &text);
	fputs(text.buf, stderr);
	strbuf_release(&text);
}
