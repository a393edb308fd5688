/*
 * Routes of every kind, and a request that is led to one of them: what the
 * tests of the router share.
 */
#ifndef UNIT_ROUTER_CASE_H
#define UNIT_ROUTER_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "http/router.h"

static int answer(struct web *web, const struct request *rq,
		  struct response *rs)
{
	(void)web;
	(void)rq;
	(void)rs;
	return 200;
}

static const struct field page_fields[] = {
	{ "slug", FIELD_PATH, field_is_slug, "must be a slug" },
	{ "level", FIELD_QUERY, field_is_level, "must be a level" },
	{ "page", FIELD_QUERY, field_is_page, "must be a page" },
	{ NULL, FIELD_QUERY, NULL, NULL },
};
static const struct field form_fields[] = {
	{ "email", FIELD_FORM, field_is_text, "is too long" },
	{ NULL, FIELD_QUERY, NULL, NULL },
};

static const struct field many_fields[] = {
	{ "email", FIELD_FORM, field_is_text, "is too long" },
	{ "topic", FIELD_FORM | FIELD_MANY, field_is_slug, "must be a slug" },
	{ NULL, FIELD_QUERY, NULL, NULL },
};
static const struct field json_fields[] = {
	{ "email", FIELD_JSON, field_is_text, "is too long" },
	{ "topics", FIELD_JSON | FIELD_MANY, field_is_slug, "must be a slug" },
	{ NULL, FIELD_QUERY, NULL, NULL },
};

static const struct route routes[] = {
	{ "home", METHOD_GET, "/", answer, NULL, CACHING_NONE, ROUTE_PAGE },
	{ "page", METHOD_GET, "/p/{slug}", answer, page_fields, CACHING_NONE,
	  ROUTE_PAGE },
	{ "deep", METHOD_GET, "/p/{slug}/more", answer, page_fields,
	  CACHING_NONE, ROUTE_PAGE },
	{ "form", METHOD_GET, "/form", answer, NULL, CACHING_NONE, ROUTE_PAGE },
	{ "send", METHOD_POST, "/form", answer, form_fields, CACHING_NONE,
	  ROUTE_PAGE },
	{ "push", METHOD_POST, "/push", answer, form_fields, CACHING_NONE,
	  ROUTE_PAGE },
	{ "many", METHOD_POST, "/many", answer, many_fields, CACHING_NONE,
	  ROUTE_PAGE },
	{ "json", METHOD_POST, "/api/v1/send", answer, json_fields,
	  CACHING_NONE, ROUTE_API },
	{ "api", METHOD_GET, "/api/{slug}", answer, page_fields, CACHING_NONE,
	  ROUTE_API },
	{ "own", METHOD_GET, "/own/{slug}", answer, page_fields, CACHING_NONE,
	  ROUTE_EMPTIES },
	{ "csv", METHOD_GET, "/csv/{slug}", answer, page_fields, CACHING_NONE,
	  ROUTE_API | ROUTE_CSV },
	{ "lines", METHOD_GET, "/lines/{slug}", answer, page_fields,
	  CACHING_NONE, ROUTE_API | ROUTE_NDJSON },
	{ NULL, 0, NULL, NULL, NULL, CACHING_NONE, ROUTE_PAGE },
};

struct fixture {
	struct arena arena;
	struct request rq;
	struct response rs;
	int status;
};

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	response_init(&f->rs);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	response_release(&f->rs);
	arena_release(&f->arena);
	free(f);
	return 0;
}

/* The name of the route, "" if there is none. */
static const char *find(struct fixture *f, enum method method, const char *path,
			const char *query)
{
	const struct route *route;

	response_reset(&f->rs);
	f->rq.method = method;
	f->rq.path = path;
	f->rq.query = query;
	f->rq.arena = &f->arena;
	if (!f->rq.accept)
		f->rq.accept = "";
	if (!f->rq.content_type)
		f->rq.content_type = "application/x-www-form-urlencoded";
	if (!f->rq.body)
		f->rq.body = "";
	f->rq.body_len = strlen(f->rq.body);
	route = router_find(routes, &f->rq, &f->rs, &f->status);
	return route ? route->name : "";
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

#endif
