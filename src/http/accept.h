/* What a reader wants to be sent: the Accept header of RFC 9110 12.5.1. */
#ifndef HTTP_ACCEPT_H
#define HTTP_ACCEPT_H

#include <stdbool.h>

#include "base/alloc.h"

/*
 * Whether the header takes a media type, such as "application/json". The most
 * exact range counts, and of those alike the kindest; parameters but for q
 * say nothing, as there is one form of each type. Ranges that are malformed
 * are passed over; without any other there is no wish, and all is taken.
 */
bool accept_takes(const char *header, const char *type) WARN_UNUSED;

#endif
