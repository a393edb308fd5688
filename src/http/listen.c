#include "http/listen.h"

#include <errno.h>
#include <fcntl.h>
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

/* Descriptors that were meant for this process (sd_listen_fds(3)). */
static const char *passed_count(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	int64_t n;

	if (!pid || !fds || !parse_int(pid, 1, INT32_MAX, &n) || n != getpid())
		return NULL;
	return fds;
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

/* Nothing at path, or a socket that nobody serves, which is removed. */
static bool make_room(const char *path, const struct sockaddr_un *un,
		      struct strbuf *err)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return true; /* whatever is wrong with it, bind() will say */
	if (!S_ISSOCK(st.st_mode)) {
		strbuf_addf(err, "%s: is there and is not a socket", path);
		return false;
	}
	if (is_served(un)) {
		strbuf_addf(err,
			    "%s: another autopsy-web serves this socket; stop "
			    "it or choose another --socket",
			    path);
		return false;
	}
	unlink(path);
	return true;
}

static int make_socket(const char *path, struct strbuf *err)
{
	struct sockaddr_un un;
	mode_t old;
	int fd, rc;

	if (!address_of(path, &un, err) || !make_room(path, &un, err))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	old = umask(0117);
	rc = fd < 0 ? -1 : bind(fd, (const struct sockaddr *)&un, sizeof(un));
	umask(old);
	if (rc < 0 || listen(fd, BACKLOG) < 0) {
		strbuf_addf(err, "%s: can't listen: %s%s", path,
			    strerror(errno),
			    errno == ENOENT ? "; make the directory or use "
					      "--socket"
					    : "");
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

int listen_socket(const char *path, bool *is_own, struct strbuf *err)
{
	const char *count = passed_count();

	*is_own = false;
	if (count) {
		if (strcmp(count, "1") == 0 && is_listening(SYSTEMD_FIRST_FD))
			return SYSTEMD_FIRST_FD;
		strbuf_addf(err,
			    "LISTEN_FDS is %.20s: descriptor %d must be passed "
			    "alone, and does not listen or is not alone",
			    count, SYSTEMD_FIRST_FD);
		return -1;
	}
	if (is_listening(STDIN_FILENO))
		return STDIN_FILENO;
	*is_own = true;
	return make_socket(path, err);
}
