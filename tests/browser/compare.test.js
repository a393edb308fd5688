"use strict";
/* Careers side by side: the form without scripts, and the comparison. */
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { SEVERAL, byName, session, visit } = require("./support.js");

const four = byName("compare-four");

for (const width of [320, 375, 768, 1280])
	test(`a comparison fits ${width} px`,
	     () => visit(four, { viewport: { width, height: 800 } },
			 async (page) => {
		assert.deepEqual(await page.evaluate(() => {
			window.look.openAll();
			return window.look.sticksOut();
		}), []);
	}));

test("on paper there is no form", () => visit(four, {}, async (page) => {
	assert.ok(await page.getByRole("button", { name: "Show" }).isVisible());
	await page.emulateMedia({ media: "print" });
	assert.deepEqual(await page.evaluate(() =>
		window.look.all("form, button, select, input")
			.filter((e) => e.checkVisibility()).map(window.look.say)),
			 []);
}));

test("on a phone every value says whose it is",
     () => visit(four, { viewport: { width: 320, height: 800 } },
		 async (page) => {
	assert.deepEqual(await page.evaluate(() => [
		...document.querySelectorAll(".compare td:not([colspan])"),
	].filter((cell) => window.look.isVisible(cell) &&
		 !cell.querySelector(".who, a")?.checkVisibility())
		.map(window.look.say)), []);
}));

test("careers are chosen, and the country changed, without scripts",
     () => session({ still: true }, async (go) => {
	const { page } = await go(byName("compare-form"));

	await page.getByLabel("First career").selectOption("Backend Developer");
	await page.getByLabel("Second career").selectOption("Registered Nurse");
	await page.getByLabel("Country").selectOption("Singapore");
	await page.getByRole("button", { name: "Compare" }).click();
	assert.equal(page.url(), `${SEVERAL}/compare?careers=` +
		"backend-developer,registered-nurse&country=sg&level=mid");
	await page.getByLabel("Country").selectOption("United States");
	await page.getByLabel("Level").selectOption("Senior");
	await page.getByRole("button", { name: "Show" }).click();
	assert.equal(page.url(), `${SEVERAL}/compare?careers=` +
		"backend-developer,registered-nurse&country=us&level=senior");
	await page.getByRole("heading", { name: "Senior pay in the United " +
		"States" }).waitFor();
}));

test("a column's name stands above each of its facts for a screen reader",
     () => visit(four, {}, async (page) => {
	const cells = await page.getByRole("table").getByRole("row").filter({
		has: page.getByRole("rowheader", { name: "Hours a week" }),
	}).getByRole("cell").count();

	assert.equal(cells, 4);
	assert.equal(await page.getByRole("columnheader").count(), 4);
}));
