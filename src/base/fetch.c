#include "base/fetch.h"

#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

#define TRIES 4
#define REDIRECTS 5
#define FIRST_PAUSE_MS 500
#define LONGEST_PAUSE_S 60
#define LONG_MS 10000 /* what took so long is not tried again */
#define HEADERS_MAX 16384
#define MARK_MAX 1000

struct transfer {
	const struct fetch_request *request;
	struct fetch_reply *reply;
	struct strbuf *err;
	CURL *curl;
	bool is_local; /* plain HTTP to this machine is allowed */
	bool is_large; /* more came than is allowed */
	bool is_unwritable;
	int64_t pause_ms; /* asked for by Retry-After; -1: not */
};

int fetch_open_file(void)
{
	const char *dir = getenv("TMPDIR");
	char path[512];
	int fd;

	if (!dir || !*dir)
		dir = "/tmp";
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	/* A file system without O_TMPFILE. */
	snprintf(path, sizeof(path), "%s/autopsy-XXXXXX", dir);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

void fetch_release(struct fetch_reply *reply)
{
	if (reply->fd >= 0)
		close(reply->fd);
	reply->fd = -1;
	strbuf_release(&reply->headers);
	strbuf_release(&reply->etag);
	strbuf_release(&reply->last_modified);
	strbuf_release(&reply->type);
}

static size_t take_body(char *data, size_t one, size_t len, void *arg)
{
	struct transfer *t = arg;

	(void)one;
	t->is_large = t->reply->size + (int64_t)len > FETCH_MAX_BYTES;
	if (t->is_large)
		return 0;
	t->is_unwritable = !file_write_all(t->reply->fd, data, len);
	if (t->is_unwritable)
		return 0;
	t->reply->size += (int64_t)len;
	return len;
}

/* Writes asterisks over the secret wherever it is; sources repeat it. */
static void blot(char *text, size_t len, const char *secret)
{
	size_t n = secret ? strlen(secret) : 0;
	char *end = text + len, *at = text;

	while (n && (at = memmem(at, (size_t)(end - at), secret, n)))
		memset(at, '*', n);
}

/* The same in the body: pieces overlap by all but one byte of the secret. */
static bool blot_body(const struct fetch_reply *reply, const char *secret)
{
	size_t overlap = secret && *secret ? strlen(secret) - 1 : 0;
	size_t size = 65536 + overlap;
	bool ok = true;
	char *piece;

	if (!secret || !*secret)
		return true;
	piece = xmalloc(size);
	for (int64_t at = 0; ok && at < reply->size; at += 65536) {
		ssize_t n = pread(reply->fd, piece, size, at);

		ok = n > 0;
		if (!ok)
			break;
		blot(piece, (size_t)n, secret);
		ok = pwrite(reply->fd, piece, (size_t)n, at) == n;
	}
	free(piece);
	return ok;
}

/* Adds "name":"value" to an open JSON object. */
static void add_member(struct strbuf *out, const char *name, const char *value)
{
	const char *const parts[] = { name, value };

	strbuf_addstr(out, out->len > 1 ? "," : "");
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		strbuf_addstr(out, i ? ":\"" : "\"");
		for (const char *s = parts[i]; *s; s++) {
			unsigned char c = (unsigned char)*s;

			if (c == '"' || c == '\\')
				strbuf_addf(out, "\\%c", c);
			else if (c < ' ' || c > '~')
				strbuf_addf(out, "\\u%04x", c);
			else
				strbuf_addch(out, (char)c);
		}
		strbuf_addch(out, '"');
	}
}

static void keep(struct strbuf *sb, const char *value)
{
	strbuf_reset(sb);
	strbuf_addstr(sb, value);
}

/* A mark of the body is stored and sent back; without it, it is asked for
 * anew. */
static void keep_mark(struct strbuf *sb, const char *value)
{
	bool is_plain = strlen(value) <= MARK_MAX;

	for (const char *s = value; *s; s++)
		is_plain &= *s >= ' ' && *s <= '~';
	keep(sb, is_plain ? value : "");
}

