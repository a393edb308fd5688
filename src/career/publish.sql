-- Careers as they are written: categories, revisions, and the documents that
-- requests are answered with.

-- name: categories_load
-- Called by autopsy-ctl content publish with the whole categories file as $1.
-- Returns how many categories are new or differ. All are locked, also those
-- that stay, so that publications take turns: two at once would not see each
-- other's careers and notices.
WITH written AS (
	INSERT INTO catalog.category AS c (slug, title, summary, position)
	SELECT
		g.slug,
		g.title,
		g.summary,
		g.position
	FROM json_to_recordset($1::json) AS g (
		slug text,
		title text,
		summary text,
		position bigint)
	ON CONFLICT ON CONSTRAINT category_slug_key DO UPDATE
	SET
		title = excluded.title,
		summary = excluded.summary,
		position = excluded.position
	WHERE (c.title, c.summary, c.position)
		IS DISTINCT FROM
		(excluded.title, excluded.summary, excluded.position)
	RETURNING 1
)
SELECT
	count(*),
	CASE WHEN count(*) > 0 THEN catalog.bump_content_version() END
FROM written;

-- name: publish_revision
-- Called by autopsy-ctl content publish for each guide; document_refresh must
-- follow in the same transaction. $1 the file's text, $2 note. A text that is
-- published already makes no revision.
-- One JSON: {"career_id","slug","number","changed","taken_resources"}: roll
-- back unless taken_resources, ids that belong to another career, is [].
-- No row when the category is unknown.
WITH given AS (
	SELECT
		$1::text AS source_text,
		$1::jsonb AS guide
), place AS MATERIALIZED (
	SELECT
		g.source_text,
		g.guide,
		g.guide ->> 'slug' AS slug,
		k.id AS category_id,
		coalesce(c.id, nextval(pg_get_serial_sequence(
			'catalog.career', 'id'))) AS career_id,
		r.sha256 IS DISTINCT FROM catalog.sha256(g.source_text)
			AS is_changed,
		nextval(pg_get_serial_sequence('catalog.revision', 'id'))
			AS revision_id,
		coalesce((
			SELECT max(n.number)
			FROM catalog.revision AS n
			WHERE n.career_id = c.id), 0) AS number
	FROM given AS g
	JOIN catalog.category AS k ON k.slug = g.guide ->> 'category'
	LEFT JOIN catalog.career AS c ON c.slug = g.guide ->> 'slug'
	LEFT JOIN catalog.revision AS r ON r.id = c.revision_id
), career AS (
	INSERT INTO catalog.career AS c
		(id, slug, category_id, revision_id, published_at)
	OVERRIDING SYSTEM VALUE
	SELECT
		p.career_id,
		p.slug,
		p.category_id,
		p.revision_id,
		now()
	FROM place AS p
	WHERE p.is_changed
	ON CONFLICT ON CONSTRAINT career_slug_key DO UPDATE
	SET
		category_id = excluded.category_id,
		revision_id = excluded.revision_id,
		published_at = coalesce(c.published_at, excluded.published_at),
		updated_at = now()
), revision AS (
	INSERT INTO catalog.revision
		(id, career_id, number, guide, source_text, note)
	OVERRIDING SYSTEM VALUE
	SELECT
		p.revision_id,
		p.career_id,
		p.number + 1,
		p.guide,
		p.source_text,
		$2::text
	FROM place AS p
	WHERE p.is_changed
), listed AS (
	SELECT
		p.career_id,
		p.is_changed,
		s.id,
		s.stage,
		s.title,
		s.provider,
		s.url,
		s.affiliate
	FROM place AS p
	CROSS JOIN LATERAL jsonb_to_recordset(
		p.guide #> '{start,resources}') AS s (
		id text,
		stage text,
		title text,
		provider text,
		url text,
		affiliate boolean)
), kept AS (
	INSERT INTO catalog.resource AS r
		(id, career_id, stage, title, provider, url, affiliate)
	SELECT
		l.id,
		l.career_id,
		l.stage,
		l.title,
		l.provider,
		l.url,
		l.affiliate
	FROM listed AS l
	WHERE l.is_changed
	ON CONFLICT ON CONSTRAINT resource_pkey DO UPDATE
	SET
		stage = excluded.stage,
		title = excluded.title,
		provider = excluded.provider,
		url = excluded.url,
		affiliate = excluded.affiliate
	WHERE r.career_id = excluded.career_id
), dropped AS (
	DELETE FROM catalog.resource AS r
	USING place AS p
	WHERE r.career_id = p.career_id
		AND p.is_changed
		AND NOT EXISTS (
			SELECT
			FROM listed AS l
			WHERE l.id = r.id)
)
SELECT json_build_object(
	'career_id', p.career_id,
	'slug', p.slug,
	'number', p.number + p.is_changed::int,
	'changed', p.is_changed,
	'taken_resources', ARRAY(
		SELECT r.id
		FROM catalog.resource AS r
		JOIN listed AS l ON l.id = r.id
		WHERE r.career_id <> p.career_id
		ORDER BY r.id),
	'version', CASE WHEN p.is_changed
		THEN catalog.bump_content_version() END)
