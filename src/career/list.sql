-- Lists of careers: the one query behind pages and API.

-- name: career_list
-- Called by /careers, /careers/{category} and GET /api/v1/careers: $1 country
-- of the pay, $2 words or null, $3 category, $4 remote, $5 entry barrier,
-- $6 least balance, $7 least AI score, $8 least pay, null for any, $9 sort,
-- $10 how many, $11 how many to pass over, $12 to $14 rank, title and slug of
-- the last one seen or null, $15 page for what only a page shows, else api.
-- Columns: the list; the cursor of the next page, null on the last; when it
-- changed; the parameter that is unknown, and then there is no list.
-- A facet is counted without its own filter, so cells are of what fails one
-- filter at most, and say of each of the three whether it passes.
WITH asked AS MATERIALIZED (
	SELECT
		a.*,
		f.all_of AS filter,
		k.id AS category_id,
		(
			SELECT c.position
			FROM catalog.country AS c
			WHERE c.code = $1::text) AS country,
		coalesce(a.query && f.but_one, a.query, f.but_one,
			'''*'''::tsquery) AS nearly
	FROM catalog.search($2::text) AS a
	LEFT JOIN catalog.category AS k ON k.slug = $3::text
	CROSS JOIN catalog.filters(k.id, $4::text, $5::text) AS f
), cell AS MATERIALIZED (
	SELECT
		c.*,
		$3::text IS NULL OR c.category_id = a.category_id AS has_category,
		$4::text IS NULL
			OR c.places & catalog.places(ARRAY[$4::text]) > 0
			AS has_remote,
		$5::text IS NULL OR c.entry_barrier = $5::text AS has_barrier
	FROM asked AS a
	CROSS JOIN LATERAL catalog.count_listed(a.nearly, $6::bigint, $7::bigint,
		$8::bigint, a.country) AS c
), counted AS (
	SELECT coalesce(sum(c.careers) FILTER (WHERE c.has_category
		AND c.has_remote AND c.has_barrier), 0)::bigint AS total
	FROM cell AS c
), page AS MATERIALIZED (
	SELECT
		p.*,
		row_number() OVER (ORDER BY p.rank, p.title, p.slug) AS n
	FROM (
		SELECT q.*
		FROM asked AS a
		CROSS JOIN counted AS n
		CROSS JOIN LATERAL catalog.page_listed(
			CASE
				WHEN a.query IS NULL THEN
					ARRAY[coalesce(a.filter, '''*''')]
				WHEN $9::text = 'relevance' THEN a.tiers
				ELSE ARRAY[a.query]
			END, a.filter, $9::text, $6::bigint, $7::bigint,
			$8::bigint, a.country, $12::bigint, $13::text,
			$14::text, $10::bigint + 1 + $11::bigint,
			n.total > 4000) AS q
		ORDER BY q.rank, q.title, q.slug
		OFFSET $11::bigint
	) AS p
), shown AS (
	SELECT
		p.n,
		s,
		-- The first tier that it is in tells why it was found.
		CASE WHEN $9::text = 'relevance' THEN p.rank ELSE (
			SELECT min(t.n)
			FROM asked AS a
			CROSS JOIN unnest(a.tiers) WITH ORDINALITY AS t (query, n)
			WHERE l.words @@ t.query) END AS tier,
		salary.money(f) AS money,
		r.guide
	FROM page AS p
	JOIN catalog.listing AS l ON l.career_id = p.career_id
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
			WHEN h.tier IS NULL THEN NULL
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
			CROSS JOIN LATERAL (
				SELECT
					to_tsvector('pg_catalog.simple', t.words)
					|| to_tsvector('pg_catalog.english', t.words)
						AS words
				FROM catalog.search_text(y.name) AS t (words)
				OFFSET 0
			) AS v
			ORDER BY
				catalog.plain(y.name) <> a.title,
				NOT v.words @@ a.all_of,
				NOT v.words @@ a.any_of,
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
				'count', coalesce((
					SELECT sum(c.careers)
					FROM cell AS c
					WHERE c.category_id = k.id
						AND c.has_remote
						AND c.has_barrier), 0))
				ORDER BY k.position, k.slug), '[]')
			FROM catalog.category AS k),
		'remote', (
			SELECT json_agg(json_build_object(
				'value', v.code,
				'title', v.title,
				'count', coalesce((
					SELECT sum(c.careers)
					FROM cell AS c
					WHERE c.places
						& catalog.places(ARRAY[v.code]) > 0
						AND c.has_category
						AND c.has_barrier), 0))
				ORDER BY v.n)
			FROM (VALUES
				(1, 'remote', 'Remote'),
				(2, 'hybrid', 'Hybrid'),
				(3, 'onsite', 'On site')) AS v (n, code, title)),
		'entry_barrier', (
			SELECT json_agg(json_build_object(
				'value', v.code,
				'title', initcap(v.code),
				'count', coalesce((
					SELECT sum(c.careers)
					FROM cell AS c
					WHERE c.entry_barrier = v.code
						AND c.has_category
						AND c.has_remote), 0))
				ORDER BY v.n)
			FROM (VALUES
				(1, 'low'),
				(2, 'medium'),
				(3, 'high')) AS v (n, code))) AS counts
), suggestion AS (
	-- Of careers that have at least one of the words in a name; else the
	-- newest.
	SELECT coalesce(json_agg(json_build_object(
		'slug', s.slug,
		'name', s.name,
		'url', s.url)
		ORDER BY g.n), '[]') AS list
	FROM asked AS a
	CROSS JOIN LATERAL catalog.suggested(a.any_name) AS g
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
