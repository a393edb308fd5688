-- migrate: no-transaction index=salary.rate_newest_idx
-- The newest rate of a currency among years of them.
CREATE INDEX CONCURRENTLY rate_newest_idx
	ON salary.rate (kind, base, quote, observed_on DESC);
