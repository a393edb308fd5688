#include "mail/mailer_letter.h"

#include <ctype.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/settings.h"
#include "mail/letter.h"

struct work {
	const struct template_set *views;
	const struct token_keys *keys;
	const cJSON *in;
	struct letter_sender sender;
	struct letter_head head;
	struct arena arena; /* what letters borrow */
	const char *bad;    /* the first member that is missing or not right */
	struct strbuf *out;
	struct strbuf *err;
};

static void complain(struct work *w, const char *name)
{
	if (!w->bad)
		w->bad = name;
}

static int64_t number(struct work *w, const char *name)
{
	int64_t n = 0;

	if (!json_int(w->in, name, &n))
		complain(w, name);
	return n;
}

static bool uuid_read(const char *text, unsigned char raw[TOKEN_ID_SIZE])
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	size_t digits = 0;

	if (strlen(text) != strlen(form))
		return false;
	memset(raw, 0, TOKEN_ID_SIZE);
	for (size_t i = 0; text[i]; i++) {
		int c = tolower((unsigned char)text[i]);

		if (form[i] == '-' ? c != '-' : !isxdigit(c))
			return false;
		if (c == '-')
			continue;
		raw[digits / 2] =
			(unsigned char)(raw[digits / 2] << 4 |
					(c <= '9' ? c - '0' : c - 'a' + 10));
		digits++;
	}
	return true;
}

/* SITE_URL, path and the token of the row that member id names. */
static const char *link_of(struct work *w, const char *path,
			   enum token_purpose purpose, const char *id,
			   int64_t generation)
{
	unsigned char raw[TOKEN_ID_SIZE];
	char token[TOKEN_SIZE];
	struct strbuf url = STRBUF_INIT;
	const char *made;

	if (generation < 1 || generation > TOKEN_GENERATION_MAX ||
	    !uuid_read(json_str(w->in, id), raw) ||
	    !token_make(w->keys, purpose, raw, (int)generation, NULL, token)) {
		complain(w, id);
		return "";
	}
	strbuf_addf(&url, "%s%s%s", w->sender.site_url, path, token);
	made = arena_strndup(&w->arena, url.buf, url.len);
	strbuf_release(&url);
	return made;
}

/* SITE_URL and the path that is a member. */
static const char *page_of(struct work *w, const cJSON *of, const char *name)
{
	struct strbuf url = STRBUF_INIT;
	const char *path = json_str(of, name), *made;

	if (*path != '/')
		complain(w, name);
	strbuf_addf(&url, "%s%s", w->sender.site_url, path);
	made = arena_strndup(&w->arena, url.buf, url.len);
	strbuf_release(&url);
	return made;
}

static bool is_good(struct work *w)
{
	if (w->bad)
		strbuf_addf(w->err, "what the mail is made of has no right %s",
			    w->bad);
	return !w->bad;
}

static bool make_confirm(struct work *w)
{
	int64_t generation = number(w, "generation");
	const struct letter_confirm letter = {
		.topic = json_str(w->in, "topic"),
		.page_url = page_of(w, w->in, "page"),
		.asked = (time_t)number(w, "asked"),
		.expires = (time_t)number(w, "expires"),
		.confirm_url = link_of(w, "/subscribe/confirm/", TOKEN_CONFIRM,
				       "signup", generation),
		.block_url = link_of(w, "/subscribe/block/", TOKEN_BLOCK,
				     "signup", generation),
	};

	return is_good(w) && letter_confirm(w->views, &w->sender, &w->head,
					    &letter, w->out, w->err);
}

static bool make_notice(struct work *w)
{
	const cJSON *list = json_get(w->in, "careers"), *one;
	size_t count = (size_t)cJSON_GetArraySize(list);
	struct letter_career *careers =
		arena_alloc(&w->arena, (count + 1) * sizeof(*careers));
	struct letter_notice letter = {
		.careers = careers,
		.topic = json_str(w->in, "topic"),
		.confirmed = (time_t)number(w, "confirmed"),
		.unsubscribe_url = link_of(w, "/unsubscribe/",
					   TOKEN_UNSUBSCRIBE, "reader", 1),
	};

	cJSON_ArrayForEach (one, list)
		careers[letter.career_count++] = (struct letter_career){
			.name = json_str(one, "name"),
			.tagline = json_str(one, "tagline"),
			.url = page_of(w, one, "url"),
		};
	return is_good(w) && letter_notice(w->views, &w->sender, &w->head,
					   &letter, w->out, w->err);
}

