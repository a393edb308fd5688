/*
 * The frame around every handler: find the route, look into the memory of
 * finished replies, call the handler, make the error page, encode, count
 * and log. Handlers know nothing of these.
 */
#include "http/web.h"

#include <xxhash.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/settings.h"
#include "http/compress.h"
#include "http/conditional.h"

/* Fresh content is noticed this fast without asking for each request. */
#define VERSION_INTERVAL_MS 1000
#define VIEW_MAX (1 << 20) /* of a file in VIEWS_DIR */

extern const struct template_source views[];

static bool read_assets(struct web *web, struct strbuf *err)
{
	struct strbuf path = STRBUF_INIT, text = STRBUF_INIT;
	bool ok;

	web->assets = cJSON_CreateObject();
	strbuf_addf(&path, "%s/manifest", settings_str(SETTING_STATIC_DIR));
	ok = strbuf_read_file(&text, path.buf, 1 << 16, err);
	for (char *line = text.buf; ok && *line;) {
		char *space = strchr(line, ' '), *end = strchr(line, '\n');

		if (!space || !end || space > end) {
			strbuf_addf(err, "%s: a line is not 'NAME FILE'",
				    path.buf);
			ok = false;
			break;
		}
		*space = *end = '\0';
		/* Names of templates have no dots and dashes. */
		for (char *c = line; *c; c++)
			if (*c == '.' || *c == '-')
				*c = '_';
		cJSON_AddStringToObject(web->assets, line, space + 1);
		line = end + 1;
	}
	strbuf_release(&path);
	strbuf_release(&text);
	return ok;
}

/* The templates that lie in dir, under the names of those built in. */
static bool read_views(struct web *web, const char *dir, struct strbuf *err)
{
	size_t all = 0;
	bool ok = true;

	while (views[all].name)
		all++;
	web->view_files = xcalloc(all + 1, sizeof(*web->view_files));
	for (size_t i = 0; ok && i < all; i++) {
		struct strbuf path = STRBUF_INIT, text = STRBUF_INIT;

		strbuf_addf(&path, "%s/%s%s", dir, views[i].name,
			    template_ending(views[i].name));
		ok = strbuf_read_file(&text, path.buf, VIEW_MAX, err);
		web->view_files[i].name = views[i].name;
		web->view_files[i].len = text.len;
		web->view_files[i].text = strbuf_detach(&text);
		strbuf_release(&path);
	}
	return ok;
}

bool web_init(struct web *web, const struct route *routes, struct strbuf *err)
{
	const char *dir = settings_str(SETTING_VIEWS_DIR);

	memset(web, 0, sizeof(*web));
	web->routes = routes;
	if (*dir && !read_views(web, dir, err))
		return false;
	web->views = template_set_new(*dir ? web->view_files : views, err);
	if (!web->views)
		return false;
	web->cache = page_cache_new((size_t)settings_int(SETTING_WEB_CACHE_KB)
				    << 10);
	return read_assets(web, err);
}

bool web_read_keys(struct web *web, struct strbuf *err)
{
	const char *keys = settings_str(SETTING_LINK_KEYS_FILE);
	const char *pepper = settings_str(SETTING_EMAIL_PEPPER_FILE);

	if (*keys && !token_keys_read(&web->keys, keys, err))
		return false;
	web->has_pepper = *pepper &&
			  token_pepper_read(&web->pepper, pepper, err);
	return web->has_pepper || !*pepper;
}

void web_release(struct web *web)
{
	struct template_source *view = web->view_files;

	template_set_free(web->views);
	for (; view && view->name; view++)
		free((char *)view->text);
	free(web->view_files);
	page_cache_free(web->cache);
	cJSON_Delete(web->assets);
	db_free(web->read);
	db_free(web->write);
	explicit_bzero(web, sizeof(*web));
}

/* Re-reads the version of the content if the last look is a second ago. */
static void look_at_version(struct web *web)
{
	enum db_result rc;
	int64_t now = clock_ms(), version = 0, seen;

	if (web->version_read_at &&
	    now - web->version_read_at < VERSION_INTERVAL_MS)
		return;
	rc = db_read(web->read, Q_CONTENT_VERSION, DB_NO_PARAMS);
	/* After the read: a server that hangs is not asked again at once. */
	web->version_read_at = clock_ms();
	web->is_database_down = rc != DB_OK;
	if (rc != DB_OK)
		return;
	for (const char *s = db_value(web->read, 0, 0); s && *s; s++)
		version = version * 10 + (*s - '0');
	web->version = version;
	web->version_at = web_time(web->read, 1);
	seen = atomic_load(&web->metrics->content_version);
	while (seen < version &&
	       !atomic_compare_exchange_weak(&web->metrics->content_version,
					     &seen, version))
		;
}

