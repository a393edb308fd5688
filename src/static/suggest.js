/* Careers as one types, beside the search box: a combobox as ARIA 1.2 has it.
   Without this the form works as well. */
"use strict";
(() => {
	const LEAST = 2, WAIT = 150;
	const input = document.getElementById("q");
	const list = document.createElement("ul");
	const status = document.createElement("p");
	/* The form of a category's page searches in it alone: /careers/finance */
	const category = input?.form.getAttribute("action").split("/")[2];
	let options = [], at = -1, timer, asking;

	const set = (e, values) => {
		for (const name in values)
			e.setAttribute(name, values[name]);
	};
	const say = (words) => {
		status.textContent = words;
	};

	function open(is) {
		list.hidden = !is;
		input.setAttribute("aria-expanded", String(is));
		move(-1);
	}

	/* What is still on its way comes too late. */
	function close() {
		clearTimeout(timer);
		asking?.abort();
		open(false);
	}

	function move(to) {
		options[at]?.setAttribute("aria-selected", "false");
		at = to;
		if (at < 0)
			return input.removeAttribute("aria-activedescendant");
		options[at].setAttribute("aria-selected", "true");
		options[at].scrollIntoView({ block: "nearest" });
		input.setAttribute("aria-activedescendant", options[at].id);
	}

	function option({ name, url, match }, i) {
		const e = document.createElement("li");
		const also = match?.on === "synonym" ? match.text : "";

		set(e, { role: "option", id: `q-${i}`, "aria-selected": "false" });
		e.textContent = name + (also ? ` (${also})` : "");
		e.dataset.url = url;
		return e;
	}

	function show({ data }) {
		const n = data.length;

		open(false);
		options = data.map(option);
		list.replaceChildren(...options);
		open(n > 0);
		say(n ? `${n} suggestion${n > 1 ? "s" : ""}; use the arrow keys` :
			"No suggestions");
	}

	async function ask() {
		const q = input.value.trim();

		close();
		say("");
		if (q.length < LEAST)
			return;
		asking = new AbortController();
		try {
			const reply = await fetch("/api/v1/careers?limit=8" +
				(category ? `&category=${category}` : "") +
				`&q=${encodeURIComponent(q)}`,
				{ signal: asking.signal });

			if (reply.ok)
				show(await reply.json());
		} catch {
			/* Somebody typed on, or is offline. */
		}
	}

	function press(event) {
		const n = options.length;
		const isOpen = !list.hidden;

		if (event.isComposing)
			return;
		if (event.key === "Escape" && isOpen)
			close();
		else if (event.key === "Enter" && at >= 0)
			location.assign(options[at].dataset.url);
		else if (event.key === "ArrowDown" && n && !isOpen)
			open(true);
		else if (event.key === "ArrowDown" && isOpen)
			move(at + 1 < n ? at + 1 : -1);
		else if (event.key === "ArrowUp" && isOpen)
			move(at < 0 ? n - 1 : at - 1);
		else
			return;
		event.preventDefault();
	}

	if (!input)
		return;
	set(input, { role: "combobox", "aria-expanded": "false",
		     "aria-controls": "q-list", "aria-autocomplete": "list" });
	set(list, { id: "q-list", role: "listbox", "aria-label": "Careers" });
	status.className = "unseen";
	status.setAttribute("role", "status");
	list.className = "suggestions";
	list.hidden = true;
	input.after(list);
	input.form.append(status);
	input.addEventListener("input", () => {
		/* Enter searches for what is typed now. */
		move(-1);
		clearTimeout(timer);
		timer = setTimeout(ask, WAIT);
	});
	input.addEventListener("keydown", press);
	input.addEventListener("blur", close);
	/* The box keeps the focus, so that a press is no blur. */
	list.addEventListener("mousedown", (event) => event.preventDefault());
	list.addEventListener("click", ({ target }) => {
		if (target.dataset.url)
			location.assign(target.dataset.url);
	});
})();
