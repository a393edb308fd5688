-- Sign-ups, and what the links in mails lead to. All but the choices go
-- through functions of schema mail, of which the web sees no table.

-- name: signup_choices
-- Called by the form: what one can be told of beside all guides.
SELECT json_agg(json_build_object(
	'topic', 'category:' || g.slug,
	'title', g.title)
	ORDER BY g.position) AS body
FROM catalog.category AS g;

-- name: signup_mode
-- Called before each sign-up: open or careful.
SELECT mail.signup_mode();

-- name: sign_up
-- Called by POST /subscribe and the API: $1 e-mail, $2 its hash, $3 hash of
-- the mailbox, $4 domain or null, $5 topics, $6 wording, $7 address, $8
-- program, $9 page.
SELECT mail.sign_up($1::text, $2::bytea, $3::bytea, $4::text, $5::text[],
	$6::text, $7::inet, $8::text, $9::text);

-- name: show_signup
-- Called by the pages to confirm and to block: $1 sign-up, $2 generation.
SELECT s.body
FROM (SELECT mail.show_signup($1::uuid, $2::bigint)) AS s (body)
WHERE s.body IS NOT NULL;

-- name: confirm_signup
-- $1 sign-up, $2 generation, $3 address, $4 program.
SELECT mail.confirm_signup($1::uuid, $2::bigint, $3::inet, $4::text);

-- name: block_signup
-- $1 sign-up, $2 address, $3 program.
SELECT mail.block_signup($1::uuid, $2::inet, $3::text);

-- name: reader_topics
-- Called by the page to leave: $1 reader.
SELECT r.body
FROM (SELECT mail.reader_topics($1::uuid)) AS r (body)
WHERE r.body IS NOT NULL;

-- name: set_topics
-- $1 reader, $2 topics to keep, $3 kind of event, $4 address, $5 program.
SELECT mail.set_topics($1::uuid, $2::text[], $3::text, $4::inet, $5::text);

-- name: request_manage
-- $1 reader, who is mailed a link to their data.
SELECT mail.request_manage($1::uuid);

-- name: managed_data
-- Called by the page of that link: $1 id of its mail.
SELECT d.body
FROM (SELECT mail.managed_data($1::uuid)) AS d (body)
WHERE d.body IS NOT NULL;

-- name: set_managed_topics
-- As set_topics, but $1 is the id of the mail with the link.
SELECT mail.set_topics(mail.managed_reader($1::uuid), $2::text[], $3::text,
	$4::inet, $5::text);

-- name: erase_managed
-- $1 id of the mail with the link.
SELECT coalesce(mail.erase_managed($1::uuid), false);
