-- The statements of catalogue.py, in their order: they leave the rows that
-- publication and import would have left.

-- name: before
INSERT INTO catalog.category (slug, title, summary, position)
SELECT g.slug, g.title, g.summary, g.position
FROM json_to_recordset(%(categories)s::json) AS g (
	slug text, title text, summary text, position bigint)
ON CONFLICT ON CONSTRAINT category_slug_key DO NOTHING;

INSERT INTO salary.source
	(code, name, publisher, collection_mode, tier, statistics, pay_basis,
	population, code_scheme, level_basis, cites, licence, attribution,
	terms_url, home_url, terms_reviewed_on, country)
SELECT s.code, s.name, s.publisher, s.collection_mode, s.tier, s.statistics,
	s.pay_basis, s.population, s.code_scheme, s.level_basis,
	catalog.text_array(s.cites), s.licence, s.attribution, s.terms_url,
	s.home_url, s.terms_reviewed_on, s.country
FROM json_to_record(%(source)s::json) AS s (
	code text, name text, publisher text, collection_mode text, tier text,
	statistics text, pay_basis text, population text, code_scheme text,
	level_basis text, cites jsonb, licence text, attribution text,
	terms_url text, home_url text, terms_reviewed_on date, country text)
ON CONFLICT ON CONSTRAINT source_pkey DO NOTHING;

CREATE TEMPORARY TABLE made_guide (
	n bigint,
	published_at timestamptz,
	source_text text
) ON COMMIT DROP;

CREATE TEMPORARY TABLE made_pay (
	n bigint,
	country text,
	low bigint,
	median bigint,
	high bigint
) ON COMMIT DROP;

-- name: places
CREATE TEMPORARY TABLE made ON COMMIT DROP AS
SELECT
	g.n,
	g.published_at,
	g.source_text,
	g.source_text::jsonb AS guide,
	nextval(pg_get_serial_sequence('catalog.career', 'id')) AS career_id,
	nextval(pg_get_serial_sequence('catalog.revision', 'id')) AS revision_id
FROM (
	SELECT m.*
	FROM made_guide AS m
	ORDER BY m.n
) AS g;

ANALYZE made, made_pay;

-- name: careers
-- One statement, as in publication: each refers to the other.
WITH career AS (
	INSERT INTO catalog.career
		(id, slug, category_id, revision_id, published_at, updated_at)
	OVERRIDING SYSTEM VALUE
	SELECT m.career_id, m.guide ->> 'slug', k.id, m.revision_id,
		m.published_at, m.published_at
	FROM made AS m
	JOIN catalog.category AS k ON k.slug = m.guide ->> 'category'
)
INSERT INTO catalog.revision
	(id, career_id, number, guide, source_text, published_at, note)
OVERRIDING SYSTEM VALUE
SELECT m.revision_id, m.career_id, 1, m.guide, m.source_text,
	m.published_at, 'generated'
FROM made AS m;

-- name: resources
INSERT INTO catalog.resource
	(id, career_id, stage, title, provider, url, affiliate)
SELECT s.id, m.career_id, s.stage, s.title, s.provider, s.url, s.affiliate
FROM made AS m
CROSS JOIN LATERAL jsonb_to_recordset(m.guide #> '{start,resources}') AS s (
	id text, stage text, title text, provider text, url text,
	affiliate boolean);

-- name: evidence
INSERT INTO salary.observation
	(career_id, country, level, low, median, high, currency, pay_basis,
	source_code, source_title, source_url, match, observed_on, recorded_on,
	recorded_by, published, chain)
SELECT m.career_id, p.country, 'mid', p.low, p.median, p.high, k.currency,
	s.pay_basis, s.code, s.name, s.home_url, 'exact', '2026-04-01',
	'2026-11-24', 'generated',
	jsonb_build_object('low', p.low, 'median', p.median, 'high', p.high,
		'period', 'year'), '[]'
FROM made_pay AS p
JOIN made AS m ON m.n = p.n
JOIN catalog.country AS k ON k.code = p.country
JOIN salary.source AS s ON s.code = 'editors-2026'
ORDER BY m.n, k.position;

