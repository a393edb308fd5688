/*
 * The career guides as files, and everything that must be true of them
 * before one may be published. What a guide says can't contradict itself,
 * another guide, or a figure: see migrations/content/README.md.
 */
#ifndef CAREER_CONTENT_CHECK_H
#define CAREER_CONTENT_CHECK_H

#include "base/json_locate.h"

struct guide {
	const char *path; /* of the file, as shown */
	const char *slug; /* the file's name, which the guide's slug equals */
	struct strbuf text;
	cJSON *json;	/* NULL: not JSON */
	bool is_wanted; /* is checked, and not only there to compare with */
};

struct content {
	struct guide **guides; /* by path */
	size_t count;
	size_t alloc;
	const char *categories_path;
	struct strbuf categories_text;
	cJSON *categories; /* NULL: not JSON */
	const char *titles_path;
	struct strbuf titles_text;
	cJSON *titles; /* of occupations; NULL: not JSON */
	struct arena arena;
};

#define CONTENT_INIT                                                        \
	{                                                                   \
		.categories_text = STRBUF_INIT, .titles_text = STRBUF_INIT, \
		.arena = ARENA_INIT,                                        \
	}

/*
 * Reads dir/categories.json, dir/titles.json and all of dir/careers, and
 * wants the files named, or all guides if there are none (n is 0). A named
 * file replaces the guide of the same slug. What can't be read becomes a
 * finding.
 */
void content_load(struct content *c, const char *dir, const char *const *files,
		  size_t n, struct findings *out);
void content_release(struct content *c);

/* Adds everything wrong with what is wanted, sorted by file and line. */
void content_check(const struct content *c, struct findings *out);

#endif
