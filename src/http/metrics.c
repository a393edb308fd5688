#include "http/metrics.h"

static const int64_t bounds_us[METRICS_BUCKETS - 1] = {
	1000,	2000,	5000,	 10000,	  20000,   50000,
	100000, 300000, 1000000, 2000000, 5000000,
};

static void add(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

void metrics_count(struct metrics_slot *slot, int route, int status,
		   int64_t duration_us)
{
	int class = status >= 100 && status < 600 ? status / 100 : 0;
	int b = 0;

	while (b < METRICS_BUCKETS - 1 && duration_us > bounds_us[b])
		b++;
	add(&slot->requests[route][class], 1);
	add(&slot->buckets[b], 1);
	add(&slot->duration_us, (uint64_t)duration_us);
}

static void head(struct strbuf *out, const char *name, const char *type,
		 const char *help)
{
	strbuf_addf(out, "# HELP autopsy_%s %s\n# TYPE autopsy_%s %s\n", name,
		    help, name, type);
}

static uint64_t sum_of(const struct metrics *m, size_t offset)
{
	uint64_t sum = 0;

	for (int i = 0; i < METRICS_SLOTS; i++) {
		const char *slot = (const char *)&m->slots[i];

		sum += atomic_load_explicit(
			(const _Atomic uint64_t *)(slot + offset),
			memory_order_relaxed);
	}
	return sum;
}

static void counter(struct strbuf *out, const char *name, const char *help,
		    uint64_t value)
{
	head(out, name, "counter", help);
	strbuf_addf(out, "autopsy_%s %llu\n", name, (unsigned long long)value);
}

static void gauge(struct strbuf *out, const char *name, const char *help,
		  int64_t value)
{
	head(out, name, "gauge", help);
	strbuf_addf(out, "autopsy_%s %lld\n", name, (long long)value);
}

static void write_requests(const struct metrics *m, const char *const *names,
			   struct strbuf *out)
{
	head(out, "requests_total", "counter",
	     "Requests that a worker answered.");
	for (int r = 0; r <= METRICS_ROUTES; r++) {
		const char *name = r == METRICS_ROUTES ? "none" : names[r];

		for (int c = 2; name && c < 6; c++) {
			size_t at =
				offsetof(struct metrics_slot, requests) +
				((size_t)r * 6 + (size_t)c) * sizeof(uint64_t);
			uint64_t n = sum_of(m, at);

			strbuf_addf(out,
				    "autopsy_requests_total{route=\"%s\","
				    "status=\"%dxx\"} %llu\n",
				    name, c, (unsigned long long)n);
		}
		if (!name)
			r = METRICS_ROUTES - 1;
	}
}

static void write_durations(const struct metrics *m, struct strbuf *out)
{
	uint64_t total = 0;

	head(out, "request_seconds", "histogram",
	     "Time a worker spent on a request.");
	for (int b = 0; b < METRICS_BUCKETS; b++) {
		total += sum_of(m, offsetof(struct metrics_slot, buckets) +
					   (size_t)b * sizeof(uint64_t));
		strbuf_addstr(out, "autopsy_request_seconds_bucket{le=\"");
		if (b < METRICS_BUCKETS - 1)
			strbuf_addf(out, "%g", (double)bounds_us[b] / 1e6);
		else
			strbuf_addstr(out, "+Inf");
		strbuf_addf(out, "\"} %llu\n", (unsigned long long)total);
	}
	strbuf_addf(out,
		    "autopsy_request_seconds_sum %.6f\n"
		    "autopsy_request_seconds_count %llu\n",
		    (double)sum_of(m,
				   offsetof(struct metrics_slot, duration_us)) /
			    1e6,
		    (unsigned long long)total);
}

static int count_state(const struct metrics *m, enum seat_state state)
{
	int n = 0;

	for (int i = 0; i < METRICS_SLOTS; i++)
		for (int s = 0; s < 2; s++)
			n += atomic_load(&m->slots[i].seats[s].state) ==
			     (int)state;
	return n;
}

#define SUM(field) sum_of(m, offsetof(struct metrics_slot, field))

void metrics_write(const struct metrics *m, const char *const *names,
		   struct strbuf *out)
{
	write_requests(m, names, out);
	write_durations(m, out);
	gauge(out, "workers", "Workers configured.", m->workers);
	gauge(out, "workers_busy", "Workers that serve a request now.",
	      count_state(m, SEAT_BUSY));
	gauge(out, "workers_idle", "Workers that wait for a request.",
	      count_state(m, SEAT_IDLE));
	counter(out, "worker_respawns_total",
		"Workers started in place of one that ended.", m->respawns);
	counter(out, "worker_crashes_total", "Workers that died by a signal.",
		m->crashes);
	counter(out, "worker_deadline_kills_total",
		"Workers killed since a request took too long.",
		m->deadline_kills);
	counter(out, "page_cache_hits_total",
		"Replies sent from a worker's memory.", SUM(cache_hits));
	counter(out, "page_cache_misses_total", "Replies that had to be made.",
		SUM(cache_misses));
	counter(out, "page_cache_stale_total",
		"Old replies sent since the database was away.",
		SUM(cache_stale));
	counter(out, "database_down_total", "Requests that found no database.",
		SUM(database_down));
	counter(out, "database_connects_total",
		"Connections made to the database.", SUM(database_connects));
	counter(out, "client_gone_total", "Replies that nginx no longer took.",
		SUM(client_gone));
	gauge(out, "content_version", "Version of the published content.",
	      m->content_version);
	gauge(out, "start_time_seconds", "When the master started.",
	      m->started_at);
}
