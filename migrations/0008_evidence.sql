-- From what sources state to evidence and figures: percentiles to levels,
-- precision, freshness, what a person has to look at, and history by date.

ALTER TABLE salary.observation
	ADD COLUMN statistic_id bigint,
	ADD COLUMN precision_pct numeric,
	ADD COLUMN is_mean boolean NOT NULL DEFAULT false,
	DROP CONSTRAINT observation_published_check;
ALTER TABLE salary.observation
	ADD CONSTRAINT observation_published_check
		CHECK (published ?& ARRAY['low', 'median', 'high', 'period']
			AND published ->> 'period'
				IN ('year', 'month', 'week', 'hour')) NOT VALID,
	ADD CONSTRAINT observation_precision_pct_check
		CHECK (precision_pct >= 0) NOT VALID,
	ADD CONSTRAINT observation_is_mean_check
		CHECK (NOT is_mean OR (median IS NOT NULL
			AND low IS NULL AND high IS NULL)) NOT VALID,
	ADD CONSTRAINT observation_statistic_id_fkey FOREIGN KEY
		(statistic_id) REFERENCES salary.statistic (id) NOT VALID;

COMMENT ON COLUMN salary.observation.statistic_id IS
	'The fetched statement it follows from; null when a person wrote it';
COMMENT ON COLUMN salary.observation.is_mean IS
	'median holds a mean: the source states no median';

CREATE OR REPLACE FUNCTION salary.chain(p_country text, p_period text)
RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT CASE p_period
		WHEN 'year' THEN '[]'::jsonb
		WHEN 'month' THEN
			'[{"step": "months_per_year", "factor": 12}]'::jsonb
		WHEN 'week' THEN
			'[{"step": "weeks_per_year", "factor": 52}]'::jsonb
		WHEN 'hour' THEN (
			SELECT jsonb_build_array(
				jsonb_build_object(
					'step', 'hours_per_week',
					'factor', trim_scale(h.weekly_hours)),
				jsonb_build_object(
					'step', 'weeks_per_year',
					'factor', h.weeks))
			FROM salary.hours AS h
			WHERE h.country = p_country)
	END;
END;

CREATE TABLE salary.withdrawal (
	observation_id bigint NOT NULL,
	reason text NOT NULL,
	is_refusal boolean NOT NULL DEFAULT false,
	withdrawn_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT withdrawal_pkey PRIMARY KEY (observation_id),
	CONSTRAINT withdrawal_observation_id_fkey FOREIGN KEY
		(observation_id) REFERENCES salary.observation (id),
	CONSTRAINT withdrawal_reason_check CHECK (reason <> '')
);

COMMENT ON TABLE salary.withdrawal IS
	'Observations that no longer count, and why; append only';
COMMENT ON COLUMN salary.withdrawal.is_refusal IS
	'A person refused it: the same statement makes no new observation';

CREATE TRIGGER withdrawal_refuse_change
	BEFORE UPDATE OR DELETE OR TRUNCATE ON salary.withdrawal
	FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE OR REPLACE VIEW salary.live_observation AS
SELECT DISTINCT ON
	(o.career_id, o.country, o.level, o.source_code, o.pay_basis)
	o.id,
	o.career_id,
	o.country,
	o.level,
	o.low,
	o.median,
	o.high,
	o.high_is_lower_bound,
	o.currency,
	o.pay_basis,
	o.source_code,
	o.source_title,
	o.source_url,
	o.match,
	o.observed_on,
	o.recorded_on,
	o.sample_n,
	o.notes,
	o.published,
	o.chain,
	o.precision_pct,
	o.is_mean,
	o.retrieved_at
FROM salary.observation AS o
JOIN salary.source AS s ON s.code = o.source_code
WHERE s.enabled
	AND NOT EXISTS (
		SELECT
		FROM salary.withdrawal AS w
		WHERE w.observation_id = o.id)
	AND NOT EXISTS (
		SELECT
		FROM salary.observation AS n
		JOIN salary.source AS f ON f.code = n.source_code
		WHERE n.career_id = o.career_id
			AND n.country = o.country
			AND n.level = o.level
			AND n.source_code = s.snapshot_of
			AND n.pay_basis = o.pay_basis
			AND n.observed_on >= o.observed_on
			AND f.enabled
			AND NOT EXISTS (
				SELECT
				FROM salary.withdrawal AS w
				WHERE w.observation_id = n.id))
