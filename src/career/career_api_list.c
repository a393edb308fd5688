/* GET /api/v1/careers: find, filter, sort, page by page. */
#include "career/career.h"

#include "base/parse.h"
#include "career/career_answer.h"

/* What a cursor of the list is made of. */
enum { SORT, RANK, TITLE, SLUG, PARTS };

/* False with a complaint: the place was given for another order. */
static bool read_place(const struct request *rq, struct response *rs,
		       const char *sort, const char **place)
{
	int64_t rank;

	if (!career_answer_cursor(rq, rs, place, PARTS))
		return false;
	if (!place[SORT])
		return true;
	if (strcmp(place[SORT], sort) == 0 && field_is_slug(place[SLUG]) &&
	    parse_int(place[RANK], INT64_MIN + 1, INT64_MAX, &rank))
		return true;
	response_complain(rs, "cursor",
			  "is of a list in another order; follow next");
	return false;
}

int career_api_list(struct web *web, const struct request *rq,
		    struct response *rs)
{
	const char *country =
		career_country_code(rq->arena, request_param(rq, "country"));
	const char *words = request_trimmed(rq, "q");
	const char *sort = request_param(rq, "sort");
	const char *limit = request_param(rq, "limit");
	const char *place[PARTS], *unknown;
	enum db_result rc;

	if (!sort)
		sort = words ? "relevance" : "name";
	if (!words && strcmp(sort, "relevance") == 0)
		return response_complain(rs, "sort",
					 "may be relevance only with q");
	if (!read_place(rq, rs, sort, place))
		return 400;
	rc = db_read(web->read, Q_CAREER_LIST,
		     DB_PARAMS(country ? country : CAREER_COUNTRY, words,
			       request_param(rq, "category"),
			       request_param(rq, "remote"),
			       request_param(rq, "entry_barrier"),
			       request_param(rq, "min_balance"),
			       request_param(rq, "min_ai_score"),
			       request_param(rq, "min_salary"), sort,
			       limit ? limit : CAREER_LIMIT, "0", place[RANK],
			       place[TITLE], place[SLUG], "api"));
	unknown = rc == DB_OK ? db_value(web->read, 0, 3) : NULL;
	if (unknown && strcmp(unknown, "country") == 0)
		return response_complain(rs, "country", CAREER_NO_COUNTRY);
	if (unknown)
		return response_complain(rs, "category",
					 "is not among /api/v1/categories");
	return career_answer_page(web, rq, rs, rc);
}
