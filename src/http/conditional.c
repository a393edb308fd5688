#include "http/conditional.h"

/* The length of the tag at s, its W/ and quotes too; 0: there is none. */
static size_t tag_len(const char *s)
{
	size_t start = strncmp(s, "W/", 2) == 0 ? 2 : 0, len;

	if (s[start] != '"')
		return 0;
	/* Commas and blanks may stand in one, quotes may not. */
	len = strcspn(s + start + 1, "\"");
	return s[start + 1 + len] ? start + len + 2 : 0;
}

static void without_weakness(const char **tag, size_t *len)
{
	if (strncmp(*tag, "W/", 2) == 0) {
		*tag += 2;
		*len -= 2;
	}
}

bool conditional_has_tag(const char *list, const char *etag, size_t len)
{
	static const char between[] = " \t,";
	const char *s = list + strspn(list, between);

	if (*s == '*')
		return !s[1 + strspn(s + 1, " \t")];
	without_weakness(&etag, &len);
	while (*s) {
		size_t n = tag_len(s), tag_n = n;
		const char *tag = s;

		if (!n)
			return false;
		without_weakness(&tag, &tag_n);
		if (tag_n == len && memcmp(tag, etag, len) == 0)
			return true;
		s += n;
		s += strspn(s, between);
	}
	return false;
}

time_t conditional_date(const char *text)
{
	static const char *const forms[] = {
		"%a, %d %b %Y %H:%M:%S GMT",
		"%A, %d-%b-%y %H:%M:%S GMT",
		"%a %b %e %H:%M:%S %Y",
	};

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		struct tm tm = { 0 };
		const char *end = strptime(text, forms[i], &tm);

		if (end && !*end)
			return timegm(&tm);
	}
	return -1;
}

/* The value of the header that the handler or the frame has set. */
static const char *etag_of(const struct response *rs, size_t *len)
{
	const char *etag = strstr(rs->headers.buf, "ETag: ");

	if (!etag)
		return NULL;
	etag += strlen("ETag: ");
	*len = strcspn(etag, "\r");
	return etag;
}

static bool has_it(const struct request *rq, const struct response *rs)
{
	size_t len;
	const char *etag = etag_of(rs, &len);
	time_t since;

	if (*rq->if_none_match)
		return etag &&
		       conditional_has_tag(rq->if_none_match, etag, len);
	if (!*rq->if_modified_since || !rs->last_modified)
		return false;
	since = conditional_date(rq->if_modified_since);
	return since >= rs->last_modified;
}

void conditional_answer(const struct request *rq, struct response *rs)
{
	if (rs->status != 200 || !(rq->method & (METHOD_GET | METHOD_HEAD)) ||
	    !has_it(rq, rs))
		return;
	rs->status = 304;
	rs->more = NULL;
	strbuf_reset(&rs->body);
}
