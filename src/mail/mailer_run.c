/* autopsy-mailer run and once: claim, send, and so on. */
#include "mail/mailer.h"

#include <signal.h>
#include <sys/signalfd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/parse.h"
#include "base/settings.h"
#include "base/usage.h"
#include "mail/mailer_work.h"

#define AWAY_MS 1000
#define SHORT_MS 100

extern const struct template_source views[]; /* made by the build */

static const char help_run[] =
	"usage: autopsy-mailer run\n"
	"\n"
	"Sends what is queued and what will be, until SIGTERM or SIGINT, which\n"
	"let it finish the mail in hand. Logs a JSON line a mail on standard\n"
	"error, without addresses. Any number of them may run, on any hosts.\n"
	"Exit: 0 stopped, 1 failed, 2 usage or settings.\n";

static const char help_once[] =
	"usage: autopsy-mailer once\n"
	"\n"
	"Sends what is due now, and ends.\n"
	"Exit: 0 nothing is due any more, 1 the relay wants no mail from us, or\n"
	"failed, 2 usage or settings, 75 try later: the relay or the database\n"
	"can't be reached.\n";

/* Mails to claim at once: a second's, so that a more urgent one need not wait
 * longer. A relay that may be away gets one to try. */
static int64_t batch_size(const struct mailer *m)
{
	int64_t rate = settings_int(SETTING_MAIL_RATE);

	if (m->breaker.is_open)
		return 1;
	return rate && rate < BATCH_MAX ? rate : BATCH_MAX;
}

static enum db_result claim(struct mailer *m,
			    struct mailer_mail mails[BATCH_MAX], int *count)
{
	enum db_result rc;
	char most[24];

	*count = 0;
	snprintf(most, sizeof(most), "%lld", (long long)batch_size(m));
	m->claimed_ms = clock_ms();
	rc = mailer_ask(m, Q_MAILER_CLAIM,
			DB_PARAMS(m->worker, m->lease, most));
	for (int i = 0; rc == DB_OK && i < db_rows(m->db) && i < BATCH_MAX;
	     i++) {
		struct mailer_mail *mail = &mails[i];

		snprintf(mail->id, sizeof(mail->id), "%s",
			 db_value(m->db, i, 0));
		snprintf(mail->claim, sizeof(mail->claim), "%s",
			 db_value(m->db, i, 1));
		snprintf(mail->kind, sizeof(mail->kind), "%s",
			 db_value(m->db, i, 2));
		if (!parse_int(mail->id, 1, INT64_MAX, &mail->number) ||
		    !parse_int(db_value(m->db, i, 3), 0, INT64_MAX,
			       &mail->attempts))
			BUG("mail %s has no numbers", mail->id);
		*count = i + 1;
	}
	return rc == DB_NONE ? DB_OK : rc;
}

/* Until the rate allows another mail; false: it is given back. */
static bool is_time_for_one(struct mailer *m)
{
	int64_t wait_us;

	while ((wait_us = pace_bucket_take(&m->bucket, clock_us())) &&
	       !mailer_is_stopping(m))
		mailer_pause(m, wait_us / 1000 + 1);
	/* Of those that were slow to go another worker may soon take hold. */
	return !mailer_is_stopping(m) &&
	       clock_ms() - m->claimed_ms < m->lease_ms / 2;
}

static bool send_batch(struct mailer *m, const struct mailer_mail *mails,
		       int count)
{
	enum mailer_next next = MAILER_GO_ON;
	int i = 0;

	while (i < count && next == MAILER_GO_ON && is_time_for_one(m)) {
		mailer_tick(m);
		next = mailer_send(m, &mails[i++]);
	}
	if (i < count && next != MAILER_BROKEN)
		mailer_release(m);
	return next != MAILER_BROKEN;
}

/* Nothing is due: until we are told of a mail, or one is, or it is time to
 * look whether a worker has died. */
static void wait_for_mail(struct mailer *m)
{
	int64_t wait = m->rescue_at - clock_ms(), due;
	enum db_result rc = mailer_ask(m, Q_MAILER_NEXT, DB_NO_PARAMS);
	const char *next = rc == DB_OK ? db_value(m->db, 0, 0) : NULL;

	if (next && parse_int(next, INT64_MIN, INT64_MAX, &due) && wait > due)
		wait = due;
	if (m->watchdog_ms && wait > m->watchdog_ms / 3)
		wait = m->watchdog_ms / 3;
	/* What is due now is in another's hands. */
	if (wait < SHORT_MS)
		wait = SHORT_MS;
	if (rc == DB_OK && db_wait(m->db, m->stop_fd, wait) != DB_DOWN)
		return;
	mailer_pause(m, AWAY_MS);
}

/* Why not now, as an exit status of once, which does not wait; 0: go on. */
static int hold_off(struct mailer *m)
{
	enum mailer_session session = mailer_session(m);
	int64_t wait = pace_breaker_wait(&m->breaker, clock_ms());

	if (session == SESSION_BROKEN)
		return 1;
	if (session == SESSION_READY && !wait)
		return 0;
	if (m->is_once)
		return wait && m->is_refused ? 1 : EXIT_TRY_LATER;
	mailer_pause(m, session == SESSION_AWAY || wait > AWAY_MS ? AWAY_MS
								  : wait);
	return EXIT_TRY_LATER;
}

