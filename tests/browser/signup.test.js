"use strict";
/* The journey to the sign-up by keyboard, and its form in every state. */
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { leaveLink, mailedLink } = require("./people.js");
const { BASE, CAREER, byName, each, session, visit } = require("./support.js");

/* Presses Tab until focus is on an element of that kind. */
async function tabTo(page, selector) {
	for (let i = 0; i < 400; i++) {
		await page.keyboard.press("Tab");
		if (await page.evaluate((wanted) =>
			document.activeElement.matches(wanted), selector))
			return;
	}
	assert.fail(`Tab does not lead to ${selector}`);
}

async function follow(page, selector) {
	await tabTo(page, selector);
	await Promise.all([page.waitForNavigation(),
			   page.keyboard.press("Enter")]);
}

test("R03 country, level, hours and sign-up work by keyboard without scripts",
     () => visit({ path: CAREER }, { still: true }, async (page) => {
	const text = (selector) => page.evaluate(
		(wanted) => document.querySelector(wanted)?.innerText, selector);

	await follow(page, "nav a[href*='/sg']");
	assert.match(page.url(), /\/sg\b/);
	assert.match(await text("main"), /Shown for Singapore/);

	await follow(page, "nav a[href*='level=senior']");
	assert.match(page.url(), /\/sg\?level=senior/);

	/* The first hour of the day that the level has opened. */
	await tabTo(page, "details summary:has(time), " +
		"details details summary");
	const read = () => page.evaluate(() => {
		const hour = document.activeElement.parentElement;

		return { open: hour.open,
			 words: hour.lastElementChild.innerText };
	});

	assert.equal((await read()).open, false);
	await page.keyboard.press("Enter");
	assert.equal((await read()).open, true);
	assert.ok((await read()).words.length > 40);

	await tabTo(page, "input[type=email]");
	await page.keyboard.type("keyboard@example.org");
	await follow(page, "form[action='/subscribe'] button");
	assert.equal(page.url(), `${BASE}/subscribe`);
	assert.match(await text("h1"), /Thank you/);
	assert.match(await text("main"), /confirm/);
}));

/* Presses a button and gives what the page then says. */
async function press(page, name) {
	const [reply] = await Promise.all([
		page.waitForNavigation(),
		page.getByRole("button", { name }).click(),
	]);

	assert.equal(reply.status(), 200);
	return page.locator("main").innerText();
}

for (const javaScriptEnabled of [true, false])
	test("R03 from the form to the confirmation, to leaving and erasing, " +
	     `${javaScriptEnabled ? "with" : "without"} scripts`,
	     () => session({ scripts: javaScriptEnabled, still: true,
			     javaScriptEnabled }, async (go, { page, context }) => {
		const email = `journey-${javaScriptEnabled}@example.net`;
		const text = () => page.locator("main").innerText();

		await page.goto(`${BASE}/subscribe`);
		await page.getByLabel("E-mail address").fill(email);
		await page.getByLabel("Finance").check();
		await page.getByLabel("Education").check();
		assert.match(await press(page, "Notify me"), /look for our mail/);

		await page.goto(BASE + await mailedLink(email, "confirm"));
		assert.match(await text(),
			     /j\*\*\*@example\.net about new guides in Education and Finance/);
		assert.match(await press(page, "Yes, write to me"),
			     /You are signed up/);

		await page.goto(BASE + leaveLink(email));
		await page.getByLabel("Education").uncheck();
		assert.match(await press(page, "Stop what is not ticked"),
			     /Done\./);
		assert.equal(await page.getByRole("checkbox").count(), 1);
		assert.match(await press(page, "Mail me a link"),
			     /goes to the address itself/);

		await page.goto(BASE + await mailedLink(email, "manage"));
		assert.ok((await text()).includes(email));
		await page.getByLabel("Yes, erase everything").check();
		assert.match(await press(page, "Erase my data"),
			     /Your data is erased/);
		assert.deepEqual(await context.cookies(), []);
	}));

