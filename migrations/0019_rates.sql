-- Rates of exchange: which of them hold, and pay in another currency.

CREATE VIEW salary.stated_rate AS
SELECT
	r.kind,
	r.base,
	r.quote,
	r.country,
	r.observed_on,
	r.rate,
	s.code AS source_code,
	s.snapshot_of IS NOT NULL AS is_snapshot,
	r.vintage_id
FROM salary.rate AS r
JOIN salary.vintage AS v ON v.id = r.vintage_id
JOIN salary.source AS s ON s.code = v.source_code
WHERE s.enabled
	AND (v.state = 'live'
		OR (v.state = 'past' AND s.collection_mode <> 'curated'));

COMMENT ON VIEW salary.stated_rate IS
	'Every rate that counts, as often as it was stated. What is fetched has
days that its next vintage leaves out; a file that people write is whole';

CREATE OR REPLACE VIEW salary.live_rate AS
SELECT DISTINCT ON (r.kind, r.base, r.quote, r.country, r.observed_on)
	r.kind,
	r.base,
	r.quote,
	r.country,
	r.observed_on,
	r.rate,
	r.source_code
FROM salary.stated_rate AS r
ORDER BY r.kind, r.base, r.quote, r.country, r.observed_on, r.is_snapshot,
	r.vintage_id DESC;

COMMENT ON VIEW salary.live_rate IS
	'Every rate that holds, for its own day or year; never for another. A
snapshot steps back for what was fetched';

CREATE FUNCTION salary.rates_are_live()
RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- Of pay the figures tell, behind their careers: two that lock the
	-- version and a career in different orders would wait for ever.
	IF EXISTS (
		SELECT
		FROM salary.source AS s
		WHERE s.code = new.source_code
			AND s.statistics = 'rate') THEN
		PERFORM catalog.bump_content_version();
	END IF;
	RETURN NULL;
END
$$;

COMMENT ON FUNCTION salary.rates_are_live() IS
	'Trigger: what is converted changes with the rates';

CREATE TRIGGER vintage_tell
	AFTER UPDATE OF state ON salary.vintage
	FOR EACH ROW WHEN (new.state = 'live')
	EXECUTE FUNCTION salary.rates_are_live();

-- Conversion.

CREATE VIEW salary.euro_rate AS
SELECT
	c.code AS currency,
	n.rate AS per_euro,
	n.observed_on,
	n.source_code
FROM catalog.currency AS c
CROSS JOIN LATERAL (
	SELECT
		r.rate,
		r.observed_on,
		r.source_code
	FROM salary.stated_rate AS r
	WHERE r.kind = 'spot'
		AND r.base = 'EUR'
		AND r.quote = c.code
	ORDER BY r.observed_on DESC, r.is_snapshot, r.vintage_id DESC
	LIMIT 1
) AS n
WHERE c.code <> 'EUR'
UNION ALL
SELECT
	'EUR' AS currency,
	1 AS per_euro,
	NULL::date AS observed_on,
	NULL::text AS source_code;

COMMENT ON VIEW salary.euro_rate IS
	'The newest rate of each currency, in units for one euro; that of the
euro itself is of no day';

CREATE VIEW salary.dollar_average AS
SELECT
	r.quote AS currency,
	min(r.rate) AS per_dollar,
	r.observed_on,
	min(r.source_code) AS source_code
FROM salary.live_rate AS r
JOIN catalog.country AS c ON c.code = r.country AND c.currency = r.quote
WHERE r.kind = 'year_average'
	AND r.base = 'USD'
GROUP BY r.quote, r.observed_on
HAVING max(r.rate) <= 1.000001 * min(r.rate);

COMMENT ON VIEW salary.dollar_average IS
	'The average of each currency and year, in units for one US dollar. Where
countries of one currency differ by more than how it is rounded, there is none';

CREATE TYPE salary.exchange AS (
	currency text,
	target text,
	rate numeric,
	kind text,
	rate_on date,
	source_codes text[]
);

