-- What changed and when, for mirrors, and amounts in another currency.

CREATE OR REPLACE FUNCTION catalog.bump_content_version()
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	now_version bigint;
BEGIN
	-- Once a transaction: readers see all of it at once, and thousands of
	-- versions of one row would make each next one slower.
	UPDATE catalog.content_version AS v
	SET version = v.version + 1, changed_at = now()
	WHERE v.xmin <> pg_current_xact_id()::xid
	RETURNING v.version INTO now_version;
	IF NOT FOUND THEN
		SELECT v.version INTO now_version
		FROM catalog.content_version AS v;
	END IF;
	RETURN now_version;
END
$$;

CREATE TABLE catalog.change (
	id bigint GENERATED ALWAYS AS IDENTITY,
	version bigint NOT NULL,
	career_id bigint NOT NULL,
	kind text NOT NULL,
	countries text[] NOT NULL DEFAULT '{}',
	former_slug text,
	changed_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT change_pkey PRIMARY KEY (id),
	CONSTRAINT change_career_id_fkey
		FOREIGN KEY (career_id) REFERENCES catalog.career (id),
	CONSTRAINT change_kind_check CHECK (kind IN
		('published', 'revised', 'withdrawn', 'renamed', 'salaries'))
);

COMMENT ON TABLE catalog.change IS
	'What became of careers, as it happens; append only';
COMMENT ON COLUMN catalog.change.version IS
	'Of the content. Its one row is locked until a change is committed, so
versions are in the order in which readers come to see them, and who asks for
what is later than one misses nothing';

CREATE INDEX change_version_idx ON catalog.change (version DESC, id DESC);
CREATE INDEX change_career_id_idx ON catalog.change (career_id);

CREATE TRIGGER change_refuse_change
	BEFORE UPDATE OR DELETE OR TRUNCATE ON catalog.change
	FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- What was published before is told of once, as it is now.
INSERT INTO catalog.change (version, career_id, kind, changed_at)
SELECT catalog.bump_content_version(), c.id, 'published', c.published_at
FROM catalog.career AS c
WHERE c.revision_id IS NOT NULL
ORDER BY c.published_at, c.id;

CREATE OR REPLACE FUNCTION catalog.career_is_changed()
RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	what text := CASE
		WHEN new.revision_id IS NULL AND TG_OP = 'INSERT' THEN NULL
		WHEN TG_OP = 'INSERT' THEN 'published'
		WHEN new.revision_id IS NULL THEN
			CASE WHEN old.revision_id IS NOT NULL
				THEN 'withdrawn' END
		WHEN old.revision_id IS NULL THEN 'published'
		WHEN old.slug <> new.slug
			OR old.category_id <> new.category_id THEN 'renamed'
		WHEN old.revision_id <> new.revision_id THEN 'revised'
	END;
BEGIN
	PERFORM catalog.list_career(new.id);
	IF what IS NOT NULL THEN
		INSERT INTO catalog.change
			(version, career_id, kind, former_slug)
		VALUES (catalog.bump_content_version(), new.id, what,
			CASE WHEN old.slug <> new.slug THEN old.slug END);
	END IF;
	RETURN NULL;
END
$$;

COMMENT ON FUNCTION catalog.career_is_changed() IS
	'Trigger: what is published, withdrawn or renamed is so in lists, and
mirrors are told';

CREATE FUNCTION salary.figures_are_changed()
RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF EXISTS (SELECT FROM added) THEN
		INSERT INTO catalog.change
			(version, career_id, kind, countries)
		SELECT
			catalog.bump_content_version(),
			a.career_id,
			'salaries',
			array_agg(DISTINCT a.country)
		FROM added AS a
		GROUP BY a.career_id;
		UPDATE catalog.listing AS l
		SET pay = catalog.pay_by_country(l.career_id)
		WHERE l.career_id IN (
			SELECT a.career_id
			FROM added AS a);
	END IF;
	RETURN NULL;
END
$$;

COMMENT ON FUNCTION salary.figures_are_changed() IS
	'Trigger: what a career pays is so in lists, and mirrors are told where it
