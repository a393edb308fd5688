/*
 * The mails that we send: three, each made whole from a small struct and the
 * templates mail/NAME and mail/NAME.txt. To change a word, change both.
 *
 * None holds a word that a visitor typed, and every link leads to our own
 * site: what cannot be said in somebody's name is of no use for sending spam.
 */
#ifndef MAIL_LETTER_H
#define MAIL_LETTER_H

#include <time.h>

#include "base/template.h"

/* The same for all mails. Everything here and below is borrowed. */
struct letter_sender {
	const char *site_url; /* https://www.example.org */
	const char *address;  /* news@example.org */
	const char *list_id;  /* new-careers.example.org */
	const char *postal;   /* where we can be written to, on one line */
};

/* One mail's own, fixed when it is queued. */
struct letter_head {
	const char *to;
	const char *message_id;
	time_t date;
	const char *feedback_id; /* NULL: none */
};

/* "Did you ask for this?" */
struct letter_confirm {
	/* After "mail about": new career guides, the guide Nurse. */
	const char *topic;
	const char *page_url; /* where the form stood */
	time_t asked;
	time_t expires;
	const char *confirm_url;
	const char *block_url; /* also what List-Unsubscribe names */
};

struct letter_career {
	const char *name;
	const char *tagline;
	const char *url;
};

/* "There is a new guide." */
struct letter_notice {
	const struct letter_career *careers;
	size_t career_count; /* 1 at least */
	const char *topic;
	time_t confirmed;
	const char *unsubscribe_url;
};

/* "Here is the link to see or erase what we store." */
struct letter_manage {
	time_t asked;
	time_t expires;
	const char *manage_url;
	const char *unsubscribe_url;
};

/*
 * Append the whole mail, the same bytes for the same input. False with a
 * sentence in err, which holds no address and no token; out must then be
 * thrown away.
 */
bool letter_confirm(const struct template_set *views,
		    const struct letter_sender *sender,
		    const struct letter_head *head,
		    const struct letter_confirm *letter, struct strbuf *out,
		    struct strbuf *err) WARN_UNUSED;
bool letter_notice(const struct template_set *views,
		   const struct letter_sender *sender,
		   const struct letter_head *head,
		   const struct letter_notice *letter, struct strbuf *out,
		   struct strbuf *err) WARN_UNUSED;
bool letter_manage(const struct template_set *views,
		   const struct letter_sender *sender,
		   const struct letter_head *head,
		   const struct letter_manage *letter, struct strbuf *out,
		   struct strbuf *err) WARN_UNUSED;

#endif
