#include "subscription/subscription.h"

#include "base/parse.h"
#include "base/settings.h"
#include "mail/address.h"

/* Which wording of the consent stands on the form: views/signup.html. */
#define CONSENT_TEXT "2026-11"

bool subscription_is_topic(const char *text)
{
	if (strcmp(text, "all") == 0)
		return true;
	if (strncmp(text, "category:", 9) == 0)
		return parse_is_slug(text + 9);
	return strncmp(text, "career:", 7) == 0 && parse_is_slug(text + 7);
}

/* sure: the domain that the visitor is asked about, "" for none. */
static int form_page(struct web *web, const struct request *rq,
		     struct response *rs, const char *email, const char *sure,
		     const char *problem)
{
	cJSON *page = cJSON_CreateObject();
	const char *topic = request_param(rq, "topic");

	cJSON_AddStringToObject(page, "title",
				problem ? "Error: Get told of new careers"
					: "Get told of new careers");
	cJSON_AddStringToObject(page, "description",
				"One mail when a new career guide appears.");
	cJSON_AddTrueToObject(page, "noindex");
	cJSON_AddStringToObject(page, "email", email);
	cJSON_AddStringToObject(page, "topic", topic ? topic : "all");
	cJSON_AddStringToObject(page, "sure", sure);
	cJSON_AddStringToObject(page, "problem", problem ? problem : "");
	return web_page(web, rq, rs, "subscription/form", page);
}

static int ask_again(struct web *web, const struct request *rq,
		     struct response *rs, const char *email, const char *sure,
		     const char *problem)
{
	int status = form_page(web, rq, rs, email, sure, problem);

	return status == 200 ? 422 : status;
}

int subscription_form(struct web *web, const struct request *rq,
		      struct response *rs)
{
	return form_page(web, rq, rs, "", "", NULL);
}

static int thanks(struct web *web, const struct request *rq,
		  struct response *rs)
{
	cJSON *page = cJSON_CreateObject();

	cJSON_AddStringToObject(page, "title", "We have noted your request");
	cJSON_AddStringToObject(page, "description",
				"One mail when a new career guide appears.");
	cJSON_AddTrueToObject(page, "noindex");
	return web_page(web, rq, rs, "subscription/thanks", page);
}

static enum db_result store(struct db *db, const char *email, const char *topic)
{
	enum db_result rc = db_begin(db);

	if (rc != DB_OK)
		return rc;
	rc = db_write(db, Q_REQUEST_SUBSCRIPTION,
		      DB_PARAMS(email, topic, CONSENT_TEXT));
	if (rc == DB_OK)
		return db_commit(db);
	db_rollback(db);
	return rc;
}

/*
 * The address to write to. False when the form is to be shown again: for a
 * fault, or once for a domain that looks like a slip, which it carries in
 * `sure` when it comes back.
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

static int check_email(struct web *web, const struct request *rq,
		       struct response *rs, struct address *email)
{
	struct strbuf problem = STRBUF_INIT;
	const char *typed = request_trimmed(rq, "email");
	int status = 0;

	typed = typed ? typed : "";
	if (!take_email(rq, typed, email, &problem))
		status = ask_again(web, rq, rs, typed,
				   *email->meant ? address_domain(email) : "",
				   problem.buf);
	strbuf_release(&problem);
	return status;
}

int subscription_sign_up(struct web *web, const struct request *rq,
			 struct response *rs)
{
	const char *topic = request_param(rq, "topic");
	struct address email;
	enum db_result rc;
	int status;

	if (request_is_cross_site(rq, settings_str(SETTING_SITE_URL)))
		return response_error(rs, 403,
				      "This form was sent from "
				      "another site.");
	status = check_email(web, rq, rs, &email);
	if (status)
		return status;
	/* A field that people don't see and programs fill in. */
	if (request_param(rq, "website") && *request_param(rq, "website"))
		return thanks(web, rq, rs);
	/* Nobody who reads these has asked; others use them to annoy. */
	if (address_is_role(&email))
		return thanks(web, rq, rs);
	rc = store(web->write, email.text, topic ? topic : "all");
	if (rc == DB_DOWN || rc == DB_BUSY)
		return response_error(rs, 503,
				      "We could not note your request, as our "
				      "database is away. Try again in a "
				      "minute.");
	return rc == DB_OK ? thanks(web, rq, rs) : 500;
}
