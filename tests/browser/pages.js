"use strict";
/*
 * The pages of the site and the states they can be in, by name. Whoever goes
 * through all of them takes the list from here, so that a new page is added
 * once. Behind links of mails is somebody new each time.
 */
const people = require("./people.js");

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
	{ name: "compare-form", path: "/compare", is_several: true },
	{ name: "compare-four", is_several: true,
	  path: "/compare?careers=backend-developer,data-scientist," +
		"registered-nurse,civil-engineer&country=us&currency=SGD",
	  canonical: "/compare?careers=backend-developer,civil-engineer," +
		"data-scientist,registered-nurse" },
	{ name: "compare-error", path: "/compare?careers=backend-developer,x",
	  is_several: true, status: 400 },
	{ name: "api", path: "/api" },
	{ name: "methodology", path: "/methodology" },
	{ name: "disclosure", path: "/disclosure" },
	{ name: "privacy", path: "/privacy" },
	{ name: "subscribe", path: "/subscribe" },
	{ name: "subscribe-error", path: "/subscribe", email: "name@localhost",
	  status: 422 },
	{ name: "subscribe-thanks", path: "/subscribe",
	  email: "reader@example.org" },
	{ name: "subscribe-careful", path: "/subscribe",
	  email: "reader@example.org", is_careful: true },
	{ name: "confirm", link: "confirm" },
	{ name: "confirmed", link: "confirm", press: "Yes, write to me" },
	{ name: "confirm-gone", link: "gone", status: 410 },
	{ name: "link-broken", path: "/unsubscribe/broken", status: 404 },
	{ name: "block", link: "block" },
	{ name: "blocked", link: "block",
	  press: "It wasn’t me: never write again" },
	{ name: "leave", link: "unsubscribe" },
	{ name: "left", link: "unsubscribe", press: "Stop all" },
	{ name: "leave-data", link: "unsubscribe",
	  press: "Mail me a link to see or erase my data" },
	{ name: "data", link: "manage" },
	{ name: "data-error", link: "manage", press: "Erase my data",
	  is_rash: true, status: 422 },
	{ name: "erased", link: "manage", tick: "Yes, erase everything",
	  press: "Erase my data" },
	{ name: "search-found", path: "/careers?q=backend" },
	{ name: "search-empty", path: "/careers?q=zzzz" },
	/* The longest that is taken, in a word that can't be broken. */
	{ name: "search-long", path: `/careers?q=${"m".repeat(100)}` },
	{ name: "list-many", path: "/careers?page=2", is_shop: true },
	{ name: "list-found", is_shop: true,
	  path: "/careers?entry_barrier=medium&q=enginer&sort=balance" },
	{ name: "list-filtered", is_shop: true,
	  path: "/careers?category=finance&country=SG" },
	{ name: "list-beyond", path: "/careers?page=9", is_shop: true,
	  status: 404 },
	{ name: "error-400", path: "/careers?page=none", status: 400 },
	{ name: "error-404", path: "/careers/nothing-here", status: 404 },
	{ name: "error-405", path: "/country", status: 405 },
	/* A search is never kept, so it needs the database. */
	{ name: "error-503", path: "/careers?q=data", status: 503,
	  is_outage: true },
];

/* Goes to a page as a visitor does; the state behind a form by the form. */
async function open(page, base, one) {
	const { email, is_careful, is_rash, link, press, status = 200, tick } = one;
	const path = link ? people.newLink(link) : one.path;
	let reply = await page.goto(base + path);
	const submit = async (form, name) => {
		[reply] = await Promise.all([
			page.waitForNavigation(),
			form.getByRole("button", { name }).click(),
		]);
	};

	if (email) {
		const form = page.locator("form[action='/subscribe']");
		const send = () => submit(form, "Notify me");

		await form.getByLabel("E-mail address").fill(email);
		await (is_careful ? people.whileCareful(send) : send());
	}
	if (tick)
		await page.getByLabel(tick).check();
	/* Past what the browser asks for by itself. */
	if (is_rash)
		await page.getByLabel("erase everything").evaluate(
			(e) => e.removeAttribute("required"));
	if (press)
		await submit(page, press);
	if (reply.status() !== status)
		throw new Error(`${path}: ${reply.status()}, not ${status}`);
	return reply;
}

module.exports = { CAREER, PAGES, open };
