#include "subscription/subscription.h"

#include "base/json.h"
#include "base/parse.h"
#include "base/settings.h"
#include "subscription/consent.h"
#include "subscription/form.h"
#include "subscription/signup_store.h"

#define DESCRIPTION "One mail when a new career guide appears."

bool subscription_is_topic(const char *text)
{
	if (strcmp(text, "all") == 0)
		return true;
	if (strncmp(text, "category:", 9) == 0)
		return parse_is_slug(text + 9);
	return strncmp(text, "career:", 7) == 0 && parse_is_slug(text + 7);
}

static bool is_given(const struct request *rq, const char *topic)
{
	const char *given;
	size_t at = 0;

	while ((given = request_next(rq, "topic", &at)))
		if (strcmp(given, topic) == 0)
			return true;
	return false;
}

static bool is_choice(const cJSON *choices, const char *topic)
{
	const cJSON *choice;

	cJSON_ArrayForEach (choice, choices)
		if (strcmp(json_str(choice, "topic"), topic) == 0)
			return true;
	return false;
}

/*
 * The categories to tick, and what the form asked for beside them. All guides
 * are what one gets by ticking none.
 */
static void add_topics(struct web *web, const struct request *rq, cJSON *page)
{
	cJSON *choices = NULL, *choice, *kept;
	const char *topic;
	size_t at = 0;

	if (db_read(web->read, Q_SIGNUP_CHOICES, DB_NO_PARAMS) == DB_OK &&
	    db_value(web->read, 0, 0))
		choices = web_database_json(web->read);
	if (!choices)
		choices = cJSON_CreateArray();
	cJSON_ArrayForEach (choice, choices)
		cJSON_AddBoolToObject(choice, "is_ticked",
				      is_given(rq, json_str(choice, "topic")));
	kept = cJSON_AddArrayToObject(page, "kept");
	while ((topic = request_next(rq, "topic", &at)))
		if (strcmp(topic, "all") != 0 && !is_choice(choices, topic))
			cJSON_AddItemToArray(kept, cJSON_CreateString(topic));
	cJSON_AddBoolToObject(page, "has_choices",
			      cJSON_GetArraySize(choices) > 0);
	cJSON_AddItemToObject(page, "choices", choices);
}

static cJSON *new_page(const struct request *rq, const char *title)
{
	const char *from = request_param(rq, "from");
	cJSON *page = cJSON_CreateObject();

	cJSON_AddStringToObject(page, "title", title);
	cJSON_AddStringToObject(page, "description", DESCRIPTION);
	cJSON_AddTrueToObject(page, "noindex");
	cJSON_AddStringToObject(page, "from", from ? from : "/subscribe");
	return page;
}

/* What was typed, and what the visitor is asked about: "" for none. */
struct typed {
	const char *email;
	const char *sure; /* the domain that may be a slip */
	const char *problem;
};

static int form_page(struct web *web, const struct request *rq,
		     struct response *rs, const struct typed *typed,
		     const char *note)
{
	cJSON *page = new_page(rq, *typed->problem
					   ? "Error: Get told of new careers"
					   : "Get told of new careers");

	cJSON_AddStringToObject(page, "note", note);
	cJSON_AddStringToObject(page, "email", typed->email);
	cJSON_AddStringToObject(page, "sure", typed->sure);
	cJSON_AddStringToObject(page, "problem", typed->problem);
	add_topics(web, rq, page);
	return web_page(web, rq, rs, "subscription/form", page);
}

int subscription_form(struct web *web, const struct request *rq,
		      struct response *rs)
{
	return form_page(web, rq, rs, &(struct typed){ "", "", "" }, "");
}

int form_again(struct web *web, const struct request *rq, struct response *rs,
	       int status, const char *note)
{
	int made = form_page(web, rq, rs, &(struct typed){ "", "", "" }, note);

	return made == 200 ? status : made;
}

/*
 * Whether the address is one to write to. A domain that looks like a slip is
 * asked about once; the form carries it in `sure` when it comes back.
 */
static bool take_email(const struct request *rq, const char *typed,
		       struct address *email, struct strbuf *problem)
{
	const char *sure = request_param(rq, "sure");

	if (!address_parse(email, typed, problem))
		return false;
	if (!*email->meant ||
	    (sure && strcmp(sure, address_domain(email)) == 0))
		return true;
	strbuf_addf(problem,
		    "Did you mean %s? If %s is right, send it once more.",
		    email->meant, email->text);
	return false;
}

/* 0, or the status of the form that is shown again. */
static int check_email(struct web *web, const struct request *rq,
		       struct response *rs, struct address *email)
{
	struct strbuf problem = STRBUF_INIT;
	const char *text = request_trimmed(rq, "email");
	int status = 0;

	text = text ? text : "";
	*email = (struct address){ .meant = "" };
	if (!take_email(rq, text, email, &problem)) {
		status = form_page(
			web, rq, rs,
			&(struct typed){ text,
					 *email->meant ? address_domain(email)
						       : "",
					 problem.buf },
			"");
		status = status == 200 ? 422 : status;
	}
	strbuf_release(&problem);
	return status;
}

/* One more button, which programs that fill in forms don't press. */
static int proof_page(struct web *web, const struct request *rq,
		      struct response *rs, const char *email,
		      enum signup_proof proof)
{
	cJSON *page = new_page(rq, "One more step");
	char token[TOKEN_SIZE];
	const char *topic;
	cJSON *topics;
	size_t at = 0;

	signup_make_proof(web, email, token);
	cJSON_AddStringToObject(page, "email", email);
	cJSON_AddBoolToObject(page, "is_young", proof == PROOF_YOUNG);
	cJSON_AddStringToObject(
		page, "token",
		proof == PROOF_YOUNG ? request_param(rq, "token") : token);
	cJSON_AddStringToObject(
		page, "sure",
		request_param(rq, "sure") ? request_param(rq, "sure") : "");
	topics = cJSON_AddArrayToObject(page, "topics");
	while ((topic = request_next(rq, "topic", &at)))
		cJSON_AddItemToArray(topics, cJSON_CreateString(topic));
	return web_page(web, rq, rs, "subscription/proof", page);
}

static int thanks(struct web *web, const struct request *rq,
		  struct response *rs)
{
	return web_page(web, rq, rs, "subscription/thanks",
			new_page(rq, "Now look for our mail"));
}

int subscription_sign_up(struct web *web, const struct request *rq,
			 struct response *rs)
{
	const char *trap = request_param(rq, "website");
	enum signup_proof proof = PROOF_GOOD;
	struct address email;
	bool is_careful;
	enum db_result rc;
	int status;

	if (request_is_cross_site(rq, settings_str(SETTING_SITE_URL)))
		return response_error(rs, 403,
				      "This form was sent from "
				      "another site.");
	status = signup_is_off(web, rs);
	if (!status)
		status = check_email(web, rq, rs, &email);
	if (status)
		return status;
	rc = signup_is_careful(web, &is_careful);
	if (rc == DB_OK && is_careful)
		proof = signup_read_proof(web, email.text,
					  request_param(rq, "token"));
	if (rc == DB_OK && proof != PROOF_GOOD)
		return proof_page(web, rq, rs, email.text, proof);
	/* A field that people don't see and programs fill in; and addresses
	 * whose readers have not asked. */
	if (rc == DB_OK)
		rc = signup_store(web, rq, &email, "topic",
				  (trap && *trap) || address_is_role(&email));
	return rc == DB_OK ? thanks(web, rq, rs) : consent_trouble(rs, rc);
}
