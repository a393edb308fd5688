-- Vocabulary, careers and the immutable revisions of their guides.

CREATE TABLE catalog.currency (
	code text NOT NULL,
	name text NOT NULL,
	CONSTRAINT currency_pkey PRIMARY KEY (code),
	CONSTRAINT currency_code_check CHECK (code ~ '^[A-Z]{3}$')
);

COMMENT ON TABLE catalog.currency IS
	'ISO 4217 currencies that a salary may be stated in';

INSERT INTO catalog.currency (code, name)
VALUES
	('AED', 'UAE dirham'),
	('AUD', 'Australian dollar'),
	('CAD', 'Canadian dollar'),
	('EUR', 'Euro'),
	('GBP', 'Pound sterling'),
	('IDR', 'Indonesian rupiah'),
	('INR', 'Indian rupee'),
	('MYR', 'Malaysian ringgit'),
	('NZD', 'New Zealand dollar'),
	('PHP', 'Philippine peso'),
	('SGD', 'Singapore dollar'),
	('THB', 'Thai baht'),
	('USD', 'US dollar'),
	('VND', 'Vietnamese dong');

CREATE TABLE catalog.country (
	code text NOT NULL,
	name text NOT NULL,
	short_name text NOT NULL,
	currency text NOT NULL,
	region text NOT NULL,
	position bigint NOT NULL,
	CONSTRAINT country_pkey PRIMARY KEY (code),
	CONSTRAINT country_code_check CHECK (code ~ '^[A-Z]{2}$'),
	CONSTRAINT country_currency_fkey
		FOREIGN KEY (currency) REFERENCES catalog.currency (code),
	CONSTRAINT country_region_check CHECK (region IN ('southeast-asia',
		'south-asia-oceania', 'europe', 'americas-middle-east')),
	CONSTRAINT country_position_key UNIQUE (position)
);

COMMENT ON TABLE catalog.country IS
	'Countries the site covers, in the order and groups they are shown in';
COMMENT ON COLUMN catalog.country.code IS
	'ISO 3166-1 alpha-2: GB and AE, however people call them';

INSERT INTO catalog.country
	(code, name, short_name, currency, region, position)
VALUES
	('MY', 'Malaysia', 'Malaysia', 'MYR', 'southeast-asia', 1),
	('SG', 'Singapore', 'Singapore', 'SGD', 'southeast-asia', 2),
	('PH', 'Philippines', 'Philippines', 'PHP', 'southeast-asia', 3),
	('TH', 'Thailand', 'Thailand', 'THB', 'southeast-asia', 4),
	('ID', 'Indonesia', 'Indonesia', 'IDR', 'southeast-asia', 5),
	('VN', 'Vietnam', 'Vietnam', 'VND', 'southeast-asia', 6),
	('IN', 'India', 'India', 'INR', 'south-asia-oceania', 7),
	('AU', 'Australia', 'Australia', 'AUD', 'south-asia-oceania', 8),
	('NZ', 'New Zealand', 'New Zealand', 'NZD', 'south-asia-oceania', 9),
	('GB', 'United Kingdom', 'UK', 'GBP', 'europe', 10),
	('DE', 'Germany', 'Germany', 'EUR', 'europe', 11),
	('NL', 'Netherlands', 'Netherlands', 'EUR', 'europe', 12),
	('US', 'United States', 'US', 'USD', 'americas-middle-east', 13),
	('CA', 'Canada', 'Canada', 'CAD', 'americas-middle-east', 14),
	('AE', 'United Arab Emirates', 'UAE', 'AED',
		'americas-middle-east', 15);

CREATE TABLE catalog.level (
	code text NOT NULL,
	title text NOT NULL,
	position bigint NOT NULL,
	CONSTRAINT level_pkey PRIMARY KEY (code),
	CONSTRAINT level_code_check CHECK (code ~ '^[a-z]+$'),
	CONSTRAINT level_position_key UNIQUE (position)
);

