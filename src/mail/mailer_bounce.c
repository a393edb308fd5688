/*
 * autopsy-mailer bounce: what a mail server hands over of that which came back
 * to the address of one of our mails.
 *
 * A mail server would answer a program that fails with one more report, to
 * whoever claims to have sent this one. So what is no report, or comes to an
 * address that we did not make, is dropped in silence; and whatever is our
 * own trouble says "try later", which keeps it in the server's queue.
 */
#include "mail/mailer.h"

#include <errno.h>
#include <sodium/crypto_hash_sha256.h>
#include <sodium/utils.h>
#include <unistd.h>

#include "base/settings.h"
#include "base/usage.h"
#include "mail/dsn.h"
#include "mail/mailer_job.h"
#include "mail/mime_read.h"

static const char help[] =
	"usage: autopsy-mailer bounce [--to ADDRESS]\n"
	"\n"
	"Reads a mail of at most 256 KiB on standard input: a report (RFC 3464)\n"
	"that one of our mails was not delivered, or a complaint (RFC 5965).\n"
	"An address that is gone, or whose owner complains, is not written to\n"
	"again; one that fails three times in 30 days not for 90 days.\n"
	"  --to ADDRESS  where it was sent to; else the mail's Delivered-To,\n"
	"                X-Original-To or To. It names the mail and is signed,\n"
	"                so that nobody can stop another's mail.\n"
	"Postfix calls it by a service of master.cf, see deploy/postfix:\n"
	"  autopsy-bounce unix - n n - 2 pipe flags=R user=autopsy-bounce\n"
	"    argv=/usr/bin/autopsy-mailer bounce --to ${recipient}\n"
	"Exit: 0 it is recorded, or is no report of ours and dropped; 2 bad\n"
	"usage or settings; 75 try later.\n";

struct report {
	int64_t id; /* of the mail it is about */
	const char *bounce;
	int code;
	const char *status;
};

/* What is dropped is told once, without a word of what stands in it. */
static int drop(const char *why)
{
	fprintf(stderr, "autopsy-mailer: dropped: %s\n", why);
	return 0;
}

/* Reads to the end, so that the server can write all of it, but keeps no more
 * than one byte above the limit. */
static bool read_all(struct strbuf *mail)
{
	char chunk[16384];

	for (;;) {
		ssize_t n = read(STDIN_FILENO, chunk, sizeof(chunk));
		size_t room = DSN_MAX_BYTES + 1 - mail->len;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		strbuf_add(mail, chunk, (size_t)n < room ? (size_t)n : room);
	}
}

/* The first address of ours in a field: alone, in < >, or among others. */
static bool find_address(const struct token_keys *keys, const char *field,
			 int64_t *id)
{
	static const char around[] = " \t<>,;\"()";
	char word[BOUNCE_ADDRESS_SIZE];

	while (*field) {
		size_t len = strcspn(field, around);

		if (len && len < sizeof(word)) {
			memcpy(word, field, len);
			word[len] = '\0';
			if (bounce_address_read(
				    keys, word,
				    settings_str(SETTING_MAIL_DOMAIN), id))
				return true;
		}
		field += len + strspn(field + len, around);
	}
	return false;
}

static bool find_id(const struct token_keys *keys, const char *to,
		    const struct strbuf *mail, struct arena *a, int64_t *id)
{
	static const char *const names[] = { "Delivered-To", "X-Original-To",
					     "To" };
	struct mime_part whole =
		mime_read((struct mime_text){ mail->buf, mail->len });

	if (to)
		return find_address(keys, to, id);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value = mime_header(a, &whole, names[i]);

		if (value && find_address(keys, value, id))
			return true;
	}
	return false;
}

/* Which recipient made it what it is, for the record. */
static void judge(const struct dsn *dsn, struct report *report)
{
	enum bounce bounce = dsn_judge(dsn);

	report->bounce = bounce_name(bounce);
	for (size_t i = dsn->count; i-- > 0;) {
		const struct dsn_recipient *r = &dsn->recipients[i];

		if (r->action == DSN_FAILED &&
		    bounce_judge(r->code, r->status) == bounce) {
			report->code = r->code;
			report->status = r->status;
		}
	}
}

static int record(const struct report *report, const struct strbuf *mail)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char id[24], code[16], hex[2 * sizeof(hash) + 3] = "\\x";
	struct db *db = mailer_open_db();
	enum db_result rc;

	crypto_hash_sha256(hash, (const unsigned char *)mail->buf, mail->len);
	sodium_bin2hex(hex + 2, sizeof(hex) - 2, hash, sizeof(hash));
	snprintf(id, sizeof(id), "%lld", (long long)report->id);
	snprintf(code, sizeof(code), "%d", report->code);
	rc = db_write(db, Q_MAILER_REPORT,
		      DB_PARAMS(id, hex, report->bounce,
				report->code ? code : NULL, report->status));
	if (rc == DB_OK)
		fprintf(stderr, "autopsy-mailer: mail %s: %s%s%s: %s\n", id,
			report->bounce, *report->status ? " " : "",
			report->status, db_value(db, 0, 0));
	else
		fprintf(stderr, "autopsy-mailer: %s: %s\n",
			rc == DB_DOWN || rc == DB_BUSY
				? "the database can't be reached"
				: "can't record what came back",
			db_error(db));
	db_free(db);
	return rc == DB_OK ? 0 : EXIT_TRY_LATER;
}

static int take(const struct token_keys *keys, const char *to,
		const struct strbuf *mail)
{
	struct report report = { .bounce = "complaint", .status = "" };
	struct strbuf err = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	struct dsn dsn;
	int status;

	if (dsn_read(mail->buf, mail->len, to, &a, &dsn, &err) == DSN_NONE) {
		status = drop(err.buf);
	} else if (!find_id(keys, to, mail, &a, &report.id)) {
		status = drop("it was not sent to an address of ours");
	} else {
		if (dsn.kind == DSN_REPORT)
			judge(&dsn, &report);
		status = record(&report, mail);
	}
	arena_release(&a);
	strbuf_release(&err);
	return status;
}

int mailer_bounce_command(int argc, char **argv)
{
	struct strbuf mail = STRBUF_INIT;
	struct token_keys keys;
	const char *to = NULL;
	int status;

	for (int i = 1; i < argc; i++) {
		if (usage_is_help(argv[i])) {
			fputs(help, stdout);
			return 0;
		}
		if (strcmp(argv[i], "--to") != 0)
			return usage_wrong("autopsy-mailer bounce",
					   "what is '%.40s' for?", argv[i]);
		if (++i == argc)
			return usage_wrong("autopsy-mailer bounce",
					   "--to needs an address");
		to = argv[i];
	}
	if (!mailer_keys(&keys))
		return EXIT_TRY_LATER;
	if (!read_all(&mail)) {
		fprintf(stderr, "autopsy-mailer: standard input: %s\n",
			strerror(errno));
		status = EXIT_TRY_LATER;
	} else {
		status = take(&keys, to, &mail);
	}
	strbuf_release(&mail);
	return status;
}
