-- What lists are made of: a narrow row a published career, its words, and the
-- words that searches may have meant.

-- Apart: their functions are open to PUBLIC, ours are not.
CREATE SCHEMA extension;

COMMENT ON SCHEMA extension IS
	'What extensions of PostgreSQL bring; only our own functions call it';

CREATE EXTENSION unaccent SCHEMA extension;
CREATE EXTENSION fuzzystrmatch SCHEMA extension;

CREATE TEXT SEARCH CONFIGURATION catalog.typed (COPY = pg_catalog.simple);

COMMENT ON TEXT SEARCH CONFIGURATION catalog.typed IS
	'Words of a text that is shown, to mark those that were searched for';

ALTER TEXT SEARCH CONFIGURATION catalog.typed
	ALTER MAPPING FOR asciiword, word, numword, asciihword, hword, numhword,
		hword_asciipart, hword_part, hword_numpart
	WITH extension.unaccent, pg_catalog.simple;

CREATE FUNCTION catalog.plain(p_text text)
RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	-- C++ and C# are words, and not the same one.
	SELECT btrim(regexp_replace(replace(replace(
		lower(extension.unaccent(p_text)), '+', 'plus'), '#', 'sharp'),
		'[^[:alnum:]]+', ' ', 'g'));
END;

COMMENT ON FUNCTION catalog.plain(text) IS
	'The words of a text as they are compared: small letters without
accents, one blank between two';

CREATE FUNCTION catalog.search_text(p_text text)
RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT catalog.plain(p_text) || CASE WHEN p_text LIKE '%-%'
		THEN ' ' || catalog.plain(replace(p_text, '-', '')) ELSE '' END;
END;

COMMENT ON FUNCTION catalog.search_text(text) IS
	'The plain words; back-end is found as back end and as backend';

CREATE FUNCTION catalog.search_vector(p_text text, p_weight "char")
RETURNS tsvector
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	-- As they are written, for prefixes, and by their stems.
	SELECT setweight(
		to_tsvector('pg_catalog.simple'::regconfig, t.words)
		|| to_tsvector('pg_catalog.english'::regconfig, t.words),
		p_weight)
	FROM (SELECT coalesce(catalog.search_text(p_text), '') AS words) AS t;
END;

COMMENT ON FUNCTION catalog.search_vector(text, "char") IS
	'What of a name can be searched for';

CREATE TABLE catalog.listing (
	career_id bigint NOT NULL,
	slug text COLLATE "C" NOT NULL,
	title text COLLATE "C" NOT NULL,
	synonyms text[] NOT NULL,
	category_id bigint NOT NULL,
	remote text[] NOT NULL,
	entry_barrier text NOT NULL,
	work_life_balance bigint NOT NULL,
	ai_score bigint NOT NULL,
	published_at timestamptz NOT NULL,
	names tsvector NOT NULL,
	words tsvector NOT NULL,
	CONSTRAINT listing_pkey PRIMARY KEY (career_id),
	CONSTRAINT listing_slug_key UNIQUE (slug),
	CONSTRAINT listing_career_id_fkey
		FOREIGN KEY (career_id) REFERENCES catalog.career (id),
	CONSTRAINT listing_category_id_fkey
		FOREIGN KEY (category_id) REFERENCES catalog.category (id)
);

COMMENT ON TABLE catalog.listing IS
	'A published career as lists find, filter and sort it. Written only by
catalog.list_career, which triggers call: it can''t differ from the guide';
COMMENT ON COLUMN catalog.listing.title IS
	'The name in plain words';
COMMENT ON COLUMN catalog.listing.names IS
	'Weighted: A title, B synonyms, C skills and tools, D category';
COMMENT ON COLUMN catalog.listing.words IS
	'names and the stems of the guide''s text, without places; and * , by
which a list without a search finds all';

CREATE INDEX listing_words_idx ON catalog.listing USING gin (words);
CREATE INDEX listing_category_id_idx ON catalog.listing (category_id);

