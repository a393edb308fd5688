-- Addresses are looked for by their keyed hash: that of somebody who was
-- erased is all that is left.

-- name: subscriber_show
-- Called by autopsy-ctl subscriber: all that is stored, null if nothing is.
SELECT mail.show_reader($1::bytea);

-- name: subscriber_erase
-- Called by autopsy-ctl subscriber erase: whether there was something to erase.
SELECT mail.erase_reader($1::bytea, NULL, NULL);
