-- name: mailer_plans
-- For mail/mailer_session.c: plans are kept as long as the session, and one
-- that was made while a table had ten rows would read all of 100,000.
SELECT set_config('enable_seqscan', 'off', false);

-- name: mailer_take_worker
-- For mail/mailer_session.c: the number this session goes by.
SELECT mail.take_worker($1::bigint);

-- name: mailer_release
-- For mail/mailer_session.c: what a former session under that number left, or
-- this one will not get to.
SELECT mail.release_messages($1::bigint);

-- name: mailer_rescue
-- For mail/mailer_session.c: mails of workers that are gone.
SELECT mail.rescue_messages();

-- name: mailer_prune
-- For mail/mailer_session.c: forgets what is kept no longer.
SELECT mail.prune();

-- name: mailer_old_subscribers
-- For mail/mailer_session.c: requests from before there was a mailer.
SELECT s.id, s.email
FROM mail.subscriber AS s
WHERE s.id > $1::bigint
ORDER BY s.id
LIMIT 1;

-- name: mailer_adopt
-- For mail/mailer_session.c: one of them, with the hash of its address.
SELECT mail.adopt_subscriber($1::bigint, $2::text, $3::bytea);

-- name: mailer_claim
-- For mail/mailer_run.c: the next mails, the most urgent first.
SELECT m.id, m.claim, m.kind, m.attempts
FROM mail.claim_messages($1::bigint, $2::interval, $3::bigint) AS m
ORDER BY m.priority, m.run_at, m.id;

-- name: mailer_next
-- For mail/mailer_run.c: milliseconds until a mail is due, below 0 when one
-- is that another works on, null when none waits.
-- One look at the index for each priority, however many mails wait.
WITH RECURSIVE first AS (
	(
		SELECT m.priority, m.run_at
		FROM mail.message AS m
		WHERE m.state = 'ready'
		ORDER BY m.priority, m.run_at
		LIMIT 1
	)
	UNION ALL
	SELECT n.priority, n.run_at
	FROM first AS f
	CROSS JOIN LATERAL (
		SELECT m.priority, m.run_at
		FROM mail.message AS m
		WHERE m.state = 'ready' AND m.priority > f.priority
		ORDER BY m.priority, m.run_at
		LIMIT 1
	) AS n
)
SELECT (1000 * extract(epoch FROM min(f.run_at) - clock_timestamp()))::bigint
FROM first AS f;

-- name: mailer_compose
-- For mail/mailer_send.c: what a mail says; null when nobody wants it.
SELECT mail.compose($1::bigint);

-- name: mailer_begin_data
-- For mail/mailer_send.c: the last moment to say no.
SELECT mail.begin_data($1::bigint, $2::uuid, $3::interval);

-- name: mailer_finish
-- For mail/mailer_send.c: what became of a mail, and of its address where that
-- was refused for good.
WITH done AS MATERIALIZED (
	SELECT mail.finish_message($1::bigint, $2::uuid, $3::text, $4::bigint,
		$5::text, $6::interval) AS state
)
SELECT
	d.state,
	CASE WHEN d.state = 'failed' AND $7::text IS NOT NULL
		THEN mail.note_bounce($1::bigint, NULL, $7::text, $4::bigint,
			$8::text) END
FROM done AS d;
