"use strict";
/* Going through every page by the Tab key alone. */
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { PAGES, byName, each } = require("./support.js");

const MOST_STOPS = 400;

/* Runs in the page before the walk: how each stop looks without focus. */
function prepare() {
	const { isVisible } = window.look;
	const parts = ["outline", "boxShadow", "backgroundColor", "border",
		       "textDecoration", "color"];

	window.dress = (e) => {
		const style = getComputedStyle(e);

		return parts.map((part) => style[part]).join();
	};
	window.before = new Map([...document.querySelectorAll("*")].map(
		(e) => [e, window.dress(e)]));
	window.wanted = [...document.querySelectorAll(
		"a[href], button, input, select, textarea, summary, [tabindex]",
	)].filter((e) => e.tabIndex >= 0 && !e.disabled && isVisible(e));
	window.stops = [];
}

/* Runs in the page at each stop: what is wrong with it; null at the end. */
function arrive() {
	const { say } = window.look;
	const e = document.activeElement;
	const last = window.stops.at(-1);
	const found = [];

	if (e === document.body || window.stops.includes(e))
		return null;
	window.stops.push(e);

	const box = e.getClientRects()[0];
	const at = { left: box.left, right: box.right,
		     top: box.top + scrollY, bottom: box.bottom + scrollY };
	/* What is larger than the window can't be seen whole. */
	const isHigh = box.height > innerHeight;
	const top = isHigh ? Math.max(box.top, 0) : box.top;
	const bottom = isHigh ? Math.min(box.bottom, innerHeight) : box.bottom;
	const points = [[box.left + 2, top + 2], [box.right - 2, bottom - 2],
			[box.left + box.width / 2, (top + bottom) / 2]];

	for (const [x, y] of points) {
		const seen = document.elementFromPoint(x, y);

		if (!seen || !(e.contains(seen) || seen.contains(e)))
			found.push(`${say(e)} is ${seen ?
				`covered by ${say(seen)}` : "out of sight"}`);
	}
	if (window.dress(e) === window.before.get(e))
		found.push(`${say(e)} looks the same with focus`);
	if (!e.computedName.trim())
		found.push(`${say(e)} has no name`);
	if (last && !(last.compareDocumentPosition(e) &
		      Node.DOCUMENT_POSITION_FOLLOWING))
		found.push(`${say(e)} comes after ${say(last)}`);
	/* Up again is only right at the head of a column beside it. */
	if (window.at && at.bottom <= window.at.top && at.left < window.at.right)
		found.push(`${say(e)} stands above ${say(last)}`);
	window.at = at;
	return [...new Set(found)];
}

async function walk(page) {
	const found = [];

	await page.evaluate(prepare);
	for (let stop = 0; stop < MOST_STOPS; stop++) {
		await page.keyboard.press("Tab");
		const words = await page.evaluate(arrive);

		if (!words)
			break;
		found.push(...words);
	}
	return found.concat(await page.evaluate(() => {
		const { say } = window.look;

		return window.wanted.filter((e) => !window.stops.includes(e))
			.map((e) => `${say(e)} can't be reached`);
	}));
}

for (const [width, colorScheme, list] of [
	[1280, "light", PAGES], [375, "dark", PAGES],
	[1280, "dark", [byName("career")]], [375, "light", [byName("career")]]])
	test(`R05 every stop is seen, named and in order, ${width} px, ` +
	     colorScheme, () => each(list, {
		viewport: { width, height: 900 }, colorScheme }, walk));

test("R05 the skip link comes first and leads to the content",
     () => each(PAGES, {}, async (page) => {
	const active = () => page.evaluate(() => {
		const e = document.activeElement;

		return { name: e.computedName, isVisible: window.look.isVisible(e),
			 isOutside: !e.closest("header, nav, main, footer"),
			 isBefore: !!e.closest("header"),
			 isInside: !!e.closest("main") };
	});

	await page.keyboard.press("Tab");
	const skip = await active();

	assert.match(skip.name, /^skip/i);
	assert.ok(skip.isVisible && skip.isOutside);
	await page.keyboard.press("Enter");
	await page.keyboard.press("Tab");
	const { isBefore, isInside } = await active();
	const hasStops = await page.locator("main :is(a, input)").count() > 0;

	return isBefore || (hasStops && !isInside) ?
		["Tab then is not in main"] : [];
}));

/*
 * Runs in an empty page: compares two pictures of an element, without and
 * with focus. `box` is the element in the picture.
 */
