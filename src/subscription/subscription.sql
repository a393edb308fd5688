-- name: request_subscription
-- POST /subscribe; the same answer whether the address is known or not
SELECT mail.request_subscription($1::text, $2::text, $3::text);