static void keep_header(struct transfer *t, const char *name, const char *value)
{
	struct fetch_reply *r = t->reply;
	char *end = NULL;

	if (strcmp(name, "etag") == 0)
		keep_mark(&r->etag, value);
	if (strcmp(name, "last-modified") == 0)
		keep_mark(&r->last_modified, value);
	if (strcmp(name, "content-type") == 0)
		keep(&r->type, value);
	if (strcmp(name, "retry-after") == 0) {
		double seconds = strtod(value, &end);

		/* A date is as good as "later" to a job of minutes. */
		t->pause_ms = end != value && seconds >= 0 &&
					      seconds <= LONGEST_PAUSE_S
				      ? (int64_t)(seconds * 1000)
				      : INT64_MAX;
	}
	/* What sets a cookie may be a secret of theirs. */
	if (strcmp(name, "set-cookie") != 0 &&
	    r->headers.len + strlen(value) < HEADERS_MAX)
		add_member(&r->headers, name, value);
}

static size_t take_header(char *data, size_t one, size_t len, void *arg)
{
	struct transfer *t = arg;
	const char *colon = memchr(data, ':', len);
	char name[64], *value;
	size_t n = colon ? (size_t)(colon - data) : 0, end = len;

	(void)one;
	if (len > 5 && strncmp(data, "HTTP/", 5) == 0) {
		/* Of several heads, such as 100 Continue, the last counts. */
		strbuf_reset(&t->reply->headers);
		strbuf_addch(&t->reply->headers, '{');
		return len;
	}
	if (!n || n >= sizeof(name))
		return len;
	for (size_t i = 0; i < n; i++)
		name[i] = (char)tolower((unsigned char)data[i]);
	name[n] = '\0';
	n++;
	while (n < end && (data[n] == ' ' || data[n] == '\t'))
		n++;
	while (end > n && strchr(" \t\r\n", data[end - 1]))
		end--;
	value = xstrndup(data + n, end - n);
	blot(value, strlen(value), t->request->secret);
	keep_header(t, name, value);
	free(value);
	return len;
}

/* A part of an address; the caller frees it with curl_free(). */
static char *part_of(const char *url, CURLUPart part)
{
	CURLU *u = curl_url();
	char *value = NULL;

	if (curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    curl_url_get(u, part, &value, CURLU_DEFAULT_PORT) != CURLUE_OK)
		value = NULL;
	curl_url_cleanup(u);
	return value;
}

bool fetch_is_same_origin(const char *a, const char *b)
{
	static const CURLUPart parts[] = { CURLUPART_SCHEME, CURLUPART_HOST,
					   CURLUPART_PORT };
	bool is_same = true;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		char *x = part_of(a, parts[i]), *y = part_of(b, parts[i]);

		is_same &= x && y && strcasecmp(x, y) == 0;
		curl_free(x);
		curl_free(y);
	}
	return is_same;
}

static bool is_loopback(const char *url)
{
	static const char *const hosts[] = { "127.0.0.1", "[::1]",
					     "localhost" };
	char *host = part_of(url, CURLUPART_HOST);
	bool found = false;

	for (size_t i = 0; host && i < ARRAY_SIZE(hosts); i++)
		found |= strcmp(host, hosts[i]) == 0;
	curl_free(host);
	return found;
}

/* Whether the address may be asked at all. */
static bool check_address(struct transfer *t, const char *url, bool allow_http)
{
	char *scheme = part_of(url, CURLUPART_SCHEME);
	bool is_https = scheme && strcmp(scheme, "https") == 0;
	bool is_http = scheme && strcmp(scheme, "http") == 0;

	curl_free(scheme);
	t->is_local = is_http && is_loopback(url);
	if (is_https || (t->is_local && allow_http))
		return true;
	strbuf_addf(t->err, "%s: is not fetched; %s", url,
		    is_http ? "only https:// is, and http:// to this machine "
			      "with INGEST_ALLOW_HTTP=1"
			    : "it must be an address from https:// on");
	return false;
}

