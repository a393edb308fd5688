-- What the mailer, the pages behind the links in mails, and operators need.

CREATE TABLE mail.consent_text (
	version text NOT NULL,
	body text NOT NULL,
	CONSTRAINT consent_text_pkey PRIMARY KEY (version),
	CONSTRAINT consent_text_version_check
		CHECK (version ~ '^[0-9a-z][0-9a-z.-]{0,39}$')
);

COMMENT ON TABLE mail.consent_text IS
	'What stood beside the button that somebody pressed, by version';

INSERT INTO mail.consent_text (version, body)
VALUES
	('2026-11', 'One mail when a new guide appears, and nothing else: '
		'no advertising, no sharing of your address. We note your '
		'request now; you are not subscribed before you confirm it.'),
	('2026-11-24', 'One mail when a new guide appears, and nothing else: '
		'no advertising, no sharing of your address. First we send a '
		'mail that asks you to confirm; until you do, you are not '
		'subscribed.');

CREATE TABLE mail.bounce (
	id bigint GENERATED ALWAYS AS IDENTITY,
	sha256 bytea,
	message_id bigint NOT NULL,
	bounce text NOT NULL,
	code bigint,
	status text NOT NULL DEFAULT '',
	received_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT bounce_pkey PRIMARY KEY (id),
	CONSTRAINT bounce_sha256_key UNIQUE (sha256),
	CONSTRAINT bounce_sha256_check CHECK (octet_length(sha256) = 32),
	CONSTRAINT bounce_message_id_fkey FOREIGN KEY (message_id)
		REFERENCES mail.message (id) ON DELETE CASCADE,
	CONSTRAINT bounce_bounce_check CHECK (bounce IN ('ignore', 'failed',
		'soft', 'hard-180', 'hard', 'complaint'))
);

COMMENT ON TABLE mail.bounce IS
	'What came back of a mail: a refusal by our relay, a report, a complaint';
COMMENT ON COLUMN mail.bounce.sha256 IS
	'Of the report, so that it counts once; null: the relay said it';

CREATE INDEX bounce_message_id_idx ON mail.bounce (message_id);

-- A worker's number is free again when its session ends, however it ends.
CREATE FUNCTION mail.take_worker(p_wanted bigint)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF pg_try_advisory_lock(7001, p_wanted::integer) THEN
		RETURN p_wanted;
	END IF;
	FOR n IN 1..1000 LOOP
		IF pg_try_advisory_lock(7001, n) THEN
			RETURN n;
		END IF;
	END LOOP;
	RETURN NULL;
END
$$;

COMMENT ON FUNCTION mail.take_worker(bigint) IS
	'A number for the worker of this session: the wanted one if it is free,
else the first free one; null if a thousand are at work';

-- PL/pgSQL keeps the plans of what is asked once or more a mail, SQL makes them
-- anew at each call: a worker sends twice as many mails a second.

-- Who asks to see or erase what is stored is always heard.
CREATE OR REPLACE FUNCTION mail.is_suppressed(p_email_hash bytea, p_kind text)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT EXISTS (
			SELECT
			FROM mail.suppression AS s
			WHERE s.email_hash = p_email_hash
				AND coalesce(s.expires_at, 'infinity') > now()
				-- Who asks again may be asked whether they mean it.
				AND (p_kind NOT IN ('confirm', 'manage') OR s.reason
					IN ('blocked', 'complaint', 'manual'))));
END
$$;

CREATE OR REPLACE FUNCTION mail.may_send(m mail.message)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT CASE m.kind
			WHEN 'confirm' THEN EXISTS (
				SELECT
				FROM mail.signup AS s
				WHERE s.id = m.signup_id
					AND s.confirmed_at IS NULL
					AND s.expires_at > now()
					AND NOT mail.is_suppressed(s.email_hash,
						m.kind))
			ELSE EXISTS (
				SELECT
				FROM mail.reader AS r
				WHERE r.id = m.reader_id
					AND (r.state = 'active'
						OR (m.kind = 'manage'
							AND r.email IS NOT NULL))
					AND NOT mail.is_suppressed(r.email_hash,
						m.kind))
		END
		AND (m.kind <> 'notice' OR EXISTS (
			SELECT
			FROM mail.announcement AS a
			WHERE a.message_id = m.id)));
END
$$;

CREATE FUNCTION mail.topic_words(p_topic text)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT CASE split_part(p_topic, ':', 1)
			WHEN 'category' THEN 'new guides in ' || coalesce((
				SELECT g.title
				FROM catalog.category AS g
				WHERE g.slug = split_part(p_topic, ':', 2)),
				split_part(p_topic, ':', 2))
			WHEN 'career' THEN 'the guide ' || coalesce((
				SELECT s.name
				FROM catalog.career_summary AS s
				WHERE s.slug = split_part(p_topic, ':', 2)),
				split_part(p_topic, ':', 2))
			ELSE 'new career guides'
		END);
END
$$;

COMMENT ON FUNCTION mail.topic_words(text) IS
	'A topic as it stands after "mail about"';

