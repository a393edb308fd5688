#include "subscription/subscription.h"

#include "base/parse.h"
#include "base/settings.h"

/* RFC 5321 section 4.5.3.1; 254 follows from the limit of a path. */
#define EMAIL_MAX 254
#define LOCAL_PART_MAX 64
/* Which wording of the consent stands on the form: views/signup.html. */
#define CONSENT_TEXT "2026-11"

static bool is_domain(const char *s)
{
	const char *label = s;
	bool has_dot = false;

	for (;; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '.' || c == '\0') {
			if (s == label || s - label > 63 || s[-1] == '-' ||
			    *label == '-')
				return false;
			if (!c)
				return has_dot;
			has_dot = true;
			label = s + 1;
		} else if (!(c >= 0x80 || (c >= 'a' && c <= 'z') ||
			     (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			     c == '-')) {
			return false;
		}
	}
}

/*
 * Blanks and controls beyond ASCII, which pasting brings along and nobody
 * sees. The database would refuse most of them.
 */
static bool has_unseen(const char *text)
{
	static const struct {
		const char *first, *last; /* of the same length */
	} ranges[] = {
		{ "\xc2\x80", "\xc2\xa0" },	    /* controls, no-break */
		{ "\xe1\x9a\x80", "\xe1\x9a\x80" }, /* Ogham space */
		{ "\xe2\x80\x80", "\xe2\x80\x8f" }, /* widths, directions */
		{ "\xe2\x80\xa8", "\xe2\x80\xaf" }, /* line, paragraph */
		{ "\xe2\x81\x9f", "\xe2\x81\xaf" }, /* in formulas */
		{ "\xe3\x80\x80", "\xe3\x80\x80" }, /* ideographic */
		{ "\xef\xbb\xbf", "\xef\xbb\xbf" }, /* byte order mark */
	};

	for (; *text; text++) {
		for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
			size_t len = strlen(ranges[i].first);

			if (strncmp(text, ranges[i].first, len) >= 0 &&
			    strncmp(text, ranges[i].last, len) <= 0)
				return true;
		}
	}
	return false;
}

bool subscription_is_email(const char *text, const char **problem)
{
	const char *at = strrchr(text, '@');

	*problem = NULL;
	if (!*text)
		*problem = "Enter your e-mail address.";
	else if (strlen(text) > EMAIL_MAX)
		*problem = "An e-mail address has at most 254 characters.";
	else if (strpbrk(text, " \t\r\n,;:<>\"()[]\\") || has_unseen(text))
		*problem = "Leave out blanks, commas and brackets: write the "
			   "address alone, like name@example.com.";
	else if (!at || at == text)
		*problem = "Write the address with a name before the @, like "
			   "name@example.com.";
	else if (at - text > LOCAL_PART_MAX || strchr(text, '@') != at ||
		 text[0] == '.' || at[-1] == '.' || strstr(text, ".."))
		*problem = "The part before the @ can't be right: look for a "
			   "dot or an @ too many.";
	else if (!is_domain(at + 1))
		*problem = "Write the address with a domain after the @, like "
			   "name@example.com.";
	return !*problem;
}

bool subscription_is_topic(const char *text)
{
	if (strcmp(text, "all") == 0)
		return true;
	if (strncmp(text, "category:", 9) == 0)
		return parse_is_slug(text + 9);
	return strncmp(text, "career:", 7) == 0 && parse_is_slug(text + 7);
}

static int form_page(struct web *web, const struct request *rq,
		     struct response *rs, const char *email,
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
	cJSON_AddStringToObject(page, "problem", problem ? problem : "");
	return web_page(web, rq, rs, "subscription/form", page);
}

static int ask_again(struct web *web, const struct request *rq,
		     struct response *rs, const char *email,
		     const char *problem)
{
	int status = form_page(web, rq, rs, email, problem);

	return status == 200 ? 422 : status;
}

int subscription_form(struct web *web, const struct request *rq,
		      struct response *rs)
{
	return form_page(web, rq, rs, "", NULL);
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

int subscription_sign_up(struct web *web, const struct request *rq,
			 struct response *rs)
{
	const char *email = request_trimmed(rq, "email");
	const char *topic = request_param(rq, "topic");
	const char *problem;
	enum db_result rc;

	if (request_is_cross_site(rq, settings_str(SETTING_SITE_URL)))
		return response_error(rs, 403,
				      "This form was sent from "
				      "another site.");
	email = email ? email : "";
	if (!subscription_is_email(email, &problem))
		return ask_again(web, rq, rs, email, problem);
	/* A field that people don't see and programs fill in. */
	if (request_param(rq, "website") && *request_param(rq, "website"))
		return thanks(web, rq, rs);
	rc = store(web->write, email, topic ? topic : "all");
	if (rc == DB_DOWN || rc == DB_BUSY)
		return response_error(rs, 503,
				      "We could not note your request, as our "
				      "database is away. Try again in a "
				      "minute.");
	/* Its rules are the last word on what an address is. */
	if (rc == DB_CONFLICT)
		return ask_again(web, rq, rs, email,
				 "We can't write to this address: look for "
				 "characters that don't belong there.");
	if (rc != DB_OK)
		return 500;
	return thanks(web, rq, rs);
}
