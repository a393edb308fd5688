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

CREATE FUNCTION catalog.search_vector(p_parts text[], p_text text)
RETURNS tsvector
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	-- As they are written, for prefixes, and by their stems.
	SELECT array_to_tsvector(coalesce(array_agg(x.part || u.lexeme), '{}'))
	FROM catalog.search_text(p_text) AS t (words)
	CROSS JOIN unnest(to_tsvector('pg_catalog.simple'::regconfig, t.words)
		|| to_tsvector('pg_catalog.english'::regconfig, t.words)) AS u
	CROSS JOIN unnest(p_parts) AS x (part);
END;

COMMENT ON FUNCTION catalog.search_vector(text[], text) IS
	'What can be searched for of a part of a guide: each word after each of
the parts, so that an index can tell where it stands';

CREATE FUNCTION salary.middle(f salary.figure)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(f.median, (f.low + f.high) / 2, f.low, f.high);
END;

COMMENT ON FUNCTION salary.middle(salary.figure) IS
	'What pay is compared by: the median, else the middle of the range, else
the end that is known';

CREATE FUNCTION catalog.places(p_remote text[])
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT ('onsite' = ANY (p_remote))::int
		+ 2 * ('hybrid' = ANY (p_remote))::int
		+ 4 * ('remote' = ANY (p_remote))::int;
END;

COMMENT ON FUNCTION catalog.places(text[]) IS
	'Places of work as one number, which is counted faster';

