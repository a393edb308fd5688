#include "http/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"

void guard_break_off(int connection)
{
	/* Zeroes to fill up the longest record, padding too, and then a header,
	 * of which the version is to be 1. */
	static const char zeroes[65535 + 255 + 8];
	size_t at = 0;

	while (at < sizeof(zeroes)) {
		ssize_t n = write(connection, zeroes + at, sizeof(zeroes) - at);

		if (n < 0 && errno != EINTR)
			return; /* nginx has hung up, as it should */
		at += n > 0 ? (size_t)n : 0;
	}
}

/* Holds nothing else of the worker's: who waits for its end shall see it. */
static void close_others(int a, int b)
{
	unsigned low = (unsigned)(a < b ? a : b);
	unsigned high = (unsigned)(a < b ? b : a);

	if (low > 0)
		close_range(0, low - 1, 0);
	if (high > low + 1)
		close_range(low + 1, high - 1, 0);
	close_range(high + 1, ~0U, 0);
}

static void stand_by(int connection, int line)
{
	char word;
	ssize_t n;

	close_others(connection, line);
	do
		n = read(line, &word, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		guard_break_off(connection);
	_exit(0);
}

bool guard_begin(struct guard *g, int connection)
{
	int line[2];

	if (pipe2(line, O_CLOEXEC) < 0)
		return false;
	g->pid = fork();
	if (g->pid == 0)
		stand_by(connection, line[0]);
	close(line[0]);
	g->line = line[1];
	if (g->pid > 0)
		return true;
	close(g->line);
	return false;
}

void guard_end(struct guard *g)
{
	if (write(g->line, "", 1) != 1)
		log_event(LOG_WARN, "guard", "%s", strerror(errno));
	close(g->line);
	while (waitpid(g->pid, NULL, 0) < 0 && errno == EINTR)
		;
}