COMMENT ON TYPE salary.exchange IS
	'One of currency is so many of target. What leads to itself has no kind
and no day';

CREATE FUNCTION salary.exchange_to(p_currency text)
RETURNS SETOF salary.exchange
LANGUAGE sql STABLE ROWS 20
BEGIN ATOMIC
	WITH euro AS MATERIALIZED (
		SELECT
			e.currency,
			e.per_euro,
			e.observed_on,
			e.source_code
		FROM salary.euro_rate AS e
	), average AS MATERIALIZED (
		SELECT
			a.currency,
			a.per_dollar,
			a.observed_on,
			a.source_code
		FROM salary.dollar_average AS a
	), spot AS MATERIALIZED (
		-- As old as the older of the two; a null does not count.
		SELECT
			h.currency,
			t.per_euro / h.per_euro AS rate,
			'spot' AS kind,
			least(t.observed_on, h.observed_on) AS rate_on,
			ARRAY[t.source_code, h.source_code] AS codes
		FROM euro AS t
		JOIN euro AS h ON h.currency <> t.currency
		WHERE t.currency = p_currency
	), yearly AS (
		SELECT DISTINCT ON (h.currency)
			h.currency,
			t.per_dollar / h.per_dollar AS rate,
			'year_average' AS kind,
			h.observed_on AS rate_on,
			ARRAY[t.source_code, h.source_code] AS codes
		FROM average AS t
		JOIN average AS h
			ON h.observed_on = t.observed_on
			AND h.currency <> t.currency
		WHERE t.currency = p_currency
		ORDER BY h.currency, h.observed_on DESC
	), found AS (
		SELECT s.currency, s.rate, s.kind, s.rate_on, s.codes
		FROM spot AS s
		UNION ALL
		SELECT y.currency, y.rate, y.kind, y.rate_on, y.codes
		FROM yearly AS y
		WHERE NOT EXISTS (
			SELECT
			FROM spot AS s
			WHERE s.currency = y.currency)
	)
	-- Eight digits, however small it is.
	SELECT
		f.currency,
		p_currency AS target,
		trim_scale(round(f.rate, 7 - floor(log(f.rate))::integer))
			AS rate,
		f.kind,
		f.rate_on,
		ARRAY(
			SELECT DISTINCT c.code
			FROM unnest(f.codes) AS c (code)
			WHERE c.code IS NOT NULL
			ORDER BY c.code) AS source_codes
	FROM found AS f
	UNION ALL
	SELECT
		c.code AS currency,
		c.code AS target,
		1 AS rate,
		NULL::text AS kind,
		NULL::date AS rate_on,
		'{}'::text[] AS source_codes
	FROM catalog.currency AS c
	WHERE c.code = p_currency;
END;

COMMENT ON FUNCTION salary.exchange_to(text) IS
	'How each currency is converted into one: by the newest rates of a day
through the euro, else by the newest averages of one year through the US dollar.
No row without a rate. All at once, since a page has many figures and few
currencies';

CREATE FUNCTION salary.converted(f salary.figure, x salary.exchange)
RETURNS json
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT CASE WHEN f.currency = x.currency THEN json_build_object(
		'low', round(f.low * x.rate)::bigint,
		'median', round(f.median * x.rate)::bigint,
		'high', CASE WHEN NOT f.high_is_lower_bound
			THEN round(f.high * x.rate)::bigint END,
		'currency', x.target,
		'rate', x.rate,
		'rate_kind', x.kind,
		'rate_on', x.rate_on,
		'rate_source_ids', x.source_codes)
	END;
END;

COMMENT ON FUNCTION salary.converted(salary.figure, salary.exchange) IS
	'A figure in another currency, by a row of salary.exchange_to; null for
no figure and for no rate';

GRANT SELECT ON salary.euro_rate, salary.dollar_average TO autopsy_web;
GRANT USAGE ON TYPE salary.exchange TO autopsy_web;
GRANT EXECUTE ON FUNCTION salary.exchange_to(text),
	salary.converted(salary.figure, salary.exchange) TO autopsy_web;