COMMENT ON TABLE catalog.level IS
	'Seniority: the one vocabulary of pay, days and the career ladder';

INSERT INTO catalog.level (code, title, position)
VALUES
	('junior', 'Junior', 1),
	('mid', 'Mid', 2),
	('senior', 'Senior', 3),
	('manager', 'Manager', 4);

CREATE TABLE catalog.ai_band (
	min_score bigint NOT NULL,
	risk text NOT NULL,
	label text NOT NULL,
	CONSTRAINT ai_band_pkey PRIMARY KEY (min_score),
	CONSTRAINT ai_band_min_score_check CHECK (min_score BETWEEN 0 AND 100)
);

COMMENT ON TABLE catalog.ai_band IS
	'Words for an AI score of 0 to 100 (higher is safer): the band with
the highest min_score not above the score';

INSERT INTO catalog.ai_band (min_score, risk, label)
VALUES
	(80, 'Low', 'Safe'),
	(65, 'Low–Medium', 'Relatively safe'),
	(50, 'Medium', 'Moderate'),
	(35, 'Medium–High', 'Exposed'),
	(0, 'High', 'High risk');

CREATE TABLE catalog.category (
	id bigint GENERATED ALWAYS AS IDENTITY,
	slug text NOT NULL,
	title text NOT NULL,
	summary text NOT NULL,
	position bigint NOT NULL,
	CONSTRAINT category_pkey PRIMARY KEY (id),
	CONSTRAINT category_slug_key UNIQUE (slug),
	CONSTRAINT category_slug_check
		CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
	CONSTRAINT category_position_check CHECK (position > 0)
);

COMMENT ON TABLE catalog.category IS
	'Fields of work; loaded from the content files';

CREATE FUNCTION catalog.text_array(p_list jsonb)
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT coalesce(array_agg(e.item ORDER BY e.n), '{}')
	FROM jsonb_array_elements_text(p_list) WITH ORDINALITY AS e (item, n);
END;

COMMENT ON FUNCTION catalog.text_array(jsonb) IS
	'A JSON list of strings as an array, in its order';

CREATE FUNCTION catalog.sha256(p_text text)
RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT sha256(convert_to(p_text, 'UTF8'));
END;

COMMENT ON FUNCTION catalog.sha256(text) IS
	'Hash of a text in UTF-8. Immutable, as convert_to is for a fixed
encoding, which lets columns be computed with it';

CREATE FUNCTION catalog.ai_score(p_factors jsonb)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	-- Weights sum to 100 and exposure is 0 to 100, so the sum is a
	-- percentage times 100; + 50 rounds it half up in whole numbers.
	SELECT 100 - (sum((f.item ->> 'weight')::bigint
		* (f.item ->> 'exposure')::bigint)::bigint + 50) / 100
	FROM jsonb_array_elements(p_factors) AS f (item);
END;

COMMENT ON FUNCTION catalog.ai_score(jsonb) IS
	'100 minus the weighted mean exposure of the factors; higher is safer';

CREATE TABLE catalog.career (
	id bigint GENERATED ALWAYS AS IDENTITY,
	slug text NOT NULL,
	category_id bigint NOT NULL,
	revision_id bigint,
	published_at timestamptz,
	updated_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT career_pkey PRIMARY KEY (id),
	CONSTRAINT career_slug_key UNIQUE (slug),
	CONSTRAINT career_slug_check
		CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 80),
	CONSTRAINT career_category_id_fkey
		FOREIGN KEY (category_id) REFERENCES catalog.category (id),
	CONSTRAINT career_published_at_check
		CHECK ((revision_id IS NULL) = (published_at IS NULL))
);

COMMENT ON TABLE catalog.career IS
	'A career and the revision of its guide that is shown';
COMMENT ON COLUMN catalog.career.revision_id IS
	'Null until the first revision is published';
COMMENT ON COLUMN catalog.career.updated_at IS
	'When the guide or one of its figures last changed';

