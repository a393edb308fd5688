-- Figures: the one derivation from evidence, and their history.

CREATE FUNCTION salary.grade(p_confidence bigint)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN p_confidence >= 80 THEN 'A'
		WHEN p_confidence >= 60 THEN 'B'
		WHEN p_confidence >= 45 THEN 'C'
		ELSE 'D'
	END;
END;

COMMENT ON FUNCTION salary.grade(bigint) IS
	'A to D for a confidence of 100 to 0';

CREATE TABLE salary.figure (
	career_id bigint NOT NULL,
	country text NOT NULL,
	level text NOT NULL,
	low bigint,
	median bigint,
	high bigint,
	high_is_lower_bound boolean NOT NULL,
	currency text NOT NULL,
	pay_basis text NOT NULL,
	level_basis text NOT NULL,
	confidence bigint NOT NULL,
	grade text NOT NULL
		GENERATED ALWAYS AS (salary.grade(confidence)) STORED,
	limited boolean NOT NULL
		GENERATED ALWAYS AS (cardinality(limited_reasons) > 0) STORED,
	limited_reasons text[] NOT NULL,
	observed_on date NOT NULL,
	observation_ids bigint[] NOT NULL,
	source_ids text[] NOT NULL,
	derived_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT figure_pkey PRIMARY KEY (career_id, country, level),
	CONSTRAINT figure_career_id_fkey
		FOREIGN KEY (career_id) REFERENCES catalog.career (id),
	CONSTRAINT figure_country_fkey
		FOREIGN KEY (country) REFERENCES catalog.country (code),
	CONSTRAINT figure_level_fkey
		FOREIGN KEY (level) REFERENCES catalog.level (code),
	CONSTRAINT figure_currency_fkey
		FOREIGN KEY (currency) REFERENCES catalog.currency (code),
	CONSTRAINT figure_some_figure_check
		CHECK (coalesce(low, median, high) IS NOT NULL),
	CONSTRAINT figure_order_check
		CHECK (low > 0 AND median > 0 AND high > 0 AND low <= high
			AND low <= median AND median <= high),
	CONSTRAINT figure_pay_basis_check
		CHECK (pay_basis IN ('base', 'total')),
	CONSTRAINT figure_level_basis_check
		CHECK (level_basis IN ('percentile_band', 'editorial')),
	CONSTRAINT figure_confidence_check
		CHECK (confidence BETWEEN 0 AND 100),
	CONSTRAINT figure_limited_reasons_check
		CHECK (limited_reasons <@ ARRAY['low_confidence',
			'point_estimate', 'group_level', 'old', 'small_sample',
			'single_curated_source', 'open_range']),
	CONSTRAINT figure_evidence_check
		CHECK (cardinality(observation_ids) > 0
			AND cardinality(source_ids) > 0)
);

COMMENT ON TABLE salary.figure IS
	'The figure shown for a career, country and level. Written only by
salary.derive_figures';

CREATE TABLE salary.figure_history (
	id bigint GENERATED ALWAYS AS IDENTITY,
	career_id bigint NOT NULL,
	country text NOT NULL,
	level text NOT NULL,
	valid_from timestamptz NOT NULL DEFAULT now(),
	change text NOT NULL,
	figure jsonb,
	reason text NOT NULL,
	CONSTRAINT figure_history_pkey PRIMARY KEY (id),
	CONSTRAINT figure_history_career_id_fkey
		FOREIGN KEY (career_id) REFERENCES catalog.career (id),
	CONSTRAINT figure_history_country_fkey
		FOREIGN KEY (country) REFERENCES catalog.country (code),
	CONSTRAINT figure_history_level_fkey
		FOREIGN KEY (level) REFERENCES catalog.level (code),
	CONSTRAINT figure_history_change_check
		CHECK (change IN ('new', 'changed', 'removed')),
	CONSTRAINT figure_history_figure_check
		CHECK ((figure IS NULL) = (change = 'removed')),
	CONSTRAINT figure_history_reason_check CHECK (reason <> '')
);

COMMENT ON TABLE salary.figure_history IS
	'Every version of every figure and why it changed; append only';