CREATE TABLE catalog.word (
	word text COLLATE "C" NOT NULL,
	CONSTRAINT word_pkey PRIMARY KEY (word),
	CONSTRAINT word_word_check CHECK (length(word) BETWEEN 3 AND 80)
);

COMMENT ON TABLE catalog.word IS
	'Words of names that were ever listed, which a mistyped one may mean';

CREATE FUNCTION catalog.list_career(p_career_id bigint)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	DELETE FROM catalog.listing AS l
	WHERE l.career_id = p_career_id
		AND NOT EXISTS (
			SELECT
			FROM catalog.career_summary AS s
			WHERE s.career_id = p_career_id);
	INSERT INTO catalog.listing AS l
		(career_id, slug, title, synonyms, category_id, remote,
		entry_barrier, work_life_balance, ai_score, published_at,
		names, words)
	SELECT
		s.career_id, s.slug, catalog.plain(s.name), n.synonyms,
		s.category_id, s.remote, s.entry_barrier,
		s.work_life_balance, s.ai_score, s.published_at,
		n.vector,
		strip(n.vector || to_tsvector('pg_catalog.english',
			catalog.plain(t.words)) || '''*''')
	FROM catalog.career_summary AS s
	JOIN catalog.career AS c ON c.id = s.career_id
	JOIN catalog.revision AS r ON r.id = c.revision_id
	CROSS JOIN LATERAL (
		SELECT
			array_agg(catalog.plain(y.name)) FILTER (WHERE y.is_name)
				AS synonyms,
			string_agg(y.name, ' . ') FILTER (WHERE y.is_name)
				AS names,
			string_agg(y.name, ' . ') FILTER (WHERE NOT y.is_name)
				AS skills
		FROM (
			SELECT e.name, true AS is_name
			FROM jsonb_array_elements_text(
				r.guide -> 'synonyms') AS e (name)
			UNION ALL
			SELECT e.name, false
			FROM jsonb_array_elements_text(
				(r.guide #> '{skills,hard}')
				|| (r.guide #> '{skills,tools}')) AS e (name)
		) AS y
	) AS y
	CROSS JOIN LATERAL (
		SELECT
			coalesce(y.synonyms, '{}') AS synonyms,
			catalog.search_vector(s.name, 'A')
			|| catalog.search_vector(y.names, 'B')
			|| catalog.search_vector(y.skills, 'C')
			|| catalog.search_vector(s.category_title, 'D')
				AS vector
	) AS n
	CROSS JOIN LATERAL (
		SELECT string_agg(v.item #>> '{}', ' ') AS words
		FROM jsonb_path_query(jsonb_build_array(
			r.guide -> 'tagline', r.guide -> 'verdict',
			r.guide -> 'work', r.guide -> 'skills',
			r.guide -> 'days', r.guide -> 'ai',
			r.guide -> 'progression', r.guide -> 'start'),
			'strict $.**') AS v (item)
		WHERE jsonb_typeof(v.item) = 'string'
	) AS t
	WHERE s.career_id = p_career_id
	ON CONFLICT ON CONSTRAINT listing_pkey DO UPDATE
	SET
		slug = excluded.slug,
		title = excluded.title,
		synonyms = excluded.synonyms,
		category_id = excluded.category_id,
		remote = excluded.remote,
		entry_barrier = excluded.entry_barrier,
		work_life_balance = excluded.work_life_balance,
		ai_score = excluded.ai_score,
		published_at = excluded.published_at,
		names = excluded.names,
		words = excluded.words;
	INSERT INTO catalog.word (word)
	SELECT e.lexeme
	FROM catalog.career_summary AS s
	JOIN catalog.career AS c ON c.id = s.career_id
	JOIN catalog.revision AS r ON r.id = c.revision_id
	CROSS JOIN unnest(to_tsvector('pg_catalog.simple', concat_ws(' . ',
		catalog.search_text(s.name),
		catalog.search_text(r.guide ->> 'synonyms'),
		catalog.search_text(r.guide #>> '{skills,hard}'),
		catalog.search_text(r.guide #>> '{skills,tools}'),
		catalog.search_text(s.category_title)))) AS e
	WHERE s.career_id = p_career_id
		AND length(e.lexeme) BETWEEN 3 AND 80
		AND NOT EXISTS (
			SELECT
			FROM catalog.word AS w
			WHERE w.word = e.lexeme)
	ON CONFLICT ON CONSTRAINT word_pkey DO NOTHING;
END
$$;

COMMENT ON FUNCTION catalog.list_career(bigint) IS
	'Brings the row of listing in line with the revision that is shown';

CREATE FUNCTION catalog.career_is_changed()
RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM catalog.list_career(new.id);
	RETURN NULL;
END
$$;

COMMENT ON FUNCTION catalog.career_is_changed() IS
	'Trigger: what is published, withdrawn or renamed is so in lists';

CREATE TRIGGER career_list
	AFTER INSERT OR UPDATE OF slug, category_id, revision_id, published_at
	ON catalog.career
	FOR EACH ROW EXECUTE FUNCTION catalog.career_is_changed();

CREATE FUNCTION catalog.category_is_changed()
RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM catalog.list_career(l.career_id)
	FROM catalog.listing AS l
	WHERE l.category_id = new.id;
	RETURN NULL;
END
$$;

COMMENT ON FUNCTION catalog.category_is_changed() IS
	'Trigger: careers are found by the title of their category';

CREATE TRIGGER category_list
	AFTER UPDATE OF title ON catalog.category
	FOR EACH ROW WHEN (old.title <> new.title)
	EXECUTE FUNCTION catalog.category_is_changed();

-- Those that were published before.
SELECT catalog.list_career(c.id)
FROM catalog.career AS c
WHERE c.revision_id IS NOT NULL;

-- Searches.

CREATE FUNCTION catalog.is_word(p_word text, p_is_begun boolean)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	stem text := (ts_lexize('pg_catalog.english_stem', p_word))[1];
BEGIN
	-- What begins with it lies before the last letter there is.
	IF EXISTS (
		SELECT
		FROM catalog.word AS w
		WHERE w.word >= p_word
			AND w.word <= CASE WHEN p_is_begun
				THEN p_word || E'\uFFFD' ELSE p_word END) THEN
		RETURN true;
	END IF;
	IF EXISTS (
		SELECT
		FROM catalog.listing AS l
		WHERE l.words @@ format('%L | %L', p_word,
			coalesce(stem, p_word))::tsquery) THEN
		RETURN true;
	END IF;
	RETURN p_is_begun AND length(p_word) > 2 AND EXISTS (
		SELECT
		FROM catalog.listing AS l
		WHERE l.words @@ format('%L:*', p_word)::tsquery);
END
$$;

COMMENT ON FUNCTION catalog.is_word(text, boolean) IS
	'Whether a word, or one that begins with it, stands in any guide';

CREATE FUNCTION catalog.nearest_word(p_word text, p_is_begun boolean)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	-- Two letters wrong, one in a short word; who mistypes a short word
	-- mostly has its first letter right. A word that is still being typed
	-- may be wrong in one letter of what is there.
	SELECT n.word
	FROM (
		SELECT
			w.word,
			least(extension.levenshtein_less_equal(w.word, p_word, 2),
				CASE WHEN p_is_begun THEN 1 +
					extension.levenshtein_less_equal(
						left(w.word, length(p_word)),
						p_word, 1)
				END) AS distance
		FROM catalog.word AS w
		WHERE length(p_word) BETWEEN 4 AND 40
			AND length(w.word) >= length(p_word) - 2
			AND (p_is_begun
				OR length(w.word) <= length(p_word) + 2)
			AND (length(p_word) > 5
				OR left(w.word, 1) = left(p_word, 1))
	) AS n
	WHERE n.distance <= CASE WHEN length(p_word) > 4 THEN 2 ELSE 1 END
		AND EXISTS (
			SELECT
			FROM catalog.listing AS l
			WHERE l.words @@ quote_literal(n.word)::tsquery)
	ORDER BY n.distance, length(n.word), n.word
	LIMIT 1;
END;

COMMENT ON FUNCTION catalog.nearest_word(text, boolean) IS
	'The listed word that a mistyped one most likely is; null for none';

CREATE FUNCTION catalog.search(
	p_q text,
	OUT query tsquery,
	OUT in_title tsquery,
	OUT in_names tsquery,
	OUT in_skills tsquery,
	OUT any_of tsquery,
	OUT title text,
	OUT corrected text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	typed text[] := (string_to_array(catalog.plain(p_q), ' '))[1:12];
	n bigint := cardinality(typed);
	meant text[] := '{}';
	term text;
	-- An @ stands where weights go.
	terms text[] := '{}';
	word text;
	stem text;
	begun text;
	is_mended boolean := false;
BEGIN
	IF p_q IS NULL THEN
		query := '''*''';
		RETURN;
	END IF;
	FOR i IN 1 .. n LOOP
		word := typed[i];
		-- Words such as "of" say nothing, unless there is no other or
		-- one is about to become longer.
		CONTINUE WHEN i < n AND n > 1
			AND ts_lexize('pg_catalog.english_stem', word) = '{}';
		CONTINUE WHEN word = '';
		-- The last one may not be complete; a letter alone is, since
		-- C and R are languages.
		begun := CASE WHEN i = n AND length(word) > 1 THEN '*' END;
		IF NOT catalog.is_word(word, begun IS NOT NULL) THEN
			CONTINUE WHEN n > 1 AND ts_lexize(
				'pg_catalog.english_stem', word) = '{}';
			term := catalog.nearest_word(word, begun IS NOT NULL);
			is_mended := is_mended OR term IS NOT NULL;
			word := coalesce(term, word);
		END IF;
		meant := meant || word;
		term := format('%L:%s@', word, begun);
		stem := (ts_lexize('pg_catalog.english_stem', word))[1];
		IF stem <> word THEN
			term := format('(%s | %L:@)', term, stem);
		END IF;
		terms := terms || term;
	END LOOP;
	IF meant = '{}' THEN
		RETURN;
	END IF;
	term := array_to_string(terms, ' & ');
	query := replace(replace(term, ':@', ''), '@', '')::tsquery;
	in_title := replace(term, '@', 'A')::tsquery;
	in_names := replace(term, '@', 'AB')::tsquery;
	in_skills := replace(term, '@', 'ABC')::tsquery;
	any_of := replace(replace(array_to_string(terms, ' | '), ':@', ''),
		'@', '')::tsquery;
	title := array_to_string(meant, ' ');
	IF is_mended THEN
		corrected := title;
	END IF;
END
$$;

COMMENT ON FUNCTION catalog.search(text) IS
	'What a typed text asks of catalog.listing: all words, with typing errors
mended against its words; in_title and others the same of parts of names; any_of at least
one word; title the words in full, corrected too if they had to be. A query
of nothing finds all; one without a word has no query and finds none';

CREATE FUNCTION catalog.marked(p_text text, p_query tsquery, p_options text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(ts_headline('catalog.typed'::regconfig, p_text, p_query,
		p_options), p_text);
END;

COMMENT ON FUNCTION catalog.marked(text, tsquery, text) IS
	'The text with what a query asks for between two marks; the text as it
is where nothing is asked';

GRANT SELECT ON catalog.listing TO autopsy_web;
GRANT SELECT ON catalog.word TO autopsy_web;
GRANT EXECUTE ON FUNCTION catalog.plain(text),
	catalog.search_text(text), catalog.search_vector(text, "char"),
	catalog.is_word(text, boolean), catalog.nearest_word(text, boolean),
	catalog.search(text), catalog.marked(text, tsquery, text)
	TO autopsy_web;
