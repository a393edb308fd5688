"use strict";
/*
 * The pages of the site and the states they can be in, by name. Whoever goes
 * through all of them takes the list from here, so that a new page is added
 * once.
 */
const CAREER = "/careers/information-technology/backend-developer";

const PAGES = [
	{ name: "home", path: "/" },
	{ name: "careers", path: "/careers" },
	{ name: "category", path: "/careers/information-technology" },
	{ name: "category-empty", path: "/careers/finance" },
	{ name: "career", path: `${CAREER}/us`, is_career: true },
	{ name: "career-detected", path: CAREER, is_career: true },
	{ name: "career-limited", path: `${CAREER}/sg?level=senior`,
	  is_career: true },
	{ name: "career-sparse", path: `${CAREER}/au`, is_career: true },
	{ name: "career-no-data", path: `${CAREER}/my`, is_career: true },
	{ name: "methodology", path: "/methodology" },
	{ name: "disclosure", path: "/disclosure" },
	{ name: "privacy", path: "/privacy" },
	{ name: "subscribe", path: "/subscribe" },
	{ name: "subscribe-error", path: "/subscribe", email: "name@localhost",
	  status: 422 },
	{ name: "subscribe-thanks", path: "/subscribe",
	  email: "reader@example.org" },
	{ name: "search-found", path: "/careers?q=backend" },
	{ name: "search-empty", path: "/careers?q=zzzz" },
	/* The longest that is taken, in a word that can't be broken. */
	{ name: "search-long", path: `/careers?q=${"m".repeat(100)}` },
	{ name: "error-400", path: "/careers?page=none", status: 400 },
	{ name: "error-404", path: "/careers/nothing-here", status: 404 },
	{ name: "error-405", path: "/country", status: 405 },
	/* A search is never kept, so it needs the database. */
	{ name: "error-503", path: "/careers?q=data", status: 503,
	  is_outage: true },
];

/* Goes to a page as a visitor does; the state behind a form by the form. */
async function open(page, base, { path, email, status = 200 }) {
	let reply = await page.goto(base + path);

	if (email) {
		const form = page.locator("form[action='/subscribe']");

		await form.getByLabel("E-mail address").fill(email);
		[reply] = await Promise.all([
			page.waitForNavigation(),
			form.getByRole("button").click(),
		]);
	}
	if (reply.status() !== status)
		throw new Error(`${path}: ${reply.status()}, not ${status}`);
	return reply;
}

module.exports = { CAREER, PAGES, open };
