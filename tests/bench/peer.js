// The peer that a worker is measured against: Node, fastify and pg, as one
// would deploy them. It runs the same queries, prepared, and sends the same
// bytes; run checks that. Of the page it does less than the worker does: the
// words that a page adds to its documents are made once, at the start.
//
// node peer.js SOCKET DATABASE_URL WORDS: WORDS is a page's data as JSON.
'use strict';
const cluster = require('node:cluster');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const fastify = require('fastify');
const pg = require('pg');
const template = require('./template');

const TOP = path.join(__dirname, '../..');
const [socket, url, wordsFile] = process.argv.slice(2);

// A query of src/career/career.sql, by its name.
function query(name) {
	const all = fs.readFileSync(path.join(TOP, 'src/career/career.sql'), 'utf8');
	const text = all.split(/^-- name: /m).find((q) => q.startsWith(`${name}\n`));
	return { name, text: text.slice(name.length), rowMode: 'array' };
}

function serve() {
	const pool = new pg.Pool({ connectionString: url, max: 4 });
	const app = fastify();
	const render = template.compile(path.join(TOP, 'src/views'), 'career/page');
	const words = JSON.parse(fs.readFileSync(wordsFile, 'utf8'));
	const document = query('career_document');
	const page = query('career_page');

	app.get('/api/v1/careers/:slug', async (request, reply) => {
		const found = await pool.query({ ...document,
			values: [request.params.slug, ''] });
		reply.type('application/json');
		return found.rows[0][0];
	});
	app.get('/careers/:category/:career/:country', async (request, reply) => {
		const { career, country } = request.params;
		const found = await pool.query({ ...page,
			values: [career, country.toUpperCase()] });
		const data = JSON.parse(found.rows[0][0]);
		const { sources, salary_sources, codes } = words.career;
		reply.type('text/html; charset=utf-8');
		return render({ ...words,
			career: { ...data.career, sources, salary_sources,
				codes } });
	});
	app.listen({ path: socket });
}

if (cluster.isPrimary)
	os.cpus().forEach(() => cluster.fork());
else
	serve();
