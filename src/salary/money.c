#include "salary/money.h"

#include "base/json.h"
#include "base/words.h"

struct format {
	const char *currency;
	const char *prefix;
	const char *suffix;
	int64_t unit;
	bool has_tenths;
};

static const struct format formats[] = {
	{ "USD", "$", "k", 1000, false },
	{ "CAD", "C$", "k", 1000, false },
	{ "AUD", "A$", "k", 1000, false },
	{ "NZD", "NZ$", "k", 1000, false },
	{ "SGD", "S$", "k", 1000, false },
	{ "GBP", "£", "k", 1000, false },
	{ "EUR", "€", "k", 1000, false },
	{ "MYR", "RM", "k", 1000, false },
	{ "PHP", "₱", "k", 1000, false },
	{ "THB", "฿", "k", 1000, false },
	{ "AED", "AED ", "k", 1000, false },
	{ "INR", "₹", " lakh", 100000, true },
	{ "IDR", "Rp", " juta", 1000000, false },
	{ "VND", "", " triệu ₫", 1000000, false },
};

static const struct format *format_of(const char *currency)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (strcmp(formats[i].currency, currency) == 0)
			return &formats[i];
	return NULL;
}

static int64_t read_amount(const cJSON *json, const char *name)
{
	int64_t n;

	return json_int(json, name, &n) ? n : MONEY_NONE;
}

/* An evidence row says so itself, a figure among its reasons for doubt. */
static bool is_mean(const cJSON *json)
{
	const cJSON *reason;

	cJSON_ArrayForEach (reason, json_get(json, "limited_reasons"))
		if (strcmp(json_text(reason), "mean") == 0)
			return true;
	return json_is_true(json, "is_mean");
}

bool money_read(const cJSON *json, struct money *m)
{
	if (!cJSON_IsObject(json))
		return false;
	m->currency = json_str(json, "currency");
	m->low = read_amount(json, "low");
	m->median = read_amount(json, "median");
	m->high = read_amount(json, "high");
	m->is_mean = is_mean(json);
	return true;
}

void money_add_amount(struct strbuf *out, const char *currency, int64_t amount)
{
	const struct format *f = format_of(currency);
	int64_t n;

	/* Rounded to its unit a small amount would be nothing. */
	if (!f || (!f->has_tenths && amount < f->unit)) {
		strbuf_addf(out, "%s ", currency);
		words_add_number(out, amount);
		return;
	}
	strbuf_addstr(out, f->prefix);
	if (f->has_tenths) {
		n = (amount * 10 + f->unit / 2) / f->unit;
		words_add_number(out, n / 10);
		if (n % 10)
			strbuf_addf(out, ".%d", (int)(n % 10));
	} else {
		words_add_number(out, (amount + f->unit / 2) / f->unit);
	}
	strbuf_addstr(out, f->suffix);
}

void money_add_bound(struct strbuf *out, const char *currency, int64_t amount)
{
	const struct format *f = format_of(currency);

	if (f && amount % (f->has_tenths ? f->unit / 10 : f->unit) == 0) {
		money_add_amount(out, currency, amount);
		return;
	}
	strbuf_addf(out, "%s ", currency);
	words_add_number(out, amount);
}

/* A range so narrow that both ends round alike is one amount. */
static void add_range(struct strbuf *out, const struct money *m)
{
	struct strbuf high = STRBUF_INIT;
	size_t start = out->len;

	money_add_amount(out, m->currency, m->low);
	money_add_amount(&high, m->currency, m->high);
	if (strcmp(out->buf + start, high.buf) != 0)
		strbuf_addf(out, "–%s", high.buf);
	strbuf_release(&high);
}

void money_add_short(struct strbuf *out, const struct money *m)
{
	bool has_low = m->low != MONEY_NONE, has_high = m->high != MONEY_NONE;

	if (has_low && has_high) {
		add_range(out, m);
	} else if (has_low) {
		strbuf_addstr(out, "from ");
		money_add_amount(out, m->currency, m->low);
	} else if (has_high) {
		strbuf_addstr(out, "up to ");
		money_add_amount(out, m->currency, m->high);
	} else if (m->median != MONEY_NONE) {
		money_add_amount(out, m->currency, m->median);
	} else {
		strbuf_addstr(out, "not known");
	}
}

void money_add_exact(struct strbuf *out, const struct money *m)
{
	bool has_low = m->low != MONEY_NONE, has_high = m->high != MONEY_NONE;

	if (!has_low && !has_high && m->median == MONEY_NONE) {
		strbuf_addstr(out, "not known");
		return;
	}
	if (has_low != has_high)
		strbuf_addstr(out, has_low ? "from " : "up to ");
	strbuf_addf(out, "%s ", m->currency);
	if (has_low)
		words_add_number(out, m->low);
	if (has_low && has_high)
		strbuf_addstr(out, "–");
	if (has_high)
		words_add_number(out, m->high);
	if (!has_low && !has_high)
		words_add_number(out, m->median);
	strbuf_addstr(out, " a year");
	if (!has_low && !has_high)
		strbuf_addf(out, ", %s only", m->is_mean ? "mean" : "median");
}
