#include "mail/mailer_pace.h"

#include <string.h>

#include "base/alloc.h"

#define MINUTE_MS INT64_C(60000)
#define BREAK_FIRST_MS 5000
#define BREAK_LAST_MS (5 * MINUTE_MS)
#define ALARM_MS (15 * MINUTE_MS)
#define REFUSALS_MOST 20

int64_t pace_retry_ms(int64_t attempts, uint32_t chance)
{
	static const int minutes[] = { 1, 5, 15, 30, 60, 120, 240, 480 };
	size_t i = attempts < 1 ? 0
		   : attempts > (int64_t)ARRAY_SIZE(minutes)
			   ? ARRAY_SIZE(minutes) - 1
			   : (size_t)attempts - 1;
	int64_t ms = minutes[i] * MINUTE_MS, fifth = ms / 5;

	return ms - fifth + chance % (2 * fifth + 1);
}

void pace_bucket_init(struct pace_bucket *b, int64_t rate, int64_t now_us)
{
	b->interval_us = rate ? 1000000 / rate : 0;
	b->next_us = now_us;
}

int64_t pace_bucket_take(struct pace_bucket *b, int64_t now_us)
{
	if (b->next_us > now_us)
		return b->next_us - now_us;
	if (b->next_us < now_us - 1000000)
		b->next_us = now_us - 1000000;
	b->next_us += b->interval_us;
	return 0;
}

int64_t pace_breaker_wait(const struct pace_breaker *b, int64_t now_ms)
{
	return b->is_open && b->until_ms > now_ms ? b->until_ms - now_ms : 0;
}

enum pace_news pace_breaker_failed(struct pace_breaker *b, bool is_ours,
				   int64_t now_ms)
{
	bool was_open = b->is_open;

	if (!b->has_failed && !is_ours) {
		b->has_failed = true;
		return PACE_NOTHING_NEW;
	}
	if (!was_open)
		*b = (struct pace_breaker){ .since_ms = now_ms };
	b->has_failed = true;
	b->delay_ms = b->delay_ms ? b->delay_ms * 2 : BREAK_FIRST_MS;
	if (b->delay_ms > BREAK_LAST_MS)
		b->delay_ms = BREAK_LAST_MS;
	b->until_ms = now_ms + b->delay_ms;
	b->is_open = true;
	if (!was_open)
		return PACE_OPENED;
	if (b->is_alarmed || now_ms - b->since_ms < ALARM_MS)
		return PACE_NOTHING_NEW;
	b->is_alarmed = true;
	return PACE_ALARM;
}

enum pace_news pace_breaker_worked(struct pace_breaker *b)
{
	bool was_open = b->is_open;

	*b = (struct pace_breaker){ 0 };
	return was_open ? PACE_CLOSED : PACE_NOTHING_NEW;
}

void pace_breaker_hold(struct pace_breaker *b, int64_t ms, int64_t now_ms)
{
	*b = (struct pace_breaker){ .is_open = true,
				    .has_failed = true,
				    .since_ms = now_ms,
				    .until_ms = now_ms + ms };
}

bool pace_answers_add(struct pace_answers *a, bool is_refusal)
{
	a->refusals += is_refusal - a->is_refusal[a->next];
	a->is_refusal[a->next] = is_refusal;
	a->next = (a->next + 1) % PACE_ANSWERS;
	if (a->refusals <= REFUSALS_MOST)
		return false;
	memset(a, 0, sizeof(*a));
	return true;
}
