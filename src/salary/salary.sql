-- Evidence and figures. The import runs these in one transaction: register
-- or look up, record every row, derive each career, list what changed. A dry
-- run does the same and rolls back, so that it can't differ from the real one.

-- name: source_upsert
-- Called by autopsy-ingest sources with the whole register as $1. One JSON:
-- [{"code","change":"new"|"changed"|"unchanged","enabled"}] in the order of
-- the file.
WITH given AS (
	SELECT
		s.code,
		s.name,
		s.publisher,
		s.collection_mode,
		s.tier,
		s.statistics,
		s.pay_basis,
		s.population,
		s.code_scheme,
		s.level_basis,
		s.cites,
		s.licence,
		s.attribution,
		s.terms_url,
		s.home_url,
		s.terms_reviewed_on,
		s.country,
		coalesce(s.enabled, true) AS enabled,
		s.snapshot_of,
		e.n
	FROM json_array_elements($1::json) WITH ORDINALITY AS e (item, n)
	CROSS JOIN LATERAL json_to_record(e.item) AS s (
		code text,
		name text,
		publisher text,
		collection_mode text,
		tier text,
		statistics text,
		pay_basis text,
		population text,
		code_scheme text,
		level_basis text,
		cites text[],
		licence text,
		attribution text,
		terms_url text,
		home_url text,
		terms_reviewed_on date,
		country text,
		enabled boolean,
		snapshot_of text)
), written AS (
	INSERT INTO salary.source AS s
		(code, name, publisher, collection_mode, tier, statistics,
		pay_basis, population, code_scheme, level_basis, cites,
		licence, attribution, terms_url, home_url,
		terms_reviewed_on, country, enabled, snapshot_of)
	SELECT
		g.code, g.name, g.publisher, g.collection_mode, g.tier,
		g.statistics, g.pay_basis, g.population, g.code_scheme,
		g.level_basis, g.cites, g.licence, g.attribution, g.terms_url,
		g.home_url, g.terms_reviewed_on, g.country, g.enabled,
		g.snapshot_of
	FROM given AS g
	ON CONFLICT ON CONSTRAINT source_pkey DO UPDATE
	SET
		name = excluded.name,
		publisher = excluded.publisher,
		collection_mode = excluded.collection_mode,
		tier = excluded.tier,
		statistics = excluded.statistics,
		pay_basis = excluded.pay_basis,
		population = excluded.population,
		code_scheme = excluded.code_scheme,
		level_basis = excluded.level_basis,
		cites = excluded.cites,
		licence = excluded.licence,
		attribution = excluded.attribution,
		terms_url = excluded.terms_url,
		home_url = excluded.home_url,
		terms_reviewed_on = excluded.terms_reviewed_on,
		country = excluded.country,
		enabled = excluded.enabled,
		snapshot_of = excluded.snapshot_of
	WHERE s IS DISTINCT FROM excluded
	RETURNING s.code, s.xmax = 0 AS is_new
)
SELECT coalesce(json_agg(json_build_object(
	'code', g.code,
	'change', CASE
		WHEN w.is_new THEN 'new'
		WHEN NOT w.is_new THEN 'changed'
		ELSE 'unchanged'
	END,
	'enabled', g.enabled)
	ORDER BY g.n), '[]')
FROM given AS g
LEFT JOIN written AS w ON w.code = g.code;

-- name: observation_record
-- Called by autopsy-ingest import for each row: inserts it unless the newest
-- row of its key says the same already. $1 career slug, $2 country, $3 level,
-- $4 low, $5 median, $6 high as published ('' for none), $7 currency,
-- $8 period, $9 pay basis, $10 source code, $11 source title, $12 source url,
-- $13 observed on, $14 recorded on, $15 recorded by, $16 sample ('' for
-- none), $17 notes, $18 SHA-256 of the file in hexadecimal.
-- One JSON: {"state":"new"|"changed"|"unchanged","career_id","id","before",
-- "after"}; before and after are {"low","median","high"} a year. No row when
-- career or source are unknown.
WITH given AS (
	SELECT
		c.id AS career_id,
		nullif($4::text, '')::numeric AS low,
		nullif($5::text, '')::numeric AS median,
		nullif($6::text, '')::numeric AS high,
		s.code AS source_code,
		salary.match(c.id, s.code, $3::text) AS match,
		salary.chain($2::text, $8::text) AS chain,
		nullif($16::text, '')::bigint AS sample_n
	FROM catalog.career AS c
	CROSS JOIN salary.source AS s
	WHERE c.slug = $1::text
		AND s.code = $10::text
), stated AS (
	SELECT
		g.career_id,
		salary.convert(g.low, g.chain) AS low,
		salary.convert(g.median, g.chain) AS median,
		salary.convert(g.high, g.chain) AS high,
		g.source_code,
		g.match,
		g.chain,
		g.sample_n,
		jsonb_build_object(
			'low', g.low,
			'median', g.median,
			'high', g.high,
			'period', $8::text) AS published
	FROM given AS g
), newest AS (
	SELECT
		o.id,
		o.low,
		o.median,
		o.high,
		(o.low, o.median, o.high, o.high_is_lower_bound, o.currency,
		o.match, o.sample_n, o.published, o.chain, o.source_title,
		o.source_url, o.notes)
		IS NOT DISTINCT FROM
		(r.low, r.median, r.high, false, $7::text,
		r.match, r.sample_n, r.published, r.chain, $11::text,
		$12::text, $17::text) AS is_same
	FROM stated AS r
	JOIN salary.observation AS o
		ON o.career_id = r.career_id
		AND o.country = $2::text
		AND o.level = $3::text
		AND o.source_code = r.source_code
		AND o.observed_on = $13::date
		AND o.pay_basis = $9::text
	ORDER BY o.id DESC
	LIMIT 1
), inserted AS (
	INSERT INTO salary.observation
		(career_id, country, level, low, median, high, currency,
		pay_basis, source_code, source_title, source_url, match,
		observed_on, recorded_on, recorded_by, sample_n, notes,
		published, chain, file_sha256)
	SELECT
		r.career_id, $2::text, $3::text, r.low, r.median, r.high,
		$7::text, $9::text, r.source_code, $11::text, $12::text,
		r.match, $13::date, $14::date, $15::text, r.sample_n,
		$17::text, r.published, r.chain, decode($18::text, 'hex')
	FROM stated AS r
	WHERE NOT EXISTS (
		SELECT
		FROM newest AS n
		WHERE n.is_same)
	RETURNING id
)
SELECT json_build_object(
	'state', CASE
		WHEN n.is_same THEN 'unchanged'
		WHEN n.id IS NULL THEN 'new'
		ELSE 'changed'
	END,
	'career_id', r.career_id,
	'id', coalesce(i.id, n.id),
	'before', CASE WHEN n.id IS NOT NULL THEN json_build_object(
		'low', n.low,
		'median', n.median,
		'high', n.high)
	END,
	'after', json_build_object(
		'low', r.low,
		'median', r.median,
		'high', r.high))