COMMENT ON COLUMN salary.figure_history.figure IS
	'The row of salary.figure; null when there is no figure any more';

CREATE INDEX figure_history_key_idx ON salary.figure_history
	(career_id, country, level, valid_from DESC, id DESC);

CREATE TRIGGER figure_history_refuse_change
	BEFORE UPDATE OR DELETE OR TRUNCATE ON salary.figure_history
	FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE FUNCTION salary.money(f salary.figure)
RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN f.career_id IS NOT NULL THEN json_build_object(
		'low', f.low,
		'median', f.median,
		-- A floor is no upper end: the range is open there.
		'high', CASE WHEN NOT f.high_is_lower_bound THEN f.high END,
		'currency', f.currency,
		'period', 'year',
		'pay_basis', f.pay_basis,
		'grade', f.grade,
		'confidence', f.confidence,
		'limited', f.limited,
		'limited_reasons', f.limited_reasons,
		'observed_on', f.observed_on,
		'source_ids', f.source_ids)
	END;
END;

COMMENT ON FUNCTION salary.money(salary.figure) IS
	'A figure as everything shows it; null for no figure';

CREATE FUNCTION salary.confidence(
	p_tier text,
	p_match text,
	p_statistics text,
	p_low bigint,
	p_high bigint,
	p_observed_on date,
	p_sample_n bigint,
	p_today date)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT greatest(0, least(100,
		-- Who says so.
		CASE p_tier WHEN 'official' THEN 40 ELSE 20 END
		-- How well the occupation fits the career.
		+ CASE p_match WHEN 'exact' THEN 25 WHEN 'close' THEN 10 ELSE 0 END
		-- How much of the distribution this row states, whatever else
		-- its source may publish.
		+ CASE
			WHEN p_low IS NULL AND p_high IS NULL THEN 0
			WHEN p_statistics = 'percentiles' THEN 15
			WHEN p_statistics = 'range'
				AND p_low IS NOT NULL AND p_high IS NOT NULL THEN 15
			WHEN p_statistics = 'quartiles' THEN 8
			ELSE 0
		END
		-- Each full year of age after the second.
		- 5 * greatest(0,
			extract(year FROM age(p_today, p_observed_on))::bigint - 2)
		-- How many people stand behind it, when that is known.
		+ CASE
			WHEN p_sample_n >= 1000 THEN 5
			WHEN p_sample_n < 100 THEN -10
			ELSE 0
		END))::bigint;
END;

COMMENT ON FUNCTION salary.confidence(text, text, text, bigint, bigint, date,
	bigint, date) IS
	'How far one observation can be trusted, 0 to 100';

