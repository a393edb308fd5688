#include "subscription/consent.h"

enum db_result consent_write(struct db *db, enum query q,
			     const char *const *params, int n, const char *yes,
			     bool *is_yes)
{
	/* Begun first: a connection that was lost meanwhile is made anew. */
	enum db_result rc = db_begin(db);
	const char *answer;

	*is_yes = false;
	if (rc != DB_OK)
		return rc;
	rc = db_write(db, q, params, n);
	if (rc != DB_OK) {
		db_rollback(db);
		return rc;
	}
	answer = db_value(db, 0, 0);
	*is_yes = answer && strcmp(answer, yes) == 0;
	return db_commit(db);
}

int consent_trouble(struct response *rs, enum db_result rc)
{
	if (rc == DB_DOWN || rc == DB_BUSY)
		return response_error(rs, 503,
				      "We could not note your request, as our "
				      "database is away. Try again in a "
				      "minute.");
	return 500;
}

/* Slugs need no quotes. */
const char *consent_topics(const struct request *rq, const char *field)
{
	struct strbuf sb = STRBUF_INIT;
	const char *topic, *text;
	size_t at = 0;

	while ((topic = request_next(rq, field, &at)))
		strbuf_addf(&sb, "%c%s", sb.len ? ',' : '{', topic);
	strbuf_addstr(&sb, sb.len ? "}" : "{}");
	text = arena_strdup(rq->arena, sb.buf);
	strbuf_release(&sb);
	return text;
}

const char *consent_ip(const struct request *rq)
{
	return *rq->ip ? rq->ip : NULL;
}

const char *consent_agent(const struct request *rq)
{
	return *rq->user_agent ? rq->user_agent : NULL;
}