-- name: figures
-- What salary.derived_figures says of them, for all at once.
SELECT set_config('autopsy.deriving', 'on', true);

INSERT INTO salary.figure
	(career_id, country, level, low, median, high, high_is_lower_bound,
	currency, pay_basis, level_basis, confidence, limited_reasons,
	observed_on, observation_ids, source_ids)
SELECT o.career_id, o.country, o.level, o.low, o.median, o.high, false,
	o.currency, o.pay_basis, s.level_basis, 60, '{}', o.observed_on,
	ARRAY[o.id], ARRAY[o.source_code]
FROM made AS m
JOIN salary.observation AS o ON o.career_id = m.career_id
JOIN salary.source AS s ON s.code = o.source_code;

SELECT set_config('autopsy.deriving', 'off', true);

-- name: history
INSERT INTO salary.figure_history
	(career_id, country, level, change, figure, reason, cause)
SELECT f.career_id, f.country, f.level, 'new', to_jsonb(f), 'generated',
	'import'
FROM made AS m
JOIN salary.figure AS f ON f.career_id = m.career_id;

-- name: documents
-- The career of all countries, as document_refresh of src/career/publish.sql
-- writes it, but for the evidence.
WITH grid AS (
	SELECT
		m.career_id,
		json_agg(json_build_object(
			'country', c.code,
			'level', 'mid',
			'salary', salary.money(f))
			ORDER BY c.position) AS items
	FROM made AS m
	CROSS JOIN catalog.country AS c
	LEFT JOIN salary.figure AS f
		ON f.career_id = m.career_id
		AND f.country = c.code
		AND f.level = 'mid'
	GROUP BY m.career_id
), source AS (
	SELECT json_agg(json_build_object(
		'id', q.code,
		'name', q.name,
		'publisher', q.publisher,
		'licence', q.licence,
		'attribution', q.attribution,
		'cites', q.cites,
		'collection_mode', q.collection_mode,
		'statistics', q.statistics,
		'level_basis', q.level_basis,
		'url', q.home_url)) AS items
	FROM salary.source AS q
	WHERE q.code = 'editors-2026'
)
INSERT INTO catalog.document (career_id, kind, country, body)
SELECT s.career_id, 'career', NULL, json_build_object(
	'slug', s.slug,
	'url', s.url,
	'category', json_build_object(
		'slug', s.category_slug,
		'title', s.category_title),
	'name', s.name,
	'tagline', s.tagline,
	'synonyms', m.guide -> 'synonyms',
	'reviewed_on', m.guide -> 'reviewed_on',
	'facts', m.guide -> 'facts',
	'verdict', m.guide -> 'verdict',
	'work', m.guide -> 'work',
	'skills', m.guide -> 'skills',
	'days', m.guide -> 'days',
	'ai', json_build_object(
		'score', s.ai_score,
		'risk', s.ai_risk,
		'label', s.ai_label,
		'factors', m.guide #> '{ai,factors}',
		'note', m.guide #> '{ai,note}',
		'sources', m.guide #> '{ai,sources}'),
	'progression', m.guide -> 'progression',
	'start', m.guide -> 'start',
	'sources', m.guide -> 'sources',
	'codes', m.guide -> 'codes',
	'related', m.guide -> 'related',
	'salary', g.items,
	'salary_sources', CASE WHEN EXISTS (
		SELECT
		FROM made_pay AS p
		WHERE p.n = m.n) THEN q.items ELSE '[]'::json END,
	'evidence', '[]'::json,
	'published_on', (s.published_at AT TIME ZONE 'UTC')::date,
	'updated_on', (s.updated_at AT TIME ZONE 'UTC')::date)::text
FROM made AS m
JOIN catalog.career_summary AS s ON s.career_id = m.career_id
JOIN grid AS g ON g.career_id = m.career_id
CROSS JOIN source AS q;

-- name: version
SELECT catalog.bump_content_version();
