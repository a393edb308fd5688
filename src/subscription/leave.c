/* The link of every mail to leave: by one click, or topic by topic. */
#include "subscription/subscription.h"

#include "base/json.h"
#include "subscription/consent.h"
#include "subscription/link.h"

bool subscription_is_stop(const char *text)
{
	return strcmp(text, "rest") == 0 || strcmp(text, "all") == 0;
}

static int view(struct web *web, const struct request *rq, struct response *rs,
		const struct link *link, const char *done)
{
	enum db_result rc;
	cJSON *reader =
		link_document(web, Q_READER_TOPICS, DB_PARAMS(link->id), &rc);
	const char *state;
	cJSON *page;

	if (rc == DB_NONE)
		return link_message(web, rq, rs, 410,
				    "Nobody is there any more",
				    "Nothing is stored about whom this link "
				    "was for, and nothing is sent.");
	if (!reader)
		return web_database_status(rs, rc);
	state = json_str(reader, "state");
	link_label_topics(rq, json_get(reader, "topics"));
	page = link_page(rq, "Mail from Job Autopsy");
	cJSON_AddStringToObject(page, "done", done);
	cJSON_AddBoolToObject(page, "is_erased", strcmp(state, "erased") == 0);
	cJSON_AddBoolToObject(
		page, "is_reader",
		strcmp(state, "active") == 0 &&
			cJSON_GetArraySize(json_get(reader, "topics")) > 0);
	cJSON_AddItemToObject(page, "reader", reader);
	return web_page(web, rq, rs, "subscription/leave", page);
}

int subscription_leave_page(struct web *web, const struct request *rq,
			    struct response *rs)
{
	struct link link;
	int status = link_read(web, rq, rs, TOKEN_UNSUBSCRIBE, &link);

	return status ? status : view(web, rq, rs, &link, "");
}

static enum db_result stop_all(struct web *web, const struct request *rq,
			       const struct link *link)
{
	bool is_known;

	return consent_write(web->write, Q_SET_TOPICS,
			     DB_PARAMS(link->id, "{}", "unsubscribed",
				       consent_ip(rq), consent_agent(rq)),
			     "t", &is_known);
}

/*
 * What a mail program sends for its user (RFC 8058): without a cookie, from
 * anywhere, with a body that need not be read, as nothing else is sent here.
 */
int subscription_leave(struct web *web, const struct request *rq,
		       struct response *rs)
{
	struct link link;
	enum db_result rc;
	int status = link_read(web, rq, rs, TOKEN_UNSUBSCRIBE, &link);

	if (status)
		return status;
	rc = stop_all(web, rq, &link);
	if (rc != DB_OK)
		return consent_trouble(rs, rc);
	strbuf_addstr(&rs->body, "You are unsubscribed. Nothing more is sent "
				 "to you.\n");
	rs->content_type = "text/plain; charset=utf-8";
	return 200;
}

int subscription_keep(struct web *web, const struct request *rq,
		      struct response *rs)
{
	const char *stop = request_param(rq, "stop");
	const char *keep = consent_topics(rq, "keep");
	struct link link;
	enum db_result rc;
	bool is_known;
	int status;

	if (link_is_cross_site(rq))
		return link_refuse_cross_site(rs);
	status = link_read(web, rq, rs, TOKEN_UNSUBSCRIBE, &link);
	if (status)
		return status;
	if (!stop || strcmp(stop, "all") == 0 || strcmp(keep, "{}") == 0)
		rc = stop_all(web, rq, &link);
	else
		rc = consent_write(web->write, Q_SET_TOPICS,
				   DB_PARAMS(link.id, keep, "changed",
					     consent_ip(rq), consent_agent(rq)),
				   "t", &is_known);
	if (rc != DB_OK)
		return consent_trouble(rs, rc);
	return view(web, rq, rs, &link,
		    "Done. It counts from now on, also for "
		    "mails that were waiting to be sent.");
}

int subscription_mail_data(struct web *web, const struct request *rq,
			   struct response *rs)
{
	struct link link;
	enum db_result rc;
	bool is_known;
	int status;

	if (link_is_cross_site(rq))
		return link_refuse_cross_site(rs);
	status = link_read(web, rq, rs, TOKEN_UNSUBSCRIBE, &link);
	if (status)
		return status;
	rc = consent_write(web->write, Q_REQUEST_MANAGE, DB_PARAMS(link.id),
			   "t", &is_known);
	if (rc != DB_OK)
		return consent_trouble(rs, rc);
	return view(web, rq, rs, &link,
		    "A mail with the link goes to the address itself, once a "
		    "day at most, so that nobody who was passed this page can "
		    "see or erase anything.");
}
