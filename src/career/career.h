/*
 * Careers on the web: handlers of the pages and of the API documents.
 * What a page shows and what the API says are the same stored documents.
 */
#ifndef CAREER_CAREER_H
#define CAREER_CAREER_H

#include "http/web.h"

handler career_home;	     /* / */
handler career_list;	     /* /careers */
handler career_category;     /* /careers/{category}, or a slug: 301 */
handler career_page;	     /* /careers/{category}/{career}[/{country}] */
handler career_country;	     /* POST /country: remember a choice */
handler career_resource;     /* /go/{resource} */
handler career_sitemap;	     /* /sitemap.xml */
handler career_feed;	     /* /feed.xml */
handler career_methodology;  /* /methodology */
handler career_disclosure;   /* /disclosure */
handler career_privacy;	     /* /privacy */
handler career_api_guide;    /* /api/v1/careers/{slug} */
handler career_api_salaries; /* /api/v1/careers/{slug}/salaries */
handler career_api_history;  /* …/salaries/{country}/history */

/*
 * Where the career of a slug, present or former, has its page: DB_OK with
 * *url valid until the next query. DB_NONE with *status 404 if there never
 * was one, 410 if it was withdrawn.
 */
enum db_result career_find(struct web *web, const char *slug, const char **url,
			   struct response *rs, int *status);

/* A country in a path: two letters, or the alias uae. */
bool career_is_country(const char *value);
/* A path of this site to go back to: it starts with one slash. */
bool career_is_back(const char *value);
/* A country to remember: two letters, or "auto" to forget. */
bool career_is_choice(const char *value);

#endif
