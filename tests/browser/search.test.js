"use strict";
/* The search box: a form without scripts, a combobox with them. */
const assert = require("node:assert/strict");
const fs = require("node:fs");
const { test } = require("node:test");
const { SHOP, session, nothing } = require("./support.js");

const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const LIST = { name: "careers", path: "/careers", is_shop: true };
const HOME = { name: "home", path: "/", is_shop: true };
const PHONE = { viewport: { width: 375, height: 800 } };

/* Runs in the page: what a screen reader is told of the box. */
function told() {
	const box = document.getElementById("q");
	const list = document.getElementById(box.getAttribute("aria-controls"));
	const options = [...list.querySelectorAll("[role=option]")];
	const active = box.getAttribute("aria-activedescendant");

	return {
		role: box.computedRole, name: box.computedName,
		isExpanded: box.getAttribute("aria-expanded") === "true",
		isShown: window.look.isVisible(list),
		options: options.map((e) => e.textContent),
		chosen: options.filter((e) =>
			e.getAttribute("aria-selected") === "true")
			.map((e) => e.textContent),
		active: active && document.getElementById(active).textContent,
		isFocused: document.activeElement === box,
		status: document.querySelector(".finder [role=status], " +
			".search [role=status]").textContent,
	};
}

/* Types into the box of a page and waits for what it suggests. */
async function typing(one, words, how, act) {
	await session({ scripts: true, ...how }, async (go, { page }) => {
		const asked = [];

		page.on("request", (request) => {
			if (request.url().includes("/api/"))
				asked.push(request.url());
		});
		await go(one);
		await page.locator("#q").pressSequentially(words);
		await page.waitForFunction(
			() => document.querySelector("[role=option]") &&
				!document.querySelector("#q-list").hidden);
		await act(page, asked, () => page.evaluate(told));
	});
}

for (const one of [LIST, HOME])
	test(`suggestions are a list to go through by keys, ${one.name}`,
	     () => typing(one, "engineer", {}, async (page, asked, see) => {
		let seen = await see();
		const { options } = seen;

		assert.equal(seen.role, "combobox");
		assert.match(seen.name, /^Search/);
		assert.ok(seen.isExpanded && seen.isShown && seen.isFocused);
		assert.ok(options.length > 3 && options.length <= 8, options);
		assert.equal(seen.status,
			     `${options.length} suggestions; use the arrow keys`);
		assert.equal(seen.active, null);

		for (const [key, wanted] of [
			["ArrowDown", options[0]], ["ArrowDown", options[1]],
			["ArrowUp", options[0]], ["ArrowUp", null],
			["ArrowUp", options.at(-1)], ["ArrowDown", null]]) {
			await page.keyboard.press(key);
			seen = await see();
			assert.equal(seen.active, wanted, key);
			assert.deepEqual(seen.chosen, wanted ? [wanted] : []);
			assert.ok(seen.isFocused);
		}
		await page.keyboard.press("Escape");
		seen = await see();
		assert.ok(!seen.isExpanded && !seen.isShown && seen.isFocused);
		assert.equal(await page.inputValue("#q"), "engineer");
		await page.keyboard.press("ArrowDown");
		assert.ok((await see()).isExpanded);
		await page.keyboard.press("Tab");
		seen = await see();
		assert.ok(!seen.isShown && !seen.isFocused);
	}));

test("Enter opens the guide that is chosen, and else searches", async () => {
	await typing(LIST, "engineer", {}, async (page, asked, see) => {
		await page.keyboard.press("ArrowDown");
		const { active } = await see();

		await Promise.all([page.waitForNavigation(),
				   page.keyboard.press("Enter")]);
		assert.equal(await page.locator("h1").textContent(), active);
	});
	await typing(LIST, "engineer", {}, async (page) => {
		await Promise.all([page.waitForNavigation(),
				   page.keyboard.press("Enter")]);
		assert.equal(page.url(), `${SHOP}/careers?q=engineer`);
	});
});

test("Enter while typing on searches, whatever was chosen before",
     () => typing(LIST, "eng", {}, async (page, asked, see) => {
	await page.keyboard.press("ArrowDown");
	assert.ok((await see()).active);
	await page.keyboard.press("i");
	assert.equal((await see()).active, null);
	await page.keyboard.press("ArrowUp");
	await Promise.all([page.waitForNavigation(), (async () => {
		await page.keyboard.type("neer");
		await page.keyboard.press("Enter");
	})()]);
	assert.equal(page.url(), `${SHOP}/careers?q=engineer`);
}));

test("what is typed at once is asked for once", () => session(
	{ scripts: true }, async (go, { page }) => {
	const asked = [];

	page.on("request", (request) => {
		if (request.url().includes("/api/"))
			asked.push(request.url());
	});
	await go(LIST);
	await page.locator("#q").evaluate((box) => {
		for (const letter of "engineer") {
			box.value += letter;
			box.dispatchEvent(new Event("input"));
		}
	});
	await page.waitForSelector("[role=option]");
	assert.deepEqual(asked, [`${SHOP}/api/v1/careers?limit=8&q=engineer`]);
}));

