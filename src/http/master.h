/*
 * A small prefork master. It owns the listening socket and the shared
 * counters, starts a worker a slot, and replaces those that end.
 *
 * A worker is this same program, executed anew: after an upgrade SIGHUP
 * brings in the new binary one worker at a time; each old one is told to
 * end only when its successor waits for requests. SIGTERM and SIGINT drain.
 * A worker busy for longer than the deadline is killed. Workers that die at
 * once are restarted at growing intervals of 0.1 s up to 5 s. systemd hears
 * READY when the first worker waits for requests.
 */
#ifndef HTTP_MASTER_H
#define HTTP_MASTER_H

#include <stdint.h>

#include "http/metrics.h"

struct master_options {
	char **argv;	    /* of the program, to execute it again */
	const char *socket; /* path, if none is inherited */
	int workers;
	int64_t deadline_ms;
};

/*
 * What a worker was given. True if this process is one (the master put it
 * into the environment), with the listening descriptor, the shared counters
 * and its place in them. A build with another layout of the counters is
 * refused with a sentence in err and *is_bad true.
 */
struct worker {
	int listen_fd;
	int slot;
	int seat;
	struct metrics *metrics;
};
bool master_is_worker(struct worker *w, bool *is_bad, struct strbuf *err);

/* Runs until told to stop. Returns the exit status of the program. */
int master_run(const struct master_options *o);

#endif
