-- name: mailer_status
-- Called by autopsy-mailer status: all that it shows, as one JSON document.
WITH waiting AS MATERIALIZED (
	SELECT m.id, m.kind, m.state, m.run_at, m.attempts
	FROM mail.message AS m
	WHERE m.state IN ('ready', 'sending')
), due AS MATERIALIZED (
	-- A mail whose connection failed is due anew, but has waited since the
	-- first time: the relay has said nothing of it yet.
	SELECT
		w.kind,
		least(w.run_at, (
			SELECT min(a.ended_at)
			FROM mail.attempt AS a
			WHERE a.message_id = w.id
				AND a.outcome IN ('connection', 'lost')
				AND a.id > coalesce((
					SELECT max(o.id)
					FROM mail.attempt AS o
					WHERE o.message_id = w.id
						AND o.outcome NOT IN
							('connection', 'lost')),
					0))) AS since
	FROM waiting AS w
	WHERE w.run_at <= now()
), recent AS (
	SELECT
		count(*) FILTER (
			WHERE a.ended_at > now() - interval '1 hour') AS hour,
		count(*) AS day
	FROM mail.attempt AS a
	WHERE a.outcome = 'sent'
		AND a.ended_at > now() - interval '1 day'
), trouble AS (
	SELECT a.id, a.ended_at, a.reply
	FROM mail.attempt AS a
	WHERE a.outcome = 'connection'
	ORDER BY a.id DESC
	LIMIT 1
)
SELECT json_build_object(
	'mails', (
		SELECT json_build_object(
			'ready', count(*) FILTER (WHERE m.state = 'ready'),
			'sending', count(*) FILTER (WHERE m.state = 'sending'),
			'sent', count(*) FILTER (WHERE m.state = 'sent'),
			'failed', count(*) FILTER (WHERE m.state = 'failed'),
			'unknown', count(*) FILTER (WHERE m.state = 'unknown'),
			'cancelled', count(*) FILTER (
				WHERE m.state = 'cancelled'))
		FROM mail.message AS m),
	'due', (
		SELECT count(*)
		FROM waiting AS w
		WHERE w.state = 'ready' AND w.run_at <= now()),
	-- Confirmations over what the site sends in an hour.
	'held', (
		SELECT count(*)
		FROM waiting AS w
		WHERE w.kind = 'confirm' AND w.state = 'ready'
			AND w.attempts = 0 AND w.run_at > now()),
	'oldest_due_s', (
		SELECT extract(epoch FROM now() - min(d.since))::bigint
		FROM due AS d),
	'oldest_confirmation_s', (
		SELECT extract(epoch FROM now() - min(d.since))::bigint
		FROM due AS d
		WHERE d.kind = 'confirm'),
	'sent_last_hour', r.hour,
	'sent_last_day', r.day,
	'failed_ids', (
		SELECT coalesce(json_agg(f.id), '[]')
		FROM (
			SELECT m.id
			FROM mail.message AS m
			WHERE m.state = 'failed'
			ORDER BY m.id DESC
			LIMIT 20
		) AS f),
	'unknown_ids', (
		SELECT coalesce(json_agg(u.id), '[]')
		FROM (
			SELECT m.id
			FROM mail.message AS m
			WHERE m.state = 'unknown'
			ORDER BY m.id DESC
			LIMIT 20
		) AS u),
	'relay_trouble', (
		SELECT json_build_object(
			'at', to_char(t.ended_at AT TIME ZONE 'UTC',
				'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
			-- Addresses are blotted out when a reply is stored;
			-- what looks like one is none to show.
			'words', regexp_replace(t.reply, '[^ <>"]+@[^ <>"]+',
				'…', 'g'),
			'is_over', EXISTS (
				SELECT
				FROM mail.attempt AS a
				WHERE a.id > t.id AND a.outcome = 'sent'))
		FROM trouble AS t),
	'workers', (
		SELECT coalesce(json_agg(k.objid::bigint ORDER BY k.objid), '[]')
		FROM pg_locks AS k
		JOIN pg_database AS b ON b.oid = k.database
		WHERE b.datname = current_database()
			AND k.locktype = 'advisory'
			AND k.classid = 7001
			AND k.objsubid = 2
			AND k.granted),
	'suppressions', (
		SELECT coalesce(json_object_agg(x.reason, x.n), '{}')
		FROM (
			SELECT s.reason, count(*) AS n
			FROM mail.suppression AS s
			WHERE coalesce(s.expires_at, 'infinity') > now()
			GROUP BY s.reason
			ORDER BY s.reason
		) AS x),
	'readers', (
		SELECT coalesce(json_object_agg(x.state, x.n), '{}')
		FROM (
			SELECT e.state, count(*) AS n
			FROM mail.reader AS e
			GROUP BY e.state
			ORDER BY e.state
		) AS x),
	'pending_signups', (
		SELECT count(*)
		FROM mail.signup AS s
		WHERE s.confirmed_at IS NULL AND s.expires_at > now()),
	'signup_mode', mail.signup_mode())
FROM recent AS r;

-- name: mailer_report
-- Called by autopsy-mailer bounce: the mail, SHA-256 of the report, and what
-- it says.
SELECT mail.note_bounce($1::bigint, $2::bytea, $3::text, $4::bigint, $5::text);