test("the box of a category suggests of that category", () => typing(
	{ name: "finance", path: "/careers/finance", is_shop: true }, "an", {},
	async (page, asked) => {
	assert.ok(asked.every((url) => url.includes("category=finance")), asked);
	assert.ok(await page.evaluate(() => [...document.querySelectorAll(
		"[role=option]")].every((e) =>
		e.dataset.url.startsWith("/careers/finance/"))));
}));

test("a suggestion can be pressed", () => typing(LIST, "engineer", PHONE,
	async (page, asked, see) => {
	const { options } = await see();

	await Promise.all([page.waitForNavigation(),
			   page.locator("[role=option]").nth(1).click()]);
	assert.equal(await page.locator("h1").textContent(), options[1]);
}));

test("nothing is asked for one letter, and none found is said",
     () => session({ scripts: true }, async (go, { page }) => {
	let asked = 0;

	page.on("request", (request) => {
		asked += request.url().includes("/api/");
	});
	await go(LIST);
	await page.locator("#q").pressSequentially("e");
	await page.waitForTimeout(400);
	assert.equal(asked, 0);
	await page.locator("#q").fill("zzzzzz");
	await page.waitForFunction(() => [...document.querySelectorAll(
		"[role=status]")].some((e) => e.textContent));
	const seen = await page.evaluate(told);

	assert.equal(seen.status, "No suggestions");
	assert.ok(!seen.isExpanded && !seen.isShown);
}));

test("what is suggested is text, and what comes late is not shown",
     () => typing(LIST, "eng", {}, async (page, asked, see) => {
	assert.ok(await page.evaluate(() => [...document.querySelectorAll(
		"[role=option]")].every((e) => !e.children.length)));
	await page.locator("#q").pressSequentially("ineer");
	await page.keyboard.press("Escape");
	await page.waitForTimeout(600);
	assert.ok(!(await see()).isShown);
}));

test("without scripts the form finds, filters and sorts", () => session(
	{ still: true, ...PHONE }, async (go, { page }) => {
	await go(LIST);
	const box = page.locator("#q");
	const submit = (name) => Promise.all([page.waitForNavigation(),
		page.getByRole("button", { name }).click()]);
	const heading = () => page.locator("#results").textContent();

	assert.equal(await box.getAttribute("role"), null);
	await box.fill("engineer");
	await submit("Search");
	assert.equal(page.url(), `${SHOP}/careers?q=engineer`);
	assert.match(await heading(), /^\d+ careers for “engineer”$/);
	/* The filters are behind a fold here. */
	assert.ok(!await page.locator("#remote").isVisible());
	await page.getByText("Filter and sort").click();
	await page.locator("#remote").selectOption("hybrid");
	await page.locator("#sort").selectOption("balance");
	await page.locator("#min_salary").fill("30000");
	await page.locator("#country").selectOption("GB");
	await submit("Show careers");
	assert.equal(new URL(page.url()).search,
		     "?q=engineer&remote=hybrid&min_salary=30000&country=GB" +
		     "&sort=balance");
	assert.match(await heading(), new RegExp("for “engineer”, hybrid, " +
		"at least £30k in the United Kingdom"));
	const [all] = await Promise.all([
		page.waitForNavigation(),
		page.getByRole("link", { name: "Remove: hybrid" }).click()]);

	assert.equal(all.status(), 200);
	assert.ok(!page.url().includes("remote"));
	assert.equal(await page.locator("#sort").inputValue(), "balance");
}));

test("on a wide screen filters stand open, and can be reached", () => session(
	{ still: true }, async (go, { page }) => {
	await go(LIST);
	assert.ok(await page.locator("#remote").isVisible());
	await page.locator("#q").focus();
	await page.keyboard.press("Tab");
	await page.keyboard.press("Tab");
	assert.equal(await page.evaluate(() => document.activeElement.id),
		     "category");
}));

for (const width of [320, 375, 768, 1280])
	test(`open suggestions have no fault and fit, ${width} px`,
	     () => typing(LIST, "engineer", { viewport: { width, height: 900 } },
			  async (page) => {
		const found = [];

		await page.keyboard.press("ArrowDown");
		await page.evaluate(AXE);
		for (const colorScheme of ["light", "dark"]) {
			await page.emulateMedia({ colorScheme });
			const { violations } = await page.evaluate(
				() => window.axe.run({ resultTypes: ["violations"] }));

			found.push(...violations.map(({ id, nodes }) =>
				`${colorScheme}: ${id} at ${nodes[0].target}`));
		}
		found.push(...await page.evaluate(() => [
			...window.look.sticksOut(),
			...window.look.all("[role=option]").filter((e) =>
				e.getBoundingClientRect().height < 44)
				.map(window.look.say)]));
		nothing(found);
	}));
