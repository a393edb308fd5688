#include "base/template.h"

#include <math.h>

#include "base/escape.h"

/* Sections and partials inside one another; deeper is a loop or a mistake. */
#define DEPTH_MAX 32

enum node_type {
	NODE_TEXT,
	NODE_VALUE,
	NODE_JSON,
	NODE_SECTION,
	NODE_INVERTED,
	NODE_END,
	NODE_PARTIAL,
};

struct node {
	enum node_type type;
	const char *text; /* NODE_TEXT: the text; others: the name */
	size_t len;
	size_t end; /* sections: index of their NODE_END */
	size_t line;
};

struct template
{
	const char *name;
	bool is_text; /* no HTML: values are not escaped */
	struct node *nodes;
	size_t count;
	size_t alloc;
};

struct template_set {
	struct template *templates;
	size_t count;
};

struct parser {
	struct template *t;
	const char *at;
	const char *end;
	size_t line;
	size_t open[DEPTH_MAX];
	size_t depth;
	struct strbuf *err;
};

static bool is_text(const char *name, size_t len)
{
	return len > 4 && memcmp(name + len - 4, ".txt", 4) == 0;
}

const char *template_ending(const char *name)
{
	return is_text(name, strlen(name)) ? "" : ".html";
}

/* Where an error is. */
static void add_place(struct strbuf *err, const struct template *t, size_t line)
{
	strbuf_addf(err, "%s%s:%zu: ", t->name, template_ending(t->name), line);
}

static bool fail(struct parser *p, const char *fmt, ...) PRINTF_LIKE(2, 3);

static bool fail(struct parser *p, const char *fmt, ...)
{
	va_list ap;

	add_place(p->err, p->t, p->line);
	va_start(ap, fmt);
	strbuf_vaddf(p->err, fmt, ap);
	va_end(ap);
	return false;
}

static struct node *add_node(struct parser *p, enum node_type type,
			     const char *text, size_t len)
{
	struct template *t = p->t;
	struct node *n;

	if (t->count == t->alloc) {
		t->alloc = t->alloc * 2 + 32;
		t->nodes = xrealloc(t->nodes, t->alloc * sizeof(*t->nodes));
	}
	n = &t->nodes[t->count++];
	*n = (struct node){
		.type = type, .text = text, .len = len, .line = p->line
	};
	return n;
}

/* Parts joined by single dots, or one dot for the item itself. */
static bool is_name(const char *s, size_t len, bool allow_slash)
{
	bool is_start = true;

	for (size_t i = 0; i < len; i++) {
		bool is_word = (s[i] >= 'a' && s[i] <= 'z') ||
			       (s[i] >= '0' && s[i] <= '9') || s[i] == '_' ||
			       (s[i] == '.' && !is_start);

		if (!is_word && !(allow_slash && (s[i] == '/' || s[i] == '-')))
			return len == 1 && s[0] == '.';
		is_start = s[i] == '.';
	}
	return !is_start;
}

static bool close_section(struct parser *p, const char *name, size_t len)
{
	struct node *open;

	if (!p->depth)
		return fail(p, "{{/%.*s}} closes nothing", (int)len, name);
	open = &p->t->nodes[p->open[--p->depth]];
	if (open->len != len || memcmp(open->text, name, len) != 0)
		return fail(p, "{{/%.*s}} closes {{#%.*s}} of line %zu",
			    (int)len, name, (int)open->len, open->text,
			    open->line);
	open->end = p->t->count;
	add_node(p, NODE_END, name, len);
	return true;
}

static bool parse_tag(struct parser *p, const char *tag, size_t len)
{
	static const struct {
		char sigil;
		enum node_type type;
	} sigils[] = {
		{ '#', NODE_SECTION }, { '^', NODE_INVERTED },
		{ '/', NODE_END },     { '>', NODE_PARTIAL },
		{ '@', NODE_JSON },
	};
	enum node_type type = NODE_VALUE;

	if (len && tag[0] == '!')
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(sigils); i++) {
		if (len && tag[0] == sigils[i].sigil) {
			type = sigils[i].type;
			tag++;
			len--;
			break;
		}
	}
	if (!is_name(tag, len, type == NODE_PARTIAL))
		return fail(p, "'{{%.*s}}' is no tag: names are a-z 0-9 _ .",
			    (int)len, tag);
	if (type == NODE_END)
		return close_section(p, tag, len);
	if (type == NODE_SECTION || type == NODE_INVERTED) {
		if (p->depth == DEPTH_MAX)
			return fail(p, "sections nest deeper than %d",
				    DEPTH_MAX);
		p->open[p->depth++] = p->t->count;
	}
	add_node(p, type, tag, len);
	return true;
}

