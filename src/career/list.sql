-- Lists of careers: the one query behind pages and API.

-- name: career_list
-- Called by /careers, /careers/{category} and GET /api/v1/careers: $1 country
-- of the pay, $2 words or null, $3 category, $4 remote, $5 entry barrier,
-- $6 least balance, $7 least AI score, $8 least pay, null for any, $9 sort,
-- $10 how many, $11 how many to pass over, $12 to $14 rank, title and slug of
-- the last one seen or null, $15 page for what only a page shows, else api.
-- Columns: the list; the cursor of the next page, null on the last; when it
-- changed; the parameter that is unknown, and then there is no list.
-- A facet is counted without its own filter, so found holds what passes all
-- others, and says of each of the three whether it passes.
WITH asked AS MATERIALIZED (
	SELECT a.*
	FROM catalog.search($2::text) AS a
), found AS MATERIALIZED (
	SELECT
		l.career_id,
		l.slug,
		l.title,
		l.category_id,
		l.remote,
		l.entry_barrier,
		$3::text IS NULL OR l.category_id = (
			SELECT k.id
			FROM catalog.category AS k
			WHERE k.slug = $3::text) AS has_category,
		$4::text IS NULL OR $4::text = ANY (l.remote) AS has_remote,
		$5::text IS NULL OR l.entry_barrier = $5::text AS has_barrier,
		-- How well it fits: the title, the start of it, all words in
		-- the title, in a synonym, in a skill, in the text.
		CASE
			WHEN a.title IS NULL THEN 0
			WHEN l.title = a.title THEN 1
			WHEN a.title = ANY (l.synonyms) THEN 2
			WHEN starts_with(l.title, a.title) THEN 3
			WHEN l.names @@ a.in_title THEN 4
			WHEN l.names @@ a.in_names THEN 5
			WHEN l.names @@ a.in_skills THEN 6
			ELSE 7
		END AS tier,
		CASE $9::text
			WHEN 'salary' THEN coalesce(-p.pay, 9223372036854775807)
			WHEN 'balance' THEN -l.work_life_balance
			WHEN 'ai_score' THEN -l.ai_score
			WHEN 'newest' THEN
				-extract(epoch FROM l.published_at)::bigint
			ELSE 0
		END AS measure
	FROM asked AS a
	JOIN catalog.listing AS l ON l.words @@ a.query
	CROSS JOIN LATERAL (
		-- Pay is looked up only where it matters.
		SELECT CASE WHEN $8::bigint IS NOT NULL OR $9::text = 'salary'
			THEN (
				SELECT salary.middle(f)
				FROM salary.figure AS f
				WHERE f.career_id = l.career_id
					AND f.country = $1::text
					AND f.level = 'mid')
			END AS pay
		OFFSET 0
	) AS p
	WHERE ($6::bigint IS NULL OR l.work_life_balance >= $6::bigint)
		AND ($7::bigint IS NULL OR l.ai_score >= $7::bigint)
		AND ($8::bigint IS NULL OR p.pay >= $8::bigint)
), picked AS (
	SELECT
		f.*,
		CASE $9::text WHEN 'relevance' THEN f.tier ELSE f.measure END
			AS rank
	FROM found AS f
	WHERE f.has_category AND f.has_remote AND f.has_barrier
), page AS MATERIALIZED (
	SELECT
		o.*,
		row_number() OVER (ORDER BY o.rank, o.title, o.slug) AS n
	FROM (
		SELECT p.*
		FROM picked AS p
		WHERE $12::bigint IS NULL
			OR (p.rank, p.title, p.slug)
				> ($12::bigint, $13::text, $14::text)
		ORDER BY p.rank, p.title, p.slug
		LIMIT $10::bigint + 1
		OFFSET $11::bigint
	) AS o
), counted AS (
	SELECT
		count(*) FILTER (WHERE f.has_category AND f.has_remote
			AND f.has_barrier) AS total
	FROM found AS f
), shown AS (
	SELECT
		p.n,
		s,
		p.tier,
		salary.money(f) AS money,
		r.guide
	FROM page AS p
	JOIN catalog.career_summary AS s ON s.career_id = p.career_id
	JOIN catalog.career AS c ON c.id = p.career_id
	JOIN catalog.revision AS r ON r.id = c.revision_id
	LEFT JOIN salary.figure AS f
		ON f.career_id = p.career_id
		AND f.country = $1::text
		AND f.level = 'mid'
	WHERE p.n <= $10::bigint
), hit AS (
	SELECT
		h.n,
		h.s,
		h.money,
		CASE
			WHEN h.tier = 0 THEN NULL
			WHEN h.tier IN (1, 3, 4) THEN 'title'
			WHEN h.tier IN (2, 5) THEN 'synonym'
			WHEN h.tier = 6 THEN 'skill'
			ELSE 'text'
		END AS part,
		CASE WHEN h.tier IN (2, 5, 6) THEN (
			SELECT y.name
			FROM asked AS a
			CROSS JOIN jsonb_array_elements_text(CASE h.tier
				WHEN 6 THEN (h.guide #> '{skills,hard}')
					|| (h.guide #> '{skills,tools}')
				ELSE h.guide -> 'synonyms' END)
				WITH ORDINALITY AS y (name, n)
			ORDER BY
				catalog.plain(y.name) <> a.title,
				NOT catalog.search_vector(y.name, 'A')
					@@ a.query,
				NOT catalog.search_vector(y.name, 'A')
					@@ a.any_of,
				y.n
			LIMIT 1)
		END AS words
	FROM shown AS h
), place AS (
	SELECT
		k.code,
		k.name,
		k.currency
	FROM catalog.country AS k
	WHERE k.code = $1::text
), unknown AS (
	SELECT CASE
		WHEN NOT EXISTS (SELECT FROM place) THEN 'country'
		WHEN $3::text IS NOT NULL AND NOT EXISTS (
			SELECT
			FROM catalog.category AS k
			WHERE k.slug = $3::text) THEN 'category'
	END AS parameter
), marks AS (
	-- What of a name was meant, between two characters that no text has.
	SELECT
		'StartSel="' || chr(57344) || '",StopSel="' || chr(57345)
			|| '",HighlightAll=true' AS options
), entry AS (
	SELECT
		h.n,
		left(catalog.card(h.s, h.money)::text, -1) || ',"match":'
		|| CASE WHEN h.part IS NULL THEN 'null' ELSE json_build_object(
			'on', h.part, 'text', h.words)::text END
		|| CASE WHEN $15::text = 'page' THEN ',"marked":'
			|| json_build_object(
				'name', catalog.marked((h.s).name, a.any_of,
					m.options),
				'tagline', catalog.marked((h.s).tagline,
					a.any_of, m.options),
				'match', catalog.marked(h.words, a.any_of,
					m.options))::text
			ELSE '' END || '}' AS item
	FROM hit AS h
	CROSS JOIN asked AS a
	CROSS JOIN marks AS m
), facet AS (
	SELECT json_build_object(
		'category', (
			SELECT coalesce(json_agg(json_build_object(
				'value', k.slug,
				'title', k.title,
				'count', coalesce(n.count, 0))
				ORDER BY k.position, k.slug), '[]')
			FROM catalog.category AS k
			LEFT JOIN (
				SELECT
					f.category_id,
					count(*)
				FROM found AS f
				WHERE f.has_remote AND f.has_barrier
				GROUP BY f.category_id
			) AS n ON n.category_id = k.id),
		'remote', (
			SELECT json_agg(json_build_object(
				'value', v.code,
				'title', v.title,
				'count', coalesce(n.count, 0))
				ORDER BY v.n)
			FROM (VALUES
				(1, 'remote', 'Remote'),
				(2, 'hybrid', 'Hybrid'),
				(3, 'onsite', 'On site')) AS v (n, code, title)
			LEFT JOIN (
				SELECT
					r.code,
					count(*)
				FROM found AS f
				CROSS JOIN unnest(f.remote) AS r (code)
				WHERE f.has_category AND f.has_barrier
				GROUP BY r.code
			) AS n ON n.code = v.code),
		'entry_barrier', (
			SELECT json_agg(json_build_object(
				'value', v.code,
				'title', initcap(v.code),
				'count', coalesce(n.count, 0))
				ORDER BY v.n)
			FROM (VALUES
				(1, 'low'),
				(2, 'medium'),
				(3, 'high')) AS v (n, code)
			LEFT JOIN (
				SELECT
					f.entry_barrier,
					count(*)
				FROM found AS f
				WHERE f.has_category AND f.has_remote
				GROUP BY f.entry_barrier
			) AS n ON n.entry_barrier = v.code)) AS counts
), suggestion AS (
	-- Of careers that have at least one of the words; else the newest.
	SELECT coalesce(json_agg(json_build_object(
		'slug', s.slug,
		'name', s.name,
		'url', s.url)
		ORDER BY g.n), '[]') AS list
	FROM (
		SELECT
			l.career_id,
			row_number() OVER (ORDER BY
				l.names @@ a.any_of DESC,
				l.published_at DESC,
				l.slug) AS n
		FROM catalog.listing AS l
		CROSS JOIN asked AS a
		ORDER BY n
		LIMIT 3
	) AS g
	JOIN catalog.career_summary AS s ON s.career_id = g.career_id
)
SELECT
	CASE WHEN u.parameter IS NULL THEN
		format('{"data":[%s],"total":%s,"country":%s,"sort":"%s",'
			'"corrected":%s,"suggestions":%s,"facets":%s%s}',
			(
				SELECT string_agg(e.item, ',' ORDER BY e.n)
				FROM entry AS e
			),
			n.total, (
				SELECT row_to_json(p)
				FROM place AS p),
			$9::text,
			coalesce(to_json(a.corrected)::text, 'null'),
			CASE WHEN n.total = 0 THEN (
				SELECT g.list::text
				FROM suggestion AS g) ELSE '[]' END,
			(
				SELECT c.counts
				FROM facet AS c
			),
			CASE WHEN $15::text = 'page' THEN (
				SELECT ',"countries":' || json_agg(
					json_build_object(
						'code', k.code,
						'name', k.name)
					ORDER BY k.position)::text
				FROM catalog.country AS k
			) || ',"category":' || coalesce((
				SELECT json_build_object(
					'slug', k.slug,
					'title', k.title,
					'summary', k.summary,
					'url', '/careers/' || k.slug)::text
				FROM catalog.category AS k
				WHERE k.slug = $3::text), 'null')
			|| ',"categories":' || (
				SELECT coalesce(json_agg(json_build_object(
					'slug', k.slug,
					'title', k.title,
					'summary', k.summary,
					'url', '/careers/' || k.slug,
					'careers', (
						SELECT count(*)
						FROM catalog.listing AS l
						WHERE l.category_id = k.id))
					ORDER BY k.position, k.slug), '[]')::text
				FROM catalog.category AS k)
			END)
	END,
	CASE WHEN EXISTS (
		SELECT
		FROM page AS p
		WHERE p.n > $10::bigint) THEN (
			SELECT concat_ws(E'\t', $9::text, p.rank,
				left(p.title, 160), p.slug)
			FROM page AS p
			WHERE p.n = $10::bigint)
	END,
	extract(epoch FROM date_trunc('second', v.changed_at))::bigint,
	u.parameter
FROM unknown AS u
CROSS JOIN asked AS a
CROSS JOIN counted AS n
CROSS JOIN catalog.content_version AS v;
