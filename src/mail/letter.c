#include "mail/letter.h"

#include "base/clock.h"
#include "base/words.h"
#include "mail/message.h"
#include "mail/mime.h"

/* What is about to become a mail. */
struct draft {
	const struct template_set *views;
	const char *name; /* of the templates */
	const struct letter_sender *sender;
	const struct letter_head *head;
	const char *unsubscribe_url;
	bool is_bulk;
	cJSON *page;
	struct strbuf subject;
	struct strbuf heading;
	bool is_bad;
	struct strbuf *err;
};

static void init(struct draft *d)
{
	strbuf_init(&d->subject);
	strbuf_init(&d->heading);
	d->page = cJSON_CreateObject();
}

static void release(struct draft *d)
{
	strbuf_release(&d->subject);
	strbuf_release(&d->heading);
	cJSON_Delete(d->page);
}

static void complain(struct draft *d, const char *what, const char *problem)
{
	if (!d->is_bad)
		strbuf_addf(d->err, "mail/%s: %s %s", d->name, what, problem);
	d->is_bad = true;
}

static void add_words(struct draft *d, cJSON *to, const char *name,
		      const char *words)
{
	if (words && *words)
		cJSON_AddStringToObject(to, name, words);
	else
		complain(d, name, "is missing");
}

static void add_link(struct draft *d, cJSON *to, const char *name,
		     const char *url)
{
	const char *site = d->sender->site_url;
	size_t len = strlen(site);

	if (!url || strncmp(url, site, len) != 0 || url[len] != '/')
		complain(d, name, "does not lead to our own site");
	else
		cJSON_AddStringToObject(to, name, url);
}

static void add_day(struct strbuf *out, time_t t)
{
	struct strbuf iso = STRBUF_INIT;

	clock_add_iso(&iso, (int64_t)t * 1000);
	strbuf_truncate(&iso, strlen("2026-11-24"));
	words_add_date(out, iso.buf);
	strbuf_release(&iso);
}

/* 24 November 2026, 13:29 UTC */
static void add_time(struct draft *d, const char *name, time_t t)
{
	struct strbuf words = STRBUF_INIT;
	struct tm tm;

	gmtime_r(&t, &tm);
	add_day(&words, t);
	strbuf_addf(&words, ", %02d:%02d UTC", tm.tm_hour, tm.tm_min);
	add_words(d, d->page, name, words.buf);
	strbuf_release(&words);
}

static bool render(struct draft *d, struct strbuf *text, struct strbuf *html)
{
	struct strbuf name = STRBUF_INIT, lines = STRBUF_INIT;
	bool ok;

	strbuf_addf(&name, "mail/%s.txt", d->name);
	ok = template_render(d->views, name.buf, d->page, &lines, d->err);
	mime_wrap(text, lines.buf);
	strbuf_reset(&name);
	strbuf_addf(&name, "mail/%s", d->name);
	ok = ok && template_render(d->views, name.buf, d->page, html, d->err);
	strbuf_release(&name);
	strbuf_release(&lines);
	return ok;
}

static bool finish(struct draft *d, struct strbuf *out)
{
	struct strbuf text = STRBUF_INIT, html = STRBUF_INIT;
	struct message m = {
		.date = d->head->date,
		.message_id = d->head->message_id,
		.from_name = "Job Autopsy",
		.from = d->sender->address,
		.to = d->head->to,
		.list_name = d->is_bulk ? "New career guides" : NULL,
		.list_id = d->is_bulk ? d->sender->list_id : NULL,
		.unsubscribe_url = d->unsubscribe_url,
		.feedback_id = d->head->feedback_id,
	};
	bool ok;

	add_words(d, d->page, "subject", d->subject.buf);
	add_words(d, d->page, "heading", d->heading.buf);
	add_words(d, d->page, "site_url", d->sender->site_url);
	add_words(d, d->page, "postal", d->sender->postal);
	ok = !d->is_bad && render(d, &text, &html);
	m.subject = d->subject.buf;
	m.text = text.buf;
	m.html = html.buf;
	ok = ok && message_build(&m, out, d->err);
	strbuf_release(&text);
	strbuf_release(&html);
	return ok;
}

