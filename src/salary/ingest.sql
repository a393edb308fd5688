-- The job that fetches: its lock and log, what it stores, what it publishes.

-- name: job_lock
-- Called by autopsy-ingest run and review: one at a time, as long as the
-- session lasts. Also says since when another is at it.
SELECT
	pg_try_advisory_lock(hashtextextended('job:ingest', 0)),
	(
		SELECT to_char(j.started_at AT TIME ZONE 'UTC',
			'YYYY-MM-DD HH24:MI:SS')
		FROM ops.job_run AS j
		WHERE j.job = 'ingest'
			AND j.finished_at IS NULL
		ORDER BY j.id DESC
		LIMIT 1) AS since;

-- name: job_hold
-- Called by autopsy-ingest run in each transaction that publishes: a session
-- that was made anew has lost the lock of job_lock.
SELECT pg_try_advisory_xact_lock(hashtextextended('job:ingest', 0));

-- name: job_begin
-- Called by autopsy-ingest run when it holds the lock: what has not ended by
-- now was killed. $1 detail as JSON. One row: the run, and how many were.
WITH killed AS (
	UPDATE ops.job_run AS j
	SET finished_at = greatest(now(), j.started_at), outcome = 'killed'
	WHERE j.job = 'ingest'
		AND j.finished_at IS NULL
	RETURNING j.id
), sources AS (
	UPDATE salary.source_run AS s
	SET finished_at = now(), outcome = 'killed'
	WHERE s.finished_at IS NULL
), begun AS (
	INSERT INTO ops.job_run (job, detail)
	VALUES ('ingest', $1::jsonb)
	RETURNING id
)
SELECT
	b.id,
	(
		SELECT count(*)
		FROM killed AS k)
FROM begun AS b;

-- name: job_end
-- Called by autopsy-ingest run: $1 run, $2 outcome, $3 more detail as JSON.
UPDATE ops.job_run AS j
SET
	finished_at = greatest(clock_timestamp(), j.started_at),
	outcome = $2::text,
	detail = j.detail || $3::jsonb
WHERE j.id = $1::bigint;

-- name: source_known
-- Called by autopsy-ingest run for each source: $1 its code. One JSON: what
-- an adapter may refer to; is_enabled is null for one that is not registered.
SELECT json_build_object(
	'is_enabled', s.enabled,
	'collection_mode', s.collection_mode,
	'today', current_date,
	'codes', (
		SELECT coalesce(json_agg(DISTINCT k.item ->> 'code'), '[]')
		FROM catalog.career AS c
		JOIN catalog.revision AS r ON r.id = c.revision_id
		CROSS JOIN LATERAL jsonb_array_elements(r.guide -> 'codes')
			AS k (item)
		WHERE k.item ->> 'scheme' = s.code_scheme),
	'countries', (
		SELECT json_agg(json_build_object(
			'code', c.code,
			'iso3', c.iso3,
			'currency', c.currency)
			ORDER BY c.position)
		FROM catalog.country AS c),
	'currencies', (
		SELECT json_agg(c.code ORDER BY c.code)
		FROM catalog.currency AS c),
	'requests_today', (
		SELECT count(*)
		FROM salary.fetch AS f
		WHERE f.source_code = s.code
			AND f.fetched_at > now() - interval '24 hours'))
FROM (VALUES ($1::text)) AS g (code)
LEFT JOIN salary.source AS s ON s.code = g.code;

-- name: source_wanted
-- Called by autopsy-ingest run for sources that nobody named: $1 source,
-- $2 days between two successes, or null for at once. False for one that is
-- switched off or not due. A margin of an hour, since a timer is never quite
-- on time.
SELECT NOT EXISTS (
	SELECT
	FROM salary.source AS s
	WHERE s.code = $1::text
		AND NOT s.enabled
) AND NOT EXISTS (
	SELECT
	FROM salary.source_run AS r
	WHERE r.source_code = $1::text
		AND r.outcome IN ('published', 'unchanged', 'held')
		AND r.finished_at > now() - $2::bigint * interval '1 day'
			+ interval '1 hour');

