/* What an address asks of the list, and addresses that ask otherwise. */
#include "career/career_list.h"

#include <ctype.h>

#include "base/parse.h"

static const char *const names[LIST_FIELDS] = {
	[LIST_CATEGORY] = "category",
	[LIST_COUNTRY] = "country",
	[LIST_ENTRY_BARRIER] = "entry_barrier",
	[LIST_MIN_AI_SCORE] = "min_ai_score",
	[LIST_MIN_BALANCE] = "min_balance",
	[LIST_MIN_SALARY] = "min_salary",
	[LIST_Q] = "q",
	[LIST_REMOTE] = "remote",
	[LIST_SORT] = "sort",
};

void career_list_read(struct career_list *list, const struct request *rq,
		      const char *category)
{
	const char *page = request_param(rq, "page");

	*list = (struct career_list){ .category = category, .page = 1 };
	if (page && !parse_int(page, 1, INT64_MAX, &list->page))
		list->page = 1;
	for (enum list_field f = 0; f < LIST_FIELDS; f++)
		list->asked[f] = request_trimmed(rq, names[f]);
	/* It is in the path, by the same name. */
	if (category)
		list->asked[LIST_CATEGORY] = NULL;
	/* There is no best match to nothing. */
	if (!list->asked[LIST_Q] && list->asked[LIST_SORT] &&
	    strcmp(list->asked[LIST_SORT], "relevance") == 0)
		list->asked[LIST_SORT] = NULL;
}

static void add_encoded(struct strbuf *out, const char *value)
{
	for (const char *s = value; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (isalnum(c) || strchr("-_.", c))
			strbuf_addch(out, (char)c);
		else if (c == ' ')
			strbuf_addch(out, '+');
		else
			strbuf_addf(out, "%%%02X", c);
	}
}

void career_list_address(struct strbuf *out, const struct career_list *list,
			 enum list_field without, int64_t page)
{
	char mark = '?';

	strbuf_addstr(out, "/careers");
	if (list->category && without != LIST_CATEGORY)
		strbuf_addf(out, "/%s", list->category);
	for (enum list_field f = 0; f < LIST_FIELDS; f++) {
		const char *value = list->asked[f];

		if (!value || f == without ||
		    (f == LIST_SORT && without == LIST_Q &&
		     strcmp(value, "relevance") == 0))
			continue;
		strbuf_addf(out, "%c%s=", mark, names[f]);
		add_encoded(out, value);
		mark = '&';
	}
	if (page > 1)
		strbuf_addf(out, "%cpage=%lld", mark, (long long)page);
}
