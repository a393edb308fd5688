#include "salary/salary_settle.h"

#include "base/parse.h"
#include "base/settings.h"

struct db *settle_open(void)
{
	struct db_options o = {
		.url = settings_str(SETTING_DATABASE_URL),
		.application = "autopsy-ingest",
		.role = "autopsy_ingest",
		.features = "salary career",
		.is_patient = true,
	};

	return db_new(&o);
}

int settle_give_up(const struct db *db, enum db_result rc, const char *what)
{
	const char *why = db_error(db);

	if (rc == DB_DOWN || rc == DB_BUSY) {
		fprintf(stderr,
			"autopsy-ingest: the database can't be "
			"reached: %s\n",
			why);
		return EXIT_TRY_LATER;
	}
	fprintf(stderr, "autopsy-ingest: %s: %s\n", what,
		*why ? why : "the database has no answer");
	return 1;
}

int settle_refuse(struct findings *f)
{
	struct strbuf text = STRBUF_INIT;

	findings_sort(f);
	findings_print(f, &text);
	fputs(text.buf, stderr);
	fprintf(stderr, "%zu fault%s; nothing is written\n", f->count,
		f->count == 1 ? "" : "s");
	strbuf_release(&text);
	return 1;
}

cJSON *settle_json(const struct db *db)
{
	return cJSON_ParseWithLength(db_value(db, 0, 0), db_length(db, 0, 0));
}

static const char *text_of(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsString(item) ? item->valuestring : "";
}

/* "85000 / - / 130000 USD base, grade B, of 2026-04-01 by editors-2026" */
static void put_money(struct strbuf *out, const cJSON *money)
{
	static const char *const parts[] = { "low", "median", "high" };
	const cJSON *one;

	if (!cJSON_IsObject(money)) {
		strbuf_addstr(out, "none");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		const cJSON *n =
			cJSON_GetObjectItemCaseSensitive(money, parts[i]);

		strbuf_addstr(out, i ? " / " : "");
		if (cJSON_IsNumber(n))
			strbuf_addf(out, "%.0f", n->valuedouble);
		else
			strbuf_addch(out, '-');
	}
	strbuf_addf(out, " %s %s, grade %s, of %s by",
		    text_of(money, "currency"), text_of(money, "pay_basis"),
		    text_of(money, "grade"), text_of(money, "observed_on"));
	cJSON_ArrayForEach (one, cJSON_GetObjectItemCaseSensitive(money,
								  "source_ids"))
		strbuf_addf(out, " %s",
			    cJSON_IsString(one) ? one->valuestring : "");
}

static void say_changes(const cJSON *changes, const char *slug)
{
	const cJSON *one = changes ? changes->child : NULL;

	for (; one; one = one->next) {
		struct strbuf line = STRBUF_INIT;

		put_money(&line, cJSON_GetObjectItem(one, "before"));
		strbuf_addstr(&line, " -> ");
		put_money(&line, cJSON_GetObjectItem(one, "after"));
		printf("figure %s %s %s %s: %s\n", text_of(one, "change"), slug,
		       text_of(one, "country"), text_of(one, "level"),
		       line.buf);
		strbuf_release(&line);
	}
}

int settle_career(struct settle *s, const char *career_id, const char *slug)
{
	enum db_result rc = db_write(s->db, Q_FIGURES_DERIVE,
				     DB_PARAMS(career_id, s->reason, s->cause));
	cJSON *changes;
	int64_t n = 0;

	if (rc != DB_OK || !parse_int(db_value(s->db, 0, 0), 0, INT64_MAX, &n))
		return settle_give_up(s->db, rc, slug);
	s->changed += n;
	if (n && !s->is_quiet) {
		rc = db_read(s->db, Q_FIGURE_CHANGES, DB_PARAMS(career_id));
		if (rc != DB_OK)
			return settle_give_up(s->db, rc, slug);
		changes = settle_json(s->db);
		say_changes(changes, slug);
		cJSON_Delete(changes);
	}
	if (!n && s->is_ageing)
		return 0;
	rc = s->refresh(s->db, career_id);
	return rc == DB_OK ? 0 : settle_give_up(s->db, rc, slug);
}

int settle_end(struct db *db, int status, bool is_dry_run)
{
	enum db_result rc;

	if (status != 0 || is_dry_run) {
		db_rollback(db);
		if (status == 0)
			puts("dry run: nothing is written");
		return status;
	}
	rc = db_commit(db);
	return rc == DB_OK ? 0 : settle_give_up(db, rc, "can't commit");
}
