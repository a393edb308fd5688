/*
 * Publishing is one transaction: categories, a revision for each guide whose
 * text differs from what is published, the documents made of it, and the
 * notices of a first revision. Later ones tell nobody, nor does a guide that
 * comes back, since its revisions go on. A dry run is the same transaction,
 * taken back at the end, so its report is true.
 */
#include "career/content_publish.h"

#include "base/settings.h"
#include "base/suggest.h"
#include "career/content_diff.h"
#include "db/db.h"

static struct db *open_db(void)
{
	struct db_options o = {
		.url = settings_str(SETTING_DATABASE_URL),
		.application = "autopsy-ctl content",
		.role = "autopsy_owner",
		.features = "career subscriber",
		.is_patient = true,
	};

	return db_new(&o);
}

/* The reason on stderr and the exit status that goes with it. */
static int give_up(const struct db *db, enum db_result rc, const char *what)
{
	const char *why = db_error(db);

	if (rc == DB_DOWN || rc == DB_BUSY) {
		fprintf(stderr,
			"autopsy-ctl content: the database can't be "
			"reached: %s\n",
			why);
		return EXIT_TRY_LATER;
	}
	fprintf(stderr, "autopsy-ctl content: %s: %s\n", what,
		*why ? why : "the database has no answer");
	return 1;
}

/* What is published now: the text's tree, or NULL for a new career. */
static enum db_result read_published(struct db *db, const char *slug,
				     cJSON **guide)
{
	enum db_result rc = db_read(db, Q_PUBLISHED_SOURCE, DB_PARAMS(slug));

	*guide = NULL;
	if (rc == DB_OK)
		*guide = cJSON_Parse(db_value(db, 0, 0));
	return rc == DB_NONE ? DB_OK : rc;
}

/* told: NULL when nobody was asked to be told. */
static void say_change(const struct guide *g, const cJSON *before, int number,
		       const char *told)
{
	struct strbuf paths = STRBUF_INIT;

	if (before)
		content_diff(before, g->json, &paths);
	else
		strbuf_addstr(&paths, number == 1 ? "new" : "back");
	/* Only blanks between the values, or their order, were changed. */
	if (!paths.len)
		strbuf_addstr(&paths, "layout");
	printf("published %s: revision %d (%s)", g->slug, number, paths.buf);
	if (told)
		printf("; %s reader%s will be told", told,
		       strcmp(told, "1") == 0 ? "" : "s");
	putchar('\n');
	strbuf_release(&paths);
}

/* The ids of resources that another career has already. */
static bool has_taken(const cJSON *answer, const char *slug)
{
	const cJSON *taken = cJSON_GetObjectItem(answer, "taken_resources");

	for (const cJSON *id = taken ? taken->child : NULL; id; id = id->next)
		fprintf(stderr,
			"autopsy-ctl content: %s: the resource '%s' "
			"belongs to another published career; choose "
			"another id\n",
			slug, id->valuestring);
	return taken && taken->child;
}

/* Queues the notices of a first revision; *told is how many, borrowed until
 * the next query. */
static enum db_result announce(struct db *db, const char *career_id,
			       const char **told)
{
	char seconds[24];
	enum db_result rc;

	snprintf(seconds, sizeof(seconds), "%lld",
		 (long long)settings_int(SETTING_MAIL_GATHER_S));
	rc = db_write(db, Q_ANNOUNCE, DB_PARAMS(career_id, seconds));
	if (rc == DB_OK)
		*told = db_value(db, 0, 0);
	return rc;
}