static void count_lines(struct parser *p, const char *from, const char *to)
{
	for (; from < to; from++)
		p->line += *from == '\n';
}

static bool parse(struct parser *p)
{
	while (p->at < p->end) {
		size_t left = (size_t)(p->end - p->at);
		const char *tag = memmem(p->at, left, "{{", 2);
		const char *close;

		if (!tag) {
			add_node(p, NODE_TEXT, p->at, left);
			break;
		}
		if (tag > p->at)
			add_node(p, NODE_TEXT, p->at, (size_t)(tag - p->at));
		count_lines(p, p->at, tag);
		close = memmem(tag, (size_t)(p->end - tag), "}}", 2);
		if (!close)
			return fail(p, "'{{' has no '}}'");
		if (!parse_tag(p, tag + 2, (size_t)(close - tag - 2)))
			return false;
		count_lines(p, tag, close);
		p->at = close + 2;
	}
	if (p->depth) {
		struct node *open = &p->t->nodes[p->open[p->depth - 1]];

		return fail(p, "{{#%.*s}} of line %zu is never closed",
			    (int)open->len, open->text, open->line);
	}
	return true;
}

static const struct template *find(const struct template_set *set,
				   const char *name, size_t len)
{
	for (size_t i = 0; i < set->count; i++) {
		const char *have = set->templates[i].name;

		if (strlen(have) == len && memcmp(have, name, len) == 0)
			return &set->templates[i];
	}
	return NULL;
}

static bool check_partial(const struct template_set *set,
			  const struct template *t, const struct node *n,
			  struct strbuf *err)
{
	const struct template *part = find(set, n->text, n->len);

	if (part && part->is_text == t->is_text)
		return true;
	add_place(err, t, n->line);
	strbuf_addf(err, "{{>%.*s}}: %s", (int)n->len, n->text,
		    part ? "plain text and HTML can't include one another"
			 : "there is no such template");
	return false;
}

static bool check_partials(const struct template_set *set, struct strbuf *err)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct template *t = &set->templates[i];

		for (size_t k = 0; k < t->count; k++)
			if (t->nodes[k].type == NODE_PARTIAL &&
			    !check_partial(set, t, &t->nodes[k], err))
				return false;
	}
	return true;
}

struct template_set *template_set_new(const struct template_source *sources,
				      struct strbuf *err)
{
	struct template_set *set = xcalloc(1, sizeof(*set));
	size_t count = 0;

	while (sources[count].name)
		count++;
	set->templates = xcalloc(count, sizeof(*set->templates));
	for (size_t i = 0; i < count; i++) {
		struct parser p = { .t = &set->templates[i],
				    .at = sources[i].text,
				    .end = sources[i].text + sources[i].len,
				    .line = 1,
				    .err = err };

		p.t->name = sources[i].name;
		p.t->is_text = is_text(p.t->name, strlen(p.t->name));
		set->count++;
		if (!parse(&p))
			goto fail;
	}
	if (check_partials(set, err))
		return set;
fail:
	template_set_free(set);
	return NULL;
}

void template_set_free(struct template_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->count; i++)
		free(set->templates[i].nodes);
	free(set->templates);
	free(set);
}

struct renderer {
	const struct template_set *set;
	const struct template *t;
	const cJSON *root;
	struct strbuf *out;
	struct strbuf *err;
	size_t depth;
};

static bool render_range(struct renderer *r, size_t from, size_t to,
			 const cJSON *item);

static bool render_error(struct renderer *r, const struct node *n,
			 const char *what)
{
	add_place(r->err, r->t, n->line);
	strbuf_addf(r->err, "{{%.*s}}: %s", (int)n->len, n->text, what);
	return false;
}

static const cJSON *member(const cJSON *of, const char *name, size_t len)
{
	const cJSON *m;

	if (!cJSON_IsObject(of))
		return NULL;
	cJSON_ArrayForEach (m, of)
		if (*m->string == *name && strncmp(m->string, name, len) == 0 &&
		    !m->string[len])
			return m;
	return NULL;
}

static const cJSON *lookup(struct renderer *r, const struct node *n,
			   const cJSON *item)
{
	const char *s = n->text, *end = n->text + n->len;
	const cJSON *at = item;
	bool is_first = true;

	if (n->len == 1 && *s == '.')
		return item;
	while (s < end && at) {
		const char *dot = memchr(s, '.', (size_t)(end - s));
		size_t len = (size_t)((dot ? dot : end) - s);

		if (is_first && len == 4 && memcmp(s, "root", 4) == 0)
			at = r->root;
		else
			at = member(at, s, len);
		is_first = false;
		s = dot ? dot + 1 : end;
	}
	return at;
}

