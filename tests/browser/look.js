"use strict";
/*
 * What tests and pictures ask of a page from inside. The function runs there
 * and leaves `look`; it can use nothing of this file but itself.
 */
function install() {
	const canvas = document.createElement("canvas").getContext("2d", {
		willReadFrequently: true });

	/* Shown, if need be by scrolling, and not only to screen readers. */
	function isVisible(e) {
		const box = e.getBoundingClientRect();

		return e.checkVisibility({ visibilityProperty: true }) &&
			box.width > 1 && box.height > 1 && box.right > 0;
	}

	function all(selector, within = document) {
		return [...within.querySelectorAll(selector)].filter(isVisible);
	}

	/* How a finding names an element. */
	function say(e) {
		const words = e.getAttribute("aria-label") || e.textContent;
		const id = e.id ? `#${e.id}` : "";

		return `<${e.tagName.toLowerCase()}${id}> "` +
			words.replace(/\s+/g, " ").trim().slice(0, 50) + '"';
	}

	/* Any colour of CSS as [red, green, blue, alpha] of 255. */
	function rgba(colour) {
		canvas.clearRect(0, 0, 1, 1);
		canvas.fillStyle = "#000";
		canvas.fillStyle = colour;
		canvas.fillRect(0, 0, 1, 1);
		return canvas.getImageData(0, 0, 1, 1).data;
	}

	function luminance(colour) {
		const [r, g, b] = [...rgba(colour)].map((c) => c / 255 <= 0.04045 ?
			c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);

		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	}

	function contrast(one, other) {
		const [dark, light] = [luminance(one), luminance(other)]
			.sort((a, b) => a - b);

		return (light + 0.05) / (dark + 0.05);
	}

	/* The colour that is painted behind an element. */
	function backdrop(e) {
		for (let up = e; up; up = up.parentElement) {
			const { backgroundColor } = getComputedStyle(up);

			if (rgba(backgroundColor)[3] === 255)
				return backgroundColor;
		}
		return "Canvas";
	}

	function isPainted(colour) {
		return colour !== "none" && rgba(colour)[3] > 0;
	}

	/* The drawn parts of a chart, each with its box and style. */
	function shapes(svg) {
		return [...svg.querySelectorAll(
			"rect, circle, ellipse, line, path, polygon, polyline, use",
		)].filter((e) => !e.closest("defs, clipPath, mask, symbol"))
			.map((e) => ({ e, style: getComputedStyle(e),
				       box: e.getBoundingClientRect() }))
			.filter(({ box, style }) => (box.width || box.height) &&
				(isPainted(style.fill) || isPainted(style.stroke)));
	}

	function openAll() {
		for (const e of document.querySelectorAll("details"))
			e.open = true;
	}

	function scrolls(e) {
		for (let up = e.parentElement; up; up = up.parentElement)
			if (getComputedStyle(up).overflowX !== "visible")
				return true;
		return false;
	}

	/* What could not be read without scrolling sideways, or not at all. */
	function sticksOut() {
		const root = document.documentElement;
		const width = root.clientWidth;
		const found = [];

		if (root.scrollWidth > width)
			found.push(`the page is ${root.scrollWidth} px wide`);
		for (const e of all("body *:not(svg *, input)")) {
			const end = Math.round(e.getBoundingClientRect().right);
			const style = getComputedStyle(e);
			const cuts = (axis) => /hidden|clip/.test(axis);

			if (end > width && !scrolls(e))
				found.push(`${say(e)} ends at ${end}`);
			if (cuts(style.overflowX) && e.scrollWidth > e.clientWidth + 1)
				found.push(`${say(e)} is cut off at its side`);
			if (cuts(style.overflowY) &&
			    e.scrollHeight > e.clientHeight + 1)
				found.push(`${say(e)} is cut off at its end`);
		}
		return [...new Set(found)].slice(0, 8);
	}

	window.look = { all, backdrop, contrast, isPainted, isVisible, openAll,
			rgba, say, shapes, sticksOut };
}

module.exports = `(${install})()`;
