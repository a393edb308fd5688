-- Rates of exchange that people write down. They become a vintage as those
-- that are fetched do, and pass the same gate.

-- name: rates_compare
-- Called by autopsy-ingest import before it records any: $1 source, $2 the
-- rows as a JSON list of objects, named as the columns. One JSON list of
-- {"state":"new"|"changed"|"unchanged"|"gone","name","before","after"}.
WITH given AS (
	SELECT
		r.kind,
		r.base,
		r.quote,
		r.country,
		r.observed_on,
		r.rate
	FROM json_to_recordset($2::json) AS r (
		kind text,
		base text,
		quote text,
		country text,
		observed_on date,
		rate numeric)
), live AS (
	SELECT
		r.kind,
		r.base,
		r.quote,
		r.country,
		r.observed_on,
		r.rate
	FROM salary.rate AS r
	JOIN salary.vintage AS v ON v.id = r.vintage_id
	WHERE v.source_code = $1::text
		AND v.state = 'live'
)
SELECT coalesce(json_agg(json_build_object(
	'state', CASE
		WHEN l.rate IS NULL THEN 'new'
		WHEN g.rate IS NULL THEN 'gone'
		WHEN g.rate = l.rate THEN 'unchanged'
		ELSE 'changed'
	END,
	'name', concat_ws(' ', base, quote, country, observed_on),
	'before', l.rate::text,
	'after', g.rate::text)
	ORDER BY country, observed_on), '[]')
FROM given AS g
FULL JOIN live AS l USING (kind, base, quote, country, observed_on);

-- name: rates_record
-- Called by autopsy-ingest import when a row differs: $1 source, $2 the rows
-- as for rates_compare, $3 SHA-256 of the file in hexadecimal. One row: the
-- vintage, to be judged by vintage_judge, and the run that it is of.
WITH run AS (
	INSERT INTO ops.job_run (job, finished_at, outcome, detail)
	VALUES ('import', now(), 'done', jsonb_build_object(
		'source', $1::text,
		'file_sha256', $3::text))
	RETURNING id
), told AS (
	INSERT INTO salary.source_run (run_id, source_code)
	SELECT r.id, $1::text
	FROM run AS r
), vintage AS (
	INSERT INTO salary.vintage (source_code, run_id)
	SELECT $1::text, r.id
	FROM run AS r
	RETURNING id, run_id
), recorded AS (
	INSERT INTO salary.rate
		(vintage_id, kind, base, quote, country, observed_on, rate)
	SELECT v.id, r.kind, r.base, r.quote, r.country, r.observed_on, r.rate
	FROM vintage AS v
	CROSS JOIN json_to_recordset($2::json) AS r (
		kind text,
		base text,
		quote text,
		country text,
		observed_on date,
		rate numeric)
)
SELECT v.id, v.run_id
FROM vintage AS v;
