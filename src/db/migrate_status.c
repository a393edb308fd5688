/* migrate status and migrate verify: the plan, read and never acted on. */
#include "base/escape.h"
#include "db/migrate_run.h"

static const struct {
	const char *name;
	const char *remedy; /* NULL: nothing is wrong */
} states[] = {
	[STATE_DONE] = { "done", NULL },
	[STATE_PENDING] = { "pending", NULL },
	[STATE_RUNNING] = { "running", NULL },
	[STATE_INTERRUPTED] = { "INTERRUPTED", NULL },
	[STATE_CHANGED] = { "CHANGED",
			    "was edited after it was applied; put the applied text back "
			    "and make the change in a new migration" },
	[STATE_OUT_OF_ORDER] = { "OUT-OF-ORDER",
				 "comes after a higher number was applied; give it the next "
				 "free number" },
	[STATE_MISSING] = { "MISSING",
			    "was applied, but its file is not there; deploy the release "
			    "that has it, or put the file back" },
};

bool migrate_is_drift(enum migrate_state state)
{
	return states[state].remedy != NULL;
}

void migrate_tell_drift(const struct migrate *m)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct migrate_entry *e = &m->entries[i];

		if (migrate_is_drift(e->state))
			fprintf(stderr, "%s: %s: %s\n", e->name,
				states[e->state].name, states[e->state].remedy);
	}
}

static void add_json(struct strbuf *out, const char *key, const char *value)
{
	if (out->buf[out->len - 1] != '{')
		strbuf_addch(out, ',');
	strbuf_addf(out, "\"%s\":", key);
	if (!value) {
		strbuf_addstr(out, "null");
		return;
	}
	strbuf_addch(out, '"');
	escape_json(out, value, strlen(value));
	strbuf_addch(out, '"');
}

static void print_json(const struct migrate *m, int outlook, bool only_drift)
{
	static const char *const outlooks[] = {
		[MIGRATE_DONE] = "up-to-date",
		[MIGRATE_PENDING] = "pending",
		[MIGRATE_DRIFT] = "drift",
	};
	struct strbuf out = STRBUF_INIT;
	bool is_first = true;

	strbuf_addch(&out, '{');
	add_json(&out, "state", outlooks[outlook]);
	strbuf_addstr(&out, ",\"migrations\":[");
	for (size_t i = 0; i < m->count; i++) {
		const struct migrate_entry *e = &m->entries[i];

		if (only_drift && !migrate_is_drift(e->state))
			continue;
		strbuf_addstr(&out, is_first ? "{" : ",{");
		add_json(&out, "name", e->name);
		add_json(&out, "state", states[e->state].name);
		add_json(&out, "remedy", states[e->state].remedy);
		add_json(&out, "applied_by", e->applied_by);
		add_json(&out, "applied_at", e->applied_at);
		strbuf_addch(&out, '}');
		is_first = false;
	}
	strbuf_addstr(&out, "]}");
	puts(out.buf);
	strbuf_release(&out);
}

static void print_text(const struct migrate *m)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct migrate_entry *e = &m->entries[i];

		printf("%-12s  %-40s", states[e->state].name, e->name);
		if (e->applied_at)
			printf("  %s by %s", e->applied_at, e->applied_by);
		putchar('\n');
	}
	migrate_tell_drift(m);
}

int migrate_status_command(const struct migrate_options *o)
{
	struct migrate m;
	int rc = migrate_open(&m);

	if (rc == MIGRATE_DONE)
		rc = migrate_plan(&m);
	if (rc != MIGRATE_DONE)
		goto out;
	rc = migrate_outlook(&m);
	if (o->is_json)
		print_json(&m, rc, false);
	else
		print_text(&m);
out:
	migrate_close(&m);
	return rc;
}

int migrate_verify_command(const struct migrate_options *o)
{
	struct migrate m;
	int rc = migrate_open(&m);

	if (rc == MIGRATE_DONE)
		rc = migrate_plan(&m);
	if (rc != MIGRATE_DONE)
		goto out;
	rc = migrate_outlook(&m);
	if (o->is_json)
		print_json(&m, rc, true);
	else if (rc == MIGRATE_DRIFT)
		migrate_tell_drift(&m);
	else
		puts("files and record agree");
	if (rc == MIGRATE_PENDING)
		rc = MIGRATE_DONE;
out:
	migrate_close(&m);
	return rc;
}
