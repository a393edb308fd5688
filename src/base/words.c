#include "base/words.h"

#include "base/parse.h"

static const char *month_of(const char *iso)
{
	static const char *const months[] = {
		"January",   "February", "March",    "April",
		"May",	     "June",	 "July",     "August",
		"September", "October",	 "November", "December",
	};

	return months[(iso[5] - '0') * 10 + (iso[6] - '0') - 1];
}

void words_add_date(struct strbuf *out, const char *iso)
{
	if (!parse_is_date(iso)) {
		strbuf_addstr(out, iso);
		return;
	}
	if (iso[8] != '0')
		strbuf_addch(out, iso[8]);
	strbuf_addf(out, "%c %s %.4s", iso[9], month_of(iso), iso);
}

void words_add_month(struct strbuf *out, const char *iso)
{
	if (parse_is_date(iso))
		strbuf_addf(out, "%s %.4s", month_of(iso), iso);
	else
		strbuf_addstr(out, iso);
}

void words_add_minutes(struct strbuf *out, int64_t minutes)
{
	if (minutes >= 60) {
		strbuf_addint(out, minutes / 60);
		strbuf_addstr(out, " h");
	}
	if (minutes >= 60 && minutes % 60)
		strbuf_addch(out, ' ');
	if (minutes < 60 || minutes % 60) {
		strbuf_addint(out, minutes % 60);
		strbuf_addstr(out, " min");
	}
}

void words_add_number(struct strbuf *out, int64_t n)
{
	char digits[32], *at = digits + sizeof(digits);
	/* Negated as unsigned: the lowest number has no positive twin. */
	uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	for (int count = 0; size || !count; count++, size /= 10) {
		if (count && count % 3 == 0)
			*--at = ',';
		*--at = (char)('0' + size % 10);
	}
	if (n < 0)
		*--at = '-';
	strbuf_add(out, at, (size_t)(digits + sizeof(digits) - at));
}

const char *words_article(const char *word)
{
	/* UX and HR are spoken letter by letter, "user" begins with a y. */
	static const char *const with_a[] = { "UX", "UI", "User", "Univ",
					      "Urol" };
	static const char *const with_an[] = { "HR", "SEO", "MRI", "ML ",
					       "X-" };

	for (size_t i = 0; i < ARRAY_SIZE(with_a); i++)
		if (strncmp(word, with_a[i], strlen(with_a[i])) == 0)
			return "a";
	for (size_t i = 0; i < ARRAY_SIZE(with_an); i++)
		if (strncmp(word, with_an[i], strlen(with_an[i])) == 0)
			return "an";
	return *word && strchr("AEIOUaeiou", *word) ? "an" : "a";
}

void words_add_place(struct strbuf *out, const char *country)
{
	static const char *const plural[] = { "Netherlands", "Philippines" };
	bool has_article = strncmp(country, "United ", 7) == 0;

	for (size_t i = 0; i < ARRAY_SIZE(plural); i++)
		has_article |= strcmp(country, plural[i]) == 0;
	strbuf_addf(out, "%s%s", has_article ? "the " : "", country);
}

void words_add_sentence(struct strbuf *out, const char *text)
{
	size_t len = strlen(text);

	strbuf_addstr(out, text);
	if (len && !strchr(".!?", text[len - 1]))
		strbuf_addch(out, '.');
}
