#include "subscription/subscription.h"

#include "base/settings.h"
#include "subscription/consent.h"
#include "subscription/signup_store.h"

#define RETRY_AFTER_S "3600"

/* 0, or 422 with what is wrong of each member. */
static int check(const struct request *rq, struct response *rs,
		 struct address *email)
{
	struct strbuf problem = STRBUF_INIT;
	const char *typed = request_trimmed(rq, "email"), *topic;
	size_t at = 0;

	if (!address_parse(email, typed ? typed : "", &problem))
		response_complain(rs, "email",
				  arena_strdup(rq->arena, problem.buf));
	while ((topic = request_next(rq, "topics", &at)))
		if (!subscription_is_topic(topic)) {
			response_complain(rs, "topics",
					  "must be all, category:NAME or "
					  "career:NAME");
			break;
		}
	strbuf_release(&problem);
	return rs->complaint_count ? 422 : 0;
}

int subscription_api(struct web *web, const struct request *rq,
		     struct response *rs)
{
	struct address email;
	bool is_careful;
	enum db_result rc;
	int status;

	if (request_is_cross_site(rq, settings_str(SETTING_SITE_URL)))
		return response_error(rs, 403,
				      "Pages of other sites may not sign "
				      "people up.");
	status = signup_is_off(web, rs);
	if (!status)
		status = check(rq, rs, &email);
	if (status)
		return status;
	rc = signup_is_careful(web, &is_careful);
	if (rc == DB_OK && is_careful) {
		response_header(rs, "Retry-After", RETRY_AFTER_S);
		return response_error(rs, 503,
				      "Sign-ups need a person just now: send "
				      "them to %s/subscribe.",
				      settings_str(SETTING_SITE_URL));
	}
	if (rc == DB_OK)
		rc = signup_store(web, rq, &email, "topics",
				  address_is_role(&email));
	if (rc != DB_OK)
		return consent_trouble(rs, rc);
	strbuf_addstr(&rs->body, "{\"status\":\"pending\"}");
	rs->content_type = "application/json";
	return 202;
}
