-- Careers as they are read: stored documents by key, and the lists that are
-- made for each request.

-- name: career_page
-- Called by the career page: $1 slug, $2 country. No row when there is no
-- such career. body is {"career":…,"salaries":…,"countries":…,"history":…,
-- "history_total":n}, of which history has the newest 40 versions of the
-- country's figure at mid level, oldest first; format() joins it in two thirds
-- of the time that concat() takes.
SELECT
	format('{"career":%s,"salaries":%s,"countries":%s,"history":%s,'
		'"history_total":%s}', d.body, s.body, (
		SELECT json_agg(json_build_object(
			'code', k.code,
			'name', k.name,
			'short_name', k.short_name,
			'currency', k.currency,
			'region', k.region)
			ORDER BY k.position)
		FROM catalog.country AS k),
		coalesce((
			SELECT json_agg(json_build_object(
				'valid_from', to_char(
					v.valid_from AT TIME ZONE 'UTC',
					'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
				'change', v.change,
				'cause', v.cause,
				'reason', v.reason,
				'salary', salary.money(jsonb_populate_record(
					NULL::salary.figure, v.figure)))
				ORDER BY v.valid_from, v.id)
			FROM (
				SELECT h.*
				FROM salary.figure_history AS h
				WHERE h.career_id = c.id
					AND h.country = $2::text
					AND h.level = 'mid'
				ORDER BY h.valid_from DESC, h.id DESC
				LIMIT 40
			) AS v), '[]'), (
			SELECT count(*)
			FROM salary.figure_history AS h
			WHERE h.career_id = c.id
				AND h.country = $2::text
				AND h.level = 'mid')) AS body,
	md5(d.etag || s.etag) AS etag,
	extract(epoch FROM date_trunc('second',
		greatest(d.updated_at, s.updated_at)))::bigint
		AS updated_at
FROM catalog.career AS c
JOIN catalog.document AS d
	ON d.career_id = c.id
	AND d.kind = 'career'
	AND d.country = $2::text
JOIN catalog.document AS s
	ON s.career_id = c.id
	AND s.kind = 'salaries'
	AND s.country IS NULL
WHERE c.slug = $1::text;

-- name: career_document
-- Called by GET /api/v1/careers/{slug}: $1 slug, $2 country or '' for all.
SELECT
	d.body,
	d.etag,
	extract(epoch FROM date_trunc('second', d.updated_at))::bigint AS updated_at
FROM catalog.career AS c
JOIN catalog.document AS d
	ON d.career_id = c.id
	AND d.kind = 'career'
	AND d.country IS NOT DISTINCT FROM nullif($2::text, '')
WHERE c.slug = $1::text;

-- name: salaries_document
-- Called by GET /api/v1/careers/{slug}/salaries: $1 slug.
SELECT
	d.body,
	d.etag,
	extract(epoch FROM date_trunc('second', d.updated_at))::bigint AS updated_at
FROM catalog.career AS c
JOIN catalog.document AS d
	ON d.career_id = c.id
	AND d.kind = 'salaries'
	AND d.country IS NULL
WHERE c.slug = $1::text;

-- name: career_location
-- Called where an address may be short, old or in another category: $1 slug,
-- present or former. No row when no career ever had it, null when its guide
-- was withdrawn.
SELECT s.url
FROM catalog.career AS k
LEFT JOIN catalog.career_summary AS s ON s.career_id = k.id
WHERE k.id = coalesce(
	(
		SELECT c.id
		FROM catalog.career AS c
		WHERE c.slug = $1::text
	), (
		SELECT f.career_id
		FROM catalog.former_slug AS f
		WHERE f.slug = $1::text
	));

-- name: category_page
-- Called by /careers/{category}: $1 category, $2 country of the salaries.
-- No row when there is no such category.
SELECT json_build_object(
	'country_name', (
		SELECT n.name
		FROM catalog.country AS n
		WHERE n.code = $2::text),
	'category', json_build_object(
		'slug', k.slug,
		'title', k.title,
		'summary', k.summary,
		'url', '/careers/' || k.slug),
	'careers', (
		SELECT coalesce(json_agg(
			catalog.card(s, salary.money(f)) ORDER BY s.name), '[]')
		FROM catalog.career_summary AS s
		LEFT JOIN salary.figure AS f
			ON f.career_id = s.career_id
			AND f.country = $2::text
			AND f.level = 'mid'
		WHERE s.category_id = k.id))
FROM catalog.category AS k
WHERE k.slug = $1::text;

-- name: home
-- Called by /: $1 country of the salaries. Categories with their counts, all
-- eight whether filled or not, and the three newest careers.
SELECT json_build_object(
	'country_name', (
		SELECT n.name
		FROM catalog.country AS n
		WHERE n.code = $1::text),
	'total', (
		SELECT count(*)
		FROM catalog.career_summary AS s),
	'categories', (
		SELECT coalesce(json_agg(json_build_object(
			'slug', k.slug,
			'title', k.title,
			'summary', k.summary,
			'url', '/careers/' || k.slug,
			'careers', (
				SELECT count(*)
				FROM catalog.career_summary AS s
				WHERE s.category_id = k.id))
			ORDER BY k.position, k.slug), '[]')
		FROM catalog.category AS k),
	'newest', (
		SELECT coalesce(json_agg(
			catalog.card(p.s, salary.money(f))
			ORDER BY (p.s).published_at DESC, (p.s).slug), '[]')
		FROM (
			SELECT s
			FROM catalog.career_summary AS s
			ORDER BY s.published_at DESC, s.slug
			LIMIT 3
		) AS p
		LEFT JOIN salary.figure AS f
			ON f.career_id = (p.s).career_id
			AND f.country = $1::text
			AND f.level = 'mid'));

-- name: sitemap
-- Called by /sitemap.xml: each career in each country, as the address to
-- cite; of more than 1,000 careers each one alone, and at most the newest
-- 10,000, which is what one file of it holds. A category is as new as its newest
-- career; an empty one has no date.
SELECT json_build_object(
	'pages', (
		SELECT coalesce(json_agg(json_build_object(
			'url', p.url,
			'updated_on', (p.updated_at AT TIME ZONE 'UTC')::date)
			ORDER BY p.page, p.position), '[]')
		FROM (
			SELECT
				s.url AS page,
				s.url || coalesce('/' || lower(c.code), '') AS url,
				s.updated_at,
				c.position
			FROM (
				SELECT
					n.url,
					n.updated_at,
					count(*) OVER () AS careers
				FROM catalog.career_summary AS n
				ORDER BY n.published_at DESC, n.slug
				LIMIT 10000
			) AS s
			LEFT JOIN catalog.country AS c ON s.careers <= 1000
		) AS p),
	'categories', (
		SELECT coalesce(json_agg(json_build_object(
			'url', '/careers/' || k.slug,
			'updated_on', (
				SELECT max(s.updated_at AT TIME ZONE 'UTC')::date
				FROM catalog.career_summary AS s
				WHERE s.category_id = k.id))
			ORDER BY k.position, k.slug), '[]')
		FROM catalog.category AS k));

-- name: feed
-- Called by /feed.xml: the 30 careers that were published last. Day and slug
-- that name an entry, and when it appeared, are those of the first revision:
-- a guide that was withdrawn and comes back is not new. Without a career the
-- feed is as old as the content. Then: when it changed, for Last-Modified.
WITH newest AS (
	SELECT
		s.url,
		s.name,
		s.tagline,
		s.category_slug,
		s.category_title,
		s.updated_at,
		r.published_at,
		r.guide ->> 'slug' AS first_slug
	FROM catalog.career_summary AS s
	JOIN catalog.revision AS r
		ON r.career_id = s.career_id
		AND r.number = 1
	ORDER BY r.published_at DESC, s.slug
	LIMIT 30
), feed AS (
	SELECT coalesce(max(n.updated_at), (
		SELECT v.changed_at
		FROM catalog.content_version AS v)) AS updated_at
	FROM newest AS n
)
SELECT
	json_build_object(
		'updated_at', to_char(f.updated_at AT TIME ZONE 'UTC',
			'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
		'entries', (
			SELECT coalesce(json_agg(json_build_object(
				'url', n.url,
				'name', n.name,
				'tagline', n.tagline,
				'category', json_build_object(
					'slug', n.category_slug,
					'title', n.category_title),
				'first_slug', n.first_slug,
				'first_on',
				(n.published_at AT TIME ZONE 'UTC')::date,
				'published_at',
				to_char(n.published_at AT TIME ZONE 'UTC',
					'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
				'updated_at',
				to_char(n.updated_at AT TIME ZONE 'UTC',
					'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
				ORDER BY n.published_at DESC, n.first_slug), '[]')
			FROM newest AS n)),
	extract(epoch FROM date_trunc('second', f.updated_at))::bigint
FROM feed AS f;

-- name: content_version
-- Called by each worker at most once a second. Then: when it changed.
SELECT v.version,
	extract(epoch FROM date_trunc('second', v.changed_at))::bigint
FROM catalog.content_version AS v;

-- name: resource
-- Called by /go/{resource}: $1 id. No row for an unknown one.
SELECT r.url
FROM catalog.resource AS r
WHERE r.id = $1::text;

-- name: count_click
-- Called by /go/{resource} in a transaction that may write: $1 id.
SELECT catalog.count_click($1::text);

-- name: methodology
-- Called by /methodology: every rule that is a row, and the sources whose
-- evidence or rates count now. is_live: a program fetches it; last_on is then
-- the day it last said something, else the day its newest row was written
-- down.
SELECT json_build_object(
	'ai_bands', (
		SELECT json_agg(json_build_object(
			'min_score', b.min_score,
			'risk', b.risk,
			'label', b.label)
			ORDER BY b.min_score DESC)
		FROM catalog.ai_band AS b),
	'confidence', (
		SELECT json_agg(json_build_object(
			'part', r.part,
			'points', r.points,
			'meaning', r.meaning)
			ORDER BY r.position)
		FROM salary.confidence_rule AS r),
	'grades', (
		SELECT json_agg(json_build_object(
			'grade', g.grade,
			'least', g.least,
			'most', g.most)
			ORDER BY g.grade)
		FROM (
			SELECT
				salary.grade(p.points) AS grade,
				min(p.points) AS least,
				max(p.points) AS most
			FROM generate_series(0::bigint, 100) AS p (points)
			GROUP BY salary.grade(p.points)
		) AS g),
	'reasons', (
		SELECT json_agg(json_build_object(
			'code', r.code,
			'meaning', r.meaning)
			ORDER BY r.position)
		FROM salary.limit_reason AS r),
	'hours', (
		SELECT json_agg(json_build_object(
			'country', c.name,
			'weekly_hours', trim_scale(h.weekly_hours),
			'weeks', h.weeks,
			'a_year', rtrim(to_char(h.weekly_hours * h.weeks,
				'FM9,999.99'), '.'),
			'note', h.source_note)
			ORDER BY c.name)
		FROM salary.hours AS h
		JOIN catalog.country AS c ON c.code = h.country),
	'sources', (
		SELECT coalesce(json_agg(json_build_object(
			'code', s.code,
			'name', s.name,
			'publisher', s.publisher,
			'url', s.home_url,
			'terms_url', s.terms_url,
			'licence', s.licence,
			'attribution', s.attribution,
			'collection_mode', s.collection_mode,
			'level_basis', s.level_basis,
			'cites', s.cites,
			'is_stand_in', s.snapshot_of IS NOT NULL,
			'last_on', e.last_on)
			ORDER BY s.statistics = 'rate', s.name, s.code), '[]')
		FROM salary.source AS s
		CROSS JOIN LATERAL (
			SELECT
				CASE s.collection_mode WHEN 'curated' THEN (
					SELECT max(o.recorded_on)
					FROM salary.live_observation AS o
					WHERE o.source_code = s.code)
				ELSE (
					SELECT (max(r.finished_at)
						AT TIME ZONE 'UTC')::date
					FROM salary.source_run AS r
					WHERE r.source_code = s.code
						AND r.outcome IN
							('published', 'unchanged'))
				END AS last_on
		) AS e
		WHERE s.enabled
			AND (EXISTS (
				SELECT
				FROM salary.live_observation AS o
				WHERE o.source_code = s.code)
			OR (s.statistics = 'rate' AND EXISTS (
				SELECT
				FROM salary.live_rate AS r
				WHERE r.source_code = s.code)))));

-- name: salaries_filtered
-- Called by GET /api/v1/careers/{slug}/salaries with a filter: $1 slug,
-- $2 country or null, $3 level or null, $4 currency to convert to or null.
SELECT
	json_build_object('data', json_agg(CASE WHEN $4::text IS NULL
		THEN json_build_object(
			'country', k.code,
			'level', l.code,
			'salary', salary.money(f))
		ELSE json_build_object(
			'country', k.code,
			'level', l.code,
			'salary', salary.money(f),
			'converted', salary.converted(f, x))
		END
		ORDER BY k.position, l.position)),
	NULL,
	-- Rates change without the career.
	extract(epoch FROM date_trunc('second', greatest(max(c.updated_at),
		CASE WHEN $4::text IS NOT NULL THEN (
			SELECT v.changed_at
			FROM catalog.content_version AS v)
		END)))::bigint
FROM catalog.career AS c
JOIN catalog.country AS k ON $2::text IS NULL OR k.code = $2::text
JOIN catalog.level AS l ON $3::text IS NULL OR l.code = $3::text
LEFT JOIN salary.figure AS f
	ON f.career_id = c.id
	AND f.country = k.code
	AND f.level = l.code
LEFT JOIN salary.exchange_to($4::text) AS x ON x.currency = f.currency
WHERE c.slug = $1::text
	AND c.revision_id IS NOT NULL
HAVING count(*) > 0;

-- name: salary_history
-- Called by GET /api/v1/careers/{slug}/salaries/{country}/history: $1 slug,
-- $2 country, $3 level or null, $4 how many, $5 id of the last one seen or
-- null. Every version of each figure, newest first; the cursor of the next
-- page; when it changed; cursor if there is no such last one. No row when there is no such career or country.
WITH asked AS (
	SELECT
		c.id,
		c.updated_at
	FROM catalog.career AS c
	JOIN catalog.country AS k ON k.code = $2::text
	WHERE c.slug = $1::text
		AND c.revision_id IS NOT NULL
), version AS (
	SELECT
		h.*,
		row_number() OVER (
			ORDER BY h.valid_from DESC, l.position, h.id DESC) AS n
	FROM asked AS a
	JOIN salary.figure_history AS h
		ON h.career_id = a.id
		AND h.country = $2::text
		AND ($3::text IS NULL OR h.level = $3::text)
	JOIN catalog.level AS l ON l.code = h.level
), seen AS (
	SELECT
		coalesce(max(v.n), 0) AS n,
		$5::bigint IS NULL OR count(*) > 0 AS is_known
	FROM version AS v
	WHERE v.id = $5::bigint
)
SELECT
	json_build_object(
		'data', coalesce(json_agg(json_build_object(
			'level', v.level,
			'valid_from', to_char(v.valid_from AT TIME ZONE 'UTC',
				'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
			'change', v.change,
			'cause', v.cause,
			'reason', v.reason,
			'salary', salary.money(jsonb_populate_record(
				NULL::salary.figure, v.figure)))
			ORDER BY v.n) FILTER (WHERE v.id IS NOT NULL), '[]'),
		'total', (
			SELECT count(*)
			FROM version AS t)),
	CASE WHEN s.n + $4::bigint < (
		SELECT count(*)
		FROM version AS t) THEN (
			SELECT t.id::text
			FROM version AS t
			WHERE t.n = s.n + $4::bigint)
	END,
	extract(epoch FROM date_trunc('second', a.updated_at))::bigint,
	CASE WHEN NOT s.is_known THEN 'cursor' END
FROM asked AS a
CROSS JOIN seen AS s
LEFT JOIN version AS v ON v.n > s.n AND v.n <= s.n + $4::bigint
GROUP BY a.id, a.updated_at, s.n, s.is_known;

-- name: salaries_as_of
-- Called by the same address with as_of: $1 slug, $2 country, $3 level or
-- null, $4 day. The figures as they were shown at the end of that day, UTC.
-- No row when there is no such career or country.
SELECT
	json_build_object(
		'as_of', $4::date,
		'total', count(*),
		'data', json_agg(json_build_object(
			'country', k.code,
			'level', l.code,
			'salary', salary.money(f))
			ORDER BY l.position)),
	NULL,
	extract(epoch FROM date_trunc('second', c.updated_at))::bigint
FROM catalog.career AS c
JOIN catalog.country AS k ON k.code = $2::text
JOIN catalog.level AS l ON $3::text IS NULL OR l.code = $3::text
LEFT JOIN salary.figures_as_of(c.id, ($4::date + 1)::timestamp
	AT TIME ZONE 'UTC' - interval '1 microsecond') AS f
	ON f.country = k.code
	AND f.level = l.code
WHERE c.slug = $1::text
	AND c.revision_id IS NOT NULL
GROUP BY c.id;
