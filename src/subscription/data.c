/*
 * What is stored of a person, for them to see, to change and to erase. The
 * link is mailed to the address and works for 72 hours.
 */
#include "subscription/subscription.h"

#include "base/json.h"
#include "subscription/consent.h"
#include "subscription/link.h"

static const char *event_words(const char *kind)
{
	static const struct {
		const char *kind;
		const char *words;
	} table[] = {
		{ "requested", "sign-up" },
		{ "confirmed", "confirmed by the link" },
		{ "changed", "topics dropped" },
		{ "unsubscribed", "unsubscribed" },
		{ "blocked", "“It wasn’t me”: blocked" },
		{ "bounced", "mail came back" },
		{ "complained", "reported as spam" },
		{ "erased", "erased" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (strcmp(kind, table[i].kind) == 0)
			return table[i].words;
	return kind;
}

/* Words for people, and every name a text. */
static void dress_events(const struct request *rq, cJSON *events)
{
	static const char *const texts[] = { "ip", "user_agent",
					     "text_version" };
	cJSON *event;

	cJSON_ArrayForEach (event, events) {
		char *shown = arena_strdup(rq->arena, json_str(event, "at"));

		if (strlen(shown) == strlen("2026-11-24T12:00:00Z")) {
			shown[10] = ' ';
			shown[16] = '\0';
		}
		cJSON_AddStringToObject(event, "shown", shown);
		cJSON_AddStringToObject(event, "words",
					event_words(json_str(event, "kind")));
		for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
			if (!cJSON_IsString(json_get(event, texts[i])))
				cJSON_ReplaceItemInObject(
					event, texts[i],
					cJSON_CreateString(""));
	}
}

static int gone(struct web *web, const struct request *rq, struct response *rs)
{
	return link_message(web, rq, rs, 410, "That link works no more",
			    "It is for 72 hours. The page that unsubscribes "
			    "you, which each of our mails links to, sends you "
			    "a new one.");
}

/* problem: what is missing for the erasure, "" for nothing. */
static int view(struct web *web, const struct request *rq, struct response *rs,
		const struct link *link, const char *done, const char *problem)
{
	enum db_result rc;
	cJSON *data =
		link_document(web, Q_MANAGED_DATA, DB_PARAMS(link->id), &rc);
	cJSON *page;
	bool is_erased;
	int status;

	if (rc == DB_NONE)
		return gone(web, rq, rs);
	if (!data)
		return web_database_status(rs, rc);
	is_erased = strcmp(json_str(data, "state"), "erased") == 0;
	page = link_page(rq, is_erased ? "Your data is erased"
				       : "What we store about you");
	link_label_topics(rq, json_get(data, "topics"));
	dress_events(rq, json_get(data, "events"));
	cJSON_AddStringToObject(page, "done", done);
	cJSON_AddStringToObject(page, "problem", problem);
	cJSON_AddBoolToObject(page, "is_erased", is_erased);
	cJSON_AddBoolToObject(
		page, "is_reader",
		strcmp(json_str(data, "state"), "active") == 0 &&
			cJSON_GetArraySize(json_get(data, "topics")) > 0);
	cJSON_AddItemToObject(page, "data", data);
	status = web_page(web, rq, rs, "subscription/data", page);
	return status == 200 && *problem ? 422 : status;
}

int subscription_data(struct web *web, const struct request *rq,
		      struct response *rs)
{
	struct link link;
	int status = link_read(web, rq, rs, TOKEN_MANAGE, &link);

	return status ? status : view(web, rq, rs, &link, "", "");
}

int subscription_data_keep(struct web *web, const struct request *rq,
			   struct response *rs)
{
	const char *stop = request_param(rq, "stop");
	const char *keep = consent_topics(rq, "keep");
	bool is_known, is_end;
	struct link link;
	enum db_result rc;
	int status;

	if (link_is_cross_site(rq))
		return link_refuse_cross_site(rs);
	status = link_read(web, rq, rs, TOKEN_MANAGE, &link);
	if (status)
		return status;
	is_end = !stop || strcmp(stop, "all") == 0 || strcmp(keep, "{}") == 0;
	rc = consent_write(web->write, Q_SET_MANAGED_TOPICS,
			   DB_PARAMS(link.id, is_end ? "{}" : keep,
				     is_end ? "unsubscribed" : "changed",
				     consent_ip(rq), consent_agent(rq)),
			   "t", &is_known);
	if (rc != DB_OK)
		return consent_trouble(rs, rc);
	return view(web, rq, rs, &link, "Done. It counts from now on.", "");
}

int subscription_erase(struct web *web, const struct request *rq,
		       struct response *rs)
{
	struct link link;
	enum db_result rc;
	bool is_erased;
	int status;

	if (link_is_cross_site(rq))
		return link_refuse_cross_site(rs);
	status = link_read(web, rq, rs, TOKEN_MANAGE, &link);
	if (status)
		return status;
	if (!request_param(rq, "sure"))
		return view(web, rq, rs, &link, "",
			    "Tick the box above the button: what is erased "
			    "can't be brought back.");
	rc = consent_write(web->write, Q_ERASE_MANAGED, DB_PARAMS(link.id), "t",
			   &is_erased);
	if (rc != DB_OK)
		return consent_trouble(rs, rc);
	return view(web, rq, rs, &link, "", "");
}
