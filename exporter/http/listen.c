/* listen.c - makes a listening socket from an address as Prometheus users write it. */
#include "listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Length of the kernel's queue of new connections. */
enum { BACKLOG = 1024 };

/* Splits "HOST:PORT"; an empty host is every address. */
static bool listen_split(const char *address, struct buffer *host, struct buffer *port,
			 struct buffer *error)
{
	const char *colon = strrchr(address, ':');
	struct view name;
	uint64_t number;

	if (!colon || !view_number(view_of(colon + 1), 65535, &number)) {
		buffer_format(error,
			      "listen address '%s': it ends in a port, as in ':19025' or "
			      "'127.0.0.1:19025'",
			      address);
		return false;
	}
	name = (struct view){ address, (size_t)(colon - address) };
	if (name.n >= 2 && name.p[0] == '[' && name.p[name.n - 1] == ']') {
		name = (struct view){ name.p + 1, name.n - 2 };
	} else if (memchr(name.p, ':', name.n)) {
		buffer_format(
		    error,
		    "listen address '%s': an IPv6 address stands in brackets, as in "
		    "'[::1]:19025'",
		    address);
		return false;
	}
	buffer_put(host, name);
	buffer_text(port, colon + 1);
	buffer_string(host);
	buffer_string(port);
	return true;
}

static int try_one(const struct addrinfo *one, bool both)
{
	int fd = socket(one->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1, off = 0, saved;

	if (fd < 0)
		return -1;
	/* A restart must not fail because of connections of the process before. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (one->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, both ? &off : &on, sizeof(on));
	if (bind(fd, one->ai_addr, one->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* For every address: one IPv6 socket that accepts IPv4, too; IPv4 alone on a machine
 * without IPv6. */
static int try_all(const struct addrinfo *found, bool everywhere)
{
	int fd = -1;

	for (int family6 = 1; everywhere && family6 >= 0 && fd < 0; family6--)
		for (const struct addrinfo *one = found; one && fd < 0; one = one->ai_next)
			if ((one->ai_family == AF_INET6) == family6)
				fd = try_one(one, true);
	for (const struct addrinfo *one = found; !everywhere && one && fd < 0;
	     one = one->ai_next)
		fd = try_one(one, false);
	return fd;
}

static const char *what_to_do(int error)
{
	switch (error) {
	case EADDRINUSE:
		return "; another program has this port, perhaps another "
		       "mailvane_exporter. Choose "
		       "one with --web.listen-address=:PORT";
	case EACCES:
		return "; ports below 1024 need root or CAP_NET_BIND_SERVICE";
	case EADDRNOTAVAIL:
		return "; it is not an address of this machine";
	default:
		return "";
	}
}

/* --- Unix sockets --------------------------------------------------------------------------- */

static const char unix_prefix[] = "unix:";

/* Removes a Unix socket on which nobody listens, as an exporter that was killed leaves
 * behind. Keeps sockets in use and everything that is not a socket. */
static bool remove_stale(const struct sockaddr_un *at)
{
	struct stat found;
	int fd, saved;

	if (lstat(at->sun_path, &found) < 0)
		return errno == ENOENT;
	errno = EADDRINUSE;
	if (!S_ISSOCK(found.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	saved = connect(fd, (const struct sockaddr *)at, sizeof(*at)) == 0 ? 0 : errno;
	close(fd);
	errno = EADDRINUSE;
	return saved == ECONNREFUSED && unlink(at->sun_path) == 0;
}

static int bind_local(const struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), saved;
	mode_t mask;

	if (fd < 0)
		return -1;
	/* Owner and group may connect, from the start */
	mask = umask(0117);
	saved = remove_stale(at) &&
			bind(fd, (const struct sockaddr *)at, sizeof(*at)) == 0 &&
			listen(fd, BACKLOG) == 0
		    ? 0
		    : errno;
	umask(mask);
	if (saved == 0)
		return fd;
	close(fd);
	errno = saved;
	return -1;
}

static int open_local(const char *address, struct buffer *error)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const char *path = address + strlen(unix_prefix);
	int fd;

	if (*path == '\0' || strlen(path) >= sizeof(at.sun_path)) {
		buffer_format(
		    error, "listen address '%s': a path of 1 to %zu characters is needed",
		    address, sizeof(at.sun_path) - 1);
		return -1;
	}
	text_copy(at.sun_path, sizeof(at.sun_path), path);
	fd = bind_local(&at);
	if (fd < 0)
		buffer_format(
		    error, "cannot listen on '%s': %s%s", address, strerror(errno),
		    errno == EADDRINUSE ? "; something else has this path: another "
					  "program that listens, or a file"
					: "");
	return fd;
}

void listen_unlink(int fd)
{
	struct sockaddr_un at = { 0 };
	socklen_t length = sizeof(at);

	if (getsockname(fd, (struct sockaddr *)&at, &length) == 0 &&
	    at.sun_family == AF_UNIX && at.sun_path[0] != '\0')
		unlink(at.sun_path);
}

/* --- the table ------------------------------------------------------------------------------ */

int listen_open(const char *address, struct buffer *error)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE },
			*found;
	char host_storage[256], port_storage[8];
	struct buffer host, port;
	int fd, failed;

	if (view_starts(view_of(address), unix_prefix))
		return open_local(address, error);
	buffer_init(&host, host_storage, sizeof(host_storage));
	buffer_init(&port, port_storage, sizeof(port_storage));
	if (!listen_split(address, &host, &port, error))
		return -1;
	failed = getaddrinfo(host.n > 0 ? host.p : NULL, port.p, &hints, &found);
	if (failed != 0) {
		buffer_format(error, "listen address '%s': %s", address,
			      gai_strerror(failed));
		return -1;
	}
	errno = 0;
	fd = try_all(found, host.n == 0);
	if (fd < 0)
		buffer_format(error, "cannot listen on '%s': %s%s", address,
			      strerror(errno), what_to_do(errno));
	freeaddrinfo(found);
	return fd;
}

const char *listen_text(int fd, char dst[LISTEN_TEXT_MAX])
{
	struct sockaddr_storage at = { 0 };
	socklen_t length = sizeof(at);
	char host[48] = "?", port[8] = "?";
	struct buffer b;

	getsockname(fd, (struct sockaddr *)&at, &length);
	if (at.ss_family == AF_UNIX) {
		buffer_init(&b, dst, LISTEN_TEXT_MAX);
		buffer_format(&b, "%s%s", unix_prefix,
			      ((struct sockaddr_un *)&at)->sun_path);
		return buffer_string(&b);
	}
	getnameinfo((struct sockaddr *)&at, length, host, sizeof(host), port, sizeof(port),
		    NI_NUMERICHOST | NI_NUMERICSERV);
	buffer_init(&b, dst, LISTEN_TEXT_MAX);
	buffer_format(&b, at.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
	return buffer_string(&b);
}
