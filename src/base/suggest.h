/* "Did you mean": the known word that a mistyped one is nearest to. */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include <stddef.h>

/*
 * Feed it the known words one by one; best is the nearest so far, NULL while
 * none is near. Words are borrowed.
 */
struct suggest {
	const char *word;
	const char *best;
	size_t distance;
};

void suggest_init(struct suggest *s, const char *word);
void suggest_offer(struct suggest *s, const char *known);
/* Letters to insert, drop, replace or swap to make one the other. */
size_t suggest_distance(const char *a, const char *b);

#endif
