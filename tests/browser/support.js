"use strict";
/*
 * What the tests share: one browser, and visits to the copy of the site that
 * tests/browser/run has started. It says where in the environment.
 */
const assert = require("node:assert/strict");
const { after } = require("node:test");
const { chromium } = require("playwright-core");
const look = require("./look.js");
const pages = require("./pages.js");

const MOST_SHOWN = 30;
const BASE = process.env.COPY_URL;
/* Another copy, which has no database. */
const OUTAGE = process.env.OUTAGE_URL;
/* Another one, which has careers to choose from. */
const SHOP = process.env.SHOP_URL;
/* And one with several careers. */
const SEVERAL = process.env.SEVERAL_URL;
const CHROMIUM = {
	executablePath: "/usr/bin/chromium",
	/* It has no sandbox for root; the other makes it tell names. */
	args: ["--no-sandbox",
	       "--enable-blink-features=ComputedAccessibilityInfo"],
};

let browser;

after(async () => {
	await browser?.close();
});

/* Each visitor has an address, of those that are reserved for examples, so
   that none meets the limits of another. */
let visitors = 0;

function newAddress() {
	visitors++;
	return `198.18.${visitors >> 8}.${visitors & 255}`;
}

/*
 * A new visitor calls act(go, { page, context, cdp }), in which
 * `await go(one)` opens a page of pages.js, with `look` in it, and gives the
 * same with { reply, one }. `how` takes what a Playwright context does, and
 *   scripts  whether those of the page run (they don't)
 *   still    leave scripts off afterwards too; `look` is not there then
 *   address  where the visitor comes from
 */
async function session({ scripts, still, address, ...options }, act) {
	browser ??= await chromium.launch(CHROMIUM);
	const context = await browser.newContext({
		ignoreHTTPSErrors: true, locale: "en-US",
		viewport: { width: 1280, height: 900 },
		extraHTTPHeaders: { "X-Forwarded-For": address || newAddress() },
		...options });

	try {
		const page = await context.newPage();
		const cdp = await context.newCDPSession(page);
		const setScripts = (value) => cdp.send(
			"Emulation.setScriptExecutionDisabled", { value: !value });
		const go = async (one) => {
			await setScripts(!!scripts);
			const reply = await pages.open(
				page, one.is_outage ? OUTAGE :
					one.is_shop ? SHOP :
					one.is_several ? SEVERAL : BASE, one);

			if (!still) {
				/* The page's own scripts have had their moment. */
				await setScripts(true);
				await page.evaluate(look);
			}
			return { page, context, cdp, reply, one };
		};

		return await act(go, { page, context, cdp });
	} finally {
		await context.close();
	}
}

/* Opens one page and calls check(page, more). */
async function visit(one, how, check) {
	return session(how, async (go) => {
		const more = await go(one);

		return check(more.page, more);
	});
}

/* One visitor goes through pages; fails with all that was found, by page. */
async function each(list, how, check) {
	const found = [];

	await session(how, async (go) => {
		for (const one of list) {
			const more = await go(one);

			for (const words of await check(more.page, more))
				found.push(`${one.name}: ${words}`);
		}
	});
	nothing(found);
}

function nothing(found) {
	const shown = found.slice(0, MOST_SHOWN).map((w) => w.slice(0, 200));

	if (found.length)
		assert.fail([`${found.length} faults`, ...shown].join("\n"));
}

async function api(where) {
	return (await fetch(`${BASE}/api/v1${where}`)).json();
}

module.exports = { ...pages, BASE, CHROMIUM, OUTAGE, SEVERAL, SHOP, api, each, nothing,
		   session, visit,
		   byName: (name) => pages.PAGES.find((p) => p.name === name),
		   careers: pages.PAGES.filter((p) => p.is_career) };
