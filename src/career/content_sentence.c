/*
 * No sentence stands twice, in one guide or in two: readers notice, and a
 * copied day is how a credit analyst's came to stand on a developer's page.
 * Sentences are compared by their words, without case and punctuation.
 */
#include "career/content_rules.h"

#include <ctype.h>

#include "base/utf8.h"

#define WORDS_MIN 4

struct sentence {
	const char *words;
	const struct guide *guide;
	const char *path;
	size_t order; /* the guide that is checked comes last */
};

struct sentences {
	struct sentence *list;
	size_t count;
	size_t alloc;
	struct arena arena;
	const struct guide *guide; /* being collected */
};

static bool is_word_byte(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* The words of the sentence at s, and where the next begins. */
static const char *take_sentence(const char *s, struct strbuf *words,
				 size_t *count)
{
	strbuf_reset(words);
	*count = 0;
	for (; *s; s++) {
		if (strchr(".?", *s) && (s[1] == ' ' || !s[1]))
			return s + 1;
		if (!is_word_byte(*s))
			continue;
		if (words->len && !is_word_byte(s[-1]))
			strbuf_addch(words, ' ');
		if (!words->len || words->buf[words->len - 1] == ' ')
			++*count;
		strbuf_addch(words, (char)tolower((unsigned char)*s));
	}
	return s;
}

static void keep(struct sentences *all, const char *path, const char *words)
{
	struct sentence *new;

	if (all->count == all->alloc) {
		all->alloc = all->alloc * 2 + 256;
		all->list =
			xrealloc(all->list, all->alloc * sizeof(*all->list));
	}
	new = &all->list[all->count];
	new->order = all->count++;
	new->words = arena_strdup(&all->arena, words);
	new->path = arena_strdup(&all->arena, path);
	new->guide = all->guide;
}

static void collect(struct sentences *all, struct strbuf *path,
		    const cJSON *node)
{
	size_t path_len = path->len, i = 0, count;
	struct strbuf words = STRBUF_INIT;

	if (cJSON_IsString(node)) {
		const char *s = node->valuestring;
		size_t len = strlen(s);

		if (!len || !strchr(".?", s[len - 1]))
			return;
		while (*s) {
			s = take_sentence(s, &words, &count);
			if (count >= WORDS_MIN)
				keep(all, path->buf, words.buf);
		}
		strbuf_release(&words);
		return;
	}
	for (const cJSON *one = rule_first(node); one; one = one->next, i++) {
		if (cJSON_IsArray(node))
			json_path_add_index(path, i);
		else
			json_path_add_name(path, one->string);
		collect(all, path, one);
		strbuf_truncate(path, path_len);
	}
}

static int by_words(const void *a, const void *b)
{
	const struct sentence *sa = a, *sb = b;

	int order = strcmp(sa->words, sb->words);

	return order ? order : sa->order < sb->order ? -1 : 1;
}

static void report(struct rule *r, const struct sentences *all)
{
	const struct sentence *first = all->list;

	for (size_t i = 1; i < all->count; i++) {
		const struct sentence *s = &all->list[i];

		if (strcmp(first->words, s->words) != 0) {
			first = s;
			continue;
		}
		if (s->guide != r->guide)
			continue;
		rule_at(r, "%s", s->path);
		rule_problem(r,
			     "the sentence \"%.*s%s\" stands in %s%s%s "
			     "too",
			     utf8_cut(s->words, 60), s->words,
			     strlen(s->words) > 60 ? "…" : "",
			     first->guide == s->guide ? "" : first->guide->slug,
			     first->guide == s->guide ? "" : ": ", first->path);
		findings_remedy(r->out, "say it in other words or leave it "
					"out");
	}
}

void rule_sentences(struct rule *r)
{
	struct sentences all = { .arena = ARENA_INIT };
	struct strbuf path = STRBUF_INIT;

	for (size_t i = 0; i < r->content->count; i++) {
		all.guide = r->content->guides[i];
		if (all.guide != r->guide)
			collect(&all, &path, all.guide->json);
	}
	all.guide = r->guide;
	collect(&all, &path, r->guide->json);
	if (all.count)
		qsort(all.list, all.count, sizeof(*all.list), by_words);
	report(r, &all);
	free(all.list);
	arena_release(&all.arena);
	strbuf_release(&path);
}
