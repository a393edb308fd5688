#include "mail/dsn.h"

#include <ctype.h>

#include "mail/mime_read.h"

#define BOUNDARY_MAX 70 /* RFC 2046 5.1.1 */
#define MESSAGE_ID_MAX 250

static bool is_any(const char *s, const char *const *names)
{
	for (; *names; names++)
		if (strcasecmp(s, *names) == 0)
			return true;
	return false;
}

static const char *boundary_of(struct arena *a, const struct mime_part *part)
{
	const char *boundary = mime_parameter(a, part, "boundary");

	return boundary && *boundary && strlen(boundary) <= BOUNDARY_MAX
		       ? boundary
		       : NULL;
}

/* The first part of a report that is of one of the types. */
static bool find_part(struct arena *a, const struct mime_part *report,
		      const char *const *types, struct mime_part *part)
{
	const char *boundary = boundary_of(a, report);
	struct mime_text rest = report->body;

	while (boundary && mime_next(&rest, boundary, part))
		if (is_any(mime_type(a, part), types))
			return true;
	return false;
}

/* The fields of a part. What was cut off in the middle of a line may be half
 * a number, and is left out. */
static struct mime_text fields_of(struct arena *a, const struct mime_part *part)
{
	struct mime_text text = mime_decode(a, part);

	while (part->is_cut && text.len && text.text[text.len - 1] != '\n')
		text.len--;
	return text;
}

/* Takes the fields up to an empty line off, and that line. */
static bool take_group(struct mime_text *text, struct mime_text *group)
{
	struct mime_text line, start = *text;

	while (mime_line(text, &line) && line.len)
		;
	*group = start;
	group->len -= text->len;
	return start.len > 0;
}

/* What follows the type in "rfc822; somebody@example.org". */
static const char *untyped(const char *value, const char *type)
{
	size_t len = strlen(type);
	const char *s = strchr(value, ';');

	if (!s || strncasecmp(value, type, len) != 0 ||
	    value + len + strspn(value + len, " ") != s)
		return "";
	s++;
	return s + strspn(s, " ");
}

static enum dsn_action action_of(const char *value)
{
	static const char *const names[DSN_ACTION_MAX] = {
		"", "failed", "delayed", "delivered", "relayed", "expanded",
	};

	for (size_t i = DSN_FAILED; i < ARRAY_SIZE(names); i++) {
		size_t len = strlen(names[i]);

		if (strncasecmp(value, names[i], len) == 0 &&
		    !isalnum((unsigned char)value[len]))
			return (enum dsn_action)i;
	}
	return DSN_UNKNOWN;
}

/* Copies the status that s begins with, if there is one. */
static void set_status(struct dsn_recipient *r, const char *s)
{
	size_t len = bounce_status_len(s, strlen(s));

	memcpy(r->status, s, len);
	r->status[len] = '\0';
}

/* "550 5.1.1 No such user", "550-5.1.1 No…": the reply of another server. A
 * status of class only, such as 5.0.0, is made exact by it. */
static void read_diagnostic(struct dsn_recipient *r)
{
	const char *s = r->diagnostic;

	for (int i = 0; i < 3; i++)
		if (!isdigit((unsigned char)s[i]))
			return;
	if (s[3] && s[3] != ' ' && s[3] != '-')
		return;
	r->code = 100 * (s[0] - '0') + 10 * (s[1] - '0') + s[2] - '0';
	if (!s[3])
		return;
	s += 4;
	if (!*r->status ||
	    (strcmp(r->status + 1, ".0.0") == 0 && *s == r->status[0] &&
	     bounce_status_len(s, strlen(s))))
		set_status(r, s);
}

/* Of a field that is there twice the first counts. */
static void read_group(struct arena *a, struct mime_text group,
		       struct dsn_recipient *r)
{
	const char *name, *value, *status = NULL, *action = NULL;

	*r = (struct dsn_recipient){ .final_recipient = "", .diagnostic = "" };
	while (mime_field(a, &group, &name, &value)) {
		if (strcasecmp(name, "Action") == 0 && !action)
			action = value;
		if (strcasecmp(name, "Status") == 0 && !status)
			status = value;
		if (strcasecmp(name, "Final-Recipient") == 0 &&
		    !*r->final_recipient) {
			r->final_recipient = untyped(value, "rfc822");
			if (!*r->final_recipient)
				r->final_recipient = untyped(value, "utf-8");
		}
		if (strcasecmp(name, "Diagnostic-Code") == 0 && !*r->diagnostic)
			r->diagnostic = untyped(value, "smtp");
	}
	r->action = action_of(action ? action : "");
	if (status)
		set_status(r, status);
	read_diagnostic(r);
}

static bool read_recipients(struct arena *a, const struct mime_part *part,
			    struct dsn *out, struct strbuf *err)
{
	struct mime_text text = fields_of(a, part), group;

