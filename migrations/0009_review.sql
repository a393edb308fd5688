-- How far evidence can be trusted, what a person has to look at, and what
-- figures were on a day.

CREATE TABLE salary.confidence_rule (
	part text NOT NULL,
	value text NOT NULL,
	points bigint NOT NULL,
	position bigint NOT NULL,
	meaning text NOT NULL,
	CONSTRAINT confidence_rule_pkey PRIMARY KEY (part, value),
	CONSTRAINT confidence_rule_position_key UNIQUE (position)
);

COMMENT ON TABLE salary.confidence_rule IS
	'What the confidence of an observation is the sum of; the methods page
shows the same rows';

INSERT INTO salary.confidence_rule (part, value, points, position, meaning)
VALUES
	('tier', 'official', 40, 1, 'a statistical office or a ministry'),
	('tier', 'curated', 20, 2, 'editors, or another publisher'),
	('match', 'exact', 25, 3, 'exactly this occupation'),
	('match', 'close', 10, 4, 'a close occupation'),
	('match', 'broader', 0, 5, 'a broader occupation'),
	('match', 'group', 0, 6, 'a whole group of occupations'),
	('shape', 'percentiles', 15, 7, 'full percentiles, or a closed range'),
	('shape', 'quartiles', 8, 8, 'quartiles'),
	('shape', 'point', 0, 9, 'one point, or a range open at one end'),
	('precision', 'precise', 10, 10, 'a relative error of at most 5 %'),
	('precision', 'reasonable', 5, 11,
		'a relative error of more than 5 and at most 10 %'),
	('precision', 'poor', -10, 12, 'a relative error of more than 10 %'),
	('sample', 'large', 5, 13, 'at least 1,000 people'),
	('sample', 'small', -10, 14, 'fewer than 100 people'),
	('age', 'year', -5, 15, 'each full year of age after the second');

CREATE TABLE salary.limit_reason (
	code text NOT NULL,
	position bigint NOT NULL,
	meaning text NOT NULL,
	CONSTRAINT limit_reason_pkey PRIMARY KEY (code),
	CONSTRAINT limit_reason_position_key UNIQUE (position)
);

COMMENT ON TABLE salary.limit_reason IS
	'Why a figure carries an asterisk; reasons stand in this order';

INSERT INTO salary.limit_reason (code, position, meaning)
VALUES
	('low_confidence', 1, 'the confidence is below 60'),
	('point_estimate', 2, 'one point is known, and no range'),
	('mean', 3, 'the point is a mean; no median is published'),
	('group_level', 4, 'it is of a whole group of occupations'),
	('old', 5, 'it is of more than 36 months ago; what editors or other'
		' publishers state, of more than 12'),
	('imprecise', 6, 'the relative error is more than 10 %'),
	('small_sample', 7, 'fewer than 100 people stand behind it'),
	('single_curated_source', 8, 'only one source, not an official one,'
		' states it'),
	('open_range', 9, 'the range is open at one end');

ALTER TABLE salary.figure
	DROP CONSTRAINT figure_limited_reasons_check,
	DROP CONSTRAINT figure_level_basis_check;
ALTER TABLE salary.figure
	ADD CONSTRAINT figure_limited_reasons_check
		CHECK (limited_reasons <@ ARRAY['low_confidence',
			'point_estimate', 'mean', 'group_level', 'old',
			'imprecise', 'small_sample', 'single_curated_source',
			'open_range']) NOT VALID,
	ADD CONSTRAINT figure_level_basis_check CHECK (level_basis IN
		('percentile_band', 'editorial', 'group_mean')) NOT VALID;

CREATE FUNCTION salary.confidence(
	p_tier text,
	p_match text,
	p_statistics text,
	p_low bigint,
	p_high bigint,
	p_precision_pct numeric,
	p_observed_on date,
	p_sample_n bigint,
	p_today date)
RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT greatest(0, least(100, sum(r.points * g.times)))::bigint
	FROM (VALUES
		('tier', p_tier, 1::bigint),
		('match', p_match, 1),
		-- How much of the distribution this row states, whatever else
		-- its source may publish.
		('shape', CASE
			WHEN p_low IS NULL AND p_high IS NULL THEN 'point'
			WHEN p_statistics = 'range'
				AND (p_low IS NULL OR p_high IS NULL) THEN 'point'
			WHEN p_statistics IN ('percentiles', 'range')
				THEN 'percentiles'
			WHEN p_statistics = 'quartiles' THEN 'quartiles'
			ELSE 'point'
		END, 1),
		-- Bands of the UK's statistical office for its own figures.
		('precision', CASE
			WHEN p_precision_pct <= 5 THEN 'precise'
			WHEN p_precision_pct <= 10 THEN 'reasonable'
			WHEN p_precision_pct > 10 THEN 'poor'
		END, 1),
		('sample', CASE
			WHEN p_sample_n >= 1000 THEN 'large'
			WHEN p_sample_n < 100 THEN 'small'
		END, 1),
		('age', 'year', greatest(0, extract(year FROM
			age(p_today, p_observed_on))::bigint - 2))
	) AS g (part, value, times)
	JOIN salary.confidence_rule AS r
		ON r.part = g.part AND r.value = g.value;
END;

COMMENT ON FUNCTION salary.confidence(text, text, text, bigint, bigint,
	numeric, date, bigint, date) IS
	'How far one observation can be trusted, 0 to 100: the sum of
salary.confidence_rule';

CREATE OR REPLACE FUNCTION salary.derived_figures(
	p_career_id bigint,
	p_today date)