-- name: source_run_begin
-- Called by autopsy-ingest run: $1 run, $2 source.
INSERT INTO salary.source_run (run_id, source_code)
VALUES ($1::bigint, $2::text);

-- name: source_run_end
-- Called by autopsy-ingest run: $1 run, $2 source, $3 outcome, $4 parts,
-- $5 bytes, $6 rows, $7 figures, $8 message.
UPDATE salary.source_run AS s
SET
	finished_at = greatest(clock_timestamp(), s.started_at),
	outcome = $3::text,
	parts = $4::bigint,
	size = $5::bigint,
	rows = $6::bigint,
	figures = $7::bigint,
	message = $8::text
WHERE s.run_id = $1::bigint
	AND s.source_code = $2::text;

-- name: fetch_newest
-- Called by autopsy-ingest run before it asks for a part: $1 source, $2 part,
-- $3 address. What a 304 would stand for; no row if there is nothing.
SELECT
	f.etag,
	f.last_modified,
	encode(f.sha256, 'hex')
FROM salary.fetch AS f
WHERE f.source_code = $1::text
	AND f.part = $2::bigint
	AND f.url = $3::text
	AND f.status IN (200, 304)
ORDER BY f.id DESC
LIMIT 1;

-- name: fetch_insert
-- Called by autopsy-ingest run for each reply: $1 run, $2 source, $3 part,
-- $4 address, $5 status, $6 headers, $7 ETag, $8 Last-Modified, $9 bytes,
-- $10 SHA-256 in hexadecimal. Says whether the body is stored already.
WITH stored AS (
	INSERT INTO salary.fetch
		(run_id, source_code, part, url, status, headers, etag,
		last_modified, size, sha256)
	VALUES ($1::bigint, $2::text, $3::bigint, $4::text, $5::bigint,
		$6::jsonb, $7::text, $8::text, $9::bigint,
		decode($10::text, 'hex'))
)
SELECT EXISTS (
	SELECT
	FROM salary.body AS b
	WHERE b.sha256 = decode($10::text, 'hex'));

-- name: body_copy
-- Called by autopsy-ingest run after fetch_insert, in its transaction.
COPY salary.body (sha256, n, data) FROM STDIN (FORMAT binary);

-- name: body_piece
-- Called by autopsy-ingest run to read a stored body again: $1 SHA-256 in
-- hexadecimal, $2 number of the piece. No row behind the last one.
SELECT b.data
FROM salary.body AS b
WHERE b.sha256 = decode($1::text, 'hex')
	AND b.n = $2::bigint;

-- name: run_stored
-- Called by autopsy-ingest run --from-raw: $1 run. The sources of which it
-- has stored good replies.
SELECT DISTINCT f.source_code
FROM salary.fetch AS f
WHERE f.run_id = $1::bigint
	AND f.status IN (200, 304);

-- name: run_whole
-- Called by autopsy-ingest run --from-raw: $1 run, $2 source. Whether it read
-- all parts of it.
SELECT EXISTS (
	SELECT
	FROM salary.source_run AS r
	WHERE r.run_id = $1::bigint
		AND r.source_code = $2::text
		AND r.outcome IN ('published', 'unchanged', 'held'));

-- name: fetch_of_run
-- Called by autopsy-ingest run --from-raw: $1 run, $2 source, $3 part. No row
-- behind the last part that was good.
SELECT
	encode(f.sha256, 'hex'),
	f.size,
	coalesce(f.headers ->> 'content-type', '')
FROM salary.fetch AS f
WHERE f.run_id = $1::bigint
	AND f.source_code = $2::text
	AND f.part = $3::bigint
	AND f.status IN (200, 304);

-- name: vintage_insert
-- Called by autopsy-ingest run when all of a source is read: $1 source,
-- $2 run. The rows of the two that follow begin with its number.
INSERT INTO salary.vintage (source_code, run_id)
VALUES ($1::text, $2::bigint)
RETURNING id;

-- name: statistic_copy
COPY salary.statistic (vintage_id, country, code, title, observed_on, variant,
	currency, period, p10, p25, median, p75, p90, mean, top_code, sample_n,
	precision_pct, notes) FROM STDIN;

