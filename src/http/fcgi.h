/*
 * The accept loop of a worker, over libfcgi. Input is read by libfcgi;
 * output goes past it as one writev of our own FastCGI records, which saves
 * a write for each 8 kB. The only module that knows fcgiapp.h.
 */
#ifndef HTTP_FCGI_H
#define HTTP_FCGI_H

#include <stdbool.h>

#include "http/web.h"

struct fcgi_options {
	int listen_fd;
	struct seat *seat;    /* where the master watches this worker */
	int64_t max_requests; /* 0: no end */
};

/*
 * Serves until SIGTERM or max_requests; finishes the request in hand.
 * Returns the exit status of the worker.
 */
int fcgi_serve(const struct fcgi_options *o, struct web *web);

#endif
