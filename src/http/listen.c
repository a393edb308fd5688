#include "http/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/parse.h"

/* A full queue is an instant 502; workers may pause for a while. */
#define BACKLOG 1024
#define SYSTEMD_FIRST_FD 3

static bool is_listening(int fd)
{
	int yes = 0;
	socklen_t len = sizeof(yes);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &len) == 0 &&
	       yes;
}

static bool is_from_systemd(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	int64_t n;

	return pid && fds && strcmp(fds, "1") == 0 &&
	       parse_int(pid, 1, INT32_MAX, &n) && n == getpid();
}

static bool address_of(const char *path, struct sockaddr_un *un,
		       struct strbuf *err)
{
	size_t len = strlen(path);

	memset(un, 0, sizeof(*un));
	un->sun_family = AF_UNIX;
	if (len >= sizeof(un->sun_path)) {
		strbuf_addf(err, "%s: a socket's path has at most %zu bytes",
			    path, sizeof(un->sun_path) - 1);
		return false;
	}
	memcpy(un->sun_path, path, len);
	return true;
}

static bool is_served(const struct sockaddr_un *un)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool answers = fd >= 0 && connect(fd, (const struct sockaddr *)un,
					  sizeof(*un)) == 0;

	if (fd >= 0)
		close(fd);
	return answers;
}

static int make_socket(const char *path, struct strbuf *err)
{
	struct sockaddr_un un;
	mode_t old;
	int fd, rc;

	if (!address_of(path, &un, err))
		return -1;
	if (is_served(&un)) {
		strbuf_addf(err,
			    "%s: another autopsy-web serves this socket; "
			    "stop it or choose another --socket",
			    path);
		return -1;
	}
	unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	old = umask(0117);
	rc = bind(fd, (const struct sockaddr *)&un, sizeof(un));
	umask(old);
	if (fd < 0 || rc < 0 || listen(fd, BACKLOG) < 0) {
		strbuf_addf(err, "%s: can't listen: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

int listen_socket(const char *path, bool *is_own, struct strbuf *err)
{
	*is_own = false;
	if (is_from_systemd()) {
		if (is_listening(SYSTEMD_FIRST_FD))
			return SYSTEMD_FIRST_FD;
		strbuf_addf(err,
			    "LISTEN_FDS is set but descriptor %d does "
			    "not listen",
			    SYSTEMD_FIRST_FD);
		return -1;
	}
	if (is_listening(STDIN_FILENO))
		return STDIN_FILENO;
	*is_own = true;
	return make_socket(path, err);
}

void listen_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	size_t len = path ? strlen(path) : 0;
	socklen_t size =
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	int fd;

	if (!len || len >= sizeof(un.sun_path))
		return;
	memcpy(un.sun_path, path, len);
	if (un.sun_path[0] == '@')
		un.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* Best effort: systemd restarts us if it misses the watchdog. */
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL,
		   (struct sockaddr *)&un, size) < 0)
		errno = 0;
	close(fd);
}
