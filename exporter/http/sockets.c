/* sockets.c - opens several listening sockets, or takes those of systemd
 * (sd_listen_fds(3)). */
#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST = 3 }; /* SD_LISTEN_FDS_START */

bool sockets_open(struct sockets *sockets, const char *const *addresses, size_t count,
		  struct buffer *error)
{
	*sockets = (struct sockets){ 0 };
	for (size_t i = 0; i < count && i < SOCKETS_MAX; i++) {
		int fd = listen_open(addresses[i], error);

		if (fd < 0) {
			sockets_close(sockets);
			return false;
		}
		sockets->fds[sockets->n++] = fd;
	}
	return true;
}

/* --- systemd -------------------------------------------------------------------------------- */

/* False: the variable is not set, or is no number. */
static bool sockets_number_of(const char *variable, uint64_t *ret_number)
{
	const char *text = getenv(variable);

	return text && view_number(view_of(text), INT32_MAX, ret_number);
}

static bool option_is(int fd, int option, int wanted)
{
	int found = 0;
	socklen_t length = sizeof(found);

	return getsockopt(fd, SOL_SOCKET, option, &found, &length) == 0 && found == wanted;
}

static bool take_one(struct sockets *sockets, int fd, struct buffer *error)
{
	if (!option_is(fd, SO_TYPE, SOCK_STREAM) || !option_is(fd, SO_ACCEPTCONN, 1)) {
		buffer_format(
		    error,
		    "--web.systemd-socket: descriptor %d is not a listening stream "
		    "socket: the .socket unit needs ListenStream= and Accept=no",
		    fd);
		return false;
	}
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
		buffer_format(error, "--web.systemd-socket: descriptor %d: %s", fd,
			      strerror(errno));
		return false;
	}
	sockets->fds[sockets->n++] = fd;
	return true;
}

static bool take_all(struct sockets *sockets, struct buffer *error)
{
	uint64_t pid, count;

	if (!sockets_number_of("LISTEN_PID", &pid) ||
	    !sockets_number_of("LISTEN_FDS", &count) || count == 0) {
		buffer_text(error,
			    "--web.systemd-socket: there is no socket from systemd "
			    "(LISTEN_PID, LISTEN_FDS); start the .socket unit, or leave "
			    "this option out and use --web.listen-address");
		return false;
	}
	if (pid != (uint64_t)getpid()) {
		buffer_format(
		    error,
		    "--web.systemd-socket: the sockets are for process %llu, and this is "
		    "%ld: a wrapper around mailvane_exporter must exec it",
		    (unsigned long long)pid, (long)getpid());
		return false;
	}
	if (count > SOCKETS_MAX) {
		buffer_format(error,
			      "--web.systemd-socket: %llu sockets; at most %d are taken",
			      (unsigned long long)count, (int)SOCKETS_MAX);
		return false;
	}
	for (int fd = FIRST; fd < FIRST + (int)count; fd++)
		if (!take_one(sockets, fd, error))
			return false;
	return true;
}

bool sockets_take(struct sockets *sockets, struct buffer *error)
{
	bool taken;

	*sockets = (struct sockets){ .given = true };
	taken = take_all(sockets, error);
	/* child processes must not see it */
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (!taken)
		sockets_close(sockets);
	return taken;
}

/* --- closing -------------------------------------------------------------------------------- */

void sockets_unlink(const struct sockets *sockets)
{
	for (size_t i = 0; !sockets->given && i < sockets->n; i++)
		listen_unlink(sockets->fds[i]);
}

void sockets_close(struct sockets *sockets)
{
	sockets_unlink(sockets);
	for (size_t i = 0; i < sockets->n; i++)
		close(sockets->fds[i]);
	sockets->n = 0;
}

void sockets_text(const struct sockets *sockets, struct buffer *out)
{
	char text[LISTEN_TEXT_MAX];

	for (size_t i = 0; i < sockets->n; i++)
		buffer_format(out, "%s%s", i > 0 ? ", " : "",
			      listen_text(sockets->fds[i], text));
}
