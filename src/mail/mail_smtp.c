#include "mail/mail_smtp.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "mail/smtp_talk.h"

#define CONNECT_S 10L
#define REPLY_S 600 /* RFC 5321 4.5.3.2.6: less after the dot makes copies */
#define AUTH_MAX 1024

struct relay {
	struct transport transport;
	CURL *curl;
	char *url; /* with the EHLO name as its path, which libcurl wants */
	char *ca_file;
	char *user, *password;
	bool is_plain; /* to this machine, without TLS */
	long reply_s;
	void (*tick)(void *arg);
	void *tick_arg;
};

struct session {
	const struct mail *mail;
	struct smtp_talk talk;
	size_t offset;
};

static int watch(CURL *curl, curl_infotype type, char *data, size_t len,
		 void *arg)
{
	struct session *s = arg;

	(void)curl;
	if (type == CURLINFO_HEADER_OUT)
		smtp_talk_sent(&s->talk, data, len);
	return 0;
}

static size_t take_reply(char *data, size_t one, size_t len, void *arg)
{
	struct session *s = arg;

	(void)one;
	smtp_talk_heard(&s->talk, data, len);
	return len;
}

/* libcurl calls it when the server has answered DATA with 354. */
static size_t give_message(char *data, size_t one, size_t len, void *arg)
{
	struct session *s = arg;
	size_t left;

	(void)one;
	if (!smtp_talk_may_send(&s->talk, s->mail))
		return CURL_READFUNC_ABORT;
	left = s->mail->len - s->offset;
	if (len > left)
		len = left;
	memcpy(data, s->mail->bytes + s->offset, len);
	s->offset += len;
	return len;
}

static int tell_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c,
			 curl_off_t d)
{
	const struct relay *r = arg;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	r->tick(r->tick_arg);
	return 0;
}

static void set_security(const struct relay *r)
{
	CURL *c = r->curl;

	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(c, CURLOPT_USE_SSL,
			 r->is_plain ? (long)CURLUSESSL_NONE
				     : (long)CURLUSESSL_ALL);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
	if (r->ca_file)
		curl_easy_setopt(c, CURLOPT_CAINFO, r->ca_file);
	/* A proxy of the environment is for the web. */
	curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	if (r->user) {
		curl_easy_setopt(c, CURLOPT_USERNAME, r->user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, r->password);
	}
}

static void set_session(struct relay *r, struct session *s)
{
	CURL *c = r->curl;

	curl_easy_setopt(c, CURLOPT_URL, r->url);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
	curl_easy_setopt(c, CURLOPT_SERVER_RESPONSE_TIMEOUT, r->reply_s);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)s->mail->len);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, give_message);
	curl_easy_setopt(c, CURLOPT_READDATA, s);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_reply);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, s);
	/* Which verb a reply answers is told to no other callback. */
	curl_easy_setopt(c, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, watch);
	curl_easy_setopt(c, CURLOPT_DEBUGDATA, s);
	if (!r->tick)
		return;
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, tell_progress);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, r);
}

static enum smtp_end end_of(CURLcode rc)
{
	static const CURLcode ours[] = {
		CURLE_LOGIN_DENIED,	    CURLE_USE_SSL_FAILED,
		CURLE_SSL_CACERT_BADFILE,   CURLE_PEER_FAILED_VERIFICATION,
		CURLE_SSL_CERTPROBLEM,	    CURLE_SSL_CIPHER,
		CURLE_SSL_ISSUER_ERROR,	    CURLE_URL_MALFORMAT,
		CURLE_UNSUPPORTED_PROTOCOL,
	};

	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		if (rc == ours[i])
			return SMTP_END_OURS;
	return SMTP_END_PLAIN;
}

/*
 * libcurl keeps a connection whose time ran out while it waited for the reply
 * to a message; if the reply came late, the next mail would take it for its
 * own. A connection that is shut is found dead, and made anew.
 */
static void shut_connection(CURL *curl)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (curl_easy_getinfo(curl, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK &&
	    fd != CURL_SOCKET_BAD)
		shutdown(fd, SHUT_RDWR);
}

static void send_to_relay(struct transport *t, const struct mail *mail,
			  struct mail_reply *reply)
{
	struct relay *r = (struct relay *)t;
	struct session s = {
		.mail = mail,
		.talk = { .reply = reply, .is_new_text = true },
	};
	struct curl_slist *to = curl_slist_append(NULL, mail->to);
	CURLcode rc;

	/* What the handle was set to; its connection stays. */
	curl_easy_reset(r->curl);
	set_security(r);
	set_session(r, &s);
	curl_easy_setopt(r->curl, CURLOPT_MAIL_FROM, mail->from);
	curl_easy_setopt(r->curl, CURLOPT_MAIL_RCPT, to);
	rc = curl_easy_perform(r->curl);
	reply->outcome = smtp_talk_outcome(&s.talk, end_of(rc));
	if (reply->verb != MAIL_VERB_BODY || !reply->code)
		shut_connection(r->curl);
	/* The last reply is not what failed, if that was anything else. */
	if (rc != CURLE_OK && reply->code < 400 &&
	    reply->outcome != MAIL_SENT && reply->outcome != MAIL_ABORTED) {
		strbuf_reset(&reply->text);
		strbuf_addstr(&reply->text,
			      rc == CURLE_USE_SSL_FAILED
				      ? "the relay offers no STARTTLS, which "
					"is demanded of one on another machine"
				      : curl_easy_strerror(rc));
	}
	/* Nothing of this stack frame stays in the handle. */
	curl_easy_reset(r->curl);
	curl_slist_free_all(to);
}