RETURNS TABLE (
	country text,
	level text,
	low bigint,
	median bigint,
	high bigint,
	high_is_lower_bound boolean,
	currency text,
	pay_basis text,
	level_basis text,
	confidence bigint,
	limited_reasons text[],
	observed_on date,
	observation_ids bigint[],
	source_ids text[])
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	WITH candidate AS (
		SELECT
			o.id,
			o.country,
			o.level,
			o.low,
			o.median,
			o.high,
			o.high_is_lower_bound,
			o.currency,
			o.pay_basis,
			o.source_code,
			o.match,
			o.observed_on,
			o.sample_n,
			o.precision_pct,
			o.is_mean,
			s.tier,
			s.cites,
			s.level_basis,
			salary.confidence(s.tier, o.match, s.statistics, o.low,
				o.high, o.precision_pct, o.observed_on,
				o.sample_n, p_today) AS confidence,
			-- Only a closed range can be averaged with another.
			o.low IS NOT NULL AND o.high IS NOT NULL
				AND NOT o.high_is_lower_bound AS is_closed,
			-- Precedence: the lowest rank present decides.
			CASE
				WHEN o.match = 'group' THEN 5
				WHEN s.tier = 'official' AND o.match = 'exact' THEN 1
				WHEN s.tier = 'official' THEN 3
				-- What is not official counts while it is fresh.
				WHEN o.observed_on
					< p_today - interval '12 months' THEN 4
				WHEN o.match = 'exact' AND cardinality(s.cites) >= 2
					THEN 2
				ELSE 4
			END AS rank,
			o.observed_on < p_today - CASE s.tier
				WHEN 'official' THEN interval '36 months'
				ELSE interval '12 months' END AS is_old
		FROM salary.live_observation AS o
		JOIN salary.source AS s ON s.code = o.source_code
		WHERE o.career_id = p_career_id
	), ranked AS (
		SELECT
			c.*,
			row_number() OVER best AS place,
			first_value(c.rank) OVER best AS best_rank,
			first_value(c.currency) OVER best AS best_currency,
			first_value(c.pay_basis) OVER best AS best_pay_basis,
			first_value(c.is_closed) OVER best AS best_is_closed,
			first_value(c.is_old) OVER best AS best_is_old
		FROM candidate AS c
		-- Ties: the newest period, then the better match; base pay and
		-- the code only make the choice the same every time. Among
		-- other curated sources fresh ones come first, then closed
		-- ranges, since those are what a blend is made of.
		WINDOW best AS (
			PARTITION BY c.country, c.level
			ORDER BY
				c.rank,
				c.rank = 4 AND c.is_old,
				c.rank = 4 AND NOT c.is_closed,
				c.observed_on DESC,
				array_position(ARRAY['exact', 'close', 'broader',
					'group'], c.match),
				c.pay_basis,
				c.source_code)
	), used AS (
		-- One observation, or all other curated ones that can be
		-- blended: never base with total, nor two currencies, nor
		-- fresh with old.
		SELECT r.*
		FROM ranked AS r
		WHERE r.place = 1
			OR (r.rank = 4 AND r.best_rank = 4
				AND r.is_closed AND r.best_is_closed
				AND r.is_old = r.best_is_old
				AND r.currency = r.best_currency
				AND r.pay_basis = r.best_pay_basis)
	), blended AS (
		SELECT
			u.country,
			u.level,
			-- The median of one value is that value.
			round((percentile_cont(0.5) WITHIN GROUP (ORDER BY u.low))
				::numeric)::bigint AS low,
			-- Stated only when every part states one: a median of
			-- some could fall outside the ends of all.
			CASE WHEN count(u.median) = count(*) THEN
				round((percentile_cont(0.5)
					WITHIN GROUP (ORDER BY u.median))
					::numeric)::bigint
			END AS median,
			round((percentile_cont(0.5) WITHIN GROUP (ORDER BY u.high))
				::numeric)::bigint AS high,
			bool_or(u.high_is_lower_bound) AS high_is_lower_bound,
			min(u.currency) AS currency,
			min(u.pay_basis) AS pay_basis,
			min(u.level_basis) AS level_basis,
			-- A blend is as sure and as new as its weakest part.
			min(u.confidence) AS confidence,
			min(u.observed_on) AS observed_on,
			bool_or(u.is_mean) AS is_mean,
			bool_or(u.match = 'group') AS is_group,
			bool_or(u.is_old) AS is_old,
			bool_or(u.precision_pct > 10) AS is_imprecise,
			bool_or(u.sample_n < 100) AS is_small,
			-- One curated source that rests on fewer than two others.
			count(*) = 1 AND bool_and(u.tier = 'curated'
				AND cardinality(u.cites) < 2) AS is_single,
			array_agg(u.id ORDER BY u.id) AS observation_ids,
			array_agg(DISTINCT u.source_code ORDER BY u.source_code)
				AS source_ids
		FROM used AS u
		GROUP BY u.country, u.level
	)
	SELECT
		b.country,
		b.level,
		b.low,
		b.median,
		b.high,
		b.high_is_lower_bound,
		b.currency,
		b.pay_basis,
		b.level_basis,
		b.confidence,
		array_remove(ARRAY[
			CASE WHEN b.confidence < 60 THEN 'low_confidence' END,
			-- No range at all: a lone median, or two equal ends.
			CASE WHEN (b.low IS NULL AND b.high IS NULL)
				OR (b.low = b.high AND NOT b.high_is_lower_bound)
				THEN 'point_estimate' END,
			CASE WHEN b.is_mean THEN 'mean' END,
			CASE WHEN b.is_group THEN 'group_level' END,
			CASE WHEN b.is_old THEN 'old' END,
			CASE WHEN b.is_imprecise THEN 'imprecise' END,
			CASE WHEN b.is_small THEN 'small_sample' END,
			CASE WHEN b.is_single THEN 'single_curated_source' END,
			-- One end only, or an upper end that is a floor.
			CASE WHEN (b.low IS NULL) <> (b.high IS NULL)
				OR b.high_is_lower_bound THEN 'open_range' END
			], NULL),
		b.observed_on,
		b.observation_ids,
		b.source_ids
	FROM blended AS b;
END;

DROP FUNCTION salary.confidence(text, text, text, bigint, bigint, date,
	bigint, date);

ALTER TABLE salary.figure_history
	ADD COLUMN cause text NOT NULL DEFAULT 'import',
	ADD CONSTRAINT figure_history_cause_check CHECK (cause IN ('import',
		'new_vintage', 'correction', 'source_withdrawn',
		'source_changed', 'mapping_changed', 'ageing', 'review'))
		NOT VALID;

COMMENT ON COLUMN salary.figure_history.cause IS
	'The kind of the reason';