async function ring([plain, focused], box) {
	const pixels = async (data) => {
		const image = new Image();

		image.src = `data:image/png;base64,${data}`;
		await image.decode();
		const canvas = new OffscreenCanvas(image.width, image.height);
		const context = canvas.getContext("2d");

		context.drawImage(image, 0, 0);
		return context.getImageData(0, 0, image.width, image.height);
	};
	const [one, other] = [await pixels(plain), await pixels(focused)];
	const counts = { ring: {}, page: {}, control: {} };
	const count = (what, { data }, i) => {
		const key = `rgb(${data[i]}, ${data[i + 1]}, ${data[i + 2]})`;

		counts[what][key] = (counts[what][key] || 0) + 1;
	};
	let changed = 0;

	for (let i = 0; i < one.data.length; i += 4) {
		const x = i / 4 % one.width, y = Math.floor(i / 4 / one.width);
		const isIn = x >= box.x && x < box.x + box.width &&
			y >= box.y && y < box.y + box.height;

		count(isIn ? "control" : "page", one, i);
		if ([0, 1, 2].some((c) => one.data[i + c] !== other.data[i + c])) {
			changed++;
			count("ring", other, i);
		}
	}
	const most = (what) => Object.entries(counts[what])
		.sort((a, b) => b[1] - a[1]).map(([key]) => key);

	return { changed, ring: most("ring").slice(0, 2), page: most("page")[0],
		 control: most("control")[0] };
}

function faultsOfRing({ changed, ring: colours, page, control }, box, contrast) {
	const best = (ground) => Math.max(
		...colours.map((colour) => contrast(colour, ground)));
	const found = [];

	/* Corners may be round. */
	if (changed < 3 * 2 * (box.width + box.height) * 0.95)
		found.push(`only ${changed} px change`);
	if (colours.length < 2 || contrast(...colours) < 3)
		found.push(`has not two colours: ${colours}`);
	if (colours.length && best(page) < 3)
		found.push(`${colours} are faint on ${page}`);
	if (colours.length && best(control) < 3)
		found.push(`${colours} are faint on the control, ${control}`);
	return found;
}

/* Runs in the page: one stop of each look, to save time; their names. */
function kinds() {
	const seen = new Map();

	for (const e of window.look.all(
		"a[href], button, input, select, summary, [tabindex='0']")) {
		const style = getComputedStyle(e);
		const key = [e.tagName, style.display, style.color, style.border,
			     style.backgroundColor, style.textDecoration].join();

		if (e.getClientRects().length === 1 && !seen.has(key))
			seen.set(key, e);
	}
	window.kinds = [...seen.values()];
	return window.kinds.map(window.look.say);
}

/* Where the kind is, when it is in the middle of the window and focused. */
async function locate(page, number) {
	return page.evaluate((i) => {
		const e = window.kinds[i];

		e.focus({ focusVisible: true, preventScroll: true });
		e.scrollIntoView({ block: "center" });
		const { x, y, width, height } = e.getBoundingClientRect();

		return { x, y, width, height };
	}, number);
}

async function photograph(page, number) {
	const box = await locate(page, number);
	const [left, top] = [Math.max(0, Math.floor(box.x) - 12),
			     Math.max(0, Math.floor(box.y) - 12)];
	const size = page.viewportSize();
	const clip = { x: left, y: top,
		       width: Math.min(size.width - left, box.width + 24),
		       height: Math.min(size.height - top, box.height + 24) };
	const picture = async () => (await page.screenshot({ clip,
		caret: "hide" })).toString("base64");
	const focused = await picture();

	await page.evaluate((i) => window.kinds[i].blur(), number);
	return { pictures: [await picture(), focused],
		 box: { ...box, x: box.x - left, y: box.y - top } };
}

async function faultsOfFocus(page, { context }) {
	const blank = await context.newPage();
	const found = [];

	await page.bringToFront();
	for (const [i, words] of (await page.evaluate(kinds)).entries()) {
		const { pictures, box } = await photograph(page, i);
		const seen = await blank.evaluate(`(${ring})(` +
			`${JSON.stringify(pictures)}, ${JSON.stringify(box)})`);
		const faults = await page.evaluate(`(${faultsOfRing})(` +
			`${JSON.stringify(seen)}, ${JSON.stringify(box)}, ` +
			"look.contrast)");

		found.push(...faults.map((fault) => `${words}: ${fault}`));
	}
	await blank.close();
	return found;
}

/* So high that the table of all countries fits, with its ring. */
for (const colorScheme of ["light", "dark"])
	test(`R09 focus is thick and of two colours, ${colorScheme}`,
	     () => each([byName("career"), byName("subscribe-error")], {
		colorScheme, viewport: { width: 1280, height: 2000 },
	}, faultsOfFocus));
