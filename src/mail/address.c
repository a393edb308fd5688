#include "mail/address.h"

#include <idn2.h>

#include "mail/address_slip.h"

/* RFC 5321 section 4.5.3.1.1. */
#define LOCAL_PART_MAX 64
/* Nothing longer becomes an address: no character has more than 4 bytes. */
#define TYPED_MAX ((size_t)4 * (ADDRESS_SIZE - 1))

static const char blanks[] =
	"Leave out blanks, commas and brackets: write the address alone, like "
	"name@example.com.";

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static char lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c | 0x20);
	return c;
}

/*
 * Blanks and controls beyond ASCII, which pasting brings along and nobody
 * sees.
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
		if ((unsigned char)*text <= ' ' || *text == 0x7f)
			return true;
	}
	return false;
}

/* What is wrong with the part before the @, NULL if nothing: a dot-atom of
 * RFC 5322 section 3.2.3. */
static const char *local_fault(const char *local, size_t len)
{
	if (len == 0)
		return "Write the address with a name before the @, like "
		       "name@example.com.";
	if (len > LOCAL_PART_MAX)
		return "The part before the @ has at most 64 characters.";
	for (size_t i = 0; i < len; i++) {
		char c = lower(local[i]);

		if (c == '.' && (i == 0 || i == len - 1 || local[i - 1] == '.'))
			return "The part before the @ can't be right: look for "
			       "a dot too many.";
		if (c != '.' && !is_alnum(c) &&
		    !strchr("!#$%&'*+-/=?^_`{|}~", c))
			return "Before the @ we can only take letters from a "
			       "to z, digits, and signs such as dot, hyphen "
			       "and plus.";
	}
	return NULL;
}

/* Letters, digits and hyphens, two labels or more, the last not a number.
 * Where hyphens may stand and how long a label is, libidn2 has looked at. */
static bool is_host(const char *s)
{
	const char *label = s;
	bool has_dot = false, has_letter = false;

	for (;; s++) {
		if (*s == '.' || *s == '\0') {
			if (s == label)
				return false;
			if (!*s)
				return has_dot && has_letter;
			has_dot = true;
			has_letter = false;
			label = s + 1;
		} else if (!is_alnum(*s) && *s != '-') {
			return false;
		} else {
			has_letter |= *s >= 'a';
		}
	}
}

/*
 * Appends the domain in A-labels, which is what the net knows. The flag for
 * STD3 is not for us: with it libidn2 2.3.3 drops what no host may have, and
 * a_b becomes ab. is_host() refuses that instead.
 */
static bool add_domain(struct strbuf *out, const char *domain)
{
	char *ascii = NULL;
	bool ok = idn2_to_ascii_8z(domain, &ascii,
				   IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) ==
			  IDN2_OK &&
		  is_host(ascii);

	if (ok)
		strbuf_addstr(out, ascii);
	idn2_free(ascii);
	return ok;
}

/* What the whole address is with the domain that was perhaps meant; false
 * leaves out alone. */
static bool find_meant(const char *local, size_t len, const char *domain,
		       bool is_good, char out[ADDRESS_SIZE])
{
	struct strbuf known = STRBUF_INIT, typed = STRBUF_INIT;
	bool is_found;

	for (const char *s = domain; *s; s++)
		strbuf_addch(&typed, lower(*s));
	is_found = address_slip(typed.buf, is_good, &known) &&
		   len + 1 + known.len < ADDRESS_SIZE;
	if (is_found) {
		for (size_t i = 0; i < len; i++)
			out[i] = lower(local[i]);
		out[len] = '@';
		memcpy(out + len + 1, known.buf, known.len + 1);
	}
	strbuf_release(&known);
	strbuf_release(&typed);
	return is_found;
}

/* The fault of the whole, NULL if there is none that can be seen here. */
static const char *find_fault(const char *typed, const char *at)
{
	if (!*typed)
		return "Enter your e-mail address.";
	if (strlen(typed) > TYPED_MAX)
		return "An e-mail address has at most 254 characters.";
	if (strpbrk(typed, ",;:<>\"()[]\\") || has_unseen(typed))
		return blanks;
	if (!at)
		return "Write the address with an @ in it, like "
		       "name@example.com.";
	if (strchr(typed, '@') != at)
		return "Write one address with one @, like name@example.com.";
	return local_fault(typed, (size_t)(at - typed));
}

static void fill_mailbox(struct address *a)
{
	const char *domain = address_domain(a);
	bool is_gmail = strcmp(domain, "gmail.com") == 0 ||
			strcmp(domain, "googlemail.com") == 0;
	size_t n = 0;

	for (const char *s = a->text; *s != '@'; s++) {
		if (*s == '+' && n)
			break;
		if (*s != '.' || !is_gmail)
			a->mailbox[n++] = *s;
	}
	a->mailbox[n++] = '@';
	domain = is_gmail ? "gmail.com" : domain;
	memcpy(a->mailbox + n, domain, strlen(domain) + 1);
}

/* Says what is wrong, and what would be right where that is known. */
static bool refuse(const char *fault, const char *typed, const char *at,
		   struct strbuf *problem)
{
	char meant[ADDRESS_SIZE];

	strbuf_addstr(problem, fault);
	if (at && strlen(typed) <= TYPED_MAX &&
	    !local_fault(typed, (size_t)(at - typed)) &&
	    find_meant(typed, (size_t)(at - typed), at + 1, false, meant))
		strbuf_addf(problem, " Did you mean %s?", meant);
	return false;
}

bool address_parse(struct address *a, const char *typed, struct strbuf *problem)
{
	const char *at = strrchr(typed, '@');
	const char *fault = find_fault(typed, at);
	struct strbuf text = STRBUF_INIT;

	memset(a, 0, sizeof(*a));
	if (fault)
		return refuse(fault, typed, at, problem);
	for (const char *s = typed; s <= at; s++)
		strbuf_addch(&text, lower(*s));
	if (!add_domain(&text, at + 1))
		fault = strchr(at, '.')
				? "Mail can't be sent to what stands after the "
				  "@: look for a sign that does not belong "
				  "there."
				: "Write the address with a domain after the @, "
				  "like name@example.com.";
	else if (text.len >= ADDRESS_SIZE)
		fault = "An e-mail address has at most 254 characters.";
	else
		memcpy(a->text, text.buf, text.len + 1);
	strbuf_release(&text);
	if (fault)
		return refuse(fault, typed, at, problem);
	fill_mailbox(a);
	find_meant(a->text, (size_t)(at - typed), address_domain(a), true,
		   a->meant);
	return true;
}

const char *address_domain(const struct address *a)
{
	return strchr(a->text, '@') + 1;
}

bool address_is_role(const struct address *a)
{
	static const char *const roles[] = { "postmaster", "abuse", "noreply",
					     "no-reply", "mailer-daemon" };

	for (size_t i = 0; i < ARRAY_SIZE(roles); i++) {
		size_t len = strlen(roles[i]);

		if (strncmp(a->mailbox, roles[i], len) == 0 &&
		    a->mailbox[len] == '@')
			return true;
	}
	return false;
}
