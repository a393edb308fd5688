#include "subscription/link.h"

#include "base/json.h"
#include "base/settings.h"
#include "subscription/subscription.h"

static void write_uuid(const unsigned char id[TOKEN_ID_SIZE], char out[37])
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	for (size_t i = 0; i < TOKEN_ID_SIZE; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[n++] = '-';
		out[n++] = hex[id[i] >> 4];
		out[n++] = hex[id[i] & 15];
	}
	out[n] = '\0';
}

bool subscription_is_token(const char *text)
{
	return *text && !text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					   "abcdefghijklmnopqrstuvwxyz"
					   "0123456789-_")];
}

int link_read(struct web *web, const struct request *rq, struct response *rs,
	      enum token_purpose purpose, struct link *link)
{
	unsigned char id[TOKEN_ID_SIZE];
	int generation;

	if (!web->keys.count)
		return response_error(rs, 503,
				      "Links of our mails can't be read here.");
	if (!token_read(&web->keys, purpose, NULL, request_param(rq, "token"),
			id, &generation))
		return link_message(web, rq, rs, 404, "That link is not whole",
				    "It is not one that we sent, or a part of "
				    "it got lost on the way. Copy the whole of "
				    "it from our mail into the address bar.");
	write_uuid(id, link->id);
	snprintf(link->generation, sizeof(link->generation), "%d", generation);
	return 0;
}

bool link_is_cross_site(const struct request *rq)
{
	if (!*rq->fetch_site && strcmp(rq->origin, "null") == 0)
		return false;
	return request_is_cross_site(rq, settings_str(SETTING_SITE_URL));
}

int link_refuse_cross_site(struct response *rs)
{
	return response_error(rs, 403, "This was sent from another site.");
}

cJSON *link_page(const struct request *rq, const char *title)
{
	const char *token = request_param(rq, "token");
	const char *at = strstr(rq->path, token);
	size_t len = at ? (size_t)(at - rq->path) + strlen(token) : 0;
	cJSON *page = cJSON_CreateObject();

	cJSON_AddStringToObject(page, "title", title);
	cJSON_AddStringToObject(page, "description", title);
	cJSON_AddTrueToObject(page, "noindex");
	cJSON_AddStringToObject(page, "link",
				arena_strndup(rq->arena, rq->path, len));
	return page;
}

cJSON *link_document(struct web *web, enum query q, const char *const *params,
		     int n, enum db_result *rc)
{
	cJSON *json;

	/* From where it is written: a standby may not know it yet. */
	*rc = db_read(web->write, q, params, n);
	if (*rc != DB_OK)
		return NULL;
	json = web_database_json(web->write);
	if (!json)
		*rc = DB_ERROR;
	return json;
}

void link_label_topics(const struct request *rq, cJSON *topics)
{
	static const char in[] = "new guides in ";
	cJSON *topic;

	cJSON_ArrayForEach (topic, topics) {
		const char *words = json_str(topic, "words");
		char *label;

		/* So many boxes need not all say it. */
		if (strncmp(words, in, strlen(in)) == 0)
			words += strlen(in);
		label = arena_strdup(rq->arena, words);
		if (*label >= 'a' && *label <= 'z')
			*label = (char)(*label - 'a' + 'A');
		cJSON_AddStringToObject(topic, "label", label);
	}
}

int link_message(struct web *web, const struct request *rq, struct response *rs,
		 int status, const char *title, const char *words)
{
	cJSON *page = link_page(rq, title);
	int made;

	cJSON_AddStringToObject(page, "words_of_message", words);
	made = web_page(web, rq, rs, "subscription/message", page);
	return made == 200 ? status : made;
}