CREATE FUNCTION salary.derived_figures(p_career_id bigint, p_today date)
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
			s.tier,
			s.cites,
			s.level_basis,
			salary.confidence(s.tier, o.match, s.statistics, o.low,
				o.high, o.observed_on, o.sample_n, p_today)
				AS confidence,
			-- Only a closed range can be averaged with another.
			o.low IS NOT NULL AND o.high IS NOT NULL
				AND NOT o.high_is_lower_bound AS is_closed,
			-- Precedence: the lowest rank present decides.
			CASE
				WHEN o.match = 'group' THEN 5
				WHEN s.tier = 'official' AND o.match = 'exact' THEN 1
				WHEN s.tier = 'official' THEN 3
				WHEN o.match = 'exact' AND cardinality(s.cites) >= 2
					THEN 2
				ELSE 4
			END AS rank
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
			first_value(c.is_closed) OVER best AS best_is_closed
		FROM candidate AS c
		-- Ties: the newest period, then the better match; base pay and
		-- the code only make the choice the same every time. Among
		-- other curated sources closed ranges come first, since those
		-- are what a blend is made of.
		WINDOW best AS (
			PARTITION BY c.country, c.level
			ORDER BY
				c.rank,
				c.rank = 4 AND NOT c.is_closed,
				c.observed_on DESC,
				array_position(ARRAY['exact', 'close', 'broader',
					'group'], c.match),
				c.pay_basis,
				c.source_code)
	), used AS (
		-- One observation, or all other curated ones that can be
		-- blended: never base with total, nor two currencies.
		SELECT r.*
		FROM ranked AS r
		WHERE r.place = 1
			OR (r.rank = 4 AND r.best_rank = 4
				AND r.is_closed AND r.best_is_closed
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
			bool_or(u.match = 'group') AS is_group,
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
			CASE WHEN b.is_group THEN 'group_level' END,
			CASE WHEN b.observed_on < p_today - interval '36 months'
				THEN 'old' END,
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

COMMENT ON FUNCTION salary.derived_figures(bigint, date) IS
	'The one rule by which figures follow from evidence: precedence,
blend, confidence and limits, as of a day. Changes nothing';

CREATE FUNCTION salary.derive_figures(
	p_career_id bigint,
	p_reason text,
	p_today date DEFAULT current_date)
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
		(career_id, country, level, change, figure, reason)
	SELECT p_career_id, w.country, w.level,
		CASE WHEN w.is_new THEN 'new' ELSE 'changed' END,
		w.figure, p_reason
	FROM written AS w
	UNION ALL
	SELECT p_career_id, r.country, r.level, 'removed', NULL, p_reason
	FROM removed AS r;
	GET DIAGNOSTICS changes = ROW_COUNT;
	PERFORM set_config('autopsy.deriving', 'off', true);

	IF changes > 0 THEN
		UPDATE catalog.career
		SET updated_at = now()
		WHERE id = p_career_id;
		PERFORM catalog.bump_content_version();
	END IF;
	RETURN changes;
END
$$;

COMMENT ON FUNCTION salary.derive_figures(bigint, text, date) IS
	'Brings the figures of a career in line with its evidence, appends
each change to their history, returns how many changed';

CREATE FUNCTION salary.refuse_edit()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF current_setting('autopsy.deriving', true) = 'on' THEN
		RETURN NULL;
	END IF;
	RAISE EXCEPTION '% of salary.figure is refused: figures follow from'
		' observations', TG_OP
		USING ERRCODE = 'object_not_in_prerequisite_state',
		HINT = 'Record an observation and call salary.derive_figures.';
END
$$;

COMMENT ON FUNCTION salary.refuse_edit() IS
	'Keeps hands off salary.figure, the owner''s too';

CREATE TRIGGER figure_refuse_edit
	BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON salary.figure
	FOR EACH STATEMENT EXECUTE FUNCTION salary.refuse_edit();

CREATE FUNCTION salary.disagrees(
	f salary.figure,
	p_currency text,
	p_pay_basis text,
	p_low bigint,
	p_median bigint,
	p_high bigint)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Medians are compared, or the middles of ranges; a range that is
	-- open at an end has no middle, and other money can't be compared.
	SELECT coalesce(f.currency = p_currency AND f.pay_basis = p_pay_basis
		AND abs(coalesce(p_median, (p_low + p_high) / 2.0)
			- coalesce(f.median, (f.low + f.high) / 2.0)) * 4
		> coalesce(f.median, (f.low + f.high) / 2.0), false);
END;

COMMENT ON FUNCTION salary.disagrees(salary.figure, text, text, bigint, bigint,
	bigint) IS
	'Whether an observation is more than a quarter away from the figure';

GRANT SELECT ON salary.figure, salary.figure_history
	TO autopsy_web, autopsy_ingest;
GRANT EXECUTE ON FUNCTION salary.money(salary.figure)
	TO autopsy_web, autopsy_ingest, autopsy_mailer;
GRANT EXECUTE ON FUNCTION salary.disagrees(salary.figure, text, text, bigint,
	bigint, bigint) TO autopsy_ingest;
-- Dry runs ask what a derivation would give.
GRANT EXECUTE ON FUNCTION salary.confidence(text, text, text, bigint, bigint,
	date, bigint, date) TO autopsy_ingest;
GRANT EXECUTE ON FUNCTION salary.derived_figures(bigint, date)
	TO autopsy_ingest;
GRANT EXECUTE ON FUNCTION salary.derive_figures(bigint, text, date)
	TO autopsy_ingest;
