-- What changed and when, for mirrors, and what open data are made of.

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
	SET
		version = v.version + 1,
		-- Not now(), when the transaction began: one that began later
		-- may be done, and a date must not go back.
		changed_at = greatest(clock_timestamp(),
			v.changed_at + interval '1 microsecond')
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
	changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
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
	-- First, as all who change something do: no two wait for each other.
	at_version bigint := catalog.bump_content_version();
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
		VALUES (at_version, new.id, what,
			CASE WHEN old.slug <> new.slug THEN old.slug END);
	END IF;
	RETURN NULL;
END
$$;

COMMENT ON FUNCTION catalog.career_is_changed() IS
	'Trigger: what is published, withdrawn or renamed is so in lists, and
mirrors are told';

CREATE FUNCTION catalog.tell_document(p_career_id bigint)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	at_version bigint := catalog.bump_content_version();
BEGIN
	-- What made it differ may be told of already.
	INSERT INTO catalog.change (version, career_id, kind)
	SELECT at_version, p_career_id, 'revised'
	WHERE NOT EXISTS (
		SELECT
		FROM catalog.change AS c
		WHERE c.career_id = p_career_id
			AND c.version = at_version);
	RETURN at_version;
END
$$;

COMMENT ON FUNCTION catalog.tell_document(bigint) IS
	'Mirrors are told that a career''s documents differ, whatever the cause,
such as the title of its category. Returns the version';

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

GRANT EXECUTE ON FUNCTION catalog.tell_document(bigint) TO autopsy_ingest;
GRANT SELECT ON catalog.change TO autopsy_web;
GRANT EXECUTE ON FUNCTION catalog.csv(text), catalog.open_licence(text),
	salary.middle(salary.figure) TO autopsy_web;
