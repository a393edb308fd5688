"use strict";
/* What machines find of WCAG 2.2 AA, on every page and state. */
const fs = require("node:fs");
const { test } = require("node:test");
const { PAGES, careers, each, nothing, visit } = require("./support.js");

const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/* What WCAG 1.4.12 says a reader may set. */
const SPACING = `* { line-height: 1.5 !important;
	letter-spacing: .12em !important; word-spacing: .16em !important; }
	p { margin-bottom: 2em !important; }`;

async function faults(page) {
	const { violations } = await page.evaluate((values) => window.axe.run({
		runOnly: { type: "tag", values }, resultTypes: ["violations"],
	}), WCAG);

	return violations.flatMap(({ id, nodes }) => nodes.map(
		({ target, failureSummary }) => `${id} at ${target}: ` +
			failureSummary.split("\n").pop().trim()));
}

/* In both widths and schemes, with all details open. */
async function examine(page) {
	const found = [];

	await page.evaluate("look.openAll()");
	await page.evaluate(AXE);
	for (const width of [1280, 320])
		for (const colorScheme of ["light", "dark"]) {
			await page.setViewportSize({ width, height: 900 });
			await page.emulateMedia({ colorScheme });
			for (const words of await faults(page))
				found.push(`${width} ${colorScheme}: ${words}`);
		}
	return found;
}

/* Without a script of its own, a page is the same with scripts. */
const withScripts = [];

async function examineWithoutScripts(page, { one }) {
	if (await page.evaluate(() => [...document.scripts].some(
		(e) => e.type !== "application/ld+json")))
		withScripts.push(one);
	return examine(page);
}

/* Runs in the page. */
function chartWords() {
	const { all, backdrop, contrast, openAll, say } = window.look;

	openAll();
	return all("svg text, svg tspan").flatMap((e) => {
		const { fill, fontSize } = getComputedStyle(e);
		const size = parseFloat(fontSize) * e.getScreenCTM().a;
		const clear = contrast(
			fill, backdrop(e.ownerSVGElement.parentElement));

		return (size < 12 ? [`${say(e)} is ${size} px high`] : []).concat(
			clear < 4.5 ? [`${say(e)} stands out ${clear}:1`] : []);
	});
}

test("R04 axe finds no fault with scripts off, in any width and scheme",
     () => each(PAGES, {}, examineWithoutScripts));

test("R04 axe finds no fault with scripts on, where a page has some",
     () => each(withScripts, { scripts: true }, examine));

test("R04 nothing leaves a window of 320 px, even with wide spacing",
     () => each(PAGES, { viewport: { width: 320, height: 800 } },
		(page) => page.evaluate((spacing) => {
	const { openAll, sticksOut } = window.look;
	const sheet = new CSSStyleSheet();

	openAll();
	const plain = sticksOut();

	sheet.replaceSync(spacing);
	document.adoptedStyleSheets = [sheet];
	return plain.concat(sticksOut().map((words) => `spaced: ${words}`));
}, SPACING)));

test("R04 words in charts are large and clear enough", () => each(
	careers, { viewport: { width: 320, height: 800 } }, async (page) => {
	const found = [];

	for (const colorScheme of ["light", "dark"]) {
		await page.emulateMedia({ colorScheme });
		found.push(...await page.evaluate(chartWords));
	}
	return found;
}));