/*
 * The newest version that any worker has seen. While the database is away
 * only replies of that version are sent from memory: an older one might hold
 * what has been corrected or withdrawn since, and nginx keeps newer copies.
 */
static int64_t newest_version(const struct web *web)
{
	return atomic_load(&web->metrics->content_version);
}

/* Tells versions of a page apart; nobody gains by forging one, so that a fast
 * hash will do. */
static void add_etag(struct response *rs)
{
	XXH128_hash_t hash = XXH3_128bits(rs->body.buf, rs->body.len);
	char quoted[40];

	snprintf(quoted, sizeof(quoted), "\"%016llx%016llx\"",
		 (unsigned long long)hash.high64,
		 (unsigned long long)hash.low64);
	response_header(rs, "ETag", quoted);
}

static void add_caching(struct response *rs)
{
	static const char *const for_browser[] = {
		[CACHING_NONE] = "no-store",
		[CACHING_SHARED] = "public, max-age=0, s-maxage=5",
		[CACHING_COUNTRY] = "private, no-cache",
	};
	bool is_kept = rs->caching != CACHING_NONE;

	/* For nginx, which hides it and sends the other one on. */
	response_header(rs, "Cache-Control",
			is_kept ? "max-age=5, stale-while-revalidate=5"
				: "no-store");
	response_header(rs, "X-Browser-Cache", for_browser[rs->caching]);
}

/*
 * What does not say when it changed is as old as the content or as this
 * program, whichever is newer; what a template makes of what does say is no
 * older than the program. What nobody keeps has no such time.
 */
static void date_reply(const struct web *web, struct response *rs)
{
	bool is_page = rs->content_type &&
		       strncmp(rs->content_type, "text/html", 9) == 0;

	if (rs->status != 200 || rs->caching == CACHING_NONE)
		return;
	if (!rs->last_modified)
		rs->last_modified = web->version_at > RELEASED_AT
					    ? web->version_at
					    : RELEASED_AT;
	else if (is_page && rs->last_modified < RELEASED_AT)
		rs->last_modified = RELEASED_AT;
}

static void finish(const struct web *web, struct response *rs,
		   enum encoding encoding)
{
	struct strbuf date = STRBUF_INIT;

	/* What is gone must take the place of the page that nginx still has;
	 * other errors are not worth a place there. */
	if ((rs->status >= 400 && rs->status != 410) || rs->status == 303 ||
	    rs->status == 302)
		rs->caching = CACHING_NONE;
	if (rs->content_type && compress_body(&rs->body, encoding))
		response_header(rs, "Content-Encoding",
				compress_name(encoding));
	if (rs->status == 200 && !rs->more)
		add_etag(rs);
	date_reply(web, rs);
	if (rs->last_modified) {
		clock_add_http(&date, rs->last_modified);
		response_header(rs, "Last-Modified", date.buf);
	}
	add_caching(rs);
	strbuf_release(&date);
}

static void make_key(const struct request *rq, struct strbuf *key)
{
	strbuf_addf(key, "%s?%s|%s|%s|%d", rq->path, rq->query, rq->country,
		    rq->country_reason, (int)rq->encoding);
}

/* Runs the handler and turns an error without a body into a page. */
static void call(struct web *web, const struct route *route,
		 const struct request *rq, struct response *rs)
{
	rs->caching = route->caching;
	rs->status = route->handle(web, rq, rs);
	if (rs->body.is_full) {
		log_event(LOG_ERROR, "response", "larger than %d bytes",
			  RESPONSE_BODY_MAX);
		rs->status = 500;
	}
	if (rs->status != 200)
		rs->more = NULL;
	if (rs->status == 503 && web->slot)
		atomic_fetch_add(&web->slot->database_down, 1);
	if (rs->status >= 400 && (!rs->body.len || rs->status == 500))
		web_error(web, rq, rs, route->kind & ROUTE_API);
}