FROM stated AS r
LEFT JOIN newest AS n ON true
LEFT JOIN inserted AS i ON true;

-- name: figure_middles
-- Called by autopsy-ingest import before it records any row, to doubt what is
-- far from it. One JSON: {"slug/country/level": middle of the pay}.
SELECT coalesce(json_object_agg(
	c.slug || '/' || f.country || '/' || f.level,
	coalesce(f.median, (f.low + f.high) / 2, f.low, f.high)), '{}')
FROM salary.figure AS f
JOIN catalog.career AS c ON c.id = f.career_id;

-- name: figures_derive
-- Called by autopsy-ingest import once for each career it recorded rows of.
-- $1 career id, $2 reason for the history, $3 its kind. Returns how many
-- figures changed; document_refresh must follow in the same transaction.
SELECT salary.derive_figures($1::bigint, $2::text, current_date, $3::text);

-- name: figure_changes
-- Called by autopsy-ingest import after figures_derive, in the same
-- transaction, for its report and for --dry-run. $1 career id.
-- One JSON: [{"country","level","change","before","after"}], money or null.
SELECT coalesce(json_agg(json_build_object(
	'country', h.country,
	'level', h.level,
	'change', h.change,
	'before', salary.money(
		jsonb_populate_record(NULL::salary.figure, p.figure)),
	'after', salary.money(
		jsonb_populate_record(NULL::salary.figure, h.figure)))
	ORDER BY c.position, l.position), '[]')
FROM salary.figure_history AS h
JOIN catalog.country AS c ON c.code = h.country
JOIN catalog.level AS l ON l.code = h.level
LEFT JOIN LATERAL (
	SELECT b.figure
	FROM salary.figure_history AS b
	WHERE b.career_id = h.career_id
		AND b.country = h.country
		AND b.level = h.level
		AND b.id < h.id
	ORDER BY b.id DESC
	LIMIT 1
) AS p ON true
WHERE h.career_id = $1::bigint
	AND h.valid_from = now();

-- name: import_reference
-- Called by autopsy-ingest import before it records any row: all that a file
-- may refer to, so that every row is checked without a further question.
-- $1 source code. matches has the match of each level that the guide lists a
-- code for in the source's scheme.
SELECT json_build_object(
	'today', current_date,
	'source', (
		SELECT json_build_object(
			'code', s.code,
			'collection_mode', s.collection_mode,
			'statistics', s.statistics,
			'pay_basis', s.pay_basis,
			'code_scheme', s.code_scheme,
			'country', s.country)
		FROM salary.source AS s
		WHERE s.code = $1::text),
	'sources', (
		SELECT coalesce(json_agg(s.code ORDER BY s.code), '[]')
		FROM salary.source AS s),
	'careers', (
		SELECT coalesce(json_agg(json_build_object(
			'slug', c.slug,
			'matches', (
				SELECT coalesce(json_agg(l.code
					ORDER BY l.position), '[]')
				FROM catalog.level AS l
				WHERE salary.match(c.id, $1::text, l.code)
					IS NOT NULL))
			ORDER BY c.slug), '[]')
		FROM catalog.career AS c
		WHERE c.revision_id IS NOT NULL),
	'countries', (
		SELECT json_agg(json_build_object(
			'code', c.code,
			'currency', c.currency,
			'has_hours', h.country IS NOT NULL)
			ORDER BY c.position)
		FROM catalog.country AS c
		LEFT JOIN salary.hours AS h ON h.country = c.code),
	'levels', (
		SELECT json_agg(l.code ORDER BY l.position)
		FROM catalog.level AS l));

-- name: source_careers
-- Called by autopsy-ingest sources: $1 codes of sources that changed, as a
-- JSON list. The careers whose evidence they are, to be derived again.
SELECT DISTINCT
	c.id,
	c.slug
FROM salary.observation AS o
JOIN catalog.career AS c ON c.id = o.career_id
WHERE o.source_code IN (
	SELECT e.code
	FROM json_array_elements_text($1::json) AS e (code))
ORDER BY c.slug;
