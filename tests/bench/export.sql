-- All rows of the exports at once, as one would ask psql for them.

-- name: careers
SELECT d.body
FROM catalog.listing AS l
JOIN catalog.document AS d
	ON d.career_id = l.career_id
	AND d.kind = 'career'
	AND d.country IS NULL
ORDER BY l.slug;

-- name: salaries
SELECT s.slug, s.name, f.country, f.level, f.low, f.median, f.high,
	f.currency, 'year', f.pay_basis, f.grade, f.confidence, f.limited,
	f.limited_reasons, f.observed_on, f.source_ids, q.licence, q.attribution
FROM catalog.career_summary AS s
JOIN salary.figure AS f ON f.career_id = s.career_id
JOIN catalog.country AS k ON k.code = f.country
JOIN catalog.level AS l ON l.code = f.level
JOIN salary.source AS q ON q.code = f.source_ids[1]
ORDER BY s.slug, k.position, l.position;