static bool is_empty(const cJSON *v)
{
	return cJSON_IsFalse(v) || cJSON_IsNull(v) ||
	       (cJSON_IsArray(v) && !v->child) ||
	       (cJSON_IsString(v) && !*v->valuestring);
}

/* cJSON reads 1e999 as infinity, which neither people nor JSON can read. */
static bool is_number(const cJSON *v)
{
	return cJSON_IsNumber(v) && isfinite(v->valuedouble);
}

static void add_number(struct strbuf *out, const cJSON *v)
{
	if (v->valuedouble == v->valueint)
		strbuf_addint(out, v->valueint);
	else
		strbuf_addf(out, "%.15g", v->valuedouble);
}

static bool render_value(struct renderer *r, const struct node *n,
			 const cJSON *v)
{
	if (cJSON_IsString(v)) {
		(r->t->is_text ? escape_text : escape_html)(
			r->out, v->valuestring, strlen(v->valuestring));
		return true;
	}
	if (is_number(v)) {
		add_number(r->out, v);
		return true;
	}
	return render_error(r, n, "is neither text nor a number");
}

static void add_json(struct strbuf *out, const cJSON *v)
{
	const cJSON *child;
	bool is_object = cJSON_IsObject(v);

	if (cJSON_IsString(v)) {
		strbuf_addch(out, '"');
		escape_json(out, v->valuestring, strlen(v->valuestring));
		strbuf_addch(out, '"');
	} else if (is_number(v)) {
		add_number(out, v);
	} else if (cJSON_IsBool(v)) {
		strbuf_addstr(out, cJSON_IsTrue(v) ? "true" : "false");
	} else if (!is_object && !cJSON_IsArray(v)) {
		strbuf_addstr(out, "null");
	} else {
		strbuf_addch(out, is_object ? '{' : '[');
		cJSON_ArrayForEach (child, v) {
			if (child != v->child)
				strbuf_addch(out, ',');
			if (is_object) {
				strbuf_addch(out, '"');
				escape_json(out, child->string,
					    strlen(child->string));
				strbuf_addstr(out, "\":");
			}
			add_json(out, child);
		}
		strbuf_addch(out, is_object ? '}' : ']');
	}
}

static bool render_section(struct renderer *r, size_t at, const cJSON *item,
			   const cJSON *v)
{
	const struct node *n = &r->t->nodes[at];
	const cJSON *each;

	if (n->type == NODE_INVERTED)
		return !is_empty(v) || render_range(r, at + 1, n->end, item);
	if (is_empty(v))
		return true;
	if (cJSON_IsArray(v)) {
		cJSON_ArrayForEach (each, v)
			if (!render_range(r, at + 1, n->end, each))
				return false;
		return true;
	}
	return render_range(r, at + 1, n->end, cJSON_IsObject(v) ? v : item);
}

static bool render_template(struct renderer *r, const struct node *n,
			    const cJSON *item)
{
	const struct template *outer = r->t;
	bool ok;

	if (r->depth == DEPTH_MAX)
		return render_error(r, n, "templates include one another");
	r->t = find(r->set, n->text, n->len);
	if (!r->t)
		BUG("template %.*s", (int)n->len, n->text);
	r->depth++;
	ok = render_range(r, 0, r->t->count, item);
	r->depth--;
	r->t = outer;
	return ok;
}

static bool render_range(struct renderer *r, size_t from, size_t to,
			 const cJSON *item)
{
	for (size_t i = from; i < to; i++) {
		const struct node *n = &r->t->nodes[i];
		const cJSON *v;
		bool ok = true;

		if (n->type == NODE_TEXT) {
			strbuf_add(r->out, n->text, n->len);
			continue;
		}
		if (n->type == NODE_PARTIAL) {
			if (!render_template(r, n, item))
				return false;
			continue;
		}
		v = lookup(r, n, item);
		if (!v)
			return render_error(r, n, "is not in the data");
		if (n->type == NODE_VALUE) {
			ok = render_value(r, n, v);
		} else if (n->type == NODE_JSON) {
			add_json(r->out, v);
		} else {
			ok = render_section(r, i, item, v);
			i = n->end;
		}
		if (!ok)
			return false;
	}
	return true;
}

bool template_render(const struct template_set *set, const char *name,
		     const cJSON *page, struct strbuf *out, struct strbuf *err)
{
	struct renderer r = { .set = set, .root = page, .out = out, .err = err };

	r.t = find(set, name, strlen(name));
	if (!r.t) {
		strbuf_addf(err, "there is no template '%s'", name);
		return false;
	}
	if (!render_range(&r, 0, r.t->count, page))
		return false;
	if (out->is_full) {
		strbuf_addf(err, "%s%s: the page is larger than %zu bytes",
			    name, template_ending(name), out->cap);
		return false;
	}
	return true;
}