static void free_secret(char *s)
{
	if (s)
		explicit_bzero(s, strlen(s));
	free(s);
}

static void close_relay(struct transport *t)
{
	struct relay *r = (struct relay *)t;

	curl_easy_cleanup(r->curl);
	free(r->url);
	free(r->ca_file);
	free_secret(r->user);
	free_secret(r->password);
	free(r);
}

/* Takes the next line off; the caller frees it. NULL if it is empty. */
static char *take_line(char **text)
{
	size_t len = strcspn(*text, "\r\n");
	char *line = len ? xstrndup(*text, len) : NULL;

	*text += len;
	*text += strspn(*text, "\r\n");
	return line;
}

static bool read_auth(struct relay *r, const char *path, struct strbuf *err)
{
	char text[AUTH_MAX] = "", *at = text;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	bool ok = false;

	if (fd < 0 || fstat(fd, &st)) {
		strbuf_addf(err, "can't read %s: %s", path, strerror(errno));
		goto out;
	}
	if (st.st_mode & 0007) {
		strbuf_addf(err, "%s: anybody may read it; chmod o= it", path);
		goto out;
	}
	ok = read(fd, text, sizeof(text) - 1) > 0;
	if (ok) {
		r->user = take_line(&at);
		r->password = take_line(&at);
	}
	ok = ok && r->user && r->password && !*at;
	if (!ok)
		strbuf_addf(err, "%s: must be two lines, user and password",
			    path);
out:
	explicit_bzero(text, sizeof(text));
	if (fd >= 0)
		close(fd);
	return ok;
}

static bool is_loopback(const char *host)
{
	return strcmp(host, "127.0.0.1") == 0 || strcmp(host, "[::1]") == 0 ||
	       strcmp(host, "localhost") == 0;
}

/* Scheme, host and port, and nothing else. */
static bool read_url(struct relay *r, const char *url, struct strbuf *err)
{
	static const CURLUPart others[] = { CURLUPART_USER, CURLUPART_PASSWORD,
					    CURLUPART_QUERY,
					    CURLUPART_FRAGMENT };
	char *scheme = NULL, *host = NULL, *path = NULL, *other = NULL;
	CURLU *u = curl_url();
	bool ok = curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
		  curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
		  curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
		  curl_url_get(u, CURLUPART_PATH, &path, 0) == CURLUE_OK;

	ok = ok && strcmp(path, "/") == 0 &&
	     (strcmp(scheme, "smtp") == 0 || strcmp(scheme, "smtps") == 0);
	for (size_t i = 0; ok && i < ARRAY_SIZE(others); i++)
		ok = curl_url_get(u, others[i], &other, 0) != CURLUE_OK;
	/* Never the address itself: there may be a password in it. */
	if (ok)
		r->is_plain = strcmp(scheme, "smtp") == 0 && is_loopback(host);
	else
		strbuf_addstr(err, "MAIL_URL must be smtp://HOST:PORT, "
				   "smtps://HOST:PORT or file:/DIRECTORY, and "
				   "nothing more");
	curl_free(scheme);
	curl_free(host);
	curl_free(path);
	curl_free(other);
	curl_url_cleanup(u);
	return ok;
}

static bool can_read(const char *path, struct strbuf *err)
{
	if (access(path, R_OK) == 0)
		return true;
	strbuf_addf(err, "MAIL_CA_FILE: can't read %s: %s", path,
		    strerror(errno));
	return false;
}

struct transport *mail_smtp_open(const struct transport_options *options,
				 struct strbuf *err)
{
	struct strbuf url = STRBUF_INIT;
	struct relay *r = xcalloc(1, sizeof(*r));

	r->transport.send = send_to_relay;
	r->transport.close = close_relay;
	r->reply_s = options->reply_timeout_s ? options->reply_timeout_s
					      : REPLY_S;
	r->tick = options->tick;
	r->tick_arg = options->tick_arg;
	r->ca_file = options->ca_file ? xstrdup(options->ca_file) : NULL;
	r->curl = curl_easy_init();
	if (!r->curl)
		BUG("libcurl can't start");
	if (read_url(r, options->url, err) &&
	    (!options->auth_file || read_auth(r, options->auth_file, err)) &&
	    (!options->ca_file || can_read(options->ca_file, err)))
		goto good;
	close_relay(&r->transport);
	return NULL;
good:
	strbuf_addf(&url, "%s%s%s", options->url,
		    options->url[strlen(options->url) - 1] == '/' ? "" : "/",
		    options->helo);
	r->url = strbuf_detach(&url);
	return &r->transport;
}
