-- Readers who asked for mail: what they asked, what they agreed to, and who
-- must never be written to.

CREATE TABLE mail.signup (
	id uuid NOT NULL DEFAULT gen_random_uuid(),
	email text NOT NULL,
	email_hash bytea NOT NULL,
	topics text[] NOT NULL,
	generation bigint NOT NULL DEFAULT 1,
	text_version text NOT NULL,
	requested_at timestamptz NOT NULL DEFAULT now(),
	expires_at timestamptz NOT NULL,
	confirmed_at timestamptz,
	page text NOT NULL DEFAULT '',
	ip inet,
	user_agent text,
	CONSTRAINT signup_pkey PRIMARY KEY (id),
	CONSTRAINT signup_email_check CHECK (length(email) BETWEEN 3 AND 254
		AND email ~ '^[!-?A-~]+@[0-9a-z.-]+$'),
	CONSTRAINT signup_email_hash_check
		CHECK (octet_length(email_hash) = 32),
	CONSTRAINT signup_topics_check CHECK (cardinality(topics) > 0),
	CONSTRAINT signup_generation_check CHECK (generation BETWEEN 1 AND 64),
	CONSTRAINT signup_text_version_check
		CHECK (text_version ~ '^[0-9a-z][0-9a-z.-]{0,39}$'),
	CONSTRAINT signup_expires_at_check CHECK (expires_at > requested_at)
);

COMMENT ON TABLE mail.signup IS
	'Requests: nobody is a reader, and gets more than the question whether
they really asked, before they say yes';
COMMENT ON COLUMN mail.signup.email_hash IS
	'HMAC-SHA256 of the address with a key that the database does not have:
what stays of somebody who had everything erased';
COMMENT ON COLUMN mail.signup.generation IS
	'Of the link, which is looked for among 64: an older one is void';

CREATE UNIQUE INDEX signup_email_hash_idx
	ON mail.signup (email_hash) WHERE confirmed_at IS NULL;
CREATE INDEX signup_expires_at_idx
	ON mail.signup (expires_at) WHERE confirmed_at IS NULL;

CREATE TABLE mail.reader (
	id uuid NOT NULL DEFAULT gen_random_uuid(),
	email text,
	email_hash bytea NOT NULL,
	state text NOT NULL,
	state_at timestamptz NOT NULL DEFAULT now(),
	confirmed_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT reader_pkey PRIMARY KEY (id),
	CONSTRAINT reader_email_key UNIQUE (email),
	CONSTRAINT reader_email_hash_key UNIQUE (email_hash),
	CONSTRAINT reader_email_hash_check
		CHECK (octet_length(email_hash) = 32),
	CONSTRAINT reader_state_check CHECK (state IN
		('active', 'unsubscribed', 'bounced', 'complained', 'erased')),
	CONSTRAINT reader_email_check
		CHECK ((email IS NULL) = (state = 'erased'))
);

COMMENT ON TABLE mail.reader IS
	'People who confirmed. Of an erased one only the keyed hash is left';

CREATE TABLE mail.subscription (
	reader_id uuid NOT NULL,
	topic text NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT subscription_pkey PRIMARY KEY (reader_id, topic),
	CONSTRAINT subscription_reader_id_fkey
		FOREIGN KEY (reader_id) REFERENCES mail.reader (id),
	CONSTRAINT subscription_topic_check CHECK (topic = 'all'
		OR topic ~ '^(category|career):[a-z0-9]+(-[a-z0-9]+)*$')
);

COMMENT ON TABLE mail.subscription IS
	'What a reader wants to be told of now; what was is in consent_event';

CREATE INDEX subscription_topic_idx ON mail.subscription (topic);

