"use strict";
/* What a first visit costs, and what it leaves behind. */
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { BASE, OUTAGE, PAGES, SEVERAL, SHOP, careers, each, nothing, session } = require("./support.js");

/* Transferred bytes with headers, of 1,000 a kB. */
const MOST = { all: 60e3, script: 5e3, stylesheet: 12e3, font: 40e3 };
const MOST_REQUESTS = 6;

/* Follows what the network brings; the figures are whole after a while. */
async function weigh(cdp) {
	const sizes = { all: 0, script: 0, stylesheet: 0, font: 0 };
	const types = new Map();

	await cdp.send("Network.enable");
	cdp.on("Network.responseReceived", ({ requestId, type }) =>
		types.set(requestId, type.toLowerCase()));
	cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
		const type = types.get(requestId);

		sizes.all += encodedDataLength;
		if (type in sizes)
			sizes[type] += encodedDataLength;
	});
	return { sizes, types };
}

test("R02 a first visit to a guide is light", async (t) => {
	for (const one of careers)
		await session({ scripts: true }, async (go, { page, cdp }) => {
			const { sizes, types } = await weigh(cdp);
			const { reply } = await go(one);

			await page.waitForLoadState("networkidle");
			t.diagnostic(`${one.name}: ${types.size} requests, ` +
				JSON.stringify(sizes));
			assert.equal(reply.headers()["content-encoding"], "br");
			assert.ok(sizes.all > 5e3 && sizes.stylesheet > 500);
			assert.ok(types.size <= MOST_REQUESTS);
			for (const [type, most] of Object.entries(MOST))
				assert.ok(sizes[type] <= most, type);
		});
});

/* Runs in the page: how many things it has stored. */
async function kept() {
	return localStorage.length + sessionStorage.length +
		(await indexedDB.databases()).length +
		(await caches.keys()).length +
		(await navigator.serviceWorker.getRegistrations()).length;
}

test("R25 a visit leaves no cookie and no storage, and meets no other host",
     () => session({ scripts: true }, async (go, { page, context }) => {
	const found = [];
	const origins = new Set([BASE, OUTAGE, SEVERAL, SHOP]);
	const ours = origins.size;

	context.on("request", (request) =>
		origins.add(new URL(request.url()).origin));
	for (const one of PAGES) {
		await go(one);
		await page.waitForLoadState();
		const things = await page.evaluate(kept);
		const cookies = await context.cookies();

		if (things || cookies.length || origins.size > ours)
			found.push(`${one.name}: ${things} things kept, ` +
				`${cookies.length} cookies, ${[...origins]}`);
	}
	nothing(found);
}));

test("R25 links stay in the tab, and one that earns money says so",
     () => each(PAGES, {}, (page) => page.evaluate(() => {
	const { say } = window.look;

	return [...document.links].flatMap((e) => {
		const earns = e.relList.contains("sponsored");
		const says = /affiliate link/i.test(
			e.parentElement.textContent.replace(/“.*?”/g, ""));

		return (e.target ? [`${say(e)} opens elsewhere`] : []).concat(
			earns !== (says && /^\/go\//.test(e.pathname)) ?
				[`${say(e)} is sponsored: ${earns}`] : []);
	});
})));