static int publish_guide(struct db *db, const struct guide *g,
			 const struct publishing *p)
{
	cJSON *before = NULL, *answer = NULL;
	enum db_result rc = read_published(db, g->slug, &before);
	bool is_changed, is_refreshed = false;
	const char *told = NULL;
	char id[24];
	int status = 1, number;

	if (rc == DB_OK)
		rc = db_write(db, Q_PUBLISH_REVISION,
			      DB_PARAMS(g->text.buf, p->note));
	if (rc != DB_OK) {
		status = give_up(db, rc, g->slug);
		goto out;
	}
	answer = cJSON_Parse(db_value(db, 0, 0));
	if (has_taken(answer, g->slug))
		goto out;
	is_changed = cJSON_IsTrue(cJSON_GetObjectItem(answer, "changed"));
	number = cJSON_GetObjectItem(answer, "number")->valueint;
	snprintf(id, sizeof(id), "%.0f",
		 cJSON_GetObjectItem(answer, "career_id")->valuedouble);
	rc = db_write(db, Q_DOCUMENT_REFRESH, DB_PARAMS(id));
	if (rc == DB_OK)
		is_refreshed = strcmp(db_value(db, 0, 0), "0") != 0;
	if (rc == DB_OK && is_changed && number == 1 && !p->is_quiet)
		rc = announce(db, id, &told);
	if (rc != DB_OK) {
		status = give_up(db, rc, g->slug);
		goto out;
	}
	status = 0;
	if (is_changed)
		say_change(g, before, number, told);
	else
		printf("%s %s: revision %d\n",
		       is_refreshed ? "refreshed" : "unchanged", g->slug,
		       number);
out:
	cJSON_Delete(before);
	cJSON_Delete(answer);
	return status;
}

static int load_categories(struct db *db, const struct content *c)
{
	enum db_result rc = db_write(db, Q_CATEGORIES_LOAD,
				     DB_PARAMS(c->categories_text.buf));
	const char *n;

	if (rc != DB_OK)
		return give_up(db, rc, "categories");
	n = db_value(db, 0, 0);
	if (strcmp(n, "0") != 0)
		printf("loaded categories: %s new or changed\n", n);
	return 0;
}

static int publish_all(struct db *db, const struct content *c,
		       const struct publishing *p)
{
	int status = load_categories(db, c);

	for (size_t i = 0; i < c->count && status == 0; i++)
		if (c->guides[i]->is_wanted)
			status = publish_guide(db, c->guides[i], p);
	return status;
}

int content_publish(const struct content *c, const struct publishing *p)
{
	struct db *db = open_db();
	enum db_result rc = db_begin(db);
	int status;

	if (rc != DB_OK) {
		status = give_up(db, rc, "can't begin");
		goto out;
	}
	status = publish_all(db, c, p);
	if (status != 0 || p->is_dry_run) {
		db_rollback(db);
		if (status == 0)
			puts("dry run: nothing is changed");
		else
			fputs("nothing is published\n", stderr);
		goto out;
	}
	rc = db_commit(db);
	if (rc != DB_OK)
		status = give_up(db, rc, "can't commit");
out:
	db_free(db);
	return status;
}

static void say_unknown(struct db *db, const char *slug)
{
	struct suggest s;

	fprintf(stderr, "autopsy-ctl content: no career '%.80s' is published",
		slug);
	suggest_init(&s, slug);
	if (db_read(db, Q_PUBLISHED_SLUGS, DB_NO_PARAMS) != DB_OK) {
		fputs("\n", stderr);
		return;
	}
	for (int i = 0; i < db_rows(db); i++)
		suggest_offer(&s, db_value(db, i, 0));
	if (s.best)
		fprintf(stderr, "; did you mean '%s'?", s.best);
	fputs("\npublished are:\n", stderr);
	for (int i = 0; i < db_rows(db); i++)
		fprintf(stderr, "  %s\n", db_value(db, i, 0));
}

int content_export(const char *slug)
{
	struct db *db = open_db();
	enum db_result rc = db_read(db, Q_PUBLISHED_SOURCE, DB_PARAMS(slug));
	int status = 0;

	if (rc == DB_NONE) {
		say_unknown(db, slug);
		status = 1;
	} else if (rc != DB_OK) {
		status = give_up(db, rc, "can't export");
	} else {
		/* usage_end() tells whether it was written. */
		(void)fwrite(db_value(db, 0, 0), 1, db_length(db, 0, 0),
			     stdout);
	}
	db_free(db);
	return status;
}

int content_withdraw(const char *slug)
{
	struct db *db = open_db();
	enum db_result rc = db_write(db, Q_CAREER_WITHDRAW, DB_PARAMS(slug));
	int status = 0;

	if (rc == DB_NONE) {
		say_unknown(db, slug);
		status = 1;
	} else if (rc != DB_OK) {
		status = give_up(db, rc, "can't withdraw");
	} else {
		printf("withdrew %s: its addresses answer 410\n", slug);
	}
	db_free(db);
	return status;
}