CREATE TABLE salary.review (
	id bigint GENERATED ALWAYS AS IDENTITY,
	kind text NOT NULL,
	source_code text NOT NULL,
	vintage_id bigint,
	observation_id bigint,
	subject text NOT NULL,
	detail jsonb NOT NULL,
	state text NOT NULL DEFAULT 'open',
	raised_at timestamptz NOT NULL DEFAULT now(),
	decided_at timestamptz,
	decided_by text,
	why text,
	CONSTRAINT review_pkey PRIMARY KEY (id),
	CONSTRAINT review_kind_check CHECK (kind IN ('vintage', 'disagreement')),
	CONSTRAINT review_source_code_fkey
		FOREIGN KEY (source_code) REFERENCES salary.source (code),
	CONSTRAINT review_vintage_id_key UNIQUE (vintage_id),
	CONSTRAINT review_vintage_id_fkey
		FOREIGN KEY (vintage_id) REFERENCES salary.vintage (id),
	CONSTRAINT review_observation_id_fkey FOREIGN KEY (observation_id)
		REFERENCES salary.observation (id),
	CONSTRAINT review_about_check CHECK (CASE kind WHEN 'vintage'
		THEN vintage_id IS NOT NULL AND observation_id IS NULL
		ELSE vintage_id IS NULL AND observation_id IS NOT NULL END),
	CONSTRAINT review_state_check
		CHECK (state IN ('open', 'accepted', 'rejected', 'void')),
	CONSTRAINT review_decided_check CHECK (
		(state = 'open') = (decided_at IS NULL)
		AND (decided_at IS NULL) = (decided_by IS NULL)
		AND (decided_at IS NULL) = (why IS NULL))
);

COMMENT ON TABLE salary.review IS
	'What waits for a person, and who decided what and why';
COMMENT ON COLUMN salary.review.kind IS
	'vintage: it changed too much to be published unseen; disagreement: an
observation is more than a quarter away from the figure that is shown';
COMMENT ON COLUMN salary.review.state IS
	'void: what it is about has gone by itself';

CREATE INDEX review_observation_id_idx ON salary.review (observation_id);

CREATE FUNCTION salary.raise_disagreements(p_career_id bigint)
RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	-- A group's mean is far from most of its occupations by nature.
	WITH apart AS MATERIALIZED (
		SELECT
			o.id,
			o.source_code,
			c.slug || ' ' || o.country || ' ' || o.level AS subject,
			-- What would have to change for it to be asked anew.
			jsonb_build_array(f.low, f.median, f.high, f.currency,
				f.pay_basis, o.low, o.median, o.high)
				AS about,
			jsonb_build_object(
				'figure', salary.money(f),
				'states', jsonb_build_object(
					'low', o.low,
					'median', o.median,
					'high', o.high,
					'currency', o.currency,
					'observed_on', o.observed_on)) AS detail
		FROM salary.live_observation AS o
		JOIN catalog.career AS c ON c.id = o.career_id
		JOIN salary.figure AS f
			ON f.career_id = o.career_id
			AND f.country = o.country
			AND f.level = o.level
		WHERE o.career_id = p_career_id
			AND o.match <> 'group'
			AND NOT o.id = ANY (f.observation_ids)
			AND salary.disagrees(f, o.currency, o.pay_basis, o.low,
				o.median, o.high)
	), followed AS (
		-- The same statement in a new vintage is the same question.
		UPDATE salary.review AS r
		SET observation_id = a.id
		FROM apart AS a
		WHERE r.kind = 'disagreement'
			AND r.state = 'open'
			AND r.source_code = a.source_code
			AND r.subject = a.subject
			AND r.detail -> 'about' = a.about
			AND r.observation_id <> a.id
	), closed AS (
		UPDATE salary.review AS r
		SET
			state = 'void',
			decided_at = now(),
			decided_by = 'autopsy-ingest',
			why = 'they no longer disagree, or the figure is another'
		FROM salary.observation AS o
		WHERE r.observation_id = o.id
			AND r.state = 'open'
			AND o.career_id = p_career_id
			AND NOT EXISTS (
				SELECT
				FROM apart AS a
				WHERE a.source_code = r.source_code
					AND a.subject = r.subject
					AND a.about = r.detail -> 'about')
	)
	INSERT INTO salary.review
		(kind, source_code, observation_id, subject, detail)
	SELECT 'disagreement', a.source_code, a.id, a.subject,
		a.detail || jsonb_build_object('about', a.about)
	FROM apart AS a
	WHERE NOT EXISTS (
		SELECT
		FROM salary.review AS r
		WHERE r.kind = 'disagreement'
			AND r.state IN ('open', 'accepted')
			AND r.source_code = a.source_code
			AND r.subject = a.subject
			AND r.detail -> 'about' = a.about);
