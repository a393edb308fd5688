"use strict";
/* Range plots: the same numbers as the table, readable without seeing. */
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { CAREER, api, byName, each, nothing, visit } = require("./support.js");

const GUIDE = "/careers/backend-developer";
const COUNTRIES = ["us", "gb", "nl", "sg", "ca"];
const NEAR = 0.002; /* of the width: 1 or 2 px */

async function salaries(country) {
	const { data } = await api(
		`${GUIDE}/salaries?country=${country.toUpperCase()}`);

	return data.map(({ salary }) => salary).filter((salary) => salary);
}

/*
 * Runs in the page: where the marks of each row of its plots begin, end and
 * have their middle, as parts of the width. The lines of the grid pass through
 * several rows.
 */
function marks() {
	const rows = (plot) => {
		const frame = plot.getBoundingClientRect();
		const found = new Map();

		for (const { box } of window.look.shapes(plot)) {
			const row = Math.round((box.top + box.bottom) / 2);
			const xs = found.get(row) || [];

			if (box.height < frame.height / 2)
				found.set(row, [...xs, ...[box.left, box.right,
					(box.left + box.right) / 2].map((x) =>
					(x - frame.left) / frame.width)]);
		}
		return [...found].sort(([y], [z]) => y - z).map(([, xs]) => xs);
	};
	const hero = document.getElementById("hero-salary");
	const plots = window.look.all("svg.plot");

	return { hero: plots.filter((e) => hero.contains(e)).flatMap(rows),
		 levels: plots.filter((e) => !hero.contains(e)).flatMap(rows) };
}

function known({ low, median, high }) {
	return [low, median, high].filter((value) => value !== null);
}

/*
 * The axis that puts every number on a mark of its row, as a function, or
 * undefined. All pairs of marks are tried for two of the numbers.
 */
function axis(rows, figures) {
	const wanted = figures.flatMap((figure, i) =>
		known(figure).map((value) => ({ value, xs: rows[i] })));

	wanted.sort((a, b) => a.value - b.value);
	const first = wanted[0], last = wanted.at(-1);

	for (const left of first.xs)
		for (const right of last.xs) {
			const place = (value) => left + (right - left) *
				(value - first.value) / (last.value - first.value);

			if (left < right && wanted.every(({ value, xs }) =>
				isOn(place(value), xs)))
				return place;
		}
	return undefined;
}

function isOn(place, xs) {
	return xs.some((x) => Math.abs(place - x) < NEAR);
}

for (const country of COUNTRIES)
	test(`R14 the plots of ${country} share an axis and tell its numbers`,
	     () => visit({ path: `${CAREER}/${country}` }, {}, async (page) => {
		const figures = await salaries(country);
		const mid = (await api(`${GUIDE}/salaries?level=mid&country=` +
			country.toUpperCase())).data[0].salary;
		const { hero, levels } = await page.evaluate(marks);

		assert.equal(levels.length, figures.length, "rows of marks");
		const place = axis(levels, figures);

		assert.ok(place, JSON.stringify(levels));
		/* The one of the hero is drawn to the same scale. */
		for (const value of known(mid))
			assert.ok(!hero.length || isOn(place(value), hero.flat()),
				  `${value} in the hero`);
	}));

test("R14 a plot has a name that says its numbers, or a table beside it",
     () => each(COUNTRIES.map((name) => ({ name, path: `${CAREER}/${name}` })),
		{}, async (page, { reply, one }) => {
	const served = await reply.text();
	const figures = await salaries(one.name);

	assert.match(served, /<svg[^>]*class="[^"]*\bplot\b/);
	return page.evaluate((values) => {
		const table = document.querySelector("table:has(caption)");

		return window.look.all("svg.plot").flatMap((plot) => {
			const name = plot.getAttribute("aria-label") || "";
			const numbers = (name.match(/\d{1,3}(,\d{3})+/g) || [])
				.map((n) => Number(n.replaceAll(",", "")));
			const wrong = numbers.filter((n) => !values.includes(n));

			if (plot.closest("[aria-hidden=true]"))
				return table ? [] : ["hidden, and no table"];
			if (plot.getAttribute("role") !== "img" || !name.trim())
				return ["neither hidden nor an image with a name"];
			return wrong.length ? [`“${name}” has ${wrong}`] : [];
		});
	}, figures.flatMap(known));
}));

/* Runs in the page: which cells of the table of all countries are limited. */
function limitedCells() {
	const rows = [...document.querySelectorAll(".pay tbody tr:has(td)")];

	return rows.flatMap((row) => [...row.querySelectorAll("td")].map((e) => ({
		isMarked: e.matches("[data-limited]") ||
			!!e.querySelector("[data-limited]"),
		isSaid: /\blimited\b/i.test(e.textContent) })));
}

test("R15 limited data is said in words in its cell", () => visit(
	byName("career"), {}, async (page) => {
	const { data } = await api(`${GUIDE}/salaries`);
	const cells = await page.evaluate(limitedCells);

	assert.equal(cells.length, data.length);
	nothing(data.flatMap(({ country, level, salary }, i) => {
		const limited = !!salary?.limited;
		const { isMarked, isSaid } = cells[i];

		return isMarked === limited && isSaid === limited ? [] :
			[`${country} ${level}: limited ${limited}, ` +
			 `marked ${isMarked}, said ${isSaid}`];
	}));
}));

test("R15 limited figures lead to the reasons and to the method",
     () => each([byName("career-limited"), byName("career-sparse")], {},
		async (page, { context }) => {
	const found = await page.evaluate(() => {
		const note = document.getElementById("limited-note");
		const figures = [...document.querySelectorAll("[data-limited]")];
		const alone = figures.filter((e) => !e.closest("table"));

		return [!note && "no note", !alone.length && "no figure is marked",
			!figures.some((e) => e.closest("table")) &&
				"no cell is marked",
			!document.querySelector("a[href='#limited-note']") &&
				"no link to the note",
			!note?.querySelector("a[href='/methodology#limited']") &&
				"no link to the method",
			...alone.filter((e) => !/limited/i.test(
				e.closest("li, dd, p").textContent))
				.map((e) => `${window.look.say(e)} has no words`),
		].filter((words) => words);
	});
	const method = await context.newPage();

	await method.goto(new URL("/methodology", page.url()).href);
	if (!await method.locator("#limited").count())
		found.push("the method has no #limited");
	await method.close();
	return found;
}));

/* Runs in the page: has a row of marks a hollow or dashed one; by row. */
function looksLimited() {
	const { isPainted, all, shapes } = window.look;
	const rows = new Map();

	for (const plot of all("svg.plot:not(#hero-salary *)"))
		for (const { box, style } of shapes(plot)) {
			const row = Math.round((box.top + box.bottom) / 2);
			const { height } = plot.getBoundingClientRect();

			if (box.height < height / 2)
				rows.set(row, rows.get(row) ||
					style.strokeDasharray !== "none" ||
					(isPainted(style.stroke) &&
					 !isPainted(style.fill)));
		}
	return [...rows].sort(([y], [z]) => y - z).map(([, is]) => is);
}

for (const country of ["us", "nl", "sg"])
	test(`R15 limited data is drawn with another mark, ${country}`,
	     () => visit({ path: `${CAREER}/${country}` }, {}, async (page) => {
		assert.deepEqual(await page.evaluate(looksLimited),
				 (await salaries(country)).map((s) => s.limited));
	}));