test("R03 one press leaves", () => session({ still: true },
					   async (go, { page }) => {
	await go(byName("leave"));
	assert.match(await press(page, "Stop all"), /You are unsubscribed/);
	await page.reload();
	assert.match(await page.locator("main").innerText(),
		     /You are unsubscribed/);
}));

test("R24 browsers confirm from a page without a referrer", () => session(
	{ still: true }, async (go, { page }) => {
	const { reply } = await go(byName("confirm"));

	assert.equal(reply.headers()["referrer-policy"], "no-referrer");
	const [request] = await Promise.all([
		page.waitForRequest((r) => r.method() === "POST"),
		press(page, "Yes, write to me"),
	]);

	assert.equal(await request.headerValue("referer"), null);
}));

test("R21 the form says why and how often, and takes any address",
     () => each(["home", "career", "category", "subscribe"].map(byName), {},
		async (page) => {
	const form = page.locator("form[action='/subscribe']");
	const input = form.getByLabel("E-mail address");
	const long = `${"a".repeat(64)}@${"b".repeat(60)}.${"c".repeat(60)}.` +
		`${"d".repeat(59)}.example`;

	assert.equal(long.length, 254);
	await input.fill(long);
	assert.equal(await input.inputValue(), long);
	assert.ok(await form.getByText("E-mail address").isVisible());
	return page.evaluate(() => {
		const e = document.querySelector("input[type=email]");
		const beside = e.closest("section, main").textContent;
		const found = [];

		if (e.autocomplete !== "email" ||
		    e.getAttribute("spellcheck") !== "false")
			found.push("the browser is not told what it is");
		if (e.placeholder)
			found.push("it has a placeholder");
		if (e.closest("form").querySelector("img, iframe, canvas, script"))
			found.push("it asks for a proof");
		if (e.maxLength > -1 && e.maxLength < 254)
			found.push(`it ends at ${e.maxLength}`);
		if (!/\bwhen\b.*\bguide/s.test(beside) || !/one mail/i.test(beside))
			found.push("it does not say why and how often");
		return found;
	});
}));

for (const from of ["/subscribe", `${CAREER}/us`])
	test(`R22 a wrong address is explained, without scripts, at ${from}`,
	     () => visit({ path: from, email: "name@localhost", status: 422 }, {},
			 async (page, { reply }) => {
		assert.equal(reply.status(), 422);
		const seen = await page.evaluate(() => {
			const input = document.querySelector("input[type=email]");
			const heading = [...document.querySelectorAll("h2")].find(
				(e) => e.textContent === "There is a problem");
			const link = heading?.parentElement.querySelector("a");
			const tied = document.getElementById(
				input.getAttribute("aria-describedby"));

			return {
				title: document.title,
				isAbove: !!(heading?.compareDocumentPosition(
					document.querySelector("h1")) &
					Node.DOCUMENT_POSITION_FOLLOWING),
				target: link?.hash, field: `#${input.id}`,
				words: link?.textContent, tied: tied?.textContent,
				isInvalid: input.ariaInvalid, value: input.value,
			};
		});

		assert.match(seen.title, /^Error: /);
		assert.ok(seen.isAbove);
		assert.equal(seen.target, seen.field);
		assert.ok(seen.words.length > 10);
		assert.ok(seen.tied.includes(seen.words));
		assert.doesNotMatch(seen.words, /please|sorry|invalid|oops/i);
		assert.equal(seen.isInvalid, "true");
		assert.equal(seen.value, "name@localhost");

		await page.getByRole("link", { name: seen.words }).click();
		assert.ok(await page.evaluate(() =>
			document.activeElement.type === "email"));
	}));

test("R23 a known address gets the same answer as a new one", async () => {
	const answers = [];

	for (let i = 0; i < 2; i++)
		await visit({ path: "/subscribe", email: "twice@example.org" }, {},
			    async (page, { reply }) => {
			answers.push(await reply.text());
		});
	assert.equal(answers[0], answers[1]);
	assert.match(answers[0], /Thank you/);
});