CREATE INDEX career_category_id_idx ON catalog.career (category_id);
CREATE INDEX career_published_at_idx ON catalog.career (published_at DESC);

CREATE TABLE catalog.revision (
	id bigint GENERATED ALWAYS AS IDENTITY,
	career_id bigint NOT NULL,
	number bigint NOT NULL,
	guide jsonb NOT NULL,
	source_text text NOT NULL,
	sha256 bytea NOT NULL
		GENERATED ALWAYS AS (catalog.sha256(source_text)) STORED,
	published_at timestamptz NOT NULL DEFAULT now(),
	note text NOT NULL DEFAULT '',
	name text NOT NULL
		GENERATED ALWAYS AS (guide ->> 'name') STORED,
	tagline text NOT NULL
		GENERATED ALWAYS AS (guide ->> 'tagline') STORED,
	work_life_balance bigint NOT NULL
		GENERATED ALWAYS AS
			((guide #>> '{facts,work_life_balance}')::bigint) STORED,
	hours_low bigint NOT NULL
		GENERATED ALWAYS AS
			((guide #>> '{facts,hours_per_week,low}')::bigint) STORED,
	hours_high bigint NOT NULL
		GENERATED ALWAYS AS
			((guide #>> '{facts,hours_per_week,high}')::bigint) STORED,
	entry_barrier text NOT NULL
		GENERATED ALWAYS AS (guide #>> '{facts,entry_barrier}') STORED,
	growth_ceiling text NOT NULL
		GENERATED ALWAYS AS (guide #>> '{facts,growth_ceiling}') STORED,
	remote text[] NOT NULL
		GENERATED ALWAYS AS
			(catalog.text_array(guide #> '{facts,remote}')) STORED,
	ai_score bigint NOT NULL
		GENERATED ALWAYS AS
			(catalog.ai_score(guide #> '{ai,factors}')) STORED,
	CONSTRAINT revision_pkey PRIMARY KEY (id),
	CONSTRAINT revision_career_id_fkey
		FOREIGN KEY (career_id) REFERENCES catalog.career (id),
	CONSTRAINT revision_career_id_number_key UNIQUE (career_id, number),
	CONSTRAINT revision_career_id_id_key UNIQUE (career_id, id),
	CONSTRAINT revision_number_check CHECK (number > 0),
	CONSTRAINT revision_guide_check CHECK (jsonb_typeof(guide) = 'object'),
	CONSTRAINT revision_work_life_balance_check
		CHECK (work_life_balance BETWEEN 1 AND 10),
	CONSTRAINT revision_hours_check
		CHECK (0 < hours_low AND hours_low <= hours_high
			AND hours_high <= 100),
	CONSTRAINT revision_entry_barrier_check
		CHECK (entry_barrier IN ('low', 'medium', 'high')),
	CONSTRAINT revision_growth_ceiling_check
		CHECK (growth_ceiling IN ('low', 'medium', 'high')),
	CONSTRAINT revision_remote_check
		CHECK (remote <@ ARRAY['onsite', 'hybrid', 'remote']
			AND cardinality(remote) > 0),
	CONSTRAINT revision_ai_score_check
		CHECK (ai_score BETWEEN 0 AND 100)
);

COMMENT ON TABLE catalog.revision IS
	'Every published version of a guide, whole; rows are never altered.
The columns that lists use are computed from the guide';
COMMENT ON COLUMN catalog.revision.source_text IS
	'The content file byte for byte; guide is the same, parsed';

CREATE TRIGGER revision_refuse_change
	BEFORE UPDATE OR DELETE OR TRUNCATE ON catalog.revision
	FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- Both columns: a career can show only a revision of its own.
ALTER TABLE catalog.career
	ADD CONSTRAINT career_revision_id_fkey
	FOREIGN KEY (id, revision_id)
	REFERENCES catalog.revision (career_id, id);

CREATE TABLE catalog.former_slug (
	slug text NOT NULL,
	career_id bigint NOT NULL,
	renamed_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT former_slug_pkey PRIMARY KEY (slug),
	CONSTRAINT former_slug_slug_check
		CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
	CONSTRAINT former_slug_career_id_fkey
		FOREIGN KEY (career_id) REFERENCES catalog.career (id)
);

COMMENT ON TABLE catalog.former_slug IS
	'Names that careers had before; their addresses redirect for ever';

CREATE INDEX former_slug_career_id_idx
	ON catalog.former_slug (career_id);

CREATE TABLE catalog.resource (
	id text NOT NULL,
	career_id bigint NOT NULL,
	stage text NOT NULL,
	title text NOT NULL,
	provider text NOT NULL,
	url text NOT NULL,
	affiliate boolean NOT NULL,
	CONSTRAINT resource_pkey PRIMARY KEY (id),
	CONSTRAINT resource_id_check
		CHECK (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(id) <= 80),
	CONSTRAINT resource_career_id_fkey
		FOREIGN KEY (career_id) REFERENCES catalog.career (id),
	CONSTRAINT resource_stage_check
		CHECK (stage IN ('beginner', 'intermediate', 'advanced')),
	CONSTRAINT resource_url_check
		CHECK (url ~ '^https://[^[:space:][:cntrl:]]+$'
			AND length(url) <= 2000)
);

COMMENT ON TABLE catalog.resource IS
	'Learning resources of the published guides: the only addresses that
/go/ leads to';

CREATE INDEX resource_career_id_idx ON catalog.resource (career_id);

CREATE TABLE catalog.resource_click (
	resource_id text NOT NULL,
	day date NOT NULL,
	clicks bigint NOT NULL,
	CONSTRAINT resource_click_pkey PRIMARY KEY (resource_id, day),
	CONSTRAINT resource_click_clicks_check CHECK (clicks > 0)
);

COMMENT ON TABLE catalog.resource_click IS
	'Clicks a day and nothing about who clicked. No foreign key: a count
outlives a resource that a later revision drops';

CREATE FUNCTION catalog.count_click(p_resource_id text)
RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	INSERT INTO catalog.resource_click AS c (resource_id, day, clicks)
	SELECT r.id, (now() AT TIME ZONE 'UTC')::date, 1
	FROM catalog.resource AS r
	WHERE r.id = p_resource_id
	ON CONFLICT (resource_id, day)
	DO UPDATE SET clicks = c.clicks + 1;
END;

COMMENT ON FUNCTION catalog.count_click(text) IS
	'Adds one to the clicks of a known resource; ignores any other';

CREATE TABLE catalog.content_version (
	only_row boolean NOT NULL DEFAULT true,
	version bigint NOT NULL,
	changed_at timestamptz NOT NULL,
	CONSTRAINT content_version_pkey PRIMARY KEY (only_row),
	CONSTRAINT content_version_only_row_check CHECK (only_row)
);

COMMENT ON TABLE catalog.content_version IS
	'One row that grows with each change a reader can see; workers poll it';

INSERT INTO catalog.content_version (version, changed_at)
VALUES (1, now());

CREATE FUNCTION catalog.bump_content_version()
RETURNS bigint
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	UPDATE catalog.content_version
	SET version = version + 1, changed_at = now()
	RETURNING version;
END;

COMMENT ON FUNCTION catalog.bump_content_version() IS
	'Tells the workers that something they may hold has changed';

GRANT SELECT ON ALL TABLES IN SCHEMA catalog
	TO autopsy_web, autopsy_ingest, autopsy_mailer;
REVOKE SELECT ON catalog.resource_click
	FROM autopsy_web, autopsy_ingest, autopsy_mailer;
GRANT EXECUTE ON FUNCTION catalog.count_click(text) TO autopsy_web;
GRANT EXECUTE ON FUNCTION catalog.bump_content_version()
	TO autopsy_ingest;
