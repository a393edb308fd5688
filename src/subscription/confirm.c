/*
 * The two links of a confirmation mail: "yes, I asked" and "it wasn't me".
 */
#include "subscription/subscription.h"

#include "base/json.h"
#include "subscription/consent.h"
#include "subscription/form.h"
#include "subscription/link.h"

#define EXPIRED                                                           \
	"The link from our mail works no more: it is for 72 hours, and "  \
	"only the one of the last request counts. Ask once more, and we " \
	"send a new one."

static cJSON *show(struct web *web, const struct link *link, enum db_result *rc)
{
	return link_document(web, Q_SHOW_SIGNUP,
			     DB_PARAMS(link->id, link->generation), rc);
}

static int confirm_view(struct web *web, const struct request *rq,
			struct response *rs, const struct link *link)
{
	enum db_result rc;
	cJSON *signup = show(web, link, &rc), *page;
	bool is_confirmed;

	if (rc != DB_OK && rc != DB_NONE)
		return web_database_status(rs, rc);
	if (!signup || strcmp(json_str(signup, "state"), "expired") == 0)
		return form_again(web, rq, rs, 410, EXPIRED);
	is_confirmed = strcmp(json_str(signup, "state"), "confirmed") == 0;
	page = link_page(rq, is_confirmed ? "You are signed up"
					  : "One button to confirm");
	cJSON_AddBoolToObject(page, "is_confirmed", is_confirmed);
	cJSON_AddItemToObject(page, "signup", signup);
	return web_page(web, rq, rs, "subscription/confirm", page);
}

int subscription_confirm_page(struct web *web, const struct request *rq,
			      struct response *rs)
{
	struct link link;
	int status = link_read(web, rq, rs, TOKEN_CONFIRM, &link);

	return status ? status : confirm_view(web, rq, rs, &link);
}

int subscription_confirm(struct web *web, const struct request *rq,
			 struct response *rs)
{
	struct link link;
	enum db_result rc;
	bool is_confirmed;
	int status;

	if (link_is_cross_site(rq))
		return link_refuse_cross_site(rs);
	status = link_read(web, rq, rs, TOKEN_CONFIRM, &link);
	if (status)
		return status;
	rc = consent_write(web->write, Q_CONFIRM_SIGNUP,
			   DB_PARAMS(link.id, link.generation, consent_ip(rq),
				     consent_agent(rq)),
			   "confirmed", &is_confirmed);
	if (rc != DB_OK)
		return consent_trouble(rs, rc);
	if (!is_confirmed)
		return form_again(web, rq, rs, 410, EXPIRED);
	return confirm_view(web, rq, rs, &link);
}

static int block_view(struct web *web, const struct request *rq,
		      struct response *rs, const struct link *link,
		      bool is_done)
{
	enum db_result rc;
	cJSON *signup = show(web, link, &rc), *page;

	if (rc != DB_OK && rc != DB_NONE)
		return web_database_status(rs, rc);
	if (!signup)
		return link_message(web, rq, rs, is_done ? 200 : 410,
				    "That request is gone",
				    "We have deleted it, so there is nothing "
				    "left here to block. If mail comes from us "
				    "all the same, the link in it stops that "
				    "at once.");
	page = link_page(rq, is_done ? "We will not write again"
				     : "Never get mail from us");
	cJSON_AddBoolToObject(page, "is_done", is_done);
	cJSON_AddItemToObject(page, "signup", signup);
	return web_page(web, rq, rs, "subscription/block", page);
}

int subscription_block_page(struct web *web, const struct request *rq,
			    struct response *rs)
{
	struct link link;
	int status = link_read(web, rq, rs, TOKEN_BLOCK, &link);

	return status ? status : block_view(web, rq, rs, &link, false);
}

/* Mail programs send this too, from wherever they are (RFC 8058). */
int subscription_block(struct web *web, const struct request *rq,
		       struct response *rs)
{
	struct link link;
	enum db_result rc;
	bool is_known;
	int status = link_read(web, rq, rs, TOKEN_BLOCK, &link);

	if (status)
		return status;
	rc = consent_write(web->write, Q_BLOCK_SIGNUP,
			   DB_PARAMS(link.id, consent_ip(rq),
				     consent_agent(rq)),
			   "t", &is_known);
	if (rc != DB_OK)
		return consent_trouble(rs, rc);
	return block_view(web, rq, rs, &link, true);
}
