"use strict";
/*
 * R01: Lighthouse's figures for a phone, as simulated from what it measures.
 * Others who use the processor can only lengthen what it measures. So a set
 * that fails beside them is repeated, once and with a word: it waits for them,
 * a while, and judges by the quickest runs of both sets instead of the median.
 */
const assert = require("node:assert/strict");
const { once } = require("node:events");
const fs = require("node:fs");
const net = require("node:net");
const { test } = require("node:test");
const { setTimeout: pause } = require("node:timers/promises");
const { chromium } = require("playwright-core");
const { BASE, CHROMIUM, byName } = require("./support.js");

const RUNS = 3;
const BUSY = 0.2; /* of all processors, by others */
const PATIENCE = 20; /* looks at the load before each run of a second set */
const MOST = { "largest-contentful-paint": 1200, "total-blocking-time": 50,
	       "cumulative-layout-shift": 0.01 };
const LEAST = 0.99;
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];

/* The share of the processors that is in use while we do nothing. */
async function load() {
	const read = () => fs.readFileSync("/proc/stat", "utf8").split("\n")[0]
		.split(/\s+/).slice(1, 9).map(Number);
	const before = read();

	await pause(500);
	const spent = read().map((ticks, i) => ticks - before[i]);
	const all = spent.reduce((sum, ticks) => sum + ticks);

	return 1 - (spent[3] + spent[4]) / all;
}

function median(values) {
	return values.toSorted((a, b) => a - b)[values.length >> 1];
}

async function freePort() {
	const server = net.createServer().listen(0, "127.0.0.1");

	await once(server, "listening");
	const { port } = server.address();

	server.close();
	return port;
}

/* Gives a session of processes the processor before others: as root, on a
   kernel that shares it out by session. Elsewhere it stays as it is. */
function putFirst(pid) {
	try {
		fs.writeFileSync(`/proc/${pid}/autogroup`, "-20");
	} catch (error) {
		assert.match(error.code, /^(EACCES|EPERM|ENOENT|EROFS|EAGAIN)$/);
	}
}

async function run(lighthouse) {
	const port = await freePort();
	const browser = await chromium.launchServer({ ...CHROMIUM, args: [
		"--no-sandbox", "--ignore-certificate-errors",
		`--remote-debugging-port=${port}`] });

	putFirst(browser.process().pid);
	try {
		const { lhr } = await lighthouse(
			BASE + byName("career").path,
			{ port, logLevel: "error", onlyCategories: CATEGORIES });

		assert.equal(lhr.runtimeError, undefined);
		assert.equal(lhr.configSettings.throttlingMethod, "simulate");
		assert.equal(lhr.configSettings.formFactor, "mobile");
		return {
			...Object.fromEntries(Object.keys(MOST).map(
				(id) => [id, lhr.audits[id].numericValue])),
			...Object.fromEntries(CATEGORIES.map(
				(id) => [id, lhr.categories[id].score])),
			faults: Object.values(lhr.audits).filter(({ score,
				scoreDisplayMode: mode }) => mode === "binary" &&
				score !== null && score < 1).map(({ id }) => id),
		};
	} finally {
		await browser.close();
	}
}

async function measure(lighthouse, patience) {
	const runs = [], loads = [];

	while (runs.length < RUNS) {
		let busy = await load();

		for (let i = 0; i < patience && busy > BUSY; i++)
			busy = await load();
		loads.push(busy);
		runs.push(await run(lighthouse));
	}
	loads.push(await load());
	return { runs, busy: Math.max(...loads) };
}

/* The figures of runs, and what is wrong with them. */
function judge(runs, choose) {
	const figures = Object.fromEntries([...CATEGORIES, ...Object.keys(MOST)]
		.map((id) => [id, (id in MOST ? choose : median)(
			runs.map((one) => one[id]))]));
	const found = [
		...Object.keys(MOST).filter((id) => !(figures[id] <= MOST[id])),
		...CATEGORIES.filter((id) => !(figures[id] >= LEAST))];

	return { figures, found, faults: runs[0].faults };
}

test("R01 Lighthouse for a phone: scores of 99 and fast", async (t) => {
	const { default: lighthouse } = await import("lighthouse");
	const { runs, busy } = await measure(lighthouse, 0);
	let result = judge(runs, median);

	t.diagnostic(JSON.stringify(result));
	/* Time in which a page blocks is a sum of a few long tasks, which other
	 * copies of the suite lengthen: the quickest says what the page takes. */
	if (result.found.length) {
		t.diagnostic(`others use ${Math.round(100 * busy)} % of the ` +
			"processors: measuring once more");
		runs.push(...(await measure(lighthouse, PATIENCE)).runs);
		result = judge(runs, (values) => Math.min(...values));
		t.diagnostic(`quickest: ${JSON.stringify(result)}`);
	}
	assert.deepEqual(result.found, []);
});
