-- The mail queue as a state machine: claim, data, finish, release, rescue.
--
--   ready --claim--> sending --data--> sending, data_at set --> sent
--   sending: told to try later -> ready, or failed when it gave up;
--   refused -> failed; the reader has gone -> cancelled
--   lost before data -> ready; lost after it -> ready while unknowns <
--   max_unknown, else unknown, which is told to operators

-- Advisory locks (classid 7001, objid the number of the worker): a worker
-- that lives holds its own.
CREATE FUNCTION mail.is_alive(p_worker bigint)
RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT EXISTS (
		SELECT
		FROM pg_locks AS k
		WHERE k.locktype = 'advisory'
			AND k.database = (
				SELECT d.oid
				FROM pg_database AS d
				WHERE d.datname = current_database())
			AND k.classid = 7001
			AND k.objid = p_worker::oid
			AND k.objsubid = 2);
END;

COMMENT ON FUNCTION mail.is_alive(bigint) IS
	'Whether the worker of that number holds its lock';

CREATE FUNCTION mail.may_send(m mail.message)
RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
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
				AND r.state = 'active'
				AND NOT mail.is_suppressed(r.email_hash,
					m.kind))
	END
	AND (m.kind <> 'notice' OR EXISTS (
		SELECT
		FROM mail.announcement AS a
		WHERE a.message_id = m.id));
END;

COMMENT ON FUNCTION mail.may_send(mail.message) IS
	'Whether somebody still wants the mail; asked again at the last moment';

CREATE FUNCTION mail.claim_messages(
	p_worker bigint,
	p_lease interval,
	p_count bigint)
RETURNS SETOF mail.message
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	-- Materialized, or the planner may take more rows than were locked.
	WITH found AS MATERIALIZED (
		SELECT m.id
		FROM mail.message AS m
		WHERE m.state = 'ready'
			AND m.run_at <= statement_timestamp()
		ORDER BY m.priority, m.run_at, m.id
		LIMIT p_count
		FOR UPDATE SKIP LOCKED
	)
	UPDATE mail.message AS m
	SET
		state = 'sending',
		claim = gen_random_uuid(),
		worker = p_worker,
		attempts = m.attempts + 1,
		data_at = NULL,
		lease_until = clock_timestamp() + p_lease
	FROM found AS f
	WHERE m.id = f.id
	RETURNING m.*;
END;

COMMENT ON FUNCTION mail.claim_messages(bigint, interval, bigint) IS
	'The next mails for a worker, of which no other gets the same';

CREATE FUNCTION mail.begin_data(
	p_id bigint,
	p_claim uuid,
	p_lease interval)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	this mail.message;
BEGIN
	SELECT m.* INTO this
	FROM mail.message AS m
	WHERE m.id = p_id AND m.claim = p_claim AND m.state = 'sending'
	FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'lost';
	END IF;
	IF NOT mail.may_send(this) THEN
		RETURN 'unwanted';
	END IF;
	UPDATE mail.message AS m
	SET data_at = clock_timestamp(),
		lease_until = clock_timestamp() + p_lease
	WHERE m.id = this.id;
	RETURN 'go';
END
$$;

COMMENT ON FUNCTION mail.begin_data(bigint, uuid, interval) IS
	'Asked when the relay is ready for the text: go, lost (the claim is
another''s now) or unwanted (nobody wants the mail any more)';

CREATE FUNCTION mail.finish_message(
	p_id bigint,
	p_claim uuid,
	p_outcome text,
	p_code bigint,
	p_reply text,
	p_delay interval)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	this mail.message;
	becomes text;
