/* What parameters of lists and of the API may be. */
#include "career/career.h"

#include "base/parse.h"

/* Beyond any pay, and far from overflow when it is compared. */
#define PAY_MAX 1000000000000

static bool is_one_of(const char *value, const char *const *names)
{
	while (*names && strcmp(*names, value) != 0)
		names++;
	return *names != NULL;
}

bool career_is_remote(const char *value)
{
	static const char *const names[] = { "onsite", "hybrid", "remote",
					     NULL };

	return is_one_of(value, names);
}

bool career_is_barrier(const char *value)
{
	static const char *const names[] = { "low", "medium", "high", NULL };

	return is_one_of(value, names);
}

bool career_is_sort(const char *value)
{
	static const char *const names[] = { "relevance", "name",     "salary",
					     "balance",	  "ai_score", "newest",
					     NULL };

	return is_one_of(value, names);
}

bool career_is_balance(const char *value)
{
	int64_t n;

	return parse_int(value, 1, 10, &n);
}

bool career_is_score(const char *value)
{
	int64_t n;

	return parse_int(value, 0, 100, &n);
}

bool career_is_pay(const char *value)
{
	int64_t n;

	return parse_int(value, 0, PAY_MAX, &n);
}

bool career_is_limit(const char *value)
{
	int64_t n;

	return parse_int(value, 1, 100, &n);
}

bool career_is_currency(const char *value)
{
	for (int i = 0; i < 3; i++) {
		char c = (char)(value[i] | 0x20);

		if (c < 'a' || c > 'z')
			return false;
	}
	return !value[3];
}

bool career_is_since(const char *value)
{
	int64_t n;

	return parse_int(value, 0, INT64_MAX, &n) || parse_is_date(value) ||
	       parse_is_time(value);
}