CREATE FUNCTION mail.topics_words(p_topics text[])
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT CASE
			WHEN 'all' = ANY (p_topics) THEN mail.topic_words('all')
			ELSE coalesce((
				SELECT string_agg(CASE
					-- "new guides in" is said once.
					WHEN t.topic LIKE 'category:%'
						AND p_topics[t.place - 1]
						LIKE 'category:%'
						THEN substr(mail.topic_words(
							t.topic), 15)
					ELSE mail.topic_words(t.topic) END
					|| CASE t.place
						WHEN cardinality(p_topics) THEN ''
						WHEN cardinality(p_topics) - 1
							THEN ' and '
						ELSE ', ' END, ''
					ORDER BY t.place)
				FROM unnest(p_topics) WITH ORDINALITY
					AS t (topic, place)), '')
		END);
END
$$;

COMMENT ON FUNCTION mail.topics_words(text[]) IS
	'The same for several: "the guide A, new guides in B and C"';

CREATE FUNCTION mail.topic_list(p_topics text[])
RETURNS json
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT coalesce(json_agg(json_build_object('topic', t.topic,
		'words', mail.topic_words(t.topic)) ORDER BY t.topic), '[]')
	FROM unnest(p_topics) AS t (topic);
END;

CREATE FUNCTION mail.masked(p_email text)
RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
RETURN left(p_email, 1) || '***@' || split_part(p_email, '@', 2);

COMMENT ON FUNCTION mail.masked(text) IS
	'An address for a page that whoever was passed the link may see';

CREATE FUNCTION mail.topics_of(p_reader_id uuid)
RETURNS text[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT coalesce(array_agg(b.topic ORDER BY b.topic), '{}')
		FROM mail.subscription AS b
		WHERE b.reader_id = p_reader_id);
END
$$;

CREATE FUNCTION mail.compose(p_id bigint)
RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	this mail.message;
	careers json;
BEGIN
	SELECT m.* INTO this
	FROM mail.message AS m
	WHERE m.id = p_id;
	IF NOT FOUND OR NOT mail.may_send(this) THEN
		RETURN NULL;
	END IF;
	IF this.kind = 'confirm' THEN
		RETURN (
			SELECT json_build_object(
				'kind', this.kind,
				'to', s.email,
				'message_id', this.message_id,
				'dated', extract(epoch
					FROM this.dated_at)::bigint,
				'topic', mail.topics_words(s.topics),
				'signup', s.id,
				'generation', s.generation,
				'page', s.page,
				'asked', extract(epoch
					FROM s.requested_at)::bigint,
				'expires', extract(epoch
					FROM s.expires_at)::bigint)
			FROM mail.signup AS s
			WHERE s.id = this.signup_id);
	END IF;
	SELECT json_agg(json_build_object(
		'name', c.name,
		'tagline', c.tagline,
		'url', c.url) ORDER BY c.published_at, c.slug)
	INTO careers
	FROM mail.announcement AS a
	JOIN catalog.career_summary AS c ON c.career_id = a.career_id
	WHERE a.message_id = this.id;
	-- All that it would tell of was withdrawn meanwhile.
	IF this.kind = 'notice' AND careers IS NULL THEN
		RETURN NULL;
	END IF;
	RETURN (
		SELECT json_build_object(
			'kind', this.kind,
			'to', r.email,
			'message_id', this.message_id,
			'dated', extract(epoch FROM this.dated_at)::bigint,
			'topic', mail.topics_words(mail.topics_of(r.id)),
			'reader', r.id,
			'confirmed', extract(epoch
				FROM r.confirmed_at)::bigint,
			'asked', extract(epoch FROM this.created_at)::bigint,
			'expires', extract(epoch FROM this.created_at
				+ interval '72 hours')::bigint,
			'careers', coalesce(careers, '[]'))
		FROM mail.reader AS r
		WHERE r.id = this.reader_id);
END
$$;

COMMENT ON FUNCTION mail.compose(bigint) IS
	'What a mail says; nothing when nobody wants it any more';

CREATE FUNCTION mail.suppress(
	p_email_hash bytea,
	p_reason text,
	p_expires_at timestamptz)
RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	is_stronger boolean;
BEGIN
	-- What people said outweighs what servers say, and longer shorter.
	INSERT INTO mail.suppression AS x (email_hash, reason, expires_at)
	VALUES (p_email_hash, p_reason, p_expires_at)
	ON CONFLICT ON CONSTRAINT suppression_pkey DO UPDATE
	SET reason = excluded.reason, created_at = now(),
		expires_at = excluded.expires_at
	WHERE x.reason NOT IN ('blocked', 'complaint', 'manual')
		AND (excluded.reason IN ('blocked', 'complaint')
			OR (x.reason <> 'erased'
				AND coalesce(excluded.expires_at, 'infinity')
				> coalesce(x.expires_at, 'infinity'))
			OR x.expires_at <= now())
	RETURNING true INTO is_stronger;
	RETURN coalesce(is_stronger, false);
END
$$;

COMMENT ON FUNCTION mail.suppress(bytea, text, timestamptz) IS
	'No more mail to an address; true when that is new or lasts longer';

