"use strict";
/*
 * People who signed up at the copy that the environment names, and the links
 * that they were mailed: read from the mail, or made here with the copy's key.
 */
const { execFileSync } = require("node:child_process");
const { createHmac, randomUUID } = require("node:crypto");
const fs = require("node:fs");

const PATHS = { confirm: "/subscribe/confirm/", block: "/subscribe/block/",
		unsubscribe: "/unsubscribe/", manage: "/subscribe/settings/" };

/* The rows that the last statement gives, each a list of texts. */
function ask(sql) {
	const out = execFileSync("psql", [
		"-XAtq", "-v", "ON_ERROR_STOP=1",
		"-c", "SET ROLE autopsy_owner", "-c", sql,
		process.env.DATABASE_URL,
	], { encoding: "utf8" });

	return out.trim().split("\n").map((line) => line.split("|"));
}

function token(purpose, uuid, generation) {
	const [id, key] = fs.readFileSync(process.env.LINK_KEYS_FILE, "utf8")
		.split(/\s+/);
	const number = Buffer.from(uuid.replaceAll("-", ""), "hex");
	const mac = createHmac("sha256", Buffer.from(key, "hex"))
		.update(`${purpose}\0`).update(Buffer.from([1])).update(number)
		.update(Buffer.from([generation, 0])).digest();

	return Buffer.concat([Buffer.from([1, Number(id)]), number, mac])
		.toString("base64url");
}

function link(purpose, uuid, generation = "1") {
	return PATHS[purpose] + token(purpose, uuid, Number(generation));
}

/* As it was mailed to who asked by the form. */
function confirmLink(email, purpose = "confirm") {
	const [[id, generation]] = ask(`SELECT id, generation FROM mail.signup
		WHERE email = '${email}' ORDER BY requested_at DESC LIMIT 1`);

	return link(purpose, id, generation);
}

function leaveLink(email) {
	const [[id]] = ask(`SELECT id FROM mail.reader
		WHERE email = '${email}'`);

	return link("unsubscribe", id);
}

function dataLink(email) {
	const [[id]] = ask(`SELECT m.message_id FROM mail.message AS m
		JOIN mail.reader AS r ON r.id = m.reader_id
		WHERE r.email = '${email}' AND m.kind = 'manage'`);

	return link("manage", id);
}

/* All mails to an address, in plain text with its long lines joined. */
function mailsTo(email) {
	const folder = `${process.env.MAIL_URL.replace(/^file:/, "")}/new`;

	return fs.readdirSync(folder)
		.map((name) => fs.readFileSync(`${folder}/${name}`, "utf8"))
		.filter((mail) => mail.includes(`\r\nTo: <${email}>`) ||
			mail.includes(`\nTo: <${email}>`))
		.map((mail) => mail.replace(/=\r?\n/g, "").replace(/=3D/g, "="));
}

/* The path of such a link in a mail, which may still be on its way. */
async function mailedLink(email, purpose) {
	const link = new RegExp(`${PATHS[purpose]}[A-Za-z0-9_-]{67}`);

	for (let wait = 0; wait < 200; wait++) {
		const found = link.exec(mailsTo(email).join("\n"));

		if (found)
			return found[0];
		await new Promise((done) => setTimeout(done, 100));
	}
	throw new Error(`no mail to ${purpose} came within 20 s`);
}

let count = 0;

/* Signs up somebody new, by what the forms call, and gives their link; one of
   purpose "gone" is nobody's. */
function newLink(purpose) {
	if (purpose === "gone")
		return link("confirm", randomUUID());
	count++;
	const email = `person-${process.pid}-${count}@example.org`;
	/* Nobody meets the limits of another. */
	const ip = `2001:db8:${count.toString(16)}::7`;
	const isReader = ["unsubscribe", "manage"].includes(purpose);

	ask(`SELECT mail.sign_up('${email}', sha256('${email}'),
			sha256('${email}'), NULL,
			'{category:finance,category:information-technology}',
			'2026-11-24', '${ip}', 'Mozilla/5.0 (X11; Linux x86_64)',
			'/careers')`);
	if (!isReader)
		return confirmLink(email, purpose);
	ask(`SELECT mail.confirm_signup(s.id, s.generation, '${ip}',
			'Mozilla/5.0 (X11; Linux x86_64)')
		FROM mail.signup AS s WHERE s.email = '${email}'`);
	if (purpose === "unsubscribe")
		return leaveLink(email);
	ask(`SELECT mail.request_manage(r.id)
		FROM mail.reader AS r WHERE r.email = '${email}'`);
	return dataLink(email);
}

/* Calls act while hardly anybody of the last 200 has confirmed. */
async function whileCareful(act) {
	ask(`INSERT INTO mail.signup (email, email_hash, topics, text_version,
			requested_at, expires_at)
		SELECT 'x' || n || '@crowd.example', sha256(n::text::bytea),
			'{all}', '2026-11-24', now() - interval '1 hour',
			now() + interval '1 day'
		FROM generate_series(1, 200) AS n`);
	try {
		return await act();
	} finally {
		ask(`DELETE FROM mail.signup
			WHERE email LIKE '%@crowd.example'`);
	}
}

module.exports = { leaveLink, mailedLink, newLink, whileCareful };
