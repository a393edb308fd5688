/*
 * Ends a reply for a worker that can't. nginx takes a FastCGI connection that
 * closes for the end of a reply without a length, so that the readers of a
 * worker killed half way would keep half a reply for the whole. A guard is a
 * process that shares the connection while the reply is sent: if the worker
 * dies before it has let the guard go, the guard breaks the reply off.
 */
#ifndef HTTP_GUARD_H
#define HTTP_GUARD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/alloc.h"

struct guard {
	pid_t pid;
	int line; /* what the guard listens at */
};

/* False if there can be none just now; errno tells why. */
bool guard_begin(struct guard *g, int connection) WARN_UNUSED;

/* The reply is whole, or is broken off, or nobody reads it any more. */
void guard_end(struct guard *g);

/*
 * Writes what is no FastCGI, wherever in a record the connection is: nginx
 * then ends the reply in a way that its reader takes for an error.
 */
void guard_break_off(int connection);

#endif