-- name: rate_copy
COPY salary.rate (vintage_id, kind, base, quote, country, observed_on, rate)
	FROM STDIN;

-- name: vintage_judge
-- Called by autopsy-ingest run after the rows are in: $1 vintage. One JSON
-- with its verdict; see the function.
SELECT salary.judge_vintage($1::bigint);

-- name: reviews_void
-- Called by autopsy-ingest run when a source says what is published already:
-- $1 source.
SELECT salary.void_reviews($1::text);

-- name: observe
-- Called by autopsy-ingest run after a vintage was published, and at its end:
-- $1 source or null for all, $2 who records. The careers that changed, and
-- why.
SELECT
	o.career_id,
	o.slug,
	o.cause
FROM salary.observe($1::text, $2::text) AS o;

-- name: careers_published
-- Called by autopsy-ingest run at its end: figures age with the days.
SELECT
	c.id,
	c.slug
FROM catalog.career AS c
WHERE c.revision_id IS NOT NULL
ORDER BY c.slug;

-- name: ingest_status
-- Called by autopsy-ingest status: $1 sources of the program as a JSON list
-- of {"code", "every_days", "stale_days"}. One JSON list in their order.
SELECT coalesce(json_agg(json_build_object(
	'source', p.code,
	'state', CASE
		WHEN s.code IS NULL THEN 'unregistered'
		WHEN NOT s.enabled THEN 'disabled'
		WHEN l.finished_at < now() - p.stale_days * interval '1 day'
			THEN 'stale'
		-- A run that was killed has no end either.
		WHEN o.finished_at IS NULL
			AND o.started_at > now() - interval '1 day'
			THEN 'running'
		WHEN l.finished_at IS NULL THEN 'never'
		ELSE 'ok'
	END,
	'last_success', to_char(l.finished_at AT TIME ZONE 'UTC',
		'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
	'age_hours', floor(extract(epoch FROM now() - l.finished_at) / 3600)
		::bigint,
	'rows', v.rows,
	'next_due', (
		SELECT to_char((max(r.finished_at) + p.every_days * interval '1 day')
			AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
		FROM salary.source_run AS r
		WHERE r.source_code = p.code
			-- As source_wanted: what is held has been asked, too.
			AND r.outcome IN ('published', 'unchanged', 'held')),
	'last_run', o.run_id,
	'last_outcome', o.outcome,
	'message', o.message,
	'reviews', (
		SELECT count(*)
		FROM salary.review AS w
		WHERE w.source_code = p.code
			AND w.state = 'open'))
	ORDER BY p.n), '[]')
FROM ROWS FROM (json_to_recordset($1::json) AS (
	code text,
	every_days bigint,
	stale_days bigint)) WITH ORDINALITY AS p (code, every_days, stale_days, n)
LEFT JOIN salary.source AS s ON s.code = p.code
LEFT JOIN LATERAL (
	SELECT r.finished_at
	FROM salary.source_run AS r
	WHERE r.source_code = p.code
		AND r.outcome IN ('published', 'unchanged')
	ORDER BY r.started_at DESC
	LIMIT 1
) AS l ON true
LEFT JOIN LATERAL (
	SELECT r.run_id, r.outcome, r.message, r.started_at, r.finished_at
	FROM salary.source_run AS r
	WHERE r.source_code = p.code
	ORDER BY r.started_at DESC
	LIMIT 1
) AS o ON true
LEFT JOIN salary.vintage AS v
	ON v.source_code = p.code
	AND v.state = 'live';

-- name: review_list
-- Called by autopsy-ingest review list: what waits, oldest first.
SELECT coalesce(json_agg(json_build_object(
	'id', r.id,
	'kind', r.kind,
	'source', r.source_code,
	'subject', r.subject,
	'detail', r.detail,
	'raised_at', to_char(r.raised_at AT TIME ZONE 'UTC',
		'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
	ORDER BY r.id), '[]')
FROM salary.review AS r
WHERE r.state = 'open';

-- name: review_decide
-- Called by autopsy-ingest review accept and reject: $1 id, $2 whether it is
-- accepted, $3 who, $4 why. One JSON; see the function.
SELECT salary.decide_review($1::bigint, $2::boolean, $3::text, $4::text);
