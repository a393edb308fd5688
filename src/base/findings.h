/*
 * What is wrong with a file that a person wrote: every fault at once, each
 * with its line, what is wrong and what would be right.
 *
 *   careers/nurse.json:12: facts.remote[1]: "office" is not a known value;
 *   one of: onsite, hybrid, remote
 *
 * Texts are copied into the list and live until findings_release().
 */
#ifndef BASE_FINDINGS_H
#define BASE_FINDINGS_H

#include "base/arena.h"
#include "base/strbuf.h"

struct finding {
	const char *file;
	size_t line;
	const char *place; /* path or column within the file; "" for all */
	const char *problem;
	const char *remedy; /* "" if the problem says it all */
};

struct findings {
	struct finding *list;
	size_t count;
	size_t alloc;
	const char *file; /* that new findings are about */
	struct arena arena;
};

#define FINDINGS_INIT                           \
	{                                       \
		.file = "", .arena = ARENA_INIT \
	}

void findings_release(struct findings *f);
/* The file that the findings to come are about. */
void findings_set_file(struct findings *f, const char *file);

void findings_add(struct findings *f, size_t line, const char *place,
		  const char *fmt, ...) PRINTF_LIKE(4, 5);
/* Says of the finding added last what would be right. */
void findings_remedy(struct findings *f, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

/* By file, then line; what was found first stays first. */
void findings_sort(struct findings *f);
/* One line a finding. */
void findings_print(const struct findings *f, struct strbuf *out);
/* [{"file","line","path","problem","remedy"}] */
void findings_print_json(const struct findings *f, struct strbuf *out);

#endif
