/*
 * Signals are blocked but for the wait in epoll_pwait, so none can hit a
 * request half way: libfcgi treats EINTR while it reads as an error. The
 * listener does not block, since several workers wake for one connection.
 * The seat is marked busy before the request is read: a peer that sends half
 * of one and stalls is then ended by the master's deadline.
 */
#include "http/fcgi.h"

#include <errno.h>
#include <fastcgi.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/guard.h"

#define IDLE_MS 30000
/* Less than the master waits for the end of a worker that it told to end. */
#define STOP_MS 8000

static volatile sig_atomic_t is_stopping;

static void on_stop(int signal)
{
	(void)signal;
	is_stopping = 1;
	FCGX_ShutdownPending();
}

static void block_signals(sigset_t *while_waiting)
{
	struct sigaction sa = { .sa_handler = on_stop };
	sigset_t blocked;

	sigemptyset(while_waiting);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGUSR1, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/*
 * epoll_pwait lets a signal through only when it has to wait. While requests
 * queue up it never does, so that a stop must be looked for.
 */
static bool is_told_to_stop(void)
{
	sigset_t pending;

	if (is_stopping)
		return true;
	if (sigpending(&pending) < 0)
		return false;
	return sigismember(&pending, SIGTERM) ||
	       sigismember(&pending, SIGINT) || sigismember(&pending, SIGUSR1);
}

static void sit(struct seat *seat, enum seat_state state)
{
	atomic_store(&seat->since_ms, clock_ms());
	atomic_store(&seat->state, (int)state);
}

/*
 * nginx hangs up when it has waited long enough. What piled up meanwhile is
 * dropped: work for nobody would only make the next ones wait.
 */
static bool is_hung_up(int fd)
{
	char c;
	ssize_t n = recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);

	return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

/*
 * Reads the whole body, keeps what fits: a reset would kill the reply. False
 * if it breaks off: half of a form is not what the visitor sent.
 */
static bool read_body(FCGX_Request *fr, struct request *rq)
{
	char chunk[4096];
	int n;

	while ((n = FCGX_GetStr(chunk, sizeof(chunk), fr->in)) > 0)
		request_add_body(rq, chunk, (size_t)n);
	return FCGX_GetError(fr->in) == 0;
}

static void record(unsigned char *h, int type, int id, size_t len)
{
	h[0] = FCGI_VERSION_1;
	h[1] = (unsigned char)type;
	h[2] = (unsigned char)(id >> 8);
	h[3] = (unsigned char)id;
	h[4] = (unsigned char)(len >> 8);
	h[5] = (unsigned char)len;
	h[6] = h[7] = 0;
}

static bool write_all(int fd, struct iovec *v, int n)
{
	while (n) {
		ssize_t w = writev(fd, v, n > 64 ? 64 : n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return false;
		while (n && (size_t)w >= v->iov_len) {
			w -= (ssize_t)v->iov_len;
			v++;
			n--;
		}
		if (n) {
			v->iov_base = (char *)v->iov_base + w;
			v->iov_len -= (size_t)w;
		}
	}
	return true;
}

/*
 * Sends headers and body, or a piece of one, as STDOUT records of at most
 * 64 kB; behind the last piece the end of STDOUT and of the request. The
 * FastCGI specification, sections 3.3 and 5.5.
 */
static bool send_piece(const FCGX_Request *fr, const struct strbuf *head,
		       const struct strbuf *body, bool is_last)
{
	enum { CHUNK = 65528, CHUNKS = RESPONSE_BODY_MAX / CHUNK + 2 };
	static const unsigned char end_body[8];
	unsigned char headers[CHUNKS + 3][FCGI_HEADER_LEN];
	struct iovec v[2 * CHUNKS + 6];
	int n = 0, h = 0;

	/* A record without content would be the end. */
	if (head->len) {
		record(headers[h], FCGI_STDOUT, fr->requestId, head->len);
		v[n++] = (struct iovec){ headers[h++], FCGI_HEADER_LEN };
		v[n++] = (struct iovec){ head->buf, head->len };
	}
	for (size_t at = 0; at < body->len; at += CHUNK) {
		size_t len = body->len - at < CHUNK ? body->len - at : CHUNK;

		record(headers[h], FCGI_STDOUT, fr->requestId, len);
		v[n++] = (struct iovec){ headers[h++], FCGI_HEADER_LEN };
		v[n++] = (struct iovec){ body->buf + at, len };
	}
	if (is_last) {
		record(headers[h], FCGI_STDOUT, fr->requestId, 0);
		v[n++] = (struct iovec){ headers[h++], FCGI_HEADER_LEN };
		record(headers[h], FCGI_END_REQUEST, fr->requestId,
		       sizeof(end_body));
		v[n++] = (struct iovec){ headers[h++], FCGI_HEADER_LEN };
		v[n++] = (struct iovec){ (void *)end_body, sizeof(end_body) };
	}
	return write_all(fr->ipcFd, v, n);
}

static void write_head(const struct request *rq, const struct response *rs,
		       struct strbuf *head)
{
	bool has_body = rs->status != 304 && rs->status != 204;

	strbuf_addf(head, "Status: %d %s\r\n", rs->status,
		    response_reason(rs->status));
	if (rs->content_type && has_body)
		strbuf_addf(head, "Content-Type: %s\r\n", rs->content_type);
	if (has_body && !rs->more)
		strbuf_addf(head, "Content-Length: %zu\r\n", rs->body.len);
	strbuf_addf(head, "X-Request-Id: %s\r\n", rq->id);
	strbuf_add(head, rs->headers.buf, rs->headers.len);
	strbuf_addstr(head, "\r\n");
}

/* Sends pieces until the last, or until one fails. What became of them. */
static const char *send_each(FCGX_Request *fr, struct web *web,
			     struct seat *seat, const struct request *rq,
			     struct response *rs, struct strbuf *head,
			     int64_t *bytes)
{
	int64_t stop_by = 0;
	int rc;

	do {
		sit(seat, SEAT_BUSY);
		if (!stop_by && is_told_to_stop())
			stop_by = clock_ms() + STOP_MS;
		if (stop_by && clock_ms() > stop_by)
			return "stopped";
		rc = web_more(web, rq, rs);
		if (rc < 0)
			return "failed";
		if (!send_piece(fr, head, &rs->body, rc == 0))
			return "reader left";
		*bytes += (int64_t)rs->body.len;
		strbuf_reset(head);
	} while (rc > 0);
	return NULL;
}

/*
 * A large reply in pieces, as they are made. The master's deadline is for each
 * of them, and when this worker is to end, for the rest of them.
 */
static bool send_pieces(FCGX_Request *fr, struct web *web, struct seat *seat,
			const struct request *rq, struct response *rs,
			struct strbuf *head)
{
	int64_t start = clock_us(), bytes = 0;
	const char *fault;
	struct guard guard;
	struct log_line l;

	/* Without a byte of the reply, nginx asks another worker. */
	if (!guard_begin(&guard, fr->ipcFd)) {
		log_event(LOG_ERROR, "guard", "%s", strerror(errno));
		return true;
	}
	fault = send_each(fr, web, seat, rq, rs, head, &bytes);
	if (fault)
		guard_break_off(fr->ipcFd);
	guard_end(&guard);
	log_set_request(rq->id);
	log_begin(&l, fault ? LOG_WARN : LOG_INFO, "request.pieces");
	log_str(&l, "end", fault ? fault : "whole");
	log_int(&l, "bytes", bytes);
	log_int(&l, "us", clock_us() - start);
	log_end(&l);
	log_set_request(NULL);
	return !fault || strcmp(fault, "reader left") != 0;
}

static void answer(FCGX_Request *fr, struct web *web, struct seat *seat,
		   struct arena *arena, struct response *rs,
		   struct strbuf *head)
{
	struct request rq = { .arena = arena };
	bool is_sent;

	request_read(&rq, fr->envp);
	if (!read_body(fr, &rq) || is_hung_up(fr->ipcFd)) {
		atomic_fetch_add(&web->slot->client_gone, 1);
		return;
	}
	web_serve(web, &rq, rs);
	write_head(&rq, rs, head);
	if (rq.method == METHOD_HEAD)
		strbuf_reset(&rs->body);
	if (rs->more && rq.method != METHOD_HEAD)
		is_sent = send_pieces(fr, web, seat, &rq, rs, head);
	else
		is_sent = send_piece(fr, head, &rs->body, true);
	if (!is_sent)
		atomic_fetch_add(&web->slot->client_gone, 1);
}

/* The connection is done: nginx opens one a request (keep_conn off). */
static void hang_up(FCGX_Request *fr)
{
	int fd = fr->ipcFd;

	/* Not libfcgi's close: it would wait for nginx, up to 2 s. */
	FCGX_Free(fr, 0);
	close(fd);
	fr->ipcFd = -1;
}

/* Returns false when the worker can't go on. */
static bool accept_one(FCGX_Request *fr, struct web *web, struct seat *seat,
		       struct arena *arena, struct response *rs,
		       struct strbuf *head, bool *served)
{
	int rc;

	sit(seat, SEAT_BUSY);
	rc = FCGX_Accept_r(fr);
	*served = rc >= 0;
	if (rc >= 0) {
		answer(fr, web, seat, arena, rs, head);
		hang_up(fr);
		arena_reset(arena);
		response_reset(rs);
		strbuf_reset(head);
	}
	sit(seat, SEAT_IDLE);
	if (rc == -EMFILE || rc == -ENFILE || rc == -ENOMEM) {
		clock_sleep_ms(100);
		return true;
	}
	return rc >= 0 || rc == -EAGAIN || rc == -ECONNABORTED || rc == -EINTR;
}

int fcgi_serve(const struct fcgi_options *o, struct web *web)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	struct arena arena = ARENA_INIT;
	struct response rs;
	struct strbuf head = STRBUF_INIT;
	FCGX_Request fr;
	sigset_t while_waiting;
	int64_t served = 0;
	int status = 0, ep;

	block_signals(&while_waiting);
	response_init(&rs);
	fcntl(o->listen_fd, F_SETFL, fcntl(o->listen_fd, F_GETFL) | O_NONBLOCK);
	FCGX_Init();
	FCGX_InitRequest(&fr, o->listen_fd, FCGI_FAIL_ACCEPT_ON_INTR);
	ep = epoll_create1(EPOLL_CLOEXEC);
	if (ep < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, o->listen_fd, &ev) < 0)
		return 1;
	sit(o->seat, SEAT_IDLE);
	while (!is_told_to_stop() &&
	       (!o->max_requests || served < o->max_requests)) {
		int n = epoll_pwait(ep, &ev, 1, IDLE_MS, &while_waiting);
		bool one;

		if (n <= 0)
			continue;
		if (!accept_one(&fr, web, o->seat, &arena, &rs, &head, &one)) {
			log_event(LOG_ERROR, "fcgi", "accept failed");
			status = 1;
			break;
		}
		served += one;
	}
	close(ep);
	response_release(&rs);
	strbuf_release(&head);
	arena_release(&arena);
	return status;
}