CREATE TABLE mail.consent_event (
	id bigint GENERATED ALWAYS AS IDENTITY,
	email_hash bytea NOT NULL,
	kind text NOT NULL,
	topics text[] NOT NULL DEFAULT '{}',
	text_version text,
	happened_at timestamptz NOT NULL DEFAULT now(),
	ip inet,
	user_agent text,
	CONSTRAINT consent_event_pkey PRIMARY KEY (id),
	CONSTRAINT consent_event_kind_check CHECK (kind IN ('requested',
		'confirmed', 'changed', 'unsubscribed', 'blocked', 'bounced',
		'complained', 'erased'))
);

COMMENT ON TABLE mail.consent_event IS
	'What somebody agreed to or refused, and when; append only, but for the
address of their machine, which is forgotten';

CREATE INDEX consent_event_email_hash_idx
	ON mail.consent_event (email_hash, id);

CREATE FUNCTION mail.keep_event()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF TG_OP = 'UPDATE' AND new.ip IS NULL AND new.user_agent IS NULL
		AND (new.id, new.email_hash, new.kind, new.topics,
			new.text_version, new.happened_at)
		IS NOT DISTINCT FROM
			(old.id, old.email_hash, old.kind, old.topics,
			old.text_version, old.happened_at) THEN
		RETURN new;
	END IF;
	RAISE EXCEPTION '% of mail.consent_event is refused', TG_OP
		USING ERRCODE = 'object_not_in_prerequisite_state';
END
$$;

COMMENT ON FUNCTION mail.keep_event() IS
	'Lets nothing of an event be changed but what tells of a machine';

CREATE TRIGGER consent_event_keep
	BEFORE UPDATE OR DELETE ON mail.consent_event
	FOR EACH ROW EXECUTE FUNCTION mail.keep_event();
CREATE TRIGGER consent_event_refuse_truncate
	BEFORE TRUNCATE ON mail.consent_event
	FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE TABLE mail.suppression (
	email_hash bytea NOT NULL,
	reason text NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	expires_at timestamptz,
	CONSTRAINT suppression_pkey PRIMARY KEY (email_hash),
	CONSTRAINT suppression_email_hash_check
		CHECK (octet_length(email_hash) = 32),
	CONSTRAINT suppression_reason_check CHECK (reason IN
		('hard', 'soft', 'complaint', 'blocked', 'erased', 'manual'))
);

COMMENT ON TABLE mail.suppression IS
	'Addresses that are not written to, by hash, so that it outlives them.
blocked, complaint and manual also refuse the question whether they asked';

CREATE FUNCTION mail.is_suppressed(p_email_hash bytea, p_kind text)
RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT EXISTS (
		SELECT
		FROM mail.suppression AS s
		WHERE s.email_hash = p_email_hash
			AND coalesce(s.expires_at, 'infinity') > now()
			-- Who asks again may be asked whether they mean it.
			AND (p_kind <> 'confirm' OR s.reason
				IN ('blocked', 'complaint', 'manual')));
END;

COMMENT ON FUNCTION mail.is_suppressed(bytea, text) IS
	'Whether a mail of that kind must not be sent';

-- The queue.

