"use strict";
/* How pages look: sizes, lines, controls, schemes, motion, paper. */
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { PAGES, byName, careers, each, nothing, visit } =
	require("./support.js");

const career = byName("career");
const limited = byName("career-limited");
const PHONE = { viewport: { width: 375, height: 800 } };

/* Runs in the page. */
function smallWords() {
	const { isVisible, openAll, say } = window.look;
	const found = new Set();
	const body = getComputedStyle(document.body);
	const walker = document.createTreeWalker(document.body,
						 NodeFilter.SHOW_TEXT);

	openAll();
	if (parseFloat(body.fontSize) < 18)
		found.add(`the body is set in ${body.fontSize}`);
	while (walker.nextNode()) {
		const e = walker.currentNode.parentElement;
		const { fontSize, lineHeight } = getComputedStyle(e);
		const size = parseFloat(fontSize);

		if (!walker.currentNode.data.trim() || e.closest("svg, script") ||
		    !isVisible(e))
			continue;
		if (size < 16)
			found.add(`${say(e)} is set in ${fontSize}`);
		if (e.matches("p, li, dd, td") && size < 20 &&
		    parseFloat(lineHeight) < 1.295 * size)
			found.add(`${say(e)} has lines of ${lineHeight}`);
	}
	return [...found];
}

test("R06 words are large and lines apart",
     () => each(PAGES, PHONE, (page) => page.evaluate(smallWords)));

test("R06 text of twice the size loses nothing",
     () => each(PAGES, {}, async (page, { cdp }) => {
	/* As set in the browser, which media queries follow. */
	await cdp.send("Page.setFontSizes",
		       { fontSizes: { standard: 32, fixed: 26 } });
	return page.evaluate(() => {
		const { fontSize } = getComputedStyle(document.body);

		window.look.openAll();
		return (parseFloat(fontSize) < 36 ? [`only ${fontSize}`] : [])
			.concat(window.look.sticksOut());
	});
}));

/* Runs in the page: lines of more than 75 characters. */
function longLines() {
	const { openAll, isVisible } = window.look;
	const walker = document.createTreeWalker(document.body,
						 NodeFilter.SHOW_TEXT);
	const found = [];
	const range = document.createRange();
	let line = "", block, at;

	const end = () => {
		/* An address can't be broken. */
		if (line.trim().length > 75 && !/\S{30}/.test(line))
			found.push(`${line.trim().length}: ${line.trim()}`);
		line = "";
	};

	openAll();
	while (walker.nextNode()) {
		const node = walker.currentNode;
		let up = node.parentElement;

		/* Programs to copy are not read line by line. */
		if (up.closest("script, svg, pre") || !isVisible(up))
			continue;
		while (getComputedStyle(up).display === "inline")
			up = up.parentElement;
		if (up !== block)
			end();
		block = up;
		for (const { index, 0: word } of node.data.matchAll(/\s*\S+|\s+$/g)) {
			range.setStart(node, index + word.search(/\S|$/));
			range.setEnd(node, index + word.length);
			const box = range.getClientRects()[0];

			if (box && at !== undefined &&
			    Math.abs(box.bottom - at) > box.height / 2)
				end();
			at = box ? box.bottom : at;
			line += word.replace(/\s+/g, " ");
		}
	}
	end();
	return found;
}

for (const width of [768, 1280])
	test(`R07 no line has more than 75 characters, ${width} px`,
	     () => each(PAGES, { viewport: { width, height: 900 } },
			(page) => page.evaluate(longLines)));

for (const width of [375, 1280])
	test(`R08 controls measure 44 px, ${width} px`,
	     () => each(PAGES, { viewport: { width, height: 900 } },
			(page) => page.evaluate(() => {
		const { all, openAll, say } = window.look;

		openAll();
		return all("nav a, summary, button, select, " +
			   "input:not([type=radio], [type=checkbox])")
			.flatMap((e) => {
				const box = e.getBoundingClientRect();
				const [w, h] = [Math.round(box.width),
						Math.round(box.height)];

				return w < 44 || h < 44 ?
					[`${say(e)} is ${w} x ${h}`] : [];
			});
	})));

test("R17 dark mode is announced and done", () => each(PAGES, {},
	async (page) => {
	const found = [];

	for (const colorScheme of ["light", "dark"]) {
		await page.emulateMedia({ colorScheme });
		const seen = await page.evaluate(() => {
			const { contrast, backdrop } = window.look;
			const root = getComputedStyle(document.documentElement);
			const meta = document.querySelector(
				"meta[name=color-scheme]");

			return { meta: meta?.content, scheme: root.colorScheme,
				 white: contrast("#fff",
						 backdrop(document.body)) };
		});

		if (seen.meta !== "light dark" || seen.scheme !== "light dark")
			found.push(`${seen.meta}, ${seen.scheme}`);
		if ((seen.white > 10) !== (colorScheme === "dark"))
			found.push(`${colorScheme}: white stands out ` +
				`${seen.white}:1`);
	}
	return found;
}));

