/* /careers and /careers/{category}: careers to search, filter and sort. */
#include "career/career.h"

#include "base/json.h"
#include "career/career_answer.h"
#include "career/career_list.h"

static int show(struct web *web, const struct request *rq, struct response *rs,
		const struct career_list *list, cJSON *page)
{
	struct request shown = *rq;
	bool is_beyond = career_list_is_beyond(page, list);
	int status;

	if (list->asked[LIST_COUNTRY]) {
		shown.country = list->asked[LIST_COUNTRY];
		shown.country_reason = "path";
	}
	career_list_view(page, list);
	status = web_page(web, &shown, rs, "careers", page);
	return status == 200 && is_beyond ? 404 : status;
}

/* A code as the database has it; the edge's are so already. */
static const char *country_of(const struct request *rq)
{
	const char *asked = request_param(rq, "country");

	if (asked)
		return career_country_code(rq->arena, asked);
	return *rq->country ? rq->country : CAREER_COUNTRY;
}

static enum db_result read_list(struct web *web, const struct request *rq,
				const struct career_list *list)
{
	const char *const *asked = list->asked;
	const char *by_default = asked[LIST_Q] ? "relevance" : "name";
	char limit[16], offset[32];

	snprintf(limit, sizeof(limit), "%d", CAREER_LIST_PER_PAGE);
	snprintf(offset, sizeof(offset), "%lld",
		 (long long)(list->page - 1) * CAREER_LIST_PER_PAGE);
	return db_read(
		web->read, Q_CAREER_LIST,
		DB_PARAMS(country_of(rq), asked[LIST_Q],
			  list->category ? list->category
					 : asked[LIST_CATEGORY],
			  asked[LIST_REMOTE], asked[LIST_ENTRY_BARRIER],
			  asked[LIST_MIN_BALANCE], asked[LIST_MIN_AI_SCORE],
			  asked[LIST_MIN_SALARY],
			  asked[LIST_SORT] ? asked[LIST_SORT] : by_default,
			  limit, offset, NULL, NULL, NULL, "page"));
}

/* Not a category: perhaps a career, by its present or former name. */
static int elsewhere(struct web *web, struct response *rs, const char *slug)
{
	const char *url;
	int status;

	if (career_find(web, slug, &url, rs, &status) != DB_OK)
		return status;
	return response_redirect(rs, 301, url);
}

static int answer(struct web *web, const struct request *rq,
		  struct response *rs, const char *category)
{
	struct career_list list;
	const char *unknown;
	enum db_result rc;
	cJSON *page;

	career_list_read(&list, rq, category);
	rc = read_list(web, rq, &list);
	if (rc != DB_OK)
		return web_database_status(rs, rc);
	unknown = db_value(web->read, 0, 3);
	if (unknown && category && strcmp(unknown, "category") == 0)
		return elsewhere(web, rs, category);
	if (unknown && strcmp(unknown, "country") == 0)
		return response_complain(rs, "country", CAREER_NO_COUNTRY);
	if (unknown)
		return response_complain(rs, "category",
					 "is none of our categories");
	web_last_modified(rs, web->read, 2);
	page = web_database_json(web->read);
	return page ? show(web, rq, rs, &list, page) : 500;
}

int career_list(struct web *web, const struct request *rq, struct response *rs)
{
	return answer(web, rq, rs, NULL);
}

int career_category(struct web *web, const struct request *rq,
		    struct response *rs)
{
	return answer(web, rq, rs, request_param(rq, "category"));
}