ORDER BY o.career_id, o.country, o.level, o.source_code, o.pay_basis,
	o.observed_on DESC, o.id DESC;

-- Levels from percentiles, one row a level and source.

CREATE VIEW salary.wanted_observation AS
WITH listed AS (
	SELECT
		c.id AS career_id,
		c.slug,
		k.item ->> 'scheme' AS scheme,
		k.item ->> 'code' AS code,
		k.item ->> 'title' AS title,
		k.item ->> 'match' AS match,
		k.item ->> 'role' AS role,
		k.n
	FROM catalog.career AS c
	JOIN catalog.revision AS r ON r.id = c.revision_id
	CROSS JOIN LATERAL jsonb_array_elements(r.guide -> 'codes')
		WITH ORDINALITY AS k (item, n)
), chosen AS (
	-- A guide may list several codes of a scheme: the best match counts,
	-- then the first in its list. Only occupations have a group's mean.
	SELECT DISTINCT ON (l.career_id, s.code, t.country, l.role)
		l.career_id,
		l.slug,
		l.code AS listed_code,
		l.title AS listed_title,
		CASE s.level_basis WHEN 'group_mean' THEN 'group'
			ELSE l.match END AS match,
		l.role,
		s.code AS source_code,
		s.name AS source_name,
		s.home_url,
		coalesce(s.pay_basis, 'base') AS pay_basis,
		s.level_basis,
		salary.chain(t.country, t.period) AS chain,
		-- Not below what is stated: some cells of a source have real
		-- numbers above the cap of others.
		CASE WHEN t.top_code IS NOT NULL THEN greatest(t.p10, t.p25,
			t.median, t.p75, t.top_code) END AS floor,
		t.*
	FROM salary.source AS s
	JOIN salary.vintage AS v ON v.source_code = s.code
		AND v.state = 'live'
	JOIN salary.stated AS t ON t.vintage_id = v.id
	LEFT JOIN salary.code_alias AS a ON a.source_code = s.code
		AND a.alias = t.code
	JOIN listed AS l ON l.scheme = s.code_scheme
		AND CASE
			WHEN s.level_basis = 'group_mean' THEN
				l.role = 'occupation'
				AND t.code = left(l.code, 1)
			ELSE coalesce(a.code, t.code) = l.code
				OR lower(t.code) = lower(l.title)
		END
	WHERE s.enabled
		AND salary.chain(t.country, t.period) IS NOT NULL
		-- As for files of pay: older evidence says nothing of today.
		AND t.observed_on >= current_date - interval '5 years'
	ORDER BY l.career_id, s.code, t.country, l.role,
		array_position(ARRAY['exact', 'close', 'broader', 'group'],
			l.match),
		l.n, t.observed_on DESC, t.variant
)
SELECT
	c.career_id,
	c.slug,
	c.country,
	b.level,
	salary.convert(b.low, c.chain) AS low,
	salary.convert(b.median, c.chain) AS median,
	salary.convert(b.high, c.chain) AS high,
	b.is_floor AS high_is_lower_bound,
	c.currency,
	c.pay_basis,
	c.source_code,
	left(format('%s, %s: %s', c.source_name,
		to_char(c.observed_on, 'FMMonth YYYY'),
		CASE
			WHEN c.level_basis = 'group_mean' THEN
				'group ' || c.code || ' of ISCO-08'
			WHEN lower(c.code) = lower(c.listed_title) THEN c.code
			ELSE c.listed_code || ' '
				|| coalesce(nullif(c.title, ''), c.listed_title)
		END), 300) AS source_title,
	c.home_url AS source_url,
	c.match,
	c.observed_on,
	c.sample_n,
	c.precision_pct,
	b.is_mean,
	concat_ws('. ', b.words, nullif(c.variant, ''), nullif(c.notes, ''))
		AS notes,
	jsonb_build_object(
		'low', trim_scale(b.low),
		'median', trim_scale(b.median),
		'high', trim_scale(b.high),
		'period', c.period) AS published,
	c.chain,
	c.id AS statistic_id
