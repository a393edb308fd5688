-- People who asked to be told of new careers.

CREATE TABLE mail.subscriber (
	id bigint GENERATED ALWAYS AS IDENTITY,
	email text NOT NULL,
	state text NOT NULL DEFAULT 'pending',
	topic text NOT NULL,
	consent_text_version text NOT NULL,
	requested_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT subscriber_pkey PRIMARY KEY (id),
	CONSTRAINT subscriber_email_topic_key UNIQUE (email, topic),
	CONSTRAINT subscriber_email_check
		CHECK (length(email) BETWEEN 3 AND 254 AND email = lower(email)
			AND email ~ '^[^[:space:][:cntrl:]@]+@[^[:space:][:cntrl:]@]+$'),
	CONSTRAINT subscriber_state_check CHECK (state IN ('pending')),
	CONSTRAINT subscriber_topic_check
		CHECK (topic = 'all'
			OR topic ~ '^(category|career):[a-z0-9]+(-[a-z0-9]+)*$'),
	CONSTRAINT subscriber_consent_text_version_check
		CHECK (consent_text_version ~ '^[0-9a-z][0-9a-z.-]{0,39}$')
);

COMMENT ON TABLE mail.subscriber IS
	'One row an address and topic; nothing is sent to a pending one but
the request to confirm';
COMMENT ON COLUMN mail.subscriber.consent_text_version IS
	'Which wording of the consent the person saw';

CREATE FUNCTION mail.request_subscription(
	p_email text,
	p_topic text,
	p_text_version text)
RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	-- A topic that is not there is passed over: an address must not
	-- collect rows, and one day mails, for names that somebody made up.
	INSERT INTO mail.subscriber (email, topic, consent_text_version)
	SELECT lower(p_email), p_topic, p_text_version
	WHERE p_topic = 'all'
		OR EXISTS (
			SELECT
			FROM catalog.category AS g
			WHERE p_topic = 'category:' || g.slug)
		OR EXISTS (
			SELECT
			FROM catalog.career AS c
			WHERE p_topic = 'career:' || c.slug)
	ON CONFLICT ON CONSTRAINT subscriber_email_topic_key DO NOTHING;
END;

COMMENT ON FUNCTION mail.request_subscription(text, text, text) IS
	'The web''s only door to this schema; answers alike whether the
address is known or not';

GRANT EXECUTE ON FUNCTION mail.request_subscription(text, text, text)
	TO autopsy_web;
GRANT SELECT ON mail.subscriber TO autopsy_mailer;
