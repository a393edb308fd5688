#include "http/response.h"

void response_init(struct response *rs)
{
	memset(rs, 0, sizeof(*rs));
	strbuf_init_capped(&rs->body, RESPONSE_BODY_MAX);
	strbuf_init_capped(&rs->headers, RESPONSE_HEADERS_MAX);
	strbuf_init_capped(&rs->detail, 1024);
}

void response_reset(struct response *rs)
{
	strbuf_reset(&rs->body);
	strbuf_reset(&rs->headers);
	strbuf_reset(&rs->detail);
	rs->status = 0;
	rs->content_type = NULL;
	rs->caching = CACHING_NONE;
	rs->last_modified = 0;
	rs->complaint_count = 0;
	rs->more = NULL;
	rs->more_arg = NULL;
}

void response_release(struct response *rs)
{
	strbuf_release(&rs->body);
	strbuf_release(&rs->headers);
	strbuf_release(&rs->detail);
}

void response_header(struct response *rs, const char *name, const char *value)
{
	for (const char *s = value; *s; s++)
		if ((unsigned char)*s < 32 || *s == 0x7f)
			BUG("control character in header %s", name);
	strbuf_addf(&rs->headers, "%s: %s\r\n", name, value);
}

int response_redirect(struct response *rs, int status, const char *location)
{
	response_header(rs, "Location", location);
	return status;
}

int response_error(struct response *rs, int status, const char *fmt, ...)
{
	va_list ap;

	strbuf_reset(&rs->detail);
	va_start(ap, fmt);
	strbuf_vaddf(&rs->detail, fmt, ap);
	va_end(ap);
	return status;
}

int response_complain(struct response *rs, const char *parameter,
		      const char *detail)
{
	if (rs->complaint_count < RESPONSE_COMPLAINTS_MAX)
		rs->complaints[rs->complaint_count++] =
			(struct complaint){ .parameter = parameter,
					    .detail = detail };
	if (rs->detail.len)
		return 400;
	strbuf_addf(&rs->detail, "%s: %s", parameter, detail);
	/* A name that has no room there stands in the list. */
	if (rs->detail.is_full) {
		strbuf_reset(&rs->detail);
		strbuf_addstr(&rs->detail, detail);
	}
	return 400;
}

const char *response_reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {
		{ 200, "OK" },
		{ 202, "Accepted" },
		{ 204, "No Content" },
		{ 301, "Moved Permanently" },
		{ 302, "Found" },
		{ 303, "See Other" },
		{ 304, "Not Modified" },
		{ 400, "Bad Request" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 406, "Not Acceptable" },
		{ 410, "Gone" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 421, "Misdirected Request" },
		{ 422, "Unprocessable Content" },
		{ 429, "Too Many Requests" },
		{ 500, "Internal Server Error" },
		{ 502, "Bad Gateway" },
		{ 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Error";
}