static bool make_manage(struct work *w)
{
	const struct letter_manage letter = {
		.asked = (time_t)number(w, "asked"),
		.expires = (time_t)number(w, "expires"),
		.manage_url = link_of(w, "/subscribe/settings/", TOKEN_MANAGE,
				      "message_id", 1),
		.unsubscribe_url = link_of(w, "/unsubscribe/",
					   TOKEN_UNSUBSCRIBE, "reader", 1),
	};

	return is_good(w) && letter_manage(w->views, &w->sender, &w->head,
					   &letter, w->out, w->err);
}

static const struct {
	const char *name;
	bool (*make)(struct work *w);
} kinds[] = {
	{ "confirm", make_confirm },
	{ "notice", make_notice },
	{ "manage", make_manage },
};

/* Who is written to, checked once more just before use. */
static bool set_envelope(struct work *w, int64_t id, struct mailer_letter *out)
{
	const char *to = json_str(w->in, "to");
	struct strbuf unsaid = STRBUF_INIT;
	struct address address;
	bool ok = address_parse(&address, to, &unsaid) &&
		  strcmp(address.text, to) == 0;

	strbuf_release(&unsaid);
	if (!ok)
		complain(w, "to");
	else
		memcpy(out->to, address.text, sizeof(out->to));
	if (!bounce_address_make(w->keys, id, settings_str(SETTING_MAIL_DOMAIN),
				 out->from)) {
		strbuf_addstr(w->err, "no address for bounces can be made of "
				      "MAIL_DOMAIN and LINK_KEYS_FILE");
		return false;
	}
	return true;
}

/* Of a day and a kind, for the statistics of large providers: nothing in it
 * is of one reader. */
static void add_feedback_id(struct strbuf *out, time_t day, const char *kind)
{
	struct strbuf iso = STRBUF_INIT;

	clock_add_iso(&iso, (int64_t)day * 1000);
	strbuf_addf(out, "%.10s:%s:jobautopsy", iso.buf, kind);
	strbuf_release(&iso);
}

static bool make(struct work *w, const char *kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i].name, kind) == 0)
			return kinds[i].make(w);
	complain(w, "kind");
	return is_good(w);
}

bool mailer_letter_make(const struct template_set *views,
			const struct token_keys *keys, int64_t id,
			const cJSON *composed, struct mailer_letter *out,
			struct strbuf *err)
{
	const char *kind = json_str(composed, "kind");
	struct work w = { .views = views,
			  .keys = keys,
			  .in = composed,
			  .arena = ARENA_INIT,
			  .out = &out->bytes,
			  .err = err };
	struct strbuf list = STRBUF_INIT, feedback = STRBUF_INIT;
	bool ok;

	strbuf_reset(&out->bytes);
	strbuf_reset(&out->id);
	strbuf_addf(&out->id, "%s@%s", json_str(composed, "message_id"),
		    settings_str(SETTING_MAIL_DOMAIN));
	strbuf_addf(&list, "new-careers.%s", settings_str(SETTING_MAIL_DOMAIN));
	w.sender = (struct letter_sender){
		.site_url = settings_str(SETTING_SITE_URL),
		.address = settings_str(SETTING_MAIL_FROM),
		.list_id = list.buf,
		.postal = settings_str(SETTING_MAIL_POSTAL),
	};
	w.head = (struct letter_head){
		.to = out->to,
		.message_id = out->id.buf,
		.date = (time_t)number(&w, "dated"),
	};
	add_feedback_id(&feedback, w.head.date, kind);
	w.head.feedback_id = feedback.buf;
	ok = set_envelope(&w, id, out) && make(&w, kind);
	arena_release(&w.arena);
	strbuf_release(&list);
	strbuf_release(&feedback);
	return ok;
}

void mailer_letter_release(struct mailer_letter *letter)
{
	strbuf_release(&letter->bytes);
	strbuf_release(&letter->id);
}