END;

COMMENT ON FUNCTION salary.raise_disagreements(bigint) IS
	'Opens a review for each observation that is far from the figure of its
career, and closes those that no longer are';

DROP FUNCTION salary.derive_figures(bigint, text, date);
CREATE FUNCTION salary.derive_figures(
	p_career_id bigint,
	p_reason text,
	p_today date DEFAULT current_date,
	p_cause text DEFAULT 'import')
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	changes integer;
BEGIN
	-- Two runs for one career wait for each other.
	PERFORM FROM catalog.career AS c
	WHERE c.id = p_career_id
	FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no career %', p_career_id
			USING ERRCODE = 'foreign_key_violation';
	END IF;

	PERFORM set_config('autopsy.deriving', 'on', true);
	WITH derived AS (
		SELECT d.*
		FROM salary.derived_figures(p_career_id, p_today) AS d
	), removed AS (
		DELETE FROM salary.figure AS f
		WHERE f.career_id = p_career_id
			AND NOT EXISTS (
				SELECT
				FROM derived AS d
				WHERE d.country = f.country AND d.level = f.level)
		RETURNING f.country, f.level
	), written AS (
		INSERT INTO salary.figure AS f
			(career_id, country, level, low, median, high,
			high_is_lower_bound, currency, pay_basis, level_basis,
			confidence, limited_reasons, observed_on,
			observation_ids, source_ids)
		SELECT
			p_career_id, d.country, d.level, d.low, d.median, d.high,
			d.high_is_lower_bound, d.currency, d.pay_basis,
			d.level_basis, d.confidence, d.limited_reasons,
			d.observed_on, d.observation_ids, d.source_ids
		FROM derived AS d
		ON CONFLICT ON CONSTRAINT figure_pkey DO UPDATE
		SET
			low = excluded.low,
			median = excluded.median,
			high = excluded.high,
			high_is_lower_bound = excluded.high_is_lower_bound,
			currency = excluded.currency,
			pay_basis = excluded.pay_basis,
			level_basis = excluded.level_basis,
			confidence = excluded.confidence,
			limited_reasons = excluded.limited_reasons,
			observed_on = excluded.observed_on,
			observation_ids = excluded.observation_ids,
			source_ids = excluded.source_ids,
			derived_at = excluded.derived_at
		WHERE (f.low, f.median, f.high, f.high_is_lower_bound,
			f.currency, f.pay_basis, f.level_basis, f.confidence,
			f.limited_reasons, f.observed_on, f.observation_ids,
			f.source_ids)
			IS DISTINCT FROM
			(excluded.low, excluded.median, excluded.high,
			excluded.high_is_lower_bound, excluded.currency,
			excluded.pay_basis, excluded.level_basis,
			excluded.confidence, excluded.limited_reasons,
			excluded.observed_on, excluded.observation_ids,
			excluded.source_ids)
		RETURNING f.country, f.level, to_jsonb(f.*) AS figure,
			f.xmax = 0 AS is_new
	)
	INSERT INTO salary.figure_history
		(career_id, country, level, change, figure, reason, cause)
	SELECT p_career_id, w.country, w.level,
		CASE WHEN w.is_new THEN 'new' ELSE 'changed' END,
		w.figure, p_reason, p_cause
	FROM written AS w
	UNION ALL
	SELECT p_career_id, r.country, r.level, 'removed', NULL, p_reason,
		p_cause
	FROM removed AS r;
	GET DIAGNOSTICS changes = ROW_COUNT;
	PERFORM set_config('autopsy.deriving', 'off', true);

	PERFORM salary.raise_disagreements(p_career_id);
	IF changes > 0 THEN
		UPDATE catalog.career
		SET updated_at = now()
		WHERE id = p_career_id;
		PERFORM catalog.bump_content_version();
	END IF;
	RETURN changes;