FROM chosen AS c
CROSS JOIN LATERAL (VALUES
	('junior', 'occupation', c.p10,
		CASE WHEN c.p25 >= c.p10 THEN (c.p10 + c.p25) / 2 END,
		c.p25, false, false,
		CASE WHEN c.p10 IS NULL THEN 'Up to P25 of everyone in the'
			' occupation' ELSE 'P10 to P25 of everyone in the'
			' occupation, the middle interpolated' END),
	('mid', 'occupation', c.p25,
		coalesce(c.median, CASE WHEN c.p25 IS NULL AND c.p75 IS NULL
			THEN c.mean END),
		CASE WHEN c.p25 IS NULL AND c.median IS NULL THEN NULL
			ELSE coalesce(c.p75, c.floor) END,
		c.p75 IS NULL AND c.floor IS NOT NULL
			AND coalesce(c.p25, c.median) IS NOT NULL,
		c.median IS NULL AND c.p25 IS NULL AND c.p75 IS NULL,
		CASE
			WHEN c.p25 IS NOT NULL THEN 'P25, P50 and P75 of'
				' everyone in the occupation'
			WHEN c.median IS NOT NULL THEN 'The median of everyone'
				' in the occupation'
			WHEN c.level_basis = 'group_mean' THEN 'The mean of a'
				' whole group of occupations: context, not this'
				' career'
			ELSE 'The mean of everyone in the occupation; no median'
				' is published'
		END),
	('senior', 'occupation', coalesce(c.p75, c.floor),
		CASE WHEN c.p75 <= c.p90 THEN (c.p75 + c.p90) / 2 END,
		CASE WHEN c.p75 IS NOT NULL THEN coalesce(c.p90, c.floor)
			ELSE NULL END,
		c.p75 IS NOT NULL AND c.p90 IS NULL
			AND c.floor IS NOT NULL, false,
		CASE WHEN c.p90 IS NULL THEN 'From P75 of everyone in the'
			' occupation' ELSE 'P75 to P90 of everyone in the'
			' occupation, the middle interpolated' END),
	('manager', 'manager', c.p25, c.median,
		CASE WHEN c.p25 IS NULL AND c.median IS NULL THEN NULL
			ELSE coalesce(c.p75, c.floor) END,
		c.p75 IS NULL AND c.floor IS NOT NULL
			AND coalesce(c.p25, c.median) IS NOT NULL, false,
		'P25, P50 and P75 of the managers'' own occupation')
) AS b (level, role, low, median, high, is_floor, is_mean, words)
WHERE b.role = c.role
	AND (c.level_basis <> 'group_mean' OR b.level = 'mid')
	-- One end is a band's only if the end between it and its
	-- neighbour is known.
	AND CASE b.level
		WHEN 'junior' THEN c.p25 IS NOT NULL
		WHEN 'senior' THEN coalesce(c.p75, c.floor) IS NOT NULL
		ELSE coalesce(b.low, b.median, b.high) IS NOT NULL
	END;

COMMENT ON VIEW salary.wanted_observation IS
	'What the live vintages say of careers, by the codes of their guides:
junior P10 to P25, mid P25 to P75, senior P75 to P90, manager from the
managers'' own occupation. A range is never made of a median';

