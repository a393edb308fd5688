#!/usr/bin/env node
"use strict";
/*
 * Pictures of every page, to look at: four widths, light and dark, forced
 * colours, all details open, doubled text, and print. Prints what sticks out
 * of the window or is cut off, and how many sheets a print takes. Pages behind
 * links of mails need the settings of the copy: eval "$(make -s env)".
 */
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { parseArgs } = require("node:util");
const { chromium } = require("playwright-core");
const look = require("./look.js");
const { PAGES, open } = require("./pages.js");

const TOP = path.join(__dirname, "../..");
const USAGE = `Usage: tests/browser/shots.js [OPTION]...
  --base URL     the running copy (http://localhost:8080)
  --only REGEX   names of pictures, such as career-375-dark or ^home
  --out DIR      where to (build/shots)
Names are PAGE-WIDTH-light|dark|forced|open|text200, and PAGE-print. A page of
more than 2000 px is cut into parts, NAME-01.png and so on.
`;
const PART = 2000;
const WIDTHS = [320, 375, 768, 1280];

/* How a picture is taken: by name, the width, and what it emulates. */
const LOOKS = WIDTHS.flatMap((width) => [
	{ name: `${width}-light`, width },
	{ name: `${width}-dark`, width, media: { colorScheme: "dark" } },
]).concat([375, 1280].flatMap((width) => [
	{ name: `${width}-forced`, width, media: { forcedColors: "active" } },
	{ name: `${width}-open`, width, is_open: true },
	{ name: `${width}-text200`, width, is_large: true },
]));

async function dress(page, how) {
	await page.setViewportSize({ width: how.width || 1280, height: 900 });
	await page.emulateMedia({ media: null, colorScheme: "light",
				  forcedColors: "none", ...how.media });
	await page.evaluate(({ is_open, is_large }) => {
		for (const e of document.querySelectorAll("details"))
			if (is_open && !e.open) {
				e.open = true;
				e.dataset.shots = "";
			} else if (!is_open && "shots" in e.dataset) {
				e.open = false;
				delete e.dataset.shots;
			}
		document.documentElement.style.fontSize =
			is_large ? "200%" : "";
	}, how);
}

/* In parts that a viewer can show: a whole page may be 40,000 px high. */
async function picture(page, file) {
	const { width } = page.viewportSize();
	const height = await page.evaluate(
		() => document.documentElement.scrollHeight);

	for (let y = 0, part = 1; y < height; y += PART, part++) {
		const number = height > PART ?
			`-${String(part).padStart(2, "0")}` : "";

		await page.screenshot({
			path: `${file}${number}.png`, fullPage: true,
			clip: { x: 0, y, width, height: Math.min(PART, height - y) },
		});
	}
}

async function pictures(page, name, only, out) {
	await page.evaluate(look);
	for (const how of LOOKS) {
		const title = `${name}-${how.name}`;

		if (!only.test(title))
			continue;
		await dress(page, how);
		for (const words of await page.evaluate(
			() => window.look.sticksOut()))
			console.log(`${title}: ${words}`);
		await picture(page, path.join(out, title));
	}
	if (only.test(`${name}-print`)) {
		await dress(page, {});
		const file = path.join(out, `${name}-print.pdf`);
		const pdf = await page.pdf({ format: "A4", path: file });
		const sheets = pdf.toString("latin1")
			.match(/\/Type\s*\/Page\b/g).length;

		console.log(`${name}-print: ${sheets} sheets of A4`);
	}
}

/* nginx's own 503, as it would send it; a running copy is left alone. */
async function showOutage(page, base, out) {
	const at = `${base}/outage`;

	execFileSync(path.join(TOP, "build/autopsy-ctl"),
		     ["error-pages", out], { cwd: TOP });
	await page.route(at, (route) => route.fulfill({
		path: path.join(out, "503.html"), status: 503,
		contentType: "text/html; charset=utf-8" }));
	await page.goto(at);
}

async function main() {
	const { values } = parseArgs({ options: {
		base: { type: "string", default: "http://localhost:8080" },
		only: { type: "string", default: "" },
		out: { type: "string", default: path.join(TOP, "build/shots") },
		help: { type: "boolean" },
	} });
	const { base, out } = values;
	const only = new RegExp(values.only);

	if (values.help)
		return process.stdout.write(USAGE);
	fs.mkdirSync(out, { recursive: true });
	const browser = await chromium.launch({
		executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
	const wanted = (name) => only.test(`${name}-print`) ||
		LOOKS.some((how) => only.test(`${name}-${how.name}`));

	for (const one of PAGES) {
		const isClosed = (one.link || one.is_careful) &&
			!process.env.LINK_KEYS_FILE;

		if (one.is_outage || one.is_several || isClosed || !wanted(one.name))
			continue;
		const page = await browser.newPage({ locale: "en-US" });

		await open(page, base, one);
		await pictures(page, one.name, only, out);
		await page.close();
	}
	if (wanted("error-503")) {
		const page = await browser.newPage();

		await showOutage(page, base, out);
		await pictures(page, "error-503", only, out);
	}
	await browser.close();
	console.log(`pictures are in ${out}`);
}

main();
