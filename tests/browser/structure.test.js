"use strict";
/* What a page is made of, by meaning. */
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { BASE, CAREER, PAGES, SEVERAL, SHOP, api, byName, careers, each, visit } = require("./support.js");

const SECTIONS = ["work", "skills", "day", "salary", "ai", "progression",
		  "sources", "start"];
const LEVELS = ["junior", "mid", "senior", "manager"];
const COUNTRIES = ["my", "sg", "ph", "th", "id", "vn", "in", "au", "nz", "gb",
		   "de", "nl", "us", "ca", "ae"];
/* Of a network in Singapore and of one in Germany. */
const SINGAPORE = "165.21.83.88";
const GERMANY = "84.160.0.1";

test("R10 there is one h1, no skipped level, and each landmark once",
     () => each(PAGES, {}, (page) => page.evaluate(() => {
	const { all, openAll, say } = window.look;
	const found = [];
	let before = 0;

	openAll();
	for (const tag of ["h1", "main", "body > header", "body > footer"])
		if (document.querySelectorAll(tag).length !== 1)
			found.push(`not one ${tag}`);
	for (const e of all("h1, h2, h3, h4, h5, h6")) {
		const level = Number(e.tagName[1]);

		/* What went wrong stands above the h1. */
		if (level > before + 1 && !e.closest("[role=alert]"))
			found.push(`${say(e)} follows an h${before}`);
		before = level;
	}
	return found;
})));

test("R10 each section has a heading with an id that the contents link to",
     () => each(careers, {}, (page) => page.evaluate((sections) => {
	const found = [];

	for (const id of sections) {
		const e = document.getElementById(id);

		if (!e?.matches("h2") && !e?.querySelector("h2"))
			found.push(`#${id} is no section with an h2`);
		if (!document.querySelector(`main nav a[href="#${id}"]`))
			found.push(`no contents link to #${id}`);
	}
	return found;
}, SECTIONS)));

test("the contents of long pages number every part",
     () => each([byName("api"), byName("methodology")], {}, (page) =>
	page.evaluate(() => window.look.all(".contents a").filter((e) =>
		!/^counter/.test(getComputedStyle(e, "::before").content))
		.map(window.look.say))));

/* Runs in the page: where its choices of country and of level lead. */
function choices() {
	const navs = [...document.querySelectorAll("main nav")].map(
		(nav) => [...nav.querySelectorAll("a")].map((e) => ({
			country: e.pathname.match(/\/([a-z]{2})$/)?.[1],
			level: new URL(e.href).searchParams.get("level"),
			isCurrent: e.hasAttribute("aria-current") })));
	const varies = (links, key) =>
		new Set(links.map((link) => link[key])).size;

	return { countries: navs.find((links) => varies(links, "country") > 5),
		 levels: navs.find((links) => varies(links, "level") > 2) };
}

test("R11 choices are links, marked, and keep each other",
     () => visit(byName("career-limited"), {}, async (page) => {
	const { countries, levels } = await page.evaluate(choices);

	assert.deepEqual(countries, COUNTRIES.map((country) => ({
		country, level: "senior", isCurrent: country === "sg" })));
	assert.deepEqual(levels, LEVELS.map((level) => ({
		country: "sg", level, isCurrent: level === "senior" })));
}));

test("R11 the canonical address has only the query that makes the page",
     () => each(
	PAGES.filter(({ path, status }) => path && !status), {},
	(page, { one }) => page.evaluate(([base, own]) => {
	const { href } = document.querySelector("link[rel=canonical]") || {};

	/* What is no page of its own has none. */
	return href ? href === own || (href.startsWith(base) &&
		!href.includes("?")) ? [] : [href] :
		document.querySelector("meta[name=robots][content=noindex]") ?
			[] : ["none"];
}, [(one.is_several ? SEVERAL : BASE) +
    one.path.split("?")[0].replace(/\/..$/, ""),
    one.is_shop ? SHOP + one.path : SEVERAL + one.canonical])));

/* Runs in the page: the words by which it tells the country. */
function shownFor() {
	const words = /Shown for ([A-Z][A-Za-z ]+?)\s*[:,.]/;
	const e = window.look.all("p, div, nav").filter(
		(one) => words.test(one.textContent)).at(-1);

	return { country: e?.textContent.replace(/\s+/g, " ").match(words)?.[1],
		 change: [...e?.querySelectorAll("a, button") || []].some(
			(one) => /change/i.test(one.computedName)) };
}

test("R12 the region is said with a way to change it, and never forced",
     async () => {
	const asked = [
		[CAREER, SINGAPORE, "Singapore"],
		[CAREER, GERMANY, "Germany"],
		[CAREER, SINGAPORE, "Singapore"],
		[`${CAREER}/us`, SINGAPORE, "United States"],
		[CAREER, GERMANY, "Germany"],
	];

	for (const [path, address, country] of asked)
		await visit({ path }, { address }, async (page, { reply }) => {
			assert.equal(page.url(), BASE + path);
			assert.equal(reply.request().redirectedFrom(), null);
			assert.deepEqual(await page.evaluate(shownFor),
					 { country, change: true });
			if (path === CAREER)
				assert.match(reply.headers()["cache-control"],
					     /private|no-store/);
		});
});

