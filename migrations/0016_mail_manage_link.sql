-- migrate: no-transaction index=mail.message_message_id_idx
-- The mail whose link somebody opened.
CREATE INDEX CONCURRENTLY message_message_id_idx
	ON mail.message (message_id) WHERE kind = 'manage';
