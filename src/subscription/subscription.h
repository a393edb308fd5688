/*
 * "Notify me": a request to be told of new careers. Nothing is sent but the
 * question whether the person really asked; until that is answered the
 * request is pending.
 */
#ifndef SUBSCRIPTION_SUBSCRIPTION_H
#define SUBSCRIPTION_SUBSCRIPTION_H

#include "http/web.h"

handler subscription_sign_up; /* POST /subscribe */
handler subscription_form;    /* GET /subscribe: the form alone */

/* "all", "category:slug" or "career:slug". */
bool subscription_is_topic(const char *text);

#endif
