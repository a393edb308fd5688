/* What an editor changed, as a line for people. */
#ifndef CAREER_CONTENT_DIFF_H
#define CAREER_CONTENT_DIFF_H

#include <cjson/cJSON.h>

#include "base/strbuf.h"

/*
 * Appends the paths at which the two differ, with commas between them, "and
 * 7 more" after the first eight. A list of another length is one path.
 * Appends nothing when they are equal.
 */
void content_diff(const cJSON *before, const cJSON *after, struct strbuf *out);

#endif
