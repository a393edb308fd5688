-- Evidence of pay: who publishes it, what was observed, how it becomes a
-- year's pay.

CREATE TABLE salary.source (
	code text NOT NULL,
	name text NOT NULL,
	publisher text NOT NULL,
	collection_mode text NOT NULL,
	tier text NOT NULL,
	statistics text NOT NULL,
	pay_basis text,
	population text NOT NULL,
	code_scheme text,
	level_basis text NOT NULL,
	cites text[] NOT NULL DEFAULT '{}',
	licence text NOT NULL,
	attribution text NOT NULL,
	terms_url text NOT NULL,
	home_url text NOT NULL,
	terms_reviewed_on date NOT NULL,
	country text,
	CONSTRAINT source_pkey PRIMARY KEY (code),
	CONSTRAINT source_code_check
		CHECK (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(code) <= 40),
	CONSTRAINT source_name_check CHECK (name <> '' AND publisher <> ''),
	CONSTRAINT source_collection_mode_check
		CHECK (collection_mode IN ('api', 'bulk', 'curated')),
	CONSTRAINT source_tier_check CHECK (tier IN ('official', 'curated')),
	CONSTRAINT source_statistics_check
		CHECK (statistics IN ('percentiles', 'quartiles', 'point', 'range')),
	CONSTRAINT source_pay_basis_check CHECK (pay_basis IN ('base', 'total')),
	CONSTRAINT source_population_check
		CHECK (population IN ('full_time', 'all')),
	CONSTRAINT source_level_basis_check
		CHECK (level_basis IN ('percentile_band', 'editorial')),
	-- Editors judge a career itself; a statistic is of a coded occupation.
	CONSTRAINT source_code_scheme_check
		CHECK ((code_scheme IS NULL) = (level_basis = 'editorial')),
	CONSTRAINT source_licence_check
		CHECK (licence <> '' AND attribution <> ''),
	CONSTRAINT source_url_check
		CHECK (terms_url ~ '^https://[^[:space:]]+$'
			AND home_url ~ '^https://[^[:space:]]+$'),
	CONSTRAINT source_country_fkey
		FOREIGN KEY (country) REFERENCES catalog.country (code)
);

COMMENT ON TABLE salary.source IS
	'Register of who publishes pay, on what terms, and how good it is';
COMMENT ON COLUMN salary.source.tier IS
	'official: a statistical office or a ministry; curated: all others';
COMMENT ON COLUMN salary.source.statistics IS
	'Best that the source publishes: percentiles (P10 to P90), quartiles
(P25 to P75), range (both ends, no distribution) or point';
COMMENT ON COLUMN salary.source.pay_basis IS
	'Null when the source publishes both';
COMMENT ON COLUMN salary.source.code_scheme IS
	'Occupation codes the source uses; a career lists its code in it';
COMMENT ON COLUMN salary.source.level_basis IS
	'percentile_band: levels are bands of one occupation''s distribution';
COMMENT ON COLUMN salary.source.cites IS
	'Other publishers that an editorial blend rests on';
COMMENT ON COLUMN salary.source.country IS
	'Null when the source covers several countries';

CREATE TABLE salary.hours (
	country text NOT NULL,
	weekly_hours numeric(4, 2) NOT NULL,
	weeks bigint NOT NULL DEFAULT 52,
	source_note text NOT NULL,
	CONSTRAINT hours_pkey PRIMARY KEY (country),
	CONSTRAINT hours_country_fkey
		FOREIGN KEY (country) REFERENCES catalog.country (code),
	CONSTRAINT hours_weekly_hours_check
		CHECK (weekly_hours BETWEEN 20 AND 60),
	CONSTRAINT hours_weeks_check CHECK (weeks BETWEEN 40 AND 52)
);

COMMENT ON TABLE salary.hours IS
	'Usual full-time hours by which an hourly wage becomes a year''s pay';

