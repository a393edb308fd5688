-- Open data: reference lists, what changed, and everything at once.

-- name: categories
-- Called by GET /api/v1/categories.
SELECT
	json_build_object(
		'data', coalesce(json_agg(json_build_object(
			'slug', k.slug,
			'title', k.title,
			'summary', k.summary,
			'url', '/careers/' || k.slug,
			'careers', n.count)
			ORDER BY k.position, k.slug), '[]'),
		'total', count(*)),
	NULL,
	extract(epoch FROM date_trunc('second', max(v.changed_at)))::bigint
FROM catalog.content_version AS v
LEFT JOIN catalog.category AS k ON true
CROSS JOIN LATERAL (
	SELECT count(*)
	FROM catalog.listing AS l
	WHERE l.category_id = k.id
) AS n;

-- name: countries
-- Called by GET /api/v1/countries.
SELECT
	json_build_object(
		'data', json_agg(json_build_object(
			'code', k.code,
			'name', k.name,
			'short_name', k.short_name,
			'region', k.region,
			'currency', json_build_object(
				'code', c.code,
				'name', c.name))
			ORDER BY k.position),
		'total', count(*)),
	NULL,
	extract(epoch FROM date_trunc('second', max(v.changed_at)))::bigint
FROM catalog.country AS k
JOIN catalog.currency AS c ON c.code = k.currency
CROSS JOIN catalog.content_version AS v;

