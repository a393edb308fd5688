-- Readers as they are told of what was published.

-- name: announce
-- Called by autopsy-ctl content publish in the transaction that published the
-- first revision of a guide: $1 career id, $2 seconds in which other new
-- guides join the mail. Returns how many readers will be told.
SELECT mail.announce($1::bigint, $2::bigint * interval '1 second');
