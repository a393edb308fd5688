/*
 * What differs, in signs and words. Nothing is ranked by a number that is not
 * shown: a range is above another where both its ends are.
 */
#include "career/career_compare.h"

#include "base/json.h"

enum place { PLACE_NONE, PLACE_MOST, PLACE_LEAST };

static void add_sign(cJSON *cell, enum place place, const char *words)
{
	cJSON *sign;

	if (place == PLACE_NONE) {
		cJSON_AddNullToObject(cell, "sign");
		return;
	}
	sign = cJSON_AddObjectToObject(cell, "sign");
	cJSON_AddStringToObject(sign, "symbol",
				place == PLACE_MOST ? "▲" : "▼");
	cJSON_AddStringToObject(sign, "words", words);
}

static void end_row(cJSON *row, bool is_same, const char *note)
{
	cJSON_AddBoolToObject(row, "is_same", is_same);
	cJSON_AddStringToObject(row, "note", note);
}

void compare_unranked(cJSON *row, const char *why)
{
	cJSON *cell;

	cJSON_ArrayForEach (cell, json_get(row, "cells"))
		add_sign(cell, PLACE_NONE, NULL);
	end_row(row, false, why);
}

void compare_same(cJSON *row)
{
	const cJSON *first = json_get(row, "cells")->child;
	bool is_same = true;
	cJSON *cell;

	cJSON_ArrayForEach (cell, json_get(row, "cells")) {
		is_same &= strcmp(json_str(cell, "text"),
				  json_str(first, "text")) == 0 &&
			   strcmp(json_str(cell, "more"),
				  json_str(first, "more")) == 0;
		add_sign(cell, PLACE_NONE, NULL);
	}
	end_row(row, is_same, "");
}

static enum place place_of(const struct compared *of, int n, int i)
{
	bool is_most = true, is_least = true, differs = false;

	if (!of[i].is_known)
		return PLACE_NONE;
	for (int k = 0; k < n; k++) {
		if (!of[k].is_known || k == i)
			continue;
		is_most &= of[i].low >= of[k].low && of[i].high >= of[k].high;
		is_least &= of[i].low <= of[k].low && of[i].high <= of[k].high;
		differs |= of[i].low != of[k].low || of[i].high != of[k].high;
	}
	if (!differs)
		return PLACE_NONE;
	if (is_most)
		return PLACE_MOST;
	return is_least ? PLACE_LEAST : PLACE_NONE;
}

static bool are_alike(const struct compared *of, int n)
{
	for (int i = 0; i < n; i++)
		if (!of[i].is_known || of[i].low != of[0].low ||
		    of[i].high != of[0].high)
			return false;
	return true;
}

void compare_rank(cJSON *row, const struct compared *of,
		  const struct compare_words *words)
{
	int n = cJSON_GetArraySize(json_get(row, "cells")), i = 0;
	int known = 0, ranked = 0;
	const char *note = "";
	cJSON *cell;

	for (int k = 0; k < n; k++)
		known += of[k].is_known;
	cJSON_ArrayForEach (cell, json_get(row, "cells")) {
		enum place place = place_of(of, n, i++);
		const char *const *word = place == PLACE_MOST ? words->most
							      : words->least;
		struct strbuf sb = STRBUF_INIT;

		strbuf_addf(&sb, "%s%s", word[known > 2],
			    known < n ? " of those known" : "");
		add_sign(cell, place, sb.buf);
		strbuf_release(&sb);
		ranked += place != PLACE_NONE;
	}
	if (!known)
		note = "no data for any of them";
	else if (known > 1 && !ranked && !are_alike(of, n))
		note = "the ranges overlap: none is higher throughout";
	end_row(row, are_alike(of, n), note);
}
