#include "http/master.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/parse.h"
#include "http/listen.h"

#define TICK_MS 50
#define DRAIN_MS 10000
#define BACKOFF_FIRST_MS 100
#define BACKOFF_LAST_MS 5000
/* A worker that lived this long did not die of its start. */
#define HEALTHY_MS 5000
#define WATCHDOG_MS 1000
#define WORKER_ENV "AUTOPSY_WORKER"

/* A process in a seat of a slot. */
struct process {
	pid_t pid; /* 0: none */
	int64_t started_at;
	int64_t kill_at; /* 0: not told to end */
};

struct slot {
	struct process seats[2];
	int current;	   /* the seat that serves */
	bool is_replacing; /* the other seat's process is starting */
	int64_t backoff;
	int64_t start_at; /* when to start again; 0: now */
};

struct master {
	const struct master_options *o;
	struct metrics *metrics;
	int metrics_fd;
	int listen_fd;
	sigset_t old_mask;
	struct slot slots[METRICS_SLOTS];
	int next_to_replace; /* -1: no replacement under way */
	bool is_again;	     /* another SIGHUP came meanwhile */
	bool is_ready;	     /* a worker has come so far as to serve */
	bool is_stopping;
	int64_t watchdog_at;
};

static struct metrics *map_metrics(int fd)
{
	void *p = mmap(NULL, sizeof(struct metrics), PROT_READ | PROT_WRITE,
		       MAP_SHARED, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

bool master_is_worker(struct worker *w, bool *is_bad, struct strbuf *err)
{
	const char *env = getenv(WORKER_ENV);
	int fd, master;

	*is_bad = false;
	if (!env)
		return false;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	*is_bad = true;
	if (sscanf(env, "%d:%d:%d:%d:%d", &w->slot, &w->seat, &w->listen_fd,
		   &fd, &master) != 5 ||
	    w->slot < 0 || w->slot >= METRICS_SLOTS || (w->seat & ~1)) {
		strbuf_addstr(err, WORKER_ENV " is for the master to set");
		return true;
	}
	/* It ended before its end could become our signal. */
	if (getppid() != master) {
		strbuf_addstr(err, "the master has ended");
		return true;
	}
	if (lseek(fd, 0, SEEK_END) != (off_t)sizeof(struct metrics)) {
		strbuf_addstr(err, "this build has other counters than the "
				   "master that runs: restart the service, a "
				   "reload is not enough");
		return true;
	}
	w->metrics = map_metrics(fd);
	close(fd);
	*is_bad = !w->metrics;
	return true;
}

static struct seat *shared_seat(struct master *m, int slot, int seat)
{
	return &m->metrics->slots[slot].seats[seat];
}

static void keep_over_exec(int fd)
{
	fcntl(fd, F_SETFD, fcntl(fd, F_GETFD) & ~FD_CLOEXEC);
}

static void become_worker(struct master *m, int slot, int seat)
{
	char env[64];

	snprintf(env, sizeof(env), "%d:%d:%d:%d:%d", slot, seat, m->listen_fd,
		 m->metrics_fd, getppid());
	setenv(WORKER_ENV, env, 1);
	keep_over_exec(m->listen_fd);
	keep_over_exec(m->metrics_fd);
	sigprocmask(SIG_SETMASK, &m->old_mask, NULL);
	execvp(m->o->argv[0], m->o->argv);
	fprintf(stderr, "autopsy-web: %s: %s\n", m->o->argv[0],
		strerror(errno));
	_exit(127);
}

static bool start(struct master *m, int slot, int seat)
{
	struct process *p = &m->slots[slot].seats[seat];
	struct seat *shared = shared_seat(m, slot, seat);
	pid_t pid;

	atomic_store(&shared->since_ms, clock_ms());
	atomic_store(&shared->state, SEAT_STARTING);
	pid = fork();
	if (pid == 0)
		become_worker(m, slot, seat);
	*p = (struct process){ .started_at = clock_ms() };
	if (pid > 0) {
		p->pid = pid;
		return true;
	}
	log_event(LOG_ERROR, "master", "can't start a worker: %s",
		  strerror(errno));
	atomic_store(&shared->state, SEAT_EMPTY);
	m->slots[slot].start_at = clock_ms() + BACKOFF_LAST_MS;
	return false;
}

static void tell_to_end(struct process *p)
{
	if (!p->pid || p->kill_at)
		return;
	kill(p->pid, SIGTERM);
	p->kill_at = clock_ms() + DRAIN_MS;
}

static void begin_replacing(struct master *m)
{
	if (m->next_to_replace >= 0) {
		m->is_again = true;
		return;
	}
	notify_systemd("RELOADING=1");
	log_event(LOG_INFO, "master", "replacing %d workers", m->o->workers);
	m->next_to_replace = 0;
}

static void begin_stopping(struct master *m)
{
	notify_systemd("STOPPING=1");
	log_event(LOG_INFO, "master", "stopping");
	m->is_stopping = true;
	for (int i = 0; i < m->o->workers; i++)
		for (int s = 0; s < 2; s++)
			tell_to_end(&m->slots[i].seats[s]);
}

static void read_signals(struct master *m, int fd)
{
	struct signalfd_siginfo si;

	while (read(fd, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
		if (si.ssi_signo == SIGHUP)
			begin_replacing(m);
		else if (si.ssi_signo != SIGCHLD && !m->is_stopping)
			begin_stopping(m);
	}
}

/*
 * The interval before the next start, longer each time it dies young. One
 * that ended well has served its share of requests.
 */
static void plan_restart(struct slot *slot, const struct process *p, int status)
{
	int64_t now = clock_ms();

	if (status == 0 || now - p->started_at >= HEALTHY_MS) {
		slot->backoff = 0;
		slot->start_at = 0;
		return;
	}
	slot->backoff = slot->backoff ? slot->backoff * 2 : BACKOFF_FIRST_MS;
	if (slot->backoff > BACKOFF_LAST_MS)
		slot->backoff = BACKOFF_LAST_MS;
	slot->start_at = now + slot->backoff;
}

static void log_end_of(int slot, const struct process *p, int status)
{
	if (WIFSIGNALED(status))
		log_event(LOG_WARN, "worker.died", "slot %d pid %d signal %d",
			  slot, p->pid, WTERMSIG(status));
	else if (WEXITSTATUS(status))
		log_event(LOG_WARN, "worker.died", "slot %d pid %d exit %d",
			  slot, p->pid, WEXITSTATUS(status));
}

/* After a reload: before the first worker serves there is nothing to say. */
static void say_ready_again(const struct master *m)
{
	if (m->is_ready)
		notify_systemd("READY=1");
}

static void give_up_replacing(struct master *m, int slot)
{
	log_event(LOG_ERROR, "master",
		  "the new worker of slot %d ended before it served; the old "
		  "ones go on",
		  slot);
	m->slots[slot].is_replacing = false;
	m->next_to_replace = -1;
	m->is_again = false;
	say_ready_again(m);
}

static void bury(struct master *m, int slot, int seat, int status)
{
	struct slot *s = &m->slots[slot];
	struct process *p = &s->seats[seat];
	bool was_told = p->kill_at != 0;

	log_end_of(slot, p, status);
	if (WIFSIGNALED(status))
		atomic_fetch_add(&m->metrics->crashes, 1);
	atomic_store(&shared_seat(m, slot, seat)->state, SEAT_EMPTY);
	if (seat == s->current && !was_told) {
		plan_restart(s, p, status);
		atomic_fetch_add(&m->metrics->respawns, 1);
	} else if (seat != s->current && s->is_replacing) {
		give_up_replacing(m, slot);
	}
	p->pid = 0;
	p->kill_at = 0;
}

static void reap(struct master *m)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < m->o->workers; i++)
			for (int s = 0; s < 2; s++)
				if (m->slots[i].seats[s].pid == pid)
					bury(m, i, s, status);
}

static void enforce(struct master *m, int slot, int seat, int64_t now)
{
	struct process *p = &m->slots[slot].seats[seat];
	struct seat *shared = shared_seat(m, slot, seat);
	int state = atomic_load(&shared->state);
	int64_t since = atomic_load(&shared->since_ms);

	if (!p->pid)
		return;
	if ((state == SEAT_BUSY || state == SEAT_STARTING) &&
	    now - since > m->o->deadline_ms) {
		log_event(LOG_ERROR, "worker.deadline",
			  "slot %d pid %d: busy for %lld ms, killed", slot,
			  p->pid, (long long)(now - since));
		atomic_fetch_add(&m->metrics->deadline_kills, 1);
		atomic_store(&shared->since_ms, now);
		kill(p->pid, SIGKILL);
	} else if (p->kill_at && now > p->kill_at) {
		log_event(LOG_WARN, "worker.drain",
			  "slot %d pid %d did not end in %d ms, killed", slot,
			  p->pid, DRAIN_MS);
		p->kill_at = now + DRAIN_MS;
		kill(p->pid, SIGKILL);
	}
}

/* One step of a rolling replacement: start, wait until it serves, retire. */
static void replace_step(struct master *m)
{
	struct slot *s;
	int other;

	if (m->next_to_replace < 0)
		return;
	if (m->next_to_replace >= m->o->workers) {
		m->next_to_replace = m->is_again ? 0 : -1;
		m->is_again = false;
		if (m->next_to_replace < 0) {
			log_event(LOG_INFO, "master", "all workers replaced");
			say_ready_again(m);
		}
		return;
	}
	s = &m->slots[m->next_to_replace];
	other = !s->current;
	if (!s->is_replacing) {
		if (s->seats[other].pid)
			return; /* one of the last round still drains */
		s->is_replacing = true;
		if (!start(m, m->next_to_replace, other))
			give_up_replacing(m, m->next_to_replace);
		return;
	}
	if (atomic_load(&shared_seat(m, m->next_to_replace, other)->state) <
	    SEAT_IDLE)
		return;
	tell_to_end(&s->seats[s->current]);
	s->current = other;
	s->is_replacing = false;
	s->backoff = 0;
	m->next_to_replace++;
}

/* Whoever waits for the start learns of it when a page can be had. */
static void look_for_ready(struct master *m)
{
	for (int i = 0; !m->is_ready && i < m->o->workers; i++) {
		const struct slot *s = &m->slots[i];

		m->is_ready =
			atomic_load(&shared_seat(m, i, s->current)->state) >=
			SEAT_IDLE;
	}
	if (m->is_ready)
		notify_systemd("READY=1");
}

static void tick(struct master *m)
{
	int64_t now = clock_ms();

	for (int i = 0; i < m->o->workers; i++) {
		struct slot *s = &m->slots[i];

		enforce(m, i, 0, now);
		enforce(m, i, 1, now);
		/* If that fails, start_at is later now. */
		if (!m->is_stopping && !s->seats[s->current].pid &&
		    now >= s->start_at)
			start(m, i, s->current);
	}
	if (!m->is_stopping && !m->is_ready)
		look_for_ready(m);
	if (!m->is_stopping)
		replace_step(m);
	if (now - m->watchdog_at >= WATCHDOG_MS) {
		notify_systemd("WATCHDOG=1");
		m->watchdog_at = now;
	}
}

static bool anyone_left(const struct master *m)
{
	for (int i = 0; i < m->o->workers; i++)
		if (m->slots[i].seats[0].pid || m->slots[i].seats[1].pid)
			return true;
	return false;
}

static bool share_metrics(struct master *m)
{
	m->metrics_fd = memfd_create("autopsy-metrics", MFD_CLOEXEC);
	if (m->metrics_fd < 0 ||
	    ftruncate(m->metrics_fd, sizeof(struct metrics)) < 0)
		return false;
	m->metrics = map_metrics(m->metrics_fd);
	if (!m->metrics)
		return false;
	m->metrics->workers = m->o->workers;
	m->metrics->started_at = clock_wall_ms() / 1000;
	return true;
}

static int take_signals(struct master *m)
{
	sigset_t mask;

	/* A log that nobody reads any more is no reason to end. */
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_BLOCK, &mask, &m->old_mask);
	return signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
}

int master_run(const struct master_options *o)
{
	struct master m = { .o = o, .next_to_replace = -1 };
	struct strbuf err = STRBUF_INIT;
	struct pollfd pf = { .events = POLLIN };
	bool is_own;

	m.listen_fd = listen_socket(o->socket, &is_own, &err);
	if (m.listen_fd < 0) {
		fprintf(stderr, "autopsy-web: %s\n", err.buf);
		strbuf_release(&err);
		return 1;
	}
	pf.fd = take_signals(&m);
	if (pf.fd < 0 || !share_metrics(&m)) {
		fprintf(stderr, "autopsy-web: %s\n", strerror(errno));
		return 1;
	}
	log_event(LOG_INFO, "master", "serving with %d workers", o->workers);
	tick(&m);
	while (!m.is_stopping || anyone_left(&m)) {
		if (poll(&pf, 1, TICK_MS) > 0)
			read_signals(&m, pf.fd);
		reap(&m);
		tick(&m);
	}
	if (is_own)
		unlink(o->socket);
	log_event(LOG_INFO, "master", "stopped");
	return 0;
}