CREATE TABLE mail.message (
	id bigint GENERATED ALWAYS AS IDENTITY,
	dedupe_key text NOT NULL,
	kind text NOT NULL,
	signup_id uuid,
	reader_id uuid,
	state text NOT NULL DEFAULT 'ready',
	priority bigint NOT NULL,
	run_at timestamptz NOT NULL DEFAULT now(),
	give_up_at timestamptz NOT NULL,
	attempts bigint NOT NULL DEFAULT 0,
	unknowns bigint NOT NULL DEFAULT 0,
	max_unknown bigint NOT NULL,
	claim uuid,
	worker bigint,
	lease_until timestamptz,
	data_at timestamptz,
	message_id uuid NOT NULL DEFAULT gen_random_uuid(),
	dated_at timestamptz NOT NULL DEFAULT now(),
	last_code bigint,
	last_reply text NOT NULL DEFAULT '',
	sent_at timestamptz,
	created_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT message_pkey PRIMARY KEY (id),
	CONSTRAINT message_dedupe_key_key UNIQUE (dedupe_key),
	CONSTRAINT message_signup_id_fkey FOREIGN KEY (signup_id)
		REFERENCES mail.signup (id) ON DELETE CASCADE,
	CONSTRAINT message_reader_id_fkey
		FOREIGN KEY (reader_id) REFERENCES mail.reader (id),
	CONSTRAINT message_kind_check
		CHECK (kind IN ('confirm', 'notice', 'manage')),
	CONSTRAINT message_about_check CHECK (CASE kind WHEN 'confirm'
		THEN signup_id IS NOT NULL AND reader_id IS NULL
		ELSE signup_id IS NULL AND reader_id IS NOT NULL END),
	CONSTRAINT message_state_check CHECK (state IN
		('ready', 'sending', 'sent', 'failed', 'unknown', 'cancelled')),
	CONSTRAINT message_claim_check CHECK (
		(state = 'sending') = (claim IS NOT NULL)
		AND (claim IS NULL) = (lease_until IS NULL)
		AND (claim IS NULL) = (worker IS NULL)),
	CONSTRAINT message_sent_at_check
		CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
	CONSTRAINT message_counts_check
		CHECK (least(attempts, unknowns, max_unknown) >= 0)
);

COMMENT ON TABLE mail.message IS
	'One mail to one address. Its bytes follow from the row: the same on
each try, with the same Message-ID';
COMMENT ON COLUMN mail.message.claim IS
	'Fence: who finishes a mail must show the claim that it was given';
COMMENT ON COLUMN mail.message.data_at IS
	'When the relay was ready to take the text; before it nothing can have
been sent, after it a lost connection leaves it unknown';
COMMENT ON COLUMN mail.message.max_unknown IS
	'How often a mail that may have been sent is sent again';

CREATE INDEX message_ready_idx ON mail.message (priority, run_at, id)
	WHERE state = 'ready';
CREATE INDEX message_sending_idx ON mail.message (lease_until)
	WHERE state = 'sending';
CREATE INDEX message_reader_id_idx ON mail.message (reader_id);
CREATE INDEX message_signup_id_idx ON mail.message (signup_id);

CREATE TABLE mail.announcement (
	reader_id uuid NOT NULL,
	career_id bigint NOT NULL,
	message_id bigint NOT NULL,
	CONSTRAINT announcement_pkey PRIMARY KEY (reader_id, career_id),
	CONSTRAINT announcement_reader_id_fkey
		FOREIGN KEY (reader_id) REFERENCES mail.reader (id),
	CONSTRAINT announcement_career_id_fkey
		FOREIGN KEY (career_id) REFERENCES catalog.career (id),
	CONSTRAINT announcement_message_id_fkey
		FOREIGN KEY (message_id) REFERENCES mail.message (id)
);

COMMENT ON TABLE mail.announcement IS
	'Careers that a notice tells of; a reader is told of each once';

CREATE INDEX announcement_message_id_idx
	ON mail.announcement (message_id);
CREATE INDEX announcement_career_id_idx
	ON mail.announcement (career_id);

CREATE TABLE mail.attempt (
	id bigint GENERATED ALWAYS AS IDENTITY,
	message_id bigint NOT NULL,
	number bigint NOT NULL,
	worker bigint NOT NULL,
	outcome text NOT NULL,
	code bigint,
	reply text NOT NULL DEFAULT '',
	ended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	CONSTRAINT attempt_pkey PRIMARY KEY (id),
	CONSTRAINT attempt_message_id_fkey FOREIGN KEY (message_id)
		REFERENCES mail.message (id) ON DELETE CASCADE,
	CONSTRAINT attempt_outcome_check CHECK (outcome IN ('sent', 'retry',
		'rejected', 'connection', 'unknown', 'cancelled', 'lost'))
);

COMMENT ON TABLE mail.attempt IS
	'Each try to send a mail, and what the relay said';

CREATE INDEX attempt_message_id_idx ON mail.attempt (message_id);
CREATE INDEX attempt_ended_at_idx ON mail.attempt (ended_at);