CREATE FUNCTION salary.observe(p_source_code text, p_by text)
RETURNS TABLE (career_id bigint, slug text, cause text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH wanted AS MATERIALIZED (
		SELECT w.*
		FROM salary.wanted_observation AS w
		WHERE p_source_code IS NULL OR w.source_code = p_source_code
	), held AS MATERIALIZED (
		SELECT
			o.*,
			x.observation_id IS NOT NULL AS is_refused
		FROM salary.observation AS o
		-- One that is switched off keeps its observations; they only
		-- don't count.
		JOIN salary.source AS s ON s.code = o.source_code
			AND s.enabled
		LEFT JOIN salary.withdrawal AS x ON x.observation_id = o.id
		WHERE o.statistic_id IS NOT NULL
			AND (p_source_code IS NULL
				OR o.source_code = p_source_code)
			AND (x.observation_id IS NULL OR x.is_refusal)
	), same AS (
		SELECT
			h.id,
			w.career_id,
			w.country,
			w.level,
			w.source_code,
			w.pay_basis
		FROM held AS h
		JOIN wanted AS w
			ON w.career_id = h.career_id
			AND w.country = h.country
			AND w.level = h.level
			AND w.source_code = h.source_code
			AND w.pay_basis = h.pay_basis
			AND (w.low, w.median, w.high, w.high_is_lower_bound,
				w.currency, w.match, w.observed_on, w.sample_n,
				w.precision_pct, w.is_mean, w.published,
				w.chain, w.source_title, w.source_url, w.notes)
			IS NOT DISTINCT FROM
				(h.low, h.median, h.high, h.high_is_lower_bound,
				h.currency, h.match, h.observed_on, h.sample_n,
				h.precision_pct, h.is_mean, h.published,
				h.chain, h.source_title, h.source_url, h.notes)
	), gone AS (
		SELECT
			h.id,
			h.career_id,
			h.country,
			h.level,
			h.source_code,
			h.match,
			h.observed_on,
			h.source_title
		FROM held AS h
		WHERE NOT h.is_refused
			AND NOT EXISTS (
				SELECT FROM same AS s WHERE s.id = h.id)
	), added AS (
		SELECT w.*
		FROM wanted AS w
		WHERE NOT EXISTS (
			SELECT
			FROM same AS s
			WHERE s.career_id = w.career_id
				AND s.country = w.country
				AND s.level = w.level
				AND s.source_code = w.source_code
				AND s.pay_basis = w.pay_basis)
	), change AS (
		SELECT
			coalesce(a.career_id, g.career_id) AS career_id,
			g.id AS gone_id,
			CASE
				WHEN g.id IS NULL THEN 'new_vintage'
				WHEN a.career_id IS NULL AND g.observed_on
					< current_date - interval '5 years'
					THEN 'ageing'
				WHEN a.career_id IS NULL AND EXISTS (
					SELECT
					FROM salary.vintage AS v
					JOIN salary.statistic AS t
						ON t.vintage_id = v.id
					JOIN salary.statistic AS f
						ON f.country = t.country
						AND f.code = t.code
					JOIN salary.observation AS o
						ON o.statistic_id = f.id
					WHERE v.source_code = g.source_code
						AND v.state = 'live'
						AND o.id = g.id)
					THEN 'mapping_changed'
				WHEN a.career_id IS NULL THEN 'source_withdrawn'
				WHEN a.observed_on > g.observed_on
					THEN 'new_vintage'
				WHEN a.match <> g.match
					OR a.source_title <> g.source_title
					THEN 'mapping_changed'
				ELSE 'correction'
			END AS cause
		FROM added AS a
		FULL JOIN gone AS g
			ON g.career_id = a.career_id
			AND g.country = a.country
			AND g.level = a.level
			AND g.source_code = a.source_code
	), withdrawn AS (
		INSERT INTO salary.withdrawal (observation_id, reason)
		SELECT c.gone_id, c.cause
		FROM change AS c
		WHERE c.gone_id IS NOT NULL
	), inserted AS (
		INSERT INTO salary.observation
			(career_id, country, level, low, median, high,
			high_is_lower_bound, currency, pay_basis, source_code,
			source_title, source_url, match, observed_on,
			recorded_on, recorded_by, sample_n, notes, published,
			chain, statistic_id, precision_pct, is_mean)
		SELECT
			a.career_id, a.country, a.level, a.low, a.median, a.high,
			a.high_is_lower_bound, a.currency, a.pay_basis,
			a.source_code, a.source_title, a.source_url, a.match,
			a.observed_on, current_date, p_by, a.sample_n, a.notes,
			a.published, a.chain, a.statistic_id, a.precision_pct,
			a.is_mean
		FROM added AS a
	)
	SELECT
		c.career_id,
		k.slug,
		-- The gravest cause stands for all of a career.
		(array_agg(c.cause ORDER BY array_position(
			ARRAY['source_withdrawn', 'mapping_changed',
			'correction', 'ageing', 'new_vintage'], c.cause)))[1]
	FROM change AS c
	JOIN catalog.career AS k ON k.id = c.career_id
	GROUP BY c.career_id, k.slug
	ORDER BY k.slug;
END
$$;

COMMENT ON FUNCTION salary.observe(text, text) IS
	'Brings the observations of a source, or of all, in line with what its
live vintage says and what guides list; returns the careers it changed';

GRANT SELECT ON salary.withdrawal, salary.wanted_observation
	TO autopsy_ingest;
GRANT EXECUTE ON FUNCTION salary.observe(text, text) TO autopsy_ingest;
