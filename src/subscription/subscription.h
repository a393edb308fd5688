/*
 * "Notify me": a request to be told of new careers, the yes to it, and every
 * way to leave. Nothing is sent from here: requests wait in the queue of
 * schema mail. Whatever is known of an address, the answer to a sign-up is
 * the same.
 *
 * What hangs on a link changes nothing by GET, since programs follow links;
 * the button on its page sends a POST.
 */
#ifndef SUBSCRIPTION_SUBSCRIPTION_H
#define SUBSCRIPTION_SUBSCRIPTION_H

#include "http/web.h"

handler subscription_form;    /* GET /subscribe */
handler subscription_sign_up; /* POST /subscribe */
handler subscription_api;     /* POST /api/v1/subscriptions */

/* Below /subscribe/confirm/{token} and /subscribe/block/{token}. */
handler subscription_confirm_page;
handler subscription_confirm;
handler subscription_block_page;
handler subscription_block;

/* /unsubscribe/{token}: the page; what mail programs send there, which stops
 * everything (RFC 8058); and the page's own forms, /topics and /data. */
handler subscription_leave_page;
handler subscription_leave;
handler subscription_keep;
handler subscription_mail_data;

/* /subscribe/settings/{token}: all that is stored of a person, /topics and
 * /erase. */
handler subscription_data;
handler subscription_data_keep;
handler subscription_erase;

/* "all", "category:slug" or "career:slug". */
bool subscription_is_topic(const char *text);
bool subscription_is_stop(const char *text); /* "rest" or "all" */
/* The letters of a token; whether it is one of ours is for the keys to say. */
bool subscription_is_token(const char *text);

#endif
