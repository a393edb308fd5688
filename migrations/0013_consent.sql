-- What people do by a form or a link, and what follows for their mail. The
-- web calls these and sees no table of this schema.

CREATE TABLE mail.signup_limit (
	scope text NOT NULL,
	period interval NOT NULL,
	most bigint NOT NULL,
	CONSTRAINT signup_limit_pkey PRIMARY KEY (scope, period),
	CONSTRAINT signup_limit_scope_check CHECK (scope IN ('mailbox',
		'address', 'network', 'domain', 'site')),
	CONSTRAINT signup_limit_most_check CHECK (most > 0)
);

COMMENT ON TABLE mail.signup_limit IS
	'How many sign-ups are heeded: for a mailbox, from an address (IPv4, or
an IPv6 /64), from a network (/24, /48), for a domain, on the whole site';

INSERT INTO mail.signup_limit (scope, period, most)
VALUES
	('mailbox', '24 hours', 1),
	('mailbox', '30 days', 3),
	('address', '1 hour', 5),
	('address', '24 hours', 20),
	('network', '1 hour', 50),
	('domain', '1 hour', 30),
	('domain', '24 hours', 100),
	('site', '1 hour', 300);

CREATE UNLOGGED TABLE mail.signup_count (
	scope text NOT NULL,
	period interval NOT NULL,
	key text NOT NULL,
	began_at timestamptz NOT NULL,
	count bigint NOT NULL,
	CONSTRAINT signup_count_pkey PRIMARY KEY (scope, period, key)
);

COMMENT ON TABLE mail.signup_count IS
	'Sign-ups of late; lost with a crash, and that does no harm';

CREATE INDEX signup_count_began_at_idx ON mail.signup_count (began_at);

CREATE FUNCTION mail.count_signup(
	p_mailbox bytea,
	p_domain text,
	p_ip inet)
RETURNS text[]
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	WITH given (scope, key) AS (
		VALUES
			('mailbox', encode(p_mailbox, 'hex')),
			('address', host(network(set_masklen(p_ip,
				CASE family(p_ip) WHEN 4 THEN 32 ELSE 64 END)))),
			('network', host(network(set_masklen(p_ip,
				CASE family(p_ip) WHEN 4 THEN 24 ELSE 48 END)))),
			('domain', p_domain),
			('site', '')
	), counted AS (
		INSERT INTO mail.signup_count AS c
			(scope, period, key, began_at, count)
		SELECT l.scope, l.period, g.key, now(), 1
		FROM given AS g
		JOIN mail.signup_limit AS l ON l.scope = g.scope
		WHERE g.key IS NOT NULL
		-- One order, so that two never wait for each other.
		ORDER BY l.scope, l.period, g.key
		ON CONFLICT ON CONSTRAINT signup_count_pkey DO UPDATE
		SET
			count = CASE WHEN c.began_at + c.period <= now()
				THEN 1 ELSE c.count + 1 END,
			began_at = CASE WHEN c.began_at + c.period <= now()
				THEN now() ELSE c.began_at END
		RETURNING c.scope, c.period, c.count
	)
	SELECT coalesce(array_agg(DISTINCT c.scope), '{}')
	FROM counted AS c
	JOIN mail.signup_limit AS l
		ON l.scope = c.scope AND l.period = c.period
	WHERE c.count > l.most;
END;

COMMENT ON FUNCTION mail.count_signup(bytea, text, inet) IS
	'Counts a sign-up and says which limits it is over';