INSERT INTO salary.hours (country, weekly_hours, source_note)
VALUES
	('US', 40, 'BLS annualises hourly wages with 2,080 hours'),
	('CA', 39.7, 'Statistics Canada, table 14-10-0043: usual hours in a'
		' main full-time job, 2025'),
	('NL', 39.1, 'Eurostat lfsa_ewhun2: usual full-time hours, information'
		' and communication, 2025');

CREATE FUNCTION salary.chain(p_country text, p_period text)
RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT CASE p_period
		WHEN 'year' THEN '[]'::jsonb
		WHEN 'month' THEN
			'[{"step": "months_per_year", "factor": 12}]'::jsonb
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

COMMENT ON FUNCTION salary.chain(text, text) IS
	'The steps from a period to a year; null when hours are not known';

CREATE FUNCTION salary.convert(p_amount numeric, p_chain jsonb)
RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	amount numeric := p_amount;
	factor numeric;
BEGIN
	FOR factor IN
		SELECT (s.step ->> 'factor')::numeric
		FROM jsonb_array_elements(p_chain) AS s (step)
	LOOP
		amount := amount * factor;
	END LOOP;
	RETURN round(amount);
END
$$;

COMMENT ON FUNCTION salary.convert(numeric, jsonb) IS
	'A published amount as whole units a year, rounded once, half up';

CREATE FUNCTION salary.match(
	p_career_id bigint,
	p_source_code text,
	p_level text)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	-- Managers are an occupation of their own. Of several codes in one
	-- scheme the weakest counts, since a row doesn't say which it means.
	SELECT CASE WHEN s.code_scheme IS NULL THEN 'exact' ELSE (
		SELECT k.item ->> 'match'
		FROM jsonb_array_elements(r.guide -> 'codes') AS k (item)
		WHERE k.item ->> 'scheme' = s.code_scheme
			AND k.item ->> 'role' = CASE p_level
				WHEN 'manager' THEN 'manager' ELSE 'occupation' END
		ORDER BY array_position(ARRAY['group', 'broader', 'close',
			'exact'], k.item ->> 'match')
		LIMIT 1)
	END
	FROM salary.source AS s
	JOIN catalog.career AS c ON c.id = p_career_id
	LEFT JOIN catalog.revision AS r ON r.id = c.revision_id
	WHERE s.code = p_source_code;
END;

COMMENT ON FUNCTION salary.match(bigint, text, text) IS
	'How well a source''s occupation fits a career, by the code that its
guide lists; null when it lists none, and then the source can''t be used';