static struct curl_slist *request_headers(const struct fetch_request *r)
{
	struct strbuf line = STRBUF_INIT;
	struct curl_slist *list = NULL;

	if (r->accept)
		strbuf_addf(&line, "Accept: %s", r->accept);
	else
		strbuf_addstr(&line, "Accept: */*");
	list = curl_slist_append(list, line.buf);
	if (r->post)
		list = curl_slist_append(list,
					 "Content-Type: application/json");
	if (r->etag && *r->etag) {
		strbuf_reset(&line);
		strbuf_addf(&line, "If-None-Match: %s", r->etag);
		list = curl_slist_append(list, line.buf);
	}
	if (r->last_modified && *r->last_modified) {
		strbuf_reset(&line);
		strbuf_addf(&line, "If-Modified-Since: %s", r->last_modified);
		list = curl_slist_append(list, line.buf);
	}
	strbuf_release(&line);
	return list;
}

static void set_limits(struct transfer *t)
{
	CURL *c = t->curl;

	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, 10L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, 120L);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 200L);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, 15L);
	curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE,
			 (curl_off_t)FETCH_MAX_BYTES);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR,
			 t->is_local ? "http" : "https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	/* The proxy of the environment, but never to this machine. */
	if (t->is_local)
		curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
}

static CURLcode perform(struct transfer *t, const char *url)
{
	struct curl_slist *headers = request_headers(t->request);
	CURLcode rc;
	long status = 0;

	curl_easy_reset(t->curl);
	set_limits(t);
	curl_easy_setopt(t->curl, CURLOPT_URL, url);
	curl_easy_setopt(t->curl, CURLOPT_USERAGENT, t->request->agent);
	curl_easy_setopt(t->curl, CURLOPT_HTTPHEADER, headers);
	/* All that this curl can undo. */
	curl_easy_setopt(t->curl, CURLOPT_ACCEPT_ENCODING, "");
	if (t->request->post)
		curl_easy_setopt(t->curl, CURLOPT_POSTFIELDS, t->request->post);
	curl_easy_setopt(t->curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(t->curl, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(t->curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(t->curl, CURLOPT_HEADERDATA, t);
	t->is_large = t->is_unwritable = false;
	t->pause_ms = -1;
	t->reply->size = 0;
	strbuf_reset(&t->reply->etag);
	strbuf_reset(&t->reply->last_modified);
	strbuf_reset(&t->reply->type);
	if (ftruncate(t->reply->fd, 0) || lseek(t->reply->fd, 0, SEEK_SET))
		t->is_unwritable = true;
	rc = t->is_unwritable ? CURLE_WRITE_ERROR : curl_easy_perform(t->curl);
	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	t->reply->status = (int)status;
	curl_slist_free_all(headers);
	return rc;
}

/* Within one host. The address it ends at is put into url. */
static CURLcode follow(struct transfer *t, struct strbuf *url)
{
	for (int i = 0;; i++) {
		CURLcode rc = perform(t, url->buf);
		char *to = NULL;

		if (rc != CURLE_OK || t->reply->status / 100 != 3 ||
		    t->reply->status == 304)
			return rc;
		curl_easy_getinfo(t->curl, CURLINFO_REDIRECT_URL, &to);
		if (!to || i == REDIRECTS ||
		    !fetch_is_same_origin(url->buf, to)) {
			strbuf_addf(t->err, "%s: %s", url->buf,
				    !to		     ? "leads nowhere"
				    : i == REDIRECTS ? "leads round in circles"
						     : "leads to another "
						       "host, which is not "
						       "followed: ");
			if (to && i < REDIRECTS)
				strbuf_addstr(t->err, to);
			return CURLE_TOO_MANY_REDIRECTS;
		}
		strbuf_reset(url);
		strbuf_addstr(url, to);
	}
}

static bool may_pass(int status)
{
	return status == 408 || status == 413 || status == 425 ||
	       status == 429 || (status >= 500 && status <= 599);
}

/* What the error means for another try; err says it. */
static enum fetch_result judge(struct transfer *t, const char *url, CURLcode rc)
{
	int status = t->reply->status;

	if (t->err->len)
		return FETCH_REFUSED;
	if (t->is_large || rc == CURLE_FILESIZE_EXCEEDED) {
		strbuf_addf(t->err, "%s: is larger than %lld MB", url,
			    (long long)(FETCH_MAX_BYTES >> 20));
		return FETCH_REFUSED;
	}
	if (t->is_unwritable) {
		strbuf_addf(t->err, "can't write a file: %s", strerror(errno));
		return FETCH_REFUSED;
	}
	if (rc == CURLE_OK) {
		if (status == 200)
			return FETCH_OK;
		if (status == 304)
			return FETCH_UNCHANGED;
		strbuf_addf(t->err, "%s: HTTP status %d", url, status);
		return may_pass(status) ? FETCH_LATER : FETCH_REFUSED;
	}
	strbuf_addf(t->err, "%s: %s", url, curl_easy_strerror(rc));
	return rc == CURLE_PEER_FAILED_VERIFICATION ||
			       rc == CURLE_SSL_CACERT_BADFILE ||
			       rc == CURLE_UNSUPPORTED_PROTOCOL ||
			       rc == CURLE_URL_MALFORMAT ||
			       rc == CURLE_BAD_CONTENT_ENCODING
		       ? FETCH_REFUSED
		       : FETCH_LATER;
}

static int64_t pause_before(const struct transfer *t, int attempt)
{
	int64_t pause = (int64_t)FIRST_PAUSE_MS << (attempt - 1);

	if (t->pause_ms >= 0)
		return t->pause_ms;
	return pause + clock_us() % (pause / 4); /* not all in step */
}

static enum fetch_result try_often(struct transfer *t, bool allow_http)
{
	struct strbuf url = STRBUF_INIT;
	enum fetch_result rc = FETCH_REFUSED;

	for (int i = 1; i <= TRIES; i++) {
		int64_t from = clock_ms();

		strbuf_reset(&url);
		strbuf_addstr(&url, t->request->url);
		strbuf_reset(t->err);
		t->reply->tries = i;
		if (!check_address(t, url.buf, allow_http))
			break;
		rc = judge(t, url.buf, follow(t, &url));
		if (rc != FETCH_LATER || i == TRIES)
			break;
		/* It said when, not within this run; or it is no use. */
		if (pause_before(t, i) == INT64_MAX ||
		    clock_ms() - from > LONG_MS)
			break;
		clock_sleep_ms(pause_before(t, i));
	}
	if (rc == FETCH_LATER)
		strbuf_addf(t->err, ", after %d %s", t->reply->tries,
			    t->reply->tries == 1 ? "try" : "tries");
	strbuf_release(&url);
	return rc;
}

enum fetch_result fetch(const struct fetch_request *request, bool allow_http,
			struct fetch_reply *reply, struct strbuf *err)
{
	struct transfer t = { .request = request, .reply = reply, .err = err };
	enum fetch_result rc;

	reply->fd = fetch_open_file();
	if (reply->fd < 0) {
		strbuf_addf(err, "can't make a file: %s", strerror(errno));
		return FETCH_REFUSED;
	}
	t.curl = curl_easy_init();
	if (!t.curl)
		BUG("libcurl can't start");
	rc = try_often(&t, allow_http);
	curl_easy_cleanup(t.curl);
	strbuf_addstr(&reply->headers, reply->headers.len ? "}" : "{}");
	blot(err->buf, err->len, request->secret);
	if (!blot_body(reply, request->secret) ||
	    lseek(reply->fd, 0, SEEK_SET)) {
		strbuf_addf(err, "can't read back: %s", strerror(errno));
		return FETCH_REFUSED;
	}
	return rc;
}