bool letter_confirm(const struct template_set *views,
		    const struct letter_sender *sender,
		    const struct letter_head *head,
		    const struct letter_confirm *letter, struct strbuf *out,
		    struct strbuf *err)
{
	struct draft d = { .views = views,
			   .name = "confirm",
			   .sender = sender,
			   .head = head,
			   .unsubscribe_url = letter->block_url,
			   .err = err };
	bool ok;

	init(&d);
	add_words(&d, d.page, "topic", letter->topic);
	add_link(&d, d.page, "page_url", letter->page_url);
	add_link(&d, d.page, "confirm_url", letter->confirm_url);
	add_link(&d, d.page, "block_url", letter->block_url);
	add_time(&d, "asked", letter->asked);
	add_time(&d, "expires", letter->expires);
	if (letter->topic) {
		strbuf_addf(&d.subject, "Please confirm: mail about %s",
			    letter->topic);
		strbuf_addf(&d.heading, "Did you ask for mail about %s?",
			    letter->topic);
	}
	ok = finish(&d, out);
	release(&d);
	return ok;
}

static void add_careers(struct draft *d, const struct letter_notice *letter)
{
	cJSON *list = cJSON_AddArrayToObject(d->page, "careers");

	for (size_t i = 0; i < letter->career_count; i++) {
		cJSON *one = cJSON_CreateObject();

		add_words(d, one, "name", letter->careers[i].name);
		add_words(d, one, "tagline", letter->careers[i].tagline);
		add_link(d, one, "url", letter->careers[i].url);
		cJSON_AddItemToArray(list, one);
	}
}

/* What is new, as a title and as a sentence. */
static void add_news(struct draft *d, const struct letter_notice *letter)
{
	if (letter->career_count == 0) {
		complain(d, "careers", "are missing");
	} else if (letter->career_count == 1) {
		if (letter->careers[0].name)
			strbuf_addf(&d->subject, "New career guide: %s",
				    letter->careers[0].name);
		strbuf_addstr(&d->heading, "There is a new career guide");
	} else {
		strbuf_addf(&d->subject, "%zu new career guides",
			    letter->career_count);
		strbuf_addf(&d->heading, "There are %zu new career guides",
			    letter->career_count);
	}
}

bool letter_notice(const struct template_set *views,
		   const struct letter_sender *sender,
		   const struct letter_head *head,
		   const struct letter_notice *letter, struct strbuf *out,
		   struct strbuf *err)
{
	struct draft d = { .views = views,
			   .name = "notice",
			   .sender = sender,
			   .head = head,
			   .unsubscribe_url = letter->unsubscribe_url,
			   .is_bulk = true,
			   .err = err };
	struct strbuf day = STRBUF_INIT;
	bool ok;

	init(&d);
	add_careers(&d, letter);
	add_news(&d, letter);
	add_words(&d, d.page, "topic", letter->topic);
	add_link(&d, d.page, "unsubscribe_url", letter->unsubscribe_url);
	add_day(&day, letter->confirmed);
	add_words(&d, d.page, "confirmed", day.buf);
	ok = finish(&d, out);
	strbuf_release(&day);
	release(&d);
	return ok;
}

bool letter_manage(const struct template_set *views,
		   const struct letter_sender *sender,
		   const struct letter_head *head,
		   const struct letter_manage *letter, struct strbuf *out,
		   struct strbuf *err)
{
	struct draft d = { .views = views,
			   .name = "manage",
			   .sender = sender,
			   .head = head,
			   .unsubscribe_url = letter->unsubscribe_url,
			   .err = err };
	bool ok;

	init(&d);
	add_link(&d, d.page, "manage_url", letter->manage_url);
	add_link(&d, d.page, "unsubscribe_url", letter->unsubscribe_url);
	add_time(&d, "asked", letter->asked);
	add_time(&d, "expires", letter->expires);
	strbuf_addstr(&d.subject, "Your link to what we store about you");
	strbuf_addstr(&d.heading, "See or erase what we store about you");
	ok = finish(&d, out);
	release(&d);
	return ok;
}