-- name: sources
-- Called by GET /api/v1/sources. A fetched source succeeded when a run of it
-- ended well; one that people read did when its newest row was written down.
SELECT
	json_build_object(
		'data', coalesce(json_agg(json_build_object(
			'id', s.code,
			'name', s.name,
			'publisher', s.publisher,
			'tier', s.tier,
			'collection_mode', s.collection_mode,
			'statistics', s.statistics,
			'pay_basis', s.pay_basis,
			'level_basis', s.level_basis,
			'licence', s.licence,
			'attribution', s.attribution,
			'terms_url', s.terms_url,
			'url', s.home_url,
			'cites', s.cites,
			'enabled', s.enabled,
			'last_success_at', to_char(e.last_at AT TIME ZONE 'UTC',
				'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
			'observed_on', e.observed_on)
			ORDER BY s.code) FILTER (WHERE s.code IS NOT NULL), '[]'),
		'total', count(s.code)),
	NULL,
	extract(epoch FROM date_trunc('second', greatest(max(v.changed_at),
		max(e.last_at))))::bigint
FROM catalog.content_version AS v
LEFT JOIN salary.source AS s ON true
LEFT JOIN LATERAL (
	SELECT
		-- Curated rates come by a run, too.
		CASE WHEN s.collection_mode = 'curated'
				AND s.statistics <> 'rate' THEN max(o.retrieved_at)
			ELSE (
				SELECT max(r.finished_at)
				FROM salary.source_run AS r
				WHERE r.source_code = s.code
					AND r.outcome IN ('published', 'unchanged'))
		END AS last_at,
		coalesce(max(o.observed_on), CASE s.statistics WHEN 'rate' THEN (
			SELECT max(r.observed_on)
			FROM salary.live_rate AS r
			WHERE r.source_code = s.code) END) AS observed_on
	FROM salary.live_observation AS o
	WHERE o.source_code = s.code
) AS e ON true;

-- name: about
-- Called by GET /api/v1/about: $1 address of the site, $2 version of the
-- software.
SELECT
	json_build_object(
		'api_version', '1.0',
		'data_version', v.version,
		'data_changed_at', to_char(v.changed_at AT TIME ZONE 'UTC',
			'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
		'software_version', $2::text,
		'careers', (
			SELECT count(*)
			FROM catalog.listing AS l),
		'licence', o.licence,
		'attribution', o.attribution,
		'documentation', $1::text || '/api',
		'openapi', $1::text || '/api/v1/openapi.json'),
	NULL,
	extract(epoch FROM date_trunc('second', v.changed_at))::bigint
FROM catalog.content_version AS v
CROSS JOIN catalog.open_licence($1::text) AS o;

-- name: changes
-- Called by GET /api/v1/changes: $1 version, $2 day or time, both null for
-- all; $3 how many, $4 and $5 version and id of the last one seen, or null.
WITH wanted AS (
	SELECT
		c.id,
		c.version,
		c.career_id,
		c.kind,
		c.countries,
		c.former_slug,
		c.changed_at
	FROM catalog.change AS c
	WHERE ($1::bigint IS NULL OR c.version > $1::bigint)
		AND ($2::timestamptz IS NULL OR c.changed_at >= $2::timestamptz)
), page AS (
	SELECT
		o.*,
		row_number() OVER (ORDER BY o.version DESC, o.id DESC) AS n
	FROM (
		SELECT w.*
		FROM wanted AS w
		WHERE $4::bigint IS NULL
			OR (w.version, w.id) < ($4::bigint, $5::bigint)
		ORDER BY w.version DESC, w.id DESC
		LIMIT $3::bigint + 1
	) AS o
)
SELECT
	json_build_object(
		'data', (
			SELECT coalesce(json_agg(json_build_object(
				'version', p.version,
				'changed_at',
				to_char(p.changed_at AT TIME ZONE 'UTC',
					'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
				'kind', p.kind,
				'slug', k.slug,
				'former_slug', p.former_slug,
				'url', '/api/v1/careers/' || k.slug,
				'page', s.url,
				'countries', p.countries)
				ORDER BY p.n), '[]')
			FROM page AS p
			JOIN catalog.career AS k ON k.id = p.career_id
			LEFT JOIN catalog.career_summary AS s
				ON s.career_id = p.career_id
			WHERE p.n <= $3::bigint),
		'total', (
			SELECT count(*)
			FROM wanted AS w),
		'version', v.version),
	CASE WHEN EXISTS (
		SELECT
		FROM page AS p
		WHERE p.n > $3::bigint) THEN (
			SELECT concat_ws(E'\t', p.version, p.id)
			FROM page AS p
			WHERE p.n = $3::bigint)
	END,
	extract(epoch FROM date_trunc('second', v.changed_at))::bigint
FROM catalog.content_version AS v;

-- name: export_version
-- Called by GET /api/v1/export/…: what the file will be of, and since when.
SELECT
	v.version,
	NULL,
	extract(epoch FROM date_trunc('second', v.changed_at))::bigint
FROM catalog.content_version AS v;

-- name: export_careers
-- Called by GET /api/v1/export/careers.ndjson again and again: $1 slug of the
-- last career sent, '' at first, $2 address of the site. The next ones, as
-- many as make some half a megabyte, one at least: lines, and the last slug.
-- No row after the last one.
WITH next AS (
	SELECT
		l.slug,
		d.body,
		sum(octet_length(d.body)) OVER (ORDER BY l.slug)
			- octet_length(d.body) AS before
	FROM (
		SELECT
			l.slug,
			l.career_id
		FROM catalog.listing AS l
		WHERE l.slug > $1::text
		ORDER BY l.slug
		LIMIT 100
	) AS l
	JOIN catalog.document AS d
		ON d.career_id = l.career_id
		AND d.kind = 'career'
		AND d.country IS NULL
)
SELECT
	string_agg(left(n.body, -1) || o.members || E'}\n', ''
		ORDER BY n.slug),
	max(n.slug)
FROM next AS n
CROSS JOIN (
	SELECT format(',"licence":%s,"attribution":%s', to_json(c.licence),
		to_json(c.attribution)) AS members
	FROM catalog.open_licence($2::text) AS c
) AS o
WHERE n.before < 500000
HAVING count(*) > 0;

-- name: export_salaries
-- Called by GET /api/v1/export/salaries.csv again and again: $1 slug of the
-- last career sent, '' at first. The lines of the next 50 careers, which may
-- be none, and the last slug. No row after the last one.
WITH next AS (
	SELECT
		l.slug,
		l.career_id
	FROM catalog.listing AS l
	WHERE l.slug > $1::text
	ORDER BY l.slug
	LIMIT 50
)
SELECT
	(
		SELECT string_agg(concat_ws(',',
			n.slug,
			catalog.csv(s.name),
			f.country,
			f.level,
			coalesce(f.low::text, ''),
			coalesce(f.median::text, ''),
			CASE WHEN f.high IS NULL OR f.high_is_lower_bound
				THEN '' ELSE f.high::text END,
			f.currency,
			'year',
			f.pay_basis,
			f.grade,
			f.confidence,
			f.limited::text,
			array_to_string(f.limited_reasons, ';'),
			f.observed_on,
			array_to_string(f.source_ids, ';'),
			catalog.csv(t.licence),
			catalog.csv(t.attribution)) || E'\r\n', ''
			ORDER BY n.slug, k.position, l.position)
		FROM next AS n
		JOIN catalog.career_summary AS s ON s.career_id = n.career_id
		JOIN salary.figure AS f ON f.career_id = n.career_id
		JOIN catalog.country AS k ON k.code = f.country
		JOIN catalog.level AS l ON l.code = f.level
		CROSS JOIN LATERAL (
			SELECT
				string_agg(DISTINCT q.licence, ';') AS licence,
				string_agg(DISTINCT q.attribution, ';')
					AS attribution
			FROM salary.source AS q
			WHERE q.code = ANY (f.source_ids)
		) AS t
	),
	(
		SELECT max(n.slug)
		FROM next AS n)
WHERE EXISTS (
	SELECT
	FROM next AS n);

-- name: currency_is_known
-- Called where figures are asked for in another currency: $1 its code. No row
-- when there is none.
SELECT c.code
FROM catalog.currency AS c
WHERE c.code = $1::text;