CREATE FUNCTION mail.sign_up(
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
		now() + interval '72 hours', p_page, p_ip, p_user_agent
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

COMMENT ON FUNCTION mail.sign_up(text, bytea, bytea, text, text[], text, inet,
	text, text) IS
	'A request to be told of new careers. Answers alike and does alike
whatever it knows of the address; over a limit it does nothing';

CREATE FUNCTION mail.confirm_signup(
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

COMMENT ON FUNCTION mail.confirm_signup(uuid, bigint, inet, text) IS
	'The yes of a link: confirmed, also when it was before, or expired';

CREATE FUNCTION mail.block_signup(
	p_signup_id uuid,
	p_ip inet,
	p_user_agent text)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	hash bytea;
	is_new boolean;
BEGIN
	SELECT s.email_hash INTO hash
	FROM mail.signup AS s
	WHERE s.id = p_signup_id;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	INSERT INTO mail.suppression AS x (email_hash, reason)
	VALUES (hash, 'blocked')
	ON CONFLICT ON CONSTRAINT suppression_pkey DO UPDATE
	SET reason = 'blocked', created_at = now(), expires_at = NULL
	WHERE x.reason NOT IN ('blocked', 'complaint', 'manual')
	RETURNING true INTO is_new;
	UPDATE mail.reader AS r
	SET state = 'unsubscribed', state_at = now()
	WHERE r.email_hash = hash AND r.state = 'active';
	UPDATE mail.message AS m
	SET state = 'cancelled'
	WHERE m.state = 'ready' AND (m.signup_id = p_signup_id
		OR m.reader_id IN (
			SELECT r.id FROM mail.reader AS r
			WHERE r.email_hash = hash));
	INSERT INTO mail.consent_event (email_hash, kind, ip, user_agent)
	SELECT hash, 'blocked', p_ip, p_user_agent
	WHERE is_new;
	RETURN true;
END
$$;

COMMENT ON FUNCTION mail.block_signup(uuid, inet, text) IS
	'"This wasn''t me": nothing is sent to the address again, for good';

CREATE FUNCTION mail.set_topics(
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
	-- Mails that are queued tell only of what is still wanted.
	DELETE FROM mail.announcement AS a
	USING mail.message AS m, catalog.career AS c, catalog.category AS g
	WHERE a.reader_id = this.id
		AND m.id = a.message_id
		AND m.state = 'ready'
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

COMMENT ON FUNCTION mail.set_topics(uuid, text[], text, inet, text) IS
	'Keeps of a reader''s topics those that are given; none: unsubscribed.
False for who is not there. Repeated, it does nothing more';

CREATE FUNCTION mail.reader_topics(p_reader_id uuid)
RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT json_build_object(
		'address', left(r.email, 1) || '***@'
			|| split_part(r.email, '@', 2),
		'state', r.state,
		'topics', (
			SELECT coalesce(json_agg(b.topic ORDER BY b.topic), '[]')
			FROM mail.subscription AS b
			WHERE b.reader_id = r.id))
	FROM mail.reader AS r
	WHERE r.id = p_reader_id;
END;

COMMENT ON FUNCTION mail.reader_topics(uuid) IS
	'What the page of a link shows: no whole address';

CREATE FUNCTION mail.erase_reader(
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
	DELETE FROM mail.subscription AS b
	USING mail.reader AS r
	WHERE r.email_hash = p_email_hash AND b.reader_id = r.id;
	UPDATE mail.reader AS r
	SET email = NULL, state = 'erased', state_at = now()
	WHERE r.email_hash = p_email_hash;
	-- Its messages go with it.
	DELETE FROM mail.signup AS s
	WHERE s.email_hash = p_email_hash;
	INSERT INTO mail.suppression (email_hash, reason)
	VALUES (p_email_hash, 'erased')
	ON CONFLICT ON CONSTRAINT suppression_pkey DO NOTHING;
	UPDATE mail.consent_event AS e
	SET ip = NULL, user_agent = NULL
	WHERE e.email_hash = p_email_hash
		AND (e.ip IS NOT NULL OR e.user_agent IS NOT NULL);
	INSERT INTO mail.consent_event (email_hash, kind)
	VALUES (p_email_hash, 'erased');
	RETURN true;
END
$$;

COMMENT ON FUNCTION mail.erase_reader(bytea, inet, text) IS
	'Forgets an address: only its keyed hash stays, so that it is not
written to. False when nothing was known of it';

CREATE FUNCTION mail.announce(p_career_id bigint)
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
		WHERE c.id = p_career_id
			AND r.state = 'active'
			AND NOT mail.is_suppressed(r.email_hash, 'notice')
			AND NOT EXISTS (
				SELECT FROM mail.announcement AS a
				WHERE a.reader_id = r.id
					AND a.career_id = c.id)
	), waiting AS MATERIALIZED (
		-- Not due yet: what is published within the hour joins it.
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
			now() + interval '1 hour', now() + interval '5 days'
		FROM wanted AS w
		WHERE NOT EXISTS (
			SELECT FROM waiting AS o
			WHERE o.reader_id = w.reader_id)
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

COMMENT ON FUNCTION mail.announce(bigint) IS
	'Queues the notice of a new career, once a reader; careers published
within an hour share a mail. Returns how many readers will be told';

GRANT EXECUTE ON FUNCTION
	mail.sign_up(text, bytea, bytea, text, text[], text, inet, text, text),
	mail.confirm_signup(uuid, bigint, inet, text),
	mail.block_signup(uuid, inet, text),
	mail.set_topics(uuid, text[], text, inet, text),
	mail.reader_topics(uuid),
	mail.erase_reader(bytea, inet, text)
	TO autopsy_web;
GRANT EXECUTE ON FUNCTION mail.erase_reader(bytea, inet, text)
	TO autopsy_ops;
GRANT SELECT ON mail.signup_limit TO autopsy_mailer;
