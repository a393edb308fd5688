/*
 * From method and path to a route, and from raw parameters to valid ones.
 * Every route lists the fields it takes, each with a validator; a handler
 * sees valid values or none at all.
 */
#ifndef HTTP_ROUTER_H
#define HTTP_ROUTER_H

#include "http/request.h"
#include "http/response.h"

/* Returns the status. */
typedef int handler(struct web *web, const struct request *rq,
		    struct response *rs);

/* FIELD_MANY, or'ed to FORM or JSON: it may be given several times; a member
 * of JSON is then an array of texts, and else a text. */
enum field_in {
	FIELD_PATH,
	FIELD_QUERY,
	FIELD_FORM,
	FIELD_JSON,
	FIELD_MANY = 1 << 4
};

struct field {
	const char *name;
	enum field_in in;
	bool (*is_valid)(const char *value);
	const char *expect; /* "must be …", for the visitor */
};

/* What kind of address it is, or'ed. */
enum route_kind {
	ROUTE_PAGE = 0,
	/* Errors are problem+json, unknown and empty parameters among them; it
	 * answers application/json, unless one of the next two is said. */
	ROUTE_API = 1 << 0,
	ROUTE_CSV = 1 << 1,
	ROUTE_NDJSON = 1 << 2,
	/* A page that redirects by itself where values are empty. */
	ROUTE_EMPTIES = 1 << 3
};

struct route {
	const char *name;    /* label of metrics and log */
	unsigned methods;    /* METHOD_GET (which implies HEAD), METHOD_POST */
	const char *pattern; /* "/careers/{category}/{career}" */
	handler *handle;
	const struct field *fields; /* ends with a NULL name; NULL for none */
	enum caching caching;
	unsigned kind; /* enum route_kind */
};

/* Kinds of field that several routes take. */
bool field_is_slug(const char *value);
bool field_is_country(const char *value); /* two letters, any case */
bool field_is_level(const char *value);
bool field_is_page(const char *value);	/* 1..9999 */
bool field_is_query(const char *value); /* to 8 words, 100 bytes */
bool field_is_text(const char *value);	/* anything of at most 400 bytes */

/*
 * Finds the route and fills rq->params. Returns NULL with *status 404, 405,
 * 406, 415, 400, or 301 for a slash too many at the end, 302 for a page's
 * address with empty values, 204 for OPTIONS, and what to say in rs (Allow and
 * Location too). routes ends with a NULL pattern.
 */
const struct route *router_find(const struct route *routes, struct request *rq,
				struct response *rs, int *status);

bool router_is_api_path(const char *path);

#endif