CREATE FUNCTION catalog.pay_by_country(p_career_id bigint)
RETURNS bigint[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT array_agg(salary.middle(f) ORDER BY k.position)
	FROM catalog.country AS k
	LEFT JOIN salary.figure AS f
		ON f.career_id = p_career_id
		AND f.country = k.code
		AND f.level = 'mid';
END;

COMMENT ON FUNCTION catalog.pay_by_country(bigint) IS
	'The middle of mid-level pay in each country, by its place among them';

CREATE TABLE catalog.listing (
	career_id bigint NOT NULL,
	slug text COLLATE "C" NOT NULL,
	title text COLLATE "C" NOT NULL,
	category_id bigint NOT NULL,
	places bigint NOT NULL,
	entry_barrier text NOT NULL,
	work_life_balance bigint NOT NULL,
	ai_score bigint NOT NULL,
	published_at timestamptz NOT NULL,
	pay bigint[] NOT NULL,
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
COMMENT ON COLUMN catalog.listing.places IS
	'Where the work is done: 1 onsite, 2 hybrid, 4 remote, or their sum';
COMMENT ON COLUMN catalog.listing.pay IS
	'As catalog.pay_by_country gives it';
COMMENT ON COLUMN catalog.listing.words IS
	'The words of the guide, for the index alone: as they are; those of the
title after title:, those of title or synonyms after synonym:, and of skills
too after skill:; title= and synonym= with a whole name; by which values lists
are filtered; and * , which all have';

-- Rows stay narrow, and what is not read need not be compressed.
ALTER TABLE catalog.listing ALTER words SET STORAGE EXTERNAL;

CREATE INDEX listing_words_idx ON catalog.listing USING gin (words);
CREATE INDEX listing_title_idx ON catalog.listing (title, slug);
CREATE INDEX listing_category_id_idx ON catalog.listing (category_id);
CREATE INDEX listing_published_at_idx
	ON catalog.listing (published_at DESC, slug);

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
		(career_id, slug, title, category_id, places, entry_barrier,
		work_life_balance, ai_score, published_at, pay, words)
	SELECT
		s.career_id, s.slug, catalog.plain(s.name), s.category_id,
		catalog.places(s.remote), s.entry_barrier, s.work_life_balance,
		s.ai_score, s.published_at, catalog.pay_by_country(s.career_id),
		catalog.search_vector(
			ARRAY['', 'skill:', 'synonym:', 'title:'], s.name)
		|| catalog.search_vector(
			ARRAY['', 'skill:', 'synonym:'], y.synonyms)
		|| catalog.search_vector(ARRAY['', 'skill:'], y.skills)
		|| catalog.search_vector(ARRAY[''], s.category_title)
		|| strip(to_tsvector('pg_catalog.english',
			catalog.plain(t.words)))
		|| array_to_tsvector(coalesce(y.whole, '{}') || ARRAY[
			'*',
			'title=' || catalog.plain(s.name),
			'category=' || s.category_id,
			'entry_barrier=' || s.entry_barrier])
		|| array_to_tsvector(ARRAY(
			SELECT 'remote=' || e.place
			FROM unnest(s.remote) AS e (place)))
	FROM catalog.career_summary AS s
	JOIN catalog.career AS c ON c.id = s.career_id
	JOIN catalog.revision AS r ON r.id = c.revision_id
	CROSS JOIN LATERAL (
		SELECT
			array_agg('synonym=' || catalog.plain(y.name))
				FILTER (WHERE y.is_name) AS whole,
			string_agg(y.name, ' . ') FILTER (WHERE y.is_name)
				AS synonyms,
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
		category_id = excluded.category_id,
		places = excluded.places,
		entry_barrier = excluded.entry_barrier,
		work_life_balance = excluded.work_life_balance,
		ai_score = excluded.ai_score,
		published_at = excluded.published_at,
		pay = excluded.pay,
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
SET enable_seqscan = off
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
	RETURN EXISTS (
		SELECT
		FROM catalog.listing AS l
		WHERE l.words @@ format('%L | %L', p_word,
			coalesce(stem, p_word))::tsquery);
END
$$;

COMMENT ON FUNCTION catalog.is_word(text, boolean) IS
	'Whether a word stands in any guide, or one that begins with it in a name';

CREATE FUNCTION catalog.nearest_word(p_word text, p_is_begun boolean)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
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
	-- Who swaps two letters leaves none out.
	ORDER BY n.distance, abs(length(n.word) - length(p_word)), n.word
	LIMIT 1;
END;

COMMENT ON FUNCTION catalog.nearest_word(text, boolean) IS
	'The listed word that a mistyped one most likely is; null for none';

CREATE FUNCTION catalog.search_term(
	p_part text,
	p_word text,
	p_begun text)
RETURNS tsquery
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	-- Every word is there by its stem too, but those that have none.
	SELECT (quote_literal(p_part || coalesce(
			(ts_lexize('pg_catalog.english_stem', p_word))[1], p_word))
		|| coalesce(' | ' || quote_literal(p_begun || p_word) || ':*', ''))
		::tsquery;
END;

COMMENT ON FUNCTION catalog.search_term(text, text, text) IS
	'A word, as it is or by its stem, in a part; and what begins with it in
the part p_begun, null if the word is complete';

CREATE FUNCTION catalog.search(
	p_q text,
	OUT tiers tsquery[],
	OUT query tsquery,
	OUT all_of tsquery,
	OUT any_of tsquery,
	OUT any_name tsquery,
	OUT title text,
	OUT corrected text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	typed text[] := (string_to_array(catalog.plain(p_q), ' '))[1:12];
	n bigint := cardinality(typed);
	word text;
	term tsquery;
	nearest text;
	is_begun boolean;
	is_mended boolean := false;
	in_title tsquery;
	in_names tsquery;
	in_skills tsquery;
BEGIN
	IF p_q IS NULL THEN
		RETURN;
	END IF;
	FOR i IN 1 .. n LOOP
		word := typed[i];
		-- Words such as "of" say nothing, unless there is no other or
		-- one is about to become longer.
		CONTINUE WHEN i < n AND n > 1
			AND ts_lexize('pg_catalog.english_stem', word) = '{}';
		CONTINUE WHEN word = '';
		-- The last one may not be complete. Of one letter and nothing
		-- else it is: C and R are languages.
		is_begun := i = n AND (n > 1 OR length(word) > 1);
		IF NOT catalog.is_word(word, is_begun) THEN
			CONTINUE WHEN n > 1 AND ts_lexize(
				'pg_catalog.english_stem', word) = '{}';
			nearest := catalog.nearest_word(word, is_begun);
			is_mended := is_mended OR nearest IS NOT NULL;
			word := coalesce(nearest, word);
			typed[i] := word;
		END IF;
		term := catalog.search_term('title:', word,
			CASE WHEN is_begun THEN 'title:' END);
		in_title := coalesce(in_title && term, term);
		term := catalog.search_term('synonym:', word,
			CASE WHEN is_begun THEN 'synonym:' END);
		in_names := coalesce(in_names && term, term);
		term := catalog.search_term('skill:', word,
			CASE WHEN is_begun THEN 'skill:' END);
		in_skills := coalesce(in_skills && term, term);
		any_name := coalesce(any_name || term, term);
		-- Only what has a name is found by its beginning: so many words
		-- of texts begin alike.
		term := catalog.search_term('', word,
			CASE WHEN is_begun THEN 'skill:' END);
		query := coalesce(query && term, term);
		term := catalog.search_term('', word,
			CASE WHEN is_begun THEN '' END)
			|| quote_literal(word)::tsquery;
		all_of := coalesce(all_of && term, term);
		any_of := coalesce(any_of || term, term);
	END LOOP;
	IF query IS NULL THEN
		-- No word has a blank in it.
		query := quote_literal(' ')::tsquery;
	END IF;
	title := array_to_string(typed, ' ');
	corrected := CASE WHEN is_mended THEN title END;
	-- Each without those before it, which are parts of it.
	tiers := ARRAY[
		quote_literal('title=' || title)::tsquery,
		quote_literal('synonym=' || title)::tsquery,
		(quote_literal('title=' || title) || ':*')::tsquery && in_title,
		in_title, in_names, in_skills, query];
	tiers[7] := tiers[7] && !!in_skills;
	tiers[6] := tiers[6] && !!in_names;
	tiers[5] := tiers[5] && !!in_title && !!tiers[2];
	tiers[4] := tiers[4] && !!tiers[3] && !!tiers[2];
	tiers[3] := tiers[3] && !!tiers[1] && !!tiers[2];
	tiers[2] := tiers[2] && !!tiers[1];
END
$$;

COMMENT ON FUNCTION catalog.search(text) IS
	'What a typed text asks of catalog.listing: query for all its words, with
typing errors mended, null if nothing is typed. tiers are its parts, best
first: title, synonym, start of a title; all words in titles, in synonyms
too, in skills too, anywhere. all_of and any_of are of the words of one text,
any_name: at least one word in a name; title: the words in full, corrected too
if they had to be';

CREATE FUNCTION catalog.filters(
	p_category_id bigint,
	p_remote text,
	p_entry_barrier text,
	OUT all_of tsquery,
	OUT but_one tsquery)
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	c tsquery := quote_literal('category=' || p_category_id)::tsquery;
	r tsquery := quote_literal('remote=' || p_remote)::tsquery;
	e tsquery := quote_literal('entry_barrier=' || p_entry_barrier)::tsquery;
BEGIN
	all_of := coalesce(c && r && e, c && r, c && e, r && e, c, r, e);
	but_one := CASE num_nonnulls(c, r, e)
		WHEN 3 THEN (c && r) || (c && e) || (r && e)
		WHEN 2 THEN coalesce(c, r) || coalesce(e, r)
	END;
END
$$;

COMMENT ON FUNCTION catalog.filters(bigint, text, text) IS
	'Filters as a query of catalog.listing, and one of what fails at most one
of them, which facets count; null where that is everything';

-- To plan takes longer than most searches, and the index of words is right for
-- all but the words that nearly every guide has: it is used always. A planner
-- would rather read the words of each row, whose size it does not count.

CREATE FUNCTION catalog.count_listed(
	p_query tsquery,
	p_least_balance bigint,
	p_least_ai_score bigint,
	p_least_pay bigint,
	p_country bigint)
RETURNS TABLE (
	category_id bigint,
	places bigint,
	entry_barrier text,
	careers bigint)
LANGUAGE plpgsql STABLE ROWS 100
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_sort = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT
		l.category_id,
		l.places,
		l.entry_barrier,
		count(*)
	FROM catalog.listing AS l
	WHERE l.words @@ p_query
		AND (p_least_balance IS NULL
			OR l.work_life_balance >= p_least_balance)
		AND (p_least_ai_score IS NULL OR l.ai_score >= p_least_ai_score)
		AND (p_least_pay IS NULL OR l.pay[p_country] >= p_least_pay)
	GROUP BY l.category_id, l.places, l.entry_barrier;
END
$$;

COMMENT ON FUNCTION catalog.count_listed(tsquery, bigint, bigint, bigint,
	bigint) IS
	'How many careers there are of each kind that facets tell apart';

CREATE FUNCTION catalog.suggested(p_query tsquery)
RETURNS TABLE (n bigint, career_id bigint)
LANGUAGE plpgsql STABLE ROWS 3
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	-- Materialized, so that it is not looked for among the newest.
	WITH found AS MATERIALIZED (
		SELECT
			l.career_id,
			l.published_at
		FROM catalog.listing AS l
		WHERE l.words @@ p_query
	)
	SELECT
		row_number() OVER (ORDER BY min(x.place),
			max(x.published_at) DESC, x.career_id),
		x.career_id
	FROM (
		(
			SELECT
				f.career_id,
				f.published_at,
				1 AS place
			FROM found AS f
			ORDER BY f.published_at DESC, f.career_id
			LIMIT 3
		)
		UNION ALL
		(
			SELECT
				l.career_id,
				l.published_at,
				2
			FROM catalog.listing AS l
			ORDER BY l.published_at DESC, l.slug
			LIMIT 3
		)
	) AS x
	GROUP BY x.career_id
	ORDER BY 1
	LIMIT 3;
END
$$;

COMMENT ON FUNCTION catalog.suggested(tsquery) IS
	'Three careers that a query finds, the newest first; else the newest';

CREATE FUNCTION catalog.page_by_title(
	p_query tsquery,
	p_least_balance bigint,
	p_least_ai_score bigint,
	p_least_pay bigint,
	p_country bigint,
	p_title text,
	p_slug text,
	p_count bigint)
RETURNS TABLE (title text, slug text, career_id bigint)
LANGUAGE plpgsql STABLE ROWS 20
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT
		l.title,
		l.slug,
		l.career_id
	FROM catalog.listing AS l
	WHERE l.words @@ p_query
		AND (p_least_balance IS NULL
			OR l.work_life_balance >= p_least_balance)
		AND (p_least_ai_score IS NULL OR l.ai_score >= p_least_ai_score)
		AND (p_least_pay IS NULL OR l.pay[p_country] >= p_least_pay)
		AND (l.title, l.slug) > (p_title, p_slug)
	ORDER BY l.title, l.slug
	LIMIT p_count;
END
$$;

COMMENT ON FUNCTION catalog.page_by_title(tsquery, bigint, bigint, bigint,
	bigint, text, text, bigint) IS
	'What a query finds after a title, looking at the words of one after the
other: quick where many are found';

CREATE FUNCTION catalog.page_listed(
	p_tiers tsquery[],
	p_filter tsquery,
	p_sort text,
	p_least_balance bigint,
	p_least_ai_score bigint,
	p_least_pay bigint,
	p_country bigint,
	p_rank bigint,
	p_title text,
	p_slug text,
	p_count bigint,
	p_is_common boolean)
RETURNS TABLE (rank bigint, title text, slug text, career_id bigint)
LANGUAGE plpgsql STABLE ROWS 20
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
	wanted tsquery;
	place bigint;
	left_over bigint := p_count;
	got bigint;
BEGIN
	FOR i IN 1 .. cardinality(p_tiers) LOOP
		wanted := coalesce(p_tiers[i] && p_filter, p_tiers[i]);
		place := CASE p_sort WHEN 'relevance' THEN i ELSE 0 END;
		IF place < p_rank AND p_sort = 'relevance' THEN
			CONTINUE;
		ELSIF p_sort NOT IN ('relevance', 'name') THEN
			RETURN QUERY
			SELECT m.rank, m.title, m.slug, m.career_id
			FROM (
				SELECT
					CASE p_sort
						WHEN 'salary' THEN coalesce(
							-l.pay[p_country],
							9223372036854775807)
						WHEN 'balance' THEN
							-l.work_life_balance
						WHEN 'ai_score' THEN -l.ai_score
						WHEN 'newest' THEN -extract(epoch
							FROM l.published_at)::bigint
					END AS rank,
					l.title,
					l.slug,
					l.career_id
				FROM catalog.listing AS l
				WHERE l.words @@ wanted
					AND (p_least_balance IS NULL
						OR l.work_life_balance
							>= p_least_balance)
					AND (p_least_ai_score IS NULL
						OR l.ai_score >= p_least_ai_score)
					AND (p_least_pay IS NULL
						OR l.pay[p_country] >= p_least_pay)
			) AS m
			WHERE p_rank IS NULL
				OR (m.rank, m.title, m.slug)
					> (p_rank, p_title, p_slug)
			ORDER BY m.rank, m.title, m.slug
			LIMIT left_over;
		ELSIF p_is_common AND i = cardinality(p_tiers) THEN
			RETURN QUERY
			SELECT place, t.*
			FROM catalog.page_by_title(wanted, p_least_balance,
				p_least_ai_score, p_least_pay, p_country,
				CASE WHEN place = p_rank THEN p_title
					ELSE '' END,
				CASE WHEN place = p_rank THEN p_slug
					ELSE '' END, left_over) AS t;
		ELSE
			RETURN QUERY
			SELECT place, l.title, l.slug, l.career_id
			FROM catalog.listing AS l
			WHERE l.words @@ wanted
				AND (p_least_balance IS NULL
					OR l.work_life_balance >= p_least_balance)
				AND (p_least_ai_score IS NULL
					OR l.ai_score >= p_least_ai_score)
				AND (p_least_pay IS NULL
					OR l.pay[p_country] >= p_least_pay)
				AND (place IS DISTINCT FROM p_rank
					OR (l.title, l.slug) > (p_title, p_slug))
			ORDER BY l.title, l.slug
			LIMIT left_over;
		END IF;
		GET DIAGNOSTICS got = ROW_COUNT;
		left_over := left_over - got;
		EXIT WHEN left_over <= 0;
	END LOOP;
END
$$;

COMMENT ON FUNCTION catalog.page_listed(tsquery[], tsquery, text, bigint,
	bigint, bigint, bigint, bigint, text, text, bigint, boolean) IS
	'The first careers of a list after the one of that rank, title and slug,
tier by tier, so that few are looked at. p_is_common: so many are found that
the next one in the order of titles is near';

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
	catalog.search_text(text), catalog.search_vector(text[], text),
	catalog.is_word(text, boolean), catalog.nearest_word(text, boolean),
	catalog.search_term(text, text, text), catalog.search(text),
	catalog.filters(bigint, text, text), catalog.places(text[]),
	catalog.suggested(tsquery),
	catalog.count_listed(tsquery, bigint, bigint, bigint, bigint),
	catalog.page_by_title(tsquery, bigint, bigint, bigint, bigint, text,
		text, bigint),
	catalog.page_listed(tsquery[], tsquery, text, bigint, bigint, bigint,
		bigint, bigint, text, text, bigint, boolean),
	catalog.marked(text, tsquery, text), salary.middle(salary.figure)
	TO autopsy_web;
