-- migrate: no-transaction index=mail.signup_requested_at_idx
-- The requests of late, each time somebody signs up.
CREATE INDEX CONCURRENTLY signup_requested_at_idx
	ON mail.signup (requested_at DESC);
