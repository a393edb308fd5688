-- Pay that is fetched: what came, what it says, and how it becomes evidence.

ALTER TABLE ops.job_run DROP CONSTRAINT job_run_outcome_check;
ALTER TABLE ops.job_run
	ADD CONSTRAINT job_run_outcome_check CHECK (outcome IN
		('done', 'failed', 'skipped', 'later', 'killed')) NOT VALID;

COMMENT ON COLUMN ops.job_run.outcome IS
	'later: it should be tried again; killed: the next run found it dead';

-- Names that sources of the whole world have for the countries.
ALTER TABLE catalog.country ADD COLUMN iso3 text;
UPDATE catalog.country AS c
SET iso3 = n.iso3
FROM (VALUES
	('MY', 'MYS'), ('SG', 'SGP'), ('PH', 'PHL'), ('TH', 'THA'),
	('ID', 'IDN'), ('VN', 'VNM'), ('IN', 'IND'), ('AU', 'AUS'),
	('NZ', 'NZL'), ('GB', 'GBR'), ('DE', 'DEU'), ('NL', 'NLD'),
	('US', 'USA'), ('CA', 'CAN'), ('AE', 'ARE')
) AS n (code, iso3)
WHERE n.code = c.code;
ALTER TABLE catalog.country
	ADD CONSTRAINT country_iso3_check CHECK (iso3 IS NOT NULL
		AND iso3 ~ '^[A-Z]{3}$') NOT VALID;

COMMENT ON COLUMN catalog.country.iso3 IS 'ISO 3166-1 alpha-3';

-- The register also has sources of exchange rates, of whole groups of
-- occupations, and of snapshots that a fetched source takes the place of.
ALTER TABLE salary.source
	ADD COLUMN enabled boolean NOT NULL DEFAULT true,
	ADD COLUMN snapshot_of text,
	DROP CONSTRAINT source_population_check,
	DROP CONSTRAINT source_statistics_check,
	DROP CONSTRAINT source_level_basis_check,
	DROP CONSTRAINT source_code_scheme_check;
ALTER TABLE salary.source
	ADD CONSTRAINT source_population_check CHECK (population IN
		('full_time', 'all', 'none')) NOT VALID,
	ADD CONSTRAINT source_statistics_check CHECK (statistics IN
		('percentiles', 'quartiles', 'point', 'range', 'rate'))
		NOT VALID,
	ADD CONSTRAINT source_level_basis_check CHECK (level_basis IN
		('percentile_band', 'editorial', 'group_mean', 'none'))
		NOT VALID,
	ADD CONSTRAINT source_code_scheme_check CHECK ((code_scheme IS NULL)
		= (level_basis IN ('editorial', 'none'))) NOT VALID,
	ADD CONSTRAINT source_rate_check CHECK ((statistics = 'rate')
		= (level_basis = 'none') AND (statistics = 'rate')
		= (population = 'none')) NOT VALID,
	ADD CONSTRAINT source_snapshot_of_fkey FOREIGN KEY (snapshot_of)
		REFERENCES salary.source (code) NOT VALID,
	ADD CONSTRAINT source_snapshot_of_check
		CHECK (snapshot_of <> code) NOT VALID;

COMMENT ON COLUMN salary.source.enabled IS
	'False: it is not fetched and its evidence no longer counts';
COMMENT ON COLUMN salary.source.snapshot_of IS
	'The source that states the same by itself: where that has evidence
as new, this one''s steps back';
COMMENT ON COLUMN salary.source.statistics IS
	'Best that the source publishes: percentiles (P10 to P90), quartiles
(P25 to P75), range (both ends, no distribution), point, or rate of exchange';
COMMENT ON COLUMN salary.source.level_basis IS
	'percentile_band: levels are bands of one occupation''s distribution;
group_mean: one mean of a whole group of occupations';

-- What came.

CREATE TABLE salary.source_run (
	run_id bigint NOT NULL,
	source_code text NOT NULL,
	started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	finished_at timestamptz,
	outcome text,
	parts bigint NOT NULL DEFAULT 0,
	size bigint NOT NULL DEFAULT 0,
	rows bigint NOT NULL DEFAULT 0,
	figures bigint NOT NULL DEFAULT 0,
	message text NOT NULL DEFAULT '',
	CONSTRAINT source_run_pkey PRIMARY KEY (run_id, source_code),
	CONSTRAINT source_run_run_id_fkey
		FOREIGN KEY (run_id) REFERENCES ops.job_run (id),
	CONSTRAINT source_run_source_code_fkey
		FOREIGN KEY (source_code) REFERENCES salary.source (code),
	CONSTRAINT source_run_outcome_check CHECK (outcome IN ('published',
		'unchanged', 'held', 'failed', 'later', 'killed')),
	CONSTRAINT source_run_finished_check
		CHECK ((finished_at IS NULL) = (outcome IS NULL)),
	CONSTRAINT source_run_counts_check
		CHECK (least(parts, size, rows, figures) >= 0)
);

COMMENT ON TABLE salary.source_run IS
	'What became of one source in one run; outcome is null while it runs';