END
$$;

COMMENT ON FUNCTION salary.derive_figures(bigint, text, date, text) IS
	'Brings the figures of a career in line with its evidence, appends
each change to their history, returns how many changed';

CREATE FUNCTION salary.figures_as_of(p_career_id bigint, p_at timestamptz)
RETURNS SETOF salary.figure
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT (jsonb_populate_record(NULL::salary.figure, h.figure)).*
	FROM (
		SELECT DISTINCT ON (v.country, v.level) v.figure
		FROM salary.figure_history AS v
		WHERE v.career_id = p_career_id
			AND v.valid_from <= p_at
		ORDER BY v.country, v.level, v.valid_from DESC, v.id DESC
	) AS h
	WHERE h.figure IS NOT NULL;
END;

COMMENT ON FUNCTION salary.figures_as_of(bigint, timestamptz) IS
	'The figures of a career as they were shown at a time';

-- The gate between what was read and what is published.

CREATE VIEW salary.vintage_value AS
SELECT
	s.vintage_id,
	s.country || ' ' || s.code AS key,
	coalesce(s.median, s.mean, s.p75, s.p25, s.top_code) AS value,
	s.observed_on,
	jsonb_build_object('P10', s.p10, 'P25', s.p25, 'P75', s.p75,
		'P90', s.p90) AS percentiles
FROM salary.stated AS s
UNION ALL
(
	SELECT DISTINCT ON (r.vintage_id, r.kind, r.base, r.quote, r.country)
		r.vintage_id,
		concat_ws(' ', r.kind, r.base, r.quote, nullif(r.country, '')),
		r.rate,
		r.observed_on,
		'{}'::jsonb
	FROM salary.rate AS r
	ORDER BY r.vintage_id, r.kind, r.base, r.quote, r.country,
		r.observed_on DESC
);

COMMENT ON VIEW salary.vintage_value IS
	'One number for each thing that a vintage speaks of, to compare by, its
day, and the percentiles beside it';

CREATE FUNCTION salary.vintage_digest(p_vintage_id bigint)
RETURNS bytea
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT catalog.sha256(coalesce(string_agg(d.line, E'\n'
		ORDER BY d.line), ''))
	FROM (
		SELECT (to_jsonb(s.*) - 'id' - 'vintage_id')::text AS line
		FROM salary.statistic AS s
		WHERE s.vintage_id = p_vintage_id
		UNION ALL
		SELECT (to_jsonb(r.*) - 'id' - 'vintage_id')::text
		FROM salary.rate AS r
		WHERE r.vintage_id = p_vintage_id
	) AS d;
END;

COMMENT ON FUNCTION salary.vintage_digest(bigint) IS
	'Tells whether two vintages say the same';

CREATE FUNCTION salary.judge_vintage(p_vintage_id bigint)
RETURNS json
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	this salary.vintage;
	live salary.vintage;
	known salary.vintage;
	review bigint;
	before bigint;
	lost bigint;
	older bigint;
	leaps bigint;
	moved jsonb;
	subject text;