CREATE TABLE salary.observation (
	id bigint GENERATED ALWAYS AS IDENTITY,
	career_id bigint NOT NULL,
	country text NOT NULL,
	level text NOT NULL,
	low bigint,
	median bigint,
	high bigint,
	high_is_lower_bound boolean NOT NULL DEFAULT false,
	currency text NOT NULL,
	pay_basis text NOT NULL,
	source_code text NOT NULL,
	source_title text NOT NULL,
	source_url text NOT NULL,
	match text NOT NULL,
	observed_on date NOT NULL,
	recorded_on date NOT NULL,
	recorded_by text NOT NULL,
	sample_n bigint,
	notes text NOT NULL DEFAULT '',
	published jsonb NOT NULL,
	chain jsonb NOT NULL,
	file_sha256 bytea,
	retrieved_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT observation_pkey PRIMARY KEY (id),
	CONSTRAINT observation_career_id_fkey
		FOREIGN KEY (career_id) REFERENCES catalog.career (id),
	CONSTRAINT observation_country_fkey
		FOREIGN KEY (country) REFERENCES catalog.country (code),
	CONSTRAINT observation_level_fkey
		FOREIGN KEY (level) REFERENCES catalog.level (code),
	CONSTRAINT observation_currency_fkey
		FOREIGN KEY (currency) REFERENCES catalog.currency (code),
	CONSTRAINT observation_source_code_fkey
		FOREIGN KEY (source_code) REFERENCES salary.source (code),
	CONSTRAINT observation_some_figure_check
		CHECK (coalesce(low, median, high) IS NOT NULL),
	CONSTRAINT observation_order_check
		CHECK (low > 0 AND median > 0 AND high > 0 AND low <= high
			AND low <= median AND median <= high),
	CONSTRAINT observation_high_is_lower_bound_check
		CHECK (NOT high_is_lower_bound OR high IS NOT NULL),
	CONSTRAINT observation_pay_basis_check
		CHECK (pay_basis IN ('base', 'total')),
	CONSTRAINT observation_source_title_check CHECK (source_title <> ''),
	CONSTRAINT observation_source_url_check
		CHECK (source_url ~ '^https://[^[:space:][:cntrl:]]+$'
			AND length(source_url) <= 2000),
	CONSTRAINT observation_match_check
		CHECK (match IN ('exact', 'close', 'broader', 'group')),
	CONSTRAINT observation_recorded_on_check
		CHECK (observed_on <= recorded_on),
	CONSTRAINT observation_recorded_by_check CHECK (recorded_by <> ''),
	CONSTRAINT observation_sample_n_check CHECK (sample_n > 0),
	CONSTRAINT observation_published_check
		CHECK (published ?& ARRAY['low', 'median', 'high', 'period']
			AND published ->> 'period' IN ('year', 'month', 'hour')),
	CONSTRAINT observation_chain_check
		CHECK (jsonb_typeof(chain) = 'array'
			AND (chain = '[]') = (published ->> 'period' = 'year')),
	-- The stored figure is what was published and its steps, no other.
	CONSTRAINT observation_conversion_check CHECK (
		salary.convert((published ->> 'low')::numeric, chain)
			IS NOT DISTINCT FROM low
		AND salary.convert((published ->> 'median')::numeric, chain)
			IS NOT DISTINCT FROM median
		AND salary.convert((published ->> 'high')::numeric, chain)
			IS NOT DISTINCT FROM high),
	CONSTRAINT observation_file_sha256_check
		CHECK (octet_length(file_sha256) = 32)
);

COMMENT ON TABLE salary.observation IS
	'One published statement of pay with its passport; rows are never
altered, a correction is a new row';
COMMENT ON COLUMN salary.observation.high_is_lower_bound IS
	'The source capped the figure: it is high or more';
COMMENT ON COLUMN salary.observation.match IS
	'How well the source''s occupation fits the career';
COMMENT ON COLUMN salary.observation.observed_on IS
	'End of the period that the figures describe';
COMMENT ON COLUMN salary.observation.published IS
	'low, median, high as published, and their period';
COMMENT ON COLUMN salary.observation.chain IS
	'Steps from the published figures to whole units a year';

CREATE INDEX observation_key_idx ON salary.observation
	(career_id, country, level, source_code, pay_basis,
	observed_on DESC, id DESC);

CREATE TRIGGER observation_refuse_change
	BEFORE UPDATE OR DELETE OR TRUNCATE ON salary.observation
	FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE VIEW salary.live_observation AS
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
	o.chain
FROM salary.observation AS o
ORDER BY o.career_id, o.country, o.level, o.source_code, o.pay_basis,
	o.observed_on DESC, o.id DESC;

COMMENT ON VIEW salary.live_observation IS
	'What each source says now: its latest period, as last recorded';

GRANT SELECT ON ALL TABLES IN SCHEMA salary
	TO autopsy_web, autopsy_ingest;
GRANT INSERT ON salary.observation TO autopsy_ingest;
GRANT INSERT, UPDATE ON salary.source TO autopsy_ingest;
GRANT EXECUTE ON FUNCTION salary.chain(text, text) TO autopsy_ingest;
GRANT EXECUTE ON FUNCTION salary.convert(numeric, jsonb) TO autopsy_ingest;
GRANT EXECUTE ON FUNCTION salary.match(bigint, text, text) TO autopsy_ingest;