FROM place AS p;

-- name: document_refresh
-- Called by autopsy-ctl content publish and by autopsy-ingest import, in the
-- transaction that changed the guide or the evidence. $1 career id. Builds
-- the career for all countries and for each, and its table of salaries.
-- Returns how many documents differ from before.
WITH country AS (
	SELECT
		c.code,
		c.position
	FROM catalog.country AS c
), grid AS MATERIALIZED (
	SELECT
		c.code AS country,
		c.position AS country_position,
		l.code AS level,
		l.position AS level_position,
		json_build_object(
			'country', c.code,
			'level', l.code,
			'salary', salary.money(f)) AS item
	FROM country AS c
	CROSS JOIN catalog.level AS l
	LEFT JOIN salary.figure AS f
		ON f.career_id = $1::bigint
		AND f.country = c.code
		AND f.level = l.code
), evidence AS MATERIALIZED (
	SELECT
		o.country,
		o.source_code,
		c.position AS country_position,
		l.position AS level_position,
		coalesce(o.id = ANY (f.observation_ids), false) AS is_used,
		o.observed_on,
		o.id,
		json_build_object(
			'country', o.country,
			'level', o.level,
			'source', json_build_object(
				'id', s.code,
				'name', s.name,
				'publisher', s.publisher,
				'title', o.source_title,
				'url', o.source_url),
			'published', o.published,
			'chain', o.chain,
			'low', o.low,
			'median', o.median,
			'high', o.high,
			'high_is_lower_bound', o.high_is_lower_bound,
			'is_mean', o.is_mean,
			'currency', o.currency,
			'period', 'year',
			'pay_basis', o.pay_basis,
			'population', s.population,
			'statistics', s.statistics,
			'level_basis', s.level_basis,
			'match', o.match,
			'observed_on', o.observed_on,
			'recorded_on', o.recorded_on,
			'retrieved_on',
			(o.retrieved_at AT TIME ZONE 'UTC')::date,
			'sample_n', o.sample_n,
			'precision_pct', o.precision_pct,
			'used', coalesce(o.id = ANY (f.observation_ids), false),
			-- A group's mean is far from most of its occupations
			-- by nature.
			'disagrees', o.match <> 'group' AND salary.disagrees(f,
				o.currency, o.pay_basis, o.low, o.median,
				o.high),
			'notes', o.notes) AS item
	FROM salary.live_observation AS o
	JOIN salary.source AS s ON s.code = o.source_code
	JOIN country AS c ON c.code = o.country
	JOIN catalog.level AS l ON l.code = o.level
	LEFT JOIN salary.figure AS f
		ON f.career_id = o.career_id
		AND f.country = o.country
		AND f.level = o.level
	WHERE o.career_id = $1::bigint
), scope AS (
	SELECT NULL::text AS country
	UNION ALL
	SELECT c.code
	FROM country AS c
), built AS (
	SELECT
		'career' AS kind,
		p.country,
		json_build_object(
			'slug', s.slug,
			'url', s.url,
			'category', json_build_object(
				'slug', s.category_slug,
				'title', s.category_title),
			'name', s.name,
			'tagline', s.tagline,
			'synonyms', r.guide -> 'synonyms',
			'reviewed_on', r.guide -> 'reviewed_on',
			'facts', r.guide -> 'facts',
			'verdict', r.guide -> 'verdict',
			'work', r.guide -> 'work',
			'skills', r.guide -> 'skills',
			'days', r.guide -> 'days',
			'ai', json_build_object(
				'score', s.ai_score,
				'risk', s.ai_risk,
				'label', s.ai_label,
				'factors', r.guide #> '{ai,factors}',
				'note', r.guide #> '{ai,note}',
				'sources', r.guide #> '{ai,sources}'),
			'progression', r.guide -> 'progression',
			'start', r.guide -> 'start',
			'sources', r.guide -> 'sources',
			'codes', r.guide -> 'codes',
			'related', r.guide -> 'related',
			'salary', (
				SELECT json_agg(g.item ORDER BY g.country_position)
				FROM grid AS g
				WHERE g.level = 'mid'
					AND (p.country IS NULL
						OR g.country = p.country)),
			'salary_sources', (
				SELECT coalesce(json_agg(json_build_object(
					'id', q.code,
					'name', q.name,
					'publisher', q.publisher,
					'licence', q.licence,
					'attribution', q.attribution,
					'cites', q.cites,
					'collection_mode', q.collection_mode,
					'statistics', q.statistics,
					'level_basis', q.level_basis,
					'url', q.home_url)
					ORDER BY q.code), '[]')
				FROM salary.source AS q
				WHERE q.code IN (
					SELECT e.source_code
					FROM evidence AS e
					WHERE p.country IS NULL
						OR e.country = p.country)),
			'evidence', (
				SELECT coalesce(json_agg(e.item ORDER BY
					e.country_position,
					e.level_position,
					e.is_used DESC,
					e.observed_on DESC,
					e.id), '[]')
				FROM evidence AS e
				WHERE p.country IS NULL
					OR e.country = p.country),
			'published_on',
			(s.published_at AT TIME ZONE 'UTC')::date,
			'updated_on',
			(s.updated_at AT TIME ZONE 'UTC')::date)::text AS body
	FROM catalog.career_summary AS s
	JOIN catalog.career AS c ON c.id = s.career_id
	JOIN catalog.revision AS r ON r.id = c.revision_id
	CROSS JOIN scope AS p
	WHERE s.career_id = $1::bigint
	UNION ALL
	SELECT
		'salaries',
		NULL,
		json_build_object('data', (
			SELECT json_agg(g.item
				ORDER BY g.country_position, g.level_position)
			FROM grid AS g))::text
), written AS (
	INSERT INTO catalog.document AS d (career_id, kind, country, body)
	SELECT
		$1::bigint,
		b.kind,
		b.country,
		b.body
	FROM built AS b
	ON CONFLICT ON CONSTRAINT document_key DO UPDATE
	SET
		body = excluded.body,
		updated_at = now()
	WHERE d.body <> excluded.body
	RETURNING 1
)
SELECT
	count(*),
	CASE WHEN count(*) > 0 THEN catalog.tell_document($1::bigint) END
FROM written;

-- name: published_source
-- Called by autopsy-ctl content publish, to say what differs, and by content
-- export: $1 slug. No row when no such career is published.
SELECT r.source_text
FROM catalog.career AS c
JOIN catalog.revision AS r ON r.id = c.revision_id
WHERE c.slug = $1::text;

-- name: published_slugs
-- Called by autopsy-ctl content export for a slug that is not published.
SELECT c.slug
FROM catalog.career AS c
WHERE c.revision_id IS NOT NULL
ORDER BY c.slug;

-- name: career_withdraw
-- Called by autopsy-ctl content withdraw: $1 slug. Its addresses answer 410
-- from then on; revisions and evidence stay. No row when it is not published.
WITH withdrawn AS (
	UPDATE catalog.career AS c
	SET
		revision_id = NULL,
		published_at = NULL,
		updated_at = now()
	WHERE c.slug = $1::text
		AND c.revision_id IS NOT NULL
	RETURNING c.id
), documents AS (
	DELETE FROM catalog.document AS d
	USING withdrawn AS w
	WHERE d.career_id = w.id
), resources AS (
	DELETE FROM catalog.resource AS r
	USING withdrawn AS w
	WHERE r.career_id = w.id
)
SELECT
	w.id,
	catalog.bump_content_version()
FROM withdrawn AS w;