test("R17 charts take their colours from the style sheet, for each scheme",
     () => visit(career, {}, async (page) => {
	const looks = [];

	for (const colorScheme of ["light", "dark"]) {
		await page.emulateMedia({ colorScheme });
		looks.push(await page.evaluate(() => {
			const plots = window.look.all("svg.plot");
			const own = plots.filter((plot) => plot.outerHTML.match(
				/ (style|fill|stroke|color)="(?!none)/));

			return { own: own.length, colours: plots.map((plot) =>
				window.look.shapes(plot).map(({ style }) =>
					style.fill + style.stroke)) };
		}));
	}
	const [light, dark] = looks;

	assert.ok(light.colours.length > 0);
	assert.equal(light.own, 0);
	for (const [i, plot] of light.colours.entries())
		assert.notDeepEqual(plot, dark.colours[i]);
}));

test("R18 nothing moves for who asks for that",
     () => each(PAGES, { reducedMotion: "reduce" },
		(page) => page.evaluate(() => {
	const { openAll, say } = window.look;
	const moves = ({ animationName, animationDuration, transitionDuration,
			 scrollBehavior }) =>
		(animationName !== "none" && !/^0s/.test(animationDuration)) ||
		!/^0s(, 0s)*$/.test(transitionDuration) ||
		scrollBehavior === "smooth";

	openAll();
	return [...document.querySelectorAll("*")].flatMap((e) =>
		[null, "::before", "::after", "::details-content", "::marker"]
			.filter((part) => moves(getComputedStyle(e, part)))
			.map((part) => `${say(e)}${part || ""} moves`));
})));

/* Runs in the page, for paper. */
function faultsOnPaper() {
	const { contrast, isVisible, say, shapes } = window.look;
	const found = [];

	for (const e of document.querySelectorAll("nav, form"))
		if (isVisible(e))
			found.push(`${say(e)} is printed`);
	for (const e of document.querySelectorAll("details > :not(summary)"))
		if (!isVisible(e) && e.textContent.trim())
			found.push(`${say(e)} is not printed`);
	for (const e of document.querySelectorAll("main a[href^=http]"))
		if (e.closest("li") && !getComputedStyle(e, "::after").content
			.includes(e.getAttribute("href")))
			found.push(`the address of ${say(e)} is not printed`);
	for (const plot of document.querySelectorAll("svg.plot"))
		if (!shapes(plot).some(({ style }) =>
			[style.fill, style.stroke].some((colour) =>
				window.look.isPainted(colour) &&
				contrast(colour, "#fff") >= 3)))
			found.push(`${say(plot.parentElement)}: a faint chart`);
	return found;
}

test("R19 paper shows what is closed and whence it comes, and no controls",
     () => each(careers, { viewport: { width: 700, height: 1000 } },
		async (page) => {
	await page.emulateMedia({ media: "print" });
	return page.evaluate(faultsOnPaper);
}));

test("R19 a guide takes at most 12 sheets of A4",
     () => each(careers, {}, async (page) => {
	const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
	const sheets = pdf.match(/\/Type\s*\/Page\b/g).length;

	return sheets > 12 ? [`${sheets} sheets`] : [];
}));

/* Runs in the page, with the colours of the system. */
function faultsInSystemColours() {
	const { all, contrast, isPainted, say, shapes } = window.look;
	const parts = ["borderTopWidth", "borderBottomWidth", "borderTopStyle",
		       "borderBottomStyle", "fontWeight", "outlineStyle",
		       "textDecorationThickness", "textDecorationStyle"];
	const dress = (e) => parts.map((part) => getComputedStyle(e)[part])
		.join() + getComputedStyle(e, "::before").content;
	const found = [];

	for (const e of all("nav :is(a, button)[aria-current]")) {
		const other = all("a:not([aria-current])", e.closest("nav"))[0];

		if (other && dress(e) === dress(other))
			found.push(`${say(e)} looks like ${say(other)}`);
	}
	for (const e of all("button")) {
		const { borderTopStyle, borderTopWidth, borderTopColor } =
			getComputedStyle(e);

		if (borderTopStyle === "none" || parseFloat(borderTopWidth) < 1 ||
		    contrast(borderTopColor, "Canvas") < 3)
			found.push(`${say(e)} has no edge`);
	}
	for (const plot of all("svg.plot"))
		if (!shapes(plot).some(({ style }) => [style.fill, style.stroke]
			.some((colour) => isPainted(colour) &&
				contrast(colour, "Canvas") >= 3)))
			found.push(`${say(plot.parentElement)}: no marks`);
	return found;
}

for (const colorScheme of ["light", "dark"])
	test(`R20 system colours keep choice, edges and marks, ${colorScheme}`,
	     () => each([career, limited, byName("subscribe")], {
		forcedColors: "active", colorScheme },
			(page) => page.evaluate(faultsInSystemColours)));
