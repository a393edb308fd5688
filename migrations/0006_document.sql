-- What requests are answered with: stored documents and list cards.

CREATE TABLE catalog.document (
	career_id bigint NOT NULL,
	kind text NOT NULL,
	country text,
	body text NOT NULL,
	etag text NOT NULL
		GENERATED ALWAYS AS
			(left(encode(catalog.sha256(body), 'hex'), 32)) STORED,
	updated_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT document_key
		UNIQUE NULLS NOT DISTINCT (career_id, kind, country),
	CONSTRAINT document_career_id_fkey
		FOREIGN KEY (career_id) REFERENCES catalog.career (id),
	CONSTRAINT document_kind_check
		CHECK (kind IN ('career', 'salaries')),
	CONSTRAINT document_country_fkey
		FOREIGN KEY (country) REFERENCES catalog.country (code)
);

COMMENT ON TABLE catalog.document IS
	'JSON as it is sent, built when content or figures change, so that a
request reads one row by key';
COMMENT ON COLUMN catalog.document.country IS
	'Null: the document of all countries';
COMMENT ON COLUMN catalog.document.etag IS
	'First 16 bytes of the SHA-256 of body, in hexadecimal';

CREATE VIEW catalog.career_summary AS
SELECT
	c.id AS career_id,
	c.slug,
	'/careers/' || g.slug || '/' || c.slug AS url,
	g.id AS category_id,
	g.slug AS category_slug,
	g.title AS category_title,
	r.name,
	r.tagline,
	r.work_life_balance,
	r.hours_low,
	r.hours_high,
	r.entry_barrier,
	r.growth_ceiling,
	r.remote,
	r.ai_score,
	b.risk AS ai_risk,
	b.label AS ai_label,
	c.published_at,
	c.updated_at
FROM catalog.career AS c
JOIN catalog.category AS g ON g.id = c.category_id
JOIN catalog.revision AS r ON r.id = c.revision_id
CROSS JOIN LATERAL (
	SELECT a.risk, a.label
	FROM catalog.ai_band AS a
	WHERE a.min_score <= r.ai_score
	ORDER BY a.min_score DESC
	LIMIT 1
) AS b;

COMMENT ON VIEW catalog.career_summary IS
	'Published careers with the narrow columns that lists show and filter';

CREATE FUNCTION catalog.card(s catalog.career_summary, p_salary json)
RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT json_build_object(
		'slug', s.slug,
		'name', s.name,
		'url', s.url,
		'tagline', s.tagline,
		'category', json_build_object(
			'slug', s.category_slug,
			'title', s.category_title),
		'work_life_balance', s.work_life_balance,
		'hours_per_week', json_build_object(
			'low', s.hours_low,
			'high', s.hours_high),
		'entry_barrier', s.entry_barrier,
		'growth_ceiling', s.growth_ceiling,
		'remote', s.remote,
		'ai', json_build_object(
			'score', s.ai_score,
			'risk', s.ai_risk,
			'label', s.ai_label),
		'salary', p_salary,
		'published_at', to_char(s.published_at AT TIME ZONE 'UTC',
			'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
		'updated_on', (s.updated_at AT TIME ZONE 'UTC')::date);
END;

COMMENT ON FUNCTION catalog.card(catalog.career_summary, json) IS
	'A career as every list shows it; the salary is a money object or null';

GRANT SELECT ON catalog.document, catalog.career_summary
	TO autopsy_web, autopsy_ingest, autopsy_mailer;
GRANT EXECUTE ON FUNCTION catalog.card(catalog.career_summary, json)
	TO autopsy_web, autopsy_ingest, autopsy_mailer;
-- New figures change the documents that show them; writing one computes
-- its hash.
GRANT INSERT, UPDATE ON catalog.document TO autopsy_ingest;
GRANT EXECUTE ON FUNCTION catalog.sha256(text) TO autopsy_ingest;