CREATE FUNCTION mail.note_bounce(
	p_message_id bigint,
	p_sha256 bytea,
	p_bounce text,
	p_code bigint,
	p_status text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	this mail.message;
	hash bytea;
	reason text;
	ends_at timestamptz;
BEGIN
	SELECT m.* INTO this
	FROM mail.message AS m
	WHERE m.id = p_message_id;
	IF NOT FOUND THEN
		RETURN 'stranger';
	END IF;
	SELECT coalesce(s.email_hash, r.email_hash) INTO hash
	FROM (VALUES (1)) AS one
	LEFT JOIN mail.signup AS s ON s.id = this.signup_id
	LEFT JOIN mail.reader AS r ON r.id = this.reader_id;
	INSERT INTO mail.bounce (sha256, message_id, bounce, code, status)
	VALUES (p_sha256, this.id, p_bounce, p_code, left(p_status, 12))
	ON CONFLICT ON CONSTRAINT bounce_sha256_key DO NOTHING;
	IF NOT FOUND THEN
		RETURN 'known';
	END IF;
	CASE p_bounce
	WHEN 'hard' THEN
		reason := 'hard';
	WHEN 'hard-180' THEN
		reason := 'hard';
		ends_at := now() + interval '180 days';
	WHEN 'complaint' THEN
		reason := 'complaint';
	WHEN 'soft' THEN
		-- Three different mails in 30 days: nobody empties that box.
		IF (SELECT count(DISTINCT b.message_id) >= 3
			FROM mail.bounce AS b
			JOIN mail.message AS m ON m.id = b.message_id
			WHERE b.bounce = 'soft'
				AND b.received_at > now() - interval '30 days'
				AND (m.reader_id = this.reader_id
					OR m.signup_id = this.signup_id)) THEN
			reason := 'soft';
			ends_at := now() + interval '90 days';
		END IF;
	ELSE
		NULL;
	END CASE;
	IF reason IS NULL OR NOT mail.suppress(hash, reason, ends_at) THEN
		RETURN 'recorded';
	END IF;
	UPDATE mail.reader AS r
	SET state = CASE reason WHEN 'complaint' THEN 'complained'
			ELSE 'bounced' END,
		state_at = now()
	WHERE r.email_hash = hash AND r.state = 'active'
		AND reason <> 'soft';
	UPDATE mail.message AS m
	SET state = 'cancelled'
	WHERE m.state = 'ready'
		AND (m.reader_id = this.reader_id OR m.signup_id = this.signup_id);
	INSERT INTO mail.consent_event (email_hash, kind)
	VALUES (hash, CASE reason WHEN 'complaint' THEN 'complained'
		ELSE 'bounced' END);
	RETURN 'recorded';
END
$$;

COMMENT ON FUNCTION mail.note_bounce(bigint, bytea, text, bigint, text) IS
	'What follows from a refusal, a report or a complaint: recorded; known,
when the same report came before; stranger, when there is no such mail';

CREATE FUNCTION mail.adopt_subscriber(
	p_id bigint,
	p_email text,
	p_email_hash bytea)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	old mail.subscriber;
	request mail.signup;
BEGIN
	DELETE FROM mail.subscriber AS s
	WHERE s.id = p_id
	RETURNING s.* INTO old;
	IF NOT FOUND OR p_email IS NULL
		OR mail.is_suppressed(p_email_hash, 'confirm')
		OR EXISTS (
			SELECT FROM mail.reader AS r
			WHERE r.email_hash = p_email_hash
				AND r.state = 'active') THEN
		RETURN;
	END IF;
	INSERT INTO mail.signup AS s (email, email_hash, topics, text_version,
		expires_at, page)
	VALUES (p_email, p_email_hash, ARRAY[old.topic],
		old.consent_text_version, now() + interval '72 hours',
		'/subscribe')
	ON CONFLICT (email_hash) WHERE confirmed_at IS NULL DO UPDATE
	SET topics = ARRAY(
		SELECT DISTINCT t.topic
		FROM unnest(s.topics || excluded.topics) AS t (topic)
		ORDER BY t.topic)
	RETURNING s.* INTO request;
	INSERT INTO mail.consent_event
		(email_hash, kind, topics, text_version, happened_at)
	VALUES (p_email_hash, 'requested', ARRAY[old.topic],
		old.consent_text_version, old.requested_at);
	INSERT INTO mail.message (dedupe_key, kind, signup_id, priority,
		max_unknown, give_up_at)
	SELECT 'confirm:' || request.id || ':1', 'confirm', request.id, 1, 2,
		request.expires_at - interval '1 hour'
	WHERE NOT EXISTS (
		SELECT FROM mail.message AS m
		WHERE m.signup_id = request.id);
END
$$;

COMMENT ON FUNCTION mail.adopt_subscriber(bigint, text, bytea) IS
	'A request from before there was a mailer becomes one that is answered,
or is gone, when there is no address that mail can be sent to';

CREATE FUNCTION mail.prune()
RETURNS json
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	signups bigint;
	events bigint;
	attempts bigint;
	messages bigint;
	counts bigint;
BEGIN
	-- With them go the machines that asked, and their mails.
	WITH gone AS (
		DELETE FROM mail.signup AS s
		-- A confirmed one is what the links of its mail lead to.
		WHERE s.confirmed_at IS NULL
			AND s.expires_at < now() - interval '7 days'
		RETURNING s.email_hash
	), forgotten AS (
		UPDATE mail.consent_event AS e
		SET ip = NULL, user_agent = NULL
		FROM gone AS g
		WHERE e.email_hash = g.email_hash
			AND (e.ip IS NOT NULL OR e.user_agent IS NOT NULL)
	)
	SELECT count(*) INTO signups FROM gone;
	UPDATE mail.signup AS s
	SET ip = NULL, user_agent = NULL
	WHERE s.confirmed_at IS NOT NULL
		AND (s.ip IS NOT NULL OR s.user_agent IS NOT NULL);
	UPDATE mail.consent_event AS e
	SET ip = NULL, user_agent = NULL
	WHERE e.happened_at < now() - interval '12 months'
		AND (e.ip IS NOT NULL OR e.user_agent IS NOT NULL);
	GET DIAGNOSTICS events = ROW_COUNT;
	DELETE FROM mail.attempt AS a
	WHERE a.ended_at < now() - interval '90 days';
	GET DIAGNOSTICS attempts = ROW_COUNT;
	-- Notices stay: nobody is told of a career twice.
	DELETE FROM mail.message AS m
	WHERE m.kind = 'manage'
		AND m.created_at < now() - interval '180 days';
	GET DIAGNOSTICS messages = ROW_COUNT;
	DELETE FROM mail.signup_count AS c
	WHERE c.began_at < now() - interval '31 days';
	GET DIAGNOSTICS counts = ROW_COUNT;
	RETURN json_build_object('signups', signups, 'events', events,
		'attempts', attempts, 'messages', messages, 'counts', counts);
END
$$;

COMMENT ON FUNCTION mail.prune() IS
	'Forgets what is kept no longer, as the privacy page says: requests that
nobody confirmed a week after they lapsed, machines of consents after a year,
tries to send after 90 days. Returns how many of each';

CREATE FUNCTION mail.signup_mode()
RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT CASE WHEN count(*) = 200 AND count(s.confirmed_at) < 20
		THEN 'careful' ELSE 'open' END
	FROM (
		SELECT o.confirmed_at
		FROM mail.signup AS o
		WHERE o.requested_at > now() - interval '24 hours'
			AND o.requested_at < now() - interval '10 minutes'
		ORDER BY o.requested_at DESC
		LIMIT 200
	) AS s;
END;

COMMENT ON FUNCTION mail.signup_mode() IS
	'careful when hardly anybody who was asked has confirmed: somebody uses
the form to annoy others';

CREATE FUNCTION mail.show_signup(p_signup_id uuid, p_generation bigint)
RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT json_build_object(
		'address', mail.masked(s.email),
		'state', CASE
			WHEN s.generation <> p_generation THEN 'expired'
			WHEN s.confirmed_at IS NOT NULL THEN 'confirmed'
			WHEN s.expires_at <= now() OR mail.is_suppressed(
				s.email_hash, 'confirm') THEN 'expired'
			ELSE 'pending' END,
		'topics', s.topics,
		'words', mail.topics_words(s.topics))
	FROM mail.signup AS s
	WHERE s.id = p_signup_id;
END;

COMMENT ON FUNCTION mail.show_signup(uuid, bigint) IS
	'What the page of the link in a confirmation mail shows';

CREATE OR REPLACE FUNCTION mail.reader_topics(p_reader_id uuid)
RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT json_build_object(
		'address', mail.masked(r.email),
		'state', r.state,
		'topics', mail.topic_list(mail.topics_of(r.id)))
	FROM mail.reader AS r
	WHERE r.id = p_reader_id;
END;

CREATE FUNCTION mail.request_manage(p_reader_id uuid)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO mail.message (dedupe_key, kind, reader_id, priority,
		max_unknown, give_up_at)
	SELECT format('manage:%s:%s', r.id, (now() AT TIME ZONE 'UTC')::date),
		'manage', r.id, 1, 1, now() + interval '24 hours'
	FROM mail.reader AS r
	WHERE r.id = p_reader_id AND r.email IS NOT NULL
		AND NOT mail.is_suppressed(r.email_hash, 'manage')
	ON CONFLICT ON CONSTRAINT message_dedupe_key_key DO NOTHING;
	PERFORM pg_notify('mail', '');
	RETURN EXISTS (
		SELECT FROM mail.reader AS r
		WHERE r.id = p_reader_id);
END
$$;

COMMENT ON FUNCTION mail.request_manage(uuid) IS
	'Mails a reader the link to see and erase what is stored of them, once
a day. The link goes to the address: a forwarded notice can erase nothing';

CREATE FUNCTION mail.managed_reader(p_message_id uuid)
RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT m.reader_id
	FROM mail.message AS m
	WHERE m.message_id = p_message_id
		AND m.kind = 'manage'
		AND m.created_at > now() - interval '72 hours';
END;

COMMENT ON FUNCTION mail.managed_reader(uuid) IS
	'Whose link it is; none when its time has passed';

CREATE FUNCTION mail.events_of(p_email_hash bytea)
RETURNS json
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT coalesce(json_agg(json_build_object(
		'kind', e.kind,
		'topics', e.topics,
		'text_version', e.text_version,
		'at', to_char(e.happened_at AT TIME ZONE 'UTC',
			'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
		'ip', host(e.ip),
		'user_agent', e.user_agent) ORDER BY e.id), '[]')
	FROM mail.consent_event AS e
	WHERE e.email_hash = p_email_hash;
END;

CREATE FUNCTION mail.managed_data(p_message_id uuid)
RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT json_build_object(
		'email', r.email,
		'state', r.state,
		'confirmed_on', (r.confirmed_at AT TIME ZONE 'UTC')::date,
		'topics', mail.topic_list(mail.topics_of(r.id)),
		'events', mail.events_of(r.email_hash),
		'notices', (
			SELECT count(*)
			FROM mail.message AS m
			WHERE m.reader_id = r.id AND m.kind = 'notice'
				AND m.state = 'sent'))
	FROM mail.reader AS r
	WHERE r.id = mail.managed_reader(p_message_id);
END;

COMMENT ON FUNCTION mail.managed_data(uuid) IS
	'All that is stored of the reader to whom the link was mailed';

CREATE FUNCTION mail.show_reader(p_email_hash bytea)
RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT json_build_object(
		'state', r.state,
		'confirmed_at', to_char(r.confirmed_at AT TIME ZONE 'UTC',
			'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
		'topics', CASE WHEN r.id IS NOT NULL
			THEN mail.topics_of(r.id) ELSE '{}' END,
		'suppression', (
			SELECT json_build_object('reason', x.reason,
				'since', x.created_at::date,
				'until', x.expires_at::date)
			FROM mail.suppression AS x
			WHERE x.email_hash = p_email_hash),
		'signup', (
			SELECT json_build_object('topics', s.topics,
				'requested_at', to_char(s.requested_at
					AT TIME ZONE 'UTC',
					'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
				'expires_at', to_char(s.expires_at
					AT TIME ZONE 'UTC',
					'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
			FROM mail.signup AS s
			WHERE s.email_hash = p_email_hash
				AND s.confirmed_at IS NULL),
		'events', mail.events_of(p_email_hash),
		'mails', (
			SELECT coalesce(json_agg(json_build_object(
				'id', l.id,
				'kind', l.kind,
				'state', l.state,
				'at', to_char(coalesce(l.sent_at, l.created_at)
					AT TIME ZONE 'UTC',
					'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
				ORDER BY l.id DESC), '[]')
			FROM (
				SELECT m.id, m.kind, m.state, m.sent_at,
					m.created_at
				FROM mail.message AS m
				WHERE m.reader_id = r.id
					OR m.signup_id IN (
						SELECT s.id
						FROM mail.signup AS s
						WHERE s.email_hash
							= p_email_hash)
				ORDER BY m.id DESC
				LIMIT 20
			) AS l))
	FROM (VALUES (1)) AS one
	LEFT JOIN mail.reader AS r ON r.email_hash = p_email_hash
	WHERE r.id IS NOT NULL
		OR EXISTS (
			SELECT FROM mail.signup AS s
			WHERE s.email_hash = p_email_hash)
		OR EXISTS (
			SELECT FROM mail.suppression AS x
			WHERE x.email_hash = p_email_hash)
		OR EXISTS (
			SELECT FROM mail.consent_event AS e
			WHERE e.email_hash = p_email_hash);
END;

COMMENT ON FUNCTION mail.show_reader(bytea) IS
	'What is stored of an address, for operators whom its owner asks';

-- Counted from the narrow to the wide: what a narrow limit refuses takes
-- nothing from those whom only a wide one unites with who did it.
CREATE OR REPLACE FUNCTION mail.count_signup(
	p_mailbox bytea,
	p_domain text,
	p_ip inet)
RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	over text[] := '{}';
	scope_over text;
	scope_name text;
	scope_key text;
BEGIN
	-- One order, so that two never wait for each other.
	FOR scope_name, scope_key IN
		VALUES
			('address', host(network(set_masklen(p_ip,
				CASE family(p_ip) WHEN 4 THEN 32 ELSE 64 END)))),
			('network', host(network(set_masklen(p_ip,
				CASE family(p_ip) WHEN 4 THEN 24 ELSE 48 END)))),
			('mailbox', encode(p_mailbox, 'hex')),
			('domain', coalesce(p_domain, '')),
			('site', '')
	LOOP
		WITH counted AS (
			INSERT INTO mail.signup_count AS c
				(scope, period, key, began_at, count)
			SELECT l.scope, l.period, scope_key, now(),
				(over = '{}')::integer
			FROM mail.signup_limit AS l
			WHERE l.scope = scope_name AND scope_key IS NOT NULL
			ORDER BY l.period
			ON CONFLICT ON CONSTRAINT signup_count_pkey DO UPDATE
			SET
				count = excluded.count
					+ CASE WHEN c.began_at + c.period
						<= now() THEN 0 ELSE c.count END,
				began_at = CASE WHEN c.began_at + c.period
					<= now() THEN now() ELSE c.began_at END
			RETURNING c.scope, c.period, c.count
		)
		SELECT max(c.scope) INTO scope_over
		FROM counted AS c
		JOIN mail.signup_limit AS l
			ON l.scope = c.scope AND l.period = c.period
		WHERE c.count > l.most
			-- Large providers have no limit of their own.
			AND NOT (c.scope = 'domain' AND p_domain IS NULL);
		IF scope_over IS NOT NULL THEN
			over := over || scope_over;
		END IF;
	END LOOP;
	RETURN over;
END
$$;

-- So a request that is passed over waits for the disk as one that is stored
-- does, and nobody can tell them apart by the time they take.
ALTER TABLE mail.signup_count SET LOGGED;

COMMENT ON TABLE mail.signup_count IS
	'Sign-ups of late, by whom and for whom, to be held against the limits';

CREATE OR REPLACE FUNCTION mail.confirm_signup(
	p_signup_id uuid,
	p_generation bigint,
	p_ip inet,
	p_user_agent text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	request mail.signup;
	reader uuid;
	is_back boolean;
BEGIN
	SELECT s.* INTO request
	FROM mail.signup AS s
	WHERE s.id = p_signup_id
	FOR UPDATE;
	IF NOT FOUND OR request.generation <> p_generation THEN
		RETURN 'expired';
	END IF;
	IF request.confirmed_at IS NOT NULL THEN
		RETURN 'confirmed';
	END IF;
	IF request.expires_at <= now()
		OR mail.is_suppressed(request.email_hash, 'confirm') THEN
		RETURN 'expired';
	END IF;
	UPDATE mail.signup AS s
	SET confirmed_at = now()
	WHERE s.id = request.id;
	is_back := NOT EXISTS (
		SELECT FROM mail.reader AS r
		WHERE r.email_hash = request.email_hash
			AND r.state = 'active');
	INSERT INTO mail.reader AS r (email, email_hash, state)
	VALUES (request.email, request.email_hash, 'active')
	ON CONFLICT ON CONSTRAINT reader_email_hash_key DO UPDATE
	SET email = excluded.email, state = 'active', state_at = now(),
		confirmed_at = now()
	RETURNING r.id INTO reader;
	INSERT INTO mail.subscription (reader_id, topic)
	SELECT reader, t.topic
	FROM unnest(request.topics) AS t (topic)
	ON CONFLICT ON CONSTRAINT subscription_pkey DO NOTHING;
	-- What was on its way when they left stays unsent.
	DELETE FROM mail.announcement AS a
	USING mail.message AS m
	WHERE is_back AND a.reader_id = reader AND m.id = a.message_id
		AND m.state IN ('ready', 'sending');
	UPDATE mail.message AS m
	SET state = 'cancelled'
	WHERE is_back AND m.reader_id = reader AND m.kind = 'notice'
		AND m.state = 'ready';
	-- Only a new yes lifts these.
	DELETE FROM mail.suppression AS x
	WHERE x.email_hash = request.email_hash
		AND x.reason IN ('hard', 'soft', 'erased');
	UPDATE mail.message AS m
	SET state = 'cancelled'
	WHERE m.signup_id = request.id AND m.state = 'ready';
	INSERT INTO mail.consent_event
		(email_hash, kind, topics, text_version, ip, user_agent)
	VALUES (request.email_hash, 'confirmed', request.topics,
		request.text_version, p_ip, p_user_agent);
	RETURN 'confirmed';
END
$$;

CREATE OR REPLACE FUNCTION mail.set_topics(
	p_reader_id uuid,
	p_topics text[],
	p_kind text,
	p_ip inet,
	p_user_agent text)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	this mail.reader;
	before text[];
BEGIN
	SELECT r.* INTO this
	FROM mail.reader AS r
	WHERE r.id = p_reader_id
	FOR UPDATE;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	before := ARRAY(
		SELECT b.topic
		FROM mail.subscription AS b
		WHERE b.reader_id = this.id
		ORDER BY b.topic);
	-- Only what they have can be kept: more needs a yes by mail.
	DELETE FROM mail.subscription AS b
	WHERE b.reader_id = this.id
		AND NOT b.topic = ANY (p_topics);
	IF NOT FOUND THEN
		RETURN true;
	END IF;
	UPDATE mail.reader AS r
	SET state = 'unsubscribed', state_at = now()
	WHERE r.id = this.id AND r.state = 'active'
		AND NOT EXISTS (
			SELECT FROM mail.subscription AS b
			WHERE b.reader_id = this.id);
	-- Mails that are queued tell only of what is still wanted, also one
	-- that a relay is being offered, and may want later.
	DELETE FROM mail.announcement AS a
	USING mail.message AS m, catalog.career AS c, catalog.category AS g
	WHERE a.reader_id = this.id
		AND m.id = a.message_id
		AND m.state IN ('ready', 'sending')
		AND c.id = a.career_id
		AND g.id = c.category_id
		AND NOT EXISTS (
			SELECT
			FROM mail.subscription AS b
			WHERE b.reader_id = this.id
				AND b.topic IN ('all', 'category:' || g.slug,
					'career:' || c.slug));
	UPDATE mail.message AS m
	SET state = 'cancelled'
	WHERE m.reader_id = this.id AND m.state = 'ready'
		AND m.kind = 'notice'
		AND NOT EXISTS (
			SELECT FROM mail.announcement AS a
			WHERE a.message_id = m.id);
	INSERT INTO mail.consent_event
		(email_hash, kind, topics, ip, user_agent)
	VALUES (this.email_hash, p_kind, ARRAY(
		SELECT t.topic FROM unnest(before) AS t (topic)
		WHERE NOT t.topic = ANY (p_topics)), p_ip, p_user_agent);
	RETURN true;
END
$$;

-- A mail names the page that the form stood on. Who sends the form can claim
-- any, so only pages that are there are believed.
CREATE FUNCTION mail.known_page(p_page text)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT CASE WHEN p_page IN ('/', '/careers', '/methodology',
			'/disclosure', '/privacy')
		OR EXISTS (
			SELECT
			FROM catalog.category AS g
			WHERE '/careers/' || g.slug = p_page)
		OR EXISTS (
			SELECT
			FROM catalog.career_summary AS c
			WHERE c.url = regexp_replace(p_page, '/[a-z]{2}$', ''))
		THEN p_page ELSE '/subscribe' END;
END;

COMMENT ON FUNCTION mail.known_page(text) IS
	'The page if it is one of ours, else that of the form';

CREATE OR REPLACE FUNCTION mail.sign_up(
	p_email text,
	p_email_hash bytea,
	p_mailbox bytea,
	p_domain text,
	p_topics text[],
	p_text_version text,
	p_ip inet,
	p_user_agent text,
	p_page text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	over text[] := mail.count_signup(p_mailbox, p_domain, p_ip);
	topics text[];
	request mail.signup;
BEGIN
	-- A topic that is not there is passed over: an address must not
	-- collect mails for names that somebody made up.
	SELECT coalesce(array_agg(DISTINCT t.topic ORDER BY t.topic), '{}')
	INTO topics
	FROM unnest(p_topics) AS t (topic)
	WHERE t.topic = 'all'
		OR EXISTS (
			SELECT FROM catalog.category AS g
			WHERE t.topic = 'category:' || g.slug)
		OR EXISTS (
			SELECT FROM catalog.career AS c
			WHERE t.topic = 'career:' || c.slug);
	-- Who has all this already is not asked again.
	INSERT INTO mail.signup AS s
		(email, email_hash, topics, text_version, expires_at, page, ip,
		user_agent)
	SELECT p_email, p_email_hash, topics, p_text_version,
		now() + interval '72 hours', mail.known_page(p_page), p_ip, p_user_agent
	WHERE cardinality(topics) > 0
		AND over <@ ARRAY['site']
		AND NOT mail.is_suppressed(p_email_hash, 'confirm')
		AND NOT EXISTS (
			SELECT
			FROM mail.reader AS r
			WHERE r.email_hash = p_email_hash
				AND r.state = 'active'
				AND (topics <@ ARRAY(
					SELECT b.topic
					FROM mail.subscription AS b
					WHERE b.reader_id = r.id)
				OR EXISTS (
					SELECT FROM mail.subscription AS b
					WHERE b.reader_id = r.id
						AND b.topic = 'all')))
	ON CONFLICT (email_hash) WHERE confirmed_at IS NULL DO UPDATE
	SET
		topics = ARRAY(
			SELECT DISTINCT t.topic
			FROM unnest(s.topics || excluded.topics) AS t (topic)
			ORDER BY t.topic),
		text_version = excluded.text_version,
		-- The links of what had expired stay void.
		generation = CASE WHEN s.expires_at <= now()
			THEN s.generation % 64 + 1 ELSE s.generation END,
		requested_at = now(),
		expires_at = excluded.expires_at,
		page = excluded.page,
		ip = excluded.ip,
		user_agent = excluded.user_agent
	RETURNING s.* INTO request;
	INSERT INTO mail.consent_event
		(email_hash, kind, topics, text_version, ip, user_agent)
	SELECT p_email_hash, 'requested', topics, p_text_version, p_ip,
		p_user_agent
	WHERE request.id IS NOT NULL;
	INSERT INTO mail.message
		(dedupe_key, kind, signup_id, priority, max_unknown, run_at,
		give_up_at)
	SELECT
		format('confirm:%s:%s', request.id, 1 + (
			SELECT count(*)
			FROM mail.message AS m
			WHERE m.signup_id = request.id)),
		'confirm', request.id, 1, 2,
		-- Over what the site sends in an hour it waits for the next.
		now() + CASE WHEN 'site' = ANY (over) THEN interval '1 hour'
			ELSE interval '0' END,
		request.expires_at - interval '1 hour'
	WHERE request.id IS NOT NULL;
	PERFORM pg_notify('mail', '');
END
$$;

CREATE OR REPLACE FUNCTION mail.erase_reader(
	p_email_hash bytea,
	p_ip inet,
	p_user_agent text)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	is_known boolean;
BEGIN
	-- Somebody may be saying yes just now: that is erased too.
	PERFORM FROM mail.signup AS s
	WHERE s.email_hash = p_email_hash
	ORDER BY s.id
	FOR UPDATE;
	SELECT EXISTS (
		SELECT FROM mail.reader AS r
		WHERE r.email_hash = p_email_hash AND r.state <> 'erased'
	) OR EXISTS (
		SELECT FROM mail.signup AS s
		WHERE s.email_hash = p_email_hash)
	INTO is_known;
	IF NOT is_known THEN
		RETURN false;
	END IF;
	UPDATE mail.message AS m
	SET state = 'cancelled'
	FROM mail.reader AS r
	WHERE r.email_hash = p_email_hash AND m.reader_id = r.id
		AND m.state = 'ready';
	-- What servers said of mails may name whom they were for.
	UPDATE mail.message AS m
	SET last_reply = ''
	FROM mail.reader AS r
	WHERE r.email_hash = p_email_hash AND m.reader_id = r.id
		AND m.last_reply <> '';
	UPDATE mail.attempt AS a
	SET reply = ''
	FROM mail.reader AS r
	JOIN mail.message AS m ON m.reader_id = r.id
	WHERE r.email_hash = p_email_hash AND a.message_id = m.id
		AND a.reply <> '';
	DELETE FROM mail.subscription AS b
	USING mail.reader AS r
	WHERE r.email_hash = p_email_hash AND b.reader_id = r.id;
	UPDATE mail.reader AS r
	SET email = NULL, state = 'erased', state_at = now()
	WHERE r.email_hash = p_email_hash;
	-- Its messages go with it.
	DELETE FROM mail.signup AS s
	WHERE s.email_hash = p_email_hash;
	INSERT INTO mail.suppression AS x (email_hash, reason)
	VALUES (p_email_hash, 'erased')
	ON CONFLICT ON CONSTRAINT suppression_pkey DO UPDATE
	SET reason = 'erased', created_at = now(), expires_at = NULL
	WHERE x.reason IN ('hard', 'soft');
	UPDATE mail.consent_event AS e
	SET ip = NULL, user_agent = NULL
	WHERE e.email_hash = p_email_hash
		AND (e.ip IS NOT NULL OR e.user_agent IS NOT NULL);
	INSERT INTO mail.consent_event (email_hash, kind)
	VALUES (p_email_hash, 'erased');
	RETURN true;
END
$$;

CREATE FUNCTION mail.erase_managed(p_message_id uuid)
RETURNS boolean
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT bool_or(r.state = 'erased'
		OR mail.erase_reader(r.email_hash, NULL, NULL))
	FROM mail.reader AS r
	WHERE r.id = mail.managed_reader(p_message_id);
END;

COMMENT ON FUNCTION mail.erase_managed(uuid) IS
	'Erases whom the link was mailed to; also true when they are erased';

DROP FUNCTION mail.announce(bigint);

CREATE FUNCTION mail.announce(p_career_id bigint, p_wait interval)
RETURNS bigint
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	WITH wanted AS MATERIALIZED (
		SELECT DISTINCT r.id AS reader_id
		FROM catalog.career AS c
		JOIN catalog.category AS g ON g.id = c.category_id
		JOIN mail.subscription AS b ON b.topic IN ('all',
			'category:' || g.slug, 'career:' || c.slug)
		JOIN mail.reader AS r ON r.id = b.reader_id
		LEFT JOIN mail.suppression AS x
			ON x.email_hash = r.email_hash
			AND coalesce(x.expires_at, 'infinity') > now()
		LEFT JOIN mail.announcement AS a
			ON a.reader_id = r.id AND a.career_id = c.id
		WHERE c.id = p_career_id
			AND r.state = 'active'
			AND x.email_hash IS NULL
			AND a.reader_id IS NULL
	), waiting AS MATERIALIZED (
		-- Not due yet: what is published by then joins it.
		SELECT m.id, m.reader_id
		FROM mail.message AS m
		JOIN wanted AS w ON w.reader_id = m.reader_id
		WHERE m.kind = 'notice'
			AND m.state = 'ready'
			AND m.attempts = 0
			AND m.run_at > now()
		FOR UPDATE OF m
	), made AS (
		INSERT INTO mail.message
			(dedupe_key, kind, reader_id, priority, max_unknown,
			run_at, give_up_at)
		SELECT format('notice:%s:%s', p_career_id, w.reader_id),
			'notice', w.reader_id, 5, 1,
			now() + p_wait, now() + p_wait + interval '5 days'
		FROM wanted AS w
		LEFT JOIN waiting AS o ON o.reader_id = w.reader_id
		WHERE o.reader_id IS NULL
		ON CONFLICT ON CONSTRAINT message_dedupe_key_key DO NOTHING
		RETURNING id, reader_id
	), told AS (
		INSERT INTO mail.announcement
			(reader_id, career_id, message_id)
		SELECT n.reader_id, p_career_id, min(n.id)
		FROM (
			SELECT o.id, o.reader_id
			FROM waiting AS o
			UNION ALL
			SELECT k.id, k.reader_id
			FROM made AS k
		) AS n
		GROUP BY n.reader_id
		RETURNING reader_id
	)
	SELECT count(*)
	FROM told AS t;
END;

COMMENT ON FUNCTION mail.announce(bigint, interval) IS
	'Queues the notice of a new career, once a reader, to be sent after the
wait, within which others join it. Returns how many readers will be told';

-- Pages erase by the link that was mailed, never by hash.
REVOKE EXECUTE ON FUNCTION mail.erase_reader(bytea, inet, text)
	FROM autopsy_web;

GRANT SELECT ON mail.consent_text, mail.bounce TO autopsy_mailer;
GRANT EXECUTE ON FUNCTION mail.take_worker(bigint), mail.compose(bigint),
	mail.note_bounce(bigint, bytea, text, bigint, text),
	mail.adopt_subscriber(bigint, text, bytea), mail.prune(),
	mail.signup_mode(), mail.is_alive(bigint)
	TO autopsy_mailer;
GRANT EXECUTE ON FUNCTION mail.signup_mode(), mail.show_signup(uuid, bigint),
	mail.request_manage(uuid), mail.managed_reader(uuid),
	mail.managed_data(uuid), mail.erase_managed(uuid)
	TO autopsy_web;
GRANT EXECUTE ON FUNCTION mail.show_reader(bytea) TO autopsy_ops;