changed';

CREATE TRIGGER figure_history_tell
	AFTER INSERT ON salary.figure_history
	REFERENCING NEW TABLE AS added
	FOR EACH STATEMENT EXECUTE FUNCTION salary.figures_are_changed();

CREATE FUNCTION salary.source_is_read()
RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM catalog.bump_content_version();
	RETURN NULL;
END
$$;

COMMENT ON FUNCTION salary.source_is_read() IS
	'Trigger: readers are shown when each source last came';

CREATE TRIGGER source_run_tell
	AFTER UPDATE OF outcome ON salary.source_run
	FOR EACH ROW WHEN (new.outcome IN ('published', 'unchanged'))
	EXECUTE FUNCTION salary.source_is_read();

-- Conversion.

CREATE VIEW salary.euro_rate AS
SELECT DISTINCT ON (r.quote)
	r.quote AS currency,
	r.rate AS per_euro,
	r.observed_on,
	r.source_code
FROM salary.live_rate AS r
WHERE r.kind = 'spot'
	AND r.base = 'EUR'
ORDER BY r.quote, r.observed_on DESC, r.source_code;

COMMENT ON VIEW salary.euro_rate IS
	'The newest rate of each currency, in units for one euro';

CREATE FUNCTION salary.converted(f salary.figure, p_currency text)
RETURNS json
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Through the euro; the rate is as old as the older of its two.
	SELECT json_build_object(
		'low', round(f.low * x.rate)::bigint,
		'median', round(f.median * x.rate)::bigint,
		'high', CASE WHEN NOT f.high_is_lower_bound
			THEN round(f.high * x.rate)::bigint END,
		'currency', p_currency,
		'rate', x.rate,
		'rate_on', x.rate_on,
		'rate_source_ids', x.source_ids)
	FROM (
		SELECT
			trim_scale(round(coalesce(t.per_euro, 1)
				/ coalesce(h.per_euro, 1), 8)) AS rate,
			least(t.observed_on, h.observed_on) AS rate_on,
			ARRAY(
				SELECT DISTINCT s.code
				FROM unnest(ARRAY[t.source_code,
					h.source_code]) AS s (code)
				WHERE s.code IS NOT NULL
				ORDER BY s.code) AS source_ids
		FROM (SELECT) AS one
		LEFT JOIN salary.euro_rate AS t ON t.currency = p_currency
		LEFT JOIN salary.euro_rate AS h ON h.currency = f.currency
		WHERE (t.currency IS NOT NULL OR p_currency = 'EUR')
			AND (h.currency IS NOT NULL OR f.currency = 'EUR')
			AND f.currency <> p_currency
		UNION ALL
		SELECT
			1 AS rate,
			NULL::date AS rate_on,
			'{}'::text[] AS source_ids
		WHERE f.currency = p_currency
	) AS x
	WHERE f.career_id IS NOT NULL;
END;

COMMENT ON FUNCTION salary.converted(salary.figure, text) IS
	'A figure in another currency with the rate that was used; null for no
figure and for no rate. A rate without a day is that of a currency to itself';

CREATE FUNCTION catalog.csv(p_text text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT '"' || replace(coalesce(p_text, ''), '"', '""') || '"';
END;

COMMENT ON FUNCTION catalog.csv(text) IS
	'A text as a field of CSV (RFC 4180)';

CREATE FUNCTION catalog.open_licence(
	p_site_url text,
	OUT licence text,
	OUT attribution text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT
		'CC BY 4.0' AS licence,
		'Job Autopsy, ' || p_site_url AS attribution;
END;

COMMENT ON FUNCTION catalog.open_licence(text) IS
	'On what terms our guides may be used. Figures of pay follow those of
their sources, which stand beside them';

GRANT SELECT ON catalog.change, salary.euro_rate TO autopsy_web;
GRANT EXECUTE ON FUNCTION catalog.csv(text), catalog.open_licence(text),
	salary.middle(salary.figure),
	salary.converted(salary.figure, text) TO autopsy_web;
