#include "career/career_answer.h"

#include "http/cursor.h"

const char *career_upper(struct arena *arena, const char *text)
{
	char *s = text ? arena_strdup(arena, text) : NULL;

	for (char *c = s; c && *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	return s;
}

const char *career_country_code(struct arena *arena, const char *text)
{
	const char *code = career_upper(arena, text);

	return code && strcmp(code, "UK") == 0 ? "GB" : code;
}

int career_answer_page(struct web *web, const struct request *rq,
		       struct response *rs, enum db_result rc)
{
	const char *cursor, *next;

	if (rc != DB_OK)
		return web_database_status(rs, rc);
	/* The document without its last brace. */
	strbuf_add(&rs->body, db_value(web->read, 0, 0),
		   db_length(web->read, 0, 0) - 1);
	cursor = db_value(web->read, 0, 1);
	if (cursor) {
		next = cursor_next(rq, rs, cursor);
		/* An address has no character that JSON must escape. */
		strbuf_addf(&rs->body, ",\"next\":\"%s\"}", next);
	} else {
		strbuf_addstr(&rs->body, ",\"next\":null}");
	}
	web_last_modified(rs, web->read, 2);
	rs->content_type = "application/json";
	return 200;
}

bool career_answer_cursor(const struct request *rq, struct response *rs,
			  const char **parts, int n)
{
	const char *cursor = request_param(rq, "cursor");

	for (int i = 0; i < n; i++)
		parts[i] = NULL;
	if (!cursor || cursor_read(rq->arena, cursor, parts, n))
		return true;
	response_complain(rs, "cursor",
			  "is not one that this list gave; follow next");
	return false;
}
