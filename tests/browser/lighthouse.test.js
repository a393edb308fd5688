"use strict";
/*
 * R01: Lighthouse's figures for a phone, as simulated from what it measures.
 * A busy machine lengthens what it measures, so a set that fails while others
 * use the processor is repeated, once and with a word.
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

async function run(lighthouse) {
	const port = await freePort();
	const browser = await chromium.launch({ ...CHROMIUM, args: [
		"--no-sandbox", "--ignore-certificate-errors",
		`--remote-debugging-port=${port}`] });

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

/* Medians of a set of runs, and what is wrong with them. */
async function measure(lighthouse) {
	const runs = [], loads = [];

	for (let i = 0; i < RUNS; i++) {
		loads.push(await load());
		runs.push(await run(lighthouse));
	}
	const figures = Object.fromEntries([...CATEGORIES, ...Object.keys(MOST)]
		.map((id) => [id, median(runs.map((one) => one[id]))]));
	const found = [
		...Object.keys(MOST).filter((id) => figures[id] > MOST[id]),
		...CATEGORIES.filter((id) => figures[id] < LEAST)];

	return { figures, found, faults: runs[0].faults, busy: median(loads) };
}

test("R01 Lighthouse for a phone: scores of 99 and fast", async (t) => {
	const { default: lighthouse } = await import("lighthouse");
	let result = await measure(lighthouse);
	const tell = () => t.diagnostic(JSON.stringify(result));

	tell();
	if (result.found.length && result.busy > BUSY) {
		t.diagnostic("others use the processor: measuring once more");
		result = await measure(lighthouse);
		tell();
	}
	assert.deepEqual(result.found, [], JSON.stringify(result.figures));
});
