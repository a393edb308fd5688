#include "base/parse.h"

#define SLUG_MAX 80

bool parse_int(const char *s, int64_t min, int64_t max, int64_t *out)
{
	bool is_negative = *s == '-';
	int64_t n = 0;

	if (is_negative)
		s++;
	if (!*s || (s[0] == '0' && (s[1] || is_negative)))
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return false;
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_sub_overflow(n, *s - '0', &n))
			return false;
	}
	/* Collected below zero, where the range has one number more. */
	if (!is_negative && __builtin_sub_overflow((int64_t)0, n, &n))
		return false;
	if (n < min || n > max)
		return false;
	*out = n;
	return true;
}

bool parse_is_slug(const char *s)
{
	size_t i;

	for (i = 0; s[i]; i++) {
		bool is_alnum = (s[i] >= 'a' && s[i] <= 'z') ||
				(s[i] >= '0' && s[i] <= '9');

		if (i >= SLUG_MAX)
			return false;
		if (!is_alnum && (s[i] != '-' || i == 0 || s[i - 1] == '-'))
			return false;
	}
	return i > 0 && s[i - 1] != '-';
}

static int two_digits(const char *s)
{
	return (s[0] - '0') * 10 + (s[1] - '0');
}

bool parse_is_date(const char *s)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };
	int year, month, day, last;

	for (int i = 0; i < 10; i++) {
		bool is_dash = i == 4 || i == 7;

		if (is_dash ? s[i] != '-' : (s[i] < '0' || s[i] > '9'))
			return false;
	}
	if (s[10])
		return false;
	year = two_digits(s) * 100 + two_digits(s + 2);
	month = two_digits(s + 5);
	day = two_digits(s + 8);
	if (year < 1 || month < 1 || month > 12)
		return false;
	last = days[month - 1];
	if (month == 2 && year % 4 == 0 && (year % 100 || year % 400 == 0))
		last = 29;
	return day >= 1 && day <= last;
}

bool parse_is_time(const char *s)
{
	static const char form[] = "0000-00-00T00:00:00Z";
	char day[11] = "";

	for (size_t i = 0; i < sizeof(form); i++) {
		bool is_digit = s[i] >= '0' && s[i] <= '9';

		if (form[i] == '0' ? !is_digit : s[i] != form[i])
			return false;
	}
	memcpy(day, s, 10);
	return parse_is_date(day) && two_digits(s + 11) < 24 && s[14] < '6' &&
	       s[17] < '6';
}

bool parse_is_decimal(const char *s, bool may_be_zero)
{
	bool has_digit = false, has_point = false, is_positive = false;

	if (strlen(s) > 30)
		return false;
	for (; *s; s++) {
		if (*s == '.' && !has_point && has_digit) {
			has_point = true;
		} else if (*s >= '0' && *s <= '9') {
			has_digit = true;
			is_positive |= *s != '0';
		} else {
			return false;
		}
	}
	return has_digit && s[-1] != '.' && (is_positive || may_be_zero);
}
