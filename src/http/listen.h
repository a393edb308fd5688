/* The listening socket: inherited from systemd or a parent, or made here. */
#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include "base/strbuf.h"

/*
 * In this order: the one descriptor that LISTEN_FDS passes (sd_listen_fds),
 * standard input if it is a listening socket, else a new socket at path with
 * mode 0660. A socket file that nobody serves any more is replaced; one that
 * answers is an error. Returns the descriptor or -1 with a sentence in err.
 * *is_own tells whether path was made here and should be removed at the end.
 */
int listen_socket(const char *path, bool *is_own, struct strbuf *err);

#endif
