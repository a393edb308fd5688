-- Careers side by side.

-- name: compare
-- Called by /compare and GET /api/v1/compare: $1 slugs joined by comma,
-- $2 country, $3 level, $4 currency or null. The document, null where
-- something of these is unknown; what is; when the newest part changed.
WITH asked AS (
	SELECT
		a.slug,
		a.n,
		s AS summary,
		r.guide
	FROM unnest(string_to_array($1::text, ',')) WITH ORDINALITY
		AS a (slug, n)
	LEFT JOIN catalog.career AS c ON c.slug = a.slug
	LEFT JOIN catalog.career_summary AS s ON s.career_id = c.id
	LEFT JOIN catalog.revision AS r ON r.id = c.revision_id
), unknown AS (
	SELECT
		ARRAY(
			SELECT a.slug
			FROM asked AS a
			WHERE a.guide IS NULL
			ORDER BY a.n) AS careers,
		NOT EXISTS (
			SELECT
			FROM catalog.country AS k
			WHERE k.code = $2::text) AS country,
		$4::text IS NOT NULL AND NOT EXISTS (
			SELECT
			FROM catalog.currency AS u
			WHERE u.code = $4::text) AS currency
), pay AS (
	SELECT
		a.n,
		l.code AS level,
		l.position,
		salary.money(f) AS money,
		salary.converted(f, x) AS converted
	FROM asked AS a
	CROSS JOIN catalog.level AS l
	LEFT JOIN salary.figure AS f
		ON f.career_id = (a.summary).career_id
		AND f.country = $2::text
		AND f.level = l.code
	LEFT JOIN salary.exchange_to($4::text) AS x
		ON x.currency = f.currency
), compared AS (
	SELECT
		a.n,
		-- One after the other, as aggregates take them.
		(
			SELECT json_object_agg(m.key, m.value)
			FROM (
				SELECT e.key, e.value
				FROM json_each(catalog.card(a.summary, p.money)) AS e
				UNION ALL
				SELECT e.key, e.value
				FROM json_each(json_build_object(
					'converted', p.converted,
					'degree', a.guide #> '{facts,degree}',
					'certification',
					a.guide #> '{facts,certification}',
					'salaries', (
						SELECT json_agg(json_build_object(
							'level', v.level,
							'salary', v.money,
							'converted', v.converted)
							ORDER BY v.position)
						FROM pay AS v
						WHERE v.n = a.n))) AS e
			) AS m
		) AS body
	FROM asked AS a
	JOIN pay AS p
		ON p.n = a.n
		AND p.level = $3::text
), skill AS (
	SELECT
		k.name,
		g.name AS in_group,
		json_agg(a.slug ORDER BY a.n) AS careers,
		count(*) = (SELECT count(*) FROM asked AS o) AS is_shared,
		row_number() OVER (ORDER BY g.n, min(a.n), min(k.n)) AS position
	FROM asked AS a
	CROSS JOIN unnest('{hard,tools,soft,personality}'::text[])
		WITH ORDINALITY AS g (name, n)
	CROSS JOIN LATERAL jsonb_array_elements_text(
		a.guide -> 'skills' -> g.name) WITH ORDINALITY AS k (name, n)
	GROUP BY k.name, g.name, g.n
)
SELECT
	CASE WHEN u.careers = '{}' AND NOT u.country AND NOT u.currency
	THEN json_build_object(
		'data', (
			SELECT json_agg(c.body ORDER BY c.n)
			FROM compared AS c),
		'total', (
			SELECT count(*)
			FROM asked AS a),
		'next', NULL,
		'country', (
			SELECT json_build_object(
				'code', k.code,
				'name', k.name,
				'currency', k.currency)
			FROM catalog.country AS k
			WHERE k.code = $2::text),
		'level', $3::text,
		'currency', $4::text,
		'skills', (
			SELECT coalesce(json_agg(json_build_object(
				'name', s.name,
				'group', s.in_group,
				'careers', s.careers,
				'shared', s.is_shared)
				ORDER BY s.position), '[]')
			FROM skill AS s)) END,
	json_build_object(
		'careers', u.careers,
		'country', u.country,
		'currency', u.currency),
	(
		-- Rates change without a career.
		SELECT extract(epoch FROM date_trunc('second', greatest(
			max((a.summary).updated_at),
			CASE WHEN $4::text IS NOT NULL THEN (
				SELECT v.changed_at
				FROM catalog.content_version AS v)
			END)))::bigint
		FROM asked AS a)
FROM unknown AS u;

-- name: compare_form
-- Called by /compare: what can be chosen, and the sources that figures and
-- rates name. More careers than a list is good for are typed: then none.
WITH size AS (
	SELECT count(*) AS careers
	FROM catalog.listing AS l
)
SELECT json_build_object(
	'careers', (
		SELECT coalesce(json_agg(json_build_object(
			'slug', s.slug,
			'name', s.name,
			'category', s.category_title)
			ORDER BY g.position, s.name, s.slug), '[]')
		FROM size AS z
		JOIN catalog.career_summary AS s ON z.careers <= 500
		JOIN catalog.category AS g ON g.id = s.category_id),
	'total', z.careers,
	'countries', (
		SELECT json_agg(json_build_object(
			'code', k.code,
			'name', k.name)
			ORDER BY k.position)
		FROM catalog.country AS k),
	'currencies', (
		SELECT json_agg(json_build_object(
			'code', u.code,
			'name', u.name)
			ORDER BY u.code)
		FROM catalog.currency AS u),
	'sources', (
		SELECT coalesce(json_agg(json_build_object(
			'id', o.code,
			'name', o.name,
			'publisher', o.publisher,
			'url', o.home_url)
			ORDER BY o.code), '[]')
		FROM salary.source AS o))
FROM size AS z;
