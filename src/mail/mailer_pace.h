/*
 * When the next mail goes: how fast at most, how long after a failure, and not
 * at all while the relay is away. Plain arithmetic: it is told the time and
 * what is left to chance, and asks nobody.
 */
#ifndef MAIL_MAILER_PACE_H
#define MAIL_MAILER_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* Milliseconds from the failure of try number attempts (from 1) to the next
 * one. chance: any number, which moves it by up to a fifth. */
int64_t pace_retry_ms(int64_t attempts, uint32_t chance);

/* A rate, as a token bucket that holds what one second gives. */
struct pace_bucket {
	int64_t interval_us; /* 0: no limit */
	int64_t next_us;
};
void pace_bucket_init(struct pace_bucket *b, int64_t rate, int64_t now_us);
/* 0 and a token is taken, or the microseconds until there is one. */
int64_t pace_bucket_take(struct pace_bucket *b, int64_t now_us);

/*
 * The relay as we found it last. Open: it is left alone for a while, of 5
 * seconds and twice as long each time, up to 5 minutes; then one mail tries it.
 */
struct pace_breaker {
	bool is_open;
	bool is_alarmed;
	bool has_failed; /* since it worked */
	int64_t delay_ms;
	int64_t since_ms;
	int64_t until_ms;
};

enum pace_news {
	PACE_NOTHING_NEW,
	PACE_OPENED,
	PACE_ALARM, /* open for a quarter of an hour */
	PACE_CLOSED,
};

/* Milliseconds until a mail may try; 0: now. */
int64_t pace_breaker_wait(const struct pace_breaker *b, int64_t now_ms);
/*
 * The connection failed. The first time in a row it stays closed, since relays
 * end connections that are old or have served enough: the next mail gets a new
 * one. is_ours: that would not help.
 */
enum pace_news pace_breaker_failed(struct pace_breaker *b, bool is_ours,
				   int64_t now_ms);
enum pace_news pace_breaker_worked(struct pace_breaker *b);
/* Opens it for so long, whatever it was. */
void pace_breaker_hold(struct pace_breaker *b, int64_t ms, int64_t now_ms);

/* The last final answers: whether they refused us, rather than a recipient. */
#define PACE_ANSWERS 100
struct pace_answers {
	bool is_refusal[PACE_ANSWERS];
	int next;
	int refusals;
};
/* True when there are more than 20 refusals; they are then forgotten. */
bool pace_answers_add(struct pace_answers *a, bool is_refusal);

#endif