CREATE INDEX source_run_source_code_idx
	ON salary.source_run (source_code, started_at DESC);

CREATE TABLE salary.fetch (
	id bigint GENERATED ALWAYS AS IDENTITY,
	run_id bigint NOT NULL,
	source_code text NOT NULL,
	part bigint NOT NULL,
	url text NOT NULL,
	status bigint NOT NULL,
	headers jsonb NOT NULL,
	etag text NOT NULL DEFAULT '',
	last_modified text NOT NULL DEFAULT '',
	size bigint NOT NULL,
	sha256 bytea NOT NULL,
	fetched_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	CONSTRAINT fetch_pkey PRIMARY KEY (id),
	CONSTRAINT fetch_run_id_source_code_part_key
		UNIQUE (run_id, source_code, part),
	CONSTRAINT fetch_run_id_source_code_fkey
		FOREIGN KEY (run_id, source_code)
		REFERENCES salary.source_run (run_id, source_code),
	CONSTRAINT fetch_part_check CHECK (part >= 1),
	CONSTRAINT fetch_url_check CHECK (url ~ '^https?://'),
	CONSTRAINT fetch_status_check CHECK (status BETWEEN 100 AND 599),
	CONSTRAINT fetch_headers_check
		CHECK (jsonb_typeof(headers) = 'object'),
	CONSTRAINT fetch_size_check CHECK (size >= 0),
	CONSTRAINT fetch_sha256_check CHECK (octet_length(sha256) = 32)
);

COMMENT ON TABLE salary.fetch IS
	'One reply of a source. A 304 names the body that it stands for';
COMMENT ON COLUMN salary.fetch.url IS
	'As asked for; no key is ever in it';

CREATE INDEX fetch_source_code_idx
	ON salary.fetch (source_code, part, id DESC);

CREATE TABLE salary.body (
	sha256 bytea NOT NULL,
	n bigint NOT NULL,
	data bytea COMPRESSION lz4 NOT NULL,
	CONSTRAINT body_pkey PRIMARY KEY (sha256, n),
	CONSTRAINT body_sha256_check CHECK (octet_length(sha256) = 32),
	CONSTRAINT body_n_check CHECK (n >= 0)
);

COMMENT ON TABLE salary.body IS
	'Bodies of replies in pieces, as they came, by the hash of the whole: a
body that comes again is kept once. A key that a source repeats is blotted
out';

-- What it says.

CREATE TABLE salary.vintage (
	id bigint GENERATED ALWAYS AS IDENTITY,
	source_code text NOT NULL,
	run_id bigint NOT NULL,
	state text NOT NULL DEFAULT 'read',
	rows bigint NOT NULL DEFAULT 0,
	digest bytea,
	created_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT vintage_pkey PRIMARY KEY (id),
	CONSTRAINT vintage_run_id_source_code_fkey
		FOREIGN KEY (run_id, source_code)
		REFERENCES salary.source_run (run_id, source_code),
	CONSTRAINT vintage_state_check CHECK (state IN
		('read', 'live', 'past', 'held', 'rejected')),
	CONSTRAINT vintage_digest_check
		CHECK (octet_length(digest) = 32
			AND (state = 'read') = (digest IS NULL))
);

COMMENT ON TABLE salary.vintage IS
	'What a source said at a time, read from the replies of one run';
COMMENT ON COLUMN salary.vintage.state IS
	'read: just now, in no other transaction''s sight; live: evidence
follows from it; past: was live; held: waits in salary.review';

CREATE UNIQUE INDEX vintage_source_code_idx
	ON salary.vintage (source_code) WHERE state = 'live';

CREATE TABLE salary.statistic (
	id bigint GENERATED ALWAYS AS IDENTITY,
	vintage_id bigint NOT NULL,
	country text NOT NULL,
	code text NOT NULL,
	title text NOT NULL,
	observed_on date NOT NULL,
	variant text NOT NULL,
	currency text NOT NULL,
	period text NOT NULL,
	p10 numeric,
	p25 numeric,
	median numeric,
	p75 numeric,
	p90 numeric,
	mean numeric,
	top_code numeric,
	sample_n bigint,
	precision_pct numeric,
	notes text NOT NULL,
	CONSTRAINT statistic_pkey PRIMARY KEY (id),
	CONSTRAINT statistic_vintage_id_key UNIQUE
		(vintage_id, country, code, observed_on, variant),
	CONSTRAINT statistic_vintage_id_fkey
		FOREIGN KEY (vintage_id) REFERENCES salary.vintage (id),
	CONSTRAINT statistic_country_fkey
		FOREIGN KEY (country) REFERENCES catalog.country (code),
	CONSTRAINT statistic_currency_fkey
		FOREIGN KEY (currency) REFERENCES catalog.currency (code),
	CONSTRAINT statistic_code_check CHECK (code <> ''),
	CONSTRAINT statistic_period_check
		CHECK (period IN ('year', 'month', 'week', 'hour')),
	CONSTRAINT statistic_positive_check
		CHECK (least(p10, p25, median, p75, p90, mean, top_code) > 0),
	CONSTRAINT statistic_order_check
		CHECK (p10 <= p25 AND p10 <= median AND p25 <= median
			AND median <= p75 AND median <= p90 AND p75 <= p90
			AND p25 <= p75),
	CONSTRAINT statistic_some_check CHECK (coalesce(p10, p25, median, p75,
		p90, mean, top_code) IS NOT NULL),
	CONSTRAINT statistic_sample_n_check CHECK (sample_n > 0),
	CONSTRAINT statistic_precision_pct_check CHECK (precision_pct >= 0)
);