static int work(struct mailer *m)
{
	struct mailer_mail mails[BATCH_MAX];

	while (!mailer_is_stopping(m)) {
		int status = hold_off(m), count;
		enum db_result rc;

		mailer_tick(m);
		if (status == 1 || (status && m->is_once))
			return status;
		if (status)
			continue;
		rc = claim(m, mails, &count);
		if (rc == DB_ERROR || rc == DB_CONFLICT) {
			log_event(LOG_ERROR, "db.query", "%s", db_error(m->db));
			return 1;
		}
		if (count && !send_batch(m, mails, count))
			return 1;
		if (count || rc != DB_OK)
			continue;
		if (m->is_once)
			break;
		wait_for_mail(m);
	}
	return 0;
}

static const char *or_null(enum setting s)
{
	const char *value = settings_str(s);

	return *value ? value : NULL;
}

static bool open_transport(struct mailer *m)
{
	const struct transport_options options = {
		.url = settings_str(SETTING_MAIL_URL),
		.helo = settings_str(SETTING_MAIL_DOMAIN),
		.auth_file = or_null(SETTING_MAIL_AUTH_FILE),
		.ca_file = or_null(SETTING_MAIL_CA_FILE),
		.tick = mailer_tick,
		.tick_arg = m,
	};
	struct strbuf err = STRBUF_INIT;

	if (!*options.url)
		strbuf_addstr(&err, "where to? MAIL_URL is not set: "
				    "smtp://HOST, smtps://HOST or "
				    "file:/DIRECTORY");
	else
		m->transport = transport_open(&options, &err);
	if (!m->transport)
		fprintf(stderr, "autopsy-mailer: %s\n", err.buf);
	strbuf_release(&err);
	return m->transport;
}

/* A mail of which nobody can tell who sent it is not even tried. */
static bool check_sender(void)
{
	struct strbuf err = STRBUF_INIT;
	struct address a;
	bool ok = address_parse(&a, settings_str(SETTING_MAIL_FROM), &err);

	if (!ok)
		fprintf(stderr, "autopsy-mailer: MAIL_FROM: %s\n", err.buf);
	strbuf_release(&err);
	return ok;
}

static bool open_views(struct mailer *m)
{
	struct strbuf err = STRBUF_INIT;

	m->views = template_set_new(views, &err);
	if (!m->views)
		fprintf(stderr, "autopsy-mailer: %s\n", err.buf);
	strbuf_release(&err);
	return m->views;
}

/* Signals to end are read from a descriptor, so that none is missed between
 * a look at it and a wait. */
static void catch_signals(struct mailer *m)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	m->stop_fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (m->stop_fd < 0)
		BUG("there is no signalfd");
	/* A relay that hangs up, a full disk: write() says so. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

static void set_up(struct mailer *m)
{
	int64_t lease = settings_int(SETTING_MAIL_LEASE_S);

	m->connects = -1;
	snprintf(m->worker, sizeof(m->worker), "1");
	m->lease_ms = lease * 1000;
	snprintf(m->lease, sizeof(m->lease), "%lld seconds", (long long)lease);
	pace_bucket_init(&m->bucket, settings_int(SETTING_MAIL_RATE),
			 clock_us());
	m->watchdog_ms = notify_watchdog_ms();
	catch_signals(m);
	m->db = mailer_open_db();
}

static int run(bool is_once)
{
	struct mailer m = { .is_once = is_once,
			    .stop_fd = -1,
			    .letter = MAILER_LETTER_INIT,
			    .reply = MAIL_REPLY_INIT };
	int status = EXIT_USAGE;

	if (!open_transport(&m) || !check_sender() || !mailer_keys(&m.keys) ||
	    !mailer_pepper(&m.pepper) || !open_views(&m))
		goto out;
	set_up(&m);
	if (!is_once) {
		log_setup("autopsy-mailer",
			  (enum log_level)settings_int(SETTING_LOG_LEVEL));
		log_event(LOG_INFO, "mailer.start", "%s", VERSION);
		notify_systemd("READY=1");
	}
	status = work(&m);
	if (is_once)
		printf("%lld sent, %lld to be tried later, %lld given up\n",
		       (long long)m.sent, (long long)m.put_off,
		       (long long)m.dropped);
	else
		log_event(LOG_INFO, "mailer.stop", "%lld mails were sent",
			  (long long)m.sent);
out:
	db_free(m.db);
	transport_close(m.transport);
	template_set_free(m.views);
	mailer_letter_release(&m.letter);
	strbuf_release(&m.reply.text);
	explicit_bzero(&m.keys, sizeof(m.keys));
	explicit_bzero(&m.pepper, sizeof(m.pepper));
	if (m.stop_fd >= 0)
		close(m.stop_fd);
	return status;
}

/* Neither takes arguments. */
static int command(int argc, char **argv, const char *help, bool is_once)
{
	if (argc > 1 && usage_is_help(argv[1])) {
		fputs(help, stdout);
		return 0;
	}
	if (argc > 1)
		return usage_wrong(is_once ? "autopsy-mailer once"
					   : "autopsy-mailer run",
				   "what is '%.40s' for?", argv[1]);
	return run(is_once);
}

int mailer_run_command(int argc, char **argv)
{
	return command(argc, argv, help_run, false);
}

int mailer_once_command(int argc, char **argv)
{
	return command(argc, argv, help_once, true);
}
