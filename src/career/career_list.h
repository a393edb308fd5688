/*
 * The list of careers on the web: what an address asks of it, addresses that
 * ask a little more or less, and from the document that answers to what the
 * templates name. Nothing is counted or chosen here; words are added.
 */
#ifndef CAREER_CAREER_LIST_H
#define CAREER_CAREER_LIST_H

#include <cjson/cJSON.h>

#include "http/request.h"

#define CAREER_LIST_PER_PAGE 20

/* What can be asked, in the order in which addresses say it. */
enum list_field {
	LIST_CATEGORY,
	LIST_COUNTRY,
	LIST_ENTRY_BARRIER,
	LIST_MIN_AI_SCORE,
	LIST_MIN_BALANCE,
	LIST_MIN_SALARY,
	LIST_Q,
	LIST_REMOTE,
	LIST_SORT,
	LIST_FIELDS, /* how many, and none of them */
};

struct career_list {
	const char *asked[LIST_FIELDS]; /* NULL: it was not */
	const char *category;		/* whose page it is; NULL on /careers */
	int64_t page;			/* from 1 */
};

/*
 * Reads what rq asks, of a category's page or, NULL, of /careers. Strings are
 * borrowed.
 */
void career_list_read(struct career_list *list, const struct request *rq,
		      const char *category);

/* The path and query that ask for a page of all this without one field. */
void career_list_address(struct strbuf *out, const struct career_list *list,
			 enum list_field without, int64_t page);

/*
 * Adds to the document, which becomes the page, all that the view "careers"
 * names but for what every page has.
 */
void career_list_view(cJSON *page, const struct career_list *list);
/* Whether the page that is asked for comes after the last. */
bool career_list_is_beyond(const cJSON *page, const struct career_list *list);

/* The parts, each in a file of its own. */
/* country: whose pages of the guides cards lead to; NULL: the visitor's. */
void career_list_cards(cJSON *cards, const char *country);
void career_list_form(cJSON *page, const struct career_list *list);
void career_list_ld(cJSON *page, const struct career_list *list);

/*
 * What a field asks, in words: "remote", "at least S$90k in Singapore"; "" if
 * nothing that changes which careers there are. page is the document.
 */
void career_list_add_words(struct strbuf *out, const cJSON *page,
			   const struct career_list *list,
			   enum list_field field);
/* "7 careers, remote, at least S$90k in Singapore" */
void career_list_add_summary(struct strbuf *out, const cJSON *page,
			     const struct career_list *list);

#endif
