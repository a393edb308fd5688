#include "mail/message.h"

#include <ctype.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "mail/mime.h"

/* RFC 5321, 4.5.3.1.3, less the < >. */
#define ADDRESS_MAX 254
/* A line has at most 998 bytes, its field's name included. */
#define VALUE_MAX 900
/* Has no blank to fold at, and so has to fit into the line. */
#define FEEDBACK_MAX (76 - strlen("Feedback-ID: "))
/* Of the identifier, in the boundary; RFC 2046 allows 70 in all. */
#define BOUNDARY_MAX 32

typedef bool check_fn(const char *value);

static bool is_utf8(const char *s)
{
	size_t len = strlen(s), n;

	for (size_t i = 0; i < len; i += n) {
		n = utf8_len(s + i, len - i);
		if (!n)
			return false;
	}
	return true;
}

/* One line for people. */
static bool is_words(const char *s)
{
	size_t len = strlen(s);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
			return false;
	return len && len <= VALUE_MAX && is_utf8(s);
}

/* ASCII that can be seen, and could not end the < > around it. */
static bool is_visible(const char *s)
{
	for (; *s; s++)
		if (*s <= ' ' || *s > '~' || *s == '<' || *s == '>')
			return false;
	return true;
}

/* Dots between words of letters, digits and those others. */
static bool is_dotted(const char *s, size_t len, const char *others)
{
	bool is_start = true;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '.') {
			if (is_start)
				return false;
			is_start = true;
			continue;
		}
		if (!isalnum((unsigned char)s[i]) && !strchr(others, s[i]))
			return false;
		is_start = false;
	}
	return !is_start;
}

static bool is_host(const char *s)
{
	size_t len = strlen(s);

	return len <= ADDRESS_MAX && is_dotted(s, len, "-");
}

/* The dot-atoms of RFC 5322, for identifiers as for addresses. */
static bool is_address(const char *s)
{
	const char *at = strchr(s, '@');

	return at && strlen(s) <= ADDRESS_MAX &&
	       is_dotted(s, (size_t)(at - s), "!#$%&'*+-/=?^_`{|}~") &&
	       is_host(at + 1);
}

static bool is_url(const char *s)
{
	return strlen(s) <= VALUE_MAX && is_visible(s) &&
	       (strncmp(s, "https://", 8) == 0 ||
		strncmp(s, "http://", 7) == 0);
}

static bool is_feedback_id(const char *s)
{
	return *s && strlen(s) <= FEEDBACK_MAX && is_visible(s);
}

static bool check(const struct message *m, struct strbuf *err)
{
	const struct {
		const char *field, *value;
		check_fn *is_good;
		bool may_lack;
	} rules[] = {
		{ "Message-ID", m->message_id, is_address, false },
		{ "From's name", m->from_name, is_words, false },
		{ "From", m->from, is_address, false },
		{ "To", m->to, is_address, false },
		{ "Subject", m->subject, is_words, false },
		{ "List-Id's name", m->list_name, is_words, !m->list_id },
		{ "List-Id", m->list_id, is_host, !m->list_name },
		{ "List-Unsubscribe", m->unsubscribe_url, is_url, true },
		{ "Feedback-ID", m->feedback_id, is_feedback_id, true },
		{ "text", m->text, is_utf8, false },
		{ "html", m->html, is_utf8, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (!rules[i].value && rules[i].may_lack)
			continue;
		if (rules[i].value && rules[i].is_good(rules[i].value))
			continue;
		/* The value is not repeated: it may be somebody's address. */
		strbuf_addf(err, "mail: %s %s", rules[i].field,
			    rules[i].value
				    ? "has a value that can't stand there"
				    : "is missing");
		return false;
	}
	return true;
}

/* "=_" never occurs in quoted-printable, so that no text can end its part. */
static void make_boundary(struct strbuf *boundary, const char *message_id)
{
	strbuf_addstr(boundary, "=_");
	for (; *message_id != '@' && boundary->len < BOUNDARY_MAX + 2;
	     message_id++)
		if (isalnum((unsigned char)*message_id))
			strbuf_addch(boundary, *message_id);
}

static void add_list_fields(const struct message *m, struct strbuf *out)
{
	if (m->list_id)
		mime_add_named(out, "List-Id", m->list_name, m->list_id);
	if (m->unsubscribe_url)
		strbuf_addf(out,
			    "List-Unsubscribe: <%s>\r\nList-Unsubscribe-Post: "
			    "List-Unsubscribe=One-Click\r\n",
			    m->unsubscribe_url);
	/* The second is for Exchange, which does not look at the first. */
	strbuf_addstr(out, "Auto-Submitted: auto-generated\r\n"
			   "X-Auto-Response-Suppress: All\r\n");
	if (m->list_id)
		strbuf_addstr(out, "Precedence: bulk\r\n");
	if (m->feedback_id)
		strbuf_addf(out, "Feedback-ID: %s\r\n", m->feedback_id);
}

static void add_part(struct strbuf *out, const char *boundary, const char *type,
		     const char *text)
{
	strbuf_addf(out,
		    "\r\n--%s\r\nContent-Type: text/%s; charset=utf-8\r\n"
		    "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
		    boundary, type);
	mime_add_body(out, text);
}

bool message_build(const struct message *m, struct strbuf *out,
		   struct strbuf *err)
{
	struct strbuf boundary = STRBUF_INIT;
	size_t start = out->len;

	if (!check(m, err))
		return false;
	make_boundary(&boundary, m->message_id);
	strbuf_addstr(out, "Date: ");
	clock_add_mail(out, m->date);
	strbuf_addstr(out, "\r\n");
	mime_add_named(out, "From", m->from_name, m->from);
	strbuf_addf(out, "To: <%s>\r\n", m->to);
	mime_add_text(out, "Subject", m->subject);
	strbuf_addf(out, "Message-ID: <%s>\r\n", m->message_id);
	add_list_fields(m, out);
	strbuf_addf(out,
		    "MIME-Version: 1.0\r\nContent-Type: multipart/alternative;"
		    "\r\n boundary=\"%s\"\r\n",
		    boundary.buf);
	add_part(out, boundary.buf, "plain", m->text);
	add_part(out, boundary.buf, "html", m->html);
	strbuf_addf(out, "\r\n--%s--\r\n", boundary.buf);
	strbuf_release(&boundary);
	if (!out->is_full)
		return true;
	strbuf_addf(err, "mail: is larger than %zu bytes", out->cap);
	strbuf_truncate(out, start);
	return false;
}
