/*
 * What a web worker is made of, and what handlers do with it. One worker
 * serves one request at a time, so nothing here is shared or locked.
 */
#ifndef HTTP_WEB_H
#define HTTP_WEB_H

#include <cjson/cJSON.h>

#include "base/template.h"
#include "base/token.h"
#include "db/db.h"
#include "http/metrics.h"
#include "http/page_cache.h"
#include "http/router.h"

struct web {
	const struct route *routes;
	struct template_set *views;
	struct template_source *view_files; /* of VIEWS_DIR, NULL: built in */
	struct db *read;
	struct db *write;
	struct page_cache *cache;
	struct metrics_slot *slot;
	struct metrics *metrics; /* of all workers, for /metrics */
	int64_t version;	 /* of the content, as last read; 0: never */
	time_t version_at;	 /* when it became that; 0: not known */
	int64_t version_read_at;
	bool is_database_down;
	int64_t connects;	/* to the database, as counted so far */
	cJSON *assets;		/* {"app_css":"app.1a2b.css",…} */
	struct token_keys keys; /* none: no link can be read */
	struct token_pepper pepper;
	bool has_pepper;
};

/* Reads templates and the list of assets. False with a sentence in err. */
bool web_init(struct web *web, const struct route *routes,
	      struct strbuf *err) WARN_UNUSED;
void web_release(struct web *web);

/*
 * Reads LINK_KEYS_FILE and EMAIL_PEPPER_FILE, where they are set. False with a
 * sentence in err.
 */
bool web_read_keys(struct web *web, struct strbuf *err) WARN_UNUSED;

/*
 * Answers one request completely: status, headers and an encoded body in rs,
 * ready to be sent, or no body and rs->more, to be asked for the pieces of it.
 * Never fails; the worst answer is a plain 500.
 */
void web_serve(struct web *web, struct request *rq, struct response *rs);

/*
 * The next piece of a reply that web_serve() left with rs->more, into
 * rs->body: what more() returns, -1 too where the piece is too large.
 */
int web_more(struct web *web, const struct request *rq,
	     struct response *rs) WARN_UNUSED;

/*
 * Renders a template. page is an object with at least "title" and
 * "description"; it is taken over and freed. What all pages need is added:
 * site, path, canonical, assets, country. Returns 200, or 500.
 */
int web_page(struct web *web, const struct request *rq, struct response *rs,
	     const char *view, cJSON *page);

/* A database result that is not DB_OK as a status: 404, 500 or 503. */
int web_database_status(struct response *rs, enum db_result rc);

/*
 * The first column of the first row as JSON. NULL if it is none, which is a
 * fault of ours and logged. The caller frees it with cJSON_Delete().
 */
cJSON *web_database_json(struct db *db);

/* A column with seconds since 1970 as a time; 0 where there is none. */
time_t web_time(const struct db *db, int column);

/* The same as the time of the last change of a reply. */
void web_last_modified(struct response *rs, const struct db *db, int column);

/* Fills rs with the error page or the problem document for rs->status. */
void web_error(struct web *web, const struct request *rq, struct response *rs,
	       bool is_api);

#endif
