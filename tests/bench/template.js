// Our templates (src/base/template.h) as one JavaScript function: text is
// joined by +=, names are plain member accesses, sections are if and for. As
// fast as a template gets in Node, and byte for byte what the worker writes.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;',
	"'": '&#39;' };
const UNSAFE = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };

function escape(value) {
	const text = String(value);
	return /[&<>"']/.test(text)
		? text.replace(/[&<>"']/g, (c) => ESCAPES[c]) : text;
}

function json(value) {
	return JSON.stringify(value).replace(/[<>&]/g, (c) => UNSAFE[c]);
}

function isEmpty(value) {
	return value === false || value === null || value === '' ||
		(Array.isArray(value) && !value.length);
}

// One item for what is shown once, all of them for a list.
function items(value, item) {
	if (isEmpty(value))
		return [];
	if (Array.isArray(value))
		return value;
	return [typeof value === 'object' ? value : item];
}

// The expression for a name, where the item at hand is called item.
function access(name, item) {
	if (name === '.')
		return item;
	const parts = name.split('.');
	return parts[0] === 'root' ? ['root', ...parts.slice(1)].join('.')
		: [item, ...parts].join('.');
}

function source(views, name, item, depth) {
	const text = fs.readFileSync(path.join(views, `${name}.html`), 'utf8');
	const open = [item];
	let code = '';
	for (const piece of text.split(/(\{\{.*?\}\})/)) {
		const tag = /^\{\{([#^/>@]?)(.*)\}\}$/.exec(piece);
		const here = open[open.length - 1];
		const inner = `i${depth}_${open.length}`;
		if (!tag)
			code += `out += ${JSON.stringify(piece)};\n`;
		else if (tag[1] === '>')
			code += source(views, tag[2], here, `${depth}_${open.length}`);
		else if (tag[1] === '/')
			code += (open.pop(), '}\n');
		else if (tag[1] === '^')
			code += (open.push(here), `if (isEmpty(${access(tag[2], here)})) {\n`);
		else if (tag[1] === '#')
			code += (open.push(inner),
				`for (const ${inner} of items(${access(tag[2], here)}, ${here})) {\n`);
		else
			code += `out += ${tag[1] ? 'json' : 'escape'}(${access(tag[2], here)});\n`;
	}
	return code;
}

exports.compile = (views, name) => new Function(
	'escape', 'json', 'isEmpty', 'items',
	`return (root) => { let out = '';\n${source(views, name, 'root', '')}return out; };`)(
	escape, json, isEmpty, items);