	while (take_group(&text, &group)) {
		struct dsn_recipient r;

		read_group(a, group, &r);
		/* The first group is about the report itself. */
		if (r.action == DSN_UNKNOWN)
			continue;
		if (out->count == ARRAY_SIZE(out->recipients)) {
			strbuf_addf(err, "it has more than %d recipients",
				    DSN_MAX_RECIPIENTS);
			return false;
		}
		out->recipients[out->count++] = r;
	}
	if (!out->count)
		strbuf_addstr(err, "it tells of no recipient");
	return out->count > 0;
}

/* The Message-ID of what came back, if that is there and has one. */
static const char *original_id(struct arena *a, const struct mime_part *report)
{
	static const char *const types[] = {
		"message/rfc822",	  "text/rfc822-headers",
		"message/rfc822-headers", "message/global",
		"message/global-headers", NULL,
	};
	struct mime_part part, mail;
	const char *id;
	size_t len = 0;

	if (!find_part(a, report, types, &part))
		return NULL;
	mail = mime_read(fields_of(a, &part));
	id = mime_header(a, &mail, "Message-ID");
	if (!id || *id++ != '<')
		return NULL;
	while (id[len] > ' ' && id[len] <= '~' && id[len] != '<' &&
	       id[len] != '>')
		len++;
	return len && len <= MESSAGE_ID_MAX && id[len] == '>'
		       ? arena_strndup(a, id, len)
		       : NULL;
}

static bool is_complaint(struct arena *a, const struct mime_part *part,
			 struct strbuf *err)
{
	static const char *const types[] = { "abuse", "fraud",	 "virus",
					     "other", "opt-out", NULL };
	struct mime_part fields = { .head = fields_of(a, part) };
	const char *type = mime_header(a, &fields, "Feedback-Type");

	if (type && is_any(type, types))
		return true;
	strbuf_addstr(err, "it is feedback, but no complaint");
	return false;
}

static enum dsn_kind read_report(struct arena *a,
				 const struct mime_part *report,
				 struct dsn *out, struct strbuf *err)
{
	static const char *const statuses[] = {
		"message/delivery-status", "message/global-delivery-status",
		NULL
	};
	static const char *const feedbacks[] = { "message/feedback-report",
						 NULL };
	const char *type = mime_parameter(a, report, "report-type");
	bool is_status = type && strcasecmp(type, "delivery-status") == 0;
	bool is_feedback = type && strcasecmp(type, "feedback-report") == 0;
	struct mime_part part;

	if (!is_status && !is_feedback) {
		strbuf_addstr(err, "it is a report, but of another type");
		return DSN_NONE;
	}
	if (!find_part(a, report, is_status ? statuses : feedbacks, &part)) {
		strbuf_addstr(err, "it is a report without its second part");
		return DSN_NONE;
	}
	if (is_status ? !read_recipients(a, &part, out, err)
		      : !is_complaint(a, &part, err))
		return DSN_NONE;
	out->message_id = original_id(a, report);
	return is_status ? DSN_REPORT : DSN_COMPLAINT;
}

/* A report within a mail that a list or a gateway has put around it. Never
 * one that came back itself, as the original: that is not about our mail. */
static enum dsn_kind search(struct arena *a, const struct mime_part *part,
			    int depth, struct dsn *out, struct strbuf *err)
{
	const char *type = mime_type(a, part), *boundary;
	struct mime_text rest = part->body;
	enum dsn_kind kind = DSN_NONE;
	struct mime_part child;

	if (strcmp(type, "multipart/report") == 0)
		return read_report(a, part, out, err);
	boundary = strncmp(type, "multipart/", 10) == 0 ? boundary_of(a, part)
							: NULL;
	while (boundary && depth < DSN_MAX_DEPTH && !err->len &&
	       kind == DSN_NONE && mime_next(&rest, boundary, &child))
		kind = search(a, &child, depth + 1, out, err);
	return kind;
}

enum dsn_kind dsn_read(const char *mail, size_t len, const char *envelope_to,
		       struct arena *a, struct dsn *out, struct strbuf *err)
{
	struct mime_part whole = mime_read((struct mime_text){ mail, len });

	*out = (struct dsn){ .envelope_to = envelope_to };
	if (len > DSN_MAX_BYTES)
		strbuf_addf(err, "it is larger than %zu KiB",
			    DSN_MAX_BYTES >> 10);
	else
		out->kind = search(a, &whole, 1, out, err);
	if (out->kind == DSN_NONE) {
		out->count = 0;
		if (!err->len)
			strbuf_addstr(err, "it is no report");
	}
	return out->kind;
}

enum bounce dsn_judge(const struct dsn *dsn)
{
	enum bounce mildest = BOUNCE_MAX;

	for (size_t i = 0; i < dsn->count; i++) {
		const struct dsn_recipient *r = &dsn->recipients[i];
		enum bounce bounce = r->action == DSN_FAILED
					     ? bounce_judge(r->code, r->status)
					     : BOUNCE_IGNORE;

		if (bounce < mildest)
			mildest = bounce;
	}
	return mildest == BOUNCE_MAX ? BOUNCE_IGNORE : mildest;
}
