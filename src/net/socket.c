/* socket.c - the table at the top is what errno means for a probe. */
#include "socket.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

static const struct meaning {
	int error;
	enum fault fault;
	const char *reason;
} meanings[] = {
	/* clang-format off */
	{ ECONNREFUSED,  FAULT_REFUSED,     "connection refused" },
	{ EHOSTUNREACH,  FAULT_UNREACHABLE, "no route to host" },
	{ ENETUNREACH,   FAULT_UNREACHABLE, "network unreachable" },
	{ EHOSTDOWN,     FAULT_UNREACHABLE, "host is down" },
	{ ENETDOWN,      FAULT_UNREACHABLE, "network is down" },
	{ EAFNOSUPPORT,  FAULT_UNREACHABLE, "this machine does not support that kind of address" },
	{ EINVAL,        FAULT_UNREACHABLE, "not an address to connect to (a link-local one "
					    "needs its interface, fe80::1%eth0)" },
	{ ETIMEDOUT,     FAULT_TIMEOUT,     "no answer from the host" },
	{ ECONNRESET,    FAULT_RESET,       "connection reset by the server" },
	{ ECONNABORTED,  FAULT_RESET,       "connection aborted" },
	{ EPIPE,         FAULT_RESET,       "the server has closed the connection" },
	/* Of a Unix socket: unix(7), path_resolution(7). */
	{ ENOENT,        FAULT_REFUSED,     "there is no socket of that name" },
	{ ENOTDIR,       FAULT_REFUSED,     "there is no socket of that name" },
	{ EMFILE,        FAULT_INTERNAL,    "out of file descriptors (the limit of this process)" },
	{ ENFILE,        FAULT_INTERNAL,    "out of file descriptors (the limit of this machine)" },
	{ EADDRNOTAVAIL, FAULT_INTERNAL,    "no free local port or address to connect from" },
	{ EACCES,        FAULT_INTERNAL,    "forbidden by a rule of this machine" },
	{ EPERM,         FAULT_INTERNAL,    "forbidden by a rule of this machine" },
	{ ENOBUFS,       FAULT_INTERNAL,    "out of memory for sockets" },
	{ ENOMEM,        FAULT_INTERNAL,    "out of memory" },
	/* clang-format on */
};

enum fault socket_fault(int error, const char **ret_reason)
{
	static _Thread_local char words[128];

	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++) {
		if (meanings[i].error != error)
			continue;
		*ret_reason = meanings[i].reason;
		return meanings[i].fault;
	}
	*ret_reason = strerror_r(error, words, sizeof(words));
	return FAULT_INTERNAL;
}

/* Without this a port is taken at bind, from all that are free for any peer; with it at
 * connect, from those free for this one (ip(7)). */
static void choose_port_late(int fd, const struct address *source)
{
#ifdef IP_BIND_ADDRESS_NO_PORT
	const int on = 1;

	if (address_port(source) == 0)
		setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
#else
	(void)fd;
	(void)source;
#endif
}

static enum fault bind_to(int fd, const struct address *source, const char **ret_reason)
{
	choose_port_late(fd, source);
	if (bind(fd, &source->any, address_length(source)) == 0)
		return FAULT_OK;
	if (errno != EADDRNOTAVAIL && errno != EINVAL)
		return socket_fault(errno, ret_reason);
	*ret_reason = "the source address is not an address of this machine";
	return FAULT_INTERNAL;
}

static void close_keep_errno(int fd)
{
	int kept = errno;

	close(fd);
	errno = kept;
}

static enum fault socket_begin(int fd, const struct address *to,
			       const struct address *source, const char **ret_reason)
{
	const int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (source != NULL && source->any.sa_family != AF_UNSPEC) {
		enum fault fault = bind_to(fd, source, ret_reason);

		if (fault != FAULT_OK)
			return fault;
	}
	if (connect(fd, &to->any, address_length(to)) == 0 || errno == EINPROGRESS)
		return FAULT_OK;
	return socket_fault(errno, ret_reason);
}

enum fault socket_open(const struct address *to, const struct address *source, int *ret_fd,
		       const char **ret_reason)
{
	enum fault fault;
	int fd;

	if (source != NULL && source->any.sa_family != AF_UNSPEC &&
	    source->any.sa_family != to->any.sa_family) {
		*ret_reason = "the source address is of another family than the server's";
		return FAULT_INTERNAL;
	}
	fd = socket(to->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return socket_fault(errno, ret_reason);
	fault = socket_begin(fd, to, source, ret_reason);
	if (fault != FAULT_OK) {
		close_keep_errno(fd);
		return fault;
	}
	*ret_fd = fd;
	return FAULT_OK;
}

enum fault socket_open_path(const char *path, int *ret_fd, const char **ret_reason)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = strlen(path);
	int fd;

	if (n >= sizeof(to.sun_path)) {
		errno = ENAMETOOLONG;
		return socket_fault(errno, ret_reason);
	}
	memcpy(to.sun_path, path, n);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return socket_fault(errno, ret_reason);
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0) {
		enum fault fault = socket_fault(errno, ret_reason);

		close_keep_errno(fd);
		return fault;
	}
	*ret_fd = fd;
	return FAULT_OK;
}
