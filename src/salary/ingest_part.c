/* Replies: asked for, stored, and had again from what is stored. */
#include "salary/ingest_job.h"

#include <endian.h>
#include <errno.h>
#include <sodium/crypto_hash_sha256.h>
#include <sodium/utils.h>
#include <unistd.h>

#include "base/file.h"

#define PIECE ((size_t)1 << 18)
#define PARTS_MAX 200
#define SHA256_HEX (2 * crypto_hash_sha256_BYTES + 1)

/* What it refuses is the fault of the source: others may do better. */
static enum part_result no_database(const struct ingest *in,
				    struct source_job *job, enum db_result rc,
				    const char *what)
{
	if (rc == DB_ERROR || rc == DB_CONFLICT) {
		source_fault(job, 0, "", "%s: %s", what, db_error(in->db));
		return PART_NONE;
	}
	settle_give_up(in->db, rc, what);
	return PART_NO_DATABASE;
}

static bool hash_file(int fd, unsigned char *sha256)
{
	crypto_hash_sha256_state state;
	unsigned char buf[16384];
	ssize_t n;
	off_t at = 0;

	crypto_hash_sha256_init(&state);
	while ((n = pread(fd, buf, sizeof(buf), at)) > 0) {
		crypto_hash_sha256_update(&state, buf, (size_t)n);
		at += n;
	}
	crypto_hash_sha256_final(&state, sha256);
	return n == 0;
}

/* A body on its way into salary.body, a piece a call, in the binary format
 * of COPY: PostgreSQL's manual, "Binary Format" under COPY. */
struct pieces {
	int fd;
	const unsigned char *sha256;
	uint64_t n;
};

static void add_be(struct strbuf *out, uint64_t value, size_t bytes)
{
	uint64_t be = htobe64(value);

	strbuf_add(out, (const char *)&be + (8 - bytes), bytes);
}

