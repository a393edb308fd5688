"use strict";
/* R25: every page there is, its markup, head, links and headers. */
const assert = require("node:assert/strict");
const { execFile } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { test } = require("node:test");
const { promisify } = require("node:util");
const { BASE, PAGES, nothing, session } = require("./support.js");

/* Runs in an empty page: what a page holds, without loading any of it. */
function take(text) {
	const page = new DOMParser().parseFromString(text, "text/html");
	const content = (selector) =>
		page.querySelector(selector)?.getAttribute("content") || "";
	const attribute = (name) => [...page.querySelectorAll(`[${name}]`)]
		.map((e) => e.getAttribute(name));

	return {
		ids: attribute("id"), links: [...attribute("href"),
					      ...attribute("src")],
		title: page.title, description: content("meta[name=description]"),
		og: ["title", "description", "url", "type"].map(
			(name) => content(`meta[property='og:${name}']`)),
		canonical: page.querySelector("link[rel=canonical]")
			?.getAttribute("href"),
		isIndexed: !content("meta[name=robots]").includes("noindex"),
		data: [...page.querySelectorAll("script[type*='ld+json']")].map(
			(e) => e.textContent),
		words: `${page.body.textContent} ${attribute("value").join(" ")}`,
	};
}

/* Follows all links: pages by address, redirects, and what is amiss. */
async function crawl(page) {
	const todo = [`${BASE}/`];
	const pages = new Map(), redirects = new Map(), broken = [];

	for (const address of todo) {
		const reply = await fetch(address, { redirect: "manual" });
		const type = reply.headers.get("content-type") || "";

		if (reply.headers.has("location"))
			redirects.set(address, reply.headers.get("location"));
		else if (reply.status !== 200)
			broken.push(`${address}: ${reply.status}`);
		if (reply.status !== 200 || !type.startsWith("text/html"))
			continue;
		const text = await reply.text();
		const seen = await page.evaluate(take, text);

		pages.set(address, { text, ...seen });
		for (const link of seen.links) {
			const url = new URL(link, address);

			url.hash = "";
			if (url.origin === BASE && !todo.includes(url.href))
				todo.push(url.href);
		}
	}
	return { pages, redirects, broken };
}

let whole;

/* All pages and states, fetched once for all tests. */
function site() {
	whole ??= session({}, async (go, { page }) => {
		const states = new Map();

		for (const one of PAGES)
			states.set(one.name, await (await go(one)).reply.text());
		return { states, ...await crawl(page) };
	});
	return whole;
}

test("R25 links lead to pages and parts of pages that exist", async () => {
	const { pages, redirects, broken } = await site();
	const found = [...broken];

	for (const [address, { links }] of pages)
		for (const link of links) {
			const { origin, href, hash } = new URL(link, address);
			const page = pages.get(href.replace(hash, ""));

			if (origin === BASE && hash &&
			    !page?.ids.includes(hash.slice(1)))
				found.push(`${address}: ${link}`);
		}
	assert.ok(pages.size > 60, `only ${pages.size} pages`);
	for (const [address, place] of redirects)
		if (!address.startsWith(`${BASE}/go/`) ||
		    !place.startsWith("https://"))
			found.push(`${address} leads on to ${place}`);
	nothing(found);
});

test("R25 the markup of every page and state has no error", async () => {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "markup-"));
	const jar = require.resolve("vnu-jar/build/dist/vnu.jar");
	const { states, pages } = await site();
	const names = new Map();

	for (const [name, text] of [...states, ...[...pages].map(
		([address, page]) => [address, page.text])]) {
		const file = `${names.size}.html`;

		names.set(file, name);
		fs.writeFileSync(path.join(folder, file), text);
	}
	try {
		const { stderr } = await promisify(execFile)("java", [
			"-jar", jar, "--errors-only", "--exit-zero-always",
			"--format", "json", folder], { maxBuffer: 1 << 26 });

		nothing(JSON.parse(stderr).messages.map(
			({ url, message, lastLine }) =>
				`${names.get(path.basename(url))}: ` +
				`${message} (line ${lastLine})`));
	} finally {
		fs.rmSync(folder, { recursive: true });
	}
});

test("R25 every page has a title, a description and words to share",
     async () => {
	const found = [];
	const titles = new Map();

	for (const [address, { title, description, og, canonical, isIndexed }] of
		(await site()).pages) {
		const other = titles.get(title);

		if (title.length < 10 || description.length < 20)
			found.push(`${address}: “${title}”, “${description}”`);
		if (isIndexed && og.some((words) => !words))
			found.push(`${address}: to share: ${og}`);
		if (isIndexed && other && other !== canonical)
			found.push(`${address} has the title of ${other}`);
		titles.set(title, canonical);
	}
	nothing(found);
});

/* All numbers of a document, with where they stand. */
function numbers(data, at = "") {
	if (typeof data === "number")
		return [{ at, number: data }];
	return data && typeof data === "object" ?
		Object.entries(data).flatMap(([key, value]) =>
			numbers(value, `${at}.${key}`)) : [];
}

test("R25 JSON-LD is valid and its numbers are on the page", async () => {
	const found = [];
	let count = 0;

	for (const [address, { data, words }] of (await site()).pages)
		for (const text of data)
			for (const { at, number } of numbers(JSON.parse(text))) {
				const said = number.toLocaleString("en-US");
				const place = at.split(".").at(-1);

				count++;
				/* The place in the breadcrumb is its order. */
				if (place !== "position" &&
				    !new RegExp(`(?<![\\d,])${said}(?![\\d,])`)
					.test(words))
					found.push(`${address}: ${at} ${said}`);
			}
	assert.ok(count > 20);
	nothing(found);
});

test("R25 Mozilla's Observatory gives at least 120", async (t) => {
	const folder = path.dirname(
		require.resolve("@mdn/mdn-http-observatory/package.json"));
	const load = (file) => import(path.join(folder, "src", file));
	const preloaded = path.join(folder, "conf/hsts-preload.json");

	/* Its installation script would fetch the hosts that browsers know to
	   have TLS; localhost is none of them. */
	if (!fs.existsSync(preloaded))
		fs.writeFileSync(preloaded, "{}");
	const { retrieve } = await load("retriever/retriever.js");
	const { ALL_TESTS } = await load("constants.js");
	const { getGradeForScore, getScoreModifier } =
		await load("grader/grader.js");
	const requests = await retrieve("localhost", {
		httpPort: process.env.COPY_HTTP_PORT,
		httpsPort: new URL(BASE).port });

	assert.equal(requests.responses.auto?.status, 200);
	assert.ok(requests.responses.auto.verified);
	const results = ALL_TESTS.map((check) => check(requests));
	const score = results.reduce((sum, { result }) =>
		sum + getScoreModifier(result), 100);

	t.diagnostic(`${score}, ${getGradeForScore(score).grade}: ` +
		results.map(({ result }) => result).join(" "));
	nothing(results.filter(({ pass }) => !pass).map(({ result }) => result));
	assert.ok(score >= 120, `${score}`);
});

test("R25 plain HTTP leads to TLS at once", async () => {
	const reply = await fetch(
		`http://localhost:${process.env.COPY_HTTP_PORT}/careers`,
		{ redirect: "manual" });

	assert.equal(reply.status, 301);
	assert.equal(reply.headers.get("location"), "https://localhost/careers");
});
