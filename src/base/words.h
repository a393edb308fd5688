/*
 * Dates, durations and lists as people write them, made in this one place.
 * Money is in salary/money.h.
 */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include <stdint.h>

#include "base/strbuf.h"

/* 2026-04-01 as "1 April 2026" and as "April 2026"; other text as it is. */
void words_add_date(struct strbuf *out, const char *iso);
void words_add_month(struct strbuf *out, const char *iso);
/* 555 as "9 h 15 min", 45 as "45 min", 120 as "2 h". */
void words_add_minutes(struct strbuf *out, int64_t minutes);
/* 85000 as "85,000" */
void words_add_number(struct strbuf *out, int64_t n);
/* "the United States", "Singapore": a country within a sentence. */
void words_add_place(struct strbuf *out, const char *country);
/* The text, with a full stop if it has none. */
void words_add_sentence(struct strbuf *out, const char *text);
/* "a" or "an", by how the word that follows is most likely spoken. */
const char *words_article(const char *word);

#endif