COMMENT ON TABLE salary.statistic IS
	'Pay of one occupation as a source states it; rows are never altered';
COMMENT ON COLUMN salary.statistic.code IS
	'The occupation as the source calls it: a code, or words if it has none';
COMMENT ON COLUMN salary.statistic.variant IS
	'Which of several statements of the same, as surveys in ILOSTAT; the
first in order counts';
COMMENT ON COLUMN salary.statistic.top_code IS
	'Percentiles that are missing above those stated are this or more';
COMMENT ON COLUMN salary.statistic.precision_pct IS
	'Relative standard error or coefficient of variation, in percent';

CREATE TABLE salary.rate (
	id bigint GENERATED ALWAYS AS IDENTITY,
	vintage_id bigint NOT NULL,
	kind text NOT NULL,
	base text NOT NULL,
	quote text NOT NULL,
	country text NOT NULL,
	observed_on date NOT NULL,
	rate numeric NOT NULL,
	CONSTRAINT rate_pkey PRIMARY KEY (id),
	CONSTRAINT rate_vintage_id_key UNIQUE
		(vintage_id, kind, base, quote, country, observed_on),
	CONSTRAINT rate_vintage_id_fkey
		FOREIGN KEY (vintage_id) REFERENCES salary.vintage (id),
	CONSTRAINT rate_kind_check
		CHECK (kind IN ('spot', 'year_average', 'ppp')),
	CONSTRAINT rate_base_fkey
		FOREIGN KEY (base) REFERENCES catalog.currency (code),
	CONSTRAINT rate_quote_fkey
		FOREIGN KEY (quote) REFERENCES catalog.currency (code),
	CONSTRAINT rate_country_check CHECK ((country = '') = (kind = 'spot')),
	CONSTRAINT rate_rate_check CHECK (rate > 0)
);

COMMENT ON TABLE salary.rate IS
	'Units of quote for one of base. spot: of a day; year_average: of the
year that ends on the day; ppp: what buys as much, by consumption';
COMMENT ON COLUMN salary.rate.country IS
	'Of the yearly rates, since prices differ within a currency; else empty';

CREATE TRIGGER statistic_refuse_change
	BEFORE UPDATE OR DELETE OR TRUNCATE ON salary.statistic
	FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();
CREATE TRIGGER rate_refuse_change
	BEFORE UPDATE OR DELETE OR TRUNCATE ON salary.rate
	FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE TABLE salary.code_alias (
	source_code text NOT NULL,
	alias text NOT NULL,
	code text NOT NULL,
	CONSTRAINT code_alias_pkey PRIMARY KEY (source_code, alias),
	CONSTRAINT code_alias_alias_check CHECK (alias <> '' AND code <> '')
);

COMMENT ON TABLE salary.code_alias IS
	'Names that a source has for codes of its scheme; no foreign key, the
register is loaded later';

-- 85517NED numbers the occupations of BRC 2014 anew.
INSERT INTO salary.code_alias (source_code, alias, code)
VALUES ('cbs', 'A000275', '0811');

CREATE VIEW salary.stated AS
SELECT DISTINCT ON (t.vintage_id, t.country, t.code)
	t.*
FROM salary.statistic AS t
ORDER BY t.vintage_id, t.country, t.code, t.observed_on DESC, t.variant;

COMMENT ON VIEW salary.stated IS
	'Of each vintage the newest statement on an occupation';

CREATE VIEW salary.live_rate AS
SELECT DISTINCT ON (r.kind, r.base, r.quote, r.country, r.observed_on)
	r.kind,
	r.base,
	r.quote,
	r.country,
	r.observed_on,
	r.rate,
	v.source_code
FROM salary.rate AS r
JOIN salary.vintage AS v ON v.id = r.vintage_id
WHERE v.state IN ('live', 'past')
ORDER BY r.kind, r.base, r.quote, r.country, r.observed_on,
	r.vintage_id DESC;

COMMENT ON VIEW salary.live_rate IS
	'Every rate that holds, for its own day or year; never for another';

GRANT SELECT ON ALL TABLES IN SCHEMA salary TO autopsy_ingest;
-- The methods page says when each source last came.
GRANT SELECT ON salary.live_rate TO autopsy_web;
GRANT SELECT (source_code, outcome, finished_at) ON salary.source_run
	TO autopsy_web;
GRANT INSERT, UPDATE ON salary.source_run TO autopsy_ingest;
GRANT INSERT ON salary.fetch, salary.body, salary.vintage,
	salary.statistic, salary.rate TO autopsy_ingest;
