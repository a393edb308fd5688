/*
 * Careers on the web: handlers of the pages and of the API documents.
 * What a page shows and what the API says are the same stored documents.
 */
#ifndef CAREER_CAREER_H
#define CAREER_CAREER_H

#include "http/web.h"

handler career_home;		/* / */
handler career_list;		/* /careers */
handler career_category;	/* /careers/{category}, or a slug: 301 */
handler career_page;		/* /careers/{category}/{career}[/{country}] */
handler career_country;		/* POST /country: remember a choice */
handler career_resource;	/* /go/{resource} */
handler career_sitemap;		/* /sitemap.xml */
handler career_feed;		/* /feed.xml */
handler career_methodology;	/* /methodology */
handler career_disclosure;	/* /disclosure */
handler career_privacy;		/* /privacy */
handler career_api_guide;	/* /api/v1/careers/{slug} */
handler career_api_salaries;	/* /api/v1/careers/{slug}/salaries */
handler career_api_history;	/* …/salaries/{country}/history */
handler career_api_list;	/* /api/v1/careers */
handler career_api_categories;	/* /api/v1/categories */
handler career_api_countries;	/* /api/v1/countries */
handler career_api_sources;	/* /api/v1/sources */
handler career_api_about;	/* /api/v1/about */
handler career_api_changes;	/* /api/v1/changes */
handler career_compare;		/* /compare */
handler career_api_compare;	/* /api/v1/compare */
handler career_export_careers;	/* /api/v1/export/careers.ndjson */
handler career_export_salaries; /* /api/v1/export/salaries.csv */

#define CAREER_COUNTRY "US" /* where nothing tells another */
#define CAREER_NO_COUNTRY "is not among /api/v1/countries"

/*
 * Where the career of a slug, present or former, has its page: DB_OK with
 * *url valid until the next query. DB_NONE with *status 404 if there never
 * was one, 410 if it was withdrawn.
 */
enum db_result career_find(struct web *web, const char *slug, const char **url,
			   struct response *rs, int *status);

/* A country in a path: two letters, or the alias uae. */
bool career_is_country(const char *value);
/*
 * Where a country of an address should rather be looked for: uk and uae as
 * people say, capitals as they type. NULL if it is right as it is.
 */
const char *career_better_country(struct arena *arena, const char *text);
#define CAREER_COMPARED "2 to 4 different slugs, joined by commas"
bool career_is_comparison(const char *value);
/* A path of this site to go back to: it starts with one slash. */
bool career_is_back(const char *value);
/* Kinds of field of lists, compare and the API. */
bool career_is_remote(const char *value);  /* onsite, hybrid, remote */
bool career_is_barrier(const char *value); /* low, medium, high */
bool career_is_balance(const char *value); /* 1..10 */
bool career_is_score(const char *value);   /* 0..100 */
bool career_is_pay(const char *value);	   /* 0..10^12, whole units a year */
bool career_is_sort(const char *value);
bool career_is_limit(const char *value);    /* 1..100 */
bool career_is_currency(const char *value); /* three letters, any case */
bool career_is_since(const char *value);    /* version, day or time */
/* A country to remember: two letters, or "auto" to forget. */
bool career_is_choice(const char *value);

#endif
