/* Time: a steady clock for durations, UTC for people and headers. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#include "base/strbuf.h"

/* Milliseconds and microseconds of CLOCK_MONOTONIC. */
int64_t clock_ms(void);
int64_t clock_us(void);
/* Milliseconds since 1970 UTC. */
int64_t clock_wall_ms(void);
void clock_sleep_ms(int64_t ms);

/* 2026-04-30T09:15:02.123Z */
void clock_add_iso(struct strbuf *out, int64_t wall_ms);
/* Thu, 30 Apr 2026 09:15:02 GMT (RFC 9110 section 5.6.7) */
void clock_add_http(struct strbuf *out, time_t t);
/* Thu, 30 Apr 2026 09:15:02 +0000 (RFC 5322 section 3.3) */
void clock_add_mail(struct strbuf *out, time_t t);

#endif