static void count(_Atomic uint64_t *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static void serve_cacheable(struct web *web, const struct route *route,
			    const struct request *rq, struct response *rs)
{
	struct strbuf key = STRBUF_INIT;
	int64_t version;

	make_key(rq, &key);
	look_at_version(web);
	version = web->is_database_down ? newest_version(web) : web->version;
	if (page_cache_get(web->cache, key.buf, version, rs)) {
		count(web->is_database_down ? &web->slot->cache_stale
					    : &web->slot->cache_hits);
		goto out;
	}
	count(&web->slot->cache_misses);
	call(web, route, rq, rs);
	/* Lost since the last look. */
	if (rs->status == 503 &&
	    page_cache_get(web->cache, key.buf, newest_version(web), rs)) {
		web->is_database_down = true;
		count(&web->slot->cache_stale);
		goto out;
	}
	finish(web, rs, rq->encoding);
	if ((rs->status == 200 && !rs->more) || rs->status == 301)
		page_cache_put(web->cache, key.buf, web->version, rs);
out:
	strbuf_release(&key);
}

static void refuse(struct web *web, struct request *rq, struct response *rs,
		   int status)
{
	rs->status = status;
	if (status >= 400)
		web_error(web, rq, rs, router_is_api_path(rq->path));
	finish(web, rs, rq->encoding);
}

/* Whether something is sent to this path, by rights or by mistake. */
static bool is_form_path(const struct web *web, const char *path)
{
	for (const struct route *r = web->routes; r->pattern; r++)
		if ((r->methods & METHOD_POST) && strcmp(r->pattern, path) == 0)
			return true;
	return false;
}

/* Where a token begins, by its route, or by its look in any other path. */
static size_t before_token(const struct web *web, const char *path)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789-_";
	const char *s = path;

	for (const struct route *r = web->routes; r->pattern; r++) {
		const char *token = strstr(r->pattern, "{token}");
		size_t len = token ? (size_t)(token - r->pattern) : 0;

		if (len && strncasecmp(r->pattern, path, len) == 0)
			return len;
	}
	/* All begin with their version, and slugs have no upper case. */
	while ((s = strchr(s, 'A')) && strspn(s, letters) < TOKEN_SIZE - 1)
		s++;
	return s ? (size_t)(s - path) : 0;
}

/*
 * The path without its token, whatever became of the request: one that is cut
 * off, or has a slash too many, is as good as a whole one to who can mend it.
 */
static const char *path_to_log(const struct web *web, const struct request *rq)
{
	size_t len = before_token(web, rq->path);
	char *path;

	if (!len)
		return rq->path;
	path = arena_strndup(rq->arena, rq->path, len + 1);
	path[len] = '-';
	return path;
}

static void log_request(const struct web *web, const struct request *rq,
			const struct response *rs, const struct route *route,
			int64_t us)
{
	static const char *const encodings[] = { "identity", "gzip", "br" };
	const char *path = path_to_log(web, rq);
	struct log_line l;

	log_begin(&l, LOG_INFO, "request");
	log_int(&l, "status", rs->status);
	log_str(&l, "route", route ? route->name : "none");
	log_str(&l, "path", path);
	log_str(&l, "country", rq->country);
	log_str(&l, "encoding", encodings[rq->encoding]);
	log_int(&l, "bytes", (int64_t)rs->body.len);
	log_int(&l, "us", us);
	log_end(&l);
	/* What visitors typed is nobody's business but a developer's; what
	 * is sent to a form is not even theirs. */
	if (path != rq->path || is_form_path(web, rq->path))
		return;
	log_begin(&l, LOG_DEBUG, "request.detail");
	log_str(&l, "query", rq->query);
	log_str(&l, "country_reason", rq->country_reason);
	log_end(&l);
}

/* Those since the last request: the counter outlives this worker. */
static void count_connects(struct web *web)
{
	int64_t now = 0;

	if (web->read)
		now += db_connects(web->read);
	if (web->write)
		now += db_connects(web->write);
	atomic_fetch_add_explicit(&web->slot->database_connects,
				  (uint64_t)(now - web->connects),
				  memory_order_relaxed);
	web->connects = now;
}

int web_more(struct web *web, const struct request *rq, struct response *rs)
{
	int rc;

	log_set_request(rq->id);
	strbuf_reset(&rs->body);
	rc = rs->more(web, rs);
	if (rs->body.is_full) {
		log_event(LOG_ERROR, "response",
			  "a piece is larger than %d bytes", RESPONSE_BODY_MAX);
		rc = -1;
	}
	count_connects(web);
	log_set_request(NULL);
	return rc;
}

void web_serve(struct web *web, struct request *rq, struct response *rs)
{
	int64_t start = clock_us(), us;
	const struct route *route = NULL;
	int status = 0;

	log_set_request(rq->id);
	json_use_arena(rq->arena);
	if (rq->is_given_up)
		status = response_error(rs, 503, "We are too busy just now.");
	else if (rq->is_body_too_large)
		status = response_error(rs, 413,
					"The request is larger than %d bytes.",
					REQUEST_BODY_MAX);
	else
		route = router_find(web->routes, rq, rs, &status);
	if (!route) {
		refuse(web, rq, rs, status);
	} else if (route->caching != CACHING_NONE) {
		serve_cacheable(web, route, rq, rs);
	} else {
		call(web, route, rq, rs);
		finish(web, rs, rq->encoding);
	}
	conditional_answer(rq, rs);
	count_connects(web);
	us = clock_us() - start;
	metrics_count(web->slot,
		      route ? (int)(route - web->routes) : METRICS_ROUTES,
		      rs->status, us);
	log_request(web, rq, rs, route, us);
	json_use_arena(NULL);
	log_set_request(NULL);
}