static int next_piece(void *arg, struct strbuf *chunk)
{
	struct pieces *p = arg;
	char *data = xmalloc(PIECE);
	ssize_t n = pread(p->fd, data, PIECE, (off_t)(p->n * PIECE));

	if (p->n == 0)
		strbuf_add(chunk, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
	/* An empty body is one empty piece. */
	if (n > 0 || (n == 0 && p->n == 0)) {
		add_be(chunk, 3, 2);
		add_be(chunk, crypto_hash_sha256_BYTES, 4);
		strbuf_add(chunk, p->sha256, crypto_hash_sha256_BYTES);
		add_be(chunk, 8, 4);
		add_be(chunk, p->n, 8);
		add_be(chunk, (uint64_t)n, 4);
		strbuf_add(chunk, data, (size_t)n);
	}
	free(data);
	p->n++;
	if (n == (ssize_t)PIECE)
		return 1;
	add_be(chunk, UINT16_MAX, 2);
	return n < 0 ? -1 : 0;
}

/* A reply and its body, in one transaction. sha256: hex of a stored body
 * that a 304 stands for, or NULL. */
static enum db_result store(struct ingest *in, const struct source_job *job,
			    const struct fetch_reply *reply, const char *url,
			    const char *stands_for)
{
	unsigned char sha256[crypto_hash_sha256_BYTES];
	struct pieces pieces = { .fd = reply->fd, .sha256 = sha256 };
	char hex[SHA256_HEX], part[12], status[12], size[24];
	enum db_result rc = db_begin(in->db);

	if (rc != DB_OK)
		return rc;
	if (!hash_file(reply->fd, sha256)) {
		db_rollback(in->db);
		return DB_ERROR;
	}
	sodium_bin2hex(hex, sizeof(hex), sha256, sizeof(sha256));
	snprintf(part, sizeof(part), "%d", job->part);
	snprintf(status, sizeof(status), "%d", reply->status);
	snprintf(size, sizeof(size), "%lld", (long long)reply->size);
	rc = db_write(in->db, Q_FETCH_INSERT,
		      DB_PARAMS(in->run, job->source->code, part, url, status,
				reply->headers.buf, reply->etag.buf,
				reply->last_modified.buf, size,
				stands_for ? stands_for : hex));
	if (rc == DB_OK && *db_value(in->db, 0, 0) != 't')
		rc = db_copy(in->db, Q_BODY_COPY, next_piece, &pieces);
	if (rc == DB_OK)
		return db_commit(in->db);
	db_rollback(in->db);
	return rc;
}

/* One stored piece, behind what is in fd. */
static bool write_piece(const struct ingest *in, int fd, int64_t *size)
{
	const char *hex = db_value(in->db, 0, 0) + 2; /* behind the \x */
	size_t len = (db_length(in->db, 0, 0) - 2) / 2, done = 0;
	unsigned char *data = xmalloc(len + 1);
	bool ok = sodium_hex2bin(data, len + 1, hex, 2 * len, NULL, &done,
				 NULL) == 0 &&
		  file_write_all(fd, data, done);

	*size += (int64_t)done;
	free(data);
	return ok;
}

/* The body stored under that hash into a file; *size its bytes. */
static enum part_result load(struct ingest *in, struct source_job *job,
			     const char *sha256)
{
	enum db_result rc = DB_OK;

	if (job->fd >= 0)
		close(job->fd);
	job->body_size = 0;
	job->fd = fetch_open_file();
	if (job->fd < 0) {
		source_fault(job, 0, "", "can't make a file: %s",
			     strerror(errno));
		return PART_NONE;
	}
	for (int n = 0; rc == DB_OK; n++) {
		char number[12];

		snprintf(number, sizeof(number), "%d", n);
		rc = db_read(in->db, Q_BODY_PIECE, DB_PARAMS(sha256, number));
		if (rc == DB_OK && !write_piece(in, job->fd, &job->body_size)) {
			source_fault(job, 0, "", "can't write a file: %s",
				     strerror(errno));
			return PART_NONE;
		}
	}
	if (rc != DB_NONE)
		return no_database(in, job, rc, "can't read a stored body");
	if (lseek(job->fd, 0, SEEK_SET) == 0)
		return PART_READY;
	source_fault(job, 0, "", "can't read a file: %s", strerror(errno));
	return PART_NONE;
}

/* Behind the last part that is stored: whether the run had all there were. A
 * run that came to its end did; of another the adapter knows what is next. */
static enum part_result check_whole(struct ingest *in, struct source_job *job)
{
	enum db_result rc = db_read(in->db, Q_RUN_WHOLE,
				    DB_PARAMS(in->from, job->source->code));
	struct fetch_request request = { .agent = in->agent.buf };

	if (rc != DB_OK)
		return no_database(in, job, rc, "can't look at the run");
	source_address(job);
	if (*db_value(in->db, 0, 0) != 't' && job->source->ask(job, &request))
		source_fault(job, 0, "",
			     "run %s has no good reply of it, so what it has "
			     "stored is not whole",
			     in->from);
	return PART_NONE;
}

static enum part_result from_raw(struct ingest *in, struct source_job *job)
{
	char part[12], sha256[SHA256_HEX];
	enum db_result rc;

	snprintf(part, sizeof(part), "%d", job->part);
	rc = db_read(in->db, Q_FETCH_OF_RUN,
		     DB_PARAMS(in->from, job->source->code, part));
	if (rc == DB_NONE && job->part == 1)
		source_fault(job, 0, "", "run %s has no stored reply of it",
			     in->from);
	if (rc == DB_NONE)
		return job->part == 1 ? PART_NONE : check_whole(in, job);
	if (rc != DB_OK)
		return no_database(in, job, rc, "can't look up replies");
	snprintf(sha256, sizeof(sha256), "%s", db_value(in->db, 0, 0));
	free((char *)job->type);
	job->type = xstrdup(db_value(in->db, 0, 2));
	return load(in, job, sha256);
}

/* What is at hand of the part, for a conditional request. */
struct at_hand {
	char *etag, *last_modified;
	char sha256[SHA256_HEX];
};

static enum db_result look_at_hand(struct ingest *in,
				   const struct source_job *job,
				   const char *url, struct at_hand *h)
{
	enum db_result rc;
	char part[12];

	if (in->is_dry_run)
		return DB_NONE;
	snprintf(part, sizeof(part), "%d", job->part);
	rc = db_read(in->db, Q_FETCH_NEWEST,
		     DB_PARAMS(job->source->code, part, url));
	if (rc != DB_OK)
		return rc;
	h->etag = xstrdup(db_value(in->db, 0, 0));
	h->last_modified = xstrdup(db_value(in->db, 0, 1));
	snprintf(h->sha256, sizeof(h->sha256), "%s", db_value(in->db, 0, 2));
	return rc;
}

/* RFC 9110 section 15 has no others. */
static bool is_status(int status)
{
	return status >= 100 && status <= 599;
}

/* The reply of the host, stored; a 304 becomes the body it stands for. */
static enum part_result take(struct ingest *in, struct source_job *job,
			     const struct fetch_request *request,
			     const struct at_hand *h, struct fetch_reply *reply)
{
	bool allow = settings_int(SETTING_INGEST_ALLOW_HTTP) != 0;
	struct strbuf err = STRBUF_INIT;
	enum fetch_result got = fetch(request, allow, reply, &err);
	enum db_result rc = DB_OK;

	if (got == FETCH_LATER || got == FETCH_REFUSED) {
		job->is_later = got == FETCH_LATER;
		source_fault(job, 0, "", "%s", err.buf);
	}
	if (got == FETCH_UNCHANGED && !*h->sha256) {
		source_fault(job, 0, "",
			     "HTTP status 304 though nobody asked whether it "
			     "has changed");
		got = FETCH_REFUSED;
	}
	strbuf_release(&err);
	/* Of a body that broke off or is too large nothing is kept: it would
	 * pass for a copy at hand. */
	if (!in->is_dry_run &&
	    (got == FETCH_OK || got == FETCH_UNCHANGED ||
	     (is_status(reply->status) && reply->status != 200 && reply->size)))
		rc = store(in, job, reply, request->url,
			   got == FETCH_UNCHANGED ? h->sha256 : NULL);
	if (rc != DB_OK)
		return no_database(in, job, rc, "can't store a reply");
	if (got == FETCH_UNCHANGED)
		return load(in, job, h->sha256);
	if (got != FETCH_OK)
		return PART_NONE;
	job->fd = reply->fd;
	job->body_size = reply->size;
	free((char *)job->type);
	job->type = xstrdup(reply->type.buf);
	reply->fd = -1;
	return PART_READY;
}

static enum part_result from_net(struct ingest *in, struct source_job *job)
{
	struct fetch_request request = { .agent = in->agent.buf };
	struct fetch_reply reply = FETCH_REPLY_INIT;
	struct at_hand h = { 0 };
	enum part_result result;
	enum db_result rc;

	source_address(job);
	if (!job->source->ask(job, &request))
		return PART_NONE;
	rc = look_at_hand(in, job, request.url, &h);
	if (rc != DB_OK && rc != DB_NONE)
		return no_database(in, job, rc, "can't look up replies");
	if (rc == DB_OK && !request.post) {
		request.etag = h.etag;
		request.last_modified = h.last_modified;
	}
	result = take(in, job, &request, &h, &reply);
	fetch_release(&reply);
	free(h.etag);
	free(h.last_modified);
	return result;
}

enum part_result ingest_part(struct ingest *in, struct source_job *job)
{
	if (job->fd >= 0)
		close(job->fd);
	job->fd = -1;
	if (job->part > PARTS_MAX) {
		source_fault(job, 0, "", "the source does not come to an end");
		return PART_NONE;
	}
	return in->from ? from_raw(in, job) : from_net(in, job);
}