BEGIN
	SELECT v.* INTO STRICT this
	FROM salary.vintage AS v
	WHERE v.id = p_vintage_id AND v.state = 'read';
	-- Two runs for one source wait for each other.
	PERFORM FROM salary.source AS s
	WHERE s.code = this.source_code
	FOR NO KEY UPDATE;
	this.digest := salary.vintage_digest(this.id);
	SELECT count(*) INTO this.rows
	FROM salary.vintage_value AS n
	WHERE n.vintage_id = this.id;
	SELECT v.* INTO live
	FROM salary.vintage AS v
	WHERE v.source_code = this.source_code AND v.state = 'live';
	IF live.digest = this.digest THEN
		RETURN json_build_object('verdict', 'unchanged',
			'rows', this.rows);
	END IF;
	-- What waits, or was refused, is not asked about again.
	SELECT v.* INTO known
	FROM salary.vintage AS v
	JOIN salary.review AS r ON r.vintage_id = v.id
	WHERE v.source_code = this.source_code
		AND v.digest = this.digest
		AND r.state IN ('open', 'rejected')
	ORDER BY v.id DESC
	LIMIT 1;
	IF FOUND THEN
		RETURN (
			SELECT json_build_object('verdict', 'known',
				'rows', this.rows, 'review', r.id,
				'state', r.state, 'subject', r.subject)
			FROM salary.review AS r
			WHERE r.vintage_id = known.id);
	END IF;

	SELECT count(*), count(*) FILTER (WHERE n.key IS NULL),
		count(*) FILTER (WHERE n.observed_on < o.observed_on)
	INTO before, lost, older
	FROM salary.vintage_value AS o
	LEFT JOIN salary.vintage_value AS n
		ON n.vintage_id = this.id AND n.key = o.key
	WHERE o.vintage_id = live.id;
	SELECT count(*), coalesce(jsonb_agg(jsonb_build_object('key', m.key,
		'before', m.before, 'after', m.after) ORDER BY m.key)
		FILTER (WHERE m.n <= 50), '[]')
	INTO leaps, moved
	FROM (
		SELECT c.*, row_number() OVER (ORDER BY c.key) AS n
		FROM (
			SELECT o.key, o.value AS before, n.value AS after
			FROM salary.vintage_value AS o
			JOIN salary.vintage_value AS n
				ON n.vintage_id = this.id AND n.key = o.key
			WHERE o.vintage_id = live.id
			UNION ALL
			SELECT o.key || ' ' || p.name, p.value::numeric,
				(n.percentiles ->> p.name)::numeric
			FROM salary.vintage_value AS o
			JOIN salary.vintage_value AS n
				ON n.vintage_id = this.id AND n.key = o.key
			CROSS JOIN LATERAL jsonb_each_text(o.percentiles)
				AS p (name, value)
			WHERE o.vintage_id = live.id
		) AS c
		WHERE abs(c.after - c.before) > 0.4 * c.before
	) AS m;
	IF lost * 5 > before OR older * 5 > before OR leaps > 0 THEN
		subject := concat_ws('; ',
			CASE WHEN older * 5 > before THEN
				format('%s of %s rows are older than what is'
					' published', older, before) END,
			CASE WHEN lost * 5 > before THEN
				format('%s of %s rows are gone', lost, before) END,
			CASE WHEN leaps > 0 THEN
				format('%s moved by more than 40 %%, %s from %s to %s',
					leaps, moved #>> '{0,key}',
					moved #>> '{0,before}', moved #>> '{0,after}')
			END);
		UPDATE salary.vintage AS v
		SET state = 'held', digest = this.digest, rows = this.rows
		WHERE v.id = this.id;
		INSERT INTO salary.review
			(kind, source_code, vintage_id, subject, detail)
		VALUES ('vintage', this.source_code, this.id, subject,
			jsonb_build_object('rows_before', before, 'rows_lost',
				lost, 'moved', moved))
		RETURNING id INTO review;
		RETURN json_build_object('verdict', 'held', 'rows', this.rows,
			'review', review, 'subject', subject);
	END IF;
	PERFORM salary.publish_vintage(this.id, this.digest, this.rows);
	RETURN json_build_object('verdict', 'published', 'rows', this.rows);
END
$$;

COMMENT ON FUNCTION salary.judge_vintage(bigint) IS
	'Publishes a vintage that was just read, or holds it when it lost more
than a fifth of its rows, moved one by more than 40 %, or more than a fifth
is older than what is published. When the verdict is unchanged or known, its rows say nothing
new';

CREATE FUNCTION salary.publish_vintage(
	p_vintage_id bigint,
	p_digest bytea,
	p_rows bigint)
RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE salary.review AS r
	SET state = 'void', decided_at = now(),
		decided_by = 'autopsy-ingest',
		why = 'a later vintage was published'
	FROM salary.vintage AS v, salary.vintage AS this
	WHERE this.id = p_vintage_id
		AND v.source_code = this.source_code
		AND v.id <> this.id
		AND r.vintage_id = v.id
		AND r.state = 'open';
	UPDATE salary.vintage AS v
	SET state = CASE v.state WHEN 'live' THEN 'past' ELSE 'rejected' END
	FROM salary.vintage AS this
	WHERE this.id = p_vintage_id
		AND v.source_code = this.source_code
		AND v.id <> this.id
		AND v.state IN ('live', 'held');
	UPDATE salary.vintage AS v
	SET state = 'live', digest = p_digest, rows = p_rows
	WHERE v.id = p_vintage_id;
$$;

COMMENT ON FUNCTION salary.publish_vintage(bigint, bytea, bigint) IS
	'Puts a vintage in the place of the live one of its source';

CREATE FUNCTION salary.void_reviews(p_source_code text)
RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	UPDATE salary.review AS r
	SET
		state = 'void',
		decided_at = now(),
		decided_by = 'autopsy-ingest',
		why = 'the source went back to what is published'
	FROM salary.vintage AS v
	WHERE v.id = r.vintage_id
		AND v.source_code = p_source_code
		AND r.state = 'open';
	UPDATE salary.vintage AS v
	SET state = 'rejected'
	WHERE v.source_code = p_source_code
		AND v.state = 'held';
END;

COMMENT ON FUNCTION salary.void_reviews(text) IS
	'A source that is back to what it said has nothing waiting any more';

CREATE FUNCTION salary.decide_review(
	p_review_id bigint,
	p_is_accepted boolean,
	p_by text,
	p_why text)
RETURNS json
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	this salary.review;
	held salary.vintage;
	career bigint;
BEGIN
	SELECT r.* INTO this
	FROM salary.review AS r
	WHERE r.id = p_review_id
	FOR UPDATE;
	IF NOT FOUND OR this.state <> 'open' THEN
		RETURN json_build_object('state', this.state,
			'decided_by', this.decided_by, 'why', this.why);
	END IF;
	UPDATE salary.review AS r
	SET state = CASE WHEN p_is_accepted THEN 'accepted'
			ELSE 'rejected' END,
		decided_at = now(), decided_by = p_by, why = p_why
	WHERE r.id = this.id;
	IF this.kind = 'vintage' THEN
		SELECT v.* INTO STRICT held
		FROM salary.vintage AS v
		WHERE v.id = this.vintage_id;
		IF p_is_accepted THEN
			PERFORM salary.publish_vintage(held.id, held.digest,
				held.rows);
		ELSE
			UPDATE salary.vintage AS v SET state = 'rejected'
			WHERE v.id = held.id;
		END IF;
	ELSE
		SELECT o.career_id INTO STRICT career
		FROM salary.observation AS o
		WHERE o.id = this.observation_id;
		IF NOT p_is_accepted THEN
			INSERT INTO salary.withdrawal
				(observation_id, reason, is_refusal)
			VALUES (this.observation_id,
				format('review %s: %s', this.id, p_why), true)
			ON CONFLICT ON CONSTRAINT withdrawal_pkey DO NOTHING;
		END IF;
	END IF;
	RETURN json_build_object('state', 'open', 'kind', this.kind,
		'source', this.source_code, 'subject', this.subject,
		'career_id', career, 'slug', (
			SELECT c.slug
			FROM catalog.career AS c
			WHERE c.id = career));
END
$$;

COMMENT ON FUNCTION salary.decide_review(bigint, boolean, text, text) IS
	'Accepts or rejects what waits: a vintage is published or refused, an
observation left or withdrawn. state in the answer is what it was before';

GRANT SELECT ON salary.review, salary.confidence_rule, salary.limit_reason
	TO autopsy_ingest;
GRANT SELECT ON salary.confidence_rule, salary.limit_reason TO autopsy_web;
-- The methods page asks where each grade begins.
GRANT EXECUTE ON FUNCTION salary.grade(bigint) TO autopsy_web;
GRANT EXECUTE ON FUNCTION salary.confidence(text, text, text, bigint, bigint,
	numeric, date, bigint, date) TO autopsy_ingest;
GRANT EXECUTE ON FUNCTION salary.derive_figures(bigint, text, date, text)
	TO autopsy_ingest;
GRANT EXECUTE ON FUNCTION salary.figures_as_of(bigint, timestamptz)
	TO autopsy_web, autopsy_ingest;
GRANT EXECUTE ON FUNCTION salary.judge_vintage(bigint),
	salary.void_reviews(text),
	salary.decide_review(bigint, boolean, text, text) TO autopsy_ingest;