/* Runs in the page: the table of all countries. */
function payTable() {
	const { all, isVisible } = window.look;
	const table = all("table").find((e) => e.caption &&
		e.querySelectorAll("tbody tr:has(td)").length >= 15);

	if (!table)
		return null;
	return {
		caption: table.caption.textContent,
		words: table.textContent,
		isOpen: !table.closest("details"),
		columns: [...table.tHead.rows[0].cells].map(
			(e) => [e.tagName, e.scope, e.textContent.trim()].join()),
		rows: [...table.querySelectorAll("tbody tr:has(td)")].map((row) => ({
			head: row.cells[0].textContent,
			scope: row.cells[0].scope,
			cells: [...row.querySelectorAll("td")].map((e) => ({
				text: e.textContent.trim(),
				isVisible: isVisible(e),
				isRight: /right|end/.test(
					getComputedStyle(e).textAlign),
				isTabular: /tabular-nums/.test(getComputedStyle(e)
					.fontVariantNumeric),
			})),
		})),
	};
}

for (const width of [375, 1280])
	test(`R13 one table has every country and level, ${width} px`,
	     () => each(careers, { viewport: { width, height: 900 } },
			async (page) => {
		const table = await page.evaluate(payTable);
		const found = [];

		if (!table)
			return ["no table of 15 countries"];
		assert.match(table.caption + table.words, /a year/);
		assert.ok(table.isOpen && table.caption.trim());
		assert.deepEqual(table.columns, ["Country", "Junior", "Mid",
			"Senior", "Manager"].map((title) => `TH,col,${title}`));
		assert.equal(table.rows.length, 15);
		for (const { head, scope, cells } of table.rows) {
			if (scope !== "row" || !/\b[A-Z]{3}\b/.test(head))
				found.push(`${head}: scope ${scope}, or no currency`);
			if (cells.length !== 4)
				found.push(`${head}: ${cells.length} cells`);
			for (const cell of cells)
				if (!cell.text || !cell.isVisible ||
				    !cell.isRight || !cell.isTabular)
					found.push(`${head}: ${JSON.stringify(cell)}`);
		}
		return found;
	}));

test("R16 hours tell what happens and don't close one another",
     async () => {
	const { days } = await api("/careers/backend-developer");

	assert.deepEqual(days.levels.map(({ level }) => level), LEVELS);
	await each(careers, {}, (page) => page.evaluate((wanted) => {
		const summaries = [...document.getElementById("day")
			.closest("section").querySelectorAll("details summary")]
			.filter((e) => /^\s*\d\d?:\d\d/.test(e.textContent));
		const found = [];

		for (const [i, { start, title, text }] of wanted.entries()) {
			const e = summaries[i];
			const has = (part, words) => part?.textContent
				.replace(/\s+/g, " ").includes(words);

			if (!has(e, start) || !has(e, title) ||
			    !has(e.parentElement, text) || e.parentElement.name)
				found.push(`${start} ${title}`);
		}
		if (summaries.length !== wanted.length)
			found.push(`${summaries.length} hours`);
		return found;
	}, days.levels.flatMap(({ entries }) => entries)));
});

test("R24 pay has its source and its date; the AI score has reasons",
     () => each(careers.filter(({ name }) => name !== "career-no-data"), {},
		(page) => page.evaluate(() => {
	const section = (id) => {
		const e = document.getElementById(id);

		return e.matches("section") ? e : e.closest("section") ||
			e.parentElement;
	};
	const found = [];
	const hero = document.getElementById("hero-salary");
	const ai = section("ai");

	for (const [name, e] of [["the hero", hero.parentElement],
				 ["the section", section("salary")]]) {
		if (!e.querySelector("time[datetime]"))
			found.push(`pay of ${name} has no <time>`);
		if (!e.querySelector("a[href*='#evidence'], a[href*='#sources'], " +
				     "a[href^=http]"))
			found.push(`pay of ${name} links to no source`);
	}
	if (!section("sources").querySelector("a[href^='/methodology']"))
		found.push("no link to the method");
	if (!/\d+\s+out of 100/.test(ai.textContent))
		found.push("no score in words");
	if (!ai.querySelector("a[href^='/methodology']"))
		found.push("the score has no link to its method");
	if (ai.querySelectorAll("li").length < 3)
		found.push("the score has no reasons");
	if (![...ai.querySelectorAll("meter, [role=img], [role=meter]")].some(
		(e) => e.computedName && e.computedName.trim()))
		found.push("the gauge has no name");
	return found;
})));
