/*
 * The rules about prose. What the page composes from facts (pay, scores,
 * headings, the list of sources) may not be written out, because a copy
 * is what comes to contradict the fact.
 */
#include "career/content_rules.h"

#include <ctype.h>
#include <regex.h>

enum scope {
	SCOPE_ALL,
	SCOPE_PROSE, /* not an address, nor a source's title */
	SCOPE_DAYS,
};

struct text_rule {
	const char *pattern;
	int flags;
	enum scope scope;
	const char *problem;
	const char *remedy;
};

/* Hours of a week in digits or words, a number as large as a year's pay. */
#define NUMBER                                                                  \
	"\\<([0-9]{2,}|(twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)" \
	"(-[a-z]+)?)"
#define LARGE "([0-9]{1,3}([,. ][0-9]{3})+|[0-9]{5,}|[0-9]+ thousand)"
#define AMOUNT "([0-9][kKmM]?|hundred|thousand|million|billion)"
#define CURRENCY                                                         \
	"((US|Singapore|Australian|Canadian|Hong Kong|New Zealand) )?"   \
	"(dollars?|euros?|pounds?|sterling|ringgit|rupees?|baht|rupiah|" \
	"dong|pesos?|dirhams?|yen|yuan)"
#define HOURS "[ -]?(hours?|hrs?|h)"

static const char no_money[] = "say it without the amount; pay is composed "
			       "from figures with evidence";

static const struct text_rule text_rules[] = {
	{ "^[[:space:]]|[[:space:]]$", 0, SCOPE_ALL,
	  "begins or ends with a blank", "take it off" },
	{ "  ", 0, SCOPE_ALL, "has two blanks in a row", "write one" },
	{ "[[:cntrl:]]|\xc2[\x80-\xa0]|\xe2\x80[\x8b-\x8f\xa8-\xae]|"
	  "\xe2\x81\xa0|\xef\xbb\xbf|\xef\xbf[\xbe\xbf]",
	  0, SCOPE_ALL, "has a character that can't be seen",
	  "write plain text with ordinary blanks" },
	{ "[<>*_`|]|\\]\\(", 0, SCOPE_PROSE, "has markup in it",
	  "write plain text, without < > * _ ` |" },
	/* CAD is drawing on a computer too, INR a test of blood. */
	{ "[$]|€|£|¥|₹|\\<(AED|AUD|EUR|GBP|IDR|MYR|NZD|PHP|SGD|THB|USD|VND)"
	  "\\>|\\<(CAD|INR|RM) ?[0-9]|[0-9]k? ?(CAD|INR|RM)\\>",
	  0, SCOPE_PROSE, "states money", no_money },
	{ AMOUNT "[ -]" CURRENCY "\\>", REG_ICASE, SCOPE_PROSE, "states money",
	  no_money },
	{ "\\<(earn(ing|s|ed)?|pa(y|ys|id|ying)|salar(y|ies)|wages?)"
	  "( [a-z]+){0,3} " LARGE,
	  REG_ICASE, SCOPE_PROSE, "states money", no_money },
	{ "(" LARGE "|[0-9]{4,}|\\<thousand) (a|per) (year|annum|month)\\>|"
	  "\\<six[- ]figures?\\>",
	  REG_ICASE, SCOPE_PROSE, "states money", no_money },
	{ "[0-9] ?k\\>|[0-9]{2,}K\\>", 0, SCOPE_PROSE,
	  "writes a number with a k, as pay is written",
	  "pay is composed from figures with evidence; write any other "
	  "number out" },
	{ NUMBER HOURS "( [a-z]+){0,3}[ /-]+week|"
		       "\\<weeks? of (about |up to )?" NUMBER HOURS,
	  REG_ICASE, SCOPE_PROSE, "states the hours of a week",
	  "facts.hours_per_week states them, and the page shows it" },
	{ "\\<(lorem|ipsum|todo|tbd|tba|fixme|xxx)\\>", REG_ICASE, SCOPE_ALL,
	  "has a placeholder in it", "write what belongs there" },
	{ "[0-9] ?/ ?100?\\>|\\<out of 100\\>|per cent (safe|at risk)",
	  REG_ICASE, SCOPE_PROSE, "states a score",
	  "scores are composed from facts and ai.factors" },
	{ "\\<r/[a-z]|https?://|www\\.", REG_ICASE, SCOPE_PROSE,
	  "names a source or an address in prose",
	  "list it in sources and cite its id" },
	{ "\\<(Junior|Mid|Mid-level|Senior) [A-Z][a-z]", 0, SCOPE_DAYS,
	  "names a position with its level",
	  "headings are composed from level and name" },
};

static bool starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static bool is_in_scope(const struct text_rule *t, const char *path)
{
	size_t len = strlen(path);
	bool is_url = (len > 4 && strcmp(path + len - 4, ".url") == 0) ||
		      strcmp(path, "$schema") == 0;

	if (t->scope == SCOPE_DAYS)
		return starts_with(path, "days.");
	if (t->scope == SCOPE_PROSE)
		return !is_url && !starts_with(path, "sources[");
	return true;
}

static void check_text(struct rule *r, const char *text)
{
	const struct text_rule *t = r->text_rule;

	if (!is_in_scope(t, r->path.buf) ||
	    regexec(r->regex, text, 0, NULL, 0) != 0)
		return;
	rule_problem(r, "%s", t->problem);
	findings_remedy(r->out, "%s", t->remedy);
}

void rule_texts(struct rule *r)
{
	for (size_t i = 0; i < ARRAY_SIZE(text_rules); i++) {
		regex_t regex;

		if (regcomp(&regex, text_rules[i].pattern,
			    REG_EXTENDED | REG_NOSUB | text_rules[i].flags))
			BUG("pattern %s", text_rules[i].pattern);
		r->text_rule = &text_rules[i];
		r->regex = &regex;
		strbuf_reset(&r->path);
		rule_each_text(r, r->guide->json, check_text);
		regfree(&regex);
	}
}

/* Whether the word before s is a level. */
static bool follows_level(const char *text, const char *s)
{
	static const char *const words[] = { "junior", "mid", "mid-level",
					     "senior" };

	if (s == text || s[-1] != ' ')
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t len = strlen(words[i]);
		const char *word = s - 1 - len;

		if ((size_t)(s - 1 - text) < len ||
		    strncasecmp(word, words[i], len) != 0)
			continue;
		if (word == text || !isalnum((unsigned char)word[-1]))
			return true;
	}
	return false;
}

static void check_composed(struct rule *r, const char *text)
{
	const char *name = rule_text(r->guide->json, "name");
	const char *s = text;

	while ((s = rule_find_words(s, name))) {
		if (follows_level(text, s)) {
			rule_problem(r, "names this career with its level");
			findings_remedy(r->out, "headings are composed from "
						"level and name; say it "
						"otherwise");
			return;
		}
		s++;
	}
}

void rule_composed(struct rule *r)
{
	strbuf_reset(&r->path);
	rule_each_text(r, r->guide->json, check_composed);
}