BEGIN
	SELECT m.* INTO this
	FROM mail.message AS m
	WHERE m.id = p_id
	FOR UPDATE;
	IF NOT FOUND THEN
		RETURN NULL;
	END IF;
	IF this.state <> 'sending' OR this.claim <> p_claim THEN
		INSERT INTO mail.attempt
			(message_id, number, worker, outcome, code, reply)
		VALUES (this.id, this.attempts, coalesce(this.worker, 0),
			'lost', p_code, left(p_reply, 500));
		RETURN 'lost';
	END IF;
	becomes := CASE p_outcome
		WHEN 'sent' THEN 'sent'
		WHEN 'rejected' THEN 'failed'
		WHEN 'cancelled' THEN 'cancelled'
		WHEN 'unknown' THEN CASE
			WHEN this.unknowns >= this.max_unknown THEN 'unknown'
			WHEN clock_timestamp() + p_delay > this.give_up_at
				THEN 'unknown'
			ELSE 'ready' END
		-- Not the mail's fault: no attempt is counted.
		WHEN 'connection' THEN 'ready'
		WHEN 'retry' THEN CASE
			WHEN clock_timestamp() + p_delay > this.give_up_at
				THEN 'failed'
			ELSE 'ready' END
	END;
	IF becomes IS NULL THEN
		RAISE EXCEPTION '% is no outcome', p_outcome;
	END IF;
	INSERT INTO mail.attempt
		(message_id, number, worker, outcome, code, reply)
	VALUES (this.id, this.attempts, this.worker, p_outcome, p_code,
		left(p_reply, 500));
	UPDATE mail.message AS m
	SET state = becomes, claim = NULL, worker = NULL, lease_until = NULL,
		sent_at = CASE becomes WHEN 'sent' THEN clock_timestamp() END,
		run_at = CASE becomes WHEN 'ready'
			THEN clock_timestamp() + p_delay ELSE m.run_at END,
		attempts = m.attempts
			- (p_outcome = 'connection')::integer,
		unknowns = m.unknowns + (p_outcome = 'unknown')::integer,
		last_code = p_code, last_reply = left(p_reply, 500)
	WHERE m.id = this.id;
	RETURN becomes;
END
$$;

COMMENT ON FUNCTION mail.finish_message(bigint, uuid, text, bigint, text,
	interval) IS
	'What became of a claimed mail: sent, retry, rejected, connection,
unknown or cancelled. Returns its state, or lost, when it was no longer the
worker''s and nothing has changed';

CREATE FUNCTION mail.release_messages(p_worker bigint)
RETURNS bigint
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	WITH released AS (
		UPDATE mail.message AS m
		SET
			state = 'ready',
			claim = NULL,
			worker = NULL,
			lease_until = NULL,
			attempts = m.attempts - 1
		WHERE m.state = 'sending'
			AND m.worker = p_worker
			AND m.data_at IS NULL
		RETURNING m.id
	)
	SELECT count(*)
	FROM released AS r;
END;

COMMENT ON FUNCTION mail.release_messages(bigint) IS
	'Gives back what a worker claimed and did not begin to send';

CREATE FUNCTION mail.rescue_messages()
RETURNS bigint
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	WITH lost AS MATERIALIZED (
		SELECT m.id
		FROM mail.message AS m
		WHERE m.state = 'sending'
			AND (m.lease_until < clock_timestamp()
				OR (m.data_at IS NULL
					AND NOT mail.is_alive(m.worker)))
		FOR UPDATE SKIP LOCKED
	), noted AS (
		INSERT INTO mail.attempt
			(message_id, number, worker, outcome, reply)
		SELECT m.id, m.attempts, m.worker,
			CASE WHEN m.data_at IS NULL THEN 'lost'
				ELSE 'unknown' END,
			'the worker did not finish it'
		FROM lost AS l
		JOIN mail.message AS m ON m.id = l.id
	), rescued AS (
		UPDATE mail.message AS m
		SET
			state = CASE
				WHEN m.data_at IS NOT NULL
					AND m.unknowns >= m.max_unknown
					THEN 'unknown'
				WHEN clock_timestamp() > m.give_up_at THEN CASE
					WHEN m.data_at IS NULL THEN 'failed'
					ELSE 'unknown' END
				ELSE 'ready'
			END,
			unknowns = m.unknowns
				+ (m.data_at IS NOT NULL)::integer,
			claim = NULL,
			worker = NULL,
			lease_until = NULL,
			run_at = clock_timestamp()
		FROM lost AS l
		WHERE m.id = l.id
		RETURNING m.id
	)
	SELECT count(*)
	FROM rescued AS r;
END;

COMMENT ON FUNCTION mail.rescue_messages() IS
	'Takes mails from workers that are gone or too slow; returns how many';

GRANT SELECT ON ALL TABLES IN SCHEMA mail TO autopsy_mailer;
GRANT EXECUTE ON FUNCTION mail.claim_messages(bigint, interval, bigint),
	mail.begin_data(bigint, uuid, interval),
	mail.finish_message(bigint, uuid, text, bigint, text, interval),
	mail.release_messages(bigint), mail.rescue_messages()
	TO autopsy_mailer;
