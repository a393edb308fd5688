/*
 * Counters in memory that the master shares with its workers, one slot a
 * worker index. A slot outlives the worker that fills it, so that counters
 * never run backwards. Labels are fixed: the routes and the status classes.
 *
 * A slot has two seats, since while a worker is replaced the old one and the
 * new one share the index. The seat tells the master what its worker does.
 */
#ifndef HTTP_METRICS_H
#define HTTP_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/strbuf.h"

#define METRICS_SLOTS 64
#define METRICS_ROUTES 64
#define METRICS_BUCKETS 12 /* the last is infinity */

enum seat_state { SEAT_EMPTY, SEAT_STARTING, SEAT_IDLE, SEAT_BUSY };

struct seat {
	_Atomic int state;
	_Atomic int64_t since_ms; /* CLOCK_MONOTONIC, of the state */
};

struct metrics_slot {
	struct seat seats[2];
	_Atomic uint64_t requests[METRICS_ROUTES + 1][6]; /* by status / 100 */
	_Atomic uint64_t buckets[METRICS_BUCKETS];
	_Atomic uint64_t duration_us;
	_Atomic uint64_t cache_hits;
	_Atomic uint64_t cache_misses;
	_Atomic uint64_t cache_stale;
	_Atomic uint64_t database_down;
	_Atomic uint64_t database_connects;
	_Atomic uint64_t client_gone;
};

struct metrics {
	int workers;
	_Atomic uint64_t respawns;
	_Atomic uint64_t deadline_kills;
	_Atomic uint64_t crashes;
	_Atomic int64_t content_version;
	_Atomic int64_t started_at; /* seconds since 1970 */
	struct metrics_slot slots[METRICS_SLOTS];
};

/* route: index in the table of routes, or METRICS_ROUTES for none. */
void metrics_count(struct metrics_slot *slot, int route, int status,
		   int64_t duration_us);

/* The Prometheus text format 0.0.4. names: of the routes, NULL at the end. */
void metrics_write(const struct metrics *m, const char *const *names,
		   struct strbuf *out);

#endif
